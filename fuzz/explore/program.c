#include "fuzz/explore/subject.h"
#include "fuzz/explore/traces.h"

static enum sim_status begin(void *context, struct sim_error *ret_error)
{
    const struct fuzz_subject_program *subject = context;
    (void)ret_error;
    sim_program_begin(subject->program, NULL, true);
    return SIM_OK;
}

static enum fuzz_subject_end finish(void *context, enum lc_end end)
{
    struct fuzz_subject_program *subject = context;
    subject->outcome = sim_program_outcome(end);
    if (subject->outcome == SIM_PROGRAM_LIMIT) {
        return FUZZ_SUBJECT_UNSPECIFIED;
    }
    bool is_bug = sim_program_is_bug(subject->program, subject->outcome);
    return is_bug ? FUZZ_SUBJECT_BROKEN : FUZZ_SUBJECT_HELD;
}

static struct sim_state_key key(void *context)
{
    (void)context;
    return sim_program_key();
}

static size_t size(void *context)
{
    (void)context;
    return sim_snapshot_size();
}

static size_t save(void *context, void *buffer, size_t capacity)
{
    (void)context;
    return sim_save(buffer, capacity);
}

static void load(void *context, const void *buffer)
{
    (void)context;
    sim_load(buffer);
}

struct fuzz_subject fuzz_subject_of_program(
    struct fuzz_subject_program *context)
{
    return (struct fuzz_subject){
        .context = context,
        .begin = begin,
        .finish = finish,
        .key = key,
        .size = size,
        .save = save,
        .load = load,
        .are_independent = fuzz_traces_are_independent,
        .slots = sim_program_threads(context->program),
    };
}
