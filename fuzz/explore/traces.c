#include "fuzz/explore/traces.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz/explore/sleep.h"

enum {
    DEPTH_MAX = 1 << 16,
    TRANSITIONS_PER_LOOK = 1024 /* between two calls of goes_on */
};

/* A state from which more than one step is to be taken. */
struct moment {
    struct moment *after; /* the one above it on the path */
    uint32_t next;        /* candidate to take next */
    uint32_t count;       /* of the candidates */
    uint32_t depth;
    struct fuzz_sleepers asleep;
    /* Then the snapshot. */
    struct sim_choice_candidate candidates[];
};

struct search {
    const struct fuzz_subject *subject;
    const struct fuzz_traces_limits *limits;
    struct fuzz_traces_result result;
    uint64_t next_look; /* transitions at which is asked */
    bool is_stopped;
    struct moment *top; /* of the path */
    struct sim_decision decision;
};

bool fuzz_traces_are_independent(
    const struct sim_choice_candidate *one,
    const struct sim_choice_candidate *other)
{
    LC_CHECK(one->slot != SIM_NO_SLOT);
    LC_CHECK(other->slot != SIM_NO_SLOT);
    if (one->slot == other->slot || one->object == SIM_OBJECT_ANY ||
        other->object == SIM_OBJECT_ANY) {
        return false;
    }
    return one->object != other->object || (!one->is_write && !other->is_write);
}

/* ---- Moments ---- */

static unsigned char *snapshot_of(struct moment *moment)
{
    return (unsigned char *)&moment->candidates[moment->count];
}

/* Keeps the state that the run is in, on top of the path. */
static struct moment *push(
    struct search *search,
    const struct fuzz_sleepers *asleep,
    uint32_t depth)
{
    const struct fuzz_subject *subject = search->subject;
    uint32_t count = search->decision.point.count;
    size_t capacity = subject->size(subject->context);
    struct moment *moment = malloc(
        sizeof *moment + count * sizeof moment->candidates[0] + capacity);
    LC_CHECK(moment != NULL);
    *moment = (struct moment){
        .after = search->top,
        .count = count,
        .depth = depth,
        .asleep = *asleep,
    };
    memcpy(
        moment->candidates,
        search->decision.candidates,
        count * sizeof moment->candidates[0]);
    (void)subject->save(subject->context, snapshot_of(moment), capacity);
    search->top = moment;
    return moment;
}

static void pop(struct search *search)
{
    struct moment *moment = search->top;
    search->top = moment->after;
    free(moment);
}

/* Brings the run back to the moment on top. */
static void go_back(struct search *search)
{
    const struct fuzz_subject *subject = search->subject;
    struct moment *moment = search->top;
    subject->load(subject->context, snapshot_of(moment));
    search->decision.point.candidates = search->decision.candidates;
    search->decision.point.count = moment->count;
    memcpy(
        search->decision.candidates,
        moment->candidates,
        moment->count * sizeof moment->candidates[0]);
}

/* ---- Steps ---- */

static void count_end(struct search *search, enum lc_end end)
{
    const struct fuzz_subject *subject = search->subject;
    search->result.traces++;
    switch (subject->finish(subject->context, end)) {
    case FUZZ_SUBJECT_HELD:
        break;
    case FUZZ_SUBJECT_BROKEN:
        search->result.broken++;
        break;
    case FUZZ_SUBJECT_UNSPECIFIED:
        search->result.unspecified++;
        search->result.is_whole = false;
        break;
    }
}

/* Takes a candidate of where the run is. Returns whether the run goes on. */
static bool step(struct search *search, uint32_t index)
{
    enum lc_end end;
    search->result.transitions++;
    sim_take(&search->decision, index);
    if (!sim_enabled(&search->decision, &end)) {
        count_end(search, end);
        return false;
    }
    return true;
}

/* Whether a run that is so deep has to be left as it is. */
static bool is_too_deep(struct search *search, uint32_t depth)
{
    uint32_t limit = search->limits->depth_max;
    uint32_t kept = 0; /* choices: no more than a schedule holds */
    (void)sim_choice_taken(&kept);
    if (depth < DEPTH_MAX && kept < LC_CHOICES_MAX &&
        (limit == 0 || depth < limit)) {
        return false;
    }
    search->result.cut++;
    search->result.is_whole = false;
    return true;
}

static bool is_given_up(struct search *search)
{
    const struct fuzz_traces_limits *limits = search->limits;
    uint64_t limit = limits->transitions_max;
    uint64_t taken = search->result.transitions;
    if (limits->goes_on != NULL && taken >= search->next_look) {
        search->next_look = taken + TRANSITIONS_PER_LOOK;
        search->is_stopped |= !limits->goes_on(limits->context);
    }
    if (!search->is_stopped && (limit == 0 || taken < limit)) {
        return false;
    }
    search->result.is_whole = false;
    return true;
}

/* From where the run is to its end, or to where all sleep. Keeps each moment
 * from which there is another way. */
static void descend(
    struct search *search,
    struct fuzz_sleepers asleep,
    uint32_t depth)
{
    struct sim_decision *decision = &search->decision;
    bool goes_on = true;
    while (goes_on) {
        uint32_t count = decision->point.count;
        LC_CHECK(fuzz_sleep_are_enabled(&asleep, decision));
        uint32_t first =
            fuzz_sleep_next(&asleep, decision->candidates, 0, count);
        if (first == count) {
            search->result.blocked++;
            return;
        }
        if (is_too_deep(search, depth) || is_given_up(search)) {
            return;
        }
        uint32_t second =
            fuzz_sleep_next(&asleep, decision->candidates, first + 1, count);
        struct moment *moment = NULL;
        if (second < count) {
            moment = push(search, &asleep, depth);
            moment->next = second;
        }
        uint32_t slot = decision->candidates[first].slot;
        asleep = fuzz_sleep_behind(search->subject, decision, &asleep, first);
        goes_on = step(search, first);
        /* Who ends the run does not sleep: all depends on it. */
        if (goes_on && moment != NULL) {
            fuzz_sleep_add(&moment->asleep, slot);
        }
        depth++;
    }
}

/* The next step of the moment on top, and on from there. Returns false when
 * there is none, or all is given up. */
static bool go_another_way(struct search *search)
{
    struct moment *moment = search->top;
    uint32_t index = fuzz_sleep_next(
        &moment->asleep,
        moment->candidates,
        moment->next,
        moment->count);
    if (index == moment->count || is_given_up(search)) {
        return false;
    }
    moment->next = index + 1;
    go_back(search);
    struct fuzz_sleepers asleep = fuzz_sleep_behind(
        search->subject,
        &search->decision,
        &moment->asleep,
        index);
    if (step(search, index)) {
        fuzz_sleep_add(&moment->asleep, moment->candidates[index].slot);
        descend(search, asleep, moment->depth + 1);
    }
    return true;
}

/* ---- All of it ---- */

enum sim_status fuzz_traces(
    const struct fuzz_subject *subject,
    const struct fuzz_traces_limits *limits,
    struct fuzz_traces_result *ret_result,
    struct sim_error *ret_error)
{
    const struct fuzz_sleepers nobody = { 0 };
    enum lc_end end;
    LC_CHECK(subject->are_independent != NULL);
    enum sim_status status = subject->begin(subject->context, ret_error);
    if (status != SIM_OK) {
        return status;
    }
    struct search *search = calloc(1, sizeof *search);
    LC_CHECK(search != NULL);
    search->subject = subject;
    search->limits = limits;
    search->result.is_whole = true;
    if (sim_enabled(&search->decision, &end)) {
        descend(search, nobody, 0);
    } else {
        count_end(search, end);
    }
    while (search->top != NULL) {
        if (!go_another_way(search)) {
            pop(search);
        }
    }
    *ret_result = search->result;
    free(search);
    return SIM_OK;
}
