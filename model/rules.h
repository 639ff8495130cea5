/*
 * The rules that the model checks: one table, in the order of the enum below,
 * which follows the catalogue (spec/lifecycle.md).
 */
#ifndef MODEL_RULES_H
#define MODEL_RULES_H

#include <stdbool.h>
#include <stdint.h>

/* How binding a statement is; section 0.2 of the catalogue. */
enum model_strength {
    MODEL_MUST = 0,
    MODEL_SHOULD = 1,
    MODEL_MAY = 2,
    MODEL_INF = 3,    /* inferred, no page states it */
    MODEL_INV = 4,    /* a cross-cutting invariant, derived from MUST rules */
    MODEL_HARNESS = 5 /* the harness's own */
};

enum model_rule_index {
    MODEL_LOAD_1,
    MODEL_LOAD_2,
    MODEL_LOAD_3,
    MODEL_LOAD_4,
    MODEL_LOAD_6,
    MODEL_LOAD_8,
    MODEL_LOAD_9,
    MODEL_LOAD_10,
    MODEL_LOAD_11,
    MODEL_LOAD_14,
    MODEL_LOAD_15,
    MODEL_LOAD_16,
    MODEL_LOAD_17,
    MODEL_LOAD_22,
    MODEL_LOAD_24,
    MODEL_VER_3,
    MODEL_VER_4,
    MODEL_VER_6,
    MODEL_VER_7,
    MODEL_VER_8,
    MODEL_START_1,
    MODEL_START_3,
    MODEL_START_6,
    MODEL_START_7,
    MODEL_START_9,
    MODEL_START_10,
    MODEL_START_15,
    MODEL_START_20,
    MODEL_CLEAN_1,
    MODEL_CLEAN_2,
    MODEL_CLEAN_3,
    MODEL_CLEAN_4,
    MODEL_CLEAN_6,
    MODEL_CLEAN_7,
    MODEL_CLEAN_10,
    MODEL_CLEAN_11,
    MODEL_CLEAN_12,
    MODEL_CLEAN_14,
    MODEL_CLEAN_15,
    MODEL_CLEAN_16,
    MODEL_CLEAN_17,
    MODEL_CLEAN_18,
    MODEL_CLEAN_19,
    MODEL_CLEAN_23,
    MODEL_CLOSE_1,
    MODEL_CLOSE_2,
    MODEL_CLOSE_3,
    MODEL_CLOSE_5,
    MODEL_CLOSE_6,
    MODEL_CLOSE_7,
    MODEL_CLOSE_8,
    MODEL_CLOSE_12,
    MODEL_CLOSE_15,
    MODEL_CLOSE_16,
    MODEL_CLOSE_17,
    MODEL_CLOSE_19,
    MODEL_CLOSE_20,
    MODEL_CLOSE_24,
    MODEL_CLOSE_27,
    MODEL_CLOSE_29,
    MODEL_LINGER_1,
    MODEL_LINGER_3,
    MODEL_LINGER_5,
    MODEL_LINGER_6,
    MODEL_LINGER_8,
    MODEL_LINGER_9,
    MODEL_LINGER_10,
    MODEL_LINGER_11,
    MODEL_LINGER_12,
    MODEL_LINGER_14,
    MODEL_SHUT_1,
    MODEL_SHUT_2,
    MODEL_SHUT_3,
    MODEL_SHUT_5,
    MODEL_SHUT_7,
    MODEL_SHUT_10,
    MODEL_SHUT_14,
    MODEL_SHUT_15,
    MODEL_SHUT_16,
    MODEL_SHUT_17,
    MODEL_SEND_4,
    MODEL_SEND_8,
    MODEL_SEND_10,
    MODEL_CONN_3,
    MODEL_CONN_5,
    MODEL_CONN_7,
    MODEL_CONN_8,
    MODEL_CONN_9,
    MODEL_CONN_10,
    MODEL_EVENT_1,
    MODEL_EVENT_2,
    MODEL_EVENT_3,
    MODEL_EVENT_4,
    MODEL_EVENT_5,
    MODEL_EVENT_7,
    MODEL_EVENT_8,
    MODEL_EVENT_9,
    MODEL_EVENT_10,
    MODEL_BLOCK_1,
    MODEL_BLOCK_2,
    MODEL_BLOCK_3,
    MODEL_BLOCK_4,
    MODEL_BLOCK_5,
    MODEL_BLOCK_7,
    MODEL_BLOCK_10,
    MODEL_BLOCK_12,
    MODEL_BLOCK_13,
    MODEL_OVL_2,
    MODEL_OVL_6,
    MODEL_OVL_10,
    MODEL_OVL_20,
    MODEL_HANDLE_1,
    MODEL_HANDLE_3,
    MODEL_HANDLE_4,
    MODEL_HANDLE_5,
    MODEL_HANDLE_6,
    MODEL_HANDLE_10,
    MODEL_LAYER_2,
    MODEL_LAYER_3,
    MODEL_LAYER_4,
    MODEL_LAYER_6,
    MODEL_LAYER_7,
    MODEL_LAYER_9,
    MODEL_LAYER_11,
    MODEL_LAYER_13,
    MODEL_LAYER_14,
    MODEL_LAYER_16,
    MODEL_UPCALL_5,
    MODEL_UPCALL_7,
    MODEL_CATALOG_3,
    MODEL_CATALOG_5,
    MODEL_CATALOG_6,
    MODEL_CATALOG_7,
    MODEL_CATALOG_8,
    MODEL_CATALOG_9,
    MODEL_CATALOG_10,
    MODEL_CATALOG_11,
    MODEL_CATALOG_12,
    MODEL_CATALOG_13,
    MODEL_CATALOG_14,
    MODEL_CATALOG_15,
    MODEL_CATALOG_16,
    MODEL_CATALOG_17,
    MODEL_CATALOG_18,
    MODEL_CATALOG_20,
    MODEL_CATALOG_21,
    MODEL_CATALOG_22,
    MODEL_CATALOG_23,
    MODEL_NS_1,
    MODEL_NS_2,
    MODEL_NS_3,
    MODEL_NS_4,
    MODEL_NS_5,
    MODEL_NS_6,
    MODEL_NS_7,
    MODEL_NS_8,
    MODEL_NS_9,
    MODEL_NS_11,
    MODEL_TERM_1,
    MODEL_TERM_3,
    MODEL_TERM_7,
    MODEL_TERM_9,
    MODEL_TERM_10,
    MODEL_DLL_1,
    MODEL_DLL_2,
    MODEL_DLL_3,
    MODEL_DLL_4,
    MODEL_DLL_5,
    MODEL_DLL_6,
    MODEL_DLL_7,
    MODEL_ERR_1,
    MODEL_INV_1,
    MODEL_INV_2,
    MODEL_INV_3,
    MODEL_INV_4,
    MODEL_INV_6,
    MODEL_INV_7,
    MODEL_INV_8,
    MODEL_INV_9,
    MODEL_INV_10,
    MODEL_DEADLOCK,
    MODEL_LIVELOCK,
    MODEL_FAULT,
    MODEL_MISUSE,
    MODEL_RULE_COUNT
};

/** One rule. All strings are static and never NULL, except `promotion`. */
struct model_rule {
    const char *id;
    const char *area;
    const char *source;    /* page of the documents, or what it rests on */
    const char *sentence;  /* in our own words */
    const char *group;     /* rules of one group say the same */
    const char *promotion; /* why an INF rule counts as broken, or NULL */
    uint8_t strength;      /* enum model_strength */
    bool application;      /* binds the application: never broken */
    bool is_lasting;       /* forbids a change: any later call may show it */
};

/**
 * Number of rules in the table.
 *
 * Returns: at least 1; indices run below it.
 */
uint32_t model_rule_count(void);

/**
 * One rule of the table.
 *
 * @param index  below model_rule_count().
 *
 * Returns: borrowed, static.
 */
const struct model_rule *model_rule(uint32_t index);

/**
 * Whether a rule only warns, unless the user wants inferences to break.
 *
 * @param rule  borrowed.
 */
bool model_rule_is_soft(const struct model_rule *rule);

/**
 * Finds a rule by its id.
 *
 * @param id         borrowed; for example "CLEAN-16".
 * @param ret_index  filled when found.
 *
 * Returns: true when there is such a rule.
 */
bool model_rule_find(const char *id, uint32_t *ret_index);

#endif
