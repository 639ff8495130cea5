/*
 * The commands of the program, one file each.
 */
#ifndef TOOLS_COMMANDS_H
#define TOOLS_COMMANDS_H

/** Each takes the words behind its name and returns the exit status. */
int tool_run(int argc, char **argv);
int tool_fuzz(int argc, char **argv);
int tool_explore(int argc, char **argv);
int tool_blame(int argc, char **argv);
int tool_shrink(int argc, char **argv);
int tool_convert(int argc, char **argv);
int tool_rules(int argc, char **argv);
int tool_provider(int argc, char **argv);
int tool_campaign(int argc, char **argv);
int tool_report(int argc, char **argv);
int tool_bench(int argc, char **argv);
int tool_zoo(int argc, char **argv);
int tool_surface(int argc, char **argv);

#endif
