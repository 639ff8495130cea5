#include "fuzz/finding.h"

#include <stdio.h>
#include <string.h>

#include "lastcall/check.h"

#include "fuzz/death.h"

enum {
    SIGNAL_PLACE = 0x100,
    EXIT_PLACE = 0x200
};

void fuzz_finding_fill(
    struct fuzz_finding *ret_finding,
    uint64_t seed,
    const struct lc_schedule *program,
    const struct fuzz_outcome *outcome)
{
    LC_CHECK(outcome->verdict.kind == LC_VERDICT_BROKEN);
    memset(ret_finding, 0, sizeof *ret_finding);
    ret_finding->seed = seed;
    ret_finding->count = 1;
    ret_finding->rule = outcome->verdict.rule;
    ret_finding->record = outcome->record;
    ret_finding->hash = outcome->result.hash;
    ret_finding->schedule = *program;
    fuzz_case_keep(&ret_finding->schedule, outcome);
    if (fuzz_play_is_fault(outcome)) {
        sim_last_fault(&ret_finding->fault);
    }
}

void fuzz_finding_fill_dead(
    struct fuzz_finding *ret_finding,
    uint64_t seed,
    const struct lc_schedule *schedule,
    int32_t death)
{
    static const char id[] = "FAULT";
    uint32_t rule = 0;
    bool is_known = model_rule_find(id, &rule);
    LC_CHECK(is_known);
    memset(ret_finding, 0, sizeof *ret_finding);
    ret_finding->seed = seed;
    ret_finding->count = 1;
    ret_finding->rule = (uint16_t)rule;
    ret_finding->death = death;
    /* A place that no record has: what it died of. */
    ret_finding->record = (struct lc_record){
        .kind = LC_RECORD_FAULT,
        .process = LC_NONE,
        .thread = LC_NONE,
        .caller = LC_MODULE_SYSTEM,
        .callee = LC_MODULE_SYSTEM,
        .function =
            (uint16_t)(fuzz_death_is_exit(death) ? EXIT_PLACE + fuzz_death_status(death) : SIGNAL_PLACE + fuzz_death_signal(death)),
        .a = -1,
        .b = -1,
    };
    ret_finding->schedule = *schedule;
    ret_finding->schedule.expect =
        (struct lc_expect){ .kind = LC_EXPECT_BROKEN };
    memcpy(ret_finding->schedule.expect.rule, id, sizeof id);
}

uint64_t fuzz_finding_role(const struct lc_world *world, uint8_t module)
{
    uint32_t provider = module - (uint32_t)LC_MODULE_PROVIDER;
    if (module < LC_MODULE_PROVIDER || provider >= world->provider_count) {
        return module;
    }
    return LC_MODULE_PROVIDER + (uint64_t)world->providers[provider].kind;
}

static uint64_t mix(uint64_t key, uint64_t word)
{
    key = (key ^ word) * 0x9e3779b97f4a7c15ULL;
    return key ^ (key >> 29);
}

uint64_t fuzz_finding_key(
    const struct lc_world *world,
    uint16_t rule,
    const struct lc_record *record)
{
    uint64_t key = 0xcbf29ce484222325ULL;
    for (const char *c = model_rule(rule)->group; *c != '\0'; c++) {
        key = mix(key, (unsigned char)*c);
    }
    if (model_rule(rule)->is_lasting) {
        return key; /* where it showed says nothing of where it was done */
    }
    key = mix(key, record->kind);
    key = mix(key, record->function);
    key = mix(key, fuzz_finding_role(world, record->caller));
    key = mix(key, fuzz_finding_role(world, record->callee));
    /* Faults at different instructions are different. */
    return record->kind == LC_RECORD_FAULT ? mix(key, (uint64_t)record->a)
                                           : key;
}

uint64_t fuzz_finding_key_of(const struct fuzz_finding *finding)
{
    return fuzz_finding_key(
        &finding->schedule.world,
        finding->rule,
        &finding->record);
}

void fuzz_finding_name(const struct fuzz_finding *finding, char *ret_name)
{
    /* A worker that died has left no hash: its place tells findings apart. */
    uint64_t id =
        finding->hash != 0 ? finding->hash : fuzz_finding_key_of(finding);
    int length = snprintf(
        ret_name,
        FUZZ_FINDING_NAME_BYTES,
        "%s-%016llx.lc",
        model_rule(finding->rule)->id,
        (unsigned long long)id);
    LC_CHECK(length > 0);
    LC_CHECK(length < FUZZ_FINDING_NAME_BYTES);
}
