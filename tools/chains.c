#include "tools/chains.h"

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
#include "tools/trial.h"

enum {
    PROGRAMS = 100000,
    PIECE = 250 /* programs that one worker takes at a time, or more */
};

/* What the programs of a piece have shown. */
struct piece {
    uint64_t programs;
    uint64_t compared;
    uint64_t other_order;
    uint64_t left_open;
    uint64_t bytes;
    uint64_t differed;
    uint64_t seed; /* the first that differed */
    struct fuzz_chains_result first;
    uint32_t has_failed;
    struct sim_error error;
};

static struct piece sum;
static uint64_t programs;
static uint32_t piece_count;
static uint32_t done_count;
static double began_seconds;
static struct fuzz_chains chains;

static bool work(void *context, uint32_t index, void *result, int32_t death)
{
    (void)context;
    (void)death;
    struct piece *piece = result;
    uint64_t first = programs * index / piece_count;
    uint64_t end = programs * (index + 1) / piece_count;
    for (uint64_t i = first; i < end; i++) {
        struct fuzz_chains_result one;
        uint64_t seed = tool_measure.seed.value + i;
        if (fuzz_chains_play(&chains, seed, &one, &piece->error) != SIM_OK) {
            piece->has_failed = 1;
            return true;
        }
        piece->programs++;
        piece->compared += one.compared;
        piece->other_order += one.other_order;
        piece->left_open += one.left_open;
        piece->bytes += one.bytes;
        if (one.differs && piece->differed == 0) {
            piece->seed = seed;
            piece->first = one;
        }
        piece->differed += one.differs;
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
    sum.compared += piece->compared;
    sum.other_order += piece->other_order;
    sum.left_open += piece->left_open;
    sum.bytes += piece->bytes;
    if (sum.differed == 0 && piece->differed > 0) {
        sum.seed = piece->seed;
        sum.first = piece->first;
    }
    sum.differed += piece->differed;
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

static void print_stream(
    const char *who,
    const struct fuzz_chains_stream *stream)
{
    (void)printf(
        "  %s: %" PRIu64 " bytes%s, %s%s\n",
        who,
        stream->delivered_bytes,
        stream->is_wrong ? " (not those that were sent)" : "",
        stream->has_ended ? "ended" : "not ended",
        stream->is_reset ? ", reset" : "");
}

/* The seed's program again, to show it. */
static bool print_first(void)
{
    static char text[FUZZ_TEXT_SIZE_MAX];
    struct fuzz_chains_result again;
    if (fuzz_chains_play(&chains, sum.seed, &again, &sum.error) != SIM_OK) {
        return false;
    }
    (void)printf(
        "seed %" PRIu64 ": the peer of connection %" PRIu32
        " can tell layers from the base alone (layers: %" PRIu32
        ", of them with IFS handles: %" PRIu32 ")\n",
        sum.seed,
        sum.first.connection,
        sum.first.layers,
        sum.first.ifs_layers);
    print_stream("the base alone", &sum.first.alone);
    print_stream("through layers", &sum.first.through);
    size_t size_bytes = fuzz_text_print(
        fuzz_chains_schedule(&chains, &again),
        text,
        sizeof text);
    (void)printf("%.*s", (int)size_bytes, text);
    return true;
}

static void print_json(bool is_interrupted)
{
    json_t *object = tool_output_object();
    json_t *told = json_pack(
        "{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:b}",
        "seed",
        (json_int_t)tool_measure.seed.value,
        "programs",
        (json_int_t)sum.programs,
        "compared",
        (json_int_t)sum.compared,
        "other_order",
        (json_int_t)sum.other_order,
        "left_open",
        (json_int_t)sum.left_open,
        "bytes",
        (json_int_t)sum.bytes,
        "differed",
        (json_int_t)sum.differed,
        "differed_seed",
        sum.differed > 0 ? json_integer((json_int_t)sum.seed) : json_null(),
        "interrupted",
        is_interrupted);
    LC_CHECK(told != NULL);
    (void)json_object_update(object, told);
    json_decref(told);
    tool_output_json(object);
}

static bool print_text(void)
{
    if (sum.differed > 0 && !print_first()) {
        return false;
    }
    (void)printf(
        "%" PRIu64 " programs, each over the base and through %d chains of one "
        "to six layers: %" PRIu64 " runs in the same order of calls, %" PRIu64
        " in another\n"
        "%" PRIu64 " bytes over the base alone; %" PRIu64
        " connections that were open at the last WSPCleanup, and had a linger "
        "option or were not connected, were left out\n",
        sum.programs,
        FUZZ_CHAINS_VARIANTS,
        sum.compared,
        sum.other_order,
        sum.bytes,
        sum.left_open);
    (void)printf(
        "programs of which a peer could tell the layers: %" PRIu64 "\n",
        sum.differed);
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

/* Whether the layers have a place for the bug. Says when not. */
static bool check_bug(void)
{
    struct lc_world world;
    if (tool_measure.bug == NULL) {
        return true;
    }
    if (!tool_setup_plant(tool_measure.bug)) {
        return false;
    }
    fuzz_schedule_default_world(&world);
    tool_setup_suit(&world, tool_measure.bug);
    world.providers[0] = world.providers[1]; /* the layer alone */
    if (!sim_can_plant(&world, tool_measure.bug)) {
        tool_output_error("--bug: '%s' is none of a layer", tool_measure.bug);
        return false;
    }
    chains.plant = tool_measure.bug;
    return true;
}

/* The DLL of --layer. Says what is wrong. */
static bool host(void)
{
    static struct lc_provider hosted = { .kind = LC_PROVIDER_DLL };
    if (tool_measure.layer == NULL) {
        return true;
    }
    if (!tool_setup_path("--layer", tool_measure.layer, hosted.path)) {
        return false;
    }
    hosted.has_own = tool_trial_has_own(hosted.path);
    chains.hosted = &hosted;
    return true;
}

int tool_chains(void)
{
    static struct tool_line line;
    bool is_interrupted = false;
    programs = tool_measure.cap.is_given ? tool_measure.cap.value : PROGRAMS;
    uint64_t pieces = (programs + PIECE - 1) / PIECE;
    piece_count = (uint32_t)(pieces < FUZZ_CELLS_MAX ? pieces : FUZZ_CELLS_MAX);
    if (!check_bug() || !tool_setup_open() || !host()) {
        return TOOL_EXIT_USAGE;
    }
    tool_line_add_program(&line);
    tool_line_add(&line, " bench chains");
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
    return sum.differed > 0 ? TOOL_EXIT_BROKEN : TOOL_EXIT_HELD;
}
