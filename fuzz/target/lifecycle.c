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

#include "fuzz/compact.h"
#include "fuzz/play.h"
#include "fuzz/schedule.h"
#include "fuzz/target/state.h"
#include "fuzz/text.h"

enum {
    SIZE_MIN = 512,
    SEND_MAX = 40000
};

static struct lc_schedule schedule;
static struct fuzz_player player;
static uint32_t last_state;

/* Prints the input as text, with the bug that this build plants. */
static void print_input(void)
{
    static char text[FUZZ_TEXT_SIZE_MAX];
    size_t size_bytes = fuzz_text_print(&schedule, text, sizeof text);
    (void)fprintf(stderr, "to replay: lastcall run FILE, with this in it\n");
    (void)fwrite(text, 1, size_bytes, stderr);
}

void lc_check_failed(const char *fact, const char *file, int line)
{
    print_input();
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

/* Nothing survives from one play to the next: an engine that sees other code
 * run for the same input takes it for new. */
static void play(fuzz_play_reader_fn *reader, struct fuzz_outcome *ret_outcome)
{
    struct sim_error error;
    memset(&player, 0, sizeof player);
    player.reader = reader;
    if (sim_open(&error) != SIM_OK) {
        (void)fprintf(stderr, "%s\n", error.text);
        abort();
    }
    sim_forget();
    if (fuzz_play(&player, &schedule, NULL, ret_outcome, &error) != SIM_OK) {
        (void)fprintf(stderr, "%s\n", error.text);
        abort();
    }
}

/* Buffers and windows of a few bytes cost thousands of packets and show
 * nothing that half a kilobyte does not. */
static uint32_t at_least(uint32_t size_bytes)
{
    return size_bytes < SIZE_MIN ? SIZE_MIN : size_bytes;
}

/* Keeps an input short and on the built-in stack, with the build's bug. */
static void take_in(struct lc_world *world)
{
    static const char plant[LC_NAME_MAX] = FUZZ_PLANT;
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
    memset(world->plants, 0, sizeof world->plants);
    memcpy(world->plants[0], plant, sizeof plant);
    world->plant_count = plant[0] != '\0';
    fuzz_schedule_repair(&schedule);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_outcome first;
    struct fuzz_outcome again;
    fuzz_compact_decode(data, size, &schedule);
    take_in(&schedule.world);
    fuzz_target_state_begin();
    play(note_state, &first);
    play(NULL, &again);
    LC_CHECK(first.result.hash == again.result.hash);
    if (first.verdict.kind == LC_VERDICT_BROKEN) {
        (void)fprintf(
            stderr,
            "broken %s at record %u\n",
            model_rule(first.verdict.rule)->id,
            first.verdict.record);
        print_input();
        abort();
    }
    return 0;
}
