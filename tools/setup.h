/*
 * What several commands set up alike: the simulator, its hosted providers, the
 * world, how to judge.
 */
#ifndef TOOLS_SETUP_H
#define TOOLS_SETUP_H

#include <stdbool.h>
#include <stdint.h>

#include "lastcall/check.h"
#include "lastcall/schedule.h"

#include "fuzz/fuzz.h"
#include "model/model.h"
#include "tools/option.h"

enum tool_setup_limits {
    TOOL_WATCH_SECONDS = 2, /* CPU time of hosted code without a yield point */
    /* What comes sooner after the first signal is the same wish: timeout(1)
     * tells the program, and then its group. */
    TOOL_SECOND_SIGNAL_SECONDS = 1
};

/** Opens the simulator. Says what is wrong. */
LC_MUST_USE bool tool_setup_open(void);

/* What --provider puts in place of layers. */
struct tool_hosted {
    struct lc_provider items[LC_PROVIDERS_MAX];
    uint32_t count;
};

/**
 * Reads --provider NAME=FILE and looks at the files. The world is to
 * name the DLLs (fuzz_generate_host). Says what is wrong.
 *
 * @param providers   borrowed.
 * @param world       borrowed: must have a provider of each name; NULL: any.
 * @param ret_hosted  filled.
 */
LC_MUST_USE bool tool_setup_providers(
    const struct tool_list *providers,
    const struct lc_world *world,
    struct tool_hosted *ret_hosted);

/**
 * The whole path of a DLL, as it can stand in a schedule. Says what is wrong.
 *
 * @param option    borrowed: where it was given.
 * @param ret_path  filled.
 */
LC_MUST_USE bool tool_setup_path(
    const char *option,
    const char *file,
    char ret_path[LC_PATH_MAX]);

/** Names on stderr what the DLLs import and the simulator does not serve. */
void tool_setup_remark(struct tool_hosted *hosted);

/** Reads --model and --inferences. Says what is wrong. */
LC_MUST_USE bool tool_setup_model(
    const char *strictness,
    bool inferences,
    struct model_options *ret_options);

/**
 * Reads --world: a file with a schedule, whose world it is; "any"; or NULL for
 * the default one. Says what is wrong.
 *
 * @param ret_is_any  filled: whether worlds are drawn at random.
 */
LC_MUST_USE bool tool_setup_world(
    const char *word,
    struct lc_world *ret_world,
    bool *ret_is_any);

/** Gives the default world a layer with handles of its own where the bug that
 * is to be planted is one of such a layer. NULL: no bug. */
void tool_setup_suit(struct lc_world *world, const char *plant);

/** Whether this build knows a planted bug. Says when not. */
LC_MUST_USE bool tool_setup_plant(const char *id);

/** Names on stderr the bugs that a world plants, and has no built-in provider
 * for that they could be in. */
void tool_setup_remark_plants(const struct lc_world *world);

/** Whether some world of a search has a built-in provider that its planted bug
 * can be in. Says when not. */
LC_MUST_USE bool tool_setup_has_place(
    const struct fuzz_generate_options *generate);

/**
 * Whether a world can be played: its DLLs are there and good. Says when not.
 *
 * @param plant  borrowed; planted too; or NULL.
 */
LC_MUST_USE bool tool_setup_playable(
    const struct lc_world *world,
    const char *plant);

/** Reads --sampler; NULL: mix. Says what is wrong. */
LC_MUST_USE bool tool_setup_sampler(
    const char *word,
    enum fuzz_sampler_kind *ret_kind);

/**
 * Says on stderr what a search has found, and when two plays of it differed
 * what to type to look for it again.
 *
 * @param line  borrowed; what tool_given_add_search() has made.
 */
void tool_setup_tell(const struct fuzz_finding *finding, const char *line);

/** Says on stderr that two plays of a seed differed, and what to type. line as
 * above. */
void tool_setup_tell_differed(uint64_t seed, const char *line);

/** Workers that --jobs asks for; left out: one for each processor. */
uint32_t tool_setup_jobs(const struct tool_number *jobs);

/** Catches SIGINT and SIGTERM from now on. A second one of the same kind, a
 * second or more after the first, ends the process. */
void tool_setup_catch(void);

/** In a child of who catches them: each time. It may be told by its parent and
 * by whoever tells both; a second one is meant for the parent. */
void tool_setup_catch_in_child(void);

/** Whether one of them came. */
bool tool_setup_interrupted(void);

/** Seconds of a clock that only goes forward. */
double tool_setup_seconds(void);

/** Seconds of processor time of this process. */
double tool_setup_cpu_seconds(void);

#endif
