#include "sim/fault/fault.h"

#include "sim/engine/choice.h"
#include "sim/engine/thread.h"
#include "sim/engine/trace.h"

void sim_fault_open(void)
{
    sim_arena_part_declare(SIM_PART_FAULT, sizeof(struct sim_fault));
}

void sim_fault_begin(uint32_t kinds, uint32_t fault_max)
{
    LC_CHECK(kinds <= LC_FAIL_ALL);
    *SIM_FAULT = (struct sim_fault){ .kinds = kinds, .left = fault_max };
}

/* Who is called: the other side of the place. */
static uint8_t callee_of(struct lc_place place, enum lc_fail fail)
{
    return place.kind == LC_PLACE_API         ? (uint8_t)LC_MODULE_WS2_32
           : place.kind == LC_PLACE_SPI_ENTER ? place.module
           : fail == LC_FAIL_UPCALL || fail == LC_FAIL_CATALOG
               ? (uint8_t)LC_MODULE_WS2_32
               : (uint8_t)LC_MODULE_SYSTEM;
}

/* Whose call it is. A provider that is called may have been entered already. */
static uint8_t caller_of(struct lc_place place)
{
    const struct sim_frame *outer = sim_thread_frame(1);
    bool is_inside = place.kind == LC_PLACE_SPI_ENTER && outer != NULL &&
                     sim_thread_module() == place.module;
    return is_inside ? outer->module : (uint8_t)sim_thread_module();
}

int32_t sim_fault_ask(
    enum lc_place_kind kind,
    uint32_t function,
    uint32_t module)
{
    const struct lc_place place = {
        .kind = (uint8_t)kind,
        .function = (uint8_t)function,
        .module = (uint8_t)module,
    };
    struct sim_fault *fault = SIM_FAULT;
    enum lc_fail fail = lc_fail_of(place);
    if (fail == LC_FAIL_COUNT || (fault->kinds >> fail & 1) == 0) {
        return 0;
    }
    uint32_t form = sim_choice_fail(place, lc_fail_forms(place));
    if (form == 0) {
        return 0;
    }
    if (fault->left > 0) {
        fault->left--;
        fault->kinds = fault->left == 0 ? 0 : fault->kinds;
    }
    int32_t error = lc_fail_error(place, form);
    LC_CHECK(error != 0);
    sim_trace_write((struct lc_record){
        .kind = LC_RECORD_FAIL,
        .function = (uint16_t)fail,
        .caller = caller_of(place),
        .callee = callee_of(place, fail),
        .a = error,
        .b = place.function,
    });
    return error;
}
