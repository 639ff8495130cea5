#include "sim/provider/address.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum {
    TEXT_MAX = 22, /* 255.255.255.255:65535 and its 0 */
    BYTE_BITS = 8
};

static bool is_inet(int32_t family, const struct lc_wsaprotocol_infow *info)
{
    return family == LC_AF_INET &&
           (info == NULL || info->iAddressFamily == LC_AF_INET);
}

static uint16_t swapped(uint16_t port)
{
    return (uint16_t)(port << BYTE_BITS | port >> BYTE_BITS);
}

/* Appends a decimal number. Returns: the new length. */
static uint32_t put_number(lc_wchar *text, uint32_t length, uint32_t number)
{
    uint32_t unit = 1;
    while (number / unit >= 10) {
        unit *= 10;
    }
    for (; unit > 0; unit /= 10) {
        text[length++] = (lc_wchar)('0' + number / unit % 10);
    }
    return length;
}

enum lc_wsa sim_provider_address_to_string(
    const struct lc_sockaddr *address,
    uint32_t address_bytes,
    const struct lc_wsaprotocol_infow *info,
    lc_wchar *ret_text,
    uint32_t *characters)
{
    lc_wchar text[TEXT_MAX];
    struct lc_sockaddr_in inet;
    if (address == NULL || ret_text == NULL || characters == NULL ||
        address_bytes < sizeof inet) {
        return LC_WSAEFAULT;
    }
    memcpy(&inet, address, sizeof inet);
    if (!is_inet(inet.sin_family, info)) {
        return LC_WSAEINVAL;
    }
    const unsigned char *bytes = (const unsigned char *)&inet.sin_addr;
    uint32_t length = 0;
    for (uint32_t i = 0; i < sizeof inet.sin_addr; i++) {
        if (i > 0) {
            text[length++] = '.';
        }
        length = put_number(text, length, bytes[i]);
    }
    if (inet.sin_port != 0) {
        text[length++] = ':';
        length = put_number(text, length, swapped(inet.sin_port));
    }
    text[length++] = 0;
    LC_CHECK(length <= TEXT_MAX);
    uint32_t room = *characters;
    *characters = length;
    if (room < length) {
        return LC_WSAEFAULT;
    }
    memcpy(ret_text, text, length * sizeof *text);
    return LC_WSA_OK;
}

/* A decimal number up to max. Returns: where the text goes on; NULL: it is
 * none. */
static const lc_wchar *read_number(
    const lc_wchar *text,
    uint32_t max,
    uint32_t *ret_number)
{
    uint32_t number = 0;
    const lc_wchar *at = text;
    while (*at >= '0' && *at <= '9' && number <= max) {
        number = number * 10 + (uint32_t)(*at - '0');
        at++;
    }
    *ret_number = number;
    return at > text && number <= max ? at : NULL;
}

static bool read_inet(const lc_wchar *text, struct lc_sockaddr_in *ret_inet)
{
    unsigned char bytes[sizeof ret_inet->sin_addr];
    uint32_t number = 0;
    for (uint32_t i = 0; i < sizeof bytes; i++) {
        if (i > 0 && *text++ != '.') {
            return false;
        }
        text = read_number(text, UINT8_MAX, &number);
        if (text == NULL) {
            return false;
        }
        bytes[i] = (unsigned char)number;
    }
    number = 0;
    if (*text == ':') {
        text = read_number(text + 1, UINT16_MAX, &number);
    }
    *ret_inet =
        (struct lc_sockaddr_in){ .sin_family = LC_AF_INET,
                                 .sin_port = swapped((uint16_t)number) };
    memcpy(&ret_inet->sin_addr, bytes, sizeof bytes);
    return text != NULL && *text == 0;
}

enum lc_wsa sim_provider_string_to_address(
    const lc_wchar *text,
    int32_t family,
    const struct lc_wsaprotocol_infow *info,
    struct lc_sockaddr *ret_address,
    int32_t *address_bytes)
{
    struct lc_sockaddr_in inet;
    if (text == NULL || ret_address == NULL || address_bytes == NULL) {
        return LC_WSAEFAULT;
    }
    if (!is_inet(family, info) || !read_inet(text, &inet)) {
        return LC_WSAEINVAL;
    }
    int32_t room = *address_bytes;
    *address_bytes = sizeof inet;
    if (room < (int32_t)sizeof inet) {
        return LC_WSAEFAULT;
    }
    memcpy(ret_address, &inet, sizeof inet);
    return LC_WSA_OK;
}
