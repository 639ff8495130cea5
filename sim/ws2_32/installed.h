/*
 * Which entries of the catalog are installed, in which order, for the whole
 * machine; and what of it each process sees: the catalog as it was at its
 * WSAStartup from 0 to 1.
 *
 * The entries themselves (catalog.h) are fixed: one that is deinstalled keeps
 * its id, and can be installed again.
 * Source: documented. "Installing transport protocols and service providers",
 *         WSCInstallProvider and its kin (ws2spi.h); the catalogue, 17, X-23.
 */
#ifndef SIM_WS2_32_INSTALLED_H
#define SIM_WS2_32_INSTALLED_H

#include <stdbool.h>
#include <stdint.h>

#include "lastcall/abi.h"

#include "sim/ws2_32/state.h"

/** Installs all entries. When a run begins. */
void sim_installed_begin(void);

/** The machine's list as it is now. */
const struct sim_entry_list *sim_installed(void);

/** What the running process sees: before its first start, the machine's. */
const struct sim_entry_list *sim_installed_view(void);

/** The running process's view becomes the list as it is now, without the chains
 * that have a layer which the application's categories do not permit. */
void sim_installed_look(void);

/**
 * Imitates WSCSetApplicationCategory for the one application that there is:
 * these are permitted, too. Processes that have started before keep what they
 * had (START-20).
 *
 * @param categories  enum lc_category.
 */
void sim_installed_permit(uint32_t categories);

/**
 * Imitates WSCSetProviderInfo with ProviderInfoLspCategories.
 *
 * @param provider    its index in the world.
 * @param categories  enum lc_category.
 *
 * Errors: LC_WSAEINVAL for what is no layer.
 */
enum lc_wsa sim_installed_categorize(uint32_t provider, uint32_t categories);

/** Whether a list has an entry. */
bool sim_installed_has(const struct sim_entry_list *list, uint32_t entry);

/** Whether applications are shown an entry: a base or a chain, not hidden. */
bool sim_installed_is_shown(uint32_t entry);

/** Number of entries that WSAEnumProtocols lists. */
uint32_t sim_installed_selectable(const struct sim_entry_list *list);

/**
 * Imitates WSCInstallProvider: the entry comes last.
 *
 * Errors: LC_WSAEINVAL when it is there, or when a member of its chain
 *         is not (CATALOG-3); LC_WSATRY_AGAIN while another writes.
 */
enum lc_wsa sim_installed_install(uint32_t entry);

/**
 * Imitates WSCInstallProviderAndChains for the layer of a chain: its own entry
 * of ChainLen 0, which comes last, and the chain, which comes first.
 *
 * Errors: as above; LC_WSAEINVAL for what is no chain.
 */
enum lc_wsa sim_installed_install_chain(uint32_t entry);

/**
 * Imitates WSCDeinstallProvider. Chains that the entry is a member of stay
 * (CATALOG-18).
 *
 * Errors: LC_WSAEINVAL when it is not there; LC_WSATRY_AGAIN.
 */
enum lc_wsa sim_installed_remove(uint32_t entry);

/**
 * Imitates WSCWriteProviderOrder.
 *
 * @param entries  ids, borrowed.
 *
 * Errors: LC_WSAEINVAL unless each id that is installed is there once;
 *         LC_WSATRY_AGAIN. Nothing has changed then.
 */
enum lc_wsa sim_installed_order(const uint32_t *ids, uint32_t count);

#endif
