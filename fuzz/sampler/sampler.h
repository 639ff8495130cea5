/*
 * Samplers: who goes next, drawn at random. Each is a backer of choices
 * (sim/engine/choice.h) and a function of its seed, of its profile and of what
 * it was shown.
 *
 *   rw     uniform among what is enabled
 *   pct    random priorities, and places where whoever has the highest loses it
 *   pos    a random priority for each event; drawn again when another event
 *          that it depends on comes first
 *   urw    by how many events are left of each: uniform among all orders, as
 *          far as nothing blocks
 *   surw   the same for the events on one object or thing (a word, a module, a
 *          socket, a lock, a count), and any order of the others; surw-data: on
 *          one that is no lock
 *   prio   a random priority for each event
 *   few    the default order but for a few places
 *
 * Source: PCT: Burckhardt, Kothari, Musuvathi, Nagarakatte, "A randomized
 *         scheduler with probabilistic guarantees of finding bugs", ASPLOS
 *         2010, section 3. POS: Yuan, Yang, Gu, "Partial order aware
 *         concurrency sampling", CAV 2018. URW, SURW: Zhao, Wolff, Mathur,
 *         Roychoudhury, "Selectively uniform concurrency testing", ASPLOS
 *         2025.
 */
#ifndef FUZZ_SAMPLER_SAMPLER_H
#define FUZZ_SAMPLER_SAMPLER_H

#include <stdbool.h>
#include <stdint.h>

#include "fuzz/rng.h"
#include "fuzz/sampler/profile.h"
#include "sim/sim.h"

enum fuzz_sampler_kind {
    FUZZ_SAMPLER_RW = 0,
    FUZZ_SAMPLER_PCT = 1,     /* depth 1 to 3, by seed */
    FUZZ_SAMPLER_FEW = 2,     /* the default but for one to three choices */
    FUZZ_SAMPLER_MIX = 3,     /* one of them, by seed */
    FUZZ_SAMPLER_DEFAULT = 4, /* the default order; no word names it */
    FUZZ_SAMPLER_POS = 5,
    FUZZ_SAMPLER_URW = 6,
    FUZZ_SAMPLER_SURW = 7,
    FUZZ_SAMPLER_PRIO = 8,
    /* Of depth 1, and so on up to 10. Their change points may fall on each
     * event, those of PCT where there is something to choose. */
    FUZZ_SAMPLER_PCT_1 = 9,
    FUZZ_SAMPLER_PCT_10 = FUZZ_SAMPLER_PCT_1 + 9,
    FUZZ_SAMPLER_SURW_DATA = FUZZ_SAMPLER_PCT_10 + 1,
    FUZZ_SAMPLER_COUNT = FUZZ_SAMPLER_SURW_DATA + 1
};

enum fuzz_sampler_limits {
    /* So many seeds in a row are orders of one program. */
    FUZZ_SAMPLER_GROUP = 8,
    FUZZ_SAMPLER_POINTS = 9, /* change points of the deepest PCT */
    FUZZ_SAMPLER_FEW_POINTS = 3,
    FUZZ_SAMPLER_DEPTH_MAX = FUZZ_SAMPLER_POINTS + 1,
    /* One actor, so often in a row while others could go, goes last. */
    FUZZ_SAMPLER_STREAK = 1000,
    /* Of 4 to 128 sites one fails, as a run has it. */
    FUZZ_SAMPLER_FAULT_BITS_MIN = 2,
    FUZZ_SAMPLER_FAULT_BITS_MAX = 7
};

/* What a sampler keeps of a thread, or of a kind of events. */
struct fuzz_sampler_actor {
    uint32_t priority; /* 0: not drawn yet */
    uint32_t object;   /* that its next event touches, as last seen */
    uint32_t weight;   /* of events left, of it and of whom it will make */
    uint8_t is_write;
    uint8_t is_seen;
    uint8_t is_held; /* SURW: waits for the intended one */
    uint8_t zero;
};

struct fuzz_sampler {
    enum fuzz_sampler_kind kind; /* never FUZZ_SAMPLER_MIX */
    struct fuzz_rng rng;
    const struct fuzz_profile *profile;
    uint32_t step; /* decisions so far */
    uint32_t unit; /* that an event weighs: the profile is of so many runs */
    uint32_t point_count;
    uint32_t points[FUZZ_SAMPLER_POINTS]; /* steps at which it departs */
    bool draws_values;    /* latencies and handles are drawn, too */
    bool has_fixed_depth; /* PCT */
    /* Of so many sites one fails; 0: not drawn yet, there was none. */
    uint32_t fault_one_of;
    uint64_t seed;
    struct fuzz_rng fault_rng;
    uint32_t streak;
    uint32_t streak_actor;
    uint32_t lowest;   /* priority that was given to who went too often */
    uint32_t selected; /* SURW: object or thing */
    uint32_t intended; /* SURW: who is next on it; FUZZ_ACTORS: undecided */
    uint32_t seen_count;
    uint32_t length;      /* of the run, as change points were drawn */
    uint32_t actor_count; /* PCT: who had a priority */
    /* The rest is used by some. */
    uint16_t seen[FUZZ_ACTORS]; /* actors, as they came */
    struct fuzz_sampler_actor actors[FUZZ_ACTORS];
};

/** A sampler by the word of the command line. Returns: whether there is one. */
bool fuzz_sampler_find(const char *word, enum fuzz_sampler_kind *ret_kind);

/** The word of a sampler. */
const char *fuzz_sampler_word(enum fuzz_sampler_kind kind);

/**
 * Which sampler plays a seed: `mix` takes turns, and the first seed of a group
 * is the default order where something is to be learnt from it.
 *
 * Returns: anything but FUZZ_SAMPLER_MIX.
 */
enum fuzz_sampler_kind fuzz_sampler_for(
    enum fuzz_sampler_kind kind,
    uint64_t seed);

/** Whether a sampler is PCT, of whatever depth. */
bool fuzz_sampler_is_pct(enum fuzz_sampler_kind kind);

/** Whether a sampler wants to know how many decisions the program has. */
bool fuzz_sampler_needs_length(enum fuzz_sampler_kind kind);

/** Whether a sampler wants a profile of the program. */
bool fuzz_sampler_needs_profile(enum fuzz_sampler_kind kind);

struct fuzz_sampler_options {
    enum fuzz_sampler_kind kind; /* not FUZZ_SAMPLER_MIX */
    uint64_t seed;
    /* Number of decisions, or an estimate; 1 or more. */
    uint32_t length;
    /* Borrowed for the run; NULL: nothing is known, and all that needs one
     * takes what it meets for all there is. */
    const struct fuzz_profile *profile;
};

/**
 * Starts a sampler for one run.
 *
 * @param options  borrowed.
 *
 * Returns: the backer for the run; borrows the sampler.
 */
struct sim_backer fuzz_sampler_begin(
    struct fuzz_sampler *sampler,
    const struct fuzz_sampler_options *options);

#endif
