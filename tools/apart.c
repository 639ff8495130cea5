#include "tools/apart.h"

#include <errno.h>
#include <fcntl.h>
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

static bool has_dll(const struct lc_world *world)
{
    for (uint32_t i = 0; i < world->provider_count; i++) {
        if (world->providers[i].kind == LC_PROVIDER_DLL) {
            return true;
        }
    }
    return false;
}

bool tool_apart_is_dangerous(const struct lc_world *world)
{
    return world->plant_count > 0 || has_dll(world);
}

void tool_apart_text(
    const struct lc_world *world,
    const struct tool_apart_end *end,
    char *ret_text)
{
    bool is_signal = end->signal_number != 0;
    (void)snprintf(
        ret_text,
        TOOL_APART_TEXT_BYTES,
        is_signal        ? "the process died of signal %d"
        : has_dll(world) ? "the DLL ended the process (status %d)"
                         : "a planted bug ended the process (status %d)",
        is_signal ? end->signal_number : end->status);
}

void tool_apart_die_of(int signal_number)
{
    struct rlimit none = { 0 };
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)signal(signal_number, SIG_DFL);
    (void)raise(signal_number);
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

/* Signals that code can die of by what it does. */
static bool is_own_fault(int signal_number)
{
    static const int numbers[] = { SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL };
    for (size_t i = 0; i < LC_COUNT_OF(numbers); i++) {
        if (numbers[i] == signal_number) {
            return true;
        }
    }
    return false;
}

static int wait_for(pid_t pid)
{
    int status = 0;
    bool is_told = false;
    pid_t ended = waitpid(pid, &status, WNOHANG);
    while (ended == 0) {
        /* A terminal tells both, whoever else means it tells the parent. */
        if (tool_setup_interrupted() && !is_told) {
            (void)kill(pid, SIGTERM);
            is_told = true;
        }
        (void)poll(NULL, 0, POLL_MS);
        ended = waitpid(pid, &status, WNOHANG);
    }
    LC_CHECK(ended == pid);
    return status;
}

/* A zero that a child can write; NULL: there is no memory to share. */
static atomic_uint *share(void)
{
    void *memory = mmap(
        NULL,
        sizeof(atomic_uint),
        PROT_READ | PROT_WRITE,
        MAP_SHARED | MAP_ANONYMOUS,
        -1,
        0);
    return memory == MAP_FAILED ? NULL : memory;
}

bool tool_apart_fork(struct tool_apart_end *ret_end)
{
    LC_CHECK(shared_stage == NULL);
    shared_stage = share();
    if (shared_stage == NULL) {
        return true; /* all the same, but for who ends the process */
    }
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid <= 0) {
        if (pid == 0) {
            become_child(parent);
        }
        return true;
    }
    int status = wait_for(pid);
    uint32_t stage = atomic_load(shared_stage);
    int number = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    if (number != 0 && (stage == TOOL_APART_OVER || !is_own_fault(number))) {
        tool_apart_die_of(number);
    }
    if (stage == TOOL_APART_OVER) {
        _exit(WEXITSTATUS(status));
    }
    *ret_end = (struct tool_apart_end){
        .stage = (enum tool_apart_stage)stage,
        .status = number != 0 ? 0 : WEXITSTATUS(status),
        .signal_number = number,
    };
    return false;
}

bool tool_apart_begin(
    const struct lc_world *world,
    struct tool_apart_end *ret_end)
{
    return !tool_apart_is_dangerous(world) || tool_apart_fork(ret_end);
}

/* By its descriptors: what runs may write without stdio. */
static void silence(void)
{
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (nowhere >= 0) {
        (void)dup2(nowhere, STDOUT_FILENO);
        (void)dup2(nowhere, STDERR_FILENO);
    }
    if (nowhere > STDERR_FILENO) {
        (void)close(nowhere);
    }
}

bool tool_apart_try(
    void (*work)(void *context),
    void *context,
    struct tool_apart_end *ret_end)
{
    /* Not by the status: what runs may choose any. */
    atomic_uint *has_come_back = share();
    if (has_come_back == NULL) {
        *ret_end = (struct tool_apart_end){ .no_child = errno };
        return false;
    }
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid < 0) {
        *ret_end = (struct tool_apart_end){ .no_child = errno };
        (void)munmap(has_come_back, sizeof *has_come_back);
        return false;
    }
    if (pid == 0) {
        struct rlimit none = { 0 };
        become_child(parent);
        (void)setrlimit(RLIMIT_CORE, &none);
        silence();
        work(context);
        atomic_store(has_come_back, 1);
        _exit(TOOL_EXIT_HELD);
    }
    int status = wait_for(pid);
    *ret_end = (struct tool_apart_end){
        .status = WIFSIGNALED(status) ? 0 : WEXITSTATUS(status),
        .signal_number = WIFSIGNALED(status) ? WTERMSIG(status) : 0,
    };
    bool is_back = atomic_load(has_come_back) != 0;
    (void)munmap(has_come_back, sizeof *has_come_back);
    return is_back;
}

void tool_apart_say(enum tool_apart_stage stage)
{
    if (shared_stage != NULL) {
        atomic_store(shared_stage, stage);
    }
}
