/*
 * The life cycle of a layered provider, one layer above one base, in Promela:
 * what sim/program/life.c plays on the engine, written down for SPIN. The two
 * have nothing in common but the description below, and must come to the same
 * verdict and to the same number of states (tests/story/spin_test.py).
 *
 *   -DTHREADS=n  clients, 2 to 4 (2)
 *   -DROUNDS=n   of each (1)
 *   -DBUG=b      0 none, 1 UNLOCKED, 2 EARLY, 3 INVERTED, 4 LOWER_LEFT (0)
 *
 *   spin -a -DTHREADS=3 -DROUNDS=2 life_cycle.pml
 *   gcc -O2 -DSAFETY -DNOREDUCE pan.c -o pan
 *   ./pan -m10000 -c0
 *
 * What is modelled. A client goes through ROUNDS rounds of WSAStartup, a call
 * through the chain, WSACleanup. ws2_32 counts starts under the loader's lock,
 * which it holds over the whole of both. It starts the layer with each start
 * and cleans it up with each cleanup; the layer starts the base with its first
 * start and cleans it up with its last cleanup. Each counts under a lock of
 * its own; the base has memory while its count is above zero. The DLLs are
 * mapped while ws2_32 counts any start. Asserted: what is counted down was
 * above zero; who is inside finds all mapped, started and with its memory; who
 * unmaps finds nobody inside; in the end all is zero. Restarts are in it even
 * with ROUNDS=1: a client may begin when the last cleanup of another is over.
 *
 * Why the graphs of states are the same, and not just alike.
 *
 * 1. A step is one access to a shared variable, one lock, one unlock, one
 *    spawn or one join. Each is one transition of SPIN: an assignment, a run,
 *    a condition, or a d_step, which has no states inside.
 * 2. No transition is left over. A branch on a local variable costs none here:
 *    the condition stands in the step that is first on either side. On the
 *    engine the branch is taken before that step; but what it hangs on is a
 *    local that is part of the state and does not change in between, so that
 *    a place before a branch, with its locals, is one place behind it there.
 *    Rounds are counted in the step that unlocks last.
 * 3. The locals are the same, keep what they were last given, and are in the
 *    state of both.
 * 4. Processes do not end: a client stays at its end label when its rounds are
 *    over, so that nothing is counted for their dying. It waits for the lock of
 *    its next round there, too; that hides no deadlock, since whoever holds the
 *    lock is at no end label. `ended`, on which main waits, follows from the
 *    client's round.
 * 5. On the engine a run ends where an assertion fails; here the step that
 *    fails leads back to the state that it was taken in, which is no new one.
 *    Each is an error once for each such state, as the engine counts runs that
 *    ended broken.
 *
 * What is left is a matter of counting: SPIN stores states with nothing left
 * to do, which the engine counts apart, as ends (deadlocks are no ends, and
 * are met once for each decision that leads there, not once for each state),
 * and its first state is a transition:
 *
 *   stored = states + ends + different deadlocks
 *   stored + matched = decisions + 1
 *
 * Partial-order reduction has little to reduce: all but the spawns touch what
 * is shared, and so depend on others as far as SPIN can tell. Counts are
 * compared without it (-DNOREDUCE).
 */
#ifndef THREADS
#define THREADS 2
#endif
#ifndef ROUNDS
#define ROUNDS 1
#endif
#ifndef BUG
#define BUG 0
#endif
#define UNLOCKED 1
#define EARLY 2
#define INVERTED 3
#define LOWER_LEFT 4

bit loader_lock, layer_lock, base_lock;
byte starts;       /* of ws2_32 */
bit mapped;
byte layer_starts;
byte base_starts;
bit memory;        /* of the base */
bool ended[THREADS];

#define LOCK(lock) d_step { !lock -> lock = 1 }

/* Looks at what is shared. Where it is not as it has to be this is an error,
 * and no step forward. */
#define LOOK(local, shared, holds) \
    do \
    :: d_step { holds -> local = shared }; break \
    :: d_step { !(holds) -> assert(holds) } \
    od

/* ---- The base; first: the step before comes with the lock ---- */

inline base_startup()
{
    d_step { r == 0 && !base_lock -> base_lock = 1 };
    x = base_starts;
    if
    :: d_step { x == 0 -> memory = 1 }; base_starts = x + 1
    :: d_step { x != 0 -> base_starts = x + 1 }
    fi;
    base_lock = 0
}

inline base_cleanup(condition)
{
    d_step { (condition) && !base_lock -> base_lock = 1 };
    LOOK(x, base_starts, base_starts > 0);
    base_starts = x - 1;
    if
    :: d_step { x == 1 -> memory = 0 }; base_lock = 0
    :: d_step { x != 1 -> base_lock = 0 }
    fi
}

/* ---- The layer ---- */

inline layer_startup()
{
    r = layer_starts;
    if
    :: base_startup(); layer_starts = r + 1
    :: d_step { r != 0 -> layer_starts = r + 1 }
    fi;
    layer_lock = 0
}

inline layer_cleanup()
{
    LOCK(layer_lock);
    LOOK(r, layer_starts, layer_starts > 0);
    layer_starts = r - 1;
#if BUG == LOWER_LEFT
    layer_lock = 0
#elif BUG == EARLY
    base_cleanup(true);
    layer_lock = 0
#else
    if
    :: base_cleanup(r == 1); layer_lock = 0
    :: d_step { r != 1 -> layer_lock = 0 }
    fi
#endif
}

/* ---- A round ---- */

inline upcall()
{
    LOCK(loader_lock);
    LOOK(x, starts, starts > 0);
    loader_lock = 0
}

inline use()
{
    LOCK(layer_lock);
    LOOK(x, mapped, mapped);
    LOOK(x, layer_starts, layer_starts > 0);
#if BUG == INVERTED
    upcall();
#endif
    layer_lock = 0;
    LOCK(base_lock);
    LOOK(x, base_starts, base_starts > 0);
    LOOK(x, memory, memory);
    base_lock = 0;
#if BUG != INVERTED
    upcall()
#endif
}

/* After WSAStartup has counted, and holds the lock. */
inline load_and_start()
{
    if
    :: d_step { r == 0 -> mapped = 1 }; LOCK(layer_lock)
    :: d_step { r != 0 && !layer_lock -> layer_lock = 1 }
    fi;
    layer_startup();
    loader_lock = 0
}

#define COUNT_ROUND round++; ended[_pid - 1] = (round == ROUNDS)

inline cleanup()
{
    LOCK(loader_lock);
    layer_cleanup();
    LOOK(r, starts, starts > 0);
    starts = r - 1;
    do
    :: d_step { r == 1 && layer_starts == 0 -> x = layer_starts };
       mapped = 0;
       d_step { loader_lock = 0; COUNT_ROUND };
       break
    :: d_step { r == 1 && layer_starts != 0 -> assert(layer_starts == 0) }
    :: d_step { r != 1 -> loader_lock = 0; COUNT_ROUND };
       break
    od
}

proctype client()
{
    byte r, x, round;
end:
    do
#if BUG == UNLOCKED
    :: d_step { round < ROUNDS -> r = starts };
       starts = r + 1;
       LOCK(loader_lock);
#else
    :: d_step { round < ROUNDS && !loader_lock -> loader_lock = 1 };
       r = starts;
       starts = r + 1;
#endif
       load_and_start();
       use();
       cleanup()
    od
}

init {
    byte x;
    run client();
    run client();
#if THREADS > 2
    run client();
#endif
#if THREADS > 3
    run client();
#endif
    ended[0];
    ended[1];
#if THREADS > 2
    ended[2];
#endif
#if THREADS > 3
    ended[3];
#endif
    LOOK(x, starts, starts == 0);
    LOOK(x, mapped, mapped == 0);
    LOOK(x, layer_starts, layer_starts == 0);
    LOOK(x, base_starts, base_starts == 0);
    LOOK(x, memory, memory == 0)
}
