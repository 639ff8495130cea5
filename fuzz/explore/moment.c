#include <stdlib.h>
#include <string.h>

#include "fuzz/explore/pack.h"
#include "fuzz/explore/search.h"

uint64_t fuzz_explore_memory(const struct search *search)
{
    return fuzz_table_bytes(&search->seen) + fuzz_table_bytes(&search->ends) +
           fuzz_memo_bytes(&search->memo) + search->moment_bytes +
           search->node_capacity * sizeof(struct node);
}

void fuzz_explore_note_memory(struct search *search)
{
    uint64_t bytes = fuzz_explore_memory(search);
    search->memory_most =
        bytes > search->memory_most ? bytes : search->memory_most;
}

struct sim_state_key *fuzz_moment_own(struct moment *moment)
{
    return (struct sim_state_key *)&moment->candidates[moment->count];
}

static unsigned char *snapshot_of(struct moment *moment)
{
    return (unsigned char *)(fuzz_moment_own(moment) + moment->threads);
}

struct moment *fuzz_moment_keep(struct search *search, uint32_t depth)
{
    const struct fuzz_subject *subject = search->subject;
    uint32_t count = search->decision.point.count;
    size_t capacity = subject->size(subject->context);
    uint32_t threads = search->has_memo ? search->here.key.count : 0;
    size_t head = sizeof(struct moment) +
                  count * sizeof(struct sim_choice_candidate) +
                  threads * sizeof(struct sim_state_key);
    if (fuzz_explore_memory(search) + head + capacity >
        search->options->memory_bytes) {
        return NULL;
    }
    struct moment *moment = malloc(head + capacity);
    if (moment == NULL) {
        return NULL;
    }
    *moment = (struct moment){
        .count = count,
        .depth = depth,
        .bytes = head + capacity,
        .threads = threads,
        .shared = search->here.key.shared,
        .sleep = search->sleep,
    };
    memcpy(
        fuzz_moment_own(moment),
        search->here.own,
        threads * sizeof(struct sim_state_key));
    memcpy(
        moment->candidates,
        search->decision.candidates,
        count * sizeof moment->candidates[0]);
    moment->bytes =
        head + subject->save(subject->context, snapshot_of(moment), capacity);
    search->moment_bytes += moment->bytes;
    return moment;
}

struct moment *fuzz_moment_bare(struct search *search, uint32_t depth)
{
    struct moment *moment = malloc(sizeof *moment);
    LC_CHECK(moment != NULL);
    *moment = (struct moment){
        .count = search->decision.point.count,
        .depth = depth,
        .bytes = sizeof *moment,
        .is_bare = true,
        .sleep = search->sleep,
    };
    search->moment_bytes += moment->bytes;
    return moment;
}

void fuzz_moment_drop(struct search *search, struct moment *moment)
{
    fuzz_explore_note_memory(search);
    search->moment_bytes -= moment->bytes;
    free(moment);
}

/* Makes room for a snapshot in the scratch. */
static void need_scratch(struct search *search, size_t size_bytes)
{
    if (search->scratch_bytes < size_bytes) {
        free(search->scratch);
        search->scratch_bytes = 2 * size_bytes;
        search->scratch = malloc(search->scratch_bytes);
        LC_CHECK(search->scratch != NULL);
    }
}

struct moment *fuzz_moment_pack(struct search *search, struct moment *moment)
{
    size_t head = (size_t)(snapshot_of(moment) - (unsigned char *)moment);
    need_scratch(search, fuzz_pack_max(moment->bytes));
    size_t packed_bytes =
        fuzz_pack(snapshot_of(moment), moment->bytes - head, search->scratch);
    struct moment *smaller = malloc(head + packed_bytes);
    if (smaller == NULL) {
        return moment;
    }
    memcpy(smaller, moment, head);
    memcpy(snapshot_of(smaller), search->scratch, packed_bytes);
    smaller->is_packed = true;
    smaller->bytes = head + packed_bytes;
    fuzz_moment_drop(search, moment);
    search->moment_bytes += smaller->bytes;
    return smaller;
}

void fuzz_moment_restore(struct search *search, struct moment *moment)
{
    const struct fuzz_subject *subject = search->subject;
    const void *snapshot = snapshot_of(moment);
    if (moment->is_packed) {
        uint64_t size_bytes;
        memcpy(&size_bytes, snapshot, sizeof size_bytes);
        need_scratch(search, size_bytes);
        (void)fuzz_unpack(snapshot, search->scratch);
        snapshot = search->scratch;
    }
    subject->load(subject->context, snapshot);
    search->decision.point.candidates = search->decision.candidates;
    search->decision.point.count = moment->count;
    memcpy(
        search->decision.candidates,
        moment->candidates,
        moment->count * sizeof moment->candidates[0]);
}
