#include "sim/net/idle.h"

enum sim_wake sim_idle_block_in_parts(const struct sim_wait_options *options)
{
    struct sim_idle *idle = sim_thread_current()->idle;
    LC_CHECK(idle != NULL);
    LC_CHECK(idle->begin != NULL);
    LC_CHECK(idle->turn != NULL);
    if (idle->has_begun == 0) {
        idle->has_begun = 1;
        if (!idle->begin(idle)) {
            idle->turns_left = 0;
        }
        return SIM_WAKE_SIGNALLED; /* others may have run */
    }
    bool is_part = idle->turns_left > 0 && idle->part_ns < options->timeout_ns;
    if (!is_part) {
        return sim_thread_block(options);
    }
    struct sim_wait_options part = *options;
    part.timeout_ns = idle->part_ns;
    enum sim_wake wake = sim_thread_block(&part);
    if (wake != SIM_WAKE_TIMEOUT) {
        return wake;
    }
    idle->part_ns *= 2;
    idle->turns_left--;
    return idle->turn(idle) ? SIM_WAKE_SIGNALLED : SIM_WAKE_CANCELLED;
}
