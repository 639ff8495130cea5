/*
 * WSAProviderConfigChange: a process is told that the catalog has changed.
 */
#ifndef SIM_WS2_32_NOTICE_H
#define SIM_WS2_32_NOTICE_H

#include "lastcall/abi.h"

/**
 * Imitates the first call, without a handle: it gets one. From now on changes
 * are noticed.
 *
 * Errors: LC_WSANOTINITIALISED.
 * Source: documented. WSAProviderConfigChange, Remarks.
 */
enum lc_wsa sim_notice_open(void);

/**
 * Imitates the call with the handle and without an overlapped structure.
 *
 * Errors: LC_WSANOTINITIALISED; LC_WSAEINVAL without a first call; LC_WSAEINTR
 *         when the process's last cleanup ends the wait.
 * Time:   until the catalog changes; not at all when it has since the last call
 *         that came back.
 * Source: documented, as above. Assumed: a change between two calls is not lost.
 */
enum lc_wsa sim_notice_wait(void);

/** The catalog has changed: all processes that look for it are told. */
void sim_notice_change(void);

/** The running process has had its last cleanup: its handle is gone. */
void sim_notice_close(void);

#endif
