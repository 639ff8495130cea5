#include "fuzz/generate.h"

#include <string.h>

#include "lastcall/check.h"
#include "lastcall/nsp.h"
#include "lastcall/version.h"

#include "fuzz/call.h"
#include "fuzz/protocol.h"
#include "fuzz/rng.h"
#include "fuzz/schedule.h"
#include "fuzz/swarm.h"

enum {
    THREADS = 3,
    PROCESSES = 2,
    BODY_MAX = 9,
    SOCKETS_MAX = 30,  /* the model follows 32, and those of layers below */
    SLEEP_BITS = 12,   /* to 8 s; in ms */
    LATENCY_BITS = 20, /* to 2 s; in us */
    RARE_ONE_IN = 8,
    DRAWS_MAX = 8, /* until a call is one that may be */
    NAMES_ONE_IN = 3,
    NETWORK_ONE_IN = 5,
    NETWORK_EVENTS = 2 /* event variables, beside those of overlapped sends */
};

/* Calls that are about overlapped operations. */
#define OVERLAPPED_CALLS                                                      \
    (UINT64_C(1) << LC_CALL_GETOVERLAPPED |                                   \
     UINT64_C(1) << LC_CALL_CREATEEVENT | UINT64_C(1) << LC_CALL_CLOSEEVENT | \
     UINT64_C(1) << LC_CALL_SETEVENT | UINT64_C(1) << LC_CALL_RESETEVENT |    \
     UINT64_C(1) << LC_CALL_WAITEVENTS | UINT64_C(1) << LC_CALL_SLEEPEX |     \
     UINT64_C(1) << LC_CALL_CREATEPORT | UINT64_C(1) << LC_CALL_DEQUEUE |     \
     UINT64_C(1) << LC_CALL_POST)

_Static_assert(LC_CALL_COUNT <= 64, "a bit for each call");

struct maker {
    struct fuzz_rng rng;
    struct fuzz_rng wrong;   /* for what a hostile application gives */
    struct fuzz_rng listen;  /* for sockets that listen */
    struct fuzz_rng network; /* for network events, and selects */
    struct lc_schedule *schedule;
    const struct lc_swarm *swarm; /* NULL: none */
    uint32_t entries;             /* that a socket can be of */
    uint32_t catalog;             /* all */
    uint64_t calls_on;            /* without a swarm: bit per enum lc_call */
    uint32_t body_max;
    uint32_t socket_count;
    uint32_t sleep_low_ms; /* the pace of the thread */
    bool is_hostile;
    bool has_network; /* the life has calls of network events, and selects */
    uint32_t socket_base; /* first variable of the thread's process */
};

/* Whether something is to be, `times` of `of`. A swarm either leaves it out or
 * has it twice as often: about as often on the whole. */
static bool chance(
    struct fuzz_rng *rng,
    const struct lc_swarm *swarm,
    enum lc_feature feature,
    uint32_t times,
    uint32_t of)
{
    if (swarm == NULL) {
        return fuzz_rng_chance(rng, times, of);
    }
    uint32_t twice = 2 * times < of ? 2 * times : of;
    return swarm->weights[feature] != 0 && fuzz_rng_chance(rng, twice, of);
}

static bool has(
    struct maker *maker,
    enum lc_feature feature,
    uint32_t times,
    uint32_t of)
{
    return chance(&maker->rng, maker->swarm, feature, times, of);
}

static bool has_call(const struct maker *maker, enum lc_call call)
{
    return maker->swarm == NULL || maker->swarm->weights[call] != 0;
}

/* A number whose logarithm is uniform: 2^bits at least, 2^(bits_max + 1) - 1 at
 * most. */
static uint32_t heavy(struct fuzz_rng *rng, uint32_t bits, uint32_t bits_max)
{
    uint32_t low = 1U << fuzz_rng_between(rng, bits, bits_max);
    return fuzz_rng_between(rng, low, 2 * low - 1);
}

static void add(struct maker *maker, struct lc_op op)
{
    struct lc_schedule *schedule = maker->schedule;
    if (schedule->op_count == LC_OPS_MAX) {
        return;
    }
    schedule->ops[schedule->op_count++] = op;
    schedule->threads[schedule->thread_count - 1].op_count++;
}

static void add_call(struct maker *maker, enum lc_call call, uint8_t socket)
{
    add(maker,
        (struct lc_op){ .call = (uint8_t)call,
                        .socket = socket,
                        .entry = LC_NONE });
}

/* Whether an application that is hostile gives an argument that is refused. */
static bool is_wrong(struct maker *maker)
{
    return maker->is_hostile && fuzz_rng_chance(&maker->wrong, 1, 8);
}

/* A start without room for the answer, or of any version: of one that there
 * is, of none, and of one whose numbers were taken for each other. */
static void make_startup_wrong(struct maker *maker, struct lc_op *op)
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

static void add_startup(struct maker *maker)
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
    add(maker, op);
}

static uint8_t pick_socket(struct maker *maker, uint32_t thread)
{
    /* Mostly the thread's own variable, now and then one that it shares. */
    uint32_t own = maker->socket_base + 1 + thread;
    bool is_shared = has(maker, LC_FEATURE_SHARE, 1, 4);
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

/* Network events are to be recorded, for an event that mostly exists. */
static void add_event_select(struct maker *maker, uint8_t socket)
{
    struct lc_op op = { .call = LC_CALL_EVENTSELECT,
                        .socket = socket,
                        .entry = LC_NONE };
    if (!has_call(maker, LC_CALL_EVENTSELECT)) {
        return;
    }
    fuzz_call_draw_all(&op, &maker->network);
    op.value =
        LC_EVENTS_MAX - 1 - fuzz_rng_upto(&maker->network, NETWORK_EVENTS - 1);
    if (op.value2 != 0 && fuzz_rng_chance(&maker->network, 7, 8)) {
        add(maker,
            (struct lc_op){ .call = LC_CALL_CREATEEVENT,
                            .socket = LC_NONE,
                            .entry = LC_NONE,
                            .value = op.value });
    }
    add(maker, op);
}

static void add_socket(struct maker *maker, uint8_t socket)
{
    bool is_via = has(maker, LC_FEATURE_VIA, 1, 3);
    uint32_t entry =
        is_via ? fuzz_rng_upto(&maker->rng, maker->entries - 1) : LC_NONE;
    uint32_t handles = handle_count(&maker->schedule->world, entry);
    if (maker->socket_count + handles > SOCKETS_MAX) {
        return;
    }
    maker->socket_count += handles;
    add(maker,
        (struct lc_op){
            .call = LC_CALL_SOCKET,
            .socket = socket,
            .entry = (uint8_t)entry,
        });
    if (has_call(maker, LC_CALL_BIND) && fuzz_rng_chance(&maker->rng, 1, 16)) {
        add_call(maker, LC_CALL_BIND, socket);
    }
    if (maker->has_network && fuzz_rng_chance(&maker->network, 1, 2)) {
        add_event_select(maker, socket);
    }
    if (fuzz_rng_chance(&maker->rng, 7, 8)) {
        add_call(maker, LC_CALL_CONNECT, socket);
    }
}

/* Sizes around what fits: the buffer, the window, and a little. */
static uint32_t pick_size(struct maker *maker)
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

static uint32_t pick_linger(struct maker *maker)
{
    static const uint32_t seconds[] = { 0, 0, 1, 2, 5, 60, 65535 };
    return seconds[fuzz_rng_upto(&maker->rng, LC_COUNT_OF(seconds) - 1)];
}

static uint32_t draw_sleep(struct maker *maker)
{
    return fuzz_rng_between(
        &maker->rng,
        maker->sleep_low_ms,
        2 * maker->sleep_low_ms - 1);
}

/* Of a call that is drawn apart: 0. */
static uint32_t weight_of(const struct maker *maker, uint32_t call)
{
    return fuzz_call(call)->is_apart ? 0 : maker->swarm->weights[call];
}

/* A call by the weights of the swarm. */
static uint32_t draw_weighted(struct maker *maker)
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

/* Any call; LC_CALL_COUNT: none. */
static uint32_t draw_any(struct maker *maker)
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
    return (maker->calls_on >> kind & 1) != 0 ? kind : LC_CALL_COUNT;
}

/* A receive. One that nothing comes for would wait until somebody closes the
 * socket: it mostly does not wait. */
static void add_recv(struct maker *maker, uint8_t socket)
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
        add(maker, op);
    }
    op.call = LC_CALL_RECV;
    op.value = pick_size(maker);
    add(maker, op);
}

/* What two applications do with each other: one asks, the other answers; and
 * one that says goodbye still looks whether something comes. */
static void add_exchange(struct maker *maker, uint8_t socket)
{
    static const uint8_t ends[] = { LC_CALL_SHUTDOWN,
                                    LC_CALL_SEND_DISCONNECT,
                                    LC_CALL_RECV_DISCONNECT };
    struct lc_op op = { .socket = socket, .entry = LC_NONE };
    uint32_t rounds = fuzz_rng_between(&maker->rng, 1, 2);
    for (uint32_t i = 0; i < rounds; i++) {
        op.call = LC_CALL_SEND;
        op.value = pick_size(maker);
        if (has_call(maker, LC_CALL_SEND)) {
            add(maker, op);
        }
        add_recv(maker, socket);
    }
    op.call = ends[fuzz_rng_upto(&maker->rng, LC_COUNT_OF(ends) - 1)];
    op.value = op.call == LC_CALL_SHUTDOWN ? fuzz_rng_upto(&maker->rng, 2) : 0;
    if (has_call(maker, (enum lc_call)op.call) &&
        fuzz_rng_chance(&maker->rng, 1, 2)) {
        add(maker, op);
        add_recv(maker, socket);
    }
}

/* Whether a call that was drawn is to be: it is not hostile where that is not
 * asked for, nor one of name spaces where there are none, and a rare one has
 * its luck. */
static bool is_to_be(struct maker *maker, uint32_t kind)
{
    const struct fuzz_call *call = fuzz_call(kind);
    const struct lc_world *world = &maker->schedule->world;
    return (!call->is_hostile || world->hostile) &&
           (!call->is_of_names || world->names) &&
           (call->one_in == 0 || fuzz_rng_chance(&maker->rng, 1, call->one_in));
}

/* A call for the middle of a life; LC_CALL_COUNT: none. */
static uint32_t draw_call(struct maker *maker)
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
static void add_overlapped(struct maker *maker, uint8_t socket)
{
    struct lc_op op = { .call = LC_CALL_WSASEND,
                        .socket = socket,
                        .entry = LC_NONE };
    fuzz_call_draw_all(&op, &maker->rng);
    op.value = pick_size(maker);
    if (op.value2 >= LC_INDICATE_EVENT &&
        has_call(maker, LC_CALL_CREATEEVENT) &&
        fuzz_rng_chance(&maker->rng, 3, 4)) {
        add(maker,
            (struct lc_op){ .call = LC_CALL_CREATEEVENT,
                            .socket = LC_NONE,
                            .entry = LC_NONE,
                            .value = op.value2 - LC_INDICATE_EVENT });
    }
    add(maker, op);
}

/* A lookup, and mostly what goes on with it; now and then there is something
 * to find. */
static void add_lookup(struct maker *maker, uint8_t variable)
{
    if (fuzz_rng_chance(&maker->rng, 1, 2)) {
        add(maker,
            (struct lc_op){
                .call = LC_CALL_SET_SERVICE,
                .socket = LC_NONE,
                .entry = LC_NONE,
                .value = LC_RNRSERVICE_REGISTER,
                .value2 = fuzz_rng_upto(&maker->rng, LC_SERVICES - 1),
            });
    }
    add(maker,
        (struct lc_op){
            .call = LC_CALL_LOOKUP_BEGIN,
            .socket = variable,
            .entry = LC_NONE,
            .value = fuzz_rng_upto(&maker->rng, LC_NAME_SPACE_COUNT - 1),
        });
    uint32_t count = fuzz_rng_upto(&maker->rng, 3);
    for (uint32_t i = 0; i < count; i++) {
        add_call(maker, LC_CALL_LOOKUP_NEXT, variable);
    }
    if (fuzz_rng_chance(&maker->rng, 1, 2)) {
        add_call(maker, LC_CALL_LOOKUP_END, variable);
    }
}

static void add_body_call(struct maker *maker, uint8_t socket)
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
        op.value = pick_size(maker);
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
    add(maker, op);
}

/* Waits for an event of those that network events set. */
static void add_network_wait(struct maker *maker)
{
    uint32_t event =
        LC_EVENTS_MAX - 1 - fuzz_rng_upto(&maker->network, NETWORK_EVENTS - 1);
    add(maker,
        (struct lc_op){
            .call = LC_CALL_WAITEVENTS,
            .socket = LC_NONE,
            .value = 1U << event,
            .value2 = fuzz_rng_upto(&maker->network, 3000),
            .entry = LC_WAIT_HOW_ANY,
        });
}

/* A select of a socket, now and then of another one, too. */
static void add_select(struct maker *maker, uint8_t socket)
{
    struct lc_op op = { .call = LC_CALL_SELECT,
                        .socket = LC_NONE,
                        .entry = LC_NONE };
    fuzz_call_draw_all(&op, &maker->network);
    op.value = 1U << socket;
    if (fuzz_rng_chance(&maker->network, 1, 4)) {
        op.value |=
            1U
            << (maker->socket_base + fuzz_rng_upto(&maker->network, THREADS));
    }
    if (fuzz_rng_chance(&maker->network, 1, 4)) {
        op.value2 = 0;
    }
    add(maker, op);
}

/* A call that has to do with network events, or a select. */
static void add_network_call(struct maker *maker, uint8_t socket)
{
    struct lc_op op = { .socket = socket, .entry = LC_NONE };
    switch (fuzz_rng_upto(&maker->network, 5)) {
    case 0:
        add_event_select(maker, socket);
        return;
    case 1:
        op.call = LC_CALL_FIONBIO; /* off: EVENT-4 */
        break;
    case 2:
        add_network_wait(maker);
        return;
    case 3:
        if (has_call(maker, LC_CALL_SELECT)) {
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
    if (has_call(maker, (enum lc_call)op.call)) {
        add(maker, op);
    }
}

/* Ways to close with data that is not sent: what is to become of it depends
 * on options that a random sequence seldom brings together. */
static void add_close(struct maker *maker, uint8_t socket)
{
    struct lc_op op = { .socket = socket, .entry = LC_NONE };
    if (fuzz_rng_chance(&maker->rng, 1, 2)) {
        op.call = LC_CALL_LINGER;
        op.value = fuzz_rng_chance(&maker->rng, 4, 5);
        op.value2 = pick_linger(maker);
        add(maker, op);
    }
    op = (struct lc_op){ .socket = socket, .entry = LC_NONE };
    op.call = LC_CALL_SEND;
    op.value = pick_size(maker);
    add(maker, op);
    if (fuzz_rng_chance(&maker->rng, 1, 2)) {
        op.call = LC_CALL_FIONBIO;
        op.value = 1;
        add(maker, op);
    }
    if (fuzz_rng_chance(&maker->rng, 1, 4)) {
        op.call = LC_CALL_SHUTDOWN;
        op.value = fuzz_rng_between(&maker->rng, 0, 2);
        add(maker, op);
    }
    add_call(maker, LC_CALL_CLOSESOCKET, socket);
    if (fuzz_rng_chance(&maker->rng, 1, 2)) {
        op = (struct lc_op){ .call = LC_CALL_SLEEP,
                             .socket = LC_NONE,
                             .entry = LC_NONE };
        op.value = draw_sleep(maker);
        add(maker, op);
    }
    if (fuzz_rng_chance(&maker->rng, 1, 2)) {
        add_call(maker, LC_CALL_CLOSESOCKET, socket);
    }
}

/* A socket that listens, mostly as it has to be. */
static void add_listener(struct maker *maker, uint8_t socket)
{
    static const uint32_t ports[] = { 80, 80, 80, 5000, 0 };
    struct fuzz_rng *rng = &maker->listen;
    struct lc_op op = { .socket = socket, .entry = LC_NONE };
    op.call = LC_CALL_SOCKET;
    add(maker, op);
    if (fuzz_rng_chance(rng, 1, 3)) {
        op.call = LC_CALL_LINGER;
        op.value = 1;
        op.value2 = pick_linger(maker);
        add(maker, op);
        op.value2 = 0;
    }
    if (fuzz_rng_chance(rng, 9, 10)) {
        op.call = LC_CALL_BIND;
        op.value = ports[fuzz_rng_upto(rng, LC_COUNT_OF(ports) - 1)];
        add(maker, op);
    }
    op.call = LC_CALL_LISTEN;
    op.value = fuzz_call_draw(&fuzz_call(op.call)->arguments[0], rng);
    add(maker, op);
    if (fuzz_rng_chance(rng, 1, 5)) {
        op.call = LC_CALL_FIONBIO;
        op.value = 1;
        add(maker, op);
    }
}

/* What a server does: accepts, talks, closes. */
static void add_server(struct maker *maker, uint8_t socket, uint32_t thread)
{
    struct fuzz_rng *rng = &maker->listen;
    uint8_t accepted = (uint8_t)(PROCESSES * (THREADS + 1) + thread);
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
        add(maker, op);
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
            add_call(maker, LC_CALL_CLOSESOCKET, accepted);
        }
    }
}

/* A life: start, some calls, close, cleanup. */
static void add_life(struct maker *maker, uint32_t thread)
{
    uint8_t socket = pick_socket(maker, thread);
    bool is_lazy = maker->is_hostile && fuzz_rng_chance(&maker->rng, 1, 4);
    maker->has_network = fuzz_rng_chance(&maker->network, 1, NETWORK_ONE_IN);
    if (!is_lazy) {
        add_startup(maker);
    }
    bool has_requests = maker->schedule->world.peer_kind == LC_PEER_CONNECTOR;
    if (has_requests && fuzz_rng_chance(&maker->listen, 2, 3)) {
        add_server(maker, socket, thread);
    } else if (fuzz_rng_chance(&maker->rng, 6, 7)) {
        add_socket(maker, socket);
    }
    uint32_t calls = fuzz_rng_upto(&maker->rng, maker->body_max);
    for (uint32_t i = 0; i < calls; i++) {
        if (fuzz_rng_chance(&maker->rng, 1, 6)) {
            socket = pick_socket(maker, thread);
        }
        add_body_call(maker, socket);
        if (maker->has_network && fuzz_rng_chance(&maker->network, 1, 2)) {
            add_network_call(maker, socket);
        }
    }
    /* A peer that only reads has no answer. */
    bool is_sink = maker->schedule->world.peer_kind <= LC_PEER_SLOW;
    if (has_call(maker, LC_CALL_RECV) &&
        fuzz_rng_chance(&maker->rng, 1, is_sink ? 8 : 3)) {
        add_exchange(maker, socket);
    }
    if (has(maker, LC_FEATURE_UNSENT, 1, 4)) {
        add_close(maker, socket);
    } else if (
        has_call(maker, LC_CALL_CLOSESOCKET) &&
        fuzz_rng_chance(&maker->rng, 2, 3)) {
        add_call(maker, LC_CALL_CLOSESOCKET, socket);
    }
    if (!maker->is_hostile || fuzz_rng_chance(&maker->rng, 2, 3)) {
        add_call(maker, LC_CALL_WSACLEANUP, LC_NONE);
    }
}

static void add_provider(struct lc_world *world, const char *name, uint8_t kind)
{
    struct lc_provider *provider = &world->providers[world->provider_count++];
    size_t length = strlen(name);
    LC_CHECK(length < LC_NAME_MAX);
    memcpy(provider->name, name, length);
    provider->kind = kind;
}

static void add_chain(
    struct lc_world *world,
    const uint8_t *members,
    uint8_t length)
{
    struct lc_chain *chain = &world->chains[world->chain_count++];
    chain->length = length;
    memcpy(chain->providers, members, length);
}

/* From none to two layers: 1 in 5 has none, 3 have two. */
static uint32_t draw_shape(struct fuzz_rng *rng, const struct lc_swarm *swarm)
{
    if (swarm == NULL) {
        return fuzz_rng_upto(rng, 4);
    }
    return swarm->weights[LC_FEATURE_LAYERS] != 0 ? fuzz_rng_between(rng, 2, 4)
                                                  : fuzz_rng_chance(rng, 1, 2);
}

static void draw_providers(
    struct lc_world *world,
    struct fuzz_rng *rng,
    const struct lc_swarm *swarm)
{
    add_provider(world, "tcp", LC_PROVIDER_BASE);
    uint32_t shape = draw_shape(rng, swarm);
    if (shape >= 1) {
        add_provider(world, "filter", LC_PROVIDER_IFS);
        add_chain(world, (const uint8_t[]){ 1, 0 }, 2);
    }
    if (shape >= 2) {
        add_provider(world, "outer", LC_PROVIDER_IFS);
    }
    if (shape == 2) {
        add_chain(world, (const uint8_t[]){ 2, 1, 0 }, 3);
    } else if (shape == 3) {
        add_chain(world, (const uint8_t[]){ 2, 0 }, 2);
    } else if (shape == 4) {
        add_provider(world, "second", LC_PROVIDER_BASE);
        add_chain(world, (const uint8_t[]){ 2, 3 }, 2);
    }
    for (uint32_t i = 0; i < world->provider_count; i++) {
        world->providers[i].pinned = chance(rng, swarm, LC_FEATURE_PIN, 1, 5);
    }
}

/* A peer of another kind: mostly one that sends. */
static void draw_peer(struct lc_world *world, struct fuzz_rng *rng)
{
    static const uint8_t kinds[] = {
        LC_PEER_ECHO,    LC_PEER_ECHO,  LC_PEER_ECHO,   LC_PEER_SOURCE,
        LC_PEER_SOURCE,  LC_PEER_RESET, LC_PEER_RESET,  LC_PEER_HALFCLOSE,
        LC_PEER_STALLED, LC_PEER_NEVER, LC_PEER_REFUSE,
    };
    world->peer_kind = kinds[fuzz_rng_upto(rng, LC_COUNT_OF(kinds) - 1)];
    world->peer_number = heavy(rng, 0, 16) - 1;
    uint32_t least = 0;
    if (!fuzz_schedule_peer_has_number(world->peer_kind, &least)) {
        world->peer_number = 0;
    }
}

/* A peer that asks sockets which listen. By a stream of its own. */
static void vary_peer(
    struct lc_world *world,
    uint64_t seed,
    const struct lc_swarm *swarm)
{
    struct fuzz_rng rng;
    fuzz_rng_seed(&rng, seed, FUZZ_RNG_REQUEST);
    if (chance(&rng, swarm, LC_FEATURE_PEERS, 1, 10)) {
        world->peer_kind = LC_PEER_CONNECTOR;
        world->peer_number = heavy(&rng, 0, SLEEP_BITS) - 1;
    }
}

/* Some module has any versions; of two that differ a start is refused, in one
 * way or another. */
static void draw_versions(struct lc_world *world, struct fuzz_rng *rng)
{
    uint32_t module = fuzz_rng_upto(rng, world->provider_count);
    uint8_t versions = (uint8_t)fuzz_rng_between(rng, 1, LC_VERSIONS_ALL);
    if (module == world->provider_count) {
        world->versions = versions;
    } else {
        world->providers[module].versions = versions;
    }
}

/* Layers on top of the last chain, up to its limit; where there are two bases
 * also one that puts the first layer above the other base. */
static void add_layers(struct lc_world *world, struct fuzz_rng *rng)
{
    static const char *const names[] = {
        "third", "fourth", "fifth", "sixth", "seventh",
    };
    struct lc_chain chain = world->chains[world->chain_count - 1];
    uint32_t room = LC_CHAIN_LENGTH_MAX - (uint32_t)chain.length;
    uint32_t left = LC_PROVIDERS_MAX - world->provider_count;
    room = room < left ? room : left;
    LC_CHECK(room >= 1 && room <= LC_COUNT_OF(names));
    uint32_t more =
        fuzz_rng_chance(rng, 1, 3) ? room : fuzz_rng_between(rng, 1, room);
    if (chain.providers[chain.length - 1] != 0) {
        chain.providers[0] = 1;
    }
    for (uint32_t i = 0; i < more; i++) {
        memmove(
            chain.providers + 1,
            chain.providers,
            chain.length * sizeof chain.providers[0]);
        chain.providers[0] = (uint8_t)world->provider_count;
        chain.length++;
        add_provider(world, names[i], LC_PROVIDER_IFS);
    }
    add_chain(world, chain.providers, chain.length);
}

/* From some layer on those above have handles of their own. Later ones stand
 * above earlier ones. */
static void draw_kinds(struct lc_world *world, struct fuzz_rng *rng)
{
    uint32_t from = fuzz_rng_upto(rng, world->provider_count - 1);
    for (uint32_t i = from; i < world->provider_count; i++) {
        if (world->providers[i].kind == LC_PROVIDER_IFS) {
            world->providers[i].kind = LC_PROVIDER_NONIFS;
        }
    }
}

/* By a stream of its own, so that a seed's other draws stay what they are. */
static void vary_layers(
    struct lc_world *world,
    uint64_t seed,
    const struct lc_swarm *swarm)
{
    struct fuzz_rng rng;
    fuzz_rng_seed(&rng, seed, FUZZ_RNG_LAYER);
    bool has_more = chance(&rng, swarm, LC_FEATURE_LAYERS, 1, 5);
    if (has_more && world->chain_count > 0) {
        add_layers(world, &rng);
    }
    if (fuzz_rng_chance(&rng, 1, 2)) {
        draw_kinds(world, &rng);
    }
}

static void random_world(
    struct lc_world *world,
    struct fuzz_rng *rng,
    const struct lc_swarm *swarm)
{
    fuzz_schedule_default_world(world);
    world->provider_count = 0;
    world->chain_count = 0;
    memset(world->providers, 0, sizeof world->providers);
    memset(world->chains, 0, sizeof world->chains);
    draw_providers(world, rng, swarm);
    static const uint32_t sizes[] = { 1000, 4096, 8192, 16384, 65536 };
    if (chance(rng, swarm, LC_FEATURE_BUFFERS, 1, 1)) {
        world->sndbuf_bytes = sizes[fuzz_rng_upto(rng, LC_COUNT_OF(sizes) - 1)];
    }
    if (chance(rng, swarm, LC_FEATURE_LINK, 1, 1)) {
        bool has_latency = fuzz_rng_chance(rng, 15, 16);
        world->link_window_bytes =
            sizes[fuzz_rng_upto(rng, LC_COUNT_OF(sizes) - 1)];
        world->link_bits_per_s =
            1000ULL * heavy(rng, 3, 20); /* 8 kbit to 2 G */
        world->link_latency_ns =
            has_latency ? LC_NS_PER_US * heavy(rng, 0, LATENCY_BITS) : 0;
    }
    if (chance(rng, swarm, LC_FEATURE_SLOW, 1, 3)) {
        world->peer_kind = LC_PEER_SLOW;
        world->peer_number = heavy(rng, 8, 16); /* 256 to 131071 */
    }
    if (chance(rng, swarm, LC_FEATURE_PEERS, 1, 2)) {
        draw_peer(world, rng);
    }
    if (chance(rng, swarm, LC_FEATURE_BUFFERS, 1, 1)) {
        world->rcvbuf_bytes = sizes[fuzz_rng_upto(rng, LC_COUNT_OF(sizes) - 1)];
    }
    if (chance(rng, swarm, LC_FEATURE_VERSIONS, 1, 8)) {
        draw_versions(world, rng);
    }
}

/* A given world stays as it is but for what an application decides: now and
 * then it holds a DLL itself. */
static void vary_world(
    struct lc_world *world,
    struct fuzz_rng *rng,
    const struct lc_swarm *swarm)
{
    uint32_t i = fuzz_rng_upto(rng, world->provider_count - 1);
    if (chance(rng, swarm, LC_FEATURE_PIN, 1, 12)) {
        world->providers[i].pinned = 1;
    }
}

static void add_plant(struct lc_world *world, const char *plant)
{
    size_t length = strlen(plant);
    LC_CHECK(length < LC_NAME_MAX);
    LC_CHECK(world->plant_count < LC_PLANTS_MAX);
    memset(world->plants[world->plant_count], 0, LC_NAME_MAX);
    memcpy(world->plants[world->plant_count], plant, length);
    world->plant_count++;
}

bool fuzz_generate_knows(const char *name, bool *ret_is_base)
{
    static const char *const names[] = {
        "tcp",    "second", "filter", "outer",   "third",
        "fourth", "fifth",  "sixth",  "seventh",
    };

    enum {
        BASES = 2
    };

    for (uint32_t i = 0; i < LC_COUNT_OF(names); i++) {
        if (strcmp(names[i], name) == 0) {
            *ret_is_base = i < BASES;
            return true;
        }
    }
    return false;
}

/* Below a DLL with IFS handles others need such, too, and above one with handles
 * of its own they need their own. */
static void set_kinds(struct lc_world *world, const struct lc_chain *chain)
{
    bool is_below = false;
    for (uint32_t i = 0; i < chain->length; i++) {
        struct lc_provider *provider = &world->providers[chain->providers[i]];
        bool has_own = lc_provider_has_own(provider);
        is_below |= provider->kind == LC_PROVIDER_DLL && !has_own;
        if (is_below && provider->kind == LC_PROVIDER_NONIFS) {
            provider->kind = LC_PROVIDER_IFS;
        }
    }
    bool is_above = false;
    for (uint32_t i = chain->length; i-- > 0;) {
        struct lc_provider *provider = &world->providers[chain->providers[i]];
        if (is_above && provider->kind == LC_PROVIDER_IFS) {
            provider->kind = LC_PROVIDER_NONIFS;
        }
        is_above |= lc_provider_has_own(provider);
    }
}

void fuzz_generate_host(
    struct lc_world *world,
    const struct lc_provider *hosted,
    uint32_t hosted_count)
{
    for (uint32_t i = 0; i < world->provider_count; i++) {
        struct lc_provider *provider = &world->providers[i];
        for (uint32_t k = 0; k < hosted_count; k++) {
            if (provider->kind != LC_PROVIDER_BASE &&
                strcmp(provider->name, hosted[k].name) == 0) {
                provider->kind = LC_PROVIDER_DLL;
                provider->has_own = hosted[k].has_own;
                memcpy(provider->path, hosted[k].path, LC_PATH_MAX);
            }
        }
    }
    /* What one chain needs of a layer may be news to another. */
    for (uint32_t i = 0; i < world->chain_count * world->chain_count; i++) {
        set_kinds(world, &world->chains[i % world->chain_count]);
    }
}

/* The kinds of faults that a world may have. */
static uint8_t faults_of(const struct fuzz_generate_options *options)
{
    return (
        uint8_t)(options->faults | (options->world == NULL ? 0 : options->world->faults));
}

static bool is_hostile(const struct fuzz_generate_options *options)
{
    return options->hostile ||
           (options->world != NULL && options->world->hostile);
}

/* Of the kinds of faults none, all, or some; by a stream of its own. */
static uint8_t draw_faults(
    uint8_t kinds,
    uint64_t seed,
    const struct lc_swarm *swarm)
{
    struct fuzz_rng rng;
    if (kinds == 0) {
        return 0;
    }
    fuzz_rng_seed(&rng, seed, FUZZ_RNG_FAULT);
    bool has_any = chance(&rng, swarm, LC_FEATURE_FAULTS, 3, 4);
    bool has_all = fuzz_rng_chance(&rng, 1, 2);
    uint8_t some = (uint8_t)(fuzz_rng_next(&rng) & kinds);
    return !has_any ? 0 : has_all ? kinds : some;
}

/* Whether there is a name-space DLL: in a random world now and then. */
static bool has_names(
    const struct fuzz_generate_options *options,
    uint64_t seed)
{
    struct fuzz_rng rng;
    if (options->world != NULL) {
        return options->world->names != 0;
    }
    fuzz_rng_seed(&rng, seed, FUZZ_RNG_NAMES);
    return fuzz_rng_chance(&rng, 1, NAMES_ONE_IN);
}

/* The world of a schedule, by a stream of its own. */
static void make_world(
    const struct fuzz_generate_options *options,
    uint64_t seed,
    const struct lc_swarm *swarm,
    struct lc_world *world)
{
    struct fuzz_rng rng;
    fuzz_rng_seed(&rng, seed, FUZZ_RNG_WORLD);
    if (options->world == NULL) {
        random_world(world, &rng, swarm);
        vary_layers(world, seed, swarm);
        world->names = has_names(options, seed) &&
                       (swarm == NULL || swarm->weights[LC_FEATURE_NAMES] != 0);
        fuzz_protocol_world(world, seed);
        vary_peer(world, seed, swarm);
    } else {
        *world = *options->world;
        vary_world(world, &rng, swarm);
    }
    world->faults = draw_faults(faults_of(options), seed, swarm);
    world->hostile = world->hostile || options->hostile;
    if (world->hostile && fuzz_rng_chance(&rng, 1, 8)) {
        uint32_t i = fuzz_rng_upto(&rng, world->provider_count - 1);
        world->providers[i].dll_main =
            (uint8_t)fuzz_rng_between(&rng, 1, (1U << LC_DLL_MAIN_COUNT) - 1);
    }
    fuzz_generate_host(world, options->hosted, options->hosted_count);
    if (options->plant != NULL) {
        add_plant(world, options->plant);
    }
}

/* Threads with their lives. */
static void add_threads(struct maker *maker)
{
    struct lc_schedule *schedule = maker->schedule;
    uint32_t threads = fuzz_rng_between(&maker->rng, 1, THREADS);
    uint32_t processes = has(maker, LC_FEATURE_PROCESSES, 1, 3) ? PROCESSES : 1;
    if (processes > threads) {
        threads = processes;
    }
    schedule->process_count = processes;
    for (uint32_t t = 0; t < threads; t++) {
        struct lc_thread *thread = &schedule->threads[t];
        thread->process = (uint8_t)(t % processes);
        thread->op_first = schedule->op_count;
        schedule->thread_count++;
        maker->socket_base = (THREADS + 1) * thread->process;
        maker->sleep_low_ms = 1U << fuzz_rng_upto(&maker->rng, SLEEP_BITS);
        uint32_t lives = has(maker, LC_FEATURE_RESTART, 1, 3) ? 2 : 1;
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
    struct maker maker = { .schedule = ret_schedule, .body_max = BODY_MAX };
    memset(ret_schedule, 0, sizeof *ret_schedule);
    fuzz_rng_seed(&maker.rng, seed, FUZZ_RNG_PROGRAM);
    fuzz_rng_seed(&maker.wrong, seed, FUZZ_RNG_WRONG);
    fuzz_rng_seed(&maker.listen, seed, FUZZ_RNG_LISTEN);
    fuzz_rng_seed(&maker.network, seed, FUZZ_RNG_NETWORK);
    if (options->has_swarm) {
        struct fuzz_rng rng;
        fuzz_rng_seed(&rng, seed, FUZZ_RNG_SWARM);
        fuzz_swarm_draw(
            &rng,
            (struct fuzz_swarm_draws){
                .world = options->world == NULL,
                .faults = faults_of(options) != 0,
                .hostile = is_hostile(options),
                .names = has_names(options, seed),
            },
            &ret_schedule->swarm);
        if (fuzz_swarm_is_on(&ret_schedule->swarm)) {
            maker.swarm = &ret_schedule->swarm;
            maker.body_max = fuzz_rng_between(&rng, 1, BODY_MAX);
            fuzz_swarm_draw_network(&maker.network, &ret_schedule->swarm);
        }
    }
    make_world(options, seed, maker.swarm, &ret_schedule->world);
    maker.entries = fuzz_schedule_entry_count(&ret_schedule->world);
    maker.catalog = fuzz_schedule_catalog_count(&ret_schedule->world);
    maker.calls_on = fuzz_rng_next(&maker.rng) | UINT64_C(1) << LC_CALL_SEND;
    if ((maker.calls_on >> LC_CALL_WSASEND & 1) == 0) {
        maker.calls_on &= ~OVERLAPPED_CALLS; /* events alone show little */
    }
    maker.is_hostile = has(&maker, LC_FEATURE_HOSTILE, 1, 4);
    add_threads(&maker);
    fuzz_schedule_repair(ret_schedule);
    if (options->world == NULL) {
        fuzz_protocol_sockets(ret_schedule, seed);
    }
}
