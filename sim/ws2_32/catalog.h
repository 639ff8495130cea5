/*
 * The catalog: chains, then bases, then one hidden entry of ChainLen 0 for
 * each layer, then what more protocols the bases have. An entry's id is its index plus one. The entries are fixed for a
 * run; installed.h says which of them are there.
 */
#ifndef SIM_WS2_32_CATALOG_H
#define SIM_WS2_32_CATALOG_H

#include <stdbool.h>
#include <stdint.h>

#include "lastcall/abi.h"
#include "lastcall/schedule.h"

struct sim_entry_list;

/** Builds the catalog of a world; nothing is done when it has not changed. */
void sim_catalog_build(const struct lc_world *world);

/** Forgets it, so that it is built anew even for the same world. */
void sim_catalog_forget(void);

/** Number of entries. */
uint32_t sim_catalog_count(void);

/** An entry by index. */
const struct lc_wsaprotocol_infow *sim_catalog_entry(uint32_t index);

/** Module whose DLL an entry's path names, by index. */
uint32_t sim_catalog_module(uint32_t index);

/**
 * Which entry a structure equals byte for byte.
 *
 * Returns: its id, or 0 when it equals none.
 */
uint32_t sim_catalog_same(const struct lc_wsaprotocol_infow *info);

/** The path as the catalog stores it, with %SystemRoot%, by index. */
const lc_wchar *sim_catalog_path(uint32_t index);

/**
 * Imitates WSCGetProviderPath and WPUGetProviderPath.
 *
 * @param list               entries that there are.
 * @param length_characters  in: room; out: length with the end, or the length
 *                           that is needed.
 *
 * Returns: 0, LC_WSAEINVAL or LC_WSAEFAULT.
 * Source:  documented. WPUGetProviderPath: lengths are in characters.
 */
int32_t sim_catalog_get_path(
    const struct sim_entry_list *list,
    const struct lc_guid *provider_id,
    lc_wchar *ret_path,
    int32_t *length_characters);

/** Index by ProviderId, or sim_catalog_count() when there is none. */
uint32_t sim_catalog_find(const struct lc_guid *provider_id);

#endif
