/*
 * What the cards of the planted bugs say: corpus/zoo/ID/README.md.
 */
#ifndef TOOLS_ZOO_H
#define TOOLS_ZOO_H

#include <stdbool.h>

struct tool_zoo_card {
    const char *id;
    const char *clause;  /* of the contract, that it breaks */
    const char *breaks;  /* rules, with commas */
    const char *shows;   /* the rule that its schedule breaks */
    const char *retells; /* where such a defect has been seen */
    const char *told;    /* what is wrong, in sentences */
    bool has_faults;     /* it needs a call that fails: `fuzz --faults` */
};

/* One for each planted bug of this build; a NULL id ends it. Made by
 * zoo_cards.py. */
extern const struct tool_zoo_card tool_zoo_cards[];

#endif
