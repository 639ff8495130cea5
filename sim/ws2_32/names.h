/*
 * Name spaces: ws2_32's side. A name-space DLL is loaded at the first lookup or
 * registration in one of its name spaces; each of these is started once per
 * process, and cleaned up by the last WSACleanup. A lookup of an application
 * goes through all name spaces that it is in, one after the other.
 *
 * Source: documented. WSALookupServiceBegin, -Next and -End, WSASetService,
 *         WSAEnumNameSpaceProviders (winsock2.h), WSCInstallNameSpace and its
 *         kin (ws2spi.h); the catalogue, 19.
 *         Assumed: lookups that are open at the last WSACleanup are forgotten,
 *         and their providers get no NSPLookupServiceEnd (NS-8).
 */
#ifndef SIM_WS2_32_NAMES_H
#define SIM_WS2_32_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "lastcall/abi.h"
#include "lastcall/nsp.h"

/** Declares the part. At start-up. */
void sim_names_open(void);

/** Takes the world of the coming run: whether it has a name-space DLL, whose
 * name spaces are all installed then. */
void sim_names_begin(bool has_names, uint32_t process_count);

/** What the running process sees becomes what is installed now. */
void sim_names_look(void);

/** Cleans the name spaces of the running process up. Under ws2_32's lock, when
 * the last WSACleanup has come. */
void sim_names_clean_all(void);

/** Forgets a process that ended. */
void sim_names_process_exit(uint32_t process);

/**
 * Imitates WSALookupServiceBegin for all services of the name spaces.
 *
 * @param space       enum lc_name_space.
 * @param ret_lookup  filled on LC_WSA_OK.
 *
 * Errors: LC_WSASERVICE_NOT_FOUND when there is no such name space; those of
 *         the provider.
 */
enum lc_wsa sim_names_lookup_begin(uint32_t space, uint32_t *ret_lookup);

/**
 * Imitates WSALookupServiceNext.
 *
 * @param ret_service  filled on LC_WSA_OK.
 *
 * Errors: LC_WSA_INVALID_HANDLE, LC_WSA_E_NO_MORE, LC_WSA_E_CANCELLED when the
 *         lookup ends meanwhile; those of the provider.
 * Time:   until the provider has an answer.
 */
enum lc_wsa sim_names_lookup_next(uint32_t handle, uint32_t *ret_service);

/** Imitates WSALookupServiceEnd. Errors: LC_WSA_INVALID_HANDLE. */
enum lc_wsa sim_names_lookup_end(uint32_t handle);

/**
 * Imitates WSASetService for one service.
 *
 * @param operation  enum lc_service_operation.
 *
 * Errors: LC_WSASERVICE_NOT_FOUND when its name space is not there, or the
 *         service is not; others of the provider.
 */
enum lc_wsa sim_names_set_service(uint32_t operation, uint32_t service);

/**
 * Imitates WSAEnumNameSpaceProviders.
 *
 * @param ret_active  filled: how many of them are enabled.
 *
 * Returns: how many name spaces the process sees.
 */
uint32_t sim_names_count(uint32_t *ret_active);

/**
 * Imitates WSCInstallNameSpace, WSCUnInstallNameSpace and WSCEnableNSProvider.
 *
 * @param space   from 0.
 * @param change  enum lc_names_change.
 *
 * Errors: LC_WSAEINVAL when it is there already, or is not.
 */
enum lc_wsa sim_names_change(uint32_t space, uint32_t change);

#endif
