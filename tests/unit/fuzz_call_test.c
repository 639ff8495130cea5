#include <string.h>

#include "lastcall/schedule.h"

#include "fuzz/call.h"
#include "fuzz/rng.h"
#include "fuzz/schedule.h"
#include "tests/unit/failing.h"
#include "tests/unit/framework.h"

enum {
    DRAWS = 400
};

static void each_call_has_a_word_of_its_own(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < LC_CALL_COUNT; i++) {
        const char *word = fuzz_call(i)->word;
        uint32_t found = LC_CALL_COUNT;
        assert_true(fuzz_call_find(word, strlen(word), &found));
        assert_int_equal(found, i);
        assert_false(fuzz_call_find(word, strlen(word) - 1, &found));
        assert_true(strlen(fuzz_call(i)->function) > 0);
    }
    assert_string_equal(fuzz_call(LC_CALL_FIONBIO)->word, "nonblocking");
    assert_string_equal(fuzz_call(LC_CALL_FIONBIO)->function, "ioctlsocket");
}

/* What is drawn needs no repair, and is not always the same. */
static void what_is_drawn_is_in_range(void **state)
{
    struct fuzz_rng rng;
    (void)state;
    fuzz_rng_seed(&rng, 1, FUZZ_RNG_PROGRAM);
    for (uint32_t i = 0; i < LC_CALL_COUNT; i++) {
        for (uint32_t k = 0; k < FUZZ_CALL_ARGUMENTS; k++) {
            const struct fuzz_argument *argument = &fuzz_call(i)->arguments[k];
            bool is_none = argument->kind == FUZZ_ARGUMENT_NONE;
            uint32_t first = fuzz_call_draw(argument, &rng);
            bool differs = false;
            for (uint32_t n = 0; n < DRAWS; n++) {
                uint32_t value = fuzz_call_draw(argument, &rng);
                assert_int_equal(fuzz_call_repair(argument, value), value);
                differs |= value != first;
            }
            assert_int_equal(differs, !is_none);
        }
    }
}

static void a_value_out_of_range_is_brought_into_it(void **state)
{
    (void)state;
    const struct fuzz_argument *bytes = fuzz_call(LC_CALL_SEND)->arguments;
    assert_int_equal(fuzz_call_repair(bytes, LC_SEND_MAX), LC_SEND_MAX);
    assert_int_equal(fuzz_call_repair(bytes, UINT32_MAX), LC_SEND_MAX);
    assert_int_equal(fuzz_call_repair(&bytes[1], 7), 0);
    const struct fuzz_argument *how = fuzz_call(LC_CALL_SHUTDOWN)->arguments;
    assert_int_equal(fuzz_call_repair(how, 2), 2);
    assert_int_equal(fuzz_call_repair(how, 5), 1);
    const struct fuzz_argument *events =
        fuzz_call(LC_CALL_WAITEVENTS)->arguments;
    assert_int_equal(fuzz_call_repair(events, 0x1ff), 0xff);
    assert_int_equal(fuzz_call_repair(events, 0x100), 1); /* one at least */
    const struct fuzz_argument *version =
        fuzz_call(LC_CALL_WSASTARTUP)->arguments;
    assert_int_equal(fuzz_call_repair(version, 0x10202), 0x0202);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_call_has_a_word_of_its_own),
        cmocka_unit_test(what_is_drawn_is_in_range),
        cmocka_unit_test(a_value_out_of_range_is_brought_into_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
