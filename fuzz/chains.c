#include "fuzz/chains.h"

#include <string.h>

#include "lastcall/abi.h"
#include "lastcall/check.h"
#include "lastcall/trace.h"

#include "fuzz/call.h"
#include "fuzz/generate.h"
#include "fuzz/maker.h"
#include "fuzz/schedule.h"

static uint64_t mix(uint64_t hash, uint64_t word)
{
    hash ^= word;
    hash *= 0xff51afd7ed558ccdULL;
    hash ^= hash >> 32;
    hash *= 0xc4ceb9fe1a85ec53ULL;
    return hash ^ hash >> 29;
}

/* ---- What is seen of a run ---- */

static struct fuzz_chains_stream *stream_of(
    struct fuzz_chains_run *run,
    int64_t number)
{
    LC_CHECK(number >= 1 && number <= FUZZ_CHAINS_CONNECTIONS_MAX);
    return &run->streams[number - 1];
}

static void see_wire(
    struct fuzz_chains_run *run,
    const struct lc_record *record)
{
    struct fuzz_chains_stream *stream = stream_of(run, record->a);
    struct fuzz_chains_socket *socket = &run->sockets[record->a - 1];
    if (record->function == LC_WIRE_OPEN) {
        *socket = (struct fuzz_chains_socket){
            .handle = record->c,
            .process = record->process,
            .is_open = true,
        };
    } else if (
        record->function == LC_WIRE_CONNECTED ||
        record->function == LC_WIRE_DATAGRAM_SOCKET) {
        /* Nothing of the latter is lost at its close. */
        socket->is_connected = true;
    } else if (record->function == LC_WIRE_ACCEPTED) {
        LC_CHECK(record->c >= 1 && record->c <= FUZZ_CHAINS_CONNECTIONS_MAX);
        socket->is_connected = true;
        socket->lingers = run->sockets[record->c - 1].lingers;
    } else if (record->function == LC_WIRE_CLOSE) {
        socket->is_open = false;
    } else if (record->function == LC_WIRE_DELIVER) {
        stream->is_wrong |=
            record->d != 1 || (uint64_t)record->c != stream->delivered_bytes;
        stream->delivered_bytes += (uint64_t)record->b;
        run->sum_bytes += (uint32_t)record->b;
    } else if (record->function == LC_WIRE_DATAGRAM_DELIVER) {
        stream->is_wrong |= record->d != 1;
        stream->delivered_bytes += (uint64_t)record->b;
        stream->datagrams += mix((uint64_t)record->c + 1, (uint64_t)record->b);
        run->sum_bytes += (uint32_t)record->b;
    } else if (record->function == LC_WIRE_FIN_DELIVER) {
        stream->has_ended = true;
    } else if (record->function == LC_WIRE_RST) {
        stream->is_reset = true;
    }
}

/* An option that makes a close wait or reset. */
static void see_option(
    struct fuzz_chains_socket *socket,
    const struct lc_record *record)
{
    if (record->b == LC_SO_LINGER) {
        socket->lingers = record->c >> 16 != 0;
    } else if (record->b == LC_SO_DONTLINGER) {
        socket->lingers = record->c == 0;
    }
}

/* A WSPCleanup of the base comes: what the documents leave open from now on. */
static void see_cleanup(struct fuzz_chains_run *run, uint8_t process)
{
    bool lingers = false;
    for (uint32_t i = 0; i < FUZZ_CHAINS_CONNECTIONS_MAX; i++) {
        const struct fuzz_chains_socket *socket = &run->sockets[i];
        lingers |=
            socket->is_open && socket->process == process && socket->lingers;
    }
    for (uint32_t i = 0; i < FUZZ_CHAINS_CONNECTIONS_MAX; i++) {
        const struct fuzz_chains_socket *socket = &run->sockets[i];
        run->streams[i].is_left_open |=
            socket->is_open && socket->process == process &&
            (socket->lingers || !socket->is_connected ||
             (lingers && socket->sends > 0));
    }
}

/* A call of the base on a socket. */
static void see_call(
    struct fuzz_chains_run *run,
    const struct lc_record *record)
{
    bool returns = record->kind == LC_RECORD_SPI_RETURN;
    int64_t handle = returns ? record->c : record->a;
    for (uint32_t i = 0; i < FUZZ_CHAINS_CONNECTIONS_MAX; i++) {
        struct fuzz_chains_socket *socket = &run->sockets[i];
        if (!socket->is_open || socket->process != record->process ||
            socket->handle != handle) {
            continue;
        }
        if (record->function == LC_SPI_SET_SOCK_OPT && !returns) {
            see_option(socket, record);
        } else if (record->function == LC_SPI_SEND && !returns) {
            socket->sends++;
        } else if (record->function == LC_SPI_SEND && socket->sends > 0) {
            socket->sends--;
        }
    }
}

static bool see(void *context, const struct lc_record *record)
{
    struct fuzz_chains_run *run = context;
    if (record->kind == LC_RECORD_WIRE) {
        see_wire(run, record);
    } else if (
        record->kind == LC_RECORD_SPI_CALL &&
        record->function == LC_SPI_CLEANUP) {
        see_cleanup(run, record->process);
    } else if (
        record->kind == LC_RECORD_SPI_CALL ||
        record->kind == LC_RECORD_SPI_RETURN) {
        see_call(run, record);
    } else if (
        record->kind == LC_RECORD_API_CALL ||
        record->kind == LC_RECORD_API_RETURN) {
        uint64_t word = (uint64_t)record->kind << 24 |
                        (uint64_t)record->thread << 16 | record->function;
        run->order = mix(run->order, word);
    } else if (record->kind == LC_RECORD_END) {
        run->end = record->function;
    }
    return true;
}

/* ---- Who goes next ---- */

/* Where the application can be held up: elsewhere a thread goes on. */
static bool is_boundary(struct lc_place place)
{
    return place.kind == LC_PLACE_IDLE || place.kind == LC_PLACE_START ||
           place.kind == LC_PLACE_API || place.kind == LC_PLACE_END ||
           place.kind == LC_PLACE_WAIT;
}

/* Takes the candidate that the seed likes most at this place. */
static uint32_t choose(void *context, const struct sim_choice_point *point)
{
    const struct fuzz_chains *chains = context;
    const struct lc_choice *where = &point->where;
    uint64_t place =
        mix(chains->seed,
            (uint64_t)where->stream << 32 | (uint64_t)where->thread << 16 |
                (uint64_t)where->call << 8 | where->place.kind);
    if (where->stream == LC_STREAM_LATENCY) {
        return (uint32_t)(mix(place, where->occurrence) % point->count);
    }
    if (where->stream != LC_STREAM_SCHED || !is_boundary(where->place)) {
        return 0;
    }
    uint32_t best = 0;
    uint64_t best_weight = 0;
    for (uint32_t i = 0; i < point->count; i++) {
        const struct sim_choice_candidate *candidate = &point->candidates[i];
        uint64_t weight =
            mix(place,
                (uint64_t)candidate->action << 24 |
                    (uint64_t)candidate->target << 16 | candidate->value);
        if (i == 0 || weight > best_weight) {
            best = i;
            best_weight = weight;
        }
    }
    return best;
}

static enum sim_status play(
    struct fuzz_chains *chains,
    const struct lc_schedule *schedule,
    struct fuzz_chains_run *ret_run,
    struct sim_error *ret_error)
{
    struct sim_backer backer = { .choose = choose, .context = chains };
    struct sim_result result;
    memset(ret_run, 0, sizeof *ret_run);
    return sim_play(
        &(struct sim_play_options){
            .schedule = schedule,
            .backer = &backer,
            .sink = see,
            .sink_context = ret_run,
        },
        &result,
        ret_error);
}

/* ---- The program and the chains ---- */

static void set_name(char *name, char letter, uint32_t number)
{
    memset(name, 0, LC_NAME_MAX);
    name[0] = letter;
    name[1] = (char)('0' + number);
}

/* Each socket takes a handle at every layer of the longest chain, and ws2_32
 * has room for so many: what is beyond that tells nothing of layers. */
enum {
    SOCKETS_MAX = 5
};

/* What says nothing of layers. */
static bool is_left_out(uint8_t call)
{
    /* The catalogs differ, and so does what writing them does. */
    bool is_catalogs =
        fuzz_call(call)->has_entry || call == LC_CALL_WSC_ORDER ||
        call == LC_CALL_APP_CATEGORY || call == LC_CALL_PROVIDER_INFO ||
        call == LC_CALL_CONFIG_CHANGE;
    /* A layer with handles of its own has a thread for what is overlapped: its
     * turns are time that the base alone does not take. And what is cut off in
     * the middle of a call has come as far as it has. */
    return is_catalogs || call == LC_CALL_WSASEND || call == LC_CALL_WSARECV ||
           call == LC_CALL_EXITPROCESS || call == LC_CALL_TERMINATEPROCESS;
}

/* The base alone, of which every socket is: one for datagrams where the program
 * has some. The link stays what it is. */
static void make_program(struct fuzz_chains *chains, uint64_t seed)
{
    struct lc_schedule *program = &chains->program;
    struct lc_world *world = &program->world;
    fuzz_generate(
        &(struct fuzz_generate_options){ .has_swarm = true },
        seed,
        program);
    bool has_datagrams = fuzz_make_has_datagrams(world);
    memset(world->providers, 0, sizeof world->providers);
    memset(world->chains, 0, sizeof world->chains);
    memset(world->protocols, 0, sizeof world->protocols);
    world->protocol_count = 0;
    world->provider_count = 1;
    world->chain_count = 0;
    world->versions = 0;
    world->providers[0].kind = LC_PROVIDER_BASE;
    world->providers[0].is_datagram = has_datagrams;
    set_name(world->providers[0].name, 'b', 0);
    uint32_t sockets = 0;
    for (uint32_t i = 0; i < program->op_count; i++) {
        struct lc_op *op = &program->ops[i];
        op->entry = LC_NONE;
        bool makes = fuzz_call(op->call)->sets_socket;
        sockets += makes;
        if (is_left_out(op->call) || (makes && sockets > SOCKETS_MAX)) {
            op->call = LC_CALL_GETLASTERROR;
        }
    }
    fuzz_schedule_repair(program);
}

/* Layers above the base, those with IFS handles next to it. */
static void make_chain(
    struct fuzz_chains *chains,
    uint32_t layers,
    uint32_t ifs_layers)
{
    chains->chained = chains->program;
    struct lc_world *world = &chains->chained.world;
    struct lc_chain *chain = &world->chains[0];
    LC_CHECK(layers >= 1 && layers < LC_CHAIN_LENGTH_MAX);
    LC_CHECK(ifs_layers <= layers);
    world->chain_count = 1;
    chain->length = (uint8_t)(layers + 1);
    for (uint32_t i = 1; i <= layers; i++) {
        struct lc_provider *provider = &world->providers[i];
        provider->kind = i <= ifs_layers ? LC_PROVIDER_IFS : LC_PROVIDER_NONIFS;
        set_name(provider->name, 'l', i);
        const struct lc_provider *hosted = chains->hosted;
        if (hosted != NULL &&
            lc_provider_has_own(hosted) == lc_provider_has_own(provider)) {
            provider->kind = LC_PROVIDER_DLL;
            provider->has_own = hosted->has_own;
            memcpy(provider->path, hosted->path, LC_PATH_MAX);
        }
        chain->providers[layers - i] = (uint8_t)i;
    }
    world->provider_count = layers + 1;
    if (chains->plant != NULL) {
        size_t length = strlen(chains->plant);
        LC_CHECK(length < LC_NAME_MAX);
        memcpy(world->plants[0], chains->plant, length);
        world->plant_count = 1;
    }
}

/* ---- Comparing ---- */

static bool is_same(
    const struct fuzz_chains_stream *a,
    const struct fuzz_chains_stream *b)
{
    return a->delivered_bytes == b->delivered_bytes &&
           a->datagrams == b->datagrams && a->is_wrong == b->is_wrong &&
           a->has_ended == b->has_ended && a->is_reset == b->is_reset;
}

static void compare(
    const struct fuzz_chains *chains,
    uint32_t layers,
    uint32_t ifs_layers,
    struct fuzz_chains_result *result)
{
    const struct fuzz_chains_run *alone = &chains->alone;
    const struct fuzz_chains_run *through = &chains->through;
    if (alone->order != through->order || alone->end != LC_END_DONE ||
        through->end != LC_END_DONE) {
        result->other_order++;
        return;
    }
    result->compared++;
    for (uint32_t i = 0; i < FUZZ_CHAINS_CONNECTIONS_MAX; i++) {
        if (alone->streams[i].is_left_open) {
            result->left_open++;
            continue;
        }
        if (!result->differs &&
            !is_same(&alone->streams[i], &through->streams[i])) {
            result->differs = true;
            result->layers = layers;
            result->ifs_layers = ifs_layers;
            result->connection = i + 1;
            result->alone = alone->streams[i];
            result->through = through->streams[i];
        }
    }
}

/* Plays the program that is there, and compares. */
static enum sim_status play_all(
    struct fuzz_chains *chains,
    uint64_t seed,
    struct fuzz_chains_result *ret_result,
    struct sim_error *ret_error)
{
    *ret_result = (struct fuzz_chains_result){ 0 };
    chains->seed = seed;
    enum sim_status status =
        play(chains, &chains->program, &chains->alone, ret_error);
    ret_result->bytes = chains->alone.sum_bytes;
    for (uint32_t layers = 1; layers < LC_CHAIN_LENGTH_MAX; layers++) {
        uint32_t mixed =
            layers == 1 ? 0 : 1 + (uint32_t)(mix(seed, layers) % (layers - 1));
        const uint32_t ifs_layers[] = { layers, 0, mixed };
        for (uint32_t i = 0; i < (layers == 1 ? 2U : 3U); i++) {
            if (status != SIM_OK) {
                return status;
            }
            make_chain(chains, layers, ifs_layers[i]);
            status =
                play(chains, &chains->chained, &chains->through, ret_error);
            if (status == SIM_OK) {
                compare(chains, layers, ifs_layers[i], ret_result);
            }
        }
    }
    return status;
}

enum sim_status fuzz_chains_play(
    struct fuzz_chains *chains,
    uint64_t seed,
    struct fuzz_chains_result *ret_result,
    struct sim_error *ret_error)
{
    make_program(chains, seed);
    return play_all(chains, seed, ret_result, ret_error);
}

enum sim_status fuzz_chains_play_program(
    struct fuzz_chains *chains,
    const struct lc_schedule *program,
    uint64_t seed,
    struct fuzz_chains_result *ret_result,
    struct sim_error *ret_error)
{
    chains->program = *program;
    return play_all(chains, seed, ret_result, ret_error);
}

const struct lc_schedule *fuzz_chains_schedule(
    struct fuzz_chains *chains,
    const struct fuzz_chains_result *result)
{
    make_chain(chains, result->layers, result->ifs_layers);
    return &chains->chained;
}
