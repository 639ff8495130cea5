/*
 * lastcall surface: what of Winsock is simulated, and which schedules reach it.
 */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lastcall/abi.h"
#include "lastcall/nsp.h"

#include "fuzz/fuzz.h"
#include "sim/sim.h"
#include "tools/commands.h"
#include "tools/given.h"
#include "tools/load.h"
#include "tools/option.h"
#include "tools/output.h"
#include "tools/setup.h"
#include "tools/surface_shim.h"

enum {
    ITEMS_MAX = 128, /* of a part */
    FILES_MAX = 512,
    FOLDERS_AT_ONCE = 8
};

static struct {
    bool is_markdown;
    const char *shim;
} given;

static const struct tool_option own_options[] = {
    { "--markdown",
      TOOL_FLAG,
      &given.is_markdown,
      NULL,
      "prints it as a page" },
    { "--shim",
      TOOL_TEXT,
      &given.shim,
      "FOLDER",
      "functions of Windows, too, with the DLLs of the folder that reach "
      "them" },
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

/* Options and commands, as a provider is asked for them. */
static const struct option {
    const char *name;
    enum lc_spi spi;
    uint32_t code;
} asked[] = {
    { "SO_LINGER, set", LC_SPI_SET_SOCK_OPT, LC_SO_LINGER },
    { "SO_DONTLINGER, set", LC_SPI_SET_SOCK_OPT, (uint32_t)LC_SO_DONTLINGER },
    { "SO_SNDBUF, set", LC_SPI_SET_SOCK_OPT, LC_SO_SNDBUF },
    { "SO_RCVBUF, set", LC_SPI_SET_SOCK_OPT, LC_SO_RCVBUF },
    { "SO_ERROR, asked for", LC_SPI_GET_SOCK_OPT, LC_SO_ERROR },
    { "FIONBIO", LC_SPI_IOCTL, LC_FIONBIO },
    { "FIONREAD", LC_SPI_IOCTL, LC_FIONREAD },
};

static const char *option_name(uint32_t item)
{
    return asked[item].name;
}

/* The option or command that a record asks for; their count: none of these. */
static uint32_t option_of(const struct lc_record *record)
{
    uint32_t item = 0;
    while (item < LC_COUNT_OF(asked) &&
           (asked[item].spi != record->function ||
            asked[item].code != (uint32_t)record->b)) {
        item++;
    }
    return item;
}

static uint32_t function_of(const struct lc_record *record)
{
    return record->function;
}

/* A part of the surface: what the records of one kind can say. */
static const struct part {
    const char *title;
    const char *key; /* in JSON */
    const char *(*name)(uint32_t item);
    uint32_t (*item)(const struct lc_record *record); /* count: none */
    enum lc_record_kind kind;
    uint32_t count;
} parts[] = {
    { "Calls of applications",
      "calls",
      call_function,
      function_of,
      LC_RECORD_API_CALL,
      LC_CALL_COUNT },
    { "Functions of providers",
      "functions",
      spi_name,
      function_of,
      LC_RECORD_SPI_CALL,
      LC_SPI_COUNT + 1 },
    { "Upcalls",
      "upcalls",
      upcall_name,
      function_of,
      LC_RECORD_UPCALL_CALL,
      LC_UPCALL_COUNT },
    { "Functions of name-space providers",
      "names",
      nsp_name,
      function_of,
      LC_RECORD_NSP_CALL,
      LC_NSP_COUNT + 1 },
    { "Options and commands of sockets",
      "options",
      option_name,
      option_of,
      LC_RECORD_SPI_CALL,
      LC_COUNT_OF(asked) },
    { "Faults",
      "faults",
      fail_name,
      function_of,
      LC_RECORD_FAIL,
      LC_FAIL_COUNT },
    { "What crosses the wire",
      "wire",
      wire_name,
      function_of,
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
        uint32_t item = record->kind == parts[i].kind ? parts[i].item(record)
                                                      : parts[i].count;
        if (item < parts[i].count && reached[i][item] == 0) {
            reached[i][item] = (uint16_t)(*file + 1);
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

static const char shim_title[] = "Functions of Windows";

static const char *shim_by(uint32_t item)
{
    const char *by = tool_surface_shim_reached_by(item);
    return by == NULL ? "-" : by;
}

static void print_text_shim(void)
{
    (void)printf("\n%s:\n", shim_title);
    for (uint32_t item = 0; item < tool_surface_shim_count(); item++) {
        (void)
            printf("  %-48s %s\n", tool_surface_shim_name(item), shim_by(item));
    }
}

static void print_markdown_shim(void)
{
    (void)printf(
        "\n## %s\n\nThat a DLL may import; the DLLs of `tests/data/shim` "
        "call them.\n\n| name | reached by |\n|---|---|\n",
        shim_title);
    for (uint32_t item = 0; item < tool_surface_shim_count(); item++) {
        (void)printf(
            "| %s | %s |\n",
            tool_surface_shim_name(item),
            shim_by(item));
    }
}

static void print_markdown(const char *folder)
{
    (void)printf(
        "# What is simulated\n\n"
        "Written by `lastcall surface --markdown --shim build/tests/data "
        "corpus`; a test\ncompares it. Each line names a schedule of "
        "`corpus/` that reaches it; `-`: none does.\n");
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

static void add_shim(json_t *object)
{
    json_t *list = json_array();
    for (uint32_t item = 0; item < tool_surface_shim_count(); item++) {
        json_t *line = json_pack(
            "{s:s, s:s?}",
            "name",
            tool_surface_shim_name(item),
            "dll",
            tool_surface_shim_reached_by(item));
        LC_CHECK(line != NULL);
        (void)json_array_append_new(list, line);
    }
    (void)json_object_set_new(object, "windows", list);
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
    if (given.shim != NULL) {
        add_shim(object);
    }
    tool_output_json(object);
}

/* Of the schedules' parts where there is a folder, and of the shim. */
static uint32_t count_unreached(bool has_folder)
{
    uint32_t count = 0;
    for (uint32_t item = 0; item < tool_surface_shim_count(); item++) {
        count += tool_surface_shim_reached_by(item) == NULL;
    }
    if (!has_folder) {
        return count;
    }
    for (size_t i = 0; i < LC_COUNT_OF(parts); i++) {
        for (uint32_t item = 0; item < parts[i].count; item++) {
            count += reached[i][item] == 0;
        }
    }
    return count;
}

static void print(const char *folder)
{
    if (tool_given.json) {
        print_json(folder);
        return;
    }
    if (given.is_markdown) {
        print_markdown(folder);
    } else {
        print_text(folder);
    }
    if (given.shim != NULL && given.is_markdown) {
        print_markdown_shim();
    } else if (given.shim != NULL) {
        print_text_shim();
    }
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
    if (given.shim != NULL &&
        (!tool_setup_open() || !tool_surface_shim_read(given.shim))) {
        return TOOL_EXIT_USAGE;
    }
    print(folder);
    uint32_t unreached = count_unreached(folder != NULL);
    if (unreached > 0) {
        tool_output_error(
            "%u %s reached by nothing in %s%s%s",
            unreached,
            unreached == 1 ? "is" : "are",
            folder != NULL ? folder : "",
            folder != NULL && given.shim != NULL ? " and " : "",
            given.shim != NULL ? given.shim : "");
    }
    return unreached == 0 ? TOOL_EXIT_HELD : TOOL_EXIT_BROKEN;
}
