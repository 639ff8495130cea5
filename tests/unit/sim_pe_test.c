#include <string.h>

#include "sim/host/pe.h"
#include "tests/unit/failing.h"
#include "tests/unit/framework.h"

enum {
    FILE_BYTES = 0x800,
    TEXT = 0x1000,
    DATA = 0x2000
};

static unsigned char file[FILE_BYTES];
static char error[160];
static struct sim_pe pe;

static void put16(uint32_t at, uint32_t value)
{
    file[at] = (unsigned char)value;
    file[at + 1] = (unsigned char)(value >> 8);
}

static void put32(uint32_t at, uint32_t value)
{
    put16(at, value);
    put16(at + 2, value >> 16);
}

static void section(uint32_t at, uint32_t rva, uint32_t raw_at, uint32_t flags)
{
    put32(at + 8, 0x200);
    put32(at + 12, rva);
    put32(at + 16, 0x200);
    put32(at + 20, raw_at);
    put32(at + 36, flags);
}

/* The smallest DLL with an export, an import and a relocation. */
static int make(void **state)
{
    (void)state;
    memset(file, 0, sizeof file);
    file[0] = 'M';
    file[1] = 'Z';
    put32(60, 0x40);
    memcpy(file + 0x40, "PE", 2);
    put16(0x44, 0x8664);
    put16(0x46, 2);      /* sections */
    put16(0x54, 0xf0);   /* optional header */
    put16(0x56, 0x2022); /* DLL */
    uint32_t optional = 0x58;
    put16(optional, 0x20b);
    put32(optional + 28, 1); /* base 0x1_0000_0000 */
    put32(optional + 32, 0x1000);
    put32(optional + 36, 0x200);
    put32(optional + 56, 0x3000);
    put32(optional + 60, 0x400);
    put32(optional + 108, 16);
    put32(optional + 112, DATA); /* exports */
    put32(optional + 116, 0x60);
    put32(optional + 120, DATA + 0x80); /* imports */
    put32(optional + 124, 40);
    put32(optional + 112 + 8 * 5, DATA + 0x180); /* relocations */
    put32(optional + 116 + 8 * 5, 12);
    section(0x148, TEXT, 0x400, 0x60000020);
    section(0x170, DATA, 0x600, 0xc0000040);
    uint32_t data = 0x600;
    put32(data + 16, 1); /* first ordinal */
    put32(data + 20, 1);
    put32(data + 24, 1);
    put32(data + 28, DATA + 0x28);
    put32(data + 32, DATA + 0x2c);
    put32(data + 36, DATA + 0x30);
    put32(data + 0x28, TEXT + 4);
    put32(data + 0x2c, DATA + 0x34);
    memcpy(file + data + 0x34, "WSPStartup", 11);
    put32(data + 0x80, DATA + 0x100); /* names */
    put32(data + 0x8c, DATA + 0x140); /* DLL */
    put32(data + 0x90, DATA + 0x120); /* slots */
    put32(data + 0x100, DATA + 0x150);
    put32(data + 0x120, DATA + 0x150);
    memcpy(file + data + 0x140, "KERNEL32.dll", 13);
    memcpy(file + data + 0x152, "Sleep", 6);
    put32(data + 0x180, TEXT);
    put32(data + 0x184, 12);
    put16(data + 0x188, 0xa010);
    return 0;
}

static bool open_file(size_t size_bytes)
{
    /* A copy of its own size, so that ASan sees a byte too far. */
    unsigned char *copy = malloc(size_bytes == 0 ? 1 : size_bytes);
    assert_non_null(copy);
    memcpy(copy, file, size_bytes);
    error[0] = '\0';
    bool is_good = sim_pe_open(copy, size_bytes, &pe, error, sizeof error);
    free(copy);
    return is_good;
}

static void a_small_dll_is_understood(void **state)
{
    (void)state;
    assert_true(open_file(FILE_BYTES));
    assert_int_equal(pe.export_count, 1);
    assert_string_equal(pe.exports[0].name, "WSPStartup");
    assert_int_equal(pe.exports[0].rva, TEXT + 4);
    assert_int_equal(pe.import_count, 1);
    assert_string_equal(pe.imports[0].dll, "KERNEL32.dll");
    assert_string_equal(pe.imports[0].name, "Sleep");
    assert_int_equal(pe.imports[0].slot_rva, DATA + 0x120);
    assert_int_equal(pe.relocation_count, 1);
    assert_int_equal(pe.relocations[0], TEXT + 0x10);
    assert_true(pe.sections[0].is_executable);
    assert_true(pe.sections[1].is_writable);
    sim_pe_close(&pe);
}

/* A file that was cut off anywhere is refused by one line. */
static void a_cut_off_dll_is_refused(void **state)
{
    (void)state;
    for (size_t cut = 0; cut < FILE_BYTES; cut++) {
        assert_false(open_file(cut));
        assert_int_not_equal(strlen(error), 0);
        assert_null(strchr(error, '\n'));
        sim_pe_close(&pe);
    }
}

/* Hostile values in any four bytes are survived: understood or refused. */
static void hostile_values_are_survived(void **state)
{
    static const uint32_t values[] = {
        0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0x3000, 0x2fff, 0x1000,
    };
    uint32_t refused = 0;
    for (uint32_t at = 0; at + 4 <= FILE_BYTES; at += 2) {
        for (uint32_t i = 0; i < LC_COUNT_OF(values); i++) {
            (void)make(state);
            put32(at, values[i]);
            bool is_good = open_file(FILE_BYTES);
            refused += !is_good;
            assert_true(is_good || strlen(error) > 0);
            sim_pe_close(&pe);
        }
    }
    assert_true(refused > 200);
}

static void refuses(uint32_t at, uint32_t value, const char *word)
{
    (void)make(NULL);
    put32(at, value);
    assert_false(open_file(FILE_BYTES));
    if (strstr(error, word) == NULL) {
        fail_msg("\"%s\" says nothing of \"%s\"", error, word);
    }
    sim_pe_close(&pe);
}

/* Each refusal says what is wrong. */
static void refusals_say_why(void **state)
{
    (void)state;
    refuses(0x44, 0x0002014c, "32-bit");
    refuses(0x44, 0x0002aa64, "ARM64");
    refuses(0x56, 0x020b0022, "program");
    refuses(0x58 + 32, 16, "aligned");
    refuses(0x58 + 56, 0x7fffffff, "image of");
    refuses(0x170 + 12, TEXT, "overlaps");
    refuses(0x170 + 20, 0x7000, "beyond the file");
    refuses(0x58 + 112, 0x2ff0, "export directory");
    refuses(0x600 + 0x184, 0x100, "relocations");
    refuses(0x600 + 0x188, 0x5010, "unknown kind");
    refuses(0x600 + 0x100, 0x2fff, "import");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_small_dll_is_understood, make),
        cmocka_unit_test_setup(a_cut_off_dll_is_refused, make),
        cmocka_unit_test_setup(hostile_values_are_survived, make),
        cmocka_unit_test_setup(refusals_say_why, make),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
