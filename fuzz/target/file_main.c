/* No engine: plays the files and folders that are named, one by one. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/compact.h"
#include "fuzz/target/lifecycle.h"
#include "fuzz/text.h"

static int play_file(const char *path)
{
    static uint8_t bytes[FUZZ_TEXT_SIZE_MAX];
    static uint8_t compact[FUZZ_COMPACT_SIZE_MAX];
    static struct lc_schedule schedule;
    struct fuzz_text_error error;
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        (void)fprintf(stderr, "%s: can't be opened\n", path);
        return 0;
    }
    size_t size = fread(bytes, 1, sizeof bytes, file);
    (void)fclose(file);
    const uint8_t *data = bytes;
    if (fuzz_text_parse((const char *)bytes, size, &schedule, &error)) {
        size = fuzz_compact_encode(&schedule, compact, sizeof compact);
        data = compact;
    }
    (void)LLVMFuzzerTestOneInput(data, size);
    return 1;
}

static int play_folder(const char *path)
{
    DIR *folder = opendir(path);
    int count = 0;
    if (folder == NULL) {
        return -1;
    }
    const struct dirent *entry;
    while ((entry = readdir(folder)) != NULL) {
        char name[4096];
        int length = snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        if (entry->d_name[0] != '.' && length > 0 &&
            (size_t)length < sizeof name) {
            count += play_file(name);
        }
    }
    (void)closedir(folder);
    return count;
}

int main(int argc, char **argv)
{
    int count = 0;
    for (int i = 1; i < argc; i++) {
        int played = play_folder(argv[i]);
        count += played >= 0 ? played : play_file(argv[i]);
    }
    (void)printf("%d inputs played\n", count);
    return count > 0 ? 0 : 2;
}
