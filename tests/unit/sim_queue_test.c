#include "sim/engine/queue.h"
#include "tests/unit/engine_fixture.h"

static struct sim_event event(uint64_t at_ns, uint8_t kind, uint32_t sequence)
{
    return (struct sim_event){
        .at_ns = at_ns,
        .kind = kind,
        .sequence = sequence,
        .object = (uint16_t)sequence,
    };
}

/* The order of events must not depend on how they got into the queue. */
static void events_leave_by_time_then_rank_then_sequence(void **state)
{
    (void)state;

    static const struct {
        uint64_t at_ns;
        uint8_t kind;
        uint32_t sequence;
    } wanted[] = {
        { 9, LC_EVENT_READ, 7 },       { 10, LC_EVENT_DELIVER, 2 },
        { 10, LC_EVENT_DELIVER, 5 },   { 10, LC_EVENT_TIMEOUT, 1 },
        { 11, LC_EVENT_CONNECTED, 3 },
    };

    /* Every rotation of the list as the order of insertion. */
    for (uint32_t shift = 0; shift < 5; shift++) {
        struct sim_queue queue = { 0 };
        for (uint32_t i = 0; i < 5; i++) {
            uint32_t k = (i * 2 + shift) % 5;
            struct sim_event put =
                event(wanted[k].at_ns, wanted[k].kind, wanted[k].sequence);
            assert_true(sim_queue_push(&queue, &put));
        }
        for (uint32_t i = 0; i < 5; i++) {
            struct sim_event out = sim_queue_take(&queue, 0);
            assert_int_equal(out.sequence, wanted[i].sequence);
        }
        assert_null(sim_queue_first(&queue));
    }
}

/* Only events of the earliest instant may be chosen. */
static void only_the_earliest_instant_is_due(void **state)
{
    (void)state;
    struct sim_queue queue = { 0 };
    const uint64_t times[] = { 5, 7, 5, 6, 5 };
    for (uint32_t i = 0; i < 5; i++) {
        struct sim_event put = event(times[i], LC_EVENT_ACK, i + 1);
        assert_true(sim_queue_push(&queue, &put));
    }
    assert_int_equal(sim_queue_due(&queue), 3);
    assert_int_equal(sim_queue_take(&queue, 2).sequence, 5);
    assert_int_equal(sim_queue_take(&queue, 1).sequence, 3);
    assert_int_equal(sim_queue_take(&queue, 0).sequence, 1);
    assert_int_equal(sim_queue_due(&queue), 1);
    assert_int_equal(sim_queue_take(&queue, 0).sequence, 4);
}

/* A full queue says so; it drops nothing. */
static void a_full_queue_refuses(void **state)
{
    (void)state;
    struct sim_queue queue = { 0 };
    for (uint32_t i = 0; i < SIM_EVENTS_MAX; i++) {
        struct sim_event put = event(i, LC_EVENT_ACK, i + 1);
        assert_true(sim_queue_push(&queue, &put));
    }
    struct sim_event more = event(1, LC_EVENT_ACK, 9999);
    assert_false(sim_queue_push(&queue, &more));
    assert_int_equal(queue.count, SIM_EVENTS_MAX);
}

/* A wait that ended early takes its time-out back, and only that. */
static void cancel_takes_one_event_of_kind_and_object(void **state)
{
    (void)state;
    struct sim_queue queue = { 0 };
    for (uint32_t i = 0; i < 3; i++) {
        struct sim_event put = event(i, LC_EVENT_TIMEOUT, i + 1);
        assert_true(sim_queue_push(&queue, &put));
    }
    assert_true(sim_queue_cancel(&queue, LC_EVENT_TIMEOUT, 2));
    assert_false(sim_queue_cancel(&queue, LC_EVENT_TIMEOUT, 2));
    assert_false(sim_queue_cancel(&queue, LC_EVENT_ACK, 1));
    assert_int_equal(queue.count, 2);
    assert_int_equal(sim_queue_at(&queue, 0)->sequence, 1);
    assert_int_equal(sim_queue_at(&queue, 1)->sequence, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_leave_by_time_then_rank_then_sequence),
        cmocka_unit_test(only_the_earliest_instant_is_due),
        cmocka_unit_test(a_full_queue_refuses),
        cmocka_unit_test(cancel_takes_one_event_of_kind_and_object),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
