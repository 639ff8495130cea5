/*
 * The shim: what Windows offers a provider, in virtual time. Built-in
 * providers call these functions, and hosted DLLs import the same ones by
 * name. All are entered on a simulated thread. What is named in enum lc_shim is
 * a yield point before it acts.
 *
 * Errors: as Windows reports them, by result and last error of the thread.
 */
#ifndef SIM_WIN32_WIN32_H
#define SIM_WIN32_WIN32_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lastcall/abi.h"
#include "lastcall/trace.h"

#include "sim/engine/module.h"

/** Declares the part and registers the export tables. At start-up. */
void sim_win32_open(void);

/**
 * Says how the coming run goes.
 *
 * @param has_page_heap  blocks of hosted DLLs have pages of their own.
 */
void sim_win32_begin(bool has_page_heap);

/** Whether a function, by its name, tells the time. */
bool sim_win32_tells_time(const char *name);

/**
 * Says at start-up who does what a DllMain of a module does beside its own: with
 * the module as what is running, behind its own at an attach, else before it.
 */
void sim_win32_set_dll_main(void (*beside)(uint32_t module, uint32_t reason));

/** A thread of the application has begun: DLLs hear of it. */
void sim_win32_enter_thread(void);

/** It is about to end: what it has in fiber-local slots goes to their
 * callbacks, and DLLs hear of it, or, when it is the last, that the process
 * ends. */
void sim_win32_leave_thread(void);

/* Imitations of ExitThread, ExitProcess and TerminateProcess, of the running
 * thread of the application. They do not return. */
void sim_win32_exit_own_thread(void);
void sim_win32_exit_process(void);
void sim_win32_terminate_process(void);

/**
 * Imitates TerminateThread.
 *
 * @param ref  of another thread of the schedule.
 *
 * Returns: false, and the last error is set, when it is none of the process's
 *          that lives.
 */
bool sim_win32_terminate_thread(uint8_t ref);

/** How a process that has ended did. */
enum lc_exit sim_win32_exit_how(uint32_t process);

/** Gives up what a process held in the shim. At its end. */
void sim_win32_process_exit(uint32_t process);

/* Heaps. A block knows its heap and its owner module. Freed bytes are
 * poisoned. */
lc_handle LC_ABI sim_win32_get_process_heap(void);
lc_handle LC_ABI
sim_win32_heap_create(uint32_t options, size_t initial, size_t maximum);
int LC_ABI sim_win32_heap_destroy(lc_handle handle);
void *LC_ABI
sim_win32_heap_alloc(lc_handle handle, uint32_t flags, size_t size_bytes);
int LC_ABI sim_win32_heap_free(lc_handle handle, uint32_t flags, void *memory);

/* Locks. Blocking, recursive, owned by a thread. */
void LC_ABI
sim_win32_initialize_critical_section(struct lc_critical_section *lock);
void LC_ABI sim_win32_enter_critical_section(struct lc_critical_section *lock);
void LC_ABI sim_win32_leave_critical_section(struct lc_critical_section *lock);
void LC_ABI sim_win32_delete_critical_section(struct lc_critical_section *lock);

/* Events, threads and waits. */
lc_handle LC_ABI sim_win32_create_event_a(
    void *security,
    int manual_reset,
    int initial_state,
    const char *name);
/** Names an event whatever becomes of its handle. 0: it is none. No yield
 * point. */
uint64_t sim_win32_event_name(lc_handle handle);

/** The same of an operation that is to set it: resets it, too. */
uint64_t sim_win32_event_begin(lc_handle handle);

/** Sets an event that was named so, unless it is gone. 0: none. */
void sim_win32_event_end(uint64_t event);

int LC_ABI sim_win32_set_event(lc_handle handle);
int LC_ABI sim_win32_reset_event(lc_handle handle);
lc_handle LC_ABI sim_win32_create_thread(
    void *security,
    size_t stack_bytes,
    lc_thread_start_fn *start,
    void *parameter,
    uint32_t flags,
    uint32_t *ret_id);
void LC_ABI sim_win32_exit_thread(uint32_t exit_code);
uint32_t LC_ABI
sim_win32_wait_for_single_object(lc_handle handle, uint32_t timeout_ms);
uint32_t LC_ABI sim_win32_wait_for_multiple_objects(
    uint32_t count,
    const lc_handle *handles,
    int wait_all,
    uint32_t timeout_ms);
uint32_t LC_ABI sim_win32_wait_for_multiple_objects_ex(
    uint32_t count,
    const lc_handle *handles,
    int wait_all,
    uint32_t timeout_ms,
    int alertable);
int LC_ABI sim_win32_close_handle(lc_handle handle);
void LC_ABI sim_win32_sleep(uint32_t timeout_ms);
uint32_t LC_ABI sim_win32_sleep_ex(uint32_t timeout_ms, int alertable);

/* Modules. Paths: see sim_module_find. The loader lock is held over DllMain. */
lc_handle LC_ABI sim_win32_load_library_a(const char *path);
lc_handle LC_ABI sim_win32_load_library_w(const lc_wchar *path);
int LC_ABI sim_win32_free_library(lc_handle handle);
/* Returns the address of code, to be cast by way of uintptr_t. */
void *LC_ABI sim_win32_get_proc_address(lc_handle handle, const char *name);

/* Strings and environment. */
uint32_t LC_ABI sim_win32_expand_environment_strings_w(
    const lc_wchar *source,
    lc_wchar *ret_text,
    uint32_t capacity);

#endif
