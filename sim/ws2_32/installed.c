#include "sim/ws2_32/installed.h"

#include <string.h>

#include "lastcall/check.h"
#include "lastcall/trace.h"

#include "sim/engine/thread.h"
#include "sim/engine/trace.h"
#include "sim/ws2_32/catalog.h"
#include "sim/ws2_32/notice.h"
#include "sim/ws2_32/state.h"

void sim_installed_begin(void)
{
    struct sim_entry_list *list = &SIM_WS2_32->installed;
    uint32_t count = sim_catalog_count();
    LC_CHECK(count <= SIM_CATALOG_MAX);
    *list = (struct sim_entry_list){ .count = (uint8_t)count };
    for (uint32_t i = 0; i < count; i++) {
        list->entries[i] = (uint8_t)i;
    }
}

const struct sim_entry_list *sim_installed(void)
{
    return &SIM_WS2_32->installed;
}

const struct sim_entry_list *sim_installed_view(void)
{
    const struct sim_ws2_process *process = sim_ws2_process();
    const struct sim_entry_list *view = &process->view;
    bool has_looked = view->count > 0 || process->startup_count > 0;
    return has_looked ? view : sim_installed();
}

/* ---- Categories ---- */

/* Whether an application of some categories gets a layer.
 * Source: documented. "Categorizing layered service providers and
 *         applications", its example; the catalogue, 15.2, X-25. */
static bool is_permitted(uint32_t app, uint32_t layer)
{
    bool is_system = (app & LC_CATEGORY_SYSTEM) != 0;
    return layer != 0 && (layer & ~app) == 0 &&
           (!is_system || (layer & LC_CATEGORY_SYSTEM) != 0);
}

/* Whether it gets all layers of an entry. One by itself is not shown. */
static bool has_permitted(uint32_t app, uint32_t entry)
{
    const struct lc_wsaprotocolchain *chain =
        &sim_catalog_entry(entry)->ProtocolChain;
    for (int32_t i = 0; i + 1 < chain->ChainLen; i++) {
        LC_CHECK(chain->ChainEntries[i] >= 1);
        uint32_t module = sim_catalog_module(chain->ChainEntries[i] - 1);
        LC_CHECK(module >= LC_MODULE_PROVIDER);
        uint32_t layer = SIM_WS2_32->categories[module - LC_MODULE_PROVIDER];
        if (!is_permitted(app, layer)) {
            return false;
        }
    }
    return true;
}

static LC_NOINLINE void take_permitted(
    struct sim_entry_list *view,
    uint32_t app)
{
    struct sim_entry_list all = *view;
    *view = (struct sim_entry_list){ 0 };
    for (uint32_t i = 0; i < all.count; i++) {
        if (has_permitted(app, all.entries[i])) {
            view->entries[view->count] = all.entries[i];
            view->count++;
        }
    }
}

void sim_installed_look(void)
{
    struct sim_ws2_process *process = sim_ws2_process();
    bool is_fixed = (process->category & SIM_CATEGORY_FIXED) != 0;
    uint32_t app = is_fixed ? process->category & LC_CATEGORY_ALL
                            : SIM_WS2_32->app_category;
    process->view = SIM_WS2_32->installed;
    if (LC_UNLIKELY(app != 0)) {
        take_permitted(&process->view, app);
    }
}

static void tell_category(uint32_t module, uint32_t categories)
{
    sim_trace_write((struct lc_record){
        .kind = LC_RECORD_CATALOG,
        .function = LC_CATALOG_CATEGORY,
        .caller = LC_MODULE_WS2_32,
        .callee = (uint8_t)module,
        .a = categories,
    });
}

void sim_installed_permit(uint32_t categories)
{
    struct sim_ws2_32 *ws2 = SIM_WS2_32;
    for (uint32_t i = 0; i < ws2->process_count; i++) {
        struct sim_ws2_process *process = &ws2->processes[i];
        bool has_started = process->startup_count > 0 || process->life > 0;
        if (has_started && process->category == 0) {
            process->category = ws2->app_category | SIM_CATEGORY_FIXED;
        }
    }
    ws2->app_category |= categories;
    tell_category(LC_MODULE_APP, ws2->app_category);
}

enum lc_wsa sim_installed_categorize(uint32_t provider, uint32_t categories)
{
    uint32_t module = LC_MODULE_PROVIDER + provider;
    LC_CHECK(provider < LC_PROVIDERS_MAX);
    for (uint32_t i = 0; i < sim_catalog_count(); i++) {
        if (sim_catalog_module(i) == module &&
            sim_catalog_entry(i)->ProtocolChain.ChainLen ==
                LC_LAYERED_PROTOCOL) {
            SIM_WS2_32->categories[provider] = categories;
            tell_category(module, categories);
            return LC_WSA_OK;
        }
    }
    return LC_WSAEINVAL;
}

bool sim_installed_has(const struct sim_entry_list *list, uint32_t entry)
{
    for (uint32_t i = 0; i < list->count; i++) {
        if (list->entries[i] == entry) {
            return true;
        }
    }
    return false;
}

bool sim_installed_is_shown(uint32_t entry)
{
    const struct lc_wsaprotocol_infow *info = sim_catalog_entry(entry);
    return info->ProtocolChain.ChainLen >= LC_BASE_PROTOCOL &&
           (info->dwProviderFlags & LC_PFL_HIDDEN) == 0;
}

uint32_t sim_installed_selectable(const struct sim_entry_list *list)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < list->count; i++) {
        count += sim_installed_is_shown(list->entries[i]);
    }
    return count;
}

/* ---- Writing ---- */

/* One writer at a time (CATALOG-21). Others may look while it is at work, and
 * see the list as it was. */
static bool write_begin(void)
{
    struct sim_ws2_32 *ws2 = SIM_WS2_32;
    if (ws2->writer != 0) {
        return false;
    }
    ws2->writer = sim_thread_process() + 1;
    sim_thread_yield((struct lc_place){
        .kind = LC_PLACE_SHIM,
        .function = LC_SHIM_CATALOG,
        .module = LC_MODULE_WS2_32,
    });
    return true;
}

static void write_end(void)
{
    SIM_WS2_32->writer = 0;
}

static void tell(enum lc_catalog_change change, uint32_t entry, uint32_t place)
{
    sim_trace_write((struct lc_record){
        .kind = LC_RECORD_CATALOG,
        .function = (uint16_t)change,
        .caller = LC_MODULE_WS2_32,
        .callee = (uint8_t)sim_catalog_module(entry),
        .a = entry + 1,
        .b = place,
        .c = SIM_WS2_32->installed.count,
    });
    sim_notice_change();
}

static void insert(uint32_t entry, uint32_t place)
{
    struct sim_entry_list *list = &SIM_WS2_32->installed;
    LC_CHECK(list->count < SIM_CATALOG_MAX);
    LC_CHECK(place <= list->count);
    memmove(
        &list->entries[place + 1],
        &list->entries[place],
        list->count - place);
    list->entries[place] = (uint8_t)entry;
    list->count++;
    tell(LC_CATALOG_INSTALL, entry, place);
}

/* Whether all that a chain goes through is installed; a base or a layer by
 * itself goes through nothing. */
static bool has_members(uint32_t entry)
{
    const struct lc_wsaprotocolchain *chain =
        &sim_catalog_entry(entry)->ProtocolChain;
    if (chain->ChainLen <= LC_BASE_PROTOCOL) {
        return true;
    }
    for (int32_t i = 0; i < chain->ChainLen; i++) {
        LC_CHECK(chain->ChainEntries[i] >= 1);
        if (!sim_installed_has(sim_installed(), chain->ChainEntries[i] - 1)) {
            return false;
        }
    }
    return true;
}

enum lc_wsa sim_installed_install(uint32_t entry)
{
    LC_CHECK(entry < sim_catalog_count());
    if (!write_begin()) {
        return LC_WSATRY_AGAIN;
    }
    bool may = !sim_installed_has(sim_installed(), entry) && has_members(entry);
    if (may) {
        insert(entry, sim_installed()->count);
    }
    write_end();
    return may ? LC_WSA_OK : LC_WSAEINVAL;
}

enum lc_wsa sim_installed_install_chain(uint32_t entry)
{
    LC_CHECK(entry < sim_catalog_count());
    const struct lc_wsaprotocolchain *chain =
        &sim_catalog_entry(entry)->ProtocolChain;
    if (chain->ChainLen <= LC_BASE_PROTOCOL) {
        return LC_WSAEINVAL;
    }
    if (!write_begin()) {
        return LC_WSATRY_AGAIN;
    }
    const struct sim_entry_list *list = sim_installed();
    uint32_t layer = chain->ChainEntries[0] - 1;
    bool may =
        !sim_installed_has(list, entry) && !sim_installed_has(list, layer);
    for (int32_t i = 1; i < chain->ChainLen; i++) {
        may = may && sim_installed_has(list, chain->ChainEntries[i] - 1);
    }
    if (may) {
        insert(layer, list->count);
        insert(entry, 0);
    }
    write_end();
    return may ? LC_WSA_OK : LC_WSAEINVAL;
}

enum lc_wsa sim_installed_remove(uint32_t entry)
{
    LC_CHECK(entry < sim_catalog_count());
    if (!write_begin()) {
        return LC_WSATRY_AGAIN;
    }
    struct sim_entry_list *list = &SIM_WS2_32->installed;
    uint32_t place = 0;
    while (place < list->count && list->entries[place] != entry) {
        place++;
    }
    bool may = place < list->count;
    if (may) {
        list->count--;
        memmove(
            &list->entries[place],
            &list->entries[place + 1],
            list->count - place);
        list->entries[list->count] = 0;
        tell(LC_CATALOG_REMOVE, entry, place);
    }
    write_end();
    return may ? LC_WSA_OK : LC_WSAEINVAL;
}

enum lc_wsa sim_installed_order(const uint32_t *ids, uint32_t count)
{
    LC_CHECK(ids != NULL);
    if (!write_begin()) {
        return LC_WSATRY_AGAIN;
    }
    struct sim_entry_list *list = &SIM_WS2_32->installed;
    struct sim_entry_list next = { .count = (uint8_t)count };
    bool may = count == list->count;
    for (uint32_t i = 0; may && i < count; i++) {
        uint32_t entry = ids[i] - 1;
        may = ids[i] >= 1 && sim_installed_has(list, entry);
        for (uint32_t k = 0; may && k < i; k++) {
            may = ids[k] != ids[i];
        }
        next.entries[i] = may ? (uint8_t)entry : 0;
    }
    if (may) {
        *list = next;
        for (uint32_t i = 0; i < count; i++) {
            tell(LC_CATALOG_ORDER, list->entries[i], i);
        }
    }
    write_end();
    return may ? LC_WSA_OK : LC_WSAEINVAL;
}
