/*
 * What an application asks of Windows itself: references to a provider's DLL,
 * and ends of threads and processes. ws2_32 has no part in it.
 * Source: documented. LoadLibrary, FreeLibrary (libloaderapi.h); ExitThread and
 *         its kin (processthreadsapi.h).
 */
#include <stddef.h>

#include "lastcall/check.h"

#include "sim/engine/module.h"
#include "sim/engine/thread.h"
#include "sim/win32/win32.h"
#include "sim/ws2_32/app.h"
#include "sim/ws2_32/state.h"

static enum lc_wsa last_error(void)
{
    uint32_t error = sim_thread_current()->last_error;
    LC_CHECK(error != 0);
    return (enum lc_wsa)error;
}

/* References that the process's application has from LoadLibrary. */
static uint8_t *references(const struct lc_op *op)
{
    LC_CHECK(op->value < LC_PROVIDERS_MAX);
    return &SIM_WS2_32->apps[sim_thread_process()].references[op->value];
}

enum lc_wsa sim_app_load_library(
    const struct lc_op *op,
    struct lc_record *record)
{
    (void)record;
    uint8_t *count = references(op);
    lc_handle handle = sim_win32_load_library_a(
        sim_module_path(LC_MODULE_PROVIDER + op->value));
    if (handle == NULL) {
        return last_error();
    }
    LC_CHECK(*count < UINT8_MAX); /* a schedule has fewer calls */
    (*count)++;
    return LC_WSA_OK;
}

static enum lc_wsa free_library(lc_handle handle)
{
    return sim_win32_free_library(handle) ? LC_WSA_OK : last_error();
}

enum lc_wsa sim_app_free_library(
    const struct lc_op *op,
    struct lc_record *record)
{
    (void)record;
    uint8_t *count = references(op);
    if (*count == 0) {
        return free_library(NULL); /* it has no handle to give */
    }
    (*count)--;
    return free_library(
        sim_arena_module(sim_thread_process(), LC_MODULE_PROVIDER + op->value));
}

enum lc_wsa sim_app_free_foreign(
    const struct lc_op *op,
    struct lc_record *record)
{
    (void)record;
    return free_library(
        sim_arena_module(sim_thread_process(), LC_MODULE_PROVIDER + op->value));
}

enum lc_wsa sim_app_exit_thread(
    const struct lc_op *op,
    struct lc_record *record)
{
    (void)op;
    (void)record;
    sim_win32_exit_own_thread();
    return LC_WSA_OK;
}

enum lc_wsa sim_app_exit_process(
    const struct lc_op *op,
    struct lc_record *record)
{
    (void)op;
    (void)record;
    sim_win32_exit_process();
    return LC_WSA_OK;
}

enum lc_wsa sim_app_terminate_process(
    const struct lc_op *op,
    struct lc_record *record)
{
    (void)op;
    (void)record;
    sim_win32_terminate_process();
    return LC_WSA_OK;
}

enum lc_wsa sim_app_terminate_thread(
    const struct lc_op *op,
    struct lc_record *record)
{
    (void)record;
    LC_CHECK(op->value < LC_THREADS_MAX);
    return sim_win32_terminate_thread((uint8_t)op->value) ? LC_WSA_OK
                                                          : last_error();
}
