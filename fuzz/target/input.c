#include "fuzz/target/input.h"

#include <stdio.h>
#include <string.h>

#include "fuzz/compact.h"
#include "fuzz/schedule.h"
#include "fuzz/text.h"

enum {
    SIZE_MIN = 512,
    SEND_MAX = 40000
};

/* Buffers and windows of a few bytes cost thousands of packets and show
 * nothing that half a kilobyte does not. */
static uint32_t at_least(uint32_t size_bytes)
{
    return size_bytes < SIZE_MIN ? SIZE_MIN : size_bytes;
}

static void limit_calls(struct lc_schedule *schedule)
{
    for (uint32_t i = 0; i < schedule->op_count; i++) {
        struct lc_op *op = &schedule->ops[i];
        if (op->call == LC_CALL_SNDBUF) {
            op->value = at_least(op->value);
        } else if (op->call == LC_CALL_SEND && op->value > SEND_MAX) {
            op->value = SEND_MAX;
        }
    }
}

void fuzz_target_input_read(
    const uint8_t *data,
    size_t size,
    struct lc_schedule *ret_schedule)
{
    static const char plant[LC_NAME_MAX] = FUZZ_PLANT;
    fuzz_compact_decode(data, size, ret_schedule);
    struct lc_world *world = &ret_schedule->world;
    world->sndbuf_bytes = at_least(world->sndbuf_bytes);
    world->link_window_bytes = at_least(world->link_window_bytes);
    limit_calls(ret_schedule);
    for (uint32_t i = 0; i < world->provider_count; i++) {
        if (world->providers[i].kind == LC_PROVIDER_DLL) {
            world->providers[i].kind = LC_PROVIDER_IFS;
        }
    }
    memset(world->plants, 0, sizeof world->plants);
    memcpy(world->plants[0], plant, sizeof plant);
    world->plant_count = plant[0] != '\0';
    fuzz_schedule_repair(ret_schedule);
}

void fuzz_target_input_print(const struct lc_schedule *schedule)
{
    static char text[FUZZ_TEXT_SIZE_MAX];
    size_t size_bytes = fuzz_text_print(schedule, text, sizeof text);
    (void)fprintf(stderr, "to replay: lastcall run FILE, with this in it\n");
    (void)fwrite(text, 1, size_bytes, stderr);
}
