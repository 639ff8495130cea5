#include "tools/load.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz/fuzz.h"
#include "model/model.h"
#include "sim/sim.h"
#include "tools/line.h"
#include "tools/output.h"

enum {
    PLACE_BYTES = 32,
    BESIDE_BYTES = 4096,
    HEAD_BYTES = 64
};

/* One byte more than is allowed, to see that a file is too large. */
static unsigned char content[FUZZ_TEXT_SIZE_MAX + 1];

static bool read_all(const char *path, int file, size_t *ret_size)
{
    size_t size_bytes = 0;
    for (;;) {
        ssize_t got =
            read(file, content + size_bytes, sizeof content - size_bytes);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            tool_output_error("%s: %s", path, strerror(errno));
            return false;
        }
        size_bytes += (size_t)got;
        if (size_bytes == sizeof content) {
            tool_output_error(
                "%s: larger than %d bytes, not a schedule",
                path,
                (int)FUZZ_TEXT_SIZE_MAX);
            return false;
        }
        if (got == 0) {
            *ret_size = size_bytes;
            return true;
        }
    }
}

/* Whether an open file can be read as a schedule: a regular one, or whatever
 * it is that this process was given open. Says when not. */
static bool can_read(const char *path, int file)
{
    struct stat status = { 0 };
    if (fstat(file, &status) != 0) {
        tool_output_error("%s: %s", path, strerror(errno));
        return false;
    }
    if (S_ISDIR(status.st_mode)) {
        tool_output_error("%s: is a directory, not a schedule", path);
        return false;
    }
    if (!S_ISREG(status.st_mode) && tool_line_can_name(path)) {
        tool_output_error("%s: is not a regular file", path);
        return false;
    }
    return true;
}

const char *tool_load_name(const char *path)
{
    return strcmp(path, "-") == 0 ? "(standard input)" : path;
}

static bool read_file(const char *path, size_t *ret_size)
{
    if (strcmp(path, "-") == 0) {
        return read_all(tool_load_name(path), STDIN_FILENO, ret_size);
    }
    /* A named pipe that nobody writes to is not to be waited for. */
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) {
        tool_output_error("%s: %s", path, strerror(errno));
        return false;
    }
    bool is_good = can_read(path, file);
    if (is_good) {
        (void)fcntl(file, F_SETFL, 0); /* reading waits, however */
        is_good = read_all(path, file, ret_size);
    }
    (void)close(file);
    return is_good;
}

/* Where in a text that was parsed a line has that word and then that name:
 * "3:9:". Empty: it is no text. */
static void find_name(
    size_t size_bytes,
    const char *first,
    const char *name,
    char ret_place[PLACE_BYTES])
{
    static const char blanks[] = " \t";
    size_t length = strlen(name);
    unsigned number = 0;
    ret_place[0] = '\0';
    if (size_bytes == 0) {
        return;
    }
    content[size_bytes] = '\0';
    for (const char *line = (const char *)content; line != NULL;) {
        const char *word = line + strspn(line, blanks);
        size_t word_bytes = strcspn(word, " \t\r\n#");
        const char *second = word + word_bytes;
        second += strspn(second, blanks);
        number++;
        if (word_bytes == strlen(first) &&
            strncmp(word, first, word_bytes) == 0 &&
            strncmp(second, name, length) == 0 &&
            strcspn(second, " \t\r\n#") == length) {
            (void)snprintf(
                ret_place,
                PLACE_BYTES,
                "%u:%u:",
                number,
                (unsigned)(second - line) + 1);
            return;
        }
        line = strchr(line, '\n');
        LC_CHECK(line != NULL); /* a name that was read stands in its text */
        line++;
    }
}

/* Whether this build has the bugs that a schedule plants. Says which not. */
static bool can_plant(
    const char *path,
    const struct lc_world *world,
    size_t text_bytes)
{
    for (uint32_t i = 0; i < world->plant_count; i++) {
        const char *name = world->plants[i];
        if (sim_knows_plant(name)) {
            continue;
        }
        char place[PLACE_BYTES];
        find_name(text_bytes, "plant", name, place);
        tool_output_error(
            "%s:%s no planted bug '%s'; `lastcall zoo list` has them",
            tool_load_name(path),
            place,
            name);
        return false;
    }
    return true;
}

/* Whether this build checks the rule that is to be broken. Says when not. */
static bool can_break(
    const char *path,
    const struct lc_expect *expect,
    size_t text_bytes)
{
    uint32_t rule;
    if (expect->kind != LC_EXPECT_BROKEN ||
        model_rule_find(expect->rule, &rule)) {
        return true;
    }
    char place[PLACE_BYTES];
    find_name(text_bytes, "broken", expect->rule, place);
    tool_output_error(
        "%s:%s no rule '%s'; `lastcall rules` has them",
        tool_load_name(path),
        place,
        expect->rule);
    return false;
}

/* What bytes are that begin like no text, and are not the compact form: an
 * error that says more than the first of them. Returns NULL for what may be
 * meant as text. */
static const char *why_no_bytes(size_t size_bytes)
{
    size_t looked_at = size_bytes < HEAD_BYTES ? size_bytes : HEAD_BYTES;
    if (looked_at >= 2 && content[0] == 'L' && content[1] >= '0' &&
        content[1] <= '9') {
        return "the compact form of another version: this program reads L1";
    }
    for (size_t i = 0; i < looked_at; i++) {
        if (content[i] < ' ' && strchr("\t\r\n", content[i]) == NULL) {
            return "neither text (`lastcall schedule 1`) nor the compact form, "
                   "which begins with L1; for what a fuzzer has saved see "
                   "docs/FUZZING.md";
        }
        if (content[i] == '\n') {
            break;
        }
    }
    return NULL;
}

/* `ret_text_bytes`: filled; 0 when it is the compact form. */
static bool load(
    const char *path,
    struct lc_schedule *ret_schedule,
    size_t *ret_text_bytes)
{
    size_t size_bytes = 0;
    if (!read_file(path, &size_bytes)) {
        return false;
    }
    bool is_compact = fuzz_compact_is(content, size_bytes);
    if (is_compact) {
        fuzz_compact_decode(content, size_bytes, ret_schedule);
    } else if (why_no_bytes(size_bytes) != NULL) {
        tool_output_error(
            "%s: %s",
            tool_load_name(path),
            why_no_bytes(size_bytes));
        return false;
    } else {
        struct fuzz_text_error error;
        if (!fuzz_text_parse(
                (const char *)content,
                size_bytes,
                ret_schedule,
                &error)) {
            tool_output_error(
                "%s:%u:%u: %s",
                tool_load_name(path),
                error.line,
                error.column,
                error.message);
            return false;
        }
    }
    *ret_text_bytes = is_compact ? 0 : size_bytes;
    return true;
}

bool tool_load_schedule(const char *path, struct lc_schedule *ret_schedule)
{
    size_t text_bytes = 0;
    return load(path, ret_schedule, &text_bytes) &&
           can_plant(path, &ret_schedule->world, text_bytes) &&
           can_break(path, &ret_schedule->expect, text_bytes);
}

bool tool_load_unplayed(
    const char *path,
    struct lc_schedule *ret_schedule,
    bool *ret_is_compact)
{
    size_t text_bytes = 0;
    if (!load(path, ret_schedule, &text_bytes)) {
        return false;
    }
    *ret_is_compact = text_bytes == 0;
    return true;
}

static bool write_all(int file, const void *bytes, size_t size_bytes)
{
    const unsigned char *at = bytes;
    while (size_bytes > 0) {
        ssize_t done = write(file, at, size_bytes);
        if (done < 0 && errno == EINTR) {
            continue;
        }
        if (done < 0) {
            return false;
        }
        at += done;
        size_bytes -= (size_t)done;
    }
    return true;
}

/* Into a device or a pipe, which no file can take the place of. */
static bool save_through(const char *path, const void *bytes, size_t size_bytes)
{
    int file = open(path, O_WRONLY | O_CLOEXEC);
    bool is_good = file >= 0 && write_all(file, bytes, size_bytes);
    int why = errno;
    if (file >= 0 && close(file) != 0 && is_good) {
        why = errno;
        is_good = false;
    }
    if (!is_good) {
        tool_output_error("%s: %s", path, strerror(why));
    }
    return is_good;
}

/* Whether something is there that is no file. */
static bool is_device(const char *path, struct stat *ret_status)
{
    return stat(path, ret_status) == 0 && !S_ISREG(ret_status->st_mode);
}

/* Opens a new file beside the place of one. Says what is wrong; -1 then. */
static int open_beside(
    const char *path,
    const char *whole,
    char ret_beside[BESIDE_BYTES])
{
    int length = snprintf(
        ret_beside,
        BESIDE_BYTES,
        "%s.%ld.tmp",
        whole != NULL ? whole : path,
        (long)getpid());
    if (length < 0 || (size_t)length >= BESIDE_BYTES) {
        tool_output_error("%s: a path that is too long", path);
        return -1;
    }
    int file = open(ret_beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (file < 0) {
        tool_output_error("%s: %s", path, strerror(errno));
    }
    return file;
}

bool tool_load_can_save(const char *path)
{
    struct stat status = { 0 };
    char beside[BESIDE_BYTES];
    if (path == NULL || strcmp(path, "-") == 0) {
        return true;
    }
    if (is_device(path, &status)) {
        bool is_folder = S_ISDIR(status.st_mode);
        if (is_folder || access(path, W_OK) != 0) {
            tool_output_error(
                "%s: %s",
                path,
                strerror(is_folder ? EISDIR : errno));
            return false;
        }
        return true;
    }
    char *whole = realpath(path, NULL);
    int file = open_beside(path, whole, beside);
    free(whole);
    if (file >= 0) {
        (void)close(file);
        (void)unlink(beside);
    }
    return file >= 0;
}

bool tool_load_save(const char *path, const void *bytes, size_t size_bytes)
{
    if (strcmp(path, "-") == 0) {
        return fwrite(bytes, 1, size_bytes, stdout) == size_bytes;
    }
    struct stat status = { 0 };
    if (is_device(path, &status)) {
        return save_through(path, bytes, size_bytes);
    }
    char beside[BESIDE_BYTES];
    char *whole = realpath(path, NULL); /* where a link leads to */
    int file = open_beside(path, whole, beside);
    if (file < 0) {
        free(whole);
        return false;
    }
    bool is_good = write_all(file, bytes, size_bytes) && fsync(file) == 0;
    int why = errno;
    if (close(file) != 0 && is_good) {
        why = errno;
        is_good = false;
    }
    if (is_good && rename(beside, whole != NULL ? whole : path) != 0) {
        why = errno;
        is_good = false;
    }
    free(whole);
    if (!is_good) {
        (void)unlink(beside);
        tool_output_error("%s: %s", path, strerror(why));
    }
    return is_good;
}

bool tool_load_save_text(const char *path, const struct lc_schedule *schedule)
{
    static char text[FUZZ_TEXT_SIZE_MAX];
    size_t size_bytes = fuzz_text_print(schedule, text, sizeof text);
    LC_CHECK(size_bytes > 0);
    return tool_load_save(path, text, size_bytes);
}

bool tool_load_folder(const char *path)
{
    struct stat status = { 0 };
    if (mkdir(path, 0777) == 0) {
        return true;
    }
    int why = errno;
    if (why == EEXIST) {
        bool is_there = stat(path, &status) == 0;
        if (is_there && !S_ISDIR(status.st_mode)) {
            why = ENOTDIR;
        } else if (is_there && access(path, W_OK | X_OK) == 0) {
            return true;
        } else {
            why = errno;
        }
    }
    tool_output_error("%s: %s", path, strerror(why));
    return false;
}
