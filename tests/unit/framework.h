/*
 * cmocka, with the headers that it wants before it, in this order.
 */
#ifndef TESTS_UNIT_FRAMEWORK_H
#define TESTS_UNIT_FRAMEWORK_H

/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#endif
