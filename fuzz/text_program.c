#include <string.h>

#include "lastcall/check.h"
#include "lastcall/schedule.h"

#include "fuzz/schedule.h"
#include "fuzz/text_read.h"
#include "fuzz/words.h"

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

/* A socket variable: a name that is new gets the next index. */
static bool read_socket(
    struct fuzz_text_reader *reader,
    uint32_t index,
    struct lc_op *op)
{
    struct lc_schedule *work = &reader->work;
    LC_CHECK(work->socket_count <= LC_SOCKETS_MAX);
    if (index >= reader->count) {
        return fuzz_text_read_miss(reader, index, "a socket");
    }
    char name[LC_NAME_MAX];
    if (!fuzz_text_read_name(reader, index, name)) {
        return false;
    }
    for (uint32_t i = 0; i < work->socket_count; i++) {
        if (strcmp(work->sockets[i], name) == 0) {
            op->socket = (uint8_t)i;
            return true;
        }
    }
    if (work->socket_count == LC_SOCKETS_MAX) {
        return fuzz_text_read_refuse(reader, index, "a seventeenth socket");
    }
    op->socket = (uint8_t)work->socket_count;
    memcpy(work->sockets[work->socket_count], name, LC_NAME_MAX);
    work->socket_count++;
    return true;
}

/* MAJOR.MINOR as a version word: the major number is the low byte. */
static bool read_version(struct fuzz_text_reader *reader, uint32_t *ret_version)
{
    uint32_t pair[2];
    LC_CHECK(ret_version != NULL);
    if (!fuzz_text_read_pair(reader, 1, "a version like 2.2", pair)) {
        return false;
    }
    if (pair[0] > UINT8_MAX || pair[1] > UINT8_MAX) {
        return fuzz_text_read_refuse(
            reader,
            1,
            "a number of a version is 255 at most:");
    }
    *ret_version = pair[1] << 8 | pair[0];
    return fuzz_text_read_end(reader, 2);
}

/* One of some words, as its index. */
static bool read_option(
    struct fuzz_text_reader *reader,
    uint32_t index,
    const char *const words[3],
    const char *what,
    uint32_t *ret_option)
{
    LC_CHECK(ret_option != NULL);
    for (uint32_t i = 0; i < 3 && words[i] != NULL; i++) {
        if (fuzz_text_read_is(reader, index, words[i])) {
            *ret_option = i;
            return true;
        }
    }
    return fuzz_text_read_miss(reader, index, what);
}

static bool read_switch(
    struct fuzz_text_reader *reader,
    uint32_t index,
    uint32_t *ret_on)
{
    static const char *const words[3] = { "off", "on", NULL };
    return read_option(reader, index, words, "on or off", ret_on);
}

static bool read_how(struct fuzz_text_reader *reader, uint32_t *ret_how)
{
    static const char *const words[3] = { "receive", "send", "both" };
    return read_option(reader, 2, words, "receive, send or both", ret_how);
}

/* NAME = socket stream [via ENTRY] */
static bool socket_call(struct fuzz_text_reader *reader, struct lc_op *op)
{
    const struct lc_world *world = &reader->work.world;
    LC_CHECK(fuzz_text_read_is(reader, 1, "="));
    op->call = LC_CALL_SOCKET;
    if (!read_socket(reader, 0, op)) {
        return false;
    }
    if (!fuzz_text_read_is(reader, 2, "socket")) {
        return fuzz_text_read_miss(reader, 2, "socket stream");
    }
    if (!fuzz_text_read_is(reader, 3, "stream")) {
        return fuzz_text_read_miss(reader, 3, "stream");
    }
    if (reader->count == 4) {
        return true;
    }
    if (!fuzz_text_read_is(reader, 4, "via")) {
        return fuzz_text_read_miss(reader, 4, "via");
    }
    uint32_t count = fuzz_schedule_entry_count(world);
    LC_CHECK(count < LC_NONE);
    for (uint32_t i = 0; i < count; i++) {
        if (fuzz_text_read_is(reader, 5, fuzz_schedule_entry_name(world, i))) {
            op->entry = (uint8_t)i;
            return fuzz_text_read_end(reader, 6);
        }
    }
    return fuzz_text_read_miss(
        reader,
        5,
        "the first layer of a chain, or a base,");
}

static bool read_arguments(struct fuzz_text_reader *reader, struct lc_op *op)
{
    LC_CHECK(op->call < LC_CALL_COUNT);
    LC_CHECK(op->call != LC_CALL_SOCKET);
    if (fuzz_schedule_call_has_socket(op->call) &&
        !read_socket(reader, 1, op)) {
        return false;
    }
    switch ((enum lc_call)op->call) {
    case LC_CALL_WSASTARTUP:
        return read_version(reader, &op->value);
    case LC_CALL_WSACLEANUP:
    case LC_CALL_GETLASTERROR:
        return fuzz_text_read_end(reader, 1);
    case LC_CALL_CONNECT:
    case LC_CALL_CLOSESOCKET:
        return fuzz_text_read_end(reader, 2);
    case LC_CALL_SEND:
        return fuzz_text_read_u32(reader, 2, 0, LC_SEND_MAX, &op->value) &&
               fuzz_text_read_end(reader, 3);
    case LC_CALL_SNDBUF:
        return fuzz_text_read_u32(reader, 2, 0, FUZZ_SNDBUF_MAX, &op->value) &&
               fuzz_text_read_end(reader, 3);
    case LC_CALL_SHUTDOWN:
        return read_how(reader, &op->value) && fuzz_text_read_end(reader, 3);
    case LC_CALL_LINGER:
        return read_switch(reader, 2, &op->value) &&
               fuzz_text_read_u32(
                   reader,
                   3,
                   0,
                   FUZZ_LINGER_S_MAX,
                   &op->value2) &&
               fuzz_text_read_end(reader, 4);
    case LC_CALL_DONTLINGER:
    case LC_CALL_FIONBIO:
        return read_switch(reader, 2, &op->value) &&
               fuzz_text_read_end(reader, 3);
    case LC_CALL_SLEEP:
        return fuzz_text_read_u32(
                   reader,
                   1,
                   0,
                   FUZZ_SLEEP_MS_MAX,
                   &op->value) &&
               fuzz_text_read_end(reader, 2);
    case LC_CALL_SOCKET:
    case LC_CALL_COUNT:
        break;
    }
    LC_CHECK(op->call != LC_CALL_COUNT);
    return false;
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
    } else if (!fuzz_words_find(
                   FUZZ_WORDS_CALL,
                   reader->words[0].at,
                   reader->words[0].length,
                   &call)) {
        return fuzz_text_read_refuse(reader, 0, "unknown call");
    } else if (call == LC_CALL_SOCKET) {
        return fuzz_text_read_miss(reader, 0, "NAME = socket stream");
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
    return work->process_count > 0 ||
           fuzz_text_read_fail(reader, 1, "a process is expected");
}
