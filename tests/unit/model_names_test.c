#include "lastcall/nsp.h"

#include "model_trace.h"

enum {
    NAMES = LC_MODULE_NAMES,
    FIRST = 1,
    SECOND = 2,
    LOOKUP = 2, /* handle of a lookup in the first name space */
    OBJECT = 500
};

static struct lc_record *nsp(
    struct trace *trace,
    uint32_t function,
    int64_t space,
    int64_t b)
{
    struct lc_record *record = trace_add(trace, LC_RECORD_NSP_CALL, function);
    record->caller = WS2;
    record->callee = NAMES;
    record->a = space;
    record->b = b;
    return record;
}

static struct lc_record *nsp_return(
    struct trace *trace,
    uint32_t function,
    int64_t space,
    int64_t error)
{
    struct lc_record *record = trace_add(trace, LC_RECORD_NSP_RETURN, function);
    record->caller = WS2;
    record->callee = NAMES;
    record->a = error == 0 ? 0 : -1;
    record->b = error;
    record->c = space;
    record->d =
        function == LC_NSP_STARTUP && error == 0 ? (int64_t)LC_NSP_COUNT : 0;
    return record;
}

static void object(struct trace *trace, bool is_made, int64_t number)
{
    trace_object(trace, is_made, LC_OBJECT_EVENT, number);
    trace->records[trace->count - 1].caller = NAMES;
    trace->records[trace->count - 1].callee = NAMES;
}

/* Loads the DLL for a name space and starts that. */
static void start(struct trace *trace, int64_t space)
{
    trace_load(trace, WS2, NAMES, true);
    nsp(trace, LC_NSP_STARTUP, space, 0);
    object(trace, true, OBJECT + space);
    nsp_return(trace, LC_NSP_STARTUP, space, 0);
}

static void clean(struct trace *trace, int64_t space, bool is_last)
{
    nsp(trace, LC_NSP_CLEANUP, space, 0);
    object(trace, false, OBJECT + space);
    nsp_return(trace, LC_NSP_CLEANUP, space, 0);
    trace_load(trace, WS2, NAMES, false);
    trace->records[trace->count - 1].c = is_last;
}

static void start_second(struct trace *trace)
{
    trace_call(trace, LC_CALL_LOOKUP_BEGIN, 0, LC_NAME_SPACE_SECOND);
    start(trace, SECOND);
    trace_return(trace, LC_CALL_LOOKUP_BEGIN, -1, LC_WSA_NOT_ENOUGH_MEMORY);
}

/* WSASetService of service 1, of the first name space. */
static void set(struct trace *trace, enum lc_service_operation operation)
{
    trace_call(trace, LC_CALL_SET_SERVICE, 0, operation);
    nsp(trace, LC_NSP_SET_SERVICE, FIRST, operation)->c = 1;
    nsp_return(trace, LC_NSP_SET_SERVICE, FIRST, 0);
    trace_return(trace, LC_CALL_SET_SERVICE, 0, 0);
}

/* A lookup in the first name space, which is started when it is the first. */
static void lookup(struct trace *trace, bool is_first)
{
    trace_call(trace, LC_CALL_LOOKUP_BEGIN, 0, LC_NAME_SPACE_FIRST);
    if (is_first) {
        start(trace, FIRST);
    }
    nsp(trace, LC_NSP_LOOKUP_BEGIN, FIRST, 0);
    nsp_return(trace, LC_NSP_LOOKUP_BEGIN, FIRST, 0)->d = LOOKUP;
    trace_return(trace, LC_CALL_LOOKUP_BEGIN, 0, 0);
}

/* -1: no more. */
static void next(struct trace *trace, int64_t service)
{
    int64_t error = service < 0 ? (int64_t)LC_WSA_E_NO_MORE : 0;
    trace_call(trace, LC_CALL_LOOKUP_NEXT, 1, 0);
    nsp(trace, LC_NSP_LOOKUP_NEXT, FIRST, LOOKUP);
    nsp_return(trace, LC_NSP_LOOKUP_NEXT, FIRST, error)->d = service;
    trace_return(trace, LC_CALL_LOOKUP_NEXT, error == 0 ? 0 : -1, error);
}

static void end(struct trace *trace)
{
    trace_call(trace, LC_CALL_LOOKUP_END, 1, 0);
    nsp(trace, LC_NSP_LOOKUP_END, FIRST, LOOKUP);
    nsp_return(trace, LC_NSP_LOOKUP_END, FIRST, 0);
    trace_return(trace, LC_CALL_LOOKUP_END, 0, 0);
}

static void cleanup(struct trace *trace)
{
    trace_call(trace, LC_CALL_WSACLEANUP, 0, 0);
    clean(trace, FIRST, true);
    trace_return(trace, LC_CALL_WSACLEANUP, 0, 0);
}

/* A start, a lookup that is open. */
static struct trace *opened(void)
{
    struct trace *trace = trace_new(false);
    trace_startup(trace);
    lookup(trace, true);
    return trace;
}

static void a_whole_life_holds(void **state)
{
    (void)state;
    struct trace *trace = opened();
    next(trace, -1);
    end(trace);
    set(trace, LC_RNRSERVICE_REGISTER);
    cleanup(trace);
    trace_startup(trace);
    lookup(trace, true);
    next(trace, 1);
    next(trace, -1);
    cleanup(trace);
    trace_end(trace, LC_END_DONE);
    assert_held(trace);
}

static void starts_and_cleanups_come_in_pairs(void **state)
{
    (void)state;
    struct trace *trace = opened();
    trace_call(trace, LC_CALL_WSACLEANUP, 0, 0);
    trace_return(trace, LC_CALL_WSACLEANUP, 0, 0);
    assert_broken(trace, "NS-1");

    trace = opened();
    trace_call(trace, LC_CALL_WSACLEANUP, 0, 0);
    clean(trace, FIRST, true);
    nsp(trace, LC_NSP_CLEANUP, FIRST, 0);
    assert_broken(trace, "NS-1");

    /* One of two is not the last. */
    trace = opened();
    nsp(trace, LC_NSP_STARTUP, FIRST, 0);
    nsp_return(trace, LC_NSP_STARTUP, FIRST, 0);
    nsp(trace, LC_NSP_STARTUP, SECOND, 0);
    nsp_return(trace, LC_NSP_STARTUP, SECOND, 0);
    nsp(trace, LC_NSP_CLEANUP, FIRST, 0);
    nsp_return(trace, LC_NSP_CLEANUP, FIRST, 0);
    next(trace, -1);
    assert_held(trace);
    nsp(trace, LC_NSP_LOOKUP_NEXT, FIRST, LOOKUP);
    nsp_return(trace, LC_NSP_LOOKUP_NEXT, FIRST, LC_WSANOTINITIALISED);
    assert_broken(trace, "NS-1");

    /* A start that is there can be undone. */
    trace = opened();
    trace_call(trace, LC_CALL_WSACLEANUP, 0, 0);
    nsp(trace, LC_NSP_CLEANUP, FIRST, 0);
    nsp_return(trace, LC_NSP_CLEANUP, FIRST, LC_WSAEINVAL);
    assert_broken(trace, "NS-1");
}

static void nothing_is_called_without_a_start(void **state)
{
    (void)state;
    struct trace *trace = opened();
    nsp(trace, LC_NSP_LOOKUP_BEGIN, SECOND, 0);
    assert_broken(trace, "NS-2");

    trace = opened();
    trace_call(trace, LC_CALL_WSACLEANUP, 0, 0);
    nsp(trace, LC_NSP_CLEANUP, FIRST, 0);
    object(trace, false, OBJECT + FIRST);
    nsp_return(trace, LC_NSP_CLEANUP, FIRST, 0);
    nsp(trace, LC_NSP_LOOKUP_NEXT, FIRST, LOOKUP);
    assert_broken(trace, "NS-2");
}

static void each_name_space_has_its_count(void **state)
{
    (void)state;
    struct trace *trace = opened();
    start_second(trace);
    nsp(trace, LC_NSP_CLEANUP, SECOND, 0);
    object(trace, false, OBJECT + SECOND);
    nsp_return(trace, LC_NSP_CLEANUP, SECOND, 0);
    assert_held(trace);
    nsp(trace, LC_NSP_LOOKUP_NEXT, FIRST, LOOKUP);
    nsp_return(trace, LC_NSP_LOOKUP_NEXT, FIRST, LC_WSANOTINITIALISED);
    assert_broken(trace, "NS-3");

    /* The DLL stays while one of them is started. */
    trace = opened();
    start_second(trace);
    clean(trace, SECOND, false);
    assert_held(trace);
    trace->records[trace->count - 1].c = 1;
    assert_broken(trace, "NS-3");

    /* And it goes with the last of them. */
    trace = opened();
    trace_call(trace, LC_CALL_WSACLEANUP, 0, 0);
    clean(trace, FIRST, true);
    trace_remove(trace, trace->count - 1);
    trace_return(trace, LC_CALL_WSACLEANUP, 0, 0);
    assert_broken(trace, "NS-3");
}

static void a_last_cleanup_leaves_nothing(void **state)
{
    (void)state;
    struct trace *trace = opened();
    end(trace);
    cleanup(trace);
    assert_held(trace);
    trace_remove(
        trace,
        trace_find(trace, LC_RECORD_DESTROY, LC_OBJECT_EVENT, 0));
    assert_warned(trace, "NS-4");

    /* With a lookup that is left open it is that. */
    trace = opened();
    cleanup(trace);
    assert_held(trace);
    trace_remove(
        trace,
        trace_find(trace, LC_RECORD_DESTROY, LC_OBJECT_EVENT, 0));
    assert_broken(trace, "NS-8");

    /* A start that fails holds nothing. */
    trace = trace_new(false);
    trace_startup(trace);
    trace_call(trace, LC_CALL_LOOKUP_BEGIN, 0, 0);
    start(trace, FIRST);
    trace->records[trace->count - 1].a = -1;
    trace->records[trace->count - 1].b = LC_WSA_NOT_ENOUGH_MEMORY;
    assert_warned(trace, "NS-4");

    /* What DllMain makes belongs to the load. */
    trace = opened();
    trace_add(trace, LC_RECORD_DLL_MAIN, 0)->callee = NAMES;
    object(trace, true, OBJECT);
    trace_add(trace, LC_RECORD_DLL_MAIN, 1)->callee = NAMES;
    cleanup(trace);
    assert_held(trace);
}

static void a_table_is_whole(void **state)
{
    (void)state;
    struct trace *trace = opened();
    trace_get(trace, LC_RECORD_NSP_RETURN, LC_NSP_STARTUP, 0)->d--;
    assert_broken(trace, "NS-5");
}

static void failures_name_their_errors(void **state)
{
    (void)state;
    struct trace *trace = opened();
    nsp(trace, LC_NSP_STARTUP, SECOND, 0);
    nsp_return(trace, LC_NSP_STARTUP, SECOND, LC_WSASYSNOTREADY);
    assert_held(trace);
    trace->records[trace->count - 1].b = LC_WSAENETDOWN;
    assert_broken(trace, "NS-6");

    trace = opened();
    nsp(trace, LC_NSP_CLEANUP, FIRST, 0);
    nsp_return(trace, LC_NSP_CLEANUP, FIRST, LC_WSAENETDOWN);
    assert_broken(trace, "NS-6");

    trace = opened();
    nsp(trace, LC_NSP_LOOKUP_NEXT, FIRST, LOOKUP);
    nsp_return(trace, LC_NSP_LOOKUP_NEXT, FIRST, 0)->a = -1;
    assert_broken(trace, "NS-6");
}

static void the_dll_is_loaded_on_demand(void **state)
{
    (void)state;
    struct trace *trace = trace_new(false);
    trace_call(trace, LC_CALL_WSASTARTUP, 0x0202, 0);
    trace_load(trace, WS2, NAMES, true);
    assert_broken(trace, "NS-7");
}

static void registrations_stay(void **state)
{
    (void)state;
    /* One that is there is found, */
    struct trace *trace = opened();
    set(trace, LC_RNRSERVICE_REGISTER);
    lookup(trace, false);
    next(trace, -1);
    assert_broken(trace, "NS-9");

    /* in another life, too; */
    trace = opened();
    set(trace, LC_RNRSERVICE_REGISTER);
    cleanup(trace);
    trace_startup(trace);
    lookup(trace, true);
    next(trace, -1);
    assert_broken(trace, "NS-9");

    /* one that is not, not; */
    trace = opened();
    next(trace, 1);
    assert_broken(trace, "NS-9");

    /* one that is withdrawn, not; */
    trace = opened();
    set(trace, LC_RNRSERVICE_REGISTER);
    set(trace, LC_RNRSERVICE_DELETE);
    lookup(trace, false);
    next(trace, -1);
    assert_held(trace);
    next(trace, 1);
    assert_broken(trace, "NS-9");

    /* one that comes meanwhile, or not; */
    for (int64_t found = -1; found <= 1; found += 2) {
        trace = opened();
        set(trace, LC_RNRSERVICE_REGISTER);
        next(trace, found);
        assert_held(trace);
    }

    /* and a cleanup withdraws none. */
    trace = opened();
    set(trace, LC_RNRSERVICE_REGISTER);
    trace_call(trace, LC_CALL_WSACLEANUP, 0, 0);
    nsp(trace, LC_NSP_SET_SERVICE, FIRST, LC_RNRSERVICE_DEREGISTER)->c = 1;
    assert_broken(trace, "CLEAN-10");
}

/* Of two changes of one registration at once either may be the last. */
static void changes_at_once_leave_it_open(void **state)
{
    (void)state;
    for (int64_t found = -1; found <= 1; found += 2) {
        struct trace *trace = opened();
        trace_call(trace, LC_CALL_SET_SERVICE, 0, 0);
        nsp(trace, LC_NSP_SET_SERVICE, FIRST, LC_RNRSERVICE_REGISTER)->c = 1;
        trace->thread = 1;
        set(trace, LC_RNRSERVICE_DELETE);
        trace->thread = 0;
        nsp_return(trace, LC_NSP_SET_SERVICE, FIRST, 0);
        trace_return(trace, LC_CALL_SET_SERVICE, 0, 0);
        lookup(trace, false);
        next(trace, found);
        assert_held(trace);
    }
}

/* A lookup whose handle was given out again is another one. */
static void an_old_lookup_says_nothing_of_a_new_one(void **state)
{
    (void)state;
    struct trace *trace = opened();
    set(trace, LC_RNRSERVICE_REGISTER);
    trace_call(trace, LC_CALL_LOOKUP_NEXT, 1, 0);
    nsp(trace, LC_NSP_LOOKUP_NEXT, FIRST, LOOKUP);
    trace->thread = 1;
    end(trace);
    lookup(trace, false);
    trace->thread = 0;
    nsp_return(trace, LC_NSP_LOOKUP_NEXT, FIRST, LC_WSA_E_NO_MORE);
    assert_held(trace);
    trace_return(trace, LC_CALL_LOOKUP_NEXT, -1, LC_WSA_E_NO_MORE);
    next(trace, -1);
    assert_broken(trace, "NS-9");
}

static void list(struct trace *trace, enum lc_names_change how, int64_t space)
{
    struct lc_record *record = trace_add(trace, LC_RECORD_NAMES, how);
    record->caller = WS2;
    record->callee = NAMES;
    record->a = space;
}

static void see(struct trace *trace, int64_t count, int64_t active)
{
    trace_call(trace, LC_CALL_ENUM_NAMES, 0, 0);
    trace_return(trace, LC_CALL_ENUM_NAMES, count, 0);
    trace->records[trace->count - 1].d = active;
}

static void a_started_process_sees_the_old_list(void **state)
{
    (void)state;
    struct trace *trace = trace_new(false);
    trace_startup(trace);
    list(trace, LC_NAMES_REMOVE, FIRST);
    list(trace, LC_NAMES_DISABLE, SECOND);
    see(trace, 2, 2);
    assert_held(trace);
    see(trace, 1, 0);
    assert_broken(trace, "NS-11");

    /* Another life sees what is there then. */
    trace->count -= 2;
    trace_call(trace, LC_CALL_WSACLEANUP, 0, 0);
    trace_return(trace, LC_CALL_WSACLEANUP, 0, 0);
    trace_startup(trace);
    see(trace, 1, 0);
    assert_held(trace);
    list(trace, LC_NAMES_INSTALL, FIRST);
    list(trace, LC_NAMES_ENABLE, SECOND);
    see(trace, 2, 2);
    assert_broken(trace, "NS-11");

    /* A change during the start leaves it open. */
    for (int64_t count = 1; count <= 2; count++) {
        trace = trace_new(false);
        trace_call(trace, LC_CALL_WSASTARTUP, 0x0202, 0);
        list(trace, LC_NAMES_REMOVE, FIRST);
        trace_return(trace, LC_CALL_WSASTARTUP, 0, 0);
        see(trace, count, count);
        assert_held(trace);
    }
}

static void the_dll_misuses_nothing(void **state)
{
    (void)state;
    struct trace *trace = opened();
    trace_object(trace, false, LC_OBJECT_BLOCK, 1);
    trace->records[trace->count - 1].caller = NAMES;
    trace->records[trace->count - 1].b = 1;
    assert_broken(trace, "MISUSE");

    trace = opened();
    struct lc_record *record = trace_add(trace, LC_RECORD_LOCK, LC_LOCK_LEAVE);
    record->caller = NAMES;
    record->c = 1;
    assert_broken(trace, "MISUSE");
}

/* A process that ends owes nothing. */
static void an_end_forgets(void **state)
{
    (void)state;
    struct trace *trace = opened();
    trace_process(trace, 1);
    trace->process = 1;
    trace->thread = 1;
    trace_startup(trace);
    lookup(trace, true);
    cleanup(trace);
    assert_app_erred(trace, "CLEAN-1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_life_holds),
        cmocka_unit_test(starts_and_cleanups_come_in_pairs),
        cmocka_unit_test(nothing_is_called_without_a_start),
        cmocka_unit_test(each_name_space_has_its_count),
        cmocka_unit_test(a_last_cleanup_leaves_nothing),
        cmocka_unit_test(a_table_is_whole),
        cmocka_unit_test(failures_name_their_errors),
        cmocka_unit_test(the_dll_is_loaded_on_demand),
        cmocka_unit_test(registrations_stay),
        cmocka_unit_test(changes_at_once_leave_it_open),
        cmocka_unit_test(an_old_lookup_says_nothing_of_a_new_one),
        cmocka_unit_test(a_started_process_sees_the_old_list),
        cmocka_unit_test(the_dll_misuses_nothing),
        cmocka_unit_test(an_end_forgets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
