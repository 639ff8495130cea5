/*
 * Findings: what a broken rule does to the verdict. Inside model/ only.
 */
#ifndef MODEL_REPORT_H
#define MODEL_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "lastcall/check.h"

#include "model/model.h"

/**
 * Notes that a rule was broken: BROKEN for MUST, INV and HARNESS rules and for
 * promoted ones, else a warning, unless the options ask for more. The first
 * broken rule stays.
 *
 * @param model  borrowed.
 * @param rule   must not bind the application.
 */
void model_report(struct model *model, enum model_rule_index rule);

/**
 * Notes a warning, whatever the strength of the rule.
 *
 * @param model  borrowed.
 * @param rule   the rule whose wider reading was used.
 */
void model_report_warning(struct model *model, enum model_rule_index rule);

/**
 * Notes an error of the application.
 *
 * @param model  borrowed.
 * @param rule   must bind the application.
 */
void model_report_app(struct model *model, enum model_rule_index rule);

/**
 * Notes that the documents, or a limit of ours, leave the outcome open.
 *
 * @param model  borrowed.
 */
void model_report_unspecified(struct model *model);

/**
 * Notes that the model can no longer follow the run.
 *
 * @param model  borrowed.
 */
void model_report_lost(struct model *model);

/**
 * Puts a rule to the test: if the premise holds, the fact must hold.
 *
 * @param model    borrowed.
 * @param rule     must not bind the application.
 * @param premise  false: the rule has nothing to say here.
 * @param fact     looked at only when the premise holds.
 */
static inline void model_report_unless(
    struct model *model,
    enum model_rule_index rule,
    bool premise,
    bool fact)
{
    if (LC_UNLIKELY(model->coverage != NULL)) {
        model->coverage->checked[rule]++;
        model->coverage->premise[rule] += premise ? 1 : 0;
    }
    if (LC_UNLIKELY(premise && !fact)) {
        model_report(model, rule);
    }
}

#endif
