#include "tools/apart.h"

#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/output.h"
#include "tools/setup.h"

enum {
    POLL_MS = 2
};

static atomic_uint *shared_stage; /* NULL: there is no child */

static bool has_hosted(const struct lc_world *world)
{
    for (uint32_t i = 0; i < world->provider_count; i++) {
        if (world->providers[i].kind == LC_PROVIDER_DLL) {
            return true;
        }
    }
    return false;
}

/* Dies of the signal that the child died of, which has left its core. */
static LC_NORETURN void die_of(int number)
{
    struct rlimit none = { 0 };
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)signal(number, SIG_DFL);
    (void)raise(number);
    _exit(TOOL_EXIT_USAGE);
}

static void become_child(pid_t parent)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) {
        _exit(TOOL_EXIT_USAGE); /* it went between fork and prctl */
    }
    tool_setup_catch_in_child();
    /* A trace is not lost with the process. */
    (void)setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
}

bool tool_apart_begin(
    const struct lc_world *world,
    struct tool_apart_end *ret_end)
{
    LC_CHECK(shared_stage == NULL);
    if (!has_hosted(world)) {
        return true;
    }
    void *memory = mmap(
        NULL,
        sizeof *shared_stage,
        PROT_READ | PROT_WRITE,
        MAP_SHARED | MAP_ANONYMOUS,
        -1,
        0);
    if (memory == MAP_FAILED) {
        return true; /* all the same, but for who ends the process */
    }
    shared_stage = memory;
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid <= 0) {
        if (pid == 0) {
            become_child(parent);
        }
        return true;
    }
    int status = 0;
    bool is_told = false;
    pid_t ended = waitpid(pid, &status, WNOHANG);
    while (ended == 0) {
        /* A terminal tells both, others the parent alone. */
        if (tool_setup_interrupted() && !is_told) {
            (void)kill(pid, SIGTERM);
            is_told = true;
        }
        (void)poll(NULL, 0, POLL_MS);
        ended = waitpid(pid, &status, WNOHANG);
    }
    LC_CHECK(ended == pid);
    if (WIFSIGNALED(status)) {
        die_of(WTERMSIG(status));
    }
    uint32_t stage = atomic_load(shared_stage);
    if (stage == TOOL_APART_OVER) {
        _exit(WEXITSTATUS(status));
    }
    *ret_end = (struct tool_apart_end){
        .stage = (enum tool_apart_stage)stage,
        .status = WEXITSTATUS(status),
    };
    return false;
}

void tool_apart_say(enum tool_apart_stage stage)
{
    if (shared_stage != NULL) {
        atomic_store(shared_stage, stage);
    }
}
