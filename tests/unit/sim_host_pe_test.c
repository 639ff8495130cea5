#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/host/pe.h"
#include "tests/unit/failing.h"
#include "tests/unit/framework.h"

/* ---- A small DLL, built here, so that each field's place is known ---- */

enum {
    FILE_BYTES = 0xa00,
    PE_AT = 0x40,
    COFF_AT = PE_AT + 4,
    OPTIONAL_AT = COFF_AT + 20,
    DIRECTORIES_AT = OPTIONAL_AT + 112,
    SECTIONS_AT = OPTIONAL_AT + 240,
    TEXT_RVA = 0x1000,
    DATA_RVA = 0x2000,
    RELOC_RVA = 0x3000,
    TEXT_AT = 0x200,
    DATA_AT = 0x400,
    RELOC_AT = 0x800,
    IMPORTS = 0x000, /* from here on: in the data section */
    IMPORT_NAMES = 0x040,
    IMPORT_SLOTS = 0x060,
    EXPORTS = 0x0a0,
    EXPORT_FUNCTIONS = 0x0d0,
    EXPORT_NAMES = 0x0e0,
    EXPORT_ORDINALS = 0x0f0,
    TLS = 0x140,
    TLS_CALLBACKS = 0x1a8,
    POINTER = 0x1c0,
    DIRECTORY_EXPORT = 0,
    DIRECTORY_IMPORT = 1,
    DIRECTORY_RELOC = 5,
    DIRECTORY_TLS = 9
};

#define BASE 0x180000000ULL

static unsigned char file[FILE_BYTES];

static void put(uint32_t at, uint32_t width, uint64_t value)
{
    assert_true(at + width <= FILE_BYTES);
    for (uint32_t i = 0; i < width; i++) {
        file[at + i] = (unsigned char)(value >> (8 * i));
    }
}

static void put_text(uint32_t at, const char *text)
{
    memcpy(file + at, text, strlen(text) + 1);
}

static void put_section(uint32_t index, uint32_t rva, uint32_t at, uint32_t use)
{
    uint32_t header = SECTIONS_AT + 40 * index;
    put(header + 8, 4, at == DATA_AT ? 0x400 : 0x200);
    put(header + 12, 4, rva);
    put(header + 16, 4, at == DATA_AT ? 0x400 : 0x200);
    put(header + 20, 4, at);
    put(header + 36, 4, use);
}

static void put_directory(uint32_t index, uint32_t rva, uint32_t size_bytes)
{
    put(DIRECTORIES_AT + 8 * index, 4, rva);
    put(DIRECTORIES_AT + 8 * index + 4, 4, size_bytes);
}

static void build_headers(void)
{
    memset(file, 0, sizeof file);
    put_text(0, "MZ");
    put(60, 4, PE_AT);
    put_text(PE_AT, "PE");
    put(COFF_AT, 2, 0x8664);
    put(COFF_AT + 2, 2, 3);
    put(COFF_AT + 16, 2, 240);
    put(COFF_AT + 18, 2, 0x2022);
    put(OPTIONAL_AT, 2, 0x20b);
    put(OPTIONAL_AT + 16, 4, TEXT_RVA);
    put(OPTIONAL_AT + 24, 8, BASE);
    put(OPTIONAL_AT + 32, 4, 0x1000);
    put(OPTIONAL_AT + 36, 4, 0x200);
    put(OPTIONAL_AT + 56, 4, 0x4000);
    put(OPTIONAL_AT + 60, 4, 0x200);
    put(OPTIONAL_AT + 108, 4, 16);
    put_section(0, TEXT_RVA, TEXT_AT, 0x60000020);
    put_section(1, DATA_RVA, DATA_AT, 0xc0000040);
    put_section(2, RELOC_RVA, RELOC_AT, 0x42000040);
    put_directory(DIRECTORY_IMPORT, DATA_RVA + IMPORTS, 40);
    put_directory(DIRECTORY_EXPORT, DATA_RVA + EXPORTS, 40);
    put_directory(DIRECTORY_TLS, DATA_RVA + TLS, 40);
    put_directory(DIRECTORY_RELOC, RELOC_RVA, 12);
}

static void build(void)
{
    build_headers();
    put(DATA_AT + IMPORTS, 4, DATA_RVA + IMPORT_NAMES);
    put(DATA_AT + IMPORTS + 12, 4, DATA_RVA + 0x80);
    put(DATA_AT + IMPORTS + 16, 4, DATA_RVA + IMPORT_SLOTS);
    put(DATA_AT + IMPORT_NAMES, 8, DATA_RVA + 0x90);
    put(DATA_AT + IMPORT_NAMES + 8, 8, 1ULL << 63 | 115);
    put_text(DATA_AT + 0x80, "ws2_32.dll");
    put_text(DATA_AT + 0x92, "send");
    put(DATA_AT + EXPORTS + 16, 4, 5);
    put(DATA_AT + EXPORTS + 20, 4, 3);
    put(DATA_AT + EXPORTS + 24, 4, 2);
    put(DATA_AT + EXPORTS + 28, 4, DATA_RVA + EXPORT_FUNCTIONS);
    put(DATA_AT + EXPORTS + 32, 4, DATA_RVA + EXPORT_NAMES);
    put(DATA_AT + EXPORTS + 36, 4, DATA_RVA + EXPORT_ORDINALS);
    put(DATA_AT + EXPORT_FUNCTIONS, 4, TEXT_RVA);
    put(DATA_AT + EXPORT_FUNCTIONS + 4, 4, DATA_RVA + EXPORTS + 8);
    put(DATA_AT + EXPORT_FUNCTIONS + 8, 4, TEXT_RVA + 0x10);
    put(DATA_AT + EXPORT_NAMES, 4, DATA_RVA + 0x110);
    put(DATA_AT + EXPORT_NAMES + 4, 4, DATA_RVA + 0x120);
    put(DATA_AT + EXPORT_ORDINALS, 2, 0);
    put(DATA_AT + EXPORT_ORDINALS + 2, 2, 2);
    put_text(DATA_AT + 0x110, "WSPStartup");
    put_text(DATA_AT + 0x120, "Other");
    put(DATA_AT + TLS, 8, BASE + DATA_RVA + 0x180);
    put(DATA_AT + TLS + 8, 8, BASE + DATA_RVA + 0x190);
    put(DATA_AT + TLS + 16, 8, BASE + DATA_RVA + 0x1a0);
    put(DATA_AT + TLS + 24, 8, BASE + DATA_RVA + TLS_CALLBACKS);
    put(DATA_AT + TLS + 32, 4, 8);
    put(DATA_AT + TLS_CALLBACKS, 8, BASE + TEXT_RVA);
    put(DATA_AT + POINTER, 8, BASE + TEXT_RVA);
    put(RELOC_AT, 4, DATA_RVA);
    put(RELOC_AT + 4, 4, 12);
    put(RELOC_AT + 8, 2, 0xa000 | POINTER);
}

/* ---- Reading ---- */

static char error[200];

/* Reads bytes from a block of exactly that size, so that ASan sees a byte too
 * far, and looks at all that was found. */
static bool read_exactly(const unsigned char *bytes, size_t size_bytes)
{
    unsigned char *copy = malloc(size_bytes == 0 ? 1 : size_bytes);
    assert_non_null(copy);
    memcpy(copy, bytes, size_bytes);
    struct sim_pe pe;
    memset(error, 0, sizeof error);
    bool is_fine = sim_pe_open(copy, size_bytes, &pe, error, sizeof error);
    uint64_t sum = 0;
    if (is_fine) {
        assert_int_equal(error[0], '\0');
        assert_true(pe.entry_rva < pe.image_bytes);
        for (uint32_t i = 0; i < pe.image_bytes; i++) {
            sum += pe.flat[i];
        }
        for (uint32_t i = 0; i < pe.import_count; i++) {
            sum += strlen(pe.imports[i].dll);
            sum += pe.imports[i].name == NULL ? 0 : strlen(pe.imports[i].name);
            assert_true(pe.imports[i].slot_rva + 8 <= pe.image_bytes);
        }
        for (uint32_t i = 0; i < pe.export_count; i++) {
            sum += pe.exports[i].name == NULL ? 0 : strlen(pe.exports[i].name);
            assert_true(pe.exports[i].rva < pe.image_bytes);
        }
        for (uint32_t i = 0; i < pe.relocation_count; i++) {
            assert_true(pe.relocations[i] + 8 <= pe.image_bytes);
        }
        assert_true(pe.tls_rva + pe.tls_bytes <= pe.image_bytes);
        assert_true(pe.symbols_at + 18ULL * pe.symbol_count <= size_bytes);
        assert_true(sum > 0);
    } else {
        assert_true(strlen(error) > 0 && strlen(error) + 1 < sizeof error);
        assert_null(strchr(error, '\n'));
    }
    sim_pe_close(&pe);
    free(copy);
    return is_fine;
}

static void assert_refused(const char *because)
{
    assert_false(read_exactly(file, sizeof file));
    if (strstr(error, because) == NULL) {
        print_error("\"%s\" is not about \"%s\"\n", error, because);
    }
    assert_non_null(strstr(error, because));
}

/* What a provider needs to be hosted is found where the file says. */
static void a_good_file_is_read(void **state)
{
    (void)state;
    build();
    struct sim_pe pe;
    assert_true(sim_pe_open(file, sizeof file, &pe, error, sizeof error));
    assert_int_equal(pe.section_count, 3);
    assert_true(pe.sections[0].is_executable);
    assert_true(pe.sections[1].is_writable);
    assert_false(pe.sections[2].is_writable);
    assert_int_equal(pe.import_count, 2);
    assert_string_equal(pe.imports[0].dll, "ws2_32.dll");
    assert_string_equal(pe.imports[0].name, "send");
    assert_int_equal(pe.imports[0].slot_rva, DATA_RVA + IMPORT_SLOTS);
    assert_null(pe.imports[1].name);
    assert_int_equal(pe.imports[1].ordinal, 115);
    assert_int_equal(pe.export_count, 3);
    assert_string_equal(pe.exports[0].name, "WSPStartup");
    assert_int_equal(pe.exports[0].ordinal, 5);
    assert_int_equal(pe.exports[0].rva, TEXT_RVA);
    assert_int_equal(pe.exports[1].rva, 0); /* a forwarder */
    assert_string_equal(pe.exports[2].name, "Other");
    assert_int_equal(pe.relocation_count, 1);
    assert_int_equal(pe.relocations[0], DATA_RVA + POINTER);
    assert_true(pe.has_tls);
    assert_int_equal(pe.tls_bytes, 16);
    assert_int_equal(pe.tls_zero_bytes, 8);
    assert_int_equal(pe.callback_count, 1);
    assert_int_equal(pe.callbacks[0], TEXT_RVA);
    sim_pe_close(&pe);
}

/* A person who points at the wrong file is told what it is. */
static void other_files_are_told_apart(void **state)
{
    (void)state;
    memset(file, 'a', sizeof file);
    assert_refused("not a PE file");
    assert_false(read_exactly(file, 0));
    build();
    put(COFF_AT, 2, 0x14c);
    assert_refused("32-bit");
    put(COFF_AT, 2, 0xaa64);
    assert_refused("ARM64");
    put(COFF_AT, 2, 0x1234);
    assert_refused("machine 0x1234");
    build();
    put(COFF_AT + 18, 2, 0x22);
    assert_refused("a program and not a DLL");
    build();
    put(OPTIONAL_AT, 2, 0x10b);
    assert_refused("not a PE32+ image");
}

struct change {
    const char *because;
    uint32_t at;
    uint32_t width;
    uint64_t value;
};

/* Each field that is out of its range is refused by name. */
static void a_field_out_of_range_is_named(void **state)
{
    (void)state;
    static const struct change changes[] = {
        { "cut off in its headers", 60, 4, 0xfffffff0 },
        { "sections; 1 to", COFF_AT + 2, 2, 0 },
        { "sections; 1 to", COFF_AT + 2, 2, 97 },
        { "not a PE32+", COFF_AT + 16, 2, 100 },
        { "cut off in its headers", COFF_AT + 16, 2, 0xffff },
        { "entry point", OPTIONAL_AT + 16, 4, 0x4000 },
        { "not to pages", OPTIONAL_AT + 32, 4, 16 },
        { "an image of", OPTIONAL_AT + 56, 4, 0 },
        { "an image of", OPTIONAL_AT + 56, 4, 0xffffffff },
        { "an image of", OPTIONAL_AT + 56, 4, 17 << 20 },
        { "headers reach", OPTIONAL_AT + 60, 4, 0xffffffff },
        { "section 2 overlaps", SECTIONS_AT + 40 + 12, 4, TEXT_RVA },
        { "not aligned", SECTIONS_AT + 40 + 12, 4, 0x2100 },
        { "section 2 reaches", SECTIONS_AT + 40 + 8, 4, 0xffffffff },
        { "section 3 overlaps", SECTIONS_AT + 40 + 8, 4, 0x1001 },
        { "beyond the file", SECTIONS_AT + 80 + 20, 4, FILE_BYTES },
        { "beyond the file", SECTIONS_AT + 80 + 20, 4, 0xffffffff },
        { "import directory", DIRECTORIES_AT + 8, 4, 0xfffffff0 },
        { "without a name", DATA_AT + IMPORTS + 12, 4, 0x7fffffff },
        { "import table", DATA_AT + IMPORTS, 4, 0x3ffc },
        { "import table", DATA_AT + IMPORTS + 16, 4, 0xfffffff8 },
        { "name of an import", DATA_AT + IMPORT_NAMES, 8, 1ULL << 62 },
        { "without a name", DATA_AT + IMPORT_NAMES, 8, DATA_RVA + 0x700 },
        { "export directory", DIRECTORIES_AT, 4, 0x3ff0 },
        { "export directory", DIRECTORIES_AT + 4, 4, 0xffffffff },
        { "export tables", DATA_AT + EXPORTS + 20, 4, 0xffffffff },
        { "export tables", DATA_AT + EXPORTS + 24, 4, 0x40000000 },
        { "export tables", DATA_AT + EXPORTS + 28, 4, 0x3ffc },
        { "an export lies", DATA_AT + EXPORT_FUNCTIONS, 4, 0x4000 },
        { "without a name", DATA_AT + EXPORT_NAMES, 4, 0xffffffff },
        { "or a function", DATA_AT + EXPORT_ORDINALS, 2, 3 },
        { "relocations lie", DIRECTORIES_AT + 40, 4, 0x3ffc },
        { "impossible size", RELOC_AT + 4, 4, 0 },
        { "impossible size", RELOC_AT + 4, 4, 0xffffffff },
        { "outside the image", RELOC_AT, 4, 0xfffff000 },
        { "below 4 GiB", RELOC_AT + 8, 2, 0x3000 },
        { "unknown kind 5", RELOC_AT + 8, 2, 0x5000 },
        { "TLS directory", DIRECTORIES_AT + 72, 4, 0x3fe0 },
        { "no sensible size", DATA_AT + TLS, 8, BASE + DATA_RVA + 0x1c0 },
        { "no sensible size", DATA_AT + TLS + 8, 8, UINT64_MAX },
        { "no sensible size", DATA_AT + TLS + 32, 4, 0xffffffff },
        { "thread-local data lies", DATA_AT + TLS + 16, 8, 0 },
        { "callbacks lie", DATA_AT + TLS + 24, 8, UINT64_MAX },
        { "a TLS callback lies", DATA_AT + TLS_CALLBACKS, 8, BASE - 1 },
    };
    for (size_t i = 0; i < LC_COUNT_OF(changes); i++) {
        build();
        put(changes[i].at, changes[i].width, changes[i].value);
        assert_refused(changes[i].because);
    }
    build();
    put_directory(DIRECTORY_RELOC, 0, 0);
    assert_true(read_exactly(file, sizeof file));
    put(COFF_AT + 18, 2, 0x2023);
    assert_refused("fixed address");
}

/* A file that was cut off anywhere is refused, and nothing behind it read. */
static void a_file_cut_off_anywhere_is_refused(void **state)
{
    (void)state;
    build();
    for (size_t size = 0; size < RELOC_AT + 0x200; size++) {
        assert_false(read_exactly(file, size));
    }
    assert_true(read_exactly(file, RELOC_AT + 0x200));
}

/* No byte of the file is trusted. */
static void any_byte_may_be_anything(void **state)
{
    (void)state;
    static const unsigned char values[] = { 0, 1, 0x7f, 0x80, 0xf0, 0xff };
    for (uint32_t at = 0; at < FILE_BYTES; at++) {
        for (size_t i = 0; i < LC_COUNT_OF(values); i++) {
            build();
            file[at] = values[i];
            (void)read_exactly(file, sizeof file);
        }
    }
    uint64_t random = 1;
    for (uint32_t turn = 0; turn < 20000; turn++) {
        build();
        for (uint32_t i = 0; i < 1 + turn % 5; i++) {
            random = random * 6364136223846793005ULL + 1442695040888963407ULL;
            uint32_t at = (uint32_t)(random >> 33) % (FILE_BYTES - 4);
            put(at, 1 + (random >> 20) % 4, random >> 24);
        }
        (void)read_exactly(file, sizeof file);
    }
}

/* Thousands of imports whose names have no end cost a bounded time. */
static void endless_texts_cost_little(void **state)
{
    (void)state;

    enum {
        BIG_BYTES = 14 << 20,
        IMPORT_COUNT = 2000,
        NAMES_RVA = 0x10000
    };

    build();
    put(OPTIONAL_AT + 56, 4, BIG_BYTES);
    put(SECTIONS_AT + 80 + 8, 4, BIG_BYTES - RELOC_RVA);
    put(SECTIONS_AT + 80 + 16, 4, BIG_BYTES - RELOC_RVA);
    put(DATA_AT + IMPORTS, 4, NAMES_RVA);
    put(DATA_AT + IMPORTS + 16, 4, NAMES_RVA);
    unsigned char *big = malloc(BIG_BYTES);
    assert_non_null(big);
    memset(big, 'a', BIG_BYTES);
    memcpy(big, file, sizeof file);
    unsigned char *names = big + RELOC_AT + (NAMES_RVA - RELOC_RVA);
    for (uint32_t i = 0; i < IMPORT_COUNT; i++) {
        uint64_t name = 0x20000 + i;
        memcpy(names + 8 * (size_t)i, &name, sizeof name);
    }
    assert_false(read_exactly(big, BIG_BYTES));
    assert_non_null(strstr(error, "without a name"));
    free(big);
}

/* The same for what a real linker made, when there is one. */
static void a_linked_file_survives_as_well(void **state)
{
    (void)state;

    enum {
        HEADER_BYTES = 1024,
        LARGE_STEP = 997
    };

    const char *folder = getenv("LC_BUILD_DIR");
    char path[512];
    (void)snprintf(
        path,
        sizeof path,
        "%s/examples/passlayer/passlayer.dll",
        folder == NULL ? "build" : folder);
    FILE *stream = fopen(path, "rb");
    if (stream == NULL) {
        skip();
    }
    static unsigned char bytes[1 << 20];
    size_t size_bytes = fread(bytes, 1, sizeof bytes, stream);
    assert_int_equal(fclose(stream), 0);
    assert_true(read_exactly(bytes, size_bytes));
    for (size_t size = 0; size < size_bytes;
         size += size < HEADER_BYTES ? 1 : LARGE_STEP) {
        (void)read_exactly(bytes, size);
        assert_true(size >= HEADER_BYTES || error[0] != '\0');
    }
    for (size_t at = 0; at < size_bytes;
         at += at < HEADER_BYTES ? 1 : LARGE_STEP) {
        unsigned char was = bytes[at];
        bytes[at] = 0xff;
        (void)read_exactly(bytes, size_bytes);
        bytes[at] = was;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_file_is_read),
        cmocka_unit_test(other_files_are_told_apart),
        cmocka_unit_test(a_field_out_of_range_is_named),
        cmocka_unit_test(a_file_cut_off_anywhere_is_refused),
        cmocka_unit_test(any_byte_may_be_anything),
        cmocka_unit_test(endless_texts_cost_little),
        cmocka_unit_test(a_linked_file_survives_as_well),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
