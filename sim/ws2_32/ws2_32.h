/*
 * ws2_32 under simulation: start-up counts, catalog, provider loading, handle
 * table, upcalls, probes, and the calls that applications make.
 *
 * Each process has its own. WSAStartup, WSACleanup and the start of a provider
 * are serialised by a lock per process. A call goes into a provider only while
 * the process is started and the life it began in has not ended; a provider's
 * DLL is given back when the last call has come out of it.
 */
#ifndef SIM_WS2_32_WS2_32_H
#define SIM_WS2_32_WS2_32_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lastcall/abi.h"
#include "lastcall/schedule.h"

/** Declares the part, makes the probes, registers the exports. At start-up. */
void sim_ws2_32_open(void);

/** Takes the world of the coming run, and of how many processes: builds the
 * catalog. */
void sim_ws2_32_begin(const struct lc_world *world, uint32_t process_count);

/** Forgets the catalog: the next run builds it anew. */
void sim_ws2_32_forget(void);

/** Forgets a process that ended. */
void sim_ws2_32_process_exit(uint32_t process);

/**
 * Imitates WSAStartup.
 *
 * @param version   highest version that the caller knows: 0x0202 is 2.2.
 * @param ret_data  filled when not NULL.
 *
 * Returns: LC_WSA_OK, LC_WSAVERNOTSUPPORTED, LC_WSAEFAULT.
 * Time:    waits while the process's last cleanup is under way.
 * Source:  documented. WSAStartup, version table and Remarks.
 */
enum lc_wsa sim_wsa_startup(uint16_t version, struct lc_wsadata *ret_data);

/**
 * Imitates WSACleanup: the last one cleans the providers up and gives their
 * DLLs back.
 *
 * Returns: LC_WSA_OK, LC_WSANOTINITIALISED.
 * Source:  documented. WSACleanup, Remarks.
 */
enum lc_wsa sim_wsa_cleanup(void);

/**
 * Imitates socket and WSASocket.
 *
 * @param entry       index of the catalog entry whose protocol information is
 *                    given, or LC_NONE for the first that matches.
 * @param triplet     family, type and protocol, triplet.h.
 * @param ret_socket  filled on LC_WSA_OK.
 *
 * Source: documented. WSASocketW, Remarks and Return value.
 */
enum lc_wsa sim_wsa_socket(
    uint32_t entry,
    uint32_t triplet,
    lc_socket *ret_socket);

/* The calls on a socket. Each returns LC_WSA_OK or the error code of the
 * provider; LC_WSANOTINITIALISED and LC_WSAENOTSOCK come from ws2_32.
 * Source: documented. The page of the function that the name imitates. */
enum lc_wsa sim_wsa_connect(lc_socket socket);
enum lc_wsa sim_wsa_send(
    lc_socket socket,
    const unsigned char *bytes,
    uint32_t size_bytes,
    uint32_t *ret_sent);
/* The buffer's description is poisoned. LC_WSA_IO_PENDING: it has begun. */
enum lc_wsa sim_wsa_send_overlapped(
    lc_socket socket,
    struct lc_wsabuf *buffer,
    struct lc_wsaoverlapped *overlapped,
    lc_overlapped_completion_fn *routine);
enum lc_wsa sim_wsa_get_overlapped_result(
    lc_socket socket,
    struct lc_wsaoverlapped *overlapped,
    bool wait,
    uint32_t *ret_bytes);
enum lc_wsa sim_wsa_shutdown(lc_socket socket, uint32_t how);
enum lc_wsa sim_wsa_set_option(
    lc_socket socket,
    int32_t option,
    const void *value,
    uint32_t size_bytes);
enum lc_wsa sim_wsa_set_nonblocking(lc_socket socket, uint32_t on);
enum lc_wsa sim_wsa_close(lc_socket socket);

/**
 * A DllMain of the running module calls Winsock, which it must not.
 *
 * @param call  LC_CALL_WSASTARTUP or LC_CALL_WSACLEANUP.
 */
void sim_app_call_in_dll_main(enum lc_call call);

/** Runs a thread of the schedule: makes its calls one after the other. */
void sim_app_run_thread(
    const struct lc_schedule *schedule,
    uint32_t thread_index);

#endif
