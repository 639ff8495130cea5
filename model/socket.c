#include "lastcall/abi.h"

#include "model/area.h"
#include "model/report.h"

static bool sets_option(uint8_t api)
{
    return api == LC_CALL_LINGER || api == LC_CALL_DONTLINGER ||
           api == LC_CALL_FIONBIO || api == LC_CALL_EVENTSELECT;
}

/* A connection gets to know the chain of the application's socket above it. */
static void adopt(
    struct model *model,
    const struct model_event *event,
    uint8_t slot)
{
    struct model_connection *connection =
        model_track_connection_of(model, slot);
    if (connection == NULL) {
        return;
    }
    LC_CHECK(slot < MODEL_SOCKETS_MAX);

    const struct model_socket *socket = &model->sockets[slot];
    connection->flags |= MODEL_CONNECTION_JUDGED;
    connection->linger = socket->linger;
    connection->linger_s = socket->linger_s;
    connection->origin = socket->origin;
    if ((socket->flags & MODEL_SOCKET_MIXED) != 0) {
        connection->flags |= MODEL_CONNECTION_MIXED;
    }
    if (socket->closing > 0) {
        connection->flags |= MODEL_CONNECTION_RACY;
    }
    uint8_t below = slot;
    for (uint32_t hop = 0; hop < LC_CHAIN_LENGTH_MAX; hop++) {
        if (below == MODEL_NONE) {
            break;
        }
        connection->layers |= model->sockets[below].layers;
        if ((model->sockets[below].flags & MODEL_SOCKET_RACY) != 0) {
            connection->flags |= MODEL_CONNECTION_RACY;
        }
        below = model->sockets[below].lower;
    }
    for (uint32_t i = 0; i < LC_PROVIDERS_MAX; i++) {
        if ((connection->layers & (1U << i)) == 0) {
            continue;
        }
        if (model->world.kinds[i] == LC_PROVIDER_DLL) {
            connection->flags |= MODEL_CONNECTION_HOSTED;
        }
        if (model_track_ending(&event->process->providers[i])) {
            connection->flags |= MODEL_CONNECTION_FINAL;
        }
    }
}

void model_socket_connect(
    struct model *model,
    const struct model_event *event,
    uint32_t index)
{
    LC_CHECK(index < MODEL_CONNECTIONS_MAX);

    struct model_connection *connection = &model->connections[index];
    uint8_t slot =
        model_track_socket(model, connection->process, connection->handle);
    if (slot == MODEL_NONE) {
        return;
    }
    struct model_socket *socket = &model->sockets[slot];
    if (socket->connection != MODEL_NONE) {
        model->connections[socket->connection].slot = MODEL_NONE;
        model->connections[socket->connection].flags |= MODEL_CONNECTION_RACY;
    }
    socket->connection = (uint8_t)index;
    connection->slot = slot;
    connection->flags &= ~(uint32_t)MODEL_CONNECTION_FRESH;
    if ((socket->flags & MODEL_SOCKET_APP) != 0) {
        adopt(model, event, slot);
        return;
    }
    for (uint32_t left = model->live_sockets; left != 0; left &= left - 1) {
        uint8_t place = (uint8_t)__builtin_ctz(left);
        LC_CHECK(model->sockets[place].live);
        if ((model->sockets[place].flags & MODEL_SOCKET_APP) != 0 &&
            model_track_is_over(model, slot, place)) {
            adopt(model, event, place);
        }
    }
}

/* Whether a bit of a handle value is set, and sets it where asked to. */
static bool value_bit(
    uint8_t bits[MODEL_SEEN_BYTES],
    int64_t handle,
    bool is_own,
    bool set)
{
    const uint32_t half = MODEL_SEEN_BYTES * 4;
    uint32_t place =
        (uint32_t)((uint64_t)handle >> 2) % half + (is_own ? half : 0);
    uint8_t bit = (uint8_t)(1U << (place % 8));
    bool was_set = (bits[place / 8] & bit) != 0;
    if (set) {
        bits[place / 8] |= bit;
    }
    return was_set;
}

/* Somebody has closed a socket below a layer, by a value nobody was told: the
 * layer may act on whatever has the value from now on. */
static void mark_stale(struct model_process *process, int64_t handle)
{
    (void)value_bit(process->stale, handle, false, true);
}

/* A new descriptor: calls that use its value already belong to an old one,
 * and whom they will reach is anybody's guess. */
static void appear(struct model *model, const struct model_event *event)
{
    const struct lc_record *record = event->record;
    uint8_t slot = model_track_socket_new(model, record->process, record->a);
    if (slot == MODEL_NONE) {
        return;
    }
    LC_CHECK(slot < MODEL_SOCKETS_MAX);
    bool is_own = record->function == LC_HANDLE_ALLOC;
    if (is_own) {
        model->sockets[slot].flags |= MODEL_SOCKET_OWN;
    }
    /* The value was a descriptor before, or may have been: the application may
     * still use it for the old one, and counts what it sends by variable. */
    if (value_bit(event->process->seen, record->a, is_own, true)) {
        model->sockets[slot].flags |= MODEL_SOCKET_MIXED;
    }
    if (value_bit(event->process->stale, record->a, is_own, false)) {
        model->sockets[slot].flags |= MODEL_SOCKET_RACY;
    }
    for (uint32_t i = 0; i < model->thread_count; i++) {
        struct model_thread *thread = &model->threads[i];
        if (thread->api == MODEL_NONE || thread->process != record->process) {
            continue;
        }
        if (model_track_takes_socket(thread->api) &&
            thread->handle == record->a) {
            model->sockets[slot].flags |= MODEL_SOCKET_RACY;
            thread->revived = true;
        } else if (thread->api == LC_CALL_SELECT) {
            thread->revived = true; /* it may be one of those asked for */
        }
    }
    for (uint32_t i = 0; i < model->connection_count; i++) {
        const struct model_connection *connection = &model->connections[i];
        if (connection->number != 0 && connection->slot == MODEL_NONE &&
            connection->process == record->process &&
            connection->handle == record->a &&
            (connection->flags & MODEL_CONNECTION_FRESH) != 0) {
            model_socket_connect(model, event, i);
        }
    }
}

/* A socket is gone. So it is for a close of it that is under way. */
static void drop(struct model *model, uint8_t slot)
{
    LC_CHECK(slot < MODEL_SOCKETS_MAX);

    for (uint32_t i = 0; i < model->thread_count; i++) {
        struct model_thread *thread = &model->threads[i];
        for (uint32_t k = 0; k < thread->depth; k++) {
            struct model_frame *frame = &thread->frames[k];
            if (frame->kind != MODEL_FRAME_SPI ||
                frame->function != LC_SPI_CLOSE_SOCKET) {
                continue;
            }
            if (frame->child == slot) {
                frame->child = MODEL_NONE;
            }
            if (frame->entry == slot + 1) {
                frame->entry = 0;
            }
        }
    }

    struct model_socket *socket = &model->sockets[slot];
    LC_CHECK(socket->live);
    if (socket->connection != MODEL_NONE) {
        model->connections[socket->connection].slot = MODEL_NONE;
    }
    socket->live = false;
    model->live_sockets &= ~(UINT32_C(1) << slot);
    for (uint32_t i = 0; i < MODEL_SOCKETS_MAX; i++) {
        if (model->sockets[i].lower == slot) {
            model->sockets[i].lower = MODEL_NONE;
        }
    }
}

static bool is_layer(const struct model *model, uint8_t module)
{
    uint8_t provider = model_track_provider(module);
    return provider != MODEL_NONE &&
           model->world.kinds[provider] != LC_PROVIDER_BASE;
}

/* Whether the socket that a layer made below is gone before the layer's own
 * WSPSocket has returned: somebody guessed its value and closed it. */
static bool child_lost(
    const struct model *model,
    const struct model_frame *call)
{
    LC_CHECK(model_track_creates(call->function));

    if (call->child == MODEL_NONE) {
        return false;
    }
    const struct model_socket *child = &model->sockets[call->child];
    return !child->live || child->generation != (uint32_t)call->value;
}

static void registered(struct model *model, const struct model_event *event)
{
    const struct lc_record *record = event->record;
    uint8_t slot = model_track_socket(model, record->process, record->a);
    const struct model_frame *call =
        event->thread == NULL ? NULL : model_track_spi(event->thread);
    bool creates = call != NULL && model_track_creates(call->function);
    bool again = false;
    if (slot != MODEL_NONE && creates &&
        ((model->sockets[slot].flags & MODEL_SOCKET_APP) != 0 ||
         !is_layer(model, record->callee))) {
        /* The value of a socket that a provider has closed already, and
         * its client not yet: it goes round again. */
        drop(model, slot);
        slot = MODEL_NONE;
        again = true;
    }
    if (slot == MODEL_NONE) {
        appear(model, event);
        slot = model_track_socket(model, record->process, record->a);
        /* A layer registers what the provider below has registered before:
         * somebody has closed it meanwhile, by a value nobody was told. */
        bool is_late = creates && record->function == LC_HANDLE_MODIFY &&
                       is_layer(model, record->callee);
        if (is_late) {
            mark_stale(event->process, record->a);
        }
        again |= is_late;
    }
    if (slot != MODEL_NONE) {
        if (again) {
            model->sockets[slot].flags |= MODEL_SOCKET_RACY;
        }
        model->sockets[slot].owner = record->callee;
        model->sockets[slot].registered_record = model->record;
    }
    if (event->thread != NULL) {
        struct model_frame *frame = model_track_spi(event->thread);
        if (frame != NULL && frame->callee == record->callee) {
            frame->flags |= MODEL_FRAME_REGISTERED;
        }
    }
}

/* The layers whose own close of it is under way on this thread. */
static uint8_t closing_layers(const struct model_thread *thread)
{
    uint8_t layers = 0;
    LC_CHECK(thread != NULL);
    for (uint32_t i = 0; i < thread->depth; i++) {
        const struct model_frame *frame = &thread->frames[i];
        uint8_t provider = model_track_provider(frame->callee);
        if (frame->kind == MODEL_FRAME_SPI &&
            frame->function == LC_SPI_CLOSE_SOCKET && provider != MODEL_NONE) {
            layers |= (uint8_t)(1U << provider);
        }
    }
    return layers;
}

static void freed(struct model *model, const struct model_event *event)
{
    const struct lc_record *record = event->record;
    const struct model_thread *thread = event->thread;
    uint8_t slot = model_track_socket(model, record->process, record->a);
    if (slot == MODEL_NONE) {
        return;
    }
    const struct model_socket *socket = &model->sockets[slot];
    if (thread != NULL && thread->api == LC_CALL_CLOSESOCKET &&
        thread->handle == record->a) {
        bool same = thread->slot != MODEL_NONE &&
                    thread->generation == socket->generation;
        if (!same && (socket->flags & MODEL_SOCKET_OWN) == 0) {
            return; /* the end of an older socket of the same value */
        }
        bool calm = same && thread->low >= 1 &&
                    (socket->flags & MODEL_SOCKET_RACY) == 0;
        uint8_t open = socket->layers & (uint8_t)~closing_layers(thread);
        model_report_unless(model, MODEL_INV_9, calm, open == 0);
    }
    model_report_unless(
        model,
        MODEL_CLEAN_7,
        thread != NULL && thread->api == LC_CALL_WSACLEANUP,
        true);
    drop(model, slot);
}

/* Whether another thread of the process is in the same call. `slot`: only on
 * that socket. */
static bool someone_in(
    const struct model *model,
    const struct model_thread *self,
    enum lc_call call,
    uint8_t slot)
{
    LC_CHECK(self != NULL);
    for (uint32_t i = 0; i < model->thread_count; i++) {
        const struct model_thread *thread = &model->threads[i];
        if (thread != self && thread->api == call &&
            thread->process == self->process &&
            (slot == MODEL_NONE || slot == thread->slot)) {
            return true;
        }
    }
    return false;
}

static bool is_send(uint8_t api)
{
    return api == LC_CALL_SEND || api == LC_CALL_WSASEND;
}

static bool someone_sends(
    const struct model *model,
    const struct model_thread *self,
    uint8_t slot)
{
    return someone_in(model, self, LC_CALL_SEND, slot) ||
           someone_in(model, self, LC_CALL_WSASEND, slot);
}

static void call_begins(struct model *model, const struct model_event *event)
{
    struct model_thread *thread = event->thread;
    if (!model_track_takes_socket(thread->api)) {
        return;
    }
    uint8_t slot = model_track_socket(model, thread->process, thread->handle);
    thread->slot = slot;
    if (slot == MODEL_NONE) {
        return;
    }
    struct model_socket *socket = &model->sockets[slot];
    struct model_connection *connection =
        model_track_connection_of(model, slot);
    thread->generation = socket->generation;
    thread->layers = model_track_layers(model, slot);
    if (connection != NULL) {
        thread->connection = (uint8_t)(connection - model->connections);
        LC_CHECK(thread->connection < MODEL_CONNECTIONS_MAX);
    }
    if (is_send(thread->api) && connection != NULL &&
        (someone_sends(model, thread, slot) ||
         model_overlapped_of_others(model, thread, thread->connection))) {
        connection->flags |= MODEL_CONNECTION_MIXED;
    }
    if (thread->api == LC_CALL_LINGER || thread->api == LC_CALL_DONTLINGER) {
        /* The old value, or the new one; an option that fails leaves it so. */
        socket->linger = MODEL_LINGER_VAGUE;
        if (connection != NULL) {
            connection->linger = MODEL_LINGER_VAGUE;
        }
    }
    uint32_t how;
    if (!model_track_shuts(thread, &how) || how > LC_SD_BOTH) {
        return;
    }
    uint32_t flags = 0;
    if (how != LC_SD_RECEIVE) {
        flags |= MODEL_CONNECTION_SHUT;
    }
    if (how != LC_SD_SEND) {
        flags |= MODEL_CONNECTION_SHUT_RECEIVE;
    }
    if (connection != NULL) {
        connection->flags |= flags;
    }
}

/* The linger state after a setsockopt that succeeded: LINGER-3, -4, -5. */
static void linger_set(
    struct model_socket *socket,
    struct model_connection *connection,
    const struct model_thread *thread)
{
    bool late = connection != NULL && connection->accepted > connection->sent;
    if (thread->api == LC_CALL_LINGER) {
        uint32_t seconds = thread->value & 0xffffU;
        bool on = (thread->value >> 16) != 0;
        socket->linger = MODEL_LINGER_OFF;
        if (on) {
            socket->linger =
                seconds == 0 ? MODEL_LINGER_HARD : MODEL_LINGER_TIMED;
        }
        socket->linger_s = (uint16_t)seconds;
        socket->origin = MODEL_LINGER_OPTION;
    } else {
        socket->linger =
            thread->value != 0 ? MODEL_LINGER_OFF : MODEL_LINGER_VAGUE;
        socket->origin = MODEL_LINGER_DONTLINGER;
    }
    if (late) {
        socket->origin = MODEL_LINGER_LATE;
    }
    if (connection != NULL) {
        connection->linger = socket->linger;
        connection->linger_s = socket->linger_s;
        connection->origin = socket->origin;
    }
}

static void option_set(struct model *model, const struct model_event *event)
{
    const struct model_thread *thread = event->thread;
    if (thread->slot == MODEL_NONE) {
        return;
    }
    struct model_socket *socket = &model->sockets[thread->slot];
    if (!socket->live || socket->generation != thread->generation) {
        return;
    }
    LC_CHECK(event->record->a != -1);
    if (thread->api == LC_CALL_FIONBIO) {
        socket->flags &= (uint8_t)~MODEL_SOCKET_NONBLOCKING;
        if (thread->value != 0) {
            socket->flags |= MODEL_SOCKET_NONBLOCKING;
        }
        return;
    }
    if (thread->api == LC_CALL_EVENTSELECT) {
        socket->flags |= MODEL_SOCKET_NONBLOCKING; /* EVENT-4 */
        return;
    }
    linger_set(socket, model_track_connection_of(model, thread->slot), thread);
}

/* A socket that is accepted while an option is set may have it or not. */
static void accept_race(struct model *model, struct model_thread *thread)
{
    bool accepts = model_track_accepts(thread->api);
    for (uint32_t i = 0; i < model->thread_count; i++) {
        struct model_thread *other = &model->threads[i];
        if (other->process != thread->process || other->slot != thread->slot) {
            continue;
        }
        if (accepts && sets_option(other->api)) {
            thread->before |= MODEL_CONNECTION_RACY;
        } else if (!accepts && model_track_accepts(other->api)) {
            other->before |= MODEL_CONNECTION_RACY;
        }
    }
}

/* Two threads that set one option at a time: which came last is unknown. */
static void option_race(struct model *model, const struct model_event *event)
{
    struct model_thread *thread = event->thread;
    bool accepts = model_track_accepts(thread->api);
    if (thread->slot == MODEL_NONE || (!accepts && !sets_option(thread->api))) {
        return;
    }
    accept_race(model, thread);
    if (accepts) {
        return;
    }
    for (uint32_t i = 0; i < model->thread_count; i++) {
        const struct model_thread *other = &model->threads[i];
        if (other == thread || !sets_option(other->api) ||
            other->process != thread->process || other->slot != thread->slot) {
            continue;
        }
        model->sockets[thread->slot].flags |= MODEL_SOCKET_RACY;
        if (thread->connection != MODEL_NONE) {
            model->connections[thread->connection].flags |=
                MODEL_CONNECTION_RACY;
        }
    }
}

/* SHUT-10: a direction that there is not, and a socket without a peer. */
static void how_check(
    struct model *model,
    const struct model_event *event,
    const struct model_socket *socket)
{
    const struct lc_record *record = event->record;
    const struct model_thread *thread = event->thread;
    bool sure = thread->low > 0 && socket->closing == 0 &&
                (socket->flags & MODEL_SOCKET_RACY) == 0;
    bool wrong = thread->option > LC_SD_BOTH;
    /* Neither connected nor, for all that is known, about to be. */
    const uint32_t other = MODEL_CONNECTION_CONNECTED | MODEL_CONNECTION_RACY |
                           MODEL_CONNECTION_CLOSING | MODEL_CONNECTION_FINAL;
    bool alone = thread->connection != MODEL_NONE &&
                 (model->connections[thread->connection].flags & other) == 0 &&
                 !model_datagram_is(&model->connections[thread->connection]);
    model_report_unless(
        model,
        MODEL_SHUT_10,
        sure && (wrong || alone),
        record->a == -1 && ((wrong && record->b == LC_WSAEINVAL) ||
                            ((alone || wrong) && record->b == LC_WSAENOTCONN) ||
                            record->b == LC_WSAENETDOWN));
}

/* What a shutdown asked for is a cause of much while it is under way, and
 * certain only when it has worked. */
static void shutdown_ends(struct model *model, const struct model_event *event)
{
    const struct lc_record *record = event->record;
    const struct model_thread *thread = event->thread;
    if (thread->slot == MODEL_NONE) {
        return;
    }
    LC_CHECK(thread->slot < MODEL_SOCKETS_MAX);
    struct model_socket *socket = &model->sockets[thread->slot];
    if (!socket->live || socket->generation != thread->generation) {
        return;
    }
    how_check(model, event, socket);
    uint32_t how;
    if (!model_track_shuts(thread, &how) || how == LC_SD_RECEIVE ||
        how > LC_SD_BOTH) {
        return;
    }
    if (record->a == 0) {
        socket->flags |= MODEL_SOCKET_SHUT;
    }
    bool refused =
        record->a == -1 &&
        (record->b == LC_WSAENOTCONN || record->b == LC_WSAEINVAL) &&
        (socket->flags & MODEL_SOCKET_SHUT) == 0 &&
        !someone_in(model, thread, LC_CALL_SHUTDOWN, thread->slot) &&
        !someone_in(model, thread, LC_CALL_SEND_DISCONNECT, thread->slot);
    if (refused && thread->connection != MODEL_NONE) {
        model->connections[thread->connection].flags &=
            ~(uint32_t)MODEL_CONNECTION_SHUT;
    }
}

/* The application has a new socket. */
static void socket_made(struct model *model, const struct model_event *event)
{
    const struct lc_record *record = event->record;
    const struct model_thread *thread = event->thread;
    uint8_t slot = model_track_socket(model, record->process, record->a);
    if (slot != MODEL_NONE) {
        model->sockets[slot].flags |= MODEL_SOCKET_APP;
        /* The application counts what it sent by variable: a send under way may
         * add to the count of another socket. */
        if (someone_sends(model, thread, MODEL_NONE) ||
            someone_in(model, thread, LC_CALL_RECV, MODEL_NONE)) {
            model->sockets[slot].flags |= MODEL_SOCKET_MIXED;
        }
        if (model_track_accepts(thread->api)) {
            model_accept_inherit(model, thread, slot);
        }
        adopt(model, event, slot);
    }
}

static void call_ends(struct model *model, const struct model_event *event)
{
    const struct lc_record *record = event->record;
    const struct model_thread *thread = event->thread;
    bool failed = record->a == -1;
    bool makes =
        thread->api == LC_CALL_SOCKET || model_track_accepts(thread->api);
    if (makes && !failed) {
        socket_made(model, event);
    } else if (
        thread->api == LC_CALL_SEND && thread->connection != MODEL_NONE) {
        struct model_connection *connection =
            &model->connections[thread->connection];
        if (!failed && record->a > 0) {
            connection->promised += (uint64_t)record->a;
        }
        if (failed && !model_datagram_is(connection)) {
            connection->flags |= MODEL_CONNECTION_MIXED;
        }
    } else if (
        thread->api == LC_CALL_WSASEND && thread->connection != MODEL_NONE) {
        if (failed && record->b != LC_WSA_IO_PENDING) {
            model->connections[thread->connection].flags |=
                MODEL_CONNECTION_MIXED;
        }
    } else if (
        thread->api == LC_CALL_SHUTDOWN ||
        thread->api == LC_CALL_SEND_DISCONNECT) {
        shutdown_ends(model, event);
    } else if (!failed && sets_option(thread->api)) {
        option_set(model, event);
    }
}

/* Whether a layer that gives out handles of its own knows a socket: it has one
 * above it. Where it has not, the value is that of an older socket, which
 * somebody has closed behind its back. */
static bool is_known_to(const struct model *model, uint8_t slot, uint8_t module)
{
    for (uint32_t left = model->live_sockets; left != 0; left &= left - 1) {
        const struct model_socket *upper = &model->sockets[__builtin_ctz(left)];
        if (upper->lower == slot && upper->owner == module) {
            return true;
        }
    }
    return false;
}

static void layer_call(struct model *model, const struct model_event *event)
{
    const struct lc_record *record = event->record;
    uint8_t slot = model_track_socket(model, record->process, record->a);
    if (slot != MODEL_NONE && record->function != LC_SPI_STARTUP &&
        record->function != LC_SPI_SOCKET &&
        model->world.has_own[event->caller] &&
        !is_known_to(model, slot, record->caller)) {
        model_track_race(model, slot);
    }
}

/* The call of a thread reaches a descriptor that its value did not mean when
 * the application made the call: the value itself, or what a layer knew behind
 * it when the socket was closed by somebody else. */
static void spi_call(struct model *model, const struct model_event *event)
{
    const struct model_thread *thread = event->thread;
    const struct lc_record *record = event->record;
    bool is_own = record->a == thread->handle;
    if (event->caller != MODEL_NONE) {
        layer_call(model, event);
    }
    if (thread->api == MODEL_NONE || !model_track_takes_socket(thread->api) ||
        (!is_own && event->caller == MODEL_NONE)) {
        return;
    }
    LC_CHECK(record->kind == LC_RECORD_SPI_CALL);
    if (thread->slot != MODEL_NONE) {
        const struct model_socket *socket = &model->sockets[thread->slot];
        bool same = socket->live && socket->generation == thread->generation;
        bool calm = (socket->flags & MODEL_SOCKET_RACY) == 0;
        if (same && (is_own || calm)) {
            return;
        }
    }
    uint8_t slot = model_track_socket(model, record->process, record->a);
    if (slot != MODEL_NONE) {
        model_track_race(model, slot);
    }
}

static void spi_created(struct model *model, const struct model_event *event)
{
    const struct lc_record *record = event->record;
    const struct model_thread *thread = event->thread;
    const struct model_frame *frame = event->top;
    model_report_unless(
        model,
        record->function == LC_SPI_SOCKET ? MODEL_HANDLE_1 : MODEL_CONN_8,
        true,
        (frame->flags & MODEL_FRAME_REGISTERED) != 0);
    uint8_t slot = model_track_socket(model, record->process, record->a);
    if (slot == MODEL_NONE) {
        return;
    }
    LC_CHECK(event->callee < LC_PROVIDERS_MAX);
    model->sockets[slot].layers |= (uint8_t)(1U << event->callee);
    bool lost = child_lost(model, frame);
    bool raced = frame->child != MODEL_NONE &&
                 (model->sockets[frame->child].flags & MODEL_SOCKET_RACY) != 0;
    if (lost || raced) {
        model->sockets[slot].flags |= MODEL_SOCKET_RACY;
    }
    if (!lost && frame->child != slot) {
        model->sockets[slot].lower = frame->child;
    }
    if (thread->depth >= 2) {
        struct model_frame *parent = &event->thread->frames[thread->depth - 2];
        if (parent->kind == MODEL_FRAME_SPI &&
            model_track_creates(parent->function)) {
            parent->child = slot;
            parent->value = model->sockets[slot].generation;
        }
    }
}

/* Whom ws2_32 called for the close that a thread is in, enum lc_module. */
static uint8_t outermost_close(const struct model_thread *thread)
{
    for (uint32_t i = 0; i < thread->depth; i++) {
        const struct model_frame *frame = &thread->frames[i];
        if (frame->kind == MODEL_FRAME_SPI) {
            return frame->function == LC_SPI_CLOSE_SOCKET &&
                           frame->caller == LC_MODULE_WS2_32
                       ? frame->callee
                       : (uint8_t)LC_NONE;
        }
    }
    return LC_NONE;
}

static void spi_closed(struct model *model, const struct model_event *event)
{
    LC_CHECK(event->callee < LC_PROVIDERS_MAX);

    uint8_t slot = event->top->child;
    if (slot == MODEL_NONE) {
        return;
    }
    /* A layer above that is not in a close of its own left the call to its
     * lower provider altogether: LAYER-8. */
    uint8_t passed = model->world.over[event->callee] &
                     (uint8_t)~closing_layers(event->thread);
    uint8_t closed = (uint8_t)(passed | (1U << event->callee));
    struct model_socket *socket = &model->sockets[slot];
    uint8_t outermost = outermost_close(event->thread);
    if (outermost != LC_NONE && outermost == event->record->callee &&
        outermost != socket->owner && is_layer(model, socket->owner)) {
        mark_stale(event->process, socket->handle);
    }
    socket->layers &= (uint8_t)~closed;
    if (socket->layers == 0 &&
        (socket->flags & (MODEL_SOCKET_APP | MODEL_SOCKET_OWN)) == 0) {
        drop(model, slot); /* a layer's: ws2_32 does not hear of its end */
    }
}

void model_socket_step(struct model *model, const struct model_event *event)
{
    const struct lc_record *record = event->record;
    LC_CHECK(event->process != NULL || record->kind == LC_RECORD_HANDLE);

    if (record->kind == LC_RECORD_HANDLE) {
        if (event->process == NULL) {
            return;
        }
        if (record->function == LC_HANDLE_FREE) {
            freed(model, event);
        } else {
            registered(model, event);
        }
    } else if (record->kind == LC_RECORD_API_CALL) {
        call_begins(model, event);
        option_race(model, event);
    } else if (record->kind == LC_RECORD_API_RETURN) {
        call_ends(model, event);
    } else if (record->kind == LC_RECORD_SPI_CALL) {
        spi_call(model, event);
    } else if (model_track_creates(record->function) && record->a != -1) {
        spi_created(model, event);
    } else if (record->function == LC_SPI_CLOSE_SOCKET && record->a == 0) {
        spi_closed(model, event);
    }
}
