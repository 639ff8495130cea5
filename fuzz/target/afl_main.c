/*
 * The target as AFL++ runs it: one process plays many inputs, which lie in
 * shared memory.
 */
#include <stdint.h>
#include <unistd.h>

#include "lastcall/check.h"

#include "fuzz/mutate.h"
#include "fuzz/target/lifecycle.h"

enum {
    INPUTS_PER_PROCESS = 100000,
    WARM_UP_RUNS = 200,
    WARM_UP_BYTES = 65536
};

/* The macros are the compiler's own. */
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpedantic"
#pragma clang diagnostic ignored "-Wmissing-prototypes"
#pragma clang diagnostic ignored "-Wsign-conversion"
#pragma clang diagnostic ignored "-Wmissing-variable-declarations"

__AFL_FUZZ_INIT();

LC_UNOPTIMISED int main(void)
{
    /* What only first runs do must not look like something new. */
    static uint8_t bytes[WARM_UP_BYTES];
    size_t size = 0;
    for (uint32_t i = 0; i < WARM_UP_RUNS && sizeof(FUZZ_PLANT) == 1; i++) {
        size = fuzz_mutate(bytes, size, sizeof bytes, i);
        (void)LLVMFuzzerTestOneInput(bytes, size);
    }
    __AFL_INIT();
    const unsigned char *data = __AFL_FUZZ_TESTCASE_BUF;
    while (__AFL_LOOP(INPUTS_PER_PROCESS)) {
        (void)LLVMFuzzerTestOneInput(data, (size_t)__AFL_FUZZ_TESTCASE_LEN);
    }
    return 0;
}

#pragma clang diagnostic pop
