#include "fuzz/generate.h"

#include <string.h>

#include "lastcall/check.h"
#include "lastcall/nsp.h"
#include "lastcall/version.h"

#include "fuzz/call.h"
#include "fuzz/maker.h"
#include "fuzz/protocol.h"
#include "fuzz/random_world.h"
#include "fuzz/rng.h"
#include "fuzz/schedule.h"
#include "fuzz/swarm.h"

enum {
    PROCESSES = 2,
    BODY_MAX = 9,
    SOCKETS_MAX = 30, /* the model follows 32, and those of layers below */
    SLEEP_BITS = 12,  /* to 8 s; in ms */
    RARE_ONE_IN = 8,
    DRAWS_MAX = 8, /* until a call is one that may be */
    NETWORK_ONE_IN = 5,
    HOOK_ONE_IN = 10,
};

/* Whether an application that is hostile gives an argument that is refused. */
static bool is_wrong(struct fuzz_maker *maker)
{
    return maker->is_hostile && fuzz_rng_chance(&maker->wrong, 1, 8);
}

/* A start without room for the answer, or of any version: of one that there
 * is, of none, and of one whose numbers were taken for each other. */
static void make_startup_wrong(struct fuzz_maker *maker, struct lc_op *op)
{
    uint32_t version = fuzz_rng_upto(&maker->wrong, LC_VERSION_COUNT + 2);
    if (version < LC_VERSION_COUNT) {
        op->value = lc_version_word((enum lc_version)version);
    } else if (version == LC_VERSION_COUNT) {
        op->value = 0;
    } else if (version == LC_VERSION_COUNT + 1) {
        op->value = 0x0100;
    } else {
        op->value2 = 1;
    }
}

static void add_startup(struct fuzz_maker *maker)
{
    static const uint16_t versions[] = { 0x0202, 0x0202, 0x0202, 0x0101 };
    uint32_t i = fuzz_rng_upto(&maker->rng, LC_COUNT_OF(versions) - 1);
    struct lc_op op = {
        .call = LC_CALL_WSASTARTUP,
        .socket = LC_NONE,
        .entry = LC_NONE,
        .value = versions[i],
    };
    if (is_wrong(maker)) {
        make_startup_wrong(maker, &op);
    }
    fuzz_maker_add(maker, op);
}

static uint8_t pick_socket(struct fuzz_maker *maker, uint32_t thread)
{
    /* Mostly the thread's own variable, now and then one that it shares. */
    uint32_t own = maker->socket_base + 1 + thread;
    bool is_shared = fuzz_maker_has(maker, LC_FEATURE_SHARE, 1, 4);
    return (uint8_t)(is_shared ? maker->socket_base : own);
}

/* Handles that a socket of an entry takes: one more for each layer with handles
 * of its own. */
static uint32_t handle_count(const struct lc_world *world, uint32_t entry)
{
    uint32_t count = 1;
    uint32_t at = entry == LC_NONE ? 0 : entry;
    if (at >= world->chain_count) {
        return count;
    }
    const struct lc_chain *chain = &world->chains[at];
    for (uint32_t i = 0; i < chain->length; i++) {
        count += lc_provider_has_own(&world->providers[chain->providers[i]]);
    }
    return count;
}

static void add_socket(struct fuzz_maker *maker, uint8_t socket)
{
    bool is_via = fuzz_maker_has(maker, LC_FEATURE_VIA, 1, 3);
    uint32_t entry =
        is_via ? fuzz_rng_upto(&maker->rng, maker->entries - 1) : LC_NONE;
    uint32_t handles = handle_count(&maker->schedule->world, entry);
    if (maker->socket_count + handles > SOCKETS_MAX) {
        return;
    }
    maker->socket_count += handles;
    fuzz_maker_add(
        maker,
        (struct lc_op){
            .call = LC_CALL_SOCKET,
            .socket = socket,
            .entry = (uint8_t)entry,
        });
    if (fuzz_maker_has_call(maker, LC_CALL_BIND) &&
        fuzz_rng_chance(&maker->rng, 1, 16)) {
        fuzz_maker_add_call(maker, LC_CALL_BIND, socket);
    }
    if (maker->has_network && fuzz_rng_chance(&maker->network, 1, 2)) {
        fuzz_make_event_select(maker, socket);
    }
    if (fuzz_rng_chance(&maker->rng, 7, 8)) {
        fuzz_maker_add_call(maker, LC_CALL_CONNECT, socket);
    }
}

static uint32_t pick_linger(struct fuzz_maker *maker)
{
    static const uint32_t seconds[] = { 0, 0, 1, 2, 5, 60, 65535 };
    return seconds[fuzz_rng_upto(&maker->rng, LC_COUNT_OF(seconds) - 1)];
}

static uint32_t draw_sleep(struct fuzz_maker *maker)
{
    return fuzz_rng_between(
        &maker->rng,
        maker->sleep_low_ms,
        2 * maker->sleep_low_ms - 1);
}

/* Of a call that is drawn apart: 0. */
static uint32_t weight_of(const struct fuzz_maker *maker, uint32_t call)
{
    return fuzz_call(call)->is_apart ? 0 : maker->swarm->weights[call];
}

/* A call by the weights of the swarm. */
static uint32_t draw_weighted(struct fuzz_maker *maker)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < LC_CALL_COUNT; i++) {
        sum += weight_of(maker, i);
    }
    LC_CHECK(sum > 0);
    uint32_t drawn = fuzz_rng_upto(&maker->rng, sum - 1);
    uint32_t call = 0;
    while (drawn >= weight_of(maker, call)) {
        drawn -= weight_of(maker, call);
        call++;
    }
    LC_CHECK(call < LC_CALL_COUNT);
    return call;
}

/* The n-th of the calls that are not drawn apart. */
static uint32_t plain_call(uint32_t nth)
{
    uint32_t call = 0;
    while (call < LC_CALL_COUNT && (fuzz_call(call)->is_apart || nth > 0)) {
        nth -= !fuzz_call(call)->is_apart;
        call++;
    }
    return call;
}

/* Without a swarm half of the calls are there. */
static bool is_on(const struct fuzz_maker *maker, uint32_t call)
{
    return (maker->calls_on[call / 64] >> call % 64 & 1) != 0;
}

static void draw_calls(struct fuzz_maker *maker)
{
    for (uint32_t i = 0; i < FUZZ_MAKER_CALL_WORDS; i++) {
        maker->calls_on[i] = fuzz_rng_next(&maker->rng);
    }
    maker->calls_on[LC_CALL_SEND / 64] |= UINT64_C(1) << LC_CALL_SEND % 64;
    if (is_on(maker, LC_CALL_WSASEND)) {
        return;
    }
    /* Events alone show little. */
    for (uint32_t i = 0; i < LC_CALL_COUNT; i++) {
        if (fuzz_call(i)->is_of_overlapped) {
            maker->calls_on[i / 64] &= ~(UINT64_C(1) << i % 64);
        }
    }
}

/* Any call; LC_CALL_COUNT: none. */
static uint32_t draw_any(struct fuzz_maker *maker)
{
    if (maker->swarm != NULL) {
        return draw_weighted(maker);
    }
    uint32_t kind = plain_call(
        fuzz_rng_upto(&maker->rng, LC_CALL_COUNT - FUZZ_CALLS_APART + 2));
    bool is_rare = kind < LC_CALL_COUNT && fuzz_call(kind)->is_rare;
    if (kind >= LC_CALL_COUNT ||
        (is_rare && !fuzz_rng_chance(&maker->rng, 1, RARE_ONE_IN))) {
        kind = LC_CALL_SEND;
    }
    return is_on(maker, kind) ? kind : LC_CALL_COUNT;
}

/* A receive. One that nothing comes for would wait until somebody closes the
 * socket: it mostly does not wait. */
static void add_recv(struct fuzz_maker *maker, uint8_t socket)
{
    uint8_t peer = maker->schedule->world.peer_kind;
    bool is_answered = peer == LC_PEER_ECHO || peer == LC_PEER_SOURCE ||
                       peer == LC_PEER_HALFCLOSE || peer == LC_PEER_RESET ||
                       peer == LC_PEER_CONNECTOR;
    bool waits = fuzz_rng_chance(&maker->rng, is_answered ? 3U : 1U, 4);
    struct lc_op op = { .socket = socket, .entry = LC_NONE };
    if (!waits) {
        op.call = LC_CALL_FIONBIO;
        op.value = 1;
        fuzz_maker_add(maker, op);
    }
    op.call = LC_CALL_RECV;
    op.value = fuzz_maker_draw_size(maker);
    fuzz_maker_add(maker, op);
}

/* What two applications do with each other: one asks, the other answers; and
 * one that says goodbye still looks whether something comes. */
static void add_exchange(struct fuzz_maker *maker, uint8_t socket)
{
    static const uint8_t ends[] = { LC_CALL_SHUTDOWN,
                                    LC_CALL_SEND_DISCONNECT,
                                    LC_CALL_RECV_DISCONNECT };
    struct lc_op op = { .socket = socket, .entry = LC_NONE };
    uint32_t rounds = fuzz_rng_between(&maker->rng, 1, 2);
    for (uint32_t i = 0; i < rounds; i++) {
        op.call = LC_CALL_SEND;
        op.value = fuzz_maker_draw_size(maker);
        if (fuzz_maker_has_call(maker, LC_CALL_SEND)) {
            fuzz_maker_add(maker, op);
        }
        add_recv(maker, socket);
    }
    op.call = ends[fuzz_rng_upto(&maker->rng, LC_COUNT_OF(ends) - 1)];
    op.value = op.call == LC_CALL_SHUTDOWN ? fuzz_rng_upto(&maker->rng, 2) : 0;
    if (fuzz_maker_has_call(maker, (enum lc_call)op.call) &&
        fuzz_rng_chance(&maker->rng, 1, 2)) {
        fuzz_maker_add(maker, op);
        add_recv(maker, socket);
    }
}

/* Whether a call that was drawn is to be: it is not hostile where that is not
 * asked for, nor one of name spaces where there are none, and a rare one has
 * its luck. */
static bool is_to_be(struct fuzz_maker *maker, uint32_t kind)
{
    const struct fuzz_call *call = fuzz_call(kind);
    const struct lc_world *world = &maker->schedule->world;
    return (!call->is_hostile || world->hostile) &&
           (!call->is_of_names || world->names) &&
           (call->one_in == 0 || fuzz_rng_chance(&maker->rng, 1, call->one_in));
}

/* A call for the middle of a life; LC_CALL_COUNT: none. */
static uint32_t draw_call(struct fuzz_maker *maker)
{
    for (uint32_t i = 0; i < DRAWS_MAX; i++) {
        uint32_t kind = draw_any(maker);
        if (kind == LC_CALL_COUNT || is_to_be(maker, kind)) {
            return kind;
        }
    }
    return LC_CALL_COUNT;
}

/* An overlapped send. One with an event mostly has it made right before, so
 * that it exists. */
static void add_overlapped(struct fuzz_maker *maker, uint8_t socket)
{
    struct lc_op op = { .call = LC_CALL_WSASEND,
                        .socket = socket,
                        .entry = LC_NONE };
    fuzz_call_draw_all(&op, &maker->rng);
    op.value = fuzz_maker_draw_size(maker);
    if (op.value2 >= LC_INDICATE_EVENT &&
        fuzz_maker_has_call(maker, LC_CALL_CREATEEVENT) &&
        fuzz_rng_chance(&maker->rng, 3, 4)) {
        fuzz_maker_add(
            maker,
            (struct lc_op){ .call = LC_CALL_CREATEEVENT,
                            .socket = LC_NONE,
                            .entry = LC_NONE,
                            .value = op.value2 - LC_INDICATE_EVENT });
    }
    fuzz_maker_add(maker, op);
}

/* A lookup, and mostly what goes on with it; now and then there is something
 * to find. */
static void add_lookup(struct fuzz_maker *maker, uint8_t variable)
{
    if (fuzz_rng_chance(&maker->rng, 1, 2)) {
        fuzz_maker_add(
            maker,
            (struct lc_op){
                .call = LC_CALL_SET_SERVICE,
                .socket = LC_NONE,
                .entry = LC_NONE,
                .value = LC_RNRSERVICE_REGISTER,
                .value2 = fuzz_rng_upto(&maker->rng, LC_SERVICES - 1),
            });
    }
    fuzz_maker_add(
        maker,
        (struct lc_op){
            .call = LC_CALL_LOOKUP_BEGIN,
            .socket = variable,
            .entry = LC_NONE,
            .value = fuzz_rng_upto(&maker->rng, LC_NAME_SPACE_COUNT - 1),
        });
    uint32_t count = fuzz_rng_upto(&maker->rng, 3);
    for (uint32_t i = 0; i < count; i++) {
        fuzz_maker_add_call(maker, LC_CALL_LOOKUP_NEXT, variable);
    }
    if (fuzz_rng_chance(&maker->rng, 1, 2)) {
        fuzz_maker_add_call(maker, LC_CALL_LOOKUP_END, variable);
    }
}

static void add_body_call(struct fuzz_maker *maker, uint8_t socket)
{
    struct lc_op op = { .entry = LC_NONE };
    uint32_t kind = draw_call(maker);
    if (kind == LC_CALL_COUNT) {
        return;
    }
    const struct fuzz_call *call = fuzz_call(kind);
    op.call = (uint8_t)kind;
    op.socket = call->has_socket ? socket : LC_NONE;
    if (call->has_entry) {
        op.entry = (uint8_t)fuzz_rng_upto(&maker->rng, maker->catalog - 1);
    }
    if (kind == LC_CALL_SOCKET) {
        add_socket(maker, socket);
        return;
    }
    if (kind == LC_CALL_WSASTARTUP) {
        add_startup(maker);
        return;
    }
    if (kind == LC_CALL_LOOKUP_BEGIN) {
        add_lookup(maker, socket);
        return;
    }
    if (kind == LC_CALL_WSACLEANUP && !maker->is_hostile) {
        /* In the middle of a life: a start goes before, mostly. */
        add_startup(maker);
    } else if (kind == LC_CALL_RECV) {
        add_recv(maker, socket);
        return;
    } else if (kind == LC_CALL_SEND) {
        op.value = fuzz_maker_draw_size(maker);
    } else if (kind == LC_CALL_SHUTDOWN) {
        op.value = fuzz_rng_between(&maker->rng, 0, 2);
        op.value = is_wrong(maker) ? FUZZ_HOW_COUNT - 1 : op.value;
    } else if (kind == LC_CALL_WSASEND) {
        add_overlapped(maker, socket);
        return;
    } else if (kind == LC_CALL_LINGER) {
        op.value = fuzz_rng_upto(&maker->rng, 3) > 0;
        op.value2 = pick_linger(maker);
    } else if (kind == LC_CALL_SNDBUF) {
        bool is_none = fuzz_rng_chance(&maker->rng, 1, 8); /* unbuffered */
        op.value = is_none ? 0 : fuzz_rng_between(&maker->rng, 256, 20000);
    } else if (
        kind == LC_CALL_SLEEP || kind == LC_CALL_SLEEPEX ||
        kind == LC_CALL_DEQUEUE) {
        op.value = draw_sleep(maker);
    } else {
        fuzz_call_draw_all(&op, &maker->rng);
        if (kind == LC_CALL_WAITEVENTS) {
            op.value2 = draw_sleep(maker);
        }
    }
    fuzz_maker_add(maker, op);
}

/* Ways to close with data that is not sent: what is to become of it depends
 * on options that a random sequence seldom brings together. */
static void add_close(struct fuzz_maker *maker, uint8_t socket)
{
    struct lc_op op = { .socket = socket, .entry = LC_NONE };
    if (fuzz_rng_chance(&maker->rng, 1, 2)) {
        op.call = LC_CALL_LINGER;
        op.value = fuzz_rng_chance(&maker->rng, 4, 5);
        op.value2 = pick_linger(maker);
        fuzz_maker_add(maker, op);
    }
    op = (struct lc_op){ .socket = socket, .entry = LC_NONE };
    op.call = LC_CALL_SEND;
    op.value = fuzz_maker_draw_size(maker);
    fuzz_maker_add(maker, op);
    if (fuzz_rng_chance(&maker->rng, 1, 2)) {
        op.call = LC_CALL_FIONBIO;
        op.value = 1;
        fuzz_maker_add(maker, op);
    }
    if (fuzz_rng_chance(&maker->rng, 1, 4)) {
        op.call = LC_CALL_SHUTDOWN;
        op.value = fuzz_rng_between(&maker->rng, 0, 2);
        fuzz_maker_add(maker, op);
    }
    fuzz_maker_add_call(maker, LC_CALL_CLOSESOCKET, socket);
    if (fuzz_rng_chance(&maker->rng, 1, 2)) {
        op = (struct lc_op){ .call = LC_CALL_SLEEP,
                             .socket = LC_NONE,
                             .entry = LC_NONE };
        op.value = draw_sleep(maker);
        fuzz_maker_add(maker, op);
    }
    if (fuzz_rng_chance(&maker->rng, 1, 2)) {
        fuzz_maker_add_call(maker, LC_CALL_CLOSESOCKET, socket);
    }
}

/* A socket that listens, mostly as it has to be. */
static void add_listener(struct fuzz_maker *maker, uint8_t socket)
{
    static const uint32_t ports[] = { 80, 80, 80, 5000, 0 };
    struct fuzz_rng *rng = &maker->listen;
    struct lc_op op = { .socket = socket, .entry = LC_NONE };
    op.call = LC_CALL_SOCKET;
    fuzz_maker_add(maker, op);
    if (fuzz_rng_chance(rng, 1, 3)) {
        op.call = LC_CALL_LINGER;
        op.value = 1;
        op.value2 = pick_linger(maker);
        fuzz_maker_add(maker, op);
        op.value2 = 0;
    }
    if (fuzz_rng_chance(rng, 9, 10)) {
        op.call = LC_CALL_BIND;
        op.value = ports[fuzz_rng_upto(rng, LC_COUNT_OF(ports) - 1)];
        fuzz_maker_add(maker, op);
    }
    op.call = LC_CALL_LISTEN;
    op.value = fuzz_call_draw(&fuzz_call(op.call)->arguments[0], rng);
    fuzz_maker_add(maker, op);
    if (fuzz_rng_chance(rng, 1, 5)) {
        op.call = LC_CALL_FIONBIO;
        op.value = 1;
        fuzz_maker_add(maker, op);
    }
}

/* What a server does: accepts, talks, closes. */
static void add_server(
    struct fuzz_maker *maker,
    uint8_t socket,
    uint32_t thread)
{
    struct fuzz_rng *rng = &maker->listen;
    uint8_t accepted = (uint8_t)(PROCESSES * (FUZZ_MAKER_THREADS + 1) + thread);
    uint32_t handles = handle_count(&maker->schedule->world, LC_NONE);
    uint32_t rounds = fuzz_rng_between(rng, 1, 3);
    if (maker->socket_count + (1 + rounds) * handles > SOCKETS_MAX) {
        return;
    }
    maker->socket_count += (1 + rounds) * handles;
    add_listener(maker, socket);
    for (uint32_t i = 0; i < rounds; i++) {
        struct lc_op op = { .socket = accepted, .entry = LC_NONE };
        bool asks = fuzz_rng_chance(rng, 1, 3);
        op.call = asks ? LC_CALL_WSAACCEPT : LC_CALL_ACCEPT;
        op.value = asks ? fuzz_rng_upto(rng, 2) : 0;
        op.value2 = socket;
        fuzz_maker_add(maker, op);
        uint32_t calls = fuzz_rng_upto(rng, 2);
        for (uint32_t k = 0; k < calls; k++) {
            add_body_call(maker, accepted);
        }
        if (fuzz_rng_chance(rng, 1, 2)) {
            add_recv(maker, accepted);
        }
        if (fuzz_rng_chance(rng, 1, 3)) {
            add_close(maker, accepted);
        } else if (fuzz_rng_chance(rng, 1, 2)) {
            fuzz_maker_add_call(maker, LC_CALL_CLOSESOCKET, accepted);
        }
    }
}

/* Calls that are drawn apart: those of what the life has. */
static void add_apart(
    struct fuzz_maker *maker,
    uint8_t socket,
    bool has_datagrams)
{
    if (maker->has_network && fuzz_rng_chance(&maker->network, 1, 2)) {
        fuzz_make_network_call(maker, socket);
    }
    if (maker->has_hook && fuzz_rng_chance(&maker->hook, 1, 6)) {
        fuzz_make_hook_call(maker);
    }
    if (has_datagrams && fuzz_rng_chance(&maker->datagram, 1, 2)) {
        fuzz_make_datagram_call(maker, socket);
    }
    if (maker->has_receives && fuzz_rng_chance(&maker->receive, 1, 2)) {
        fuzz_make_receive(maker, socket);
    }
}

/* A life: start, some calls, close, cleanup. */
static void add_life(struct fuzz_maker *maker, uint32_t thread)
{
    uint8_t socket = pick_socket(maker, thread);
    bool is_lazy = maker->is_hostile && fuzz_rng_chance(&maker->rng, 1, 4);
    maker->has_network = fuzz_rng_chance(&maker->network, 1, NETWORK_ONE_IN);
    maker->has_hook = fuzz_rng_chance(&maker->hook, 1, HOOK_ONE_IN) &&
                      fuzz_maker_has_call(maker, LC_CALL_SETHOOK);
    maker->has_receives = fuzz_make_has_receives(maker);
    if (!is_lazy) {
        add_startup(maker);
    }
    if (maker->has_hook) {
        fuzz_make_hook(maker);
    }
    bool has_requests = maker->schedule->world.peer_kind == LC_PEER_CONNECTOR;
    bool has_datagrams =
        maker->has_datagrams && fuzz_rng_chance(&maker->datagram, 1, 2);
    if (has_requests && fuzz_rng_chance(&maker->listen, 2, 3)) {
        add_server(maker, socket, thread);
    } else if (has_datagrams) {
        fuzz_make_datagram_socket(maker, socket);
    } else if (fuzz_rng_chance(&maker->rng, 6, 7)) {
        add_socket(maker, socket);
    }
    uint32_t calls = fuzz_rng_upto(&maker->rng, maker->body_max);
    for (uint32_t i = 0; i < calls; i++) {
        if (fuzz_rng_chance(&maker->rng, 1, 6)) {
            socket = pick_socket(maker, thread);
        }
        add_body_call(maker, socket);
        add_apart(maker, socket, has_datagrams);
    }
    /* A peer that only reads has no answer. */
    bool is_sink = maker->schedule->world.peer_kind <= LC_PEER_SLOW;
    if (fuzz_maker_has_call(maker, LC_CALL_RECV) &&
        fuzz_rng_chance(&maker->rng, 1, is_sink ? 8 : 3)) {
        add_exchange(maker, socket);
    }
    if (fuzz_maker_has(maker, LC_FEATURE_UNSENT, 1, 4)) {
        add_close(maker, socket);
    } else if (
        fuzz_maker_has_call(maker, LC_CALL_CLOSESOCKET) &&
        fuzz_rng_chance(&maker->rng, 2, 3)) {
        fuzz_maker_add_call(maker, LC_CALL_CLOSESOCKET, socket);
    }
    if (!maker->is_hostile || fuzz_rng_chance(&maker->rng, 2, 3)) {
        fuzz_maker_add_call(maker, LC_CALL_WSACLEANUP, LC_NONE);
    }
}

/* Threads with their lives. */
static void add_threads(struct fuzz_maker *maker)
{
    struct lc_schedule *schedule = maker->schedule;
    uint32_t threads = fuzz_rng_between(&maker->rng, 1, FUZZ_MAKER_THREADS);
    uint32_t processes =
        fuzz_maker_has(maker, LC_FEATURE_PROCESSES, 1, 3) ? PROCESSES : 1;
    if (processes > threads) {
        threads = processes;
    }
    schedule->process_count = processes;
    for (uint32_t t = 0; t < threads; t++) {
        struct lc_thread *thread = &schedule->threads[t];
        thread->process = (uint8_t)(t % processes);
        thread->op_first = schedule->op_count;
        schedule->thread_count++;
        maker->socket_base = (FUZZ_MAKER_THREADS + 1) * thread->process;
        maker->sleep_low_ms = 1U << fuzz_rng_upto(&maker->rng, SLEEP_BITS);
        uint32_t lives =
            fuzz_maker_has(maker, LC_FEATURE_RESTART, 1, 3) ? 2 : 1;
        for (uint32_t i = 0; i < lives; i++) {
            add_life(maker, t);
        }
    }
}

void fuzz_generate(
    const struct fuzz_generate_options *options,
    uint64_t seed,
    struct lc_schedule *ret_schedule)
{
    struct fuzz_maker maker = { .schedule = ret_schedule,
                                .body_max = BODY_MAX };
    memset(ret_schedule, 0, sizeof *ret_schedule);
    fuzz_rng_seed(&maker.rng, seed, FUZZ_RNG_PROGRAM);
    fuzz_rng_seed(&maker.wrong, seed, FUZZ_RNG_WRONG);
    fuzz_rng_seed(&maker.listen, seed, FUZZ_RNG_LISTEN);
    fuzz_rng_seed(&maker.network, seed, FUZZ_RNG_NETWORK);
    fuzz_rng_seed(&maker.hook, seed, FUZZ_RNG_HOOK);
    fuzz_rng_seed(&maker.datagram, seed, FUZZ_RNG_DATAGRAM);
    fuzz_rng_seed(&maker.receive, seed, FUZZ_RNG_RECEIVE);
    if (options->has_swarm) {
        struct fuzz_rng rng;
        fuzz_rng_seed(&rng, seed, FUZZ_RNG_SWARM);
        fuzz_swarm_draw(
            &rng,
            (struct fuzz_swarm_draws){
                .world = options->world == NULL,
                .faults = fuzz_random_world_faults(options) != 0,
                .hostile = fuzz_random_world_is_hostile(options),
                .names = fuzz_random_world_has_names(options, seed),
            },
            &ret_schedule->swarm);
        if (fuzz_swarm_is_on(&ret_schedule->swarm)) {
            maker.swarm = &ret_schedule->swarm;
            maker.body_max = fuzz_rng_between(&rng, 1, BODY_MAX);
            fuzz_swarm_draw_network(&maker.network, &ret_schedule->swarm);
            fuzz_swarm_draw_hooks(&maker.hook, &ret_schedule->swarm);
            fuzz_swarm_draw_receive(&maker.receive, &ret_schedule->swarm);
        }
    }
    fuzz_random_world(options, seed, maker.swarm, &ret_schedule->world);
    maker.entries = fuzz_schedule_entry_count(&ret_schedule->world);
    maker.catalog = fuzz_schedule_catalog_count(&ret_schedule->world);
    maker.has_datagrams = fuzz_make_has_datagrams(&ret_schedule->world);
    draw_calls(&maker);
    maker.is_hostile = fuzz_maker_has(&maker, LC_FEATURE_HOSTILE, 1, 4);
    add_threads(&maker);
    fuzz_schedule_repair(ret_schedule);
    if (options->world == NULL) {
        fuzz_protocol_sockets(ret_schedule, seed);
    }
}
