#include "sim/ws2_32/spoil.h"

#include <stddef.h>

#include "lastcall/check.h"
#include "lastcall/fail.h"
#include "lastcall/version.h"

bool sim_spoil_is_late(int32_t error)
{
    return error == LC_FAIL_START_FILLED || error == LC_FAIL_START_TABLE ||
           error == LC_FAIL_START_VERSION;
}

int sim_spoil(
    int32_t error,
    struct lc_wspdata *data,
    struct lc_wspproc_table *table)
{
    LC_CHECK(sim_spoil_is_late(error));
    if (error == LC_FAIL_START_FILLED) {
        int32_t ignored = 0;
        if (table->lpWSPCleanup != NULL) {
            (void)table->lpWSPCleanup(&ignored);
        }
        return error;
    }
    if (error == LC_FAIL_START_TABLE) {
        table->lpWSPSocket = NULL;
    } else if (data != NULL) {
        data->wVersion = lc_version_word(LC_VERSION_1_0);
    }
    return 0;
}
