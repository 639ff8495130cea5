#include "lastcall/version.h"

#include "lastcall/abi.h"

#include "model/area.h"
#include "model/report.h"

/* The numbers of a version word by which versions are compared: major, then
 * minor, which is in the high byte. */
static uint32_t rank(int64_t word)
{
    return (uint32_t)(word & 0xff) * 256U + ((uint32_t)word >> 8 & 0xffU);
}

/* What a side that has these versions answers to one that asks for at most
 * `asked`: the tables of the catalogue, 2.1 and 2.2. */
struct answer {
    bool has_any;    /* one is not above what was asked for */
    int64_t agreed;  /* the highest of those */
    int64_t highest; /* of all */
};

static struct answer answer_of(uint32_t versions, int64_t asked)
{
    struct answer answer = { 0 };
    for (uint32_t i = 0; i < LC_VERSION_COUNT; i++) {
        if ((versions & (1U << i)) == 0) {
            continue;
        }
        int64_t word = lc_version_word((enum lc_version)i);
        answer.highest = word; /* they come in order */
        if (rank(word) <= rank(asked)) {
            answer.has_any = true;
            answer.agreed = word;
        }
    }
    return answer;
}

static bool has_version(uint32_t versions, int64_t word)
{
    struct answer answer = answer_of(versions, word);
    return answer.has_any && answer.agreed == word;
}

static void startup_ends(struct model *model, const struct model_event *event)
{
    const struct lc_record *record = event->record;
    const struct model_thread *thread = event->thread;
    struct answer answer = answer_of(model->world.ws2_versions, thread->handle);
    bool null = thread->option != 0;
    bool refused = record->a == LC_WSAVERNOTSUPPORTED;
    model_report_unless(
        model,
        MODEL_VER_3,
        true,
        answer.has_any ? !refused : record->a != 0);
    model_report_unless(
        model,
        MODEL_VER_4,
        record->a == 0 && answer.has_any && !null,
        record->c == answer.agreed && record->d == answer.highest);
    model_report_unless(
        model,
        MODEL_START_6,
        null,
        record->a == LC_WSAEFAULT || (!answer.has_any && refused));
}

/* Whether ws2_32 takes a provider of this version: 2.2 alone, or what it has
 * itself when 2.2 is not its highest; X-6. */
static bool is_taken(const struct model *model, int64_t word)
{
    uint32_t versions = model->world.ws2_versions;
    int64_t current = lc_version_word(LC_VERSION_2_2);
    if (answer_of(versions, UINT16_MAX).highest == current) {
        return word == current;
    }
    return has_version(versions, word);
}

static void provider_answers(
    struct model *model,
    const struct model_event *event)
{
    const struct lc_record *record = event->record;
    const struct model_frame *frame = event->top;
    LC_CHECK(event->callee < LC_PROVIDERS_MAX);
    uint32_t versions = model->world.versions[event->callee];
    struct answer answer = answer_of(versions, frame->value);
    /* What is made to fail does not answer as its provider would. */
    bool known = versions != 0 && (frame->flags & MODEL_FRAME_FAULTED) == 0;
    bool nested = (frame->flags & MODEL_FRAME_NESTED) != 0;
    bool good = record->a == 0;
    model_report_unless(
        model,
        MODEL_VER_6,
        good,
        rank(record->c) <= rank(frame->value));
    model_report_unless(
        model,
        MODEL_VER_7,
        known && good && answer.has_any,
        has_version(versions, record->c));
    if (known && good && answer.has_any && record->c != answer.agreed) {
        model_report_warning(model, MODEL_VER_7);
    }
    model_report_unless(
        model,
        MODEL_VER_8,
        known && !nested,
        answer.has_any ? record->a != LC_WSAVERNOTSUPPORTED : !good);
    /* What socket() is to say of it. */
    struct model_thread *thread = event->thread;
    if (frame->caller != LC_MODULE_WS2_32) {
        return;
    }
    if (!good) {
        thread->refusal = LC_WSAEPROVIDERFAILEDINIT;
        thread->code = (uint16_t)record->a;
    } else if (record->d != LC_SPI_COUNT) {
        thread->refusal = LC_WSAEINVALIDPROCTABLE;
    } else if (!is_taken(model, record->c) && !model->options.tolerant) {
        thread->refusal = LC_WSAEINVALIDPROVIDER;
    } else {
        return;
    }
    thread->owes = good ? (uint8_t)(event->callee + 1) : 0;
}

/* What is refused is cleaned up before anything else is called. */
static void debt_check(struct model *model, const struct model_event *event)
{
    struct model_thread *thread = event->thread;
    if (event->record->caller != LC_MODULE_WS2_32 || thread->owes == 0) {
        return;
    }
    bool is_it = event->record->function == LC_SPI_CLEANUP &&
                 event->callee + 1 == thread->owes;
    model_report_unless(model, MODEL_LOAD_11, true, is_it);
    thread->owes = 0;
}

static void socket_ends(struct model *model, const struct model_event *event)
{
    const struct lc_record *record = event->record;
    const struct model_thread *thread = event->thread;
    enum model_rule_index rule =
        thread->refusal == LC_WSAEINVALIDPROVIDER    ? MODEL_LOAD_10
        : thread->refusal == LC_WSAEINVALIDPROCTABLE ? MODEL_LOAD_9
                                                     : MODEL_LOAD_8;
    bool refused = rule != MODEL_LOAD_8;
    bool as_told = record->b == thread->refusal ||
                   (model->options.tolerant && thread->code != 0 &&
                    record->b == thread->code); /* */
    model_report_unless(
        model,
        rule,
        thread->refusal != 0,
        record->a == -1 && as_told);
    model_report_unless(model, MODEL_LOAD_11, refused, thread->owes == 0);
}

void model_version_step(struct model *model, const struct model_event *event)
{
    LC_CHECK(model != NULL);

    const struct lc_record *record = event->record;
    if (record->kind == LC_RECORD_LOAD ||
        record->kind == LC_RECORD_PROC_ADDRESS) {
        bool failed =
            record->kind == LC_RECORD_LOAD ? record->a != 1 : record->b != 1;
        if (failed && record->caller == LC_MODULE_WS2_32 &&
            event->thread != NULL) {
            event->thread->refusal = LC_WSAEPROVIDERFAILEDINIT;
        }
    } else if (record->kind == LC_RECORD_SPI_CALL) {
        debt_check(model, event);
    } else if (record->kind == LC_RECORD_SPI_RETURN) {
        if (record->function == LC_SPI_STARTUP) {
            provider_answers(model, event);
        }
    } else if (record->function == LC_CALL_WSASTARTUP) {
        startup_ends(model, event);
    } else if (record->function == LC_CALL_SOCKET) {
        socket_ends(model, event);
    }
}
