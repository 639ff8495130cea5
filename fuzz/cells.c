#include "fuzz/cells.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz/death.h"
#include "fuzz/worker.h"

enum {
    POLL_MS = 50,
    KILLED_MAX = 3,
    NO_PIECE = FUZZ_CELLS_MAX
};

/* What workers share with their parent. */
struct shared {
    atomic_uint next; /* first piece that nobody has taken */
    atomic_uint done[FUZZ_CELLS_MAX];
};

struct cell_worker {
    pid_t pid;            /* 0: has ended */
    int pipe;             /* a byte comes here for each piece that is done */
    int32_t death;        /* of the one before */
    atomic_uint *piece;   /* that it works on, or NO_PIECE; shared */
    atomic_uint *is_over; /* it has said that it ends of itself; shared */
};

/* Only in the parent, one at a time. */
static struct {
    const struct fuzz_cells_options *options;
    struct shared *shared;
    unsigned char *results;
    atomic_uint *marks; /* two for each worker */
    struct sim_error *error;
    bool has_failed;
    uint32_t told;   /* pieces */
    uint32_t killed; /* workers that somebody else has killed */
    struct cell_worker workers[FUZZ_CELLS_JOBS_MAX];
} cells;

static void fail(const char *text)
{
    size_t length = strlen(text);
    LC_CHECK(length < SIM_ERROR_BYTES);
    memcpy(cells.error->text, text, length + 1);
    cells.has_failed = true;
}

static void *result_of(uint32_t piece)
{
    return cells.results + piece * cells.options->result_bytes;
}

/* ---- In a worker ---- */

static LC_NORETURN void leave(const struct cell_worker *me)
{
    atomic_store(me->is_over, 1);
    _exit(0);
}

static LC_NORETURN void work(const struct cell_worker *me, int pipe)
{
    const struct fuzz_cells_options *options = cells.options;
    int32_t death = me->death;
    for (;;) {
        uint32_t piece = atomic_load(me->piece);
        if (piece == NO_PIECE) {
            piece = atomic_fetch_add(&cells.shared->next, 1);
            if (piece >= options->count) {
                leave(me);
            }
            atomic_store(me->piece, piece);
        }
        if (!options->work(options->context, piece, result_of(piece), death)) {
            leave(me);
        }
        death = 0;
        atomic_store(&cells.shared->done[piece], 1);
        atomic_store(me->piece, NO_PIECE);
        (void)!write(pipe, "", 1); /* only to be told at once */
    }
}

/* ---- In the parent ---- */

static bool start(struct cell_worker *worker)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return false;
    }
    atomic_store(worker->is_over, 0);
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0) {
        fuzz_worker_begin(parent);
        (void)close(ends[0]);
        work(worker, ends[1]);
    }
    (void)close(ends[1]);
    if (pid < 0) {
        (void)close(ends[0]);
        return false;
    }
    (void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
    worker->pid = pid;
    worker->pipe = ends[0];
    return true;
}

/* A worker has ended: done, or to be followed by another. */
static void reap(struct cell_worker *worker, int status)
{
    (void)close(worker->pipe);
    worker->pipe = -1;
    worker->pid = 0;
    bool has_said = atomic_load(worker->is_over) != 0;
    bool has_piece = atomic_load(worker->piece) != NO_PIECE;
    if (has_said && !has_piece) {
        return;
    }
    worker->death = has_piece ? fuzz_death_of(status, has_said) : 0;
    if (worker->death == SIGKILL) {
        /* From outside, mostly for want of memory: tried once more. */
        worker->death = 0;
        cells.killed++;
    }
    if (cells.killed == KILLED_MAX) {
        fail("workers are killed from outside: is the memory full?");
    } else if (worker->death != 0 && !cells.options->may_die) {
        fail("a worker died");
    } else if (!start(worker)) {
        fail("no more workers can be made");
    }
}

static void wait_for_news(void)
{
    struct pollfd polls[FUZZ_CELLS_JOBS_MAX];
    char bytes[64];
    uint32_t jobs = cells.options->jobs;
    for (uint32_t w = 0; w < jobs; w++) {
        polls[w] =
            (struct pollfd){ .fd = cells.workers[w].pipe, .events = POLLIN };
    }
    (void)poll(polls, jobs, POLL_MS);
    for (uint32_t w = 0; w < jobs && !cells.has_failed; w++) {
        struct cell_worker *worker = &cells.workers[w];
        int status;
        if (worker->pid == 0) {
            continue;
        }
        (void)!read(worker->pipe, bytes, sizeof bytes);
        if (waitpid(worker->pid, &status, WNOHANG) == worker->pid) {
            reap(worker, status);
        }
    }
}

static void tell(void)
{
    const struct fuzz_cells_options *options = cells.options;
    while (cells.told < options->count &&
           atomic_load(&cells.shared->done[cells.told]) != 0) {
        options->done(options->context, cells.told, result_of(cells.told));
        cells.told++;
    }
}

static bool is_any_alive(void)
{
    bool is_alive = false;
    for (uint32_t w = 0; w < cells.options->jobs; w++) {
        is_alive |= cells.workers[w].pid != 0;
    }
    return is_alive;
}

static void kill_all(void)
{
    for (uint32_t w = 0; w < cells.options->jobs; w++) {
        struct cell_worker *worker = &cells.workers[w];
        if (worker->pid != 0) {
            (void)kill(worker->pid, SIGKILL);
            (void)waitpid(worker->pid, NULL, 0);
            (void)close(worker->pipe);
        }
    }
}

static bool run(void)
{
    const struct fuzz_cells_options *options = cells.options;
    bool is_stopped = false;
    for (uint32_t w = 0; w < options->jobs && !cells.has_failed; w++) {
        struct cell_worker *worker = &cells.workers[w];
        worker->piece = &cells.marks[2 * (size_t)w];
        worker->is_over = &cells.marks[2 * (size_t)w + 1];
        atomic_store(worker->piece, NO_PIECE);
        if (!start(worker)) {
            fail("no worker can be made");
        }
    }
    while (is_any_alive() && !cells.has_failed && !is_stopped) {
        wait_for_news();
        tell();
        is_stopped = options->stop != NULL && options->stop(options->context);
    }
    kill_all();
    return cells.told < options->count;
}

static size_t results_bytes(const struct fuzz_cells_options *options)
{
    return options->count * options->result_bytes;
}

enum sim_status fuzz_cells_run(
    const struct fuzz_cells_options *options,
    bool *ret_is_stopped,
    struct sim_error *ret_error)
{
    LC_CHECK(options->jobs >= 1);
    LC_CHECK(options->jobs <= FUZZ_CELLS_JOBS_MAX);
    LC_CHECK(options->count >= 1);
    LC_CHECK(options->count <= FUZZ_CELLS_MAX);
    LC_CHECK(options->result_bytes > 0);
    memset(&cells, 0, sizeof cells);
    cells.options = options;
    cells.error = ret_error;
    size_t marks_bytes = 2 * (size_t)options->jobs * sizeof *cells.marks;
    cells.shared = fuzz_worker_share(sizeof *cells.shared);
    cells.results = fuzz_worker_share(results_bytes(options));
    cells.marks = fuzz_worker_share(marks_bytes);
    bool is_stopped = false;
    if (cells.shared != NULL && cells.results != NULL && cells.marks != NULL) {
        is_stopped = run();
    } else {
        fail("no memory to share with workers");
    }
    if (cells.shared != NULL) {
        (void)munmap(cells.shared, sizeof *cells.shared);
    }
    if (cells.results != NULL) {
        (void)munmap(cells.results, results_bytes(options));
    }
    if (cells.marks != NULL) {
        (void)munmap(cells.marks, marks_bytes);
    }
    if (cells.has_failed) {
        return SIM_ERROR_LIMIT;
    }
    *ret_is_stopped = is_stopped;
    return SIM_OK;
}
