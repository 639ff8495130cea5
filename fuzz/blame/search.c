/*
 * All orders of what comes after a moment, depth-first, each state once: a
 * proof where they are few.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz/blame/run.h"
#include "fuzz/explore/table.h"
#include "fuzz/worker.h"

enum {
    STATES_PER_LOOK = 1024
};

#define PATH_BYTES_MAX  (512ULL << 20) /* of snapshots on the path */
#define TABLE_BYTES_MAX (512ULL << 20)

/* A state of the path, of which not all candidates were taken yet. */
struct fork {
    struct fork *before;
    struct fuzz_blame_moment moment;
    struct sim_choice_point point;
    uint32_t next;
    struct sim_choice_candidate candidates[];
};

struct search {
    struct fuzz_blame_run *run;
    enum fuzz_blame_proof proof;
    struct fuzz_table seen;
    struct fork *top;
    uint64_t path_bytes;
    uint64_t states_max;
    uint64_t ends;
};

enum arrival {
    ARRIVED_NEW = 0,
    ARRIVED_OVER = 1, /* where nothing is left to look at */
    ARRIVED_REFUTED = 2,
    ARRIVED_BOUND = 3
};

static enum arrival arrive_at_end(struct search *search)
{
    bool is_broken = fuzz_blame_finish(search->run) == FUZZ_BLAME_END_SAME;
    search->ends++;
    return is_broken == (search->proof == FUZZ_BLAME_ALWAYS) ? ARRIVED_OVER
                                                             : ARRIVED_REFUTED;
}

static struct sim_state_key key_of(struct fuzz_blame_run *run)
{
    size_t size_bytes = model_key(
        &run->model,
        sim_now_ns(),
        run->key_bytes,
        sizeof run->key_bytes);
    return sim_key(run->key_bytes, size_bytes);
}

/* Looks at the state that a decision has led to. */
static enum arrival arrive(struct search *search)
{
    struct fuzz_blame_run *run = search->run;
    if (!sim_enabled(&run->decision, &run->end)) {
        return arrive_at_end(search);
    }
    switch (fuzz_table_add(&search->seen, key_of(run), TABLE_BYTES_MAX)) {
    case FUZZ_TABLE_SEEN:
        return ARRIVED_OVER;
    case FUZZ_TABLE_FULL:
        return ARRIVED_BOUND;
    case FUZZ_TABLE_NEW:
        break;
    }
    struct fuzz_blame_share *share = run->share;
    if (share->states == search->states_max || fuzz_blame_is_full()) {
        return ARRIVED_BOUND;
    }
    share->states++;
    run->totals.states++;
    if (share->states % STATES_PER_LOOK != 0) {
        return ARRIVED_NEW;
    }
    fuzz_worker_limit();
    share->is_to_stop |= !fuzz_blame_goes_on(run);
    return share->is_to_stop ? ARRIVED_BOUND : ARRIVED_NEW;
}

static enum arrival push(struct search *search)
{
    const struct sim_decision *decision = &search->run->decision;
    size_t bytes = decision->point.count * sizeof decision->candidates[0];
    struct fork *fork = malloc(sizeof *fork + bytes);
    LC_CHECK(fork != NULL);
    *fork = (struct fork){
        .before = search->top,
        .point = decision->point,
        .next = 1,
    };
    memcpy(fork->candidates, decision->candidates, bytes);
    fuzz_blame_save(search->run, &fork->moment);
    search->top = fork;
    search->path_bytes += fork->moment.capacity;
    return search->path_bytes > PATH_BYTES_MAX ? ARRIVED_BOUND : ARRIVED_NEW;
}

static void pop(struct search *search)
{
    struct fork *fork = search->top;
    search->top = fork->before;
    search->path_bytes -= fork->moment.capacity;
    fuzz_blame_drop(&fork->moment);
    free(fork);
}

/* Goes on from a new state by the defaults, up to where nothing is new. */
static enum arrival descend(struct search *search)
{
    struct fuzz_blame_run *run = search->run;
    enum arrival arrival = ARRIVED_NEW;
    while (arrival == ARRIVED_NEW) {
        if (run->decision.point.count > 1) {
            arrival = push(search);
        }
        if (arrival == ARRIVED_NEW) {
            sim_take(&run->decision, 0);
            arrival = arrive(search);
        }
    }
    return arrival;
}

/* Takes what is next at the top of the path. */
static enum arrival take_next(struct search *search)
{
    struct fuzz_blame_run *run = search->run;
    struct fork *fork = search->top;
    LC_CHECK(fork->next < fork->point.count);
    fuzz_blame_load(run, &fork->moment);
    run->decision.point = fork->point; /* it was looked at before */
    run->decision.point.candidates = run->decision.candidates;
    memcpy(
        run->decision.candidates,
        fork->candidates,
        fork->point.count * sizeof fork->candidates[0]);
    uint32_t index = fork->next++;
    if (fork->next == fork->point.count) {
        pop(search);
    }
    sim_take(&run->decision, index);
    enum arrival arrival = arrive(search);
    return arrival == ARRIVED_NEW ? descend(search) : arrival;
}

struct question {
    struct fuzz_blame_run *run;
    const struct fuzz_blame_moment *moment;
    enum fuzz_blame_proof proof;
    uint64_t states_max;
};

/* In a child, whose memory goes with it. */
static void look_for_answer(void *context)
{
    const struct question *question = context;
    struct search search = {
        .run = question->run,
        .proof = question->proof,
        .states_max = question->states_max,
    };
    fuzz_blame_load(search.run, question->moment);
    enum arrival arrival = arrive(&search);
    if (arrival == ARRIVED_NEW) {
        arrival = descend(&search);
    }
    while (arrival == ARRIVED_OVER && search.top != NULL) {
        arrival = take_next(&search);
    }
    while (search.top != NULL) {
        pop(&search);
    }
    fuzz_table_free(&search.seen);
    /* What goes round for ever comes to no end, and was not judged. */
    bool is_bounded = arrival == ARRIVED_BOUND || search.ends == 0;
    search.run->share->answer = arrival == ARRIVED_REFUTED ? FUZZ_BLAME_REFUTED
                                : is_bounded               ? FUZZ_BLAME_BOUNDED
                                                           : FUZZ_BLAME_PROVED;
}

/* How many states a proof may look at now. */
static uint64_t states_left(const struct fuzz_blame_run *run)
{
    uint64_t whole = run->options->states_max;
    uint64_t left = whole > run->totals.states ? whole - run->totals.states : 0;
    uint64_t part = whole / 4 + 1;
    return part < left ? part : left;
}

enum fuzz_blame_answer fuzz_blame_search(
    struct fuzz_blame_run *run,
    const struct fuzz_blame_moment *moment,
    enum fuzz_blame_proof proof,
    struct fuzz_blame_chance *chance)
{
    struct fuzz_blame_share *share = run->share;
    struct question question = { run, moment, proof, states_left(run) };
    uint64_t before = run->totals.states;
    LC_CHECK(proof != FUZZ_BLAME_UNPROVED);
    fuzz_blame_load(run, moment);
    if (run->values_left > 0) {
        /* A number that is drawn at a place by its name, after so many passes:
         * equal states need not go on alike. */
        return FUZZ_BLAME_BOUNDED;
    }
    share->states = 0;
    bool is_over = fuzz_blame_apart(run, look_for_answer, &question);
    run->totals.states = before + share->states;
    run->is_stopped |= share->is_to_stop;
    if (!is_over) {
        bool is_same = fuzz_blame_is_death_same(run);
        return is_same == (proof == FUZZ_BLAME_ALWAYS) ? FUZZ_BLAME_BOUNDED
                                                       : FUZZ_BLAME_REFUTED;
    }
    enum fuzz_blame_answer answer = (enum fuzz_blame_answer)share->answer;
    if (answer == FUZZ_BLAME_PROVED) {
        chance->proof = proof;
        chance->states = share->states;
    }
    return answer;
}
