#include "tools/explore_remark.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "tools/output.h"

enum {
    MIB = 1 << 20
};

bool tool_explore_has_more(const struct fuzz_explore_result *result)
{
    return result->bound == FUZZ_EXPLORE_STOPPED ||
           result->bound == FUZZ_EXPLORE_MEMORY;
}

void tool_explore_tell_of_state(
    const struct fuzz_explore_options *how,
    const struct fuzz_explore_result *result)
{
    if (how->saved_path == NULL) {
        return;
    }
    bool is_there = access(how->saved_path, F_OK) == 0;
    const char *what = result->bound == FUZZ_EXPLORE_MEMORY
                           ? "the same command with more --memory"
                           : "the same command";
    if (!tool_explore_has_more(result)) {
        (void)remove(how->saved_path); /* there is nothing left to do */
    } else if (result->saving_errno == 0) {
        tool_output_error("%s goes on from %s", what, how->saved_path);
    } else if (is_there) {
        tool_output_error(
            "%s goes on from where %s was written last",
            what,
            how->saved_path);
    }
}

void tool_explore_remark_bound(
    const struct fuzz_explore_options *how,
    const struct fuzz_explore_result *result)
{
    static const char some[] = "remark: not all orders were looked at: ";
    uint64_t depth = how->depth_max;
    bool is_asked = depth != 0 && result->totals.depth_max >= depth;
    switch (result->bound) {
    case FUZZ_EXPLORE_MEMORY:
        tool_output_error(
            "%sthe %" PRIu64 " MiB of --memory are used up; with more it gets "
            "further%s",
            some,
            how->memory_bytes / MIB,
            how->order == FUZZ_EXPLORE_DEPTH ? ""
                                             : ", --order depth needs less");
        break;
    case FUZZ_EXPLORE_DEPTH_BOUND:
        if (is_asked) {
            tool_output_error(
                "%sruns were cut after the %" PRIu64 " decisions of --depth; "
                "with more it gets further",
                some,
                depth);
            break;
        }
        tool_output_error(
            "%sruns were cut after %u decisions, or %u that are no defaults; "
            "a smaller schedule has shorter ones",
            some,
            (unsigned)FUZZ_EXPLORE_DEPTH_MAX,
            (unsigned)LC_CHOICES_MAX);
        break;
    case FUZZ_EXPLORE_NUMBERS:
        tool_output_error(
            "%sa step drew more than %u numbers (what fails, latencies, handle "
            "values), or a call more than %u at one place; those behind were "
            "left at their defaults",
            some,
            (unsigned)FUZZ_SUBJECT_VALUES_MAX,
            (unsigned)LC_PASSES_MAX);
        break;
    case FUZZ_EXPLORE_CLOCK:
        tool_output_error(
            "%sa DLL asked for the time by a function that it does not import; "
            "orders before that were taken for one, however late they were",
            some);
        break;
    case FUZZ_EXPLORE_STOPPED:
        tool_output_error(
            "%sit was told to stop%s",
            some,
            how->saved_path == NULL ? "; --state FILE keeps how far it is"
                                    : "");
        break;
    case FUZZ_EXPLORE_UNSPECIFIED:
        tool_output_error(
            "remark: runs ended at a limit of the simulator or of the model, "
            "so nothing is known of them; a smaller schedule may stay within");
        break;
    case FUZZ_EXPLORE_ENDLESS:
        tool_output_error(
            "remark: no run came to an end: threads go round for ever; `run` "
            "judges that (LIVELOCK)");
        break;
    case FUZZ_EXPLORE_NONE:
    case FUZZ_EXPLORE_DIED:
        break;
    }
}
