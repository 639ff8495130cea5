/*
 * The state of a run, said field by field: what the model knows, where the
 * threads stand, and what Windows has of the processes. No history: no time,
 * no number of a record or an object.
 */
#ifndef TESTS_UNIT_DESCRIBED_H
#define TESTS_UNIT_DESCRIBED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/model.h"
#include "sim/engine/engine.h"
#include "sim/engine/module.h"
#include "sim/fault/fault.h"
#include "sim/ws2_32/state.h"
#include "tests/unit/framework.h"

enum {
    DESCRIPTION_BYTES = 8192
};

static struct {
    unsigned char at[DESCRIPTION_BYTES];
    size_t size_bytes;
} description;

/* One byte is enough for most; nine for what is larger. */
static void say(uint64_t value)
{
    size_t bytes = value < 0xff ? 1 : 9;
    assert_true(description.size_bytes + bytes <= sizeof description.at);
    unsigned char *at = &description.at[description.size_bytes];
    at[0] = value < 0xff ? (unsigned char)value : 0xff;
    for (size_t i = 1; i < bytes; i++) {
        at[i] = (unsigned char)(value >> (8 * (i - 1)));
    }
    description.size_bytes += bytes;
}

static void say_all(const uint8_t *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        say(values[i]);
    }
}

static void describe_provider(const struct model_provider *provider)
{
    for (uint32_t i = 0; i < MODEL_CENSUS_COUNT; i++) {
        say(provider->live[i]);
        say(provider->base[i]);
    }
    say(provider->version);
    say(provider->inside);
    say(provider->count);
    say(provider->starting);
    say(provider->cleaning);
    say(provider->held);
    say(provider->flags);
}

static void describe_process(const struct model *model, uint32_t index)
{
    const struct model_process *process = &model->processes[index];
    say((uint16_t)process->starts);
    say(process->starting);
    say(process->cleaning);
    say(process->exited);
    say(process->cleaned);
    say(process->ending);
    say(process->vague);
    for (uint32_t i = 0; i < model->world.provider_count; i++) {
        describe_provider(&process->providers[i]);
    }
    uint32_t callers = LC_MODULE_PROVIDER + model->world.provider_count;
    for (uint32_t caller = 0; caller < callers; caller++) {
        say_all(process->owed[caller], model->world.provider_count);
        say_all(process->refs[caller], model->world.provider_count);
        say(process->loaded[caller]);
    }
    for (uint32_t i = 0; i < sizeof process->seen; i++) {
        if (process->seen[i] != 0) {
            say(i);
            say(process->seen[i]);
        }
    }
    say(MODEL_NONE);
}

static void describe_call(const struct model_thread *thread)
{
    say(thread->process);
    say(thread->api);
    say(thread->waiting);
    say(thread->depth);
    for (uint32_t i = 0; i < thread->depth; i++) {
        const struct model_frame *frame = &thread->frames[i];
        say(frame->kind);
        say(frame->function);
        say(frame->caller);
        say(frame->callee);
        say(frame->flags);
        say(frame->entry);
    }
    if (thread->depth > 0 && thread->frames[0].kind == MODEL_FRAME_API) {
        say(thread->low > 0);
        say(thread->high > 0);
        say(thread->slot);
        say(thread->layers);
        say(thread->connection);
        say(thread->revived);
    }
}

static void describe_socket(const struct model_socket *socket)
{
    say((uint64_t)socket->handle);
    say(socket->process);
    say(socket->owner);
    say(socket->layers);
    say(socket->closing);
    say(socket->flags);
    say(socket->lower);
    say(socket->connection);
    say(socket->linger);
    say(socket->linger_s);
    say(socket->origin);
}

static void describe_connection(const struct model_connection *connection)
{
    say(connection->number != 0);
    say(connection->accepted);
    say(connection->sent);
    say(connection->delivered);
    say(connection->promised);
    say((uint64_t)connection->handle);
    say(connection->flags);
    say(connection->process);
    say(connection->provider);
    say(connection->slot);
    say(connection->layers);
    say(connection->linger);
    say(connection->linger_s);
    say(connection->origin);
}

/* What the oracle knows. */
static void describe_model(const struct model *model, uint32_t processes)
{
    say(model->verdict.kind);
    say(model->verdict.kind == LC_VERDICT_BROKEN ? model->verdict.rule : 0U);
    say(model->lost);
    say(model->thread_count);
    for (uint32_t i = 0; i < model->thread_count; i++) {
        describe_call(&model->threads[i]);
    }
    for (uint32_t i = 0; i < processes; i++) {
        describe_process(model, i);
    }
    say(model->live_sockets);
    for (uint32_t i = 0; i < MODEL_SOCKETS_MAX; i++) {
        if ((model->live_sockets >> i & 1) != 0) {
            describe_socket(&model->sockets[i]);
        }
    }
    say(model->connection_count);
    for (uint32_t i = 0; i < model->connection_count; i++) {
        describe_connection(&model->connections[i]);
    }
    say(model->birth_count);
    say(model->dll_thread_count);
}

/* Where the threads stand. */
static void describe_threads(void)
{
    const struct sim_engine *engine = SIM_ENGINE;
    say(engine->thread_count);
    for (uint32_t slot = 0; slot < engine->thread_count; slot++) {
        const struct sim_thread *thread = &engine->threads[slot];
        bool lives = thread->state == SIM_THREAD_RUNNABLE ||
                     thread->state == SIM_THREAD_BLOCKED;
        say(thread->state);
        say(lives ? thread->ref : 0U);
        say(thread->call_index);
        say(lives ? thread->wait_for : 0U);
        say(lives && thread->gate != NULL && *thread->gate != 0);
        say(lives ? thread->depth : 0U);
        for (uint32_t i = 0; lives && i < thread->depth; i++) {
            say(thread->frames[i].module);
            say(thread->frames[i].kind);
            say(thread->frames[i].function);
        }
    }
}

/* What Windows has of the processes, and what is on its way. */
static void describe_system(const struct model *model, uint32_t processes)
{
    const struct sim_engine *engine = SIM_ENGINE;
    say(SIM_FAULT->kinds);
    say(SIM_FAULT->left);
    for (uint32_t process = 0; process < processes; process++) {
        const struct sim_ws2_process *count = &SIM_WS2_32->processes[process];
        const struct sim_app_process *app = &SIM_WS2_32->apps[process];
        say(count->startup_count);
        say(count->lock_owner);
        for (uint32_t i = 0; i < count->handle_count; i++) {
            say(count->handles[i].catalog_id);
            say(count->handles[i].catalog_id != 0 ? count->handles[i].handle
                                                  : 0);
            say(count->handles[i].is_own);
        }
        for (uint32_t i = 0; i < SIM_THREADS_MAX; i++) {
            say(count->own.made[i]);
        }
        uint32_t modules = LC_MODULE_PROVIDER + model->world.provider_count;
        for (uint32_t module = 0; module < modules; module++) {
            const struct sim_module *instance = sim_module_at(process, module);
            say((uint32_t)count->counts[module]);
            say(instance->is_mapped);
            for (uint32_t caller = 0; caller < modules; caller++) {
                say((uint32_t)instance->references[caller]);
            }
        }
        for (uint32_t i = 0; i < LC_SOCKETS_MAX; i++) {
            if (app->is_set[i] != 0) {
                say(i);
                say(app->sockets[i]);
                say(app->sent_bytes[i]);
            }
        }
        say(LC_SOCKETS_MAX);
    }
    say(engine->exited);
    say(engine->queue.count);
    for (uint32_t i = 0; i < engine->queue.count; i++) {
        const struct sim_event *event = sim_queue_at(&engine->queue, i);
        say(event->at_ns - engine->now_ns);
        say(event->kind);
        say(event->object);
    }
}

/* All of it, after what there is already. */
static void describe(const struct model *model, uint32_t processes)
{
    describe_threads();
    describe_system(model, processes);
    describe_model(model, processes);
}

#endif
