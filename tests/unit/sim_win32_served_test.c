/*
 * What the shim serves, as DLLs see it: those of tests/data/shim call each
 * function and look at its documented results. Each function that is served is
 * reached by one of them.
 */
#include "sim/win32/win32.h"
#include "tests/unit/host_fixture.h"

enum {
    PARTS_MAX = 16,
    WAYS = 8, /* in which the threads of a part take turns */
    REACHED_MAX = 1024,
    RECORDS_MAX = 4096
};

typedef int LC_ABI run_fn(int part, int has_defaults);

static struct lc_record records[RECORDS_MAX];
static uint32_t record_count;

/* "kernel32.dll Sleep", over all DLLs. */
static char reached[REACHED_MAX][80];
static uint32_t reached_count;

static struct {
    int part;
    uint32_t way;
    bool is_unloaded; /* behind it */
    int line;         /* that the part returned; -2: it did not return */
} going;

static bool keep(void *context, const struct lc_record *record)
{
    (void)context;
    if (record_count < RECORDS_MAX) {
        records[record_count] = *record;
        record_count++;
    }
    return true;
}

static void run_part(void *argument)
{
    (void)argument;
    lc_handle self = sim_win32_load_library_a("shim.dll");
    assert_non_null(self);
    sim_thread_enter(MODULE, SIM_FRAME_SPI, 0);
    going.line = ((run_fn *)find("Run", 0))(going.part, going.way == 0);
    sim_thread_leave();
    if (going.is_unloaded) {
        (void)sim_win32_free_library(self);
        sim_win32_sleep(10);
        sim_win32_leave_thread();
    }
}

/* The DLL's data is still there when the run has ended. */
static void note_reached(void)
{
    const struct sim_module_class *class = sim_module_class(MODULE);
    unsigned char *slot = sim_arena_module(0, MODULE);
    const char *const *names = (const char *const *)(uintptr_t) class->ops
                                   ->export_find(class, slot, "reached", 0);
    const int32_t *count = (const int32_t *)(uintptr_t) class->ops
                               ->export_find(class, slot, "reached_count", 0);
    for (int32_t i = 0; i < *count; i++) {
        uint32_t k = 0;
        while (k < reached_count && strcmp(reached[k], names[i]) != 0) {
            k++;
        }
        assert_in_range(k, 0, REACHED_MAX - 1);
        if (k == reached_count) {
            (void)snprintf(reached[k], sizeof reached[k], "%s", names[i]);
            reached_count++;
        }
    }
}

static uint32_t take_by_number(
    void *context,
    const struct sim_choice_point *point)
{
    uint32_t *state = context;
    *state = *state * 1664525 + 1013904223;
    return *state >> 16 & 3 ? 0 : (*state >> 18) % point->count;
}

/* Plays a part; way 0 takes the defaults. */
static enum lc_end play_part(int part, uint32_t way)
{
    uint32_t state = way;
    struct sim_backer mixed = { .choose = take_by_number, .context = &state };
    going.part = part;
    going.way = way;
    going.line = -2;
    record_count = 0;
    fixture_begin(NULL, 0, way == 0 ? NULL : &mixed);
    sim_win32_begin(way % 2 == 1); /* with a page heap */
    sim_thread_set_exit(sim_win32_process_exit);
    SIM_HISTORY->sink = keep;
    (void)fixture_thread(0, run_part);
    enum lc_end end = sim_thread_run();
    sim_thread_set_exit(NULL);
    return end;
}

static void prepare(const char *name)
{
    char path[64];
    (void)snprintf(path, sizeof path, "tests/data/shim_%s.dll", name);
    (void)install(path, MODULE, 1);
    sim_module_set_path(MODULE, "C:\\lastcall\\shim.dll");
}

static uint32_t count_wrong(void)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < record_count; i++) {
        const struct lc_record *record = &records[i];
        count += (record->kind == LC_RECORD_LOCK && record->c != 0) ||
                 record->kind == LC_RECORD_STRAY;
    }
    return count;
}

/* Every part returns 0, whoever goes first in it. */
static void play_all(const char *name)
{
    prepare(name);
    for (int part = 0; part < PARTS_MAX; part++) {
        for (uint32_t way = 0; way < WAYS; way++) {
            enum lc_end end = play_part(part, way);
            note_reached();
            if (going.line == -1) {
                assert_true(part > 0);
                assert_int_equal(end, LC_END_DONE);
                return;
            }
            if (going.line != 0 || end != LC_END_DONE) {
                print_error(
                    "%s.c:%d: part %d, way %u, end %d, last %s\n",
                    name,
                    going.line,
                    part,
                    way,
                    (int)end,
                    reached[reached_count - 1]);
            }
            assert_int_equal(end, LC_END_DONE);
            assert_int_equal(going.line, 0);
            assert_int_equal(count_wrong(), 0);
        }
    }
    fail();
}

static void objects(void **state)
{
    (void)state;
    play_all("objects");
}

static void locks(void **state)
{
    (void)state;
    play_all("locks");
}

static void pool(void **state)
{
    (void)state;
    play_all("pool");
}

static void memory(void **state)
{
    (void)state;
    play_all("memory");
}

static void text(void **state)
{
    (void)state;
    play_all("text");
}

static void system_calls(void **state)
{
    (void)state;
    play_all("system");
}

static void winsock(void **state)
{
    (void)state;
    play_all("winsock");
}

/* What gives up is a fault of the DLL. */
static void ends(void **state)
{
    (void)state;
    prepare("ends");
    int part = 0;
    for (;; part++) {
        enum lc_end end = play_part(part, 0);
        note_reached();
        if (going.line == -1) {
            break;
        }
        assert_int_equal(end, LC_END_FAULT);
        assert_int_equal(going.line, -2);
        const struct lc_record *last = &records[record_count - 1];
        assert_int_equal(last->kind, LC_RECORD_FAULT);
        assert_int_equal(last->callee, MODULE);
        assert_int_equal(
            last->function,
            part == 0 ? LC_FAULT_BREAKPOINT : LC_FAULT_ABORT);
    }
    assert_int_equal(part, 10);
}

/* What is wrong is written down, whatever becomes of it. */
static void wrong_use_is_told(void **state)
{
    (void)state;

    static const struct {
        enum lc_end end;
        enum lc_record_kind kind; /* of the record that says so; END: none */
        uint16_t function;
        bool is_unloaded;
    } expected[] = {
        { LC_END_DEADLOCK, LC_RECORD_LOCK, LC_LOCK_ENTER, false },
        { LC_END_DEADLOCK, LC_RECORD_LOCK, LC_LOCK_ENTER, false },
        { LC_END_DEADLOCK, LC_RECORD_LOCK, LC_LOCK_ENTER, false },
        { LC_END_DEADLOCK, LC_RECORD_END, 0, false },
        { LC_END_DONE, LC_RECORD_LOCK, LC_LOCK_LEAVE, false },
        { LC_END_DONE, LC_RECORD_LOCK, LC_LOCK_LEAVE, false },
        { LC_END_DONE, LC_RECORD_LOCK, LC_LOCK_ENTER, false },
        { LC_END_DONE, LC_RECORD_LOCK, LC_LOCK_ENTER, false },
        { LC_END_DONE, LC_RECORD_LOCK, LC_LOCK_LEAVE, false },
        { LC_END_DONE, LC_RECORD_LOCK, LC_LOCK_LEAVE, false },
        { LC_END_DONE, LC_RECORD_LOCK, LC_LOCK_ENTER, false },
        { LC_END_DONE, LC_RECORD_LOCK, LC_LOCK_LEAVE, false },
        { LC_END_DONE, LC_RECORD_DESTROY, LC_OBJECT_EVENT, false },
        { LC_END_LIVELOCK, LC_RECORD_END, 0, false },
        { LC_END_FAULT, LC_RECORD_STRAY, LC_STRAY_CALLBACK, true },
        { LC_END_FAULT, LC_RECORD_STRAY, LC_STRAY_CALLBACK, true },
        { LC_END_FAULT, LC_RECORD_STRAY, LC_STRAY_CALLBACK, true },
        { LC_END_FAULT, LC_RECORD_STRAY, LC_STRAY_THREAD, true },
    };

    prepare("wrong");
    for (uint32_t part = 0; part < LC_COUNT_OF(expected); part++) {
        going.is_unloaded = expected[part].is_unloaded;
        enum lc_end end = play_part((int)part, 0);
        going.is_unloaded = false;
        uint32_t wrong = 0;
        for (uint32_t i = 0; i < record_count; i++) {
            const struct lc_record *record = &records[i];
            bool is_wrong =
                record->kind == LC_RECORD_STRAY ||
                (record->kind == LC_RECORD_LOCK && record->c == 1) ||
                (record->kind == LC_RECORD_DESTROY && record->b == 1);
            if (is_wrong) {
                assert_int_equal(record->kind, expected[part].kind);
                wrong += record->function == expected[part].function;
            }
        }
        if (end != expected[part].end) {
            print_error("part %u\n", part);
        }
        assert_int_equal(end, expected[part].end);
        assert_int_equal(wrong > 0, expected[part].kind != LC_RECORD_END);
    }
    (void)play_part(LC_COUNT_OF(expected), 0);
    assert_int_equal(going.line, -1);
}

static bool is_reached(const char *dll, const char *name)
{
    char whole[160];
    (void)snprintf(whole, sizeof whole, "%s %s", dll, name);
    for (uint32_t i = 0; i < reached_count; i++) {
        if (strcmp(reached[i], whole) == 0) {
            return true;
        }
    }
    return false;
}

static void look(void *context, const char *dll, const struct sim_export *item)
{
    uint32_t *missing = context;
    if (!is_reached(dll, item->name)) {
        print_error(
            "%s %s: no DLL of tests/data/shim calls it\n",
            dll,
            item->name);
        (*missing)++;
    }
}

/* Runs last: the others have noted what they reached. */
static void each_function_that_is_served_is_reached(void **state)
{
    (void)state;
    uint32_t missing = 0;
    assert_true(reached_count > 0);
    sim_module_each_system(look, &missing);
    assert_int_equal(missing, 0);
    /* And nothing else was: what is not served has no address. */
    for (uint32_t i = 0; i < reached_count; i++) {
        char dll[80];
        (void)snprintf(dll, sizeof dll, "%s", reached[i]);
        char *space = strchr(dll, ' ');
        assert_non_null(space);
        *space = '\0';
        assert_non_null(sim_module_find_system(dll, space + 1, 0));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(objects),
        cmocka_unit_test(locks),
        cmocka_unit_test(pool),
        cmocka_unit_test(memory),
        cmocka_unit_test(text),
        cmocka_unit_test(system_calls),
        cmocka_unit_test(winsock),
        cmocka_unit_test(ends),
        cmocka_unit_test(wrong_use_is_told),
        cmocka_unit_test(each_function_that_is_served_is_reached),
    };
    return cmocka_run_group_tests_name("sim_win32_served", tests, NULL, NULL);
}
