#include "fuzz/explore/saved.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz/explore/search.h"

enum {
    VERSION = 4,
    PIECE_BYTES = 1 << 16
};

static const char magic[16] = "lastcall explore";

/* Then the keys of the states with their values, those of the ends, the nodes,
 * who sleeps at those to be expanded, the moments from the first one on, the
 * decisions up to the last of them, the way to what broke, and a hash of all. */
struct head {
    char magic[16];
    uint32_t version;
    uint32_t order; /* enum fuzz_explore_order */
    struct sim_state_key identity;
    struct sim_state_key beginning; /* of the run */
    struct fuzz_explore_totals totals;
    uint32_t bound; /* enum fuzz_explore_bound, before it was stopped */
    uint32_t node_count;
    uint32_t node_first; /* that is still to be expanded */
    uint32_t moment_count;
    uint32_t taken_count;
    uint32_t path_count;
    uint64_t seen_count;
    uint64_t end_count;
    /* Breadth-first: what is left to be taken at the first node. */
    uint64_t first_values;
    uint32_t first_next;
    uint32_t value_words; /* of the states */
};

/* Depth-first: what is left to be taken at a state of the path. */
struct kept_moment {
    uint64_t values;
    uint32_t next;
    uint32_t count;
    uint32_t depth;
    uint32_t zero;
    struct fuzz_sleep sleep;
};

/* What is written goes out in pieces of one size, and is hashed by them. */
struct stream {
    FILE *file;
    struct sim_state_key hash;
    bool is_good;
    size_t used;
    unsigned char bytes[PIECE_BYTES];
};

static void flush(struct stream *stream)
{
    if (stream->used == 0) {
        return;
    }
    stream->hash = sim_copy_hash(stream->hash, stream->bytes, stream->used);
    stream->is_good =
        stream->is_good &&
        fwrite(stream->bytes, 1, stream->used, stream->file) == stream->used;
    stream->used = 0;
}

static void put(struct stream *stream, const void *bytes, size_t size_bytes)
{
    const unsigned char *from = bytes;
    while (size_bytes > 0) {
        size_t room = sizeof stream->bytes - stream->used;
        size_t part = size_bytes < room ? size_bytes : room;
        memcpy(stream->bytes + stream->used, from, part);
        stream->used += part;
        from += part;
        size_bytes -= part;
        if (stream->used == sizeof stream->bytes) {
            flush(stream);
        }
    }
}

static bool get(FILE *file, void *ret_bytes, size_t size_bytes)
{
    return size_bytes == 0 || fread(ret_bytes, size_bytes, 1, file) == 1;
}

/* ---- Writing ---- */

static void put_table(struct stream *stream, const struct fuzz_table *table)
{
    uint64_t place = 0;
    const uint64_t *words = fuzz_table_next(table, &place);
    for (; words != NULL; words = fuzz_table_next(table, &place)) {
        put(stream,
            words,
            sizeof(struct sim_state_key) +
                table->value_words * sizeof words[0]);
    }
}

static uint32_t count_moments(const struct search *search)
{
    uint32_t count = 0;
    for (const struct moment *at = search->first; at != NULL; at = at->after) {
        count++;
    }
    return count;
}

static void put_moments(struct stream *stream, const struct search *search)
{
    for (const struct moment *at = search->first; at != NULL; at = at->after) {
        const struct kept_moment kept = {
            .values = at->values,
            .next = at->next,
            .count = at->count,
            .depth = at->depth,
            .sleep = at->sleep,
        };
        put(stream, &kept, sizeof kept);
    }
}

static void put_sleep(struct stream *stream, const struct search *search)
{
    for (const struct moment *at = search->first; at != NULL; at = at->after) {
        put(stream, &at->sleep, sizeof at->sleep);
    }
}

static void put_all(struct stream *stream, const struct search *search)
{
    bool is_depth = search->options->order == FUZZ_EXPLORE_DEPTH;
    bool has_more = search->first != NULL;
    struct head head = {
        .version = VERSION,
        .order = search->options->order,
        .identity = search->options->identity,
        .beginning = search->beginning,
        .totals = search->totals,
        .bound = search->bound,
        .node_count = search->node_count,
        .node_first = has_more ? search->first->node : search->node_count,
        .moment_count = is_depth ? count_moments(search) : 0,
        .taken_count = is_depth && has_more ? search->first->depth : 0,
        .path_count = search->path_count,
        .seen_count = search->seen.count,
        .end_count = search->ends.count,
        .first_values = has_more ? search->first->values : 0,
        .first_next = has_more ? search->first->next : 0,
        .value_words = search->seen.value_words,
    };
    memcpy(head.magic, magic, sizeof magic);
    put(stream, &head, sizeof head);
    put_table(stream, &search->seen);
    put_table(stream, &search->ends);
    put(stream, search->nodes, head.node_count * sizeof search->nodes[0]);
    if (is_depth) {
        put_moments(stream, search);
    } else {
        put_sleep(stream, search);
    }
    put(stream, search->taken, head.taken_count * sizeof search->taken[0]);
    put(stream, search->path, head.path_count * sizeof search->path[0]);
    flush(stream);
    const struct sim_state_key hash = stream->hash;
    put(stream, &hash, sizeof hash);
    flush(stream);
}

/* The file that is written before it takes the place of the older one.
 * Returns whether its name is not too long. */
static bool name_beside(
    const struct search *search,
    char ret_name[FUZZ_EXPLORE_PATH_MAX])
{
    int length = snprintf(
        ret_name,
        FUZZ_EXPLORE_PATH_MAX,
        "%s.new",
        search->options->saved_path);
    return length > 0 && length < FUZZ_EXPLORE_PATH_MAX;
}

/* A pipe is not waited for. Returns NULL with errno; EINVAL: no regular file. */
static FILE *open_file(const char *path, int flags, const char *mode)
{
    struct stat about;
    int descriptor = open(path, flags | O_CLOEXEC | O_NONBLOCK, 0666);
    if (descriptor < 0) {
        return NULL;
    }
    int error = fstat(descriptor, &about) != 0 ? errno
                : !S_ISREG(about.st_mode)      ? EINVAL
                                               : 0;
    FILE *file = error == 0 ? fdopen(descriptor, mode) : NULL;
    if (file == NULL) {
        error = error == 0 ? errno : error;
        (void)close(descriptor);
        errno = error;
    }
    return file;
}

static FILE *open_to_write(const char *path)
{
    return open_file(path, O_WRONLY | O_CREAT | O_TRUNC, "wb");
}

static bool refuse(struct sim_error *ret_error, const char *why)
{
    (void)snprintf(ret_error->text, sizeof ret_error->text, "%s", why);
    return false;
}

enum sim_status fuzz_saved_try(
    const struct search *search,
    struct sim_error *ret_error)
{
    char beside[FUZZ_EXPLORE_PATH_MAX];
    struct stat about;
    if (!name_beside(search, beside)) {
        (void)refuse(ret_error, strerror(ENAMETOOLONG));
        return SIM_ERROR_FILE;
    }
    if (stat(beside, &about) == 0 && !S_ISREG(about.st_mode)) {
        (void)refuse(
            ret_error,
            "can't be written: what has this name and .new is no regular file");
        return SIM_ERROR_FILE;
    }
    FILE *file = open_to_write(beside);
    if (file == NULL) {
        (void)refuse(ret_error, strerror(errno));
        return SIM_ERROR_FILE;
    }
    (void)fclose(file);
    (void)remove(beside);
    return SIM_OK;
}

int fuzz_saved_write(const struct search *search)
{
    const char *path = search->options->saved_path;
    char beside[FUZZ_EXPLORE_PATH_MAX];
    if (!name_beside(search, beside)) {
        return ENAMETOOLONG;
    }
    static struct stream stream;
    stream = (struct stream){ .file = open_to_write(beside), .is_good = true };
    if (stream.file == NULL) {
        return errno;
    }
    errno = 0;
    put_all(&stream, search);
    bool is_good = stream.is_good && fflush(stream.file) == 0 &&
                   fsync(fileno(stream.file)) == 0;
    int error = is_good ? 0 : errno;
    if (fclose(stream.file) != 0 && error == 0) {
        error = errno;
    }
    if (error == 0 && rename(beside, path) != 0) {
        error = errno;
    }
    if (error != 0) {
        (void)remove(beside);
    }
    return error;
}

/* ---- Reading ---- */

/* Whether the file is whole: what is read from it is trusted then. */
static bool is_whole(FILE *file)
{
    static unsigned char bytes[PIECE_BYTES];
    struct sim_state_key hash = { 0 };
    struct sim_state_key said = { 0 };
    if (fseek(file, 0, SEEK_END) != 0) {
        return false;
    }
    long size_bytes = ftell(file);
    if (size_bytes < (long)(sizeof(struct head) + sizeof said)) {
        return false;
    }
    rewind(file);
    size_t left = (size_t)size_bytes - sizeof said;
    while (left > 0) {
        size_t part = left < sizeof bytes ? left : sizeof bytes;
        if (!get(file, bytes, part)) {
            return false;
        }
        hash = sim_copy_hash(hash, bytes, part);
        left -= part;
    }
    bool is_read = get(file, &said, sizeof said);
    rewind(file);
    return is_read && said.low == hash.low && said.high == hash.high;
}

static bool get_table(
    FILE *file,
    struct search *search,
    struct fuzz_table *table,
    uint64_t count)
{
    size_t limit = fuzz_explore_table_limit(search, table);
    if (!fuzz_table_open(table, count, limit)) {
        search->lacks_memory = true;
        return false;
    }
    for (uint64_t i = 0; i < count; i++) {
        struct sim_state_key key;
        if (!get(file, &key, sizeof key) ||
            fuzz_table_add(table, key, limit) != FUZZ_TABLE_NEW) {
            return false;
        }
        size_t value_bytes = table->value_words * sizeof table->words[0];
        if (value_bytes > 0 &&
            !get(file, fuzz_table_value(table, key), value_bytes)) {
            return false;
        }
    }
    return true;
}

/* Takes the decision of the way that leads to a depth. Returns whether there is
 * another to take behind it. */
static bool go_down(struct search *search, uint32_t depth)
{
    enum lc_end end;
    if (depth > 0) {
        struct fuzz_explore_step how = search->taken[depth - 1];
        if (how.index >= search->decision.point.count) {
            return false;
        }
        fuzz_explore_take(search->subject, &search->decision, how);
    }
    return sim_enabled(&search->decision, &end);
}

/* Depth-first: the states of the path, from the last one up to the first as
 * they are kept, each made again on the way down. */
static bool get_path(FILE *file, struct search *search, const struct head *head)
{
    bool is_good = true;
    size_t size_bytes = head->moment_count * sizeof(struct kept_moment);
    struct kept_moment *kept = calloc(head->moment_count + 1, sizeof kept[0]);
    is_good =
        kept != NULL && head->taken_count < FUZZ_EXPLORE_DEPTH_MAX &&
        get(file, kept, size_bytes) &&
        get(file, search->taken, head->taken_count * sizeof search->taken[0]);
    uint32_t left = head->moment_count;
    for (uint32_t depth = 0; is_good && left > 0; depth++) {
        const struct kept_moment *next = &kept[left - 1];
        is_good = depth <= head->taken_count && go_down(search, depth);
        if (!is_good || next->depth != depth) {
            continue;
        }
        fuzz_explore_split(search);
        struct moment *moment = fuzz_moment_keep(search, depth);
        search->lacks_memory = moment == NULL;
        is_good = moment != NULL && moment->count == next->count;
        if (moment != NULL) {
            moment->next = next->next;
            moment->values = next->values;
            moment->sleep = next->sleep;
            fuzz_explore_push(search, moment);
        }
        left--;
    }
    free(kept);
    return is_good;
}

/* Where ways to bare moments part, from the first of them on. */
static void mark_nodes(struct search *search, uint32_t first)
{
    struct node *nodes = search->nodes;
    for (uint32_t i = 0; i < search->node_count; i++) {
        nodes[i].bare = 0;
    }
    for (uint32_t i = search->node_count; i-- > 1;) {
        struct node *parent = &nodes[nodes[i].parent];
        if ((i >= first || nodes[i].bare > 0) && parent->bare < 2) {
            parent->bare++;
        }
    }
}

/* Breadth-first: how each state was reached first. Those that are still to be
 * expanded are made again when it is their turn. */
static bool get_queue(
    FILE *file,
    struct search *search,
    const struct head *head)
{
    size_t nodes_bytes = head->node_count * sizeof search->nodes[0];
    size_t sleep_bytes = sizeof search->sleep;
    uint32_t *depths = calloc(head->node_count + 1, sizeof depths[0]);
    search->nodes = calloc(head->node_count + 1, sizeof search->nodes[0]);
    bool is_good = depths != NULL && search->nodes != NULL &&
                   get(file, search->nodes, nodes_bytes);
    search->node_count = is_good ? head->node_count : 0;
    search->node_capacity = search->node_count;
    for (uint32_t i = 0; is_good && i < head->node_count; i++) {
        uint32_t parent = search->nodes[i].parent;
        is_good = i == 0 || parent < i;
        depths[i] = i == 0 || !is_good ? 0 : depths[parent] + 1;
        is_good = is_good && depths[i] < FUZZ_EXPLORE_DEPTH_MAX;
        if (!is_good || i < head->node_first) {
            continue;
        }
        struct moment *moment = calloc(1, sizeof *moment);
        is_good = moment != NULL && get(file, &moment->sleep, sleep_bytes);
        if (is_good) {
            moment->is_bare = true;
            moment->node = i;
            moment->depth = depths[i];
            moment->bytes = sizeof *moment;
            moment->next = i == head->node_first ? head->first_next : 0;
            moment->values = i == head->node_first ? head->first_values : 0;
            search->moment_bytes += moment->bytes;
            fuzz_explore_queue(search, moment);
        }
    }
    free(depths);
    if (is_good) {
        mark_nodes(search, head->node_first);
    }
    return is_good;
}

static bool get_all(FILE *file, struct search *search, const struct head *head)
{
    const struct fuzz_explore_options *options = search->options;
    search->totals = head->totals;
    search->totals.frontier = 0; /* they are counted when they come */
    search->totals.resumed = head->totals.states;
    search->bound = (enum fuzz_explore_bound)head->bound;
    if (!get_table(file, search, &search->seen, head->seen_count) ||
        !get_table(file, search, &search->ends, head->end_count)) {
        return false;
    }
    bool is_good = options->order == FUZZ_EXPLORE_DEPTH
                       ? get_path(file, search, head)
                       : get_queue(file, search, head);
    if (is_good && head->path_count > 0) {
        size_t path_bytes = head->path_count * sizeof search->path[0];
        search->path = malloc(path_bytes);
        is_good = search->path != NULL && get(file, search->path, path_bytes);
        search->path_count = head->path_count;
    }
    return is_good;
}

static bool read_file(
    FILE *file,
    struct search *search,
    struct sim_error *ret_error)
{
    struct head head = { 0 };
    if (!is_whole(file) || !get(file, &head, sizeof head) ||
        memcmp(head.magic, magic, sizeof magic) != 0) {
        return refuse(
            ret_error,
            "is not an exploration that was saved, or damaged");
    }
    const struct sim_state_key *wanted = &search->options->identity;
    const struct sim_state_key *first = &search->beginning;
    if (head.version != VERSION ||
        head.order != (uint32_t)search->options->order ||
        head.value_words != search->seen.value_words ||
        head.identity.low != wanted->low ||
        head.identity.high != wanted->high) {
        return refuse(
            ret_error,
            "was saved from another schedule, with other options or by another "
            "build");
    }
    if (head.beginning.low != first->low ||
        head.beginning.high != first->high) {
        return refuse(ret_error, "was saved where code lay at other addresses");
    }
    if (!get_all(file, search, &head)) {
        return refuse(
            ret_error,
            search->lacks_memory ? "needs more --memory to go on"
                                 : "differs from what it says of itself");
    }
    return true;
}

enum sim_status fuzz_saved_read(
    struct search *search,
    bool *ret_is_there,
    struct sim_error *ret_error)
{
    *ret_is_there = false;
    FILE *file = open_file(search->options->saved_path, O_RDONLY, "rb");
    if (file == NULL && errno == ENOENT) {
        return SIM_OK;
    }
    if (file == NULL) {
        (void)refuse(
            ret_error,
            errno == EINVAL ? "is not a regular file" : strerror(errno));
        return SIM_ERROR_FILE;
    }
    *ret_is_there = read_file(file, search, ret_error);
    (void)fclose(file);
    return *ret_is_there ? SIM_OK : SIM_ERROR_FILE;
}

static void pop_trunk(struct search *search)
{
    struct moment *moment = search->trunk;
    search->trunk = moment->after;
    fuzz_moment_drop(search, moment);
}

void fuzz_saved_forget(struct search *search)
{
    while (search->trunk != NULL) {
        pop_trunk(search);
    }
}

/* Brings the run to the last moment of the trunk that a way leads through, else
 * to its beginning. Returns whether it could. */
static bool go_to_trunk(
    struct search *search,
    const uint32_t *nodes,
    uint32_t count,
    uint32_t *ret_depth)
{
    const struct fuzz_subject *subject = search->subject;
    struct sim_error error;
    while (search->trunk != NULL &&
           (search->trunk->depth >= count ||
            search->trunk->node != nodes[search->trunk->depth])) {
        pop_trunk(search);
    }
    *ret_depth = search->trunk == NULL ? 0 : search->trunk->depth;
    if (search->trunk != NULL) {
        fuzz_moment_restore(search, search->trunk);
        return true;
    }
    return subject->begin(subject->context, &error) == SIM_OK &&
           go_down(search, 0);
}

/* Where ways part the state is kept, if there is room: the others come next. */
static void keep_on_trunk(struct search *search, uint32_t depth, uint32_t node)
{
    bool is_kept = search->trunk != NULL && search->trunk->node == node;
    if (is_kept || search->nodes[node].bare < 2) {
        return;
    }
    struct moment *moment = fuzz_moment_keep(search, depth);
    if (moment != NULL) {
        moment->node = node;
        moment->after = search->trunk;
        search->trunk = moment;
    }
}

bool fuzz_saved_revive(struct search *search)
{
    static uint32_t nodes[FUZZ_EXPLORE_DEPTH_MAX]; /* of the way */
    struct moment *bare = search->first;
    uint32_t depth;
    LC_CHECK(bare->is_bare);
    fuzz_explore_way(search, bare->node, bare->depth);
    uint32_t node = bare->node;
    for (uint32_t at = bare->depth + 1; at-- > 0;) {
        nodes[at] = node;
        node = search->nodes[node].parent;
    }
    if (!go_to_trunk(search, nodes, bare->depth, &depth)) {
        return false;
    }
    for (; depth < bare->depth; depth++) {
        keep_on_trunk(search, depth, nodes[depth]);
        LC_CHECK(go_down(search, depth + 1));
    }
    fuzz_explore_split(search);
    struct moment *moment = fuzz_moment_keep(search, bare->depth);
    if (moment == NULL) {
        return false;
    }
    moment->next = bare->next;
    moment->values = bare->values;
    moment->sleep = bare->sleep;
    moment->node = bare->node;
    moment->after = bare->after;
    search->first = moment;
    if (search->last == bare) {
        search->last = moment;
    }
    fuzz_moment_drop(search, bare);
    return true;
}
