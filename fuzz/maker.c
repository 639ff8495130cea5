#include "fuzz/maker.h"

#include <stddef.h>

#include "fuzz/swarm.h"

bool fuzz_maker_has(
    struct fuzz_maker *maker,
    enum lc_feature feature,
    uint32_t times,
    uint32_t of)
{
    return fuzz_swarm_chance(&maker->rng, maker->swarm, feature, times, of);
}

bool fuzz_maker_has_call(const struct fuzz_maker *maker, enum lc_call call)
{
    return maker->swarm == NULL || maker->swarm->weights[call] != 0;
}

void fuzz_maker_add(struct fuzz_maker *maker, struct lc_op op)
{
    struct lc_schedule *schedule = maker->schedule;
    if (schedule->op_count == LC_OPS_MAX) {
        return;
    }
    schedule->ops[schedule->op_count++] = op;
    schedule->threads[schedule->thread_count - 1].op_count++;
}

void fuzz_maker_add_call(
    struct fuzz_maker *maker,
    enum lc_call call,
    uint8_t socket)
{
    fuzz_maker_add(
        maker,
        (struct lc_op){ .call = (uint8_t)call,
                        .socket = socket,
                        .entry = LC_NONE });
}

uint32_t fuzz_maker_draw_size(struct fuzz_maker *maker)
{
    const struct lc_world *world = &maker->schedule->world;
    switch (fuzz_rng_upto(&maker->rng, 4)) {
    case 0:
        return fuzz_rng_between(&maker->rng, 1, 100);
    case 1:
        return world->sndbuf_bytes + fuzz_rng_upto(&maker->rng, 2) - 1;
    case 2:
        return world->link_window_bytes + fuzz_rng_upto(&maker->rng, 2);
    default:
        return fuzz_rng_between(&maker->rng, 1, 40000);
    }
}
