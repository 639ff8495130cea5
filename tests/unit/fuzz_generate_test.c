#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lastcall/check.h"

#include "fuzz/generate.h"
#include "fuzz/schedule.h"
#include "fuzz/swarm.h"
#include "fuzz/text.h"
#include "tests/unit/failing.h"
#include "tests/unit/framework.h"

enum {
    SEEDS = 4000
};

static struct lc_schedule schedule;
static struct lc_schedule other;

/* A finding is stored as text: what is made must survive that. */
static void what_is_made_is_valid(void **state)
{
    (void)state;
    static char text[FUZZ_TEXT_SIZE_MAX];
    struct fuzz_generate_options options = { .world = NULL };
    struct fuzz_text_error error;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        fuzz_generate(&options, seed, &schedule);
        size_t size_bytes = fuzz_text_print(&schedule, text, sizeof text);
        assert_true(size_bytes > 0);
        assert_true(fuzz_text_parse(text, size_bytes, &other, &error));
        assert_true(fuzz_schedule_equal(&schedule, &other));
        other = schedule;
        fuzz_schedule_repair(&other);
        assert_true(fuzz_schedule_equal(&schedule, &other));
    }
}

/* A seed is a schedule: the same each time. */
static void a_seed_gives_one_schedule(void **state)
{
    (void)state;
    struct fuzz_generate_options options = { .world = NULL };
    for (uint64_t seed = 0; seed < 200; seed++) {
        memset(&schedule, 0x11, sizeof schedule);
        memset(&other, 0x77, sizeof other);
        fuzz_generate(&options, seed, &schedule);
        fuzz_generate(&options, seed, &other);
        assert_true(fuzz_schedule_equal(&schedule, &other));
    }
}

/* A kind of call that is never made is a hole that nobody sees. What is hostile
 * is made where it is asked for alone. */
static void each_call_is_made(void **state)
{
    (void)state;
    uint32_t calls[LC_CALL_COUNT] = { 0 };
    uint32_t threads[LC_THREADS_MAX + 1] = { 0 };
    struct fuzz_generate_options options = { .world = NULL };
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        options.hostile = seed % 2 == 0;
        fuzz_generate(&options, seed, &schedule);
        assert_int_equal(schedule.choice_count, 0);
        assert_int_equal(schedule.world.hostile, options.hostile);
        threads[schedule.thread_count]++;
        for (uint32_t i = 0; i < schedule.op_count; i++) {
            calls[schedule.ops[i].call]++;
        }
    }
    for (uint32_t i = 0; i < LC_CALL_COUNT; i++) {
        assert_true(calls[i] > 20);
    }
    for (uint32_t i = 1; i <= 3; i++) {
        assert_true(threads[i] > 100);
    }
}

/* Random worlds have chains of each length, and layers of both kinds; a layer
 * may stand above several bases. */
static void worlds_have_all_chains(void **state)
{
    (void)state;
    uint32_t lengths[LC_CHAIN_LENGTH_MAX + 1] = { 0 };
    uint32_t kinds[LC_PROVIDER_KIND_COUNT] = { 0 };
    uint32_t mixed = 0;
    uint32_t crossed = 0;
    struct fuzz_generate_options options = { .world = NULL };
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        fuzz_generate(&options, seed, &schedule);
        const struct lc_world *world = &schedule.world;
        uint8_t bases[LC_PROVIDERS_MAX] = { 0 }; /* below each, by bit */
        for (uint32_t i = 0; i < world->chain_count; i++) {
            const struct lc_chain *chain = &world->chains[i];
            uint32_t length = chain->length;
            bool has[LC_PROVIDER_KIND_COUNT] = { false };
            for (uint32_t k = 0; k < length; k++) {
                uint32_t provider = chain->providers[k];
                has[world->providers[provider].kind] = true;
                bases[provider] |=
                    (uint8_t)(1U << chain->providers[length - 1]);
            }
            lengths[length]++;
            mixed += has[LC_PROVIDER_IFS] && has[LC_PROVIDER_NONIFS];
        }
        for (uint32_t i = 0; i < world->provider_count; i++) {
            kinds[world->providers[i].kind]++;
            crossed += (bases[i] & (bases[i] - 1U)) != 0;
        }
    }
    for (uint32_t i = 2; i <= LC_CHAIN_LENGTH_MAX; i++) {
        assert_true(lengths[i] > SEEDS / 100);
    }
    assert_true(kinds[LC_PROVIDER_BASE] >= SEEDS);
    assert_true(kinds[LC_PROVIDER_IFS] > SEEDS / 2);
    assert_true(kinds[LC_PROVIDER_NONIFS] > SEEDS / 4);
    assert_true(mixed > SEEDS / 20);
    assert_true(crossed > SEEDS / 100);
}

/* A hosted DLL takes the place of a layer; what lies below has IFS handles. */
static void what_lies_below_a_dll_has_ifs_handles(void **state)
{
    (void)state;
    const struct lc_provider hosted = { .name = "outer", .path = "a.dll" };
    struct fuzz_generate_options options = {
        .hosted = &hosted,
        .hosted_count = 1,
    };
    uint32_t above = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        fuzz_generate(&options, seed, &schedule);
        fuzz_generate(&(struct fuzz_generate_options){ 0 }, seed, &other);
        const struct lc_world *world = &schedule.world;
        assert_int_equal(world->chain_count, other.world.chain_count);
        for (uint32_t i = 0; i < world->chain_count; i++) {
            const struct lc_chain *chain = &world->chains[i];
            for (uint32_t k = 0; k + 1 < chain->length; k++) {
                const struct lc_provider *upper =
                    &world->providers[chain->providers[k]];
                const struct lc_provider *lower =
                    &world->providers[chain->providers[k + 1]];
                assert_false(fuzz_schedule_is_misplaced(upper, lower));
                above += upper->kind == LC_PROVIDER_DLL &&
                         lower->kind == LC_PROVIDER_IFS;
            }
        }
    }
    assert_true(above > 0);
}

/* One with handles of its own needs such above it; below it stands anything. */
static void what_stands_above_a_dll_with_own_handles_has_own(void **state)
{
    (void)state;
    const struct lc_provider hosted = {
        .name = "outer",
        .path = "a.dll",
        .has_own = 1,
    };
    struct fuzz_generate_options options = {
        .hosted = &hosted,
        .hosted_count = 1,
    };
    uint32_t above = 0;
    uint32_t below = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        fuzz_generate(&options, seed, &schedule);
        fuzz_generate(&(struct fuzz_generate_options){ 0 }, seed, &other);
        const struct lc_world *world = &schedule.world;
        assert_int_equal(world->chain_count, other.world.chain_count);
        for (uint32_t i = 0; i < world->chain_count; i++) {
            const struct lc_chain *chain = &world->chains[i];
            for (uint32_t k = 0; k + 1 < chain->length; k++) {
                const struct lc_provider *upper =
                    &world->providers[chain->providers[k]];
                const struct lc_provider *lower =
                    &world->providers[chain->providers[k + 1]];
                assert_false(fuzz_schedule_is_misplaced(upper, lower));
                above += lower->kind == LC_PROVIDER_DLL;
                below += upper->kind == LC_PROVIDER_DLL &&
                         lower->kind == LC_PROVIDER_IFS;
            }
        }
    }
    assert_true(above > 0);
    assert_true(below > 0);
}

/* A peer that is never drawn is a hole, too. */
static void each_peer_is_drawn(void **state)
{
    (void)state;
    uint32_t peers[LC_PEER_KIND_COUNT] = { 0 };
    uint32_t buffers = 0;
    struct fuzz_generate_options options = { .world = NULL };
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        fuzz_generate(&options, seed, &schedule);
        peers[schedule.world.peer_kind]++;
        buffers += schedule.world.rcvbuf_bytes != (uint32_t)FUZZ_RCVBUF_DEFAULT;
    }
    for (uint32_t i = 0; i < LC_PEER_KIND_COUNT; i++) {
        assert_true(peers[i] > SEEDS / 50);
    }
    assert_true(buffers > SEEDS / 2);
}

/* What the user gave is what is played: the world, the bug, the DLL. */
static void the_given_world_stays(void **state)
{
    (void)state;
    struct lc_world world;
    const struct lc_provider hosted = { .name = "filter", .path = "a.dll" };
    struct fuzz_generate_options options = {
        .world = &world,
        .plant = "some_bug",
        .hosted = &hosted,
        .hosted_count = 1,
    };
    fuzz_schedule_default_world(&world);
    world.sndbuf_bytes = 77;
    for (uint64_t seed = 0; seed < 100; seed++) {
        fuzz_generate(&options, seed, &schedule);
        assert_int_equal(schedule.world.sndbuf_bytes, 77);
        assert_int_equal(schedule.world.provider_count, 2);
        assert_int_equal(schedule.world.plant_count, 1);
        assert_string_equal(schedule.world.plants[0], "some_bug");
        assert_int_equal(schedule.world.providers[1].kind, LC_PROVIDER_DLL);
        assert_string_equal(schedule.world.providers[1].path, "a.dll");
    }
}

/* Faults come only where they were asked for, all of them, some or none; what
 * else a seed makes is the same with them. With a swarm they are a feature. */
static void faults_come_where_they_are_asked_for(void **state)
{
    (void)state;
    uint32_t none = 0;
    uint32_t all = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        fuzz_generate(&(struct fuzz_generate_options){ 0 }, seed, &schedule);
        assert_int_equal(schedule.world.faults, 0);
        fuzz_generate(
            &(struct fuzz_generate_options){ .faults = LC_FAIL_ALL },
            seed,
            &other);
        none += other.world.faults == 0;
        all += other.world.faults == LC_FAIL_ALL;
        other.world.faults = 0;
        assert_true(fuzz_schedule_equal(&schedule, &other));
        fuzz_generate(
            &(struct fuzz_generate_options){ .faults = LC_FAIL_ALL,
                                             .has_swarm = true },
            seed,
            &other);
        bool is_left_out = fuzz_swarm_is_on(&other.swarm) &&
                           other.swarm.weights[LC_FEATURE_FAULTS] == 0;
        assert_true(!is_left_out || other.world.faults == 0);
    }
    assert_in_range(none, SEEDS / 5, SEEDS / 3);
    assert_in_range(all, SEEDS / 4, SEEDS / 2);
}

static bool has_versions(const struct lc_world *world)
{
    bool has = world->versions != 0;
    for (uint32_t i = 0; i < world->provider_count; i++) {
        has |= world->providers[i].versions != 0;
    }
    return has;
}

/* Versions are a matter of random worlds: ws2_32's own, or a provider's. */
static void versions_come_with_random_worlds(void **state)
{
    (void)state;
    uint32_t of_ws2_32 = 0;
    uint32_t of_any = 0;
    uint32_t left_out = 0;
    struct lc_world world;
    fuzz_schedule_default_world(&world);
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        fuzz_generate(&(struct fuzz_generate_options){ 0 }, seed, &schedule);
        of_ws2_32 += schedule.world.versions != 0;
        of_any += has_versions(&schedule.world);
        fuzz_generate(
            &(struct fuzz_generate_options){ .world = &world },
            seed,
            &schedule);
        assert_false(has_versions(&schedule.world));
        fuzz_generate(
            &(struct fuzz_generate_options){ .has_swarm = true },
            seed,
            &schedule);
        if (fuzz_swarm_is_on(&schedule.swarm) &&
            schedule.swarm.weights[LC_FEATURE_VERSIONS] == 0) {
            assert_false(has_versions(&schedule.world));
            left_out++;
        }
    }
    assert_in_range(of_any, SEEDS / 12, SEEDS / 6);
    assert_in_range(of_ws2_32, SEEDS / 50, of_any / 2);
    assert_true(left_out > SEEDS / 10);
}

/* More protocols, and sockets of them, are a matter of random worlds. */
static void protocols_come_with_random_worlds(void **state)
{
    (void)state;
    uint32_t worlds = 0;
    uint32_t limits = 0;
    uint32_t sockets = 0;
    uint32_t named = 0;
    struct lc_world world;
    fuzz_schedule_default_world(&world);
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        fuzz_generate(&(struct fuzz_generate_options){ 0 }, seed, &schedule);
        uint32_t first = fuzz_schedule_protocol_first(&schedule.world);
        bool has_other = false;
        bool has_named = false;
        for (uint32_t i = 0; i < schedule.op_count; i++) {
            const struct lc_op *op = &schedule.ops[i];
            bool is_socket = op->call == LC_CALL_SOCKET;
            has_other |= is_socket && op->value != 0;
            has_named |=
                is_socket && op->entry != LC_NONE && op->entry >= first;
        }
        worlds += schedule.world.protocol_count > 0;
        limits += schedule.world.descriptors > 0;
        sockets += has_other;
        named += has_named;
        fuzz_generate(
            &(struct fuzz_generate_options){ .world = &world },
            seed,
            &schedule);
        assert_int_equal(schedule.world.protocol_count, 0);
        assert_int_equal(schedule.world.descriptors, 0);
        for (uint32_t i = 0; i < schedule.op_count; i++) {
            assert_true(
                schedule.ops[i].call != LC_CALL_SOCKET ||
                schedule.ops[i].value == 0);
        }
    }
    assert_in_range(worlds, SEEDS / 16, SEEDS / 6);
    assert_in_range(limits, SEEDS / 64, SEEDS / 16);
    assert_in_range(sockets, SEEDS / 40, SEEDS / 5);
    assert_in_range(named, SEEDS / 80, SEEDS / 10);
}

/* Arguments that are refused come from a hostile application alone. */
static void wrong_arguments_are_hostile(void **state)
{
    (void)state;
    uint32_t null = 0;
    uint32_t low = 0;
    uint32_t swapped = 0;
    uint32_t invalid = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        fuzz_generate(
            &(struct fuzz_generate_options){ .has_swarm = true },
            seed,
            &schedule);
        bool is_left_out = fuzz_swarm_is_on(&schedule.swarm) &&
                           schedule.swarm.weights[LC_FEATURE_HOSTILE] == 0;
        uint32_t wrong = 0;
        for (uint32_t i = 0; i < schedule.op_count; i++) {
            const struct lc_op *op = &schedule.ops[i];
            bool is_start = op->call == LC_CALL_WSASTARTUP;
            bool is_how =
                op->call == LC_CALL_SHUTDOWN && op->value == FUZZ_HOW_COUNT - 1;
            null += is_start && op->value2 != 0;
            low += is_start && op->value == 0;
            swapped += is_start && op->value == 0x0100;
            invalid += is_how;
            wrong += is_how ||
                     (is_start && (op->value2 != 0 || (op->value & 0xff) == 0));
        }
        assert_true(!is_left_out || wrong == 0);
    }
    assert_true(null > 10 && low > 10 && swapped > 10 && invalid > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_made_is_valid),
        cmocka_unit_test(a_seed_gives_one_schedule),
        cmocka_unit_test(each_call_is_made),
        cmocka_unit_test(worlds_have_all_chains),
        cmocka_unit_test(what_lies_below_a_dll_has_ifs_handles),
        cmocka_unit_test(what_stands_above_a_dll_with_own_handles_has_own),
        cmocka_unit_test(each_peer_is_drawn),
        cmocka_unit_test(the_given_world_stays),
        cmocka_unit_test(faults_come_where_they_are_asked_for),
        cmocka_unit_test(versions_come_with_random_worlds),
        cmocka_unit_test(protocols_come_with_random_worlds),
        cmocka_unit_test(wrong_arguments_are_hostile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
