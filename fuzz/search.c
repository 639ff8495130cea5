#include "fuzz/search.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz/confirm.h"
#include "fuzz/death.h"
#include "fuzz/worker.h"

enum {
    POLL_MS = 50,
    /* So many polls the workers get to end with the seeds that they have taken;
     * that takes milliseconds unless the code they play takes its time. */
    PATIENCE_SEEDS = 20,
    /* And so many then for the seed that they play, and for each CPU second that
     * code may take which does not come back: another process may have the
     * processor. */
    PATIENCE = 100,
    PATIENCE_WATCH = 100,
    KILLED_MAX = 3
};

/* A worker has room for all kinds that are known and looked into, so that it
 * tells of each of them. */
_Static_assert(
    (int)FUZZ_KINDS_MAX > (int)FUZZ_KNOWN_MAX + (int)FUZZ_FINDINGS_MAX,
    "too few keys");
_Static_assert((int)FUZZ_KINDS_MAX == (int)FUZZ_COUNT_KEYS, "a kind is a key");

struct worker {
    pid_t pid; /* 0: has ended */
    int pipe;  /* findings come here; -1: closed */
    struct fuzz_share *share;
    size_t got_bytes; /* of the finding that is coming in */
    struct fuzz_finding incoming;
};

/* Something found. Until it is final, one with a smaller seed replaces it. */
struct entry {
    struct fuzz_finding finding;
    uint64_t key;        /* as it was found */
    uint64_t shrunk_key; /* as it is now; final only */
    bool is_final;
    bool is_double; /* shrunk to the same as an earlier one */
};

/* Only in the parent, one at a time; large. */
static struct search {
    const struct fuzz_search_options *options;
    struct fuzz_search_result *result;
    struct fuzz_crew *crew;
    struct sim_error *error;
    bool has_failed;
    bool is_enough;
    uint32_t grace_ms;   /* for shrinking when the search is to end */
    uint32_t polls_over; /* since the workers were told to end */
    uint32_t killed;     /* workers that somebody else has killed */
    uint32_t findings_max;
    uint32_t entry_count;
    /* One more than are looked into: the first for which there is no room. */
    struct entry entries[FUZZ_FINDINGS_MAX + 1];
    struct fuzz_count broken; /* of all workers, at the end */
    struct worker workers[FUZZ_JOBS_MAX];
} search;

static void fail(const char *text)
{
    size_t length = strlen(text);
    LC_CHECK(length < SIM_ERROR_BYTES);
    memcpy(search.error->text, text, length + 1);
    search.has_failed = true;
}

/* ---- Workers ---- */

static bool start_worker(struct worker *worker)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return false;
    }
    atomic_store(&worker->share->exit, FUZZ_WORKER_SILENT);
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid < 0) {
        (void)close(ends[0]);
        (void)close(ends[1]);
        return false;
    }
    if (pid == 0) {
        fuzz_worker_begin(parent);
        (void)close(ends[0]);
        struct fuzz_worker_options options = {
            .one = search.options->one,
            .seed_end = search.options->seed + search.options->count,
            .watch_seconds = search.options->watch_seconds,
            .pipe = ends[1],
            /* Of one alone it is settled where it ends; several have taken
             * seeds beyond that. */
            .waits =
                search.options->jobs == 1 && search.options->stop_after > 0,
        };
        fuzz_worker_run(&options, search.crew, worker->share);
    }
    (void)close(ends[1]);
    (void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
    worker->pid = pid;
    worker->pipe = ends[0];
    worker->got_bytes = 0;
    return true;
}

static bool is_known(uint64_t key)
{
    for (uint32_t i = 0; i < search.options->known_count; i++) {
        if (search.options->known[i] == key) {
            return true;
        }
    }
    return false;
}

static struct entry *find_entry(uint64_t key)
{
    for (uint32_t i = 0; i < search.entry_count; i++) {
        if (search.entries[i].key == key) {
            return &search.entries[i];
        }
    }
    return NULL;
}

/* The entry with the largest seed. */
static struct entry *last_entry(void)
{
    struct entry *last = &search.entries[0];
    for (uint32_t i = 1; i < search.entry_count; i++) {
        if (search.entries[i].finding.seed > last->finding.seed) {
            last = &search.entries[i];
        }
    }
    return last;
}

/* Keeps a finding: of two of a kind the one with the smaller seed, and of all
 * kinds those with the smallest seeds, so that the number of workers does not
 * matter. */
static void keep(const struct fuzz_finding *finding)
{
    uint64_t key = fuzz_finding_key_of(finding);
    if (is_known(key)) {
        return;
    }
    struct entry *entry = find_entry(key);
    bool is_free = false;
    if (entry == NULL) {
        is_free = search.entry_count <= search.findings_max;
        entry = is_free ? &search.entries[search.entry_count++] : last_entry();
    }
    if (!is_free && entry->finding.seed <= finding->seed) {
        return;
    }
    LC_CHECK(!entry->is_final);
    memset(entry, 0, sizeof *entry);
    entry->finding = *finding;
    entry->key = key;
}

/* Reads all that has come in from a worker. */
static void receive(struct worker *worker)
{
    while (worker->pipe >= 0) {
        unsigned char *to = (unsigned char *)&worker->incoming;
        ssize_t got = read(
            worker->pipe,
            to + worker->got_bytes,
            sizeof worker->incoming - worker->got_bytes);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0 && errno == EAGAIN) {
            return;
        }
        if (got <= 0) {
            (void)close(worker->pipe);
            worker->pipe = -1;
            return;
        }
        worker->got_bytes += (size_t)got;
        if (worker->got_bytes == sizeof worker->incoming) {
            worker->got_bytes = 0;
            keep(&worker->incoming);
        }
    }
}

/* A worker died over a seed. What it left behind is the finding. */
static void bury(struct worker *worker, int32_t death)
{
    static struct fuzz_finding finding;
    static struct lc_schedule schedule;
    struct fuzz_share *share = worker->share;
    uint64_t seed = atomic_load(&share->at);
    if (seed >= share->end) {
        return; /* between two seeds: nothing was lost */
    }
    if (share->mirror.seed != seed) {
        share->mirror.seed = seed;
        share->mirror.choice_count = 0;
    }
    fuzz_case_revive(&search.options->one, &share->mirror, &schedule);
    fuzz_finding_fill_dead(&finding, seed, &schedule, death);
    if (share->mirror.length == 0) {
        share->mirror.program = seed / FUZZ_SAMPLER_GROUP;
        share->mirror.length = fuzz_case_guess_length(&finding.schedule);
    }
    (void)fuzz_count_add(&share->broken, fuzz_finding_key_of(&finding), 1);
    keep(&finding);
    atomic_fetch_add(&share->told, 1);
    share->schedules++;
    atomic_store(&share->at, seed + 1);
}

/* A worker has ended: done, or to be followed by another. */
static void reap(struct worker *worker, int status)
{
    receive(worker);
    if (worker->pipe >= 0) {
        (void)close(worker->pipe);
        worker->pipe = -1;
    }
    worker->pid = 0;
    uint32_t said = atomic_load(&worker->share->exit);
    if (said == FUZZ_WORKER_DONE) {
        return;
    }
    if (said == FUZZ_WORKER_ERROR) {
        *search.error = worker->share->error;
        search.has_failed = true;
        return;
    }
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) {
        /* From outside, mostly for want of memory: its seed is played again. */
        search.killed++;
        if (search.killed == KILLED_MAX) {
            fail("workers are killed from outside: is the memory full?");
            return;
        }
    } else if (said != FUZZ_WORKER_FAULT) {
        bury(worker, fuzz_death_of(status, false));
    }
    if (!start_worker(worker)) {
        fail("no more workers can be made");
    }
}

static void kill_all(void)
{
    for (uint32_t w = 0; w < search.options->jobs; w++) {
        struct worker *worker = &search.workers[w];
        if (worker->pid != 0) {
            (void)kill(worker->pid, SIGKILL);
            (void)waitpid(worker->pid, NULL, 0);
            receive(worker);
            worker->pid = 0;
        }
        if (worker->pipe >= 0) {
            (void)close(worker->pipe);
            worker->pipe = -1;
        }
    }
}

/* Whether a worker has left seeds that it had taken. */
static bool has_left_seeds(void)
{
    bool has_left = false;
    for (uint32_t w = 0; w < search.options->jobs; w++) {
        const struct fuzz_share *share = search.workers[w].share;
        has_left |= atomic_load(&share->at) < share->end;
    }
    return has_left;
}

static uint32_t count_alive(void)
{
    uint32_t alive = 0;
    for (uint32_t w = 0; w < search.options->jobs; w++) {
        alive += search.workers[w].pid != 0;
    }
    return alive;
}

static void wait_for_news(void)
{
    struct pollfd polls[FUZZ_JOBS_MAX];
    uint32_t jobs = search.options->jobs;
    for (uint32_t w = 0; w < jobs; w++) {
        polls[w] =
            (struct pollfd){ .fd = search.workers[w].pipe, .events = POLLIN };
    }
    (void)poll(polls, jobs, POLL_MS);
    for (uint32_t w = 0; w < jobs; w++) {
        struct worker *worker = &search.workers[w];
        int status;
        if (worker->pid != 0 &&
            waitpid(worker->pid, &status, WNOHANG) == worker->pid) {
            reap(worker, status);
        }
    }
}

/* Tells the workers to end, sooner or later. */
static void tell_end(enum fuzz_worker_end end)
{
    if (atomic_load(&search.crew->end) < end) {
        atomic_store(&search.crew->end, end);
    }
}

static bool is_asked_to_stop(void *context)
{
    (void)context;
    const struct fuzz_search_options *options = search.options;
    bool is_asked = options->stop != NULL && options->stop(options->context);
    if (is_asked) {
        search.result->totals.is_stopped = true;
        tell_end(FUZZ_WORKER_END_SOON);
    }
    return is_asked;
}

/* ---- Findings ---- */

/* Before this seed no finding can come any more. What has been said about
 * seeds before it is read. */
static uint64_t settled_seed(void)
{
    uint64_t settled = atomic_load(&search.crew->next);
    for (uint32_t w = 0; w < search.options->jobs; w++) {
        uint64_t at = atomic_load(&search.workers[w].share->at);
        settled = at < settled ? at : settled;
    }
    for (uint32_t w = 0; w < search.options->jobs; w++) {
        receive(&search.workers[w]);
    }
    return settled;
}

static struct entry *first_open(uint64_t settled)
{
    struct entry *first = NULL;
    const struct entry *left_out =
        search.entry_count > search.findings_max ? last_entry() : NULL;
    for (uint32_t i = 0; i < search.entry_count; i++) {
        struct entry *entry = &search.entries[i];
        if (!entry->is_final && entry != left_out &&
            entry->finding.seed < settled &&
            (first == NULL || entry->finding.seed < first->finding.seed)) {
            first = entry;
        }
    }
    return first;
}

/* Confirms what is final, by rising seed; two may shrink to one. */
static void settle_findings(uint64_t settled)
{
    const struct fuzz_search_options *options = search.options;
    struct fuzz_search_totals *totals = &search.result->totals;
    struct fuzz_confirm_options how = {
        .model = options->one.model,
        .watch_seconds = options->watch_seconds,
        .no_shrink = options->no_shrink,
        .stop = is_asked_to_stop,
        .grace_ms = &search.grace_ms,
    };
    struct entry *entry = first_open(settled);
    while (entry != NULL && !search.is_enough) {
        fuzz_confirm(&how, &entry->finding);
        entry->is_final = true;
        entry->shrunk_key = fuzz_finding_key_of(&entry->finding);
        for (uint32_t i = 0; i < search.entry_count; i++) {
            const struct entry *other = &search.entries[i];
            entry->is_double |= other != entry && other->is_final &&
                                other->shrunk_key == entry->shrunk_key;
        }
        if (!entry->is_double) {
            totals->finding_count++;
            if (options->found != NULL) {
                options->found(options->context, &entry->finding);
            }
        }
        search.is_enough = options->stop_after > 0 &&
                           totals->finding_count >= options->stop_after;
        entry = first_open(settled);
    }
}

/* Settles what can be, and lets a worker go on that waits for it: all that it
 * has told of lies before the seeds that it will take. */
static void settle_all(void)
{
    struct fuzz_share *first = search.workers[0].share;
    uint32_t told = atomic_load(&first->told);
    uint64_t settled = settled_seed();
    settle_findings(settled);
    if (!search.is_enough && settled >= atomic_load(&search.crew->next)) {
        atomic_store(&first->heard, told);
    }
}

/* How many schedules broke something under a key; 0: that is not known. */
static uint64_t count_of(uint64_t key)
{
    return search.broken.has_overflowed ? 0
                                        : fuzz_count_of(&search.broken, key);
}

/* What all workers have counted, and what there was no room for. */
static void take_counts(void)
{
    struct fuzz_search_totals *totals = &search.result->totals;
    for (uint32_t w = 0; w < search.options->jobs; w++) {
        const struct fuzz_share *share = search.workers[w].share;
        fuzz_count_merge(&search.broken, &share->broken);
        fuzz_statistics_merge(&search.result->statistics, &share->statistics);
        fuzz_warnings_merge(&search.result->warnings, &share->warnings);
        fuzz_unserved_merge(&search.result->unserved, &share->unserved);
    }
    totals->is_uncounted = search.broken.has_overflowed;
    if (search.entry_count <= search.findings_max) {
        return;
    }
    uint32_t looked_into = search.findings_max;
    for (uint32_t i = 0; i < search.options->known_count; i++) {
        looked_into +=
            fuzz_count_of(&search.broken, search.options->known[i]) > 0;
    }
    LC_CHECK(search.broken.key_count > looked_into);
    totals->left_out_count = search.broken.key_count - looked_into;
    totals->left_out_seed = last_entry()->finding.seed;
}

/* Takes the final findings over into the result, by seed. */
static void take_findings(void)
{
    struct fuzz_search_result *result = search.result;
    uint32_t count = 0;
    for (uint32_t i = 0; i < search.entry_count; i++) {
        const struct entry *entry = &search.entries[i];
        if (!entry->is_final) {
            continue;
        }
        result->aliases[result->alias_count++] = (struct fuzz_search_alias){
            .key = entry->key,
            .shrunk_key = entry->shrunk_key,
            .count = count_of(entry->key),
        };
        if (entry->is_double) {
            continue;
        }
        uint32_t at = count++;
        while (at > 0 && result->findings[at - 1].seed > entry->finding.seed) {
            result->findings[at] = result->findings[at - 1];
            at--;
        }
        result->findings[at] = entry->finding;
        result->findings[at].count = 0;
    }
    LC_CHECK(count == result->totals.finding_count);
    for (uint32_t i = 0; i < count; i++) {
        struct fuzz_finding *finding = &result->findings[i];
        uint64_t key = fuzz_finding_key_of(finding);
        for (uint32_t a = 0; a < result->alias_count; a++) {
            const struct fuzz_search_alias *alias = &result->aliases[a];
            finding->count += alias->shrunk_key == key ? alias->count : 0;
        }
    }
    for (uint32_t i = 0; i < search.options->known_count; i++) {
        result->known_counts[i] = count_of(search.options->known[i]);
    }
}

/* ---- The search ---- */

static void sum_up(void)
{
    struct fuzz_search_totals *totals = &search.result->totals;
    totals->schedules = 0;
    totals->records = 0;
    totals->virtual_ns = 0;
    totals->unspecified = 0;
    totals->again = 0;
    totals->differed = 0;
    totals->differed_seed = UINT64_MAX;
    totals->rules_exercised = 0;
    memset(&totals->coverage, 0, sizeof totals->coverage);
    for (uint32_t w = 0; w < search.options->jobs; w++) {
        const struct fuzz_share *share = search.workers[w].share;
        totals->schedules += share->schedules;
        totals->records += share->records;
        totals->virtual_ns += share->virtual_ns;
        totals->unspecified += share->unspecified;
        totals->again += share->again;
        totals->differed += share->differed;
        if (share->differed > 0 &&
            share->differed_seed < totals->differed_seed) {
            totals->differed_seed = share->differed_seed;
        }
        for (uint32_t i = 0; i < MODEL_RULE_COUNT; i++) {
            totals->coverage.checked[i] += share->coverage.checked[i];
            totals->coverage.premise[i] += share->coverage.premise[i];
        }
    }
    for (uint32_t i = 0; i < MODEL_RULE_COUNT; i++) {
        totals->rules_exercised += totals->coverage.premise[i] > 0;
    }
}

static void run(void)
{
    const struct fuzz_search_options *options = search.options;
    struct fuzz_search_totals *totals = &search.result->totals;
    while (count_alive() > 0 && !search.has_failed) {
        wait_for_news();
        settle_all();
        sum_up();
        if (options->progress != NULL) {
            options->progress(options->context, totals);
        }
        (void)is_asked_to_stop(NULL);
        if (search.is_enough) {
            totals->is_stopped = true;
            tell_end(FUZZ_WORKER_END_SOON);
        }
        search.polls_over += totals->is_stopped;
        if (search.polls_over > PATIENCE_SEEDS) {
            tell_end(FUZZ_WORKER_END_NOW);
        }
        if (search.polls_over > PATIENCE_SEEDS + PATIENCE +
                                    options->watch_seconds * PATIENCE_WATCH) {
            break;
        }
    }
    kill_all();
    totals->is_cut = has_left_seeds();
    if (!search.has_failed) {
        settle_findings(UINT64_MAX);
    }
    sum_up();
    totals->next_seed = atomic_load(&search.crew->next);
    totals->is_stopped &=
        totals->is_cut || totals->next_seed < options->seed + options->count;
}

static bool make_shared(void)
{
    search.crew = fuzz_worker_share(sizeof *search.crew);
    bool is_good = search.crew != NULL;
    for (uint32_t w = 0; w < search.options->jobs; w++) {
        search.workers[w].pipe = -1;
        search.workers[w].share =
            fuzz_worker_share(sizeof *search.workers[w].share);
        is_good &= search.workers[w].share != NULL;
    }
    for (uint32_t w = 0; is_good && w < search.options->jobs; w++) {
        atomic_store(&search.workers[w].share->at, search.options->seed);
    }
    return is_good;
}

static void free_shared(void)
{
    for (uint32_t w = 0; w < search.options->jobs; w++) {
        struct worker *worker = &search.workers[w];
        if (worker->share != NULL) {
            (void)munmap(worker->share, sizeof *worker->share);
        }
    }
    if (search.crew != NULL) {
        (void)munmap(search.crew, sizeof *search.crew);
    }
}

enum sim_status fuzz_search(
    const struct fuzz_search_options *options,
    struct fuzz_search_result *ret_result,
    struct sim_error *ret_error)
{
    LC_CHECK(options->jobs >= 1);
    LC_CHECK(options->jobs <= FUZZ_JOBS_MAX);
    LC_CHECK(options->known_count <= FUZZ_KNOWN_MAX);
    LC_CHECK(options->findings_max <= FUZZ_FINDINGS_MAX);
    LC_CHECK(options->count <= UINT64_MAX - FUZZ_SAMPLER_GROUP - options->seed);
    memset(&search, 0, sizeof search);
    memset(ret_result, 0, sizeof *ret_result);
    memset(ret_error, 0, sizeof *ret_error);
    search.options = options;
    search.result = ret_result;
    search.error = ret_error;
    search.grace_ms = FUZZ_CONFIRM_GRACE_MS;
    search.findings_max =
        options->findings_max > 0 ? options->findings_max : FUZZ_FINDINGS_MAX;
    if (make_shared()) {
        atomic_store(&search.crew->next, options->seed);
        (void)is_asked_to_stop(NULL); /* then none of them takes a seed */
        for (uint32_t w = 0; w < options->jobs && !search.has_failed; w++) {
            if (!start_worker(&search.workers[w])) {
                fail("no worker can be made");
            }
        }
        run();
    } else {
        fail("no memory to share with workers");
    }
    if (!search.has_failed) {
        take_counts();
        take_findings();
    }
    free_shared();
    return search.has_failed ? SIM_ERROR_LIMIT : SIM_OK;
}

const volatile uint64_t *fuzz_search_seed(void)
{
    return fuzz_worker_seed();
}
