#include "sim/provider/hook.h"

#include "lastcall/check.h"

#define FIRST_PART_NS (50 * LC_NS_PER_MS)

/* Describes the schedule, not the run's state: written between runs only. */
static bool asked;

void sim_hook_set_asked(bool is_asked)
{
    asked = is_asked;
}

bool sim_hook_is_asked(void)
{
    return asked;
}

static bool begin(struct sim_idle *idle)
{
    struct sim_hook *hook = (struct sim_hook *)idle;
    int32_t error = 0;
    int result =
        hook->query(hook->catalog_id, &hook->callback, &hook->context, &error);
    if (result != 0) {
        hook->callback = NULL;
    }
    return hook->callback != NULL;
}

static bool turn(struct sim_idle *idle)
{
    struct sim_hook *hook = (struct sim_hook *)idle;
    LC_CHECK(hook->callback != NULL);
    if (hook->callback(hook->context) == 0) {
        hook->is_cancelled = 1;
    }
    return hook->is_cancelled == 0;
}

void sim_hook_open(
    struct sim_hook *hook,
    const void *owner,
    lc_wpu_query_blocking_callback_fn *query,
    uint32_t catalog_id)
{
    struct sim_thread *thread = sim_thread_current();
    LC_CHECK(owner != NULL);
    *hook = (struct sim_hook){ .owner = owner };
    if (LC_LIKELY(!asked) || thread->idle != NULL) {
        return; /* a call from a hook does not have one of its own */
    }
    hook->idle = (struct sim_idle){
        .begin = begin,
        .turn = turn,
        .part_ns = FIRST_PART_NS,
        .turns_left = SIM_IDLE_TURNS_MAX,
    };
    hook->query = query;
    hook->catalog_id = catalog_id;
    thread->idle = &hook->idle;
}

bool sim_hook_close(struct sim_hook *hook)
{
    struct sim_thread *thread = sim_thread_current();
    if (LC_UNLIKELY(thread->idle == &hook->idle)) {
        thread->idle = NULL;
    }
    return hook->is_cancelled != 0;
}

enum lc_wsa sim_hook_cancel(const void *owner)
{
    struct sim_hook *hook = sim_thread_current()->idle;
    if (hook == NULL || hook->owner != owner || hook->callback == NULL) {
        return LC_WSAEINVAL;
    }
    return LC_WSA_OK;
}
