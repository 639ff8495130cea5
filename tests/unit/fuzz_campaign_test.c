#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fuzz/campaign.h"
#include "fuzz/schedule.h"
#include "tests/unit/failing.h"
#include "tests/unit/framework.h"

enum {
    FINDINGS_MAX = 32
};

/* What a campaign has come to. */
struct outcome {
    struct fuzz_ledger_totals totals;
    uint32_t count;
    uint64_t keys[FINDINGS_MAX];
    uint64_t counts[FINDINGS_MAX];
    uint32_t told;  /* findings that were said to be new */
    uint32_t shown; /* findings, at most, by its progress */
};

static struct fuzz_campaign campaign;
static struct fuzz_ledger_error error;
static char folder[64];

static void remove_finding(
    void *context,
    const struct fuzz_ledger_finding *finding)
{
    (void)context;
    char path[256];
    (void)snprintf(path, sizeof path, "%s/findings/%s", folder, finding->file);
    assert_int_equal(remove(path), 0); /* it must be there */
}

static void remove_warning(
    void *context,
    const struct fuzz_ledger_warning *warning)
{
    (void)context;
    char path[256];
    (void)
        snprintf(path, sizeof path, "%s/warnings/%s.lc", folder, warning->rule);
    assert_int_equal(remove(path), 0);
}

static void remove_folder(void)
{
    static const char *const names[] = {
        "ledger.sqlite",
        "ledger.sqlite-wal",
        "ledger.sqlite-shm",
        "lock",
        "findings",
        "warnings",
        "",
    };
    for (uint32_t i = 0; i < LC_COUNT_OF(names); i++) {
        char path[256];
        (void)snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        (void)remove(path);
    }
}

static void on_progress(void *context, const struct fuzz_ledger_totals *totals)
{
    struct outcome *outcome = context;
    if (totals->finding_count > outcome->shown) {
        outcome->shown = totals->finding_count;
    }
}

static void on_found(void *context, const struct fuzz_finding *finding)
{
    struct outcome *outcome = context;
    (void)finding;
    outcome->told++;
}

static void take(void *context, const struct fuzz_ledger_finding *finding)
{
    struct outcome *outcome = context;
    assert_in_range(outcome->count, 0, FINDINGS_MAX - 1);
    outcome->keys[outcome->count] = finding->key;
    outcome->counts[outcome->count++] = finding->count;
}

/* A campaign in a folder of its own, with room for so many kinds. */
static void run(
    const char *plant,
    uint32_t findings_max,
    struct outcome *ret_outcome)
{
    struct lc_world world;
    struct sim_error why;
    assert_int_equal(sim_open(&why), SIM_OK);
    fuzz_schedule_default_world(&world);
    struct fuzz_search_options search = {
        .one = { .generate = { .world = &world, .plant = plant },
                 .sampler = FUZZ_SAMPLER_MIX },
        .jobs = 2,
        .findings_max = findings_max,
    };
    struct fuzz_campaign_options options = {
        .search = &search,
        .seed = 1,
        .schedules = 6000,
        .progress = on_progress,
        .found = on_found,
        .context = ret_outcome,
    };
    memset(ret_outcome, 0, sizeof *ret_outcome);
    (void)snprintf(folder, sizeof folder, "campaign_test_%d", (int)getpid());
    assert_true(fuzz_campaign_open(folder, &campaign, &error));
    assert_true(
        fuzz_campaign_run(&campaign, &options, &ret_outcome->totals, &error));
    assert_true(
        fuzz_ledger_findings(campaign.ledger, take, ret_outcome, &error));
    assert_true(
        fuzz_ledger_findings(campaign.ledger, remove_finding, NULL, &error));
    assert_true(
        fuzz_ledger_warnings(campaign.ledger, remove_warning, NULL, &error));
    fuzz_campaign_close(&campaign);
    remove_folder();
}

/* More kinds in a chunk than a search has room for: the campaign still finds
 * all of them, and counts each. */
static void no_kind_is_left_out(void **state)
{
    (void)state;
    struct outcome wide;
    struct outcome narrow;
    run("work_before_zero", 0, &wide);
    run("work_before_zero", 1, &narrow);
    assert_in_range(wide.count, 3, FINDINGS_MAX);
    assert_int_equal(wide.totals.schedules, 6000);
    assert_int_equal(narrow.totals.schedules, 6000);
    assert_int_equal(narrow.totals.records, wide.totals.records);
    assert_int_equal(narrow.count, wide.count);
    for (uint32_t i = 0; i < wide.count; i++) {
        assert_int_equal(narrow.keys[i], wide.keys[i]);
        assert_int_equal(narrow.counts[i], wide.counts[i]);
    }
}

/* What is told while it runs agrees with what is in the ledger at the end,
 * also of what shrinks to something that an earlier chunk has found. */
static void what_is_told_is_what_is_kept(void **state)
{
    (void)state;
    static const char *const plants[] = { "work_before_zero", "worker_left" };
    for (uint32_t i = 0; i < LC_COUNT_OF(plants); i++) {
        struct outcome outcome;
        run(plants[i], 1, &outcome);
        assert_int_equal(outcome.told, outcome.count);
        assert_int_equal(outcome.shown, outcome.count);
        assert_int_equal(outcome.totals.finding_count, outcome.count);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_kind_is_left_out),
        cmocka_unit_test(what_is_told_is_what_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
