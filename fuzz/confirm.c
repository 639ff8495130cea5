#include "fuzz/confirm.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz/sampler/sampler.h"
#include "fuzz/shrink.h"
#include "fuzz/worker.h"

enum {
    POLL_MS = 5
};

/* What one play says; shared when it is played in a process of its own. */
struct answer {
    bool is_played;
    struct fuzz_outcome outcome; /* its choices are below */
    struct sim_fault_place fault;
    uint32_t choice_count;
    struct lc_choice choices[LC_CHOICES_MAX];
};

struct judge {
    struct fuzz_player player;
    struct sim_error error;
    const char *group;     /* of the rule that must stay broken */
    int32_t signal_number; /* or how the process must die */
    bool is_isolated;      /* each play in a process of its own */
    uint32_t watch_seconds;
    uint32_t tries; /* orders for a program that lost its choices */
    uint32_t plays_left;
    struct answer *answer; /* of the last play */
    struct fuzz_sampler sampler;
};

/* Waits for a child. Returns its status, -1: there was none. */
static int wait_for(pid_t pid)
{
    int status = -1;
    while (pid > 0 && waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR) {
            return -1;
        }
    }
    return status;
}

static void play_here(
    struct judge *judge,
    const struct lc_schedule *schedule,
    const struct sim_backer *backer)
{
    struct answer *answer = judge->answer;
    answer->is_played = fuzz_play(
                            &judge->player,
                            schedule,
                            backer,
                            &answer->outcome,
                            &judge->error) == SIM_OK;
    if (!answer->is_played) {
        return;
    }
    answer->choice_count = answer->outcome.result.choice_count;
    memcpy(
        answer->choices,
        answer->outcome.result.choices,
        answer->choice_count * sizeof answer->choices[0]);
    answer->outcome.result.choices = answer->choices;
    if (fuzz_play_is_fault(&answer->outcome)) {
        sim_last_fault(&answer->fault);
    }
}

/* Plays once. Returns whether it shows what is looked for. */
static bool play(
    struct judge *judge,
    const struct lc_schedule *schedule,
    const struct sim_backer *backer)
{
    if (judge->plays_left == 0) {
        return false;
    }
    judge->plays_left--;
    judge->answer->is_played = false;
    int status = 0;
    if (judge->is_isolated) {
        pid_t parent = getpid();
        pid_t pid = fork();
        if (pid == 0) {
            fuzz_worker_begin(parent);
            fuzz_worker_limit();
            sim_watch(judge->watch_seconds);
            play_here(judge, schedule, backer);
            _exit(0);
        }
        status = wait_for(pid);
    } else {
        play_here(judge, schedule, backer);
    }
    if (judge->signal_number != 0) {
        return status >= 0 && WIFSIGNALED(status) &&
               WTERMSIG(status) == judge->signal_number;
    }
    const struct lc_verdict *verdict = &judge->answer->outcome.verdict;
    return status == 0 && judge->answer->is_played &&
           verdict->kind == LC_VERDICT_BROKEN &&
           strcmp(model_rule(verdict->rule)->group, judge->group) == 0;
}

/* For the shrinker: with its own choices, or else in a few other orders. */
static bool test(void *context, struct lc_schedule *schedule)
{
    struct judge *judge = context;
    if (play(judge, schedule, NULL)) {
        return true;
    }
    uint32_t length = fuzz_case_guess_length(schedule);
    for (uint32_t i = 0; i < judge->tries; i++) {
        struct sim_backer backer = fuzz_sampler_begin(
            &judge->sampler,
            i == 0 ? FUZZ_SAMPLER_DEFAULT : FUZZ_SAMPLER_FEW,
            i,
            length);
        bool is_broken = play(judge, schedule, &backer);
        if (i == 0) {
            length = judge->sampler.step + 1;
        }
        if (is_broken) {
            schedule->choice_count = judge->answer->choice_count;
            memcpy(
                schedule->choices,
                judge->answer->choices,
                schedule->choice_count * sizeof schedule->choices[0]);
            return true;
        }
    }
    return false;
}

static void shrink(struct judge *judge, struct lc_schedule *schedule)
{
    struct fuzz_shrink_options options = {
        .test = test,
        .context = judge,
        .tests_max = UINT32_MAX,
    };
    (void)fuzz_shrink(&options, schedule);
    if (!judge->is_isolated) {
        judge->tries = FUZZ_CONFIRM_TRIES;
        (void)fuzz_shrink(&options, schedule);
        judge->tries = 0;
    }
}

/* Two more plays of what is left: the finding is what they say. */
static bool settle(struct judge *judge, struct fuzz_finding *finding)
{
    judge->plays_left = 2;
    finding->schedule.expect = (struct lc_expect){ .kind = LC_EXPECT_NONE };
    if (!play(judge, &finding->schedule, NULL)) {
        return false;
    }
    if (judge->signal_number != 0) {
        static const char id[] = "FAULT";
        finding->schedule.expect.kind = LC_EXPECT_BROKEN;
        memcpy(finding->schedule.expect.rule, id, sizeof id);
        return true;
    }
    /* What was taken, not what was asked for. */
    fuzz_case_keep(&finding->schedule, &judge->answer->outcome);
    finding->hash = judge->answer->outcome.result.hash;
    finding->rule = judge->answer->outcome.verdict.rule;
    finding->record = judge->answer->outcome.record;
    finding->fault = judge->answer->fault;
    return play(judge, &finding->schedule, NULL) &&
           judge->answer->outcome.result.hash == finding->hash;
}

static bool is_endless(const struct fuzz_finding *finding)
{
    return finding->signal_number == SIGXCPU ||
           (finding->record.kind == LC_RECORD_FAULT &&
            finding->record.function == LC_FAULT_ENDLESS);
}

/* In a process of its own: fills the finding, or leaves is_replayed false. */
static void confirm(
    const struct fuzz_confirm_options *options,
    struct fuzz_finding *finding)
{
    static struct judge judge;
    static struct lc_schedule original;
    memset(&judge, 0, sizeof judge);
    fuzz_worker_take_seed(finding->seed);
    judge.player.options = options->model;
    judge.group = model_rule(finding->rule)->group;
    judge.signal_number = finding->signal_number;
    judge.watch_seconds = options->watch_seconds;
    judge.is_isolated =
        finding->signal_number != 0 || finding->record.kind == LC_RECORD_FAULT;
    judge.answer = fuzz_worker_share(sizeof *judge.answer);
    if (judge.answer == NULL) {
        return;
    }
    sim_watch(options->watch_seconds);
    judge.plays_left = 1;
    if (!play(&judge, &finding->schedule, NULL) ||
        (finding->signal_number == 0 &&
         judge.answer->outcome.result.hash != finding->hash)) {
        return;
    }
    original = finding->schedule;
    judge.plays_left = is_endless(finding) ? FUZZ_CONFIRM_PLAYS_ENDLESS
                       : judge.is_isolated ? FUZZ_CONFIRM_PLAYS_ISOLATED
                                           : FUZZ_CONFIRM_PLAYS;
    if (!options->no_shrink) {
        shrink(&judge, &finding->schedule);
    }
    finding->is_replayed = settle(&judge, finding);
    if (!finding->is_replayed) {
        finding->schedule = original;
        finding->is_replayed = settle(&judge, finding);
    }
}

/* Waits for the child, but not for ever when the search is to end: what has
 * not been shrunk by then is kept as it was found. */
static int wait_for_child(const struct fuzz_confirm_options *options, pid_t pid)
{
    uint32_t polls = 0;
    int status = -1;
    while (waitpid(pid, &status, WNOHANG) == 0) {
        (void)poll(NULL, 0, POLL_MS);
        bool is_asked =
            options->stop != NULL && options->stop(options->context);
        polls += is_asked;
        if (polls > FUZZ_CONFIRM_GRACE_S * 1000 / POLL_MS) {
            (void)kill(pid, SIGKILL);
            return wait_for(pid);
        }
    }
    return status;
}

bool fuzz_confirm(
    const struct fuzz_confirm_options *options,
    struct fuzz_finding *finding)
{
    struct fuzz_finding *shared = fuzz_worker_share(sizeof *shared);
    if (shared == NULL) {
        return false;
    }
    *shared = *finding;
    shared->is_replayed = false;
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0) {
        fuzz_worker_begin(parent);
        confirm(options, shared);
        _exit(0);
    }
    bool is_good =
        pid > 0 && wait_for_child(options, pid) == 0 && shared->is_replayed;
    if (is_good) {
        *finding = *shared;
    }
    (void)munmap(shared, sizeof *shared);
    return is_good;
}
