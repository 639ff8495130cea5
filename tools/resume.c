#include "tools/resume.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/personality.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/output.h"

enum {
    PIECE_BYTES = 1 << 16,
    LOCK_TRIES = 100 /* each time another has just come and gone */
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

/* Whether the file that was opened and locked is still the one at its path:
 * who held it may have taken it away in between. */
static bool is_at(const char *path, int file)
{
    struct stat opened = { 0 };
    struct stat named = { 0 };
    return fstat(file, &opened) == 0 && stat(path, &named) == 0 &&
           opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

/* What came of taking a lock. */
enum taken {
    TAKEN = 0,
    TAKEN_AWAY = 1, /* the file is another one by now */
    TAKEN_BY_OTHER = 2,
    TAKEN_NOT = 3 /* see errno */
};

static enum taken take(struct tool_resume_lock *lock)
{
    lock->file = open(lock->path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (lock->file < 0) {
        return TAKEN_NOT;
    }
    enum taken taken = TAKEN;
    if (flock(lock->file, LOCK_EX | LOCK_NB) != 0) {
        taken = errno == EWOULDBLOCK ? TAKEN_BY_OTHER : TAKEN_NOT;
    } else if (!is_at(lock->path, lock->file)) {
        taken = TAKEN_AWAY;
    }
    if (taken != TAKEN) {
        int why = errno;
        (void)close(lock->file);
        errno = why;
    }
    return taken;
}

bool tool_resume_lock(const char *path, struct tool_resume_lock *ret_lock)
{
    struct tool_resume_lock lock = { 0 };
    int length = snprintf(lock.path, sizeof lock.path, "%s.lock", path);
    if (length < 0 || (size_t)length >= sizeof lock.path) {
        tool_output_error("--state: %s: a path that is too long", path);
        return false;
    }
    enum taken taken = TAKEN_AWAY;
    for (uint32_t i = 0; i < LOCK_TRIES && taken == TAKEN_AWAY; i++) {
        taken = take(&lock);
    }
    if (taken == TAKEN_NOT) {
        tool_output_error("--state: %s: %s", lock.path, strerror(errno));
    } else if (taken != TAKEN) {
        tool_output_error(
            "--state: %s: another exploration keeps its state there",
            path);
    } else {
        *ret_lock = lock;
    }
    return taken == TAKEN;
}

void tool_resume_unlock(struct tool_resume_lock *lock)
{
    (void)unlink(lock->path); /* while it is locked: see is_at() */
    (void)close(lock->file);
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
