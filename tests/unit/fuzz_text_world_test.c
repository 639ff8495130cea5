#include <stdio.h>

#include "lastcall/triplet.h"

#include "tests/unit/text_example.h"

#define CHAIN    "  chain filter tcp\n"
#define PROTOCOL "  protocol tcp inet dgram udp zero\n"

static const struct bad bad_world[] = {
    { WORLD "  colour red\n", 3, 3, "\"colour\"" },
    { WORLD "  peer\n", 3, 7, "the line ends" },
    { WORLD "  peer fast\n", 3, 8, "\"fast\"" },
    { WORLD "  peer sink 5\n", 3, 13, "\"5\"" },
    { WORLD "  peer slow 0\n", 3, 13, "\"0\"" },
    { WORLD "  peer source\n", 3, 14, "the line ends" },
    { WORLD "  peer reset 1000000001\n", 3, 14, "\"1000000001\"" },
    { WORLD "  peer echo 5\n", 3, 13, "\"5\"" },
    { WORLD "  rcvbuf 0\n", 3, 10, "\"0\"" },
    { WORLD "  rcvbuf 16777217\n", 3, 10, "\"16777217\"" },
    { WORLD "  rcvbuf 1\n  rcvbuf 1\n", 4, 3, "\"rcvbuf\"" },
    { WORLD "  peer sink\n  peer sink\n", 4, 3, "\"peer\"" },
    { WORLD "  sndbuf 0\n", 3, 10, "\"0\"" },
    { WORLD "  sndbuf -5\n", 3, 10, "\"-5\"" },
    { WORLD "  sndbuf 18446744073709551617\n",
      3,
      10,
      "\"18446744073709551617\"" },
    { WORLD "  sndbuf 1\n  sndbuf 1\n", 4, 3, "\"sndbuf\"" },
    { WORLD "  link\n", 3, 7, "the line ends" },
    { WORLD "  link rate\n", 3, 12, "the line ends" },
    { WORLD "  link rate 1mile\n", 3, 13, "\"1mile\"" },
    { WORLD "  link rate Mbit\n", 3, 13, "\"Mbit\"" },
    { WORLD "  link rate 0bit\n", 3, 13, "\"0bit\"" },
    { WORLD "  link rate 1001Gbit\n", 3, 13, "\"1001Gbit\"" },
    { WORLD "  link latency 5\n", 3, 16, "\"5\"" },
    { WORLD "  link latency 3601s\n", 3, 16, "\"3601s\"" },
    { WORLD "  link window 0\n", 3, 15, "\"0\"" },
    { WORLD "  link colour red\n", 3, 8, "\"colour\"" },
    { WORLD "  link rate 1bit rate 1bit\n", 3, 18, "\"rate\"" },
    { WORLD "  link rate 1bit\n  link rate 1bit\n", 4, 3, "\"link\"" },
    { WORLD "  provider\n", 3, 11, "the line ends" },
    { WORLD "  provider x\n", 3, 13, "the line ends" },
    { WORLD "  provider x box\n", 3, 14, "\"box\"" },
    { WORLD "  provider x base y\n", 3, 19, "\"y\"" },
    { WORLD "  provider app base\n", 3, 12, "\"app\"" },
    { WORLD "  provider ws2_32 ifs\n", 3, 12, "\"ws2_32\"" },
    { WORLD "  provider system base\n", 3, 12, "\"system\"" },
    { WORLD "  provider x base\n  provider x ifs\n", 4, 12, "\"x\"" },
    { WORLD "  provider f ifs\nprocess A\n", 4, 1, "no base" },
    { WORLD "  provider f ifs\n", 4, 1, "no base" },
    { WORLD "  provider f ifs\nchoices\n", 4, 1, "no base" },
    { WORLD "  pin filter\n  provider x base\n", 4, 3, "\"provider\"" },
    { WORLD "  chain filter tcp\n  provider x base\n", 4, 3, "\"provider\"" },
    { WORLD "  provider f dll\n", 3, 17, "the line ends" },
    { WORLD "  provider x base raw\n", 3, 19, "raw" },
    { WORLD "  provider f ifs dgram\n", 3, 18, "dgram" },
    { WORLD "  provider x base\n  provider f ifs\n  provider n nonifs\n"
            "  chain f n x\n",
      6,
      11,
      "\"n\"" },
    { WORLD "  provider x base\n  provider f dll \"x\"\n"
            "  provider n nonifs\n  chain f n x\n",
      6,
      11,
      "\"n\"" },
    { WORLD "  provider f dll x\n", 3, 18, "\"x\"" },
    { WORLD "  provider f dll \"\"\n", 3, 18, "\"\"\"\"" },
    { WORLD "  provider f dll \"x\n", 3, 18, "quote" },
    { WORLD "  provider f dll \"x\\\"\n", 3, 18, "quote" },
    { WORLD "  provider f dll \"x\"y\"\n", 3, 18, "x\"y" },
    { WORLD "  provider f dll \"c:\\x\"\n", 3, 18, "c:\\x" },
    { WORLD "  provider f dll \"\xc3\xbc\"\n", 3, 18, "\xc3\xbc" },
    { WORLD "  provider f dll \"x\" \"y\"\n", 3, 22, "y" },
    { WORLD "  provider f dll \"x\" ifs\n", 3, 22, "ifs" },
    { WORLD "  provider f dll \"x\" nonifs y\n", 3, 29, "y" },
    { WORLD "  provider x base\n  provider f dll \"x\" nonifs\n"
            "  provider g ifs\n  chain g f x\n",
      6,
      11,
      "IFS handles" },
    { WORLD "  pin\n", 3, 6, "the line ends" },
    { WORLD "  pin nobody\n", 3, 7, "\"nobody\"" },
    { WORLD "  pin tcp tcp\n", 3, 11, "\"tcp\"" },
    { WORLD "  versions\n", 3, 11, "the line ends" },
    { WORLD "  versions nobody 2.2\n", 3, 12, "\"nobody\"" },
    { WORLD "  versions app 2.2\n", 3, 12, "\"app\"" },
    { WORLD "  versions tcp\n", 3, 15, "the line ends" },
    { WORLD "  versions ws2_32\n", 3, 18, "the line ends" },
    { WORLD "  versions tcp 2\n", 3, 16, "\"2\"" },
    { WORLD "  versions tcp 2.2 2.3\n", 3, 20, "\"2.3\"" },
    { WORLD "  versions tcp 2.2 1.1 2.2\n", 3, 24, "\"2.2\"" },
    { WORLD "  versions tcp 2.2\n  versions tcp 2.0\n", 4, 3, "versions" },
    { WORLD "  versions ws2_32 2.2\n  versions ws2_32 2.2\n",
      4,
      3,
      "versions" },
    { WORLD "  versions tcp 2.2\n  provider x base\n", 4, 3, "provider" },
    { WORLD "  provider f dll \"x\"\n  versions f 2.2\n", 4, 12, "\"f\"" },
    { WORLD "  chain\n", 3, 8, "the line ends" },
    { WORLD "  chain tcp\n", 3, 12, "the line ends" },
    { WORLD "  chain filter nothing\n", 3, 16, "\"nothing\"" },
    { WORLD "  chain tcp filter\n", 3, 9, "\"tcp\"" },
    { WORLD "  chain filter filter tcp\n", 3, 16, "\"filter\"" },
    { LAYERS "  chain a b\n", 6, 11, "\"b\"" },
    { LAYERS "  chain a b a tcp\n", 6, 13, "\"a\"" },
    { WORLD "  plant\n", 3, 8, "the line ends" },
    { WORLD "  plant a/b\n", 3, 9, "\"a/b\"" },
    { WORLD "  plant a b\n", 3, 11, "\"b\"" },
    { WORLD "  hostile 1\n", 3, 11, "\"1\"" },
    { WORLD "  dllmain\n", 3, 10, "the line ends" },
    { WORLD "  dllmain connect tcp\n", 3, 11, "\"connect\"" },
    { WORLD "  dllmain startup\n", 3, 18, "the line ends" },
    { WORLD "  dllmain startup app\n", 3, 19, "\"app\"" },
    { WORLD "  dllmain startup tcp now\n", 3, 23, "\"now\"" },
    { WORLD "  hostile\n  hostile\n", 4, 3, "\"hostile\"" },
    { WORLD "  faults\n", 3, 9, "the line ends" },
    { WORLD "  faults load memory\n", 3, 15, "\"memory\"" },
    { WORLD "  faults load net load\n", 3, 19, "\"load\"" },
    { WORLD "  faults load\n  faults net\n", 4, 3, "\"faults\"" },
    { WORLD "  page-heap\n  page-heap\n", 4, 3, "\"page-heap\"" },
    { WORLD "  page-heap on\n", 3, 13, "\"on\"" },
    { WORLD "  names\n  names\n", 4, 3, "\"names\"" },
    { WORLD "  names v1\n", 3, 9, "\"v1\"" },
    { WORLD "  provider names base\n", 3, 12, "\"names\"" },
    { WORLD "  protocol\n", 3, 11, "the line ends" },
    { WORLD "  protocol nobody inet dgram udp\n", 3, 12, "\"nobody\"" },
    { WORLD "  protocol filter inet dgram udp\n", 3, 12, "\"filter\"" },
    { WORLD "  protocol tcp\n", 3, 15, "the line ends" },
    { WORLD "  protocol tcp stream\n", 3, 16, "\"stream\"" },
    { WORLD "  protocol tcp inet dgram\n", 3, 26, "the line ends" },
    { WORLD "  protocol tcp inet any udp\n", 3, 16, "\"inet\"" },
    { WORLD "  protocol tcp inet dgram udp hidden zero\n", 3, 38, "\"zero\"" },
    { WORLD "  protocol tcp inet raw udp\n  provider x base\n",
      4,
      3,
      "provider" },
    { WORLD CHAIN CHAIN CHAIN CHAIN CHAIN CHAIN CHAIN CHAIN CHAIN,
      11,
      3,
      "\"chain\"" },
    { WORLD PROTOCOL PROTOCOL PROTOCOL PROTOCOL PROTOCOL PROTOCOL PROTOCOL
          PROTOCOL PROTOCOL,
      11,
      3,
      "\"protocol\"" },
    { WORLD "  descriptors\n", 3, 14, "the line ends" },
    { WORLD "  descriptors 0\n", 3, 15, "\"0\"" },
    { WORLD "  descriptors 33\n", 3, 15, "\"33\"" },
    { WORLD "  descriptors 1 2\n", 3, 17, "\"2\"" },
    { WORLD "  descriptors 1\n  descriptors 1\n", 4, 3, "descriptors" },
};

/* The same for the world. */
static void errors_of_the_world_name_line_column_and_word(void **state)
{
    (void)state;

    check_bad(bad_world, LC_COUNT_OF(bad_world));
}

/* Each kind of peer, with its number where it has one, is what is printed. */
static void each_peer_can_be_written(void **state)
{
    (void)state;

    static const struct {
        const char *line;
        enum lc_peer_kind kind;
        uint32_t number;
    } peers[] = {
        { "sink", LC_PEER_SINK, 0 },
        { "slow 1", LC_PEER_SLOW, 1 },
        { "echo", LC_PEER_ECHO, 0 },
        { "source 0", LC_PEER_SOURCE, 0 },
        { "stalled", LC_PEER_STALLED, 0 },
        { "halfclose", LC_PEER_HALFCLOSE, 0 },
        { "reset 1000000000", LC_PEER_RESET, 1000000000 },
        { "never", LC_PEER_NEVER, 0 },
        { "refuse", LC_PEER_REFUSE, 0 },
        { "connector 500", LC_PEER_CONNECTOR, 500 },
    };

    _Static_assert(LC_COUNT_OF(peers) == LC_PEER_KIND_COUNT, "one each");
    for (uint32_t i = 0; i < LC_COUNT_OF(peers); i++) {
        char text[256];
        char line[64];
        char printed[1024];
        (void)snprintf(line, sizeof line, "  peer %s\n", peers[i].line);
        (void)snprintf(
            text,
            sizeof text,
            WORLD "  rcvbuf 77\n%sprocess A\nthread t\nWSACleanup\n",
            line);
        assert_true(parse(text, &first));
        assert_int_equal(first.world.peer_kind, peers[i].kind);
        assert_int_equal(first.world.peer_number, peers[i].number);
        assert_true(fuzz_text_print(&first, printed, sizeof printed) > 0);
        assert_non_null(strstr(printed, line));
        assert_non_null(strstr(printed, "  rcvbuf 77\n"));
    }
}

/* The longest chain has seven members, as in Windows. */
static void an_eighth_member_of_a_chain_is_an_error(void **state)
{
    (void)state;
    static const char layers[] =
        WORLD "provider a ifs\nprovider b ifs\nprovider c ifs\n"
              "provider d ifs\nprovider e ifs\nprovider f ifs\n"
              "provider g ifs\nprovider tcp base\n";
    char text[512];
    (void)snprintf(
        text,
        sizeof text,
        "%schain a b c d e f tcp\nprocess A\nthread t\nWSACleanup\n",
        layers);
    assert_true(parse(text, &first));
    assert_int_equal(first.world.chains[0].length, 7);
    (void)snprintf(text, sizeof text, "%schain a b c d e f g tcp\n", layers);
    assert_false(parse(text, &first));
    assert_int_equal(error.line, 11);
    assert_int_equal(error.column, 21);
}

/* A chain without providers is one of the default providers, in place of the
 * default chain. */
static void a_chain_replaces_the_default_chain(void **state)
{
    (void)state;
    assert_true(parse(
        WORLD "chain filter tcp\nprocess A\nthread t\nWSACleanup\n",
        &first));
    assert_int_equal(first.world.provider_count, 2);
    assert_int_equal(first.world.chain_count, 1);
    assert_true(parse(
        WORLD "provider x base\nprocess A\nthread t\nWSACleanup\n",
        &first));
    assert_int_equal(first.world.provider_count, 1);
    assert_int_equal(first.world.chain_count, 0);
}

/* What all have by default is said by saying nothing. */
static void default_versions_are_none(void **state)
{
    (void)state;
    assert_true(parse(
        WORLD "versions tcp 2.2\nversions filter 2.2 1.1\n"
              "versions ws2_32 2.2 2.1 2.0 1.1 1.0\n"
              "process A\nthread t\nWSACleanup\n",
        &first));
    assert_int_equal(first.world.versions, 0);
    assert_int_equal(first.world.providers[0].versions, 0);
    assert_int_equal(first.world.providers[1].versions, 18);
    assert_true(parse(
        WORLD "versions ws2_32 2.2\nprovider x base\n"
              "process A\nthread t\nWSACleanup\n",
        &first));
    assert_int_equal(first.world.versions, 16);
}

/* `via` names a chain by its first layer and a base by itself; the chains
 * come first in the catalog. */
static void entries_are_chains_and_then_bases(void **state)
{
    (void)state;
    assert_true(parse(
        WORLD "provider tcp base\nprovider a ifs\nprovider udp base\n"
              "provider b ifs\nchain b a tcp\nchain a udp\n"
              "process A\nthread t\n"
              "s = socket stream via b\ns = socket stream via a\n"
              "s = socket stream via tcp\ns = socket stream via udp\n"
              "s = socket stream\n",
        &first));
    for (uint32_t i = 0; i < 4; i++) {
        assert_int_equal(first.ops[i].entry, i);
    }
    assert_int_equal(first.ops[4].entry, LC_NONE);
}

/* More protocols come behind all others, and are named by their number. */
static void protocols_are_entries_of_their_base(void **state)
{
    (void)state;
    static const char *const names[] = {
        "filter", "tcp", "udp", "filter.layer", "tcp.2", "udp.2", "tcp.3",
    };
    assert_true(parse(
        WORLD "provider tcp base\nprovider filter ifs\nprovider udp base\n"
              "protocol tcp inet dgram udp\n"
              "protocol udp ipv6 raw icmp hidden\n"
              "protocol tcp ipv6 stream tcp zero hidden\nchain filter udp\n"
              "process A\nthread t\ns = socket stream via tcp.3\n"
              "s = socket any dgram info via tcp.2\n",
        &first));
    assert_int_equal(
        fuzz_schedule_catalog_count(&first.world),
        LC_COUNT_OF(names));
    for (uint32_t i = 0; i < LC_COUNT_OF(names); i++) {
        char name[FUZZ_TEXT_ENTRY_MAX];
        fuzz_text_entry(&first.world, i, name);
        assert_string_equal(name, names[i]);
        assert_int_equal(fuzz_schedule_is_open(&first.world, i), i != 3);
    }
    assert_int_equal(first.ops[0].entry, 6);
    assert_int_equal(first.ops[1].entry, 4);
    assert_int_equal(
        first.ops[1].value,
        lc_triplet(
            LC_TRIPLET_FAMILY_ANY,
            LC_TRIPLET_DGRAM,
            LC_TRIPLET_PROTOCOL_INFO));
    const struct lc_served *served = &first.world.protocols[2];
    assert_int_equal(served->provider, 0);
    assert_int_equal(served->zero, 1);
    assert_int_equal(served->hidden, 1);
    assert_int_equal(
        served->triplet,
        lc_triplet(LC_TRIPLET_INET6, LC_TRIPLET_STREAM, LC_TRIPLET_TCP));
}

/* Chains that begin with one layer are told apart by their number. */
static void chains_of_one_layer_have_numbers(void **state)
{
    (void)state;
    static const char *const names[] = {
        "a", "b", "a.2", "a.3", "tcp", "udp", "a.layer", "b.layer", "udp.2",
    };
    assert_true(parse(
        WORLD "provider tcp base\nprovider udp base\nprovider a ifs\n"
              "provider b ifs\nprotocol udp inet dgram udp\n"
              "chain a tcp\nchain b a udp\nchain a b tcp\nchain a udp\n"
              "process A\nthread t\ns = socket stream via a.3\n",
        &first));
    assert_int_equal(first.ops[0].entry, 3);
    for (uint32_t i = 0; i < LC_COUNT_OF(names); i++) {
        char name[FUZZ_TEXT_ENTRY_MAX];
        fuzz_text_entry(&first.world, i, name);
        assert_string_equal(name, names[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_of_the_world_name_line_column_and_word),
        cmocka_unit_test(each_peer_can_be_written),
        cmocka_unit_test(an_eighth_member_of_a_chain_is_an_error),
        cmocka_unit_test(a_chain_replaces_the_default_chain),
        cmocka_unit_test(default_versions_are_none),
        cmocka_unit_test(entries_are_chains_and_then_bases),
        cmocka_unit_test(protocols_are_entries_of_their_base),
        cmocka_unit_test(chains_of_one_layer_have_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
