/*
 * Input: a schedule in the compact form (docs/FORMATS.md); any bytes are one.
 * Finds: a rule that the trace breaks, and a schedule that does not replay to
 * the same trace. It plays the built-in stack with the bug that it was built
 * with (option fuzz_plant); DLLs and bugs that the bytes name are not looked
 * for.
 */
#include "fuzz/target/lifecycle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/compact.h"
#include "fuzz/play.h"
#include "fuzz/schedule.h"
#include "fuzz/text.h"

enum {
    SEND_MAX = 40000
};

static struct fuzz_player player;
static struct lc_schedule schedule;
static char text[FUZZ_TEXT_SIZE_MAX];

void lc_check_failed(const char *fact, const char *file, int line)
{
    (void)fprintf(stderr, "check failed: %s (%s:%d)\n", fact, file, line);
    abort();
}

/* A pair of who and what: coarse, so that states repeat. */
static void note(void *context, uint64_t number, const struct lc_record *record)
{
    (void)context;
    (void)number;
    uint32_t state = record->kind * 31U + record->function * 7U +
                     record->caller * 131U + record->callee * 57U +
                     (record->a == -1 ? 511U : 0U);
    fuzz_target_hit(state % FUZZ_TARGET_STATES);
}

/* Buffers and windows of a few bytes cost thousands of packets and show
 * nothing that half a kilobyte does not. */
static uint32_t at_least(uint32_t size_bytes)
{
    return size_bytes < 512 ? 512 : size_bytes;
}

static void take_world(struct lc_world *world)
{
    world->sndbuf_bytes = at_least(world->sndbuf_bytes);
    world->link_window_bytes = at_least(world->link_window_bytes);
    for (uint32_t i = 0; i < schedule.op_count; i++) {
        struct lc_op *op = &schedule.ops[i];
        if (op->call == LC_CALL_SNDBUF) {
            op->value = at_least(op->value);
        } else if (op->call == LC_CALL_SEND && op->value > SEND_MAX) {
            op->value = SEND_MAX;
        }
    }
    for (uint32_t i = 0; i < world->provider_count; i++) {
        if (world->providers[i].kind == LC_PROVIDER_DLL) {
            world->providers[i].kind = LC_PROVIDER_IFS;
        }
    }
    world->plant_count = strlen(FUZZ_PLANT) > 0;
    memset(world->plants, 0, sizeof world->plants);
    memcpy(world->plants[0], FUZZ_PLANT, strlen(FUZZ_PLANT));
    fuzz_schedule_repair(&schedule);
}

static struct fuzz_outcome play(void)
{
    struct fuzz_outcome outcome;
    struct sim_error error;
    enum sim_status status =
        fuzz_play(&player, &schedule, NULL, &outcome, &error);
    LC_CHECK(status == SIM_OK);
    return outcome;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sim_error error;
    enum sim_status status = sim_open(&error);
    LC_CHECK(status == SIM_OK);
    fuzz_compact_decode(data, size, &schedule);
    take_world(&schedule.world);
    fuzz_target_begin();
    memset(&player, 0, sizeof player); /* nothing survives an input */
    sim_forget();
    player.reader = note;
    struct fuzz_outcome first = play();
    memset(&player, 0, sizeof player);
    sim_forget();
    struct fuzz_outcome again = play();
    LC_CHECK(first.result.hash == again.result.hash);
    if (first.verdict.kind == LC_VERDICT_BROKEN) {
        size_t length = fuzz_text_print(&schedule, text, sizeof text);
        (void)fprintf(
            stderr,
            "broken %s at record %u; 'lastcall run' replays this file:\n%.*s",
            model_rule(first.verdict.rule)->id,
            first.verdict.record,
            (int)length,
            text);
        abort();
    }
    return 0;
}
