#include "sim/ws2_32/notice.h"

#include <stdint.h>

#include "lastcall/schedule.h"

#include "sim/engine/thread.h"
#include "sim/ws2_32/state.h"

static uint64_t key_of(const struct sim_ws2_process *process)
{
    return (uint64_t)(uintptr_t)&process->notice;
}

enum lc_wsa sim_notice_open(void)
{
    struct sim_ws2_process *process = sim_ws2_process();
    if (process->startup_count == 0) {
        return LC_WSANOTINITIALISED;
    }
    process->notice = SIM_NOTICE_LOOKS;
    return LC_WSA_OK;
}

enum lc_wsa sim_notice_wait(void)
{
    struct sim_ws2_process *process = sim_ws2_process();
    if (process->startup_count == 0) {
        return LC_WSANOTINITIALISED;
    }
    if (process->notice == SIM_NOTICE_NONE) {
        return LC_WSAEINVAL;
    }
    enum sim_wake wake = SIM_WAKE_SIGNALLED;
    if (process->notice != SIM_NOTICE_CHANGED) {
        wake = sim_thread_block(&(struct sim_wait_options){
            .wait_for = LC_WAIT_CATALOG,
            .key = key_of(process),
            .timeout_ns = SIM_FOREVER,
        });
    }
    if (wake != SIM_WAKE_SIGNALLED) {
        return LC_WSAEINTR;
    }
    if (process->notice == SIM_NOTICE_CHANGED) {
        process->notice = SIM_NOTICE_LOOKS;
    }
    return LC_WSA_OK;
}

void sim_notice_change(void)
{
    for (uint32_t i = 0; i < LC_PROCESSES_MAX; i++) {
        struct sim_ws2_process *process = &SIM_WS2_32->processes[i];
        if (process->notice != SIM_NOTICE_NONE) {
            process->notice = SIM_NOTICE_CHANGED;
            (void)sim_thread_wake(
                key_of(process),
                UINT32_MAX,
                SIM_WAKE_SIGNALLED);
        }
    }
}

void sim_notice_close(void)
{
    struct sim_ws2_process *process = sim_ws2_process();
    process->notice = SIM_NOTICE_NONE;
    (void)sim_thread_wake(key_of(process), UINT32_MAX, SIM_WAKE_CANCELLED);
}
