#include "fuzz/blame/run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz/worker.h"

enum {
    TAKEN_FIRST = 256,
    BATCH = 64 /* orders that one child plays */
};

/* ---- Beginning and end ---- */

static bool read_record(void *context, const struct lc_record *record)
{
    struct fuzz_blame_run *run = context;
    return model_step(&run->model, record);
}

static bool is_same_place(
    const struct lc_choice *one,
    const struct lc_choice *other)
{
    return one->stream == other->stream && one->thread == other->thread &&
           one->call == other->call && one->place.kind == other->place.kind &&
           one->place.function == other->place.function &&
           one->place.module == other->place.module &&
           one->occurrence == other->occurrence;
}

/* The schedule's choice at a place, or NULL. */
static const struct lc_choice *find_choice(
    const struct lc_schedule *schedule,
    const struct lc_choice *where)
{
    for (uint32_t i = 0; i < schedule->choice_count; i++) {
        if (is_same_place(&schedule->choices[i], where)) {
            return &schedule->choices[i];
        }
    }
    return NULL;
}

/* The numbers are those of the schedule, in each order. */
static uint32_t choose_value(
    void *context,
    const struct sim_choice_point *point)
{
    struct fuzz_blame_run *run = context;
    LC_CHECK(point->candidates == NULL);
    const struct lc_choice *choice =
        find_choice(run->options->schedule, &point->where);
    if (choice == NULL) {
        return 0;
    }
    run->values_left -= run->values_left > 0;
    return choice->value < point->count ? choice->value : 0;
}

static enum sim_status begin(
    struct fuzz_blame_run *run,
    struct sim_error *ret_error)
{
    const struct sim_backer backer = {
        .choose = choose_value,
        .context = run,
    };
    run->at = 0;
    run->values_left = run->value_count;
    run->model = run->fresh;
    memset(run->places, 0, sizeof run->places);
    for (uint32_t i = 0; i < FUZZ_BLAME_REFS; i++) {
        run->places[i].thread = (uint8_t)i;
        run->places[i].place.kind = LC_PLACE_START;
    }
    return sim_begin(
        &(struct sim_play_options){
            .schedule = run->options->schedule,
            .backer = &backer,
            .sink = read_record,
            .sink_context = run,
            .is_watched = true,
            .fill_stacks = true, /* parked frames hold what nobody wrote */
        },
        ret_error);
}

enum fuzz_blame_end fuzz_blame_finish(struct fuzz_blame_run *run)
{
    sim_finish(run->end, &run->result);
    struct lc_verdict verdict = model_verdict(&run->model);
    switch ((enum lc_verdict_kind)verdict.kind) {
    case LC_VERDICT_HELD:
        return FUZZ_BLAME_END_HELD;
    case LC_VERDICT_UNSPECIFIED:
        return FUZZ_BLAME_END_OPEN;
    case LC_VERDICT_BROKEN:
        break;
    }
    const char *group = model_rule(verdict.rule)->group;
    bool is_same = run->verdict.kind == LC_VERDICT_BROKEN &&
                   strcmp(group, model_rule(run->verdict.rule)->group) == 0;
    return is_same ? FUZZ_BLAME_END_SAME : FUZZ_BLAME_END_OTHER;
}

/* ---- Steps ---- */

bool fuzz_blame_is_full(void)
{
    uint32_t kept = 0;
    (void)sim_choice_taken(&kept);
    return kept == LC_CHOICES_MAX;
}

bool fuzz_blame_look(struct fuzz_blame_run *run)
{
    if (!sim_enabled(&run->decision, &run->end)) {
        return false;
    }
    const struct lc_choice *where = &run->decision.point.where;
    if (where->thread != LC_NONE) {
        run->places[where->thread] = *where;
    }
    return true;
}

struct fuzz_blame_step fuzz_blame_step_of(
    const struct fuzz_blame_run *run,
    uint32_t index)
{
    LC_CHECK(index < run->decision.point.count);
    const struct sim_choice_candidate *candidate =
        &run->decision.candidates[index];
    struct fuzz_blame_step step = {
        .choice = run->decision.point.where,
        .number = run->at,
        .index = (uint16_t)index,
        .count = (uint16_t)run->decision.point.count,
        .record_first = sim_trace_count(),
        .record_end = sim_trace_count(),
    };
    step.choice.action = candidate->action;
    step.choice.target = candidate->target;
    step.choice.value = candidate->value;
    if (candidate->action == LC_ACTION_RUN) {
        step.from = run->places[candidate->target];
    }
    return step;
}

void fuzz_blame_take(struct fuzz_blame_run *run, uint32_t index)
{
    sim_take(&run->decision, index);
    run->at++;
}

bool fuzz_blame_is_actor(
    const struct fuzz_blame_step *one,
    const struct fuzz_blame_step *other)
{
    return one->choice.action == other->choice.action &&
           one->choice.target == other->choice.target &&
           one->choice.value == other->choice.value;
}

bool fuzz_blame_find(
    const struct fuzz_blame_run *run,
    const struct fuzz_blame_step *step,
    uint32_t *ret_index)
{
    for (uint32_t i = 0; i < run->decision.point.count; i++) {
        const struct sim_choice_candidate *candidate =
            &run->decision.candidates[i];
        if (candidate->action == step->choice.action &&
            candidate->target == step->choice.target &&
            candidate->value == step->choice.value) {
            *ret_index = i;
            return true;
        }
    }
    return false;
}

/* What the schedule takes here. */
static uint32_t scheduled(const struct fuzz_blame_run *run)
{
    const struct lc_choice *choice =
        find_choice(run->options->schedule, &run->decision.point.where);
    if (choice == NULL) {
        return 0;
    }
    uint32_t index = 0;
    const struct fuzz_blame_step wanted = { .choice = *choice };
    return fuzz_blame_find(run, &wanted, &index) ? index : 0;
}

static void keep_step(struct fuzz_blame_run *run, uint32_t index)
{
    if (run->taken_count == run->taken_capacity) {
        run->taken_capacity =
            run->taken_count == 0 ? TAKEN_FIRST : 2 * run->taken_count;
        run->taken =
            realloc(run->taken, run->taken_capacity * sizeof run->taken[0]);
        run->forks =
            realloc(run->forks, run->taken_capacity * sizeof run->forks[0]);
        LC_CHECK(run->taken != NULL && run->forks != NULL);
    }
    run->taken[run->taken_count] = (struct fuzz_blame_taken){
        .step = fuzz_blame_step_of(run, index),
        .candidate = run->decision.candidates[index],
    };
    if (run->decision.point.count > 1) {
        run->forks[run->fork_count++] = run->taken_count;
    }
    run->taken_count++;
}

static void count_values(struct fuzz_blame_run *run)
{
    const struct lc_schedule *schedule = run->options->schedule;
    for (uint32_t i = 0; i < schedule->choice_count; i++) {
        run->value_count += schedule->choices[i].stream != LC_STREAM_SCHED;
    }
}

enum sim_status fuzz_blame_run_open(
    struct fuzz_blame_run *ret_run,
    const struct fuzz_blame_options *options,
    struct sim_error *ret_error)
{
    struct fuzz_blame_run *run = ret_run;
    struct fuzz_rng rng;
    LC_CHECK(run->taken == NULL);
    run->options = options;
    run->share = fuzz_worker_share(sizeof *run->share);
    LC_CHECK(run->share != NULL);
    fuzz_rng_seed(&rng, options->seed, FUZZ_RNG_ORDER);
    run->share->seed = fuzz_rng_next(&rng);
    model_init(&run->fresh, &options->schedule->world, &options->model);
    count_values(run);
    enum sim_status status = begin(run, ret_error);
    if (status != SIM_OK) {
        return status;
    }
    while (fuzz_blame_look(run)) {
        uint32_t index = fuzz_blame_is_full() ? 0 : scheduled(run);
        keep_step(run, index);
        fuzz_blame_take(run, index);
        run->taken[run->taken_count - 1].step.record_end = sim_trace_count();
    }
    (void)fuzz_blame_finish(run);
    run->verdict = model_verdict(&run->model);
    run->totals.forks = run->fork_count;
    return SIM_OK;
}

void fuzz_blame_run_close(struct fuzz_blame_run *run)
{
    free(run->taken);
    free(run->forks);
    if (run->share != NULL) {
        (void)munmap(run->share, sizeof *run->share);
    }
    run->taken = NULL;
    run->forks = NULL;
    run->share = NULL;
}

bool fuzz_blame_go_to(struct fuzz_blame_run *run, uint32_t number)
{
    struct sim_error error;
    LC_CHECK(number <= run->taken_count);
    enum sim_status status = begin(run, &error);
    LC_CHECK(status == SIM_OK); /* it has begun before */
    while (run->at < number) {
        const struct fuzz_blame_step *step = &run->taken[run->at].step;
        uint32_t index = 0;
        if (!fuzz_blame_look(run) ||
            !is_same_place(&run->decision.point.where, &step->choice) ||
            !fuzz_blame_find(run, step, &index) || index != step->index) {
            break;
        }
        fuzz_blame_take(run, index);
    }
    run->has_differed |= run->at != number;
    return run->at == number;
}

/* ---- Moments ---- */

void fuzz_blame_save(
    const struct fuzz_blame_run *run,
    struct fuzz_blame_moment *moment)
{
    size_t head = sizeof run->values_left + sizeof run->at;
    size_t capacity = head + sizeof(struct model) + sim_snapshot_size();
    if (moment->capacity < capacity) {
        free(moment->bytes);
        moment->bytes = malloc(capacity);
        moment->capacity = capacity;
        LC_CHECK(moment->bytes != NULL);
    }
    unsigned char *at = moment->bytes;
    memcpy(at, &run->values_left, sizeof run->values_left);
    memcpy(at + sizeof run->values_left, &run->at, sizeof run->at);
    at += head;
    at += model_save(&run->model, at, moment->capacity - head);
    (void)sim_save(at, moment->capacity - (size_t)(at - moment->bytes));
}

void fuzz_blame_load(
    struct fuzz_blame_run *run,
    const struct fuzz_blame_moment *moment)
{
    const unsigned char *at = moment->bytes;
    LC_CHECK(at != NULL);
    memcpy(&run->values_left, at, sizeof run->values_left);
    memcpy(&run->at, at + sizeof run->values_left, sizeof run->at);
    at += sizeof run->values_left + sizeof run->at;
    at += model_load(&run->model, &run->fresh, at);
    sim_load(at);
}

void fuzz_blame_drop(struct fuzz_blame_moment *moment)
{
    free(moment->bytes);
    *moment = (struct fuzz_blame_moment){ 0 };
}

/* ---- Children ---- */

/* What a child says of its death is said once. */
static void be_silent(void)
{
    int file = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (file >= 0) {
        (void)dup2(file, STDERR_FILENO);
    }
}

bool fuzz_blame_apart(
    struct fuzz_blame_run *run,
    void (*work)(void *context),
    void *context)
{
    pid_t parent = getpid();
    run->share->is_over = false;
    pid_t pid = fork();
    if (pid < 0) {
        work(context); /* all the same, but for who ends the process */
        return true;
    }
    if (pid == 0) {
        fuzz_worker_begin(parent);
        fuzz_worker_limit();
        sim_watch(run->options->watch_seconds);
        if (run->totals.deaths > 0) {
            be_silent();
        }
        work(context);
        run->share->is_over = true;
        _exit(0);
    }
    int status = 0;
    while (waitpid(pid, &status, 0) < 0) {
        LC_CHECK(errno == EINTR);
        run->share->is_to_stop = !fuzz_blame_goes_on(run);
    }
    bool is_good = status == 0 && run->share->is_over;
    run->totals.deaths += !is_good;
    return is_good;
}

bool fuzz_blame_is_death_same(const struct fuzz_blame_run *run)
{
    uint32_t fault = 0;
    bool is_known = model_rule_find("FAULT", &fault);
    LC_CHECK(is_known && run->verdict.kind == LC_VERDICT_BROKEN);
    return strcmp(
               model_rule(fault)->group,
               model_rule(run->verdict.rule)->group) == 0;
}

bool fuzz_blame_goes_on(struct fuzz_blame_run *run)
{
    const struct fuzz_blame_options *options = run->options;
    if (options->progress != NULL &&
        !options->progress(options->context, &run->totals)) {
        run->is_stopped = true;
    }
    return !run->is_stopped;
}

/* ---- Orders at random ---- */

void fuzz_blame_expect(struct fuzz_blame_run *run, uint32_t number)
{
    LC_CHECK(number <= run->taken_count);
    uint32_t left = run->taken_count - number;
    run->rest_count = left > 0 ? left : 1;
    if (!fuzz_sampler_needs_profile(run->options->sampler)) {
        return;
    }
    fuzz_profile_begin(&run->profile);
    for (uint32_t i = number; i < run->taken_count; i++) {
        fuzz_profile_note(&run->profile, &run->taken[i].candidate);
    }
    fuzz_profile_end(&run->profile, 1);
}

static enum fuzz_blame_end play_order(struct fuzz_blame_run *run)
{
    enum fuzz_sampler_kind kind = run->options->sampler;
    bool has_profile = fuzz_sampler_needs_profile(kind);
    const struct sim_backer by = fuzz_sampler_begin(
        &run->sampler,
        &(struct fuzz_sampler_options){
            .kind = kind,
            .seed = run->share->seed++,
            .length = run->rest_count,
            .profile = has_profile ? &run->profile : NULL,
        });
    const struct sim_choice_point *point = &run->decision.point;
    while (sim_enabled(&run->decision, &run->end)) {
        uint32_t index = 0;
        if (point->count > 1 || by.sees_all) {
            index = by.choose(by.context, point);
        }
        sim_take(&run->decision, fuzz_blame_is_full() ? 0 : index);
    }
    return fuzz_blame_finish(run);
}

void fuzz_blame_keep_held(struct fuzz_blame_run *run)
{
    struct fuzz_blame_share *share = run->share;
    if (share->has_held) {
        return;
    }
    share->held_count = run->result.choice_count;
    share->held_hash = run->result.hash;
    memcpy(
        share->held,
        run->result.choices,
        share->held_count * sizeof share->held[0]);
    share->has_held = true;
}

struct batch {
    struct fuzz_blame_run *run;
    const struct fuzz_blame_moment *moment;
    uint32_t samples_max;
    bool is_hunt;
};

/* In a child: counts in run->share. */
static void play_batch(void *context)
{
    const struct batch *batch = context;
    struct fuzz_blame_run *run = batch->run;
    struct fuzz_blame_chance *chance = &run->share->chance;
    for (uint32_t i = 0; i < BATCH && chance->samples < batch->samples_max &&
                         !run->share->is_to_stop;
         i++) {
        fuzz_worker_limit();
        fuzz_blame_load(run, batch->moment);
        enum fuzz_blame_end end = play_order(run);
        chance->samples++;
        chance->broken += end == FUZZ_BLAME_END_SAME;
        chance->other += end == FUZZ_BLAME_END_OTHER;
        chance->unspecified += end == FUZZ_BLAME_END_OPEN;
        if (end == FUZZ_BLAME_END_HELD) {
            fuzz_blame_keep_held(run);
        }
        if (batch->is_hunt && end != FUZZ_BLAME_END_SAME) {
            break;
        }
    }
}

bool fuzz_blame_sample(
    struct fuzz_blame_run *run,
    const struct fuzz_blame_moment *moment,
    uint32_t samples_max,
    bool is_hunt,
    struct fuzz_blame_chance *chance)
{
    struct batch batch = { run, moment, samples_max, is_hunt };
    bool has_missed = false;
    while (chance->samples < samples_max && !has_missed) {
        if (!fuzz_blame_goes_on(run)) {
            return false;
        }
        uint32_t before = chance->samples;
        run->share->chance = *chance;
        bool is_over = fuzz_blame_apart(run, play_batch, &batch);
        *chance = run->share->chance;
        if (!is_over) {
            /* The one that ended the process. */
            chance->samples++;
            if (fuzz_blame_is_death_same(run)) {
                chance->broken++;
            } else {
                chance->other++;
            }
        }
        run->totals.draws += chance->samples - before;
        has_missed = is_hunt && chance->broken < chance->samples;
    }
    return !run->is_stopped;
}
