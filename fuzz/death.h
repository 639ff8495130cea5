/*
 * How a process has ended that was killed by what it played. One number, so
 * that it can be compared and kept: 0: it lived; above: the signal; below: it
 * exited by itself, with status -1 - death.
 */
#ifndef FUZZ_DEATH_H
#define FUZZ_DEATH_H

#include <stdbool.h>
#include <stdint.h>

/**
 * Tells a death from an end.
 *
 * @param status    from waitpid().
 * @param has_said  whether it said, in shared memory, that it is done.
 */
int32_t fuzz_death_of(int status, bool has_said);

/** A death by exiting with a status, from 0 to 255. */
int32_t fuzz_death_of_exit(uint32_t status);

/** Whether it exited by itself: hosted code has asked for that. */
bool fuzz_death_is_exit(int32_t death);

/** The status that it exited with. death: such an exit. */
uint32_t fuzz_death_status(int32_t death);

/** The signal; 0: it lived, or exited. */
uint32_t fuzz_death_signal(int32_t death);

#endif
