#include "sim/ws2_32/app_names.h"

#include "lastcall/check.h"

#include "sim/engine/thread.h"
#include "sim/ws2_32/names.h"
#include "sim/ws2_32/state.h"

/* The variable, which is 0 before it is set: no lookup. */
static uint32_t *lookup_of(const struct lc_op *op)
{
    uint32_t process = sim_thread_process();
    LC_CHECK(process < LC_PROCESSES_MAX);
    LC_CHECK(op->socket < LC_SOCKETS_MAX);
    return &SIM_WS2_32->apps[process].lookups[op->socket];
}

void sim_app_describe_lookup(const struct lc_op *op, struct lc_record *record)
{
    record->a = *lookup_of(op);
}

void sim_app_describe_names(const struct lc_op *op, struct lc_record *record)
{
    record->b = op->value;
    record->c = op->value2;
}

enum lc_wsa sim_app_lookup_begin(
    const struct lc_op *op,
    struct lc_record *record)
{
    uint32_t lookup = 0;
    enum lc_wsa wsa = sim_names_lookup_begin(op->value, &lookup);
    if (wsa == LC_WSA_OK) {
        *lookup_of(op) = lookup;
        record->c = lookup;
    }
    return wsa;
}

enum lc_wsa sim_app_lookup_next(
    const struct lc_op *op,
    struct lc_record *record)
{
    uint32_t service = 0;
    (void)op;
    enum lc_wsa wsa = sim_names_lookup_next((uint32_t)record->c, &service);
    record->d = wsa == LC_WSA_OK ? service : 0;
    return wsa;
}

enum lc_wsa sim_app_lookup_end(const struct lc_op *op, struct lc_record *record)
{
    (void)op;
    return sim_names_lookup_end((uint32_t)record->c);
}

enum lc_wsa sim_app_set_service(
    const struct lc_op *op,
    struct lc_record *record)
{
    (void)record;
    return sim_names_set_service(op->value, op->value2);
}

enum lc_wsa sim_app_enum_names(const struct lc_op *op, struct lc_record *record)
{
    uint32_t active;
    (void)op;
    if (sim_ws2_process()->startup_count == 0) {
        return LC_WSANOTINITIALISED;
    }
    record->a = sim_names_count(&active);
    record->d = active;
    return LC_WSA_OK;
}

enum lc_wsa sim_app_wsc_install_names(
    const struct lc_op *op,
    struct lc_record *record)
{
    (void)record;
    return sim_names_change(op->value, LC_NAMES_INSTALL);
}

enum lc_wsa sim_app_wsc_remove_names(
    const struct lc_op *op,
    struct lc_record *record)
{
    (void)record;
    return sim_names_change(op->value, LC_NAMES_REMOVE);
}

enum lc_wsa sim_app_wsc_enable_names(
    const struct lc_op *op,
    struct lc_record *record)
{
    (void)record;
    return sim_names_change(
        op->value,
        op->value2 != 0 ? LC_NAMES_ENABLE : LC_NAMES_DISABLE);
}
