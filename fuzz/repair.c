/*
 * Makes any value a valid, canonical schedule.
 */
#include <string.h>

#include "lastcall/abi.h"
#include "lastcall/check.h"
#include "lastcall/fail.h"
#include "lastcall/nsp.h"
#include "lastcall/trace.h"
#include "lastcall/triplet.h"
#include "lastcall/version.h"

#include "fuzz/call.h"
#include "fuzz/schedule.h"
#include "fuzz/words.h"

static void set_name(char *to, const char *name, uint32_t number)
{
    size_t length = strlen(name);
    LC_CHECK(length + 4 < LC_NAME_MAX);
    memset(to, 0, LC_NAME_MAX);
    memcpy(to, name, length + 1);
    if (number >= 10) {
        to[length++] = (char)('0' + number / 10 % 10);
    }
    if (number > 0) {
        to[length] = (char)('0' + number % 10);
    }
}

static uint64_t clamp(uint64_t value, uint64_t low, uint64_t high)
{
    return value < low ? low : value > high ? high : value;
}

/* Makes a name valid and different from those before it in its list. */
static void repair_name(
    char *names,
    size_t stride,
    uint32_t index,
    const char *fallback)
{
    char *name = names + index * stride;
    bool is_good = fuzz_schedule_is_name(name);
    for (uint32_t i = 0; is_good && i < index; i++) {
        is_good = strcmp(names + i * stride, name) != 0;
    }
    if (is_good) {
        size_t length = strlen(name);
        memset(name + length, 0, LC_NAME_MAX - length);
        return;
    }
    for (uint32_t number = 0; number < 100; number++) {
        set_name(name, fallback, number);
        bool is_free = true;
        for (uint32_t i = 0; i < index; i++) {
            is_free &= strcmp(names + i * stride, name) != 0;
        }
        if (is_free) {
            return;
        }
    }
}

static void repair_providers(struct lc_world *world)
{
    world->provider_count =
        (uint32_t)clamp(world->provider_count, 1, LC_PROVIDERS_MAX);
    bool has_base = false;
    for (uint32_t i = 0; i < world->provider_count; i++) {
        struct lc_provider *provider = &world->providers[i];
        provider->kind %= LC_PROVIDER_KIND_COUNT;
        provider->pinned = provider->pinned != 0;
        provider->dll_main &= (1U << LC_DLL_MAIN_COUNT) - 1;
        provider->path[LC_PATH_MAX - 1] = '\0';
        size_t length = strlen(provider->path);
        bool is_printable = length > 0;
        for (size_t k = 0; k < length; k++) {
            is_printable &= (unsigned char)provider->path[k] >= 0x20 &&
                            (unsigned char)provider->path[k] < 0x7f;
        }
        if (provider->kind == LC_PROVIDER_DLL && !is_printable) {
            provider->kind = LC_PROVIDER_IFS;
        }
        if (provider->kind != LC_PROVIDER_DLL) {
            length = 0;
            provider->has_own = 0;
        }
        provider->has_own = provider->has_own != 0;
        provider->is_datagram =
            provider->is_datagram != 0 && provider->kind == LC_PROVIDER_BASE;
        memset(provider->path + length, 0, LC_PATH_MAX - length);
        provider->versions = fuzz_schedule_versions(
            provider->kind == LC_PROVIDER_DLL ? 0 : provider->versions,
            LC_VERSIONS_OF_PROVIDER);
        has_base |= provider->kind == LC_PROVIDER_BASE;
    }
    if (!has_base) {
        world->providers[0].kind = LC_PROVIDER_BASE;
        world->providers[0].has_own = 0;
        memset(world->providers[0].path, 0, LC_PATH_MAX);
    }
    for (uint32_t i = 0; i < world->provider_count; i++) {
        char *name = world->providers[i].name;
        size_t length = strnlen(name, LC_NAME_MAX);
        uint32_t module;
        if (fuzz_words_find(FUZZ_WORDS_MODULE, name, length, &module)) {
            name[0] = '\0'; /* it means another module */
        }
        repair_name(
            world->providers[0].name,
            sizeof world->providers[0],
            i,
            world->providers[i].kind == LC_PROVIDER_BASE ? "tcp" : "filter");
    }
    memset(
        &world->providers[world->provider_count],
        0,
        (LC_PROVIDERS_MAX - world->provider_count) *
            sizeof world->providers[0]);
}

static bool is_chain(const struct lc_world *world, uint32_t index)
{
    const struct lc_chain *chain = &world->chains[index];
    if (chain->length < 2 || chain->length > LC_CHAIN_LENGTH_MAX) {
        return false;
    }
    for (uint32_t i = 0; i < chain->length; i++) {
        uint32_t provider = chain->providers[i];
        if (provider >= world->provider_count) {
            return false;
        }
        bool is_base = world->providers[provider].kind == LC_PROVIDER_BASE;
        if (is_base != (i + 1 == chain->length)) {
            return false;
        }
        if (i > 0 && fuzz_schedule_is_misplaced(
                         &world->providers[chain->providers[i - 1]],
                         &world->providers[provider])) {
            return false;
        }
        for (uint32_t k = 0; k < i; k++) {
            if (chain->providers[k] == provider) {
                return false;
            }
        }
    }
    return true;
}

static void repair_chains(struct lc_world *world)
{
    uint32_t count = (uint32_t)clamp(world->chain_count, 0, LC_CHAINS_MAX);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        world->chains[kept] = world->chains[i];
        if (is_chain(world, kept)) {
            struct lc_chain *chain = &world->chains[kept];
            memset(
                chain->providers + chain->length,
                0,
                LC_CHAIN_LENGTH_MAX - chain->length);
            kept++;
        }
    }
    world->chain_count = kept;
    memset(
        &world->chains[kept],
        0,
        (LC_CHAINS_MAX - kept) * sizeof world->chains[0]);
}

static void repair_protocols(struct lc_world *world)
{
    uint32_t count =
        (uint32_t)clamp(world->protocol_count, 0, LC_PROTOCOLS_MAX);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct lc_served protocol = world->protocols[i];
        protocol.zero = protocol.zero != 0;
        protocol.hidden = protocol.hidden != 0;
        protocol.unused = 0;
        if (protocol.provider < world->provider_count &&
            world->providers[protocol.provider].kind == LC_PROVIDER_BASE &&
            fuzz_schedule_is_protocol(protocol.triplet)) {
            world->protocols[kept] = protocol;
            kept++;
        }
    }
    world->protocol_count = kept;
    memset(
        &world->protocols[kept],
        0,
        (LC_PROTOCOLS_MAX - kept) * sizeof world->protocols[0]);
}

static void repair_world(struct lc_world *world)
{
    repair_providers(world);
    repair_chains(world);
    repair_protocols(world);
    uint32_t count = (uint32_t)clamp(world->plant_count, 0, LC_PLANTS_MAX);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (fuzz_schedule_is_name(world->plants[i])) {
            if (i != kept) {
                memcpy(world->plants[kept], world->plants[i], LC_NAME_MAX);
            }
            size_t length = strlen(world->plants[kept]);
            memset(world->plants[kept] + length, 0, LC_NAME_MAX - length);
            kept++;
        }
    }
    world->plant_count = kept;
    memset(
        world->plants[kept],
        0,
        (LC_PLANTS_MAX - kept) * sizeof world->plants[0]);
    world->sndbuf_bytes =
        (uint32_t)clamp(world->sndbuf_bytes, 1, FUZZ_SNDBUF_MAX);
    world->link_bits_per_s =
        clamp(world->link_bits_per_s, 1, FUZZ_LINK_BITS_MAX);
    world->link_latency_ns =
        clamp(world->link_latency_ns, 0, FUZZ_LATENCY_NS_MAX);
    world->link_window_bytes =
        (uint32_t)clamp(world->link_window_bytes, 1, FUZZ_WINDOW_MAX);
    world->versions =
        fuzz_schedule_versions(world->versions, LC_VERSIONS_OF_WS2_32);
    world->faults &= LC_FAIL_ALL;
    world->peer_kind %= LC_PEER_KIND_COUNT;
    world->page_heap = world->page_heap != 0;
    world->names = world->names != 0;
    world->descriptors =
        (uint8_t)clamp(world->descriptors, 0, FUZZ_DESCRIPTORS_MAX);
    uint32_t least = 0;
    world->peer_number =
        fuzz_schedule_peer_has_number(world->peer_kind, &least)
            ? (uint32_t)clamp(world->peer_number, least, FUZZ_PEER_NUMBER_MAX)
            : 0;
    world->rcvbuf_bytes =
        (uint32_t)clamp(world->rcvbuf_bytes, 1, FUZZ_SNDBUF_MAX);
    world->hostile = world->hostile != 0;
}

static void repair_op(const struct lc_schedule *schedule, struct lc_op *op)
{
    op->call %= LC_CALL_COUNT;
    if (fuzz_call(op->call)->is_hostile && !schedule->world.hostile) {
        op->call = LC_CALL_GETLASTERROR;
    }
    const struct fuzz_call *call = fuzz_call(op->call);
    op->socket = call->has_socket ? op->socket % LC_SOCKETS_MAX : LC_NONE;
    uint32_t entries = 0;
    if (call->arguments[2].kind != FUZZ_ARGUMENT_NONE) {
        op->entry = (uint8_t)fuzz_call_repair(&call->arguments[2], op->entry);
        entries = op->entry + 1U;
    } else if (call->has_entry) {
        /* It has to name one. */
        entries = fuzz_schedule_catalog_count(&schedule->world);
        op->entry = (uint8_t)(op->entry % entries);
    } else if (
        op->call == LC_CALL_SOCKET &&
        fuzz_schedule_is_open(&schedule->world, op->entry)) {
        entries = op->entry + 1U;
    }
    op->entry = op->entry < entries ? op->entry : LC_NONE;
    op->value = fuzz_call_repair(&call->arguments[0], op->value);
    op->value2 = call->has_listener
                     ? op->value2 % LC_SOCKETS_MAX
                     : fuzz_call_repair(&call->arguments[1], op->value2);
    if (call->arguments[0].kind == FUZZ_ARGUMENT_PROVIDER) {
        op->value %= schedule->world.provider_count;
    }
}

/* What the threads and processes that are kept were numbered before. */
struct old_numbers {
    uint8_t threads[LC_THREADS_MAX];
    uint8_t processes[LC_PROCESSES_MAX];
};

/* The threads that have calls, grouped by process, their calls in order.
 * ret_old says for each new thread which one it was. */
static void regroup(struct lc_schedule *schedule, struct old_numbers *ret_old)
{
    struct lc_thread threads[LC_THREADS_MAX];
    struct lc_process processes[LC_PROCESSES_MAX];
    struct lc_op ops[LC_OPS_MAX];
    uint32_t thread_count = 0;
    uint32_t process_count = 0;
    uint32_t op_count = 0;
    memset(threads, 0, sizeof threads);
    memset(processes, 0, sizeof processes);
    memset(ops, 0, sizeof ops);
    for (uint32_t p = 0; p < schedule->process_count; p++) {
        bool is_used = false;
        for (uint32_t t = 0; t < schedule->thread_count; t++) {
            const struct lc_thread *from = &schedule->threads[t];
            if (from->process != p || from->op_count == 0) {
                continue;
            }
            is_used = true;
            ret_old->threads[thread_count] = (uint8_t)t;
            struct lc_thread *to = &threads[thread_count++];
            *to = *from;
            to->process = (uint8_t)process_count;
            to->op_first = op_count;
            memcpy(
                &ops[op_count],
                &schedule->ops[from->op_first],
                from->op_count * sizeof ops[0]);
            op_count += from->op_count;
        }
        if (is_used) {
            ret_old->processes[process_count] = (uint8_t)p;
            processes[process_count++] = schedule->processes[p];
        }
    }
    memcpy(schedule->threads, threads, sizeof threads);
    memcpy(schedule->processes, processes, sizeof processes);
    memcpy(schedule->ops, ops, sizeof ops);
    schedule->thread_count = thread_count;
    schedule->process_count = process_count;
    schedule->op_count = op_count;
}

/* The new number of a thread, or LC_NONE when it is not there any more. */
static uint8_t map_thread(
    const struct lc_schedule *schedule,
    const struct old_numbers *old,
    uint32_t before)
{
    for (uint32_t i = 0; i < schedule->thread_count; i++) {
        if (old->threads[i] == before) {
            return (uint8_t)i;
        }
    }
    return LC_NONE;
}

/* A call that names a thread names another one of its process. */
static void renumber_targets(
    struct lc_schedule *schedule,
    const struct old_numbers *old)
{
    for (uint32_t t = 0; t < schedule->thread_count; t++) {
        const struct lc_thread *thread = &schedule->threads[t];
        for (uint32_t i = 0; i < thread->op_count; i++) {
            struct lc_op *op = &schedule->ops[thread->op_first + i];
            if (fuzz_call(op->call)->arguments[0].kind !=
                FUZZ_ARGUMENT_THREAD) {
                continue;
            }
            uint32_t target = map_thread(schedule, old, op->value);
            bool is_other =
                target != LC_NONE && target != t &&
                schedule->threads[target].process == thread->process;
            if (!is_other) {
                op->call = LC_CALL_GETLASTERROR;
            }
            op->value = is_other ? target : 0;
        }
    }
}

/* The numbers that socket variables get by their first use. */
struct renumbering {
    char names[LC_SOCKETS_MAX][LC_NAME_MAX];
    uint8_t number[LC_SOCKETS_MAX];
    uint32_t count;
};

static uint8_t number_of(
    struct renumbering *renumbering,
    const struct lc_schedule *schedule,
    uint32_t socket)
{
    LC_CHECK(socket < LC_SOCKETS_MAX);
    if (renumbering->number[socket] == LC_NONE) {
        renumbering->number[socket] = (uint8_t)renumbering->count;
        if (socket < schedule->socket_count) {
            memcpy(
                renumbering->names[renumbering->count],
                schedule->sockets[socket],
                LC_NAME_MAX);
        }
        renumbering->count++;
    }
    return renumbering->number[socket];
}

static void renumber_sockets(struct lc_schedule *schedule)
{
    struct renumbering renumbering = { .count = 0 };
    memset(renumbering.number, (int)LC_NONE, sizeof renumbering.number);
    for (uint32_t i = 0; i < schedule->op_count; i++) {
        struct lc_op *op = &schedule->ops[i];
        if (op->socket != LC_NONE) {
            op->socket = number_of(&renumbering, schedule, op->socket);
        }
        if (fuzz_call(op->call)->has_listener) {
            op->value2 = number_of(&renumbering, schedule, op->value2);
        }
        if (fuzz_call(op->call)->arguments[0].kind != FUZZ_ARGUMENT_SOCKETS) {
            continue;
        }
        uint32_t sockets = 0;
        for (uint32_t k = 0; k < LC_SOCKETS_MAX; k++) {
            if ((op->value >> k & 1) != 0) {
                sockets |= 1U << number_of(&renumbering, schedule, k);
            }
        }
        op->value = sockets;
    }
    memcpy(schedule->sockets, renumbering.names, sizeof renumbering.names);
    schedule->socket_count = renumbering.count;
    for (uint32_t i = 0; i < renumbering.count; i++) {
        repair_name(schedule->sockets[0], LC_NAME_MAX, i, "s");
    }
}

static void repair_threads(
    struct lc_schedule *schedule,
    struct old_numbers *ret_old)
{
    schedule->process_count =
        (uint32_t)clamp(schedule->process_count, 1, LC_PROCESSES_MAX);
    schedule->thread_count =
        (uint32_t)clamp(schedule->thread_count, 0, LC_THREADS_MAX);
    schedule->op_count = (uint32_t)clamp(schedule->op_count, 0, LC_OPS_MAX);
    uint32_t sum = 0;
    for (uint32_t t = 0; t < schedule->thread_count; t++) {
        struct lc_thread *thread = &schedule->threads[t];
        thread->process = (uint8_t)(thread->process % schedule->process_count);
        if (thread->op_first > schedule->op_count ||
            thread->op_count > schedule->op_count - thread->op_first ||
            sum + thread->op_count > LC_OPS_MAX) {
            thread->op_first = 0;
            thread->op_count = 0;
        }
        sum += thread->op_count;
    }
    for (uint32_t i = 0; i < schedule->op_count; i++) {
        repair_op(schedule, &schedule->ops[i]);
    }
    regroup(schedule, ret_old);
    renumber_targets(schedule, ret_old);
    if (schedule->thread_count == 0) {
        schedule->process_count = 1;
        schedule->thread_count = 1;
        schedule->op_count = 1;
        schedule->threads[0].op_count = 1;
        schedule->ops[0] = (struct lc_op){
            .call = LC_CALL_WSASTARTUP,
            .socket = LC_NONE,
            .entry = LC_NONE,
            .value = 0x0202,
        };
        ret_old->threads[0] = LC_NONE;
        ret_old->processes[0] = LC_NONE;
    }
    for (uint32_t i = 0; i < schedule->process_count; i++) {
        repair_name(
            schedule->processes[0].name,
            sizeof schedule->processes[0],
            i,
            "A");
    }
    for (uint32_t i = 0; i < schedule->thread_count; i++) {
        repair_name(
            schedule->threads[0].name,
            sizeof schedule->threads[0],
            i,
            "t");
    }
    renumber_sockets(schedule);
}

/* The new number of a thread reference, or LC_NONE when it names nothing. */
static uint8_t map_ref(
    const struct lc_schedule *schedule,
    const struct old_numbers *old,
    uint8_t ref)
{
    if ((ref & LC_THREAD_REF_DLL) != 0) {
        uint32_t process = ref >> 5 & 3;
        uint32_t ordinal = ref & 31;
        for (uint32_t i = 0; i < schedule->process_count; i++) {
            if (old->processes[i] == process &&
                ordinal < LC_PROCESS_DLL_THREADS) {
                return (uint8_t)(LC_THREAD_REF_DLL | i << 5 | ordinal);
            }
        }
        return LC_NONE;
    }
    return map_thread(schedule, old, ref);
}

static bool is_module(const struct lc_schedule *schedule, uint8_t module)
{
    return module <= LC_MODULE_WS2_32 || module == LC_MODULE_SYSTEM ||
           (module == LC_MODULE_NAMES && schedule->world.names != 0) ||
           (module >= LC_MODULE_PROVIDER &&
            module < LC_MODULE_PROVIDER + schedule->world.provider_count);
}

static bool is_place(
    const struct lc_schedule *schedule,
    const struct lc_choice *choice)
{
    const struct lc_place *place = &choice->place;
    const struct lc_thread *thread = choice->thread < schedule->thread_count
                                         ? &schedule->threads[choice->thread]
                                         : NULL;
    switch ((enum lc_place_kind)place->kind) {
    case LC_PLACE_START:
    case LC_PLACE_END:
        return place->function == 0 && place->module == 0;
    case LC_PLACE_API:
        return thread != NULL && place->module == 0 &&
               place->function ==
                   schedule->ops[thread->op_first + choice->call].call;
    case LC_PLACE_SPI_ENTER:
    case LC_PLACE_SPI_LEAVE:
        return place->function <= LC_SPI_STARTUP &&
               is_module(schedule, place->module);
    case LC_PLACE_NSP_ENTER:
    case LC_PLACE_NSP_LEAVE:
        return place->function <= LC_NSP_STARTUP &&
               place->module == LC_MODULE_NAMES && schedule->world.names != 0;
    case LC_PLACE_UPCALL:
        return place->function < LC_UPCALL_COUNT &&
               is_module(schedule, place->module);
    case LC_PLACE_SHIM:
        return place->function < LC_SHIM_COUNT &&
               is_module(schedule, place->module);
    case LC_PLACE_WAIT:
        return place->function < LC_WAIT_COUNT && place->module == 0;
    case LC_PLACE_IDLE:
    case LC_PLACE_PACKET:
    case LC_PLACE_COUNT:
        break;
    }
    return false;
}

static bool repair_action(
    const struct lc_schedule *schedule,
    const struct old_numbers *old,
    struct lc_choice *choice)
{
    if (choice->action == LC_ACTION_RUN) {
        choice->value = 0;
        choice->target = map_ref(schedule, old, choice->target);
        return choice->target != LC_NONE;
    }
    if (choice->action != LC_ACTION_FIRE || choice->target >= LC_EVENT_COUNT) {
        return false;
    }
    if (choice->target == LC_EVENT_TIMEOUT) {
        if (choice->value > UINT8_MAX) {
            return false;
        }
        choice->value = map_ref(schedule, old, (uint8_t)choice->value);
        return choice->value != LC_NONE;
    }
    return choice->value >= 1;
}

static bool repair_choice(
    const struct lc_schedule *schedule,
    const struct old_numbers *old,
    struct lc_choice *choice)
{
    if (choice->stream == LC_STREAM_LATENCY) {
        choice->thread = LC_NONE;
        choice->place = (struct lc_place){ .kind = LC_PLACE_PACKET };
        choice->action = LC_ACTION_VALUE;
        choice->target = 0;
        return choice->call >= 1 && choice->value >= 1 && choice->value <= 3;
    }
    if (choice->stream >= LC_STREAM_COUNT) {
        return false;
    }
    if (choice->stream == LC_STREAM_SCHED &&
        choice->place.kind == LC_PLACE_IDLE) {
        choice->thread = LC_NONE;
        choice->call = 0;
        choice->place = (struct lc_place){ .kind = LC_PLACE_IDLE };
        return repair_action(schedule, old, choice);
    }
    choice->thread = map_ref(schedule, old, choice->thread);
    if (choice->thread == LC_NONE) {
        return false;
    }
    if ((choice->thread & LC_THREAD_REF_DLL) != 0) {
        choice->call = 0;
    } else if (choice->call >= schedule->threads[choice->thread].op_count) {
        return false;
    }
    if (!is_place(schedule, choice)) {
        return false;
    }
    if (choice->stream == LC_STREAM_HANDLE) {
        choice->action = LC_ACTION_VALUE;
        choice->target = 0;
        choice->value = 1;
        return fuzz_schedule_gives_handle(choice->place);
    }
    if (choice->stream == LC_STREAM_FAULT) {
        enum lc_fail fail = lc_fail_of(choice->place);
        choice->action = LC_ACTION_VALUE;
        choice->target = 0;
        return (schedule->world.faults >> fail & 1) != 0 &&
               choice->value >= 1 &&
               choice->value <= lc_fail_forms(choice->place);
    }
    return repair_action(schedule, old, choice);
}

static void repair_expect(struct lc_expect *expect)
{
    expect->kind %= LC_EXPECT_UNSPECIFIED + 1;
    if (expect->kind == LC_EXPECT_BROKEN &&
        !fuzz_schedule_is_name(expect->rule)) {
        expect->kind = LC_EXPECT_NONE;
    }
    size_t length = expect->kind == LC_EXPECT_BROKEN ? strlen(expect->rule) : 0;
    memset(expect->rule + length, 0, LC_NAME_MAX - length);
    expect->has_hash = expect->has_hash && expect->kind != LC_EXPECT_NONE;
    expect->hash = expect->has_hash ? expect->hash : 0;
}

static void repair_swarm(struct lc_swarm *swarm)
{
    for (uint32_t i = 0; i < LC_FEATURE_COUNT; i++) {
        uint32_t max = i < LC_CALL_COUNT ? LC_SWARM_WEIGHT_MAX : 1;
        swarm->weights[i] = (uint8_t)clamp(swarm->weights[i], 0, max);
    }
}

void fuzz_schedule_repair(struct lc_schedule *schedule)
{
    struct old_numbers old;
    memset(&old, (int)LC_NONE, sizeof old);
    repair_world(&schedule->world);
    repair_threads(schedule, &old);
    uint32_t count = (uint32_t)clamp(schedule->choice_count, 0, LC_CHOICES_MAX);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct lc_choice choice = schedule->choices[i];
        if (repair_choice(schedule, &old, &choice)) {
            schedule->choices[kept++] = choice;
        }
    }
    memset(
        &schedule->choices[kept],
        0,
        (count - kept) * sizeof schedule->choices[0]);
    schedule->choice_count = kept;
    repair_expect(&schedule->expect);
    repair_swarm(&schedule->swarm);
}
