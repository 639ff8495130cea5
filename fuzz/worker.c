#include "fuzz/worker.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    WAIT_MS = 1
};

static volatile uint64_t seed_now = FUZZ_SEED_NONE;

void *fuzz_worker_share(size_t size_bytes)
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

void fuzz_worker_take_seed(uint64_t seed)
{
    seed_now = seed;
}

const volatile uint64_t *fuzz_worker_seed(void)
{
    return &seed_now;
}

void fuzz_worker_begin(int parent)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) {
        _exit(0); /* it went between fork and prctl */
    }
    (void)signal(SIGINT, SIG_IGN);
    (void)signal(SIGTERM, SIG_IGN);
    (void)signal(SIGHUP, SIG_IGN);
    (void)signal(SIGPIPE, SIG_IGN);
}

void fuzz_worker_limit(void)
{
    struct rusage usage;
    struct rlimit limit;
    if (getrusage(RUSAGE_SELF, &usage) != 0 ||
        getrlimit(RLIMIT_CPU, &limit) != 0) {
        return;
    }
    rlim_t used = (rlim_t)usage.ru_utime.tv_sec + (rlim_t)usage.ru_stime.tv_sec;
    rlim_t soft = used + FUZZ_WORKER_CPU_SECONDS;
    if (limit.rlim_max == RLIM_INFINITY || soft < limit.rlim_max) {
        limit.rlim_cur = soft;
        (void)setrlimit(RLIMIT_CPU, &limit);
    }
}

static LC_NORETURN void leave(
    struct fuzz_share *share,
    enum fuzz_worker_exit how)
{
    atomic_store(&share->exit, how);
    _exit(0);
}

/* Writes all bytes; a parent that is gone ends the worker. */
static void send_bytes(int file, const void *bytes, size_t size_bytes)
{
    const unsigned char *at = bytes;
    while (size_bytes > 0) {
        ssize_t done = write(file, at, size_bytes);
        if (done < 0 && errno != EINTR) {
            _exit(0);
        }
        if (done > 0) {
            at += done;
            size_bytes -= (size_t)done;
        }
    }
}

/* Until the parent knows whether what was told is enough. */
static void wait_to_be_heard(
    const struct fuzz_crew *crew,
    const struct fuzz_share *share)
{
    while (atomic_load(&share->heard) != atomic_load(&share->told) &&
           atomic_load(&crew->end) == FUZZ_WORKER_GO_ON) {
        (void)poll(NULL, 0, WAIT_MS);
    }
}

/* Takes the next seeds: one program's. Returns whether there were any. */
static bool take_seeds(
    const struct fuzz_worker_options *options,
    struct fuzz_crew *crew,
    struct fuzz_share *share)
{
    if (options->waits) {
        wait_to_be_heard(crew, share);
    }
    if (atomic_load(&crew->end) != FUZZ_WORKER_GO_ON) {
        return false;
    }
    /* Never above what is taken next, whoever looks in between. */
    unsigned long long first = atomic_load(&crew->next);
    unsigned long long end;
    do {
        atomic_store(&share->at, first);
        if (first >= options->seed_end) {
            return false;
        }
        end = (first / FUZZ_SAMPLER_GROUP + 1) * FUZZ_SAMPLER_GROUP;
        end = end < options->seed_end ? end : options->seed_end;
    } while (!atomic_compare_exchange_weak(&crew->next, &first, end));
    share->end = end;
    return true;
}

/* Sends what broke, if it is new to this worker. Counted when it is sent: who
 * is killed in between sends it again. */
static void tell(
    const struct fuzz_worker_options *options,
    const struct fuzz_case *one,
    const struct fuzz_outcome *outcome,
    struct fuzz_share *share)
{
    static struct fuzz_finding finding;
    uint64_t key = fuzz_finding_key(
        &one->schedule.world,
        outcome->verdict.rule,
        &outcome->record);
    if (fuzz_count_of(&share->broken, key) == 0 &&
        !share->broken.has_overflowed) {
        fuzz_finding_fill(
            &finding,
            share->mirror.seed,
            &one->schedule,
            outcome);
        send_bytes(options->pipe, &finding, sizeof finding);
        atomic_fetch_add(&share->told, 1);
    }
    (void)fuzz_count_add(&share->broken, key, 1);
}

/* Counts what a run that came to its end behaved like. */
static void count(
    const struct fuzz_case *one,
    const struct fuzz_behaviour *behaviour,
    struct fuzz_share *share)
{
    fuzz_statistics_add_pct(&share->statistics, &one->sampler);
    if (one->player.reader != NULL) {
        fuzz_statistics_add(&share->statistics, behaviour);
    }
}

bool fuzz_worker_plays_again(uint64_t seed)
{
    uint64_t group = FUZZ_SAMPLER_GROUP;
    uint64_t program = seed / group;
    _Static_assert(
        (int)FUZZ_WORKER_AGAIN_ONE_IN ==
            FUZZ_SAMPLER_GROUP * FUZZ_SAMPLER_GROUP,
        "one seed of a program, and one program of a group");
    return program % group == 0 && seed % group == program / group % group;
}

/* Plays what was just played, and broke no rule, once more; not one whose
 * choices were not all kept. What breaks one is played again by who confirms
 * it. Returns whether the process may go on. */
static bool play_again(
    const struct fuzz_case *one,
    const struct fuzz_outcome *outcome,
    struct fuzz_share *share)
{
    static struct fuzz_player player;
    static struct lc_schedule schedule;
    struct fuzz_outcome second;
    uint64_t hash = outcome->result.hash;
    if (outcome->result.choice_count == LC_CHOICES_MAX) {
        return true;
    }
    schedule = one->schedule;
    fuzz_case_keep(&schedule, outcome);
    player.options = one->player.options;
    enum sim_status status =
        fuzz_play(&player, &schedule, NULL, &second, &share->error);
    bool differs = status != SIM_OK || second.result.hash != hash;
    share->again++;
    share->differed_seed = differs && share->differed == 0
                               ? share->mirror.seed
                               : share->differed_seed;
    share->differed += differs;
    return status == SIM_OK && !fuzz_play_is_fault(&second);
}

/* Plays one seed. Returns whether the process may go on. */
static bool play_seed(
    const struct fuzz_worker_options *options,
    struct fuzz_case *one,
    struct fuzz_share *share)
{
    static struct fuzz_behaviour behaviour;
    struct fuzz_outcome outcome;
    uint64_t seed = atomic_load(&share->at);
    fuzz_worker_take_seed(seed);
    behaviour.player = &one->player;
    one->player.reader_context = &behaviour;
    one->player.reader =
        fuzz_behaviour_is_watched(seed) ? fuzz_behaviour_read : NULL;
    if (fuzz_case_play(one, seed, &outcome, &share->error) != SIM_OK) {
        leave(share, FUZZ_WORKER_ERROR);
    }
    if (LC_UNLIKELY(outcome.verdict.warning_count > 0)) {
        fuzz_warnings_add(
            &share->warnings,
            seed,
            &one->player.model.warned,
            &one->schedule,
            &outcome);
    }
    fuzz_unserved_note(&share->unserved, &outcome);
    bool may_go_on = !fuzz_play_is_fault(&outcome);
    if (outcome.verdict.kind == LC_VERDICT_BROKEN) {
        tell(options, one, &outcome, share);
    } else if (may_go_on && fuzz_worker_plays_again(seed)) {
        may_go_on = play_again(one, &outcome, share);
    }
    count(one, &behaviour, share);
    share->schedules++;
    share->records += outcome.result.record_count;
    share->virtual_ns += outcome.result.virtual_ns;
    share->unspecified += outcome.verdict.kind == LC_VERDICT_UNSPECIFIED;
    atomic_store(&share->at, seed + 1);
    return may_go_on;
}

LC_NORETURN void fuzz_worker_run(
    const struct fuzz_worker_options *options,
    struct fuzz_crew *crew,
    struct fuzz_share *share)
{
    static struct fuzz_case one;
    memset(&one, 0, sizeof one);
    one.options = options->one;
    one.mirror = &share->mirror;
    one.player.coverage = &share->coverage;
    sim_watch(options->watch_seconds);
    fuzz_worker_limit();
    for (;;) {
        if (atomic_load(&share->at) >= share->end) {
            if (!take_seeds(options, crew, share)) {
                break;
            }
            fuzz_worker_limit();
        }
        if (atomic_load(&crew->end) == FUZZ_WORKER_END_NOW) {
            leave(
                share,
                FUZZ_WORKER_DONE); /* what is left of them is not played */
        }
        if (!play_seed(options, &one, share)) {
            leave(share, FUZZ_WORKER_FAULT);
        }
    }
    atomic_store(&share->at, UINT64_MAX);
    leave(share, FUZZ_WORKER_DONE);
}
