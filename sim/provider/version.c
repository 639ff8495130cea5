#include "sim/provider/version.h"

#include "lastcall/limits.h"
#include "lastcall/trace.h"
#include "lastcall/version.h"

#include "sim/engine/thread.h"

/* Describes the world, not the run's state: written between runs only. 0: those
 * by default. */
static uint8_t offered[LC_PROVIDERS_MAX];

void sim_provider_set_versions(uint32_t module, uint32_t versions)
{
    LC_CHECK(module >= LC_MODULE_PROVIDER);
    LC_CHECK(module < LC_MODULE_PROVIDER + LC_PROVIDERS_MAX);
    LC_CHECK(versions <= LC_VERSIONS_ALL);
    offered[module - LC_MODULE_PROVIDER] = (uint8_t)versions;
}

/* By major number, then by minor. */
static uint32_t order_of(uint16_t version)
{
    return (version & 0xffU) << 8 | version >> 8;
}

bool sim_provider_negotiate(uint16_t asked, uint16_t *ret_version)
{
    uint32_t provider = sim_thread_module() - LC_MODULE_PROVIDER;
    LC_CHECK(provider < LC_PROVIDERS_MAX);
    uint32_t versions = offered[provider] != 0
                            ? offered[provider]
                            : (uint32_t)LC_VERSIONS_OF_PROVIDER;
    bool is_found = false;
    for (uint32_t i = 0; i < LC_VERSION_COUNT; i++) {
        uint16_t version = lc_version_word((enum lc_version)i);
        if ((versions >> i & 1) != 0 && order_of(version) <= order_of(asked)) {
            *ret_version = version;
            is_found = true;
        }
    }
    return is_found;
}

uint16_t sim_provider_highest_version(void)
{
    uint16_t highest = 0;
    bool has_any = sim_provider_negotiate(UINT16_MAX, &highest);
    LC_CHECK(has_any);
    return highest;
}

bool sim_provider_accepts(uint16_t version)
{
    uint16_t known;
    return sim_provider_negotiate(version, &known) && known == version;
}
