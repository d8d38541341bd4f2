/* DOC: The simulator is a backend whose kernel is a JSON file. The file is read into a host that behaves as
 * the system that it names; ops change that host in memory, and an edit of the file replaces it. Faults that
 * the file asks for are counted here. docs/simulator.md is the manual. */
#include "apply.h"
#include "backend.h"
#include "common/capability_bsd.h"
#include "common/capability_linux.h"
#include "common/capability_windows.h"
#include "common/describe.h"
#include "core/json_position.h"
#include "filter.h"
#include "load.h"
#include "sim_endpoint.h"
#include "watch.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

extern const struct mh_backend mh_backend_sim;

enum { FILE_LIMIT = 64 * 1024 * 1024, ALL_SECTIONS = (1 << MH_SECTION_COUNT) - 1 };

/* How often what a fault may hit has happened since the file was read. */
struct counts {
    uint32_t ops[MH_OP_KIND_COUNT];
    uint32_t reads[MH_SECTION_COUNT + 1]; /* the last: readings of everything */
    uint32_t changes;
};

struct sim {
    struct mh_platform base; /* first */
    char *file, *text;
    size_t length;
    struct sim_host *host;
    uv_mutex_t lock;                           /* of `host`, for those who read it on other threads */
    struct mh_identity identity;               /* never changes: any thread reads it */
    const struct sim_personality *personality; /* likewise */
    struct mh_incarnation incarnation;         /* likewise */
    struct counts counts;
    struct sim_watch *watch;
    mh_wake wake;
    void *context;
    bool check_file; /* the file may have changed */
    unsigned dirty;  /* sections that have to be fed: 1 << enum mh_section */
};

static struct sim *sim_of(struct mh_platform *platform)
{
    return (struct sim *)platform;
}

static const struct sim *sim_of_const(const struct mh_platform *platform)
{
    return (const struct sim *)platform;
}

/* ---- the file -------------------------------------------------------------------------------------- */

static enum mh_error fail_unreadable(const struct sim *sim, const struct mh_failure *why,
                                     struct mh_failure *failure)
{
    const char *got = why->native_name[0] != '\0' ? why->native_name : mh_error_text(why->code);
    return mh_fail(failure, MH_INVALID, "%s:1:1: cannot be read (expected a file of at most 64 MiB, got: %s)",
                   sim->file, got);
}

/* The names of tables and the like were given out already. */
static enum mh_error fail_other_system(const struct sim *sim, const char *text, size_t length,
                                       const struct sim_host *host, struct mh_failure *failure)
{
    unsigned line = 1, column = 1;
    (void)mh_json_position(text, length, "/system", false, &line, &column);
    return mh_fail(failure, MH_INVALID,
                   "%s:%u:%u: a running host cannot become another (expected %s, got %s)", sim->file, line,
                   column, sim->personality->title, host->personality->title);
}

static enum mh_error load_text(const struct sim *sim, const char *text, size_t length, struct sim_host **host,
                               struct mh_failure *failure)
{
    enum mh_error error = sim_load(sim->file, text, length, host, failure);
    if (error != MH_OK || sim->personality == NULL || (*host)->personality == sim->personality)
        return error;
    error = fail_other_system(sim, text, length, *host, failure);
    sim_host_free(*host);
    return error;
}

/* Only the loop's thread does this, and reads without the lock. */
static void replace_host(struct sim *sim, struct sim_host *host)
{
    struct sim_host *before = sim->host;
    uv_mutex_lock(&sim->lock);
    sim->host = host;
    uv_mutex_unlock(&sim->lock);
    sim_host_free(before);
}

static void take_host(struct sim *sim, struct sim_host *host, char *text, size_t length)
{
    sim->dirty |= sim->host != NULL ? sim_host_differences(sim->host, host) : ALL_SECTIONS;
    replace_host(sim, host);
    free(sim->text);
    sim->text = text;
    sim->length = length;
    sim->counts = (struct counts){0};
}

/* Reads the file if its bytes are not those that were read before. On failure everything stays as it was. */
static enum mh_error load_file(struct sim *sim, struct mh_failure *failure)
{
    struct mh_failure why;
    char *text;
    size_t length;
    struct sim_host *host;
    if (mh_file_read(sim->file, FILE_LIMIT, &text, &length, &why) != MH_OK)
        return fail_unreadable(sim, &why, failure);
    if (sim->host != NULL && sim->length == length && memcmp(sim->text, text, length) == 0) {
        free(text);
        return MH_OK;
    }
    enum mh_error error = load_text(sim, text, length, &host, failure);
    if (error != MH_OK) {
        free(text);
        return error;
    }
    take_host(sim, host, text, length);
    return MH_OK;
}

/* ---- open and close -------------------------------------------------------------------------------- */

static void sim_close(struct mh_platform *platform)
{
    struct sim *sim = sim_of(platform);
    sim_watch_stop(sim->watch);
    sim_host_free(sim->host);
    uv_mutex_destroy(&sim->lock);
    free(sim->text);
    free(sim->file);
    free(sim);
}

static void identify(struct sim *sim)
{
    struct mh_identity *identity = &sim->identity;
    const struct sim_host *host = sim->host;
    sim->personality = host->personality;
    identity->dialect = sim->personality->dialect;
    (void)snprintf(identity->backend, sizeof identity->backend, "sim");
    (void)snprintf(identity->system, sizeof identity->system, "%s%s%s (simulated)", sim->personality->title,
                   host->release[0] != '\0' ? " " : "", host->release);
    (void)snprintf(identity->hostname, sizeof identity->hostname, "%s", host->hostname);
}

/* What ops did to the host is gone when it is closed: as after a boot. */
static void be_born(struct sim *sim)
{
    uint64_t number;
    if (!mh_random(&number, sizeof number))
        number = (uint64_t)mh_clock_wall();
    (void)snprintf(sim->incarnation.boot, sizeof sim->incarnation.boot, "sim-%016" PRIx64, number);
    (void)snprintf(sim->incarnation.space, sizeof sim->incarnation.space, "sim");
}

static enum mh_error sim_open(const char *argument, struct mh_platform **platform, struct mh_failure *failure)
{
    if (argument == NULL || argument[0] == '\0')
        return mh_fail(failure, MH_INVALID, "the simulator needs a host file: sim:FILE");
    size_t size = strlen(argument) + 1;
    struct sim *sim = calloc(1, sizeof *sim);
    if (sim == NULL || (sim->file = malloc(size)) == NULL) {
        free(sim);
        return mh_fail(failure, MH_NO_MEMORY, "out of memory");
    }
    if (uv_mutex_init(&sim->lock) != 0) {
        free(sim->file);
        free(sim);
        return mh_fail(failure, MH_NO_MEMORY, "no mutex can be had");
    }
    memcpy(sim->file, argument, size);
    sim->base.backend = &mh_backend_sim;
    enum mh_error error = load_file(sim, failure);
    if (sim->host == NULL) {
        sim_close(&sim->base);
        return error;
    }
    identify(sim);
    be_born(sim);
    *platform = &sim->base;
    return MH_OK;
}

/* ---- faults ---------------------------------------------------------------------------------------- */

/* `which`: an op's kind or a section; nothing for changes. */
static const struct sim_fault *find_fault(const struct sim *sim, enum sim_fault_kind kind, unsigned which,
                                          uint32_t count)
{
    const struct sim_fault *faults = mh_list_items(sim->host->faults);
    for (size_t i = 0; i < mh_list_count(sim->host->faults); i++) {
        const struct sim_fault *fault = &faults[i];
        bool is_that = kind == SIM_FAULT_CHANGES || (kind == SIM_FAULT_OP && fault->op == which) ||
                       (kind == SIM_FAULT_READ && fault->section == which);
        if (fault->kind == kind && is_that && fault->at == count)
            return fault;
    }
    return NULL;
}

static enum mh_error fail_lost(struct mh_failure *failure)
{
    return mh_fail(failure, MH_LOST, "the host file says that data is lost here");
}

/* ---- observe --------------------------------------------------------------------------------------- */

static bool is_pending(const struct sim *sim)
{
    return sim->check_file || sim->dirty != 0;
}

static enum mh_error read_section(struct sim *sim, enum mh_section section, const struct mh_feed *feed,
                                  struct mh_failure *failure)
{
    if (find_fault(sim, SIM_FAULT_READ, section, ++sim->counts.reads[section]) != NULL) {
        enum mh_error error = feed->begin(feed->context, section);
        return error == MH_OK ? fail_lost(failure) : error;
    }
    enum mh_error error = sim_host_feed(sim->host, section, feed);
    return error == MH_OK ? MH_OK : mh_fail(failure, error, "%s", mh_error_text(error));
}

/* A file that is broken at this moment does not stop the reading; read_changes reports it. */
static enum mh_error sim_read_all(struct mh_platform *platform, const struct mh_feed *feed,
                                  struct mh_failure *failure)
{
    struct sim *sim = sim_of(platform);
    sim->check_file = load_file(sim, NULL) != MH_OK;
    if (find_fault(sim, SIM_FAULT_READ, MH_SECTION_COUNT, ++sim->counts.reads[MH_SECTION_COUNT]) != NULL)
        return fail_lost(failure);
    for (unsigned section = 0; section < MH_SECTION_COUNT; section++) {
        enum mh_error error = read_section(sim, (enum mh_section)section, feed, failure);
        if (error != MH_OK)
            return error;
        sim->dirty &= ~(1U << section);
    }
    if (is_pending(sim))
        sim_watch_poke(sim->watch);
    return MH_OK;
}

static enum mh_error sim_read_changes(struct mh_platform *platform, const struct mh_feed *feed,
                                      struct mh_failure *failure)
{
    struct sim *sim = sim_of(platform);
    bool must_check = sim->check_file;
    sim->check_file = false;
    enum mh_error error = must_check ? load_file(sim, failure) : MH_OK;
    if (error != MH_OK || sim->dirty == 0)
        return error;
    if (find_fault(sim, SIM_FAULT_CHANGES, 0, ++sim->counts.changes) != NULL)
        return fail_lost(failure);
    for (unsigned section = 0; section < MH_SECTION_COUNT; section++) {
        if (!(sim->dirty & 1U << section))
            continue;
        error = sim_host_feed(sim->host, (enum mh_section)section, feed);
        if (error != MH_OK)
            return mh_fail(failure, error, "%s", mh_error_text(error));
        sim->dirty &= ~(1U << section);
    }
    return MH_OK;
}

static void file_changed(void *context)
{
    struct sim *sim = context;
    sim->check_file = true;
    sim->wake(sim->context);
    if (is_pending(sim))
        sim_watch_poke(sim->watch);
}

/* As long as something waits the reader is woken again. */
static void due(void *context)
{
    struct sim *sim = context;
    if (!is_pending(sim))
        return;
    sim->wake(sim->context);
    if (is_pending(sim))
        sim_watch_poke(sim->watch);
}

/* What was written before the watch began is found by read_all, which looks at the file. */
static enum mh_error sim_watch(struct mh_platform *platform, struct uv_loop_s *loop, mh_wake wake,
                               void *context, struct mh_failure *failure)
{
    struct sim *sim = sim_of(platform);
    if (sim->watch != NULL)
        return mh_fail(failure, MH_BUSY, "the host file is watched already");
    sim->wake = wake;
    sim->context = context;
    const struct sim_watch_events events = {file_changed, due, sim};
    return sim_watch_start(loop, sim->file, &events, &sim->watch, failure);
}

/* ---- act ------------------------------------------------------------------------------------------- */

static enum mh_error apply_and_compare(struct sim *sim, const struct mh_op *op, struct mh_failure *failure)
{
    struct sim_host *changed;
    enum mh_error error = sim_apply(sim->host, op, &changed, failure);
    if (error != MH_OK)
        return error;
    sim->dirty |= sim_host_differences(sim->host, changed);
    replace_host(sim, changed);
    return MH_OK;
}

static enum mh_error sim_apply_op(struct mh_platform *platform, const struct mh_op *op,
                                  struct mh_failure *failure)
{
    struct sim *sim = sim_of(platform);
    if ((unsigned)op->kind >= MH_OP_KIND_COUNT)
        return mh_fail(failure, MH_UNSUPPORTED, "the simulator does not know this operation");
    const struct sim_fault *fault = find_fault(sim, SIM_FAULT_OP, op->kind, ++sim->counts.ops[op->kind]);
    if (fault != NULL)
        return sim_fail_native(fault->native, failure, "the host file says that this operation fails");
    enum mh_error error = apply_and_compare(sim, op, failure);
    if (is_pending(sim))
        sim_watch_poke(sim->watch);
    return error;
}

static enum mh_error sim_apply_all(struct mh_platform *platform, const struct mh_op *ops, size_t count,
                                   size_t *applied, struct mh_failure *failure)
{
    enum mh_error error = MH_OK;
    for (*applied = 0; *applied < count && error == MH_OK; *applied += error == MH_OK)
        error = sim_apply_op(platform, &ops[*applied], failure);
    return error;
}

static const char *sim_describe(const struct mh_platform *platform, const struct mh_snapshot *snapshot,
                                const struct mh_op *op, char *text, size_t size)
{
    return mh_describe(sim_of_const(platform)->personality->describe, snapshot, op, text, size);
}

/* ---- tell ------------------------------------------------------------------------------------------ */

static void sim_identity(const struct mh_platform *platform, struct mh_identity *identity)
{
    *identity = sim_of_const(platform)->identity;
}

static const struct mh_capability *sim_capabilities(const struct mh_platform *platform)
{
    const struct sim *sim = sim_of_const(platform);
    if (sim->identity.dialect == MH_DIALECT_LINUX)
        return mh_linux_capabilities;
    const char *release = sim->personality == &sim_freebsd_13 ? "13" : "";
    const struct mh_capability *bsd = mh_bsd_capability_rows(sim->identity.dialect, release);
    return bsd != NULL ? bsd : mh_windows_capability_rows;
}

static const char *sim_table_name(const struct mh_platform *platform, uint32_t table, char word[MH_WORD_SIZE])
{
    return sim_word_format(sim_of_const(platform)->personality->tables, table, word);
}

static const char *sim_protocol_name(const struct mh_platform *platform, uint8_t protocol,
                                     char word[MH_WORD_SIZE])
{
    return sim_word_format(sim_of_const(platform)->personality->protocols, protocol, word);
}

static bool sim_table_number(const struct mh_platform *platform, const char *word, uint32_t *table)
{
    return sim_word_parse(sim_of_const(platform)->personality->tables, word, table);
}

static void sim_incarnation(const struct mh_platform *platform, struct mh_incarnation *incarnation)
{
    *incarnation = sim_of_const(platform)->incarnation;
}

static enum mh_error sim_ask(struct mh_platform *platform, const struct mh_question *question,
                             struct mh_kernel_answer *answer, struct mh_failure *failure)
{
    (void)platform;
    (void)question;
    (void)answer;
    return mh_fail(failure, MH_UNSUPPORTED, "a simulated host has no kernel to ask");
}

/* Everything that changes here is told. */
static void sim_doubt(struct mh_platform *platform, enum mh_section section)
{
    (void)platform;
    (void)section;
}

/* Whoever edits the host's file is whom it names. */
static void sim_culprit(struct mh_platform *platform, const struct mh_op *op, struct mh_culprit *culprit)
{
    (void)op;
    *culprit = ((const struct sim *)platform)->host->culprit;
    if (culprit->pid == 0)
        culprit->unknown = "the host file names nobody";
}

static enum mh_error sim_filter(struct mh_platform *platform, struct mh_filter **filter,
                                struct mh_failure *failure)
{
    struct sim *sim = sim_of(platform);
    uv_mutex_lock(&sim->lock);
    enum mh_error error = sim_filter_make(sim->host, filter, failure);
    uv_mutex_unlock(&sim->lock);
    return error;
}

static enum mh_error list_endpoints(struct mh_platform *platform, unsigned states,
                                    struct mh_endpoints *endpoints, struct mh_failure *failure)
{
    return sim_endpoints_list(sim_of(platform)->host, states, endpoints, failure);
}

static void name_holders(struct mh_platform *platform, struct mh_endpoint *endpoints, size_t count)
{
    (void)platform;
    sim_endpoints_holders(endpoints, count);
}

/* Whoever asks, it is who the file says: the processes of the file are not those of this machine. */
static void mark_ancestry(struct mh_platform *platform, uint32_t pid, struct mh_endpoint *endpoints,
                          size_t count)
{
    (void)pid;
    sim_endpoints_ancestry(sim_of(platform)->host, endpoints, count);
}

const struct mh_backend mh_backend_sim = {
    .name = "sim",
    .open = sim_open,
    .close = sim_close,
    .read_all = sim_read_all,
    .watch = sim_watch,
    .read_changes = sim_read_changes,
    .doubt = sim_doubt,
    .culprit = sim_culprit,
    .ask = sim_ask,
    .filter = sim_filter,
    .endpoints = list_endpoints,
    .endpoint_holders = name_holders,
    .endpoint_ancestry = mark_ancestry,
    .apply = sim_apply_op,
    .apply_all = sim_apply_all,
    .describe = sim_describe,
    .identity = sim_identity,
    .capabilities = sim_capabilities,
    .table_name = sim_table_name,
    .protocol_name = sim_protocol_name,
    .table_number = sim_table_number,
    .incarnation = sim_incarnation,
};
