/*
 * How threads and processes end. A thread that ends gives what it has in
 * fiber-local slots to their callbacks, then tells the DLLs of its process; one
 * that is terminated tells nobody. What either holds of locks stays held; its
 * mutexes are abandoned. ExitProcess waits for the loader lock, terminates all
 * other threads, those of the thread pool too, ends its own fiber-local slots,
 * then tells the DLLs, the last that was loaded first; TerminateProcess tells
 * nobody. Threads of DLLs do not keep a process: it ends when the last thread
 * of the application does, as if that had called ExitProcess.
 * Source: documented. ExitProcess, TerminateProcess, ExitThread,
 *         TerminateThread (processthreadsapi.h); FlsCallback (fibersapi.h);
 *         Mutex Objects; DllMain. The order of DLLs is observed, the reverse of
 *         that in which they were loaded, and so is that of slots and DLLs.
 */
#include <stddef.h>

#include "lastcall/check.h"

#include "sim/engine/engine.h"
#include "sim/engine/thread.h"
#include "sim/engine/trace.h"
#include "sim/win32/apc.h"
#include "sim/win32/state.h"
#include "sim/win32/win32.h"

static void record_end(const struct sim_thread *thread, bool is_killed)
{
    sim_trace_write((struct lc_record){
        .kind = LC_RECORD_THREAD,
        .process = thread->process,
        .function = 1,
        .caller = thread->creator,
        .callee = thread->creator,
        .a = thread->ref,
        .b = is_killed,
    });
}

/* Ends another thread of the process. Who waits for it, or for a mutex that it
 * owns, goes on. */
static void kill(uint32_t slot)
{
    const struct sim_thread *thread = sim_thread_at(slot);
    record_end(thread, true);
    sim_thread_kill(slot);
    sim_wait_abandon(slot);
    sim_apc_thread_ends(slot);
    sim_object_abandon(thread->ref);
    if (thread->is_dll) {
        sim_thread_object_end(thread->ref);
    }
}

static void kill_others(void)
{
    uint32_t process = sim_thread_process();
    for (uint32_t slot = 0; slot < SIM_ENGINE->thread_count; slot++) {
        const struct sim_thread *thread = sim_thread_at(slot);
        bool lives = thread->state == SIM_THREAD_RUNNABLE ||
                     thread->state == SIM_THREAD_BLOCKED;
        if (lives && thread->process == process &&
            slot != sim_thread_current_slot()) {
            kill(slot);
        }
    }
}

/* Not in line: what a caller keeps meanwhile is part of the run's state. */
static LC_NOINLINE void detach_from_process(void)
{
    bool is_told = !sim_loader_is_idle();
    if (is_told) {
        sim_loader_lock();
    }
    kill_others();
    sim_local_thread_exit();
    if (is_told) {
        sim_loader_tell_end();
        sim_loader_unlock();
    }
}

void sim_win32_enter_thread(void)
{
    LC_CHECK(!sim_thread_current()->is_dll);
    sim_loader_tell_thread(LC_DLL_THREAD_ATTACH);
}

void sim_win32_leave_thread(void)
{
    LC_CHECK(!sim_thread_current()->is_dll);
    bool is_last = sim_thread_is_last();
    if (!is_last) {
        sim_local_thread_exit();
        sim_loader_tell_thread(LC_DLL_THREAD_DETACH);
        sim_object_abandon(sim_thread_current()->ref);
        is_last =
            sim_thread_is_last(); /* the others may have ended meanwhile */
    }
    if (is_last) {
        detach_from_process();
    }
}

void sim_win32_exit_own_thread(void)
{
    sim_win32_leave_thread();
    record_end(sim_thread_current(), false);
    sim_thread_exit();
}

void sim_win32_exit_process(void)
{
    detach_from_process();
    sim_win32_process()->exit_how = LC_EXIT_PROCESS;
    sim_thread_exit();
}

void sim_win32_terminate_process(void)
{
    kill_others();
    sim_win32_process()->exit_how = LC_EXIT_TERMINATED;
    sim_thread_exit();
}

bool sim_win32_terminate_thread(uint8_t ref)
{
    uint32_t slot = sim_thread_find(ref);
    const struct sim_thread *thread =
        slot == SIM_NO_THREAD ? NULL : sim_thread_at(slot);
    bool lives = thread != NULL && thread->state != SIM_THREAD_DONE;
    if (!lives || thread->process != sim_thread_process()) {
        sim_win32_set_error(LC_ERROR_ACCESS_DENIED);
        return false;
    }
    LC_CHECK(slot != sim_thread_current_slot());
    kill(slot);
    return true;
}

enum lc_exit sim_win32_exit_how(uint32_t process)
{
    LC_CHECK(process < LC_PROCESSES_MAX);
    return (enum lc_exit)SIM_WIN32->processes[process].exit_how;
}
