/*
 * States for AFL++: guards that no code belongs to, registered like those of
 * the compiler. The runtime hands out map entries of their own.
 *
 * Never declare __afl_area_ptr in an instrumented file: the link fails.
 */
#include "lastcall/check.h"

#include "fuzz/target/state.h"

void __sanitizer_cov_trace_pc_guard_init(uint32_t *start, uint32_t *stop);
void __sanitizer_cov_trace_pc_guard(uint32_t *guard);

static uint32_t guards[FUZZ_TARGET_STATES];
static uint32_t seen[FUZZ_TARGET_STATES]; /* number of the last run */
static uint32_t run_number = 1;

__attribute__((constructor)) static void register_guards(void)
{
    __sanitizer_cov_trace_pc_guard_init(guards, guards + FUZZ_TARGET_STATES);
}

void fuzz_target_state_begin(void)
{
    run_number++;
}

void fuzz_target_state_hit(uint32_t state)
{
    LC_CHECK(state < FUZZ_TARGET_STATES);
    if (seen[state] != run_number) {
        seen[state] = run_number;
        __sanitizer_cov_trace_pc_guard(&guards[state]);
    }
}
