/*
 * A verdict for people, and as members of a JSON object.
 */
#ifndef TOOLS_VERDICT_H
#define TOOLS_VERDICT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "lastcall/schedule.h"
#include "lastcall/verdict.h"

#include "fuzz/fuzz.h"
#include "model/model.h"

/** "held", "broken" or "unspecified". */
const char *tool_verdict_word(const struct lc_verdict *verdict);

/** Prints rule, sentence, source and the rules that say the same. */
void tool_verdict_print_rule(uint32_t rule, uint32_t indent);

/** Prints what another play of a finding has shown; nothing when it showed the
 * same. */
void tool_verdict_print_replay(enum fuzz_replay replay, uint32_t indent);

/** Prints that a finding may be larger than it has to be; nothing of one that
 * was shrunk to the end, or that did not replay. */
void tool_verdict_print_unshrunk(
    bool is_shrunk,
    enum fuzz_replay replay,
    uint32_t indent);

/** Prints what a process died of, and whether it did so again; nothing of one
 * that lived. death: as fuzz/death.h says. */
void tool_verdict_print_death(
    int32_t death,
    enum fuzz_replay replay,
    uint32_t indent);

/** The status of a process that what it played has ended, for JSON; or null. */
json_t *tool_verdict_exit_status(int32_t death);

/** Prints how many schedules of those that were played twice differed; nothing
 * when none did. */
void tool_verdict_print_differed(uint64_t differed, uint64_t again);

/** Whether a search has judged nothing: no schedule came to its end, or all of
 * them ended unspecified. Then nothing held. */
bool tool_verdict_is_nothing(
    uint64_t schedules,
    uint64_t unspecified,
    uint32_t finding_count);

/** Prints that nothing was judged, of a search of which that is so. */
void tool_verdict_print_nothing(uint64_t schedules);

/** Says the same on standard error, as why the exit status is 2. */
void tool_verdict_tell_nothing(uint64_t schedules);

/** Ids of the rules of a rule's group, as a JSON array. */
json_t *tool_verdict_group(uint32_t rule);

/** Name of a strength: "MUST", ... */
const char *tool_verdict_strength(uint32_t rule);

#endif
