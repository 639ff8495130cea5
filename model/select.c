/*
 * Which entry of the catalog a socket is of, and what is said when none is.
 * Whether a hidden one is matched no page says: it may be or not.
 */
#include "lastcall/abi.h"
#include "lastcall/triplet.h"

#include "model/area.h"
#include "model/report.h"

/* Which of family, type and protocol an entry has. */
struct match {
    bool family;
    bool type;
    bool protocol;
};

static struct match match_of(
    const struct model_world *world,
    uint32_t id,
    uint32_t triplet)
{
    uint32_t own = world->entry_triplet[id];
    bool has_family = lc_triplet_family(triplet) == LC_TRIPLET_FAMILY_ANY;
    bool has_type = lc_triplet_type(triplet) == LC_TRIPLET_TYPE_ANY;
    bool has_zero = (world->entry_flags[id] & MODEL_ENTRY_ZERO) != 0;
    bool is_zero = lc_triplet_protocol(triplet) == LC_TRIPLET_PROTOCOL_ANY;
    return (struct match){
        .family =
            has_family || lc_triplet_family(triplet) == lc_triplet_family(own),
        .type = has_type || lc_triplet_type(triplet) == lc_triplet_type(own),
        .protocol =
            is_zero ? has_zero
                    : lc_triplet_protocol(triplet) == lc_triplet_protocol(own),
    };
}

static bool is_whole(struct match match)
{
    return match.family && match.type && match.protocol;
}

static bool is_nothing(uint32_t triplet)
{
    return lc_triplet_family(triplet) == LC_TRIPLET_FAMILY_ANY &&
           lc_triplet_type(triplet) == LC_TRIPLET_TYPE_ANY &&
           lc_triplet_protocol(triplet) == LC_TRIPLET_PROTOCOL_ANY;
}

/* What the entries that a process sees have, taken together. */
struct offer {
    struct match any;  /* some entry has it */
    bool has_type;     /* together with the family */
    bool has_protocol; /* the same */
    bool has_of_type;  /* the protocol together with the type */
    uint32_t first;    /* the first that matches, 0: none does */
    uint32_t shown;    /* the same of those that are not hidden */
};

static struct offer offer_of(
    const struct model_world *world,
    const struct model_entries *view,
    uint32_t triplet)
{
    struct offer offer = { 0 };
    for (uint32_t i = 0; i < view->count; i++) {
        uint32_t id = view->ids[i];
        if (!model_track_is_entry(world, id)) {
            continue;
        }
        struct match match = match_of(world, id, triplet);
        bool is_shown = (world->entry_flags[id] & MODEL_ENTRY_HIDDEN) == 0;
        if (is_shown) {
            offer.any.family |= match.family;
            offer.any.type |= match.type;
            offer.any.protocol |= match.protocol;
            offer.has_type |= match.family && match.type;
            offer.has_protocol |= match.family && match.protocol;
            offer.has_of_type |= match.type && match.protocol;
        }
        if (is_whole(match) && offer.first == 0) {
            offer.first = id;
        }
        if (is_whole(match) && is_shown && offer.shown == 0) {
            offer.shown = id;
        }
    }
    return offer;
}

/* Of hidden ones we don't know whether they were looked at. */
static bool has_hidden(
    const struct model_world *world,
    const struct model_entries *view)
{
    bool has_any = false;
    for (uint32_t i = 0; i < view->count; i++) {
        uint32_t id = view->ids[i];
        has_any |= model_track_is_entry(world, id) &&
                   (world->entry_flags[id] & MODEL_ENTRY_HIDDEN) != 0;
    }
    return has_any;
}

void model_select_call(struct model *model, const struct model_event *event)
{
    const struct model_world *world = &model->world;
    const struct model_thread *thread = event->thread;
    const struct model_entries *view = &event->process->view;
    int64_t id = event->record->a;
    uint32_t triplet = thread->triplet;
    bool is_given = thread->option != 0;
    bool is_entry = model_track_is_entry(world, id);
    bool known = !is_given && view->count > 0 && thread->low > 0;
    bool has_any = lc_triplet_family(triplet) == LC_TRIPLET_FAMILY_ANY ||
                   lc_triplet_type(triplet) == LC_TRIPLET_TYPE_ANY;
    bool has_zero = lc_triplet_protocol(triplet) == LC_TRIPLET_PROTOCOL_ANY;
    model_report_unless(model, MODEL_CATALOG_10, !is_given, is_entry);
    model_report_unless(
        model,
        MODEL_CATALOG_11,
        is_given,
        id == thread->option);
    model_report_unless(
        model,
        MODEL_CATALOG_9,
        !is_given && is_nothing(triplet),
        false);
    model_report_unless(
        model,
        MODEL_CATALOG_8,
        !is_given && has_zero && is_entry,
        (world->entry_flags[is_entry ? id : 0] & MODEL_ENTRY_ZERO) != 0);
    bool is_seen = false;
    for (uint32_t i = 0; i < view->count; i++) {
        is_seen |= view->ids[i] == id;
    }
    bool has_category = model->app_category != 0 ||
                        event->process->category_state == MODEL_CATEGORY_KEPT;
    model_report_unless(
        model,
        MODEL_START_20,
        has_category && view->count > 0 && thread->low > 0,
        is_seen);
    struct offer offer = offer_of(world, view, triplet);
    bool is_first = id == offer.first || id == offer.shown;
    model_report_unless(model, MODEL_CATALOG_7, known && has_any, is_first);
    model_report_unless(model, MODEL_CATALOG_6, known && !has_any, is_first);
}

static bool is_refusal(int64_t error)
{
    return error == LC_WSAEAFNOSUPPORT || error == LC_WSAESOCKTNOSUPPORT ||
           error == LC_WSAEPROTONOSUPPORT || error == LC_WSAEPROTOTYPE;
}

/* Whether an error names what no entry has, or none has together with the
 * family. Where each of the three is there, it is no matter of the family
 * alone, and the call may as well be wrong (WSASocketW, WSAEINVAL). */
static bool is_named(const struct offer *offer, int64_t error)
{
    const struct match *any = &offer->any;
    bool has_each = any->family && any->type && any->protocol;
    switch (error) {
    case LC_WSAEAFNOSUPPORT:
        return !any->family;
    case LC_WSAESOCKTNOSUPPORT:
        return !any->type || (any->family && !offer->has_type) || has_each;
    case LC_WSAEPROTONOSUPPORT:
    case LC_WSAEPROTOTYPE:
        return !any->protocol || (any->family && !offer->has_protocol) ||
               (any->family && any->type && !offer->has_of_type) || has_each;
    case LC_WSAEINVAL:
        return has_each;
    default:
        return false;
    }
}

/* With a protocol information: whether what stands beside it leaves all to it
 * or says the same. */
static bool is_left_to(
    const struct model_world *world,
    uint32_t id,
    uint32_t triplet)
{
    uint32_t own = world->entry_triplet[id];
    enum lc_triplet_family family = lc_triplet_family(triplet);
    enum lc_triplet_type type = lc_triplet_type(triplet);
    enum lc_triplet_protocol protocol = lc_triplet_protocol(triplet);
    return (family == LC_TRIPLET_FAMILY_ANY ||
            family == LC_TRIPLET_FAMILY_INFO ||
            family == lc_triplet_family(own)) &&
           (type == LC_TRIPLET_TYPE_ANY || type == LC_TRIPLET_TYPE_INFO ||
            type == lc_triplet_type(own)) &&
           (protocol == LC_TRIPLET_PROTOCOL_INFO ||
            protocol == lc_triplet_protocol(own));
}

void model_select_end(struct model *model, const struct model_event *event)
{
    const struct lc_record *record = event->record;
    const struct model_world *world = &model->world;
    const struct model_thread *thread = event->thread;
    const struct model_entries *view = &event->process->view;
    uint32_t triplet = thread->triplet;
    uint32_t id = thread->option;
    bool failed = record->a == -1;
    bool started = view->count > 0 && thread->low > 0;
    model_report_unless(
        model,
        MODEL_CATALOG_9,
        id == 0 && thread->low > 0 && is_nothing(triplet),
        failed && record->b == LC_WSAEINVAL);
    struct offer offer = offer_of(world, view, triplet);
    model_report_unless(
        model,
        MODEL_CATALOG_13,
        id == 0 && started && !is_nothing(triplet) && offer.first == 0 &&
            !has_hidden(world, view),
        failed && is_named(&offer, record->b));
    bool is_there = false;
    for (uint32_t i = 0; i < view->count; i++) {
        is_there |= view->ids[i] == id;
    }
    model_report_unless(
        model,
        MODEL_CATALOG_12,
        id != 0 && started && is_there && model_track_is_entry(world, id) &&
            is_left_to(world, id, triplet),
        !(failed && is_refusal(record->b)));
}
