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

/* How many of what could be drawn without end: fewer where each step takes many
 * times as long, under sanitizers and with checks of the whole state. */
#if defined(__has_feature)
#    if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#        define TEST_IS_SLOW 1
#    endif
#endif
#if defined(TEST_IS_SLOW) || defined(__SANITIZE_ADDRESS__) || \
    defined(LC_CHECKS_FULL)
#    define TEST_FEWER(count) ((count) / 6)
#else
#    define TEST_FEWER(count) (count)
#endif

#endif
