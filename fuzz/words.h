/*
 * The words of the text forms: names of everything that schedules and traces
 * are made of. A word stands once in its table, so that a name and a value
 * say the same. The calls of applications have a table of their own, call.h.
 */
#ifndef FUZZ_WORDS_H
#define FUZZ_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fuzz_words {
    FUZZ_WORDS_SPI = 0,         /* enum lc_spi, WSPStartup included */
    FUZZ_WORDS_UPCALL = 1,      /* enum lc_upcall */
    FUZZ_WORDS_SHIM = 2,        /* enum lc_shim */
    FUZZ_WORDS_WAIT = 3,        /* enum lc_wait_for */
    FUZZ_WORDS_EVENT = 4,       /* enum lc_event */
    FUZZ_WORDS_RECORD = 5,      /* enum lc_record_kind */
    FUZZ_WORDS_WIRE = 6,        /* enum lc_wire */
    FUZZ_WORDS_OBJECT = 7,      /* enum lc_object */
    FUZZ_WORDS_FAULT = 8,       /* enum lc_fault */
    FUZZ_WORDS_STRAY = 9,       /* enum lc_stray */
    FUZZ_WORDS_END = 10,        /* enum lc_end */
    FUZZ_WORDS_HANDLE = 11,     /* enum lc_handle_change */
    FUZZ_WORDS_LOCK = 12,       /* enum lc_lock_change */
    FUZZ_WORDS_PROVIDER = 13,   /* enum lc_provider_kind */
    FUZZ_WORDS_MODULE = 14,     /* modules that are no providers, for which no
                                 provider may be named; the values are places
                                 in the table */
    FUZZ_WORDS_FEATURE = 15,    /* enum lc_feature, less LC_CALL_COUNT */
    FUZZ_WORDS_FAIL = 16,       /* enum lc_fail */
    FUZZ_WORDS_CATALOG = 17,    /* enum lc_catalog_change */
    FUZZ_WORDS_PEER = 18,       /* enum lc_peer_kind */
    FUZZ_WORDS_DLL_MAIN = 19,   /* enum lc_dll_main */
    FUZZ_WORDS_OVERLAPPED = 20, /* enum lc_overlapped */
    FUZZ_WORDS_NSP = 21,        /* enum lc_nsp, NSPStartup included */
    FUZZ_WORDS_NAMES = 22,      /* enum lc_names_change */
    FUZZ_WORDS_FAMILY = 23,     /* enum lc_triplet_family */
    FUZZ_WORDS_TYPE = 24,       /* enum lc_triplet_type */
    FUZZ_WORDS_PROTOCOL = 25,   /* enum lc_triplet_protocol */
    FUZZ_WORDS_NETWORK = 26,    /* network events, by their error's index */
    FUZZ_WORDS_SET = 27,        /* enum lc_set */
    FUZZ_WORDS_COUNT = 28
};

/**
 * Number of words of a table.
 *
 * @param table  below FUZZ_WORDS_COUNT.
 */
uint32_t fuzz_words_count(enum fuzz_words table);

/**
 * A word by value.
 *
 * @param table  below FUZZ_WORDS_COUNT.
 * @param value  any number, such as a trace may hold.
 *
 * Returns: the word, never freed, or "?" when the value has none.
 */
const char *fuzz_words_name(enum fuzz_words table, uint32_t value);

/**
 * Finds a word's value.
 *
 * @param table      below FUZZ_WORDS_COUNT.
 * @param text       borrowed; length bytes, no end needed, not NULL.
 * @param length     bytes of it.
 * @param ret_value  filled when there is such a word.
 *
 * Returns: whether it is a word of the table.
 */
bool fuzz_words_find(
    enum fuzz_words table,
    const char *text,
    size_t length,
    uint32_t *ret_value);

/**
 * Name of an error code, as Windows headers have it.
 *
 * @param code  any number; enum lc_wsa has the ones with names.
 *
 * Returns: the name, never freed, or NULL when the code has none.
 * Source:  documented. spec/lifecycle.md, C.1.
 */
const char *fuzz_words_error(int64_t code);

#endif
