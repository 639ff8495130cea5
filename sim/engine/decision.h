/*
 * A decision that is taken from outside: all that is enabled at a moment.
 */
#ifndef SIM_ENGINE_DECISION_H
#define SIM_ENGINE_DECISION_H

#include "sim/engine/arena.h"
#include "sim/engine/choice.h"
#include "sim/engine/queue.h"

enum sim_decision_limits {
    SIM_CANDIDATES_MAX = SIM_SLOTS_MAX + SIM_EVENTS_MAX
};

/* The default first. */
struct sim_decision {
    struct sim_choice_point point; /* its candidates are those below */
    struct sim_choice_candidate candidates[SIM_CANDIDATES_MAX];
};

#endif
