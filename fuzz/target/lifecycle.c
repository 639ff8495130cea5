/*
 * Fuzz target: the life cycle of a provider stack.
 *
 * Input: a schedule in the compact form (docs/FORMATS.md); any bytes are one.
 * Finds: a rule that the trace breaks, and a schedule that does not replay to
 *        the same trace. It plays the built-in stack, with the bug that option
 *        fuzz_plant of the build names; DLLs and bugs that the bytes name are
 *        not looked for.
 */
#include "fuzz/target/lifecycle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/play.h"
#include "fuzz/target/input.h"
#include "fuzz/target/state.h"

static struct lc_schedule schedule;
static struct fuzz_player player;
static uint32_t last_state;

void lc_check_failed(const char *fact, const char *file, int line)
{
    fuzz_target_input_print(&schedule);
    (void)fprintf(stderr, "%s:%d: check failed: %s\n", file, line, fact);
    abort();
}

/* A state is a pair of records, one after the other, without their numbers. */
static void note_state(
    void *context,
    uint64_t number,
    const struct lc_record *record)
{
    (void)context;
    uint32_t key = record->kind * 32U + record->function;
    key = (key * 16U + record->caller) * 16U + record->callee;
    key = key * 0x9e3779b1U;
    uint32_t pair = (number == 0 ? 0 : last_state) ^ key;
    fuzz_target_state_hit(pair % FUZZ_TARGET_STATES);
    last_state = (key >> 16 | key << 16) * 5U;
}

/* An engine that sees other code run for the same input takes it for new. So
 * nothing survives from one play to the next, and each clears up after itself:
 * a play that began with what another left would run through code by that. */
static void play(fuzz_play_reader_fn *reader, struct fuzz_outcome *ret_outcome)
{
    struct sim_error error;
    memset(&player, 0, sizeof player);
    player.reader = reader;
    if (sim_open(&error) != SIM_OK) {
        (void)fprintf(stderr, "%s\n", error.text);
        abort();
    }
    if (fuzz_play(&player, &schedule, NULL, ret_outcome, &error) != SIM_OK) {
        (void)fprintf(stderr, "%s\n", error.text);
        abort();
    }
    sim_forget();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_outcome first;
    struct fuzz_outcome again;
    fuzz_target_input_read(data, size, &schedule);
    fuzz_target_state_begin();
    play(note_state, &first);
    play(NULL, &again);
    LC_CHECK(first.result.hash == again.result.hash);
    if (first.verdict.kind == LC_VERDICT_BROKEN) {
        const char *rule = model_rule(first.verdict.rule)->id;
        (void)fprintf(
            stderr,
            "broken %s at record %u\n",
            rule,
            first.verdict.record);
        /* What came in may expect something else. */
        schedule.expect = (struct lc_expect){ .kind = LC_EXPECT_BROKEN };
        memcpy(schedule.expect.rule, rule, strlen(rule));
        fuzz_target_input_print(&schedule);
        abort();
    }
    return 0;
}
