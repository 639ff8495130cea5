/* States for libFuzzer: extra counters, which it clears before each run. */
#include "lastcall/check.h"

#include "fuzz/target/state.h"

__attribute__((used, section("__libfuzzer_extra_counters"))) static uint8_t
    counters[FUZZ_TARGET_STATES];

void fuzz_target_state_begin(void)
{}

void fuzz_target_state_hit(uint32_t state)
{
    LC_CHECK(state < FUZZ_TARGET_STATES);
    counters[state] = 1;
}
