#include "sim/ws2_32/spoil.h"

#include <stddef.h>

#include "lastcall/check.h"
#include "lastcall/fail.h"
#include "lastcall/version.h"

#include "sim/engine/thread.h"
#include "sim/fault/fault.h"

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

/* Whether the running thread is in a WSPCleanup. */
static bool is_cleaning(void)
{
    const struct sim_frame *frame = sim_thread_frame(0);
    for (uint32_t up = 1; frame != NULL; up++) {
        if (frame->kind == SIM_FRAME_SPI && frame->function == LC_SPI_CLEANUP) {
            return true;
        }
        frame = sim_thread_frame(up);
    }
    return false;
}

int32_t sim_spoil_close(uint32_t module)
{
    /* The socket's value may have become another provider's when ws2_32 had
     * already given way to others: the call has no name there. */
    if (SIM_FAULT->kinds == 0 || is_cleaning() ||
        !sim_thread_has_passed((struct lc_place){
            .kind = LC_PLACE_SPI_ENTER,
            .function = LC_SPI_CLOSE_SOCKET,
            .module = (uint8_t)module,
        })) {
        return 0;
    }
    return sim_fault_at(LC_PLACE_SPI_ENTER, LC_SPI_CLOSE_SOCKET, module);
}

int sim_spoil_return(int32_t error, int32_t *errno_out)
{
    LC_CHECK(error != 0);
    if (errno_out != NULL) {
        *errno_out = error;
    }
    return LC_SOCKET_ERROR;
}
