#include "lastcall/triplet.h"

#include "model_trace.h"

/* The world of model_trace.h and three more protocols of tcp. Catalog: 1 the
 * chain, 2 tcp, 3 the layer's own entry, 4 to 6. */
enum {
    ENTRY_UDP = 4,    /* matches no protocol 0 */
    ENTRY_ICMP = 5,   /* raw, matches protocol 0 */
    ENTRY_HIDDEN = 6, /* dgram of ipv6, hidden */
    NONE = -1
};

#define TRIPLET(family, type, protocol) \
    lc_triplet(LC_TRIPLET_##family, LC_TRIPLET_##type, LC_TRIPLET_##protocol)

static struct lc_served served(uint32_t triplet, bool is_zero, bool is_hidden)
{
    return (struct lc_served){
        .zero = is_zero,
        .hidden = is_hidden,
        .triplet = triplet,
    };
}

static void judge(const struct trace *trace, struct model *model)
{
    struct lc_world world;
    trace_world(&world);
    world.protocols[0] = served(TRIPLET(INET, DGRAM, UDP), false, false);
    world.protocols[1] = served(TRIPLET(INET, RAW, ICMP), true, false);
    world.protocols[2] = served(TRIPLET(INET6, DGRAM, UDP), false, true);
    world.protocol_count = 3;
    model_init(model, &world, &(struct model_options){ 0 });
    for (uint32_t i = 0; i < trace->count; i++) {
        if (!model_step(model, &trace->records[i])) {
            break;
        }
    }
}

/* A socket call: what is asked for, what is given with it, which entry ws2_32
 * goes to, what it answers. */
struct asked {
    uint32_t triplet;
    int64_t given; /* 0: nothing */
    int64_t taken; /* NONE: no provider is entered */
    int64_t error; /* 0: only the way down is told */
    const char *broken;
};

static void play(const struct asked *asked)
{
    static struct model model;
    struct trace *trace = trace_new(false);
    trace_startup(trace);
    trace_socket(trace, HANDLE, true);
    trace_call(trace, LC_CALL_SOCKET, 0, asked->given);
    trace->records[trace->count - 1].d = asked->triplet;
    if (asked->taken != NONE) {
        trace_spi(trace, WS2, TCP, LC_SPI_SOCKET, asked->taken)->b = 1;
    }
    if (asked->taken != NONE && asked->error != 0) {
        trace_spi_return(trace, WS2, TCP, LC_SPI_SOCKET, -1)->b = asked->error;
    }
    if (asked->error != 0) {
        trace_return(trace, LC_CALL_SOCKET, -1, asked->error);
    }
    judge(trace, &model);
    struct lc_verdict verdict = model_verdict(&model);
    const char *broken =
        verdict.kind == LC_VERDICT_BROKEN ? model_rule(verdict.rule)->id : "";
    if (strcmp(broken, asked->broken) != 0) {
        fail_msg(
            "triplet %u, entry %d, error %d: \"%s\"",
            asked->triplet,
            (int)asked->taken,
            (int)asked->error,
            broken);
    }
}

static void play_all(const struct asked *all, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        play(&all[i]);
    }
}

static void the_first_that_matches_is_taken(void **state)
{
    (void)state;
    const struct asked all[] = {
        { TRIPLET(INET, DGRAM, UDP), 0, ENTRY_UDP, 0, "" },
        { TRIPLET(INET, DGRAM, UDP), 0, ENTRY_TCP, 0, "CATALOG-6" },
        { TRIPLET(INET, RAW, PROTOCOL_ANY), 0, ENTRY_ICMP, 0, "" },
        { TRIPLET(FAMILY_ANY, TYPE_ANY, UDP), 0, ENTRY_UDP, 0, "" },
        { TRIPLET(FAMILY_ANY, DGRAM, UDP), 0, ENTRY_TCP, 0, "CATALOG-7" },
        { TRIPLET(INET, TYPE_ANY, UDP), 0, ENTRY_ICMP, 0, "CATALOG-7" },
        { TRIPLET(INET, DGRAM, PROTOCOL_ANY), 0, ENTRY_UDP, 0, "CATALOG-8" },
        /* A hidden one may be looked at or not. */
        { TRIPLET(INET6, DGRAM, UDP), 0, ENTRY_HIDDEN, 0, "" },
        { TRIPLET(FAMILY_ANY, TYPE_ANY, PROTOCOL_ANY),
          0,
          ENTRY_TCP,
          0,
          "CATALOG-9" },
    };
    play_all(all, LC_COUNT_OF(all));
}

static void nothing_at_all_is_invalid(void **state)
{
    (void)state;
    const struct asked all[] = {
        { TRIPLET(FAMILY_ANY, TYPE_ANY, PROTOCOL_ANY),
          0,
          NONE,
          LC_WSAEINVAL,
          "" },
        { TRIPLET(FAMILY_ANY, TYPE_ANY, PROTOCOL_ANY),
          0,
          NONE,
          LC_WSAEPROTONOSUPPORT,
          "CATALOG-9" },
    };
    play_all(all, LC_COUNT_OF(all));
}

/* Without the hidden entry, which leaves it open. */
static void an_error_says_what_is_missing(void **state)
{
    (void)state;
    static struct model model;
    const struct asked all[] = {
        { TRIPLET(INET6, STREAM, TCP), 0, NONE, LC_WSAEAFNOSUPPORT, "" },
        { TRIPLET(INET6, STREAM, TCP), 0, NONE, LC_WSAEPROTOTYPE, "x" },
        { TRIPLET(INET, DGRAM, TCP), 0, NONE, LC_WSAESOCKTNOSUPPORT, "" },
        { TRIPLET(INET, DGRAM, TCP), 0, NONE, LC_WSAEPROTONOSUPPORT, "x" },
        { TRIPLET(INET, STREAM, UDP), 0, NONE, LC_WSAEPROTONOSUPPORT, "" },
        { TRIPLET(INET, STREAM, UDP), 0, NONE, LC_WSAEPROTOTYPE, "" },
        { TRIPLET(INET, STREAM, UDP), 0, NONE, LC_WSAEAFNOSUPPORT, "x" },
        { TRIPLET(INET, STREAM, UDP), 0, NONE, LC_WSAEFAULT, "x" },
        { TRIPLET(INET6, DGRAM, UDP), 0, NONE, LC_WSAEAFNOSUPPORT, "" },
        { TRIPLET(INET6, DGRAM, UDP), 0, NONE, LC_WSAESOCKTNOSUPPORT, "" },
    };
    for (size_t i = 0; i < LC_COUNT_OF(all); i++) {
        struct trace *trace = trace_new(false);
        trace_startup(trace);
        trace_call(trace, LC_CALL_SOCKET, 0, 0);
        trace->records[trace->count - 1].d = all[i].triplet;
        trace_return(trace, LC_CALL_SOCKET, -1, all[i].error);
        trace_judge(trace, &(struct model_options){ 0 }, &model);
        bool is_broken = model_verdict(&model).kind == LC_VERDICT_BROKEN;
        assert_int_equal(is_broken, all[i].broken[0] != '\0');
        if (is_broken) {
            assert_broken(trace, "CATALOG-13");
        }
    }
}

static void what_is_left_to_the_information_is_not_refused(void **state)
{
    (void)state;
    const struct asked all[] = {
        { TRIPLET(FAMILY_ANY, TYPE_ANY, PROTOCOL_INFO),
          ENTRY_UDP,
          ENTRY_UDP,
          LC_WSAESOCKTNOSUPPORT,
          "CATALOG-12" },
        { TRIPLET(FAMILY_INFO, TYPE_INFO, UDP),
          ENTRY_UDP,
          ENTRY_UDP,
          LC_WSAEAFNOSUPPORT,
          "CATALOG-12" },
        { TRIPLET(FAMILY_INFO, STREAM, UDP),
          ENTRY_UDP,
          ENTRY_UDP,
          LC_WSAESOCKTNOSUPPORT,
          "" },
        { TRIPLET(FAMILY_INFO, TYPE_INFO, PROTOCOL_INFO),
          ENTRY_UDP,
          ENTRY_UDP,
          LC_WSAEMFILE,
          "" },
    };
    play_all(all, LC_COUNT_OF(all));
}

/* WSAEnumProtocols lists the two protocols that are not hidden, too. */
static void protocols_are_listed(void **state)
{
    (void)state;
    static struct model model;
    for (int64_t listed = 4; listed <= 5; listed++) {
        struct trace *trace = trace_new(false);
        trace_startup(trace);
        trace_call(trace, LC_CALL_ENUM_PROTOCOLS, 0, 0);
        trace_return(trace, LC_CALL_ENUM_PROTOCOLS, listed, 0);
        judge(trace, &model);
        assert_int_equal(
            model_verdict(&model).kind,
            listed == 4 ? LC_VERDICT_HELD : LC_VERDICT_BROKEN);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_that_matches_is_taken),
        cmocka_unit_test(nothing_at_all_is_invalid),
        cmocka_unit_test(an_error_says_what_is_missing),
        cmocka_unit_test(what_is_left_to_the_information_is_not_refused),
        cmocka_unit_test(protocols_are_listed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
