#include "sim/ws2_32/app_catalog.h"

#include "lastcall/check.h"

#include "sim/ws2_32/catalog.h"
#include "sim/ws2_32/installed.h"
#include "sim/ws2_32/notice.h"
#include "sim/ws2_32/state.h"

enum {
    PATH_CHARACTERS = 260
};

void sim_app_describe_entry(const struct lc_op *op, struct lc_record *record)
{
    record->b = op->entry == LC_NONE ? 0 : op->entry + 1;
}

/* A schedule may name none: it is no entry of this world then. */
static bool is_there(const struct lc_op *op)
{
    return op->entry < sim_catalog_count();
}

enum lc_wsa sim_app_enum_protocols(
    const struct lc_op *op,
    struct lc_record *record)
{
    (void)op;
    if (sim_ws2_process()->startup_count == 0) {
        return LC_WSANOTINITIALISED;
    }
    record->a = sim_installed_selectable(sim_installed_view());
    return LC_WSA_OK;
}

enum lc_wsa sim_app_wsc_enum(const struct lc_op *op, struct lc_record *record)
{
    (void)op;
    record->a = sim_installed()->count;
    return LC_WSA_OK;
}

enum lc_wsa sim_app_wsc_path(const struct lc_op *op, struct lc_record *record)
{
    lc_wchar path[PATH_CHARACTERS];
    int32_t length = PATH_CHARACTERS;
    (void)record;
    if (!is_there(op)) {
        return LC_WSAEINVAL;
    }
    return (enum lc_wsa)sim_catalog_get_path(
        sim_installed(),
        &sim_catalog_entry(op->entry)->ProviderId,
        path,
        &length);
}

enum lc_wsa sim_app_wsc_install(
    const struct lc_op *op,
    struct lc_record *record)
{
    (void)record;
    return is_there(op) ? sim_installed_install(op->entry) : LC_WSAEINVAL;
}

enum lc_wsa sim_app_wsc_install_chain(
    const struct lc_op *op,
    struct lc_record *record)
{
    (void)record;
    return is_there(op) ? sim_installed_install_chain(op->entry) : LC_WSAEINVAL;
}

enum lc_wsa sim_app_wsc_deinstall(
    const struct lc_op *op,
    struct lc_record *record)
{
    (void)record;
    return is_there(op) ? sim_installed_remove(op->entry) : LC_WSAEINVAL;
}

/* The ids as they are now, in the order that the schedule asks for. */
enum lc_wsa sim_app_wsc_order(const struct lc_op *op, struct lc_record *record)
{
    const struct sim_entry_list *list = sim_installed();
    uint32_t ids[SIM_CATALOG_MAX];
    uint32_t count = list->count;
    (void)record;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t from = i;
        if (op->value == LC_ORDER_REVERSE) {
            from = count - 1 - i;
        } else if (op->value == LC_ORDER_ROTATE) {
            from = (i + 1) % count;
        } else if (op->value == LC_ORDER_TWICE && i + 1 == count) {
            from = 0;
        }
        ids[i] = list->entries[from] + 1U;
    }
    if (op->value == LC_ORDER_SHORT && count > 0) {
        count--;
    }
    return sim_installed_order(ids, count);
}

enum lc_wsa sim_app_config_change(
    const struct lc_op *op,
    struct lc_record *record)
{
    (void)record;
    return op->value == LC_CONFIG_CHANGE_FIRST ? sim_notice_open()
                                               : sim_notice_wait();
}

enum lc_wsa sim_app_permit(const struct lc_op *op, struct lc_record *record)
{
    (void)record;
    sim_installed_permit(op->value & LC_CATEGORY_ALL);
    return LC_WSA_OK;
}

void sim_app_describe_categories(
    const struct lc_op *op,
    struct lc_record *record)
{
    record->a = LC_MODULE_PROVIDER + (int64_t)op->value;
    record->b = op->value2;
}

enum lc_wsa sim_app_categorize(const struct lc_op *op, struct lc_record *record)
{
    (void)record;
    return sim_installed_categorize(op->value, op->value2 & LC_CATEGORY_ALL);
}
