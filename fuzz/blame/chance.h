/*
 * How likely a rule is to break from a moment on: counts of orders that were
 * played, with Wilson's interval of 95 %, or a proof.
 *
 * Source: Wilson, "Probable inference, the law of succession, and statistical
 *         inference", J. Am. Stat. Assoc. 22, 1927.
 */
#ifndef FUZZ_BLAME_CHANCE_H
#define FUZZ_BLAME_CHANCE_H

#include <stdint.h>

enum fuzz_blame_chance_limits {
    FUZZ_BLAME_SAMPLES_MAX = 100000,
    FUZZ_BLAME_PPM = 1000000 /* all of it, in parts per million */
};

enum fuzz_blame_proof {
    FUZZ_BLAME_UNPROVED = 0,
    FUZZ_BLAME_ALWAYS = 1, /* each order that comes to an end breaks it */
    FUZZ_BLAME_NEVER = 2   /* none does */
};

struct fuzz_blame_chance {
    uint32_t samples;     /* orders played */
    uint32_t broken;      /* of them broke the rule, or one that says the
                                   same */
    uint32_t other;       /* broke another rule before */
    uint32_t unspecified; /* said nothing */
    enum fuzz_blame_proof proof;
    uint64_t states; /* that were gone through for the proof */
};

/** Lower and upper end of the interval, in parts per million. A proof has no
 * width; without samples nothing is known. */
uint32_t fuzz_blame_low_ppm(const struct fuzz_blame_chance *chance);
uint32_t fuzz_blame_high_ppm(const struct fuzz_blame_chance *chance);

/** What is most likely, in parts per million. */
uint32_t fuzz_blame_ppm(const struct fuzz_blame_chance *chance);

#endif
