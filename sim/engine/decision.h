/*
 * A decision that is taken from outside: all that is enabled at a moment.
 */
#ifndef SIM_ENGINE_DECISION_H
#define SIM_ENGINE_DECISION_H

#include "sim/engine/choice.h"

enum sim_decision_limits {
    SIM_CANDIDATES_MAX = 360 /* all threads and all events: see decide.c */
};

/* The default first. */
struct sim_decision {
    struct sim_choice_point point; /* its candidates are those below */
    struct sim_choice_candidate candidates[SIM_CANDIDATES_MAX];
};

#endif
