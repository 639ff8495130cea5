#include "fuzz/explore/team.h"

#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz/worker.h"

enum {
    PARENT_POLL_MS = 20,
    MEMBER_POLL_MS = 1,
    SLOT_BYTES = 16 << 20, /* of what is handed over: a way and a moment */
    TABLE_SHARE = 2,       /* one in so many bytes is for keys of states */
    ENDS_SHARE = 64
};

enum team_end {
    TEAM_GOES_ON = 0,
    TEAM_STOPPED = 1,
    TEAM_BROKEN = 2,
    TEAM_FULL = 3
};

enum slot_state {
    SLOT_EMPTY = 0,
    SLOT_WANTED = 1, /* who owns it waits */
    SLOT_TAKEN = 2,  /* by another, who fills it */
    SLOT_FILLED = 3
};

/* What is handed over: then the decisions of the way, and the moment. */
struct handed {
    uint64_t moment_bytes;
    uint64_t step_count;
};

struct member {
    atomic_uint slot; /* enum slot_state */
    atomic_uint bound;
    atomic_uint
        is_over; /* it has ended of itself: hosted code may end it, too */
    struct fuzz_explore_totals totals; /* written by the member alone */
};

/* Shared by all. */
struct fuzz_team {
    atomic_uint end; /* enum team_end */
    atomic_uint idle;
    uint32_t jobs;
    uint32_t zero;
    struct member members[FUZZ_EXPLORE_JOBS_MAX];
};

/* The slots lie behind it. */
static unsigned char *slot_bytes(struct fuzz_team *team, uint32_t member)
{
    return (unsigned char *)(team + 1) + (size_t)member * SLOT_BYTES;
}

static size_t team_bytes(uint32_t jobs)
{
    return sizeof(struct fuzz_team) + (size_t)jobs * SLOT_BYTES;
}

static void end_by(struct fuzz_team *team, enum team_end end)
{
    unsigned expected = TEAM_GOES_ON;
    (void)atomic_compare_exchange_strong(&team->end, &expected, end);
}

static void tell(const struct search *search)
{
    struct member *me = &search->team->members[search->member];
    me->totals = search->totals;
    me->totals.memory_bytes = search->moment_bytes;
    atomic_store(&me->bound, search->bound);
}

/* What a member may add until it looks again: half of its part of what is
 * free, so that all together never need more than there is. */
static void make_room(struct search *search)
{
    const struct fuzz_team *team = search->team;
    uint64_t states = 0;
    uint64_t ends = 0;
    for (uint32_t i = 0; i < team->jobs; i++) {
        const volatile struct fuzz_explore_totals *one =
            &team->members[i].totals;
        states += one->states;
        ends += one->ends;
    }
    uint64_t parts = 2 * (uint64_t)team->jobs;
    search->seen.count_max =
        search->seen.count + fuzz_table_room(&search->seen, states) / parts;
    search->ends.count_max =
        search->ends.count + fuzz_table_room(&search->ends, ends) / parts;
}

/* ---- In a member ---- */

/* The moment furthest from the end of the path that has something left. */
static struct moment *lowest(const struct search *search)
{
    struct moment *found = NULL;
    for (struct moment *at = search->first; at != NULL; at = at->after) {
        found = at->next < at->count ? at : found;
    }
    return found;
}

/* All that is left of a moment goes to another member. */
static bool hand_over(struct search *search, uint32_t to)
{
    struct moment *moment = lowest(search);
    unsigned char *at = slot_bytes(search->team, to);
    if (moment == NULL) {
        return false;
    }
    struct handed handed = {
        .moment_bytes = moment->bytes,
        .step_count = moment->depth,
    };
    size_t steps_bytes = handed.step_count * sizeof search->taken[0];
    if (sizeof handed + steps_bytes + moment->bytes > SLOT_BYTES) {
        return false;
    }
    memcpy(at, &handed, sizeof handed);
    memcpy(at + sizeof handed, search->taken, steps_bytes);
    memcpy(at + sizeof handed + steps_bytes, moment, moment->bytes);
    moment->next = moment->count;
    return true;
}

void fuzz_team_tell(struct search *search)
{
    tell(search);
    make_room(search);
}

bool fuzz_team_look(struct search *search)
{
    struct fuzz_team *team = search->team;
    fuzz_team_tell(search);
    for (uint32_t i = 0; i < team->jobs && atomic_load(&team->idle) > 0; i++) {
        atomic_uint *slot = &team->members[i].slot;
        unsigned wanted = SLOT_WANTED;
        if (!atomic_compare_exchange_strong(slot, &wanted, SLOT_TAKEN)) {
            continue;
        }
        if (!hand_over(search, i)) {
            atomic_store(slot, SLOT_WANTED);
            break;
        }
        /* Before it wakes: all are idle only when nothing is on its way. */
        (void)atomic_fetch_sub(&team->idle, 1);
        atomic_store(slot, SLOT_FILLED);
        search->totals.handed++;
    }
    return atomic_load(&team->end) == TEAM_GOES_ON;
}

/* Takes what was handed over as the whole of its path. */
static void take_over(struct search *search)
{
    const unsigned char *at = slot_bytes(search->team, search->member);
    struct handed handed;
    memcpy(&handed, at, sizeof handed);
    size_t steps_bytes = handed.step_count * sizeof search->taken[0];
    struct moment *moment = malloc(handed.moment_bytes);
    LC_CHECK(moment != NULL);
    memcpy(search->taken, at + sizeof handed, steps_bytes);
    memcpy(moment, at + sizeof handed + steps_bytes, handed.moment_bytes);
    search->moment_bytes += moment->bytes;
    fuzz_explore_push(search, moment);
}

bool fuzz_team_wait(struct search *search)
{
    struct fuzz_team *team = search->team;
    struct member *me = &team->members[search->member];
    tell(search);
    atomic_store(&me->slot, SLOT_WANTED);
    (void)atomic_fetch_add(&team->idle, 1);
    while (atomic_load(&me->slot) != SLOT_FILLED) {
        if (atomic_load(&team->idle) == team->jobs ||
            atomic_load(&team->end) != TEAM_GOES_ON) {
            return false;
        }
        (void)poll(NULL, 0, MEMBER_POLL_MS);
    }
    atomic_store(&me->slot, SLOT_EMPTY);
    make_room(search);
    take_over(search);
    return true;
}

void fuzz_team_break(struct search *search)
{
    end_by(search->team, TEAM_BROKEN);
}

/* ---- In the parent ---- */

struct crew {
    struct fuzz_team *team;
    struct fuzz_table seen;
    struct fuzz_table ends;
    pid_t pids[FUZZ_EXPLORE_JOBS_MAX];
    uint32_t running;
    bool has_died; /* one of them, not of itself */
};

static bool open_crew(
    struct crew *crew,
    const struct fuzz_explore_options *options)
{
    *crew = (struct crew){ 0 };
    crew->team = fuzz_worker_share(team_bytes(options->jobs));
    if (crew->team == NULL ||
        !fuzz_table_share(&crew->seen, options->memory_bytes / TABLE_SHARE) ||
        !fuzz_table_share(&crew->ends, options->memory_bytes / ENDS_SHARE)) {
        return false;
    }
    crew->team->jobs = options->jobs;
    return true;
}

static void close_crew(
    struct crew *crew,
    const struct fuzz_explore_options *options)
{
    fuzz_table_free(&crew->seen);
    fuzz_table_free(&crew->ends);
    if (crew->team != NULL) {
        (void)munmap(crew->team, team_bytes(options->jobs));
    }
}

static LC_NORETURN void work(
    const struct crew *crew,
    uint32_t member,
    const struct fuzz_subject *subject,
    const struct fuzz_explore_options *options)
{
    struct fuzz_explore_options mine = *options;
    uint64_t tables =
        fuzz_table_bytes(&crew->seen) + fuzz_table_bytes(&crew->ends);
    uint64_t rest =
        options->memory_bytes > tables ? options->memory_bytes - tables : 0;
    mine.memory_bytes = tables + rest / options->jobs;
    sim_watch(options->watch_seconds);
    struct search *search = fuzz_explore_open(
        subject,
        &mine,
        rest / options->jobs / FUZZ_MEMO_SHARE);
    search->seen = crew->seen;
    search->ends = crew->ends;
    search->team = crew->team;
    search->member = member;
    make_room(search);
    fuzz_explore_depth(search);
    if (search->bound == FUZZ_EXPLORE_MEMORY) {
        end_by(crew->team, TEAM_FULL);
    }
    tell(search);
    atomic_store(&crew->team->members[member].is_over, 1);
    _exit(0);
}

static bool start(
    struct crew *crew,
    const struct fuzz_subject *subject,
    const struct fuzz_explore_options *options)
{
    pid_t parent = getpid();
    for (uint32_t i = 0; i < options->jobs; i++) {
        pid_t pid = fork();
        if (pid == 0) {
            fuzz_worker_begin(parent);
            work(crew, i, subject, options);
        }
        if (pid < 0) {
            return false;
        }
        crew->pids[i] = pid;
        crew->running++;
    }
    return true;
}

static void reap(struct crew *crew, uint32_t member, int options)
{
    int status;
    pid_t pid = crew->pids[member];
    if (pid > 0 && waitpid(pid, &status, options) == pid) {
        crew->pids[member] = 0;
        crew->running--;
        crew->has_died = crew->has_died ||
                         atomic_load(&crew->team->members[member].is_over) == 0;
    }
}

static void kill_all(struct crew *crew)
{
    for (uint32_t i = 0; i < FUZZ_EXPLORE_JOBS_MAX; i++) {
        if (crew->pids[i] > 0) {
            (void)kill(crew->pids[i], SIGKILL);
            reap(crew, i, 0);
        }
    }
}

static struct fuzz_explore_totals sum_up(const struct crew *crew)
{
    struct fuzz_explore_totals sum = { 0 };
    for (uint32_t i = 0; i < crew->team->jobs; i++) {
        struct fuzz_explore_totals one = crew->team->members[i].totals;
        sum.states += one.states;
        sum.transitions += one.transitions;
        sum.merged += one.merged;
        sum.ends += one.ends;
        sum.unspecified += one.unspecified;
        sum.frontier += one.frontier;
        sum.memory_bytes += one.memory_bytes;
        sum.handed += one.handed;
        sum.depth = one.depth > sum.depth ? one.depth : sum.depth;
        sum.depth_max =
            one.depth_max > sum.depth_max ? one.depth_max : sum.depth_max;
        fuzz_explore_warn(&sum, &one.warned);
    }
    /* Of the tables what is in use. */
    sum.memory_bytes += (sum.states + sum.ends) * sizeof(struct sim_state_key);
    return sum;
}

/* Until all have ended. */
static void oversee(
    struct crew *crew,
    const struct fuzz_explore_options *options)
{
    while (crew->running > 0 && !crew->has_died) {
        (void)poll(NULL, 0, PARENT_POLL_MS);
        for (uint32_t i = 0; i < options->jobs; i++) {
            reap(crew, i, WNOHANG);
        }
        struct fuzz_explore_totals totals = sum_up(crew);
        if (options->progress != NULL &&
            !options->progress(options->context, &totals)) {
            end_by(crew->team, TEAM_STOPPED);
        }
    }
    kill_all(crew);
}

static enum fuzz_explore_bound bound_of(const struct crew *crew)
{
    unsigned end = atomic_load(&crew->team->end);
    if (end == TEAM_STOPPED) {
        return FUZZ_EXPLORE_STOPPED;
    }
    if (end == TEAM_FULL) {
        return FUZZ_EXPLORE_MEMORY;
    }
    enum fuzz_explore_bound bound = FUZZ_EXPLORE_NONE;
    for (uint32_t i = 0; i < crew->team->jobs; i++) {
        unsigned one = atomic_load(&crew->team->members[i].bound);
        bound = fuzz_explore_bound_of(bound, (enum fuzz_explore_bound)one);
    }
    return bound;
}

enum fuzz_team_end fuzz_team_explore(
    const struct fuzz_subject *subject,
    const struct fuzz_explore_options *options,
    struct fuzz_explore_totals *ret_totals,
    enum fuzz_explore_bound *ret_bound)
{
    struct crew crew;
    enum fuzz_team_end end = FUZZ_TEAM_DIED;
    if (open_crew(&crew, options)) {
        if (start(&crew, subject, options)) {
            oversee(&crew, options);
        } else {
            kill_all(&crew);
            crew.has_died = true;
        }
        end = atomic_load(&crew.team->end) == TEAM_BROKEN ? FUZZ_TEAM_BROKEN
              : crew.has_died                             ? FUZZ_TEAM_DIED
                                                          : FUZZ_TEAM_DONE;
        *ret_totals = sum_up(&crew);
        *ret_bound = bound_of(&crew);
    }
    close_crew(&crew, options);
    return end;
}
