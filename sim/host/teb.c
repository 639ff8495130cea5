/*
 * The thread environment block. GS points to one page of the arena for good;
 * what differs between threads is put there when a thread is switched to. That
 * costs some stores, where moving GS costs a system call.
 * Source: observed. Offsets of the 64-bit TEB as compilers and the start-up
 *         code of mingw use them.
 */
#include <asm/prctl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lastcall/check.h"

#include "sim/engine/engine.h"
#include "sim/engine/fiber.h"
#include "sim/engine/thread.h"
#include "sim/host/image.h"

enum {
    TEB_STACK_BASE = 0x08,
    TEB_STACK_LIMIT = 0x10,
    TEB_SELF = 0x30,
    TEB_PROCESS_ID = 0x40,
    TEB_THREAD_ID = 0x48,
    TEB_TLS = 0x58,
    TEB_PEB = 0x60,
    TEB_LAST_ERROR = 0x68,
    TEB_TLS_ARRAY = 0x1000, /* our own use of what follows */
    TEB_PEB_AREA = 0x1800
};

static void put(uint32_t offset, uint64_t value)
{
    memcpy(
        (unsigned char *)(uintptr_t)SIM_ARENA_TEB + offset,
        &value,
        sizeof value);
}

static void about_to_run(uint32_t slot)
{
    const struct sim_thread *thread = sim_thread_at(slot);
    if (!SIM_ENGINE->has_teb) {
        /* What code of the last run stored there is not for this one. */
        SIM_ENGINE->has_teb = 1;
        memset((void *)(uintptr_t)SIM_ARENA_TEB, 0, SIM_ARENA_TEB_BYTES);
    }
    put(TEB_STACK_BASE, (uint64_t)(uintptr_t)sim_arena_stack_top(slot));
    put(TEB_STACK_LIMIT, (uint64_t)(uintptr_t)sim_arena_stack_low(slot));
    put(TEB_SELF, SIM_ARENA_TEB);
    put(TEB_PROCESS_ID, 0x100U + 4U * thread->process);
    put(TEB_THREAD_ID, 0x1000U + 4U * thread->ref);
    put(TEB_TLS, SIM_ARENA_TEB + TEB_TLS_ARRAY);
    put(TEB_PEB, SIM_ARENA_TEB + TEB_PEB_AREA);
    put(TEB_LAST_ERROR, thread->last_error);
    for (uint32_t module = 0; module < LC_MODULE_COUNT; module++) {
        const struct sim_host_installed *installed = sim_host_installed(module);
        if (installed == NULL || !installed->image->pe.has_tls) {
            continue;
        }
        put(TEB_TLS_ARRAY + 8 * module,
            (uint64_t)(uintptr_t)sim_arena_module(thread->process, module) +
                installed->tls_at +
                (uint64_t)slot * installed->tls_stride_bytes);
    }
}

void sim_host_teb_open(void)
{
    sim_thread_set_switch(about_to_run);
}

void sim_host_teb_close(void)
{
    sim_thread_set_switch(NULL);
}

void sim_host_open(void)
{
    long result = syscall(SYS_arch_prctl, ARCH_SET_GS, SIM_ARENA_TEB);
    LC_CHECK(result == 0);
    sim_fiber_reset(SIM_THREADS_MAX); /* a simulator before this one */
    sim_host_fault_open();
}
