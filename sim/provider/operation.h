/*
 * The overlapped operations of a layer with handles of its own. Each of the
 * client's has one of the layer's below it, with a structure of its own; a
 * worker thread takes the packets of those that are through from a completion
 * port, and completes the client's by WPUCompleteOverlappedRequest.
 *
 * The port and the thread are made for the first operation. A last cleanup
 * tells of nothing any more: sim_operations_drop().
 *
 * Source: documented. WPUCompleteOverlappedRequest (ws2spi.h); the catalogue,
 *         OVL-2, -3, -16, -17, LAYER-21, -22.
 */
#ifndef SIM_PROVIDER_OPERATION_H
#define SIM_PROVIDER_OPERATION_H

#include <stdbool.h>

#include "lastcall/abi.h"

#include "sim/win32/win32.h"

/* One that is under way. */
struct sim_operation {
    struct sim_operation *next;
    struct lc_wsaoverlapped below; /* what the next provider works on */
    struct lc_wsaoverlapped *client;
    lc_socket handle; /* the client's */
    lc_handle done;   /* event: the client has been told, or never will be */
    uint32_t users;   /* those who wait, plus 1 while it is listed */
    bool is_taken;    /* somebody tells of it, or has */
    uintptr_t before; /* the client's status before it began */
};

/* All of a layer in a process. */
struct sim_operations {
    struct lc_critical_section lock;
    lc_handle heap;
    lc_handle port;
    lc_handle worker;
    struct sim_operation *first;
    bool is_over; /* nobody is told any more */
};

/** At the layer's DLL_PROCESS_ATTACH and DLL_PROCESS_DETACH. */
void sim_operations_attach(struct sim_operations *operations);
void sim_operations_detach(struct sim_operations *operations);

/** What an operation is about. */
struct sim_operation_options {
    lc_socket handle;                /* the client's */
    lc_socket below;                 /* the next provider's */
    struct lc_wsaoverlapped *client; /* its structure */
    bool *is_tied; /* whether `below` is tied to the port: in, out */
};

/**
 * Begins one: the next provider is to get its `below`.
 *
 * Errors: LC_WSA_INVALID_HANDLE, LC_WSAENOBUFS. Nothing has begun then.
 */
enum lc_wsa sim_operation_begin(
    struct sim_operations *operations,
    const struct sim_operation_options *options,
    struct sim_operation **ret_operation);

/** The next provider has refused it: it has never begun. */
void sim_operation_undo(
    struct sim_operations *operations,
    struct sim_operation *operation);

/** Waits until the client has been told of its operation, if it is under
 * way. */
void sim_operation_wait(
    struct sim_operations *operations,
    const struct lc_wsaoverlapped *client);

/** The same for all operations of a handle. */
void sim_operation_wait_all(
    struct sim_operations *operations,
    lc_socket handle);

/** A last cleanup: of what is under way, and of what follows, only the status
 * changes. Who waits for it goes on. */
void sim_operations_drop(struct sim_operations *operations);

/** Ends the worker thread. Nothing is completed any more. */
void sim_operations_stop(struct sim_operations *operations);

/** Gives back what is left, when no next provider works on it any more. */
void sim_operations_free(struct sim_operations *operations);

#endif
