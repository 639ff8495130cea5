#include "fuzz/explore/search.h"

void fuzz_known_follow(
    struct search *search,
    const struct sim_choice_candidate *who,
    const struct fuzz_memo_step *step)
{
    search->here.key.shared = step->shared;
    if (who->slot != SIM_NO_SLOT) {
        search->here.own[who->slot] = step->own;
    }
}

void fuzz_known_learn(
    struct search *search,
    const struct sim_choice_candidate *who,
    struct sim_state_key from)
{
    const struct sim_key_pieces *here = &search->here.key;
    struct fuzz_memo_step step = { .from = from, .shared = here->shared };
    if (who->slot != SIM_NO_SLOT) {
        step.own = here->own[who->slot];
    }
    fuzz_memo_add(&search->memo, &step);
}

bool fuzz_known_holds(struct search *search)
{
    const struct fuzz_subject *subject = search->subject;
    struct sim_state_key said = sim_key_join(&search->here.key);
    struct sim_state_key is = subject->key(subject->context);
    return said.low == is.low && said.high == is.high;
}

bool fuzz_known_is_seen(
    struct search *search,
    const struct sim_choice_candidate *who)
{
    struct sim_key_pieces *here = &search->here.key;
    const struct fuzz_memo_step *known =
        fuzz_memo_find(&search->memo, fuzz_memo_key(who, here));
    if (known == NULL) {
        return false;
    }
    struct sim_state_key shared = here->shared;
    struct sim_state_key *own =
        who->slot == SIM_NO_SLOT ? NULL : &here->own[who->slot];
    struct sim_state_key kept = own == NULL ? shared : *own;
    here->shared = known->shared;
    if (own != NULL) {
        *own = known->own;
    }
    bool is_seen = fuzz_table_has(&search->seen, sim_key_join(here));
    here->shared = shared;
    if (own != NULL) {
        *own = kept;
    }
    return is_seen;
}
