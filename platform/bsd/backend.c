/* DOC: The BSD backend observes through routing sockets (route(4)) and sysctl(3). All its system calls go
 * through a table (calls.h): `bsd:LAYOUT,calls=unix:PATH` forwards them to another machine's kernel, or to
 * one in memory; `bsd:LAYOUT` makes them here, on a BSD. LAYOUT says how that kernel's messages look
 * (`rtmsg-dump --list`); without it the kernel's own words for its system, release and machine decide.
 * Rules, and tables that they lead to, are kept in an anchor of pf (anchor.h). */
#include "anchor.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KERN_HOSTNAME = 10 }; /* <sys/sysctl.h>, alike on all */

static const char *const system_names[] = {
    [MH_RT_FREEBSD] = "FreeBSD", [MH_RT_NETBSD] = "NetBSD", [MH_RT_OPENBSD] = "OpenBSD"};

/* ---- learning -------------------------------------------------------------------------------------- */

/* A layout of another system would make nonsense of all that follows. */
static enum mh_error check_system(struct mh_bsd *host, struct mh_failure *failure)
{
    char system[24];
    enum mh_error code =
        mh_bsd_read_text(host->calls, MH_BSD_CTL_KERN, MH_BSD_KERN_OSTYPE, system, sizeof system, failure);
    if (code == MH_OK && strcmp(system, system_names[host->layout->system]) != 0)
        return mh_fail(failure, MH_INVALID, "the kernel says that it is \"%s\", and the layout is %s", system,
                       host->layout->name);
    return code;
}

static enum mh_error learn_identity(struct mh_bsd *host, struct mh_failure *failure)
{
    static const enum mh_dialect dialects[] = {[MH_RT_FREEBSD] = MH_DIALECT_FREEBSD,
                                               [MH_RT_NETBSD] = MH_DIALECT_NETBSD,
                                               [MH_RT_OPENBSD] = MH_DIALECT_OPENBSD};
    struct mh_identity *identity = &host->identity;
    char release[32];
    *identity = (struct mh_identity){.backend = "bsd", .dialect = dialects[host->layout->system]};
    enum mh_error code = check_system(host, failure);
    if (code == MH_OK)
        code = mh_bsd_read_text(host->calls, MH_BSD_CTL_KERN, MH_BSD_KERN_OSRELEASE, release, sizeof release,
                                failure);
    if (code == MH_OK)
        code = mh_bsd_read_text(host->calls, MH_BSD_CTL_KERN, KERN_HOSTNAME, identity->hostname,
                                sizeof identity->hostname, failure);
    if (code == MH_OK)
        (void)snprintf(identity->system, sizeof identity->system, "%s %s", system_names[host->layout->system],
                       release);
    return code;
}

/* The second in which the system was started: kern.boottime, a struct timeval. The clock's corrections move
 * it a little. */
static void learn_boot(struct mh_bsd *host)
{
    const int32_t numbers[] = {MH_BSD_CTL_KERN, host->layout->system == MH_RT_NETBSD ? 83 : 21};
    uint8_t *bytes;
    size_t length;
    uint64_t seconds = (uint64_t)mh_clock_wall(); /* a host that does not say is born anew */
    if (mh_calls_read_table(host->calls, numbers, 2, &bytes, &length, NULL) == MH_OK) {
        unsigned width = host->layout->system == MH_RT_FREEBSD ? host->layout->long_size : 8;
        if (length >= width)
            seconds = mh_rt_read_number(host->layout, bytes, width) / 10;
        free(bytes);
    }
    (void)snprintf(host->incarnation.boot, sizeof host->incarnation.boot, "since-%" PRIu64, seconds);
    (void)snprintf(host->incarnation.space, sizeof host->incarnation.space, "bsd");
}

/* ---- open and close -------------------------------------------------------------------------------- */

static void bsd_close(struct mh_platform *platform)
{
    struct mh_bsd *host = mh_bsd_of(platform);
    mh_bsd_watch_close(host->watch);
    mh_bsd_anchor_close(host);
    if (host->calls != NULL)
        host->calls->table->end(host->calls);
    free(host);
}

static enum mh_error find_layout(const char *argument, size_t length, const struct mh_rt_layout **layout,
                                 struct mh_failure *failure)
{
    char name[64];
    *layout = NULL;
    if (length < sizeof name) {
        memcpy(name, argument, length);
        name[length] = '\0';
        *layout = mh_rt_layout_find(name);
    }
    if (*layout != NULL)
        return MH_OK;
    (void)mh_fail(failure, MH_INVALID, "there is no layout \"%.*s\"; rtmsg-dump --list shows them",
                  length < sizeof name ? (int)length : 40, argument);
    return MH_INVALID;
}

/* "", "LAYOUT", "calls=unix:PATH" or "LAYOUT,calls=unix:PATH". Without a layout the kernel says which it is.
 */
static enum mh_error open_calls(const char *argument, struct mh_bsd *host, struct mh_failure *failure)
{
    static const char option[] = "calls=unix:";
    bool named = argument[0] != '\0' && strncmp(argument, option, sizeof option - 1) != 0;
    size_t length = named ? strcspn(argument, ",") : 0;
    enum mh_error code = named ? find_layout(argument, length, &host->layout, failure) : MH_OK;
    const char *rest = argument + length + (argument[length] == ',');
    if (code != MH_OK)
        return code;
    if (rest[0] == '\0')
        code = mh_calls_host(&host->calls, failure);
    else if (strncmp(rest, option, sizeof option - 1) == 0)
        code = mh_calls_unix(rest + sizeof option - 1, MH_CALLS_TIMEOUT, &host->calls, failure);
    else
        return mh_fail(failure, MH_INVALID, "\"%.100s\" is not understood; expected calls=unix:PATH", rest);
    return code == MH_OK && !named ? mh_bsd_own_layout(host->calls, &host->layout, failure) : code;
}

static enum mh_error bsd_open(const char *argument, struct mh_platform **platform, struct mh_failure *failure)
{
    struct mh_bsd *host = calloc(1, sizeof *host);
    if (host == NULL)
        return mh_fail(failure, MH_NO_MEMORY, "out of memory");
    host->base.backend = &mh_backend_bsd;
    enum mh_error code = open_calls(argument != NULL ? argument : "", host, failure);
    if (code == MH_OK)
        code = learn_identity(host, failure);
    if (code != MH_OK) {
        bsd_close(&host->base);
        return code;
    }
    learn_boot(host);
    host->question_number = (uint32_t)mh_clock_boot(); /* others count from small numbers */
    *platform = &host->base;
    return MH_OK;
}

/* ---- observe --------------------------------------------------------------------------------------- */

/* A connection that was lost is made again; the far end may be another machine than it was. */
static enum mh_error mend(struct mh_bsd *host, struct mh_failure *failure)
{
    const struct mh_calls_table *table = host->calls->table;
    enum mh_error code = table->renew != NULL ? table->renew(host->calls, failure) : MH_EXISTS;
    bool renewed = code == MH_OK;
    if (!renewed && code != MH_EXISTS)
        return code;
    if (host->watch != NULL)
        code = mh_bsd_watch_mend(host, renewed, failure);
    else
        code = MH_OK;
    return renewed && code == MH_OK ? check_system(host, failure) : code;
}

static enum mh_error bsd_read_all(struct mh_platform *platform, const struct mh_feed *feed,
                                  struct mh_failure *failure)
{
    static const bool wanted[MH_SECTION_COUNT] = {true, true, true, true, true, true, true};
    struct mh_bsd *host = mh_bsd_of(platform);
    mh_bsd_anchor_doubt(host);
    enum mh_error code = mend(host, failure);
    if (code == MH_OK && host->watch != NULL)
        code = mh_bsd_watch_drain(host, failure);
    host->tables_known = false;
    host->change_count = 0; /* older than what is about to be read */
    return code == MH_OK ? mh_bsd_read_sections(host, wanted, feed, failure) : code;
}

static enum mh_error bsd_watch(struct mh_platform *platform, struct uv_loop_s *loop, mh_wake wake,
                               void *context, struct mh_failure *failure)
{
    struct mh_bsd *host = mh_bsd_of(platform);
    if (host->watch != NULL)
        return mh_fail(failure, MH_EXISTS, "the host is watched already");
    return mh_bsd_watch_open(host, loop, wake, context, failure);
}

/* What was read of pf may have made other sections doubtful. */
static bool is_any_stale(const struct mh_bsd *host)
{
    for (int i = 0; i < MH_SECTION_COUNT; i++)
        if (host->stale[i])
            return true;
    return false;
}

/* What went wrong may have hidden anything. */
static enum mh_error bsd_read_changes(struct mh_platform *platform, const struct mh_feed *feed,
                                      struct mh_failure *failure)
{
    struct mh_bsd *host = mh_bsd_of(platform);
    bool wanted[MH_SECTION_COUNT];
    if (host->watch == NULL)
        return mh_fail(failure, MH_INVALID, "the host is not watched");
    enum mh_error code = mh_bsd_watch_read(host, failure);
    if (code == MH_MORE)
        return code;
    if (code == MH_OK)
        code = mh_bsd_tell_routes(host, feed, failure);
    memcpy(wanted, host->stale, sizeof wanted);
    if (code == MH_OK)
        code = mh_bsd_read_sections(host, wanted, feed, failure);
    if (code != MH_OK && code != MH_NO_MEMORY) {
        code = MH_LOST;
        if (failure != NULL)
            failure->code = code;
    }
    return code == MH_OK && is_any_stale(host) ? MH_MORE : code;
}

static void bsd_doubt(struct mh_platform *platform, enum mh_section section)
{
    struct mh_bsd *host = mh_bsd_of(platform);
    host->stale[section] = true;
    if (section == MH_SECTION_RULES || section == MH_SECTION_ROUTES || section == MH_SECTION_SETTINGS)
        mh_bsd_anchor_doubt(host);
}

static void bsd_culprit(struct mh_platform *platform, const struct mh_op *op, struct mh_culprit *culprit)
{
    (void)platform;
    (void)op;
    *culprit = (struct mh_culprit){.unknown = "messages of the kernel were not kept"};
}

/* ---- tell ------------------------------------------------------------------------------------------ */

static void bsd_identity(const struct mh_platform *platform, struct mh_identity *identity)
{
    *identity = ((const struct mh_bsd *)platform)->identity;
}

/* FIBs, rtables and rdomains have numbers, no names. */
static const char *bsd_table_name(const struct mh_platform *platform, uint32_t table, char word[MH_WORD_SIZE])
{
    (void)platform;
    (void)snprintf(word, MH_WORD_SIZE, "%" PRIu32, table);
    return word;
}

static const char *bsd_protocol_name(const struct mh_platform *platform, uint8_t protocol,
                                     char word[MH_WORD_SIZE])
{
    static const char *const names[] = {
        [0] = "unspec",
        [MH_RT_PROTOCOL_REDIRECT] = "redirect",
        [MH_RT_PROTOCOL_KERNEL] = "kernel",
        [MH_RT_PROTOCOL_STATIC] = "static",
        [MH_RT_PROTOCOL_RA] = "ra",
        [MH_RT_PROTOCOL_DHCP] = "dhcp",
        [MH_RT_PROTOCOL_OWN] = "multihomed",
    };
    (void)platform;
    if (protocol < sizeof names / sizeof names[0] && names[protocol] != NULL)
        (void)snprintf(word, MH_WORD_SIZE, "%s", names[protocol]);
    else
        (void)snprintf(word, MH_WORD_SIZE, "%u", protocol);
    return word;
}

static bool bsd_table_number(const struct mh_platform *platform, const char *word, uint32_t *table)
{
    char *end;
    (void)platform;
    if (word[0] < '0' || word[0] > '9')
        return false;
    errno = 0;
    unsigned long long number = strtoull(word, &end, 10);
    if (*end != '\0' || errno != 0 || number > UINT32_MAX)
        return false;
    *table = (uint32_t)number;
    return true;
}

static void bsd_incarnation(const struct mh_platform *platform, struct mh_incarnation *incarnation)
{
    *incarnation = ((const struct mh_bsd *)platform)->incarnation;
}

const struct mh_backend mh_backend_bsd = {
    .name = "bsd",
    .open = bsd_open,
    .close = bsd_close,
    .read_all = bsd_read_all,
    .watch = bsd_watch,
    .read_changes = bsd_read_changes,
    .doubt = bsd_doubt,
    .culprit = bsd_culprit,
    .ask = mh_bsd_ask,
    .filter = mh_bsd_filter,
    .endpoints = mh_bsd_endpoints,
    .endpoint_holders = mh_bsd_holders,
    .endpoint_ancestry = mh_bsd_ancestry,
    .apply = mh_bsd_apply,
    .apply_all = mh_bsd_apply_all,
    .describe = mh_bsd_describe,
    .identity = bsd_identity,
    .capabilities = mh_bsd_capabilities,
    .table_name = bsd_table_name,
    .protocol_name = bsd_protocol_name,
    .table_number = bsd_table_number,
    .incarnation = bsd_incarnation,
};
