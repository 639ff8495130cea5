#include "fuzz/play.h"

#include <string.h>

/* Where nobody else reads: most records are handed on, and that is all. */
static bool judge_record(void *context, const struct lc_record *record)
{
    struct fuzz_player *player = context;
    uint64_t number = player->record_count++;
    bool goes_on = model_step(&player->model, record);
    if (LC_LIKELY(goes_on && record->kind != LC_RECORD_END)) {
        return true;
    }
    /* The end comes last, and after the record that decides only that. */
    if (goes_on || player->model.verdict.record == number) {
        player->last = *record;
    }
    return goes_on;
}

static bool read_record(void *context, const struct lc_record *record)
{
    struct fuzz_player *player = context;
    uint64_t number = player->record_count;
    bool goes_on = true;
    if (!player->is_unjudged) {
        goes_on = judge_record(context, record);
    } else {
        player->record_count++;
        player->last = *record;
    }
    if (player->reader != NULL) {
        player->reader(player->reader_context, number, record);
    }
    return goes_on;
}

/* The model of a new run: a copy of one that was made for this world. */
static void prepare(struct fuzz_player *player, const struct lc_world *world)
{
    /* Worlds are zeroed before they are filled.
     * NOLINTNEXTLINE(bugprone-suspicious-memory-comparison,cert-*) */
    bool is_same = memcmp(&player->world, world, sizeof *world) == 0;
    if (!player->has_world || !is_same) {
        player->world = *world;
        player->has_world = true;
        model_init(&player->fresh, world, &player->options);
        model_attach(&player->fresh, player->coverage);
        player->model = player->fresh;
    } else {
        model_restart(&player->model, &player->fresh);
    }
    player->record_count = 0;
    memset(&player->last, 0, sizeof player->last);
}

enum sim_status fuzz_play(
    struct fuzz_player *player,
    const struct lc_schedule *schedule,
    const struct sim_backer *backer,
    struct fuzz_outcome *ret_outcome,
    struct sim_error *ret_error)
{
    LC_CHECK(player != NULL);
    LC_CHECK(schedule != NULL);
    prepare(player, &schedule->world);
    enum sim_status status = sim_play(
        &(struct sim_play_options){
            .schedule = schedule,
            .backer = backer,
            .sink = player->is_unjudged || player->reader != NULL
                        ? read_record
                        : judge_record,
            .sink_context = player,
            .fill_stacks = player->fill_stacks,
            .fill_byte = player->fill_byte,
        },
        &ret_outcome->result,
        ret_error);
    if (status != SIM_OK) {
        return status;
    }
    ret_outcome->verdict = model_verdict(&player->model);
    ret_outcome->record = player->last;
    LC_CHECK(ret_outcome->result.record_count == player->record_count);
    return SIM_OK;
}

bool fuzz_play_is_fault(const struct fuzz_outcome *outcome)
{
    bool is_import = outcome->record.kind == LC_RECORD_FAULT &&
                     outcome->record.function == LC_FAULT_IMPORT;
    return !is_import && (outcome->result.end == LC_END_FAULT ||
                          outcome->record.kind == LC_RECORD_FAULT);
}

static bool is_same_place(
    const struct lc_choice *choice,
    const struct lc_choice *where)
{
    return choice->stream == where->stream && choice->thread == where->thread &&
           choice->call == where->call &&
           choice->place.kind == where->place.kind &&
           choice->place.function == where->place.function &&
           choice->place.module == where->place.module &&
           choice->occurrence == where->occurrence;
}

static bool is_taken(
    const struct lc_choice *choice,
    const struct sim_choice_point *point,
    uint32_t index)
{
    if (point->candidates == NULL) {
        return choice->value == index;
    }
    const struct sim_choice_candidate *candidate = &point->candidates[index];
    return candidate->action == choice->action &&
           candidate->target == choice->target &&
           candidate->value == choice->value;
}

uint32_t fuzz_play_scheduled(
    const struct lc_schedule *schedule,
    const struct sim_choice_point *point)
{
    const struct lc_choice *choice = NULL;
    for (uint32_t i = 0; choice == NULL && i < schedule->choice_count; i++) {
        if (is_same_place(&schedule->choices[i], &point->where)) {
            choice = &schedule->choices[i];
        }
    }
    for (uint32_t i = 0; choice != NULL && i < point->count; i++) {
        if (is_taken(choice, point, i)) {
            return i;
        }
    }
    return 0;
}
