#include "fuzz/compact_range.h"

#include <string.h>

#include "lastcall/abi.h"
#include "lastcall/check.h"
#include "lastcall/fail.h"
#include "lastcall/nsp.h"
#include "lastcall/trace.h"

#include "fuzz/call.h"
#include "fuzz/schedule.h"
#include "fuzz/words.h"

void fuzz_compact_range_world(struct lc_world *world)
{
    struct lc_world plain;
    fuzz_schedule_default_world(&plain);
    LC_CHECK(plain.sndbuf_bytes > 0);
    world->sndbuf_bytes %= FUZZ_SNDBUF_MAX + 1;
    world->link_bits_per_s %= FUZZ_LINK_BITS_MAX + 1;
    world->link_latency_ns %= FUZZ_LATENCY_NS_MAX + 1;
    world->link_window_bytes %= FUZZ_WINDOW_MAX + 1;
    world->peer_number %= FUZZ_PEER_NUMBER_MAX + 1;
    if (world->sndbuf_bytes == 0) {
        world->sndbuf_bytes = plain.sndbuf_bytes;
    }
    if (world->link_bits_per_s == 0) {
        world->link_bits_per_s = plain.link_bits_per_s;
    }
    if (world->link_window_bytes == 0) {
        world->link_window_bytes = plain.link_window_bytes;
    }
    for (uint32_t i = 0; i < world->chain_count; i++) {
        struct lc_chain *chain = &world->chains[i];
        for (uint32_t k = 0; k < chain->length; k++) {
            if (world->provider_count > 0) {
                chain->providers[k] =
                    (uint8_t)(chain->providers[k] % world->provider_count);
            }
        }
    }
}

void fuzz_compact_range_op(struct lc_op *op)
{
    op->call %= LC_CALL_COUNT;
    const struct fuzz_call *call = fuzz_call(op->call);
    if (call->arguments[0].kind == FUZZ_ARGUMENT_NUMBER) {
        op->value %= call->arguments[0].max + 1;
    }
    if (call->arguments[1].kind == FUZZ_ARGUMENT_NUMBER) {
        op->value2 %= call->arguments[1].max + 1;
    }
}

/* A thread reference. There is a thread. */
static uint8_t range_ref(const struct lc_schedule *schedule, uint32_t ref)
{
    LC_CHECK(schedule->thread_count > 0);
    if ((ref & LC_THREAD_REF_DLL) == 0) {
        return (uint8_t)(ref % schedule->thread_count);
    }
    uint32_t processes =
        schedule->process_count > 0 ? schedule->process_count : 1;
    uint32_t process = (ref >> 5 & 3) % processes;
    uint32_t ordinal = (ref & 31) % LC_PROCESS_DLL_THREADS;
    uint8_t ranged = LC_THREAD_REF(process, ordinal);
    LC_CHECK(ranged != LC_NONE);
    return ranged;
}

static uint8_t range_module(const struct lc_world *world, uint8_t module)
{
    LC_CHECK(world->provider_count <= LC_PROVIDERS_MAX);
    uint32_t providers = world->provider_count > 0 ? world->provider_count : 1;
    if (module == LC_MODULE_SYSTEM || module == LC_MODULE_NAMES) {
        return module;
    }
    return (uint8_t)(module % (LC_MODULE_PROVIDER + providers));
}

/* A place of a choice whose thread and call are in range. */
static void range_place(
    const struct lc_schedule *schedule,
    struct lc_choice *choice)
{
    struct lc_place *place = &choice->place;
    bool is_dll = (choice->thread & LC_THREAD_REF_DLL) != 0;
    LC_CHECK(is_dll || choice->thread < schedule->thread_count);
    place->kind %= LC_PLACE_COUNT;
    if (place->kind == LC_PLACE_IDLE || place->kind == LC_PLACE_PACKET ||
        (place->kind == LC_PLACE_API && is_dll)) {
        place->kind = LC_PLACE_START;
    }
    bool has_module =
        (place->kind >= LC_PLACE_SPI_ENTER && place->kind <= LC_PLACE_SHIM);
    place->module = has_module ? range_module(&schedule->world, place->module)
                               : LC_MODULE_APP;
    if (place->kind == LC_PLACE_NSP_ENTER ||
        place->kind == LC_PLACE_NSP_LEAVE) {
        place->module = LC_MODULE_NAMES;
    }
    switch ((enum lc_place_kind)place->kind) {
    case LC_PLACE_API: {
        const struct lc_thread *thread = &schedule->threads[choice->thread];
        place->function =
            thread->op_count == 0
                ? 0
                : schedule->ops[thread->op_first + choice->call].call;
        break;
    }
    case LC_PLACE_SPI_ENTER:
    case LC_PLACE_SPI_LEAVE:
        place->function %= LC_SPI_STARTUP + 1;
        break;
    case LC_PLACE_NSP_ENTER:
    case LC_PLACE_NSP_LEAVE:
        place->function %= LC_NSP_STARTUP + 1;
        break;
    case LC_PLACE_UPCALL:
        place->function %= LC_UPCALL_COUNT;
        break;
    case LC_PLACE_SHIM:
        place->function %= LC_SHIM_COUNT;
        break;
    case LC_PLACE_WAIT:
        place->function %= LC_WAIT_COUNT;
        break;
    case LC_PLACE_IDLE:
    case LC_PLACE_START:
    case LC_PLACE_END:
    case LC_PLACE_PACKET:
    case LC_PLACE_COUNT:
        place->function = 0;
        break;
    }
}

static void range_action(
    const struct lc_schedule *schedule,
    struct lc_choice *choice)
{
    LC_CHECK(choice->stream == LC_STREAM_SCHED);
    choice->action %= LC_ACTION_VALUE;
    if (choice->action == LC_ACTION_RUN) {
        choice->target = range_ref(schedule, choice->target);
        return;
    }
    choice->target %= LC_EVENT_COUNT;
    if (choice->target == LC_EVENT_TIMEOUT) {
        choice->value = range_ref(schedule, choice->value & 0xffU);
    } else if (choice->value == 0) {
        choice->value = 1;
    }
}

void fuzz_compact_range_choice(
    const struct lc_schedule *schedule,
    struct lc_choice *choice)
{
    LC_CHECK(schedule->thread_count > 0);
    choice->stream %= LC_STREAM_COUNT;
    if (choice->stream == LC_STREAM_LATENCY) {
        if (choice->call == 0) {
            choice->call = 1;
        }
        if (choice->value < 1 || choice->value > 3) {
            choice->value = (uint16_t)(choice->value % 3 + 1);
        }
        return;
    }
    bool is_sched = choice->stream == LC_STREAM_SCHED;
    if (is_sched && choice->thread == LC_NONE) {
        choice->place.kind = LC_PLACE_IDLE;
    }
    if (is_sched && choice->place.kind == LC_PLACE_IDLE) {
        range_action(schedule, choice);
        return;
    }
    choice->thread = range_ref(schedule, choice->thread);
    if ((choice->thread & LC_THREAD_REF_DLL) == 0) {
        uint32_t calls = schedule->threads[choice->thread].op_count;
        choice->call = (uint8_t)(calls == 0 ? 0 : choice->call % calls);
    }
    if (is_sched) {
        range_place(schedule, choice);
        range_action(schedule, choice);
    } else if (choice->stream == LC_STREAM_FAULT) {
        range_place(schedule, choice);
    } else {
        range_place(schedule, choice);
        if (!fuzz_schedule_gives_handle(choice->place)) {
            choice->place.kind = LC_PLACE_SHIM;
            range_place(schedule, choice);
        }
    }
}

void fuzz_compact_range_fault(
    const struct lc_schedule *schedule,
    struct lc_choice *choice)
{
    enum lc_fail fail = lc_fail_of(choice->place);
    uint32_t forms = lc_fail_forms(choice->place);
    LC_CHECK(choice->stream == LC_STREAM_FAULT);
    if ((schedule->world.faults >> fail & 1) == 0) {
        choice->stream = LC_STREAM_SCHED;
        range_action(schedule, choice);
    } else if (choice->value < 1 || choice->value > forms) {
        choice->value = (uint16_t)(choice->value % forms + 1);
    }
}

void fuzz_compact_range_nsp(
    const struct lc_schedule *schedule,
    struct lc_choice *choice)
{
    struct lc_place *place = &choice->place;
    if (schedule->world.names != 0 || place->module != LC_MODULE_NAMES) {
        return;
    }
    if (place->kind == LC_PLACE_NSP_ENTER) {
        place->kind = LC_PLACE_SPI_ENTER;
    } else if (place->kind == LC_PLACE_NSP_LEAVE) {
        place->kind = LC_PLACE_SPI_LEAVE;
    }
    uint32_t providers = schedule->world.provider_count;
    place->module =
        (uint8_t)(LC_MODULE_NAMES % (LC_MODULE_PROVIDER + (providers > 0 ? providers : 1)));
}

/* A provider can't have the name of a module. */
void fuzz_compact_range_names(struct lc_world *world)
{
    LC_CHECK(world->provider_count <= LC_PROVIDERS_MAX);
    for (uint32_t i = 0; i < world->provider_count; i++) {
        char *name = world->providers[i].name;
        uint32_t module;
        if (fuzz_words_find(
                FUZZ_WORDS_MODULE,
                name,
                strnlen(name, LC_NAME_MAX),
                &module)) {
            memset(name, 0, LC_NAME_MAX);
        }
    }
}
