/*
 * Tables of keys: what was added is known, by all who share one, and no table
 * takes more than it may.
 */
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz/explore/table.h"
#include "tests/unit/failing.h"
#include "tests/unit/framework.h"

enum {
    MEMORY_BYTES = 256 << 20
};

static void a_table_knows_what_was_added(void **state)
{
    (void)state;
    struct fuzz_table table = { 0 };
    for (uint64_t i = 0; i < 100000; i++) {
        const struct sim_state_key key = { .low = i % 7, .high = i + 1 };
        assert_int_equal(
            fuzz_table_add(&table, key, MEMORY_BYTES),
            FUZZ_TABLE_NEW);
        i += i > 2000 ? 997 : 0;
    }
    uint64_t count = table.count;
    for (uint64_t i = 0; i < 2000; i++) {
        const struct sim_state_key key = { .low = i % 7, .high = i + 1 };
        assert_int_equal(
            fuzz_table_add(&table, key, MEMORY_BYTES),
            FUZZ_TABLE_SEEN);
    }
    assert_int_equal(table.count, count);
    fuzz_table_free(&table);
    assert_int_equal(fuzz_table_bytes(&table), 0);
}

/* Three have one place. */
static struct sim_state_key key_of(uint64_t number)
{
    return (struct sim_state_key){
        .low = number / 3 * 0x9e3779b97f4a7c15ULL,
        .high = number + 1,
    };
}

/* While it grows, and only where there are any. */
static void values_stay_with_their_keys(void **state)
{
    (void)state;
    struct fuzz_table bare = { 0 };
    struct fuzz_table table = { .value_words = 2 };
    for (uint64_t i = 0; i < 100000; i++) {
        const struct sim_state_key key = key_of(i);
        assert_int_equal(
            fuzz_table_add(&table, key, MEMORY_BYTES),
            FUZZ_TABLE_NEW);
        uint64_t *value = fuzz_table_value(&table, key);
        assert_true(value[0] == 0 && value[1] == 0);
        value[0] = i;
        value[1] = ~i;
        assert_int_equal(
            fuzz_table_add(&bare, key, MEMORY_BYTES),
            FUZZ_TABLE_NEW);
    }
    for (uint64_t i = 0; i < 100000; i++) {
        const struct sim_state_key key = key_of(i);
        const uint64_t *value = fuzz_table_value(&table, key);
        assert_true(value[0] == i && value[1] == ~i);
    }
    assert_int_equal(
        fuzz_table_bytes(&bare),
        bare.places * sizeof(struct sim_state_key));
    assert_int_equal(fuzz_table_bytes(&table), 2 * fuzz_table_bytes(&bare));
    fuzz_table_free(&bare);
    fuzz_table_free(&table);
}

/* Keys as hashes are, from all numbers. */
static struct sim_state_key spread_key(uint64_t number)
{
    return (struct sim_state_key){
        .low = (number + 1) * 0x9e3779b97f4a7c15ULL,
        .high = number + 1,
    };
}

/* However large its limit is: it is not left half empty because twice as much
 * would be too much. */
static void a_table_uses_what_it_is_given(void **state)
{
    (void)state;
    for (size_t limit = 1 << 20; limit < 4 << 20; limit += 300001) {
        struct fuzz_table table = { 0 };
        uint64_t count = 0;
        while (fuzz_table_add(&table, spread_key(count), limit) ==
               FUZZ_TABLE_NEW) {
            count++;
        }
        assert_true(fuzz_table_bytes(&table) <= limit);
        assert_true(count * sizeof(struct sim_state_key) > limit / 5 * 4);
        for (uint64_t i = 0; i < count; i++) {
            assert_true(fuzz_table_has(&table, spread_key(i)));
        }
        assert_false(fuzz_table_has(&table, spread_key(count)));
        fuzz_table_free(&table);
    }
}

/* All belong to the last place: what lies behind it is soon full, and growing
 * does not help. */
static void a_table_is_full_at_its_end(void **state)
{
    (void)state;
    struct fuzz_table table = { 0 };
    uint64_t count = 0;
    struct sim_state_key key = { .low = UINT64_MAX, .high = 1 };
    while (fuzz_table_make_room(&table, 1 << 20)) {
        assert_int_equal(fuzz_table_add(&table, key, 0), FUZZ_TABLE_NEW);
        key.high += 2;
        count++;
    }
    assert_in_range(count, 1000, 10000);
    assert_int_equal(fuzz_table_add(&table, key, 1 << 20), FUZZ_TABLE_FULL);
    for (key.high = 1; key.high <= 2 * count; key.high++) {
        assert_int_equal(fuzz_table_has(&table, key), key.high % 2 == 1);
    }
    fuzz_table_free(&table);
}

static void a_table_does_not_outgrow_its_limit(void **state)
{
    (void)state;
    struct fuzz_table table = { 0 };
    uint64_t i = 1;
    while (fuzz_table_add(
               &table,
               (struct sim_state_key){ .low = i, .high = i },
               200000) == FUZZ_TABLE_NEW) {
        i++;
    }
    assert_true(fuzz_table_bytes(&table) <= 200000);
    assert_true(i > 4000);
    assert_int_equal(
        fuzz_table_add(
            &table,
            (struct sim_state_key){ .low = 1, .high = 1 },
            200000),
        FUZZ_TABLE_SEEN);
    fuzz_table_free(&table);
}

static void a_shared_table_keeps_to_its_room(void **state)
{
    (void)state;
    struct fuzz_table table;
    assert_true(fuzz_table_share(&table, 100000));
    assert_int_equal(table.capacity, 6250);
    assert_int_equal(fuzz_table_room(&table, 0), 5000);
    assert_int_equal(fuzz_table_room(&table, 6000), 0);
    table.count_max = 1000;
    for (uint64_t i = 0; i < 2000; i++) {
        struct sim_state_key key = { .low = i % 7 * i, .high = i + 2 };
        enum fuzz_table_answer wanted =
            i < 1000 ? FUZZ_TABLE_NEW : FUZZ_TABLE_FULL;
        assert_int_equal(fuzz_table_add(&table, key, 0), wanted);
        assert_int_equal(fuzz_table_has(&table, key), i < 1000);
        if (i < 1000) {
            assert_int_equal(fuzz_table_add(&table, key, 0), FUZZ_TABLE_SEEN);
        }
    }
    /* Another process sees what this one has added, and the other way round. */
    struct sim_state_key of_child = { .low = 5, .high = 1 << 20 };
    pid_t child = fork();
    if (child == 0) {
        table.count_max = table.count + 1;
        struct sim_state_key last = { .low = 999 % 7 * 999, .high = 1001 };
        bool is_good = fuzz_table_has(&table, last) &&
                       fuzz_table_add(&table, of_child, 0) == FUZZ_TABLE_NEW;
        _exit(is_good ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_true(fuzz_table_has(&table, of_child));
    fuzz_table_free(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_knows_what_was_added),
        cmocka_unit_test(values_stay_with_their_keys),
        cmocka_unit_test(a_table_uses_what_it_is_given),
        cmocka_unit_test(a_table_is_full_at_its_end),
        cmocka_unit_test(a_table_does_not_outgrow_its_limit),
        cmocka_unit_test(a_shared_table_keeps_to_its_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
