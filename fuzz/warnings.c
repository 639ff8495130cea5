#include "fuzz/warnings.h"

#include "lastcall/check.h"

#include "fuzz/case.h"

void fuzz_warnings_add(
    struct fuzz_warnings *warnings,
    uint64_t seed,
    const struct model_warned *warned,
    const struct lc_schedule *program,
    const struct fuzz_outcome *outcome)
{
    LC_CHECK(outcome->verdict.warning_count > 0);
    warnings->schedules++;
    for (uint32_t rule = 0; rule < MODEL_RULE_COUNT; rule++) {
        struct fuzz_warning *warning = &warnings->rules[rule];
        if (!model_has_warned(warned, rule)) {
            continue;
        }
        if (warning->schedules == 0 || seed < warning->seed) {
            warning->seed = seed;
            warning->schedule = *program;
            fuzz_case_keep(&warning->schedule, outcome);
        }
        warning->schedules++;
    }
}

void fuzz_warnings_merge(
    struct fuzz_warnings *warnings,
    const struct fuzz_warnings *more)
{
    warnings->schedules += more->schedules;
    for (uint32_t rule = 0; rule < MODEL_RULE_COUNT; rule++) {
        struct fuzz_warning *warning = &warnings->rules[rule];
        const struct fuzz_warning *other = &more->rules[rule];
        uint64_t schedules = warning->schedules + other->schedules;
        if (other->schedules > 0 &&
            (warning->schedules == 0 || other->seed < warning->seed)) {
            *warning = *other;
        }
        warning->schedules = schedules;
    }
}
