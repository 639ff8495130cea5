#include "fuzz/explore/explore.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/explore/saved.h"
#include "fuzz/explore/search.h"
#include "fuzz/explore/team.h"

enum {
    TRANSITIONS_PER_LOOK = 1024, /* between two calls of progress */
    NODES_FIRST = 1 << 12,
    NODES_STEP_SHARE = 8, /* where they can't be doubled */
    HEAP_TOP_BYTES = 16 << 20
};

enum arrival {
    ARRIVED_NEW = 0,
    ARRIVED_MERGED = 1, /* or at an end that holds */
    ARRIVED_BROKEN = 2,
    ARRIVED_STOPPED = 3
};

static void set_bound(struct search *search, enum fuzz_explore_bound bound)
{
    search->bound = fuzz_explore_bound_of(search->bound, bound);
}

size_t fuzz_explore_table_limit(
    const struct search *search,
    const struct fuzz_table *table)
{
    uint64_t others = fuzz_explore_memory(search) - fuzz_table_bytes(table);
    uint64_t limit = search->options->memory_bytes;
    return limit > others ? (size_t)(limit - others) : 0;
}

/* ---- States ---- */

/* See struct fuzz_explore_totals. */
static uint32_t how_much_is_done(const struct search *search)
{
    const struct fuzz_explore_totals *totals = &search->totals;
    uint64_t done = 0;
    if (search->options->order == FUZZ_EXPLORE_BREADTH) {
        /* With sleep sets a state may wait more than once. */
        uint64_t expanded = totals->states > totals->frontier
                                ? totals->states - totals->frontier
                                : 0;
        return (uint32_t)((expanded << 32) / (totals->states + 1));
    }
    const struct moment *moment = search->first;
    for (; moment != NULL; moment = moment->after) {
        uint64_t behind = moment->next == 0 ? 0 : moment->next - 1;
        done = ((behind << 32) + done) / moment->count;
    }
    return (uint32_t)done;
}

static void save(struct search *search)
{
    const struct fuzz_explore_options *options = search->options;
    search->saving_errno = fuzz_saved_write(search);
    if (options->on_saved != NULL) {
        options->on_saved(options->context, search->saving_errno);
    }
}

/* Between two steps, when all that is known is in the tables and moments. */
static bool goes_on(struct search *search)
{
    struct fuzz_explore_totals *totals = &search->totals;
    bool has_asker = search->options->progress != NULL || search->team != NULL;
    if (totals->transitions < search->next_look || !has_asker) {
        return true;
    }
    search->next_look = totals->transitions + TRANSITIONS_PER_LOOK;
    if (search->team != NULL) {
        return fuzz_team_look(search);
    }
    totals->memory_bytes = fuzz_explore_memory(search);
    totals->done = how_much_is_done(search);
    bool goes = search->options->progress(search->options->context, totals);
    if (search->options->saved_path != NULL &&
        (!goes || search->options->is_saving_due(search->options->context))) {
        save(search);
    }
    if (!goes) {
        set_bound(search, FUZZ_EXPLORE_STOPPED);
        return false;
    }
    return true;
}

static bool make_room_in(struct search *search, struct fuzz_table *table)
{
    if (fuzz_table_has_room(table)) {
        return true;
    }
    size_t limit = fuzz_explore_table_limit(search, table);
    if (fuzz_table_make_room(table, limit)) {
        return true;
    }
    if (search->team == NULL) {
        return false;
    }
    fuzz_team_tell(search); /* it may be that it has not looked for long */
    return fuzz_table_make_room(table, limit);
}

/* For one node more. */
static bool make_room_for_node(struct search *search)
{
    uint32_t now = search->node_capacity;
    size_t one = sizeof search->nodes[0];
    if (search->node_count < now) {
        return true;
    }
    uint64_t others = fuzz_explore_memory(search) - now * one;
    uint64_t limit = search->options->memory_bytes;
    uint64_t most = limit > others ? (limit - others) / one : 0;
    uint64_t next = now == 0             ? NODES_FIRST
                    : 4ULL * now <= most ? 2ULL * now
                                         : now + now / NODES_STEP_SHARE;
    if (next <= now || next > most || next > UINT32_MAX) {
        return false;
    }
    struct node *nodes = realloc(search->nodes, next * one);
    if (nodes == NULL) {
        return false;
    }
    search->nodes = nodes;
    search->node_capacity = (uint32_t)next;
    return true;
}

static bool has_enough(const struct search *search)
{
    uint64_t most = search->options->states_max;
    return most != 0 && search->totals.states >= most;
}

/* Sees that whatever a step leads to can be added: none that was taken is lost
 * for want of memory. */
static bool make_room(struct search *search)
{
    return !has_enough(search) && make_room_in(search, &search->seen) &&
           make_room_in(search, &search->ends) &&
           (search->options->order == FUZZ_EXPLORE_DEPTH ||
            make_room_for_node(search));
}

/* There is no room left, between two steps. What was done is kept. */
static void stop_full(struct search *search)
{
    if (search->options->saved_path != NULL) {
        save(search);
    }
    bool is_asked = has_enough(search);
    set_bound(search, is_asked ? FUZZ_EXPLORE_STOPPED : FUZZ_EXPLORE_MEMORY);
}

/* Returns whether a key is new. */
static bool add(struct fuzz_table *table, struct sim_state_key key)
{
    enum fuzz_table_answer answer = fuzz_table_add(table, key, 0);
    LC_CHECK(answer != FUZZ_TABLE_FULL);
    return answer == FUZZ_TABLE_NEW;
}

static enum arrival arrive_at_end(struct search *search, enum lc_end end)
{
    const struct fuzz_subject *subject = search->subject;
    struct sim_state_key key = subject->key(subject->context);
    enum fuzz_subject_end how = subject->finish(subject->context, end);
    fuzz_explore_warn(&search->totals, subject->warned);
    switch (how) {
    case FUZZ_SUBJECT_BROKEN:
        search->totals.broken++;
        return search->totals.broken > 1 ? ARRIVED_MERGED : ARRIVED_BROKEN;
    case FUZZ_SUBJECT_UNSPECIFIED:
        search->totals.unspecified++;
        set_bound(search, FUZZ_EXPLORE_UNSPECIFIED);
        return ARRIVED_MERGED;
    case FUZZ_SUBJECT_HELD:
        break;
    }
    search->totals.ends += add(&search->ends, key);
    return ARRIVED_MERGED;
}

/* Whether there is something to be taken at a state where some may sleep. */
static bool sleep_at(
    struct search *search,
    struct sim_state_key key,
    bool is_new)
{
    const struct fuzz_sleepers *asleep = &search->sleep.asleep;
    LC_CHECK(fuzz_sleep_are_enabled(asleep, &search->decision));
    return fuzz_sleep_arrive(&search->seen, key, is_new, &search->sleep);
}

/* Adds a state to those that were seen. */
static enum arrival arrive_at_state(
    struct search *search,
    struct sim_state_key key,
    uint32_t depth)
{
    struct fuzz_explore_totals *totals = &search->totals;
    bool is_new = add(&search->seen, key);
    fuzz_explore_warn(totals, search->subject->warned);
    totals->states += is_new;
    totals->merged += !is_new;
    bool has_more = search->has_sleep ? sleep_at(search, key, is_new) : is_new;
    if (!has_more) {
        return ARRIVED_MERGED;
    }
    uint32_t limit = search->options->depth_max;
    uint32_t kept = 0; /* choices: no more than a schedule holds */
    (void)sim_choice_taken(&kept);
    if (depth == FUZZ_EXPLORE_DEPTH_MAX - 1 || kept == LC_CHOICES_MAX ||
        (limit != 0 && depth == limit)) {
        set_bound(search, FUZZ_EXPLORE_DEPTH_BOUND);
        return ARRIVED_MERGED;
    }
    return ARRIVED_NEW;
}

static void note_depth(struct search *search, uint32_t depth)
{
    search->totals.depth = depth;
    if (depth > search->totals.depth_max) {
        search->totals.depth_max = depth;
    }
}

void fuzz_explore_split(struct search *search)
{
    const struct fuzz_subject *subject = search->subject;
    if (search->has_memo) {
        search->here.key.count = 0;
        (void)subject->split(subject->context, SIM_NO_SLOT, &search->here.key);
    }
}

/* The beginning of the run, if this one has not begun before. */
static enum arrival arrive_first(struct search *search)
{
    const struct fuzz_subject *subject = search->subject;
    enum lc_end end;
    if (search->totals.resumed > 0 || search->member > 0) {
        return ARRIVED_MERGED;
    }
    if (!make_room(search)) {
        return ARRIVED_STOPPED;
    }
    if (!sim_enabled(&search->decision, &end)) {
        return arrive_at_end(search, end);
    }
    fuzz_explore_split(search);
    return arrive_at_state(search, subject->key(subject->context), 0);
}

/* ---- Steps ---- */

void fuzz_explore_take(
    const struct fuzz_subject *subject,
    const struct sim_decision *decision,
    struct fuzz_explore_step how)
{
    struct fuzz_subject_values *values = subject->values;
    LC_CHECK(values != NULL || how.values == 0);
    if (values != NULL) {
        struct fuzz_subject_drawn *drawn = values->drawn;
        *values = (struct fuzz_subject_values){
            .set = how.values,
            .drawn = drawn,
        };
        if (drawn != NULL) {
            drawn->count = 0;
        }
    }
    sim_take(decision, how.index);
}

/* The step of a moment was taken: the next draws other numbers, those that are
 * drawn last first, or it is another candidate's. */
static void turn(const struct search *search, struct moment *moment)
{
    const struct fuzz_subject_values *values = search->subject->values;
    uint32_t at = values == NULL ? 0 : values->count;
    if (search->has_sleep && search->went != SIM_NO_SLOT) {
        fuzz_sleep_add(&moment->sleep.asleep, search->went);
    }
    while (at-- > 0) {
        uint32_t shift = at * FUZZ_SUBJECT_VALUE_BITS;
        uint64_t one = (uint64_t)1 << shift;
        uint64_t mask = ((one << FUZZ_SUBJECT_VALUE_BITS) - one);
        if ((values->set & mask) < (values->last & mask)) {
            moment->values =
                (values->set & (one - 1)) | ((values->set & mask) + one);
            return;
        }
    }
    moment->values = 0;
    moment->next++;
}

/* The pieces of the state that a step begins in. */
static void begin_at(struct search *search, struct moment *moment)
{
    search->sleep = moment->sleep;
    search->here.key.shared = moment->shared;
    search->here.key.count = moment->threads;
    memcpy(
        search->here.own,
        fuzz_moment_own(moment),
        moment->threads * sizeof search->here.own[0]);
}

/* The first of the candidates from one on that has to be taken, or how many
 * there are. */
static uint32_t next_of(
    struct search *search,
    struct sim_choice_candidate *candidates,
    uint32_t from,
    uint32_t count)
{
    if (search->has_sleep) {
        return fuzz_sleep_next(&search->sleep.skipped, candidates, from, count);
    }
    while (from < count && search->has_memo &&
           fuzz_known_is_seen(search, &candidates[from])) {
        search->totals.transitions++;
        search->totals.merged++;
        from++;
    }
    return from;
}

/* For who looks after this process, should it die of the step. */
static void leave_trail(
    const struct search *search,
    struct fuzz_explore_step how,
    uint32_t depth)
{
    struct fuzz_explore_trail *trail = search->options->trail;
    if (trail != NULL && search->team == NULL) {
        trail->steps[depth] = how;
        trail->count = depth + 1;
        trail->totals = search->totals;
    }
}

/* Numbers of a step that could not be set: more than are kept of one, without a
 * name, or behind the last choice that a schedule holds; and a time that the
 * states before were not told apart by. */
static void note_cut(struct search *search)
{
    const struct fuzz_subject_values *values = search->subject->values;
    uint32_t kept = 0;
    (void)sim_choice_taken(&kept);
    if (values != NULL && values->is_cut) {
        set_bound(search, FUZZ_EXPLORE_NUMBERS);
    }
    if (values != NULL && kept == LC_CHOICES_MAX) {
        set_bound(search, FUZZ_EXPLORE_DEPTH_BOUND);
    }
    if (search->is_timeless && sim_is_time_told()) {
        set_bound(search, FUZZ_EXPLORE_CLOCK);
    }
}

/* Takes a candidate of where the run is, and looks at the state that this
 * leads to. */
static enum arrival step(
    struct search *search,
    struct fuzz_explore_step how,
    uint32_t depth)
{
    const struct fuzz_subject *subject = search->subject;
    const struct sim_choice_candidate who =
        search->decision.candidates[how.index];
    const struct fuzz_memo_step *known = NULL;
    struct sim_state_key from = { 0 };
    struct sim_state_key key;
    enum lc_end end;
    search->totals.transitions++;
    note_depth(search, depth + 1);
    leave_trail(search, how, depth);
    if (search->has_memo) {
        from = fuzz_memo_key(&who, &search->here.key);
        known = fuzz_memo_find(&search->memo, from);
    }
    if (search->has_sleep) {
        search->sleep.asleep = fuzz_sleep_behind(
            subject,
            &search->decision,
            &search->sleep.asleep,
            how.index);
    }
    fuzz_explore_take(subject, &search->decision, how);
    note_cut(search);
    search->went = who.slot;
    bool is_same = false;
    if (known != NULL) {
        fuzz_known_follow(search, &who, known);
    } else if (search->has_memo) {
        is_same = subject->split(subject->context, who.slot, &search->here.key);
    }
    LC_CHECK_FULL(!search->has_memo || fuzz_known_holds(search));
    key = search->has_memo ? sim_key_join(&search->here.key)
                           : subject->key(subject->context);
    fuzz_table_prefetch(&search->seen, key);
    if (!sim_enabled(&search->decision, &end)) {
        LC_CHECK(known == NULL); /* ends are not remembered */
        search->went = SIM_NO_SLOT;
        return arrive_at_end(search, end);
    }
    if (is_same) {
        fuzz_known_learn(search, &who, from);
    }
    return arrive_at_state(search, key, depth + 1);
}

/* Keeps the way to what broke; it is empty when nothing was to be decided. */
static void keep_way(struct search *search, uint32_t length)
{
    struct fuzz_explore_step *path =
        malloc(((size_t)length + 1) * sizeof path[0]);
    LC_CHECK(search->path == NULL && path != NULL);
    memcpy(path, search->taken, length * sizeof path[0]);
    search->path = path;
    search->path_count = length;
}

/* ---- Depth-first ---- */

void fuzz_explore_push(struct search *search, struct moment *moment)
{
    moment->after = search->first;
    search->first = moment;
    search->totals.frontier++;
}

static void pop(struct search *search)
{
    struct moment *moment = search->first;
    search->first = moment->after;
    search->totals.frontier--;
    fuzz_moment_drop(search, moment);
}

/* For want of memory: the state that the run is in is left as it is, with all
 * from a candidate on still to be taken. */
static enum arrival leave(struct search *search, uint32_t depth, uint32_t next)
{
    struct moment *moment = fuzz_moment_bare(search, depth);
    moment->next = next;
    fuzz_explore_push(search, moment);
    return ARRIVED_STOPPED;
}

/* From a state that is new: down the path of the defaults, keeping each state
 * at which there is more to choose. Returns how it ended. */
static enum arrival descend(struct search *search, uint32_t depth)
{
    struct sim_decision *decision = &search->decision;
    enum arrival arrival = ARRIVED_NEW;
    while (arrival == ARRIVED_NEW) {
        uint32_t count = decision->point.count;
        if (!make_room(search)) {
            return leave(search, depth, 0);
        }
        uint32_t first = next_of(search, decision->candidates, 0, count);
        if (first == count) {
            return ARRIVED_MERGED;
        }
        uint32_t second =
            next_of(search, decision->candidates, first + 1, count);
        struct moment *moment = NULL;
        if (second < count || search->subject->values != NULL) {
            moment = fuzz_moment_keep(search, depth);
            if (moment == NULL) {
                /* Those between the two come again, and are counted then. */
                uint32_t between = search->has_memo ? second - first - 1 : 0;
                search->totals.transitions -= between;
                search->totals.merged -= between;
                return leave(search, depth, first);
            }
            moment->next = second - 1;
            fuzz_explore_push(search, moment);
        }
        struct fuzz_explore_step how = { .index = (uint16_t)first };
        search->taken[depth] = how;
        arrival = step(search, how, depth);
        depth++;
        if (moment != NULL) {
            turn(search, moment);
        }
    }
    return arrival;
}

/* Whether to go on after what broke, whose way is kept. */
static bool goes_on_from(struct search *search, enum arrival arrival)
{
    if (arrival == ARRIVED_BROKEN && search->team != NULL) {
        fuzz_team_break(search);
        return false;
    }
    if (arrival == ARRIVED_BROKEN) {
        keep_way(search, search->totals.depth);
    }
    return arrival == ARRIVED_MERGED ||
           (arrival == ARRIVED_BROKEN && search->options->goes_on);
}

/* The next step of a moment that has to be taken; the run is brought back to
 * it. Returns false when there is none. */
static bool next_step(
    struct search *search,
    struct moment *moment,
    struct fuzz_explore_step *ret_how)
{
    begin_at(search, moment);
    moment->next =
        next_of(search, moment->candidates, moment->next, moment->count);
    if (moment->next == moment->count) {
        return false;
    }
    fuzz_moment_restore(search, moment);
    *ret_how = (struct fuzz_explore_step){
        .values = moment->values,
        .index = (uint16_t)moment->next,
    };
    return true;
}

void fuzz_explore_depth(struct search *search)
{
    enum arrival arrival = arrive_first(search);
    if (arrival == ARRIVED_NEW) {
        arrival = descend(search, 0);
    }
    while (goes_on_from(search, arrival) && goes_on(search)) {
        struct fuzz_explore_step how;
        while (search->first != NULL &&
               !next_step(search, search->first, &how)) {
            pop(search);
        }
        if (search->first == NULL) {
            if (search->team == NULL || !fuzz_team_wait(search)) {
                return;
            }
            continue;
        }
        if (!make_room(search)) {
            arrival = ARRIVED_STOPPED;
            break;
        }
        uint32_t depth = search->first->depth;
        search->taken[depth] = how;
        arrival = step(search, how, depth);
        turn(search, search->first);
        if (arrival == ARRIVED_NEW) {
            arrival = descend(search, depth + 1);
        }
    }
    if (arrival == ARRIVED_STOPPED) {
        stop_full(search);
    }
}

/* ---- Breadth-first ---- */

void fuzz_explore_queue(struct search *search, struct moment *moment)
{
    if (search->first == NULL) {
        search->first = moment;
    } else {
        search->last->after = moment;
    }
    search->last = moment;
    search->totals.frontier++;
}

/* Puts the state that the run is in at the end of the queue; without its
 * snapshot where there is no room for that. Returns whether there was. */
static bool enqueue(
    struct search *search,
    uint32_t depth,
    const struct node *node)
{
    struct moment *moment = fuzz_moment_keep(search, depth);
    bool has_room = moment != NULL;
    moment = has_room ? fuzz_moment_pack(search, moment)
                      : fuzz_moment_bare(search, depth);
    LC_CHECK(search->node_count < search->node_capacity);
    search->nodes[search->node_count] = *node;
    moment->node = search->node_count;
    search->node_count++;
    fuzz_explore_queue(search, moment);
    return has_room;
}

void fuzz_explore_way(struct search *search, uint32_t node, uint32_t depth)
{
    for (; depth > 0; depth--) {
        search->taken[depth - 1] = (struct fuzz_explore_step){
            .values = search->nodes[node].values,
            .index = search->nodes[node].index,
        };
        node = search->nodes[node].parent;
    }
}

/* The decisions up to a node, then one more. Returns how many. */
static uint32_t trace_back(
    struct search *search,
    const struct moment *from,
    struct fuzz_explore_step how)
{
    fuzz_explore_way(search, from->node, from->depth);
    search->taken[from->depth] = how;
    return from->depth + 1;
}

static enum arrival expand(struct search *search, struct moment *moment)
{
    struct fuzz_explore_step how;
    if (search->options->trail != NULL) {
        fuzz_explore_way(search, moment->node, moment->depth);
    }
    while (next_step(search, moment, &how)) {
        const struct node node = {
            .values = how.values,
            .parent = moment->node,
            .index = how.index,
        };
        if (!make_room(search)) {
            return ARRIVED_STOPPED;
        }
        enum arrival arrival = step(search, how, moment->depth);
        turn(search, moment);
        if (arrival == ARRIVED_NEW &&
            !enqueue(search, moment->depth + 1, &node)) {
            return ARRIVED_STOPPED;
        }
        if (arrival == ARRIVED_BROKEN) {
            keep_way(search, trace_back(search, moment, how));
            if (!search->options->goes_on) {
                return arrival;
            }
        }
    }
    return ARRIVED_MERGED;
}

static void explore_breadth(struct search *search)
{
    const struct node root = { 0 };
    enum arrival arrival = arrive_first(search);
    if (arrival == ARRIVED_NEW) {
        arrival = enqueue(search, 0, &root) ? ARRIVED_MERGED : ARRIVED_STOPPED;
    }
    if (arrival == ARRIVED_BROKEN) {
        keep_way(search, 0);
    }
    while (arrival == ARRIVED_MERGED && search->first != NULL &&
           goes_on(search)) {
        bool is_there = !search->first->is_bare;
        if (is_there) {
            fuzz_saved_forget(search);
        } else {
            is_there = fuzz_saved_revive(search);
        }
        arrival = is_there ? expand(search, search->first) : ARRIVED_STOPPED;
        if (arrival == ARRIVED_MERGED) {
            pop(search);
        }
    }
    if (arrival == ARRIVED_STOPPED) {
        stop_full(search);
    }
}

/* ---- All of it ---- */

struct search *fuzz_explore_open(
    const struct fuzz_subject *subject,
    const struct fuzz_explore_options *options,
    uint64_t memo_bytes)
{
    struct search *search = calloc(1, sizeof *search);
    LC_CHECK(search != NULL);
    LC_CHECK(options->depth_max == 0 || options->order == FUZZ_EXPLORE_BREADTH);
    search->subject = subject;
    search->options = options;
    search->here.key.own = search->here.own;
    search->taken = search->room;
    search->is_timeless = !sim_is_time_told();
    /* Code that was not written here may look at other threads' stacks. */
    search->has_memo = subject->split != NULL && !sim_is_hosting();
    if (search->has_memo) {
        fuzz_memo_open(&search->memo, memo_bytes);
    }
    search->has_sleep = options->has_sleep_sets;
    if (search->has_sleep) {
        LC_CHECK(subject->are_independent != NULL && subject->values == NULL);
        LC_CHECK(options->jobs <= 1);
        LC_CHECK(!search->has_memo);
        search->seen.value_words = fuzz_sleep_words(subject->slots);
    }
    /* Depth-first the top of the heap comes and goes with each state. */
    (void)mallopt(M_TRIM_THRESHOLD, HEAP_TOP_BYTES);
    (void)mallopt(M_TOP_PAD, HEAP_TOP_BYTES);
    return search;
}

static void close_search(struct search *search)
{
    while (search->first != NULL) {
        pop(search);
    }
    fuzz_saved_forget(search);
    fuzz_table_free(&search->seen);
    fuzz_table_free(&search->ends);
    fuzz_memo_free(&search->memo);
    free(search->scratch);
    free(search->nodes);
    free(search->path);
    free(search);
}

/* Finds out where a run begins, and whether it goes on from a file. */
static enum sim_status begin_search(
    struct search *search,
    struct sim_error *ret_error)
{
    const struct fuzz_subject *subject = search->subject;
    enum lc_end end;
    if (search->options->saved_path == NULL) {
        return SIM_OK;
    }
    if (!sim_enabled(&search->decision, &end)) {
        return subject->begin(subject->context, ret_error);
    }
    search->beginning = subject->key(subject->context);
    bool is_there = false;
    enum sim_status status = fuzz_saved_try(search, ret_error);
    if (status == SIM_OK) {
        status = fuzz_saved_read(search, &is_there, ret_error);
    }
    return status != SIM_OK || is_there
               ? status
               : subject->begin(subject->context, ret_error);
}

/* Returns false where it is to be explored by one alone; what is known of the
 * others is filled then. */
static bool explore_together(
    const struct fuzz_subject *subject,
    const struct fuzz_explore_options *options,
    struct fuzz_explore_result *ret_result)
{
    enum fuzz_explore_bound bound;
    LC_CHECK(options->jobs <= FUZZ_EXPLORE_JOBS_MAX);
    if (options->jobs <= 1) {
        return false;
    }
    LC_CHECK(options->order == FUZZ_EXPLORE_DEPTH);
    LC_CHECK(!options->goes_on && options->saved_path == NULL);
    LC_CHECK(options->states_max == 0);
    struct fuzz_explore_totals totals = { 0 };
    enum fuzz_team_end end =
        fuzz_team_explore(subject, options, &totals, &bound);
    *ret_result = (struct fuzz_explore_result){
        .has_died = end == FUZZ_TEAM_DIED,
        .has_broken = end == FUZZ_TEAM_BROKEN,
    };
    if (end != FUZZ_TEAM_DONE) {
        return false;
    }
    if (totals.ends == 0 && bound == FUZZ_EXPLORE_NONE) {
        bound = FUZZ_EXPLORE_ENDLESS;
    }
    *ret_result = (struct fuzz_explore_result){
        .verdict = bound != FUZZ_EXPLORE_NONE ? FUZZ_EXPLORE_BOUNDED
                                              : FUZZ_EXPLORE_PROVED,
        .bound = bound,
        .totals = totals,
        .is_together = true,
    };
    return true;
}

enum sim_status fuzz_explore(
    const struct fuzz_subject *subject,
    const struct fuzz_explore_options *options,
    struct fuzz_explore_result *ret_result,
    struct sim_error *ret_error)
{
    struct fuzz_explore_result together = { 0 };
    enum sim_status status = subject->begin(subject->context, ret_error);
    if (status != SIM_OK) {
        return status;
    }
    if (explore_together(subject, options, &together)) {
        *ret_result = together;
        return SIM_OK;
    }
    struct search *search = fuzz_explore_open(
        subject,
        options,
        options->memory_bytes / FUZZ_MEMO_SHARE);
    if (options->trail != NULL) {
        search->taken = options->trail->steps;
        if (subject->values != NULL) {
            subject->values->drawn = &options->trail->drawn;
        }
    }
    status = begin_search(search, ret_error);
    if (status != SIM_OK) {
        close_search(search);
        return status;
    }
    if (options->order == FUZZ_EXPLORE_DEPTH) {
        fuzz_explore_depth(search);
    } else {
        explore_breadth(search);
    }
    fuzz_explore_note_memory(search);
    search->totals.memory_bytes = search->memory_most;
    if (search->totals.ends + search->totals.broken == 0) {
        set_bound(search, FUZZ_EXPLORE_ENDLESS);
    }
    *ret_result = (struct fuzz_explore_result){
        .verdict = search->path != NULL                 ? FUZZ_EXPLORE_BROKEN
                   : search->bound != FUZZ_EXPLORE_NONE ? FUZZ_EXPLORE_BOUNDED
                                                        : FUZZ_EXPLORE_PROVED,
        .bound = search->bound,
        .totals = search->totals,
        .path = search->path,
        .path_count = search->path_count,
        .saving_errno = search->saving_errno,
        .has_died = together.has_died,
        .has_broken = together.has_broken || search->path != NULL,
    };
    search->path = NULL; /* it is the result's now */
    close_search(search);
    return SIM_OK;
}

void fuzz_explore_free(struct fuzz_explore_result *result)
{
    free(result->path);
    result->path = NULL;
}
