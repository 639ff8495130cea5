/*
 * The application's calls on the catalog, for app.c.
 */
#ifndef SIM_WS2_32_APP_CATALOG_H
#define SIM_WS2_32_APP_CATALOG_H

#include "lastcall/abi.h"
#include "lastcall/schedule.h"
#include "lastcall/trace.h"

/* See struct app_call. */
void sim_app_describe_entry(const struct lc_op *op, struct lc_record *record);
enum lc_wsa sim_app_enum_protocols(
    const struct lc_op *op,
    struct lc_record *record);
enum lc_wsa sim_app_wsc_enum(const struct lc_op *op, struct lc_record *record);
enum lc_wsa sim_app_wsc_path(const struct lc_op *op, struct lc_record *record);
enum lc_wsa sim_app_wsc_install(
    const struct lc_op *op,
    struct lc_record *record);
enum lc_wsa sim_app_wsc_install_chain(
    const struct lc_op *op,
    struct lc_record *record);
enum lc_wsa sim_app_wsc_deinstall(
    const struct lc_op *op,
    struct lc_record *record);
enum lc_wsa sim_app_wsc_order(const struct lc_op *op, struct lc_record *record);
enum lc_wsa sim_app_config_change(
    const struct lc_op *op,
    struct lc_record *record);

/** WSCSetApplicationCategory and WSCSetProviderInfo. */
enum lc_wsa sim_app_permit(const struct lc_op *op, struct lc_record *record);
void sim_app_describe_categories(
    const struct lc_op *op,
    struct lc_record *record);
enum lc_wsa sim_app_categorize(
    const struct lc_op *op,
    struct lc_record *record);

#endif
