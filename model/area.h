/*
 * The areas of the catalogue: one step function per file, called by model.c
 * with each record of the kinds that the area looks at. Inside model/ only.
 *
 * Every function here borrows its arguments. Call records of the SPI are seen
 * before the call is opened, return records before it is closed.
 */
#ifndef MODEL_AREA_H
#define MODEL_AREA_H

#include "model/model.h"
#include "model/track.h"

/** WSAStartup's count per process. API_CALL, API_RETURN, PROCESS. */
void model_start_step(struct model *model, const struct model_event *event);

/**
 * Versions, and what becomes of a provider that can't be started. LOAD,
 * PROC_ADDRESS, SPI_CALL, SPI_RETURN, API_RETURN.
 */
void model_version_step(struct model *model, const struct model_event *event);

/** WSPStartup's count per provider. SPI_CALL, SPI_RETURN, UPCALL_CALL. */
void model_count_step(struct model *model, const struct model_event *event);

/**
 * Counts a provider call that has just been opened.
 *
 * @param model  borrowed.
 * @param event  borrowed; an SPI_CALL.
 * @param frame  borrowed; the open call, whose flags are filled.
 */
void model_count_open(
    struct model *model,
    const struct model_event *event,
    struct model_frame *frame);

/** What a WSACleanup and a WSPCleanup may and must do. Most kinds. */
void model_clean_step(struct model *model, const struct model_event *event);

/** The moment when nothing of a process's Winsock is in use any more. */
void model_clean_quiet(struct model *model, const struct model_event *event);

/**
 * The final WSPCleanup of a provider has returned.
 *
 * @param model  borrowed.
 * @param event  borrowed; its callee is the provider.
 */
void model_clean_final(struct model *model, const struct model_event *event);

/** closesocket and what may not follow. API_CALL, API_RETURN, WAIT. */
void model_close_step(struct model *model, const struct model_event *event);

/** Overlapped operations. OVERLAPPED, API_CALL, API_RETURN, SPI_CALL,
 * PROCESS. */
void model_overlapped_step(
    struct model *model,
    const struct model_event *event);

/**
 * Whether another thread has a send on a connection whose status is not known:
 * that thread may have ended, and what was not sent of it is lost.
 *
 * @param self        borrowed.
 * @param connection  index.
 */
bool model_overlapped_of_others(
    const struct model *model,
    const struct model_thread *self,
    uint8_t connection);

/**
 * Whether an operation has begun, and nobody but the peer can end it.
 *
 * @param number  from 1, as WSASend's record has it.
 */
bool model_overlapped_is_pending(const struct model *model, uint32_t number);

/**
 * The application got bytes: they stand in the peer's stream.
 *
 * @param record   its d says where.
 * @param connection  borrowed.
 * @param is_alone    nobody else received on it meanwhile: they are the last
 *                    ones that it has given.
 */
void model_receive_place(
    struct model *model,
    const struct lc_record *record,
    uint64_t bytes,
    const struct model_connection *connection,
    bool is_alone);

/** A receive begins on a connection, of a call or of an operation: it and those
 * that are under way there may get each other's bytes.
 *
 * @param self       the call's thread, or NULL.
 * @param operation  or NULL.
 */
void model_wsarecv_mix(
    struct model *model,
    uint8_t connection,
    struct model_thread *self,
    struct model_operation *operation);

/** The call of an overlapped receive ends. */
void model_wsarecv_call_ends(
    struct model *model,
    const struct model_event *event);

/** The status of an overlapped receive is known. */
void model_wsarecv_through(
    struct model *model,
    const struct lc_record *record,
    const struct model_operation *operation);

/** The final WSACleanup of a process has returned. */
void model_overlapped_over(struct model *model, uint8_t process);

/** The linger table of the catalogue, 6.1. API_RETURN, WAIT. */
void model_linger_step(struct model *model, const struct model_event *event);

/**
 * The rule that a close breaks which does not do what its linger says.
 *
 * @param connection  borrowed.
 */
enum model_rule_index model_linger_blame(
    const struct model_connection *connection);

/** The catalog. API_CALL, API_RETURN, SPI_CALL, CATALOG. */
void model_catalog_step(struct model *model, const struct model_event *event);

/**
 * Name spaces. PROCESS, NAMES, NSP_CALL, NSP_RETURN, API_CALL, API_RETURN; LOAD, UNLOAD,
 * CREATE, DESTROY, LOCK, THREAD of the name-space DLL. An API_RETURN before the
 * call is closed.
 */
void model_names_step(struct model *model, struct model_event *event);

/**
 * Takes the world.
 *
 * @param model  borrowed, fresh.
 */
void model_names_init(struct model *model, bool has_names);

/** A process has come to the end of its last WSACleanup, and rests. */
void model_names_quiet(struct model *model, const struct model_event *event);
/** ws2_32 has taken an entry for a socket. SPI_CALL of WSPSocket by it. */
void model_select_call(struct model *model, const struct model_event *event);

/** A socket call has returned. API_RETURN. */
void model_select_end(struct model *model, const struct model_event *event);

/** Loading and unloading. CATALOG, FAIL, LOAD, UNLOAD, PROC_ADDRESS, STRAY. */
void model_load_step(struct model *model, const struct model_event *event);

/** Chains: who calls whom, with what. SPI_CALL. */
void model_layer_step(struct model *model, const struct model_event *event);

/** Objects, threads and locks. CREATE, DESTROY, THREAD, LOCK. */
void model_resource_step(struct model *model, const struct model_event *event);

/**
 * A provider's life begins: what is there now is not its.
 *
 * @param provider  borrowed.
 */
void model_resource_begin(struct model_provider *provider);

/**
 * Holds the census of a provider whose final WSPCleanup is over.
 *
 * @param model  borrowed.
 * @param event  borrowed; its callee is the provider.
 */
void model_resource_census(
    struct model *model,
    const struct model_event *event);

/** Handles of both classes. HANDLE, UPCALL_*, SPI_*; before the descriptors. */
void model_handle_step(struct model *model, const struct model_event *event);

/**
 * The final WSPCleanup of a provider has returned: its handles.
 *
 * @param model  borrowed.
 * @param event  borrowed; its callee is the provider.
 */
void model_handle_final(struct model *model, const struct model_event *event);
/** What calls receive, and the ends of one direction. API_CALL, API_RETURN, WAIT
 * that ends, HANDLE. */
void model_receive_step(struct model *model, const struct model_event *event);

/**
 * What comes from the peer. WIRE.
 *
 * @param connection  borrowed; that of the record.
 */
void model_receive_wire(
    struct model *model,
    const struct model_event *event,
    struct model_connection *connection);

/**
 * Whether a thread waits in a call for what only the peer can do, and does not.
 *
 * @param thread  borrowed.
 */
bool model_receive_waits_for_peer(
    const struct model *model,
    const struct model_thread *thread);

/**
 * Whether a thread waits in a call on a socket that was closed.
 *
 * @param thread  borrowed.
 */
bool model_receive_was_closed(
    const struct model *model,
    const struct model_thread *thread);

/** Whether a connection is a socket for datagrams. */
bool model_datagram_is(const struct model_connection *connection);

/**
 * Datagrams, and what becomes of them. WIRE.
 *
 * @param connection  borrowed; that of the record.
 */
void model_datagram_wire(
    struct model *model,
    const struct model_event *event,
    struct model_connection *connection);

/** A call on such a socket begins. */
void model_datagram_begins(
    struct model_thread *thread,
    struct model_connection *connection);

/**
 * A send on such a socket returns, a receive, and one that sets SO_LINGER.
 *
 * @param calm  the documents say what it may return.
 */
void model_datagram_sent(
    struct model *model,
    const struct model_event *event,
    const struct model_connection *connection,
    bool calm);
void model_datagram_received(
    struct model *model,
    const struct model_event *event,
    const struct model_connection *connection,
    bool calm);
void model_datagram_lingers(
    struct model *model,
    const struct model_event *event,
    bool calm);

/** Sockets that listen. API_CALL, API_RETURN, CONDITION, SPI_RETURN. */
void model_accept_step(struct model *model, const struct model_event *event);

/**
 * Requests, and what becomes of them. WIRE.
 *
 * @param connection  borrowed; that of the record.
 */
void model_accept_wire(
    struct model *model,
    const struct model_event *event,
    struct model_connection *connection);

/**
 * Gives a new socket the properties of the one that a thread's accept names.
 *
 * @param thread  borrowed.
 * @param slot    of the new socket.
 */
void model_accept_inherit(
    struct model *model,
    const struct model_thread *thread,
    uint8_t slot);
/**
 * Whether the call of a thread on a socket is one that the documents speak of:
 * nobody closes it meanwhile, and no last cleanup has begun.
 *
 * @param thread      borrowed; in a call on a socket.
 * @param connection  borrowed; of the socket.
 */
bool model_receive_is_calm(
    const struct model *model,
    const struct model_thread *thread,
    const struct model_connection *connection);

/** Gives what an accept made the registration of the socket that listens
 * (CONN-7). */
void model_network_inherit(
    const struct model *model,
    const struct model_connection *listener,
    struct model_connection *connection);

/** Network events and select. NETWORK, SELECT, API_CALL, API_RETURN, and WAIT
 * that begins. */
void model_network_step(struct model *model, const struct model_event *event);

/**
 * Blocking hooks. HOOK; in a process that may be one of Winsock 1.1 also
 * API_CALL, API_RETURN, WPUQueryBlockingCallback, and WAIT that begins.
 */
void model_hook_step(struct model *model, const struct model_event *event);

/** Whether a return says what only the rules of hooks know. */
static inline bool model_hook_is_told(const struct lc_record *record)
{
    return (record->function >= LC_CALL_SETHOOK &&
            record->function <= LC_CALL_CANCEL) ||
           record->b == LC_WSAEINPROGRESS;
}

/** Descriptors. HANDLE, API_CALL, API_RETURN, SPI_CALL, SPI_RETURN. */
void model_socket_step(struct model *model, const struct model_event *event);

/**
 * Joins a new connection to the descriptor of its handle, if there is one.
 *
 * @param model  borrowed.
 * @param event  borrowed.
 * @param index  of the connection.
 */
void model_socket_connect(
    struct model *model,
    const struct model_event *event,
    uint32_t index);

/** Bytes, FIN and RST. WIRE. */
void model_stream_step(struct model *model, const struct model_event *event);

/**
 * Ends of threads and processes, and what DllMain is told. PROCESS, THREAD, and
 * what uses a DLL: LOAD, UNLOAD, PROC_ADDRESS, SPI_CALL.
 */
void model_term_step(struct model *model, const struct model_event *event);

/**
 * A call of the application begins that is no provider's business, or spoils
 * its process. API_CALL.
 *
 * Returns: false when nothing of the process is to be judged from now on.
 */
bool model_term_api_call(struct model *model, const struct model_event *event);

/** DllMain is called. Before the call is opened. */
void model_term_dll_main(struct model *model, const struct model_event *event);

/** It returns. Before the call is closed. */
void model_term_dll_main_returns(
    struct model *model,
    const struct model_event *event);

/** A record of a thread that is in a DllMain and in nothing that it calls. */
void model_term_inside(struct model *model, const struct model_event *event);

/**
 * A record of a process that has flags.
 *
 * Returns: whether it is to be judged.
 */
bool model_term_passes(struct model *model, const struct model_event *event);

/** Whether of a run that hangs more hangs than processes that are spoiled. */
bool model_term_hangs_elsewhere(const struct model *model);

/** The end of the run. END, FAULT. */
void model_end_step(struct model *model, const struct model_event *event);

#endif
