#include "tools/resume.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/personality.h>
#include <unistd.h>

#include "tools/output.h"

enum {
    PIECE_BYTES = 1 << 16
};

#define THIS_PROGRAM "/proc/self/exe"

bool tool_resume_fix_addresses(char **argv)
{
    const unsigned long asks = 0xffffffffUL;
    int flags = personality(asks);
    if (flags != -1 && (flags & ADDR_NO_RANDOMIZE) != 0) {
        return true;
    }
    if (flags == -1 ||
        personality((unsigned long)flags | ADDR_NO_RANDOMIZE) == -1 ||
        (personality(asks) & ADDR_NO_RANDOMIZE) == 0) {
        tool_output_error(
            "--state: this system does not let a program have fixed addresses");
        return false;
    }
    (void)execv(THIS_PROGRAM, argv);
    tool_output_error("--state: %s: %s", THIS_PROGRAM, strerror(errno));
    return false;
}

void tool_resume_add(
    struct sim_state_key *identity,
    const void *bytes,
    size_t size_bytes)
{
    *identity = sim_copy_hash(*identity, bytes, size_bytes);
}

bool tool_resume_add_file(struct sim_state_key *identity, const char *path)
{
    static unsigned char bytes[PIECE_BYTES];
    FILE *file = fopen(path, "rb");
    size_t read_bytes = 1;
    while (file != NULL && read_bytes > 0) {
        read_bytes = fread(bytes, 1, sizeof bytes, file);
        tool_resume_add(identity, bytes, read_bytes);
    }
    bool is_good = file != NULL && ferror(file) == 0;
    if (!is_good) {
        tool_output_error("%s: %s", path, strerror(errno));
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return is_good;
}
