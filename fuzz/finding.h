/*
 * A finding: what broke, and the schedule that shows it.
 */
#ifndef FUZZ_FINDING_H
#define FUZZ_FINDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fuzz/case.h"

enum fuzz_finding_limits {
    FUZZ_FINDING_NAME_BYTES = 64
};

/* No seed: those of a search are below. */
#define FUZZ_SEED_NONE UINT64_MAX

/* What another play of a finding has shown. */
enum fuzz_replay {
    FUZZ_REPLAY_UNKNOWN = 0, /* there was none: the search was told to end */
    FUZZ_REPLAY_SAME = 1,
    FUZZ_REPLAY_DIFFERED = 2
};

struct fuzz_finding {
    uint64_t seed;  /* FUZZ_SEED_NONE: of no search */
    uint64_t count; /* schedules that broke the same rule at the same place */
    uint16_t rule;
    struct lc_record record; /* that decided */
    uint64_t hash;           /* of the schedule's trace */
    int32_t death;           /* of the worker (fuzz/death.h); 0: it lived */
    enum fuzz_replay replay;
    bool is_shrunk; /* to the end: the shrinker has tried all it knows */
    struct sim_fault_place fault;
    struct lc_schedule schedule;
};

/** Fills a finding from the run of a case that broke a rule. */
void fuzz_finding_fill(
    struct fuzz_finding *ret_finding,
    uint64_t seed,
    const struct lc_schedule *program,
    const struct fuzz_outcome *outcome);

/** Fills a finding for a process that died of the schedule that it played. */
void fuzz_finding_fill_dead(
    struct fuzz_finding *ret_finding,
    uint64_t seed,
    const struct lc_schedule *schedule,
    int32_t death);

/** A module by what it is, so that worlds don't multiply what is found: a
 * provider by its kind. Below 256. */
uint64_t fuzz_finding_role(const struct lc_world *world, uint8_t module);

/**
 * One number for what is the same finding: group of the rule, and place (kind,
 * function, caller and callee of the record that decided; providers by kind).
 * A rule that forbids a lasting change has no place.
 */
uint64_t fuzz_finding_key(
    const struct lc_world *world,
    uint16_t rule,
    const struct lc_record *record);

/** The same of a finding. */
uint64_t fuzz_finding_key_of(const struct fuzz_finding *finding);

/**
 * Name of its file: RULE-HASH.lc.
 *
 * @param ret_name  filled; FUZZ_FINDING_NAME_BYTES bytes.
 */
void fuzz_finding_name(const struct fuzz_finding *finding, char *ret_name);

#endif
