/*
 * Numbers as people read them: without exponents.
 */
#ifndef TOOLS_FIGURE_H
#define TOOLS_FIGURE_H

enum tool_figure_limits {
    TOOL_FIGURE_BYTES = 400 /* whatever a double is */
};

/**
 * Writes a number with three significant digits, but all of those before the
 * point: "0.0000149", "3.1", "14", "1402"; "0" for zero.
 *
 * @param value  not negative, finite.
 */
void tool_figure(double value, char ret_text[TOOL_FIGURE_BYTES]);

/**
 * Writes a share in percent: "12.3 %"; "< 0.01 %" when it is less than that.
 *
 * @param share  from 0 to 1.
 */
void tool_figure_percent(double share, char ret_text[TOOL_FIGURE_BYTES]);

#endif
