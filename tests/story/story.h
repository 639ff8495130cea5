/*
 * For stories: a schedule's text in, its trace's text out.
 */
#ifndef TESTS_STORY_STORY_H
#define TESTS_STORY_STORY_H

#include <stdio.h>
#include <string.h>

#include "fuzz/play.h"
#include "fuzz/text.h"
#include "fuzz/trace_text.h"
#include "sim/sim.h"
#include "tests/unit/failing.h"
#include "tests/unit/framework.h"

enum {
    STORY_LINE_BYTES = 256
};

/* What has been told so far. */
static struct {
    struct lc_schedule schedule;
    struct fuzz_player player;
    const char *const *expected; /* lines; NULL behind the last */
    uint32_t line;               /* the next one, from 0 */
} story;

/* Holds a line of the trace, without its number, against the next expected
 * one. */
static inline void story_tell(
    void *context,
    uint64_t number,
    const struct lc_record *record)
{
    (void)context;
    char told[STORY_LINE_BYTES];
    fuzz_trace_text(&story.schedule, number, record, told, sizeof told);
    const char *text = told + strspn(told, " ");
    text += strspn(text, "0123456789");
    text += strspn(text, " ");
    const char *expected = story.expected[story.line];
    if (expected == NULL || strcmp(text, expected) != 0) {
        print_error("line %u of the trace:\n", story.line + 1);
    }
    assert_string_equal(text, expected == NULL ? "(the end)" : expected);
    story.line++;
}

/* Plays a schedule. Its trace must be the expected one to the letter, and come
 * to that verdict. */
static inline void story_play_to(
    const char *schedule,
    const char *const *expected,
    enum lc_verdict_kind verdict)
{
    struct fuzz_text_error text_error;
    struct fuzz_outcome outcome;
    struct sim_error error;
    assert_true(fuzz_text_parse(
        schedule,
        strlen(schedule),
        &story.schedule,
        &text_error));
    assert_int_equal(sim_open(&error), SIM_OK);
    story.expected = expected;
    story.line = 0;
    story.player.reader = story_tell;
    assert_int_equal(
        fuzz_play(&story.player, &story.schedule, NULL, &outcome, &error),
        SIM_OK);
    assert_null(expected[story.line]); /* nothing is missing at the end */
    assert_int_equal(outcome.verdict.kind, verdict);
}

/* Plays a schedule that holds all rules. */
static inline void story_play(const char *schedule, const char *const *expected)
{
    story_play_to(schedule, expected, LC_VERDICT_HELD);
}

#endif
