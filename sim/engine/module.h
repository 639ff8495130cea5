/*
 * The registry of modules: which DLLs there are, what they export, and their
 * instances in each process. win32, ws2_32 and host register with it and find
 * each other through it. The engine knows nothing of what a module is for.
 */
#ifndef SIM_ENGINE_MODULE_H
#define SIM_ENGINE_MODULE_H

#include <stdbool.h>
#include <stdint.h>

#include "lastcall/check.h"
#include "lastcall/limits.h"
#include "lastcall/trace.h"

#include "sim/engine/arena.h"

/* Address of code. Cast to the function's true type before it is called. */
typedef void sim_code_fn(void);

struct sim_export {
    const char *name; /* NULL: by ordinal only */
    uint16_t ordinal; /* 0: by name only */
    sim_code_fn *code;
};

struct sim_module_class;
struct sim_image_ops;

/* What differs between a built-in and a hosted image. All take the instance's
 * slot (its HMODULE). */
struct sim_module_ops {
    /* Makes the slot's writable data fresh. Returns false when it can't. */
    bool (*map)(const struct sim_module_class *class, unsigned char *slot);
    /* Poisons the slot's writable data. */
    void (*unmap)(const struct sim_module_class *class, unsigned char *slot);
    /* An export by name, or by ordinal when name is NULL. NULL: none. */
    sim_code_fn *(*export_find)(
        const struct sim_module_class *class,
        unsigned char *slot,
        const char *name,
        uint16_t ordinal);
    /* Runs DllMain on the calling fiber. Returns its result. */
    bool (*dll_main)(
        const struct sim_module_class *class,
        unsigned char *slot,
        uint32_t reason,
        bool process_ends);
    /* Ranges of the slot that a run can change, for snapshots: with is_whole
     * set the whole image is one of them. Returns their number. */
    uint32_t (*ranges)(
        const struct sim_module_class *class,
        bool is_whole,
        const struct sim_range **ret_ranges);
    const struct sim_image_ops *image; /* NULL: the module has no pages */
};

/* Of modules whose code and data lie in the slot, as pages. */
struct sim_image_ops {
    /* Bytes of the image, whole pages, from the slot on. */
    uint32_t (*size_bytes)(const struct sim_module_class *class);
    /* What the page at an offset may be used for as laid out: enum sim_access
     * of page.h. */
    uint32_t (
        *access)(const struct sim_module_class *class, uint32_t offset_bytes);
    /* Makes all pages readable and writable, and gives them back what they
     * were laid out with. */
    void (*open)(const struct sim_module_class *class, unsigned char *slot);
    void (*close)(const struct sim_module_class *class, unsigned char *slot);
    /* Writes an open image as it was before the first run. */
    void (*lay_out)(const struct sim_module_class *class, unsigned char *slot);
};

/* A module, described once per run; the same in all processes. */
struct sim_module_class {
    const struct sim_module_ops *ops;
    const struct sim_export *exports;
    uint32_t export_count;
    uint32_t globals_bytes; /* built-ins: their one structure of globals */
    /* Bytes of it, from the beginning, behind which all is zero. NULL: all. */
    uint32_t (*globals_used)(const void *globals);
    uint32_t shared_bytes; /* data common to all processes; 0: none */
    /* Built-ins: DllMain, run with the module as what is running. Returns
     * false to fail an attach. NULL: none. */
    bool (*attach)(uint32_t reason, bool process_ends);
    bool is_quiet; /* it is not told of threads that come and go */
    bool is_hosted;
    const void *context; /* borrowed; host's image description */
};

/* An instance: a module in a process. In the arena. */
struct sim_module {
    uint8_t is_mapped;
    uint8_t is_whole;   /* all of its image is data: see page.h */
    uint8_t is_quiet;   /* it is not told of threads that come and go */
    uint8_t order;      /* of those that are mapped the n-th, from 1 */
    uint32_t map_count; /* how often it was mapped */
    int32_t references[LC_MODULE_COUNT]; /* by loader (enum lc_module) */
};

_Static_assert(
    sizeof(struct sim_module) == 8 + LC_MODULE_COUNT * sizeof(int32_t),
    "no byte without a name: it goes into keys");

/**
 * Describes a module for the coming runs; a later call replaces it.
 *
 * @param module  enum lc_module.
 * @param class   borrowed; NULL: there is no such module.
 */
void sim_module_set_class(
    uint32_t module,
    const struct sim_module_class *class);

/**
 * Bytes of a built-in module's globals that are in use: those that went with
 * it when it was unmapped are poisoned, all of them.
 */
uint32_t sim_module_globals_used(uint32_t process, uint32_t module);

/* The DLLs of the coming runs. For sim_module_class() alone. */
extern const struct sim_module_class *sim_module_classes[LC_MODULE_COUNT];

/** The description of a module, or NULL. */
static inline const struct sim_module_class *sim_module_class(uint32_t module)
{
    LC_CHECK(module < LC_MODULE_COUNT);
    return sim_module_classes[module];
}

/** Whether one of them is hosted: code that was not written here. */
bool sim_module_has_hosted(void);

/** Sum of the references of all loaders. */
int32_t sim_module_references(uint32_t process, uint32_t module);

/**
 * Maps the module if it is not, and counts a reference of the loader. Does not
 * run DllMain.
 *
 * @param ret_mapped  filled; whether this call mapped it.
 *
 * Returns: false when there is no such module or its image can't be mapped.
 */
LC_MUST_USE bool sim_module_load(
    uint32_t process,
    uint32_t module,
    uint32_t loader,
    bool *ret_mapped);

/**
 * Gives back a reference of the loader. Does not unmap: see sim_module_unmap.
 *
 * Returns: the references of all loaders that are left.
 */
int32_t sim_module_release(uint32_t process, uint32_t module, uint32_t loader);

/**
 * The modules that are mapped, in the order in which they were.
 *
 * @param order  the n-th of them, from 1.
 *
 * Returns: enum lc_module, or LC_MODULE_COUNT when there are fewer.
 */
uint32_t sim_module_nth(uint32_t process, uint32_t order);

/** Whether a module is mapped that is told of threads that come and go. */
bool sim_module_is_any_loud(uint32_t process);

/** Unmaps a module: its writable data is poisoned. */
void sim_module_unmap(uint32_t process, uint32_t module);

/**
 * Which module an address belongs to: the slot it lies in.
 *
 * Returns: whether it is in a module slot of any process.
 */
bool sim_module_of(
    const void *address,
    uint32_t *ret_process,
    uint32_t *ret_module);

/**
 * Says under which path a module is installed, for the coming runs.
 *
 * @param path  borrowed; the expanded Windows path, ASCII. NULL: none.
 */
void sim_module_set_path(uint32_t module, const char *path);

/** The path a module is installed under, or NULL. */
const char *sim_module_path(uint32_t module);

/**
 * Finds a module by a path, as LoadLibrary takes it: whole, or a bare file
 * name. Case does not matter.
 *
 * @param ret_is_whole  filled; whether the whole path was given.
 *
 * Returns: enum lc_module, or LC_MODULE_COUNT when there is none.
 */
uint32_t sim_module_find(const char *path, bool *ret_is_whole);

/**
 * Registers, at start-up, what a DLL of Windows itself exports. Several tables
 * may share one name.
 *
 * @param dll      borrowed; lower case, with its ending: "kernel32.dll".
 * @param exports  borrowed.
 */
void sim_module_add_system(
    const char *dll,
    const struct sim_export *exports,
    uint32_t export_count);

/** An export of a DLL of Windows, by name or by ordinal. NULL: not served. */
sim_code_fn *sim_module_find_system(
    const char *dll,
    const char *name,
    uint16_t ordinal);

/** Goes through all that DLLs of Windows export, by table. */
void sim_module_each_system(
    void (
        *visit)(void *context, const char *dll, const struct sim_export *item),
    void *context);

/** Whether any table is registered under this name. */
bool sim_module_has_system(const char *dll);

/**
 * Says at start-up who puts a probe in front of what GetProcAddress finds.
 *
 * @param wrap  gets the importer and the target (enum lc_module), the name
 *              and what the target exports; returns what the importer gets.
 */
void sim_module_set_wrap(sim_code_fn *(*wrap)(
    uint32_t importer,
    uint32_t target,
    const char *name,
    sim_code_fn *code));

/** What the importer gets for an export. */
sim_code_fn *sim_module_wrap(
    uint32_t importer,
    uint32_t target,
    const char *name,
    sim_code_fn *code);

/** The globals of the module whose code is running: its slot. */
void *sim_module_globals(void);

/** The data that the running module shares between all processes. */
void *sim_module_shared(void);

/** The operations of modules that are compiled in. */
extern const struct sim_module_ops sim_module_builtin;

#endif
