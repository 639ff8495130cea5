#include "model_trace.h"

/* The catalog of the world: 1 the chain, 2 tcp, 3 the layer's own entry. */
enum {
    ENTRY_LAYER = 3,
    ENTRIES = 3
};

static void change(
    struct trace *trace,
    enum lc_catalog_change how,
    int64_t id,
    int64_t place,
    int64_t count)
{
    struct lc_record *record = trace_add(trace, LC_RECORD_CATALOG, how);
    record->caller = WS2;
    record->callee = id == ENTRY_TCP ? TCP : FILTER;
    record->a = id;
    record->b = place;
    record->c = count;
}

static void ask(struct trace *trace, enum lc_call call, int64_t answer)
{
    trace_call(trace, call, 0, 0);
    trace_return(trace, call, answer, answer == -1 ? LC_WSAEINVAL : 0);
}

static void take_tcp_out(struct trace *trace)
{
    trace_call(trace, LC_CALL_WSC_DEINSTALL, 0, ENTRY_TCP);
    change(trace, LC_CATALOG_REMOVE, ENTRY_TCP, 1, 2);
    trace_return(trace, LC_CALL_WSC_DEINSTALL, 0, 0);
}

static void put_tcp_back(struct trace *trace, int64_t place)
{
    trace_call(trace, LC_CALL_WSC_INSTALL, 0, ENTRY_TCP);
    change(trace, LC_CATALOG_INSTALL, ENTRY_TCP, place, ENTRIES);
    trace_return(trace, LC_CALL_WSC_INSTALL, 0, 0);
}

static void a_list_has_what_is_installed(void **state)
{
    (void)state;
    struct trace *trace = trace_new(true);
    ask(trace, LC_CALL_WSC_ENUM, ENTRIES);
    take_tcp_out(trace);
    ask(trace, LC_CALL_WSC_ENUM, ENTRIES - 1);
    put_tcp_back(trace, 2);
    ask(trace, LC_CALL_WSC_ENUM, ENTRIES);
    trace_startup(trace);
    ask(trace, LC_CALL_ENUM_PROTOCOLS, 2);
    assert_held(trace);
    ask(trace, LC_CALL_WSC_ENUM, ENTRIES - 1);
    assert_broken(trace, "CATALOG-15");
}

static void hidden_entries_are_not_listed(void **state)
{
    (void)state;
    struct trace *trace = trace_new(true);
    trace_startup(trace);
    ask(trace, LC_CALL_ENUM_PROTOCOLS, ENTRIES);
    assert_broken(trace, "CATALOG-14");
}

/* A process that is started sees the catalog as it was; one that starts again
 * sees it as it is. */
static void a_started_process_sees_the_old_catalog(void **state)
{
    (void)state;
    struct trace *trace = trace_new(true);
    trace_startup(trace);
    take_tcp_out(trace);
    ask(trace, LC_CALL_ENUM_PROTOCOLS, 2);
    trace_call(trace, LC_CALL_WSACLEANUP, 0, 0);
    trace_return(trace, LC_CALL_WSACLEANUP, 0, 0);
    trace_startup(trace);
    ask(trace, LC_CALL_ENUM_PROTOCOLS, 1);
    assert_held(trace);
    put_tcp_back(trace, 2);
    ask(trace, LC_CALL_ENUM_PROTOCOLS, 2);
    assert_broken(trace, "CATALOG-22");
}

/* When the start came, before the change or behind it, can't be told. */
static void a_change_during_a_start_leaves_it_open(void **state)
{
    (void)state;
    for (int64_t seen = 1; seen <= 2; seen++) {
        struct trace *trace = trace_new(true);
        trace_call(trace, LC_CALL_WSASTARTUP, 0x0202, 0);
        trace->thread = 1;
        take_tcp_out(trace);
        trace->thread = 0;
        trace_return(trace, LC_CALL_WSASTARTUP, 0, 0);
        ask(trace, LC_CALL_ENUM_PROTOCOLS, seen);
        assert_held(trace);
    }
}

static void what_is_there_is_not_installed_again(void **state)
{
    (void)state;
    struct trace *trace = trace_new(true);
    trace_call(trace, LC_CALL_WSC_INSTALL, 0, ENTRY_TCP);
    trace_return(trace, LC_CALL_WSC_INSTALL, -1, LC_WSANO_RECOVERY);
    assert_held(trace);
    trace_call(trace, LC_CALL_WSC_INSTALL, 0, ENTRY_TCP);
    trace_return(trace, LC_CALL_WSC_INSTALL, -1, LC_WSAEFAULT);
    assert_broken(trace, "CATALOG-16");
    trace = trace_new(true);
    put_tcp_back(trace, 3);
    assert_broken(trace, "CATALOG-16");
}

static void what_is_installed_comes_last(void **state)
{
    (void)state;
    struct trace *trace = trace_new(true);
    take_tcp_out(trace);
    put_tcp_back(trace, 0);
    assert_broken(trace, "CATALOG-5");
}

static void a_chain_needs_its_members(void **state)
{
    (void)state;
    struct trace *trace = trace_new(true);
    take_tcp_out(trace);
    trace_call(trace, LC_CALL_WSC_DEINSTALL, 0, ENTRY_CHAIN);
    change(trace, LC_CATALOG_REMOVE, ENTRY_CHAIN, 0, 1);
    trace_return(trace, LC_CALL_WSC_DEINSTALL, 0, 0);
    trace_call(trace, LC_CALL_WSC_INSTALL, 0, ENTRY_CHAIN);
    change(trace, LC_CATALOG_INSTALL, ENTRY_CHAIN, 1, 2);
    assert_broken(trace, "CATALOG-3");
}

static void a_layers_chains_come_first(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 2; i++) {
        struct trace *trace = trace_new(true);
        trace_call(trace, LC_CALL_WSC_DEINSTALL, 0, ENTRY_CHAIN);
        change(trace, LC_CATALOG_REMOVE, ENTRY_CHAIN, 0, 2);
        trace_return(trace, LC_CALL_WSC_DEINSTALL, 0, 0);
        trace_call(trace, LC_CALL_WSC_DEINSTALL, 0, ENTRY_LAYER);
        change(trace, LC_CATALOG_REMOVE, ENTRY_LAYER, 1, 1);
        trace_return(trace, LC_CALL_WSC_DEINSTALL, 0, 0);
        trace_call(trace, LC_CALL_WSC_INSTALL_CHAIN, 0, ENTRY_CHAIN);
        change(trace, LC_CATALOG_INSTALL, ENTRY_LAYER, 1, 2);
        change(trace, LC_CATALOG_INSTALL, ENTRY_CHAIN, i == 0 ? 0 : 2, 3);
        trace_return(trace, LC_CALL_WSC_INSTALL_CHAIN, 0, 0);
        if (i == 0) {
            assert_held(trace);
        } else {
            assert_broken(trace, "CATALOG-17");
        }
    }
}

static void no_other_entry_is_taken_out(void **state)
{
    (void)state;
    struct trace *trace = trace_new(true);
    trace_call(trace, LC_CALL_WSC_DEINSTALL, 0, ENTRY_TCP);
    trace_return(trace, LC_CALL_WSC_DEINSTALL, 0, 0);
    assert_broken(trace, "CATALOG-18");
    trace = trace_new(true);
    trace_call(trace, LC_CALL_WSC_DEINSTALL, 0, ENTRY_TCP);
    change(trace, LC_CATALOG_REMOVE, ENTRY_TCP, 2, 2);
    assert_broken(trace, "CATALOG-18");
}

static void an_order_with_a_gap_is_refused(void **state)
{
    (void)state;
    struct trace *trace = trace_new(true);
    trace_call(trace, LC_CALL_WSC_ORDER, 0, LC_ORDER_REVERSE);
    change(trace, LC_CATALOG_ORDER, ENTRY_LAYER, 0, ENTRIES);
    change(trace, LC_CATALOG_ORDER, ENTRY_TCP, 1, ENTRIES);
    change(trace, LC_CATALOG_ORDER, ENTRY_CHAIN, 2, ENTRIES);
    trace_return(trace, LC_CALL_WSC_ORDER, 0, 0);
    trace_call(trace, LC_CALL_WSC_ORDER, 0, LC_ORDER_SHORT);
    trace_return(trace, LC_CALL_WSC_ORDER, -1, LC_WSAEINVAL);
    assert_held(trace);
    trace_call(trace, LC_CALL_WSC_ORDER, 0, LC_ORDER_SHORT);
    trace_return(trace, LC_CALL_WSC_ORDER, 0, 0);
    assert_broken(trace, "CATALOG-20");
    trace = trace_new(true);
    trace_call(trace, LC_CALL_WSC_ORDER, 0, LC_ORDER_TWICE);
    change(trace, LC_CATALOG_ORDER, ENTRY_CHAIN, 0, ENTRIES);
    change(trace, LC_CATALOG_ORDER, ENTRY_CHAIN, 1, ENTRIES);
    assert_broken(trace, "CATALOG-20");
}

static void one_writes_at_a_time(void **state)
{
    (void)state;
    struct trace *trace = trace_new(true);
    trace_call(trace, LC_CALL_WSC_ORDER, 0, LC_ORDER_SAME);
    trace->thread = 1;
    trace_call(trace, LC_CALL_WSC_DEINSTALL, 0, ENTRY_TCP);
    trace_return(trace, LC_CALL_WSC_DEINSTALL, -1, LC_WSATRY_AGAIN);
    assert_held(trace);
    trace = trace_new(true);
    trace_call(trace, LC_CALL_WSC_DEINSTALL, 0, ENTRY_TCP);
    trace_return(trace, LC_CALL_WSC_DEINSTALL, -1, LC_WSATRY_AGAIN);
    assert_broken(trace, "CATALOG-21");
}

/* Whoever wrote when its process was ended keeps others out until that is gone.
 */
static void who_was_killed_may_have_been_writing(void **state)
{
    (void)state;
    for (uint32_t way = 0; way < 2; way++) {
        struct trace *trace = trace_new(true);
        trace->thread = 1;
        trace_call(trace, LC_CALL_WSC_ORDER, 0, LC_ORDER_SAME);
        trace->thread = 0;
        trace_call(trace, LC_CALL_EXITPROCESS, 0, 0);
        struct lc_record *record = trace_add(trace, LC_RECORD_THREAD, 1);
        record->a = 1;
        record->b = 1;
        if (way == 1) {
            trace_process(trace, 1);
            trace->records[trace->count - 1].a = LC_EXIT_PROCESS;
        }
        trace->process = 1;
        trace->thread = 2;
        trace_process(trace, 0);
        trace_call(trace, LC_CALL_WSC_DEINSTALL, 0, ENTRY_TCP);
        trace_return(trace, LC_CALL_WSC_DEINSTALL, -1, LC_WSATRY_AGAIN);
        if (way == 0) {
            assert_held(trace);
        } else {
            assert_broken(trace, "CATALOG-21");
        }
    }
}

static void expect_unspecified(const struct trace *trace)
{
    static struct model model;
    trace_judge(trace, &(struct model_options){ 0 }, &model);
    assert_int_equal(model_verdict(&model).kind, LC_VERDICT_UNSPECIFIED);
}

/* The catalog is that of all processes, whatever one of them has done. */
static void a_process_that_is_not_judged_writes_all_the_same(void **state)
{
    (void)state;
    struct trace *trace = trace_new(true);
    trace_call(trace, LC_CALL_FREEFOREIGN, FILTER, 0);
    trace_return(trace, LC_CALL_FREEFOREIGN, 0, 0);
    take_tcp_out(trace);
    trace->process = 1;
    trace->thread = 2;
    trace_process(trace, 0);
    ask(trace, LC_CALL_WSC_ENUM, ENTRIES - 1);
    trace->process = 0;
    trace->thread = 0;
    trace_call(trace, LC_CALL_WSC_INSTALL_CHAIN, 0, ENTRY_TCP);
    change(trace, LC_CATALOG_INSTALL, ENTRY_TCP, 0, ENTRIES);
    trace->process = 1;
    trace->thread = 2;
    trace_call(trace, LC_CALL_WSC_DEINSTALL, 0, ENTRY_TCP);
    trace_return(trace, LC_CALL_WSC_DEINSTALL, -1, LC_WSATRY_AGAIN);
    ask(trace, LC_CALL_WSC_ENUM, ENTRIES);
    expect_unspecified(trace);
    ask(trace, LC_CALL_WSC_ENUM, ENTRIES - 1);
    assert_broken(trace, "CATALOG-15");
}

/* ws2_32 comes to the provider of an entry for another socket. */
static void socket_of(struct trace *trace, int64_t asked, int64_t taken)
{
    trace_startup(trace);
    trace_socket(trace, HANDLE, true);
    trace_call(trace, LC_CALL_SOCKET, 0, asked);
    trace_spi(trace, WS2, FILTER, LC_SPI_SOCKET, taken)->b = 2;
}

static void the_first_entry_that_matches_is_taken(void **state)
{
    (void)state;
    struct trace *trace = trace_new(true);
    socket_of(trace, 0, ENTRY_TCP);
    assert_broken(trace, "CATALOG-6");
    trace = trace_new(true);
    socket_of(trace, 0, ENTRY_LAYER);
    assert_broken(trace, "CATALOG-10");
    trace = trace_new(true);
    socket_of(trace, ENTRY_TCP, ENTRY_CHAIN);
    assert_broken(trace, "CATALOG-11");
}

/* What a layer looks for may be gone: its start may fail for that. */
static void a_change_explains_a_failed_start(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 2; i++) {
        struct trace *trace = trace_new(true);
        trace_life(trace, HANDLE);
        if (i == 1) {
            take_tcp_out(trace);
        }
        trace_startup(trace);
        trace_call(trace, LC_CALL_SOCKET, 0, 0);
        trace_start_open(trace, WS2, FILTER, ENTRY_CHAIN);
        trace_spi_return(
            trace,
            WS2,
            FILTER,
            LC_SPI_STARTUP,
            LC_WSAEPROVIDERFAILEDINIT)
            ->b = LC_WSAEPROVIDERFAILEDINIT;
        if (i == 0) {
            assert_broken(trace, "LOAD-17");
        } else {
            assert_held(trace);
        }
    }
}

static void look(struct trace *trace, enum lc_config_change how)
{
    trace_call(trace, LC_CALL_CONFIG_CHANGE, 0, how);
}

static void looked(struct trace *trace, int64_t error)
{
    trace_return(trace, LC_CALL_CONFIG_CHANGE, error == 0 ? 0 : -1, error);
}

/* The first call comes back at once, the next ones when there is something to
 * tell: a change before them, or while they wait. */
static void a_change_is_told(void **state)
{
    (void)state;
    struct trace *trace = trace_new(true);
    trace_startup(trace);
    look(trace, LC_CONFIG_CHANGE_FIRST);
    looked(trace, 0);
    take_tcp_out(trace);
    look(trace, LC_CONFIG_CHANGE_WAIT);
    looked(trace, 0);
    look(trace, LC_CONFIG_CHANGE_WAIT);
    trace->thread = 1;
    put_tcp_back(trace, 2);
    trace->thread = 0;
    looked(trace, 0);
    assert_held(trace);
    look(trace, LC_CONFIG_CHANGE_WAIT);
    looked(trace, LC_WSAEINTR);
    assert_held(trace);
    look(trace, LC_CONFIG_CHANGE_WAIT);
    looked(trace, 0);
    assert_broken(trace, "CATALOG-23");
    trace = trace_new(true);
    trace_startup(trace);
    look(trace, LC_CONFIG_CHANGE_FIRST);
    looked(trace, LC_WSAEFAULT);
    assert_broken(trace, "CATALOG-23");
}

/* Who waits for ever, and for what: a change that does not come is nobody's
 * fault, but one that was not told is, and a cleanup ends the wait. */
static void waiting_for_a_change_is_no_deadlock(void **state)
{
    (void)state;
    static const char *const broken[] = {
        NULL,
        "CATALOG-23",
        "CLEAN-4",
        "DEADLOCK",
    };
    for (uint32_t i = 0; i < LC_COUNT_OF(broken); i++) {
        struct trace *trace = trace_new(true);
        trace_startup(trace);
        look(trace, LC_CONFIG_CHANGE_FIRST);
        looked(trace, 0);
        look(trace, LC_CONFIG_CHANGE_WAIT);
        (void)trace_wait(trace, LC_WAIT_CATALOG, -1, false);
        trace->thread = 1;
        if (i == 1) {
            take_tcp_out(trace);
        } else if (i == 2) {
            trace_call(trace, LC_CALL_WSACLEANUP, 0, 0);
            trace_return(trace, LC_CALL_WSACLEANUP, 0, 0);
        } else if (i == 3) {
            trace_call(trace, LC_CALL_SLEEP, 0, 1);
            (void)trace_wait(trace, LC_WAIT_LOCK, -1, false);
        }
        (void)trace_end(trace, LC_END_DEADLOCK);
        if (broken[i] == NULL) {
            assert_held(trace);
        } else {
            assert_broken(trace, broken[i]);
        }
    }
}

static void set_category(
    struct trace *trace,
    uint8_t module,
    int64_t categories)
{
    bool is_app = module == LC_MODULE_APP;
    enum lc_call call = is_app ? LC_CALL_APP_CATEGORY : LC_CALL_PROVIDER_INFO;
    trace_call(trace, call, is_app ? 0 : module, categories);
    struct lc_record *record =
        trace_add(trace, LC_RECORD_CATALOG, LC_CATALOG_CATEGORY);
    record->caller = WS2;
    record->callee = module;
    record->a = categories;
    trace_return(trace, call, 0, 0);
}

/* The chain is listed, and taken, only where its layer is permitted. */
static void a_layer_is_permitted_by_its_categories(void **state)
{
    (void)state;

    static const struct {
        int64_t app;
        int64_t layer;
        int64_t listed; /* that is right */
    } rows[] = {
        { LC_CATEGORY_FIREWALL, LC_CATEGORY_FIREWALL, 2 },
        { LC_CATEGORY_FIREWALL, 0, 1 },
        { LC_CATEGORY_FIREWALL, LC_CATEGORY_SYSTEM, 1 },
        { LC_CATEGORY_FIREWALL | LC_CATEGORY_SYSTEM, LC_CATEGORY_FIREWALL, 1 },
        { LC_CATEGORY_FIREWALL | LC_CATEGORY_SYSTEM, LC_CATEGORY_SYSTEM, 2 },
    };

    for (uint32_t i = 0; i < 2 * LC_COUNT_OF(rows); i++) {
        struct trace *trace = trace_new(true);
        set_category(trace, FILTER, rows[i / 2].layer);
        set_category(trace, LC_MODULE_APP, rows[i / 2].app);
        trace_startup(trace);
        ask(trace, LC_CALL_ENUM_PROTOCOLS, 1 + i % 2);
        if (1 + i % 2 == rows[i / 2].listed) {
            assert_held(trace);
        } else {
            assert_broken(trace, "START-20");
        }
    }
    struct trace *trace = trace_new(true);
    set_category(trace, LC_MODULE_APP, LC_CATEGORY_FIREWALL);
    trace_startup(trace);
    trace_socket(trace, HANDLE, true);
    assert_broken(trace, "START-20");
}

/* What is set later is for others, and what is set during a start leaves open
 * which of both it has. */
static void a_process_keeps_its_categories(void **state)
{
    (void)state;
    struct trace *trace = trace_new(true);
    trace_startup(trace);
    set_category(trace, LC_MODULE_APP, LC_CATEGORY_FIREWALL);
    trace_call(trace, LC_CALL_WSACLEANUP, 0, 0);
    trace_return(trace, LC_CALL_WSACLEANUP, 0, 0);
    trace_startup(trace);
    ask(trace, LC_CALL_ENUM_PROTOCOLS, 2);
    assert_held(trace);
    ask(trace, LC_CALL_ENUM_PROTOCOLS, 1);
    assert_broken(trace, "CATALOG-14");
    for (int64_t listed = 1; listed < 3; listed++) {
        trace = trace_new(true);
        trace_call(trace, LC_CALL_WSASTARTUP, 0x0202, 0);
        trace->thread = 1;
        set_category(trace, LC_MODULE_APP, LC_CATEGORY_FIREWALL);
        trace->thread = 0;
        trace_return(trace, LC_CALL_WSASTARTUP, 0, 0);
        ask(trace, LC_CALL_ENUM_PROTOCOLS, listed);
        assert_held(trace);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_has_what_is_installed),
        cmocka_unit_test(hidden_entries_are_not_listed),
        cmocka_unit_test(a_started_process_sees_the_old_catalog),
        cmocka_unit_test(a_change_during_a_start_leaves_it_open),
        cmocka_unit_test(what_is_there_is_not_installed_again),
        cmocka_unit_test(what_is_installed_comes_last),
        cmocka_unit_test(a_chain_needs_its_members),
        cmocka_unit_test(a_layers_chains_come_first),
        cmocka_unit_test(no_other_entry_is_taken_out),
        cmocka_unit_test(an_order_with_a_gap_is_refused),
        cmocka_unit_test(one_writes_at_a_time),
        cmocka_unit_test(who_was_killed_may_have_been_writing),
        cmocka_unit_test(a_process_that_is_not_judged_writes_all_the_same),
        cmocka_unit_test(the_first_entry_that_matches_is_taken),
        cmocka_unit_test(a_change_explains_a_failed_start),
        cmocka_unit_test(a_layer_is_permitted_by_its_categories),
        cmocka_unit_test(a_process_keeps_its_categories),
        cmocka_unit_test(a_change_is_told),
        cmocka_unit_test(waiting_for_a_change_is_no_deadlock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
