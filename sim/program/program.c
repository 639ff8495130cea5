#include "sim/program/program.h"

#include <stddef.h>
#include <string.h>

#include "sim/engine/snapshot.h"
#include "sim/program/state.h"

/* Numbers of main's events: one for each spawn, then for each join. */
enum {
    EVENT_FIRST = 1,
    EVENT_JOIN = 0x800
};

static const struct sim_program *const files[] = {
    sim_program_orders,    sim_program_locks, sim_program_buffers,
    sim_program_safestack, sim_program_life,
};

const struct sim_program *sim_program_at(uint32_t index)
{
    uint32_t left = index;
    for (uint32_t file = 0; file < LC_COUNT_OF(files); file++) {
        const struct sim_program *at = files[file];
        for (; at->name != NULL; at++) {
            if (left == 0) {
                return at;
            }
            left--;
        }
    }
    return NULL;
}

const struct sim_program *sim_program_find(const char *name)
{
    const struct sim_program *at;
    for (uint32_t i = 0; (at = sim_program_at(i)) != NULL; i++) {
        if (strcmp(at->name, name) == 0) {
            return at;
        }
    }
    return NULL;
}

const char *sim_program_name(const struct sim_program *program)
{
    return program->name;
}

uint32_t sim_program_threads(const struct sim_program *program)
{
    uint32_t count = 1;
    for (uint32_t i = 0; i < SIM_PROGRAM_KINDS_MAX; i++) {
        count += program->kinds[i].count;
    }
    return count;
}

bool sim_program_has_bug(const struct sim_program *program)
{
    return !program->is_fixed;
}

bool sim_program_is_bug(
    const struct sim_program *program,
    enum sim_program_outcome outcome)
{
    return outcome ==
           (program->deadlocks ? SIM_PROGRAM_DEADLOCK : SIM_PROGRAM_BUG);
}

/* Which kind a thread is of. */
static const struct sim_program_kind *kind_of(
    const struct sim_program *program,
    uint32_t index)
{
    uint32_t left = index - 1;
    const struct sim_program_kind *kind = program->kinds;
    while (left >= kind->count) {
        left -= kind->count;
        kind++;
        LC_CHECK(kind < program->kinds + SIM_PROGRAM_KINDS_MAX);
    }
    return kind;
}

static void thread_ends(uint32_t index)
{
    SIM_PROGRAM->threads[index].event = SIM_PROGRAM_ENDED;
    SIM_PROGRAM->unended[index] = 0;
}

static void thread_entry(void *argument)
{
    uint32_t index = (uint32_t)(uintptr_t)argument;
    struct sim_program_state *state = SIM_PROGRAM;
    kind_of(state->program, index)->body(&state->threads[index], index);
    thread_ends(index);
}

static struct sim_thread_step first_step(const struct sim_program_kind *kind)
{
    if (kind->first == SIM_PROGRAM_LOCKS) {
        return (struct sim_thread_step){
            .object = sim_program_lock_object(kind->first_word),
            .is_write = true,
            .gate = (const uint32_t *)&SIM_PROGRAM->words[kind->first_word],
        };
    }
    return (struct sim_thread_step){
        .object = sim_program_object(kind->first_word),
        .is_write = kind->first == SIM_PROGRAM_STORES,
    };
}

static void create(
    uint32_t index,
    void (*entry)(void *),
    const struct sim_thread_step *first)
{
    uint32_t slot = sim_thread_create(&(struct sim_thread_options){
        .process = 0,
        .creator = LC_MODULE_APP,
        .module = LC_MODULE_APP,
        .ref = (uint8_t)index,
        .has_first = true,
        .first = *first,
        .entry = entry,
        .argument = (void *)(uintptr_t)index,
    });
    LC_CHECK(slot == index);
}

static struct sim_thread_step main_step(uint32_t index, bool is_join)
{
    return (struct sim_thread_step){
        .object = SIM_PROGRAM_OBJECT_THREAD + index,
        .is_write = true,
        .gate = is_join ? &SIM_PROGRAM->unended[index] : NULL,
    };
}

static void spawn(uint32_t index)
{
    struct sim_program_state *state = SIM_PROGRAM;
    const struct sim_program_kind *kind = kind_of(state->program, index);
    if (kind->body == NULL) {
        thread_ends(index);
        return;
    }
    state->threads[index].event = EVENT_FIRST;
    struct sim_thread_step first = first_step(kind);
    create(index, thread_entry, &first);
}

static void main_entry(void *argument)
{
    (void)argument;
    struct sim_program_state *state = SIM_PROGRAM;
    struct sim_program_thread *me = &state->threads[0];
    const struct sim_program *program = state->program;
    for (uint32_t i = 1; i < state->thread_count; i++) {
        struct sim_thread_step step = main_step(i, false);
        sim_program_event(me, (uint16_t)(EVENT_FIRST + i - 1), &step);
        spawn(i);
    }
    if (program->main_body != NULL) {
        program->main_body(me, 0);
    }
    if (program->exits) {
        struct sim_thread_step step = main_step(0, false);
        sim_program_event(me, EVENT_JOIN, &step);
        state->is_cut = 1;
        sim_thread_end_run(LC_END_STOPPED);
    }
    for (uint32_t i = 1; i < state->thread_count; i++) {
        struct sim_thread_step step = main_step(i, true);
        sim_program_event(me, (uint16_t)(EVENT_JOIN + i), &step);
    }
    if (program->main_last != NULL) {
        program->main_last(me, 0);
    }
    thread_ends(0);
}

/* Behind the last thread all is zero. */
static uint32_t used_ranges(struct sim_range ret_ranges[SIM_PART_RANGES_MAX])
{
    ret_ranges[0] = (struct sim_range){
        .size_bytes = offsetof(struct sim_program_state, threads),
    };
    ret_ranges[1] = (struct sim_range){
        .offset_bytes = offsetof(struct sim_program_state, threads),
        .size_bytes = SIM_PROGRAM->thread_count *
                      (uint32_t)sizeof(struct sim_program_thread),
    };
    return 2;
}

void sim_program_begin(
    const struct sim_program *program,
    const struct sim_backer *backer,
    bool is_watched)
{
    LC_CHECK(program->word_count <= SIM_PROGRAM_WORDS_MAX);
    sim_arena_part_declare(SIM_PART_PROGRAM, sizeof(struct sim_program_state));
    sim_arena_part_set_used(SIM_PART_PROGRAM, used_ranges);
    sim_thread_set_exit(NULL); /* a process has nothing but its threads */
    sim_thread_begin_run();
    sim_choice_begin(NULL, 0, backer);
    if (is_watched) {
        sim_thread_watch(NULL, NULL, false);
    }
    struct sim_program_state *state = SIM_PROGRAM;
    state->program = program;
    state->thread_count = sim_program_threads(program);
    LC_CHECK(state->thread_count <= SIM_PROGRAM_THREADS_MAX);
    if (program->prepare != NULL) {
        program->prepare(state->words);
    }
    for (uint32_t i = 1; i < state->thread_count; i++) {
        state->unended[i] = 1;
    }
    state->threads[0].event = EVENT_FIRST;
    struct sim_thread_step first = main_step(1, false);
    create(0, main_entry, &first);
}

enum sim_program_outcome sim_program_outcome(enum lc_end end)
{
    const struct sim_program_state *state = SIM_PROGRAM;
    switch (end) {
    case LC_END_DONE:
        return SIM_PROGRAM_HELD;
    case LC_END_DEADLOCK:
        return SIM_PROGRAM_DEADLOCK;
    case LC_END_STOPPED:
        LC_CHECK(state->is_failed + state->is_cut == 1);
        return state->is_failed ? SIM_PROGRAM_BUG : SIM_PROGRAM_CUT;
    case LC_END_LIVELOCK:
    case LC_END_LIMIT:
    case LC_END_FAULT:
    case LC_END_COUNT:
        break;
    }
    return SIM_PROGRAM_LIMIT;
}

enum sim_program_outcome sim_program_run(void)
{
    return sim_program_outcome(sim_thread_run());
}

struct sim_state_key sim_program_key(void)
{
    const struct sim_program_state *state = SIM_PROGRAM;
    struct sim_state_key key = { 0 };
    key = sim_copy_hash(
        key,
        state->words,
        state->program->word_count * sizeof state->words[0]);
    return sim_copy_hash(
        key,
        state->threads,
        state->thread_count * sizeof state->threads[0]);
}
