/*
 * Faults of hosted code become findings. A signal that falls while hosted code
 * is what runs is turned into a record, and the run ends; the thread's fiber is
 * given up. Any other signal is our own and kills the process as usual.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <ucontext.h>

#include "lastcall/check.h"

#include "sim/engine/copy.h"
#include "sim/engine/engine.h"
#include "sim/engine/fiber.h"
#include "sim/engine/thread.h"
#include "sim/host/image.h"

enum {
    ALTERNATE_BYTES = 65536,
    PAGE_FAULT_WRITE = 2, /* bits of the page fault error code */
    PAGE_FAULT_EXECUTE = 16,
    SCAN_WORDS = 1024, /* how far a return address is looked for */
    FLAG_DIRECTION = 0x400,
    DEFAULT_MXCSR = 0x1f80,
    DEFAULT_X87 = 0x37f
};

static const int signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP };

/* What the last fault was, for people. No state of a run: the record lies here
 * from the signal to the handler's return, with no yield point in between, and
 * the run ends with it; what the watchdog saw decides only when it looks. */
static struct {
    struct sim_host_fault place;
    struct lc_record record;
    unsigned char *alternate;
    struct sigaction before[LC_COUNT_OF(signals)]; /* a sanitizer's */
    bool is_handled; /* a fault is being looked at */
    uint32_t watch_seconds;
    uint32_t ticks;
    uint64_t seen_run;
    uint64_t seen_steps;
    uint64_t seen_records;
} fault;

const struct sim_host_fault *sim_host_last_fault(void)
{
    return &fault.place;
}

void sim_host_forget_fault(void)
{
    fault.place.is_set = false;
}

static void name_place(uint32_t process, uint32_t module, uint64_t offset)
{
    const struct sim_host_installed *installed = sim_host_installed(module);
    memset(&fault.place, 0, sizeof fault.place);
    fault.place.is_set = true;
    fault.place.process = process;
    fault.place.module = module;
    fault.place.offset_bytes = offset;
    if (installed != NULL) {
        fault.place.symbol_offset_bytes = sim_host_symbol(
            installed->image,
            offset,
            fault.place.symbol,
            sizeof fault.place.symbol);
    }
}

void sim_host_note_import(const struct sim_host_import *import)
{
    memset(&fault.place, 0, sizeof fault.place);
    fault.place.is_set = true;
    fault.place.is_import = true;
    fault.place.process = sim_thread_process();
    fault.place.module = sim_thread_module();
    int length = snprintf(
        fault.place.symbol,
        sizeof fault.place.symbol,
        "%.60s!%.90s",
        import->dll,
        import->name[0] == '\0' ? "(ordinal)" : import->name);
    LC_CHECK(length > 0);
}

/* On the fiber's stack, after the handler has returned. */
static void fault_resume(void)
{
    sim_trace_write(fault.record);
    sim_thread_end_run(LC_END_FAULT);
    abort();
}

/* Whether a simulated thread runs. The arena may be closed by now. */
static bool is_running(void)
{
    return sim_arena_part_bytes(SIM_PART_ENGINE) > 0 &&
           sim_thread_current() != NULL;
}

static bool is_hosted(uint32_t module)
{
    const struct sim_module_class *class = sim_module_class(module);
    return class != NULL && class->is_hosted;
}

/* Whether a call instruction ends right before an address of the module. */
static bool is_behind_call(uint32_t module, uint32_t process, uint64_t address)
{
    const struct sim_host_installed *installed = sim_host_installed(module);
    const unsigned char *slot = sim_arena_module(process, module);
    uint64_t offset = address - (uint64_t)(uintptr_t)slot;
    const struct sim_pe *pe = &installed->image->pe;
    for (uint32_t i = 0; i < pe->section_count; i++) {
        const struct sim_pe_section *section = &pe->sections[i];
        if (!section->is_executable || offset < section->rva + 7 ||
            offset > section->rva + section->size_bytes) {
            continue;
        }
        /* call rel32; call through a register or memory: FF /2. */
        const unsigned char *at = slot + offset;
        return at[-5] == 0xe8 || (at[-2] == 0xff && (at[-1] & 0x38) == 0x10) ||
               (at[-3] == 0xff && (at[-2] & 0x38) == 0x10) ||
               (at[-6] == 0xff && (at[-5] & 0x38) == 0x10);
    }
    return false;
}

/* A return address on the stack that is the module's: where the call into our
 * code came from. */
static bool find_caller(
    const ucontext_t *context,
    uint32_t module,
    uint64_t *ret_offset)
{
    uint32_t slot = sim_thread_current_slot();
    uint64_t sp = (uint64_t)context->uc_mcontext.gregs[REG_RSP] & ~7ULL;
    uint64_t low = (uint64_t)(uintptr_t)sim_arena_stack_low(slot);
    uint64_t top = (uint64_t)(uintptr_t)sim_arena_stack_top(slot);
    if (sp < low || sp >= top) {
        return false;
    }
    for (uint32_t i = 0; i < SCAN_WORDS && sp < top; i++, sp += 8) {
        uint64_t word;
        sim_copy_bytes(&word, (const void *)(uintptr_t)sp, sizeof word);
        uint32_t process;
        uint32_t found;
        if (sim_module_of((const void *)(uintptr_t)word, &process, &found) &&
            found == module && sim_thread_process() == process &&
            is_behind_call(module, process, word)) {
            *ret_offset =
                word - (uint64_t)(uintptr_t)sim_arena_module(process, module);
            return true;
        }
    }
    return false;
}

/* Makes the handler return to fault_resume on a clean stack. */
static void divert(ucontext_t *context)
{
    uint32_t slot = sim_thread_current_slot();
    sim_fiber_reset(SIM_THREADS_MAX); /* no red zones of dead frames */
    uint64_t top = (uint64_t)(uintptr_t)sim_arena_stack_top(slot);
    context->uc_mcontext.gregs[REG_RSP] = (greg_t)(((top - 256) & ~15ULL) - 8);
    context->uc_mcontext.gregs[REG_RIP] = (greg_t)(uintptr_t)fault_resume;
    context->uc_mcontext.gregs[REG_EFL] &= ~(greg_t)FLAG_DIRECTION;
    if (context->uc_mcontext.fpregs != NULL) {
        context->uc_mcontext.fpregs->mxcsr = DEFAULT_MXCSR;
        context->uc_mcontext.fpregs->cwd = DEFAULT_X87;
    }
}

/* An address as the trace may hold it: only what repeats from run to run. */
static int64_t known_address(uint64_t address)
{
    uint32_t process;
    uint32_t module;
    bool is_heap = address >= SIM_ARENA_HEAP &&
                   address < SIM_ARENA_HEAP + SIM_ARENA_HEAP_BYTES;
    if (is_heap ||
        sim_module_of((const void *)(uintptr_t)address, &process, &module)) {
        return (int64_t)(address - SIM_ARENA_BASE);
    }
    return -1;
}

static enum lc_fault classify(
    int signal_number,
    const siginfo_t *information,
    const ucontext_t *context)
{
    uint32_t slot = sim_thread_current_slot();
    uint64_t at = (uint64_t)(uintptr_t)information->si_addr;
    uint64_t low = (uint64_t)(uintptr_t)sim_arena_stack_low(slot);
    uint64_t error = (uint64_t)context->uc_mcontext.gregs[REG_ERR];
    if (signal_number == SIGFPE) {
        return LC_FAULT_DIVIDE;
    }
    if (signal_number == SIGILL) {
        return LC_FAULT_ILLEGAL;
    }
    if (signal_number == SIGTRAP) {
        return LC_FAULT_BREAKPOINT;
    }
    if (at >= low - SIM_ARENA_GUARD_BYTES && at < low) {
        return LC_FAULT_STACK;
    }
    if ((error & PAGE_FAULT_EXECUTE) != 0 ||
        at == (uint64_t)context->uc_mcontext.gregs[REG_RIP]) {
        return LC_FAULT_EXECUTE;
    }
    return (error & PAGE_FAULT_WRITE) != 0 ? LC_FAULT_WRITE : LC_FAULT_READ;
}

/* Whose doing a fault is when it is not inside a module: what runs, or what
 * called our code and gave it its pointers. */
static uint32_t find_culprit(void)
{
    const struct sim_frame *frame = sim_thread_frame(0);
    const struct sim_frame *caller = sim_thread_frame(1);
    if (frame == NULL) {
        return LC_MODULE_SYSTEM;
    }
    bool is_crossing =
        frame->kind == SIM_FRAME_UPCALL || frame->kind == SIM_FRAME_SPI;
    bool is_called = is_crossing && caller != NULL &&
                     !is_hosted(frame->module) && is_hosted(caller->module);
    return is_called ? caller->module : frame->module;
}

/* Fills the record of a fault. Returns false when it is not hosted code's. */
static bool describe(enum lc_fault kind, uint64_t address, ucontext_t *context)
{
    uint64_t rip = (uint64_t)context->uc_mcontext.gregs[REG_RIP];
    uint32_t process = sim_thread_process();
    uint32_t module = find_culprit();
    uint32_t at_process;
    uint32_t at_module;
    /* A jump may have led anywhere, into the slot of a built-in too. */
    bool is_inside =
        sim_module_of((const void *)(uintptr_t)rip, &at_process, &at_module) &&
        is_hosted(at_module);
    if (is_inside) {
        process = at_process;
        module = at_module;
    }
    if (!is_hosted(module)) {
        return false;
    }
    uint64_t offset =
        rip - (uint64_t)(uintptr_t)sim_arena_module(process, module);
    fault.record = (struct lc_record){
        .kind = LC_RECORD_FAULT,
        .function = (uint16_t)kind,
        .caller = LC_MODULE_SYSTEM,
        .callee = (uint8_t)module,
        .a = is_inside && kind != LC_FAULT_ENDLESS ? (int64_t)offset : -1,
        .b = known_address(address),
        .c = address < 65536,
    };
    if (is_inside || find_caller(context, module, &offset)) {
        name_place(process, module, offset);
    } else {
        name_place(process, module, 0);
    }
    return true;
}

static void on_fault(int signal_number, siginfo_t *information, void *opaque)
{
    ucontext_t *context = opaque;
    /* si_code is positive when the processor raised it, not kill(). */
    bool is_nested = fault.is_handled;
    fault.is_handled = true;
    if (!is_nested && information->si_code > 0 && is_running()) {
        enum lc_fault kind = classify(signal_number, information, context);
        uint64_t address = kind == LC_FAULT_READ || kind == LC_FAULT_WRITE ||
                                   kind == LC_FAULT_EXECUTE
                               ? (uint64_t)(uintptr_t)information->si_addr
                               : UINT64_MAX;
        if (information->si_code == SI_KERNEL) {
            address = UINT64_MAX; /* not canonical: si_addr does not say */
        }
        if (describe(kind, address, context)) {
            divert(context);
            fault.is_handled = false;
            return;
        }
    }
    /* Our own fault: as if we had never been here. The instruction faults
     * once more, or the signal is sent once more. */
    for (uint32_t i = 0; i < LC_COUNT_OF(signals); i++) {
        (void)sigaction(signals[i], &fault.before[i], NULL);
    }
    if (information->si_code <= 0 || signal_number == SIGTRAP) {
        (void)raise(signal_number);
    }
}

/* Whether hosted code runs, or a function of ours that it has called. */
static bool is_of_module(const ucontext_t *context)
{
    uint64_t rip = (uint64_t)context->uc_mcontext.gregs[REG_RIP];
    uint32_t process;
    uint32_t module;
    uint64_t offset;
    if (sim_module_of((const void *)(uintptr_t)rip, &process, &module)) {
        return true;
    }
    module = find_culprit();
    return is_hosted(module) && find_caller(context, module, &offset);
}

/* Two ticks in a row see the same run at the same step: code without a yield
 * point has used up a second of CPU time. */
static void on_tick(int signal_number, siginfo_t *information, void *opaque)
{
    (void)signal_number;
    (void)information;
    ucontext_t *context = opaque;
    if (!is_running()) {
        fault.ticks = 0;
        return;
    }
    const struct sim_history *history = SIM_HISTORY;
    bool is_same = history->run_number == fault.seen_run &&
                   history->steps_total == fault.seen_steps &&
                   history->record_count == fault.seen_records;
    fault.seen_run = history->run_number;
    fault.seen_steps = history->steps_total;
    fault.seen_records = history->record_count;
    fault.ticks = is_same ? fault.ticks + 1 : 0;
    if (fault.ticks < fault.watch_seconds) {
        return;
    }
    if (is_of_module(context) &&
        describe(LC_FAULT_ENDLESS, UINT64_MAX, context)) {
        fault.ticks = 0;
        divert(context);
    }
}

/* The handler's stack, once for all. */
static void make_stack(void)
{
    if (fault.alternate != NULL) {
        return;
    }
    fault.alternate = malloc(ALTERNATE_BYTES);
    LC_CHECK(fault.alternate != NULL);
    stack_t stack = {
        .ss_sp = fault.alternate,
        .ss_size = ALTERNATE_BYTES,
    };
    int result = sigaltstack(&stack, NULL);
    LC_CHECK(result == 0);
}

void sim_host_fault_open(void)
{
    struct sigaction action;
    make_stack();
    memset(&action, 0, sizeof action);
    action.sa_sigaction = on_fault;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
    for (uint32_t i = 0; i < LC_COUNT_OF(signals); i++) {
        struct sigaction before;
        int result = sigaction(signals[i], &action, &before);
        LC_CHECK(result == 0);
        bool is_ours = (before.sa_flags & SA_SIGINFO) != 0 &&
                       before.sa_sigaction == on_fault;
        if (!is_ours) {
            fault.before[i] = before;
        }
    }
    fault.is_handled = false;
}

void sim_host_watch(uint32_t cpu_seconds)
{
    struct sigaction action;
    struct itimerval timer;
    memset(&action, 0, sizeof action);
    memset(&timer, 0, sizeof timer);
    fault.watch_seconds = cpu_seconds;
    fault.ticks = 0;
    if (cpu_seconds > 0) {
        action.sa_sigaction = on_tick;
        action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
        timer.it_interval.tv_sec = 1;
        timer.it_value.tv_sec = 1;
        int result = sigaction(SIGVTALRM, &action, NULL);
        LC_CHECK(result == 0);
    }
    int result = setitimer(ITIMER_VIRTUAL, &timer, NULL);
    LC_CHECK(result == 0);
}
