#include "sim/engine/page.h"

#include <sys/mman.h>

#include "sim/engine/engine.h"
#include "sim/engine/thread.h"

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

static void add(const struct sim_span *span)
{
    struct sim_engine *engine = SIM_ENGINE;
    if (engine->span_count == SIM_SPANS_MAX) {
        sim_thread_end_run(LC_END_LIMIT);
    }
    LC_CHECK(engine->span_count < SIM_SPANS_MAX);
    engine->spans[engine->span_count] = *span;
    engine->span_count++;
}

static void take_out(uint32_t index)
{
    struct sim_engine *engine = SIM_ENGINE;
    LC_CHECK(index < engine->span_count);
    engine->span_count--;
    engine->spans[index] = engine->spans[engine->span_count];
    engine->spans[engine->span_count] = (struct sim_span){ 0 };
}

/* Leaves of a span what lies before `from` and from `to` on. */
static void cut_one(uint32_t index, uint64_t from, uint64_t to)
{
    struct sim_span *span = &SIM_ENGINE->spans[index];
    struct sim_span after = *span;
    uint64_t end = end_of(span);
    if (span->at < from) {
        span->page_count = (uint32_t)((from - span->at) / SIM_PAGE_BYTES);
    } else {
        take_out(index);
    }
    if (end > to) {
        after.at = to;
        after.page_count = (uint32_t)((end - to) / SIM_PAGE_BYTES);
        add(&after);
    }
}

/* Takes a range out of all spans. Each page is in one span at most. */
static void cut(uint64_t from, uint64_t to)
{
    uint32_t i = SIM_ENGINE->span_count;
    while (i > 0) {
        i--;
        const struct sim_span *span = &SIM_ENGINE->spans[i];
        if (span->at < to && end_of(span) > from) {
            cut_one(i, from, to);
        }
    }
}

/* The span that goes on with the same where another ends, or the count. */
static uint32_t find_next(const struct sim_span *span)
{
    const struct sim_engine *engine = SIM_ENGINE;
    uint32_t i = 0;
    while (i < engine->span_count && (engine->spans[i].at != end_of(span) ||
                                      engine->spans[i].access != span->access ||
                                      engine->spans[i].name != span->name)) {
        i++;
    }
    return i;
}

/* Adds a span as one with its neighbours, where they are the same. */
static void join(const struct sim_span *span)
{
    const struct sim_engine *engine = SIM_ENGINE;
    struct sim_span whole = *span;
    uint32_t next = find_next(&whole);
    if (next < engine->span_count) {
        whole.page_count += engine->spans[next].page_count;
        take_out(next);
    }
    for (uint32_t i = 0; i < engine->span_count; i++) {
        struct sim_span *before = &SIM_ENGINE->spans[i];
        if (end_of(before) == whole.at && before->access == whole.access &&
            before->name == whole.name) {
            before->page_count += whole.page_count;
            return;
        }
    }
    add(&whole);
}

bool sim_page_protect(const struct sim_span *span, bool is_laid_out)
{
    LC_CHECK(span->at % SIM_PAGE_BYTES == 0);
    LC_CHECK(span->page_count > 0);
    if (!set(span, bits_of(span->access))) {
        return false;
    }
    cut(span->at, end_of(span));
    if (is_laid_out) {
        return true;
    }
    join(span);
    uint32_t process;
    uint32_t module;
    struct sim_module *instance = image_of(span, &process, &module);
    if (instance != NULL && !instance->is_whole) {
        LC_CHECK(instance->is_mapped);
        LC_CHECK(sim_module_class(module)->ops->image != NULL);
        instance->is_whole = 1;
        SIM_ENGINE->whole_count++;
    }
    return true;
}

const struct sim_span *sim_page_find(uint64_t at)
{
    const struct sim_engine *engine = SIM_ENGINE;
    for (uint32_t i = 0; i < engine->span_count; i++) {
        const struct sim_span *span = &engine->spans[i];
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
    LC_CHECK(at + size_bytes <= SIM_ARENA_MODULE || at >= SIM_ARENA_HEAP);
    for (uint32_t i = 0; i < engine->span_count; i++) {
        const struct sim_span *span = &engine->spans[i];
        if (is_within(span, at, at + size_bytes)) {
            bool is_open = set(span, PROT_READ | PROT_WRITE);
            LC_CHECK(is_open);
        }
    }
    cut(at, at + size_bytes);
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
    SIM_ENGINE->whole_count--;
}

void sim_page_forget_module(uint32_t process, uint32_t module)
{
    if (!sim_module_at(process, module)->is_whole) {
        return;
    }
    uint64_t at = (uint64_t)(uintptr_t)sim_arena_module(process, module);
    cut(at, at + SIM_ARENA_MODULE_BYTES);
    lay_out_again(process, module);
}

void sim_page_reset(void)
{
    const struct sim_engine *engine = SIM_ENGINE;
    if (engine->span_count == 0 && engine->whole_count == 0) {
        return;
    }
    for (uint32_t process = 0; process < LC_PROCESSES_MAX; process++) {
        for (uint32_t module = 0; module < LC_MODULE_COUNT; module++) {
            sim_page_forget_module(process, module);
        }
    }
    while (engine->span_count > 0) {
        const struct sim_span *span = &engine->spans[0];
        sim_page_forget(span->at, span->page_count * SIM_PAGE_BYTES);
    }
    LC_CHECK(engine->whole_count == 0);
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
    if (engine->span_count == 0 && engine->whole_count == 0) {
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
    if (engine->span_count == 0 && engine->whole_count == 0) {
        return;
    }
    each_image(false);
    for (uint32_t i = 0; i < engine->span_count; i++) {
        const struct sim_span *span = &engine->spans[i];
        bool is_set = set(span, bits_of(span->access));
        LC_CHECK(is_set);
    }
}
