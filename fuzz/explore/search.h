/*
 * What an exploration consists of, for the files of this folder.
 */
#ifndef FUZZ_EXPLORE_SEARCH_H
#define FUZZ_EXPLORE_SEARCH_H

#include "fuzz/explore/explore.h"
#include "fuzz/explore/memo.h"
#include "fuzz/explore/sleep.h"
#include "fuzz/explore/table.h"

enum {
    SLOTS_MAX = 128 /* of threads, in the pieces of a key */
};

/* A state that is to be expanded: what is enabled there, and its snapshot. */
struct moment {
    uint64_t values;      /* that the next step is to draw */
    uint32_t next;        /* candidate to take next */
    uint32_t count;       /* of the candidates */
    uint32_t depth;       /* decisions up to here */
    uint32_t node;        /* breadth-first: which of the nodes it is */
    size_t bytes;         /* of all of it */
    bool is_packed;       /* its snapshot: see pack.h */
    bool is_bare;         /* it has none, and is made anew from its way */
    uint32_t threads;     /* pieces of its key, besides the shared one */
    struct moment *after; /* in the queue or on the path */
    struct sim_state_key shared;
    struct fuzz_sleep sleep;
    /* Then the threads' pieces, and the snapshot. */
    struct sim_choice_candidate candidates[];
};

/* The pieces of a state's key, where steps are remembered. */
struct pieces {
    struct sim_key_pieces key;
    struct sim_state_key own[SLOTS_MAX];
};

/* How a state was reached first; breadth-first only. */
struct node {
    uint64_t values;
    uint32_t parent;
    uint16_t index;
    uint16_t bare; /* of what came from a file: of its children, behind how many
                      bare moments are; two: or more */
};

struct search {
    struct sim_state_key beginning; /* key of the state that a run begins in */
    int saving_errno;
    bool lacks_memory; /* for what was saved */
    bool is_timeless;  /* keys have no time when a run begins */
    const struct fuzz_subject *subject;
    const struct fuzz_explore_options *options;
    struct fuzz_explore_totals totals;
    uint64_t next_look; /* transitions at which progress is told */
    enum fuzz_explore_bound bound;
    struct fuzz_table seen;
    struct fuzz_table ends;
    struct fuzz_memo memo;
    bool has_memo;
    bool has_sleep;
    uint8_t went;            /* slot of the last step; SIM_NO_SLOT: it has ended
                                the run */
    struct fuzz_sleep sleep; /* as `here`, where there are sleep sets */
    struct fuzz_team *team;  /* NULL: it explores alone */
    uint32_t member;         /* which of the team it is */
    struct pieces here; /* of the state that a step begins in, then ends in */
    struct sim_decision decision;
    uint64_t moment_bytes;
    uint64_t memory_most; /* bytes that all of it took, so far */
    struct moment *first; /* the queue, or the top of the path */
    struct moment *last;
    struct moment *trunk; /* on the way to a bare one that was made anew: those
                             from which another way leads to a bare one */
    struct node *nodes;
    uint32_t node_count;
    uint32_t node_capacity;
    unsigned char *scratch; /* for a snapshot that is packed or unpacked */
    size_t scratch_bytes;
    struct fuzz_explore_step *path; /* to the first that broke, or NULL */
    uint32_t path_count;
    /* The way that is gone: depth-first, or where there is a trail, whose
     * steps they are then. */
    struct fuzz_explore_step *taken;
    struct fuzz_explore_step room[FUZZ_EXPLORE_DEPTH_MAX];
};

/** Which of two bounds is told: the one that has left more, else the first. */
enum fuzz_explore_bound fuzz_explore_bound_of(
    enum fuzz_explore_bound first,
    enum fuzz_explore_bound second);

/** What a table may take. */
size_t fuzz_explore_table_limit(
    const struct search *search,
    const struct fuzz_table *table);

/** Bytes that all of it takes. */
uint64_t fuzz_explore_memory(const struct search *search);

/** Notes them, before they get fewer. */
void fuzz_explore_note_memory(struct search *search);

/** Keeps the state that the run is in, or returns NULL: there is no room. */
struct moment *fuzz_moment_keep(struct search *search, uint32_t depth);

/** The same without its snapshot, for which there is no room, and without its
 * candidates. Never NULL. */
struct moment *fuzz_moment_bare(struct search *search, uint32_t depth);

/** The same moment in less memory, for one that waits long. */
struct moment *fuzz_moment_pack(struct search *search, struct moment *moment);

/** Brings the run back to a moment. */
void fuzz_moment_restore(struct search *search, struct moment *moment);

/** Pieces of its key, one for each of its threads. */
struct sim_state_key *fuzz_moment_own(struct moment *moment);

/** Forgets a moment. */
void fuzz_moment_drop(struct search *search, struct moment *moment);

/** Goes on from where the run is. */
void fuzz_explore_take(
    const struct fuzz_subject *subject,
    const struct sim_decision *decision,
    struct fuzz_explore_step how);

/** Adds to what was warned of. NULL: nothing. */
void fuzz_explore_warn(
    struct fuzz_explore_totals *totals,
    const struct model_warned *warned);

/** Puts the decisions up to a node into `taken`; breadth-first. */
void fuzz_explore_way(struct search *search, uint32_t node, uint32_t depth);

/** Puts a moment at the end of the queue. */
void fuzz_explore_queue(struct search *search, struct moment *moment);

/** Puts a moment on top of the path. */
void fuzz_explore_push(struct search *search, struct moment *moment);

/** Makes the pieces of the state that the run is in, where they are needed. */
void fuzz_explore_split(struct search *search);

/** Puts where a step is known to lead into `here`. */
void fuzz_known_follow(
    struct search *search,
    const struct sim_choice_candidate *who,
    const struct fuzz_memo_step *step);

/** Remembers where a step has led to. It must have changed nothing but what is
 * shared and what is the thread's own: only then it always leads there. */
void fuzz_known_learn(
    struct search *search,
    const struct sim_choice_candidate *who,
    struct sim_state_key from);

/** Whether the run is where a step was said to lead. */
bool fuzz_known_holds(struct search *search);

/** Whether a step is known to lead into a state that was seen: it need not be
 * taken. */
bool fuzz_known_is_seen(
    struct search *search,
    const struct sim_choice_candidate *who);

/** A search with nothing in it, never NULL. */
struct search *fuzz_explore_open(
    const struct fuzz_subject *subject,
    const struct fuzz_explore_options *options,
    uint64_t memo_bytes);

/** Explores depth-first. The first of a team from where the run begins, the
 * others from what they are given. */
void fuzz_explore_depth(struct search *search);

#endif
