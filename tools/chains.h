/*
 * lastcall bench chains: whether a peer can tell layers from the base alone.
 */
#ifndef TOOLS_CHAINS_H
#define TOOLS_CHAINS_H

/** The command, but for its options. */
int tool_chains(void);

#endif
