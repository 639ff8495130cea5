/*
 * lastcall surface: what of Winsock is simulated, and which schedules reach it.
 */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lastcall/nsp.h"

#include "fuzz/fuzz.h"
#include "sim/sim.h"
#include "tools/commands.h"
#include "tools/given.h"
#include "tools/load.h"
#include "tools/option.h"
#include "tools/output.h"
#include "tools/setup.h"

enum {
    ITEMS_MAX = 128, /* of a part */
    FILES_MAX = 512,
    FOLDERS_AT_ONCE = 8
};

static bool is_markdown;

static const struct tool_option own_options[] = {
    { "--markdown", TOOL_FLAG, &is_markdown, NULL, "prints it as a page" },
    { NULL, TOOL_NO_OPTION, NULL, NULL, NULL },
};

static const struct tool_command command = {
    .name = "surface",
    .arguments = "[FOLDER]",
    .summary =
        "Lists what of Winsock is simulated: calls, functions of "
        "providers and of\nname-space providers, upcalls, faults, and what "
        "crosses the wire. With a folder of\nschedules, plays them and "
        "names the first that reaches each; 1 when one is reached\nby "
        "none.",
    .argument_max = 1,
    .tables = { own_options, tool_given_json },
};

static const char *call_function(uint32_t item)
{
    return fuzz_call(item)->function;
}

static const char *spi_name(uint32_t item)
{
    return fuzz_words_name(FUZZ_WORDS_SPI, item);
}

static const char *upcall_name(uint32_t item)
{
    return fuzz_words_name(FUZZ_WORDS_UPCALL, item);
}

static const char *nsp_name(uint32_t item)
{
    return fuzz_words_name(FUZZ_WORDS_NSP, item);
}

static const char *fail_name(uint32_t item)
{
    return fuzz_words_name(FUZZ_WORDS_FAIL, item);
}

static const char *wire_name(uint32_t item)
{
    return fuzz_words_name(FUZZ_WORDS_WIRE, item);
}

/* A part of the surface: what the records of one kind can say. */
static const struct part {
    const char *title;
    const char *key; /* in JSON */
    const char *(*name)(uint32_t item);
    enum lc_record_kind kind;
    uint32_t count;
} parts[] = {
    { "Calls of applications",
      "calls",
      call_function,
      LC_RECORD_API_CALL,
      LC_CALL_COUNT },
    { "Functions of providers",
      "functions",
      spi_name,
      LC_RECORD_SPI_CALL,
      LC_SPI_COUNT + 1 },
    { "Upcalls",
      "upcalls",
      upcall_name,
      LC_RECORD_UPCALL_CALL,
      LC_UPCALL_COUNT },
    { "Functions of name-space providers",
      "names",
      nsp_name,
      LC_RECORD_NSP_CALL,
      LC_NSP_COUNT + 1 },
    { "Faults", "faults", fail_name, LC_RECORD_FAIL, LC_FAIL_COUNT },
    { "What crosses the wire",
      "wire",
      wire_name,
      LC_RECORD_WIRE,
      LC_WIRE_COUNT },
};

/* By part and item: 1 + index of the first file that reaches it. */
static uint16_t reached[LC_COUNT_OF(parts)][ITEMS_MAX];

static struct {
    char paths[FILES_MAX][LC_PATH_MAX];
    uint32_t count;
} files;

static void read_record(
    void *context,
    uint64_t number,
    const struct lc_record *record)
{
    const uint32_t *file = context;
    (void)number;
    for (size_t i = 0; i < LC_COUNT_OF(parts); i++) {
        if (record->kind == parts[i].kind) {
            LC_CHECK(record->function < parts[i].count);
            uint16_t *first = &reached[i][record->function];
            *first = *first == 0 ? (uint16_t)(*file + 1) : *first;
        }
    }
}

static int compare_paths(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* Notes a schedule of the folder, or of one below it. */
static int visit(
    const char *path,
    const struct stat *status,
    int type,
    struct FTW *where)
{
    (void)status;
    (void)where;
    size_t length = strlen(path);
    if (type == FTW_DNR) {
        tool_output_error("surface: %s: cannot be read", path);
        return -1;
    }
    if (type != FTW_F || length < 3 || strcmp(path + length - 3, ".lc") != 0) {
        return 0;
    }
    if (length >= LC_PATH_MAX || files.count == FILES_MAX) {
        tool_output_error("surface: %s: too long, or too many", path);
        return -1;
    }
    memcpy(files.paths[files.count], path, length + 1);
    files.count++;
    return 0;
}

static bool list_folder(const char *path)
{
    struct stat status;
    if (stat(path, &status) != 0 || !S_ISDIR(status.st_mode)) {
        tool_output_error("surface: %s: no folder is there", path);
        return false;
    }
    if (nftw(path, visit, FOLDERS_AT_ONCE, FTW_PHYS) != 0) {
        return false;
    }
    if (files.count == 0) {
        tool_output_error("surface: %s: no schedule (*.lc) is in it", path);
    }
    return files.count > 0;
}

static bool play_all(void)
{
    static struct fuzz_player player;
    static struct lc_schedule schedule;
    static struct fuzz_outcome outcome;
    struct sim_error error;
    qsort(files.paths, files.count, sizeof files.paths[0], compare_paths);
    for (uint32_t i = 0; i < files.count; i++) {
        if (!tool_load_schedule(files.paths[i], &schedule)) {
            return false;
        }
        if (schedule.world.plant_count > 0) {
            continue; /* it may end the process */
        }
        player.reader = read_record;
        player.reader_context = &i;
        if (fuzz_play(&player, &schedule, NULL, &outcome, &error) != SIM_OK) {
            tool_output_error("surface: %s: %s", files.paths[i], error.text);
            return false;
        }
    }
    return true;
}

/* The schedule that reaches an item, without the folder that was given. */
static const char *reached_by(size_t part, uint32_t item, const char *folder)
{
    if (reached[part][item] == 0) {
        return "";
    }
    const char *path = files.paths[reached[part][item] - 1];
    size_t length = strlen(folder);
    return path + length + (path[length] == '/');
}

/* The word that a schedule has for it, where that is not its name. */
static const char *word_of(size_t part, uint32_t item)
{
    const char *word =
        parts[part].kind == LC_RECORD_API_CALL ? fuzz_call(item)->word : "";
    return strcmp(word, parts[part].name(item)) == 0 ? "" : word;
}

static void print_text(const char *folder)
{
    for (size_t i = 0; i < LC_COUNT_OF(parts); i++) {
        (void)printf("%s%s:\n", i > 0 ? "\n" : "", parts[i].title);
        for (uint32_t item = 0; item < parts[i].count; item++) {
            const char *word = word_of(i, item);
            char name[128];
            (void)snprintf(
                name,
                sizeof name,
                "%s%s%s%s",
                parts[i].name(item),
                word[0] != '\0' ? " (" : "",
                word,
                word[0] != '\0' ? ")" : "");
            if (folder == NULL) {
                (void)printf("  %s\n", name);
            } else {
                const char *by = reached_by(i, item, folder);
                (void)printf("  %-36s %s\n", name, by[0] != '\0' ? by : "-");
            }
        }
    }
}

static void print_markdown(const char *folder)
{
    (void)printf(
        "# What is simulated\n\n"
        "Written by `lastcall surface --markdown corpus`; a test compares it. "
        "Each line names\na schedule of `corpus/` that reaches it; `-`: none "
        "does.\n");
    for (size_t i = 0; i < LC_COUNT_OF(parts); i++) {
        bool is_call = parts[i].kind == LC_RECORD_API_CALL;
        (void)printf("\n## %s\n\n", parts[i].title);
        (void)printf(
            "| name |%s reached by |\n|---|%s---|\n",
            is_call ? " word |" : "",
            is_call ? "---|" : "");
        for (uint32_t item = 0; item < parts[i].count; item++) {
            const char *by = folder == NULL ? "" : reached_by(i, item, folder);
            (void)printf("| %s |", parts[i].name(item));
            if (is_call) {
                (void)printf(" `%s` |", fuzz_call(item)->word);
            }
            (void)printf(" %s |\n", by[0] != '\0' ? by : "-");
        }
    }
}

static void print_json(const char *folder)
{
    json_t *object = tool_output_object();
    for (size_t i = 0; i < LC_COUNT_OF(parts); i++) {
        json_t *list = json_array();
        for (uint32_t item = 0; item < parts[i].count; item++) {
            json_t *line = json_pack("{s:s}", "name", parts[i].name(item));
            LC_CHECK(line != NULL);
            if (parts[i].kind == LC_RECORD_API_CALL) {
                (void)json_object_set_new(
                    line,
                    "word",
                    json_string(fuzz_call(item)->word));
            }
            const char *by = folder == NULL ? "" : reached_by(i, item, folder);
            (void)json_object_set_new(
                line,
                "schedule",
                by[0] != '\0' ? tool_output_text(by) : json_null());
            (void)json_array_append_new(list, line);
        }
        (void)json_object_set_new(object, parts[i].key, list);
    }
    tool_output_json(object);
}

static uint32_t count_unreached(void)
{
    uint32_t count = 0;
    for (size_t i = 0; i < LC_COUNT_OF(parts); i++) {
        for (uint32_t item = 0; item < parts[i].count; item++) {
            count += reached[i][item] == 0;
        }
    }
    return count;
}

int tool_surface(int argc, char **argv)
{
    const char *arguments[TOOL_ARGUMENTS_MAX];
    int status;
    if (!tool_option_read(&command, argc, argv, arguments, &status)) {
        return status;
    }
    for (size_t i = 0; i < LC_COUNT_OF(parts); i++) {
        LC_CHECK(parts[i].count <= ITEMS_MAX);
    }
    const char *folder = arguments[0];
    if (folder != NULL &&
        (!tool_setup_open() || !list_folder(folder) || !play_all())) {
        return TOOL_EXIT_USAGE;
    }
    if (tool_given.json) {
        print_json(folder);
    } else if (is_markdown) {
        print_markdown(folder);
    } else {
        print_text(folder);
    }
    uint32_t unreached = folder == NULL ? 0 : count_unreached();
    if (unreached > 0) {
        tool_output_error(
            "%u %s reached by no schedule of %s",
            unreached,
            unreached == 1 ? "is" : "are",
            folder);
    }
    return unreached == 0 ? TOOL_EXIT_HELD : TOOL_EXIT_BROKEN;
}
