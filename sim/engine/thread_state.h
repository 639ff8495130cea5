/*
 * What the engine keeps of a simulated thread.
 */
#ifndef SIM_ENGINE_THREAD_STATE_H
#define SIM_ENGINE_THREAD_STATE_H

#include <stdint.h>

#include "lastcall/schedule.h"

enum sim_thread_state {
    SIM_THREAD_FREE = 0,
    SIM_THREAD_RUNNABLE = 1,
    SIM_THREAD_BLOCKED = 2,
    SIM_THREAD_DONE = 3
};

enum sim_thread_limits {
    SIM_FRAMES_MAX = 24, /* nested modules on one thread */
    SIM_PLACES_MAX = 32  /* different places within one call */
};

#define SIM_NO_THREAD 0xffffffffU
#define SIM_FOREVER   UINT64_MAX

enum sim_frame_kind {
    SIM_FRAME_ROOT = 0, /* the start routine of the thread */
    SIM_FRAME_API = 1,  /* ws2_32, entered by a call of the application */
    SIM_FRAME_SPI = 2,  /* a provider, entered through a probe */
    SIM_FRAME_UPCALL = 3,
    SIM_FRAME_DLL_MAIN = 4,
    SIM_FRAME_APC = 5, /* a call that was queued to the thread */
    SIM_FRAME_NSP = 6  /* a name-space provider */
};

/* Who is running: one frame for each crossing from module to module. */
struct sim_frame {
    uint8_t module; /* enum lc_module */
    uint8_t kind;   /* enum sim_frame_kind */
    uint16_t function;
    uint32_t map_count; /* of the module's instance when it was entered */
};

/* How a wait ended. */
enum sim_wake {
    SIM_WAKE_NONE = 0,
    SIM_WAKE_SIGNALLED = 1,
    SIM_WAKE_TIMEOUT = 2,
    SIM_WAKE_CANCELLED = 3
};

struct sim_thread {
    void *sp; /* saved stack pointer while parked */
    void (*entry)(void *argument);
    void *argument;
    uint64_t wait_key; /* what it is blocked on; 0 when it is not */
    uint32_t ready_sequence;
    uint32_t last_error; /* GetLastError and WSAGetLastError */
    uint8_t state;       /* enum sim_thread_state */
    uint8_t ref;         /* thread reference of schedule.h */
    uint8_t process;
    uint8_t creator;     /* enum lc_module */
    uint8_t is_dll;      /* created by a DLL: does not keep the process alive */
    uint8_t wake;        /* enum sim_wake of the last wait */
    uint8_t wait_for;    /* enum lc_wait_for */
    uint8_t call_index;  /* of its application call, from 0 */
    uint8_t parent;      /* reference of the thread that made it, or LC_NONE */
    uint8_t is_write;    /* of what it is about to do; see choice.h */
    uint8_t is_declared; /* it was started for its first step */
    uint8_t is_stack_shared; /* others may look at its stack now */
    uint32_t object;
    /* It can go on only while this is 0; NULL: always. In the arena. */
    const uint32_t *gate;
    uint32_t depth;       /* frames in use */
    uint32_t place_count; /* places passed in this call, with how often */
    /* Time-outs of its waits since the last progress: see decide.c. */
    uint32_t timeout_count;
    uint32_t thing; /* of what it is about to do; see choice.h */
    uint64_t timeout_epoch;
    /* Until when code on its stack goes on waiting, absolute: kept here and
     * not there, so that a state's key can hold it from now. 0: nothing. */
    uint64_t deadline_ns;
    /* What it does between the parts of its waits: known to who waits. On its
     * own stack; NULL: it waits in one piece. */
    void *idle;
    struct sim_frame frames[SIM_FRAMES_MAX];

    struct {
        struct lc_place place;
        uint8_t zero;
        uint16_t times;
        uint16_t zero2;
    } places[SIM_PLACES_MAX];
};

#endif
