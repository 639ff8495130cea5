/*
 * The target without an engine: plays the files that are named, and those in
 * the folders that are named, in the order of their names. For regressions.
 * Schedules as text are turned into bytes first.
 */
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fuzz/compact.h"
#include "fuzz/target/lifecycle.h"
#include "fuzz/text.h"

enum {
    INPUT_MAX = 1 << 20,
    PATH_BYTES = 4096
};

static bool play_file(const char *path)
{
    static uint8_t bytes[INPUT_MAX];
    static struct lc_schedule schedule;
    struct fuzz_text_error error;
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        (void)fprintf(stderr, "%s: can't be opened\n", path);
        return false;
    }
    size_t size_bytes = fread(bytes, 1, sizeof bytes, file);
    (void)fclose(file);
    (void)fprintf(stderr, "%s: %zu bytes\n", path, size_bytes);
    if (fuzz_text_parse((const char *)bytes, size_bytes, &schedule, &error)) {
        size_bytes = fuzz_compact_encode(&schedule, bytes, sizeof bytes);
    }
    (void)LLVMFuzzerTestOneInput(bytes, size_bytes);
    return true;
}

static bool play_folder(const char *path)
{
    struct dirent **entries = NULL;
    int count = scandir(path, &entries, NULL, alphasort);
    bool is_good = count >= 0;
    for (int i = 0; i < count; i++) {
        char inside[PATH_BYTES];
        int length =
            snprintf(inside, sizeof inside, "%s/%s", path, entries[i]->d_name);
        if (entries[i]->d_name[0] != '.' && length > 0 &&
            (size_t)length < sizeof inside) {
            is_good &= play_file(inside);
        }
        free(entries[i]);
    }
    free(entries);
    return is_good;
}

int main(int argc, char **argv)
{
    bool is_good = true;
    for (int i = 1; i < argc; i++) {
        struct stat status;
        bool is_folder = stat(argv[i], &status) == 0 && S_ISDIR(status.st_mode);
        is_good &= is_folder ? play_folder(argv[i]) : play_file(argv[i]);
    }
    return is_good ? 0 : 2;
}
