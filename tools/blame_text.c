#include "tools/blame_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lastcall/check.h"

#include "tools/output.h"
#include "tools/verdict.h"

enum {
    LINE_BYTES = 512,
    RECORDS_SHOWN = 4 /* of a step */
};

/* ---- Pieces ---- */

static double percent(uint32_t ppm)
{
    return (double)ppm * 100 / FUZZ_BLAME_PPM;
}

/* "always (proved: 12 states)", "48.2 % (45.1 to 51.3)". */
static void print_chance(const struct fuzz_blame_chance *chance)
{
    uint32_t n = chance->samples;
    if (chance->proof != FUZZ_BLAME_UNPROVED && chance->states == 0) {
        (void)printf(
            "%s (nothing is left to choose)",
            chance->proof == FUZZ_BLAME_ALWAYS ? "always" : "never");
    } else if (chance->proof != FUZZ_BLAME_UNPROVED) {
        (void)printf(
            "%s (proved: %" PRIu64 " state%s)",
            chance->proof == FUZZ_BLAME_ALWAYS ? "always" : "never",
            chance->states,
            tool_output_s(chance->states));
    } else if (chance->broken == n) {
        /* All of n: with 95 % no more than 3/n do otherwise. */
        (void)printf(
            "all of %u order%s (at least %.1f %%)",
            n,
            tool_output_s(n),
            n > 3 ? 100 - 300.0 / n : 0);
    } else if (chance->broken == 0) {
        (void)printf(
            "none of %u order%s (at most %.1f %%)",
            n,
            tool_output_s(n),
            n > 3 ? 300.0 / n : 100);
    } else {
        (void)printf(
            "%.1f %% of orders (%.1f to %.1f)",
            percent(fuzz_blame_ppm(chance)),
            percent(fuzz_blame_low_ppm(chance)),
            percent(fuzz_blame_high_ppm(chance)));
    }
    if (chance->other > 0) {
        (void)printf("; %u of %u break another rule", chance->other, n);
    }
    if (chance->unspecified > 0) {
        (void)printf("; %u of %u end unspecified", chance->unspecified, n);
    }
}

/* "a in 2 socket at SetEvent@filter", or the event. */
static void write_actor(
    const struct lc_schedule *schedule,
    const struct fuzz_blame_step *step,
    char *buffer,
    size_t capacity)
{
    size_t size_bytes =
        step->choice.action == LC_ACTION_RUN
            ? fuzz_text_print_where(schedule, &step->from, buffer, capacity)
            : fuzz_text_print_action(schedule, &step->choice, buffer, capacity);
    LC_CHECK(size_bytes > 0);
}

static void write_choice(
    const struct lc_schedule *schedule,
    const struct lc_choice *choice,
    char *buffer,
    size_t capacity)
{
    char where[FUZZ_TEXT_CHOICE_BYTES];
    char action[FUZZ_TEXT_CHOICE_BYTES];
    size_t size_bytes =
        fuzz_text_print_where(schedule, choice, where, sizeof where);
    LC_CHECK(size_bytes > 0);
    size_bytes =
        fuzz_text_print_action(schedule, choice, action, sizeof action);
    LC_CHECK(size_bytes > 0);
    (void)snprintf(buffer, capacity, "%s : %s", where, action);
}

static void print_records(
    const struct tool_blame_report *report,
    const struct fuzz_blame_step *step)
{
    char line[LINE_BYTES];
    if (step->record_first == step->record_end) {
        (void)printf("        (writes no record)\n");
    }
    for (uint64_t i = step->record_first;
         i < step->record_end && i < report->record_count;
         i++) {
        if (i - step->record_first == RECORDS_SHOWN) {
            (void)printf("        (%" PRIu64 " more)\n", step->record_end - i);
            return;
        }
        fuzz_trace_text(
            report->schedule,
            i,
            &report->records[i],
            line,
            sizeof line);
        (void)printf("        %s\n", line);
    }
}

/* ---- For people ---- */

static void print_pair(
    const struct tool_blame_report *report,
    const struct fuzz_blame_pair *pair)
{
    char text[FUZZ_TEXT_CHOICE_BYTES];
    write_actor(report->schedule, &pair->first, text, sizeof text);
    (void)printf("  the two steps whose order matters:\n    1: %s\n", text);
    print_records(report, &pair->first);
    write_actor(report->schedule, &pair->second, text, sizeof text);
    (void)printf("    2: %s\n", text);
    if (pair->is_second_of_run) {
        print_records(report, &pair->second);
    } else {
        (void)printf("        (never taken in this run)\n");
    }
    (void)printf("  1 before 2 breaks it: ");
    print_chance(&pair->in_order);
    (void)printf(
        "\n  2 %s 1 breaks it: ",
        pair->is_first_gone ? "instead of" : "before");
    print_chance(&pair->swapped);
    (void)printf("%s\n", pair->is_rare ? "; some order does" : "");
    if (pair->rest_holds) {
        (void)printf("  2 before 1, all else as it was: held\n");
    }
    if (pair->moved > 0) {
        (void)printf(
            "  (each behind %u more step%s of others)\n",
            pair->moved,
            pair->moved > 1 ? "s" : "");
    }
}

/* Where the chance rises most, but by little. */
static void print_small(
    const struct tool_blame_report *report,
    const struct fuzz_blame_point *point)
{
    char text[2 * FUZZ_TEXT_CHOICE_BYTES + 4];
    write_choice(report->schedule, &point->step.choice, text, sizeof text);
    (void)printf(
        "no decision before makes much of a difference; the most, from %.1f "
        "to %.1f %%:\n  decision %u, at record %" PRIu64 ": %s\n",
        percent(fuzz_blame_ppm(&point->before)),
        percent(fuzz_blame_ppm(&point->after)),
        point->step.number + 1,
        point->step.record_first,
        text);
}

static void print_point(
    const struct tool_blame_report *report,
    const char *title,
    const struct fuzz_blame_point *point)
{
    char text[2 * FUZZ_TEXT_CHOICE_BYTES + 4];
    write_choice(report->schedule, &point->step.choice, text, sizeof text);
    (void)printf(
        "%s decision %u of %u, at record %" PRIu64 ":\n    %s\n"
        "  before it breaks: ",
        title,
        point->step.number + 1,
        report->result->step_count,
        point->step.record_first,
        text);
    print_chance(&point->before);
    (void)printf("\n  after it breaks:  ");
    print_chance(&point->after);
    (void)putchar('\n');
    if (point->has_pair) {
        print_pair(report, &point->pair);
    } else {
        (void)printf("  no two steps were found whose order alone makes the "
                     "difference\n");
    }
}

/* What is not proved is as certain as the orders that were played. */
static void print_certain(
    const struct tool_blame_report *report,
    const struct fuzz_blame_point *point)
{
    uint32_t n = point->after.samples;
    bool is_proved = point->after.proof == FUZZ_BLAME_ALWAYS;
    print_point(
        report,
        is_proved ? "certain after" : "it seems certain after",
        point);
    if (!is_proved) {
        (void)printf(
            "  not proved: it rests on %u order%s, so that with 95 %% up to "
            "%.1f %% of all may do otherwise (3/N)\n",
            n,
            tool_output_s(n),
            n > 3 ? 300.0 / n : 100);
    }
}

void tool_blame_print(const struct tool_blame_report *report)
{
    const struct fuzz_blame_result *result = report->result;
    (void)printf("broken %s\n", model_rule(result->verdict.rule)->id);
    tool_verdict_print_rule(result->verdict.rule, 2);
    (void)printf(
        "  by record %u, after %u decision%s, %u of them with something to "
        "choose\n",
        result->verdict.record,
        result->step_count,
        tool_output_s(result->step_count),
        result->fork_count);
    if (result->kind == FUZZ_BLAME_START) {
        (void)printf(
            "%s\n  breaks: ",
            result->start.proof == FUZZ_BLAME_ALWAYS
                ? "the failure does not depend on the order: certain from the "
                  "start"
                : "from the start no order was found that does not break it");
        print_chance(&result->start);
        (void)putchar('\n');
    } else if (result->kind == FUZZ_BLAME_FOUND) {
        (void)printf("from the start it breaks: ");
        print_chance(&result->start);
        (void)putchar('\n');
        if (!result->is_one && fuzz_blame_is_large(&result->jump)) {
            print_point(report, "the chance rises most by", &result->jump);
        }
        print_certain(report, &result->certain);
        if (!result->is_one && !fuzz_blame_is_large(&result->jump)) {
            print_small(report, &result->jump);
        }
    }
    if (result->totals.deaths > 0) {
        (void)printf(
            "  %" PRIu64 " order%s ended the process they were played in: "
            "they break FAULT\n",
            result->totals.deaths,
            tool_output_s(result->totals.deaths));
    }
    (void)printf(
        "  %" PRIu64 " order%s played, drawn by %s from seed %" PRIu64
        "; %" PRIu64 " state%s looked at\n",
        result->totals.draws,
        tool_output_s(result->totals.draws),
        fuzz_sampler_word(report->how->sampler),
        report->how->seed,
        result->totals.states,
        tool_output_s(result->totals.states));
    if (report->example_line != NULL) {
        (void)printf("  swapped it holds: %s\n", report->example_line);
    }
    (void)printf("  to replay: %s\n", report->replay);
}

/* ---- JSON ---- */

static json_t *chance_object(const struct fuzz_blame_chance *chance)
{
    static const char *const proofs[] = { NULL, "always", "never" };
    const char *proof = proofs[chance->proof];
    return json_pack(
        "{s:f, s:f, s:f, s:I, s:I, s:I, s:I, s:o, s:o}",
        "chance",
        (double)fuzz_blame_ppm(chance) / FUZZ_BLAME_PPM,
        "low",
        (double)fuzz_blame_low_ppm(chance) / FUZZ_BLAME_PPM,
        "high",
        (double)fuzz_blame_high_ppm(chance) / FUZZ_BLAME_PPM,
        "samples",
        (json_int_t)chance->samples,
        "broken",
        (json_int_t)chance->broken,
        "other",
        (json_int_t)chance->other,
        "unspecified",
        (json_int_t)chance->unspecified,
        "proved",
        proof == NULL ? json_null() : json_string(proof),
        "states",
        proof == NULL ? json_null() : json_integer((json_int_t)chance->states));
}

static json_t *step_object(
    const struct lc_schedule *schedule,
    const struct fuzz_blame_step *step,
    bool is_of_run)
{
    char text[FUZZ_TEXT_CHOICE_BYTES];
    char name[2 * LC_NAME_MAX];
    bool is_thread = step->choice.action == LC_ACTION_RUN;
    write_actor(schedule, step, text, sizeof text);
    fuzz_text_thread(schedule, step->choice.target, name);
    return json_pack(
        "{s:s, s:o, s:o, s:o, s:o}",
        "step",
        text,
        "thread",
        is_thread ? json_string(name) : json_null(),
        "decision",
        is_of_run ? json_integer((json_int_t)step->number + 1) : json_null(),
        "record",
        is_of_run ? json_integer((json_int_t)step->record_first) : json_null(),
        "records",
        is_of_run
            ? json_integer((json_int_t)(step->record_end - step->record_first))
            : json_null());
}

static json_t *pair_object(
    const struct lc_schedule *schedule,
    const struct fuzz_blame_pair *pair)
{
    return json_pack(
        "{s:o, s:o, s:I, s:o, s:o, s:b, s:b, s:b}",
        "first",
        step_object(schedule, &pair->first, true),
        "second",
        step_object(schedule, &pair->second, pair->is_second_of_run),
        "moved",
        (json_int_t)pair->moved,
        "in_order",
        chance_object(&pair->in_order),
        "swapped",
        chance_object(&pair->swapped),
        "first_is_gone",
        (int)pair->is_first_gone,
        "swapped_is_rare",
        (int)pair->is_rare,
        "rest_holds",
        (int)pair->rest_holds);
}

static json_t *point_object(
    const struct lc_schedule *schedule,
    const struct fuzz_blame_point *point)
{
    char text[2 * FUZZ_TEXT_CHOICE_BYTES + 4];
    write_choice(schedule, &point->step.choice, text, sizeof text);
    return json_pack(
        "{s:I, s:I, s:s, s:o, s:o, s:o}",
        "decision",
        (json_int_t)point->step.number + 1,
        "record",
        (json_int_t)point->step.record_first,
        "choice",
        text,
        "before",
        chance_object(&point->before),
        "after",
        chance_object(&point->after),
        "steps",
        point->has_pair ? pair_object(schedule, &point->pair) : json_null());
}

void tool_blame_print_json(const struct tool_blame_report *report)
{
    static const char *const kinds[] = {
        "held", "unspecified", "start", "order", "stopped", "differed",
    };
    static char text[FUZZ_TEXT_SIZE_MAX];
    const struct fuzz_blame_result *result = report->result;
    bool is_broken = result->verdict.kind == LC_VERDICT_BROKEN;
    bool is_found = result->kind == FUZZ_BLAME_FOUND;
    bool has_start = is_found || result->kind == FUZZ_BLAME_START;
    if (report->example != NULL) {
        size_t size_bytes = fuzz_text_print(report->example, text, sizeof text);
        LC_CHECK(size_bytes > 0);
    }
    const struct fuzz_blame_point *jump =
        result->is_one ? &result->certain : &result->jump;
    json_t *object = tool_output_object();
    json_t *rest = json_pack(
        "{s:s, s:o, s:o, s:s, s:I, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:o, "
        "s:o, s:o, s:o, s:o, s:o}",
        "verdict",
        tool_verdict_word(&result->verdict),
        "rule",
        is_broken ? json_string(model_rule(result->verdict.rule)->id)
                  : json_null(),
        "rules",
        is_broken ? tool_verdict_group(result->verdict.rule) : json_array(),
        "blame",
        kinds[result->kind],
        "seed",
        (json_int_t)report->how->seed,
        "sampler",
        fuzz_sampler_word(report->how->sampler),
        "samples",
        (json_int_t)report->how->samples,
        "decisions",
        (json_int_t)result->step_count,
        "forks",
        (json_int_t)result->fork_count,
        "orders",
        (json_int_t)result->totals.draws,
        "deaths",
        (json_int_t)result->totals.deaths,
        "states",
        (json_int_t)result->totals.states,
        "start",
        has_start ? chance_object(&result->start) : json_null(),
        "certain",
        is_found ? point_object(report->schedule, &result->certain)
                 : json_null(),
        "jump",
        is_found ? point_object(report->schedule, jump) : json_null(),
        "schedule",
        report->example != NULL ? json_string(text) : json_null(),
        "hash",
        tool_output_hash(result->hash),
        "replay",
        tool_output_text(report->replay));
    LC_CHECK(rest != NULL);
    (void)json_object_update(object, rest);
    json_decref(rest);
    tool_output_json(object);
}

void tool_blame_print_died(bool is_of_run, const char *how, const char *replay)
{
    uint32_t rule = 0;
    bool is_known = model_rule_find("FAULT", &rule);
    LC_CHECK(is_known);
    json_t *object = tool_output_object();
    json_t *rest = json_pack(
        "{s:s, s:o, s:o, s:s, s:s, s:o}",
        "verdict",
        "broken",
        "rule",
        is_of_run ? json_string(model_rule(rule)->id) : json_null(),
        "rules",
        is_of_run ? tool_verdict_group(rule) : json_array(),
        "blame",
        "died",
        "reason",
        how,
        "replay",
        tool_output_text(replay));
    LC_CHECK(rest != NULL);
    (void)json_object_update(object, rest);
    json_decref(rest);
    tool_output_json(object);
}
