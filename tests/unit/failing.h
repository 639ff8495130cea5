/*
 * What a test program does when a check of ours fails.
 */
#ifndef TESTS_UNIT_FAILING_H
#define TESTS_UNIT_FAILING_H

#include <stdio.h>
#include <stdlib.h>

#include "lastcall/check.h"

void lc_check_failed(const char *fact, const char *file, int line)
{
    (void)fprintf(stderr, "%s:%d: check failed: %s\n", file, line, fact);
    abort();
}

#endif
