#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lastcall/fail.h"
#include "lastcall/trace.h"
#include "lastcall/triplet.h"
#include "lastcall/version.h"

#include "fuzz/call.h"
#include "fuzz/schedule.h"
#include "fuzz/text.h"
#include "fuzz/text_read.h"
#include "fuzz/words.h"

enum {
    SWARM_WORDS = 12 /* on a line */
};

struct writer {
    char *buffer;
    size_t capacity;
    size_t at;
    bool is_full;
};

LC_PRINTF(2, 3)

static void put(struct writer *writer, const char *format, ...)
{
    if (writer->is_full) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    size_t room = writer->capacity - writer->at;
    int length =
        vsnprintf(writer->buffer + writer->at, room, format, arguments);
    va_end(arguments);
    if (length < 0 || (size_t)length >= room) {
        writer->is_full = true;
        return;
    }
    writer->at += (size_t)length;
}

const char *fuzz_text_module(const struct lc_world *world, uint32_t module)
{
    LC_CHECK(world->provider_count <= LC_PROVIDERS_MAX);
    if (module >= LC_MODULE_PROVIDER &&
        module < LC_MODULE_PROVIDER + world->provider_count) {
        return world->providers[module - LC_MODULE_PROVIDER].name;
    }
    return module == LC_MODULE_APP      ? "app"
           : module == LC_MODULE_WS2_32 ? "ws2_32"
           : module == LC_MODULE_NAMES  ? "names"
                                        : "system";
}

const char *fuzz_text_fail(enum lc_fail fail)
{
    LC_CHECK(fail < LC_FAIL_COUNT);
    return fuzz_words_name(FUZZ_WORDS_FAIL, fail);
}

void fuzz_text_thread(
    const struct lc_schedule *schedule,
    uint8_t ref,
    /* NOLINTNEXTLINE(readability-non-const-parameter): put() writes */
    char *buffer)
{
    LC_CHECK(buffer != NULL);
    struct writer writer = { buffer, (size_t)2 * LC_NAME_MAX, 0, false };
    if (ref < schedule->thread_count) {
        put(&writer, "%s", schedule->threads[ref].name);
    } else if (ref == LC_NONE || (ref & LC_THREAD_REF_DLL) == 0) {
        put(&writer, "-");
    } else {
        uint32_t process = ref >> 5 & 3;
        put(&writer,
            "%s.worker%u",
            process < schedule->process_count
                ? schedule->processes[process].name
                : "?",
            (ref & 31U) + 1);
    }
}

/* A number with the largest unit that leaves it whole. */
static void put_unit(
    struct writer *writer,
    uint64_t number,
    const char *const units[4])
{
    uint32_t unit = 0;
    while (unit < 3 && number != 0 && number % 1000 == 0) {
        number /= 1000;
        unit++;
    }
    put(writer, "%llu%s", (unsigned long long)number, units[unit]);
}

static void put_path(struct writer *writer, const char *path)
{
    put(writer, "\"");
    for (; *path != '\0'; path++) {
        if (*path == '"' || *path == '\\') {
            put(writer, "\\");
        }
        put(writer, "%c", *path);
    }
    put(writer, "\"");
}

static void put_version(struct writer *writer, uint32_t version)
{
    put(writer, "%u.%u", version & 0xff, version >> 8);
}

/* Nothing when they are those by default. */
static void put_versions(
    struct writer *writer,
    const char *name,
    uint32_t versions)
{
    if (versions == 0) {
        return;
    }
    put(writer, "  versions %s", name);
    for (uint32_t i = 0; i < LC_VERSION_COUNT; i++) {
        if ((versions >> i & 1) != 0) {
            put(writer, " ");
            put_version(writer, lc_version_word((enum lc_version)i));
        }
    }
    put(writer, "\n");
}

/* Who keeps its DLL, and what its DllMain does wrong. */
static void put_load(struct writer *writer, const struct lc_provider *provider)
{
    if (provider->pinned) {
        put(writer, "  pin %s\n", provider->name);
    }
    for (uint32_t i = 0; i < LC_DLL_MAIN_COUNT; i++) {
        if ((provider->dll_main >> i & 1) != 0) {
            put(writer,
                "  dllmain %s %s\n",
                fuzz_words_name(FUZZ_WORDS_DLL_MAIN, i),
                provider->name);
        }
    }
}

static void put_faults(struct writer *writer, uint16_t faults)
{
    for (uint32_t i = 0; i < LC_FAIL_COUNT; i++) {
        if ((faults >> i & 1) != 0) {
            bool is_first = (faults & ((1U << i) - 1)) == 0;
            put(writer,
                "%s %s",
                is_first ? "  faults" : "",
                fuzz_text_fail((enum lc_fail)i));
        }
    }
    put(writer, faults != 0 ? "\n" : "");
}

static void put_triplet(struct writer *writer, uint32_t triplet)
{
    put(writer,
        " %s %s %s",
        fuzz_words_name(FUZZ_WORDS_FAMILY, lc_triplet_family(triplet)),
        fuzz_words_name(FUZZ_WORDS_TYPE, lc_triplet_type(triplet)),
        fuzz_words_name(FUZZ_WORDS_PROTOCOL, lc_triplet_protocol(triplet)));
}

static void put_protocols(struct writer *writer, const struct lc_world *world)
{
    for (uint32_t i = 0; i < world->protocol_count; i++) {
        const struct lc_served *protocol = &world->protocols[i];
        put(writer, "  protocol %s", world->providers[protocol->provider].name);
        put_triplet(writer, protocol->triplet);
        put(writer, protocol->zero ? " zero" : "");
        put(writer, protocol->hidden ? " hidden\n" : "\n");
    }
}

static void put_world(struct writer *writer, const struct lc_world *world)
{
    static const char *const rates[] = { "bit", "kbit", "Mbit", "Gbit" };
    static const char *const times[] = { "ns", "us", "ms", "s" };
    put(writer, "world\n");
    for (uint32_t i = 0; i < world->provider_count; i++) {
        const struct lc_provider *provider = &world->providers[i];
        put(writer,
            "  provider %s %s",
            provider->name,
            fuzz_words_name(FUZZ_WORDS_PROVIDER, provider->kind));
        if (provider->kind == LC_PROVIDER_DLL) {
            put(writer, " ");
            put_path(writer, provider->path);
            put(writer, provider->has_own ? " nonifs" : "");
        }
        put(writer, provider->is_datagram ? " dgram" : "");
        put(writer, "\n");
    }
    for (uint32_t i = 0; i < world->provider_count; i++) {
        put_load(writer, &world->providers[i]);
    }
    put_versions(writer, "ws2_32", world->versions);
    for (uint32_t i = 0; i < world->provider_count; i++) {
        put_versions(
            writer,
            world->providers[i].name,
            world->providers[i].versions);
    }
    for (uint32_t i = 0; i < world->chain_count; i++) {
        put(writer, "  chain");
        for (uint32_t k = 0; k < world->chains[i].length; k++) {
            put(writer,
                " %s",
                world->providers[world->chains[i].providers[k]].name);
        }
        put(writer, "\n");
    }
    put_protocols(writer, world);
    if (world->descriptors != 0) {
        put(writer, "  descriptors %u\n", world->descriptors);
    }
    put(writer, "  sndbuf %u\n", world->sndbuf_bytes);
    if (world->rcvbuf_bytes != FUZZ_RCVBUF_DEFAULT) {
        put(writer, "  rcvbuf %u\n", world->rcvbuf_bytes);
    }
    put(writer, "  link rate ");
    put_unit(writer, world->link_bits_per_s, rates);
    put(writer, " latency ");
    put_unit(writer, world->link_latency_ns, times);
    put(writer, " window %u\n", world->link_window_bytes);
    put(writer,
        "  peer %s",
        fuzz_words_name(FUZZ_WORDS_PEER, world->peer_kind));
    uint32_t least = 0;
    if (fuzz_schedule_peer_has_number(world->peer_kind, &least)) {
        put(writer, " %u", world->peer_number);
    }
    put(writer, "\n");
    put_faults(writer, world->faults);
    put(writer, world->page_heap ? "  page-heap\n" : "");
    put(writer, world->hostile ? "  hostile\n" : "");
    put(writer, world->names ? "  names\n" : "");
    for (uint32_t i = 0; i < world->plant_count; i++) {
        put(writer, "  plant %s\n", world->plants[i]);
    }
}

/* Lines for the calls, and others for the rest. */
static void put_swarm(struct writer *writer, const struct lc_swarm *swarm)
{
    uint32_t words = 0; /* on the line */
    for (uint32_t i = 0; i < LC_FEATURE_COUNT; i++) {
        if (words > 0 && (i == LC_CALL_COUNT || words == SWARM_WORDS)) {
            put(writer, "\n");
            words = 0;
        }
        if (swarm->weights[i] == 0) {
            continue;
        }
        put(writer, "%s%s", words == 0 ? "swarm " : " ", fuzz_text_feature(i));
        if (swarm->weights[i] > 1) {
            put(writer, "*%u", swarm->weights[i]);
        }
        words++;
    }
    put(writer, words > 0 ? "\n" : "");
}

/* The words of a mask's bits, or the one for none. */
static void put_mask(
    struct writer *writer,
    const struct fuzz_argument *argument,
    uint32_t value)
{
    if (value == 0) {
        put(writer, " %s", fuzz_call_none(argument));
    }
    for (uint32_t i = 0; value >> i != 0; i++) {
        if ((value >> i & 1) != 0) {
            bool is_first = (value & ((1U << i) - 1)) == 0;
            put(writer, "%s%s", is_first ? " " : ",", argument->words[i]);
        }
    }
}

static void put_sockets(
    struct writer *writer,
    const struct lc_schedule *schedule,
    uint32_t value)
{
    for (uint32_t i = 0; value >> i != 0; i++) {
        if ((value >> i & 1) != 0) {
            bool is_first = (value & ((1U << i) - 1)) == 0;
            put(writer, "%s%s", is_first ? " " : ",", schedule->sockets[i]);
        }
    }
}

static void put_argument(
    struct writer *writer,
    const struct lc_schedule *schedule,
    const struct fuzz_argument *argument,
    uint32_t value)
{
    switch ((enum fuzz_argument_kind)argument->kind) {
    case FUZZ_ARGUMENT_NUMBER:
        put(writer, " %u", value);
        break;
    case FUZZ_ARGUMENT_WORD:
        LC_CHECK(value <= argument->max);
        put(writer, " %s", argument->words[value]);
        break;
    case FUZZ_ARGUMENT_VERSION:
        put(writer, " ");
        put_version(writer, value);
        break;
    case FUZZ_ARGUMENT_FLAG:
        if (value != 0) {
            put(writer, " %s", argument->words[0]);
        }
        break;
    case FUZZ_ARGUMENT_PROVIDER:
        LC_CHECK(value < schedule->world.provider_count);
        put(writer, " %s", schedule->world.providers[value].name);
        break;
    case FUZZ_ARGUMENT_THREAD:
        LC_CHECK(value < schedule->thread_count);
        put(writer, " %s", schedule->threads[value].name);
        break;
    case FUZZ_ARGUMENT_EVENTS:
        for (uint32_t i = 0; i < LC_EVENTS_MAX; i++) {
            if ((value >> i & 1) != 0) {
                bool is_first = (value & ((1U << i) - 1)) == 0;
                put(writer, "%se%u", is_first ? " " : ",", i + 1);
            }
        }
        break;
    case FUZZ_ARGUMENT_MASK:
        put_mask(writer, argument, value);
        break;
    case FUZZ_ARGUMENT_SOCKETS:
        put_sockets(writer, schedule, value);
        break;
    case FUZZ_ARGUMENT_TRIPLET: /* of a socket, which put_op() writes */
    case FUZZ_ARGUMENT_NONE:
        break;
    }
}

void fuzz_text_entry(
    const struct lc_world *world,
    uint32_t entry,
    char ret_text[FUZZ_TEXT_ENTRY_MAX])
{
    const char *name = fuzz_schedule_entry_name(world, entry);
    uint32_t number = fuzz_schedule_entry_number(world, entry);
    bool is_own = !fuzz_schedule_is_open(world, entry);
    if (number > 1) {
        (void)snprintf(ret_text, FUZZ_TEXT_ENTRY_MAX, "%s.%u", name, number);
        return;
    }
    (void)snprintf(
        ret_text,
        FUZZ_TEXT_ENTRY_MAX,
        "%s%s",
        name,
        is_own ? ".layer" : "");
}

static void put_op(
    struct writer *writer,
    const struct lc_schedule *schedule,
    const struct lc_op *op)
{
    const struct fuzz_call *call = fuzz_call(op->call);
    const char *name =
        op->socket < LC_SOCKETS_MAX ? schedule->sockets[op->socket] : "";
    if (op->call == LC_CALL_SOCKET) {
        put(writer, "%s = socket", name);
        if (op->value == 0) {
            put(writer, " stream");
        } else {
            put_triplet(writer, op->value);
        }
        if (op->entry != LC_NONE) {
            char entry[FUZZ_TEXT_ENTRY_MAX];
            fuzz_text_entry(&schedule->world, op->entry, entry);
            put(writer, " via %s", entry);
        }
        return;
    }
    if (call->sets_socket) {
        put(writer, "%s = ", name);
    }
    put(writer, "%s", call->word);
    if (call->has_listener) {
        put(writer, " %s", schedule->sockets[op->value2]);
    } else if (call->has_socket) {
        put(writer, " %s", name);
    }
    if (call->has_entry) {
        char entry[FUZZ_TEXT_ENTRY_MAX];
        fuzz_text_entry(&schedule->world, op->entry, entry);
        put(writer, " %s", entry);
    }
    put_argument(writer, schedule, &call->arguments[0], op->value);
    if (!call->has_listener) {
        put_argument(writer, schedule, &call->arguments[1], op->value2);
    }
    put_argument(writer, schedule, &call->arguments[2], op->entry);
}

size_t fuzz_text_print_op(
    const struct lc_schedule *schedule,
    const struct lc_op *op,
    /* NOLINTNEXTLINE(readability-non-const-parameter): put() writes */
    char *buffer,
    size_t capacity)
{
    LC_CHECK(buffer != NULL);
    LC_CHECK(capacity > 0);
    struct writer writer = { buffer, capacity, 0, false };
    put_op(&writer, schedule, op);
    return writer.is_full ? 0 : writer.at;
}

static void put_place(
    struct writer *writer,
    const struct lc_schedule *schedule,
    const struct lc_choice *choice)
{
    const struct lc_place *place = &choice->place;
    const char *module = fuzz_text_module(&schedule->world, place->module);
    switch ((enum lc_place_kind)place->kind) {
    case LC_PLACE_START:
        put(writer, "start");
        break;
    case LC_PLACE_END:
        put(writer, "end");
        break;
    case LC_PLACE_API:
        put(writer, "call");
        break;
    case LC_PLACE_SPI_ENTER:
    case LC_PLACE_SPI_LEAVE:
        put(writer,
            "%s%c%s",
            fuzz_words_name(FUZZ_WORDS_SPI, place->function),
            place->kind == LC_PLACE_SPI_ENTER ? '>' : '<',
            module);
        break;
    case LC_PLACE_NSP_ENTER:
    case LC_PLACE_NSP_LEAVE:
        put(writer,
            "%s%c%s",
            fuzz_words_name(FUZZ_WORDS_NSP, place->function),
            place->kind == LC_PLACE_NSP_ENTER ? '>' : '<',
            module);
        break;
    case LC_PLACE_UPCALL:
        put(writer,
            "%s^%s",
            fuzz_words_name(FUZZ_WORDS_UPCALL, place->function),
            module);
        break;
    case LC_PLACE_SHIM:
        put(writer,
            "%s@%s",
            fuzz_words_name(FUZZ_WORDS_SHIM, place->function),
            module);
        break;
    case LC_PLACE_WAIT:
        put(writer,
            "wait:%s",
            fuzz_words_name(FUZZ_WORDS_WAIT, place->function));
        break;
    case LC_PLACE_IDLE:
    case LC_PLACE_PACKET:
    case LC_PLACE_COUNT:
        break;
    }
}

static void put_where(
    struct writer *writer,
    const struct lc_schedule *schedule,
    const struct lc_choice *choice)
{
    char name[2 * LC_NAME_MAX];
    if (choice->place.kind == LC_PLACE_IDLE) {
        put(writer, "idle #%u", choice->occurrence + 1U);
        return;
    }
    fuzz_text_thread(schedule, choice->thread, name);
    put(writer, "%s", name);
    if ((choice->thread & LC_THREAD_REF_DLL) == 0) {
        const struct lc_thread *thread = &schedule->threads[choice->thread];
        put(writer,
            " in %u %s",
            choice->call + 1U,
            fuzz_call(schedule->ops[thread->op_first + choice->call].call)
                ->word);
    }
    put(writer, " at ");
    put_place(writer, schedule, choice);
    if (choice->occurrence > 0) {
        put(writer, " #%u", choice->occurrence + 1U);
    }
}

static void put_action(
    struct writer *writer,
    const struct lc_schedule *schedule,
    const struct lc_choice *choice)
{
    char name[2 * LC_NAME_MAX];
    if (choice->stream == LC_STREAM_HANDLE) {
        put(writer, "reuse");
    } else if (choice->stream == LC_STREAM_FAULT) {
        put(writer, "fail");
        if (choice->value > 1) {
            put(writer,
                " %s",
                fuzz_words_error(lc_fail_error(choice->place, choice->value)));
        }
    } else if (choice->action == LC_ACTION_RUN) {
        fuzz_text_thread(schedule, choice->target, name);
        put(writer, "run %s", name);
    } else if (choice->target == LC_EVENT_TIMEOUT) {
        fuzz_text_thread(schedule, (uint8_t)choice->value, name);
        put(writer, "fire timeout %s", name);
    } else {
        put(writer,
            "fire %s %u",
            fuzz_words_name(FUZZ_WORDS_EVENT, choice->target),
            choice->value);
    }
}

static void put_choice(
    struct writer *writer,
    const struct lc_schedule *schedule,
    const struct lc_choice *choice)
{
    if (choice->stream == LC_STREAM_LATENCY) {
        put(writer,
            "  packet %u.%u : late %u\n",
            choice->call,
            choice->occurrence,
            choice->value);
        return;
    }
    put(writer, "  ");
    put_where(writer, schedule, choice);
    put(writer, " : ");
    put_action(writer, schedule, choice);
    put(writer, "\n");
}

size_t fuzz_text_print_where(
    const struct lc_schedule *schedule,
    const struct lc_choice *choice,
    /* NOLINTNEXTLINE(readability-non-const-parameter): put() writes */
    char *buffer,
    size_t capacity)
{
    LC_CHECK(capacity > 0);
    LC_CHECK(choice->stream != LC_STREAM_LATENCY);
    struct writer writer = { buffer, capacity, 0, false };
    put_where(&writer, schedule, choice);
    return writer.is_full ? 0 : writer.at;
}

size_t fuzz_text_print_action(
    const struct lc_schedule *schedule,
    const struct lc_choice *choice,
    /* NOLINTNEXTLINE(readability-non-const-parameter): put() writes */
    char *buffer,
    size_t capacity)
{
    LC_CHECK(capacity > 0);
    LC_CHECK(choice->stream != LC_STREAM_LATENCY);
    struct writer writer = { buffer, capacity, 0, false };
    put_action(&writer, schedule, choice);
    return writer.is_full ? 0 : writer.at;
}

static void put_expect(struct writer *writer, const struct lc_expect *expect)
{
    if (expect->kind == LC_EXPECT_NONE) {
        return;
    }
    put(writer, "expect\n");
    if (expect->kind == LC_EXPECT_BROKEN) {
        put(writer, "  broken %s\n", expect->rule);
    } else {
        put(writer,
            expect->kind == LC_EXPECT_HELD ? "  held\n" : "  unspecified\n");
    }
    if (expect->has_hash) {
        put(writer, "  hash %016llx\n", (unsigned long long)expect->hash);
    }
}

size_t fuzz_text_print(
    const struct lc_schedule *schedule,
    /* NOLINTNEXTLINE(readability-non-const-parameter): put() writes */
    char *buffer,
    size_t capacity)
{
    LC_CHECK(buffer != NULL);
    LC_CHECK(capacity > 0);
    struct writer writer = { buffer, capacity, 0, false };
    put(&writer, "lastcall schedule 1\n");
    put_swarm(&writer, &schedule->swarm);
    put_world(&writer, &schedule->world);
    for (uint32_t p = 0; p < schedule->process_count; p++) {
        put(&writer, "process %s\n", schedule->processes[p].name);
        for (uint32_t t = 0; t < schedule->thread_count; t++) {
            const struct lc_thread *thread = &schedule->threads[t];
            if (thread->process != p) {
                continue;
            }
            put(&writer, "  thread %s\n", thread->name);
            for (uint32_t i = 0; i < thread->op_count; i++) {
                put(&writer, "    ");
                put_op(&writer, schedule, &schedule->ops[thread->op_first + i]);
                put(&writer, "\n");
            }
        }
    }
    if (schedule->choice_count > 0) {
        put(&writer, "choices\n");
    }
    for (uint32_t i = 0; i < schedule->choice_count; i++) {
        put_choice(&writer, schedule, &schedule->choices[i]);
    }
    put_expect(&writer, &schedule->expect);
    return writer.is_full ? 0 : writer.at;
}
