#include "fuzz/text_triplet.h"

#include "lastcall/check.h"
#include "lastcall/triplet.h"

#include "fuzz/schedule.h"
#include "fuzz/words.h"

static bool read_word(
    struct fuzz_text_reader *reader,
    uint32_t index,
    enum fuzz_words table,
    const char *what,
    uint32_t *ret_value)
{
    LC_CHECK(index > 0);
    return (index < reader->count && fuzz_words_find(
                                         table,
                                         reader->words[index].at,
                                         reader->words[index].length,
                                         ret_value)) ||
           fuzz_text_read_miss(reader, index, what);
}

bool fuzz_text_read_triplet(
    struct fuzz_text_reader *reader,
    uint32_t index,
    uint32_t *ret_triplet)
{
    uint32_t family = 0;
    uint32_t type = 0;
    uint32_t protocol = 0;
    if (!read_word(
            reader,
            index,
            FUZZ_WORDS_FAMILY,
            "stream, or inet, ipv6, any or info,",
            &family) ||
        !read_word(
            reader,
            index + 1,
            FUZZ_WORDS_TYPE,
            "stream, dgram, raw, any or info",
            &type) ||
        !read_word(
            reader,
            index + 2,
            FUZZ_WORDS_PROTOCOL,
            "tcp, udp, icmp, any or info",
            &protocol)) {
        return false;
    }
    *ret_triplet = lc_triplet(
        (enum lc_triplet_family)family,
        (enum lc_triplet_type)type,
        (enum lc_triplet_protocol)protocol);
    return true;
}

bool fuzz_text_read_protocol(struct fuzz_text_reader *reader, uint8_t provider)
{
    struct lc_world *world = &reader->work.world;
    struct lc_served protocol = { .provider = provider };
    uint32_t at = 5;
    LC_CHECK(provider < world->provider_count);
    if (world->providers[provider].kind != LC_PROVIDER_BASE) {
        return fuzz_text_read_refuse(reader, 1, "no base, but a layer:");
    }
    if (world->protocol_count == LC_PROTOCOLS_MAX) {
        return fuzz_text_read_refuse(reader, 0, "a ninth");
    }
    if (!fuzz_text_read_triplet(reader, 2, &protocol.triplet)) {
        return false;
    }
    if (!fuzz_schedule_is_protocol(protocol.triplet)) {
        return fuzz_text_read_refuse(
            reader,
            2,
            "an entry has no any and no info:");
    }
    if (fuzz_text_read_is(reader, at, "zero")) {
        protocol.zero = 1;
        at++;
    }
    if (fuzz_text_read_is(reader, at, "hidden")) {
        protocol.hidden = 1;
        at++;
    }
    world->protocols[world->protocol_count] = protocol;
    world->protocol_count++;
    return fuzz_text_read_end(reader, at);
}
