#include "fuzz/confirm.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz/death.h"
#include "fuzz/sampler/sampler.h"
#include "fuzz/shrink.h"
#include "fuzz/worker.h"

enum {
    POLL_MS = 5
};

/* What one play says; shared when it is played in a process of its own. */
struct answer {
    bool is_over; /* the play has come to an end, good or bad */
    bool is_played;
    struct fuzz_outcome outcome; /* its choices are below */
    struct sim_fault_place fault;
    uint32_t choice_count;
    struct lc_choice choices[LC_CHOICES_MAX];
};

struct judge {
    struct fuzz_player player;
    struct sim_error error;
    const char *group; /* of the rule that must stay broken */
    int32_t death;     /* or how the process must die */
    bool is_isolated;  /* each play in a process of its own */
    uint32_t watch_seconds;
    uint32_t tries; /* orders for a program that lost its choices */
    uint32_t plays_left;
    struct answer *answer; /* of the last play */
    struct fuzz_sampler sampler;
    /* For another order of a program: who goes next is the sampler's. */
    struct sim_backer order;
    const struct lc_schedule *schedule;
};

/* What the schedule says fails does in another order, too. */
static uint32_t choose_other(
    void *context,
    const struct sim_choice_point *point)
{
    struct judge *judge = context;
    return point->where.stream == LC_STREAM_FAULT
               ? fuzz_play_scheduled(judge->schedule, point)
               : judge->order.choose(judge->order.context, point);
}

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
    judge->answer->is_over = false;
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
            judge->answer->is_over = true;
            _exit(0);
        }
        status = wait_for(pid);
    } else {
        fuzz_worker_limit();
        play_here(judge, schedule, backer);
        judge->answer->is_over = true;
        if (judge->answer->is_played &&
            fuzz_play_is_fault(&judge->answer->outcome)) {
            _exit(0); /* nothing here is safe any more */
        }
    }
    if (judge->death != 0) {
        return status >= 0 &&
               fuzz_death_of(status, judge->answer->is_over) == judge->death;
    }
    const struct lc_verdict *verdict = &judge->answer->outcome.verdict;
    return status == 0 && judge->answer->is_over && judge->answer->is_played &&
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
        judge->schedule = schedule;
        judge->order = fuzz_sampler_begin(
            &judge->sampler,
            &(struct fuzz_sampler_options){
                .kind = i == 0 ? FUZZ_SAMPLER_DEFAULT : FUZZ_SAMPLER_FEW,
                .seed = i,
                .length = length,
            });
        const struct sim_backer backer = {
            .choose = choose_other,
            .context = judge,
            .sees_all = judge->order.sees_all,
        };
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
    if (judge->death != 0) {
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
    return finding->death == SIGXCPU ||
           (finding->record.kind == LC_RECORD_FAULT &&
            finding->record.function == LC_FAULT_ENDLESS);
}

static bool is_fault(const struct fuzz_finding *finding)
{
    return finding->death != 0 || finding->record.kind == LC_RECORD_FAULT;
}

/* What the process that confirms says. Whatever it dies of, what it has said
 * is good. */
struct report {
    atomic_uint replay;    /* enum fuzz_replay, of the finding as it came */
    atomic_bool is_shrunk; /* `shrunk` is there */
    atomic_bool is_over;   /* nothing has ended the process before */
    struct fuzz_finding shrunk;
};

static void set_up(
    struct judge *judge,
    const struct fuzz_confirm_options *options,
    const struct fuzz_finding *finding)
{
    memset(judge, 0, sizeof *judge);
    judge->player.options = options->model;
    judge->group = model_rule(finding->rule)->group;
    judge->death = finding->death;
    judge->watch_seconds = options->watch_seconds;
    judge->answer = fuzz_worker_share(sizeof *judge->answer);
}

/* In a process of its own. */
static void confirm(
    const struct fuzz_confirm_options *options,
    const struct fuzz_finding *finding,
    bool is_isolated,
    struct report *report)
{
    static struct judge judge;
    set_up(&judge, options, finding);
    if (judge.answer == NULL) {
        return;
    }
    fuzz_worker_take_seed(finding->seed);
    sim_watch(options->watch_seconds);
    judge.is_isolated = is_isolated;
    judge.plays_left = 1;
    bool is_same = play(&judge, &finding->schedule, NULL) &&
                   (finding->death != 0 ||
                    judge.answer->outcome.result.hash == finding->hash);
    atomic_store(
        &report->replay,
        is_same ? FUZZ_REPLAY_SAME : FUZZ_REPLAY_DIFFERED);
    if (!is_same || options->no_shrink) {
        return;
    }
    judge.plays_left = is_endless(finding) ? FUZZ_CONFIRM_PLAYS_ENDLESS
                       : is_isolated       ? FUZZ_CONFIRM_PLAYS_ISOLATED
                                           : FUZZ_CONFIRM_PLAYS;
    report->shrunk = *finding;
    shrink(&judge, &report->shrunk.schedule);
    report->shrunk.is_shrunk = judge.plays_left > 0;
    bool is_shrunk = settle(&judge, &report->shrunk);
    atomic_store(&report->is_shrunk, is_shrunk);
}

/* Whether the process that confirms has had its time. */
static bool is_over(
    const struct fuzz_confirm_options *options,
    const struct fuzz_finding *finding,
    const struct report *report)
{
    if (options->stop == NULL || !options->stop(options->context)) {
        return false;
    }
    uint32_t taken =
        *options->grace_ms < POLL_MS ? *options->grace_ms : (uint32_t)POLL_MS;
    *options->grace_ms -= taken;
    return (*options->grace_ms == 0 || is_endless(finding)) &&
           atomic_load(&report->replay) != FUZZ_REPLAY_UNKNOWN;
}

/* Confirms in a process of its own. Returns whether that is the last word: a
 * play may have hurt the process, and has to have one of its own, then. */
static bool confirm_apart(
    const struct fuzz_confirm_options *options,
    const struct fuzz_finding *finding,
    bool is_isolated,
    struct report *report)
{
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0) {
        fuzz_worker_begin(parent);
        confirm(options, finding, is_isolated, report);
        atomic_store(&report->is_over, true);
        _exit(0);
    }
    int status = 0;
    while (pid > 0 && waitpid(pid, &status, WNOHANG) == 0) {
        (void)poll(NULL, 0, POLL_MS);
        if (is_over(options, finding, report)) {
            (void)kill(pid, SIGKILL);
            (void)wait_for(pid);
            return true;
        }
    }
    return pid < 0 || fuzz_death_of(status, atomic_load(&report->is_over)) == 0;
}

void fuzz_confirm(
    const struct fuzz_confirm_options *options,
    struct fuzz_finding *finding)
{
    LC_CHECK_IF(options->stop != NULL, options->grace_ms != NULL);
    finding->replay = FUZZ_REPLAY_UNKNOWN;
    finding->is_shrunk = false;
    struct report *report = fuzz_worker_share(sizeof *report);
    if (report == NULL) {
        return;
    }
    bool is_isolated = is_fault(finding);
    if (!confirm_apart(options, finding, is_isolated, report) && !is_isolated) {
        atomic_store(&report->replay, FUZZ_REPLAY_UNKNOWN);
        (void)confirm_apart(options, finding, true, report);
    }
    enum fuzz_replay replay = atomic_load(&report->replay);
    if (atomic_load(&report->is_shrunk)) {
        *finding = report->shrunk;
    }
    finding->replay = replay;
    (void)munmap(report, sizeof *report);
}
