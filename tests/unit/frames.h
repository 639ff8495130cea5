/*
 * Whether parked frames keep copies of what passed through them, so that no
 * key of a state repeats: in code that is sanitized, or not optimised.
 */
#ifndef TESTS_UNIT_FRAMES_H
#define TESTS_UNIT_FRAMES_H

#if defined(__has_feature)
#    if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#        define FRAMES_KEEP_COPIES true
#    endif
#endif
#if !defined(__OPTIMIZE__) || defined(__SANITIZE_ADDRESS__)
#    define FRAMES_KEEP_COPIES true
#endif
#if !defined(FRAMES_KEEP_COPIES)
#    define FRAMES_KEEP_COPIES false
#endif

#endif
