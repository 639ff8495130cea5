#include "lastcall/check.h"

#include "fuzz/call.h"
#include "fuzz/maker.h"

enum {
    VERSION_1_1 = 0x0101
};

static void add_hook(struct fuzz_maker *maker)
{
    struct lc_op op = { .call = LC_CALL_SETHOOK,
                        .socket = LC_NONE,
                        .entry = LC_NONE };
    fuzz_call_draw_all(&op, &maker->hook);
    fuzz_maker_add(maker, op);
}

void fuzz_make_hook(struct fuzz_maker *maker)
{
    struct lc_schedule *schedule = maker->schedule;
    if (schedule->op_count == 0) {
        return;
    }
    struct lc_op *start = &schedule->ops[schedule->op_count - 1];
    if (start->call == LC_CALL_WSASTARTUP &&
        fuzz_rng_chance(&maker->hook, 7, 8)) {
        start->value = VERSION_1_1;
    }
    add_hook(maker);
}

void fuzz_make_hook_call(struct fuzz_maker *maker)
{
    static const uint8_t calls[] = { LC_CALL_UNHOOK,
                                     LC_CALL_ISBLOCKING,
                                     LC_CALL_CANCEL,
                                     LC_CALL_SETHOOK };
    uint8_t call = calls[fuzz_rng_upto(&maker->hook, LC_COUNT_OF(calls) - 1)];
    if (!fuzz_maker_has_call(maker, (enum lc_call)call)) {
        return;
    }
    if (call == LC_CALL_SETHOOK) {
        add_hook(maker);
    } else {
        fuzz_maker_add_call(maker, (enum lc_call)call, LC_NONE);
    }
}
