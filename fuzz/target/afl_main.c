/* AFL++: a persistent loop over shared memory. */
#include <unistd.h>

#include "lastcall/check.h"

#include "fuzz/mutate.h"
#include "fuzz/target/lifecycle.h"

#ifdef __AFL_COMPILER
__AFL_FUZZ_INIT();
#endif

enum {
    WARM_UP_RUNS = 200,
    WARM_UP_BYTES = 65536
};

LC_UNOPTIMISED int main(void)
{
    /* What happens once in a process must not count for the first input. */
    static uint8_t bytes[WARM_UP_BYTES];
    size_t size = 0;
    for (uint32_t i = 0; i < WARM_UP_RUNS && sizeof(FUZZ_PLANT) == 1; i++) {
        size = fuzz_mutate(bytes, size, sizeof bytes, i);
        (void)LLVMFuzzerTestOneInput(bytes, size);
    }
#ifdef __AFL_COMPILER
    __AFL_INIT();
    const unsigned char *data = __AFL_FUZZ_TESTCASE_BUF;
    while (__AFL_LOOP(100000)) {
        (void)LLVMFuzzerTestOneInput(data, (size_t)__AFL_FUZZ_TESTCASE_LEN);
    }
#endif
    return 0;
}
