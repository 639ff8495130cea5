#include "fuzz/trace_text.h"

#include <stdarg.h>
#include <stdio.h>

#include "lastcall/abi.h"
#include "lastcall/check.h"
#include "lastcall/nsp.h"

#include "fuzz/call.h"
#include "fuzz/text.h"
#include "fuzz/words.h"

struct line {
    char *buffer;
    size_t capacity;
    size_t at;
    const struct lc_schedule *schedule;
};

LC_PRINTF(2, 3)

static void put(struct line *line, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    size_t room = line->capacity - line->at;
    int length = vsnprintf(line->buffer + line->at, room, format, arguments);
    va_end(arguments);
    if (length > 0) {
        line->at += (size_t)length < room ? (size_t)length : room - 1;
    }
}

static const char *module(const struct line *line, uint32_t number)
{
    return fuzz_text_module(&line->schedule->world, number);
}

static void put_error(struct line *line, int64_t code)
{
    const char *name = fuzz_words_error(code);
    if (code != 0 && name != NULL) {
        put(line, " %s", name);
    } else if (code != 0) {
        put(line, " error %lld", (long long)code);
    }
}

/* The versions that a start asks for and gets, where they are not 2.2, which
 * goes without saying. */
static void put_versions(struct line *line, const struct lc_record *record)
{
    static const int64_t usual = 0x0202;
    bool is_api = record->kind == LC_RECORD_API_RETURN;
    bool is_return = is_api || record->kind == LC_RECORD_SPI_RETURN;
    int64_t version = is_return ? record->c : record->d;
    int64_t highest = is_api ? record->d : version;
    bool has_failed = is_return && record->a != 0;
    if (has_failed || (version == usual && highest == usual)) {
        return;
    }
    put(line,
        ", version %lld.%lld",
        (long long)(version & 0xff),
        (long long)(version >> 8));
    if (highest != version) {
        put(line,
            " of %lld.%lld",
            (long long)(highest & 0xff),
            (long long)(highest >> 8));
    }
}

static void put_crossing(struct line *line, const struct lc_record *record)
{
    bool is_upcall = record->kind == LC_RECORD_UPCALL_CALL ||
                     record->kind == LC_RECORD_UPCALL_RETURN;
    bool is_return = record->kind == LC_RECORD_SPI_RETURN ||
                     record->kind == LC_RECORD_UPCALL_RETURN;
    put(line,
        "%s %s %s %s",
        module(line, record->caller),
        is_return ? "<-" : "->",
        module(line, record->callee),
        fuzz_words_name(
            is_upcall ? FUZZ_WORDS_UPCALL : FUZZ_WORDS_SPI,
            record->function));
    if (is_return) {
        put(line, " = %lld", (long long)record->a);
        put_error(line, record->b);
    } else {
        put(line, " %lld", (long long)record->a);
        if (record->b != 0 || record->c != 0) {
            put(line, " %lld %lld", (long long)record->b, (long long)record->c);
        }
    }
    if (!is_upcall && record->function == LC_SPI_STARTUP) {
        put_versions(line, record);
    }
}

/* Words of bits. */
static void put_bits(struct line *line, enum fuzz_words words, uint32_t bits)
{
    for (uint32_t i = 0; i < fuzz_words_count(words); i++) {
        if ((bits >> i & 1) != 0) {
            put(line,
                "%s%s",
                (bits & ((1U << i) - 1)) == 0 ? " " : ",",
                fuzz_words_name(words, i));
        }
    }
}

static void put_network_events(
    struct line *line,
    const struct lc_record *record)
{
    int64_t connect = record->d >> 16 & 0xffff;
    int64_t close = record->d >> 32 & 0xffff;
    put_bits(line, FUZZ_WORDS_NETWORK, (uint16_t)record->d);
    put(line, connect != 0 ? ", connect" : "");
    put_error(line, connect);
    put(line, close != 0 ? ", close" : "");
    put_error(line, close);
}

/* What a call that succeeded has told. */
static void put_told(struct line *line, const struct lc_record *record)
{
    bool is_name = record->function == LC_CALL_GETSOCKNAME ||
                   record->function == LC_CALL_GETPEERNAME;
    bool is_value = record->function == LC_CALL_SOERROR ||
                    record->function == LC_CALL_FIONREAD;
    if (is_name && record->a == 0) {
        put(line, ", port %lld", (long long)record->d);
    } else if (is_value && record->a == 0) {
        put(line, ", tells %lld", (long long)record->d);
    } else if (record->function == LC_CALL_ENUMEVENTS && record->a == 0) {
        put_network_events(line, record);
    } else if (
        (record->function == LC_CALL_RECV ||
         record->function == LC_CALL_RECVFROM) &&
        record->a > 0) {
        put(line, "%s", record->d ? "" : ", not what was sent");
    }
}

static enum fuzz_argument_kind first_argument(const struct lc_record *record)
{
    return record->function < LC_CALL_COUNT
               ? (enum fuzz_argument_kind)fuzz_call(record->function)
                     ->arguments[0]
                     .kind
               : FUZZ_ARGUMENT_NONE;
}

static void put_api(struct line *line, const struct lc_record *record)
{
    const char *name = record->function < LC_CALL_COUNT
                           ? fuzz_call(record->function)->function
                           : "?";
    if (record->kind == LC_RECORD_API_RETURN) {
        put(line, "%s = %lld", name, (long long)record->a);
        put_error(line, record->b);
        if (record->function == LC_CALL_WSASTARTUP) {
            put_versions(line, record);
        }
        put_told(line, record);
        return;
    }
    put(line, "%s", name);
    enum fuzz_argument_kind kind = first_argument(record);
    if (kind == FUZZ_ARGUMENT_PROVIDER) {
        put(line, " %s", module(line, (uint32_t)record->a));
    } else if (kind == FUZZ_ARGUMENT_THREAD) {
        char thread[2 * LC_NAME_MAX];
        fuzz_text_thread(line->schedule, (uint8_t)record->a, thread);
        put(line, " %s", thread);
    } else if (record->a != 0) {
        put(line, " %lld", (long long)record->a);
    }
    if (record->b != 0 || record->c != 0) {
        put(line, " %lld %lld", (long long)record->b, (long long)record->c);
    }
}

static void put_datagram(struct line *line, const struct lc_record *record)
{
    static const char *const drops[] = {
        [LC_DROP_ROOM] = "there is no room",
        [LC_DROP_STRANGER] = "it is of another peer",
        [LC_DROP_CLOSED] = "the socket is closed",
    };
    _Static_assert(LC_COUNT_OF(drops) == LC_DROP_COUNT, "one each");
    put(line,
        " %lld bytes from %lld",
        (long long)record->b,
        (long long)record->c);
    if (record->function == LC_WIRE_DATAGRAM_DROP) {
        bool is_known = record->d >= 0 && record->d < LC_DROP_COUNT;
        put(line, ": %s", is_known ? drops[record->d] : "?");
    } else if (record->d == 0) {
        put(line, ", not what was sent");
    }
}

static void put_wire(struct line *line, const struct lc_record *record)
{
    put(line,
        "connection %lld %s",
        (long long)record->a,
        fuzz_words_name(FUZZ_WORDS_WIRE, record->function));
    switch ((enum lc_wire)record->function) {
    case LC_WIRE_OPEN:
    case LC_WIRE_CLOSE:
        put(line, " handle %lld", (long long)record->c);
        break;
    case LC_WIRE_ACCEPT:
    case LC_WIRE_DATA:
    case LC_WIRE_DELIVER:
    case LC_WIRE_ACK:
    case LC_WIRE_ARRIVE:
    case LC_WIRE_RECEIVE:
        put(line,
            " %lld bytes from %lld%s",
            (long long)record->b,
            (long long)record->c,
            record->d ? "" : ", not what was sent");
        break;
    case LC_WIRE_DATAGRAM:
    case LC_WIRE_DATAGRAM_DELIVER:
    case LC_WIRE_DATAGRAM_ARRIVE:
    case LC_WIRE_DATAGRAM_GIVE:
    case LC_WIRE_DATAGRAM_DROP:
        put_datagram(line, record);
        break;
    case LC_WIRE_LISTEN:
        put(line, ", backlog %lld", (long long)record->c);
        break;
    case LC_WIRE_REQUEST:
    case LC_WIRE_FULL:
        put(line, ", %lld wait", (long long)record->c);
        break;
    case LC_WIRE_DROPPED:
        put(line, " %lld", (long long)record->c);
        break;
    case LC_WIRE_ACCEPTED:
        put(line, " by %lld", (long long)record->c);
        break;
    case LC_WIRE_RST:
    case LC_WIRE_PEER_RST:
        put(line, ", %lld bytes thrown away", (long long)record->b);
        break;
    case LC_WIRE_SYN:
    case LC_WIRE_CONNECTED:
    case LC_WIRE_FIN:
    case LC_WIRE_FIN_DELIVER:
    case LC_WIRE_FIN_ACK:
    case LC_WIRE_PEER_FIN:
    case LC_WIRE_REFUSED:
    case LC_WIRE_UNANSWERED:
    case LC_WIRE_REJECTED:
    case LC_WIRE_DATAGRAM_SOCKET:
    case LC_WIRE_COUNT:
        break;
    }
}

static void put_condition(struct line *line, const struct lc_record *record)
{
    static const char *const answers[] = { "accept", "reject", "defer" };
    bool is_known = record->a >= 0 && record->a <= LC_CF_DEFER;
    if (record->function == 0) {
        put(line,
            "%s asks the condition function%s",
            module(line, record->caller),
            record->b ? "" : ", with wrong arguments");
    } else {
        put(line, "it answers %s", is_known ? answers[record->a] : "?");
    }
}

static void put_module_change(struct line *line, const struct lc_record *record)
{
    bool is_load = record->kind == LC_RECORD_LOAD;
    put(line,
        "%s %s %s, %lld reference%s%s%s",
        module(line, record->caller),
        is_load ? "loads" : "frees",
        module(line, record->callee),
        (long long)record->b,
        record->b == 1 ? "" : "s",
        record->c ? (is_load ? ", mapped" : ", unmapped") : "",
        record->a ? "" : ", FAILED");
}

static void put_resource(struct line *line, const struct lc_record *record)
{
    bool is_create = record->kind == LC_RECORD_CREATE;
    put(line,
        "%s %s %s %lld",
        module(line, record->caller),
        is_create ? "makes" : "gives back",
        fuzz_words_name(FUZZ_WORDS_OBJECT, record->function),
        (long long)record->a);
    if (is_create && record->b != 0) {
        put(line, " of %lld bytes", (long long)record->b);
    } else if (!is_create && record->b != 0) {
        put(line, ": not valid");
    }
}

static void put_wait(struct line *line, const struct lc_record *record)
{
    put(line,
        "%s %s %s %lld%s",
        module(line, record->caller),
        record->c ? "has waited for" : "waits for",
        fuzz_words_name(FUZZ_WORDS_WAIT, record->function),
        (long long)record->a,
        record->d == 1   ? ": time ran out"
        : record->d == 2 ? ": cancelled"
                         : "");
}

/* What ends a run, or should have. */
static void put_end(struct line *line, const struct lc_record *record)
{
    if (record->kind == LC_RECORD_STRAY) {
        put(line,
            "code of %s would run after its unload (%s)",
            module(line, record->callee),
            fuzz_words_name(FUZZ_WORDS_STRAY, record->function));
        return;
    }
    if (record->kind == LC_RECORD_END) {
        put(line, "end: %s", fuzz_words_name(FUZZ_WORDS_END, record->function));
        return;
    }
    LC_CHECK(record->kind == LC_RECORD_FAULT);
    put(line,
        "FAULT in %s: %s",
        module(line, record->callee),
        fuzz_words_name(FUZZ_WORDS_FAULT, record->function));
    if (record->a >= 0 && record->function != LC_FAULT_IMPORT) {
        put(line, " at offset 0x%llx", (unsigned long long)record->a);
    }
}

/* What was made to fail. Errors of Windows that are none of Winsock's have no
 * names here. */
static void put_fail(struct line *line, const struct lc_record *record)
{
    bool is_spi = record->function == LC_FAIL_STARTUP ||
                  record->function == LC_FAIL_CLOSE ||
                  record->function == LC_FAIL_CLEANUP;
    if (is_spi && record->callee == LC_MODULE_WS2_32) {
        put(line,
            "%s is made to fail: %s",
            fuzz_call((uint32_t)record->b)->function,
            fuzz_words_error(record->a));
        return;
    }
    enum fuzz_words words = is_spi ? FUZZ_WORDS_SPI
                            : record->function == LC_FAIL_UPCALL
                                ? FUZZ_WORDS_UPCALL
                                : FUZZ_WORDS_SHIM;
    put(line,
        "%s of %s is made to fail: ",
        fuzz_words_name(words, (uint32_t)record->b),
        module(line, is_spi ? record->callee : record->caller));
    if (record->a >= LC_WSAEINTR) {
        put(line, "%s", fuzz_words_error(record->a));
    } else {
        put(line, "error %lld", (long long)record->a);
    }
}

static void put_process(struct line *line, const struct lc_record *record)
{
    put(line, record->function ? "process ends" : "process starts");
    put(line,
        record->a == LC_EXIT_PROCESS      ? " by ExitProcess"
        : record->a == LC_EXIT_TERMINATED ? " by TerminateProcess"
                                          : "");
}

static void put_dll_main(struct line *line, const struct lc_record *record)
{
    put(line,
        "DllMain of %s %s %lld",
        module(line, record->callee),
        record->function ? "=" : "reason",
        (long long)record->a);
    put(line, record->function == 0 && record->b ? ", the process ends" : "");
}

static void put_overlapped(struct line *line, const struct lc_record *record)
{
    put(line,
        "operation %lld %s, %lld bytes",
        (long long)record->a,
        fuzz_words_name(FUZZ_WORDS_OVERLAPPED, record->function),
        (long long)record->c);
    put_error(line, record->b);
    bool is_receive =
        record->a >= 1 && record->a <= line->schedule->op_count &&
        line->schedule->ops[record->a - 1].call == LC_CALL_WSARECV;
    bool tells = record->function == LC_OVERLAPPED_STATUS ||
                 record->function == LC_OVERLAPPED_ROUTINE;
    bool is_wrong = record->b == 0 && record->c > 0 && record->d == 0;
    put(line, is_receive && tells && is_wrong ? ", not what was sent" : "");
}

static void put_network(struct line *line, const struct lc_record *record)
{
    put(line,
        "connection %lld has event %s",
        (long long)record->a,
        fuzz_words_name(FUZZ_WORDS_NETWORK, record->function));
    if (record->b != 0) {
        put(line, ", sets e%lld", (long long)record->b);
    }
    put_error(line, record->c);
}

static void put_select(struct line *line, const struct lc_record *record)
{
    put(line,
        "socket %lld %s",
        (long long)record->a,
        record->function == LC_SELECT_ASKED ? "is asked for" : "is ready for");
    put_bits(line, FUZZ_WORDS_SET, (uint32_t)record->b);
}

static void put_handle(struct line *line, const struct lc_record *record)
{
    put(line,
        "handle %lld %s, entry %lld (%s)",
        (long long)record->a,
        fuzz_words_name(FUZZ_WORDS_HANDLE, record->function),
        (long long)record->b,
        module(line, record->callee));
}

static void put_thread(struct line *line, const struct lc_record *record)
{
    char name[2 * LC_NAME_MAX];
    fuzz_text_thread(line->schedule, (uint8_t)record->a, name);
    put(line,
        "thread %s of %s %s",
        name,
        module(line, record->callee),
        record->b          ? "is killed"
        : record->function ? "ends"
                           : "begins");
}

static void put_catalog(struct line *line, const struct lc_record *record)
{
    if (record->function == LC_CATALOG_CATEGORY) {
        put(line,
            "catalog: %s %lld of %s",
            fuzz_words_name(FUZZ_WORDS_CATALOG, record->function),
            (long long)record->a,
            module(line, record->callee));
        return;
    }
    put(line,
        "catalog: %s entry %lld of %s at %lld of %lld",
        fuzz_words_name(FUZZ_WORDS_CATALOG, record->function),
        (long long)record->a,
        module(line, record->callee),
        (long long)record->b,
        (long long)record->c);
}

/* A call into the name-space DLL, or its return. */
static void put_nsp(struct line *line, const struct lc_record *record)
{
    bool is_return = record->kind == LC_RECORD_NSP_RETURN;
    put(line,
        "%s %s %s %s, name space %lld",
        module(line, record->caller),
        is_return ? "<-" : "->",
        module(line, record->callee),
        fuzz_words_name(FUZZ_WORDS_NSP, record->function),
        (long long)(is_return ? record->c : record->a));
    if (!is_return) {
        if (record->b != 0 || record->c != 0) {
            put(line, " %lld %lld", (long long)record->b, (long long)record->c);
        }
        return;
    }
    put(line, " = %lld", (long long)record->a);
    put_error(line, record->b);
    if (record->a == 0 && (record->function == LC_NSP_LOOKUP_BEGIN ||
                           record->function == LC_NSP_LOOKUP_NEXT)) {
        put(line,
            ", %s %lld",
            record->function == LC_NSP_LOOKUP_BEGIN ? "lookup" : "service",
            (long long)record->d);
    }
}

static void put_names(struct line *line, const struct lc_record *record)
{
    put(line,
        "catalog: %s name space %lld",
        fuzz_words_name(FUZZ_WORDS_NAMES, record->function),
        (long long)record->a);
}

static void put_hook(struct line *line, const struct lc_record *record)
{
    if (record->function == LC_HOOK_MAKES) {
        put(line,
            "the hook calls %s = %lld",
            fuzz_call((uint32_t)record->a)->function,
            (long long)record->c);
        put_error(line, record->b);
        return;
    }
    put(line,
        "%s %s",
        module(line, record->caller),
        record->function == LC_HOOK_RUNS ? "calls the blocking hook"
        : record->a != 0                 ? "is to go on"
                                         : "is to wait no more");
}

/* What happens while a call of the application is under way. */
static void put_during(struct line *line, const struct lc_record *record)
{
    if (record->kind == LC_RECORD_NETWORK) {
        put_network(line, record);
    } else if (record->kind == LC_RECORD_SELECT) {
        put_select(line, record);
    } else {
        put_hook(line, record);
    }
}

static void put_rest(struct line *line, const struct lc_record *record)
{
    switch ((enum lc_record_kind)record->kind) {
    case LC_RECORD_PROCESS:
        put_process(line, record);
        break;
    case LC_RECORD_HANDLE:
        put_handle(line, record);
        break;
    case LC_RECORD_PROC_ADDRESS:
        put(line,
            "%s looks up %s in %s%s",
            module(line, record->caller),
            record->a ? "WSPStartup" : "a name",
            module(line, record->callee),
            record->b ? "" : ": not found");
        break;
    case LC_RECORD_DLL_MAIN:
        put_dll_main(line, record);
        break;
    case LC_RECORD_LOCK:
        put(line,
            "%s %ss lock %lld%s",
            module(line, record->caller),
            fuzz_words_name(FUZZ_WORDS_LOCK, record->function),
            (long long)record->a,
            record->c ? ": wrong" : "");
        break;
    case LC_RECORD_WAIT:
        put_wait(line, record);
        break;
    case LC_RECORD_THREAD:
        put_thread(line, record);
        break;
    case LC_RECORD_FAIL:
        put_fail(line, record);
        break;
    case LC_RECORD_CATALOG:
        put_catalog(line, record);
        break;
    case LC_RECORD_CONDITION:
        put_condition(line, record);
        break;
    case LC_RECORD_NETWORK:
    case LC_RECORD_SELECT:
    case LC_RECORD_HOOK:
        put_during(line, record);
        break;
    case LC_RECORD_FAULT:
    case LC_RECORD_STRAY:
    case LC_RECORD_END:
        put_end(line, record);
        break;
    case LC_RECORD_API_CALL:
    case LC_RECORD_API_RETURN:
    case LC_RECORD_SPI_CALL:
    case LC_RECORD_SPI_RETURN:
    case LC_RECORD_UPCALL_CALL:
    case LC_RECORD_UPCALL_RETURN:
    case LC_RECORD_LOAD:
    case LC_RECORD_UNLOAD:
    case LC_RECORD_CREATE:
    case LC_RECORD_DESTROY:
    case LC_RECORD_WIRE:
    case LC_RECORD_OVERLAPPED:
    case LC_RECORD_NSP_CALL:
    case LC_RECORD_NSP_RETURN:
    case LC_RECORD_NAMES:
    case LC_RECORD_KIND_COUNT:
        break;
    }
}

void fuzz_trace_text(
    const struct lc_schedule *schedule,
    uint64_t number,
    const struct lc_record *record,
    char *buffer, /* NOLINT(readability-non-const-parameter): line writes */
    size_t capacity)
{
    LC_CHECK(capacity > 0);
    char thread[2 * LC_NAME_MAX] = "-";
    struct line line = { buffer, capacity, 0, schedule };
    if (record->thread != LC_NONE) {
        fuzz_text_thread(schedule, record->thread, thread);
    }
    put(&line,
        "%5llu %12.6f %-2s %-10s ",
        (unsigned long long)number,
        (double)record->time_ns / 1e9,
        record->process < schedule->process_count
            ? schedule->processes[record->process].name
            : "-",
        thread);
    switch ((enum lc_record_kind)record->kind) {
    case LC_RECORD_API_CALL:
    case LC_RECORD_API_RETURN:
        put_api(&line, record);
        break;
    case LC_RECORD_SPI_CALL:
    case LC_RECORD_SPI_RETURN:
    case LC_RECORD_UPCALL_CALL:
    case LC_RECORD_UPCALL_RETURN:
        put_crossing(&line, record);
        break;
    case LC_RECORD_WIRE:
        put_wire(&line, record);
        break;
    case LC_RECORD_OVERLAPPED:
        put_overlapped(&line, record);
        break;
    case LC_RECORD_NSP_CALL:
    case LC_RECORD_NSP_RETURN:
        put_nsp(&line, record);
        break;
    case LC_RECORD_NAMES:
        put_names(&line, record);
        break;
    case LC_RECORD_LOAD:
    case LC_RECORD_UNLOAD:
        put_module_change(&line, record);
        break;
    case LC_RECORD_CREATE:
    case LC_RECORD_DESTROY:
        put_resource(&line, record);
        break;
    case LC_RECORD_PROCESS:
    case LC_RECORD_HANDLE:
    case LC_RECORD_PROC_ADDRESS:
    case LC_RECORD_DLL_MAIN:
    case LC_RECORD_LOCK:
    case LC_RECORD_WAIT:
    case LC_RECORD_THREAD:
    case LC_RECORD_FAULT:
    case LC_RECORD_STRAY:
    case LC_RECORD_END:
    case LC_RECORD_CATALOG:
    case LC_RECORD_CONDITION:
    case LC_RECORD_FAIL:
    case LC_RECORD_NETWORK:
    case LC_RECORD_SELECT:
    case LC_RECORD_HOOK:
    case LC_RECORD_KIND_COUNT:
        put_rest(&line, record);
        break;
    }
}
