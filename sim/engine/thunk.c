#include "sim/engine/thunk.h"

#include <string.h>
#include <sys/mman.h>

#include "sim/engine/engine.h"

enum {
    THUNK_BYTES = 32
};

/* Written at start-up only. */
static struct {
    unsigned char *code;
    uint32_t count;
} thunks;

static bool thunks_map(void)
{
    void *at = mmap(
        NULL,
        (size_t)SIM_THUNKS_MAX * THUNK_BYTES,
        PROT_READ | PROT_WRITE | PROT_EXEC,
        MAP_PRIVATE | MAP_ANONYMOUS,
        -1,
        0);
    if (at == MAP_FAILED) {
        return false;
    }
    thunks.code = at;
    return true;
}

static void put_address(unsigned char *at, uint64_t address)
{
    for (uint32_t i = 0; i < 8; i++) {
        at[i] = (unsigned char)(address >> (8 * i));
    }
}

sim_code_fn *sim_thunk_make(uint32_t number, sim_code_fn *target)
{
    LC_CHECK(target != NULL);
    if (thunks.count == SIM_THUNKS_MAX ||
        (thunks.code == NULL && !thunks_map())) {
        return NULL;
    }
    unsigned char *code = thunks.code + (size_t)thunks.count * THUNK_BYTES;
    /* r11 is free at a call in both calling conventions.
     *   mov r11, &thunk_index;  mov dword [r11], number
     *   mov r11, target;        jmp r11 */
    code[0] = 0x49;
    code[1] = 0xbb;
    put_address(code + 2, (uint64_t)(uintptr_t)&SIM_ENGINE->thunk_index);
    code[10] = 0x41;
    code[11] = 0xc7;
    code[12] = 0x03;
    for (uint32_t i = 0; i < 4; i++) {
        code[13 + i] = (unsigned char)(number >> (8 * i));
    }
    code[17] = 0x49;
    code[18] = 0xbb;
    put_address(code + 19, (uint64_t)(uintptr_t)target);
    code[27] = 0x41;
    code[28] = 0xff;
    code[29] = 0xe3;
    thunks.count++;
    return (sim_code_fn *)(uintptr_t)code;
}

uint32_t sim_thunk_index(void)
{
    return *(volatile uint32_t *)&SIM_ENGINE->thunk_index;
}

bool sim_thunk_is(sim_code_fn *code)
{
    uint64_t at = (uint64_t)(uintptr_t)code;
    uint64_t first = (uint64_t)(uintptr_t)thunks.code;
    return thunks.code != NULL && at >= first &&
           at < first + (uint64_t)thunks.count * THUNK_BYTES;
}
