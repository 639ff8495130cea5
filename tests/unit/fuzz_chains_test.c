/*
 * INV-18: the peer can't tell layers that pass everything through from the base
 * alone.
 */
#include <string.h>

#include "lastcall/check.h"

#include "fuzz/chains.h"
#include "fuzz/text.h"
#include "tests/unit/failing.h"
#include "tests/unit/framework.h"

enum {
    SEEDS = 400
};

static struct fuzz_chains chains;
static struct sim_error error;
static uint32_t with_datagrams; /* programs that have sent some */

static bool has_datagrams(const struct fuzz_chains_run *run)
{
    uint64_t datagrams = 0;
    for (uint32_t i = 0; i < FUZZ_CHAINS_CONNECTIONS_MAX; i++) {
        datagrams |= run->streams[i].datagrams;
    }
    return datagrams != 0;
}

/* What so many seeds show in all; the first that differs, if any does. */
static struct fuzz_chains_result play(const char *plant, uint64_t *ret_seed)
{
    struct fuzz_chains_result sum = { 0 };
    chains.plant = plant;
    with_datagrams = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct fuzz_chains_result one;
        assert_int_equal(fuzz_chains_play(&chains, seed, &one, &error), SIM_OK);
        sum.compared += one.compared;
        sum.other_order += one.other_order;
        sum.left_open += one.left_open;
        sum.bytes += one.bytes;
        with_datagrams += has_datagrams(&chains.through);
        if (one.differs && !sum.differs) {
            *ret_seed = seed;
            sum.differs = true;
            sum.layers = one.layers;
            sum.ifs_layers = one.ifs_layers;
            sum.connection = one.connection;
            sum.alone = one.alone;
            sum.through = one.through;
        }
    }
    return sum;
}

static void the_peer_cannot_tell_layers(void **state)
{
    (void)state;
    uint64_t seed = 0;
    struct fuzz_chains_result sum = play(NULL, &seed);
    if (sum.differs) {
        fail_msg("seed %u", (uint32_t)seed);
    }
    /* Nearly all runs tell something, and data came through. */
    assert_int_equal(
        sum.compared + sum.other_order,
        SEEDS * FUZZ_CHAINS_VARIANTS);
    assert_true(sum.compared > SEEDS * FUZZ_CHAINS_VARIANTS * 4 / 5);
    assert_true(sum.bytes > 1000000);
    assert_true(sum.left_open > 0);
    assert_true(with_datagrams > SEEDS / 40);
}

static void a_lost_byte_is_noticed(void **state)
{
    (void)state;
    uint64_t seed = 0;
    struct fuzz_chains_result sum = play("last_byte_lost", &seed);
    assert_true(sum.differs);
    assert_true(sum.through.delivered_bytes < sum.alone.delivered_bytes);
    /* What it is played by says so, and is a schedule. */
    static char text[FUZZ_TEXT_SIZE_MAX];
    static struct lc_schedule again;
    struct fuzz_text_error text_error;
    struct fuzz_chains_result one;
    assert_int_equal(fuzz_chains_play(&chains, seed, &one, &error), SIM_OK);
    const struct lc_schedule *schedule = fuzz_chains_schedule(&chains, &one);
    size_t size_bytes = fuzz_text_print(schedule, text, sizeof text);
    assert_true(fuzz_text_parse(text, size_bytes, &again, &text_error));
    assert_string_equal(again.world.plants[0], "last_byte_lost");
    assert_int_equal(again.world.chains[0].length, one.layers + 1);
}

static void a_lost_shutdown_is_noticed(void **state)
{
    (void)state;
    uint64_t seed = 0;
    struct fuzz_chains_result sum = play("shutdown_swallowed", &seed);
    assert_true(sum.differs);
    assert_false(sum.through.is_wrong);
    assert_true(
        sum.through.has_ended != sum.alone.has_ended ||
        sum.through.is_reset != sum.alone.is_reset ||
        sum.through.delivered_bytes != sum.alone.delivered_bytes);
}

/* LAYER-15: a layer may close a lingering socket before the base's cleanup, and
 * a send that waits on another one goes on meanwhile. */
static void a_send_beside_a_lingering_close_is_left_out(void **state)
{
    (void)state;
    static const char text[] = "lastcall schedule 1\n"
                               "world\n"
                               "  provider b0 base\n"
                               "  link rate 8kbit latency 500ms window 1000\n"
                               "process A\n"
                               "  thread a\n"
                               "    WSAStartup 2.2\n"
                               "    s = socket stream\n"
                               "    connect s\n"
                               "    linger s on 60\n"
                               "    t = socket stream\n"
                               "    connect t\n"
                               "    sndbuf t 2000\n"
                               "    Sleep 100\n"
                               "    send s 9000\n"
                               "    WSACleanup\n"
                               "  thread b\n"
                               "    Sleep 50\n"
                               "    send t 16385\n";
    static struct lc_schedule program;
    struct fuzz_text_error text_error;
    struct fuzz_chains_result one;
    uint32_t waited = 0; /* seeds in which the send was under way */
    chains.plant = NULL;
    assert_true(fuzz_text_parse(text, sizeof text - 1, &program, &text_error));
    for (uint64_t seed = 1; seed <= 100; seed++) {
        assert_int_equal(
            fuzz_chains_play_program(&chains, &program, seed, &one, &error),
            SIM_OK);
        assert_false(one.differs);
        waited += one.left_open > one.compared; /* besides s */
    }
    assert_true(waited > 0);
}

/* A seed says all. */
static void a_seed_shows_the_same_each_time(void **state)
{
    (void)state;
    chains.plant = NULL;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct fuzz_chains_result results[2];
        uint64_t orders[2];
        for (uint32_t i = 0; i < 2; i++) {
            assert_int_equal(
                fuzz_chains_play(&chains, seed, &results[i], &error),
                SIM_OK);
            orders[i] = chains.through.order;
        }
        assert_int_equal(orders[0], orders[1]);
        assert_int_equal(results[0].compared, results[1].compared);
        assert_int_equal(results[0].bytes, results[1].bytes);
        assert_int_equal(results[0].left_open, results[1].left_open);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_peer_cannot_tell_layers),
        cmocka_unit_test(a_lost_byte_is_noticed),
        cmocka_unit_test(a_lost_shutdown_is_noticed),
        cmocka_unit_test(a_send_beside_a_lingering_close_is_left_out),
        cmocka_unit_test(a_seed_shows_the_same_each_time),
    };
    if (sim_open(&error) != SIM_OK) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
