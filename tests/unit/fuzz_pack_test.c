/*
 * Packed snapshots.
 */
#include <stdbool.h>
#include <string.h>

#include "fuzz/explore/pack.h"
#include "tests/unit/failing.h"
#include "tests/unit/framework.h"

static void what_was_packed_comes_back(void **state)
{
    (void)state;

    enum {
        SIZE = 5000
    };

    static unsigned char bytes[SIZE];
    static unsigned char packed[4 * SIZE];
    static unsigned char back[SIZE + 1];
    for (uint32_t way = 0; way < 5; way++) {
        for (size_t i = 0; i < SIZE; i++) {
            /* All zeros; none; every other word; rare; the end only. */
            const bool is_set[] = { false,
                                    true,
                                    i / 8 % 2 == 0,
                                    i % 1000 == 7,
                                    i > SIZE - 5 };
            bytes[i] = is_set[way] ? (unsigned char)(i % 251 + 1) : 0;
        }
        for (size_t size = SIZE - 20; size <= SIZE; size++) {
            memset(back, 0xee, sizeof back);
            size_t used = fuzz_pack(bytes, size, packed);
            assert_true(used <= fuzz_pack_max(size));
            assert_true(fuzz_pack_max(size) <= sizeof packed);
            assert_int_equal(fuzz_unpack(packed, back), size);
            assert_memory_equal(back, bytes, size);
            assert_int_equal(back[size], 0xee);
            assert_true(way == 1 || way == 2 || used < size / 10);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_packed_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
