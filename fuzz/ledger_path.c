#include "fuzz/ledger_path.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    PATH_BYTES = 4096,
    URI_BYTES = 3 * PATH_BYTES
};

/* Whether a log with something in it lies beside a base. */
static bool has_log(const char *path)
{
    char name[PATH_BYTES];
    struct stat status = { 0 };
    int length = snprintf(name, sizeof name, "%s-wal", path);
    return length < 0 || length >= PATH_BYTES ||
           (stat(name, &status) == 0 && status.st_size > 0);
}

static bool can_write_beside(const char *path)
{
    char folder[PATH_BYTES];
    const char *slash = strrchr(path, '/');
    int length = slash == NULL ? snprintf(folder, sizeof folder, ".")
                               : snprintf(
                                     folder,
                                     sizeof folder,
                                     "%.*s/",
                                     (int)(slash - path),
                                     path);
    return length < 0 || length >= PATH_BYTES || access(folder, W_OK) == 0;
}

/* A path as a URI with a parameter. Returns whether it fits. */
static bool make_uri(const char *path, char ret_uri[URI_BYTES])
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789/._-";
    size_t at = (size_t)snprintf(ret_uri, URI_BYTES, "file:");
    for (const char *c = path; *c != '\0'; c++) {
        if (at + sizeof "%00?immutable=1" > URI_BYTES) {
            return false;
        }
        at += (size_t)snprintf(
            ret_uri + at,
            URI_BYTES - at,
            strchr(plain, *c) != NULL ? "%c" : "%%%02x",
            (unsigned char)*c);
    }
    (void)snprintf(ret_uri + at, URI_BYTES - at, "?immutable=1");
    return true;
}

/*
 * A base in WAL mode wants to make files beside it, even to be read. Where no
 * file can be made and no log lies there, nobody is writing: all of it is in
 * the one file, and `immutable` says that it stays so.
 */
static bool open_to_read(const char *path, sqlite3 **ret_base)
{
    char uri[URI_BYTES];
    bool is_still =
        !can_write_beside(path) && !has_log(path) && make_uri(path, uri);
    return sqlite3_open_v2(
               is_still ? uri : path,
               ret_base,
               SQLITE_OPEN_READONLY | (is_still ? SQLITE_OPEN_URI : 0),
               NULL) == SQLITE_OK;
}

static bool open_to_write(const char *path, sqlite3 **ret_base)
{
    return sqlite3_open_v2(
               path,
               ret_base,
               SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
               NULL) == SQLITE_OK;
}

bool fuzz_ledger_path_open(
    const char *path,
    bool may_make,
    struct sqlite3 **ret_base)
{
    return may_make ? open_to_write(path, ret_base)
                    : open_to_read(path, ret_base);
}
