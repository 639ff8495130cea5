#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/tool.h"

static const struct tool_command *const commands[] = {
    &tool_run_command,     &tool_fuzz_command,     &tool_shrink_command,
    &tool_convert_command, &tool_campaign_command, &tool_report_command,
    &tool_rules_command,   &tool_provider_command, &tool_bench_command,
};

static void print_help(void)
{
    (void)printf("usage: lastcall COMMAND [OPTION ...]\n\n");
    for (uint32_t i = 0; i < LC_COUNT_OF(commands); i++) {
        (void)printf("  %-10s %s\n", commands[i]->name, commands[i]->help);
    }
    (void)printf(
        "\n'lastcall COMMAND --help' lists the options of a command.\n");
}

/* A disk that is full must not look like success. */
static int finish(int status)
{
    if (fflush(stdout) != 0 || ferror(stdout)) {
        (void)fprintf(stderr, "lastcall: can't write the output\n");
        return TOOL_USAGE;
    }
    return status;
}

int main(int argc, char **argv)
{
    (void)signal(SIGPIPE, SIG_IGN);
    if (argc < 2) {
        return tool_usage("a command is expected; see 'lastcall --help'");
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
        print_help();
        return finish(TOOL_HELD);
    }
    if (strcmp(argv[1], "--version") == 0) {
        (void)printf("lastcall %s\n", LC_VERSION);
        return finish(TOOL_HELD);
    }
    for (uint32_t i = 0; i < LC_COUNT_OF(commands); i++) {
        if (strcmp(commands[i]->name, argv[1]) == 0) {
            return finish(commands[i]->run(commands[i], argc - 1, argv + 1));
        }
    }
    return tool_usage("unknown command \"%.60s\"", argv[1]);
}
