#include "tools/option.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lastcall/check.h"

#include "tools/output.h"

enum {
    RANGE_BYTES = 64
};

static bool is_numeric(const struct tool_option *option)
{
    return option->kind == TOOL_NUMBER || option->kind == TOOL_DURATION;
}

/* Of the numbers that an option takes: " seconds", " MiB", "". */
static const char *unit_of(const struct tool_option *option)
{
    if (option->kind == TOOL_DURATION) {
        return " seconds";
    }
    LC_CHECK(option->argument != NULL);
    return strcmp(option->argument, "MIB") == 0 ? " MiB" : "";
}

/* What a number must lie in: "1 to 64". */
static void print_range(
    const struct tool_option *option,
    char ret_text[RANGE_BYTES])
{
    const struct tool_number *number = option->target;
    (void)snprintf(
        ret_text,
        RANGE_BYTES,
        "%" PRIu64 " to %" PRIu64 "%s",
        number->low,
        number->high,
        unit_of(option));
}

static void print_table(const struct tool_option *table)
{
    for (const struct tool_option *option = table;
         option->kind != TOOL_NO_OPTION;
         option++) {
        char left[64];
        (void)snprintf(
            left,
            sizeof left,
            "%s%s%s",
            option->name,
            option->argument == NULL ? "" : " ",
            option->argument == NULL ? "" : option->argument);
        (void)printf("  %-26s  %s", left, option->help);
        if (is_numeric(option)) {
            char range[RANGE_BYTES];
            print_range(option, range);
            (void)printf(" [%s]", range);
        }
        (void)putchar('\n');
    }
}

static void print_help(const struct tool_command *command)
{
    (void)printf(
        "usage: lastcall %s%s%s [options]\n\n%s\n\n",
        command->name,
        command->arguments[0] == '\0' ? "" : " ",
        command->arguments,
        command->summary);
    for (uint32_t i = 0; command->tables[i] != NULL; i++) {
        print_table(command->tables[i]);
    }
    (void)printf("  %-26s  %s\n", "-h, --help", "prints this");
    if (strstr(command->arguments, "SCHEDULE") != NULL) {
        (void)printf("\nSCHEDULE is a file; - is standard input.\n");
    }
}

static bool is_word(const char *name, const char *word, size_t length)
{
    return strlen(name) == length && memcmp(name, word, length) == 0;
}

static const struct tool_option *find_in(
    const struct tool_option *table,
    const char *word,
    size_t length)
{
    for (const struct tool_option *option = table;
         option->kind != TOOL_NO_OPTION;
         option++) {
        const char *comma = strchr(option->name, ',');
        if (is_word(comma == NULL ? option->name : comma + 2, word, length) ||
            (comma != NULL && length == 2 &&
             memcmp(option->name, word, length) == 0)) {
            return option;
        }
    }
    return NULL;
}

/* The option that a word names, with or without "=value". */
static const struct tool_option *find(
    const struct tool_command *command,
    const char *word,
    size_t length)
{
    const struct tool_option *option = NULL;
    for (uint32_t i = 0; command->tables[i] != NULL && option == NULL; i++) {
        option = find_in(command->tables[i], word, length);
    }
    return option;
}

static bool read_digits(const char *text, size_t length, uint64_t *ret_value)
{
    uint64_t value = 0;
    if (length == 0) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return false;
        }
        uint64_t digit = (uint64_t)(text[i] - '0');
        if (value > (UINT64_MAX - digit) / 10) {
            return false;
        }
        value = value * 10 + digit;
    }
    *ret_value = value;
    return true;
}

static bool read_duration(const char *text, uint64_t *ret_value)
{
    static const char units[] = "smhd";
    static const uint64_t seconds[] = { 1, 60, 3600, 86400 };
    size_t length = strlen(text);
    uint64_t factor = 1;
    const char *unit = length > 0 ? strchr(units, text[length - 1]) : NULL;
    if (unit != NULL) {
        factor = seconds[unit - units];
        length--;
    }
    uint64_t value;
    if (!read_digits(text, length, &value) || value > UINT64_MAX / factor) {
        return false;
    }
    *ret_value = value * factor;
    return true;
}

static bool set_number(const struct tool_option *option, const char *text)
{
    struct tool_number *number = option->target;
    uint64_t value = 0;
    bool is_duration = option->kind == TOOL_DURATION;
    bool is_good = is_duration ? read_duration(text, &value)
                               : read_digits(text, strlen(text), &value);
    if (!is_good) {
        tool_output_error(
            "%s: '%s' is not a %s",
            option->name,
            text,
            is_duration ? "time (90, 90s, 5m, 8h, 2d)" : "number");
        return false;
    }
    if (value < number->low || value > number->high) {
        char range[RANGE_BYTES];
        print_range(option, range);
        tool_output_error("%s: %s is not from %s", option->name, text, range);
        return false;
    }
    number->value = value;
    number->is_given = true;
    return true;
}

static bool set(const struct tool_option *option, const char *text)
{
    if (option->kind != TOOL_FLAG && text[0] == '\0') {
        tool_output_error("%s: an empty word", option->name);
        return false;
    }
    switch (option->kind) {
    case TOOL_FLAG:
        *(bool *)option->target = true;
        return true;
    case TOOL_TEXT:
        if (*(const char **)option->target != NULL) {
            tool_output_error("%s: given twice", option->name);
            return false;
        }
        *(const char **)option->target = text;
        return true;
    case TOOL_NUMBER:
    case TOOL_DURATION:
        return set_number(option, text);
    case TOOL_LIST: {
        struct tool_list *list = option->target;
        if (list->count == LC_COUNT_OF(list->items)) {
            tool_output_error("%s: given too often", option->name);
            return false;
        }
        list->items[list->count++] = text;
        return true;
    }
    case TOOL_NO_OPTION:
        break;
    }
    return false;
}

/* Reads the option at argv[at]. Returns the words it took, 0: not good. */
static int read_option(
    const struct tool_command *command,
    int at,
    int argc,
    char **argv)
{
    const char *word = argv[at];
    bool is_long = word[1] == '-';
    const char *equals = is_long ? strchr(word, '=') : NULL;
    /* Of a short one the value may follow at once: -j4. */
    const char *value = equals != NULL                ? equals + 1
                        : !is_long && word[2] != '\0' ? word + 2
                                                      : NULL;
    size_t length = equals != NULL ? (size_t)(equals - word)
                    : is_long      ? strlen(word)
                                   : 2;
    const struct tool_option *option = find(command, word, length);
    if (option == NULL) {
        tool_output_error("%s: no option %s", command->name, word);
        return 0;
    }
    if (option->kind == TOOL_FLAG) {
        if (value != NULL) {
            tool_output_error("%s: takes no value", option->name);
            return 0;
        }
        return set(option, "") ? 1 : 0;
    }
    if (value != NULL) {
        return set(option, value) ? 1 : 0;
    }
    if (at + 1 == argc) {
        tool_output_error(
            "%s: its %s is missing",
            option->name,
            option->argument);
        return 0;
    }
    return set(option, argv[at + 1]) ? 2 : 0;
}

bool tool_option_read(
    const struct tool_command *command,
    int argc,
    char **argv,
    const char *ret_arguments[TOOL_ARGUMENTS_MAX],
    int *ret_exit)
{
    uint32_t count = 0;
    bool are_over = false;
    LC_CHECK(command->argument_max <= TOOL_ARGUMENTS_MAX);
    *ret_exit = TOOL_EXIT_USAGE;
    for (uint32_t i = 0; i < TOOL_ARGUMENTS_MAX; i++) {
        ret_arguments[i] = NULL;
    }
    int at = 0;
    while (at < argc) {
        const char *word = argv[at];
        if (!are_over && strcmp(word, "--") == 0) {
            are_over = true;
            at++;
        } else if (
            !are_over &&
            (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)) {
            print_help(command);
            *ret_exit = 0;
            return false;
        } else if (!are_over && word[0] == '-' && word[1] != '\0') {
            int taken = read_option(command, at, argc, argv);
            if (taken == 0) {
                return false;
            }
            at += taken;
        } else if (count == command->argument_max) {
            tool_output_error("%s: one word too many: %s", command->name, word);
            return false;
        } else if (word[0] == '\0') {
            tool_output_error(
                "%s: an empty word for %s",
                command->name,
                command->arguments);
            return false;
        } else {
            ret_arguments[count++] = word;
            at++;
        }
    }
    if (count < command->argument_count) {
        tool_output_error(
            "%s: %s is missing",
            command->name,
            command->arguments);
        return false;
    }
    return true;
}

bool tool_option_is_given(const struct tool_option *option)
{
    switch (option->kind) {
    case TOOL_FLAG:
        return *(const bool *)option->target;
    case TOOL_TEXT:
        return *(const char *const *)option->target != NULL;
    case TOOL_NUMBER:
    case TOOL_DURATION:
        return ((const struct tool_number *)option->target)->is_given;
    case TOOL_LIST:
        return ((const struct tool_list *)option->target)->count > 0;
    case TOOL_NO_OPTION:
        break;
    }
    return false;
}
