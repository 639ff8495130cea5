#include "tools/output.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz/fuzz.h"
#include "tools/version.h"

static struct {
    const char *whole;
    const char *line; /* with a seed */
    const volatile uint64_t *seed;
} replay;

static bool is_planted;

void tool_output_error(const char *format, ...)
{
    va_list arguments;
    (void)fflush(stdout);
    (void)fputs("lastcall: ", stderr);
    va_start(arguments, format);
    (void)vfprintf(stderr, format, arguments);
    va_end(arguments);
    (void)fputc('\n', stderr);
}

void tool_output_replay(const char *line)
{
    replay.whole = line;
    replay.seed = NULL;
}

void tool_output_replay_seed(
    const char *whole,
    const char *line,
    const volatile uint64_t *seed)
{
    replay.whole = whole;
    replay.line = line;
    replay.seed = seed;
}

void tool_output_planted(void)
{
    is_planted = true;
}

void lc_check_failed(const char *fact, const char *file, int line)
{
    if (is_planted) {
        tool_output_error(
            "%s:%d: check failed, with a planted bug: %s",
            file,
            line,
            fact);
        abort();
    }
    (void)fprintf(stderr, "lastcall: version %s\n", TOOL_VERSION);
    if (replay.seed != NULL && *replay.seed != FUZZ_SEED_NONE) {
        (void)fprintf(
            stderr,
            "lastcall: to replay: %s --seed %llu --schedules 1\n",
            replay.line,
            (unsigned long long)*replay.seed);
    } else if (replay.whole != NULL) {
        (void)fprintf(stderr, "lastcall: to replay: %s\n", replay.whole);
    }
    (void)fprintf(
        stderr,
        "lastcall: %s:%d: internal check failed: %s\n",
        file,
        line,
        fact);
    abort();
}

double tool_output_days(uint64_t virtual_ns)
{
    return (double)virtual_ns / (double)LC_NS_PER_S / (24 * 60 * 60);
}

const char *tool_output_s(uint64_t count)
{
    return count == 1 ? "" : "s";
}

json_t *tool_output_object(void)
{
    return json_pack("{s:s}", "version", TOOL_VERSION);
}

json_t *tool_output_text(const char *text)
{
    json_t *whole = json_string(text);
    if (whole != NULL) {
        return whole;
    }
    char *plain = strdup(text);
    LC_CHECK(plain != NULL);
    for (char *c = plain; *c != '\0'; c++) {
        if ((unsigned char)*c >= 0x80) {
            *c = '?';
        }
    }
    whole = json_string(plain);
    free(plain);
    return whole;
}

json_t *tool_output_hash(uint64_t hash)
{
    char text[17];
    (void)snprintf(text, sizeof text, "%016llx", (unsigned long long)hash);
    return json_string(text);
}

void tool_output_json(json_t *object)
{
    LC_CHECK(object != NULL);
    if (json_dumpf(object, stdout, JSON_INDENT(2)) == 0) {
        (void)putchar('\n');
    }
    json_decref(object);
}

void tool_output_schedule(const struct lc_schedule *schedule, uint32_t indent)
{
    static char text[FUZZ_TEXT_SIZE_MAX];
    size_t size_bytes = fuzz_text_print(schedule, text, sizeof text);
    LC_CHECK(size_bytes > 0);
    bool is_start = true;
    for (size_t i = 0; i < size_bytes; i++) {
        if (is_start && text[i] != '\n') {
            (void)printf("%*s", (int)indent, "");
        }
        (void)putchar(text[i]);
        is_start = text[i] == '\n';
    }
}

void tool_output_unsaved(const struct lc_schedule *schedule)
{
    static char text[FUZZ_TEXT_SIZE_MAX];
    size_t size_bytes = fuzz_text_print(schedule, text, sizeof text);
    LC_CHECK(size_bytes > 0);
    (void)fputs("lastcall: the schedule that was not saved:\n", stderr);
    (void)fwrite(text, 1, size_bytes, stderr);
}

int tool_output_close(int exit_status)
{
    int why = 0;
    if (ferror(stdout) != 0) {
        /* Why is forgotten: what has failed fails again, and says it. */
        errno = 0;
        bool is_said = write(STDOUT_FILENO, "\n", 1) < 0;
        why = is_said ? errno : EIO;
    }
    errno = 0;
    if (fclose(stdout) != 0 && why == 0) {
        why = errno;
    }
    if (why == 0) {
        return exit_status;
    }
    (void)fprintf(stderr, "lastcall: standard output: %s\n", strerror(why));
    return TOOL_EXIT_USAGE;
}

json_t *tool_output_known(double value)
{
    return value == 0 ? json_null() : json_real(value);
}
