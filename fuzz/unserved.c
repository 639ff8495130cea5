#include "fuzz/unserved.h"

#include <string.h>

#include "lastcall/check.h"

void fuzz_unserved_add(
    struct fuzz_unserved *unserved,
    const char *name,
    uint64_t schedules)
{
    size_t length = strlen(name);
    uint32_t at = 0;
    LC_CHECK(length < sizeof unserved->imports[0].name);
    while (at < unserved->count &&
           strcmp(unserved->imports[at].name, name) != 0) {
        at++;
    }
    if (at == FUZZ_UNSERVED_MAX) {
        unserved->is_full = true;
        return;
    }
    if (at == unserved->count) {
        memcpy(unserved->imports[at].name, name, length + 1);
        unserved->imports[at].schedules = 0;
        unserved->count++;
    }
    unserved->imports[at].schedules += schedules;
}

void fuzz_unserved_note(
    struct fuzz_unserved *unserved,
    const struct fuzz_outcome *outcome)
{
    struct sim_fault_place place;
    if (outcome->verdict.kind == LC_VERDICT_UNSPECIFIED &&
        outcome->result.end == LC_END_FAULT) {
        sim_last_fault(&place);
        if (place.is_import) { /* or anything, behind a hostile act */
            fuzz_unserved_add(unserved, place.symbol, 1);
        }
    }
}

void fuzz_unserved_merge(
    struct fuzz_unserved *unserved,
    const struct fuzz_unserved *more)
{
    unserved->is_full |= more->is_full;
    for (uint32_t i = 0; i < more->count; i++) {
        fuzz_unserved_add(
            unserved,
            more->imports[i].name,
            more->imports[i].schedules);
    }
}

const struct fuzz_unserved_import *fuzz_unserved_most(
    const struct fuzz_unserved *unserved)
{
    const struct fuzz_unserved_import *most = NULL;
    for (uint32_t i = 0; i < unserved->count; i++) {
        const struct fuzz_unserved_import *one = &unserved->imports[i];
        if (most == NULL || one->schedules > most->schedules ||
            (one->schedules == most->schedules &&
             strcmp(one->name, most->name) < 0)) {
            most = one;
        }
    }
    return most;
}
