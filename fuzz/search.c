#include "fuzz/search.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz/schedule.h"
#include "fuzz/shrink.h"

enum {
    POLL_MS = 100,
    KEYS_MAX = 256,
    EXIT_FAULT = 9,  /* a worker ends after a fault of hosted code */
    EXIT_ERROR = 10, /* the world can't be played */
    DECISIONS_PER_CALL = 20
};

/* What a worker shares with its parent while it runs. */
struct shared {
    uint64_t next_seed; /* being played */
    uint64_t schedules;
    uint64_t records;
    uint64_t virtual_ns;
    uint64_t unspecified;
    uint64_t record_now; /* of the run being played */
    struct model_coverage coverage;
    uint32_t key_count;

    struct {
        uint64_t key;
        uint64_t count;
    } keys[KEYS_MAX]; /* what broke, and how often */
    struct sim_error error;
};

struct worker {
    pid_t pid; /* 0: has ended */
    int pipe;  /* findings come here; -1: closed */
    struct shared *shared;
    size_t got_bytes; /* of the finding that is coming in */
    struct fuzz_finding incoming;
};

/* Only in the parent, one at a time; large. */
struct search {
    const struct fuzz_search_options *options;
    struct fuzz_search_result *result;
    struct worker *workers;
    struct sim_error *error;
    bool has_failed;
};

/* One number for a rule and a place. */
static uint64_t finding_key(uint16_t rule, const struct lc_record *record)
{
    const struct model_rule *known = model_rule(rule);
    uint64_t key = 14695981039346656037ULL;
    for (const char *c = known->group; *c != '\0'; c++) {
        key = (key ^ (unsigned char)*c) * 1099511628211ULL;
    }
    uint64_t place = (uint64_t)record->kind | (uint64_t)record->function << 8 |
                     (uint64_t)record->caller << 24 |
                     (uint64_t)record->callee << 32;
    return (key ^ place) * 1099511628211ULL;
}

void fuzz_search_keep(
    struct lc_schedule *schedule,
    const struct fuzz_outcome *outcome)
{
    const struct sim_result *result = &outcome->result;
    LC_CHECK(result->choice_count <= LC_CHOICES_MAX);
    schedule->choice_count = result->choice_count;
    memcpy(
        schedule->choices,
        result->choices,
        result->choice_count * sizeof schedule->choices[0]);
    memset(&schedule->expect, 0, sizeof schedule->expect);
    if (outcome->verdict.kind != LC_VERDICT_BROKEN) {
        return;
    }
    const char *id = model_rule(outcome->verdict.rule)->id;
    size_t length = strlen(id);
    LC_CHECK(length < LC_NAME_MAX);
    schedule->expect.kind = LC_EXPECT_BROKEN;
    memcpy(schedule->expect.rule, id, length);
    schedule->expect.has_hash = true;
    schedule->expect.hash = result->hash;
}

enum sim_status fuzz_search_seed(
    const struct fuzz_search_options *options,
    uint64_t seed,
    struct fuzz_player *player,
    struct lc_schedule *ret_schedule,
    struct fuzz_outcome *ret_outcome,
    struct sim_error *ret_error)
{
    static struct fuzz_sampler sampler;
    fuzz_generate(&options->generate, seed, ret_schedule);
    struct sim_backer backer = fuzz_sampler_begin(
        &sampler,
        options->sampler,
        seed,
        ret_schedule->op_count * DECISIONS_PER_CALL);
    return fuzz_play(player, ret_schedule, &backer, ret_outcome, ret_error);
}

/* ---- In a worker ---- */

/* Writes all bytes; a parent that is gone ends the worker. */
static void send_bytes(int file, const void *bytes, size_t size_bytes)
{
    const unsigned char *at = bytes;
    while (size_bytes > 0) {
        ssize_t done = write(file, at, size_bytes);
        if (done < 0 && errno != EINTR) {
            _exit(EXIT_ERROR);
        }
        if (done > 0) {
            at += done;
            size_bytes -= (size_t)done;
        }
    }
}

/* Counts a finding. Returns whether it is the worker's first of its kind. */
static bool count_finding(struct shared *shared, uint64_t key)
{
    for (uint32_t i = 0; i < shared->key_count; i++) {
        if (shared->keys[i].key == key) {
            shared->keys[i].count++;
            return false;
        }
    }
    if (shared->key_count == KEYS_MAX) {
        return false;
    }
    shared->keys[shared->key_count].key = key;
    shared->keys[shared->key_count].count = 1;
    shared->key_count++;
    return true;
}

static void fill_finding(
    struct fuzz_finding *finding,
    uint64_t seed,
    const struct lc_schedule *schedule,
    const struct fuzz_outcome *outcome)
{
    memset(finding, 0, sizeof *finding);
    finding->seed = seed;
    finding->rule = outcome->verdict.rule;
    finding->record = outcome->record;
    finding->hash = outcome->result.hash;
    finding->schedule = *schedule;
    fuzz_search_keep(&finding->schedule, outcome);
    if (fuzz_play_is_fault(outcome)) {
        sim_last_fault(&finding->fault);
    }
}

static void note_record(
    void *context,
    uint64_t number,
    const struct lc_record *record)
{
    (void)record;
    struct shared *shared = context;
    shared->record_now = number;
}

static void work(
    const struct search *search,
    struct shared *shared,
    int pipe,
    uint64_t step)
{
    static struct fuzz_player player;
    static struct lc_schedule schedule;
    static struct fuzz_finding finding;
    const struct fuzz_search_options *options = search->options;
    uint64_t end = options->seed + options->count;
    memset(&player, 0, sizeof player);
    player.options = options->model;
    player.coverage = &shared->coverage;
    player.reader = note_record;
    player.reader_context = shared;
    sim_watch(options->watch_seconds);
    for (; shared->next_seed < end; shared->next_seed += step) {
        struct fuzz_outcome outcome;
        uint64_t seed = shared->next_seed;
        if (fuzz_search_seed(
                options,
                seed,
                &player,
                &schedule,
                &outcome,
                &shared->error) != SIM_OK) {
            _exit(EXIT_ERROR);
        }
        shared->schedules++;
        shared->records += outcome.result.record_count;
        shared->virtual_ns += outcome.result.virtual_ns;
        shared->unspecified += outcome.verdict.kind == LC_VERDICT_UNSPECIFIED;
        if (outcome.verdict.kind != LC_VERDICT_BROKEN) {
            continue;
        }
        uint64_t key = finding_key(outcome.verdict.rule, &outcome.record);
        if (count_finding(shared, key)) {
            fill_finding(&finding, seed, &schedule, &outcome);
            send_bytes(pipe, &finding, sizeof finding);
        }
        if (fuzz_play_is_fault(&outcome)) {
            shared->next_seed += step;
            _exit(EXIT_FAULT);
        }
    }
    _exit(0);
}

/* ---- In the parent ---- */

static void *share(size_t size_bytes)
{
    void *at = mmap(
        NULL,
        size_bytes,
        PROT_READ | PROT_WRITE,
        MAP_SHARED | MAP_ANONYMOUS,
        -1,
        0);
    return at == MAP_FAILED ? NULL : at;
}

static bool start_worker(struct search *search, struct worker *worker)
{
    int ends[2];
    if (pipe(ends) != 0) {
        return false;
    }
    pid_t pid = fork();
    if (pid < 0) {
        (void)close(ends[0]);
        (void)close(ends[1]);
        return false;
    }
    if (pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void)signal(SIGINT, SIG_IGN); /* the parent stops the search */
        (void)close(ends[0]);
        work(search, worker->shared, ends[1], search->options->jobs);
    }
    (void)close(ends[1]);
    worker->pid = pid;
    worker->pipe = ends[0];
    worker->got_bytes = 0;
    return true;
}

/* Keeps a finding: of two of a kind the one with the smaller seed, so that the
 * number of workers does not matter. */
static void keep(struct search *search, const struct fuzz_finding *finding)
{
    struct fuzz_search_result *result = search->result;
    uint64_t key = finding_key(finding->rule, &finding->record);
    for (uint32_t i = 0; i < result->totals.finding_count; i++) {
        struct fuzz_finding *known = &result->findings[i];
        if (finding_key(known->rule, &known->record) == key) {
            if (finding->seed < known->seed) {
                *known = *finding;
            }
            return;
        }
    }
    if (result->totals.finding_count < FUZZ_FINDINGS_MAX) {
        result->findings[result->totals.finding_count] = *finding;
        result->totals.finding_count++;
    }
}

/* Reads what has come in from a worker. */
static void receive(struct search *search, struct worker *worker)
{
    unsigned char *to = (unsigned char *)&worker->incoming;
    ssize_t got = read(
        worker->pipe,
        to + worker->got_bytes,
        sizeof worker->incoming - worker->got_bytes);
    if (got <= 0) {
        if (got == 0 || errno != EINTR) {
            (void)close(worker->pipe);
            worker->pipe = -1;
        }
        return;
    }
    worker->got_bytes += (size_t)got;
    if (worker->got_bytes == sizeof worker->incoming) {
        worker->got_bytes = 0;
        keep(search, &worker->incoming);
    }
}

/* Stops a run after a number of records, so that its choices can be had. */
struct autopsy {
    uint64_t stop_at;
    struct sim_result result;
};

static bool stop_early(void *context, const struct lc_record *record)
{
    (void)record;
    struct autopsy *autopsy = context;
    autopsy->stop_at--;
    return autopsy->stop_at > 0;
}

/* A worker died over a seed: nothing but the seed is left of the run. It is
 * played again in a process of its own up to its last record. */
static void autopsy(struct search *search, struct worker *worker, int status)
{
    static struct fuzz_finding finding;
    static struct fuzz_sampler sampler;
    struct shared *shared = worker->shared;
    struct fuzz_finding *kept = share(sizeof *kept);
    memset(&finding, 0, sizeof finding);
    finding.seed = shared->next_seed;
    fuzz_generate(&search->options->generate, finding.seed, &finding.schedule);
    uint32_t rule = 0;
    bool is_known = model_rule_find("FAULT", &rule);
    LC_CHECK(is_known);
    finding.rule = (uint16_t)rule;
    finding.is_dead = true;
    finding.signal_number = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    finding.record =
        (struct lc_record){ .kind = LC_RECORD_FAULT, .a = -1, .b = -1 };
    pid_t pid = kept == NULL ? -1 : fork();
    if (pid == 0) {
        struct autopsy stop = { .stop_at = shared->record_now + 1 };
        struct sim_error error;
        struct sim_backer backer = fuzz_sampler_begin(
            &sampler,
            search->options->sampler,
            finding.seed,
            finding.schedule.op_count * DECISIONS_PER_CALL);
        if (sim_play(
                &(struct sim_play_options){
                    .schedule = &finding.schedule,
                    .backer = &backer,
                    .sink = stop_early,
                    .sink_context = &stop,
                },
                &stop.result,
                &error) == SIM_OK) {
            struct fuzz_outcome outcome = { .result = stop.result };
            *kept = finding;
            fuzz_search_keep(&kept->schedule, &outcome);
            _exit(0);
        }
        _exit(EXIT_ERROR);
    }
    int result = -1;
    if (pid > 0 && waitpid(pid, &result, 0) == pid && result == 0) {
        finding = *kept;
    }
    if (kept != NULL) {
        (void)munmap(kept, sizeof *kept);
    }
    keep(search, &finding);
}

/* A worker has ended: done, or to be followed by another. */
static void reap(struct search *search, struct worker *worker, int status)
{
    const struct fuzz_search_options *options = search->options;
    while (worker->pipe >= 0) {
        receive(search, worker); /* what is left in the pipe */
    }
    worker->pid = 0;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        return;
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_ERROR) {
        *search->error = worker->shared->error;
        search->has_failed = true;
        return;
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != EXIT_FAULT) {
        autopsy(search, worker, status);
        worker->shared->schedules++;
        worker->shared->next_seed += options->jobs;
    }
    if (!start_worker(search, worker)) {
        search->has_failed = true;
    }
}

static void sum_up(struct search *search)
{
    struct fuzz_search_totals *totals = &search->result->totals;
    totals->schedules = 0;
    totals->records = 0;
    totals->virtual_ns = 0;
    totals->unspecified = 0;
    totals->rules_exercised = 0;
    memset(&totals->coverage, 0, sizeof totals->coverage);
    for (uint32_t w = 0; w < search->options->jobs; w++) {
        const struct shared *shared = search->workers[w].shared;
        totals->schedules += shared->schedules;
        totals->records += shared->records;
        totals->virtual_ns += shared->virtual_ns;
        totals->unspecified += shared->unspecified;
        for (uint32_t i = 0; i < MODEL_RULE_COUNT; i++) {
            totals->coverage.checked[i] += shared->coverage.checked[i];
            totals->coverage.premise[i] += shared->coverage.premise[i];
        }
    }
    for (uint32_t i = 0; i < MODEL_RULE_COUNT; i++) {
        totals->rules_exercised += totals->coverage.premise[i] > 0;
    }
}

static uint32_t count_alive(const struct search *search)
{
    uint32_t alive = 0;
    for (uint32_t w = 0; w < search->options->jobs; w++) {
        alive += search->workers[w].pid != 0;
    }
    return alive;
}

static void wait_for_news(struct search *search)
{
    struct pollfd polls[FUZZ_JOBS_MAX];
    uint32_t jobs = search->options->jobs;
    for (uint32_t w = 0; w < jobs; w++) {
        polls[w] =
            (struct pollfd){ .fd = search->workers[w].pipe, .events = POLLIN };
    }
    (void)poll(polls, jobs, POLL_MS);
    for (uint32_t w = 0; w < jobs; w++) {
        struct worker *worker = &search->workers[w];
        if (worker->pipe >= 0 && polls[w].revents != 0) {
            receive(search, worker);
        }
    }
    for (uint32_t w = 0; w < jobs; w++) {
        struct worker *worker = &search->workers[w];
        int status;
        if (worker->pid != 0 &&
            waitpid(worker->pid, &status, WNOHANG) == worker->pid) {
            reap(search, worker, status);
        }
    }
}

static void kill_all(struct search *search)
{
    for (uint32_t w = 0; w < search->options->jobs; w++) {
        struct worker *worker = &search->workers[w];
        if (worker->pid != 0) {
            (void)kill(worker->pid, SIGKILL);
            (void)waitpid(worker->pid, NULL, 0);
            worker->pid = 0;
        }
        if (worker->pipe >= 0) {
            (void)close(worker->pipe);
            worker->pipe = -1;
        }
    }
}

static void run(struct search *search)
{
    const struct fuzz_search_options *options = search->options;
    struct fuzz_search_totals *totals = &search->result->totals;
    while (count_alive(search) > 0 && !search->has_failed) {
        wait_for_news(search);
        sum_up(search);
        if (options->progress != NULL) {
            options->progress(options->context, totals);
        }
        bool is_enough = options->stop_after > 0 &&
                         totals->finding_count >= options->stop_after;
        bool is_asked =
            options->stop != NULL && options->stop(options->context);
        if (is_enough || is_asked) {
            totals->is_stopped = is_asked;
            break;
        }
    }
    kill_all(search);
    sum_up(search);
}

/* Counts of all workers for one kind of finding. */
static uint64_t count_of(const struct search *search, uint64_t key)
{
    uint64_t count = 0;
    for (uint32_t w = 0; w < search->options->jobs; w++) {
        const struct shared *shared = search->workers[w].shared;
        for (uint32_t i = 0; i < shared->key_count; i++) {
            count += shared->keys[i].key == key ? shared->keys[i].count : 0;
        }
    }
    return count == 0 ? 1 : count;
}

static void sort_findings(struct fuzz_search_result *result)
{
    static struct fuzz_finding held;
    for (uint32_t i = 1; i < result->totals.finding_count; i++) {
        for (uint32_t k = i;
             k > 0 && result->findings[k].seed < result->findings[k - 1].seed;
             k--) {
            held = result->findings[k];
            result->findings[k] = result->findings[k - 1];
            result->findings[k - 1] = held;
        }
    }
}

/* Confirms what was found; two findings may shrink to one. */
static void finish_findings(struct search *search)
{
    struct fuzz_search_result *result = search->result;
    const struct fuzz_search_options *options = search->options;
    sort_findings(result);
    for (uint32_t i = 0; i < result->totals.finding_count; i++) {
        struct fuzz_finding *finding = &result->findings[i];
        finding->count =
            count_of(search, finding_key(finding->rule, &finding->record));
        if (!finding->is_dead && !options->no_shrink) {
            finding->is_replayed = fuzz_search_confirm(options, finding);
        }
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < result->totals.finding_count; i++) {
        struct fuzz_finding *finding = &result->findings[i];
        uint64_t key = finding_key(finding->rule, &finding->record);
        bool is_new = true;
        for (uint32_t k = 0; k < kept; k++) {
            struct fuzz_finding *known = &result->findings[k];
            if (finding_key(known->rule, &known->record) == key) {
                known->count += finding->count;
                is_new = false;
            }
        }
        if (is_new && kept != i) {
            result->findings[kept] = *finding;
        }
        kept += is_new;
    }
    result->totals.finding_count = kept;
}

enum sim_status fuzz_search(
    const struct fuzz_search_options *options,
    struct fuzz_search_result *ret_result,
    struct sim_error *ret_error)
{
    LC_CHECK(options->jobs >= 1 && options->jobs <= FUZZ_JOBS_MAX);
    static struct worker workers[FUZZ_JOBS_MAX];
    struct search search = {
        .options = options,
        .result = ret_result,
        .workers = workers,
        .error = ret_error,
    };
    memset(ret_result, 0, sizeof *ret_result);
    memset(ret_error, 0, sizeof *ret_error);
    for (uint32_t w = 0; w < options->jobs; w++) {
        memset(&workers[w], 0, sizeof workers[w]);
        workers[w].pipe = -1;
        workers[w].shared = share(sizeof(struct shared));
        if (workers[w].shared == NULL) {
            search.has_failed = true;
            break;
        }
        workers[w].shared->next_seed = options->seed + w;
        if (!start_worker(&search, &workers[w])) {
            search.has_failed = true;
            break;
        }
    }
    if (!search.has_failed) {
        run(&search);
    }
    bool has_failed = search.has_failed;
    if (!has_failed) {
        finish_findings(&search);
    }
    for (uint32_t w = 0; w < options->jobs; w++) {
        if (workers[w].shared != NULL) {
            (void)munmap(workers[w].shared, sizeof(struct shared));
            workers[w].shared = NULL;
        }
    }
    return has_failed ? SIM_ERROR_LIMIT : SIM_OK;
}

/* ---- Confirming and shrinking ---- */

struct judge {
    struct fuzz_player player;
    const char *group; /* of the rule that must stay broken */
    struct fuzz_outcome outcome;
    struct sim_error error;
};

static bool breaks(struct judge *judge, const struct lc_schedule *schedule)
{
    return fuzz_play(
               &judge->player,
               schedule,
               NULL,
               &judge->outcome,
               &judge->error) == SIM_OK &&
           judge->outcome.verdict.kind == LC_VERDICT_BROKEN &&
           strcmp(
               model_rule(judge->outcome.verdict.rule)->group,
               judge->group) == 0;
}

static bool test_breaks(void *context, const struct lc_schedule *schedule)
{
    return breaks(context, schedule);
}

/* In a process of its own: fills the finding, or leaves is_replayed false. */
static void confirm(
    const struct fuzz_search_options *options,
    struct fuzz_finding *finding)
{
    static struct judge judge;
    memset(&judge, 0, sizeof judge);
    judge.player.options = options->model;
    judge.group = model_rule(finding->rule)->group;
    sim_watch(options->watch_seconds);
    if (!breaks(&judge, &finding->schedule) ||
        judge.outcome.result.hash != finding->hash) {
        return;
    }
    struct fuzz_shrink_options shrink = {
        .test = test_breaks,
        .context = &judge,
        .tests_max = FUZZ_SHRINK_TESTS,
    };
    (void)fuzz_shrink(&shrink, &finding->schedule);
    if (!breaks(&judge, &finding->schedule)) {
        return;
    }
    uint64_t hash = judge.outcome.result.hash;
    /* What was taken, not what was asked for. */
    fuzz_search_keep(&finding->schedule, &judge.outcome);
    if (!breaks(&judge, &finding->schedule) ||
        judge.outcome.result.hash != hash) {
        return;
    }
    finding->hash = hash;
    finding->rule = judge.outcome.verdict.rule;
    finding->record = judge.outcome.record;
    if (fuzz_play_is_fault(&judge.outcome)) {
        sim_last_fault(&finding->fault);
    }
    finding->is_replayed = true;
}

bool fuzz_search_confirm(
    const struct fuzz_search_options *options,
    struct fuzz_finding *finding)
{
    struct fuzz_finding *shared = share(sizeof *shared);
    if (shared == NULL) {
        return false;
    }
    *shared = *finding;
    pid_t pid = fork();
    if (pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void)signal(SIGINT, SIG_IGN);
        confirm(options, shared);
        _exit(0);
    }
    int status = -1;
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    bool is_good = pid > 0 && status == 0 && shared->is_replayed;
    if (is_good) {
        *finding = *shared;
    }
    (void)munmap(shared, sizeof *shared);
    return is_good;
}
