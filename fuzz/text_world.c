#include <string.h>

#include "lastcall/check.h"
#include "lastcall/schedule.h"
#include "lastcall/version.h"

#include "fuzz/schedule.h"
#include "fuzz/text_read.h"
#include "fuzz/text_triplet.h"
#include "fuzz/words.h"

/* Lines that may stand once: a second one would silently win. */
enum {
    SEEN_SNDBUF = 1,
    SEEN_LINK = 2,
    SEEN_PEER = 4,
    SEEN_FAULTS = 8,
    SEEN_VERSIONS = 16, /* of ws2_32 */
    SEEN_PAGE_HEAP = 32,
    SEEN_RCVBUF = 64,
    SEEN_HOSTILE = 128,
    SEEN_NAMES = 256,
    SEEN_PROVIDER_VERSIONS = 512, /* of the first provider, and so on */
    SEEN_DESCRIPTORS = 512 << LC_PROVIDERS_MAX
};

static bool find_provider(
    struct fuzz_text_reader *reader,
    uint32_t index,
    uint8_t *ret_provider)
{
    const struct lc_world *world = &reader->work.world;
    LC_CHECK(world->provider_count <= LC_PROVIDERS_MAX);
    if (index >= reader->count) {
        return fuzz_text_read_miss(reader, index, "a provider");
    }
    for (uint32_t i = 0; i < world->provider_count; i++) {
        if (fuzz_text_read_is(reader, index, world->providers[i].name)) {
            *ret_provider = (uint8_t)i;
            return true;
        }
    }
    return fuzz_text_read_refuse(reader, index, "unknown provider");
}

/* A name that no other provider and no module has. */
static bool read_provider_name(struct fuzz_text_reader *reader, char *ret_name)
{
    const struct lc_world *world = &reader->work.world;
    if (!fuzz_text_read_name(reader, 1, ret_name)) {
        return false;
    }
    uint32_t module;
    if (fuzz_words_find(
            FUZZ_WORDS_MODULE,
            ret_name,
            strlen(ret_name),
            &module)) {
        return fuzz_text_read_refuse(
            reader,
            1,
            "no provider can have the name");
    }
    for (uint32_t i = 0; i < world->provider_count; i++) {
        if (strcmp(world->providers[i].name, ret_name) == 0) {
            return fuzz_text_read_refuse(
                reader,
                1,
                "there is already a provider");
        }
    }
    return true;
}

/* The first provider of a world takes the place of the default ones. */
static void begin_providers(struct fuzz_text_reader *reader)
{
    struct lc_world *world = &reader->work.world;
    LC_CHECK(!reader->has_providers);
    LC_CHECK(!reader->has_chains);
    reader->has_providers = true;
    world->provider_count = 0;
    world->chain_count = 0;
    memset(world->providers, 0, sizeof world->providers);
    memset(world->chains, 0, sizeof world->chains);
}

static bool provider_line(struct fuzz_text_reader *reader)
{
    struct lc_world *world = &reader->work.world;
    if (reader->has_chains || reader->has_pins) {
        return fuzz_text_read_refuse(
            reader,
            0,
            "chain, pin, versions and protocol come after each");
    }
    if (!reader->has_providers) {
        begin_providers(reader);
    }
    if (world->provider_count == LC_PROVIDERS_MAX) {
        return fuzz_text_read_refuse(reader, 0, "a ninth");
    }
    struct lc_provider *provider = &world->providers[world->provider_count];
    uint32_t kind = 0;
    if (!read_provider_name(reader, provider->name)) {
        return false;
    }
    if (reader->count < 3 || !fuzz_words_find(
                                 FUZZ_WORDS_PROVIDER,
                                 reader->words[2].at,
                                 reader->words[2].length,
                                 &kind)) {
        return fuzz_text_read_miss(reader, 2, "base, ifs, nonifs or dll");
    }
    provider->kind = (uint8_t)kind;
    world->provider_count++;
    LC_CHECK(world->provider_count <= LC_PROVIDERS_MAX);
    if (kind == LC_PROVIDER_DLL) {
        if (!fuzz_text_read_path(reader, 3, provider->path)) {
            return false;
        }
        provider->has_own = fuzz_text_read_is(reader, 4, "nonifs");
        return fuzz_text_read_end(reader, provider->has_own ? 5 : 4);
    }
    provider->is_datagram = kind == LC_PROVIDER_BASE && reader->count > 3 &&
                            fuzz_text_read_is(reader, 3, "dgram");
    return fuzz_text_read_end(reader, provider->is_datagram ? 4 : 3);
}

static bool pin_line(struct fuzz_text_reader *reader)
{
    uint8_t provider = 0;
    if (!find_provider(reader, 1, &provider)) {
        return false;
    }
    LC_CHECK(provider < reader->work.world.provider_count);
    reader->has_pins = true;
    reader->work.world.providers[provider].pinned = 1;
    return fuzz_text_read_end(reader, 2);
}

static bool once(struct fuzz_text_reader *reader, uint32_t bit)
{
    LC_CHECK(bit != 0);
    if ((reader->world_seen & bit) != 0) {
        return fuzz_text_read_refuse(reader, 0, "a second");
    }
    reader->world_seen |= bit;
    return true;
}

/* Reads the rest of the line as a set of versions, each once. */
static bool read_versions(
    struct fuzz_text_reader *reader,
    uint32_t *ret_versions)
{
    *ret_versions = 0;
    if (reader->count == 2) {
        return fuzz_text_read_miss(reader, 2, "a version like 2.2");
    }
    for (uint32_t i = 2; i < reader->count; i++) {
        uint32_t word = 0;
        uint32_t version = 0;
        if (!fuzz_text_read_version(reader, i, &word)) {
            return false;
        }
        while (version < LC_VERSION_COUNT &&
               word != lc_version_word((enum lc_version)version)) {
            version++;
        }
        if (version == LC_VERSION_COUNT) {
            return fuzz_text_read_refuse(
                reader,
                i,
                "not one of 1.0, 1.1, 2.0, 2.1, 2.2, 3.0:");
        }
        if ((*ret_versions >> version & 1) != 0) {
            return fuzz_text_read_refuse(reader, i, "a second");
        }
        *ret_versions |= 1U << version;
    }
    return true;
}

/* versions NAME V ...; NAME may be ws2_32. A DLL has its own. */
static bool versions_line(struct fuzz_text_reader *reader)
{
    struct lc_world *world = &reader->work.world;
    uint32_t versions = 0;
    uint8_t provider = 0;
    if (fuzz_text_read_is(reader, 1, "ws2_32")) {
        if (!once(reader, SEEN_VERSIONS) || !read_versions(reader, &versions)) {
            return false;
        }
        world->versions =
            fuzz_schedule_versions(versions, LC_VERSIONS_OF_WS2_32);
        return true;
    }
    if (!find_provider(reader, 1, &provider)) {
        return false;
    }
    if (world->providers[provider].kind == LC_PROVIDER_DLL) {
        return fuzz_text_read_refuse(reader, 1, "a DLL has its own versions:");
    }
    if (!once(reader, (uint32_t)SEEN_PROVIDER_VERSIONS << provider) ||
        !read_versions(reader, &versions)) {
        return false;
    }
    reader->has_pins = true;
    world->providers[provider].versions =
        fuzz_schedule_versions(versions, LC_VERSIONS_OF_PROVIDER);
    return true;
}

/* dllmain startup|cleanup PROVIDER */
static bool dll_main_line(struct fuzz_text_reader *reader)
{
    uint8_t provider = 0;
    uint32_t what = 0;
    if (reader->count < 2 || !fuzz_words_find(
                                 FUZZ_WORDS_DLL_MAIN,
                                 reader->words[1].at,
                                 reader->words[1].length,
                                 &what)) {
        return fuzz_text_read_miss(reader, 1, "startup or cleanup");
    }
    if (!find_provider(reader, 2, &provider)) {
        return false;
    }
    reader->has_pins = true;
    reader->work.world.providers[provider].dll_main |= (uint8_t)(1U << what);
    return fuzz_text_read_end(reader, 3);
}

static bool has_member(const struct lc_chain *chain, uint8_t provider)
{
    LC_CHECK(chain->length <= LC_CHAIN_LENGTH_MAX);
    return memchr(chain->providers, provider, chain->length) != NULL;
}

/* The members of a chain: each once, layers first, the base last. */
static bool read_members(
    struct fuzz_text_reader *reader,
    struct lc_chain *ret_chain)
{
    const struct lc_world *world = &reader->work.world;
    struct lc_chain chain = { 0 };
    if (reader->count < 3) {
        return fuzz_text_read_miss(
            reader,
            reader->count,
            "a chain of a layer and a base or more");
    }
    for (uint32_t i = 1; i < reader->count; i++) {
        uint8_t provider = 0;
        if (!find_provider(reader, i, &provider)) {
            return false;
        }
        if (has_member(&chain, provider)) {
            return fuzz_text_read_refuse(reader, i, "twice in one chain:");
        }
        bool is_base = world->providers[provider].kind == LC_PROVIDER_BASE;
        if (is_base && i + 1 < reader->count) {
            return fuzz_text_read_refuse(
                reader,
                i,
                "a base ends its chain; more follows");
        }
        if (!is_base && i + 1 == reader->count) {
            return fuzz_text_read_refuse(
                reader,
                i,
                "a chain ends with a base; this is a layer:");
        }
        if (chain.length > 0 &&
            fuzz_schedule_is_misplaced(
                &world->providers[chain.providers[chain.length - 1]],
                &world->providers[provider])) {
            return fuzz_text_read_refuse(
                reader,
                i,
                "a layer with IFS handles stands above one without:");
        }
        if (chain.length == LC_CHAIN_LENGTH_MAX) {
            return fuzz_text_read_refuse(
                reader,
                i,
                "a chain has seven members at most; too many:");
        }
        chain.providers[chain.length++] = provider;
    }
    LC_CHECK(chain.length >= 2);
    *ret_chain = chain;
    return true;
}

static bool chain_line(struct fuzz_text_reader *reader)
{
    struct lc_world *world = &reader->work.world;
    if (!reader->has_chains && !reader->has_providers) {
        world->chain_count = 0;
        memset(world->chains, 0, sizeof world->chains);
    }
    reader->has_chains = true;
    if (world->chain_count == LC_CHAINS_MAX) {
        return fuzz_text_read_refuse(reader, 0, "a ninth");
    }
    struct lc_chain chain = { 0 };
    if (!read_members(reader, &chain)) {
        return false;
    }
    world->chains[world->chain_count++] = chain;
    return true;
}

/* One property and its value. */
static bool link_property(struct fuzz_text_reader *reader, uint32_t index)
{
    static const char *const rates[] = { "bit", "kbit", "Mbit", "Gbit" };
    static const char *const times[] = { "ns", "us", "ms", "s" };
    struct lc_world *world = &reader->work.world;
    LC_CHECK(index < reader->count);
    if (fuzz_text_read_is(reader, index, "rate")) {
        return fuzz_text_read_unit(
                   reader,
                   index + 1,
                   rates,
                   FUZZ_LINK_BITS_MAX,
                   &world->link_bits_per_s) &&
               (world->link_bits_per_s > 0 || fuzz_text_read_refuse(
                                                  reader,
                                                  index + 1,
                                                  "a link without a rate:"));
    }
    if (fuzz_text_read_is(reader, index, "latency")) {
        return fuzz_text_read_unit(
            reader,
            index + 1,
            times,
            FUZZ_LATENCY_NS_MAX,
            &world->link_latency_ns);
    }
    if (fuzz_text_read_is(reader, index, "window")) {
        return fuzz_text_read_u32(
            reader,
            index + 1,
            1,
            FUZZ_WINDOW_MAX,
            &world->link_window_bytes);
    }
    return fuzz_text_read_miss(reader, index, "rate, latency or window");
}

static bool link_line(struct fuzz_text_reader *reader)
{
    LC_CHECK(reader->count > 0);
    if (reader->count == 1) {
        return fuzz_text_read_miss(reader, 1, "rate, latency or window");
    }
    for (uint32_t i = 1; i < reader->count; i += 2) {
        for (uint32_t k = 1; k < i; k += 2) {
            const struct fuzz_text_word *word = &reader->words[k];
            if (reader->words[i].length == word->length &&
                memcmp(reader->words[i].at, word->at, word->length) == 0) {
                return fuzz_text_read_refuse(reader, i, "a second");
            }
        }
        if (!link_property(reader, i)) {
            return false;
        }
    }
    return true;
}

static bool peer_line(struct fuzz_text_reader *reader)
{
    struct lc_world *world = &reader->work.world;
    uint32_t kind = 0;
    LC_CHECK(reader->count > 0);
    if (reader->count < 2 || !fuzz_words_find(
                                 FUZZ_WORDS_PEER,
                                 reader->words[1].at,
                                 reader->words[1].length,
                                 &kind)) {
        return fuzz_text_read_miss(reader, 1, "a kind of peer");
    }
    uint32_t least = 0;
    world->peer_kind = (uint8_t)kind;
    world->peer_number = 0;
    if (!fuzz_schedule_peer_has_number(kind, &least)) {
        return fuzz_text_read_end(reader, 2);
    }
    return fuzz_text_read_u32(
               reader,
               2,
               least,
               FUZZ_PEER_NUMBER_MAX,
               &world->peer_number) &&
           fuzz_text_read_end(reader, 3);
}

static bool plant_line(struct fuzz_text_reader *reader)
{
    struct lc_world *world = &reader->work.world;
    LC_CHECK(world->plant_count <= LC_PLANTS_MAX);
    if (world->plant_count == LC_PLANTS_MAX) {
        return fuzz_text_read_refuse(reader, 0, "a fifth");
    }
    char *plant = world->plants[world->plant_count];
    if (!fuzz_text_read_name(reader, 1, plant)) {
        return false;
    }
    world->plant_count++;
    return fuzz_text_read_end(reader, 2);
}

/* The kinds, each once. */
static bool faults_line(struct fuzz_text_reader *reader)
{
    struct lc_world *world = &reader->work.world;
    LC_CHECK(reader->count > 0);
    if (reader->count == 1) {
        return fuzz_text_read_miss(reader, 1, "what may fail");
    }
    for (uint32_t i = 1; i < reader->count; i++) {
        uint32_t fail;
        if (!fuzz_words_find(
                FUZZ_WORDS_FAIL,
                reader->words[i].at,
                reader->words[i].length,
                &fail)) {
            return fuzz_text_read_refuse(reader, i, "unknown kind of fault");
        }
        if ((world->faults >> fail & 1) != 0) {
            return fuzz_text_read_refuse(reader, i, "a second");
        }
        world->faults |= (uint16_t)(1U << fail);
    }
    return true;
}

/* protocol BASE FAMILY TYPE PROTOCOL [zero] [hidden] */
static bool protocol_line(struct fuzz_text_reader *reader)
{
    uint8_t provider = 0;
    if (!find_provider(reader, 1, &provider)) {
        return false;
    }
    reader->has_pins = true;
    return fuzz_text_read_protocol(reader, provider);
}

static bool descriptors_line(struct fuzz_text_reader *reader)
{
    uint32_t descriptors = 0;
    if (!fuzz_text_read_u32(reader, 1, 1, FUZZ_DESCRIPTORS_MAX, &descriptors)) {
        return false;
    }
    reader->work.world.descriptors = (uint8_t)descriptors;
    return fuzz_text_read_end(reader, 2);
}

bool fuzz_text_world_line(struct fuzz_text_reader *reader)
{
    LC_CHECK(reader->section == FUZZ_TEXT_WORLD);
    LC_CHECK(reader->count > 0);
    if (fuzz_text_read_is(reader, 0, "provider")) {
        return provider_line(reader);
    }
    if (fuzz_text_read_is(reader, 0, "pin")) {
        return pin_line(reader);
    }
    if (fuzz_text_read_is(reader, 0, "versions")) {
        return versions_line(reader);
    }
    if (fuzz_text_read_is(reader, 0, "dllmain")) {
        return dll_main_line(reader);
    }
    if (fuzz_text_read_is(reader, 0, "chain")) {
        return chain_line(reader);
    }
    if (fuzz_text_read_is(reader, 0, "protocol")) {
        return protocol_line(reader);
    }
    if (fuzz_text_read_is(reader, 0, "descriptors")) {
        return once(reader, SEEN_DESCRIPTORS) && descriptors_line(reader);
    }
    if (fuzz_text_read_is(reader, 0, "sndbuf")) {
        return once(reader, SEEN_SNDBUF) &&
               fuzz_text_read_u32(
                   reader,
                   1,
                   1,
                   FUZZ_SNDBUF_MAX,
                   &reader->work.world.sndbuf_bytes) &&
               fuzz_text_read_end(reader, 2);
    }
    if (fuzz_text_read_is(reader, 0, "rcvbuf")) {
        return once(reader, SEEN_RCVBUF) &&
               fuzz_text_read_u32(
                   reader,
                   1,
                   1,
                   FUZZ_SNDBUF_MAX,
                   &reader->work.world.rcvbuf_bytes) &&
               fuzz_text_read_end(reader, 2);
    }
    if (fuzz_text_read_is(reader, 0, "link")) {
        return once(reader, SEEN_LINK) && link_line(reader);
    }
    if (fuzz_text_read_is(reader, 0, "peer")) {
        return once(reader, SEEN_PEER) && peer_line(reader);
    }
    if (fuzz_text_read_is(reader, 0, "faults")) {
        return once(reader, SEEN_FAULTS) && faults_line(reader);
    }
    if (fuzz_text_read_is(reader, 0, "page-heap")) {
        reader->work.world.page_heap = 1;
        return once(reader, SEEN_PAGE_HEAP) && fuzz_text_read_end(reader, 1);
    }
    if (fuzz_text_read_is(reader, 0, "hostile")) {
        reader->work.world.hostile = 1;
        return once(reader, SEEN_HOSTILE) && fuzz_text_read_end(reader, 1);
    }
    if (fuzz_text_read_is(reader, 0, "names")) {
        reader->work.world.names = 1;
        return once(reader, SEEN_NAMES) && fuzz_text_read_end(reader, 1);
    }
    if (fuzz_text_read_is(reader, 0, "plant")) {
        return plant_line(reader);
    }
    return fuzz_text_read_refuse(reader, 0, "unknown word in the world:");
}
