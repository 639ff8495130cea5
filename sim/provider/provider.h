/*
 * The built-in providers, correct by intent. Each is entered by its exported
 * WSPStartup only and keeps its globals in one structure that is fresh at each
 * load, as a DLL does.
 *
 * A planted bug is the same source, patched and compiled under another name:
 * SIM_VARIANT is then the name of the bug.
 */
#ifndef SIM_PROVIDER_PROVIDER_H
#define SIM_PROVIDER_PROVIDER_H

#include "sim/engine/module.h"

#define SIM_PROVIDER_JOIN2(a, b) a##__##b
#define SIM_PROVIDER_JOIN(a, b)  SIM_PROVIDER_JOIN2(a, b)

/* Name of a built-in's description, in its own source file. */
#ifdef SIM_VARIANT
#    define SIM_PROVIDER_NAME(name) SIM_PROVIDER_JOIN(name, SIM_VARIANT)
#else
#    define SIM_PROVIDER_NAME(name) name
#endif

/** base.c: a stream provider over sim/net, with IFS handles. */
extern const struct sim_module_class sim_provider_base;

/** ifs.c: a layer that passes everything through. */
extern const struct sim_module_class sim_provider_ifs;

/** nonifs.c: a layer with handles of its own that passes everything through. */
extern const struct sim_module_class sim_provider_nonifs;

/** names.c: a DLL that serves the name spaces of a world. */
extern const struct sim_module_class sim_provider_names;

enum {
    LC_PROVIDER_NAMES = LC_PROVIDER_KIND_COUNT /* the kind of names.c */
};

/* A planted bug: which built-in its variant takes the place of. */
struct sim_provider_plant {
    const char *name;
    uint8_t kind; /* enum lc_provider_kind, or that of names.c */
    const struct sim_module_class *class;
};

/** Planted bugs of this build, generated; the last one's name is NULL. */
extern const struct sim_provider_plant sim_provider_plants[];

#endif
