#include "sim/engine/fiber.h"

#include <stddef.h>

#include "sim/engine/arena.h"

#if defined(__has_feature)
#    if __has_feature(address_sanitizer)
#        define FIBER_ASAN 1
#    endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#    define FIBER_ASAN 1
#endif

#ifdef FIBER_ASAN
#    include <sanitizer/asan_interface.h>
#    include <sanitizer/common_interface_defs.h>
#endif

/* What the host needs to get back. It describes the host's own stack, never
 * the run, and so does not lie in the arena. */
static struct {
    void *host_sp;
    const void *host_bottom; /* ASan's idea of the host stack */
    size_t host_bytes;
    void *host_fake;
    void *fiber_fake;
} fiber;

/* Saves the callee-saved registers, stores the stack pointer and takes up the
 * other one. rdi: where to store; rsi: what to take up. */
void *sim_fiber_switch(void **ret_from, void *to);

__asm__(".text\n"
        ".p2align 4\n"
        ".globl sim_fiber_switch\n"
        ".hidden sim_fiber_switch\n"
        ".type sim_fiber_switch,@function\n"
        "sim_fiber_switch:\n"
        "    pushq %rbp\n"
        "    pushq %rbx\n"
        "    pushq %r12\n"
        "    pushq %r13\n"
        "    pushq %r14\n"
        "    pushq %r15\n"
        "    movq %rsp, (%rdi)\n"
        "    movq %rsi, %rsp\n"
        "    popq %r15\n"
        "    popq %r14\n"
        "    popq %r13\n"
        "    popq %r12\n"
        "    popq %rbx\n"
        "    popq %rbp\n"
        "    popq %rcx\n"
        "    jmpq *%rcx\n"
        ".size sim_fiber_switch,.-sim_fiber_switch\n");

/* The saved stack pointer of the fiber that is running or ran last. Written
 * by the switch itself, read by the host right after it. */
static void *fiber_sp;

static void fiber_arrive(void)
{
#ifdef FIBER_ASAN
    __sanitizer_finish_switch_fiber(
        fiber.fiber_fake,
        &fiber.host_bottom,
        &fiber.host_bytes);
#endif
}

/* First code on a new stack: r12 holds the entry function. */
static void fiber_start(void)
{
    void (*entry)(void);
    __asm__ volatile("movq %%r12, %0" : "=r"(entry));
    fiber.fiber_fake = NULL;
    fiber_arrive();
    entry();
    LC_CHECK(entry == NULL); /* an entry function never returns */
}

__asm__(".text\n"
        ".p2align 4\n"
        ".type sim_fiber_first,@function\n"
        "sim_fiber_first:\n"
        "    xorl %ebp, %ebp\n"
        "    pushq $0\n"
        "    jmpq *%rbx\n"
        ".size sim_fiber_first,.-sim_fiber_first\n");

extern char sim_fiber_first[] __attribute__((visibility("hidden")));

void *sim_fiber_make(uint32_t slot, void (*entry)(void))
{
    LC_CHECK(slot < SIM_SLOTS_MAX);
    LC_CHECK(entry != NULL);
    uint64_t *top = (uint64_t *)(void *)sim_arena_stack_top(slot);
    /* Eight words of room above, as Win64 callees use home space. */
    uint64_t *sp = top - 8 - 7;
    sp[0] = 0;                                /* r15 */
    sp[1] = 0;                                /* r14 */
    sp[2] = 0;                                /* r13 */
    sp[3] = (uint64_t)(uintptr_t)entry;       /* r12 */
    sp[4] = (uint64_t)(uintptr_t)fiber_start; /* rbx */
    sp[5] = 0;                                /* rbp */
    sp[6] = (uint64_t)(uintptr_t)sim_fiber_first;
    for (uint32_t i = 7; i < 15; i++) {
        sp[i] = 0;
    }
    return sp;
}

void *sim_fiber_enter(uint32_t slot, void *at)
{
    LC_CHECK(slot < SIM_SLOTS_MAX);
    LC_CHECK(at != NULL);
#ifdef FIBER_ASAN
    __sanitizer_start_switch_fiber(
        &fiber.host_fake,
        sim_arena_stack_low(slot),
        SIM_ARENA_STACK_BYTES - SIM_ARENA_GUARD_BYTES);
#endif
    sim_fiber_switch(&fiber.host_sp, at);
#ifdef FIBER_ASAN
    __sanitizer_finish_switch_fiber(fiber.host_fake, NULL, NULL);
#endif
    return fiber_sp;
}

void sim_fiber_leave(void)
{
#ifdef FIBER_ASAN
    void *fake = NULL;
    __sanitizer_start_switch_fiber(&fake, fiber.host_bottom, fiber.host_bytes);
    sim_fiber_switch(&fiber_sp, fiber.host_sp);
    fiber.fiber_fake = fake;
    fiber_arrive();
#else
    sim_fiber_switch(&fiber_sp, fiber.host_sp);
#endif
}

void sim_fiber_abandon(void)
{
#ifdef FIBER_ASAN
    __sanitizer_start_switch_fiber(NULL, fiber.host_bottom, fiber.host_bytes);
#endif
    sim_fiber_switch(&fiber_sp, fiber.host_sp);
    LC_CHECK(fiber_sp == NULL); /* never comes back */
    __builtin_unreachable();
}

void sim_fiber_forget(uint32_t slot, const void *at)
{
    LC_CHECK(slot < SIM_SLOTS_MAX);
#ifdef FIBER_ASAN
    const unsigned char *from = at;
    const unsigned char *top = sim_arena_stack_top(slot);
    if (from != NULL) {
        __asan_unpoison_memory_region(from, (size_t)(top - from));
    }
#else
    (void)at;
#endif
}

void sim_fiber_reset(uint32_t slot_count)
{
    LC_CHECK(slot_count <= SIM_SLOTS_MAX);
#ifdef FIBER_ASAN
    for (uint32_t i = 0; i < slot_count; i++) {
        __asan_unpoison_memory_region(
            sim_arena_stack_low(i),
            SIM_ARENA_STACK_BYTES - SIM_ARENA_GUARD_BYTES);
    }
#else
    (void)slot_count;
#endif
}
