#include "tools/team.h"

#include <stddef.h>

const char *tool_team_broken(const struct fuzz_explore_result *result)
{
    if (!result->has_broken || result->verdict == FUZZ_EXPLORE_BROKEN) {
        return NULL;
    }
    return fuzz_explore_contradicts(result)
               ? "one of the processes came to what breaks, but one alone that "
                 "has looked at all did not: a defect of Lastcall"
               : "one of the processes came to what breaks, but one alone did "
                 "not come to it before the bound";
}
