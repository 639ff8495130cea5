#include <string.h>

#include "fuzz/explore/subject.h"

static bool read_record(void *context, const struct lc_record *record)
{
    struct fuzz_subject_schedule *subject = context;
    bool goes_on = model_step(&subject->model, record);
    subject->last = *record;
    return goes_on;
}

/* For who looks after this process, should it die of the step. */
static void note_drawn(
    struct fuzz_subject_drawn *drawn,
    const struct sim_choice_point *point,
    uint32_t index)
{
    struct lc_choice *choice = &drawn->choices[drawn->count];
    LC_CHECK(drawn->count < FUZZ_SUBJECT_VALUES_MAX);
    *choice = point->where;
    choice->action = LC_ACTION_VALUE;
    choice->value = (uint16_t)index;
    drawn->count++;
}

/* Of the numbers that a step draws. Who goes is decided elsewhere. */
static uint32_t draw(void *context, const struct sim_choice_point *point)
{
    struct fuzz_subject_schedule *subject = context;
    struct fuzz_subject_values *values = &subject->values;
    bool is_site = point->where.stream == LC_STREAM_FAULT;
    if (is_site ? subject->fault_max == 0 : !subject->has_values) {
        return 0;
    }
    if (values->count == FUZZ_SUBJECT_VALUES_MAX) {
        values->is_cut = true;
        return 0;
    }
    if (point->where.occurrence == LC_PASSES_MAX - 1) {
        values->is_cut = true; /* nobody asks at the passes behind it */
    }
    uint32_t shift = values->count * FUZZ_SUBJECT_VALUE_BITS;
    uint32_t last = point->count - 1;
    LC_CHECK(point->candidates == NULL);
    LC_CHECK(last >> FUZZ_SUBJECT_VALUE_BITS == 0);
    values->count++;
    values->last |= (uint64_t)last << shift;
    uint32_t mask = (1U << FUZZ_SUBJECT_VALUE_BITS) - 1;
    uint32_t drawn = (uint32_t)(values->set >> shift) & mask;
    LC_CHECK(drawn <= last);
    if (drawn > 0 && values->drawn != NULL) {
        note_drawn(values->drawn, point, drawn);
    }
    return drawn;
}

static bool draws(const struct fuzz_subject_schedule *subject)
{
    return subject->has_values || subject->fault_max > 0;
}

static enum sim_status begin(void *context, struct sim_error *ret_error)
{
    static struct lc_schedule plain;
    struct fuzz_subject_schedule *subject = context;
    plain = *subject->schedule;
    memset(plain.choices, 0, sizeof plain.choices);
    plain.choice_count = 0;
    model_init(&subject->fresh, &plain.world, &subject->options);
    subject->model = subject->fresh;
    subject->values =
        (struct fuzz_subject_values){ .drawn = subject->values.drawn };
    const struct sim_backer backer = {
        .choose = draw,
        .context = subject,
    };
    return sim_begin(
        &(struct sim_play_options){
            .schedule = &plain,
            .backer = draws(subject) ? &backer : NULL,
            .fault_max = subject->fault_max,
            .sink = read_record,
            .sink_context = subject,
            .is_watched = true,
            .fill_stacks = true, /* parked frames hold what nobody wrote */
        },
        ret_error);
}

static enum fuzz_subject_end finish(void *context, enum lc_end end)
{
    struct fuzz_subject_schedule *subject = context;
    sim_finish(end, &subject->result);
    struct lc_verdict verdict = model_verdict(&subject->model);
    switch ((enum lc_verdict_kind)verdict.kind) {
    case LC_VERDICT_HELD:
        return FUZZ_SUBJECT_HELD;
    case LC_VERDICT_BROKEN:
        return FUZZ_SUBJECT_BROKEN;
    case LC_VERDICT_UNSPECIFIED:
        break;
    }
    return FUZZ_SUBJECT_UNSPECIFIED;
}

static size_t make_key_bytes(struct fuzz_subject_schedule *subject)
{
    return model_key(
        &subject->model,
        sim_now_ns(),
        subject->key_bytes,
        sizeof subject->key_bytes);
}

static struct sim_state_key key(void *context)
{
    struct fuzz_subject_schedule *subject = context;
    size_t size_bytes = make_key_bytes(subject);
    return sim_key(subject->key_bytes, size_bytes);
}

static bool split(void *context, uint32_t went, struct sim_key_pieces *pieces)
{
    struct fuzz_subject_schedule *subject = context;
    size_t size_bytes = make_key_bytes(subject);
    return sim_key_split(subject->key_bytes, size_bytes, went, pieces);
}

static size_t size(void *context)
{
    (void)context;
    return sim_snapshot_size() + sizeof(struct model);
}

static size_t save(void *context, void *buffer, size_t capacity)
{
    const struct fuzz_subject_schedule *subject = context;
    unsigned char *at = buffer;
    size_t model_bytes = model_save(&subject->model, at, capacity);
    return model_bytes + sim_save(at + model_bytes, capacity - model_bytes);
}

static void load(void *context, const void *buffer)
{
    struct fuzz_subject_schedule *subject = context;
    const unsigned char *at = buffer;
    sim_load(at + model_load(&subject->model, &subject->fresh, at));
}

struct fuzz_subject fuzz_subject_of_schedule(
    struct fuzz_subject_schedule *context)
{
    return (struct fuzz_subject){
        .context = context,
        .begin = begin,
        .finish = finish,
        .key = key,
        /* Where a step leads to depends on what it draws, too. */
        .split = draws(context) ? NULL : split,
        .size = size,
        .save = save,
        .load = load,
        .values = draws(context) ? &context->values : NULL,
        .warned = &context->model.warned,
    };
}
