/* AFL++: a persistent loop over shared memory. */
#include <unistd.h>

#include "fuzz/target/lifecycle.h"

#ifdef __AFL_COMPILER
__AFL_FUZZ_INIT();
#endif

int main(void)
{
    static const uint8_t warm_up[] = { 0 };
    for (int i = 0; i < 2; i++) {
        (void)LLVMFuzzerTestOneInput(warm_up, sizeof warm_up);
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
