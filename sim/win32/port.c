#include "sim/win32/port.h"

#include <stddef.h>
#include <string.h>

#include "lastcall/check.h"

#include "sim/engine/thread.h"
#include "sim/engine/whole.h"
#include "sim/win32/exports.h"
#include "sim/win32/state.h"
#include "sim/win32/win32.h"

enum {
    PACKETS_MAX = 256, /* waiting at once, per run */
    FILES_MAX = 256    /* tied at once, per run */
};

struct packet {
    uint64_t port; /* name of its port */
    struct sim_port_packet content;
};

struct file {
    uint64_t handle; /* 0: the place is free */
    uint64_t port;   /* name of its port */
    uint64_t key;
    uint32_t process;
    uint32_t zero;
};

struct ports {
    uint32_t packet_count;
    uint32_t file_end; /* behind the last place used in the run */
    struct file files[FILES_MAX];
    struct packet packets[PACKETS_MAX]; /* in the order of posting */
};

#define PORTS ((struct ports *)sim_arena_part(SIM_PART_PORT))

/* Written at start-up only. */
static bool (*is_file)(uint64_t handle);

void sim_port_set_is_file(bool (*asked)(uint64_t handle))
{
    is_file = asked;
}

static uint64_t name_of(const struct sim_object *port)
{
    uint64_t place = (uint64_t)(port - SIM_WIN32->objects);
    return (uint64_t)port->generation << 32 | (place + 1);
}

/* The port of a name, or NULL when it is gone. */
static struct sim_object *port_of(uint64_t name)
{
    uint32_t place = (uint32_t)name - 1;
    LC_CHECK(place < SIM_OBJECTS_MAX);
    struct sim_object *port = &SIM_WIN32->objects[place];
    bool is_there = port->kind == SIM_OBJECT_PORT &&
                    port->generation == (uint32_t)(name >> 32);
    return is_there ? port : NULL;
}

static struct file *find_file(uint32_t process, uint64_t handle)
{
    struct ports *ports = PORTS;
    for (uint32_t i = 0; i < ports->file_end; i++) {
        struct file *file = &ports->files[i];
        if (file->handle == handle && file->process == process) {
            return file;
        }
    }
    return NULL;
}

uint64_t sim_port_of(uint64_t file, uint64_t *ret_key)
{
    const struct file *tied = find_file(sim_thread_process(), file);
    if (tied == NULL) {
        return 0;
    }
    *ret_key = tied->key;
    return tied->port;
}

void sim_port_forget(uint32_t process, uint64_t file)
{
    struct file *tied = file == 0 ? NULL : find_file(process, file);
    if (tied != NULL) {
        *tied = (struct file){ 0 };
    }
}

void sim_port_post(uint64_t name, const struct sim_port_packet *packet)
{
    struct ports *ports = PORTS;
    struct sim_object *port = port_of(name);
    if (port == NULL) {
        return;
    }
    if (ports->packet_count == PACKETS_MAX) {
        sim_win32_limit();
        return;
    }
    ports->packets[ports->packet_count] = (struct packet){
        .port = name,
        .content = *packet,
    };
    ports->packet_count++;
    port->count++;
    sim_wait_signal(port);
}

/* Takes a packet out. */
static void remove_at(uint32_t at)
{
    struct ports *ports = PORTS;
    LC_CHECK(at < ports->packet_count);
    ports->packet_count--;
    memmove(
        &ports->packets[at],
        &ports->packets[at + 1],
        (ports->packet_count - at) * sizeof ports->packets[0]);
    ports->packets[ports->packet_count] = (struct packet){ 0 };
}

/* The oldest packet of a port. There is one. */
static struct sim_port_packet take_first(uint64_t port)
{
    const struct ports *ports = PORTS;
    uint32_t at = 0;
    while (ports->packets[at].port != port) {
        at++;
        LC_CHECK(at < ports->packet_count);
    }
    struct sim_port_packet content = ports->packets[at].content;
    remove_at(at);
    return content;
}

/* Ties a file to a port. Returns: whether it could be. */
static bool tie(uint64_t handle, const struct sim_object *port, uintptr_t key)
{
    struct ports *ports = PORTS;
    uint32_t process = sim_thread_process();
    if (is_file == NULL || !is_file(handle)) {
        sim_win32_set_error(LC_ERROR_INVALID_HANDLE);
        return false;
    }
    if (find_file(process, handle) != NULL) {
        sim_win32_set_error(LC_ERROR_INVALID_PARAMETER);
        return false;
    }
    uint32_t at = 0;
    while (at < FILES_MAX && ports->files[at].handle != 0) {
        at++;
    }
    if (at == FILES_MAX) {
        sim_win32_limit();
        return false;
    }
    if (at >= ports->file_end) {
        ports->file_end = at + 1;
    }
    ports->files[at] = (struct file){
        .handle = handle,
        .port = name_of(port),
        .key = key,
        .process = process,
    };
    return true;
}

lc_handle LC_ABI sim_win32_create_io_completion_port(
    lc_handle file,
    lc_handle existing,
    uintptr_t key,
    uint32_t thread_count)
{
    (void)thread_count;
    bool has_file = (intptr_t)file != -1;
    sim_win32_yield(LC_SHIM_CREATE_EVENT);
    if (existing != NULL) {
        const struct sim_object *port =
            sim_object_of(existing, SIM_OBJECT_PORT);
        if (!has_file) {
            sim_win32_set_error(LC_ERROR_INVALID_PARAMETER);
            return NULL;
        }
        bool is_good =
            port != NULL && tie((uint64_t)(uintptr_t)file, port, key);
        return is_good ? existing : NULL;
    }
    if (has_file && (is_file == NULL || !is_file((uint64_t)(uintptr_t)file))) {
        sim_win32_set_error(LC_ERROR_INVALID_HANDLE);
        return NULL;
    }
    if (sim_win32_fails(LC_SHIM_CREATE_EVENT)) {
        return NULL;
    }
    struct sim_object *port = sim_object_make(SIM_OBJECT_PORT, LC_OBJECT_EVENT);
    if (has_file && !tie((uint64_t)(uintptr_t)file, port, key)) {
        sim_object_drop(port, LC_OBJECT_EVENT);
        return NULL;
    }
    return sim_object_handle(port);
}

int LC_ABI sim_win32_get_queued_completion_status(
    lc_handle handle,
    uint32_t *ret_bytes,
    uintptr_t *ret_key,
    struct lc_wsaoverlapped **ret_overlapped,
    uint32_t timeout_ms)
{
    sim_win32_yield(LC_SHIM_WAIT);
    const struct sim_object *port = sim_object_of(handle, SIM_OBJECT_PORT);
    *ret_overlapped = NULL;
    if (port == NULL) {
        return 0;
    }
    uint64_t name = name_of(port);
    if (!sim_wait_port(port, timeout_ms)) {
        sim_win32_set_error(LC_WAIT_TIMEOUT);
        return 0;
    }
    struct sim_port_packet packet = take_first(name);
    *ret_bytes = packet.bytes;
    *ret_key = packet.key;
    *ret_overlapped = (struct lc_wsaoverlapped *)(uintptr_t)packet.overlapped;
    if (packet.error != 0) {
        sim_win32_set_error(packet.error);
    }
    return packet.error == 0;
}

int LC_ABI sim_win32_post_queued_completion_status(
    lc_handle handle,
    uint32_t bytes,
    uintptr_t key,
    struct lc_wsaoverlapped *overlapped)
{
    sim_win32_yield(LC_SHIM_SET_EVENT);
    const struct sim_object *port = sim_object_of(handle, SIM_OBJECT_PORT);
    if (port == NULL) {
        return 0;
    }
    sim_port_post(
        name_of(port),
        &(struct sim_port_packet){
            .key = key,
            .overlapped = (uint64_t)(uintptr_t)overlapped,
            .bytes = bytes,
        });
    return 1;
}

void sim_port_process_exit(uint32_t process)
{
    struct ports *ports = PORTS;
    for (uint32_t i = 0; i < ports->file_end; i++) {
        if (ports->files[i].handle != 0 && ports->files[i].process == process) {
            ports->files[i] = (struct file){ 0 };
        }
    }
    for (uint32_t i = ports->packet_count; i-- > 0;) {
        if (port_of(ports->packets[i].port) == NULL) {
            remove_at(i);
        }
    }
}

const struct sim_export sim_port_exports[] = {
    { "CreateIoCompletionPort",
      0,
      (sim_code_fn *)sim_win32_create_io_completion_port },
    { "GetQueuedCompletionStatus",
      0,
      (sim_code_fn *)sim_win32_get_queued_completion_status },
    { "PostQueuedCompletionStatus",
      0,
      (sim_code_fn *)sim_win32_post_queued_completion_status },
};
const uint32_t sim_port_export_count = LC_COUNT_OF(sim_port_exports);

/* ---- The part ---- */

static uint32_t used_ranges(struct sim_range ret_ranges[SIM_PART_RANGES_MAX])
{
    const struct ports *ports = PORTS;
    ret_ranges[0] = (struct sim_range){
        .size_bytes = offsetof(struct ports, files),
    };
    ret_ranges[1] = (struct sim_range){
        .offset_bytes = offsetof(struct ports, files),
        .size_bytes = ports->file_end * (uint32_t)sizeof ports->files[0],
    };
    ret_ranges[2] = (struct sim_range){
        .offset_bytes = offsetof(struct ports, packets),
        .size_bytes = ports->packet_count * (uint32_t)sizeof ports->packets[0],
    };
    return 3;
}

/* A packet is one that its port counts, or that somebody woke up for. */
static void check_whole(void)
{
    const struct ports *ports = PORTS;
    LC_CHECK(ports->file_end <= FILES_MAX);
    LC_CHECK(ports->packet_count <= PACKETS_MAX);
    for (uint32_t i = 0; i < PACKETS_MAX; i++) {
        LC_CHECK((ports->packets[i].port != 0) == (i < ports->packet_count));
    }
}

void sim_port_open(void)
{
    sim_whole_add(check_whole);
    sim_arena_part_declare(SIM_PART_PORT, sizeof(struct ports));
    sim_arena_part_set_used(SIM_PART_PORT, used_ranges);
}
