#include "fuzz/campaign.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    /* A chunk is so many seeds, and grows until it takes a few seconds. */
    CHUNK_FIRST = 64,
    CHUNK_MAX = 1 << 22,
    TICKS_FEW = 40, /* of the search's progress */
    TICKS_MANY = 160,
    FILE_BYTES = FUZZ_CAMPAIGN_PATH_BYTES + 256
};

static bool fail(
    struct fuzz_ledger_error *error,
    const char *what,
    const char *why)
{
    (void)
        snprintf(error->text, sizeof error->text, "%.300s: %.180s", what, why);
    return false;
}

/* ---- The folder ---- */

static bool make_folder(const char *path, struct fuzz_ledger_error *ret_error)
{
    if (mkdir(path, 0777) != 0 && errno != EEXIST) {
        return fail(ret_error, path, strerror(errno));
    }
    return true;
}

/* Whether a name is of what a campaign makes before there is a ledger. */
static bool is_own(const char *name)
{
    static const char *const own[] = { ".", "..", "findings", "lock" };
    for (size_t i = 0; i < LC_COUNT_OF(own); i++) {
        if (strcmp(name, own[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* Whether a folder is not there, or empty, or a campaign's: nothing is to be
 * put among what belongs to something else. */
static bool check_folder(
    const char *folder,
    const char *ledger,
    struct fuzz_ledger_error *ret_error)
{
    DIR *entries = opendir(folder);
    if (entries == NULL) {
        return errno == ENOENT || fail(ret_error, folder, strerror(errno));
    }
    bool is_own_folder = access(ledger, F_OK) == 0;
    const struct dirent *entry = readdir(entries);
    while (!is_own_folder && entry != NULL && is_own(entry->d_name)) {
        entry = readdir(entries);
    }
    (void)closedir(entries);
    return is_own_folder || entry == NULL ||
           fail(ret_error, folder, "neither empty nor a campaign");
}

static bool take_lock(
    struct fuzz_campaign *campaign,
    struct fuzz_ledger_error *ret_error)
{
    char path[FILE_BYTES];
    (void)snprintf(path, sizeof path, "%s/lock", campaign->folder);
    campaign->was_there = access(path, F_OK) == 0;
    campaign->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (campaign->lock < 0) {
        return fail(ret_error, path, strerror(errno));
    }
    struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    if (fcntl(campaign->lock, F_SETLK, &lock) != 0) {
        return fail(
            ret_error,
            campaign->folder,
            errno == EACCES || errno == EAGAIN
                ? "another campaign runs in this folder"
                : strerror(errno));
    }
    return true;
}

bool fuzz_campaign_open(
    const char *folder,
    struct fuzz_campaign *ret_campaign,
    struct fuzz_ledger_error *ret_error)
{
    char path[FILE_BYTES];
    char ledger[FILE_BYTES];
    memset(ret_campaign, 0, sizeof *ret_campaign);
    ret_campaign->lock = -1;
    size_t length = strlen(folder);
    if (length >= sizeof ret_campaign->folder) {
        return fail(ret_error, folder, "a path that is too long");
    }
    memcpy(ret_campaign->folder, folder, length + 1);
    (void)snprintf(path, sizeof path, "%s/findings", folder);
    (void)snprintf(ledger, sizeof ledger, "%s/ledger.sqlite", folder);
    if (!check_folder(folder, ledger, ret_error) ||
        !make_folder(folder, ret_error) || !make_folder(path, ret_error) ||
        !take_lock(ret_campaign, ret_error)) {
        return false;
    }
    struct fuzz_ledger_error why;
    ret_campaign->ledger = fuzz_ledger_open(ledger, true, &why);
    return ret_campaign->ledger != NULL || fail(ret_error, ledger, why.text);
}

void fuzz_campaign_close(struct fuzz_campaign *campaign)
{
    fuzz_ledger_close(campaign->ledger);
    campaign->ledger = NULL;
    if (campaign->lock >= 0) {
        (void)close(campaign->lock);
        campaign->lock = -1;
    }
}

/* What a ledger could not do, with where it lies. */
static bool fail_of_ledger(
    const struct fuzz_campaign *campaign,
    struct fuzz_ledger_error *error)
{
    char path[FILE_BYTES];
    const struct fuzz_ledger_error why = *error;
    (void)snprintf(path, sizeof path, "%s/ledger.sqlite", campaign->folder);
    return fail(error, path, why.text);
}

/* ---- Files of findings ---- */

struct files {
    const struct fuzz_campaign *campaign;
    struct fuzz_ledger_error error;
    bool has_failed;
};

/* Writes a file beside its place and moves it there. */
static bool write_file(const char *path, const char *text, int *ret_errno)
{
    char beside[FILE_BYTES + 8];
    (void)snprintf(beside, sizeof beside, "%s.tmp", path);
    int file = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (file < 0) {
        *ret_errno = errno;
        return false;
    }
    size_t left = strlen(text);
    bool is_good = true;
    while (left > 0 && is_good) {
        ssize_t done = write(file, text, left);
        is_good = done >= 0 || errno == EINTR;
        if (done > 0) {
            text += done;
            left -= (size_t)done;
        }
    }
    is_good = is_good && fsync(file) == 0;
    *ret_errno = errno;
    is_good = close(file) == 0 && is_good;
    if (is_good && rename(beside, path) != 0) {
        *ret_errno = errno;
        is_good = false;
    }
    if (!is_good) {
        (void)unlink(beside);
    }
    return is_good;
}

/* The ledger has the schedule; a file that is not there is made of it. */
static void make_file(struct files *files, const char *path, const char *text)
{
    int why = 0;
    if (access(path, F_OK) != 0 && !files->has_failed &&
        !write_file(path, text, &why)) {
        files->has_failed = true;
        (void)fail(&files->error, path, strerror(why));
    }
}

static void visit(void *context, const struct fuzz_ledger_finding *finding)
{
    struct files *files = context;
    char path[FILE_BYTES];
    (void)snprintf(
        path,
        sizeof path,
        "%s/findings/%s",
        files->campaign->folder,
        finding->file);
    make_file(files, path, finding->text);
}

static void visit_warning(
    void *context,
    const struct fuzz_ledger_warning *warning)
{
    struct files *files = context;
    char path[FILE_BYTES];
    (void)snprintf(path, sizeof path, "%s/warnings", files->campaign->folder);
    if (!files->has_failed && !make_folder(path, &files->error)) {
        files->has_failed = true;
        return;
    }
    (void)snprintf(
        path,
        sizeof path,
        "%s/warnings/%s.lc",
        files->campaign->folder,
        warning->rule);
    make_file(files, path, warning->text);
}

static bool write_files(
    struct fuzz_campaign *campaign,
    struct fuzz_ledger_error *ret_error)
{
    struct files files = { .campaign = campaign };
    if (!fuzz_ledger_findings(campaign->ledger, visit, &files, ret_error) ||
        !fuzz_ledger_warnings(
            campaign->ledger,
            visit_warning,
            &files,
            ret_error)) {
        return fail_of_ledger(campaign, ret_error);
    }
    if (files.has_failed) {
        *ret_error = files.error;
    }
    return !files.has_failed;
}

/* ---- The search ---- */

struct watch {
    struct fuzz_campaign *campaign;
    /* Of the next chunk: one that found more kinds than a search has room for
     * is played again up to the first of these. 0: no such end. */
    uint64_t end_seed;
    const struct fuzz_campaign_options *options;
    struct fuzz_ledger_totals before; /* of all chunks that are committed */
    uint32_t ticks;                   /* in this chunk */
    uint32_t new_count; /* findings of this chunk that no earlier one had */
    bool is_asked;      /* to stop, by the user of the campaign */
};

static void on_progress(void *context, const struct fuzz_search_totals *totals)
{
    struct watch *watch = context;
    struct fuzz_ledger_totals now = watch->before;
    watch->ticks++;
    now.schedules += totals->schedules;
    now.records += totals->records;
    now.virtual_ns += totals->virtual_ns;
    now.unspecified += totals->unspecified;
    now.finding_count += watch->new_count;
    if (totals->rules_exercised > now.rules_exercised) {
        now.rules_exercised = totals->rules_exercised;
    }
    if (watch->options->progress != NULL) {
        watch->options->progress(watch->options->context, &now);
    }
}

static bool on_stop(void *context)
{
    struct watch *watch = context;
    const struct fuzz_search_options *search = watch->options->search;
    watch->is_asked |= search->stop != NULL && search->stop(search->context);
    return watch->is_asked;
}

static void on_found(void *context, const struct fuzz_finding *finding)
{
    struct watch *watch = context;
    bool is_known = fuzz_ledger_knows(
        watch->campaign->ledger,
        fuzz_finding_key_of(finding));
    watch->new_count += !is_known;
    if (watch->options->found != NULL && !is_known) {
        watch->options->found(watch->options->context, finding);
    }
}

static uint64_t next_chunk(uint64_t chunk, uint32_t ticks)
{
    if (ticks < TICKS_FEW && chunk < CHUNK_MAX) {
        return chunk * 2;
    }
    return ticks > TICKS_MANY && chunk > FUZZ_SAMPLER_GROUP ? chunk / 2 : chunk;
}

static uint64_t first_seed(const struct watch *watch)
{
    return watch->before.chunk_count > 0 ? watch->before.next_seed
                                         : watch->options->seed;
}

static bool add_up(struct watch *watch, struct fuzz_ledger_error *ret_error)
{
    const struct fuzz_campaign *campaign = watch->campaign;
    return fuzz_ledger_sum(campaign->ledger, &watch->before, ret_error) ||
           fail_of_ledger(campaign, ret_error);
}

/* What a chunk has found and the ledger has not is not to be lost. */
static void show_unsaved(
    const struct watch *watch,
    const struct fuzz_search_result *result)
{
    for (uint32_t i = 0; i < result->totals.finding_count; i++) {
        const struct fuzz_finding *finding = &result->findings[i];
        if (watch->options->unsaved != NULL &&
            !fuzz_ledger_knows(
                watch->campaign->ledger,
                fuzz_finding_key_of(finding))) {
            watch->options->unsaved(watch->options->context, finding);
        }
    }
}

/* Plays the seeds of one chunk and commits what came of them. */
static bool play_chunk(
    struct fuzz_campaign *campaign,
    struct watch *watch,
    uint64_t count,
    struct fuzz_ledger_error *ret_error)
{
    static struct fuzz_search_result result;
    static uint64_t keys[FUZZ_KNOWN_MAX];
    struct fuzz_search_options search = *watch->options->search;
    struct sim_error why;
    search.seed = first_seed(watch);
    search.count = count;
    search.known = keys;
    search.known_count = fuzz_ledger_keys(campaign->ledger, keys);
    search.progress = on_progress;
    search.stop = on_stop;
    search.found = on_found;
    search.context = watch;
    watch->ticks = 0;
    watch->new_count = 0;
    if (fuzz_search(&search, &result, &why) != SIM_OK) {
        (void)snprintf(ret_error->text, sizeof ret_error->text, "%s", why.text);
        return false;
    }
    if (result.totals.next_seed == search.seed) {
        return true; /* nothing was played */
    }
    bool is_full = result.totals.left_out_count > 0;
    watch->end_seed = is_full ? result.totals.left_out_seed : 0;
    struct fuzz_ledger_chunk chunk = {
        .seed = search.seed,
        .keys = keys,
        .key_count = search.known_count,
        .result = &result,
        .is_partial = is_full || result.totals.is_cut,
    };
    if (!fuzz_ledger_commit(campaign->ledger, &chunk, ret_error)) {
        show_unsaved(watch, &result);
        return fail_of_ledger(campaign, ret_error);
    }
    bool has_none =
        result.totals.finding_count == 0 && result.warnings.schedules == 0;
    return has_none || write_files(campaign, ret_error);
}

bool fuzz_campaign_run(
    struct fuzz_campaign *campaign,
    const struct fuzz_campaign_options *options,
    struct fuzz_ledger_totals *ret_totals,
    struct fuzz_ledger_error *ret_error)
{
    LC_CHECK(campaign->ledger != NULL);
    struct watch watch = { .campaign = campaign, .options = options };
    uint64_t chunk = CHUNK_FIRST;
    if (!write_files(campaign, ret_error) || !add_up(&watch, ret_error)) {
        return false;
    }
    while (!watch.is_asked && watch.before.schedules < options->schedules) {
        uint64_t left = options->schedules - watch.before.schedules;
        uint64_t count = left < chunk ? left : chunk;
        if (watch.end_seed != 0) {
            count = watch.end_seed - first_seed(&watch);
        }
        if (!play_chunk(campaign, &watch, count, ret_error) ||
            !add_up(&watch, ret_error)) {
            return false;
        }
        chunk = next_chunk(chunk, watch.ticks);
        (void)on_stop(&watch);
    }
    *ret_totals = watch.before;
    return true;
}
