/* No engine: nobody is told of states. */
#include "fuzz/target/lifecycle.h"

void fuzz_target_begin(void)
{}

void fuzz_target_hit(uint32_t state)
{
    (void)state;
}
