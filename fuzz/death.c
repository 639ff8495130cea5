#include "fuzz/death.h"

#include <sys/wait.h>

#include "lastcall/check.h"

int32_t fuzz_death_of(int status, bool has_said)
{
    if (WIFSIGNALED(status)) {
        return WTERMSIG(status);
    }
    return has_said ? 0 : fuzz_death_of_exit((uint32_t)WEXITSTATUS(status));
}

int32_t fuzz_death_of_exit(uint32_t status)
{
    return -1 - (int32_t)status;
}

bool fuzz_death_is_exit(int32_t death)
{
    return death < 0;
}

uint32_t fuzz_death_status(int32_t death)
{
    LC_CHECK(fuzz_death_is_exit(death));
    return (uint32_t)(-1 - death);
}

uint32_t fuzz_death_signal(int32_t death)
{
    return death > 0 ? (uint32_t)death : 0;
}
