/*
 * What tests that play schedules have in common: how their texts begin, and how
 * these are read.
 */
#ifndef TESTS_UNIT_SCHEDULE_TEXT_H
#define TESTS_UNIT_SCHEDULE_TEXT_H

#include <string.h>

#include "fuzz/text.h"
#include "sim/sim.h"
#include "tests/unit/framework.h"

#define TEXT "lastcall schedule 1\n"
/* A base provider alone, and a layer above it. */
#define TCP    TEXT "world\n  provider tcp base\n"
#define FILTER TCP "  provider filter ifs\n  chain filter tcp\n"

/* Lines of a thread: it starts, and opens a socket. */
#define STARTS(thread)        "  thread " thread "\n    WSAStartup 2.2\n"
#define OPENS(thread, socket) STARTS(thread) "    " socket " = socket stream\n"
#define CLEANS                "    WSACleanup\n"

/* A worker is still inside when the last cleanup is over. */
#define WORKER_LEFT              \
    TEXT "world\n"               \
         "  plant worker_left\n" \
         "process A\n" OPENS("a", "s") CLEANS

/* A schedule of a text, with the simulator ready to play it. */
static inline void read_schedule(
    const char *text,
    struct lc_schedule *ret_schedule)
{
    struct fuzz_text_error wrong;
    struct sim_error error;
    assert_int_equal(sim_open(&error), SIM_OK);
    if (!fuzz_text_parse(text, strlen(text), ret_schedule, &wrong)) {
        fail_msg(
            "line %u, column %u: %s",
            wrong.line,
            wrong.column,
            wrong.message);
    }
}

#endif
