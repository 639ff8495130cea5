#include "sim/engine/page.h"

#include <sys/mman.h>

#include "sim/engine/engine.h"

static int bits_of(uint32_t access)
{
    int bits = PROT_NONE;
    bits |= (access & SIM_ACCESS_READ) != 0 ? PROT_READ : 0;
    bits |= (access & SIM_ACCESS_WRITE) != 0 ? PROT_WRITE : 0;
    bits |= (access & SIM_ACCESS_EXECUTE) != 0 ? PROT_EXEC : 0;
    return bits;
}

static bool set(const struct sim_span *span, int bits)
{
    return mprotect(
               (void *)(uintptr_t)span->at,
               span->page_count * SIM_PAGE_BYTES,
               bits) == 0;
}

static uint64_t end_of(const struct sim_span *span)
{
    return span->at + span->page_count * SIM_PAGE_BYTES;
}

/* The instance whose image a span belongs to, or NULL. */
static struct sim_module *image_of(
    const struct sim_span *span,
    uint32_t *ret_process,
    uint32_t *ret_module)
{
    bool is_slot = sim_module_of(
        (const void *)(uintptr_t)span->at,
        ret_process,
        ret_module);
    return is_slot ? sim_module_at(*ret_process, *ret_module) : NULL;
}

static bool is_within(const struct sim_span *span, uint64_t from, uint64_t to)
{
    return span->at >= from && end_of(span) <= to;
}

static uint32_t count_within(uint64_t from, uint64_t to)
{
    const struct sim_engine *engine = SIM_ENGINE;
    uint32_t count = 0;
    for (uint32_t i = 0; i < engine->span_count; i++) {
        count += is_within(&engine->spans[i], from, to);
    }
    return count;
}

/* Takes the spans out that lie within a range. */
static void drop(uint64_t from, uint64_t to)
{
    struct sim_engine *engine = SIM_ENGINE;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < engine->span_count; i++) {
        const struct sim_span *span = &engine->spans[i];
        if (is_within(span, from, to)) {
            continue;
        }
        engine->spans[kept] = *span;
        kept++;
    }
    for (uint32_t i = kept; i < engine->span_count; i++) {
        engine->spans[i] = (struct sim_span){ 0 };
    }
    engine->span_count = kept;
}

bool sim_page_protect(const struct sim_span *span)
{
    struct sim_engine *engine = SIM_ENGINE;
    LC_CHECK(span->at % SIM_PAGE_BYTES == 0);
    LC_CHECK(span->page_count > 0);
    uint32_t outranked = count_within(span->at, end_of(span));
    if (engine->span_count - outranked == SIM_SPANS_MAX ||
        !set(span, bits_of(span->access))) {
        return false;
    }
    drop(span->at, end_of(span));
    engine->spans[engine->span_count] = *span;
    engine->span_count++;
    uint32_t process;
    uint32_t module;
    struct sim_module *instance = image_of(span, &process, &module);
    if (instance != NULL) {
        LC_CHECK(instance->is_mapped);
        LC_CHECK(sim_module_class(module)->ops->image != NULL);
        instance->is_whole = 1;
    }
    return true;
}

const struct sim_span *sim_page_find(uint64_t at)
{
    const struct sim_engine *engine = SIM_ENGINE;
    for (uint32_t i = engine->span_count; i > 0; i--) {
        const struct sim_span *span = &engine->spans[i - 1];
        if (at >= span->at && at < end_of(span)) {
            return span;
        }
    }
    return NULL;
}

void sim_page_forget(uint64_t at, uint64_t size_bytes)
{
    const struct sim_engine *engine = SIM_ENGINE;
    LC_CHECK(at % SIM_PAGE_BYTES == 0 && size_bytes % SIM_PAGE_BYTES == 0);
    LC_CHECK(at + size_bytes <= SIM_ARENA_MODULE);
    for (uint32_t i = 0; i < engine->span_count; i++) {
        const struct sim_span *span = &engine->spans[i];
        if (is_within(span, at, at + size_bytes)) {
            bool is_open = set(span, PROT_READ | PROT_WRITE);
            LC_CHECK(is_open);
        }
    }
    drop(at, at + size_bytes);
}

static void lay_out_again(uint32_t process, uint32_t module)
{
    struct sim_module *instance = sim_module_at(process, module);
    const struct sim_module_class *class = sim_module_class(module);
    unsigned char *slot = sim_arena_module(process, module);
    class->ops->image->open(class, slot);
    class->ops->image->lay_out(class, slot);
    class->ops->image->close(class, slot);
    instance->is_whole = 0;
}

void sim_page_forget_module(uint32_t process, uint32_t module)
{
    if (!sim_module_at(process, module)->is_whole) {
        return;
    }
    uint64_t at = (uint64_t)(uintptr_t)sim_arena_module(process, module);
    drop(at, at + SIM_ARENA_MODULE_BYTES);
    lay_out_again(process, module);
}

void sim_page_reset(void)
{
    struct sim_engine *engine = SIM_ENGINE;
    while (engine->span_count > 0) {
        const struct sim_span *span = &engine->spans[0];
        uint32_t process;
        uint32_t module;
        if (image_of(span, &process, &module) != NULL) {
            sim_page_forget_module(process, module);
        } else {
            sim_page_forget(span->at, span->page_count * SIM_PAGE_BYTES);
        }
    }
}

/* Calls an operation of each image that a run has changed. */
static void each_image(bool open)
{
    for (uint32_t process = 0; process < LC_PROCESSES_MAX; process++) {
        for (uint32_t module = 0; module < LC_MODULE_COUNT; module++) {
            if (!sim_module_at(process, module)->is_whole) {
                continue;
            }
            const struct sim_module_class *class = sim_module_class(module);
            unsigned char *slot = sim_arena_module(process, module);
            if (open) {
                class->ops->image->open(class, slot);
            } else {
                class->ops->image->close(class, slot);
            }
        }
    }
}

void sim_page_open(void)
{
    const struct sim_engine *engine = SIM_ENGINE;
    if (engine->span_count == 0) {
        return;
    }
    each_image(true);
    for (uint32_t i = 0; i < engine->span_count; i++) {
        bool is_open = set(&engine->spans[i], PROT_READ | PROT_WRITE);
        LC_CHECK(is_open);
    }
}

void sim_page_close(void)
{
    const struct sim_engine *engine = SIM_ENGINE;
    if (engine->span_count == 0) {
        return;
    }
    each_image(false);
    for (uint32_t i = 0; i < engine->span_count; i++) {
        const struct sim_span *span = &engine->spans[i];
        bool is_set = set(span, bits_of(span->access));
        LC_CHECK(is_set);
    }
}
