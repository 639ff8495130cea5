/*
 * Checks that are always compiled in, and the compiler attributes the tree may
 * use. A failed check means that our own code is wrong: it never speaks about
 * the provider under test.
 */
#ifndef LASTCALL_CHECK_H
#define LASTCALL_CHECK_H

#include <stdint.h>

#define LC_MUST_USE __attribute__((warn_unused_result))
#define LC_NORETURN __attribute__((noreturn))
#define LC_NOINLINE __attribute__((noinline))
/* What its caller says as a constant is to be one inside, too. */
#define LC_INLINE inline __attribute__((always_inline))
/* Keeps a function as it is written: a loop that an engine watches. */
#if defined(__clang__)
#    define LC_UNOPTIMISED __attribute__((optnone))
#else
#    define LC_UNOPTIMISED __attribute__((optimize(0)))
#endif
#define LC_PRINTF(format_index, first_index) \
    __attribute__((format(printf, format_index, first_index)))
#define LC_LIKELY(fact)   __builtin_expect(!!(fact), 1)
#define LC_UNLIKELY(fact) __builtin_expect(!!(fact), 0)

/**
 * Ends the process after a failed check. Supplied by the program that links
 * sim/, model/ or fuzz/, which prints the replay line first.
 *
 * @param fact  borrowed; the condition as it stands in the source.
 * @param file  borrowed; source file.
 * @param line  line in it, from 1.
 */
LC_NORETURN void lc_check_failed(const char *fact, const char *file, int line);

#define LC_CHECK(fact)                                  \
    do {                                                \
        if (LC_UNLIKELY(!(fact))) {                     \
            lc_check_failed(#fact, __FILE__, __LINE__); \
        }                                               \
    } while (0)

/* If the premise holds, the fact must hold too. */
#define LC_CHECK_IF(premise, fact) LC_CHECK(!(premise) || (fact))

/* Whole-state checks, compiled in with -Dchecks=full only. */
#ifdef LC_CHECKS_FULL
#    define LC_CHECK_FULL(fact) LC_CHECK(fact)
#else
#    define LC_CHECK_FULL(fact) ((void)sizeof(!(fact)))
#endif

#define LC_COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#endif
