/*
 * The versions of Winsock that a world names. A version word has the major
 * number in its low byte, as WSAStartup and WSPStartup take it.
 */
#ifndef LASTCALL_VERSION_H
#define LASTCALL_VERSION_H

#include <stdint.h>

/* In order. Sets of them are a bit for each. */
enum lc_version {
    LC_VERSION_1_0 = 0,
    LC_VERSION_1_1 = 1,
    LC_VERSION_2_0 = 2,
    LC_VERSION_2_1 = 3,
    LC_VERSION_2_2 = 4,
    LC_VERSION_3_0 = 5, /* of the future */
    LC_VERSION_COUNT = 6
};

enum lc_versions {
    LC_VERSIONS_ALL = (1 << LC_VERSION_COUNT) - 1,
    /* What they are when a world does not say. */
    LC_VERSIONS_OF_WS2_32 = (1 << LC_VERSION_3_0) - 1,
    LC_VERSIONS_OF_PROVIDER = 1 << LC_VERSION_2_2
};

/** The word of a version. */
static inline uint16_t lc_version_word(enum lc_version version)
{
    static const uint16_t words[LC_VERSION_COUNT] = {
        0x0001, 0x0101, 0x0002, 0x0102, 0x0202, 0x0003,
    };
    return words[version];
}

#endif
