#include "lastcall/abi.h"

#include "model/area.h"
#include "model/report.h"

/* Whether a catalog id is one of a provider's: an entry that it heads, or the
 * entry of a layer alone. Those come last, in order of the providers. */
static bool is_own_id(const struct model_world *world, int64_t id, uint8_t who)
{
    LC_CHECK(who < LC_PROVIDERS_MAX);

    if (model_track_is_entry(world, id)) {
        return world->entry_providers[id][0] == who;
    }
    int64_t next = world->entry_count + 1;
    for (uint32_t i = 0; i < world->provider_count; i++) {
        if (world->base_entry[i] != 0) {
            continue;
        }
        if (next == id) {
            return i == who;
        }
        next++;
    }
    return false;
}

/* What the flags of a built-in's entry say. Those of a DLL's are not its own
 * doing: whoever wrote the world has installed it. */
static void class_check(struct model *model, const struct model_event *event)
{
    uint8_t owner = model_track_provider(event->record->callee);
    if (owner == MODEL_NONE) {
        return;
    }
    bool is_own = event->record->function == LC_HANDLE_ALLOC;
    bool has_none = model->world.kinds[owner] == LC_PROVIDER_NONIFS;
    model_report_unless(
        model,
        MODEL_HANDLE_5,
        event->record->function != LC_HANDLE_FREE &&
            model->world.kinds[owner] != LC_PROVIDER_DLL,
        is_own == has_none);
}

/* WSPCloseSocket is under way, and its handle goes. */
static void note_free(struct model *model, const struct model_event *event)
{
    struct model_frame *frame =
        event->thread == NULL ? NULL : model_track_spi(event->thread);
    uint8_t slot =
        model_track_socket(model, event->record->process, event->record->a);
    if (frame != NULL && frame->function == LC_SPI_CLOSE_SOCKET &&
        slot != MODEL_NONE && frame->child == slot &&
        frame->callee == model->sockets[slot].owner) {
        const struct model_socket *socket = &model->sockets[slot];
        bool calm = (socket->flags & MODEL_SOCKET_RACY) == 0;
        frame->flags |= MODEL_FRAME_FREED;
        if (calm && socket->lower != MODEL_NONE) {
            frame->entry = (uint8_t)(socket->lower + 1);
        }
    }
}

/* ws2_32 knows the contexts of the handles that it has made. */
static void query_check(struct model *model, const struct model_event *event)
{
    const struct lc_record *record = event->record;
    uint8_t slot = model_track_socket(model, record->process, record->c);
    bool known = slot != MODEL_NONE &&
                 (model->sockets[slot].flags & MODEL_SOCKET_OWN) != 0;
    bool fact =
        known ? record->a == 0 : record->a == -1 && record->b == LC_WSAENOTSOCK;
    model_report_unless(model, MODEL_HANDLE_4, true, fact);
}

/* The thread is in a call on a socket that nobody has meddled with: what its
 * layers know of it is true. */
static bool is_calm(
    const struct model *model,
    const struct model_thread *thread)
{
    if (thread->slot == MODEL_NONE) {
        return false;
    }
    LC_CHECK(thread->slot < MODEL_SOCKETS_MAX);
    const struct model_socket *socket = &model->sockets[thread->slot];
    return socket->live && socket->generation == thread->generation &&
           (socket->flags & MODEL_SOCKET_RACY) == 0;
}

/* A layer calls the next provider with a handle that is its own. */
static void down_check(struct model *model, const struct model_event *event)
{
    const struct lc_record *record = event->record;
    bool takes_socket =
        record->function != LC_SPI_STARTUP && record->function != LC_SPI_SOCKET;
    uint8_t slot = model_track_socket(model, record->process, record->a);
    if (event->caller == MODEL_NONE || !takes_socket || slot == MODEL_NONE) {
        return;
    }
    const struct model_socket *socket = &model->sockets[slot];
    bool is_own = (socket->flags & MODEL_SOCKET_OWN) != 0 &&
                  socket->owner == record->caller;
    model_report_unless(
        model,
        MODEL_LAYER_9,
        is_own && is_calm(model, event->thread),
        false);
}

/* A new descriptor comes up: it is the one that its provider registered. */
static void up_check(struct model *model, const struct model_event *event)
{
    const struct lc_record *record = event->record;
    uint8_t slot = model_track_socket(model, record->process, record->a);
    if (slot == MODEL_NONE) {
        return;
    }
    const struct model_socket *socket = &model->sockets[slot];
    bool calm = (event->top->flags & MODEL_FRAME_REGISTERED) != 0 &&
                (socket->flags & MODEL_SOCKET_RACY) == 0;
    model_report_unless(
        model,
        MODEL_LAYER_9,
        calm,
        socket->owner == record->callee);
}

/* A WSPCloseSocket returns: its handle has gone with the socket, or both are
 * still there. */
static void close_check(struct model *model, const struct model_event *event)
{
    const struct lc_record *record = event->record;
    const struct model_frame *frame = event->top;
    LC_CHECK(frame->function == LC_SPI_CLOSE_SOCKET);

    bool closed = record->a == 0;
    bool refused = !closed && record->b == LC_WSAEWOULDBLOCK;
    bool blocked = (frame->flags & MODEL_FRAME_BLOCKED) != 0;
    model_report_unless(
        model,
        MODEL_CLOSE_20,
        !closed,
        (frame->flags & MODEL_FRAME_FREED) == 0);
    model_report_unless(model, MODEL_LAYER_16, blocked, refused);
    model_report_unless(model, MODEL_INV_9, closed, frame->entry == 0);
    if (frame->child != MODEL_NONE) {
        const struct model_socket *socket = &model->sockets[frame->child];
        LC_CHECK(socket->live);
        bool is_own = (socket->flags & MODEL_SOCKET_OWN) != 0 &&
                      socket->owner == record->callee;
        model_report_unless(
            model,
            MODEL_CLOSE_19,
            closed && is_own && (socket->flags & MODEL_SOCKET_RACY) == 0,
            false);
    }
    struct model_thread *thread = event->thread;
    if (thread->depth < 2) {
        return;
    }
    struct model_frame *above = &thread->frames[thread->depth - 2];
    if (above->kind == MODEL_FRAME_SPI &&
        above->function == LC_SPI_CLOSE_SOCKET) {
        above->flags &= (uint8_t)~MODEL_FRAME_BLOCKED;
        above->flags |= refused ? MODEL_FRAME_BLOCKED : 0;
    }
}

void model_handle_step(struct model *model, const struct model_event *event)
{
    const struct lc_record *record = event->record;
    LC_CHECK(event->process != NULL);

    if (record->kind == LC_RECORD_HANDLE) {
        class_check(model, event);
        if (record->function == LC_HANDLE_FREE) {
            note_free(model, event);
        }
    } else if (record->kind == LC_RECORD_UPCALL_CALL) {
        bool creates = record->function == LC_UPCALL_CREATE_SOCKET_HANDLE &&
                       event->caller != MODEL_NONE;
        model_report_unless(
            model,
            MODEL_UPCALL_7,
            creates,
            creates && is_own_id(&model->world, record->a, event->caller));
    } else if (record->kind == LC_RECORD_UPCALL_RETURN) {
        if (record->function == LC_UPCALL_QUERY_SOCKET_HANDLE_CONTEXT) {
            query_check(model, event);
        }
    } else if (record->kind == LC_RECORD_SPI_CALL) {
        down_check(model, event);
    } else if (record->function == LC_SPI_CLOSE_SOCKET) {
        close_check(model, event);
    } else if (model_track_creates(record->function) && record->a != -1) {
        up_check(model, event);
    }
}

void model_handle_final(struct model *model, const struct model_event *event)
{
    for (uint32_t left = model->live_sockets; left != 0; left &= left - 1) {
        const struct model_socket *socket =
            &model->sockets[__builtin_ctz(left)];
        LC_CHECK(socket->live);
        bool ours = socket->process == event->record->process &&
                    socket->owner == event->record->callee;
        bool is_own = (socket->flags & MODEL_SOCKET_OWN) != 0;
        bool calm = (socket->flags & MODEL_SOCKET_RACY) == 0;
        model_report_unless(
            model,
            MODEL_HANDLE_3,
            ours && is_own && calm,
            false);
    }
}
