#include "lastcall/triplet.h"

#include "fuzz/call.h"
#include "fuzz/maker.h"

enum {
    CALLS_MAX = 4
};

static uint32_t triplet(void)
{
    return lc_triplet(LC_TRIPLET_INET, LC_TRIPLET_DGRAM, LC_TRIPLET_UDP);
}

bool fuzz_make_has_datagrams(const struct lc_world *world)
{
    bool has_any = false;
    for (uint32_t i = 0; i < world->provider_count; i++) {
        has_any |= world->providers[i].is_datagram != 0;
    }
    for (uint32_t i = 0; i < world->protocol_count; i++) {
        has_any |= world->protocols[i].triplet == triplet();
    }
    return has_any;
}

static void add(struct fuzz_maker *maker, enum lc_call call, uint8_t socket)
{
    struct lc_op op = { .call = (uint8_t)call,
                        .socket = socket,
                        .entry = LC_NONE };
    fuzz_call_draw_all(&op, &maker->datagram);
    if (!fuzz_call(call)->is_apart && !fuzz_maker_has_call(maker, call)) {
        return;
    }
    if (call == LC_CALL_SEND) {
        op.value = fuzz_rng_upto(&maker->datagram, 2000);
    } else if (call == LC_CALL_SHUTDOWN) {
        op.value = fuzz_rng_upto(&maker->datagram, 2);
    }
    fuzz_maker_add(maker, op);
}

/* A receive that nothing comes for would wait until the end of the run: it
 * mostly does not wait. */
static void add_receive(struct fuzz_maker *maker, uint8_t socket)
{
    uint8_t peer = maker->schedule->world.peer_kind;
    bool is_answered = peer == LC_PEER_ECHO || peer == LC_PEER_SOURCE;
    bool has_name = fuzz_rng_chance(&maker->datagram, 3, 4);
    if (!fuzz_rng_chance(&maker->datagram, is_answered ? 5 : 1, 6)) {
        fuzz_maker_add(
            maker,
            (struct lc_op){ .call = LC_CALL_FIONBIO,
                            .socket = socket,
                            .entry = LC_NONE,
                            .value = 1 });
    }
    add(maker, has_name ? LC_CALL_RECVFROM : LC_CALL_RECV, socket);
}

void fuzz_make_datagram_call(struct fuzz_maker *maker, uint8_t socket)
{
    static const uint8_t others[] = {
        LC_CALL_CONNECT_TO, LC_CALL_CONNECT,  LC_CALL_SEND,
        LC_CALL_SHUTDOWN,   LC_CALL_FIONREAD, LC_CALL_SNDBUF,
    };
    uint32_t kind = fuzz_rng_upto(&maker->datagram, 7);
    if (kind < 3) {
        add(maker, LC_CALL_SENDTO, socket);
    } else if (kind < 6) {
        add_receive(maker, socket);
    } else {
        uint32_t other =
            fuzz_rng_upto(&maker->datagram, LC_COUNT_OF(others) - 1);
        add(maker, (enum lc_call)others[other], socket);
    }
}

void fuzz_make_datagram_socket(struct fuzz_maker *maker, uint8_t socket)
{
    fuzz_maker_add(
        maker,
        (struct lc_op){ .call = LC_CALL_SOCKET,
                        .socket = socket,
                        .entry = LC_NONE,
                        .value = triplet() });
    if (fuzz_rng_chance(&maker->datagram, 1, 2)) {
        add(maker, LC_CALL_BIND, socket);
    }
    if (fuzz_rng_chance(&maker->datagram, 1, 3)) {
        add(maker, LC_CALL_CONNECT_TO, socket);
    }
    uint32_t calls = fuzz_rng_upto(&maker->datagram, CALLS_MAX);
    for (uint32_t i = 0; i < calls; i++) {
        fuzz_make_datagram_call(maker, socket);
    }
}
