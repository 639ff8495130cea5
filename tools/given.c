#include "tools/given.h"

#include "fuzz/fuzz.h"

struct tool_given tool_given = {
    .seed = { .high = TOOL_SEEDS_MAX },
    .jobs = { .low = 1, .high = FUZZ_JOBS_MAX },
};

const struct tool_option tool_given_playing[] = {
    { "--provider",
      TOOL_LIST,
      &tool_given.providers,
      "NAME=FILE",
      "puts a DLL in place of a provider of the world" },
    { "--model",
      TOOL_TEXT,
      &tool_given.model,
      "HOW",
      "strict (the default) or tolerant" },
    { "--inferences",
      TOOL_FLAG,
      &tool_given.inferences,
      NULL,
      "all inferred rules break, too (`lastcall rules`: INF)" },
    { NULL, TOOL_NO_OPTION, NULL, NULL, NULL },
};

const struct tool_option tool_given_searching[] = {
    { "--seed",
      TOOL_NUMBER,
      &tool_given.seed,
      "N",
      "the first seed; left out: a random one" },
    { "-j, --jobs",
      TOOL_NUMBER,
      &tool_given.jobs,
      "N",
      "worker processes; left out: one for each processor" },
    { "--sampler",
      TOOL_TEXT,
      &tool_given.sampler,
      "NAME",
      "who goes next: rw, pct (pct1 to pct10: of that depth), pos, urw, "
      "surw, surw-data, prio, few or mix (the default)" },
    { "--world",
      TOOL_TEXT,
      &tool_given.world,
      "FILE|any",
      "the world of that schedule; any: a random one each time" },
    { "--bug",
      TOOL_TEXT,
      &tool_given.bug,
      "ID",
      "plants a bug of the zoo in each world" },
    { "--faults",
      TOOL_FLAG,
      &tool_given.faults,
      NULL,
      "worlds in which anything may fail: memory, loads, starts, upcalls, ..." },
    { NULL, TOOL_NO_OPTION, NULL, NULL, NULL },
};

const struct tool_option tool_given_json[] = {
    { "--json", TOOL_FLAG, &tool_given.json, NULL, "prints one JSON object" },
    { NULL, TOOL_NO_OPTION, NULL, NULL, NULL },
};

void tool_given_add_playing(
    const struct tool_given *given,
    struct tool_line *line)
{
    for (uint32_t i = 0; i < given->providers.count; i++) {
        tool_line_add_option(line, "--provider", given->providers.items[i]);
    }
    tool_line_add_option(line, "--model", given->model);
    tool_line_add(line, given->inferences ? " --inferences" : "");
}

void tool_given_add_search(
    const struct tool_given *given,
    struct tool_line *line)
{
    tool_line_add_program(line);
    tool_line_add(line, " fuzz");
    tool_line_add_option(line, "--sampler", given->sampler);
    tool_line_add_option(line, "--world", given->world);
    tool_line_add_option(line, "--bug", given->bug);
    tool_line_add(line, given->faults ? " --faults" : "");
    tool_given_add_playing(given, line);
}
