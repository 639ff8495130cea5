#include "fuzz/lives.h"

#include <string.h>

#include "lastcall/abi.h"
#include "lastcall/check.h"

#include "fuzz/call.h"
#include "fuzz/generate.h"
#include "fuzz/schedule.h"

/* ---- Names ---- */

enum {
    PORT_FIRST = 49152 /* of those that the system chooses */
};

/* What stands for a number that is older than the life. */
#define OLDER (INT64_C(1) << 48)

static bool find_name(
    const struct fuzz_lives_names *names,
    uint64_t number,
    int64_t *ret_name)
{
    for (uint32_t i = names->count; i > 0; i--) {
        if (names->numbers[i - 1] == number) {
            *ret_name = i;
            return true;
        }
    }
    return false;
}

static void add_name(
    struct fuzz_lives *lives,
    struct fuzz_lives_names *names,
    uint64_t number)
{
    if (names->count == FUZZ_LIVES_NAMES_MAX) {
        lives->is_full = true;
        return;
    }
    names->numbers[names->count++] = number;
}

static bool is_older(
    const struct fuzz_lives *lives,
    enum fuzz_lives_kind kind,
    int64_t number)
{
    int64_t name;
    if (kind == FUZZ_LIVES_OBJECT) {
        return number <= lives->object_older;
    }
    /* A port is free again when its connection is. */
    return kind != FUZZ_LIVES_PORT &&
           find_name(&lives->older[kind], (uint64_t)number, &name);
}

/* Of which a run gives out so many at most, in all lives. */
static const uint32_t run_maxima[FUZZ_LIVES_KIND_COUNT] = {
    [FUZZ_LIVES_HANDLE] = UINT32_MAX,
    [FUZZ_LIVES_OBJECT] = UINT32_MAX,
    [FUZZ_LIVES_CONNECTION] = FUZZ_LIVES_CONNECTIONS_MAX,
    [FUZZ_LIVES_PORT] = UINT32_MAX,
    [FUZZ_LIVES_THREAD] = LC_DLL_THREADS_MAX,
};

/* The life's name of a number; 0 and -1 are none. */
static int64_t name_of(
    struct fuzz_lives *lives,
    enum fuzz_lives_kind kind,
    int64_t number)
{
    struct fuzz_lives_names *names = &lives->names[kind];
    int64_t name;
    if (number == 0 || number == -1) {
        return number;
    }
    if (kind == FUZZ_LIVES_OBJECT && number > lives->object_last) {
        lives->object_last = number;
    }
    if (find_name(names, (uint64_t)number, &name)) {
        return name;
    }
    if (is_older(lives, kind, number)) {
        return OLDER + number;
    }
    add_name(lives, names, (uint64_t)number);
    lives->is_full |=
        names->count + lives->older[kind].count >= run_maxima[kind];
    return names->count;
}

static void forget_names(struct fuzz_lives *lives)
{
    for (uint32_t kind = 0; kind < FUZZ_LIVES_KIND_COUNT; kind++) {
        struct fuzz_lives_names *names = &lives->names[kind];
        if (kind != FUZZ_LIVES_OBJECT && kind != FUZZ_LIVES_PORT) {
            for (uint32_t i = 0; i < names->count; i++) {
                add_name(lives, &lives->older[kind], names->numbers[i]);
            }
        }
        names->count = 0;
    }
    lives->object_older = lives->object_last;
}

/* ---- A record with the names of its life ---- */

enum {
    BYTES_THAT_TELL = 8
};

static void rename_field(
    struct fuzz_lives *lives,
    enum fuzz_lives_kind kind,
    int64_t *field)
{
    *field = name_of(lives, kind, *field);
}

static void rename_port(struct fuzz_lives *lives, int64_t *port)
{
    if (*port > PORT_FIRST) {
        rename_field(lives, FUZZ_LIVES_PORT, port);
    }
}

/* The bytes of a stream follow from the value of its handle. Where threads send
 * over each other's bytes, or receive them, a few may be right by chance. */
static void forget_few(int64_t bytes, int64_t *are_right)
{
    if (bytes < BYTES_THAT_TELL) {
        *are_right = 0;
    }
}

static void rename_api(struct fuzz_lives *lives, struct lc_record *record)
{
    bool is_return = record->kind == LC_RECORD_API_RETURN;
    if (fuzz_call(record->function)->has_socket &&
        record->function != LC_CALL_SOCKET) {
        rename_field(
            lives,
            FUZZ_LIVES_HANDLE,
            is_return ? &record->c : &record->a);
    }
    if (is_return && record->function == LC_CALL_SOCKET) {
        rename_field(lives, FUZZ_LIVES_HANDLE, &record->a);
    }
    if (is_return && record->function == LC_CALL_GETSOCKNAME) {
        rename_port(lives, &record->d);
    } else if (is_return && record->function == LC_CALL_RECV) {
        forget_few(record->a, &record->d);
    }
}

static void rename_spi(struct fuzz_lives *lives, struct lc_record *record)
{
    bool is_return = record->kind == LC_RECORD_SPI_RETURN;
    if (record->function == LC_SPI_STARTUP) {
        return;
    }
    if (record->function == LC_SPI_SOCKET) {
        if (is_return) {
            rename_field(lives, FUZZ_LIVES_HANDLE, &record->a);
        }
        return;
    }
    rename_field(lives, FUZZ_LIVES_HANDLE, is_return ? &record->c : &record->a);
}

static void rename_upcall(struct fuzz_lives *lives, struct lc_record *record)
{
    bool is_return = record->kind == LC_RECORD_UPCALL_RETURN;
    switch (record->function) {
    case LC_UPCALL_CREATE_SOCKET_HANDLE:
        if (is_return) {
            rename_field(lives, FUZZ_LIVES_HANDLE, &record->a);
        }
        break;
    case LC_UPCALL_MODIFY_IFS_HANDLE:
        rename_field(
            lives,
            FUZZ_LIVES_HANDLE,
            is_return ? &record->a : &record->b);
        break;
    case LC_UPCALL_CLOSE_SOCKET_HANDLE:
    case LC_UPCALL_QUERY_SOCKET_HANDLE_CONTEXT:
    case LC_UPCALL_FD_IS_SET:
        rename_field(
            lives,
            FUZZ_LIVES_HANDLE,
            is_return ? &record->c : &record->a);
        break;
    default:
        break;
    }
}

static void rename_object(struct fuzz_lives *lives, struct lc_record *record)
{
    if (record->kind == LC_RECORD_WAIT && record->function == LC_WAIT_NET) {
        rename_field(lives, FUZZ_LIVES_CONNECTION, &record->a);
        return;
    }
    rename_field(lives, FUZZ_LIVES_OBJECT, &record->a);
}

static void rename_handle(struct fuzz_lives *lives, struct lc_record *record)
{
    rename_field(lives, FUZZ_LIVES_HANDLE, &record->a);
}

static void rename_wire(struct fuzz_lives *lives, struct lc_record *record)
{
    if (record->function == LC_WIRE_ACCEPT) {
        forget_few(record->b, &record->d);
    }
    rename_field(lives, FUZZ_LIVES_CONNECTION, &record->a);
    if (record->function == LC_WIRE_OPEN || record->function == LC_WIRE_CLOSE) {
        rename_field(lives, FUZZ_LIVES_HANDLE, &record->c);
    }
}

static void rename_ref(struct fuzz_lives *lives, uint8_t *ref)
{
    if (*ref != LC_NONE && (*ref & LC_THREAD_REF_DLL) != 0) {
        int64_t name = name_of(lives, FUZZ_LIVES_THREAD, *ref);
        if (name < OLDER) {
            *ref = (uint8_t)(LC_THREAD_REF_DLL + name - 1);
        }
    }
}

static void rename_thread(struct fuzz_lives *lives, struct lc_record *record)
{
    uint8_t ref = (uint8_t)record->a;
    rename_ref(lives, &ref);
    record->a = ref;
}

typedef void rename_fn(struct fuzz_lives *lives, struct lc_record *record);

/* What is not here has no number of the run. */
static rename_fn *const renames[LC_RECORD_KIND_COUNT] = {
    [LC_RECORD_SELECT] = rename_handle,
    [LC_RECORD_API_CALL] = rename_api,
    [LC_RECORD_API_RETURN] = rename_api,
    [LC_RECORD_SPI_CALL] = rename_spi,
    [LC_RECORD_SPI_RETURN] = rename_spi,
    [LC_RECORD_UPCALL_CALL] = rename_upcall,
    [LC_RECORD_UPCALL_RETURN] = rename_upcall,
    [LC_RECORD_HANDLE] = rename_handle,
    [LC_RECORD_CREATE] = rename_object,
    [LC_RECORD_DESTROY] = rename_object,
    [LC_RECORD_LOCK] = rename_object,
    [LC_RECORD_WAIT] = rename_object,
    [LC_RECORD_THREAD] = rename_thread,
    [LC_RECORD_WIRE] = rename_wire,
};

static struct lc_record rename_record(
    struct fuzz_lives *lives,
    const struct lc_record *record)
{
    struct lc_record renamed = *record;
    LC_CHECK(record->kind < LC_RECORD_KIND_COUNT);
    renamed.time_ns -= lives->began_ns;
    rename_ref(lives, &renamed.thread);
    if (renames[record->kind] != NULL) {
        renames[record->kind](lives, &renamed);
    }
    return renamed;
}

/* ---- What is seen of a run ---- */

static void differ(
    struct fuzz_lives *lives,
    const struct lc_record *first,
    const struct lc_record *later)
{
    struct fuzz_lives_result *result = &lives->result;
    result->end = FUZZ_LIVES_DIFFERS;
    result->life = lives->life;
    result->has_first = first != NULL;
    result->has_later = later != NULL;
    result->first_number = lives->first_number + lives->compared;
    result->later_number = lives->began_number + lives->compared;
    if (first != NULL) {
        result->first = *first;
    }
    if (later != NULL) {
        result->later = *later;
    }
}

/* The record of the first life that is to come next; NULL: none. */
static const struct lc_record *expected(const struct fuzz_lives *lives)
{
    return lives->compared < lives->first_count ? &lives->first[lives->compared]
                                                : NULL;
}

static bool is_same(const struct lc_record *a, const struct lc_record *b)
{
    return a->time_ns == b->time_ns && a->kind == b->kind &&
           a->process == b->process && a->thread == b->thread &&
           a->caller == b->caller && a->callee == b->callee &&
           a->function == b->function && a->a == b->a && a->b == b->b &&
           a->c == b->c && a->d == b->d;
}

/* Counts starts, and knows whose last error is of this life. */
static void follow_application(
    struct fuzz_lives *lives,
    struct lc_record *record)
{
    if (record->kind != LC_RECORD_API_RETURN) {
        return;
    }
    bool *has_failed = &lives->has_failed[record->thread];
    bool is_good = record->b == 0;
    if (record->function == LC_CALL_WSASTARTUP) {
        lives->starts += is_good;
    } else if (record->function == LC_CALL_GETLASTERROR) {
        record->a = *has_failed ? record->a : 0;
    } else {
        lives->starts -= record->function == LC_CALL_WSACLEANUP && is_good;
        *has_failed |= !is_good;
    }
}

static bool compare(struct fuzz_lives *lives, const struct lc_record *record)
{
    struct lc_record renamed = rename_record(lives, record);
    follow_application(lives, &renamed);
    if (lives->life == 1) {
        if (lives->first_count == FUZZ_LIVES_RECORDS_MAX) {
            lives->is_full = true;
            return false;
        }
        lives->first[lives->first_count++] = renamed;
        return !lives->is_full;
    }
    const struct lc_record *first = expected(lives);
    if (first == NULL || !is_same(first, &renamed)) {
        differ(lives, first, &renamed);
        return false;
    }
    lives->compared++;
    return !lives->is_full;
}

static bool see(void *context, const struct lc_record *record)
{
    struct fuzz_lives *lives = context;
    lives->record_count++;
    if (record->kind == LC_RECORD_END) {
        lives->run_end = record->function;
    }
    bool is_ours =
        record->kind == LC_RECORD_END && (record->function == LC_END_LIMIT ||
                                          record->function == LC_END_STOPPED);
    if (is_ours || lives->life > lives->lives ||
        lives->result.end != FUZZ_LIVES_SAME) {
        return false;
    }
    if (lives->life > 0) {
        return compare(lives, record);
    }
    if (record->kind == LC_RECORD_CREATE && record->a > lives->object_last) {
        lives->object_last = record->a;
    }
    return true;
}

/* ---- Lives ---- */

/* Ends the one that was under way, and begins the next. */
static void begin_life(struct fuzz_lives *lives)
{
    struct fuzz_lives_result *result = &lives->result;
    if (lives->life == 1 && lives->starts != 0) {
        result->end = FUZZ_LIVES_UNBALANCED;
    } else if (lives->life > 1 && expected(lives) != NULL) {
        differ(lives, expected(lives), NULL);
    }
    forget_names(lives);
    memset(lives->is_held, 0, sizeof lives->is_held);
    memset(lives->has_failed, 0, sizeof lives->has_failed);
    fuzz_rng_seed(&lives->rng, lives->seed, FUZZ_RNG_ORDER);
    lives->compared = 0;
    lives->began_ns = sim_now_ns();
    lives->began_number = lives->record_count;
    if (lives->life == 0) {
        lives->first_number = lives->record_count;
    }
    lives->life++;
    result->lives += lives->life <= lives->lives;
}

static bool is_held(
    const struct fuzz_lives *lives,
    const struct sim_choice_candidate *candidate)
{
    return candidate->action == LC_ACTION_RUN &&
           candidate->target < LC_THREADS_MAX &&
           lives->is_held[candidate->target];
}

/* The place of a candidate among all, by what it is and not by when it came to
 * be able to go on. */
static uint64_t rank_of(
    struct fuzz_lives *lives,
    const struct sim_choice_candidate *candidate)
{
    uint64_t object = candidate->value;
    bool is_connection = candidate->action == LC_ACTION_FIRE &&
                         candidate->target != LC_EVENT_TIMEOUT &&
                         candidate->target != LC_EVENT_TIMER;
    int64_t name;
    if (candidate->action == LC_ACTION_FIRE &&
        candidate->target == LC_EVENT_DATAGRAM) {
        object = 0; /* places are taken as they are free: by when it was sent */
    } else if (
        is_connection && find_name(
                             &lives->names[FUZZ_LIVES_CONNECTION],
                             candidate->value,
                             &name)) {
        object = (uint64_t)name;
    }
    return (uint64_t)candidate->action << 32 |
           (uint64_t)candidate->target << 16 | object;
}

/* The n-th of those that are not held, by rank, from 0. */
static uint32_t pick(
    struct fuzz_lives *lives,
    const struct sim_choice_point *point,
    uint32_t n)
{
    for (uint32_t i = 0; i < point->count; i++) {
        uint64_t rank = rank_of(lives, &point->candidates[i]);
        uint32_t before = 0;
        if (is_held(lives, &point->candidates[i])) {
            continue;
        }
        for (uint32_t k = 0; k < point->count; k++) {
            bool is_free = !is_held(lives, &point->candidates[k]);
            uint64_t other = rank_of(lives, &point->candidates[k]);
            before += is_free && (other < rank || (other == rank && k < i));
        }
        if (before == n) {
            return i;
        }
    }
    LC_CHECK(false);
    return 0;
}

static uint32_t count_free(
    const struct fuzz_lives *lives,
    const struct sim_choice_point *point)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < point->count; i++) {
        count += !is_held(lives, &point->candidates[i]);
    }
    return count;
}

/* Whether a thread stands at the first call of a life. */
static bool begins_life(
    const struct fuzz_lives *lives,
    const struct lc_choice *where)
{
    return where->thread < lives->one.thread_count &&
           where->place.kind == LC_PLACE_API &&
           where->call % lives->one.threads[where->thread].op_count == 0;
}

static bool all_are_held(const struct fuzz_lives *lives)
{
    for (uint32_t i = 0; i < lives->one.thread_count; i++) {
        if (!lives->is_held[i]) {
            return false;
        }
    }
    return true;
}

/* A thread waits for what does not come in this life. */
static void get_stuck(struct fuzz_lives *lives)
{
    if (lives->life > 1) {
        differ(lives, expected(lives), NULL);
    } else {
        lives->result.end = FUZZ_LIVES_UNENDED;
    }
}

/* Mostly a thread goes on. */
enum {
    CHANGE_ONE_IN = 6
};

static uint32_t choose_next(
    struct fuzz_lives *lives,
    const struct sim_choice_point *point)
{
    const struct lc_choice *where = &point->where;
    if (begins_life(lives, where) && where->occurrence == 0) {
        lives->is_held[where->thread] = true;
    }
    uint32_t count = count_free(lives, point);
    if (count == 0 && !all_are_held(lives)) {
        get_stuck(lives);
        return 0;
    }
    if (count == 0) {
        begin_life(lives);
        return pick(lives, point, fuzz_rng_upto(&lives->rng, point->count - 1));
    }
    bool changes = fuzz_rng_chance(&lives->rng, 1, CHANGE_ONE_IN);
    for (uint32_t i = 0; !changes && i < point->count; i++) {
        if (point->candidates[i].action == LC_ACTION_RUN &&
            point->candidates[i].target == where->thread &&
            !is_held(lives, &point->candidates[i])) {
            return i;
        }
    }
    return pick(lives, point, fuzz_rng_upto(&lives->rng, count - 1));
}

static uint32_t choose(void *context, const struct sim_choice_point *point)
{
    struct fuzz_lives *lives = context;
    if (point->where.stream == LC_STREAM_LATENCY) {
        return fuzz_rng_upto(&lives->rng, point->count - 1);
    }
    return point->where.stream == LC_STREAM_SCHED ? choose_next(lives, point)
                                                  : 0;
}

/* ---- The program ---- */

static void set_plant(struct lc_world *world, const char *plant)
{
    if (plant != NULL) {
        size_t length = strlen(plant);
        LC_CHECK(length < LC_NAME_MAX);
        memcpy(world->plants[0], plant, length);
        world->plant_count = 1;
    }
}

/* What outlives a life by right, and what ends the process of all. */
static bool outlives(uint8_t call)
{
    static const uint8_t calls[] = {
        /* The catalog. */
        LC_CALL_WSC_INSTALL,
        LC_CALL_WSC_INSTALL_CHAIN,
        LC_CALL_WSC_DEINSTALL,
        LC_CALL_WSC_ORDER,
        LC_CALL_APP_CATEGORY,
        LC_CALL_PROVIDER_INFO,
        /* Events (those of the network set them), the port and DLLs are the
         * application's own, and operations have the numbers of their calls.
         * Requests go on when their socket is gone. */
        LC_CALL_CREATEEVENT,
        LC_CALL_CLOSEEVENT,
        LC_CALL_SETEVENT,
        LC_CALL_RESETEVENT,
        LC_CALL_WAITEVENTS,
        LC_CALL_CREATEPORT,
        LC_CALL_DEQUEUE,
        LC_CALL_POST,
        LC_CALL_LOADLIBRARY,
        LC_CALL_FREELIBRARY,
        LC_CALL_WSASEND,
        LC_CALL_WSARECV,
        LC_CALL_GETOVERLAPPED,
        LC_CALL_LISTEN,
        LC_CALL_ACCEPT,
        LC_CALL_WSAACCEPT,
        LC_CALL_EVENTSELECT,
        LC_CALL_ENUMEVENTS,
        /* Ends. */
        LC_CALL_EXITTHREAD,
        LC_CALL_EXITPROCESS,
        LC_CALL_TERMINATEPROCESS,
    };
    bool is_one = fuzz_call(call)->is_of_names;
    for (uint32_t i = 0; i < LC_COUNT_OF(calls); i++) {
        is_one |= calls[i] == call;
    }
    return is_one;
}

/* A program of one process. */
static void make_program(struct fuzz_lives *lives)
{
    struct lc_schedule *one = &lives->one;
    fuzz_generate(
        &(struct fuzz_generate_options){ .has_swarm = true },
        lives->seed,
        one);
    memset(&one->swarm, 0, sizeof one->swarm);
    one->process_count = 1;
    for (uint32_t i = 0; i < one->thread_count; i++) {
        one->threads[i].process = 0;
    }
    for (uint32_t i = 0; i < one->op_count; i++) {
        struct lc_op *op = &one->ops[i];
        if (outlives(op->call)) {
            *op = (struct lc_op){ .call = LC_CALL_WSC_ENUM,
                                  .socket = LC_NONE,
                                  .entry = LC_NONE };
        } else if (op->call == LC_CALL_BIND && op->value >= PORT_FIRST) {
            op->value = 0;
        }
    }
    set_plant(&one->world, lives->plant);
    fuzz_schedule_repair(one);
}

/* How often its lives fit a schedule, behind which each thread has one more
 * call. */
static uint32_t lives_of(const struct fuzz_lives *lives)
{
    const struct lc_schedule *one = &lives->one;
    struct fuzz_rng rng;
    fuzz_rng_seed(&rng, lives->seed, FUZZ_RNG_PROGRAM);
    uint32_t count = fuzz_rng_between(&rng, 2, FUZZ_LIVES_MAX);
    uint32_t room = (LC_OPS_MAX - one->thread_count) / one->op_count;
    count = count < room ? count : room;
    if (one->socket_count > 0) {
        room = LC_SOCKETS_MAX / one->socket_count;
        count = count < room ? count : room;
    }
    return count;
}

/* The program so many times over, each with variables of its own. */
static void make_schedule(struct fuzz_lives *lives)
{
    const struct lc_schedule *one = &lives->one;
    struct lc_schedule *all = &lives->schedule;
    *all = *one;
    all->op_count = 0;
    for (uint32_t t = 0; t < one->thread_count; t++) {
        const struct lc_thread *thread = &one->threads[t];
        all->threads[t].op_first = all->op_count;
        for (uint32_t life = 0; life < lives->lives; life++) {
            for (uint32_t i = 0; i < thread->op_count; i++) {
                struct lc_op op = one->ops[thread->op_first + i];
                if (op.socket != LC_NONE) {
                    op.socket = (uint8_t)(op.socket + life * one->socket_count);
                }
                if (fuzz_call(op.call)->arguments[0].kind ==
                    FUZZ_ARGUMENT_SOCKETS) {
                    op.value <<= life * one->socket_count;
                }
                all->ops[all->op_count++] = op;
            }
        }
        all->ops[all->op_count++] = (struct lc_op){
            .call = LC_CALL_GETLASTERROR,
            .socket = LC_NONE,
            .entry = LC_NONE,
        };
        all->threads[t].op_count = all->op_count - all->threads[t].op_first;
    }
    all->socket_count = lives->lives * one->socket_count;
    memset(all->sockets, 0, sizeof all->sockets);
    fuzz_schedule_repair(all);
    LC_CHECK(all->thread_count == one->thread_count);
}

static uint32_t stack_of(const struct lc_world *world)
{
    uint32_t stack = FUZZ_LIVES_BASE;
    for (uint32_t i = 0; i < world->chain_count; i++) {
        const struct lc_chain *chain = &world->chains[i];
        for (uint32_t k = 0; k < chain->length; k++) {
            uint8_t kind = world->providers[chain->providers[k]].kind;
            uint32_t above = kind == LC_PROVIDER_NONIFS ? FUZZ_LIVES_NONIFS
                             : kind == LC_PROVIDER_IFS  ? FUZZ_LIVES_IFS
                                                        : FUZZ_LIVES_BASE;
            stack = above > stack ? above : stack;
        }
    }
    return stack;
}

/* ---- Playing ---- */

static void begin_run(struct fuzz_lives *lives)
{
    for (uint32_t kind = 0; kind < FUZZ_LIVES_KIND_COUNT; kind++) {
        lives->names[kind].count = 0;
        lives->older[kind].count = 0;
    }
    memset(lives->is_held, 0, sizeof lives->is_held);
    fuzz_rng_seed(&lives->rng, lives->seed, FUZZ_RNG_ORDER);
    lives->life = 0;
    lives->is_full = false;
    lives->starts = 0;
    lives->run_end = LC_END_COUNT;
    lives->record_count = 0;
    lives->compared = 0;
    lives->first_count = 0;
    lives->object_last = 0;
    lives->object_older = 0;
}

/* What became of a run that was played. */
static uint32_t end_of(const struct fuzz_lives *lives, uint32_t choice_count)
{
    if (lives->result.end == FUZZ_LIVES_UNBALANCED) {
        return FUZZ_LIVES_UNBALANCED;
    }
    if (lives->is_full || choice_count == LC_CHOICES_MAX ||
        lives->run_end == LC_END_LIMIT) {
        return FUZZ_LIVES_LIMIT;
    }
    return lives->life < 2 ? FUZZ_LIVES_UNENDED : lives->result.end;
}

static enum sim_status play(
    struct fuzz_lives *lives,
    struct sim_error *ret_error)
{
    struct sim_backer backer = {
        .choose = choose,
        .context = lives,
        .sees_all = true,
    };
    struct sim_result result;
    begin_run(lives);
    enum sim_status status = sim_play(
        &(struct sim_play_options){
            .schedule = &lives->schedule,
            .backer = &backer,
            .sink = see,
            .sink_context = lives,
        },
        &result,
        ret_error);
    if (status == SIM_OK) {
        struct lc_schedule *schedule = &lives->schedule;
        LC_CHECK(result.choice_count <= LC_CHOICES_MAX);
        memcpy(
            schedule->choices,
            result.choices,
            result.choice_count * sizeof schedule->choices[0]);
        schedule->choice_count = result.choice_count;
        lives->result.end = end_of(lives, result.choice_count);
    }
    return status;
}

enum sim_status fuzz_lives_play(
    struct fuzz_lives *lives,
    uint64_t seed,
    struct fuzz_lives_result *ret_result,
    struct sim_error *ret_error)
{
    enum sim_status status = SIM_OK;
    lives->seed = seed;
    lives->result = (struct fuzz_lives_result){ 0 };
    make_program(lives);
    lives->result.stack = stack_of(&lives->one.world);
    lives->lives = lives_of(lives);
    if (lives->lives < 2) {
        lives->result.end = FUZZ_LIVES_LIMIT;
    } else {
        make_schedule(lives);
        status = play(lives, ret_error);
        lives->result.records = lives->first_count;
    }
    *ret_result = lives->result;
    return status;
}

const struct lc_schedule *fuzz_lives_schedule(const struct fuzz_lives *lives)
{
    return &lives->schedule;
}
