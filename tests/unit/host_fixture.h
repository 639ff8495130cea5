/*
 * For tests with DLLs of this build: reads them, lays them into module slots
 * and loads them, without Winsock.
 */
#ifndef TESTS_UNIT_HOST_FIXTURE_H
#define TESTS_UNIT_HOST_FIXTURE_H

#include "lastcall/abi.h"

#include "sim/host/host.h"
#include "sim/sim.h"
#include "tests/unit/engine_fixture.h"

enum {
    MODULE = LC_MODULE_PROVIDER,
    PROCESS_ATTACH = 1
};

/* Reads a DLL of this build, or skips the test when there is no compiler for
 * Windows. */
static inline const struct sim_host_image *read_dll(const char *name)
{
    const char *folder = getenv("LC_BUILD_DIR");
    char path[512];
    (void)snprintf(
        path,
        sizeof path,
        "%s/%s",
        folder == NULL ? "build" : folder,
        name);
    FILE *stream = fopen(path, "rb");
    if (stream == NULL) {
        skip();
    }
    assert_int_equal(fclose(stream), 0);
    struct sim_error error;
    assert_int_equal(sim_open(&error), SIM_OK);
    const struct sim_host_image *image = NULL;
    enum sim_status status =
        sim_host_read(path, &image, error.text, sizeof error.text);
    if (status != SIM_OK) {
        print_error("%s\n", error.text);
    }
    assert_int_equal(status, SIM_OK);
    assert_non_null(image);
    return image;
}

static inline const struct sim_module_class *install(
    const char *name,
    uint32_t module,
    uint32_t process_count)
{
    const struct sim_host_image *image = read_dll(name);
    const struct sim_module_class *class = NULL;
    assert_int_equal(
        sim_host_install(image, module, process_count, &class),
        SIM_OK);
    assert_non_null(class);
    assert_true(class->is_hosted);
    sim_module_set_class(module, class);
    return class;
}

static inline sim_code_fn *find(const char *name, uint16_t ordinal)
{
    const struct sim_module_class *class = sim_module_class(MODULE);
    sim_code_fn *code = class->ops->export_find(
        class,
        sim_arena_module(sim_thread_process(), MODULE),
        name,
        ordinal);
    assert_non_null(code);
    return code;
}

static inline void load(void)
{
    const struct sim_module_class *class = sim_module_class(MODULE);
    uint32_t process = sim_thread_process();
    bool was_mapped;
    assert_true(sim_module_load(process, MODULE, LC_MODULE_APP, &was_mapped));
    sim_thread_enter(MODULE, SIM_FRAME_DLL_MAIN, PROCESS_ATTACH);
    assert_true(class->ops->dll_main(
        class,
        sim_arena_module(process, MODULE),
        PROCESS_ATTACH,
        false));
    sim_thread_leave();
}

/* Plays one thread, which counts when it comes to its end. */
static inline void play(void (*entry)(void *))
{
    fixture_begin(NULL, 0, NULL);
    (void)fixture_thread(0, entry);
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    assert_int_equal(PROGRAM->count, 1);
}

/* Takes the other thread whenever there is one. */
static inline uint32_t take_last(
    void *context,
    const struct sim_choice_point *point)
{
    (void)context;
    return point->count - 1;
}

/* Plays the same in two processes, which take turns. */
static inline void play_in_two_processes(void (*entry)(void *))
{
    struct sim_backer backer = { .choose = take_last };
    fixture_begin(NULL, 0, &backer);
    for (uint8_t process = 0; process < 2; process++) {
        uint32_t slot = sim_thread_create(&(struct sim_thread_options){
            .process = process,
            .creator = LC_MODULE_APP,
            .module = LC_MODULE_APP,
            .ref = process,
            .entry = entry,
        });
        assert_int_not_equal(slot, SIM_NO_THREAD);
    }
    assert_int_equal(sim_thread_run(), LC_END_DONE);
    assert_int_equal(PROGRAM->count, 2);
}

#endif
