#include "fuzz/trace_about.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "lastcall/abi.h"
#include "lastcall/check.h"

#include "fuzz/text.h"
#include "fuzz/words.h"
#include "model/model.h"

struct about {
    const struct lc_schedule *schedule;
    const struct lc_record *records;
    uint64_t count;
    const struct lc_record *last; /* that decided */
    struct fuzz_trace_about *to;
};

LC_PRINTF(2, 3)

static void say(struct about *about, const char *format, ...)
{
    struct fuzz_trace_about *to = about->to;
    if (to->count == FUZZ_TRACE_ABOUT_LINES) {
        (void)snprintf(
            to->lines[FUZZ_TRACE_ABOUT_LINES - 1],
            FUZZ_TRACE_ABOUT_BYTES,
            "and more");
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(
        to->lines[to->count],
        FUZZ_TRACE_ABOUT_BYTES,
        format,
        arguments);
    va_end(arguments);
    to->count++;
}

static const char *module(const struct about *about, uint32_t number)
{
    return fuzz_text_module(&about->schedule->world, number);
}

static const char *process_name(const struct about *about, uint8_t process)
{
    return process < about->schedule->process_count
               ? about->schedule->processes[process].name
               : "-";
}

/* ---- Objects ---- */

/* Where the object that a record makes is given back; count: nowhere. */
static uint64_t end_of(const struct about *about, uint64_t made)
{
    const struct lc_record *make = &about->records[made];
    uint64_t i = made + 1;
    for (; i < about->count; i++) {
        const struct lc_record *record = &about->records[i];
        if (record->kind == LC_RECORD_DESTROY && record->b == 0 &&
            record->a == make->a && record->function == make->function) {
            break;
        }
    }
    return i;
}

/* Whether a record lies in DllMain of a module, on its thread. */
static bool in_dll_main(
    const struct about *about,
    uint64_t number,
    uint8_t callee)
{
    const struct lc_record *record = &about->records[number];
    while (number-- > 0) {
        const struct lc_record *before = &about->records[number];
        if (before->kind == LC_RECORD_DLL_MAIN && before->callee == callee &&
            before->thread == record->thread) {
            return before->function == 0;
        }
    }
    return false;
}

/* Where the last life of the provider began whose call has returned: what was
 * there before is not its. */
static uint64_t life_of(const struct about *about)
{
    uint64_t life = 0;
    uint32_t starts = 0;
    uint32_t starting = 0;
    for (uint64_t i = 0; i < about->count; i++) {
        const struct lc_record *record = &about->records[i];
        if (record->process != about->last->process ||
            record->callee != about->last->callee ||
            (record->kind != LC_RECORD_SPI_CALL &&
             record->kind != LC_RECORD_SPI_RETURN)) {
            continue;
        }
        bool is_call = record->kind == LC_RECORD_SPI_CALL;
        if (record->function == LC_SPI_STARTUP && is_call) {
            life = starts + starting == 0 ? i : life;
            starting++;
        } else if (record->function == LC_SPI_STARTUP) {
            starting -= starting > 0;
            starts += record->a == 0;
        } else if (record->function == LC_SPI_CLEANUP && !is_call) {
            starts -= starts > 0 && record->a == 0;
        }
    }
    return life;
}

/* What the provider that has returned made in its life and did not give back. */
static void say_objects(struct about *about)
{
    for (uint64_t i = life_of(about); i < about->count; i++) {
        const struct lc_record *record = &about->records[i];
        if (record->kind == LC_RECORD_CREATE &&
            record->process == about->last->process &&
            record->caller == about->last->callee &&
            end_of(about, i) == about->count &&
            !in_dll_main(about, i, record->caller)) {
            say(about,
                "%s %" PRId64 " of %s in process %s, made at record %" PRIu64
                ", was not given back",
                fuzz_words_name(FUZZ_WORDS_OBJECT, record->function),
                record->a,
                module(about, record->caller),
                process_name(about, record->process),
                i);
        }
    }
}

/* Where the object was made that the last record is of; count: nowhere. */
static uint64_t maker_of(const struct about *about, uint32_t object)
{
    for (uint64_t i = 0; i < about->count && about->last->a != 0; i++) {
        const struct lc_record *record = &about->records[i];
        if (record->kind == LC_RECORD_CREATE && record->function == object &&
            record->a == about->last->a) {
            return i;
        }
    }
    return about->count;
}

/* A lock that was used wrongly. */
static void say_wrong_lock(struct about *about)
{
    const struct lc_record *last = about->last;
    uint64_t made = maker_of(about, LC_OBJECT_LOCK);
    if (made == about->count) {
        say(about, "there is no such critical section in this process");
        return;
    }
    uint64_t end = end_of(about, made);
    if (end < about->count) {
        say(about,
            "lock %" PRId64 " was deleted at record %" PRIu64,
            last->a,
            end);
        return;
    }
    say(about, "this thread does not own lock %" PRId64, last->a);
}

/* What it was that can't be given back. */
static void say_wrong_end(struct about *about)
{
    const struct lc_record *last = about->last;
    const char *what = fuzz_words_name(FUZZ_WORDS_OBJECT, last->function);
    uint64_t made = maker_of(about, last->function);
    uint64_t end = made < about->count ? end_of(about, made) : about->count;
    if (made == about->count) {
        say(about, "what it gives back is no %s", what);
    } else if (end < about->count) {
        say(about,
            "%s %" PRId64 " was given back twice: first at record %" PRIu64
            ", made at record %" PRIu64,
            what,
            last->a,
            end,
            made);
    } else {
        say(about,
            "%s %" PRId64 ", made at record %" PRIu64 " with %" PRId64
            " bytes, was written behind its end, or is of another heap",
            what,
            last->a,
            made,
            about->records[made].b);
    }
}

/* ---- What is owed ---- */

enum debt {
    DEBT_CLEANUP = 0,  /* a WSPCleanup for a WSPStartup */
    DEBT_REFERENCE = 1 /* a FreeLibrary for a LoadLibrary */
};

/* 1: a record makes such a debt; -1: it pays one; 0: neither. */
static int change_of(const struct lc_record *record, enum debt debt)
{
    if (debt == DEBT_REFERENCE) {
        bool is_done = record->a == 1;
        return !is_done                           ? 0
               : record->kind == LC_RECORD_LOAD   ? 1
               : record->kind == LC_RECORD_UNLOAD ? -1
                                                  : 0;
    }
    if (record->kind == LC_RECORD_SPI_RETURN &&
        record->function == LC_SPI_STARTUP && record->a == 0) {
        return 1;
    }
    return record->kind == LC_RECORD_SPI_CALL &&
                   record->function == LC_SPI_CLEANUP
               ? -1
               : 0;
}

/* What one module owes another, in the process of the last record. */
static void say_debt(
    struct about *about,
    enum debt debt,
    uint32_t caller,
    uint32_t callee)
{
    uint32_t owed = 0;
    uint64_t since = 0;
    for (uint64_t i = 0; i < about->count; i++) {
        const struct lc_record *record = &about->records[i];
        int change = change_of(record, debt);
        if (change == 0 || record->process != about->last->process ||
            record->caller != caller || record->callee != callee) {
            continue;
        }
        if (change > 0) {
            since = i;
            owed++;
        } else {
            owed -= owed > 0;
        }
    }
    if (owed > 0) {
        say(about,
            debt == DEBT_CLEANUP
                ? "%s in process %s has not cleaned up %s, which it started "
                  "at record %" PRIu64 "%s"
                : "%s in process %s has not freed the DLL of %s, which it "
                  "loaded at record %" PRIu64 "%s",
            module(about, caller),
            process_name(about, about->last->process),
            module(about, callee),
            since,
            owed == 1 ? "" : " and before");
    }
}

static void say_debts(struct about *about, enum debt debt, uint32_t caller)
{
    for (uint32_t i = 0; i < about->schedule->world.provider_count; i++) {
        if (caller != LC_MODULE_PROVIDER + i) {
            say_debt(about, debt, caller, LC_MODULE_PROVIDER + i);
        }
    }
}

/* Of ws2_32 and of each provider. */
static void say_all_debts(struct about *about, enum debt debt)
{
    say_debts(about, debt, LC_MODULE_WS2_32);
    for (uint32_t i = 0; i < about->schedule->world.provider_count; i++) {
        say_debts(about, debt, LC_MODULE_PROVIDER + i);
    }
}

/* ---- Locks and threads ---- */

/* Where a lock was entered that is not left yet, or count. */
static uint64_t entered(const struct about *about, int64_t lock)
{
    uint64_t at = about->count;
    int64_t depth = 0;
    for (uint64_t i = 0; i < about->count; i++) {
        const struct lc_record *record = &about->records[i];
        if (record->kind == LC_RECORD_LOCK && record->a == lock &&
            record->c == 0) {
            at = depth == 0 ? i : at;
            depth = record->b;
            at = depth == 0 ? about->count : at;
        }
    }
    return at;
}

/* Sockets that ws2_32 knows in the process of the last record. */
static void say_sockets(struct about *about)
{
    for (uint64_t i = 0; i < about->count; i++) {
        const struct lc_record *record = &about->records[i];
        bool is_gone = record->kind != LC_RECORD_HANDLE ||
                       record->function == LC_HANDLE_FREE ||
                       record->process != about->last->process;
        for (uint64_t k = i + 1; k < about->count && !is_gone; k++) {
            is_gone = about->records[k].kind == LC_RECORD_HANDLE &&
                      about->records[k].process == record->process &&
                      about->records[k].a == record->a;
        }
        if (!is_gone) {
            say(about,
                "socket %" PRId64 " of %s in process %s, registered at record "
                "%" PRIu64 ", is still there",
                record->a,
                module(about, record->callee),
                process_name(about, record->process),
                i);
        }
    }
}

/* Locks of the provider that has returned, still held. */
static void say_locks(struct about *about)
{
    char thread[2 * LC_NAME_MAX];
    for (uint64_t i = 0; i < about->count; i++) {
        const struct lc_record *record = &about->records[i];
        if (record->kind != LC_RECORD_LOCK ||
            record->caller != about->last->callee ||
            record->process != about->last->process ||
            entered(about, record->a) != i) {
            continue;
        }
        fuzz_text_thread(about->schedule, record->thread, thread);
        say(about,
            "lock %" PRId64 " of %s in process %s is held by thread %s since "
            "record %" PRIu64,
            record->a,
            module(about, record->caller),
            process_name(about, record->process),
            thread,
            i);
    }
}

/* Whether a thread that begins has ended since. */
static bool has_ended(const struct about *about, uint64_t begun)
{
    const struct lc_record *begin = &about->records[begun];
    for (uint64_t i = begun + 1; i < about->count; i++) {
        const struct lc_record *record = &about->records[i];
        if (record->kind == LC_RECORD_THREAD && record->function == 1 &&
            record->a == begin->a) {
            return true;
        }
    }
    return false;
}

/* Threads in the code of the provider that has returned. */
static void say_threads(struct about *about)
{
    char thread[2 * LC_NAME_MAX];
    for (uint64_t i = 0; i < about->count; i++) {
        const struct lc_record *record = &about->records[i];
        if (record->kind == LC_RECORD_THREAD && record->function == 0 &&
            record->callee == about->last->callee &&
            record->process == about->last->process && !has_ended(about, i)) {
            fuzz_text_thread(about->schedule, (uint8_t)record->a, thread);
            say(about,
                "thread %s of %s, begun at record %" PRIu64 ", has not ended",
                thread,
                module(about, record->callee),
                i);
        }
    }
}

/* ---- Waits ---- */

/* Who makes the end of a wait hard: the holder of a lock, or whose an object
 * is. */
static void describe_wait(
    const struct about *about,
    const struct lc_record *wait,
    char *ret_text, /* NOLINT(readability-non-const-parameter): written */
    size_t capacity)
{
    char thread[2 * LC_NAME_MAX];
    uint64_t held =
        wait->function == LC_WAIT_LOCK ? entered(about, wait->a) : about->count;
    ret_text[0] = '\0';
    if (held < about->count) {
        fuzz_text_thread(about->schedule, about->records[held].thread, thread);
        (void)snprintf(
            ret_text,
            capacity,
            ", which thread %s holds since record %" PRIu64,
            thread,
            held);
        return;
    }
    for (uint64_t i = 0; i < about->count; i++) {
        const struct lc_record *record = &about->records[i];
        if (record->kind == LC_RECORD_CREATE && record->a == wait->a &&
            wait->function != LC_WAIT_NET) {
            (void)snprintf(
                ret_text,
                capacity,
                ", which %s made at record %" PRIu64,
                module(about, record->caller),
                i);
        }
    }
}

/* Whether a wait that begins is over. */
static bool is_over(const struct about *about, uint64_t begun)
{
    for (uint64_t i = begun + 1; i < about->count; i++) {
        const struct lc_record *record = &about->records[i];
        bool is_wait = record->kind == LC_RECORD_WAIT;
        bool is_end =
            record->kind == LC_RECORD_PROCESS && record->function == 1;
        if ((is_wait && record->thread == about->records[begun].thread) ||
            (is_end && record->process == about->records[begun].process)) {
            return true;
        }
    }
    return false;
}

static void say_waits(struct about *about)
{
    char thread[2 * LC_NAME_MAX];
    char more[FUZZ_TRACE_ABOUT_BYTES / 2];
    for (uint64_t i = 0; i < about->count; i++) {
        const struct lc_record *record = &about->records[i];
        if (record->kind != LC_RECORD_WAIT || record->c != 0 ||
            is_over(about, i)) {
            continue;
        }
        fuzz_text_thread(about->schedule, record->thread, thread);
        describe_wait(about, record, more, sizeof more);
        say(about,
            "thread %s of process %s, in %s, waits since record %" PRIu64
            " for %s %" PRId64 "%s",
            thread,
            process_name(about, record->process),
            module(about, record->caller),
            i,
            fuzz_words_name(FUZZ_WORDS_WAIT, record->function),
            record->a,
            more);
    }
}

/* ---- By rule ---- */

/* What a failed start has left. */
static void say_all_left(struct about *about)
{
    say_objects(about);
    say_locks(about);
    say_threads(about);
    say_debts(about, DEBT_CLEANUP, about->last->callee);
}

/* Of rules on the return of a provider's last cleanup, or of the last
 * WSACleanup. */
static void say_left(struct about *about, uint32_t rule)
{
    bool is_provider = about->last->kind == LC_RECORD_SPI_RETURN;
    switch (rule) {
    case MODEL_START_10:
        say_all_left(about);
        break;
    case MODEL_CLEAN_17:
        say_objects(about);
        break;
    case MODEL_INV_4:
        say_locks(about);
        break;
    case MODEL_LOAD_15:
        if (is_provider) {
            say_threads(about);
        }
        break;
    case MODEL_LAYER_11:
        if (is_provider) {
            say_debts(about, DEBT_CLEANUP, about->last->callee);
            break;
        }
        say_all_debts(about, DEBT_CLEANUP);
        break;
    case MODEL_CLEAN_7:
        if (about->last->kind == LC_RECORD_API_RETURN) {
            say_sockets(about);
        }
        break;
    case MODEL_CLEAN_14:
        say_debts(about, DEBT_CLEANUP, LC_MODULE_WS2_32);
        break;
    case MODEL_LOAD_22:
        if (about->last->kind == LC_RECORD_UNLOAD) {
            say(about,
                "%s has no reference of its own to the DLL of %s",
                module(about, about->last->caller),
                module(about, about->last->callee));
            break;
        }
        say_all_debts(about, DEBT_REFERENCE);
        break;
    default: /* not about what was left */
        break;
    }
}

void fuzz_trace_about(
    const struct lc_schedule *schedule,
    const struct lc_record *records,
    uint64_t count,
    uint32_t rule,
    struct fuzz_trace_about *ret_about)
{
    LC_CHECK(count > 0);
    LC_CHECK(rule < MODEL_RULE_COUNT);
    struct about about = {
        .schedule = schedule,
        .records = records,
        .count = count,
        .last = &records[count - 1],
        .to = ret_about,
    };
    ret_about->count = 0;
    switch (rule) {
    case MODEL_START_15:
        say(&about,
            "%" PRId64 " of the %d entries of its table are filled",
            about.last->d,
            LC_SPI_COUNT);
        break;
    case MODEL_LOAD_14:
    case MODEL_LAYER_14:
        say_debt(&about, DEBT_CLEANUP, about.last->caller, about.last->callee);
        break;
    case MODEL_MISUSE:
        if (about.last->kind == LC_RECORD_LOCK) {
            say_wrong_lock(&about);
        } else {
            say_wrong_end(&about);
        }
        break;
    case MODEL_DEADLOCK:
    case MODEL_LIVELOCK:
    case MODEL_CLEAN_4:
        if (about.last->kind == LC_RECORD_END) {
            say_waits(&about);
        }
        break;
    default:
        say_left(&about, rule);
        break;
    }
}
