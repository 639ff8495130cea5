#include "sim/engine/module.h"
#include "tests/unit/engine_fixture.h"

enum {
    MODULE = LC_MODULE_PROVIDER,
    GLOBALS_BYTES = 200,
    POISON_BYTE = 0xdd
};

static const struct sim_module_class class = {
    .ops = &sim_module_builtin,
    .globals_bytes = GLOBALS_BYTES,
};

static void check_globals(const unsigned char *globals, unsigned char byte)
{
    for (uint32_t i = 0; i < GLOBALS_BYTES; i++) {
        assert_int_equal(globals[i], byte);
    }
}

static void loads_again_and_again(void *argument)
{
    (void)argument;
    for (uint32_t turn = 0; turn < 3; turn++) {
        bool is_new = false;
        assert_true(sim_module_load(0, MODULE, LC_MODULE_APP, &is_new));
        assert_true(is_new);
        sim_thread_enter(MODULE, SIM_FRAME_SPI, 0);
        unsigned char *globals = sim_module_globals();
        check_globals(globals, 0);
        memset(globals, 0x11 * (int)(turn + 1), GLOBALS_BYTES);
        sim_thread_leave();
        /* A second reference changes nothing: it is the same instance. */
        assert_true(sim_module_load(0, MODULE, LC_MODULE_APP, &is_new));
        assert_false(is_new);
        check_globals(globals, (unsigned char)(0x11 * (turn + 1)));
        assert_int_equal(sim_module_release(0, MODULE, LC_MODULE_APP), 1);
        assert_int_equal(sim_module_release(0, MODULE, LC_MODULE_APP), 0);
        sim_module_unmap(0, MODULE);
        check_globals(globals, POISON_BYTE);
        PROGRAM->count++;
    }
}

/* LOAD-17: what a provider forgets to reset would come back in its
 * next life, and what it uses after its unload would still be there. */
static void globals_are_fresh_at_each_load_and_poisoned_after_it(void **state)
{
    (void)state;
    assert_int_equal(sim_arena_open(), SIM_OK);
    sim_module_set_class(MODULE, &class);
    for (uint32_t run = 0; run < 2; run++) {
        fixture_begin(NULL, 0, NULL);
        (void)fixture_thread(0, loads_again_and_again);
        assert_int_equal(sim_thread_run(), LC_END_DONE);
        assert_int_equal(PROGRAM->count, 3);
    }
}

static void fills_its_globals(void *argument)
{
    uint32_t process = (uint32_t)(uintptr_t)argument;
    bool is_new = false;
    assert_true(sim_module_load(process, MODULE, LC_MODULE_APP, &is_new));
    assert_true(is_new);
    sim_thread_enter(MODULE, SIM_FRAME_SPI, 0);
    unsigned char *globals = sim_module_globals();
    check_globals(globals, 0);
    memset(globals, (int)(process + 1), GLOBALS_BYTES);
    fixture_yield(0);
    assert_ptr_equal(sim_module_globals(), globals);
    check_globals(globals, (unsigned char)(process + 1));
    sim_thread_leave();
    PROGRAM->count++;
}

/* Each process has its own instance, found through who is running. */
static void globals_belong_to_a_process(void **state)
{
    (void)state;
    const struct lc_choice choice = {
        .stream = LC_STREAM_SCHED,
        .thread = 0,
        .place = { LC_PLACE_SHIM, 0, LC_MODULE_APP },
        .action = LC_ACTION_RUN,
        .target = 1,
    };
    assert_int_equal(sim_arena_open(), SIM_OK);
    sim_module_set_class(MODULE, &class);
    fixture_begin(&choice, 1, NULL);
    for (uint32_t process = 0; process < 2; process++) {
        uint32_t slot = sim_thread_create(&(struct sim_thread_options){
            .process = process,
            .creator = LC_MODULE_APP,
            .module = LC_MODULE_APP,
            .ref = (uint8_t)process,
            .entry = fills_its_globals,
            .argument = (void *)(uintptr_t)process,
        });
        assert_int_not_equal(slot, SIM_NO_THREAD);
    }
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    assert_int_equal(sim_choice_unmet(), 0);
    assert_int_equal(PROGRAM->count, 2);
    assert_int_equal(*sim_arena_module(0, MODULE), 1);
    assert_int_equal(*sim_arena_module(1, MODULE), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(globals_are_fresh_at_each_load_and_poisoned_after_it),
        cmocka_unit_test(globals_belong_to_a_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
