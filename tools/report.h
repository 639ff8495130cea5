/*
 * What a campaign has played and found, as a JSON object.
 */
#ifndef TOOLS_REPORT_H
#define TOOLS_REPORT_H

#include <jansson.h>
#include <stdbool.h>

#include "lastcall/check.h"

#include "fuzz/fuzz.h"

/**
 * @param ledger      borrowed.
 * @param ret_object  filled on success; to be given back.
 * @param ret_error   filled on failure.
 */
LC_MUST_USE bool tool_report_object(
    struct fuzz_ledger *ledger,
    json_t **ret_object,
    struct fuzz_ledger_error *ret_error);

#endif
