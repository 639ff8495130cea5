/* libFuzzer: one extra counter for each state, set once a run. libFuzzer clears
 * them before each run. */
#include "fuzz/target/lifecycle.h"

static uint8_t counters[FUZZ_TARGET_STATES]
    __attribute__((used, section("__libfuzzer_extra_counters")));

void fuzz_target_begin(void)
{}

void fuzz_target_hit(uint32_t state)
{
    counters[state % FUZZ_TARGET_STATES] = 1;
}
