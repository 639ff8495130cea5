#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/engine/queue.h"
#include "sim/engine/whole.h"
#include "sim/win32/state.h"
#include "tests/unit/ws2_32_fixture.h"

enum {
    SAID_BYTES = 256
};

/* A process that has started, with a socket that has bytes under way. Then it
 * is the host's turn. */
static void lives(void *argument)
{
    (void)argument;
    lc_socket socket;
    uint32_t sent = 0;
    ws2_enter();
    ws2_start();
    assert_int_equal(sim_wsa_socket(ENTRY_CHAIN, 0, &socket), LC_WSA_OK);
    assert_int_equal(sim_wsa_connect(socket), LC_WSA_OK);
    assert_int_equal(
        sim_wsa_send(socket, sim_net_pattern(socket, 0), 100, &sent),
        LC_WSA_OK);
    PROGRAM->turn[0] = 1;
    sim_win32_sleep(0);
}

/* ---- What can be wrong ---- */

static void nothing(void)
{}

static void queue_order(void)
{
    struct sim_queue *queue = &SIM_ENGINE->queue;
    sim_thread_schedule(LC_EVENT_READ, 1, 7, 0);
    sim_thread_schedule(LC_EVENT_READ, 1, 9, 0);
    LC_CHECK(queue->count >= 2);
    struct sim_event first = queue->items[0];
    queue->items[0] = queue->items[1];
    queue->items[1] = first;
}

static void queue_rest(void)
{
    SIM_ENGINE->queue.items[SIM_EVENTS_MAX - 1].sequence = 1;
}

static void late_event(void)
{
    SIM_ENGINE->now_ns += LC_NS_PER_S;
}

static void time_out_of_nobody(void)
{
    sim_thread_schedule(LC_EVENT_TIMEOUT, 0, LC_NS_PER_S, 0);
    SIM_ENGINE->queue.items[0].object = 9; /* no thread has that name */
}

static void key_of_runnable(void)
{
    SIM_ENGINE->threads[0].wait_key = 5;
}

static void twins(void)
{
    SIM_ENGINE->threads[1] = SIM_ENGINE->threads[0];
    SIM_ENGINE->thread_count = 2;
}

static void thread_behind_the_last(void)
{
    SIM_ENGINE->threads[5].state = SIM_THREAD_DONE;
}

static void deep_thread(void)
{
    SIM_ENGINE->threads[0].depth = 0;
}

static void lost_reference(void)
{
    SIM_ENGINE->modules[0][TCP].is_mapped = 0;
}

/* sim/net keeps its structures to itself: what the test wants to spoil is
 * found by its value. */
static uint64_t *find_in_net(uint64_t value, uint32_t order)
{
    uint64_t *words = sim_arena_part(SIM_PART_NET);
    size_t count = sim_arena_part_bytes(SIM_PART_NET) / sizeof *words;
    for (size_t i = 0; i < count; i++) {
        if (words[i] == value && order-- == 0) {
            return &words[i];
        }
    }
    return NULL;
}

static void bytes_from_nowhere(void)
{
    uint64_t *sent = find_in_net(100, 1); /* accepted, sent */
    LC_CHECK(sent != NULL);
    *sent = 101;
}

static void lost_handle(void)
{
    /* None was freed, and one handle is open: two numbers of 32 bits. */
    uint64_t *counts = find_in_net(UINT64_C(1) << 32, 0);
    LC_CHECK(counts != NULL);
    *counts = UINT64_C(2) << 32;
}

static void lost_block(void)
{
    SIM_WIN32->processes[0].block_count++;
}

enum {
    LISTS_BYTES = 176 /* of free blocks, before the first block of a lane */
};

static void header(void)
{
    *(uint32_t *)(uintptr_t)(SIM_ARENA_HEAP + LISTS_BYTES) = 0;
}

static void lost_free_block(void)
{
    memset((void *)(uintptr_t)SIM_ARENA_HEAP, 0, LISTS_BYTES);
}

static void lock_without_owner(void)
{
    SIM_WS2_32->processes[0].lock_depth = 1;
}

static void handle_twice(void)
{
    struct sim_ws2_process *process = &SIM_WS2_32->processes[0];
    LC_CHECK(process->handle_count >= 1);
    process->handles[1] = process->handles[0];
    process->handle_count = 2;
}

static void started_without_start(void)
{
    SIM_WS2_32->processes[0].startup_count = 0;
}

static const struct {
    const char *name;
    void (*spoil)(void);
    const char *file; /* whose check it is; NULL: nothing is wrong */
} cases[] = {
    { "nothing", nothing, NULL },
    { "the queue's order", queue_order, "whole.c" },
    { "an event behind the last", queue_rest, "whole.c" },
    { "an event that is late", late_event, "whole.c" },
    { "a time-out of nobody", time_out_of_nobody, "whole.c" },
    { "a key without a wait", key_of_runnable, "whole.c" },
    { "two threads of one name", twins, "whole.c" },
    { "a thread behind the last", thread_behind_the_last, "whole.c" },
    { "a thread outside all modules", deep_thread, "whole.c" },
    { "references to what is not mapped", lost_reference, "whole.c" },
    { "bytes from nowhere", bytes_from_nowhere, "net.c" },
    { "an open handle of nobody", lost_handle, "net.c" },
    { "a count of blocks", lost_block, "heap.c" },
    { "a block's header", header, "heap.c" },
    { "a free block in no list", lost_free_block, "heap.c" },
    { "a lock without an owner", lock_without_owner, "exports.c" },
    { "a handle registered twice", handle_twice, "exports.c" },
    { "a started provider without a start",
      started_without_start,
      "exports.c" },
};

static void (*spoil)(void);

static void spoil_and_check(void *context)
{
    (void)context;
    if (PROGRAM->turn[0] == 1) {
        spoil();
        (void)sim_whole();
        _exit(0);
    }
}

static void spoils_itself(void *argument)
{
    (void)argument;
    queue_rest();
}

/* Plays a run in a process of its own. Returns how it ended, and what it
 * said. */
static int play(
    void (*entry)(void *),
    void (*at_step)(void *),
    char said[SAID_BYTES])
{
    int ends[2];
    (void)fflush(NULL);
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)dup2(ends[1], STDERR_FILENO);
        ws2_begin(NULL, NULL);
        (void)signal(SIGABRT, SIG_DFL); /* not cmocka's */
        sim_thread_watch(at_step, NULL, true);
        (void)fixture_thread(0, entry);
        (void)sim_thread_run();
        _exit(at_step == NULL ? 0 : 1);
    }
    assert_int_equal(close(ends[1]), 0);
    ssize_t length = read(ends[0], said, SAID_BYTES - 1);
    assert_true(length >= 0);
    said[length] = '\0';
    assert_int_equal(close(ends[0]), 0);
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

/* A state that does not fit together is found where it comes about, and not
 * thousands of steps later in something else. */
static void what_does_not_fit_stops_the_process(void **state)
{
    (void)state;
    char said[SAID_BYTES];
    for (uint32_t i = 0; i < LC_COUNT_OF(cases); i++) {
        spoil = cases[i].spoil;
        int status = play(lives, spoil_and_check, said);
        bool is_found = WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT &&
                        cases[i].file != NULL &&
                        strstr(said, cases[i].file) != NULL;
        bool is_fine = WIFEXITED(status) && WEXITSTATUS(status) == 0 &&
                       cases[i].file == NULL;
        if (!is_found && !is_fine) {
            print_error("%s: status %d: %s\n", cases[i].name, status, said);
        }
        assert_true(is_found || is_fine);
    }
}

/* -Dchecks=full looks after each step; otherwise nobody does. */
static void full_checks_look_after_each_step(void **state)
{
    (void)state;
    char said[SAID_BYTES];
    int status = play(spoils_itself, NULL, said);
#ifdef LC_CHECKS_FULL
    assert_true(WIFSIGNALED(status));
    assert_non_null(strstr(said, "whole.c"));
#else
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_does_not_fit_stops_the_process),
        cmocka_unit_test(full_checks_look_after_each_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
