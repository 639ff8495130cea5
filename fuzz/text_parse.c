#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lastcall/trace.h"

#include "fuzz/schedule.h"
#include "fuzz/text.h"
#include "fuzz/words.h"

enum {
    WORDS_MAX = 16, /* of a line */
    LINE_MAX_BYTES = 600
};

enum section {
    SECTION_NONE = 0,
    SECTION_WORLD = 1,
    SECTION_PROCESS = 2,
    SECTION_CHOICES = 3,
    SECTION_EXPECT = 4
};

struct word {
    const char *at;
    size_t length;
    uint32_t column;
};

struct parser {
    const char *text;
    size_t size_bytes;
    size_t at;
    uint32_t line;
    struct word words[WORDS_MAX]; /* of the line being read */
    uint32_t count;
    uint32_t end_column; /* behind the last word */
    enum section section;
    bool has_providers; /* the world names its own */
    struct lc_schedule *schedule;
    struct fuzz_text_error *error;
};

LC_PRINTF(3, 4)

static bool fail(
    struct parser *parser,
    uint32_t column,
    const char *format,
    ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(
        parser->error->message,
        FUZZ_TEXT_ERROR_BYTES,
        format,
        arguments);
    va_end(arguments);
    parser->error->line = parser->line;
    parser->error->column = column;
    return false;
}

/* An error at a word: the message ends with the word in quotes. */
static bool fail_at(struct parser *parser, uint32_t index, const char *message)
{
    if (index >= parser->count) {
        return fail(
            parser,
            parser->end_column,
            "%s, but the line ends",
            message);
    }
    const struct word *word = &parser->words[index];
    return fail(
        parser,
        word->column,
        "%s \"%.*s\"",
        message,
        (int)(word->length < 40 ? word->length : 40),
        word->at);
}

static bool is_word(const struct parser *parser, uint32_t index, const char *is)
{
    return index < parser->count && parser->words[index].length == strlen(is) &&
           memcmp(parser->words[index].at, is, strlen(is)) == 0;
}

static bool expect_count(struct parser *parser, uint32_t count)
{
    if (parser->count < count) {
        return fail(
            parser,
            parser->end_column,
            "a word is missing at the end of the line");
    }
    return parser->count == count ||
           fail_at(parser, count, "more than is expected here:");
}

/* ---- Words of a line ---- */

/* Length of the UTF-8 sequence that begins here, or 0 when it is none. */
static size_t utf8_length(const char *text, size_t left)
{
    unsigned char first = (unsigned char)text[0];
    size_t length = first < 0x80                     ? 1
                    : first >= 0xc2 && first <= 0xdf ? 2
                    : (first & 0xf0) == 0xe0         ? 3
                    : first >= 0xf0 && first <= 0xf4 ? 4
                                                     : 0;
    if (length == 0 || length > left) {
        return 0;
    }
    for (size_t i = 1; i < length; i++) {
        if (((unsigned char)text[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    return length;
}

static bool check_bytes(struct parser *parser, const char *line, size_t length)
{
    for (size_t i = 0; i < length;) {
        uint32_t column = (uint32_t)i + 1;
        if (line[i] == '\0') {
            return fail(parser, column, "a zero byte");
        }
        size_t step = utf8_length(line + i, length - i);
        if (step == 0) {
            return fail(parser, column, "not UTF-8");
        }
        bool is_control =
            step == 1 && (unsigned char)line[i] < 0x20 && line[i] != '\t';
        if (is_control || line[i] == 0x7f) {
            return fail(parser, column, "a control character");
        }
        i += step;
    }
    return true;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

/* A comment begins with '#', except before a digit: #2 is a number of a
 * choice. */
static bool is_comment(const char *line, size_t length, size_t at)
{
    return line[at] == '#' &&
           (at + 1 == length || line[at + 1] < '0' || line[at + 1] > '9');
}

static bool split_words(struct parser *parser, const char *line, size_t length)
{
    size_t at = 0;
    parser->count = 0;
    for (;;) {
        while (at < length && is_space(line[at])) {
            at++;
        }
        if (at == length || is_comment(line, length, at)) {
            break;
        }
        if (parser->count == WORDS_MAX) {
            return fail(parser, (uint32_t)at + 1, "too many words on a line");
        }
        size_t start = at;
        if (line[at] == '"') {
            at++;
            while (at < length && line[at] != '"') {
                at += line[at] == '\\' && at + 1 < length ? 2 : 1;
            }
            if (at >= length) {
                return fail(
                    parser,
                    (uint32_t)start + 1,
                    "the quote has no end");
            }
            at++;
        }
        while (at < length && !is_space(line[at])) {
            at++;
        }
        parser->words[parser->count] = (struct word){
            .at = line + start,
            .length = at - start,
            .column = (uint32_t)start + 1,
        };
        parser->count++;
        parser->end_column = (uint32_t)at + 1;
    }
    return true;
}

/* Reads the next line that has words. Returns false at the end and on error;
 * the error is set then. */
static bool next_line(struct parser *parser, bool *ret_is_error)
{
    *ret_is_error = false;
    while (parser->at < parser->size_bytes) {
        const char *line = parser->text + parser->at;
        size_t left = parser->size_bytes - parser->at;
        const char *end = memchr(line, '\n', left);
        parser->line++;
        size_t length = end == NULL ? left : (size_t)(end - line);
        parser->at += end == NULL ? length : length + 1;
        *ret_is_error = true;
        if (length > 0 && line[length - 1] == '\r') {
            length--;
        }
        if (length > LINE_MAX_BYTES) {
            return fail(parser, LINE_MAX_BYTES, "the line is too long");
        }
        if (!check_bytes(parser, line, length)) {
            return false;
        }
        if (end == NULL) {
            return fail(
                parser,
                (uint32_t)length + 1,
                "cut off: the last line has no end");
        }
        if (!split_words(parser, line, length)) {
            return false;
        }
        *ret_is_error = false;
        if (parser->count > 0) {
            return true;
        }
    }
    return false;
}

/* ---- Values ---- */

static bool take_name(struct parser *parser, uint32_t index, char *ret_name)
{
    if (index >= parser->count) {
        return fail_at(parser, index, "a name is expected");
    }
    const struct word *word = &parser->words[index];
    if (word->length >= LC_NAME_MAX) {
        return fail_at(parser, index, "the name is longer than 31 bytes:");
    }
    memset(ret_name, 0, LC_NAME_MAX);
    memcpy(ret_name, word->at, word->length);
    return fuzz_schedule_is_name(ret_name) ||
           fail_at(parser, index, "not a name:");
}

/* A decimal number at the beginning of a text. */
static bool read_number(
    const char *text,
    size_t length,
    uint64_t *ret_number,
    size_t *ret_used)
{
    uint64_t number = 0;
    size_t i = 0;
    while (i < length && text[i] >= '0' && text[i] <= '9') {
        if (number > (UINT64_MAX - 9) / 10) {
            return false;
        }
        number = number * 10 + (uint64_t)(text[i] - '0');
        i++;
    }
    *ret_number = number;
    *ret_used = i;
    return i > 0;
}

static bool take_number(
    struct parser *parser,
    uint32_t index,
    uint64_t low,
    uint64_t high,
    uint64_t *ret_number)
{
    if (index >= parser->count) {
        return fail_at(parser, index, "a number is expected");
    }
    const struct word *word = &parser->words[index];
    size_t used = 0;
    if (!read_number(word->at, word->length, ret_number, &used) ||
        used != word->length) {
        return fail_at(parser, index, "not a number:");
    }
    if (*ret_number < low || *ret_number > high) {
        return fail(
            parser,
            word->column,
            "the number \"%.*s\" is not in %llu to %llu",
            (int)(word->length < 40 ? word->length : 40),
            word->at,
            (unsigned long long)low,
            (unsigned long long)high);
    }
    return true;
}

static bool take_u32(
    struct parser *parser,
    uint32_t index,
    uint32_t low,
    uint32_t high,
    uint32_t *ret_number)
{
    uint64_t number = 0;
    if (!take_number(parser, index, low, high, &number)) {
        return false;
    }
    *ret_number = (uint32_t)number;
    return true;
}

/* A number with a unit; the units are thousands of each other. */
static bool take_unit(
    struct parser *parser,
    uint32_t index,
    const char *const units[4],
    uint64_t high,
    uint64_t *ret_number)
{
    if (index >= parser->count) {
        return fail_at(parser, index, "a number with a unit is expected");
    }
    const struct word *word = &parser->words[index];
    size_t used = 0;
    uint64_t number = 0;
    if (!read_number(word->at, word->length, &number, &used)) {
        return fail_at(parser, index, "not a number with a unit:");
    }
    uint64_t scale = 1;
    for (uint32_t i = 0; i < 4; i++, scale *= 1000) {
        if (strlen(units[i]) == word->length - used &&
            memcmp(units[i], word->at + used, word->length - used) == 0) {
            if (number > high / scale) {
                return fail_at(parser, index, "the number is too large:");
            }
            *ret_number = number * scale;
            return true;
        }
    }
    return fail_at(parser, index, "unknown unit in");
}

static bool take_switch(struct parser *parser, uint32_t index, uint32_t *ret_on)
{
    *ret_on = is_word(parser, index, "on");
    return *ret_on || is_word(parser, index, "off") ||
           fail_at(parser, index, "neither \"on\" nor \"off\":");
}

static bool take_path(struct parser *parser, uint32_t index, char *ret_path)
{
    if (index >= parser->count) {
        return fail_at(parser, index, "a path in quotes is expected");
    }
    const struct word *word = &parser->words[index];
    if (word->length < 3 || word->at[0] != '"' ||
        word->at[word->length - 1] != '"') {
        return fail_at(parser, index, "not a path in quotes:");
    }
    size_t length = 0;
    memset(ret_path, 0, LC_PATH_MAX);
    for (size_t i = 1; i + 1 < word->length; i++) {
        if (word->at[i] == '\\') {
            i++;
        }
        if (length + 1 == LC_PATH_MAX || i + 1 >= word->length) {
            return fail_at(parser, index, "not a path of 255 bytes or less:");
        }
        if ((unsigned char)word->at[i] < 0x20 ||
            (unsigned char)word->at[i] > 0x7e) {
            return fail_at(parser, index, "not an ASCII path:");
        }
        ret_path[length++] = word->at[i];
    }
    return length > 0 || fail_at(parser, index, "an empty path:");
}

/* ---- World ---- */

static bool find_provider(
    struct parser *parser,
    uint32_t index,
    uint8_t *ret_provider)
{
    const struct lc_world *world = &parser->schedule->world;
    for (uint32_t i = 0; i < world->provider_count; i++) {
        if (is_word(parser, index, world->providers[i].name)) {
            *ret_provider = (uint8_t)i;
            return true;
        }
    }
    return fail_at(parser, index, "unknown provider");
}

static bool parse_provider(struct parser *parser)
{
    struct lc_world *world = &parser->schedule->world;
    if (!parser->has_providers) {
        parser->has_providers = true;
        world->provider_count = 0;
        world->chain_count = 0;
        memset(world->providers, 0, sizeof world->providers);
        memset(world->chains, 0, sizeof world->chains);
    }
    if (world->provider_count == LC_PROVIDERS_MAX) {
        return fail_at(parser, 0, "too many providers:");
    }
    struct lc_provider *provider = &world->providers[world->provider_count];
    uint32_t kind = 0;
    if (!take_name(parser, 1, provider->name)) {
        return false;
    }
    if (fuzz_schedule_is_reserved(provider->name)) {
        return fail_at(parser, 1, "not a name for a provider:");
    }
    for (uint32_t i = 0; i < world->provider_count; i++) {
        if (strcmp(world->providers[i].name, provider->name) == 0) {
            return fail_at(parser, 1, "there is already a provider");
        }
    }
    if (parser->count < 3 || !fuzz_words_find(
                                 FUZZ_WORDS_PROVIDER,
                                 parser->words[2].at,
                                 parser->words[2].length,
                                 &kind)) {
        return fail_at(parser, 2, "unknown kind of provider");
    }
    provider->kind = (uint8_t)kind;
    world->provider_count++;
    if (kind == LC_PROVIDER_DLL) {
        return take_path(parser, 3, provider->path) && expect_count(parser, 4);
    }
    return expect_count(parser, 3);
}

static bool parse_chain(struct parser *parser)
{
    struct lc_world *world = &parser->schedule->world;
    if (world->chain_count == LC_CHAINS_MAX) {
        return fail_at(parser, 0, "too many chains:");
    }
    if (parser->count < 3 || parser->count - 1 > LC_CHAIN_LENGTH_MAX) {
        return fail_at(parser, 0, "a chain has two to seven members: see");
    }
    struct lc_chain *chain = &world->chains[world->chain_count];
    memset(chain, 0, sizeof *chain);
    for (uint32_t i = 1; i < parser->count; i++) {
        uint8_t provider = 0;
        if (!find_provider(parser, i, &provider)) {
            return false;
        }
        for (uint32_t k = 0; k < chain->length; k++) {
            if (chain->providers[k] == provider) {
                return fail_at(parser, i, "twice in one chain:");
            }
        }
        bool is_base = world->providers[provider].kind == LC_PROVIDER_BASE;
        if (is_base != (i + 1 == parser->count)) {
            return fail_at(
                parser,
                i,
                "layers first, the base last; out of place:");
        }
        chain->providers[chain->length++] = provider;
    }
    for (uint32_t k = 0; k < world->chain_count; k++) {
        if (world->chains[k].providers[0] == chain->providers[0]) {
            return fail_at(parser, 1, "another chain begins with");
        }
    }
    world->chain_count++;
    return true;
}

static bool parse_link(struct parser *parser)
{
    static const char *const rates[] = { "bit", "kbit", "Mbit", "Gbit" };
    static const char *const times[] = { "ns", "us", "ms", "s" };
    struct lc_world *world = &parser->schedule->world;
    for (uint32_t i = 1; i < parser->count; i += 2) {
        bool is_good;
        if (is_word(parser, i, "rate")) {
            is_good = take_unit(
                parser,
                i + 1,
                rates,
                FUZZ_LINK_BITS_MAX,
                &world->link_bits_per_s);
            if (is_good && world->link_bits_per_s == 0) {
                return fail_at(parser, i + 1, "a link without a rate:");
            }
        } else if (is_word(parser, i, "latency")) {
            is_good = take_unit(
                parser,
                i + 1,
                times,
                FUZZ_LATENCY_NS_MAX,
                &world->link_latency_ns);
        } else if (is_word(parser, i, "window")) {
            is_good = take_u32(
                parser,
                i + 1,
                1,
                FUZZ_WINDOW_MAX,
                &world->link_window_bytes);
        } else {
            is_good = fail_at(parser, i, "unknown property of a link");
        }
        if (!is_good) {
            return false;
        }
    }
    return true;
}

static bool parse_peer(struct parser *parser)
{
    struct lc_world *world = &parser->schedule->world;
    if (is_word(parser, 1, "sink")) {
        world->peer_kind = LC_PEER_SINK;
        world->peer_rate = 0;
        return expect_count(parser, 2);
    }
    if (!is_word(parser, 1, "slow")) {
        return fail_at(parser, 1, "unknown kind of peer");
    }
    world->peer_kind = LC_PEER_SLOW;
    return take_u32(parser, 2, 1, FUZZ_PEER_RATE_MAX, &world->peer_rate) &&
           expect_count(parser, 3);
}

static bool parse_world_line(struct parser *parser)
{
    struct lc_world *world = &parser->schedule->world;
    if (is_word(parser, 0, "provider")) {
        return parse_provider(parser);
    }
    if (is_word(parser, 0, "chain")) {
        return parse_chain(parser);
    }
    if (is_word(parser, 0, "pin")) {
        uint8_t provider = 0;
        if (!find_provider(parser, 1, &provider)) {
            return false;
        }
        world->providers[provider].pinned = 1;
        return expect_count(parser, 2);
    }
    if (is_word(parser, 0, "sndbuf")) {
        return take_u32(parser, 1, 1, FUZZ_SNDBUF_MAX, &world->sndbuf_bytes) &&
               expect_count(parser, 2);
    }
    if (is_word(parser, 0, "link")) {
        return parse_link(parser);
    }
    if (is_word(parser, 0, "peer")) {
        return parse_peer(parser);
    }
    if (is_word(parser, 0, "plant")) {
        if (world->plant_count == LC_PLANTS_MAX) {
            return fail_at(parser, 0, "too many planted bugs:");
        }
        bool is_good =
            take_name(parser, 1, world->plants[world->plant_count]) &&
            expect_count(parser, 2);
        world->plant_count += is_good;
        return is_good;
    }
    return fail_at(parser, 0, "unknown word in the world:");
}

/* ---- Calls ---- */

static bool take_socket(struct parser *parser, uint32_t index, struct lc_op *op)
{
    struct lc_schedule *schedule = parser->schedule;
    char name[LC_NAME_MAX];
    if (!take_name(parser, index, name)) {
        return false;
    }
    for (uint32_t i = 0; i < schedule->socket_count; i++) {
        if (strcmp(schedule->sockets[i], name) == 0) {
            op->socket = (uint8_t)i;
            return true;
        }
    }
    if (schedule->socket_count == LC_SOCKETS_MAX) {
        return fail_at(parser, index, "too many socket variables:");
    }
    op->socket = (uint8_t)schedule->socket_count;
    memcpy(schedule->sockets[schedule->socket_count], name, LC_NAME_MAX);
    schedule->socket_count++;
    return true;
}

static bool take_version(struct parser *parser, uint32_t *ret_version)
{
    if (parser->count < 2) {
        return fail_at(parser, 1, "a version is expected");
    }
    const struct word *word = &parser->words[1];
    uint64_t major;
    uint64_t minor;
    size_t used;
    size_t more;
    if (!read_number(word->at, word->length, &major, &used) ||
        used + 1 >= word->length || word->at[used] != '.' ||
        !read_number(
            word->at + used + 1,
            word->length - used - 1,
            &minor,
            &more) ||
        used + 1 + more != word->length || major > 255 || minor > 255) {
        return fail_at(parser, 1, "not a version like 2.2:");
    }
    *ret_version = (uint32_t)(minor << 8 | major);
    return expect_count(parser, 2);
}

static bool parse_socket_call(struct parser *parser, struct lc_op *op)
{
    const struct lc_world *world = &parser->schedule->world;
    op->call = LC_CALL_SOCKET;
    if (!take_socket(parser, 0, op)) {
        return false;
    }
    if (!is_word(parser, 2, "socket")) {
        return fail_at(parser, 2, "\"socket stream\" is expected, not");
    }
    if (!is_word(parser, 3, "stream")) {
        return fail_at(parser, 3, "unknown kind of socket");
    }
    if (parser->count == 4) {
        return true;
    }
    if (!is_word(parser, 4, "via")) {
        return fail_at(parser, 4, "\"via\" is expected, not");
    }
    uint32_t count = fuzz_schedule_entry_count(world);
    for (uint32_t i = 0; i < count; i++) {
        if (is_word(parser, 5, fuzz_schedule_entry_name(world, i))) {
            op->entry = (uint8_t)i;
            return expect_count(parser, 6);
        }
    }
    return fail_at(parser, 5, "neither the first layer of a chain nor a base:");
}

static bool take_how(struct parser *parser, uint32_t *ret_how)
{
    static const char *const hows[] = { "receive", "send", "both" };
    for (uint32_t i = 0; i < LC_COUNT_OF(hows); i++) {
        if (is_word(parser, 2, hows[i])) {
            *ret_how = i;
            return true;
        }
    }
    return fail_at(parser, 2, "not receive, send or both:");
}

static bool parse_arguments(struct parser *parser, struct lc_op *op)
{
    if (fuzz_schedule_call_has_socket(op->call) &&
        !take_socket(parser, 1, op)) {
        return false;
    }
    switch ((enum lc_call)op->call) {
    case LC_CALL_WSASTARTUP:
        return take_version(parser, &op->value);
    case LC_CALL_WSACLEANUP:
    case LC_CALL_GETLASTERROR:
        return expect_count(parser, 1);
    case LC_CALL_CONNECT:
    case LC_CALL_CLOSESOCKET:
        return expect_count(parser, 2);
    case LC_CALL_SEND:
        return take_u32(parser, 2, 0, LC_SEND_MAX, &op->value) &&
               expect_count(parser, 3);
    case LC_CALL_SNDBUF:
        return take_u32(parser, 2, 0, FUZZ_SNDBUF_MAX, &op->value) &&
               expect_count(parser, 3);
    case LC_CALL_SHUTDOWN:
        return take_how(parser, &op->value) && expect_count(parser, 3);
    case LC_CALL_LINGER:
        return take_switch(parser, 2, &op->value) &&
               take_u32(parser, 3, 0, FUZZ_LINGER_S_MAX, &op->value2) &&
               expect_count(parser, 4);
    case LC_CALL_DONTLINGER:
    case LC_CALL_FIONBIO:
        return take_switch(parser, 2, &op->value) && expect_count(parser, 3);
    case LC_CALL_SLEEP:
        return take_u32(parser, 1, 0, FUZZ_SLEEP_MS_MAX, &op->value) &&
               expect_count(parser, 2);
    case LC_CALL_SOCKET:
    case LC_CALL_COUNT:
        break;
    }
    return fail_at(parser, 0, "\"NAME = socket stream\" is expected, not");
}

static bool parse_call(struct parser *parser)
{
    struct lc_schedule *schedule = parser->schedule;
    if (schedule->thread_count == 0 ||
        schedule->threads[schedule->thread_count - 1].process + 1U !=
            schedule->process_count) {
        return fail_at(parser, 0, "a thread is expected before the call");
    }
    if (schedule->op_count == LC_OPS_MAX) {
        return fail_at(parser, 0, "too many calls:");
    }
    struct lc_op op = { .socket = LC_NONE, .entry = LC_NONE };
    uint32_t call = 0;
    bool is_good;
    if (is_word(parser, 1, "=")) {
        is_good = parse_socket_call(parser, &op);
    } else if (fuzz_words_find(
                   FUZZ_WORDS_CALL,
                   parser->words[0].at,
                   parser->words[0].length,
                   &call)) {
        op.call = (uint8_t)call;
        is_good = parse_arguments(parser, &op);
    } else {
        is_good = fail_at(parser, 0, "unknown call");
    }
    if (is_good) {
        schedule->ops[schedule->op_count++] = op;
        schedule->threads[schedule->thread_count - 1].op_count++;
    }
    return is_good;
}

static bool parse_thread(struct parser *parser)
{
    struct lc_schedule *schedule = parser->schedule;
    if (schedule->thread_count == LC_THREADS_MAX) {
        return fail_at(parser, 0, "too many threads:");
    }
    struct lc_thread *thread = &schedule->threads[schedule->thread_count];
    if (!take_name(parser, 1, thread->name) || !expect_count(parser, 2)) {
        return false;
    }
    for (uint32_t i = 0; i < schedule->thread_count; i++) {
        if (strcmp(schedule->threads[i].name, thread->name) == 0) {
            return fail_at(parser, 1, "there is already a thread");
        }
    }
    thread->process = (uint8_t)(schedule->process_count - 1);
    thread->op_first = schedule->op_count;
    schedule->thread_count++;
    return true;
}

/* ---- Choices ---- */

static bool take_thread(struct parser *parser, uint32_t index, uint8_t *ret_ref)
{
    const struct lc_schedule *schedule = parser->schedule;
    static const char worker[] = ".worker";
    for (uint32_t i = 0; i < schedule->thread_count; i++) {
        if (is_word(parser, index, schedule->threads[i].name)) {
            *ret_ref = (uint8_t)i;
            return true;
        }
    }
    for (uint32_t i = 0; index < parser->count && i < schedule->process_count;
         i++) {
        const struct word *word = &parser->words[index];
        const char *name = schedule->processes[i].name;
        size_t length = strlen(name);
        size_t head = length + sizeof worker - 1;
        uint64_t number;
        size_t used;
        if (word->length > head && memcmp(word->at, name, length) == 0 &&
            memcmp(word->at + length, worker, sizeof worker - 1) == 0 &&
            read_number(word->at + head, word->length - head, &number, &used) &&
            used == word->length - head && number >= 1 &&
            number <= LC_PROCESS_DLL_THREADS) {
            *ret_ref = LC_THREAD_REF(i, (uint8_t)(number - 1));
            return true;
        }
    }
    return fail_at(parser, index, "unknown thread");
}

static bool take_module(
    struct parser *parser,
    uint32_t index,
    const char *text,
    size_t length,
    uint8_t *ret_module)
{
    const struct lc_world *world = &parser->schedule->world;
    for (uint32_t module = 0; module < LC_MODULE_COUNT; module++) {
        bool is_known = module <= LC_MODULE_WS2_32 ||
                        module == LC_MODULE_SYSTEM ||
                        (module >= LC_MODULE_PROVIDER &&
                         module < LC_MODULE_PROVIDER + world->provider_count);
        const char *name = fuzz_text_module(world, module);
        if (is_known && strlen(name) == length &&
            memcmp(name, text, length) == 0) {
            *ret_module = (uint8_t)module;
            return true;
        }
    }
    return fail_at(parser, index, "unknown module in");
}

/* FUNCTION and a mark and MODULE. */
static bool take_marked_place(
    struct parser *parser,
    uint32_t index,
    struct lc_place *ret_place)
{
    static const struct {
        char mark;
        enum lc_place_kind kind;
        enum fuzz_words words;
    } marks[] = {
        { '>', LC_PLACE_SPI_ENTER, FUZZ_WORDS_SPI },
        { '<', LC_PLACE_SPI_LEAVE, FUZZ_WORDS_SPI },
        { '^', LC_PLACE_UPCALL, FUZZ_WORDS_UPCALL },
        { '@', LC_PLACE_SHIM, FUZZ_WORDS_SHIM },
    };
    const struct word *word = &parser->words[index];
    for (uint32_t i = 0; i < LC_COUNT_OF(marks); i++) {
        const char *mark = memchr(word->at, marks[i].mark, word->length);
        if (mark == NULL) {
            continue;
        }
        size_t length = (size_t)(mark - word->at);
        uint32_t function;
        if (!fuzz_words_find(marks[i].words, word->at, length, &function)) {
            return fail_at(parser, index, "unknown function in");
        }
        ret_place->kind = (uint8_t)marks[i].kind;
        ret_place->function = (uint8_t)function;
        return take_module(
            parser,
            index,
            mark + 1,
            word->length - length - 1,
            &ret_place->module);
    }
    return fail_at(parser, index, "unknown place");
}

static bool take_place(
    struct parser *parser,
    uint32_t index,
    struct lc_choice *choice)
{
    static const char wait[] = "wait:";
    struct lc_place *place = &choice->place;
    if (index >= parser->count) {
        return fail_at(parser, index, "a place is expected");
    }
    const struct word *word = &parser->words[index];
    if (is_word(parser, index, "start") || is_word(parser, index, "end")) {
        place->kind = word->length == 3 ? LC_PLACE_END : LC_PLACE_START;
        return true;
    }
    if (is_word(parser, index, "call")) {
        if ((choice->thread & LC_THREAD_REF_DLL) != 0) {
            return fail_at(parser, index, "such a thread makes no");
        }
        const struct lc_thread *thread =
            &parser->schedule->threads[choice->thread];
        place->kind = LC_PLACE_API;
        place->function =
            parser->schedule->ops[thread->op_first + choice->call].call;
        return true;
    }
    if (word->length >= sizeof wait - 1 &&
        memcmp(word->at, wait, sizeof wait - 1) == 0) {
        uint32_t what;
        if (!fuzz_words_find(
                FUZZ_WORDS_WAIT,
                word->at + sizeof wait - 1,
                word->length - (sizeof wait - 1),
                &what)) {
            return fail_at(parser, index, "unknown wait");
        }
        place->kind = LC_PLACE_WAIT;
        place->function = (uint8_t)what;
        return true;
    }
    return take_marked_place(parser, index, place);
}

/* "#N": counted from 1. Moves on when it is there. */
static bool take_occurrence(
    struct parser *parser,
    uint32_t *index,
    struct lc_choice *choice)
{
    if (*index >= parser->count || parser->words[*index].at[0] != '#') {
        return true;
    }
    const struct word *word = &parser->words[*index];
    uint64_t number = 0;
    size_t used;
    if (!read_number(word->at + 1, word->length - 1, &number, &used) ||
        used + 1 != word->length || number < 1 || number > UINT16_MAX + 1U) {
        return fail_at(parser, *index, "not a number like #2:");
    }
    choice->occurrence = (uint16_t)(number - 1);
    (*index)++;
    return true;
}

static bool take_action(
    struct parser *parser,
    uint32_t index,
    struct lc_choice *choice)
{
    if (!is_word(parser, index, ":")) {
        return fail_at(parser, index, "\":\" is expected");
    }
    index++;
    if (is_word(parser, index, "run")) {
        choice->action = LC_ACTION_RUN;
        return take_thread(parser, index + 1, &choice->target) &&
               expect_count(parser, index + 2);
    }
    if (is_word(parser, index, "reuse") && choice->thread != LC_NONE) {
        if (choice->place.kind != LC_PLACE_SHIM) {
            return fail_at(parser, index, "no handle is given out there:");
        }
        choice->stream = LC_STREAM_HANDLE;
        choice->action = LC_ACTION_VALUE;
        choice->value = 1;
        return expect_count(parser, index + 1);
    }
    if (!is_word(parser, index, "fire")) {
        return fail_at(parser, index, "unknown action");
    }
    uint32_t event;
    if (index + 1 >= parser->count || !fuzz_words_find(
                                          FUZZ_WORDS_EVENT,
                                          parser->words[index + 1].at,
                                          parser->words[index + 1].length,
                                          &event)) {
        return fail_at(parser, index + 1, "unknown event");
    }
    choice->action = LC_ACTION_FIRE;
    choice->target = (uint8_t)event;
    if (event == LC_EVENT_TIMEOUT) {
        uint8_t ref;
        if (!take_thread(parser, index + 2, &ref)) {
            return false;
        }
        choice->value = ref;
    } else {
        uint32_t number;
        if (!take_u32(parser, index + 2, 1, UINT16_MAX, &number)) {
            return false;
        }
        choice->value = (uint16_t)number;
    }
    return expect_count(parser, index + 3);
}

/* packet CONNECTION.SEGMENT : late N */
static bool parse_packet(struct parser *parser, struct lc_choice *choice)
{
    if (parser->count < 2) {
        return fail_at(parser, 1, "a packet like 2.5 is expected");
    }
    const struct word *word = &parser->words[1];
    uint64_t connection;
    uint64_t segment;
    size_t used;
    size_t more;
    if (!read_number(word->at, word->length, &connection, &used) ||
        used + 1 >= word->length || word->at[used] != '.' ||
        !read_number(
            word->at + used + 1,
            word->length - used - 1,
            &segment,
            &more) ||
        used + 1 + more != word->length || connection < 1 ||
        connection > UINT8_MAX || segment > UINT16_MAX) {
        return fail_at(parser, 1, "not a packet like 2.5:");
    }
    uint32_t late;
    if (!is_word(parser, 2, ":") || !is_word(parser, 3, "late")) {
        return fail_at(parser, 2, "\": late N\" is expected");
    }
    if (!take_u32(parser, 4, 1, 3, &late) || !expect_count(parser, 5)) {
        return false;
    }
    choice->stream = LC_STREAM_LATENCY;
    choice->thread = LC_NONE;
    choice->call = (uint8_t)connection;
    choice->place.kind = LC_PLACE_PACKET;
    choice->occurrence = (uint16_t)segment;
    choice->action = LC_ACTION_VALUE;
    choice->value = (uint16_t)late;
    return true;
}

/* THREAD in INDEX CALL at PLACE [#N]: what comes before the action. */
static bool take_where(
    struct parser *parser,
    uint32_t *index,
    struct lc_choice *choice)
{
    const struct lc_schedule *schedule = parser->schedule;
    if (!take_thread(parser, 0, &choice->thread)) {
        return false;
    }
    *index = 1;
    if ((choice->thread & LC_THREAD_REF_DLL) == 0) {
        const struct lc_thread *thread = &schedule->threads[choice->thread];
        uint32_t call;
        if (!is_word(parser, 1, "in")) {
            return fail_at(parser, 1, "\"in\" is expected");
        }
        if (!take_u32(parser, 2, 1, thread->op_count, &call)) {
            return false;
        }
        choice->call = (uint8_t)(call - 1);
        uint8_t is = schedule->ops[thread->op_first + choice->call].call;
        if (!is_word(parser, 3, fuzz_words_name(FUZZ_WORDS_CALL, is))) {
            return fail_at(
                parser,
                3,
                "the thread's call of that number is not");
        }
        *index = 4;
    }
    if (!is_word(parser, *index, "at")) {
        return fail_at(parser, *index, "\"at\" is expected");
    }
    if (!take_place(parser, *index + 1, choice)) {
        return false;
    }
    *index += 2;
    return take_occurrence(parser, index, choice);
}

static bool parse_choice(struct parser *parser)
{
    struct lc_schedule *schedule = parser->schedule;
    if (schedule->choice_count == LC_CHOICES_MAX) {
        return fail_at(parser, 0, "too many choices:");
    }
    struct lc_choice choice = { 0 };
    bool is_good;
    if (is_word(parser, 0, "packet")) {
        is_good = parse_packet(parser, &choice);
    } else if (is_word(parser, 0, "idle")) {
        uint32_t index = 1;
        choice.thread = LC_NONE;
        is_good = take_occurrence(parser, &index, &choice) &&
                  (index == 2 ||
                   fail_at(parser, 1, "a number like #2 is expected")) &&
                  take_action(parser, index, &choice);
    } else {
        uint32_t index = 0;
        is_good = take_where(parser, &index, &choice) &&
                  take_action(parser, index, &choice);
    }
    if (is_good) {
        schedule->choices[schedule->choice_count++] = choice;
    }
    return is_good;
}

/* ---- Expectation and sections ---- */

static bool parse_hash(struct parser *parser, struct lc_expect *expect)
{
    if (parser->count < 2 || parser->words[1].length != 16) {
        return fail_at(parser, 1, "not a hash of 16 hexadecimal digits:");
    }
    uint64_t hash = 0;
    for (uint32_t i = 0; i < 16; i++) {
        char c = parser->words[1].at[i];
        uint32_t digit = c >= '0' && c <= '9'   ? (uint32_t)(c - '0')
                         : c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a') + 10
                                                : 16;
        if (digit == 16) {
            return fail_at(parser, 1, "not a hash of 16 hexadecimal digits:");
        }
        hash = hash << 4 | digit;
    }
    expect->has_hash = true;
    expect->hash = hash;
    return expect_count(parser, 2);
}

static bool parse_expect_line(struct parser *parser)
{
    struct lc_expect *expect = &parser->schedule->expect;
    if (is_word(parser, 0, "hash")) {
        if (expect->kind == LC_EXPECT_NONE) {
            return fail_at(parser, 0, "a verdict is expected before");
        }
        return parse_hash(parser, expect);
    }
    if (expect->kind != LC_EXPECT_NONE) {
        return fail_at(parser, 0, "a second verdict:");
    }
    if (is_word(parser, 0, "held") || is_word(parser, 0, "unspecified")) {
        expect->kind =
            is_word(parser, 0, "held") ? LC_EXPECT_HELD : LC_EXPECT_UNSPECIFIED;
        return expect_count(parser, 1);
    }
    if (is_word(parser, 0, "broken")) {
        expect->kind = LC_EXPECT_BROKEN;
        return take_name(parser, 1, expect->rule) && expect_count(parser, 2);
    }
    return fail_at(parser, 0, "unknown verdict");
}

static bool check_threads(struct parser *parser)
{
    const struct lc_schedule *schedule = parser->schedule;
    for (uint32_t p = 0; p < schedule->process_count; p++) {
        bool has_thread = false;
        for (uint32_t t = 0; t < schedule->thread_count; t++) {
            const struct lc_thread *thread = &schedule->threads[t];
            if (thread->process == p && thread->op_count == 0) {
                return fail(
                    parser,
                    1,
                    "the thread \"%s\" has no calls",
                    thread->name);
            }
            has_thread |= thread->process == p;
        }
        if (!has_thread) {
            return fail(
                parser,
                1,
                "the process \"%s\" has no thread",
                schedule->processes[p].name);
        }
    }
    return schedule->process_count > 0 ||
           fail(parser, 1, "a process is expected");
}

static bool parse_process(struct parser *parser)
{
    struct lc_schedule *schedule = parser->schedule;
    if (parser->section > SECTION_PROCESS) {
        return fail_at(parser, 0, "processes come before choices:");
    }
    if (schedule->process_count == LC_PROCESSES_MAX) {
        return fail_at(parser, 0, "too many processes:");
    }
    struct lc_process *process = &schedule->processes[schedule->process_count];
    if (!take_name(parser, 1, process->name) || !expect_count(parser, 2)) {
        return false;
    }
    for (uint32_t i = 0; i < schedule->process_count; i++) {
        if (strcmp(schedule->processes[i].name, process->name) == 0) {
            return fail_at(parser, 1, "there is already a process");
        }
    }
    schedule->process_count++;
    parser->section = SECTION_PROCESS;
    return true;
}

static bool check_world(struct parser *parser)
{
    const struct lc_world *world = &parser->schedule->world;
    for (uint32_t i = 0; i < world->provider_count; i++) {
        if (world->providers[i].kind == LC_PROVIDER_BASE) {
            return true;
        }
    }
    return fail(parser, 1, "the world has no base provider");
}

/* A line that begins a section. ret_is_one: whether it does. */
static bool parse_header(struct parser *parser, bool *ret_is_one)
{
    *ret_is_one = true;
    if (parser->section < SECTION_EXPECT && parser->count == 2 &&
        is_word(parser, 0, "process")) {
        return check_world(parser) && parse_process(parser);
    }
    if (parser->section == SECTION_PROCESS && is_word(parser, 0, "thread")) {
        return parse_thread(parser);
    }
    if (parser->count == 1 && is_word(parser, 0, "world")) {
        if (parser->section != SECTION_NONE) {
            return fail_at(parser, 0, "the first section is the");
        }
        parser->section = SECTION_WORLD;
        return true;
    }
    bool is_choices = is_word(parser, 0, "choices");
    if (parser->count == 1 && (is_choices || is_word(parser, 0, "expect"))) {
        enum section next = is_choices ? SECTION_CHOICES : SECTION_EXPECT;
        if (parser->section >= next || parser->section < SECTION_PROCESS) {
            return fail_at(parser, 0, "out of order:");
        }
        parser->section = next;
        return check_threads(parser);
    }
    *ret_is_one = false;
    return true;
}

static bool parse_line(struct parser *parser)
{
    bool is_header;
    if (!parse_header(parser, &is_header)) {
        return false;
    }
    if (is_header) {
        return true;
    }
    switch (parser->section) {
    case SECTION_WORLD:
        return parse_world_line(parser);
    case SECTION_PROCESS:
        return parse_call(parser);
    case SECTION_CHOICES:
        return parse_choice(parser);
    case SECTION_EXPECT:
        return parse_expect_line(parser);
    case SECTION_NONE:
        break;
    }
    return fail_at(parser, 0, "\"world\" or \"process\" is expected, not");
}

bool fuzz_text_parse(
    const char *text,
    size_t size_bytes,
    struct lc_schedule *ret_schedule,
    struct fuzz_text_error *ret_error)
{
    LC_CHECK(text != NULL || size_bytes == 0);
    struct parser parser = {
        .text = text,
        .size_bytes = size_bytes,
        .schedule = ret_schedule,
        .error = ret_error,
    };
    bool is_error;
    memset(ret_schedule, 0, sizeof *ret_schedule);
    memset(ret_error, 0, sizeof *ret_error);
    parser.line = 1;
    if (size_bytes > FUZZ_TEXT_SIZE_MAX) {
        return fail(&parser, 1, "more than 1 MiB: this is no schedule");
    }
    parser.line = 0;
    fuzz_schedule_default_world(&ret_schedule->world);
    if (!next_line(&parser, &is_error)) {
        parser.line += !is_error;
        return is_error ? false : fail(&parser, 1, "the file is empty");
    }
    if (parser.count != 3 || !is_word(&parser, 0, "lastcall") ||
        !is_word(&parser, 1, "schedule")) {
        return fail_at(
            &parser,
            0,
            "not a schedule: \"lastcall schedule 1\" is expected,"
            " not");
    }
    if (!is_word(&parser, 2, "1")) {
        return fail_at(&parser, 2, "unknown version of the format:");
    }
    while (next_line(&parser, &is_error)) {
        if (!parse_line(&parser)) {
            return false;
        }
    }
    if (is_error) {
        return false;
    }
    parser.line++;
    if (!check_threads(&parser)) {
        return false;
    }
    fuzz_schedule_repair(ret_schedule);
    return true;
}
