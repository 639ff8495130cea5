/*
 * The application's calls on name spaces. For app.c only: see its struct
 * app_call.
 */
#ifndef SIM_WS2_32_APP_NAMES_H
#define SIM_WS2_32_APP_NAMES_H

#include "lastcall/abi.h"
#include "lastcall/schedule.h"
#include "lastcall/trace.h"

/** Says which lookup the variable holds. */
void sim_app_describe_lookup(const struct lc_op *op, struct lc_record *record);

/** Says the two values of a call. */
void sim_app_describe_names(const struct lc_op *op, struct lc_record *record);

enum lc_wsa sim_app_lookup_begin(
    const struct lc_op *op,
    struct lc_record *record);
enum lc_wsa sim_app_lookup_next(
    const struct lc_op *op,
    struct lc_record *record);
enum lc_wsa sim_app_lookup_end(
    const struct lc_op *op,
    struct lc_record *record);
enum lc_wsa sim_app_set_service(
    const struct lc_op *op,
    struct lc_record *record);
enum lc_wsa sim_app_enum_names(
    const struct lc_op *op,
    struct lc_record *record);
enum lc_wsa sim_app_wsc_install_names(
    const struct lc_op *op,
    struct lc_record *record);
enum lc_wsa sim_app_wsc_remove_names(
    const struct lc_op *op,
    struct lc_record *record);
enum lc_wsa sim_app_wsc_enable_names(
    const struct lc_op *op,
    struct lc_record *record);

#endif
