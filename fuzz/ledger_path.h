/*
 * Where a ledger lies, and how it can be opened there.
 */
#ifndef FUZZ_LEDGER_PATH_H
#define FUZZ_LEDGER_PATH_H

#include <stdbool.h>

#include "lastcall/check.h"

struct sqlite3;

/**
 * Opens a base, to read it or also to write it.
 *
 * @param may_make  whether it may be written, and made when it is not there.
 * @param ret_base  filled, also after a failure: what is wrong can be asked of
 *                  it, and it is to be closed; NULL: no memory.
 */
LC_MUST_USE bool fuzz_ledger_path_open(
    const char *path,
    bool may_make,
    struct sqlite3 **ret_base);

#endif
