/*
 * The versions that the running provider offers to who starts it, and asks for
 * from the provider below.
 */
#ifndef SIM_PROVIDER_VERSION_H
#define SIM_PROVIDER_VERSION_H

#include <stdbool.h>
#include <stdint.h>

#include "lastcall/check.h"

/**
 * Says what a provider offers, for the coming runs.
 *
 * @param module    enum lc_module.
 * @param versions  bit per enum lc_version; 0: those of a provider by default.
 */
void sim_provider_set_versions(uint32_t module, uint32_t versions);

/**
 * What WSPStartup answers: the highest version that is offered and not above
 * the one asked for.
 *
 * @param asked        version word.
 * @param ret_version  filled when there is one.
 *
 * Returns: whether there is one.
 * Source:  documented. WSPStartup (ws2spi.h), Remarks.
 */
LC_MUST_USE bool sim_provider_negotiate(uint16_t asked, uint16_t *ret_version);

/** The highest version that is offered: what a layer asks for below. */
uint16_t sim_provider_highest_version(void);

/** Whether a layer can use a provider below that answers with this version:
 * the one it offers itself, or one of them. */
bool sim_provider_accepts(uint16_t version);

#endif
