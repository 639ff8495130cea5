#include "sim/ws2_32/hook.h"

#include <stddef.h>

#include "lastcall/trace.h"

#include "sim/engine/thread.h"
#include "sim/engine/trace.h"
#include "sim/ws2_32/app.h"
#include "sim/ws2_32/crossing.h"
#include "sim/ws2_32/started.h"

/* The hook of the running thread, whether it is set or not. NULL: the thread is
 * none of the application's. */
static struct sim_hook_thread *own(void)
{
    uint32_t ref = sim_thread_current()->ref;
    return ref < LC_THREADS_MAX ? &SIM_HOOK_THREADS->threads[ref] : NULL;
}

/* One that was set before the last cleanup is gone. */
static bool is_set(const struct sim_hook_thread *hook)
{
    return hook != NULL && hook->life == sim_ws2_process()->life + 1;
}

/* Whether the calls of Winsock 1.1 are there for the process. */
static enum lc_wsa check_version(void)
{
    const struct sim_ws2_process *process = sim_ws2_process();
    if (process->startup_count == 0) {
        return LC_WSANOTINITIALISED;
    }
    return (process->version & 0xff) < 2 ? LC_WSA_OK : LC_WSAEOPNOTSUPP;
}

void sim_hook_enter_call(uint32_t catalog_id)
{
    struct sim_hook_thread *hook = own();
    if (is_set(hook)) {
        hook->catalog_id = catalog_id;
        hook->turns = 0;
        hook->is_cancelled = 0;
        hook->is_inside = 1;
    }
}

void sim_hook_leave_call(void)
{
    struct sim_hook_thread *hook = own();
    if (hook != NULL) {
        hook->is_inside = 0;
    }
}

/* ---- The hook ---- */

/* WSACancelBlockingCall. */
static enum lc_wsa cancel(struct sim_hook_thread *hook)
{
    if (hook == NULL || hook->catalog_id == 0) {
        return LC_WSAEINVAL;
    }
    struct sim_started *started = sim_started_find(hook->catalog_id);
    if (started == NULL) {
        return LC_WSAEINVAL;
    }
    started->inside++;
    int32_t error = 0;
    int result = started->table.lpWSPCancelBlockingCall(&error);
    sim_started_leave(started);
    if (result != 0) {
        return error == 0 ? LC_WSASYSCALLFAILURE : (enum lc_wsa)error;
    }
    hook->is_cancelled = 1;
    return LC_WSA_OK;
}

static void record(
    enum lc_hook what,
    uint32_t caller,
    struct sim_arguments values)
{
    bool is_made = what == LC_HOOK_MAKES;
    sim_trace_write((struct lc_record){
        .kind = LC_RECORD_HOOK,
        .caller = (uint8_t)(is_made ? LC_MODULE_APP : caller),
        .callee = is_made ? LC_MODULE_WS2_32 : LC_MODULE_APP,
        .function = (uint16_t)what,
        .a = values.a,
        .b = values.b,
        .c = values.c,
    });
}

/* Makes a call. All but two find that one is in progress: BLOCK-13. */
static void make(struct sim_hook_thread *hook, enum lc_hook_makes makes)
{
    static const uint8_t calls[] = {
        [LC_HOOK_MAKES_ISBLOCKING] = LC_CALL_ISBLOCKING,
        [LC_HOOK_MAKES_STARTUP] = LC_CALL_WSASTARTUP,
        [LC_HOOK_MAKES_CLEANUP] = LC_CALL_WSACLEANUP,
        [LC_HOOK_MAKES_SOCKET] = LC_CALL_SOCKET,
        [LC_HOOK_MAKES_SEND] = LC_CALL_SEND,
        [LC_HOOK_MAKES_SHUTDOWN] = LC_CALL_SHUTDOWN,
        [LC_HOOK_MAKES_CLOSE] = LC_CALL_CLOSESOCKET,
        [LC_HOOK_MAKES_CONNECT] = LC_CALL_CONNECT,
        [LC_HOOK_MAKES_SETSOCKOPT] = LC_CALL_LINGER,
        [LC_HOOK_MAKES_IOCTL] = LC_CALL_FIONBIO,
        [LC_HOOK_MAKES_SELECT] = LC_CALL_SELECT,
        [LC_HOOK_MAKES_CANCEL] = LC_CALL_CANCEL,
    };
    enum lc_wsa error = LC_WSAEINPROGRESS;
    int64_t result = LC_SOCKET_ERROR;
    if (makes == LC_HOOK_MAKES_CANCEL) {
        error = cancel(hook);
        result = error == LC_WSA_OK ? 0 : LC_SOCKET_ERROR;
    } else if (makes == LC_HOOK_MAKES_ISBLOCKING) {
        error = LC_WSA_OK;
        result = 1;
    } else if (makes == LC_HOOK_MAKES_STARTUP) {
        result = error; /* the code itself */
    }
    if (error != LC_WSA_OK) {
        sim_thread_current()->last_error = (uint32_t)error;
    }
    record(
        LC_HOOK_MAKES,
        LC_MODULE_APP,
        (struct sim_arguments){ calls[makes], error, result });
}

/* What a provider is given for the hook of a thread. */
static int LC_ABI call_hook(uintptr_t context)
{
    LC_CHECK(context < LC_THREADS_MAX);
    struct sim_hook_thread *hook = &SIM_HOOK_THREADS->threads[context];
    uint32_t caller = sim_thread_module();
    record(
        LC_HOOK_RUNS,
        caller,
        (struct sim_arguments){ .a = (int64_t)context });
    sim_thread_enter(LC_MODULE_APP, SIM_FRAME_UPCALL, 0);
    sim_thread_enter(LC_MODULE_WS2_32, SIM_FRAME_API, LC_CALL_CANCEL);
    hook->turns++;
    for (uint32_t i = 0; hook->turns == hook->turn && i < LC_HOOK_MAKES_COUNT;
         i++) {
        if ((hook->makes >> i & 1) != 0) {
            make(hook, (enum lc_hook_makes)i);
        }
    }
    sim_thread_leave();
    sim_thread_leave();
    int goes_on = hook->is_cancelled == 0;
    record(LC_HOOK_ENDS, caller, (struct sim_arguments){ .a = goes_on });
    return goes_on;
}

lc_blocking_hook_fn *sim_hook_callback(uintptr_t *ret_context)
{
    const struct sim_hook_thread *hook = own();
    *ret_context = 0;
    if (!is_set(hook) || hook->is_inside == 0) {
        return NULL;
    }
    *ret_context = sim_thread_current()->ref;
    return call_hook;
}

/* ---- The application's calls ---- */

void sim_app_describe_hook(const struct lc_op *op, struct lc_record *record)
{
    record->b = op->value;
    record->c = op->value2;
}

enum lc_wsa sim_app_set_hook(const struct lc_op *op, struct lc_record *ret)
{
    (void)ret;
    enum lc_wsa wsa = check_version();
    uint32_t ref = sim_thread_current()->ref;
    if (wsa != LC_WSA_OK) {
        return wsa;
    }
    LC_CHECK(ref < LC_THREADS_MAX);
    if (ref >= SIM_HOOK_THREADS->end) {
        SIM_HOOK_THREADS->end = ref + 1;
    }
    SIM_HOOK_THREADS->threads[ref] = (struct sim_hook_thread){
        .life = sim_ws2_process()->life + 1,
        .turn = op->value,
        .makes = (uint16_t)op->value2,
    };
    return LC_WSA_OK;
}

enum lc_wsa sim_app_unhook(const struct lc_op *op, struct lc_record *ret)
{
    (void)op;
    (void)ret;
    enum lc_wsa wsa = check_version();
    struct sim_hook_thread *hook = own();
    if (wsa == LC_WSA_OK && hook != NULL) {
        hook->life = 0;
    }
    return wsa;
}

enum lc_wsa sim_app_is_blocking(const struct lc_op *op, struct lc_record *ret)
{
    (void)op;
    ret->a = 0; /* a thread that comes to make this call does not block */
    return check_version();
}

enum lc_wsa sim_app_cancel(const struct lc_op *op, struct lc_record *ret)
{
    (void)op;
    (void)ret;
    enum lc_wsa wsa = check_version();
    return wsa == LC_WSA_OK ? cancel(own()) : wsa;
}

/* ---- The part ---- */

static uint32_t used_ranges(struct sim_range ret_ranges[SIM_PART_RANGES_MAX])
{
    ret_ranges[0] = (struct sim_range){
        .size_bytes = offsetof(struct sim_hook_threads, threads),
    };
    ret_ranges[1] = (struct sim_range){
        .offset_bytes = offsetof(struct sim_hook_threads, threads),
        .size_bytes =
            SIM_HOOK_THREADS->end * (uint32_t)sizeof(struct sim_hook_thread),
    };
    return 2;
}

void sim_hook_threads_open(void)
{
    sim_arena_part_declare(SIM_PART_HOOK, sizeof(struct sim_hook_threads));
    sim_arena_part_set_used(SIM_PART_HOOK, used_ranges);
}
