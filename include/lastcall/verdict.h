/*
 * What the model says of a trace.
 */
#ifndef LASTCALL_VERDICT_H
#define LASTCALL_VERDICT_H

#include <stdint.h>

/* In rising order of rank: broken outranks unspecified outranks held. */
enum lc_verdict_kind {
    LC_VERDICT_HELD = 0,
    LC_VERDICT_UNSPECIFIED = 1, /* the documents leave the outcome open, or a
                                   limit of the harness ended the run */
    LC_VERDICT_BROKEN = 2
};

struct lc_verdict {
    uint8_t kind;    /* enum lc_verdict_kind */
    uint16_t rule;   /* index into the rules table; LC_VERDICT_BROKEN only */
    uint32_t record; /* number of the record, from 0, that decided */
    uint32_t warning_count;
    uint32_t app_error_count; /* the application erred, rules were suspended */
};

#endif
