#include "tools/surface_shim.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/sim.h"
#include "tools/output.h"

enum {
    SERVED_MAX = 1024,
    NAME_BYTES = 208, /* of a DLL, and a function of it */
    DLLS_MAX = 32,
    DLL_BYTES_MAX = 1 << 22
};

static struct {
    char names[SERVED_MAX][NAME_BYTES];
    const char *by[SERVED_MAX];
    uint32_t count;
} served;

static struct {
    struct dirent **entries;
    int count;
} dlls;

static unsigned char dll[DLL_BYTES_MAX];

static void on_served(void *context, const struct sim_image_import *import)
{
    (void)context;
    if (import->name[0] != '\0') {
        LC_CHECK(served.count < SERVED_MAX);
        (void)snprintf(
            served.names[served.count],
            NAME_BYTES,
            "%s %s",
            import->dll,
            import->name);
        served.count++;
    }
}

static int is_dll(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    return length > 4 && strcmp(entry->d_name + length - 4, ".dll") == 0;
}

/* What a DLL reaches has its name there, and nothing else around it. */
static void note_reached(size_t bytes, const char *name)
{
    for (uint32_t i = 0; i < served.count; i++) {
        size_t size = strlen(served.names[i]) + 1;
        if (served.by[i] == NULL &&
            memmem(dll, bytes, served.names[i], size) != NULL) {
            served.by[i] = name;
        }
    }
}

static bool read_dll(const char *folder, const char *name)
{
    char path[1024];
    int length = snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = length < (int)sizeof path ? fopen(path, "rbe") : NULL;
    size_t bytes = file == NULL ? 0 : fread(dll, 1, sizeof dll, file);
    bool good = file != NULL && ferror(file) == 0 && bytes < sizeof dll;
    if (file != NULL) {
        (void)fclose(file);
    }
    if (!good) {
        tool_output_error("surface: %s/%s: cannot be read", folder, name);
        return false;
    }
    note_reached(bytes, name);
    return true;
}

bool tool_surface_shim_read(const char *folder)
{
    const struct sim_image_visitor visitor = { .on_import = on_served };
    sim_describe_served(&visitor);
    dlls.count = scandir(folder, &dlls.entries, is_dll, alphasort);
    if (dlls.count <= 0) {
        tool_output_error("surface: %s: no DLL can be read there", folder);
        return false;
    }
    bool good = true;
    for (int i = 0; i < dlls.count && good; i++) {
        good = read_dll(folder, dlls.entries[i]->d_name);
    }
    return good;
}

uint32_t tool_surface_shim_count(void)
{
    return served.count;
}

const char *tool_surface_shim_name(uint32_t item)
{
    LC_CHECK(item < served.count);
    return served.names[item];
}

const char *tool_surface_shim_reached_by(uint32_t item)
{
    LC_CHECK(item < served.count);
    return served.by[item];
}
