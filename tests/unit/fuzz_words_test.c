#include <string.h>

#include "lastcall/abi.h"
#include "lastcall/trace.h"

#include "fuzz/words.h"
#include "tests/unit/failing.h"
#include "tests/unit/framework.h"

/* A word stands for one value, and a value for one word. Tables that have
 * moved against their enum would make a trace lie. */
static void words_and_values_are_one_to_one(void **state)
{
    (void)state;
    for (uint32_t table = 0; table < FUZZ_WORDS_COUNT; table++) {
        uint32_t count = fuzz_words_count(table);
        assert_int_not_equal(count, 0);
        for (uint32_t i = 0; i < count; i++) {
            const char *word = fuzz_words_name(table, i);
            uint32_t value = UINT32_MAX;
            assert_true(fuzz_words_find(table, word, strlen(word), &value));
            assert_int_equal(value, i);
            assert_false(
                fuzz_words_find(table, word, strlen(word) - 1, &value));
        }
        assert_string_equal(fuzz_words_name(table, count), "?");
    }
    assert_string_equal(
        fuzz_words_name(FUZZ_WORDS_SPI, LC_SPI_CLEANUP),
        "WSPCleanup");
    assert_string_equal(
        fuzz_words_name(FUZZ_WORDS_SPI, LC_SPI_GET_QOS_BY_NAME),
        "WSPGetQOSByName");
    assert_string_equal(
        fuzz_words_name(FUZZ_WORDS_SPI, LC_SPI_STARTUP),
        "WSPStartup");
    assert_string_equal(
        fuzz_words_name(FUZZ_WORDS_UPCALL, LC_UPCALL_MODIFY_IFS_HANDLE),
        "WPUModifyIFSHandle");
    assert_string_equal(
        fuzz_words_name(FUZZ_WORDS_SHIM, LC_SHIM_WS2_LOCK),
        "lock");
    assert_string_equal(
        fuzz_words_name(FUZZ_WORDS_RECORD, LC_RECORD_DLL_MAIN),
        "dll-main");
    assert_string_equal(
        fuzz_words_name(FUZZ_WORDS_WIRE, LC_WIRE_FIN_ACK),
        "FIN-ACK");
    assert_string_equal(fuzz_words_error(LC_WSAEWOULDBLOCK), "WSAEWOULDBLOCK");
    assert_string_equal(fuzz_words_error(LC_WSANO_DATA), "WSANO_DATA");
    assert_null(fuzz_words_error(0));
    assert_null(fuzz_words_error(10066));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_and_values_are_one_to_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
