#include <string.h>

#include "sim/provider/address.h"
#include "tests/unit/failing.h"
#include "tests/unit/framework.h"

enum {
    ROOM = 32
};

static const struct lc_wsaprotocol_infow inet_entry = {
    .iAddressFamily = LC_AF_INET,
};
static const struct lc_wsaprotocol_infow ipv6_entry = {
    .iAddressFamily = LC_AF_INET6,
};

static void widen(const char *text, lc_wchar *ret_text)
{
    uint32_t i = 0;
    do {
        ret_text[i] = (lc_wchar)text[i];
    } while (text[i++] != 0);
}

static enum lc_wsa read_text(const char *text, struct lc_sockaddr *ret_address)
{
    lc_wchar wide[ROOM];
    int32_t bytes = sizeof *ret_address;
    widen(text, wide);
    return sim_provider_string_to_address(
        wide,
        LC_AF_INET,
        &inet_entry,
        ret_address,
        &bytes);
}

static void a_text_comes_back(void **state)
{
    (void)state;
    static const char *const texts[] = { "0.0.0.0",
                                         "1.20.255.9:80",
                                         "255.255.255.255:65535",
                                         "127.0.0.1:1" };
    for (uint32_t i = 0; i < LC_COUNT_OF(texts); i++) {
        struct lc_sockaddr address;
        lc_wchar expected[ROOM];
        lc_wchar text[ROOM];
        uint32_t characters = ROOM;
        widen(texts[i], expected);
        assert_int_equal(read_text(texts[i], &address), LC_WSA_OK);
        assert_int_equal(
            sim_provider_address_to_string(
                &address,
                sizeof address,
                &inet_entry,
                text,
                &characters),
            LC_WSA_OK);
        assert_int_equal(characters, strlen(texts[i]) + 1);
        assert_memory_equal(text, expected, characters * sizeof *text);
    }
}

static void what_is_no_address_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = { "",          "1.2.3",
                                         "1.2.3.256", "1.2.3.4.5",
                                         "1.2.3.4:",  "1.2.3.4:65536",
                                         "a.2.3.4",   "1.2.3.4 ",
                                         "1..3.4" };
    for (uint32_t i = 0; i < LC_COUNT_OF(texts); i++) {
        struct lc_sockaddr address;
        assert_int_equal(read_text(texts[i], &address), LC_WSAEINVAL);
    }
}

static void what_is_needed_is_told(void **state)
{
    (void)state;
    struct lc_sockaddr address;
    lc_wchar text[ROOM];
    assert_int_equal(read_text("10.0.0.1:7", &address), LC_WSA_OK);
    uint32_t characters = sizeof "10.0.0.1:7" - 1;
    assert_int_equal(
        sim_provider_address_to_string(
            &address,
            sizeof address,
            NULL,
            text,
            &characters),
        LC_WSAEFAULT);
    assert_int_equal(characters, sizeof "10.0.0.1:7");
    int32_t bytes = sizeof address - 1;
    widen("10.0.0.1:7", text);
    assert_int_equal(
        sim_provider_string_to_address(
            text,
            LC_AF_INET,
            NULL,
            &address,
            &bytes),
        LC_WSAEFAULT);
    assert_int_equal(bytes, sizeof(struct lc_sockaddr_in));
}

static void another_family_is_refused(void **state)
{
    (void)state;
    struct lc_sockaddr address;
    lc_wchar text[ROOM];
    uint32_t characters = ROOM;
    int32_t bytes = sizeof address;
    assert_int_equal(read_text("10.0.0.1", &address), LC_WSA_OK);
    assert_int_equal(
        sim_provider_address_to_string(
            &address,
            sizeof address,
            &ipv6_entry,
            text,
            &characters),
        LC_WSAEINVAL);
    widen("10.0.0.1", text);
    assert_int_equal(
        sim_provider_string_to_address(
            text,
            LC_AF_INET6,
            NULL,
            &address,
            &bytes),
        LC_WSAEINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_comes_back),
        cmocka_unit_test(what_is_no_address_is_refused),
        cmocka_unit_test(what_is_needed_is_told),
        cmocka_unit_test(another_family_is_refused),
    };
    return cmocka_run_group_tests_name(
        "sim_provider_address",
        tests,
        NULL,
        NULL);
}
