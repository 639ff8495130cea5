/*
 * A trace: what crosses a provider's boundary and the wire, in order, as
 * records of one fixed size. Layout, byte order and hash: docs/FORMATS.md.
 * No record holds a pointer or anything private to a provider.
 */
#ifndef LASTCALL_TRACE_H
#define LASTCALL_TRACE_H

#include <stdint.h>

#include "lastcall/schedule.h"

/* Modules by number: the same in every process of a run. */
enum lc_module {
    LC_MODULE_APP = 0,
    LC_MODULE_WS2_32 = 1,
    LC_MODULE_PROVIDER = 2, /* + index of the provider in the world */
    LC_MODULE_NAMES = 13,   /* the name-space DLL of the world */
    LC_MODULE_SYSTEM = 14,  /* kernel and other Windows DLLs */
    LC_MODULE_COUNT = 16
};

_Static_assert(
    LC_MODULE_PROVIDER + LC_PROVIDERS_MAX <= LC_MODULE_NAMES,
    "provider numbers stay below those of others");

/*
 * Kinds, with the meaning of function, a, b, c and d. What is not named is
 * zero. A socket is a handle value; -1 is INVALID_SOCKET or SOCKET_ERROR.
 */
enum lc_record_kind {
    /* function: 0 start, 1 exit (a: enum lc_exit) */
    LC_RECORD_PROCESS = 0,
    /* function: enum lc_call. a: socket, or requested version; b: length,
     * how, option name, command or catalog entry id (0: none given), or 1
     * where WSAStartup has no room for its answer; c: option value (linger:
     * l_onoff << 16 | l_linger), flag or type.
     * WSASend, WSARecv: c: enum lc_indicate; d: number of the operation, from
     * 1.
     * WSAEventSelect, WSAEnumNetworkEvents: b: event variable from 1, 0: no
     * event. select: b: milliseconds; c: bit per enum lc_set; d: bit per socket
     * variable */
    LC_RECORD_API_CALL = 1,
    /* a: result; b: error code (0 on success; for WSAStartup the result
     * itself); c: socket argument, or wVersion; d: wHighVersion; recv: 1
     * and where in the peer's stream the bytes stand, 0: nowhere; getsockname,
     * getpeername: port; getsockopt, FIONREAD: the value; WSAEnumNetworkEvents: LC_FD_*, and
     * the errors of FD_CONNECT << 16 and FD_CLOSE << 32; select: 1 when its
     * time is as it was given. Of name spaces: c: lookup; d:
     * WSALookupServiceNext: service, WSAEnumNameSpaceProviders: those that are
     * enabled */
    LC_RECORD_API_RETURN = 2,
    /* caller -> callee, function: enum lc_spi.
     * WSPStartup: a: id of the catalog entry that the passed information
     *   equals byte for byte (0: none), b: its ChainLen, c: 1 when the upcall
     *   table equals the one ws2_32 hands out, d: version word.
     * WSPSocket: a: as for WSPStartup, b: ChainLen, c: type.
     * others: a: socket, b: length, how, option name or command, c: value */
    LC_RECORD_SPI_CALL = 3,
    /* a: result; b: error (*lpErrno after a failure, or WSPStartup's result);
     * c: socket argument (WSPStartup: wVersion); d: bytes taken or given (WSPSend, WSPRecv),
     * or number of non-null table entries (WSPStartup) */
    LC_RECORD_SPI_RETURN = 4,
    /* caller: the provider, callee: ws2_32, function: enum lc_upcall.
     * a: catalog id, handle or thread; b: proposed handle or context;
     * c: 1 when the WSPStartup that the table came with has been undone by
     *    the caller's last WSPCleanup (that is: the provider's count is 0) */
    LC_RECORD_UPCALL_CALL = 5,
    /* a: result; b: error; c: first argument again */
    LC_RECORD_UPCALL_RETURN = 6,
    /* ws2_32's handle table. function: enum lc_handle_change; a: handle;
     * b: catalog id; callee: the provider it is registered for */
    LC_RECORD_HANDLE = 7,
    /* LoadLibrary. caller, callee; a: 1 success, b: references after it,
     * c: 1 when the module was mapped by this call, d: 1 when the path was
     * the expanded path of the callee's catalog entry */
    LC_RECORD_LOAD = 8,
    /* FreeLibrary. a: 1 success, b: references left, c: 1 when unmapped */
    LC_RECORD_UNLOAD = 9,
    /* GetProcAddress. a: 1 when the name was WSPStartup, b: 1 found */
    LC_RECORD_PROC_ADDRESS = 10,
    /* function: 0 call, 1 return. callee; a: reason or result; b: 1 when
     * lpvReserved is not null */
    LC_RECORD_DLL_MAIN = 11,
    /* A resource comes to life. function: enum lc_object; caller: owner;
     * a: object number (unique in the run), b: bytes, or number of the heap */
    LC_RECORD_CREATE = 12,
    /* ... and is given back. function, a as above; caller: who did it;
     * callee: owner; b: 1 when the handle or block was not valid */
    LC_RECORD_DESTROY = 13,
    /* function: enum lc_lock_change; caller; a: lock's object number;
     * b: recursion depth after it; c: 1 when the use was wrong (not
     * initialised, deleted, left by a thread that does not own it) */
    LC_RECORD_LOCK = 14,
    /* function: enum lc_wait_for; caller: module that waits; a: object or
     * connection number; b: time-out in ms or -1; c: 0 begins, 1 ends;
     * d: at the end 1 when the time ran out, 2 when cancelled */
    LC_RECORD_WAIT = 15,
    /* function: 0 begins, 1 ends; a: thread reference; caller: creator;
     * callee: module whose code it runs */
    LC_RECORD_THREAD = 16,
    /* function: enum lc_wire; caller: base provider; a: connection number;
     * b: bytes; c: offset of the first byte in the stream, or handle for
     * LC_WIRE_OPEN and LC_WIRE_CLOSE; d: 1 when the bytes are the ones the application sent */
    LC_RECORD_WIRE = 17,
    /* Code of the provider faulted or never returned. function: enum
     * lc_fault; callee: module; a: offset of the instruction in the module or
     * -1; b: the address it used or -1 when it lies outside module and arena
     * (c: 1 when that address is below 64 KiB) */
    LC_RECORD_FAULT = 18,
    /* Code of an unmapped module would run. function: enum lc_stray;
     * callee: that module; a: enum value of the call where known */
    LC_RECORD_STRAY = 19,
    /* Last record of each run. function: enum lc_end; a: number of threads
     * that had not ended */
    LC_RECORD_END = 20,
    /* The environment fails a call on purpose. function: enum lc_fail;
     * caller: whose call it is; callee: whom it called; a: the error; b: the
     * call, enum lc_shim, lc_spi or lc_upcall by what failed; enum lc_call
     * where the callee is ws2_32 and a start fails. What the caller
     * gets is told by the call's own record, if it has one, behind this. */
    LC_RECORD_FAIL = 21,
    /* The catalog of the machine changes. function: enum lc_catalog_change;
     * callee: the provider; a: id of the entry; b: its place from 0, after an
     * install or order, before a removal; c: entries there are now. A new order
     * is told by one record for each entry, from the first to the last. */
    LC_RECORD_CATALOG = 22,
    /* What becomes of an overlapped operation of the application. function:
     * enum lc_overlapped; a: its number, as the record of its call has it; b: error,
     * 0 on success; c: bytes transferred; d: LC_OVERLAPPED_STATUS and _ROUTINE
     * of a receive: 1 and where in the peer's stream the bytes stand, 0: nowhere
     * or none */
    LC_RECORD_OVERLAPPED = 23,
    /* ws2_32 -> the name-space DLL. function: enum lc_nsp; a: name space, from
     * 1; b: NSPLookupServiceNext, -End: handle, NSPSetService: enum
     * lc_service_operation; c: NSPSetService: service */
    LC_RECORD_NSP_CALL = 24,
    /* a: result; b: error (the thread's last error after a failure); c: name
     * space; d: NSPStartup: entries of the table that are not null,
     * NSPLookupServiceBegin: handle, -Next: service, -1: of no known name */
    LC_RECORD_NSP_RETURN = 25,
    /* The list of name spaces of the machine changes. function: enum
     * lc_names_change; a: name space, from 1 */
    LC_RECORD_NAMES = 26,
    /* The condition function of an accept. function: 0 call, 1 return;
     * caller: who calls it; a: the answer, enum lc_condition; b: 1 when the
     * arguments are those that are documented */
    LC_RECORD_CONDITION = 27,
    /* A network event is recorded, and sets an event. function: index of its
     * error, LC_FD_READ_BIT and so on; caller: base provider; a: connection
     * number; b: event variable from 1, 0: none holds that event any more; c:
     * error */
    LC_RECORD_NETWORK = 28,
    /* A socket of a select that is under way. function: enum lc_select; a:
     * socket; b: bit per enum lc_set */
    LC_RECORD_SELECT = 29,
    /* The blocking hook of the application. function: enum lc_hook; caller: who
     * blocks. RUNS: a: thread reference of whose hook it is. MAKES: a: enum
     * lc_call; b: error, 0 on success; c: result. ENDS: a: 1 go on, 0 the
     * operation was cancelled */
    LC_RECORD_HOOK = 30,
    LC_RECORD_KIND_COUNT = 31
};

/* How a process ends. */
enum lc_exit {
    LC_EXIT_LAST_THREAD = 0, /* its last thread has ended */
    LC_EXIT_PROCESS = 1,     /* ExitProcess */
    LC_EXIT_TERMINATED = 2,  /* TerminateProcess */
    LC_EXIT_COUNT = 3
};

enum lc_names_change {
    LC_NAMES_INSTALL = 0,
    LC_NAMES_REMOVE = 1,
    LC_NAMES_ENABLE = 2,
    LC_NAMES_DISABLE = 3,
    LC_NAMES_CHANGE_COUNT = 4
};

enum lc_handle_change {
    LC_HANDLE_ALLOC = 0,  /* WPUCreateSocketHandle */
    LC_HANDLE_MODIFY = 1, /* WPUModifyIFSHandle: registered, or moved up */
    LC_HANDLE_FREE = 2,   /* closed, or dropped by the final WSACleanup */
    LC_HANDLE_CHANGE_COUNT = 3
};

enum lc_catalog_change {
    LC_CATALOG_INSTALL = 0,
    LC_CATALOG_REMOVE = 1,
    LC_CATALOG_ORDER = 2,
    /* Categories, enum lc_category: a; callee: the layer, or the application. */
    LC_CATALOG_CATEGORY = 3,
    LC_CATALOG_CHANGE_COUNT = 4
};

enum lc_overlapped {
    LC_OVERLAPPED_STATUS = 0,  /* its status is not "in progress" any more */
    LC_OVERLAPPED_EVENT = 1,   /* its event is set */
    LC_OVERLAPPED_QUEUED = 2,  /* its routine is queued to the thread */
    LC_OVERLAPPED_ROUTINE = 3, /* its routine runs */
    LC_OVERLAPPED_PACKET = 4,  /* its packet is posted to a port */
    LC_OVERLAPPED_TAKEN = 5,   /* the application takes its packet */
    LC_OVERLAPPED_COUNT = 6
};

enum lc_select {
    LC_SELECT_ASKED = 0, /* it stands in these sets */
    LC_SELECT_FOUND = 1, /* and in these when select returns */
    LC_SELECT_COUNT = 2
};

enum lc_hook {
    LC_HOOK_RUNS = 0,
    LC_HOOK_MAKES = 1, /* a call, which has returned */
    LC_HOOK_ENDS = 2,
    LC_HOOK_COUNT = 3
};

enum lc_object {
    LC_OBJECT_HEAP = 0,
    LC_OBJECT_BLOCK = 1,
    LC_OBJECT_LOCK = 2, /* CRITICAL_SECTION */
    LC_OBJECT_EVENT = 3,
    LC_OBJECT_THREAD = 4, /* the handle of a thread */
    LC_OBJECT_TLS = 5,
    LC_OBJECT_SOCKET = 6, /* a base provider's transport endpoint handle */
    LC_OBJECT_COUNT = 7
};

enum lc_lock_change {
    LC_LOCK_ENTER = 0,
    LC_LOCK_LEAVE = 1,
    LC_LOCK_CHANGE_COUNT = 2
};

enum lc_wire {
    LC_WIRE_OPEN = 0, /* a connection number is given to a handle */
    LC_WIRE_SYN = 1,
    LC_WIRE_CONNECTED = 2, /* SYN-ACK came */
    LC_WIRE_ACCEPT = 3,    /* bytes taken over from a send; not on the wire */
    LC_WIRE_DATA = 4,      /* bytes put on the wire */
    LC_WIRE_DELIVER = 5,   /* bytes reach the peer */
    LC_WIRE_ACK = 6,
    LC_WIRE_FIN = 7,
    LC_WIRE_FIN_DELIVER = 8, /* the peer has seen the end of the stream */
    LC_WIRE_FIN_ACK = 9,     /* ours is acknowledged; d: 1 when the peer's own
                                FIN has come with it or before */
    LC_WIRE_RST = 10,        /* b: accepted bytes that are thrown away */
    LC_WIRE_CLOSE = 11,      /* the provider gave up its handle to it */
    LC_WIRE_ARRIVE = 12,     /* bytes from the peer reach the receive buffer */
    LC_WIRE_RECEIVE = 13,    /* bytes given to a receive */
    LC_WIRE_PEER_FIN = 14,   /* the end of the peer's stream has come */
    LC_WIRE_PEER_RST = 15,   /* b: accepted bytes that are lost */
    LC_WIRE_REFUSED = 16,    /* RST in answer to a SYN */
    LC_WIRE_UNANSWERED = 17, /* a SYN was given up */
    /* a: the connection number of a socket that listens. */
    LC_WIRE_LISTEN = 18,   /* c: backlog */
    LC_WIRE_REQUEST = 19,  /* one more waits to be accepted; c: how many */
    LC_WIRE_FULL = 20,     /* one is refused, since so many wait; c: as above */
    LC_WIRE_REJECTED = 21, /* one is refused by the application */
    LC_WIRE_DROPPED = 22,  /* those who wait are reset; c: how many */
    LC_WIRE_ACCEPTED = 23, /* a: the new connection; c: number of the one that
                              listens */
    /* b: bytes of a datagram; c: of its content the place among all that the
     * socket has sent, or the peer. */
    LC_WIRE_DATAGRAM_SOCKET = 24,  /* a: it is for datagrams; no bytes */
    LC_WIRE_DATAGRAM = 25,         /* taken over from a send */
    LC_WIRE_DATAGRAM_DELIVER = 26, /* reaches the peer */
    LC_WIRE_DATAGRAM_ARRIVE = 27,  /* reaches the receive buffer */
    LC_WIRE_DATAGRAM_GIVE = 28,    /* given to a receive, with what of it did
                                      not fit */
    LC_WIRE_DATAGRAM_DROP = 29,    /* not received; d: enum lc_drop */
    LC_WIRE_COUNT = 30
};

/* Why a datagram that has come is not received. */
enum lc_drop {
    LC_DROP_ROOM = 0,     /* the receive buffer is full */
    LC_DROP_STRANGER = 1, /* the socket is connected to another peer */
    LC_DROP_CLOSED = 2,   /* the socket is closed */
    LC_DROP_COUNT = 3
};

enum lc_fault {
    LC_FAULT_READ = 0,
    LC_FAULT_WRITE = 1,
    LC_FAULT_EXECUTE = 2,
    LC_FAULT_DIVIDE = 3,
    LC_FAULT_STACK = 4, /* ran into the guard page of its stack */
    LC_FAULT_ILLEGAL = 5,
    LC_FAULT_BREAKPOINT = 6,
    LC_FAULT_ABORT = 7,   /* abort(), _amsg_exit() */
    LC_FAULT_IMPORT = 8,  /* called a function that the shim does not serve;
                            a: the import's number in the module */
    LC_FAULT_ENDLESS = 9, /* CPU time ran out without a yield point */
    LC_FAULT_COUNT = 10
};

enum lc_stray {
    LC_STRAY_SPI = 0,    /* called through its table after its unload */
    LC_STRAY_THREAD = 1, /* one of its threads would go on */
    LC_STRAY_CALLBACK = 2,
    LC_STRAY_SHIM = 3, /* its code calls Windows after its unload */
    LC_STRAY_COUNT = 4
};

enum lc_end {
    LC_END_DONE = 0,     /* every thread of the schedule ended, queue empty */
    LC_END_DEADLOCK = 1, /* threads wait, and nothing can wake them */
    LC_END_LIVELOCK = 2, /* too many steps without progress */
    LC_END_FAULT = 3,
    LC_END_LIMIT = 4,   /* a limit of limits.h or the arena was hit */
    LC_END_STOPPED = 5, /* whoever reads the trace asked to stop */
    LC_END_COUNT = 6
};

struct lc_record {
    uint64_t time_ns; /* virtual */
    uint8_t kind;     /* enum lc_record_kind */
    uint8_t process;  /* LC_NONE: outside any process */
    uint8_t thread;   /* thread reference, LC_NONE: an event */
    uint8_t caller;   /* enum lc_module */
    uint8_t callee;   /* enum lc_module */
    uint8_t zero;     /* always 0 */
    uint16_t function;
    int64_t a;
    int64_t b;
    int64_t c;
    int64_t d;
};

_Static_assert(sizeof(struct lc_record) == 48, "a record is 48 bytes");

#endif
