#include "tools/figure.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lastcall/check.h"

enum {
    DIGITS = 3,
    PLACES_MAX = 20 /* behind the point: probabilities are no smaller */
};

/* Digits behind the point, so that there are three in all. */
static int places_of(double value)
{
    int places = DIGITS - 1 - (int)floor(log10(value));
    return places < 0 ? 0 : places > PLACES_MAX ? PLACES_MAX : places;
}

void tool_figure(double value, char ret_text[TOOL_FIGURE_BYTES])
{
    LC_CHECK(value >= 0);
    LC_CHECK(isfinite(value));
    int places = value > 0 ? places_of(value) : 0;
    int length = snprintf(ret_text, TOOL_FIGURE_BYTES, "%.*f", places, value);
    LC_CHECK(length > 0 && length < TOOL_FIGURE_BYTES);
    if (places > 0) {
        char *last = ret_text + length - 1;
        while (*last == '0') {
            last--;
        }
        last[*last == '.' ? 0 : 1] = '\0';
    }
}

void tool_figure_percent(double share, char ret_text[TOOL_FIGURE_BYTES])
{
    char figure[TOOL_FIGURE_BYTES];
    LC_CHECK(share >= 0);
    LC_CHECK(share <= 1);
    if (share < 0.0001) {
        (void)snprintf(ret_text, TOOL_FIGURE_BYTES, "< 0.01 %%");
        return;
    }
    tool_figure(100 * share, figure);
    (void)snprintf(ret_text, TOOL_FIGURE_BYTES, "%.32s %%", figure);
}
