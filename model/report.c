#include "model/report.h"

#include "lastcall/check.h"

#include "model/rules.h"

static bool breaks(const struct model *model, const struct model_rule *rule)
{
    LC_CHECK(!rule->application);

    switch ((enum model_strength)rule->strength) {
    case MODEL_MUST:
    case MODEL_INV:
    case MODEL_HARNESS:
        return true;
    case MODEL_SHOULD:
    case MODEL_INF:
        return !model_rule_is_soft(rule) || model->options.inferences;
    case MODEL_MAY:
        return false;
    }
    return false;
}

static void note(
    struct model_note *notes,
    uint32_t record,
    enum model_rule_index rule)
{
    if (notes->count == 0) {
        notes->record = record;
        notes->rule = (uint16_t)rule;
    }
    notes->count++;
}

void model_report(struct model *model, enum model_rule_index rule)
{
    LC_CHECK(rule < MODEL_RULE_COUNT);

    if (!breaks(model, model_rule(rule))) {
        model_report_warning(model, rule);
        return;
    }
    if (model->verdict.kind != LC_VERDICT_BROKEN) {
        model->verdict.kind = LC_VERDICT_BROKEN;
        model->verdict.rule = (uint16_t)rule;
        model->verdict.record = model->record;
    }
}

void model_report_warning(struct model *model, enum model_rule_index rule)
{
    LC_CHECK(rule < MODEL_RULE_COUNT);
    LC_CHECK(!model_rule(rule)->application);

    note(&model->warnings, model->record, rule);
    model->warned.bits[rule / 64] |= (uint64_t)1 << (rule % 64);
}

void model_report_app(struct model *model, enum model_rule_index rule)
{
    LC_CHECK(rule < MODEL_RULE_COUNT);
    LC_CHECK(model_rule(rule)->application);

    if (model->coverage != NULL) {
        model->coverage->checked[rule]++;
        model->coverage->premise[rule]++;
    }
    note(&model->app_errors, model->record, rule);
}

void model_report_unspecified(struct model *model)
{
    LC_CHECK(model != NULL);

    if (model->verdict.kind == LC_VERDICT_HELD) {
        model->verdict.kind = LC_VERDICT_UNSPECIFIED;
        model->verdict.record = model->record;
    }
}

void model_report_lost(struct model *model)
{
    model_report_unspecified(model);
    model->lost = true;
    LC_CHECK(model->verdict.kind != LC_VERDICT_HELD);
}
