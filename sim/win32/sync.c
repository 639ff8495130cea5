/*
 * Locks and conditions that lie in one word of the caller's memory: slim
 * reader/writer locks, condition variables, one-time initialisation. Zero is
 * what each of them begins with, so that no call need have made them.
 *
 * A slim lock knows who holds it. A thread that comes after a waiting writer
 * waits too, reader or not: so one that reads twice can lock itself out.
 * Source: documented. Slim Reader/Writer (SRW) Locks, Condition Variables,
 *         One-Time Initialization; the pages of the functions (synchapi.h).
 *         A lock is released by the thread that acquired it; exclusive ones
 *         are not recursive, and a reader can't become a writer. Assumed: new
 *         readers wait behind a writer; InitOnceComplete that comes too late
 *         says ERROR_GEN_FAILURE. Nobody is woken without a reason.
 */
#include <stddef.h>
#include <string.h>

#include "lastcall/check.h"

#include "sim/engine/thread.h"
#include "sim/engine/trace.h"
#include "sim/win32/exports.h"
#include "sim/win32/state.h"
#include "sim/win32/win32.h"

/* How the eight bytes of a slim lock are used while it is not zero. */
struct slim {
    uint32_t readers; /* bit per thread slot */
    uint8_t count;    /* how often it is held for reading */
    uint8_t waiting;  /* writers that wait */
    uint8_t writer;   /* thread slot + 1 */
    uint8_t tag;      /* enum slim_tag */
};

_Static_assert(sizeof(struct slim) == sizeof(void *), "an SRWLOCK");

enum slim_tag {
    SLIM_FREE = 0,
    SLIM_USED = 0x5a,
    SLIM_NESTED = 0x5b /* somebody reads twice: whose readings they are is
                          not told apart any more */
};

/* The two lowest bits of an INIT_ONCE. */
enum once_state {
    ONCE_FRESH = 0,
    ONCE_BEGUN = 1,       /* one thread initialises, the others wait */
    ONCE_DONE = 2,        /* the other bits are the context */
    ONCE_BEGUN_ASYNC = 3, /* whoever completes first has won */
    ONCE_MASK = 3
};

enum once_flag {
    ONCE_CHECK_ONLY = 1,
    ONCE_ASYNC = 2,
    ONCE_INIT_FAILED = 4
};

enum {
    LOCKMODE_SHARED = 1 /* CONDITION_VARIABLE_LOCKMODE_SHARED */
};

static uint64_t key_of(const void *word)
{
    return (uint64_t)(uintptr_t)word;
}

static void yield_on(const void *word, enum lc_shim what)
{
    sim_win32_yield_on(what, sim_thing(SIM_THING_LOCK, 0, key_of(word) >> 3));
}

static void record(enum lc_lock_change change, bool is_wrong)
{
    sim_trace_write((struct lc_record){
        .kind = LC_RECORD_LOCK,
        .function = (uint16_t)change,
        .caller = (uint8_t)sim_thread_module(),
        .callee = LC_MODULE_SYSTEM,
        .b = !is_wrong && change == LC_LOCK_ENTER,
        .c = is_wrong,
    });
}

static enum sim_wake block(
    const void *word,
    enum lc_wait_for wait_for,
    uint64_t timeout_ns)
{
    sim_pool_before_block();
    return sim_thread_block(&(struct sim_wait_options){
        .wait_for = wait_for,
        .key = key_of(word),
        .timeout_ns = timeout_ns,
    });
}

static void wake_all(const void *word)
{
    (void)sim_thread_wake(key_of(word), SIM_THREADS_MAX, SIM_WAKE_SIGNALLED);
}

/* ---- Slim reader/writer locks ---- */

/* Returns false when the word is no lock: freed memory, or never made. */
static bool slim_read(const void *word, struct slim *ret_slim)
{
    memcpy(ret_slim, word, sizeof *ret_slim);
    static const struct slim zero;
    if (ret_slim->tag == SLIM_FREE) {
        return memcmp(ret_slim, &zero, sizeof zero) == 0;
    }
    return (ret_slim->tag == SLIM_USED || ret_slim->tag == SLIM_NESTED) &&
           ret_slim->writer <= SIM_THREADS_MAX;
}

static void slim_write(void *word, struct slim slim)
{
    bool is_free = slim.writer == 0 && slim.count == 0 && slim.waiting == 0;
    slim.tag = slim.tag == SLIM_FREE ? SLIM_USED : slim.tag;
    slim = is_free ? (struct slim){ 0 } : slim;
    memcpy(word, &slim, sizeof slim);
}

static uint32_t self_bit(void)
{
    return 1U << sim_thread_current_slot();
}

static uint8_t self_writer(void)
{
    return (uint8_t)(sim_thread_current_slot() + 1);
}

static bool slim_is_mine(const struct slim *slim)
{
    return slim->writer == self_writer() || (slim->readers & self_bit()) != 0;
}

/* What is wrong all the same waits, as it does on Windows: for ever. */
static void slim_lock(void *word)
{
    struct slim slim;
    bool is_lock = slim_read(word, &slim);
    if (!is_lock || slim_is_mine(&slim)) {
        record(LC_LOCK_ENTER, true);
    }
    while (is_lock && (slim.writer != 0 || slim.count > 0)) {
        slim.waiting++;
        slim_write(word, slim);
        (void)block(word, LC_WAIT_LOCK, SIM_FOREVER);
        is_lock = slim_read(word, &slim);
        if (!is_lock || slim.waiting == 0) {
            record(LC_LOCK_ENTER, true); /* it went while we waited */
            return;
        }
        slim.waiting--;
    }
    if (is_lock) {
        slim.writer = self_writer();
        slim_write(word, slim);
        record(LC_LOCK_ENTER, false);
    }
}

static void slim_add_reader(void *word, struct slim slim)
{
    if ((slim.readers & self_bit()) != 0) {
        slim.tag = SLIM_NESTED;
    }
    if (slim.count == UINT8_MAX) {
        sim_win32_limit();
    }
    slim.readers |= self_bit();
    slim.count++;
    slim_write(word, slim);
    record(LC_LOCK_ENTER, false);
}

static void slim_lock_shared(void *word)
{
    struct slim slim;
    bool is_lock = slim_read(word, &slim);
    if (!is_lock || slim.writer == self_writer()) {
        record(LC_LOCK_ENTER, true);
    }
    while (is_lock && (slim.writer != 0 || slim.waiting > 0)) {
        (void)block(word, LC_WAIT_LOCK, SIM_FOREVER);
        is_lock = slim_read(word, &slim);
        if (!is_lock) {
            record(LC_LOCK_ENTER, true);
        }
    }
    if (is_lock) {
        slim_add_reader(word, slim);
    }
}

/* Returns whether it was held so: nothing is given back otherwise. */
static bool slim_unlock(void *word, bool is_shared)
{
    struct slim slim;
    bool is_held = slim_read(word, &slim);
    if (is_shared) {
        is_held = is_held && slim.count > 0 &&
                  (slim.tag == SLIM_NESTED || (slim.readers & self_bit()) != 0);
    } else {
        is_held = is_held && slim.writer == self_writer();
    }
    record(LC_LOCK_LEAVE, !is_held);
    if (!is_held) {
        return false;
    }
    if (is_shared) {
        slim.count--;
        bool is_kept = slim.tag == SLIM_NESTED && slim.count > 0;
        slim.readers &= is_kept ? UINT32_MAX : ~self_bit();
        if (slim.count == 0) {
            slim.readers = 0;
            slim.tag = SLIM_USED;
        }
    } else {
        slim.writer = 0;
    }
    slim_write(word, slim);
    if (slim.count == 0) {
        wake_all(word);
    }
    return true;
}

static void LC_ABI word_initialize(void *word)
{
    memset(word, 0, sizeof(void *));
}

static void LC_ABI acquire_exclusive(void *word)
{
    yield_on(word, LC_SHIM_ENTER_CRITICAL_SECTION);
    slim_lock(word);
}

static void LC_ABI acquire_shared(void *word)
{
    yield_on(word, LC_SHIM_ENTER_CRITICAL_SECTION);
    slim_lock_shared(word);
}

static uint8_t try_acquire(void *word, bool is_shared)
{
    struct slim slim;
    yield_on(word, LC_SHIM_ENTER_CRITICAL_SECTION);
    if (!slim_read(word, &slim)) {
        record(LC_LOCK_ENTER, true);
        return 0;
    }
    if (slim.writer != 0 || slim.waiting > 0 ||
        (!is_shared && slim.count > 0)) {
        return 0;
    }
    if (is_shared) {
        slim_add_reader(word, slim);
        return 1;
    }
    slim.writer = self_writer();
    slim_write(word, slim);
    record(LC_LOCK_ENTER, false);
    return 1;
}

static uint8_t LC_ABI try_acquire_exclusive(void *word)
{
    return try_acquire(word, false);
}

static uint8_t LC_ABI try_acquire_shared(void *word)
{
    return try_acquire(word, true);
}

static void LC_ABI release_exclusive(void *word)
{
    yield_on(word, LC_SHIM_LEAVE_CRITICAL_SECTION);
    (void)slim_unlock(word, false);
}

static void LC_ABI release_shared(void *word)
{
    yield_on(word, LC_SHIM_LEAVE_CRITICAL_SECTION);
    (void)slim_unlock(word, true);
}

/* ---- Condition variables: those that wait are known by the address ---- */

/* A word that is not zero is none: freed memory, or something else. */
static void variable_check(const void *variable)
{
    uint64_t word;
    memcpy(&word, variable, sizeof word);
    if (word != 0) {
        record(LC_LOCK_ENTER, true);
    }
}

static bool variable_wait(const void *variable, uint32_t timeout_ms)
{
    enum sim_wake wake =
        block(variable, LC_WAIT_EVENT, sim_wait_timeout_ns(timeout_ms));
    return wake == SIM_WAKE_SIGNALLED;
}

static int variable_end(bool is_woken)
{
    if (!is_woken) {
        sim_win32_set_error(LC_ERROR_TIMEOUT);
    }
    return is_woken;
}

static int LC_ABI sleep_section(
    void *variable,
    struct lc_critical_section *lock,
    uint32_t timeout_ms)
{
    yield_on(variable, LC_SHIM_WAIT);
    variable_check(variable);
    sim_lock_leave(lock);
    bool is_woken = variable_wait(variable, timeout_ms);
    sim_lock_enter(lock);
    return variable_end(is_woken);
}

static int LC_ABI
sleep_slim(void *variable, void *word, uint32_t timeout_ms, uint32_t flags)
{
    yield_on(variable, LC_SHIM_WAIT);
    bool is_shared = (flags & LOCKMODE_SHARED) != 0;
    variable_check(variable);
    if (!slim_unlock(word, is_shared)) {
        sim_win32_set_error(LC_ERROR_NOT_OWNER);
        return 0;
    }
    bool is_woken = variable_wait(variable, timeout_ms);
    if (is_shared) {
        slim_lock_shared(word);
    } else {
        slim_lock(word);
    }
    return variable_end(is_woken);
}

static void LC_ABI variable_wake(void *variable)
{
    yield_on(variable, LC_SHIM_SET_EVENT);
    variable_check(variable);
    (void)sim_thread_wake(key_of(variable), 1, SIM_WAKE_SIGNALLED);
}

static void LC_ABI variable_wake_all(void *variable)
{
    yield_on(variable, LC_SHIM_SET_EVENT);
    variable_check(variable);
    wake_all(variable);
}

/* ---- One-time initialisation ---- */

typedef int LC_ABI once_fn(void *once, void *parameter, void **ret_context);

static uint64_t once_read(const void *once)
{
    uint64_t word;
    memcpy(&word, once, sizeof word);
    return word;
}

static void once_write(void *once, uint64_t word)
{
    memcpy(once, &word, sizeof word);
}

static void once_give_context(const void *once, void **ret_context)
{
    if (ret_context != NULL) {
        *ret_context =
            (void *)(uintptr_t)(once_read(once) & ~(uint64_t)ONCE_MASK);
    }
}

static int once_refuse(uint32_t error)
{
    sim_win32_set_error(error);
    return 0;
}

/* Waits until nobody initialises. Returns the state then. */
static enum once_state once_settle(const void *once)
{
    while ((once_read(once) & ONCE_MASK) == ONCE_BEGUN) {
        (void)block(once, LC_WAIT_LOCK, SIM_FOREVER);
    }
    return (enum once_state)(once_read(once) & ONCE_MASK);
}

/* Ends an initialisation; a context is not kept of one that has failed. */
static void once_end(void *once, bool is_done, uint64_t context)
{
    once_write(once, is_done ? context | ONCE_DONE : ONCE_FRESH);
    wake_all(once);
}

static int begin_async(void *once, enum once_state state, int *ret_pending)
{
    if (state == ONCE_BEGUN) {
        return once_refuse(LC_ERROR_INVALID_PARAMETER);
    }
    once_write(once, ONCE_BEGUN_ASYNC);
    *ret_pending = 1;
    return 1;
}

static int LC_ABI
once_begin(void *once, uint32_t flags, int *ret_pending, void **ret_context)
{
    yield_on(once, LC_SHIM_ENTER_CRITICAL_SECTION);
    bool is_async = (flags & ONCE_ASYNC) != 0;
    bool is_check = (flags & ONCE_CHECK_ONLY) != 0;
    if ((is_async && is_check) ||
        (flags & ~(uint32_t)(ONCE_ASYNC | ONCE_CHECK_ONLY)) != 0) {
        return once_refuse(LC_ERROR_INVALID_PARAMETER);
    }
    enum once_state state = (enum once_state)(once_read(once) & ONCE_MASK);
    if (!is_async && !is_check && state != ONCE_BEGUN_ASYNC) {
        state = once_settle(once);
    }
    if (state == ONCE_DONE) {
        *ret_pending = 0;
        once_give_context(once, ret_context);
        return 1;
    }
    if (is_check) {
        *ret_pending = 1;
        return once_refuse(LC_ERROR_GEN_FAILURE);
    }
    if (is_async) {
        return begin_async(once, state, ret_pending);
    }
    if (state == ONCE_BEGUN_ASYNC) {
        return once_refuse(LC_ERROR_INVALID_PARAMETER);
    }
    once_write(once, ONCE_BEGUN);
    *ret_pending = 1;
    return 1;
}

static int LC_ABI once_complete(void *once, uint32_t flags, void *context)
{
    yield_on(once, LC_SHIM_LEAVE_CRITICAL_SECTION);
    bool is_async = (flags & ONCE_ASYNC) != 0;
    bool is_failed = (flags & ONCE_INIT_FAILED) != 0;
    uint64_t value = (uint64_t)(uintptr_t)context;
    enum once_state state = (enum once_state)(once_read(once) & ONCE_MASK);
    if ((flags & ~(uint32_t)(ONCE_ASYNC | ONCE_INIT_FAILED)) != 0 ||
        (value & ONCE_MASK) != 0 ||
        (is_failed && (is_async || context != NULL))) {
        return once_refuse(LC_ERROR_INVALID_PARAMETER);
    }
    if (state == ONCE_FRESH || state == ONCE_DONE) {
        return once_refuse(LC_ERROR_GEN_FAILURE);
    }
    if (is_async != (state == ONCE_BEGUN_ASYNC)) {
        return once_refuse(LC_ERROR_INVALID_PARAMETER);
    }
    once_end(once, !is_failed, value);
    return 1;
}

static int LC_ABI
once_execute(void *once, once_fn *code, void *parameter, void **ret_context)
{
    yield_on(once, LC_SHIM_ENTER_CRITICAL_SECTION);
    enum once_state state = once_settle(once);
    if (state == ONCE_BEGUN_ASYNC) {
        return once_refuse(LC_ERROR_INVALID_PARAMETER);
    }
    if (state == ONCE_FRESH) {
        once_write(once, ONCE_BEGUN);
        void *context = NULL;
        bool is_done = code(once, parameter, &context) != 0;
        uint64_t value = (uint64_t)(uintptr_t)context;
        bool is_whole = (value & ONCE_MASK) == 0;
        once_end(once, is_done && is_whole, value);
        if (!is_done) {
            return 0;
        }
        if (!is_whole) {
            return once_refuse(LC_ERROR_INVALID_PARAMETER);
        }
    }
    once_give_context(once, ret_context);
    return 1;
}

const struct sim_export sim_sync_exports[] = {
    { "InitializeSRWLock", 0, (sim_code_fn *)word_initialize },
    { "AcquireSRWLockExclusive", 0, (sim_code_fn *)acquire_exclusive },
    { "AcquireSRWLockShared", 0, (sim_code_fn *)acquire_shared },
    { "TryAcquireSRWLockExclusive", 0, (sim_code_fn *)try_acquire_exclusive },
    { "TryAcquireSRWLockShared", 0, (sim_code_fn *)try_acquire_shared },
    { "ReleaseSRWLockExclusive", 0, (sim_code_fn *)release_exclusive },
    { "ReleaseSRWLockShared", 0, (sim_code_fn *)release_shared },
    { "InitializeConditionVariable", 0, (sim_code_fn *)word_initialize },
    { "SleepConditionVariableCS", 0, (sim_code_fn *)sleep_section },
    { "SleepConditionVariableSRW", 0, (sim_code_fn *)sleep_slim },
    { "WakeConditionVariable", 0, (sim_code_fn *)variable_wake },
    { "WakeAllConditionVariable", 0, (sim_code_fn *)variable_wake_all },
    { "InitOnceInitialize", 0, (sim_code_fn *)word_initialize },
    { "InitOnceBeginInitialize", 0, (sim_code_fn *)once_begin },
    { "InitOnceComplete", 0, (sim_code_fn *)once_complete },
    { "InitOnceExecuteOnce", 0, (sim_code_fn *)once_execute },
};
const uint32_t sim_sync_export_count = LC_COUNT_OF(sim_sync_exports);
