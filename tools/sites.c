#include "tools/sites.h"

#include <inttypes.h>
#include <stdio.h>

#include "lastcall/check.h"
#include "lastcall/fail.h"

#include "tools/output.h"

void tool_sites_text(
    const struct fuzz_sweep *sweep,
    uint64_t number,
    char ret_text[TOOL_SITE_BYTES])
{
    char where[FUZZ_TEXT_CHOICE_BYTES];
    LC_CHECK(number <= sweep->count);
    if (number == 0) {
        (void)
            snprintf(ret_text, TOOL_SITE_BYTES, "without a fault of the sweep");
        return;
    }
    size_t length = fuzz_text_print_where(
        &sweep->schedule,
        &sweep->sites[number - 1],
        where,
        sizeof where);
    LC_CHECK(length > 0);
    (void)snprintf(ret_text, TOOL_SITE_BYTES, "when this fails: %s", where);
}

/* Sites of a kind that a sweep makes fail. */
static uint32_t count_sites(const struct fuzz_sweep *sweep, enum lc_fail fail)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < sweep->count; i++) {
        count += lc_fail_of(sweep->sites[i].place) == fail;
    }
    return count;
}

void tool_sites_print(const struct fuzz_sweep *sweep, uint64_t swept)
{
    const char *before = ": ";
    (void)printf("swept ");
    if (swept < sweep->count) {
        (void)printf("%" PRIu64 " of these ", swept);
    }
    (void)printf("%u site%s", sweep->count, tool_output_s(sweep->count));
    for (uint32_t i = 0; i < LC_FAIL_COUNT; i++) {
        uint32_t count = count_sites(sweep, (enum lc_fail)i);
        if (count > 0) {
            (void)printf(
                "%s%u %s",
                before,
                count,
                fuzz_text_fail((enum lc_fail)i));
            before = ", ";
        }
    }
    (void)putchar('\n');
    if (sweep->is_cut) {
        (void)printf("there are more: %d is the limit\n", FUZZ_SWEEP_SITES_MAX);
    }
}

json_t *tool_sites_object(const struct fuzz_sweep *sweep)
{
    if (sweep == NULL) {
        return json_null();
    }
    json_t *sites = json_object();
    for (uint32_t i = 0; i < LC_FAIL_COUNT; i++) {
        (void)json_object_set_new(
            sites,
            fuzz_text_fail((enum lc_fail)i),
            json_integer((json_int_t)count_sites(sweep, (enum lc_fail)i)));
    }
    return sites;
}
