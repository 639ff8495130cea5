#include "tools/died.h"

#include <string.h>
#include <sys/mman.h>

#include "tools/setup.h"

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

struct fuzz_explore_trail *tool_died_share(void)
{
    return share(sizeof(struct fuzz_explore_trail));
}

/* What the child that goes there again is given, and what it leaves. */
struct again {
    const struct fuzz_subject *subject;
    const struct model_options *model;
    const struct fuzz_explore_trail *trail;
    struct lc_schedule *schedule; /* shared */
};

static void go_again(void *context)
{
    static struct fuzz_player player;
    static struct fuzz_outcome outcome;
    const struct again *again = context;
    struct sim_error error;
    sim_watch(TOOL_WATCH_SECONDS);
    if (fuzz_explore_choices(
            again->subject,
            again->trail,
            again->schedule,
            &error) == SIM_OK) {
        player.options = *again->model; /* a run ends where it breaks a rule */
        (void)!fuzz_play(&player, again->schedule, NULL, &outcome, &error);
    }
}

bool tool_died_again(
    const struct fuzz_subject *subject,
    const struct model_options *model,
    const struct fuzz_explore_trail *trail,
    const struct tool_apart_end *end,
    struct lc_schedule *ret_schedule)
{
    static const char id[] = "FAULT";
    struct tool_apart_end other;
    struct again again = {
        .subject = subject,
        .model = model,
        .trail = trail,
        .schedule = share(sizeof *ret_schedule),
    };
    LC_CHECK(trail->count > 0);
    if (again.schedule == NULL) {
        return false;
    }
    *again.schedule = *ret_schedule;
    bool is_same = !tool_apart_try(go_again, &again, &other) &&
                   other.no_child == 0 &&
                   other.signal_number == end->signal_number &&
                   other.status == end->status;
    if (is_same) {
        *ret_schedule = *again.schedule;
        ret_schedule->expect = (struct lc_expect){ .kind = LC_EXPECT_BROKEN };
        memcpy(ret_schedule->expect.rule, id, sizeof id);
    }
    (void)munmap(again.schedule, sizeof *again.schedule);
    return is_same;
}
