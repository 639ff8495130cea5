#include "sim/ws2_32/crossing.h"

#include <string.h>

#include "lastcall/check.h"

#include "sim/engine/thread.h"
#include "sim/engine/thunk.h"
#include "sim/engine/trace.h"

/* Ends the run when the target is not what was imported any more. */
static void check_mapped(const struct sim_probe_set *set, uint32_t function)
{
    const struct sim_module *module = sim_module_at(set->process, set->target);
    if (LC_LIKELY(module->is_mapped && module->map_count == set->map_count)) {
        return;
    }
    sim_trace_write((struct lc_record){
        .kind = LC_RECORD_STRAY,
        .function = LC_STRAY_SPI,
        .caller = (uint8_t)sim_thread_module(),
        .callee = set->target,
        .a = function,
    });
    sim_thread_end_run(LC_END_FAULT);
}

/* Crosses into the provider; returns what is to be called there. */
sim_code_fn *sim_crossing_enter(
    struct sim_crossing *ret_crossing,
    enum lc_spi function,
    struct sim_arguments arguments)
{
    uint32_t number = sim_thunk_index();
    struct sim_probe_set *set = &SIM_WS2_32->sets[number / SIM_PROBE_ENTRIES];
    LC_CHECK(number < SIM_PROBE_SETS_MAX * SIM_PROBE_ENTRIES);
    LC_CHECK(set->is_used);
    uint32_t caller = sim_thread_module();
    if (caller != LC_MODULE_WS2_32) {
        sim_thread_yield_on(
            (struct lc_place){
                .kind = LC_PLACE_SPI_ENTER,
                .function = (uint8_t)function,
                .module = set->target,
            },
            sim_crossing_thing(function, arguments.a));
    }
    check_mapped(set, function);
    ret_crossing->set = set;
    ret_crossing->record = (struct lc_record){
        .kind = LC_RECORD_SPI_CALL,
        .function = (uint16_t)function,
        .caller = (uint8_t)caller,
        .callee = set->target,
        .a = arguments.a,
        .b = arguments.b,
        .c = arguments.c,
    };
    if (function == LC_SPI_STARTUP) {
        return set->startup;
    }
    sim_trace_write_kept(&ret_crossing->record);
    sim_thread_enter(set->target, SIM_FRAME_SPI, function);
    return set->entries[function];
}

void sim_crossing_leave(
    struct sim_crossing *crossing,
    int64_t result,
    const int32_t *failed_errno,
    int64_t amount)
{
    sim_thread_leave();
    struct lc_record record = crossing->record;
    record.kind = LC_RECORD_SPI_RETURN;
    record.b = failed_errno == NULL ? 0 : *failed_errno;
    record.c = record.a;
    record.a = result;
    record.d = amount;
    sim_trace_write_kept(&record);
    sim_thread_yield_on(
        (struct lc_place){
            .kind = LC_PLACE_SPI_LEAVE,
            .function = (uint8_t)record.function,
            .module = record.callee,
        },
        sim_crossing_thing(record.function, record.c));
}

int64_t sim_crossing_bytes(const struct lc_wsabuf *buffers, uint32_t count)
{
    int64_t sum = 0;
    for (uint32_t i = 0; buffers != NULL && i < count; i++) {
        sum += buffers[i].len;
    }
    return sum;
}

/* An option's value as the trace holds it. */
int64_t sim_crossing_option(int32_t option, const char *value, int32_t bytes)
{
    if (value == NULL || bytes < 4) {
        return 0;
    }
    if (option == LC_SO_LINGER) {
        struct lc_linger linger;
        memcpy(&linger, value, sizeof linger);
        return (int64_t)linger.l_onoff << 16 | linger.l_linger;
    }
    int32_t number;
    memcpy(&number, value, sizeof number);
    return number;
}

int64_t sim_crossing_input(const void *buffer, uint32_t bytes)
{
    uint32_t number;
    if (buffer == NULL || bytes < sizeof number) {
        return 0;
    }
    memcpy(&number, buffer, sizeof number);
    return number;
}
