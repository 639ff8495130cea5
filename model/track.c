#include "model/track.h"

#include <string.h>

#include "model/report.h"

const uint8_t model_track_calls[LC_CALL_COUNT] = {
    [LC_CALL_WSASTARTUP] = MODEL_TRACK_NEEDS_NO_START,
    [LC_CALL_GETLASTERROR] = MODEL_TRACK_NEEDS_NO_START,
    [LC_CALL_CONNECT] = MODEL_TRACK_TAKES_SOCKET,
    [LC_CALL_SEND] = MODEL_TRACK_TAKES_SOCKET,
    [LC_CALL_SHUTDOWN] = MODEL_TRACK_TAKES_SOCKET,
    [LC_CALL_LINGER] = MODEL_TRACK_TAKES_SOCKET,
    [LC_CALL_DONTLINGER] = MODEL_TRACK_TAKES_SOCKET,
    [LC_CALL_SNDBUF] = MODEL_TRACK_TAKES_SOCKET,
    [LC_CALL_FIONBIO] = MODEL_TRACK_TAKES_SOCKET,
    [LC_CALL_CLOSESOCKET] = MODEL_TRACK_TAKES_SOCKET,
    [LC_CALL_SLEEP] = MODEL_TRACK_NEEDS_NO_START,
    [LC_CALL_WSC_ENUM] = MODEL_TRACK_NEEDS_NO_START,
    [LC_CALL_WSC_PATH] = MODEL_TRACK_NEEDS_NO_START,
    [LC_CALL_WSC_INSTALL] = MODEL_TRACK_NEEDS_NO_START,
    [LC_CALL_WSC_INSTALL_CHAIN] = MODEL_TRACK_NEEDS_NO_START,
    [LC_CALL_WSC_DEINSTALL] = MODEL_TRACK_NEEDS_NO_START,
    [LC_CALL_WSC_ORDER] = MODEL_TRACK_NEEDS_NO_START,
    [LC_CALL_APP_CATEGORY] = MODEL_TRACK_NEEDS_NO_START,
    [LC_CALL_PROVIDER_INFO] = MODEL_TRACK_NEEDS_NO_START,
    [LC_CALL_RECV] = MODEL_TRACK_TAKES_SOCKET,
    [LC_CALL_SEND_DISCONNECT] = MODEL_TRACK_TAKES_SOCKET,
    [LC_CALL_RECV_DISCONNECT] = MODEL_TRACK_TAKES_SOCKET,
    [LC_CALL_BIND] = MODEL_TRACK_TAKES_SOCKET,
    [LC_CALL_GETSOCKNAME] = MODEL_TRACK_TAKES_SOCKET,
    [LC_CALL_GETPEERNAME] = MODEL_TRACK_TAKES_SOCKET,
    [LC_CALL_RCVBUF] = MODEL_TRACK_TAKES_SOCKET,
    [LC_CALL_SOERROR] = MODEL_TRACK_TAKES_SOCKET,
    [LC_CALL_FIONREAD] = MODEL_TRACK_TAKES_SOCKET,
    [LC_CALL_LOADLIBRARY] = MODEL_TRACK_NEEDS_NO_START,
    [LC_CALL_FREELIBRARY] = MODEL_TRACK_NEEDS_NO_START,
    [LC_CALL_EXITTHREAD] = MODEL_TRACK_NEEDS_NO_START,
    [LC_CALL_EXITPROCESS] = MODEL_TRACK_NEEDS_NO_START,
    [LC_CALL_TERMINATEPROCESS] = MODEL_TRACK_NEEDS_NO_START,
    [LC_CALL_TERMINATETHREAD] = MODEL_TRACK_NEEDS_NO_START,
    [LC_CALL_FREEFOREIGN] = MODEL_TRACK_NEEDS_NO_START,
    [LC_CALL_WSASEND] = MODEL_TRACK_TAKES_SOCKET,
    [LC_CALL_GETOVERLAPPED] = MODEL_TRACK_TAKES_SOCKET,
    [LC_CALL_SLEEPEX] = MODEL_TRACK_NEEDS_NO_START,
    [LC_CALL_CREATEPORT] = MODEL_TRACK_NEEDS_NO_START,
    [LC_CALL_DEQUEUE] = MODEL_TRACK_NEEDS_NO_START,
    [LC_CALL_POST] = MODEL_TRACK_NEEDS_NO_START,
    [LC_CALL_WSC_INSTALL_NAMES] = MODEL_TRACK_NEEDS_NO_START,
    [LC_CALL_WSC_REMOVE_NAMES] = MODEL_TRACK_NEEDS_NO_START,
    [LC_CALL_WSC_ENABLE_NAMES] = MODEL_TRACK_NEEDS_NO_START,
    [LC_CALL_LISTEN] = MODEL_TRACK_TAKES_SOCKET,
    [LC_CALL_ACCEPT] = MODEL_TRACK_TAKES_SOCKET,
    [LC_CALL_WSAACCEPT] = MODEL_TRACK_TAKES_SOCKET,
    [LC_CALL_EVENTSELECT] = MODEL_TRACK_TAKES_SOCKET,
    [LC_CALL_ENUMEVENTS] = MODEL_TRACK_TAKES_SOCKET,
    [LC_CALL_JOIN_LEAF] = MODEL_TRACK_TAKES_SOCKET,
    [LC_CALL_QOS_BY_NAME] = MODEL_TRACK_TAKES_SOCKET,
    [LC_CALL_WSARECV] = MODEL_TRACK_TAKES_SOCKET,
};

void model_track_count(struct model *model, uint8_t *count)
{
    LC_CHECK(count != NULL);

    if (*count == UINT8_MAX) {
        model_report_lost(model);
        return;
    }
    (*count)++;
}

struct model_thread *model_track_dll_thread(
    struct model *model,
    uint8_t reference)
{
    LC_CHECK(reference >= LC_THREADS_MAX && reference != LC_NONE);

    if ((reference & LC_THREAD_REF_DLL) == 0) {
        model_report_lost(model);
        return NULL;
    }
    uint8_t *index = &model->dll_threads[reference & 0x7fU];
    if (*index == 0) {
        if (model->dll_thread_count == LC_DLL_THREADS_MAX) {
            model_report_lost(model);
            return NULL;
        }
        model->dll_thread_count++;
        *index = (uint8_t)(LC_THREADS_MAX + model->dll_thread_count);
        model->thread_count = *index;
    }
    LC_CHECK(*index <= MODEL_THREADS_MAX);
    return &model->threads[*index - 1];
}

struct model_frame *model_track_spi(struct model_thread *thread)
{
    LC_CHECK(thread != NULL);
    LC_CHECK(thread->depth <= MODEL_DEPTH_MAX);

    for (uint32_t i = thread->depth; i > 0; i--) {
        if (thread->frames[i - 1].kind == MODEL_FRAME_SPI) {
            return &thread->frames[i - 1];
        }
    }
    return NULL;
}

/* Where the search for a free place begins: handle values step by four. */
static uint32_t socket_place(uint8_t process, int64_t handle)
{
    uint64_t key = ((uint64_t)handle >> 2) + (uint64_t)process * 8U;
    return (uint32_t)(key % MODEL_SOCKETS_MAX);
}

uint8_t model_track_socket(
    const struct model *model,
    uint8_t process,
    int64_t handle)
{
    LC_CHECK(process < LC_PROCESSES_MAX);

    /* At most one fits: model_track_socket_new() sees to it. */
    for (uint32_t left = model->live_sockets; left != 0; left &= left - 1) {
        uint8_t slot = (uint8_t)__builtin_ctz(left);
        const struct model_socket *socket = &model->sockets[slot];
        LC_CHECK(socket->live);
        if (socket->handle == handle && socket->process == process) {
            return slot;
        }
    }
    return MODEL_NONE;
}

uint8_t model_track_socket_new(
    struct model *model,
    uint8_t process,
    int64_t handle)
{
    LC_CHECK(process < LC_PROCESSES_MAX);
    LC_CHECK(model_track_socket(model, process, handle) == MODEL_NONE);

    uint32_t place = socket_place(process, handle);
    for (uint32_t i = 0; i < MODEL_SOCKETS_MAX; i++) {
        uint32_t slot = (place + i) % MODEL_SOCKETS_MAX;
        struct model_socket *socket = &model->sockets[slot];
        if (!socket->live) {
            model->generation++;
            model->live_sockets |= UINT32_C(1) << slot;
            *socket = (struct model_socket){
                .handle = handle,
                .generation = model->generation,
                .registered_record = model->record,
                .process = process,
                .live = true,
                .lower = MODEL_NONE,
                .connection = MODEL_NONE,
            };
            return (uint8_t)slot;
        }
    }
    model_report_lost(model);
    return MODEL_NONE;
}

struct model_connection *model_track_connection_of(
    struct model *model,
    uint8_t slot)
{
    LC_CHECK(slot < MODEL_SOCKETS_MAX || slot == MODEL_NONE);

    uint8_t index = MODEL_NONE;
    for (uint32_t hop = 0; hop < LC_CHAIN_LENGTH_MAX; hop++) {
        if (index != MODEL_NONE || slot == MODEL_NONE) {
            break;
        }
        const struct model_socket *socket = &model->sockets[slot];
        index = socket->live ? socket->connection : (uint8_t)MODEL_NONE;
        slot = socket->lower;
    }
    LC_CHECK(index < MODEL_CONNECTIONS_MAX || index == MODEL_NONE);
    return index == MODEL_NONE ? NULL : &model->connections[index];
}

bool model_track_is_over(const struct model *model, uint8_t slot, uint8_t upper)
{
    LC_CHECK(slot < MODEL_SOCKETS_MAX);

    for (uint32_t hop = 0; hop < LC_CHAIN_LENGTH_MAX; hop++) {
        if (upper == MODEL_NONE || upper == slot) {
            break;
        }
        upper = model->sockets[upper].lower;
    }
    return upper == slot;
}

uint8_t model_track_client(const struct model *model, uint8_t slot)
{
    LC_CHECK(slot < MODEL_SOCKETS_MAX);

    for (uint32_t left = model->live_sockets; left != 0; left &= left - 1) {
        uint8_t place = (uint8_t)__builtin_ctz(left);
        if ((model->sockets[place].flags & MODEL_SOCKET_APP) != 0 &&
            model_track_is_over(model, slot, place)) {
            return place;
        }
    }
    return MODEL_NONE;
}

uint8_t model_track_layers(const struct model *model, uint8_t slot)
{
    uint8_t layers = 0;
    for (uint32_t hop = 0; hop < LC_CHAIN_LENGTH_MAX; hop++) {
        if (slot == MODEL_NONE) {
            break;
        }
        LC_CHECK(slot < MODEL_SOCKETS_MAX);
        layers |= model->sockets[slot].layers;
        slot = model->sockets[slot].lower;
    }
    return layers;
}

void model_track_race(struct model *model, uint8_t slot)
{
    for (uint32_t left = model->live_sockets; left != 0; left &= left - 1) {
        uint8_t place = (uint8_t)__builtin_ctz(left);
        if (!model_track_is_over(model, slot, place)) {
            continue;
        }
        model->sockets[place].flags |= MODEL_SOCKET_RACY;
        struct model_connection *connection =
            model_track_connection_of(model, place);
        if (connection != NULL) {
            connection->flags |= MODEL_CONNECTION_RACY;
        }
    }
}

struct model_connection *model_track_connection(
    struct model *model,
    int64_t number)
{
    if (number < 1 || number > UINT32_MAX) {
        return NULL;
    }
    uint32_t index = (uint32_t)((uint64_t)number - 1) % MODEL_CONNECTIONS_MAX;
    struct model_connection *connection = &model->connections[index];
    LC_CHECK(index < MODEL_CONNECTIONS_MAX);
    return connection->number == (uint32_t)number ? connection : NULL;
}
