#include "tools/lives.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "tools/commands.h"
#include "tools/given.h"
#include "tools/line.h"
#include "tools/measure.h"
#include "tools/output.h"
#include "tools/setup.h"
#include "tools/status.h"

enum {
    PROGRAMS = 100000,
    PIECE = 250, /* programs that one worker takes at a time, or more */
    RECORD_BYTES = 256
};

/* What the programs of a piece have shown. */
struct piece {
    uint64_t programs;
    uint64_t ends[FUZZ_LIVES_END_COUNT];
    /* Of those that were compared: */
    uint64_t stacks[FUZZ_LIVES_STACK_COUNT];
    uint64_t lives;
    uint64_t records; /* of first lives */
    uint64_t seed;    /* the first that differed */
    struct fuzz_lives_result first;
    uint32_t has_failed;
    struct sim_error error;
};

static struct piece sum;
static uint64_t programs;
static uint32_t piece_count;
static uint32_t done_count;
static double began_seconds;
static struct fuzz_lives lives;

static void count(
    struct piece *piece,
    uint64_t seed,
    const struct fuzz_lives_result *one)
{
    piece->programs++;
    if (one->end == FUZZ_LIVES_DIFFERS &&
        piece->ends[FUZZ_LIVES_DIFFERS] == 0) {
        piece->seed = seed;
        piece->first = *one;
    }
    piece->ends[one->end]++;
    if (one->end == FUZZ_LIVES_SAME || one->end == FUZZ_LIVES_DIFFERS) {
        piece->stacks[one->stack]++;
        piece->lives += one->lives;
        piece->records += one->records;
    }
}

static bool work(void *context, uint32_t index, void *result, int32_t death)
{
    (void)context;
    (void)death;
    struct piece *piece = result;
    uint64_t first = programs * index / piece_count;
    uint64_t end = programs * (index + 1) / piece_count;
    for (uint64_t i = first; i < end; i++) {
        struct fuzz_lives_result one;
        uint64_t seed = tool_measure.seed.value + i;
        if (fuzz_lives_play(&lives, seed, &one, &piece->error) != SIM_OK) {
            piece->has_failed = 1;
            return true;
        }
        count(piece, seed, &one);
    }
    return true;
}

static void done(void *context, uint32_t index, const void *result)
{
    (void)context;
    (void)index;
    const struct piece *piece = result;
    done_count++;
    sum.programs += piece->programs;
    sum.lives += piece->lives;
    sum.records += piece->records;
    if (sum.ends[FUZZ_LIVES_DIFFERS] == 0 &&
        piece->ends[FUZZ_LIVES_DIFFERS] > 0) {
        sum.seed = piece->seed;
        sum.first = piece->first;
    }
    for (uint32_t i = 0; i < FUZZ_LIVES_END_COUNT; i++) {
        sum.ends[i] += piece->ends[i];
    }
    for (uint32_t i = 0; i < FUZZ_LIVES_STACK_COUNT; i++) {
        sum.stacks[i] += piece->stacks[i];
    }
    if (piece->has_failed != 0 && sum.has_failed == 0) {
        sum.has_failed = 1;
        sum.error = piece->error;
    }
}

static bool stop(void *context)
{
    (void)context;
    tool_status_show_cells(
        (struct tool_status_cells){ done_count, piece_count },
        tool_setup_seconds() - began_seconds);
    return sum.has_failed != 0 || tool_setup_interrupted();
}

/* ---- What is said ---- */

static void print_record(
    const char *whose,
    bool has_record,
    uint64_t number,
    const struct lc_record *record)
{
    char line[RECORD_BYTES] = "none";
    if (has_record) {
        fuzz_trace_text(
            fuzz_lives_schedule(&lives),
            number,
            record,
            line,
            sizeof line);
    }
    (void)printf("  %s: %s\n", whose, line);
}

/* The seed's program again, to show it. */
static bool print_first(void)
{
    static char text[FUZZ_TEXT_SIZE_MAX];
    struct fuzz_lives_result again;
    if (fuzz_lives_play(&lives, sum.seed, &again, &sum.error) != SIM_OK) {
        return false;
    }
    (void)printf(
        "seed %" PRIu64 ": life %" PRIu32 " differs from the first one; times "
        "from its beginning, other numbers in the order in which they come up "
        "in it:\n",
        sum.seed,
        again.life);
    print_record(
        "the first life",
        again.has_first,
        again.first_number,
        &again.first);
    print_record(
        "the later life",
        again.has_later,
        again.later_number,
        &again.later);
    size_t size_bytes =
        fuzz_text_print(fuzz_lives_schedule(&lives), text, sizeof text);
    (void)printf("%.*s", (int)size_bytes, text);
    return true;
}

static void print_json(bool is_interrupted)
{
    uint64_t differed = sum.ends[FUZZ_LIVES_DIFFERS];
    json_int_t compared = (json_int_t)sum.ends[FUZZ_LIVES_SAME];
    compared += (json_int_t)differed;
    json_t *object = tool_output_object();
    json_t *told = json_pack(
        "{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o, "
        "s:b}",
        "seed",
        (json_int_t)tool_measure.seed.value,
        "programs",
        (json_int_t)sum.programs,
        "compared",
        compared,
        "base",
        (json_int_t)sum.stacks[FUZZ_LIVES_BASE],
        "ifs",
        (json_int_t)sum.stacks[FUZZ_LIVES_IFS],
        "nonifs",
        (json_int_t)sum.stacks[FUZZ_LIVES_NONIFS],
        "lives",
        (json_int_t)sum.lives,
        "records",
        (json_int_t)sum.records,
        "unended",
        (json_int_t)sum.ends[FUZZ_LIVES_UNENDED],
        "unbalanced",
        (json_int_t)sum.ends[FUZZ_LIVES_UNBALANCED],
        "limit",
        (json_int_t)sum.ends[FUZZ_LIVES_LIMIT],
        "differed",
        (json_int_t)differed,
        "differed_seed",
        differed > 0 ? json_integer((json_int_t)sum.seed) : json_null(),
        "interrupted",
        is_interrupted);
    LC_CHECK(told != NULL);
    (void)json_object_update(object, told);
    json_decref(told);
    tool_output_json(object);
}

static bool print_text(void)
{
    uint64_t differed = sum.ends[FUZZ_LIVES_DIFFERS];
    if (differed > 0 && !print_first()) {
        return false;
    }
    (void)printf(
        "%" PRIu64 " programs, of which %" PRIu64 " were compared: over bases "
        "%" PRIu64 ", IFS layers %" PRIu64
        ", layers with handles of their own %" PRIu64 "; %" PRIu64
        " lives, %" PRIu64 " records in first ones\n",
        sum.programs,
        sum.ends[FUZZ_LIVES_SAME] + differed,
        sum.stacks[FUZZ_LIVES_BASE],
        sum.stacks[FUZZ_LIVES_IFS],
        sum.stacks[FUZZ_LIVES_NONIFS],
        sum.lives,
        sum.records);
    (void)printf(
        "not compared: a first life that never ends %" PRIu64
        ", starts without a cleanup %" PRIu64 ", a limit %" PRIu64 "\n",
        sum.ends[FUZZ_LIVES_UNENDED],
        sum.ends[FUZZ_LIVES_UNBALANCED],
        sum.ends[FUZZ_LIVES_LIMIT]);
    (void)printf(
        "programs of which a later life was not as the first: %" PRIu64 "\n",
        differed);
    return true;
}

/* ---- The command ---- */

static bool measure(bool *ret_is_interrupted)
{
    struct sim_error error;
    if (fuzz_cells_run(
            &(struct fuzz_cells_options){
                .count = piece_count,
                .jobs = tool_setup_jobs(&tool_measure.jobs),
                .result_bytes = sizeof(struct piece),
                .work = work,
                .done = done,
                .stop = stop,
            },
            ret_is_interrupted,
            &error) != SIM_OK) {
        tool_output_error("%s", error.text);
        return false;
    }
    tool_status_clear();
    if (sum.has_failed != 0) {
        tool_output_error("%s", sum.error.text);
        return false;
    }
    if (*ret_is_interrupted) {
        tool_output_error("interrupted: what is missing was not played");
    }
    return true;
}

int tool_lives(void)
{
    static struct tool_line line;
    bool is_interrupted = false;
    programs = tool_measure.cap.is_given ? tool_measure.cap.value : PROGRAMS;
    uint64_t pieces = (programs + PIECE - 1) / PIECE;
    piece_count = (uint32_t)(pieces < FUZZ_CELLS_MAX ? pieces : FUZZ_CELLS_MAX);
    if (tool_measure.bug != NULL && !tool_setup_plant(tool_measure.bug)) {
        return TOOL_EXIT_USAGE;
    }
    lives.plant = tool_measure.bug;
    if (!tool_setup_open()) {
        return TOOL_EXIT_USAGE;
    }
    tool_line_add_program(&line);
    tool_line_add(&line, " bench lives");
    tool_measure_add(&line);
    tool_output_replay(line.text);
    tool_setup_catch();
    began_seconds = tool_setup_seconds();
    if (!measure(&is_interrupted)) {
        return TOOL_EXIT_USAGE;
    }
    if (tool_given.json) {
        print_json(is_interrupted);
    } else if (!print_text()) {
        tool_output_error("%s", sum.error.text);
        return TOOL_EXIT_USAGE;
    }
    return sum.ends[FUZZ_LIVES_DIFFERS] > 0 ? TOOL_EXIT_BROKEN : TOOL_EXIT_HELD;
}
