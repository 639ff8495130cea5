/*
 * Makes schedules: all of fuzz/ that tools/ see. Everything else of the folder
 * is its own.
 *
 * Schedules as values, text and bytes: schedule, text, compact, generate; call
 *                and words name what they are made of.
 * One schedule:  play (and judge), trace_text and trace_about, shrink, confirm.
 * All orders:    explore; traces, of a micro-program; blame, of what is left from
 *                a midpoint on.
 * Many:          sampler, search, finding, warnings, statistics; campaign and
 *                ledger keep them.
 * Measurements:  trial, hunt, chains, lives, cells.
 */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include "fuzz/blame/blame.h"
#include "fuzz/call.h"
#include "fuzz/campaign.h"
#include "fuzz/cells.h"
#include "fuzz/chains.h"
#include "fuzz/compact.h"
#include "fuzz/confirm.h"
#include "fuzz/death.h"
#include "fuzz/explore/explore.h"
#include "fuzz/explore/traces.h"
#include "fuzz/finding.h"
#include "fuzz/generate.h"
#include "fuzz/hunt.h"
#include "fuzz/ledger.h"
#include "fuzz/lives.h"
#include "fuzz/play.h"
#include "fuzz/sampler/sampler.h"
#include "fuzz/schedule.h"
#include "fuzz/search.h"
#include "fuzz/shrink.h"
#include "fuzz/statistics.h"
#include "fuzz/sweep.h"
#include "fuzz/text.h"
#include "fuzz/trace_about.h"
#include "fuzz/trace_text.h"
#include "fuzz/trial.h"
#include "fuzz/warnings.h"
#include "fuzz/words.h"

#endif
