#include <float.h>
#include <string.h>

#include "tests/unit/failing.h"
#include "tests/unit/framework.h"
#include "tools/figure.h"

static char text[TOOL_FIGURE_BYTES];

static const char *figure(double value)
{
    tool_figure(value, text);
    return text;
}

static const char *percent(double share)
{
    tool_figure_percent(share, text);
    return text;
}

/* Nobody reads 1.4e+01: three digits, and as many zeros as it takes. */
static void a_figure_has_no_exponent(void **state)
{
    (void)state;
    assert_string_equal(figure(0), "0");
    assert_string_equal(figure(14), "14");
    assert_string_equal(figure(3.1), "3.1");
    assert_string_equal(figure(39.54), "39.5");
    assert_string_equal(figure(400), "400");
    assert_string_equal(figure(1402.4), "1402");
    assert_string_equal(figure(2.5e7), "25000000");
    assert_string_equal(figure(0.5), "0.5");
    assert_string_equal(figure(0.0000149), "0.0000149");
    assert_string_equal(figure(DBL_MIN), "0");
    assert_null(strchr(figure(DBL_MAX), 'e'));
}

/* "0 %" of a large tree says that nothing goes on. */
static void a_small_share_is_not_nothing(void **state)
{
    (void)state;
    assert_string_equal(percent(0), "< 0.01 %");
    assert_string_equal(percent(0.00009), "< 0.01 %");
    assert_string_equal(percent(0.0001), "0.01 %");
    assert_string_equal(percent(0.1234), "12.3 %");
    assert_string_equal(percent(1), "100 %");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_figure_has_no_exponent),
        cmocka_unit_test(a_small_share_is_not_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
