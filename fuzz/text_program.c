#include <stdio.h>
#include <string.h>

#include "lastcall/check.h"
#include "lastcall/schedule.h"

#include "fuzz/call.h"
#include "fuzz/schedule.h"
#include "fuzz/text.h"
#include "fuzz/text_read.h"
#include "fuzz/text_triplet.h"

bool fuzz_text_program_process(struct fuzz_text_reader *reader)
{
    struct lc_schedule *work = &reader->work;
    LC_CHECK(work->process_count <= LC_PROCESSES_MAX);
    if (work->process_count == LC_PROCESSES_MAX) {
        return fuzz_text_read_refuse(reader, 0, "a fifth");
    }
    struct lc_process *process = &work->processes[work->process_count];
    if (!fuzz_text_read_name(reader, 1, process->name) ||
        !fuzz_text_read_end(reader, 2)) {
        return false;
    }
    for (uint32_t i = 0; i < work->process_count; i++) {
        if (strcmp(work->processes[i].name, process->name) == 0) {
            return fuzz_text_read_refuse(
                reader,
                1,
                "there is already a process");
        }
    }
    work->process_count++;
    LC_CHECK(work->process_count <= LC_PROCESSES_MAX);
    return true;
}

bool fuzz_text_program_thread(struct fuzz_text_reader *reader)
{
    struct lc_schedule *work = &reader->work;
    LC_CHECK(work->process_count > 0);
    LC_CHECK(work->thread_count <= LC_THREADS_MAX);
    if (work->thread_count == LC_THREADS_MAX) {
        return fuzz_text_read_refuse(reader, 0, "a ninth");
    }
    struct lc_thread *thread = &work->threads[work->thread_count];
    if (!fuzz_text_read_name(reader, 1, thread->name) ||
        !fuzz_text_read_end(reader, 2)) {
        return false;
    }
    for (uint32_t i = 0; i < work->thread_count; i++) {
        if (strcmp(work->threads[i].name, thread->name) == 0) {
            return fuzz_text_read_refuse(
                reader,
                1,
                "there is already a thread");
        }
    }
    thread->process = (uint8_t)(work->process_count - 1);
    thread->op_first = work->op_count;
    work->thread_count++;
    return true;
}

/* The variable of a name: one that is new gets the next index. */
static bool find_variable(
    struct fuzz_text_reader *reader,
    uint32_t index,
    const char *name,
    uint32_t *ret_variable)
{
    struct lc_schedule *work = &reader->work;
    LC_CHECK(work->socket_count <= LC_SOCKETS_MAX);
    for (uint32_t i = 0; i < work->socket_count; i++) {
        if (strcmp(work->sockets[i], name) == 0) {
            *ret_variable = i;
            return true;
        }
    }
    if (work->socket_count == LC_SOCKETS_MAX) {
        return fuzz_text_read_refuse(reader, index, "a seventeenth socket");
    }
    *ret_variable = work->socket_count;
    memcpy(work->sockets[work->socket_count], name, LC_NAME_MAX);
    work->socket_count++;
    return true;
}

static bool read_variable(
    struct fuzz_text_reader *reader,
    uint32_t index,
    uint32_t *ret_variable)
{
    if (index >= reader->count) {
        return fuzz_text_read_miss(reader, index, "a socket");
    }
    char name[LC_NAME_MAX];
    return fuzz_text_read_name(reader, index, name) &&
           find_variable(reader, index, name, ret_variable);
}

static bool read_socket(
    struct fuzz_text_reader *reader,
    uint32_t index,
    struct lc_op *op)
{
    uint32_t variable = 0;
    if (!read_variable(reader, index, &variable)) {
        return false;
    }
    op->socket = (uint8_t)variable;
    return true;
}

/* Bytes of a list's item, up to its comma. */
static uint32_t item_bytes(const struct fuzz_text_word *word, uint32_t at)
{
    uint32_t end = at;
    while (end < word->length && word->at[end] != ',') {
        end++;
    }
    return end - at;
}

/* s,t: socket variables, each once. */
static bool read_sockets(
    struct fuzz_text_reader *reader,
    uint32_t index,
    uint32_t *ret_sockets)
{
    static const char what[] = "sockets like s,t, each of them once,";
    if (index >= reader->count) {
        return fuzz_text_read_miss(reader, index, what);
    }
    const struct fuzz_text_word *word = &reader->words[index];
    uint32_t sockets = 0;
    uint32_t at = 0;
    do {
        char name[LC_NAME_MAX] = { 0 };
        uint32_t bytes = item_bytes(word, at);
        uint32_t socket = 0;
        if (bytes >= LC_NAME_MAX) {
            return fuzz_text_read_miss(reader, index, what);
        }
        memcpy(name, word->at + at, bytes);
        if (!fuzz_schedule_is_name(name)) {
            return fuzz_text_read_miss(reader, index, what);
        }
        if (!find_variable(reader, index, name, &socket)) {
            return false;
        }
        if ((sockets >> socket & 1) != 0) {
            return fuzz_text_read_miss(reader, index, what);
        }
        sockets |= 1U << socket;
        at += bytes + 1;
    } while (at <= word->length);
    *ret_sockets = sockets;
    return true;
}

/* The bit of a mask that an item names; 0: none. */
static uint32_t bit_of(
    const struct fuzz_argument *argument,
    const char *item,
    uint32_t bytes)
{
    uint32_t bit = 0;
    for (uint32_t i = 0; argument->max >> i != 0; i++) {
        const char *name = argument->words[i];
        if (name != NULL && strlen(name) == bytes &&
            memcmp(name, item, bytes) == 0) {
            bit = 1U << i;
        }
    }
    return bit;
}

/* A list of words, each once, or the word for none. */
static bool read_mask(
    struct fuzz_text_reader *reader,
    uint32_t index,
    const struct fuzz_argument *argument,
    uint32_t *ret_value)
{
    static const char what[] = "a list of words like read,write";
    const char *none = fuzz_call_none(argument);
    *ret_value = 0;
    if (none != NULL && fuzz_text_read_is(reader, index, none)) {
        return true;
    }
    if (index >= reader->count) {
        return fuzz_text_read_miss(reader, index, what);
    }
    const struct fuzz_text_word *word = &reader->words[index];
    uint32_t at = 0;
    do {
        uint32_t bytes = item_bytes(word, at);
        uint32_t bit = bit_of(argument, word->at + at, bytes);
        if (bit == 0 || (*ret_value & bit) != 0) {
            return fuzz_text_read_miss(reader, index, what);
        }
        *ret_value |= bit;
        at += bytes + 1;
    } while (at <= word->length);
    return true;
}

/* One of some words, as its index. */
static bool read_word(
    struct fuzz_text_reader *reader,
    uint32_t index,
    const struct fuzz_argument *argument,
    uint32_t *ret_value)
{
    char what[128];
    size_t at = 0;
    for (uint32_t i = 0; i <= argument->max; i++) {
        if (fuzz_text_read_is(reader, index, argument->words[i])) {
            *ret_value = i;
            return true;
        }
        const char *before = i == 0 ? "" : i < argument->max ? ", " : " or ";
        at += (size_t)snprintf(
            &what[at],
            sizeof what - at,
            "%s%s",
            before,
            argument->words[i]);
        LC_CHECK(at < sizeof what);
    }
    return fuzz_text_read_miss(reader, index, what);
}

static bool read_provider(
    struct fuzz_text_reader *reader,
    uint32_t index,
    uint32_t *ret_value)
{
    const struct lc_world *world = &reader->work.world;
    for (uint32_t i = 0; i < world->provider_count; i++) {
        if (fuzz_text_read_is(reader, index, world->providers[i].name)) {
            *ret_value = i;
            return true;
        }
    }
    return fuzz_text_read_miss(reader, index, "a provider");
}

static bool read_thread(
    struct fuzz_text_reader *reader,
    uint32_t index,
    uint32_t *ret_value)
{
    LC_CHECK(reader->target_count < LC_OPS_MAX);
    struct fuzz_text_target *target = &reader->targets[reader->target_count];
    if (index >= reader->count) {
        return fuzz_text_read_miss(reader, index, "a thread");
    }
    if (!fuzz_text_read_name(reader, index, target->name)) {
        return false;
    }
    target->line = reader->line;
    target->column = reader->words[index].column;
    *ret_value = reader->target_count++;
    return true;
}

/* e1,e2: events that are waited for, each once. */
static bool read_events(
    struct fuzz_text_reader *reader,
    uint32_t index,
    uint32_t *ret_events)
{
    static const char what[] = "events like e1,e2, each of e1 to e8 once,";
    if (index >= reader->count) {
        return fuzz_text_read_miss(reader, index, what);
    }
    const char *at = reader->words[index].at;
    const char *end = at + reader->words[index].length;
    uint32_t events = 0;
    for (;;) {
        bool is_event = end - at >= 2 && at[0] == 'e' && at[1] >= '1' &&
                        at[1] < '1' + LC_EVENTS_MAX;
        uint32_t bit = is_event ? 1U << (at[1] - '1') : 0;
        if (bit == 0 || (events & bit) != 0) {
            return fuzz_text_read_miss(reader, index, what);
        }
        events |= bit;
        at += 2;
        if (at == end) {
            *ret_events = events;
            return true;
        }
        if (*at != ',') {
            return fuzz_text_read_miss(reader, index, what);
        }
        at++;
    }
}

static bool read_argument(
    struct fuzz_text_reader *reader,
    uint32_t index,
    const struct fuzz_argument *argument,
    uint32_t *ret_value)
{
    switch ((enum fuzz_argument_kind)argument->kind) {
    case FUZZ_ARGUMENT_NUMBER:
        return fuzz_text_read_u32(reader, index, 0, argument->max, ret_value);
    case FUZZ_ARGUMENT_WORD:
        return read_word(reader, index, argument, ret_value);
    case FUZZ_ARGUMENT_VERSION:
        return fuzz_text_read_version(reader, index, ret_value);
    case FUZZ_ARGUMENT_PROVIDER:
        return read_provider(reader, index, ret_value);
    case FUZZ_ARGUMENT_THREAD:
        return read_thread(reader, index, ret_value);
    case FUZZ_ARGUMENT_EVENTS:
        return read_events(reader, index, ret_value);
    case FUZZ_ARGUMENT_MASK:
        return read_mask(reader, index, argument, ret_value);
    case FUZZ_ARGUMENT_SOCKETS:
        return read_sockets(reader, index, ret_value);
    case FUZZ_ARGUMENT_FLAG:
    case FUZZ_ARGUMENT_TRIPLET: /* socket has a grammar of its own */
    case FUZZ_ARGUMENT_NONE:
        break;
    }
    return true;
}

/* An entry that a socket can be of. */
static bool read_open_entry(
    struct fuzz_text_reader *reader,
    uint32_t index,
    struct lc_op *op)
{
    const struct lc_world *world = &reader->work.world;
    uint32_t count = fuzz_schedule_catalog_count(world);
    LC_CHECK(count < LC_NONE);
    for (uint32_t i = 0; i < count; i++) {
        char name[FUZZ_TEXT_ENTRY_MAX];
        fuzz_text_entry(world, i, name);
        if (fuzz_schedule_is_open(world, i) &&
            fuzz_text_read_is(reader, index, name)) {
            op->entry = (uint8_t)i;
            return true;
        }
    }
    return fuzz_text_read_miss(
        reader,
        index,
        "the first layer of a chain, or a base,");
}

/* NAME = socket stream [via ENTRY], or FAMILY TYPE PROTOCOL for stream;
 * NAME = accept SOCKET, or NAME = WSAAccept SOCKET ANSWER */
static bool socket_call(struct fuzz_text_reader *reader, struct lc_op *op)
{
    LC_CHECK(fuzz_text_read_is(reader, 1, "="));
    op->call = LC_CALL_SOCKET;
    if (!read_socket(reader, 0, op)) {
        return false;
    }
    if (fuzz_text_read_is(reader, 2, "accept")) {
        op->call = LC_CALL_ACCEPT;
        return read_variable(reader, 3, &op->value2) &&
               fuzz_text_read_end(reader, 4);
    }
    if (fuzz_text_read_is(reader, 2, "WSAAccept")) {
        op->call = LC_CALL_WSAACCEPT;
        return read_variable(reader, 3, &op->value2) &&
               read_argument(
                   reader,
                   4,
                   &fuzz_call(LC_CALL_WSAACCEPT)->arguments[0],
                   &op->value) &&
               fuzz_text_read_end(reader, 5);
    }
    if (!fuzz_text_read_is(reader, 2, "socket")) {
        return fuzz_text_read_miss(
            reader,
            2,
            "socket stream, accept or WSAAccept");
    }
    uint32_t at = 4;
    if (!fuzz_text_read_is(reader, 3, "stream")) {
        at = 6;
        if (!fuzz_text_read_triplet(reader, 3, &op->value)) {
            return false;
        }
    }
    if (reader->count == at) {
        return true;
    }
    if (!fuzz_text_read_is(reader, at, "via")) {
        return fuzz_text_read_miss(reader, at, "via");
    }
    return read_open_entry(reader, at + 1, op) &&
           fuzz_text_read_end(reader, at + 2);
}

/* An entry of the catalog: by the first layer of its chain, by its base, or
 * LAYER.layer for a layer's own. */
static bool read_entry(
    struct fuzz_text_reader *reader,
    uint32_t index,
    struct lc_op *op)
{
    const struct lc_world *world = &reader->work.world;
    uint32_t count = fuzz_schedule_catalog_count(world);
    LC_CHECK(count < LC_NONE);
    for (uint32_t i = 0; i < count; i++) {
        char name[FUZZ_TEXT_ENTRY_MAX];
        fuzz_text_entry(world, i, name);
        if (fuzz_text_read_is(reader, index, name)) {
            op->entry = (uint8_t)i;
            return true;
        }
    }
    return fuzz_text_read_miss(
        reader,
        index,
        "the first layer of a chain, a base, or LAYER.layer");
}

static bool read_arguments(struct fuzz_text_reader *reader, struct lc_op *op)
{
    const struct fuzz_call *call = fuzz_call(op->call);
    uint32_t at = 1;
    LC_CHECK(op->call != LC_CALL_SOCKET);
    if (call->has_socket && !read_socket(reader, at++, op)) {
        return false;
    }
    if (call->has_entry && !read_entry(reader, at++, op)) {
        return false;
    }
    uint32_t entry = op->entry;
    uint32_t *values[FUZZ_CALL_ARGUMENTS] = { &op->value, &op->value2, &entry };
    for (uint32_t i = 0; i < FUZZ_CALL_ARGUMENTS; i++) {
        const struct fuzz_argument *argument = &call->arguments[i];
        if (argument->kind == FUZZ_ARGUMENT_NONE) {
            break;
        }
        if (argument->kind == FUZZ_ARGUMENT_FLAG) {
            *values[i] = fuzz_text_read_is(reader, at, argument->words[0]);
            at += *values[i];
        } else if (!read_argument(reader, at++, argument, values[i])) {
            return false;
        }
    }
    op->entry = (uint8_t)entry;
    return fuzz_text_read_end(reader, at);
}

bool fuzz_text_program_call(struct fuzz_text_reader *reader)
{
    struct lc_schedule *work = &reader->work;
    LC_CHECK(work->op_count <= LC_OPS_MAX);
    if (work->thread_count == 0 ||
        work->threads[work->thread_count - 1].process + 1U !=
            work->process_count) {
        return fuzz_text_read_miss(reader, 0, "a thread of the process");
    }
    if (work->op_count == LC_OPS_MAX) {
        return fuzz_text_read_refuse(
            reader,
            0,
            "more than 160 calls; one too many is");
    }
    struct lc_op op = { .socket = LC_NONE, .entry = LC_NONE };
    uint32_t call = 0;
    bool is_good;
    if (fuzz_text_read_is(reader, 1, "=")) {
        is_good = socket_call(reader, &op);
    } else if (!fuzz_call_find(
                   reader->words[0].at,
                   reader->words[0].length,
                   &call)) {
        return fuzz_text_read_refuse(reader, 0, "unknown call");
    } else if (fuzz_call(call)->is_hostile && !work->world.hostile) {
        return fuzz_text_read_refuse(
            reader,
            0,
            "only a world with the line `hostile` has");
    } else if (call == LC_CALL_SOCKET) {
        return fuzz_text_read_miss(reader, 0, "NAME = socket stream");
    } else if (fuzz_call(call)->has_listener) {
        return fuzz_text_read_miss(reader, 0, "NAME = accept SOCKET");
    } else {
        op.call = (uint8_t)call;
        is_good = read_arguments(reader, &op);
    }
    if (is_good) {
        work->ops[work->op_count++] = op;
        work->threads[work->thread_count - 1].op_count++;
    }
    return is_good;
}

/* Puts the number of a thread in the place of its name. */
static bool set_target(
    struct fuzz_text_reader *reader,
    uint32_t thread,
    struct lc_op *op)
{
    const struct lc_schedule *work = &reader->work;
    const struct fuzz_text_target *target = &reader->targets[op->value];
    LC_CHECK(op->value < reader->target_count);
    for (uint32_t i = 0; i < work->thread_count; i++) {
        if (i != thread && strcmp(work->threads[i].name, target->name) == 0 &&
            work->threads[i].process == work->threads[thread].process) {
            op->value = i;
            return true;
        }
    }
    reader->line = target->line;
    return fuzz_text_read_fail(
        reader,
        target->column,
        "another thread of the process is expected, not \"%s\"",
        target->name);
}

static bool set_targets(struct fuzz_text_reader *reader)
{
    struct lc_schedule *work = &reader->work;
    for (uint32_t t = 0; t < work->thread_count; t++) {
        const struct lc_thread *thread = &work->threads[t];
        for (uint32_t i = 0; i < thread->op_count; i++) {
            struct lc_op *op = &work->ops[thread->op_first + i];
            if (fuzz_call(op->call)->arguments[0].kind ==
                    FUZZ_ARGUMENT_THREAD &&
                !set_target(reader, t, op)) {
                return false;
            }
        }
    }
    return true;
}

bool fuzz_text_program_end(struct fuzz_text_reader *reader)
{
    const struct lc_schedule *work = &reader->work;
    LC_CHECK(work->process_count <= LC_PROCESSES_MAX);
    LC_CHECK(work->thread_count <= LC_THREADS_MAX);
    for (uint32_t p = 0; p < work->process_count; p++) {
        bool has_thread = false;
        for (uint32_t t = 0; t < work->thread_count; t++) {
            const struct lc_thread *thread = &work->threads[t];
            if (thread->process == p && thread->op_count == 0) {
                return fuzz_text_read_fail(
                    reader,
                    1,
                    "the thread \"%s\" has no calls",
                    thread->name);
            }
            has_thread |= thread->process == p;
        }
        if (!has_thread) {
            return fuzz_text_read_fail(
                reader,
                1,
                "the process \"%s\" has no thread",
                work->processes[p].name);
        }
    }
    if (work->process_count == 0) {
        return fuzz_text_read_fail(reader, 1, "a process is expected");
    }
    return set_targets(reader);
}
