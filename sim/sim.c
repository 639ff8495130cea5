#include "sim/sim.h"

#include <string.h>

#include "sim/engine/arena.h"
#include "sim/engine/engine.h"
#include "sim/engine/module.h"
#include "sim/engine/snapshot.h"
#include "sim/engine/thread.h"
#include "sim/fault/fault.h"
#include "sim/host/host.h"
#include "sim/net/net.h"
#include "sim/provider/hook.h"
#include "sim/provider/provider.h"
#include "sim/provider/version.h"
#include "sim/win32/win32.h"
#include "sim/ws2_32/ws2_32.h"

/* Which files stand for which providers, and what is installed where. Written
 * between runs only. */
static struct {
    bool is_open;

    struct {
        char path[LC_PATH_MAX]; /* empty: nothing hosted in this place */
        uint32_t process_count;
        const struct sim_module_class *class;
        bool asks_time; /* it imports a clock */
    } installed[LC_PROVIDERS_MAX];

    char provider_names[LC_PROVIDERS_MAX][LC_NAME_MAX];
} sim;

static void process_exit(uint32_t process);

static void set_error(struct sim_error *error, const char *a, const char *b)
{
    size_t length = strnlen(a, SIM_ERROR_BYTES - 1);
    memcpy(error->text, a, length);
    size_t more = strnlen(b, SIM_ERROR_BYTES - 1 - length);
    memcpy(error->text + length, b, more);
    error->text[length + more] = '\0';
}

enum sim_status sim_open(struct sim_error *ret_error)
{
    LC_CHECK(ret_error != NULL);
    ret_error->text[0] = '\0';
    if (sim.is_open) {
        return SIM_OK;
    }
    enum sim_status status = sim_arena_open();
    if (status != SIM_OK) {
        set_error(
            ret_error,
            status == SIM_ERROR_ARENA
                ? "the address range of the arena (from 0x520000000000) is not "
                  "free"
                : "no room for the arena: the address space of the process is "
                  "limited (`ulimit -v`)",
            "");
        return status;
    }
    sim_win32_open();
    sim_net_open();
    sim_fault_open();
    sim_ws2_32_open();
    sim_host_open();
    sim.is_open = true;
    return SIM_OK;
}

void sim_close(void)
{
    if (sim.is_open) {
        sim_arena_close();
        memset(&sim, 0, sizeof sim);
    }
}

static const struct sim_provider_plant *plant_find(const char *name)
{
    for (uint32_t i = 0; sim_provider_plants[i].name != NULL; i++) {
        if (strcmp(sim_provider_plants[i].name, name) == 0) {
            return &sim_provider_plants[i];
        }
    }
    return NULL;
}

bool sim_knows_plant(const char *name)
{
    return plant_find(name) != NULL;
}

bool sim_can_plant(const struct lc_world *world, const char *name)
{
    const struct sim_provider_plant *plant = plant_find(name);
    LC_CHECK(plant != NULL);
    if (plant->kind == LC_PROVIDER_NAMES) {
        return world->names != 0;
    }
    for (uint32_t i = 0; i < world->provider_count; i++) {
        if (world->providers[i].kind == plant->kind) {
            return true;
        }
    }
    return false;
}

/* The file that stands for a provider, or NULL. */
static const char *file_of(const struct lc_provider *provider)
{
    return provider->kind == LC_PROVIDER_DLL ? provider->path : NULL;
}

/* Whether a DLL imports what tells the time. */
static bool asks_time(const struct sim_host_image *image)
{
    const struct sim_host_import *imports;
    uint32_t count = sim_host_imports(image, &imports);
    for (uint32_t i = 0; i < count; i++) {
        if (sim_win32_tells_time(imports[i].name)) {
            return true;
        }
    }
    return false;
}

static enum sim_status host_provider(
    uint32_t index,
    const char *path,
    uint32_t process_count,
    struct sim_error *ret_error)
{
    if (strcmp(sim.installed[index].path, path) == 0 &&
        sim.installed[index].process_count >= process_count) {
        sim_module_set_class(
            LC_MODULE_PROVIDER + index,
            sim.installed[index].class);
        return SIM_OK;
    }
    const struct sim_host_image *image;
    enum sim_status status =
        sim_host_read(path, &image, ret_error->text, SIM_ERROR_BYTES);
    if (status != SIM_OK) {
        return status;
    }
    const struct sim_module_class *class;
    status = sim_host_install(
        image,
        LC_MODULE_PROVIDER + index,
        process_count,
        &class);
    if (status != SIM_OK) {
        set_error(
            ret_error,
            path,
            status == SIM_ERROR_EXPORT ? ": does not export WSPStartup"
                                       : ": can't be laid into the arena");
        return status;
    }
    sim_module_set_class(LC_MODULE_PROVIDER + index, class);
    size_t length = strlen(path);
    LC_CHECK(length < LC_PATH_MAX);
    memcpy(sim.installed[index].path, path, length + 1);
    sim.installed[index].process_count = process_count;
    sim.installed[index].class = class;
    sim.installed[index].asks_time = asks_time(image);
    return SIM_OK;
}

static const struct sim_module_class *class_of(uint8_t kind)
{
    switch ((enum lc_provider_kind)kind) {
    case LC_PROVIDER_BASE:
        return &sim_provider_base;
    case LC_PROVIDER_NONIFS:
        return &sim_provider_nonifs;
    case LC_PROVIDER_IFS:
    case LC_PROVIDER_DLL: /* its file is elsewhere: see file_of() */
    case LC_PROVIDER_KIND_COUNT:
        break;
    }
    return &sim_provider_ifs;
}

/* A built-in, or the planted bug of the world that takes its place. */
static enum sim_status find_class(
    uint8_t kind,
    const struct lc_world *world,
    const struct sim_module_class **class,
    struct sim_error *ret_error)
{
    for (uint32_t i = 0; i < world->plant_count; i++) {
        const struct sim_provider_plant *plant = plant_find(world->plants[i]);
        if (plant == NULL) {
            set_error(ret_error, "no planted bug ", world->plants[i]);
            return SIM_ERROR_PLANT;
        }
        if (plant->kind == kind) {
            *class = plant->class;
        }
    }
    return SIM_OK;
}

/* A built-in needs a slot of its own: what was hosted there is forgotten. */
static enum sim_status build_in_provider(
    uint32_t index,
    const struct lc_world *world,
    struct sim_error *ret_error)
{
    uint8_t kind = world->providers[index].kind;
    const struct sim_module_class *class = class_of(kind);
    enum sim_status status = find_class(kind, world, &class, ret_error);
    if (status != SIM_OK) {
        return status;
    }
    if (sim.installed[index].path[0] != '\0') {
        sim_host_uninstall(LC_MODULE_PROVIDER + index);
        memset(&sim.installed[index], 0, sizeof sim.installed[index]);
    }
    sim_module_set_class(LC_MODULE_PROVIDER + index, class);
    return SIM_OK;
}

/* The name-space DLL, if the world has one. */
static enum sim_status set_names(
    const struct lc_world *world,
    struct sim_error *ret_error)
{
    const struct sim_module_class *class = &sim_provider_names;
    sim_module_set_class(LC_MODULE_NAMES, NULL);
    if (world->names == 0) {
        return SIM_OK;
    }
    enum sim_status status =
        find_class(LC_PROVIDER_NAMES, world, &class, ret_error);
    if (status == SIM_OK) {
        sim_module_set_class(LC_MODULE_NAMES, class);
    }
    return status;
}

/* Whether an application sets a blocking hook. */
static bool sets_hook(const struct lc_schedule *schedule)
{
    for (uint32_t i = 0; i < schedule->op_count; i++) {
        if (schedule->ops[i].call == LC_CALL_SETHOOK) {
            return true;
        }
    }
    return false;
}

static enum sim_status set_world(
    const struct lc_schedule *schedule,
    struct sim_error *ret_error)
{
    const struct lc_world *world = &schedule->world;
    LC_CHECK(world->provider_count <= LC_PROVIDERS_MAX);
    for (uint32_t i = 0; i < LC_PROVIDERS_MAX; i++) {
        if (i >= world->provider_count) {
            sim_module_set_class(LC_MODULE_PROVIDER + i, NULL);
            continue;
        }
        const char *path = file_of(&world->providers[i]);
        enum sim_status status =
            path == NULL ? build_in_provider(i, world, ret_error)
                         : host_provider(i, path, LC_PROCESSES_MAX, ret_error);
        if (status != SIM_OK) {
            return status;
        }
        sim_provider_set_versions(
            LC_MODULE_PROVIDER + i,
            world->providers[i].versions);
        memcpy(sim.provider_names[i], world->providers[i].name, LC_NAME_MAX);
    }
    sim_hook_set_asked(sets_hook(schedule));
    return set_names(world, ret_error);
}

/* ---- Processes ---- */

/* The schedule being played. Constant during a run. */
static const struct lc_schedule *playing;

static void record_process(uint32_t process, bool is_exit, int64_t how)
{
    sim_trace_write((struct lc_record){
        .kind = LC_RECORD_PROCESS,
        .process = (uint8_t)process,
        .caller = LC_MODULE_SYSTEM,
        .function = is_exit,
        .a = how,
    });
}

/* References that the application itself holds: `pin` of the world. */
static void pin_all(void)
{
    const struct lc_world *world = &playing->world;
    for (uint32_t i = 0; i < world->provider_count; i++) {
        if (world->providers[i].pinned) {
            (void)sim_win32_load_library_a(
                sim_module_path(LC_MODULE_PROVIDER + i));
        }
    }
}

/* What the world's line `dllmain` says. */
static void beside_dll_main(uint32_t module, uint32_t reason)
{
    const struct lc_world *world = &playing->world;
    if (module == LC_MODULE_NAMES) {
        return;
    }
    uint32_t index = module - LC_MODULE_PROVIDER;
    LC_CHECK(index < world->provider_count);
    uint32_t bits = world->providers[index].dll_main;
    if (reason == LC_DLL_PROCESS_ATTACH &&
        (bits >> LC_DLL_MAIN_STARTUP & 1) != 0) {
        sim_app_call_in_dll_main(LC_CALL_WSASTARTUP);
    }
    if (reason == LC_DLL_PROCESS_DETACH &&
        (bits >> LC_DLL_MAIN_CLEANUP & 1) != 0) {
        sim_app_call_in_dll_main(LC_CALL_WSACLEANUP);
    }
}

static void process_exit(uint32_t process)
{
    record_process(process, true, sim_win32_exit_how(process));
    sim_net_process_exit(process);
    sim_ws2_32_process_exit(process);
    sim_win32_process_exit(process);
}

static bool is_first_of_process(uint32_t index)
{
    for (uint32_t i = 0; i < index; i++) {
        if (playing->threads[i].process == playing->threads[index].process) {
            return false;
        }
    }
    return true;
}

/* First code of a thread of the schedule. */
static void thread_entry(void *argument)
{
    uint32_t index = (uint32_t)(uintptr_t)argument;
    LC_CHECK(index < playing->thread_count);
    sim_win32_enter_thread();
    if (is_first_of_process(index)) {
        pin_all();
    }
    sim_app_run_thread(playing, index);
    sim_win32_leave_thread();
}

static void start_threads(const struct lc_schedule *schedule)
{
    for (uint32_t process = 0; process < schedule->process_count; process++) {
        record_process(process, false, 0);
    }
    for (uint32_t i = 0; i < schedule->thread_count; i++) {
        uint32_t slot = sim_thread_create(&(struct sim_thread_options){
            .process = schedule->threads[i].process,
            .creator = LC_MODULE_APP,
            .module = LC_MODULE_APP,
            .ref = (uint8_t)i,
            .entry = thread_entry,
            .argument = (void *)(uintptr_t)i,
        });
        LC_CHECK(slot != SIM_NO_THREAD);
    }
}

static uint32_t count_unended(void)
{
    uint32_t count = 0;
    for (uint32_t slot = 0; slot < SIM_ENGINE->thread_count; slot++) {
        uint8_t state = sim_thread_at(slot)->state;
        count += state != SIM_THREAD_DONE && state != SIM_THREAD_FREE;
    }
    return count;
}

static void fill_all_stacks(uint8_t byte)
{
    for (uint32_t slot = 0; slot < SIM_THREADS_MAX; slot++) {
        sim_copy_fill(
            sim_arena_stack_low(slot),
            byte,
            SIM_ARENA_STACK_BYTES - SIM_ARENA_GUARD_BYTES);
    }
}

enum sim_status sim_begin(
    const struct sim_play_options *options,
    struct sim_error *ret_error)
{
    LC_CHECK(sim.is_open);
    LC_CHECK(options->schedule != NULL);
    const struct lc_schedule *schedule = options->schedule;
    ret_error->text[0] = '\0';
    enum sim_status status = set_world(schedule, ret_error);
    if (status != SIM_OK) {
        return status;
    }
    playing = schedule;
    sim_thread_set_exit(process_exit);
    sim_win32_set_dll_main(beside_dll_main);
    sim_host_forget_fault();
    sim_thread_begin_run();
    for (uint32_t i = 0; i < schedule->world.provider_count; i++) {
        if (sim.installed[i].asks_time) {
            /* What it is told later tells the orders before apart. */
            (void)sim_thread_tell_ns();
        }
    }
    if (options->fill_stacks) {
        fill_all_stacks(options->fill_byte);
    }
    struct sim_history *history = SIM_HISTORY;
    history->sink = options->sink;
    history->sink_context = options->sink_context;
    if (options->at_step != NULL || options->is_watched) {
        sim_thread_watch(options->at_step, options->at_step_context, true);
    }
    sim_choice_begin(
        schedule->choices,
        schedule->choice_count,
        options->backer);
    sim_net_begin(&schedule->world);
    sim_fault_begin(schedule->world.faults, options->fault_max);
    sim_win32_begin(schedule->world.page_heap != 0);
    sim_ws2_32_begin(&schedule->world, schedule->process_count);
    start_threads(schedule);
    return SIM_OK;
}

void sim_finish(enum lc_end end, struct sim_result *ret_result)
{
    sim_trace_write((struct lc_record){
        .kind = LC_RECORD_END,
        .process = LC_NONE,
        .caller = LC_MODULE_SYSTEM,
        .callee = LC_MODULE_SYSTEM,
        .function = (uint16_t)end,
        .a = count_unended(),
    });
    *ret_result = (struct sim_result){
        .end = end,
        .record_count = sim_trace_count(),
        .hash = sim_trace_hash(),
        .virtual_ns = sim_thread_now_ns(),
        .step_count = SIM_HISTORY->steps_total,
        .choice_unmet = sim_choice_unmet(),
        .choice_unreached = sim_choice_unreached(),
    };
    ret_result->choices = sim_choice_taken(&ret_result->choice_count);
}

enum sim_status sim_play(
    const struct sim_play_options *options,
    struct sim_result *ret_result,
    struct sim_error *ret_error)
{
    enum sim_status status = sim_begin(options, ret_error);
    if (status == SIM_OK) {
        sim_finish(sim_thread_run(), ret_result);
    }
    return status;
}

void sim_forget(void)
{
    LC_CHECK(sim.is_open);
    sim_thread_begin_run();
    sim_ws2_32_forget();
}

/* ---- What the rest of the program may ask ---- */

void sim_last_fault(struct sim_fault_place *ret_place)
{
    const struct sim_host_fault *fault = sim_host_last_fault();
    memset(ret_place, 0, sizeof *ret_place);
    if (!fault->is_set || fault->module < LC_MODULE_PROVIDER ||
        fault->module >= LC_MODULE_PROVIDER + LC_PROVIDERS_MAX) {
        return;
    }
    memcpy(
        ret_place->module,
        sim.provider_names[fault->module - LC_MODULE_PROVIDER],
        LC_NAME_MAX);
    ret_place->is_import = fault->is_import;
    ret_place->offset_bytes = fault->offset_bytes;
    memcpy(ret_place->symbol, fault->symbol, sizeof ret_place->symbol);
    ret_place->symbol_offset_bytes = fault->symbol_offset_bytes;
}

void sim_watch(uint32_t cpu_seconds)
{
    sim_host_watch(cpu_seconds);
}

static void visit_served(
    void *context,
    const char *dll,
    const struct sim_export *item)
{
    const struct sim_image_visitor *visitor = context;
    struct sim_image_import import = {
        .ordinal = item->ordinal,
        .is_served = true,
    };
    memcpy(import.dll, dll, strlen(dll));
    if (item->name != NULL) {
        memcpy(import.name, item->name, strlen(item->name));
    }
    visitor->on_import(visitor->context, &import);
}

void sim_describe_served(const struct sim_image_visitor *visitor)
{
    struct sim_image_visitor kept = *visitor;
    LC_CHECK(sim.is_open);
    sim_module_each_system(visit_served, &kept);
}

enum sim_status sim_describe_image(
    const char *path,
    const struct sim_image_visitor *visitor,
    struct sim_error *ret_error)
{
    LC_CHECK(sim.is_open);
    const struct sim_host_image *image;
    enum sim_status status =
        sim_host_read(path, &image, ret_error->text, SIM_ERROR_BYTES);
    if (status != SIM_OK) {
        return status;
    }
    const struct sim_host_import *imports;
    uint32_t count = sim_host_imports(image, &imports);
    for (uint32_t i = 0; i < count; i++) {
        struct sim_image_import import = {
            .ordinal = imports[i].ordinal,
            .is_served = imports[i].is_served,
        };
        memcpy(import.dll, imports[i].dll, sizeof import.dll);
        memcpy(import.name, imports[i].name, sizeof import.name);
        visitor->on_import(visitor->context, &import);
    }
    const struct sim_host_export *exports;
    count = sim_host_exports(image, &exports);
    for (uint32_t i = 0; i < count; i++) {
        visitor->on_export(visitor->context, exports[i].name, exports[i].rva);
    }
    return SIM_OK;
}

bool sim_is_time_told(void)
{
    return SIM_ENGINE->is_time_told != 0;
}

uint64_t sim_now_ns(void)
{
    return sim_thread_now_ns();
}

size_t sim_snapshot_size(void)
{
    return sim_snapshot_bytes();
}

bool sim_enabled(struct sim_decision *ret_decision, enum lc_end *ret_end)
{
    return sim_thread_enabled(ret_decision, ret_end);
}

void sim_take(const struct sim_decision *decision, uint32_t index)
{
    sim_thread_take(decision, index);
}

size_t sim_save(void *buffer, size_t capacity)
{
    return sim_snapshot_take(buffer, capacity);
}

void sim_load(const void *buffer)
{
    sim_snapshot_restore(buffer);
}

struct sim_state_key sim_key(const void *extra, size_t extra_bytes)
{
    return sim_snapshot_key(extra, extra_bytes);
}

bool sim_key_split(
    const void *extra,
    size_t extra_bytes,
    uint32_t went,
    struct sim_key_pieces *pieces)
{
    return sim_snapshot_pieces(extra, extra_bytes, went, pieces);
}

struct sim_state_key sim_key_join(const struct sim_key_pieces *pieces)
{
    return sim_snapshot_join(pieces);
}

bool sim_is_hosting(void)
{
    return sim_module_has_hosted();
}
