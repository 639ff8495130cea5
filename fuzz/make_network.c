#include "fuzz/call.h"
#include "fuzz/maker.h"

enum {
    NETWORK_EVENTS = 2 /* event variables, beside those of overlapped sends */
};

void fuzz_make_event_select(struct fuzz_maker *maker, uint8_t socket)
{
    struct lc_op op = { .call = LC_CALL_EVENTSELECT,
                        .socket = socket,
                        .entry = LC_NONE };
    if (!fuzz_maker_has_call(maker, LC_CALL_EVENTSELECT)) {
        return;
    }
    fuzz_call_draw_all(&op, &maker->network);
    op.value =
        LC_EVENTS_MAX - 1 - fuzz_rng_upto(&maker->network, NETWORK_EVENTS - 1);
    if (op.value2 != 0 && fuzz_rng_chance(&maker->network, 7, 8)) {
        fuzz_maker_add(
            maker,
            (struct lc_op){ .call = LC_CALL_CREATEEVENT,
                            .socket = LC_NONE,
                            .entry = LC_NONE,
                            .value = op.value });
    }
    fuzz_maker_add(maker, op);
}

/* Waits for an event of those that network events set. */
static void add_network_wait(struct fuzz_maker *maker)
{
    uint32_t event =
        LC_EVENTS_MAX - 1 - fuzz_rng_upto(&maker->network, NETWORK_EVENTS - 1);
    fuzz_maker_add(
        maker,
        (struct lc_op){
            .call = LC_CALL_WAITEVENTS,
            .socket = LC_NONE,
            .value = 1U << event,
            .value2 = fuzz_rng_upto(&maker->network, 3000),
            .entry = LC_WAIT_HOW_ANY,
        });
}

/* A select of a socket, now and then of another one, too. */
static void add_select(struct fuzz_maker *maker, uint8_t socket)
{
    struct lc_op op = { .call = LC_CALL_SELECT,
                        .socket = LC_NONE,
                        .entry = LC_NONE };
    fuzz_call_draw_all(&op, &maker->network);
    op.value = 1U << socket;
    if (fuzz_rng_chance(&maker->network, 1, 4)) {
        op.value |= 1U
                    << (maker->socket_base +
                        fuzz_rng_upto(&maker->network, FUZZ_MAKER_THREADS));
    }
    if (fuzz_rng_chance(&maker->network, 1, 4)) {
        op.value2 = 0;
    }
    fuzz_maker_add(maker, op);
}

void fuzz_make_network_call(struct fuzz_maker *maker, uint8_t socket)
{
    struct lc_op op = { .socket = socket, .entry = LC_NONE };
    switch (fuzz_rng_upto(&maker->network, 5)) {
    case 0:
        fuzz_make_event_select(maker, socket);
        return;
    case 1:
        op.call = LC_CALL_FIONBIO; /* off: EVENT-4 */
        break;
    case 2:
        add_network_wait(maker);
        return;
    case 3:
        if (fuzz_maker_has_call(maker, LC_CALL_SELECT)) {
            add_select(maker, socket);
        }
        return;
    default:
        op.call = LC_CALL_ENUMEVENTS;
        if (fuzz_rng_chance(&maker->network, 1, 2)) {
            op.value = LC_EVENTS_MAX -
                       fuzz_rng_upto(&maker->network, NETWORK_EVENTS - 1);
        }
        break;
    }
    if (fuzz_maker_has_call(maker, (enum lc_call)op.call)) {
        fuzz_maker_add(maker, op);
    }
}
