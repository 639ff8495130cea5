/*
 * 15.2, START-20: which layers an application has, by its categories and
 * theirs. The page's own example is among the rows: Foo and Bar, and three
 * layers.
 */
#include "fuzz/play.h"
#include "tests/unit/failing.h"
#include "tests/unit/framework.h"
#include "tests/unit/schedule_text.h"

static struct lc_schedule schedule;
static struct fuzz_player player;
static int64_t listed; /* by the last WSAEnumProtocols */

static void note(void *context, uint64_t number, const struct lc_record *record)
{
    (void)context;
    (void)number;
    if (record->kind == LC_RECORD_API_RETURN &&
        record->function == LC_CALL_ENUM_PROTOCOLS) {
        listed = record->a;
    }
}

static void play(const char *text)
{
    struct fuzz_outcome outcome;
    struct sim_error error;
    listed = 0;
    player.reader = note;
    read_schedule(text, &schedule);
    assert_int_equal(
        fuzz_play(&player, &schedule, NULL, &outcome, &error),
        SIM_OK);
    assert_int_equal(outcome.verdict.kind, LC_VERDICT_HELD);
}

#define WORLD "provider tcp base\nprovider filter ifs\nchain filter tcp\n"

static void a_layer_is_there_by_its_categories(void **state)
{
    (void)state;

    static const struct {
        const char *application;
        const char *layer;
        bool is_there;
    } rows[] = {
        { NULL, NULL, true },
        { NULL, "system", true },
        { "system,firewall,crypto", "system", true }, /* Foo */
        { "system,firewall,crypto", NULL, false },
        { "system,firewall,crypto", "firewall", false },
        { "firewall,crypto", "system", false }, /* Bar */
        { "firewall,crypto", NULL, false },
        { "firewall,crypto", "firewall", true },
        { "firewall,crypto", "firewall,crypto", true },
        { "firewall", "firewall,crypto", false },
        { "none", NULL, true },
    };

    for (uint32_t i = 0; i < LC_COUNT_OF(rows); i++) {
        char text[512];
        char layer[128] = "";
        char application[128] = "";
        if (rows[i].layer != NULL) {
            (void)snprintf(
                layer,
                sizeof layer,
                "WSCSetProviderInfo filter %s\n",
                rows[i].layer);
        }
        if (rows[i].application != NULL) {
            (void)snprintf(
                application,
                sizeof application,
                "WSCSetApplicationCategory %s\n",
                rows[i].application);
        }
        (void)snprintf(
            text,
            sizeof text,
            "lastcall schedule 1\nworld\n" WORLD "process A\nthread t\n"
            "%s%sWSAStartup 2.2\nWSAEnumProtocols\ns = socket stream\n"
            "WSACleanup\n",
            layer,
            application);
        play(text);
        assert_int_equal(listed, rows[i].is_there ? 2 : 1);
    }
}

/* Those that are set are added to those that were, for whoever starts then: a
 * process that has started keeps what it had, over a restart, too. */
static void a_process_keeps_what_it_was_permitted(void **state)
{
    (void)state;
    static const char *const programs[] = {
        "WSCSetProviderInfo filter firewall\nWSCSetApplicationCategory crypto\n"
        "WSCSetApplicationCategory firewall\nWSAStartup 2.2\n",
        "WSCSetProviderInfo filter firewall\nWSCSetApplicationCategory crypto\n"
        "WSAStartup 2.2\nWSCSetApplicationCategory firewall\nWSACleanup\n"
        "WSAStartup 2.2\n",
        "WSAStartup 2.2\nWSCSetApplicationCategory firewall\nWSACleanup\n"
        "WSAStartup 2.2\n",
    };
    static const int64_t lists[] = { 2, 1, 2 };
    for (uint32_t i = 0; i < LC_COUNT_OF(programs); i++) {
        char text[512];
        (void)snprintf(
            text,
            sizeof text,
            "lastcall schedule 1\nworld\n" WORLD "process A\nthread t\n"
            "%sWSAEnumProtocols\nWSACleanup\n",
            programs[i]);
        play(text);
        assert_int_equal(listed, lists[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_layer_is_there_by_its_categories),
        cmocka_unit_test(a_process_keeps_what_it_was_permitted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
