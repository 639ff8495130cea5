#include <string.h>

#include "lastcall/check.h"
#include "lastcall/schedule.h"

#include "fuzz/schedule.h"
#include "fuzz/text.h"
#include "fuzz/text_read.h"

static bool hash_line(struct fuzz_text_reader *reader)
{
    static const char what[] = "a hash of 16 small hexadecimal digits";
    struct lc_expect *expect = &reader->work.expect;
    LC_CHECK(fuzz_text_read_is(reader, 0, "hash"));
    if (expect->kind == LC_EXPECT_NONE) {
        return fuzz_text_read_miss(reader, 0, "held, broken or unspecified");
    }
    if (expect->has_hash) {
        return fuzz_text_read_refuse(reader, 0, "a second");
    }
    if (reader->count < 2 || reader->words[1].length != 16) {
        return fuzz_text_read_miss(reader, 1, what);
    }
    uint64_t hash = 0;
    for (uint32_t i = 0; i < 16; i++) {
        char c = reader->words[1].at[i];
        uint32_t digit = c >= '0' && c <= '9'   ? (uint32_t)(c - '0')
                         : c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a') + 10
                                                : 16;
        if (digit == 16) {
            return fuzz_text_read_miss(reader, 1, what);
        }
        hash = hash << 4 | digit;
    }
    expect->has_hash = true;
    expect->hash = hash;
    return fuzz_text_read_end(reader, 2);
}

static bool expect_line(struct fuzz_text_reader *reader)
{
    struct lc_expect *expect = &reader->work.expect;
    LC_CHECK(reader->section == FUZZ_TEXT_EXPECT);
    if (fuzz_text_read_is(reader, 0, "hash")) {
        return hash_line(reader);
    }
    if (expect->kind != LC_EXPECT_NONE) {
        return fuzz_text_read_refuse(reader, 0, "more than one verdict:");
    }
    if (fuzz_text_read_is(reader, 0, "held")) {
        expect->kind = LC_EXPECT_HELD;
        return fuzz_text_read_end(reader, 1);
    }
    if (fuzz_text_read_is(reader, 0, "unspecified")) {
        expect->kind = LC_EXPECT_UNSPECIFIED;
        return fuzz_text_read_end(reader, 1);
    }
    if (fuzz_text_read_is(reader, 0, "broken")) {
        expect->kind = LC_EXPECT_BROKEN;
        return fuzz_text_read_name(reader, 1, expect->rule) &&
               fuzz_text_read_end(reader, 2);
    }
    return fuzz_text_read_miss(reader, 0, "held, broken or unspecified");
}

/* What the section that ends here must have. */
static bool end_section(struct fuzz_text_reader *reader)
{
    const struct lc_schedule *work = &reader->work;
    switch (reader->section) {
    case FUZZ_TEXT_WORLD:
        for (uint32_t i = 0; i < work->world.provider_count; i++) {
            if (work->world.providers[i].kind == LC_PROVIDER_BASE) {
                return true;
            }
        }
        return fuzz_text_read_fail(reader, 1, "the world has no base provider");
    case FUZZ_TEXT_PROCESS:
        return fuzz_text_program_end(reader);
    case FUZZ_TEXT_EXPECT:
        return work->expect.kind != LC_EXPECT_NONE ||
               fuzz_text_read_fail(
                   reader,
                   1,
                   "held, broken or unspecified is expected");
    case FUZZ_TEXT_NONE:
    case FUZZ_TEXT_CHOICES:
        break;
    }
    return true;
}

/* A line that begins a section. */
static bool section_line(
    struct fuzz_text_reader *reader,
    enum fuzz_text_section section)
{
    LC_CHECK(section != FUZZ_TEXT_NONE);
    bool is_program = section == FUZZ_TEXT_PROCESS;
    bool is_early =
        section > FUZZ_TEXT_PROCESS && reader->section < FUZZ_TEXT_PROCESS;
    if (is_early) {
        return end_section(reader) &&
               fuzz_text_read_miss(reader, 0, "a process");
    }
    if (reader->section > section ||
        (reader->section == section && !is_program)) {
        return fuzz_text_read_refuse(
            reader,
            0,
            "world, process, choices, expect: out of this order is");
    }
    if (reader->section != section && !end_section(reader)) {
        return false;
    }
    reader->section = section;
    return is_program ? fuzz_text_program_process(reader)
                      : fuzz_text_read_end(reader, 1);
}

/* The section that a line begins, FUZZ_TEXT_NONE when it begins none. Other
 * names may be the same words, so the number of words decides with them. */
static enum fuzz_text_section section_of(const struct fuzz_text_reader *reader)
{
    LC_CHECK(reader->count > 0);
    bool is_named = reader->count <= 2 && !fuzz_text_read_is(reader, 1, "=");
    if (is_named && fuzz_text_read_is(reader, 0, "process")) {
        return FUZZ_TEXT_PROCESS;
    }
    if (reader->count > 1) {
        return FUZZ_TEXT_NONE;
    }
    return fuzz_text_read_is(reader, 0, "world")     ? FUZZ_TEXT_WORLD
           : fuzz_text_read_is(reader, 0, "choices") ? FUZZ_TEXT_CHOICES
           : fuzz_text_read_is(reader, 0, "expect")  ? FUZZ_TEXT_EXPECT
                                                     : FUZZ_TEXT_NONE;
}

static bool schedule_line(struct fuzz_text_reader *reader)
{
    enum fuzz_text_section section = section_of(reader);
    LC_CHECK(reader->section <= FUZZ_TEXT_EXPECT);
    if (section != FUZZ_TEXT_NONE) {
        return section_line(reader, section);
    }
    switch (reader->section) {
    case FUZZ_TEXT_WORLD:
        return fuzz_text_world_line(reader);
    case FUZZ_TEXT_PROCESS:
        /* A socket may be named `thread`. */
        return fuzz_text_read_is(reader, 0, "thread") &&
                       !fuzz_text_read_is(reader, 1, "=")
                   ? fuzz_text_program_thread(reader)
                   : fuzz_text_program_call(reader);
    case FUZZ_TEXT_CHOICES:
        return fuzz_text_choice_line(reader);
    case FUZZ_TEXT_EXPECT:
        return expect_line(reader);
    case FUZZ_TEXT_NONE:
        if (fuzz_text_read_is(reader, 0, "swarm")) {
            return fuzz_text_swarm_line(reader);
        }
        break;
    }
    return fuzz_text_read_miss(reader, 0, "world or process");
}

/* "lastcall schedule 1" */
static bool first_line(struct fuzz_text_reader *reader)
{
    enum fuzz_text_line line = fuzz_text_read_line(reader);
    if (line != FUZZ_TEXT_LINE) {
        return line == FUZZ_TEXT_END &&
               fuzz_text_read_fail(reader, 1, "the file is empty");
    }
    LC_CHECK(reader->count > 0);
    for (uint32_t i = 0; i < 2; i++) {
        static const char *const words[] = { "lastcall", "schedule" };
        if (!fuzz_text_read_is(reader, i, words[i])) {
            return fuzz_text_read_miss(
                reader,
                i,
                "this is no schedule: lastcall schedule 1");
        }
    }
    if (!fuzz_text_read_is(reader, 2, "1")) {
        return fuzz_text_read_miss(reader, 2, "version 1 of the format");
    }
    return fuzz_text_read_end(reader, 3);
}

static bool read_all(struct fuzz_text_reader *reader)
{
    LC_CHECK(reader->at == 0);
    if (!first_line(reader)) {
        return false;
    }
    enum fuzz_text_line line = fuzz_text_read_line(reader);
    while (line == FUZZ_TEXT_LINE) {
        if (!schedule_line(reader)) {
            return false;
        }
        line = fuzz_text_read_line(reader);
    }
    if (line == FUZZ_TEXT_ERROR || !end_section(reader)) {
        return false;
    }
    return reader->section >= FUZZ_TEXT_PROCESS ||
           fuzz_text_read_fail(reader, 1, "a process is expected");
}

bool fuzz_text_parse(
    const char *text,
    size_t size_bytes,
    struct lc_schedule *ret_schedule,
    struct fuzz_text_error *ret_error)
{
    LC_CHECK(text != NULL || size_bytes == 0);
    LC_CHECK(ret_schedule != NULL);
    struct fuzz_text_error error = { 0 };
    struct fuzz_text_reader reader;
    memset(&reader, 0, sizeof reader);
    reader.text = text;
    reader.size_bytes = size_bytes;
    reader.error = &error;
    fuzz_schedule_default_world(&reader.work.world);
    bool is_good = false;
    if (size_bytes > FUZZ_TEXT_SIZE_MAX) {
        reader.line = 1;
        (void)fuzz_text_read_fail(
            &reader,
            1,
            "more than 1 MiB: this is no schedule");
    } else {
        is_good = read_all(&reader);
    }
    LC_CHECK(is_good == (error.line == 0));
    if (!is_good) {
        *ret_error = error;
        return false;
    }
    *ret_schedule = reader.work;
    return true;
}
