#include <string.h>

#include "fuzz/explore/explore.h"
#include "fuzz/explore/search.h"

enum sim_status fuzz_explore_follow(
    const struct fuzz_subject *subject,
    const struct fuzz_explore_step *path,
    uint32_t path_count,
    enum fuzz_subject_end *ret_end,
    struct sim_error *ret_error)
{
    static struct sim_decision decision;
    enum lc_end end;
    uint32_t at = 0;
    enum sim_status status = subject->begin(subject->context, ret_error);
    if (status != SIM_OK) {
        return status;
    }
    while (sim_enabled(&decision, &end)) {
        struct fuzz_explore_step how = { 0 };
        fuzz_explore_take(subject, &decision, at < path_count ? path[at] : how);
        at++;
    }
    LC_CHECK(at >= path_count);
    *ret_end = subject->finish(subject->context, end);
    return SIM_OK;
}

enum sim_status fuzz_explore_choices(
    const struct fuzz_subject *subject,
    const struct fuzz_explore_trail *trail,
    struct lc_schedule *ret_schedule,
    struct sim_error *ret_error)
{
    static struct sim_decision decision;
    const struct fuzz_subject_drawn *drawn = &trail->drawn;
    uint32_t last = trail->count - 1;
    enum lc_end end;
    LC_CHECK(trail->count > 0);
    LC_CHECK(drawn->count <= FUZZ_SUBJECT_VALUES_MAX);
    if (subject->values != NULL) {
        subject->values->drawn = NULL; /* what the trail has must not change */
    }
    enum sim_status status = subject->begin(subject->context, ret_error);
    if (status != SIM_OK) {
        return status;
    }
    for (uint32_t at = 0; at <= last; at++) {
        bool is_enabled = sim_enabled(&decision, &end);
        LC_CHECK(is_enabled);
        if (at < last) {
            fuzz_explore_take(subject, &decision, trail->steps[at]);
        }
    }
    (void)sim_choice_keep(&decision.point, trail->steps[last].index);
    uint32_t count;
    const struct lc_choice *choices = sim_choice_taken(&count);
    memset(ret_schedule->choices, 0, sizeof ret_schedule->choices);
    memcpy(ret_schedule->choices, choices, count * sizeof choices[0]);
    for (uint32_t i = 0; i < drawn->count && count < LC_CHOICES_MAX; i++) {
        ret_schedule->choices[count++] = drawn->choices[i];
    }
    ret_schedule->choice_count = count;
    return SIM_OK;
}
