/* Without an engine nobody looks at states. */
#include "lastcall/check.h"

#include "fuzz/target/state.h"

void fuzz_target_state_begin(void)
{}

void fuzz_target_state_hit(uint32_t state)
{
    LC_CHECK(state < FUZZ_TARGET_STATES);
}
