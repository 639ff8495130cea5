/*
 * Name spaces: counts of starts for each, who may be called when, what a last
 * cleanup has to leave, and what lookups have to find. The DLL that serves
 * them is no provider of sockets: nothing else in model/ looks at it.
 */
#include <string.h>

#include "lastcall/abi.h"
#include "lastcall/nsp.h"

#include "model/area.h"
#include "model/report.h"

enum {
    ALL_SPACES = (1U << LC_NAME_SPACES) - 1,
    ALL_SERVICES = (1U << LC_SERVICES) - 1
};

static bool is_of_names(const struct lc_record *record)
{
    return record->callee == LC_MODULE_NAMES;
}

static struct model_process_names *names_of(
    struct model *model,
    const struct model_event *event)
{
    LC_CHECK(event->record->process < LC_PROCESSES_MAX);
    return &model->names.processes[event->record->process];
}

static uint8_t api_of(const struct model_event *event)
{
    return event->thread == NULL ? (uint8_t)MODEL_NONE : event->thread->api;
}

/* The list and what is registered are those of all processes: what one that is
 * not judged does to them, nobody tells. */
static bool is_shared_known(const struct model *model)
{
    for (uint32_t i = 0; i < model->process_count; i++) {
        if ((model->processes[i].flags & MODEL_PROCESS_SPOILED) != 0) {
            return false;
        }
    }
    return true;
}

/* ---- The list of name spaces ---- */

/* Two bits for each name space: it is there, and it is enabled. */
static uint8_t changed(uint8_t list, const struct lc_record *record)
{
    uint32_t there = 1U << (record->a - 1);
    uint32_t enabled = there << LC_NAME_SPACES;
    switch ((enum lc_names_change)record->function) {
    case LC_NAMES_INSTALL:
        return (uint8_t)(list | there | enabled);
    case LC_NAMES_REMOVE:
        return (uint8_t)(list & ~there);
    case LC_NAMES_ENABLE:
        return (uint8_t)(list | enabled);
    case LC_NAMES_DISABLE:
    case LC_NAMES_CHANGE_COUNT:
        break;
    }
    return (uint8_t)(list & ~enabled);
}

static void list_changes(struct model *model, const struct model_event *event)
{
    struct model_names *names = &model->names;
    names->list = changed(names->list, event->record);
    for (uint32_t i = 0; i < model->process_count; i++) {
        if (model->processes[i].starting > 0) {
            names->processes[i].is_view_known = 0;
        }
    }
}

/* As for the catalog: a start from 0 to 1 for certain sees the list as
 * it is; what may be one or not leaves it open, unless that is the same. */
static void looks(struct model *model, const struct model_event *event)
{
    const struct model_process *process = event->process;
    const struct model_thread *thread = event->thread;
    struct model_process_names *names = names_of(model, event);
    bool is_start = thread->api == LC_CALL_WSASTARTUP;
    if (!is_start && thread->api != LC_CALL_WSACLEANUP) {
        return;
    }
    bool is_sure = is_start && thread->low <= 0 && thread->high <= 0 &&
                   process->cleaning == 0 && process->starting == 1;
    bool may_look = is_start ? thread->low <= 0
                             : process->starting > 0 &&
                                   process->starts <= process->cleaning;
    if (is_sure) {
        names->view = model->names.list;
        names->is_view_known = 1;
    } else if (may_look && names->view != model->names.list) {
        names->is_view_known = 0;
    }
}

static uint32_t count_of(uint32_t bits)
{
    uint32_t count = 0;
    for (; bits != 0; bits &= bits - 1) {
        count++;
    }
    return count;
}

static void enum_returns(struct model *model, const struct model_event *event)
{
    const struct lc_record *record = event->record;
    const struct model_process_names *names = names_of(model, event);
    uint32_t there = names->view & ALL_SPACES;
    uint32_t active = there & (uint32_t)names->view >> LC_NAME_SPACES;
    bool is_right =
        record->a == count_of(there) && record->d == count_of(active);
    model_report_unless(
        model,
        MODEL_NS_11,
        record->a >= 0 && names->is_view_known != 0 && event->thread->low > 0 &&
            is_shared_known(model),
        is_right);
}

/* ---- Lookups and registrations ---- */

static struct model_lookup *find_lookup(
    struct model *model,
    uint8_t process,
    uint32_t space,
    int64_t handle)
{
    for (uint32_t i = 0; i < MODEL_LOOKUPS_MAX; i++) {
        struct model_lookup *lookup = &model->names.lookups[i];
        if (lookup->is_used && lookup->process == process &&
            lookup->space == space && lookup->handle == handle) {
            return lookup;
        }
    }
    return NULL;
}

/* Calls under way on a lookup that had the handle before say nothing of the one
 * that has it now. */
static void mark_old(
    struct model *model,
    const struct lc_record *record,
    uint32_t space)
{
    for (uint32_t i = 0; i < model->thread_count; i++) {
        struct model_thread *thread = &model->threads[i];
        for (uint32_t j = 0; j < thread->depth; j++) {
            struct model_frame *frame = &thread->frames[j];
            if (frame->kind == MODEL_FRAME_NSP &&
                (frame->function == LC_NSP_LOOKUP_NEXT ||
                 frame->function == LC_NSP_LOOKUP_END) &&
                thread->process == record->process && frame->entry == space &&
                frame->value == record->d) {
                frame->flags |= MODEL_FRAME_RACED;
            }
        }
    }
}

static void lookup_begins(
    struct model *model,
    const struct lc_record *record,
    uint32_t space)
{
    const struct model_names *names = &model->names;
    struct model_lookup *lookup =
        find_lookup(model, record->process, space, record->d);
    mark_old(model, record, space);
    for (uint32_t i = 0; lookup == NULL && i < MODEL_LOOKUPS_MAX; i++) {
        if (!names->lookups[i].is_used) {
            lookup = &model->names.lookups[i];
        }
    }
    if (lookup == NULL) {
        return; /* no room: nothing is judged of it */
    }
    *lookup = (struct model_lookup){
        .handle = record->d,
        .is_used = 1,
        .process = record->process,
        .space = (uint8_t)space,
        .must = (uint8_t)(names->registered & ~names->vague),
        .may = (uint8_t)(names->registered | names->vague),
    };
}

/* Services of a name space that a lookup still owes. */
static uint8_t owed_by(const struct model_lookup *lookup)
{
    uint32_t own = ((1U << LC_SPACE_SERVICES) - 1)
                   << (lookup->space * LC_SPACE_SERVICES);
    return (uint8_t)(lookup->must & ~lookup->got & own);
}

static void lookup_answers(
    struct model *model,
    const struct lc_record *record,
    struct model_lookup *lookup)
{
    bool is_end = record->a != 0 &&
                  (record->b == LC_WSA_E_NO_MORE || record->b == LC_WSAENOMORE);
    if (lookup == NULL || !is_shared_known(model)) {
        return;
    }
    model_report_unless(model, MODEL_NS_9, is_end, owed_by(lookup) == 0);
    if (record->a != 0) {
        return;
    }
    uint32_t bit =
        record->d >= 0 && record->d < LC_SERVICES ? 1U << record->d : 0;
    model_report_unless(model, MODEL_NS_9, true, (lookup->may & bit) != 0);
    lookup->got |= (uint8_t)bit;
}

/* While a registration changes, lookups may find it or not. */
static void set_begins(struct model *model, const struct lc_record *record)
{
    uint8_t bit = (uint8_t)(1U << (record->c & (LC_SERVICES - 1)));
    struct model_names *names = &model->names;
    if ((names->setting & bit) != 0) {
        names->crossed |= bit; /* two at once: either may come last */
    }
    names->setting |= bit;
    names->vague |= bit;
    for (uint32_t i = 0; i < MODEL_LOOKUPS_MAX; i++) {
        names->lookups[i].must &= (uint8_t)~bit;
        names->lookups[i].may |= bit;
    }
}

static void set_ends(
    struct model *model,
    const struct lc_record *record,
    const struct model_frame *frame)
{
    struct model_names *names = &model->names;
    uint8_t bit = (uint8_t)(1U << (frame->value & (LC_SERVICES - 1)));
    bool registers = frame->entry == LC_RNRSERVICE_REGISTER;
    bool is_gone = !registers && record->b == LC_WSASERVICE_NOT_FOUND;
    if ((names->crossed & bit) != 0) {
        return; /* it stays vague: one of them may still be under way */
    }
    names->setting &= (uint8_t)~bit;
    if (record->a == 0 || is_gone) {
        names->vague &= (uint8_t)~bit;
        names->registered =
            (uint8_t)(registers ? names->registered | bit : names->registered & ~bit);
    } else {
        names->registered &= (uint8_t)~bit;
    }
}

/* ---- Counts ---- */

static bool is_sure(const struct model_space *space)
{
    return space->is_vague == 0 && space->starting == 0;
}

static void nsp_call(
    struct model *model,
    const struct model_event *event,
    uint32_t index)
{
    const struct lc_record *record = event->record;
    struct model_process_names *names = names_of(model, event);
    struct model_space *space = &names->spaces[index];
    struct model_frame *frame = model_track_push(model, event, MODEL_FRAME_NSP);
    if (frame == NULL) {
        return;
    }
    space->inside++;
    if (record->function == LC_NSP_STARTUP) {
        space->starting++;
        names->has_open = 0;
        return;
    }
    if (record->function == LC_NSP_CLEANUP) {
        model_report_unless(model, MODEL_NS_1, is_sure(space), space->owed > 0);
        space->owed = (uint8_t)(space->owed > 0 ? space->owed - 1 : 0);
        space->cleaning++;
        space->is_ending |= space->count <= space->cleaning;
        return;
    }
    model_report_unless(model, MODEL_NS_2, is_sure(space), space->count > 0);
    frame->value = record->b;
    frame->entry = (uint8_t)index;
    if (space->count <= space->cleaning) {
        frame->flags |= MODEL_FRAME_RACED;
    }
    if (record->function == LC_NSP_SET_SERVICE) {
        frame->value = record->c;
        frame->entry = (uint8_t)record->b;
        model_report_unless(
            model,
            MODEL_CLEAN_10,
            true,
            api_of(event) != LC_CALL_WSACLEANUP);
        set_begins(model, record);
    }
}

/* What a start and a cleanup may fail with (NS-6). */
static bool is_startup_error(int64_t error)
{
    return error == LC_WSA_NOT_ENOUGH_MEMORY || error == LC_WSAEINVAL ||
           error == LC_WSAEINVALIDPROCTABLE || error == LC_WSAEOPNOTSUPP ||
           error == LC_WSASYSNOTREADY;
}

static bool is_cleanup_error(int64_t error)
{
    return error == LC_WSA_NOT_ENOUGH_MEMORY || error == LC_WSAEINVAL ||
           error == LC_WSAEOPNOTSUPP;
}

static void startup_returns(
    struct model *model,
    const struct lc_record *record,
    struct model_space *space)
{
    space->starting--;
    model_report_unless(
        model,
        MODEL_NS_6,
        record->a != 0,
        is_startup_error(record->b));
    model_report_unless(
        model,
        MODEL_NS_5,
        record->a == 0,
        record->d == LC_NSP_COUNT);
    if (record->a == 0) {
        model_track_count(model, &space->count);
        model_track_count(model, &space->owed);
    } else {
        space->is_census |= space->count == 0; /* it holds nothing */
    }
}

/* What a last cleanup leaves is asked when all name spaces are at zero and
 * nobody is inside any more: objects are the DLL's. */
static void census(struct model *model, struct model_process_names *names)
{
    bool is_due = false;
    for (uint32_t i = 0; i < LC_NAME_SPACES; i++) {
        const struct model_space *space = &names->spaces[i];
        if (space->count > 0 || space->inside > 0 || space->is_vague != 0) {
            return;
        }
        is_due |= space->is_census != 0;
    }
    if (!is_due) {
        return;
    }
    for (uint32_t i = 0; i < LC_NAME_SPACES; i++) {
        names->spaces[i].is_census = 0;
    }
    bool has_open = names->has_open != 0;
    model_report_unless(model, MODEL_NS_8, has_open, names->live == 0);
    model_report_unless(model, MODEL_NS_4, !has_open, names->live == 0);
}

static void cleanup_returns(
    struct model *model,
    const struct model_event *event,
    uint32_t index)
{
    const struct lc_record *record = event->record;
    struct model_process_names *names = names_of(model, event);
    struct model_space *space = &names->spaces[index];
    bool is_started = is_sure(space) && space->count > 0;
    space->cleaning--;
    model_report_unless(
        model,
        MODEL_NS_6,
        record->a != 0,
        is_cleanup_error(record->b));
    model_report_unless(
        model,
        MODEL_NS_1,
        is_started,
        record->a == 0 || record->b == LC_WSA_NOT_ENOUGH_MEMORY);
    if (record->a != 0) {
        space->is_vague = 1;
        return;
    }
    space->count = (uint8_t)(space->count > 0 ? space->count - 1 : 0);
    if (space->count == 0 && space->starting == 0 && space->cleaning == 0) {
        space->is_ending = 0;
        space->is_census = 1;
        for (uint32_t i = 0; i < MODEL_LOOKUPS_MAX; i++) {
            struct model_lookup *lookup = &model->names.lookups[i];
            if (lookup->is_used && lookup->process == record->process &&
                lookup->space == index) {
                names->has_open = 1;
                *lookup = (struct model_lookup){ 0 };
            }
        }
    }
}

/* A name space that is started does not say that it is not. */
static void answer_check(
    struct model *model,
    const struct model_event *event,
    uint32_t index)
{
    const struct lc_record *record = event->record;
    const struct model_process_names *names = names_of(model, event);
    const struct model_space *space = &names->spaces[index];
    bool denied = record->a != 0 && record->b == LC_WSANOTINITIALISED;
    bool is_started = is_sure(space) && space->count > 0 &&
                      space->is_ending == 0 && space->cleaning == 0 &&
                      (event->top->flags & MODEL_FRAME_RACED) == 0;
    bool other_is_down = false;
    for (uint32_t i = 0; i < LC_NAME_SPACES; i++) {
        other_is_down |= i != index && names->spaces[i].count == 0;
    }
    model_report_unless(model, MODEL_NS_6, record->a != 0, record->b != 0);
    model_report_unless(
        model,
        MODEL_NS_3,
        is_started && other_is_down,
        !denied);
    model_report_unless(
        model,
        MODEL_NS_1,
        is_started && !other_is_down,
        !denied);
}

/* The lookup that a call that returns was on, or NULL. */
static struct model_lookup *lookup_of(
    struct model *model,
    const struct model_event *event,
    uint32_t index)
{
    return (event->top->flags & MODEL_FRAME_RACED) != 0
               ? NULL
               : find_lookup(
                     model,
                     event->record->process,
                     index,
                     event->top->value);
}

static void nsp_return(
    struct model *model,
    const struct model_event *event,
    uint32_t index)
{
    const struct lc_record *record = event->record;
    struct model_process_names *names = names_of(model, event);
    struct model_lookup *lookup;
    LC_CHECK(names->spaces[index].inside > 0);
    names->spaces[index].inside--;
    switch ((enum lc_nsp)record->function) {
    case LC_NSP_STARTUP:
        startup_returns(model, record, &names->spaces[index]);
        break;
    case LC_NSP_CLEANUP:
        cleanup_returns(model, event, index);
        break;
    case LC_NSP_LOOKUP_BEGIN:
        answer_check(model, event, index);
        if (record->a == 0) {
            lookup_begins(model, record, index);
        }
        break;
    case LC_NSP_LOOKUP_NEXT:
        answer_check(model, event, index);
        lookup = lookup_of(model, event, index);
        lookup_answers(model, record, lookup);
        break;
    case LC_NSP_LOOKUP_END:
        answer_check(model, event, index);
        lookup = lookup_of(model, event, index);
        if (record->a == 0 && lookup != NULL) {
            *lookup = (struct model_lookup){ 0 };
        }
        break;
    case LC_NSP_SET_SERVICE:
        answer_check(model, event, index);
        set_ends(model, record, event->top);
        break;
    case LC_NSP_INSTALL_CLASS:
    case LC_NSP_REMOVE_CLASS:
    case LC_NSP_CLASS_INFO:
    case LC_NSP_IOCTL:
        break;
    }
    model_track_pop(model, event->thread);
    census(model, names);
}

static void crossing(struct model *model, struct model_event *event)
{
    const struct lc_record *record = event->record;
    bool is_call = record->kind == LC_RECORD_NSP_CALL;
    int64_t space = is_call ? record->a : record->c;
    if (event->thread == NULL || event->process == NULL || space < 1 ||
        space > LC_NAME_SPACES) {
        model_report_lost(model);
        return;
    }
    if (is_call) {
        nsp_call(model, event, (uint32_t)space - 1);
        return;
    }
    event->top = model_track_top(model, event, MODEL_FRAME_NSP);
    if (event->top != NULL) {
        nsp_return(model, event, (uint32_t)space - 1);
    }
}

/* ---- The DLL ---- */

/* What is made while the DLL is attached belongs to its load. */
static bool in_dll_main(const struct model_event *event)
{
    const struct model_thread *thread = event->thread;
    for (uint32_t i = 0; thread != NULL && i < thread->depth; i++) {
        if (thread->frames[i].kind == MODEL_FRAME_DLL_MAIN &&
            thread->frames[i].callee == LC_MODULE_NAMES) {
            return true;
        }
    }
    return false;
}

static void objects(struct model *model, const struct model_event *event)
{
    const struct lc_record *record = event->record;
    struct model_process_names *names = names_of(model, event);
    bool is_birth = record->kind == LC_RECORD_CREATE ||
                    (record->kind == LC_RECORD_THREAD && record->function == 0);
    bool is_wrong = record->kind == LC_RECORD_DESTROY && record->b != 0;
    if (is_wrong) {
        bool is_grave = record->function == LC_OBJECT_HEAP ||
                        record->function == LC_OBJECT_BLOCK ||
                        record->function == LC_OBJECT_LOCK;
        model_report_unless(model, MODEL_MISUSE, is_grave, false);
        return;
    }
    if (in_dll_main(event)) {
        return;
    }
    if (is_birth) {
        names->live++;
    } else if (names->live > 0) {
        names->live--;
    }
}

static void loads(struct model *model, const struct model_event *event)
{
    const struct lc_record *record = event->record;
    struct model_process_names *names = names_of(model, event);
    uint8_t api = api_of(event);
    bool is_ours = record->caller == LC_MODULE_WS2_32 && record->a == 1;
    if (record->kind == LC_RECORD_LOAD) {
        model_report_unless(
            model,
            MODEL_NS_7,
            is_ours,
            api == LC_CALL_LOOKUP_BEGIN || api == LC_CALL_SET_SERVICE);
        names->refs = (uint8_t)(names->refs + is_ours);
        return;
    }
    bool is_down = true;
    for (uint32_t i = 0; i < LC_NAME_SPACES; i++) {
        const struct model_space *space = &names->spaces[i];
        is_down &= space->is_vague != 0 || space->count <= space->cleaning;
    }
    model_report_unless(model, MODEL_NS_3, record->c == 1, is_down);
    names->refs = (uint8_t)(names->refs - (is_ours && names->refs > 0));
}

static void process_ends(struct model *model, uint8_t process)
{
    LC_CHECK(process < LC_PROCESSES_MAX);
    model->names.processes[process] = (struct model_process_names){ 0 };
    for (uint32_t i = 0; i < MODEL_LOOKUPS_MAX; i++) {
        if (model->names.lookups[i].process == process) {
            model->names.lookups[i] = (struct model_lookup){ 0 };
        }
    }
}

void model_names_step(struct model *model, struct model_event *event)
{
    const struct lc_record *record = event->record;
    if (record->kind == LC_RECORD_NAMES) {
        if (record->a >= 1 && record->a <= LC_NAME_SPACES) {
            list_changes(model, event);
        }
        return;
    }
    if (record->kind == LC_RECORD_NSP_CALL ||
        record->kind == LC_RECORD_NSP_RETURN) {
        crossing(model, event);
        return;
    }
    if (event->process == NULL) {
        return;
    }
    switch (record->kind) {
    case LC_RECORD_PROCESS:
        if (record->function == 1) {
            process_ends(model, record->process);
        }
        break;
    case LC_RECORD_API_CALL:
        looks(model, event);
        break;
    case LC_RECORD_API_RETURN:
        if (api_of(event) == LC_CALL_ENUM_NAMES) {
            enum_returns(model, event);
        }
        break;
    case LC_RECORD_LOAD:
    case LC_RECORD_UNLOAD:
        if (is_of_names(record)) {
            loads(model, event);
        }
        break;
    case LC_RECORD_CREATE:
        if (record->caller == LC_MODULE_NAMES) {
            objects(model, event);
        }
        break;
    case LC_RECORD_DESTROY:
        if (is_of_names(record) || record->caller == LC_MODULE_NAMES) {
            objects(model, event);
        }
        break;
    case LC_RECORD_THREAD:
        if (is_of_names(record)) {
            objects(model, event);
        }
        break;
    default:
        model_report_unless(
            model,
            MODEL_MISUSE,
            record->kind == LC_RECORD_LOCK && record->caller == LC_MODULE_NAMES,
            record->c == 0);
        break;
    }
}

void model_names_quiet(struct model *model, const struct model_event *event)
{
    struct model_process_names *names = names_of(model, event);
    for (uint32_t i = 0; i < LC_NAME_SPACES; i++) {
        const struct model_space *space = &names->spaces[i];
        model_report_unless(
            model,
            MODEL_NS_1,
            space->is_vague == 0,
            space->owed == 0);
        names->spaces[i].is_vague = 0;
    }
    model_report_unless(model, MODEL_NS_3, true, names->refs == 0);
}

void model_names_init(struct model *model, bool has_names)
{
    if (!has_names) {
        return;
    }
    model->names.list = (uint8_t)(ALL_SPACES | ALL_SPACES << LC_NAME_SPACES);
    for (uint32_t i = 0; i < LC_PROCESSES_MAX; i++) {
        model->names.processes[i].view = model->names.list;
    }
}

_Static_assert(ALL_SERVICES <= UINT8_MAX, "a bit each in a byte");
_Static_assert(2 * LC_NAME_SPACES <= 8, "two bits each in a byte");
