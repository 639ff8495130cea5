/*
 * lastcall: finds orders of calls, completions and faults in which a Winsock
 * service provider breaks the contract of its life cycle.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "lastcall/check.h"

#include "tools/commands.h"
#include "tools/line.h"
#include "tools/output.h"
#include "tools/revision.h"
#include "tools/version.h"

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary;
} commands[] = {
    { "run", tool_run, "plays a schedule and judges it" },
    { "fuzz", tool_fuzz, "searches for schedules that break a rule" },
    { "explore", tool_explore, "plays a schedule in all its orders" },
    { "blame", tool_blame, "the decision that a schedule breaks a rule by" },
    { "shrink", tool_shrink, "the smallest schedule that breaks the rule" },
    { "convert", tool_convert, "between text and the compact form" },
    { "rules", tool_rules, "the rules that are checked" },
    { "provider", tool_provider, "what a DLL imports and exports" },
    { "campaign", tool_campaign, "searches overnight, can be resumed" },
    { "report", tool_report, "what a campaign has found" },
    { "bench", tool_bench, "measures" },
    { "zoo", tool_zoo, "planted bugs" },
    { "surface", tool_surface, "what of Winsock is simulated" },
};

static void print_help(void)
{
    (void)printf("usage: lastcall COMMAND [options]\n\n");
    for (size_t i = 0; i < LC_COUNT_OF(commands); i++) {
        (void)printf("  %-9s %s\n", commands[i].name, commands[i].summary);
    }
    (void)printf("\n  -h, --help  prints this\n"
                 "  --version   prints the version and the commit\n"
                 "\n`lastcall COMMAND --help` lists the options of a command.\n"
                 "Exit status: 0 held, 1 a rule was broken, 2 wrong usage or\n"
                 "unreadable input, 3 two plays of a schedule differed.\n");
}

static int dispatch(int argc, char **argv)
{
    if (argc < 2) {
        tool_output_error("no command; `lastcall --help` lists them");
        return TOOL_EXIT_USAGE;
    }
    const char *word = argv[1];
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 ||
        strcmp(word, "help") == 0) {
        print_help();
        return TOOL_EXIT_HELD;
    }
    if (strcmp(word, "--version") == 0) {
        (void)printf("lastcall %s (%s)\n", TOOL_VERSION, TOOL_REVISION);
        return TOOL_EXIT_HELD;
    }
    for (size_t i = 0; i < LC_COUNT_OF(commands); i++) {
        if (strcmp(word, commands[i].name) == 0) {
            return commands[i].run(argc - 2, argv + 2);
        }
    }
    tool_output_error("no command '%s'; `lastcall --help` lists them", word);
    return TOOL_EXIT_USAGE;
}

int main(int argc, char **argv)
{
    /* A closed pipe is seen when stdout is closed. */
    (void)signal(SIGPIPE, SIG_IGN);
    /* A file that may not grow any more is an error where it is written. */
    (void)signal(SIGXFSZ, SIG_IGN);
    /* Who starts this may ignore it: no child could be waited for then. */
    (void)signal(SIGCHLD, SIG_DFL);
    tool_line_set_program(argc > 0 ? argv[0] : "lastcall");
    return tool_output_close(dispatch(argc, argv));
}
