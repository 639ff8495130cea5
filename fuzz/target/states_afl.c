/* AFL++ 4.04c has no counters for states: guards of our own get places in its
 * map, and each is passed once a run. */
#include "fuzz/target/lifecycle.h"

void __sanitizer_cov_trace_pc_guard_init(uint32_t *start, uint32_t *stop);
void __sanitizer_cov_trace_pc_guard(uint32_t *guard);

static uint32_t guards[FUZZ_TARGET_STATES];
static uint32_t seen[FUZZ_TARGET_STATES]; /* the run it was met in last */
static uint32_t run;

__attribute__((constructor(2))) static void reserve(void)
{
    __sanitizer_cov_trace_pc_guard_init(guards, guards + FUZZ_TARGET_STATES);
}

void fuzz_target_begin(void)
{
    run++;
}

void fuzz_target_hit(uint32_t state)
{
    state %= FUZZ_TARGET_STATES;
    if (seen[state] != run) {
        seen[state] = run;
        __sanitizer_cov_trace_pc_guard(&guards[state]);
    }
}
