#include <string.h>

#include "lastcall/check.h"
#include "lastcall/schedule.h"

#include "fuzz/call.h"
#include "fuzz/text.h"
#include "fuzz/text_read.h"
#include "fuzz/words.h"

const char *fuzz_text_feature(uint32_t feature)
{
    LC_CHECK(feature < LC_FEATURE_COUNT);
    return feature < LC_CALL_COUNT
               ? fuzz_call(feature)->word
               : fuzz_words_name(FUZZ_WORDS_FEATURE, feature - LC_CALL_COUNT);
}

static bool find_feature(const char *text, size_t length, uint32_t *ret_feature)
{
    if (fuzz_call_find(text, length, ret_feature)) {
        return true;
    }
    if (!fuzz_words_find(FUZZ_WORDS_FEATURE, text, length, ret_feature)) {
        return false;
    }
    *ret_feature += LC_CALL_COUNT;
    return true;
}

/* CALL, CALL*WEIGHT, or a feature that has no weight. */
static bool feature_word(struct fuzz_text_reader *reader, uint32_t index)
{
    struct lc_swarm *swarm = &reader->work.swarm;
    const struct fuzz_text_word *word = &reader->words[index];
    const char *star = memchr(word->at, '*', word->length);
    size_t length = star != NULL ? (size_t)(star - word->at) : word->length;
    uint32_t feature = 0;
    uint64_t weight = 1;
    if (!find_feature(word->at, length, &feature)) {
        return fuzz_text_read_miss(reader, index, "a call or a feature");
    }
    if (swarm->weights[feature] != 0) {
        return fuzz_text_read_refuse(reader, index, "a second");
    }
    if (star != NULL) {
        size_t left = word->length - length - 1;
        bool is_number =
            left > 0 && fuzz_text_read_digits(star + 1, left, &weight) == left;
        if (feature >= LC_CALL_COUNT) {
            return fuzz_text_read_refuse(reader, index, "no weight has");
        }
        if (!is_number || weight == 0 || weight > LC_SWARM_WEIGHT_MAX) {
            return fuzz_text_read_miss(reader, index, "a weight of 1 to 100");
        }
    }
    swarm->weights[feature] = (uint8_t)weight;
    return true;
}

bool fuzz_text_swarm_line(struct fuzz_text_reader *reader)
{
    LC_CHECK(reader->section == FUZZ_TEXT_NONE);
    if (reader->count < 2) {
        return fuzz_text_read_miss(reader, 1, "a call or a feature");
    }
    for (uint32_t i = 1; i < reader->count; i++) {
        if (!feature_word(reader, i)) {
            return false;
        }
    }
    return true;
}
