#include "model_trace.h"

/* A finding names its group, an expectation may name either. */
static void every_rule_is_complete_and_can_be_found(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < model_rule_count(); i++) {
        const struct model_rule *rule = model_rule(i);
        uint32_t found;
        assert_non_null(rule->id);
        assert_true(model_rule_find(rule->id, &found));
        assert_int_equal(found, i);
        assert_true(strlen(rule->sentence) > 10);
        assert_true(strlen(rule->source) > 0);
        assert_true(strlen(rule->group) > 0);
        assert_true(strlen(rule->area) > 0);
    }
}

static void an_unknown_rule_is_not_found(void **state)
{
    (void)state;
    uint32_t found;
    assert_false(model_rule_find("CLEAN-99", &found));
}

static const char *sentence_of(const char *id)
{
    uint32_t rule = 0;
    assert_true(model_rule_find(id, &rule));
    return model_rule(rule)->sentence;
}

/* A finding is printed with one sentence of its group: an invariant that
 * stands for a group says what the others do. */
static void an_invariant_says_all_that_its_group_does(void **state)
{
    (void)state;
    static const char *const resources[] = {
        "memory", "thread", "lock", "provider below", "started again",
    };
    for (uint32_t i = 0; i < LC_COUNT_OF(resources); i++) {
        assert_non_null(strstr(sentence_of("INV-4"), resources[i]));
    }
    assert_non_null(strstr(sentence_of("INV-1"), "more often"));
    assert_non_null(strstr(sentence_of("INV-1"), "as often"));
}

/* Only what binds the provider can break; only INF rules need promotion. */
static void promotions_have_reasons_and_are_inferences(void **state)
{
    (void)state;
    uint32_t promoted = 0;
    for (uint32_t i = 0; i < model_rule_count(); i++) {
        const struct model_rule *rule = model_rule(i);
        if (rule->promotion != NULL) {
            assert_int_equal(rule->strength, MODEL_INF);
            assert_true(strlen(rule->promotion) > 10);
            promoted++;
        }
    }
    assert_int_equal(promoted, 7);
}

static bool is_soft(const char *id)
{
    uint32_t rule = 0;
    assert_true(model_rule_find(id, &rule));
    return model_rule_is_soft(model_rule(rule));
}

/* --inferences makes these break: others do without, or never where they only
 * warn. */
static void what_is_only_inferred_is_soft(void **state)
{
    (void)state;
    assert_true(is_soft("START-10"));
    assert_false(is_soft("UPCALL-5")); /* promoted */
    assert_false(is_soft("LOAD-2"));
    assert_false(is_soft("MISUSE"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rule_is_complete_and_can_be_found),
        cmocka_unit_test(an_unknown_rule_is_not_found),
        cmocka_unit_test(an_invariant_says_all_that_its_group_does),
        cmocka_unit_test(what_is_only_inferred_is_soft),
        cmocka_unit_test(promotions_have_reasons_and_are_inferences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
