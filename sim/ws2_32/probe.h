/*
 * Probes: between every caller and every provider. A probe records the call,
 * is a yield point, sets who is running, and forwards. What GetProcAddress
 * finds under "WSPStartup" is a probe, and so is every entry of every table
 * that is handed upward, except one that already is (LAYER-8) and one that is
 * NULL (LOAD-9).
 *
 * When ws2_32 is the caller it has yielded before, so that nothing comes
 * between its own checks and the call.
 */
#ifndef SIM_WS2_32_PROBE_H
#define SIM_WS2_32_PROBE_H

#include "lastcall/abi.h"

/** Makes the thunks and hooks into GetProcAddress. At start-up. */
void sim_probe_open(void);

/** The upcall table that ws2_32 hands out. */
const struct lc_wspupcalltable *sim_upcall_table(void);

/** The id of the running thread, as WSASend and its kin hand it down. */
struct lc_wsathreadid sim_upcall_thread_id(void);

#endif
