/*
 * I/O completion ports: packets in the order in which they were posted, and
 * which port a file is tied to. The only files are sockets.
 * Source: documented. CreateIoCompletionPort, GetQueuedCompletionStatus,
 *         PostQueuedCompletionStatus (ioapiset.h). Assumed: an operation tells
 *         the port that its file was tied to when it began.
 */
#ifndef SIM_WIN32_PORT_H
#define SIM_WIN32_PORT_H

#include <stdbool.h>
#include <stdint.h>

#include "lastcall/abi.h"

/** Declares the part. At start-up. */
void sim_port_open(void);

/** Says at start-up who knows what a file is, of the running process. */
void sim_port_set_is_file(bool (*asked)(uint64_t handle));

struct sim_port_packet {
    uint64_t key;
    uint64_t overlapped;
    uint32_t bytes;
    uint32_t error;
};

/**
 * The port that a file of the running process is tied to.
 *
 * @param ret_key  filled when there is one.
 *
 * Returns: a name for sim_port_post(), good whatever becomes of handles; 0:
 *          none.
 */
uint64_t sim_port_of(uint64_t file, uint64_t *ret_key);

/** Posts a packet, unless the port is gone. No yield point. */
void sim_port_post(uint64_t name, const struct sim_port_packet *packet);

/** A file's handle is closed, or its value given out anew. */
void sim_port_forget(uint32_t process, uint64_t file);

/** Forgets all of a process that ended. */
void sim_port_process_exit(uint32_t process);

lc_handle LC_ABI sim_win32_create_io_completion_port(
    lc_handle file,
    lc_handle existing,
    uintptr_t key,
    uint32_t thread_count);
int LC_ABI sim_win32_get_queued_completion_status(
    lc_handle handle,
    uint32_t *ret_bytes,
    uintptr_t *ret_key,
    struct lc_wsaoverlapped **ret_overlapped,
    uint32_t timeout_ms);
int LC_ABI sim_win32_post_queued_completion_status(
    lc_handle handle,
    uint32_t bytes,
    uintptr_t key,
    struct lc_wsaoverlapped *overlapped);

#endif
