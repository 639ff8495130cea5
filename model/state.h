/*
 * The model's state: what the documents let an observer know after the records
 * read so far. Plain values of fixed size; assignment is a snapshot.
 */
#ifndef MODEL_STATE_H
#define MODEL_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "lastcall/limits.h"
#include "lastcall/nsp.h"
#include "lastcall/schedule.h"
#include "lastcall/trace.h"

enum model_limits {
    MODEL_THREADS_MAX = LC_THREADS_MAX + LC_DLL_THREADS_MAX,
    MODEL_DEPTH_MAX = 16,
    MODEL_SOCKETS_MAX = 32,     /* live at once */
    MODEL_CONNECTIONS_MAX = 64, /* a window over their numbers */
    MODEL_BIRTHS_MAX = 44,      /* live objects that DllMain created */
    MODEL_SEEN_BYTES = 64,      /* half of them for handles of ws2_32's own */
    MODEL_CALLERS = LC_MODULE_PROVIDER + LC_PROVIDERS_MAX,
    MODEL_ENTRIES_MAX = LC_CHAINS_MAX + LC_PROVIDERS_MAX + LC_PROTOCOLS_MAX,
    MODEL_LOOKUPS_MAX = 32, /* open at once, at providers */
    MODEL_NONE = 0xff       /* no index */
};

/* What a final census counts: kinds of objects, and running threads. */
enum model_census {
    MODEL_CENSUS_THREAD = LC_OBJECT_COUNT,
    MODEL_CENSUS_COUNT = LC_OBJECT_COUNT + 1
};

enum model_frame_kind {
    MODEL_FRAME_API = 0,
    MODEL_FRAME_SPI = 1,
    MODEL_FRAME_UPCALL = 2,
    MODEL_FRAME_DLL_MAIN = 3,
    MODEL_FRAME_NSP = 4
};

enum model_frame_flag {
    MODEL_FRAME_FINAL = 1,       /* WSPCleanup that may bring the count to 0 */
    MODEL_FRAME_RACED = 2,       /* the count may have been 0 during the call */
    MODEL_FRAME_FIRST = 4,       /* WSPStartup while the count was 0 */
    MODEL_FRAME_NESTED = 8,      /* something below WSPStartup failed */
    MODEL_FRAME_REGISTERED = 16, /* WSPSocket, WSPAccept: the callee registered
                                    a handle */
    MODEL_FRAME_FREED = 32,   /* WSPCloseSocket: the callee freed its handle */
    MODEL_FRAME_BLOCKED = 64, /* ... and the close below would block */
    /* Application's call: something was made to fail meanwhile. WSPStartup and
     * WSPCleanup: it is made to answer what its provider does not. */
    MODEL_FRAME_FAULTED = 128,
    /* Application's WSACleanup: ws2_32 is made to refuse it. */
    MODEL_FRAME_REFUSED = MODEL_FRAME_FINAL
};

/** A call that has not returned. */
struct model_frame {
    int64_t value;    /* socket; WSPStartup: version word */
    uint8_t kind;     /* enum model_frame_kind */
    uint8_t function; /* enum lc_call, lc_spi or lc_upcall */
    uint8_t caller;   /* enum lc_module */
    uint8_t callee;   /* enum lc_module */
    uint8_t flags;    /* enum model_frame_flag */
    uint8_t entry;    /* WSPStartup, WSPSocket: catalog id passed, 0: none;
                         WSPCloseSocket: slot of the socket below the handle
                         that was freed, while that lives, plus 1 */
    uint8_t child;    /* WSPSocket: slot of the socket made below, or none;
                         WSPCloseSocket: slot of the socket that it began with,
                         while that lives */
    uint8_t zero;
};

_Static_assert(sizeof(struct model_frame) == 16, "frames are dense");

/* Whether a thread is there no more. */
enum model_thread_end {
    MODEL_THREAD_LIVES = 0,
    MODEL_THREAD_DETACHED = 1, /* DLLs were told that it ends */
    MODEL_THREAD_KILLED = 2
};

/* The blocking hook of a thread, and of the call that it is in. */
enum model_hook {
    MODEL_HOOK_SET = 1,
    MODEL_HOOK_ASKED = 2,        /* a provider has asked for it */
    MODEL_HOOK_WAITED = 4,       /* the call has waited for the net */
    MODEL_HOOK_REFUSES = 8,      /* it has said that the wait is over */
    MODEL_HOOK_CANCELLED = 16,   /* it has cancelled the call */
    MODEL_HOOK_NONBLOCKING = 32, /* the socket was, when the call began */
    MODEL_HOOK_BROKEN = 64       /* the same of MODEL_SOCKET_BROKEN */
};

/** A thread and the application call that it is in. */
struct model_thread {
    uint64_t api_time_ns; /* when the call began */
    uint64_t wait_time_ns;
    int64_t wait_ms;     /* time-out of the wait, -1: none */
    int64_t handle;      /* socket argument */
    uint32_t api_record; /* number of the record that began the call */
    uint32_t option;     /* length, how, option name, entry */
    uint32_t value;      /* option value */
    uint16_t refusal;    /* what a socket call has to fail with, or 0 ... */
    uint16_t code;       /* ... and what the provider said, or 0; WSAAccept:
                            1 and what its condition function answered; both
                            of datagrams: see datagram.c */
    uint32_t catalog_changed; /* by somebody else since the call began */
    uint32_t before;          /* flags of the connection when a send or receive
                            began, enum model_connection_flag */
    uint64_t linger_time_ns;  /* when a lingering close began to wait, or 0 */
    uint64_t linger_end_ns;   /* end of its last wait */
    uint32_t generation;      /* of the socket when the call began */
    uint32_t wait_connection; /* a wait for the net: its number, else 0 */
    uint8_t ended;            /* enum model_thread_end */
    uint8_t owes;     /* ws2_32 has refused what this provider answered to its
                     start, and has not cleaned it up: index + 1, or 0 */
    uint16_t triplet; /* of a socket call, triplet.h */
    int16_t low;      /* bounds of the process's count of starts ... */
    int16_t high;     /* ... over the whole call, without its effect */
    uint8_t process;
    uint8_t api;        /* enum lc_call, MODEL_NONE: in no call */
    uint8_t slot;       /* of the socket argument, MODEL_NONE: not known */
    uint8_t layers;     /* of the socket when the call began */
    uint8_t connection; /* of the socket, index or MODEL_NONE */
    uint8_t waiting;    /* enum lc_wait_for, MODEL_NONE: runs */
    uint8_t depth;
    bool revived;     /* the handle, unknown at first, came to life meanwhile */
    bool was_through; /* the operation asked for, when it was asked for */
    bool is_mixed;    /* another call about network events is under way */
    uint8_t notify;   /* of the connection when the call began */
    uint8_t noted;    /* ... the events that were surely recorded */
    uint8_t select_owner; /* of the sockets of a select; 0: none yet */
    uint8_t noted_late;   /* ... and what was recorded since */
    bool selects_none;    /* of what it asks for something is no socket */
    uint8_t hook;         /* enum model_hook */
    struct model_frame frames[MODEL_DEPTH_MAX];
};

enum model_provider_flag {
    MODEL_PROVIDER_VAGUE = 1,   /* a WSPCleanup failed: count unknown, X-35 */
    MODEL_PROVIDER_STARTED = 2, /* since it was mapped */
    MODEL_PROVIDER_CLEANED = 4, /* had a final WSPCleanup in this process */
    MODEL_PROVIDER_MAPPED = 8,
    MODEL_PROVIDER_REMAPPED = 16, /* mapped since its last final WSPCleanup */
    MODEL_PROVIDER_CENSUS = 32,   /* a final census is due */
    MODEL_PROVIDER_LOCKS = 64,    /* a lock was deleted while some were held */
    /* Something was made to fail, in no call or in a DllMain, since the last
     * final WSPCleanup and in this mapping. */
    MODEL_PROVIDER_FAULTED = 128,
    MODEL_PROVIDER_REFUSED = 256 /* its DllMain has failed its load, and has not
                                    been told to detach since */
};

/** A provider in one process. */
struct model_provider {
    uint16_t live[MODEL_CENSUS_COUNT];
    uint16_t base[MODEL_CENSUS_COUNT]; /* when its life began */
    uint32_t started_record;           /* last WSPStartup by ws2_32 */
    uint16_t version;                  /* of the last successful WSPStartup */
    uint16_t inside;                   /* SPI calls under way, all threads */
    uint8_t count;                     /* WSPStartups less WSPCleanups */
    uint8_t starting;                  /* WSPStartups under way */
    uint8_t cleaning;                  /* WSPCleanups under way */
    uint8_t held;                      /* locks entered and not left */
    uint16_t flags;                    /* enum model_provider_flag */
    uint8_t zero[2];
};

enum model_process_flag {
    MODEL_PROCESS_SPOILED = 1,    /* nothing in it is judged any more */
    MODEL_PROCESS_ENDING = 2,     /* DLLs have been told that it ends */
    MODEL_PROCESS_TERMINATED = 4, /* TerminateProcess was called */
    MODEL_PROCESS_OLD = 8         /* it may have asked for Winsock 1.1 */
};

/* Which categories of layers a process is permitted. */
enum model_category_state {
    MODEL_CATEGORY_NEW = 0,     /* it has not started: those that are set */
    MODEL_CATEGORY_STARTED = 1, /* the same, and they stay so from now on */
    MODEL_CATEGORY_KEPT = 2,    /* others have been set since */
    MODEL_CATEGORY_VAGUE = 3    /* others were set as it started */
};

/* Entries of the catalog by id, in their order. */
struct model_entries {
    uint8_t count; /* 0: not known */
    uint8_t ids[MODEL_ENTRIES_MAX];
    uint8_t zero;
};

struct model_process {
    struct model_provider providers[LC_PROVIDERS_MAX];
    uint8_t owed[MODEL_CALLERS][LC_PROVIDERS_MAX]; /* WSPCleanups owed */
    uint8_t refs[MODEL_CALLERS][LC_PROVIDERS_MAX]; /* library references */
    uint8_t loaded[MODEL_CALLERS];   /* bit per provider index, ever */
    uint8_t gaps[MODEL_CALLERS];     /* bit per provider index: the table of
                                        its last start lacks an entry */
    uint8_t seen[MODEL_SEEN_BYTES];  /* a bit per handle value, folded */
    uint8_t stale[MODEL_SEEN_BYTES]; /* ... that a layer may still hold */
    int16_t starts;   /* WSAStartups less WSACleanups that returned */
    uint8_t starting; /* WSAStartups under way */
    uint8_t cleaning; /* WSACleanups under way */
    bool exited;
    bool cleaned; /* its count of starts came back to 0 */
    bool ending;  /* ... and what must be gone then is not checked yet */
    bool vague;   /* a WSACleanup failed: count unknown, X-35 */
    bool changed; /* the catalog, since the process was told last */
    struct model_entries view; /* what it sees of the catalog */
    uint8_t flags;             /* enum model_process_flag */
    uint8_t detached;          /* bit per provider that was told that it ends */
    uint8_t ender;             /* thread reference that tells them */
    uint8_t category_state;    /* enum model_category_state */
    uint16_t category;         /* permitted ones, where they are kept */
};

/* What a socket's linger options ask of its close. */
enum model_linger {
    MODEL_LINGER_OFF = 0,
    MODEL_LINGER_HARD = 1,  /* on, zero seconds */
    MODEL_LINGER_TIMED = 2, /* on, some seconds */
    MODEL_LINGER_VAGUE = 3  /* on, the documents do not say for how long */
};

/* Which call set them so. */
enum model_linger_origin {
    MODEL_LINGER_DEFAULT = 0,
    MODEL_LINGER_OPTION = 1,     /* SO_LINGER */
    MODEL_LINGER_DONTLINGER = 2, /* SO_DONTLINGER */
    MODEL_LINGER_LATE = 3,       /* either, with data in the queue already */
    MODEL_LINGER_INHERITED = 4   /* any, on the socket that listened */
};

enum model_socket_flag {
    MODEL_SOCKET_RACY = 1, /* threads raced on it: judge nothing subtle */
    MODEL_SOCKET_APP = 2,  /* the application has it */
    MODEL_SOCKET_NONBLOCKING = 4,
    MODEL_SOCKET_REFUSED = 8, /* a close failed with WSAEWOULDBLOCK */
    MODEL_SOCKET_SHUT = 16,   /* shutdown of the sending side worked */
    MODEL_SOCKET_MIXED = 32,  /* whose bytes come when is unknown */
    MODEL_SOCKET_OWN = 64,    /* a handle that ws2_32 has made itself */
    MODEL_SOCKET_BROKEN = 128 /* a send was cancelled in the middle */
};

/** A descriptor of one process. */
struct model_socket {
    int64_t handle;
    uint32_t generation;
    uint32_t registered_record;
    uint16_t linger_s;
    uint8_t process;
    bool live;
    uint8_t owner;      /* enum lc_module: who registered it last */
    uint8_t layers;     /* bit per provider index that has it open */
    uint8_t closing;    /* closesocket calls under way */
    uint8_t flags;      /* enum model_socket_flag */
    uint8_t lower;      /* slot of the socket below, or MODEL_NONE */
    uint8_t connection; /* index, or MODEL_NONE */
    uint8_t linger;     /* enum model_linger */
    uint8_t origin;     /* enum model_linger_origin */
    uint8_t zero[4];    /* all bytes have names: they go into keys */
};

_Static_assert(sizeof(struct model_socket) == 32, "sockets are dense");

enum model_connection_flag {
    MODEL_CONNECTION_CONNECTED = 1,
    MODEL_CONNECTION_JUDGED = 2, /* belongs to a socket of the application */
    MODEL_CONNECTION_RACY = 4,
    MODEL_CONNECTION_CLOSING = 8,
    MODEL_CONNECTION_CLOSED = 16, /* closesocket returned 0 */
    MODEL_CONNECTION_NONBLOCKING = 32,
    MODEL_CONNECTION_FIN = 64,
    MODEL_CONNECTION_FIN_ACKED = 128,
    MODEL_CONNECTION_RST = 256,
    MODEL_CONNECTION_GIVEN_UP = 512, /* WIRE_CLOSE */
    MODEL_CONNECTION_SHUT = 1024,    /* sending side, by the application */
    MODEL_CONNECTION_SHUT_RECEIVE = 2048,
    MODEL_CONNECTION_FINAL = 4096, /* a final cleanup of its chain began */
    MODEL_CONNECTION_ENDED = 8192, /* both FINs were through at its close */
    MODEL_CONNECTION_REFUSED = 16384,
    MODEL_CONNECTION_HOSTED = 32768,  /* a hosted layer is in its chain */
    MODEL_CONNECTION_CLEANED = 65536, /* final WSPCleanup of its base is over */
    MODEL_CONNECTION_FRESH = 131072,  /* not registered with ws2_32 yet */
    MODEL_CONNECTION_MIXED = 262144,  /* whose bytes come when is unknown */
    MODEL_CONNECTION_RECEIVE_MIXED = 524288, /* the same of those received */
    MODEL_CONNECTION_PEER_FIN = 1048576,
    MODEL_CONNECTION_PEER_RST = 2097152,
    /* By calls that have worked: */
    MODEL_CONNECTION_SEND_ENDED = 4194304,
    MODEL_CONNECTION_RECEIVE_ENDED = 8388608,
    MODEL_CONNECTION_RECEIVE_HELD = 16777216, /* WSARecvDisconnect */
    MODEL_CONNECTION_LISTENS = 33554432,
    MODEL_CONNECTION_INCOMING = 67108864, /* of a request that was accepted */
    MODEL_CONNECTION_DATAGRAM = 134217728,
    MODEL_CONNECTION_NAMED = 268435456 /* a connect has begun: of datagrams */
};

/* Whether network events are recorded for a connection. */
enum model_notify {
    MODEL_NOTIFY_NONE = 0,
    MODEL_NOTIFY_ON = 1,
    MODEL_NOTIFY_VAGUE = 2 /* not known */
};

/** A connection of a base provider, and how its socket was closed. */
struct model_connection {
    uint64_t accepted; /* bytes taken over by the transport */
    uint64_t sent;
    uint64_t delivered;
    uint64_t promised; /* bytes that the application's sends returned */
    uint64_t arrived;  /* bytes from the peer that are here; see datagram.c */
    uint64_t received; /* that the transport gave to receives */
    uint64_t returned; /* that the application's receives returned */
    uint64_t close_time_ns;
    uint64_t closed_time_ns; /* when closesocket returned 0 */
    int64_t handle;
    uint32_t number; /* from 1; 0: free */
    uint32_t flags;  /* enum model_connection_flag */
    uint16_t linger_s;
    uint8_t process;
    uint8_t provider;     /* index of the base */
    uint8_t slot;         /* of its socket, or MODEL_NONE */
    uint8_t layers;       /* bit per provider index in its chain */
    uint8_t linger;       /* enum model_linger, at the close */
    uint8_t origin;       /* enum model_linger_origin */
    uint32_t waiting;     /* requests that are neither accepted nor refused */
    uint8_t notify;       /* enum model_notify */
    uint8_t notify_event; /* event variable from 1, 0: not known */
    uint8_t noted;        /* LC_FD_* that may be in its record ... */
    uint8_t noted_surely; /* ... and those that are */
};

enum model_operation_flag {
    MODEL_OPERATION_BEGUN = 1,
    MODEL_OPERATION_REFUSED = 2, /* its call says that nothing has begun */
    MODEL_OPERATION_THROUGH = 4, /* its status is known */
    MODEL_OPERATION_TOLD = 8,    /* its event was set, its routine queued */
    MODEL_OPERATION_RAN = 16,
    MODEL_OPERATION_CLOSED = 32,  /* somebody closes its socket */
    MODEL_OPERATION_OVER = 64,    /* the final WSACleanup has returned */
    MODEL_OPERATION_POSTED = 128, /* its packet, to a completion port */
    MODEL_OPERATION_TAKEN = 256,  /* and by the application */
    MODEL_OPERATION_RECEIVE = 512,
    MODEL_OPERATION_EMPTY = 1024, /* a receive that asks for no bytes */
    MODEL_OPERATION_MIXED = 2048  /* a receive while others were under way */
};

/** An overlapped operation of the application, by its number. */
struct model_operation {
    uint8_t thread; /* reference of the one that began it */
    uint8_t process;
    uint8_t how;        /* enum lc_indicate */
    uint8_t connection; /* of its socket, index or MODEL_NONE */
    uint16_t flags;     /* enum model_operation_flag; 0: free */
};

/** An object that DllMain created; it may outlive the final WSPCleanup. */
struct model_birth {
    uint32_t number; /* 0: free */
    uint8_t process;
    uint8_t provider;
    uint8_t kind; /* enum lc_object */
    uint8_t zero;
};

/** A name space in one process. */
struct model_space {
    uint8_t count; /* NSPStartups less NSPCleanups */
    uint8_t owed;  /* NSPCleanups owed */
    uint8_t starting;
    uint8_t cleaning;
    uint8_t inside;    /* calls under way, all threads */
    uint8_t is_vague;  /* an NSPCleanup failed: count unknown */
    uint8_t is_ending; /* its last NSPCleanup has begun */
    uint8_t is_census; /* what is left is to be looked at */
};

struct model_process_names {
    struct model_space spaces[LC_NAME_SPACES];
    uint16_t live; /* objects and threads of the DLL's starts */
    uint8_t refs;  /* of ws2_32 to the DLL */
    uint8_t view;  /* of the list, as at the start from 0 to 1 */
    uint8_t is_view_known;
    uint8_t has_open; /* the last cleanup found lookups left open */
    uint8_t zero[2];
};

/** A lookup at a provider, from its begin to its end. */
struct model_lookup {
    int64_t handle;
    uint8_t is_used;
    uint8_t process;
    uint8_t space;
    uint8_t must; /* services that were there all the time */
    uint8_t may;  /* ... that were there at some time */
    uint8_t got;
    uint8_t zero[2];
};

/** Name spaces; of services a bit for each. */
struct model_names {
    struct model_process_names processes[LC_PROCESSES_MAX];
    struct model_lookup lookups[MODEL_LOOKUPS_MAX];
    uint8_t list; /* a bit for each that is there; behind them, enabled */
    uint8_t registered;
    uint8_t vague;   /* or not: it can't be told */
    uint8_t setting; /* NSPSetService is under way */
    uint8_t crossed; /* ... twice at once */
    uint8_t zero[3];
};

_Static_assert(
    sizeof(struct model_names) == LC_PROCESSES_MAX * (8 * LC_NAME_SPACES + 8) +
                                      16 * MODEL_LOOKUPS_MAX + 8,
    "no byte without a name: it goes into keys");

enum model_entry_flag {
    MODEL_ENTRY_ZERO = 1, /* matches protocol 0 */
    MODEL_ENTRY_HIDDEN = 2
};

/** What the model knows of the world. */
struct model_world {
    uint8_t provider_count;
    uint8_t entry_count;    /* chains and bases, which come first */
    uint8_t protocol_first; /* id of the first protocol that a base has more */
    uint8_t protocol_count;
    uint8_t peer_kind;                    /* enum lc_peer_kind */
    uint8_t kinds[LC_PROVIDERS_MAX];      /* enum lc_provider_kind */
    bool has_own[LC_PROVIDERS_MAX];       /* handles, from ws2_32 */
    uint8_t base_entry[LC_PROVIDERS_MAX]; /* catalog id, 0: a layer */
    uint8_t
        own_entry[LC_PROVIDERS_MAX];    /* id of what stands in chains for it */
    uint8_t tops[LC_PROVIDERS_MAX];     /* entries that a provider heads */
    uint8_t below[LC_PROVIDERS_MAX];    /* bits: who may come next in a chain */
    uint8_t over[LC_PROVIDERS_MAX];     /* bits: who may be anywhere above */
    uint8_t ws2_versions;               /* bit per enum lc_version */
    uint8_t versions[LC_PROVIDERS_MAX]; /* the same; 0: a DLL, not known */
    uint8_t entry_triplet[MODEL_ENTRIES_MAX + 1]; /* by catalog id */
    uint8_t entry_flags[MODEL_ENTRIES_MAX + 1];   /* enum model_entry_flag */
    uint8_t entry_length[MODEL_ENTRIES_MAX + 1];  /* 0: a layer alone */
    uint8_t entry_providers[MODEL_ENTRIES_MAX + 1][LC_CHAIN_LENGTH_MAX];
};

#endif
