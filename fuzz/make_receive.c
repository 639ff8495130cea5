#include "fuzz/call.h"
#include "fuzz/maker.h"

bool fuzz_make_has_receives(struct fuzz_maker *maker)
{
    bool is_sink = maker->schedule->world.peer_kind <= LC_PEER_SLOW;
    return fuzz_rng_chance(&maker->receive, 1, is_sink ? 12 : 4) &&
           fuzz_maker_has_call(maker, LC_CALL_WSARECV);
}

/* What comes of it, by the way in which it is told of. */
static void add_outcome(struct fuzz_maker *maker, const struct lc_op *receive)
{
    struct lc_op op = { .socket = LC_NONE, .entry = LC_NONE };
    op.value = fuzz_rng_upto(&maker->receive, 3000);
    switch (receive->value2) {
    case LC_INDICATE_NOTHING:
        op.call = LC_CALL_DEQUEUE;
        break;
    case LC_INDICATE_ROUTINE:
        op.call = LC_CALL_SLEEPEX;
        break;
    default:
        op.call = LC_CALL_GETOVERLAPPED;
        op.socket = receive->socket;
        op.value = fuzz_rng_chance(&maker->receive, 1, 4); /* waits */
        break;
    }
    fuzz_maker_add(maker, op);
}

void fuzz_make_receive(struct fuzz_maker *maker, uint8_t socket)
{
    struct lc_op op = { .call = LC_CALL_WSARECV,
                        .socket = socket,
                        .entry = LC_NONE };
    fuzz_call_draw_all(&op, &maker->receive);
    if (op.value2 >= LC_INDICATE_EVENT &&
        fuzz_rng_chance(&maker->receive, 7, 8)) {
        fuzz_maker_add(
            maker,
            (struct lc_op){ .call = LC_CALL_CREATEEVENT,
                            .socket = LC_NONE,
                            .entry = LC_NONE,
                            .value = op.value2 - LC_INDICATE_EVENT });
    } else if (
        op.value2 == LC_INDICATE_NOTHING &&
        fuzz_rng_chance(&maker->receive, 1, 2)) {
        fuzz_maker_add_call(maker, LC_CALL_CREATEPORT, socket);
    }
    fuzz_maker_add(maker, op);
    if (fuzz_rng_chance(&maker->receive, 1, 3)) {
        add_outcome(maker, &op);
    }
}
