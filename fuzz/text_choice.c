#include <string.h>

#include "lastcall/check.h"
#include "lastcall/fail.h"
#include "lastcall/schedule.h"
#include "lastcall/trace.h"

#include "fuzz/call.h"
#include "fuzz/schedule.h"
#include "fuzz/text_read.h"
#include "fuzz/words.h"

enum {
    LATE_MAX = 3 /* extra latencies of a packet */
};

/* Whether a word is PROCESS.workerN for a process. */
static bool is_worker(
    const struct fuzz_text_word *word,
    const char *process,
    uint32_t *ret_ordinal)
{
    static const char worker[] = ".worker";
    size_t length = strlen(process);
    size_t head = length + sizeof worker - 1;
    LC_CHECK(length > 0);
    if (word->length <= head || memcmp(word->at, process, length) != 0 ||
        memcmp(word->at + length, worker, sizeof worker - 1) != 0) {
        return false;
    }
    uint64_t number;
    size_t used =
        fuzz_text_read_digits(word->at + head, word->length - head, &number);
    if (used != word->length - head || number < 1 ||
        number > LC_PROCESS_DLL_THREADS) {
        return false;
    }
    *ret_ordinal = (uint32_t)number - 1;
    return true;
}

static bool read_thread(
    struct fuzz_text_reader *reader,
    uint32_t index,
    uint8_t *ret_ref)
{
    const struct lc_schedule *work = &reader->work;
    LC_CHECK(work->thread_count > 0);
    if (index >= reader->count) {
        return fuzz_text_read_miss(reader, index, "a thread");
    }
    for (uint32_t i = 0; i < work->thread_count; i++) {
        if (fuzz_text_read_is(reader, index, work->threads[i].name)) {
            *ret_ref = (uint8_t)i;
            return true;
        }
    }
    for (uint32_t i = 0; i < work->process_count; i++) {
        const char *process = work->processes[i].name;
        uint32_t ordinal;
        if (is_worker(&reader->words[index], process, &ordinal)) {
            *ret_ref = LC_THREAD_REF(i, ordinal);
            return true;
        }
    }
    return fuzz_text_read_refuse(reader, index, "unknown thread");
}

/* The call of a schedule's thread, NULL for a thread of a DLL. */
static const struct lc_op *op_of(
    const struct lc_schedule *work,
    const struct lc_choice *choice)
{
    if ((choice->thread & LC_THREAD_REF_DLL) != 0) {
        return NULL;
    }
    LC_CHECK(choice->thread < work->thread_count);
    const struct lc_thread *thread = &work->threads[choice->thread];
    LC_CHECK(choice->call < thread->op_count);
    return &work->ops[thread->op_first + choice->call];
}

static bool read_module(
    struct fuzz_text_reader *reader,
    uint32_t index,
    size_t at,
    uint8_t *ret_module)
{
    const struct lc_world *world = &reader->work.world;
    const struct fuzz_text_word *word = &reader->words[index];
    LC_CHECK(at <= word->length);
    const char *text = word->at + at;
    size_t length = word->length - at;
    for (uint32_t module = 0; module < LC_MODULE_COUNT; module++) {
        bool is_known = module <= LC_MODULE_WS2_32 ||
                        module == LC_MODULE_SYSTEM ||
                        (module == LC_MODULE_NAMES && world->names != 0) ||
                        (module >= LC_MODULE_PROVIDER &&
                         module < LC_MODULE_PROVIDER + world->provider_count);
        const char *name = fuzz_text_module(world, module);
        if (is_known && strlen(name) == length &&
            memcmp(name, text, length) == 0) {
            *ret_module = (uint8_t)module;
            return true;
        }
    }
    return fuzz_text_read_refuse(reader, index, "unknown module in");
}

/* FUNCTION, a mark and MODULE. */
static bool marked_place(
    struct fuzz_text_reader *reader,
    uint32_t index,
    struct lc_place *ret_place)
{
    static const struct {
        char mark;
        enum lc_place_kind kind;
        enum fuzz_words words;
    } marks[] = {
        { '>', LC_PLACE_NSP_ENTER, FUZZ_WORDS_NSP },
        { '<', LC_PLACE_NSP_LEAVE, FUZZ_WORDS_NSP },
        { '>', LC_PLACE_SPI_ENTER, FUZZ_WORDS_SPI },
        { '<', LC_PLACE_SPI_LEAVE, FUZZ_WORDS_SPI },
        { '^', LC_PLACE_UPCALL, FUZZ_WORDS_UPCALL },
        { '@', LC_PLACE_SHIM, FUZZ_WORDS_SHIM },
    };

    LC_CHECK(index < reader->count);
    const struct fuzz_text_word *word = &reader->words[index];
    for (uint32_t i = 0; i < LC_COUNT_OF(marks); i++) {
        const char *mark = memchr(word->at, marks[i].mark, word->length);
        size_t length = mark == NULL ? 0 : (size_t)(mark - word->at);
        bool is_of_names = length > 3 && memcmp(word->at, "NSP", 3) == 0;
        if (mark == NULL || is_of_names != (marks[i].words == FUZZ_WORDS_NSP)) {
            continue;
        }
        uint32_t function;
        if (!fuzz_words_find(marks[i].words, word->at, length, &function)) {
            return fuzz_text_read_refuse(reader, index, "unknown function in");
        }
        LC_CHECK(function <= UINT8_MAX);
        ret_place->kind = (uint8_t)marks[i].kind;
        ret_place->function = (uint8_t)function;
        return read_module(reader, index, length + 1, &ret_place->module);
    }
    return fuzz_text_read_refuse(reader, index, "unknown place");
}

static bool read_place(
    struct fuzz_text_reader *reader,
    uint32_t index,
    struct lc_choice *choice)
{
    static const char wait[] = "wait:";
    struct lc_place *place = &choice->place;
    LC_CHECK(choice->thread != LC_NONE);
    if (index >= reader->count) {
        return fuzz_text_read_miss(reader, index, "a place");
    }
    if (fuzz_text_read_is(reader, index, "start")) {
        place->kind = LC_PLACE_START;
        return true;
    }
    if (fuzz_text_read_is(reader, index, "end")) {
        place->kind = LC_PLACE_END;
        return true;
    }
    if (fuzz_text_read_is(reader, index, "call")) {
        const struct lc_op *op = op_of(&reader->work, choice);
        if (op == NULL) {
            return fuzz_text_read_refuse(
                reader,
                index,
                "a thread of a DLL is at no");
        }
        place->kind = LC_PLACE_API;
        place->function = op->call;
        return true;
    }
    const struct fuzz_text_word *word = &reader->words[index];
    size_t head = sizeof wait - 1;
    if (word->length >= head && memcmp(word->at, wait, head) == 0) {
        uint32_t what;
        if (!fuzz_words_find(
                FUZZ_WORDS_WAIT,
                word->at + head,
                word->length - head,
                &what)) {
            return fuzz_text_read_refuse(reader, index, "unknown wait in");
        }
        place->kind = LC_PLACE_WAIT;
        place->function = (uint8_t)what;
        return true;
    }
    return marked_place(reader, index, place);
}

/* "#N", counted from 1, where it stands. Moves on behind it. */
static bool read_occurrence(
    struct fuzz_text_reader *reader,
    uint32_t *index,
    struct lc_choice *choice)
{
    LC_CHECK(index != NULL);
    if (*index >= reader->count || reader->words[*index].at[0] != '#') {
        return true;
    }
    const struct fuzz_text_word *word = &reader->words[*index];
    uint64_t number;
    size_t used =
        fuzz_text_read_digits(word->at + 1, word->length - 1, &number);
    if (used + 1 != word->length || number < 1 || number > UINT16_MAX + 1U) {
        return fuzz_text_read_miss(reader, *index, "#1 to #65536");
    }
    choice->occurrence = (uint16_t)(number - 1);
    (*index)++;
    return true;
}

/* fire EVENT OBJECT; index is that of the event. */
static bool read_event(
    struct fuzz_text_reader *reader,
    uint32_t index,
    struct lc_choice *choice)
{
    LC_CHECK(index > 0);
    if (index >= reader->count) {
        return fuzz_text_read_miss(reader, index, "an event");
    }
    uint32_t event;
    if (!fuzz_words_find(
            FUZZ_WORDS_EVENT,
            reader->words[index].at,
            reader->words[index].length,
            &event)) {
        return fuzz_text_read_refuse(reader, index, "unknown event");
    }
    choice->action = LC_ACTION_FIRE;
    choice->target = (uint8_t)event;
    if (event == LC_EVENT_TIMEOUT) {
        uint8_t ref = 0;
        if (!read_thread(reader, index + 1, &ref)) {
            return false;
        }
        choice->value = ref;
    } else {
        uint32_t number;
        if (!fuzz_text_read_u32(reader, index + 1, 1, UINT16_MAX, &number)) {
            return false;
        }
        choice->value = (uint16_t)number;
    }
    return fuzz_text_read_end(reader, index + 2);
}

/* fail [ERROR]; index is that of the error. */
static bool read_fail(
    struct fuzz_text_reader *reader,
    uint32_t index,
    struct lc_choice *choice)
{
    const struct lc_world *world = &reader->work.world;
    enum lc_fail fail = lc_fail_of(choice->place);
    LC_CHECK(index > 1);
    if (fail == LC_FAIL_COUNT) {
        return fuzz_text_read_refuse(
            reader,
            index - 1,
            "nothing can be made to fail at this place:");
    }
    if ((world->faults >> fail & 1) == 0) {
        return fuzz_text_read_fail(
            reader,
            reader->words[index - 1].column,
            world->faults == 0 ? "the world has no line `faults`; it takes "
                                 "`faults %s`"
                               : "the world's line `faults` lacks %s",
            fuzz_text_fail(fail));
    }
    choice->stream = LC_STREAM_FAULT;
    choice->action = LC_ACTION_VALUE;
    choice->value = 1;
    if (index >= reader->count) {
        return true;
    }
    for (uint32_t form = 1; form <= lc_fail_forms(choice->place); form++) {
        const char *error =
            fuzz_words_error(lc_fail_error(choice->place, form));
        if (error != NULL && fuzz_text_read_is(reader, index, error)) {
            choice->value = (uint16_t)form;
            return fuzz_text_read_end(reader, index + 1);
        }
    }
    return fuzz_text_read_refuse(reader, index, "this place does not fail by");
}

/* ": ACTION" and the end of the line. */
static bool read_action(
    struct fuzz_text_reader *reader,
    uint32_t index,
    struct lc_choice *choice)
{
    LC_CHECK(index > 0);
    if (!fuzz_text_read_is(reader, index, ":")) {
        return fuzz_text_read_miss(reader, index, "a colon by itself");
    }
    index++;
    if (fuzz_text_read_is(reader, index, "run")) {
        choice->action = LC_ACTION_RUN;
        return read_thread(reader, index + 1, &choice->target) &&
               fuzz_text_read_end(reader, index + 2);
    }
    if (fuzz_text_read_is(reader, index, "fire")) {
        return read_event(reader, index + 1, choice);
    }
    if (fuzz_text_read_is(reader, index, "fail")) {
        return read_fail(reader, index + 1, choice);
    }
    if (!fuzz_text_read_is(reader, index, "reuse")) {
        return fuzz_text_read_miss(reader, index, "run, fire, fail or reuse");
    }
    if (!fuzz_schedule_gives_handle(choice->place)) {
        return fuzz_text_read_refuse(
            reader,
            index,
            "no handle is given out at this place:");
    }
    choice->stream = LC_STREAM_HANDLE;
    choice->action = LC_ACTION_VALUE;
    choice->value = 1;
    return fuzz_text_read_end(reader, index + 1);
}

/* packet CONNECTION.SEGMENT : late N */
static bool packet_line(
    struct fuzz_text_reader *reader,
    struct lc_choice *choice)
{
    uint32_t pair[2];
    LC_CHECK(fuzz_text_read_is(reader, 0, "packet"));
    if (!fuzz_text_read_pair(reader, 1, "a packet like 2.5", pair)) {
        return false;
    }
    if (pair[0] < 1 || pair[0] > UINT8_MAX || pair[1] > UINT16_MAX) {
        return fuzz_text_read_refuse(
            reader,
            1,
            "connections are 1 to 255 and segments 0 to 65535, unlike");
    }
    if (!fuzz_text_read_is(reader, 2, ":")) {
        return fuzz_text_read_miss(reader, 2, "a colon by itself");
    }
    if (!fuzz_text_read_is(reader, 3, "late")) {
        return fuzz_text_read_miss(reader, 3, "late");
    }
    uint32_t late;
    if (!fuzz_text_read_u32(reader, 4, 1, LATE_MAX, &late) ||
        !fuzz_text_read_end(reader, 5)) {
        return false;
    }
    choice->stream = LC_STREAM_LATENCY;
    choice->thread = LC_NONE;
    choice->call = (uint8_t)pair[0];
    choice->place.kind = LC_PLACE_PACKET;
    choice->occurrence = (uint16_t)pair[1];
    choice->action = LC_ACTION_VALUE;
    choice->value = (uint16_t)late;
    return true;
}

/* idle #N : ACTION */
static bool idle_line(struct fuzz_text_reader *reader, struct lc_choice *choice)
{
    uint32_t index = 1;
    LC_CHECK(fuzz_text_read_is(reader, 0, "idle"));
    choice->thread = LC_NONE;
    choice->place.kind = LC_PLACE_IDLE;
    if (!read_occurrence(reader, &index, choice)) {
        return false;
    }
    if (index == 1) {
        return fuzz_text_read_miss(reader, 1, "#1 to #65536");
    }
    return read_action(reader, index, choice);
}

/* "in INDEX CALL" of a schedule's thread. */
static bool read_call(struct fuzz_text_reader *reader, struct lc_choice *choice)
{
    const struct lc_schedule *work = &reader->work;
    LC_CHECK(choice->thread < work->thread_count);
    const struct lc_thread *thread = &work->threads[choice->thread];
    LC_CHECK(thread->op_count > 0);
    uint32_t call;
    if (!fuzz_text_read_is(reader, 1, "in")) {
        return fuzz_text_read_miss(reader, 1, "in");
    }
    if (!fuzz_text_read_u32(reader, 2, 1, thread->op_count, &call)) {
        return false;
    }
    choice->call = (uint8_t)(call - 1);
    const char *word = fuzz_call(op_of(work, choice)->call)->word;
    return fuzz_text_read_is(reader, 3, word) ||
           fuzz_text_read_miss(reader, 3, word);
}

/* THREAD in INDEX CALL at PLACE [#N] : ACTION, or PROCESS.workerN at ... */
static bool thread_line(
    struct fuzz_text_reader *reader,
    struct lc_choice *choice)
{
    uint32_t index = 1;
    LC_CHECK(reader->count > 0);
    if (!read_thread(reader, 0, &choice->thread)) {
        return false;
    }
    if ((choice->thread & LC_THREAD_REF_DLL) == 0) {
        if (!read_call(reader, choice)) {
            return false;
        }
        index = 4;
    }
    if (!fuzz_text_read_is(reader, index, "at")) {
        return fuzz_text_read_miss(reader, index, "at");
    }
    if (!read_place(reader, index + 1, choice)) {
        return false;
    }
    index += 2;
    return read_occurrence(reader, &index, choice) &&
           read_action(reader, index, choice);
}

bool fuzz_text_choice_line(struct fuzz_text_reader *reader)
{
    struct lc_schedule *work = &reader->work;
    LC_CHECK(reader->section == FUZZ_TEXT_CHOICES);
    LC_CHECK(work->choice_count <= LC_CHOICES_MAX);
    if (work->choice_count == LC_CHOICES_MAX) {
        return fuzz_text_read_refuse(
            reader,
            0,
            "more than 2048 choices; one too many is that of");
    }
    struct lc_choice choice = { 0 };
    /* Threads may be named `packet` and `idle`: theirs go on with `in`. */
    bool is_thread = fuzz_text_read_is(reader, 1, "in");
    bool is_good;
    if (!is_thread && fuzz_text_read_is(reader, 0, "packet")) {
        is_good = packet_line(reader, &choice);
    } else if (!is_thread && fuzz_text_read_is(reader, 0, "idle")) {
        is_good = idle_line(reader, &choice);
    } else {
        is_good = thread_line(reader, &choice);
    }
    if (is_good) {
        work->choices[work->choice_count++] = choice;
    }
    return is_good;
}
