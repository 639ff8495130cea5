#include "sim/engine/module.h"

#include <string.h>

#include "sim/engine/engine.h"
#include "sim/engine/thread.h"

/* Which DLLs the coming runs have. Describes the world, not the run's state:
 * written between runs only. */
const struct sim_module_class *sim_module_classes[LC_MODULE_COUNT];

/* Where they are installed; as above. */
static const char *paths[LC_MODULE_COUNT];

enum {
    POISON_BYTE = 0xdd,
    SYSTEM_TABLES_MAX = 64
};

/* What the DLLs of Windows export. Written at start-up only. */
static struct {
    uint32_t count;

    struct {
        const char *dll;
        const struct sim_export *exports;
        uint32_t export_count;
    } tables[SYSTEM_TABLES_MAX];

    sim_code_fn *(*wrap)(
        uint32_t importer,
        uint32_t target,
        const char *name,
        sim_code_fn *code);
} registry;

void sim_module_set_class(uint32_t module, const struct sim_module_class *class)
{
    LC_CHECK(module < LC_MODULE_COUNT);
    LC_CHECK_IF(class != NULL, class->ops != NULL);
    /* Only the class before knows how its image was laid out. */
    sim_page_reset();
    sim_module_classes[module] = class;
}

bool sim_module_has_hosted(void)
{
    for (uint32_t module = 0; module < LC_MODULE_COUNT; module++) {
        const struct sim_module_class *class = sim_module_class(module);
        if (class != NULL && class->is_hosted) {
            return true;
        }
    }
    return false;
}

void sim_module_set_path(uint32_t module, const char *path)
{
    LC_CHECK(module < LC_MODULE_COUNT);
    paths[module] = path;
}

const char *sim_module_path(uint32_t module)
{
    LC_CHECK(module < LC_MODULE_COUNT);
    return paths[module];
}

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static bool same_name(const char *a, const char *b)
{
    while (*a != '\0' && lower(*a) == lower(*b)) {
        a++;
        b++;
    }
    return *a == *b;
}

uint32_t sim_module_find(const char *path, bool *ret_is_whole)
{
    LC_CHECK(path != NULL);
    for (uint32_t module = 0; module < LC_MODULE_COUNT; module++) {
        if (paths[module] == NULL) {
            continue;
        }
        const char *slash = strrchr(paths[module], '\\');
        bool is_whole = same_name(path, paths[module]);
        if (is_whole || (slash != NULL && same_name(path, slash + 1))) {
            *ret_is_whole = is_whole;
            return module;
        }
    }
    *ret_is_whole = false;
    return LC_MODULE_COUNT;
}

void sim_module_add_system(
    const char *dll,
    const struct sim_export *exports,
    uint32_t export_count)
{
    LC_CHECK(registry.count < SYSTEM_TABLES_MAX);
    LC_CHECK(exports != NULL);
    for (uint32_t i = 0; i < registry.count; i++) {
        if (registry.tables[i].exports == exports) {
            return; /* a second opening of the simulator */
        }
    }
    registry.tables[registry.count].dll = dll;
    registry.tables[registry.count].exports = exports;
    registry.tables[registry.count].export_count = export_count;
    registry.count++;
}

static sim_code_fn *find_in(
    const struct sim_export *exports,
    uint32_t count,
    const char *name,
    uint16_t ordinal)
{
    for (uint32_t i = 0; i < count; i++) {
        bool is_it = name == NULL ? exports[i].ordinal == ordinal
                                  : exports[i].name != NULL &&
                                        strcmp(exports[i].name, name) == 0;
        if (is_it) {
            return exports[i].code;
        }
    }
    return NULL;
}

sim_code_fn *sim_module_find_system(
    const char *dll,
    const char *name,
    uint16_t ordinal)
{
    LC_CHECK(dll != NULL);
    for (uint32_t i = 0; i < registry.count; i++) {
        if (same_name(registry.tables[i].dll, dll)) {
            sim_code_fn *code = find_in(
                registry.tables[i].exports,
                registry.tables[i].export_count,
                name,
                ordinal);
            if (code != NULL) {
                return code;
            }
        }
    }
    return NULL;
}

void sim_module_each_system(
    void (
        *visit)(void *context, const char *dll, const struct sim_export *item),
    void *context)
{
    for (uint32_t i = 0; i < registry.count; i++) {
        for (uint32_t k = 0; k < registry.tables[i].export_count; k++) {
            visit(
                context,
                registry.tables[i].dll,
                &registry.tables[i].exports[k]);
        }
    }
}

bool sim_module_has_system(const char *dll)
{
    for (uint32_t i = 0; i < registry.count; i++) {
        if (same_name(registry.tables[i].dll, dll)) {
            return true;
        }
    }
    return false;
}

void sim_module_set_wrap(sim_code_fn *(*wrap)(
    uint32_t importer,
    uint32_t target,
    const char *name,
    sim_code_fn *code))
{
    registry.wrap = wrap;
}

sim_code_fn *sim_module_wrap(
    uint32_t importer,
    uint32_t target,
    const char *name,
    sim_code_fn *code)
{
    if (registry.wrap == NULL) {
        return code;
    }
    return registry.wrap(importer, target, name, code);
}

int32_t sim_module_references(uint32_t process, uint32_t module)
{
    const struct sim_module *instance = sim_module_at(process, module);
    int32_t sum = 0;
    for (uint32_t loader = 0; loader < LC_MODULE_COUNT; loader++) {
        sum += instance->references[loader];
    }
    return sum;
}

uint32_t sim_module_nth(uint32_t process, uint32_t order)
{
    LC_CHECK(order > 0);
    for (uint32_t left = SIM_ENGINE->mapped_bits[process]; left != 0;
         left &= left - 1) {
        uint32_t module = (uint32_t)__builtin_ctz(left);
        if (sim_module_at(process, module)->order == order) {
            return module;
        }
    }
    return LC_MODULE_COUNT;
}

bool sim_module_is_any_loud(uint32_t process)
{
    for (uint32_t left = SIM_ENGINE->mapped_bits[process]; left != 0;
         left &= left - 1) {
        uint32_t module = (uint32_t)__builtin_ctz(left);
        if (!sim_module_at(process, module)->is_quiet) {
            return true;
        }
    }
    return false;
}

static uint32_t count_mapped(uint32_t process)
{
    uint32_t count = 0;
    while (sim_module_nth(process, count + 1) != LC_MODULE_COUNT) {
        count++;
    }
    return count;
}

bool sim_module_load(
    uint32_t process,
    uint32_t module,
    uint32_t loader,
    bool *ret_mapped)
{
    struct sim_module *instance = sim_module_at(process, module);
    const struct sim_module_class *class = sim_module_classes[module];
    LC_CHECK(loader < LC_MODULE_COUNT);
    if (class == NULL) {
        return false;
    }
    bool must_map = !instance->is_mapped;
    if (must_map) {
        if (!class->ops->map(class, sim_arena_module(process, module))) {
            return false;
        }
        instance->is_mapped = 1;
        instance->is_quiet = class->is_quiet;
        instance->order = (uint8_t)(count_mapped(process) + 1);
        instance->map_count++;
        SIM_ENGINE->mapped_bits[process] |= 1U << module;
        if (class->shared_bytes > 0) {
            SIM_ENGINE->shared_used |= 1U << module;
        }
    }
    instance->references[loader]++;
    *ret_mapped = must_map;
    return true;
}

int32_t sim_module_release(uint32_t process, uint32_t module, uint32_t loader)
{
    struct sim_module *instance = sim_module_at(process, module);
    LC_CHECK(loader < LC_MODULE_COUNT);
    instance->references[loader]--;
    return sim_module_references(process, module);
}

void sim_module_unmap(uint32_t process, uint32_t module)
{
    struct sim_module *instance = sim_module_at(process, module);
    LC_CHECK(instance->is_mapped);
    sim_page_forget_module(process, module);
    instance->is_mapped = 0;
    /* Those behind it move up. */
    uint32_t later = sim_module_nth(process, instance->order + 1U);
    while (later != LC_MODULE_COUNT) {
        struct sim_module *next = sim_module_at(process, later);
        next->order--;
        later = sim_module_nth(process, next->order + 2U);
    }
    instance->order = 0;
    instance->is_quiet = 0;
    sim_module_classes[module]->ops->unmap(
        sim_module_classes[module],
        sim_arena_module(process, module));
}

bool sim_module_of(
    const void *address,
    uint32_t *ret_process,
    uint32_t *ret_module)
{
    uint64_t at = (uint64_t)(uintptr_t)address;
    if (at < SIM_ARENA_MODULE || at >= SIM_ARENA_HEAP) {
        return false;
    }
    uint64_t slot = (at - SIM_ARENA_MODULE) / SIM_ARENA_MODULE_BYTES;
    *ret_process = (uint32_t)(slot / SIM_ARENA_MODULES_PER_PROCESS);
    *ret_module = (uint32_t)(slot % SIM_ARENA_MODULES_PER_PROCESS);
    return true;
}

uint32_t sim_module_globals_used(uint32_t process, uint32_t module)
{
    const struct sim_module_class *class = sim_module_class(module);
    LC_CHECK(class != NULL);
    if (class->globals_used == NULL ||
        !sim_module_at(process, module)->is_mapped) {
        return class->globals_bytes;
    }
    uint32_t used = class->globals_used(sim_arena_module(process, module));
    LC_CHECK(used <= class->globals_bytes);
    return used;
}

void *sim_module_globals(void)
{
    uint32_t process = sim_thread_process();
    uint32_t module = sim_thread_module();
    LC_CHECK(process != LC_NONE);
    LC_CHECK(module >= LC_MODULE_PROVIDER);
    return sim_arena_module(process, module);
}

void *sim_module_shared(void)
{
    uint32_t module = sim_thread_module();
    LC_CHECK(sim_module_classes[module] != NULL);
    LC_CHECK(sim_module_classes[module]->shared_bytes > 0);
    return (
        void *)(uintptr_t)(SIM_ARENA_SHARED + module * SIM_ARENA_SHARED_BYTES);
}

static bool builtin_map(
    const struct sim_module_class *class,
    unsigned char *slot)
{
    memset(slot, 0, class->globals_bytes);
    return true;
}

static void builtin_unmap(
    const struct sim_module_class *class,
    unsigned char *slot)
{
    memset(slot, POISON_BYTE, class->globals_bytes);
}

static sim_code_fn *builtin_export_find(
    const struct sim_module_class *class,
    unsigned char *slot,
    const char *name,
    uint16_t ordinal)
{
    (void)slot;
    return find_in(class->exports, class->export_count, name, ordinal);
}

static bool builtin_dll_main(
    const struct sim_module_class *class,
    unsigned char *slot,
    uint32_t reason,
    bool process_ends)
{
    (void)slot;
    return class->attach == NULL || class->attach(reason, process_ends);
}

static uint32_t builtin_ranges(
    const struct sim_module_class *class,
    bool is_whole,
    const struct sim_range **ret_ranges)
{
    (void)class;
    LC_CHECK(!is_whole);
    *ret_ranges = NULL;
    return 0;
}

const struct sim_module_ops sim_module_builtin = {
    .map = builtin_map,
    .unmap = builtin_unmap,
    .export_find = builtin_export_find,
    .dll_main = builtin_dll_main,
    .ranges = builtin_ranges,
};
