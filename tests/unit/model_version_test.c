#include "lastcall/version.h"

#include "model_trace.h"

enum {
    V_1_0 = 0x0001,
    V_1_1 = 0x0101,
    V_2_0 = 0x0002,
    V_2_2 = 0x0202,
    SET_1_0 = 1 << LC_VERSION_1_0,
    SET_1_1 = 1 << LC_VERSION_1_1,
    SET_2_0 = 1 << LC_VERSION_2_0,
    SET_2_2 = 1 << LC_VERSION_2_2
};

/* The world of the test: 0 is what a world does not say. */
static uint8_t ws2_versions;
static uint8_t tcp_versions;
static bool tolerant;

/* Has the model judge a trace; an id: that rule is broken. NULL: none. */
static void judge(const struct trace *trace, const char *id)
{
    static struct model model;
    struct lc_world world;
    struct model_options options = { .tolerant = tolerant };
    trace_world(&world);
    world.versions = ws2_versions;
    world.providers[0].versions = tcp_versions;
    model_init(&model, &world, &options);
    for (uint32_t i = 0; i < trace->count; i++) {
        if (!model_step(&model, &trace->records[i])) {
            break;
        }
    }
    struct lc_verdict verdict = model_verdict(&model);
    assert_string_equal(
        verdict.kind == LC_VERDICT_BROKEN ? model_rule(verdict.rule)->id
                                          : "held",
        id == NULL ? "held" : id);
}

static int set_up(void **state)
{
    (void)state;
    ws2_versions = 0;
    tcp_versions = 0;
    tolerant = false;
    return 0;
}

/* A WSAStartup alone, with its answer. */
static struct trace *start(int64_t asked, int64_t result)
{
    struct trace *trace = trace_new(false);
    trace_call(trace, LC_CALL_WSASTARTUP, asked, 0);
    trace_return(trace, LC_CALL_WSASTARTUP, result, result);
    return trace;
}

static struct lc_record *last(struct trace *trace)
{
    return &trace->records[trace->count - 1];
}

static void a_start_below_the_lowest_version_must_fail(void **state)
{
    (void)state;
    judge(start(0x0100, LC_WSAVERNOTSUPPORTED), NULL); /* 0.1 */
    judge(start(0x0100, 0), "VER-3");
    struct trace *trace = start(V_1_0, 0);
    last(trace)->c = V_1_0;
    judge(trace, NULL);
    ws2_versions = SET_1_1;
    judge(trace, "VER-3");
}

static void a_start_that_is_not_too_low_must_not_fail_for_its_version(
    void **state)
{
    (void)state;
    judge(start(V_2_2, LC_WSAVERNOTSUPPORTED), "VER-3");
    judge(start(0x0003, LC_WSAVERNOTSUPPORTED), "VER-3");
    judge(start(V_2_2, LC_WSASYSNOTREADY), NULL);
}

/* Of 2.2 asked of one that has 1.0, 1.1 and 2.0; and 1.5, which lies between
 * two although its word is above the higher one's. */
static void a_start_agrees_on_the_highest_version_that_is_not_above(
    void **state)
{
    (void)state;
    ws2_versions = SET_1_0 | SET_1_1 | SET_2_0;
    struct trace *trace = start(V_2_2, 0);
    judge(trace, "VER-4"); /* 2.2 of 2.2 */
    last(trace)->c = V_2_0;
    judge(trace, "VER-4"); /* 2.0 of 2.2 */
    last(trace)->d = V_2_0;
    judge(trace, NULL);
    last(trace)->c = V_1_1;
    judge(trace, "VER-4");
    trace = start(0x0501, 0);
    last(trace)->d = V_2_0;
    last(trace)->c = V_2_0;
    judge(trace, "VER-4");
    last(trace)->c = V_1_1;
    judge(trace, NULL);
}

static void a_start_without_room_for_its_answer_must_fail(void **state)
{
    (void)state;
    struct trace *trace = start(V_2_2, LC_WSAEFAULT);
    trace->records[trace->count - 2].b = 1;
    judge(trace, NULL);
    last(trace)->a = LC_WSASYSNOTREADY;
    judge(trace, "START-6");
    last(trace)->a = 0;
    judge(trace, "START-6");
    trace->records[trace->count - 2].a = 0; /* 0.0 */
    last(trace)->a = LC_WSAVERNOTSUPPORTED;
    judge(trace, NULL);
}

/* The first socket of tcp, up to what its WSPStartup answers. */
static struct trace *provider_start(int64_t asked, int64_t version)
{
    struct trace *trace = trace_new(false);
    trace_startup(trace);
    last(trace)->c = ws2_versions != 0 ? asked : V_2_2;
    last(trace)->d = last(trace)->c;
    trace_call(trace, LC_CALL_SOCKET, 0, 0);
    trace_start_open(trace, WS2, TCP, ENTRY_TCP);
    last(trace)->d = asked;
    trace_spi_return(trace, WS2, TCP, LC_SPI_STARTUP, 0);
    last(trace)->c = version;
    return trace;
}

/* A start that fails, by the error. */
static struct trace *provider_refuses(int64_t asked, int64_t error)
{
    struct trace *trace = provider_start(asked, 0);
    last(trace)->a = error;
    last(trace)->b = error;
    last(trace)->c = 0;
    last(trace)->d = 0;
    return trace;
}

static void a_provider_does_not_answer_above_what_was_asked(void **state)
{
    (void)state;
    ws2_versions = SET_1_0 | SET_1_1 | SET_2_0;
    tcp_versions = SET_1_1 | SET_2_0 | SET_2_2;
    judge(provider_start(V_2_0, V_2_0), NULL);
    judge(provider_start(V_2_0, V_2_2), "VER-6");
}

/* One that both have, and the highest of them as a rule. */
static void a_provider_answers_a_version_that_it_has(void **state)
{
    (void)state;
    tcp_versions = SET_1_1 | SET_2_0 | SET_2_2;
    judge(provider_start(V_2_2, V_2_2), NULL);
    judge(provider_start(V_2_2, V_1_0), "VER-7");
    struct trace *trace = provider_start(V_2_2, V_2_0);
    static struct model model;
    struct lc_world world;
    trace_world(&world);
    world.providers[0].versions = tcp_versions;
    model_init(&model, &world, &(struct model_options){ 0 });
    for (uint32_t i = 0; i < trace->count; i++) {
        assert_true(model_step(&model, &trace->records[i]));
    }
    assert_int_equal(model_warnings(&model).count, 1);
    assert_int_equal(model_warnings(&model).rule, MODEL_VER_7);
}

static void a_provider_refuses_a_version_below_its_lowest(void **state)
{
    (void)state;
    ws2_versions = SET_1_0;
    tcp_versions = SET_1_1;
    judge(provider_refuses(V_1_0, LC_WSAVERNOTSUPPORTED), NULL);
    judge(provider_start(V_1_0, V_1_0), "VER-8");
    tcp_versions = SET_1_0;
    judge(provider_refuses(V_1_0, LC_WSAVERNOTSUPPORTED), "VER-8");
    judge(provider_refuses(V_1_0, LC_WSASYSNOTREADY), NULL);
}

/* Strict: WSAEPROVIDERFAILEDINIT. Tolerant: what the provider said as well,
 * */
static void a_socket_of_a_provider_that_does_not_start_must_fail(void **state)
{
    (void)state;
    struct trace *trace = provider_refuses(V_2_2, LC_WSASYSNOTREADY);
    trace_return(trace, LC_CALL_SOCKET, -1, LC_WSAEPROVIDERFAILEDINIT);
    judge(trace, NULL);
    last(trace)->b = LC_WSASYSNOTREADY;
    judge(trace, "LOAD-8");
    tolerant = true;
    judge(trace, NULL);
    last(trace)->b = LC_WSAEMFILE;
    judge(trace, "LOAD-8");
    last(trace)->a = HANDLE;
    last(trace)->b = 0;
    judge(trace, "LOAD-8");
}

static void a_socket_of_a_provider_that_is_not_there_must_fail(void **state)
{
    (void)state;
    struct trace *trace = trace_new(false);
    trace_startup(trace);
    trace_call(trace, LC_CALL_SOCKET, 0, 0);
    trace_load(trace, WS2, TCP, true);
    last(trace)->a = 0;
    trace_return(trace, LC_CALL_SOCKET, -1, LC_WSAEMFILE);
    judge(trace, "LOAD-8");
    last(trace)->b = LC_WSAEPROVIDERFAILEDINIT;
    judge(trace, NULL);
    /* The next call is another matter. */
    trace_call(trace, LC_CALL_SOCKET, 0, 0);
    trace_return(trace, LC_CALL_SOCKET, -1, LC_WSAEMFILE);
    judge(trace, NULL);
}

/* WSPCleanup of what ws2_32 has refused. */
static void clean(struct trace *trace, uint8_t caller)
{
    trace_spi(trace, caller, TCP, LC_SPI_CLEANUP, 0);
    trace_spi_return(trace, caller, TCP, LC_SPI_CLEANUP, 0);
    trace_load(trace, caller, TCP, false);
}

/* ws2_32 takes 2.2 alone, one that has no 2.2 what it has. Tolerant:
 * nobody knows. */
static void a_socket_of_a_provider_of_another_version_must_fail(void **state)
{
    (void)state;
    tcp_versions = SET_2_0;
    struct trace *trace = provider_start(V_2_2, V_2_0);
    clean(trace, WS2);
    trace_return(trace, LC_CALL_SOCKET, -1, LC_WSAEPROVIDERFAILEDINIT);
    judge(trace, "LOAD-10");
    tolerant = true;
    judge(trace, NULL);
    tolerant = false;
    last(trace)->b = LC_WSAEINVALIDPROVIDER;
    judge(trace, NULL);
    ws2_versions = SET_1_1 | SET_2_0;
    trace = provider_start(V_2_0, V_2_0);
    trace_return(trace, LC_CALL_SOCKET, -1, LC_WSAEMFILE);
    judge(trace, NULL);
    ws2_versions = SET_1_1;
    tcp_versions = SET_1_0;
    trace = provider_start(V_1_1, V_1_0);
    clean(trace, WS2);
    trace_return(trace, LC_CALL_SOCKET, -1, LC_WSAEMFILE);
    judge(trace, "LOAD-10");
}

/* That the start was made to fail is said before it returns. */
static void say_fault(struct trace *trace, int32_t error)
{
    struct lc_record start = *last(trace);
    trace->count--;
    struct lc_record *record =
        trace_add(trace, LC_RECORD_FAIL, LC_FAIL_STARTUP);
    record->callee = TCP;
    record->a = error;
    record->b = LC_SPI_STARTUP;
    *trace_add(trace, LC_RECORD_SPI_RETURN, LC_SPI_STARTUP) = start;
}

static struct trace *gap_start(void)
{
    struct trace *trace = provider_start(V_2_2, V_2_2);
    last(trace)->d = LC_SPI_COUNT - 1;
    say_fault(trace, LC_WSAEINVALIDPROCTABLE);
    return trace;
}

static void a_table_with_a_gap_is_refused(void **state)
{
    (void)state;
    struct trace *trace = gap_start();
    clean(trace, WS2);
    trace_return(trace, LC_CALL_SOCKET, -1, LC_WSAEINVALIDPROCTABLE);
    judge(trace, NULL);
    last(trace)->b = LC_WSAEPROVIDERFAILEDINIT;
    judge(trace, "LOAD-9");
    last(trace)->a = HANDLE;
    last(trace)->b = 0;
    judge(trace, "LOAD-9");
    /* Without a fault it is the provider that is wrong. */
    trace = provider_start(V_2_2, V_2_2);
    last(trace)->d = LC_SPI_COUNT - 1;
    judge(trace, "START-15");
}

/* Whoever has started it: nothing goes through it but its cleanup. */
static void a_table_with_a_gap_is_not_used(void **state)
{
    (void)state;
    struct trace *trace = trace_new(true);
    trace_startup(trace);
    trace_call(trace, LC_CALL_SOCKET, 0, 0);
    trace_start_open(trace, WS2, FILTER, ENTRY_CHAIN);
    trace_start_open(trace, FILTER, TCP, ENTRY_TCP);
    trace_spi_return(trace, FILTER, TCP, LC_SPI_STARTUP, 0);
    last(trace)->d = LC_SPI_COUNT - 1;
    say_fault(trace, LC_WSAEINVALIDPROCTABLE);
    uint32_t before = trace->count;
    clean(trace, FILTER);
    judge(trace, NULL);
    trace->count = before;
    trace_spi(trace, FILTER, TCP, LC_SPI_SOCKET, ENTRY_TCP);
    judge(trace, "LOAD-9");
}

static void what_is_refused_is_cleaned_up(void **state)
{
    (void)state;
    struct trace *trace = gap_start();
    trace_return(trace, LC_CALL_SOCKET, -1, LC_WSAEINVALIDPROCTABLE);
    judge(trace, "LOAD-11");
    trace = provider_start(V_2_2, V_1_0);
    say_fault(trace, LC_WSAEINVALIDPROVIDER);
    uint32_t before = trace->count;
    clean(trace, WS2);
    trace_return(trace, LC_CALL_SOCKET, -1, LC_WSAEINVALIDPROVIDER);
    judge(trace, NULL);
    trace->count = before;
    trace_return(trace, LC_CALL_SOCKET, -1, LC_WSAEINVALIDPROVIDER);
    judge(trace, "LOAD-11");
    trace->count = before;
    trace_spi(trace, WS2, TCP, LC_SPI_SOCKET, ENTRY_TCP);
    judge(trace, "LOAD-11");
}

/* A failed start is none, whatever stands in the table: nothing is owed. */
static void a_filled_table_of_a_failed_start_says_nothing(void **state)
{
    (void)state;
    struct trace *trace = provider_refuses(V_2_2, LC_WSAEFAULT);
    last(trace)->d = LC_SPI_COUNT;
    say_fault(trace, LC_WSAEFAULT);
    trace_load(trace, WS2, TCP, false);
    uint32_t before = trace->count;
    trace_return(trace, LC_CALL_SOCKET, -1, LC_WSAEPROVIDERFAILEDINIT);
    judge(trace, NULL);
    trace->count = before;
    trace_spi(trace, WS2, TCP, LC_SPI_CLEANUP, 0);
    judge(trace, "INV-1");
}

/* A layer may have no use for the version that the provider below answers: its
 * second first start may then fail although nothing below it does. */
static void a_version_from_below_excuses_a_layer(void **state)
{
    (void)state;
    for (uint32_t excused = 0; excused < 2; excused++) {
        struct trace *trace = trace_new(true);
        trace_life(trace, HANDLE);
        trace_startup(trace);
        trace_call(trace, LC_CALL_SOCKET, 0, 0);
        trace_start_open(trace, WS2, FILTER, ENTRY_CHAIN);
        trace_start_open(trace, FILTER, TCP, ENTRY_TCP);
        trace_spi_return(trace, FILTER, TCP, LC_SPI_STARTUP, 0);
        last(trace)->c = excused != 0 ? V_2_0 : V_2_2;
        trace_spi(trace, FILTER, TCP, LC_SPI_CLEANUP, 0);
        trace_spi_return(trace, FILTER, TCP, LC_SPI_CLEANUP, 0);
        trace_load(trace, FILTER, TCP, false);
        trace_spi_return(
            trace,
            WS2,
            FILTER,
            LC_SPI_STARTUP,
            LC_WSAEPROVIDERFAILEDINIT);
        tcp_versions = SET_2_0 | SET_2_2;
        judge(trace, excused != 0 ? NULL : "LOAD-17");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(
            a_start_below_the_lowest_version_must_fail,
            set_up),
        cmocka_unit_test_setup(
            a_start_that_is_not_too_low_must_not_fail_for_its_version,
            set_up),
        cmocka_unit_test_setup(
            a_start_agrees_on_the_highest_version_that_is_not_above,
            set_up),
        cmocka_unit_test_setup(
            a_start_without_room_for_its_answer_must_fail,
            set_up),
        cmocka_unit_test_setup(
            a_provider_does_not_answer_above_what_was_asked,
            set_up),
        cmocka_unit_test_setup(
            a_provider_answers_a_version_that_it_has,
            set_up),
        cmocka_unit_test_setup(
            a_provider_refuses_a_version_below_its_lowest,
            set_up),
        cmocka_unit_test_setup(
            a_socket_of_a_provider_that_does_not_start_must_fail,
            set_up),
        cmocka_unit_test_setup(
            a_socket_of_a_provider_that_is_not_there_must_fail,
            set_up),
        cmocka_unit_test_setup(
            a_socket_of_a_provider_of_another_version_must_fail,
            set_up),
        cmocka_unit_test_setup(a_version_from_below_excuses_a_layer, set_up),
        cmocka_unit_test_setup(a_table_with_a_gap_is_refused, set_up),
        cmocka_unit_test_setup(a_table_with_a_gap_is_not_used, set_up),
        cmocka_unit_test_setup(what_is_refused_is_cleaned_up, set_up),
        cmocka_unit_test_setup(
            a_filled_table_of_a_failed_start_says_nothing,
            set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
