/* DOC: The Windows backend: the IP Helper functions (netioapi.h), all of them called through one table
 * (iphlp.h). What Windows tells of a change is not taken as it stands: it makes sections doubtful, and those
 * are read anew. Windows has no routing tables and no rules: everything is in table 0. */
#include "windows/ip_helper.h"

#include "common/describe.h"
#include "windows/able.h"
#include "windows/act.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- open and close -------------------------------------------------------------------------------- */

static void windows_close(struct mh_platform *platform)
{
    struct mh_windows *host = mh_windows_of(platform);
    mh_windows_watch_close(host);
    mh_windows_probes_end(host);
    mh_windows_policy_close(host->policy);
    mh_iphlp_close(&host->iphlp);
    free(host);
}

/* What can be done about the policy table is known when it was read once. */
static void learn_policies(struct mh_windows *host)
{
    enum { PATIENCE = 5000 }; /* milliseconds: WMI starts with its first question */
    struct mh_prefix_policies *policies = malloc(sizeof *policies);
    struct mh_failure failure = {.code = MH_NO_MEMORY, .detail = "out of memory"};
    struct mh_wmi wmi;
    mh_wmi_open(&wmi);
    host->policy = mh_windows_policy_open(&wmi, mh_netsh_run);
    bool is_read = policies != NULL && host->policy != NULL &&
                   mh_windows_policy_read(host->policy, PATIENCE, policies, &failure) == MH_OK;
    free(policies);
    if (!is_read)
        (void)snprintf(host->policy_reason, sizeof host->policy_reason,
                       "The policy table is not known (%s): sources are chosen by RFC 6724's default table.",
                       failure.detail);
}

static enum mh_error windows_open(const char *argument, struct mh_platform **platform,
                                  struct mh_failure *failure)
{
    struct mh_windows *host = calloc(1, sizeof *host);
    if (host == NULL)
        return mh_fail(failure, MH_NO_MEMORY, "out of memory");
    host->base.backend = &mh_backend_windows;
    enum mh_error code = mh_iphlp_open(argument, &host->iphlp, failure);
    if (code != MH_OK) {
        windows_close(&host->base);
        return code;
    }
    mh_windows_learn_identity(&host->identity);
    mh_host_incarnation(&host->incarnation);
    learn_policies(host);
    mh_windows_learn_capabilities(&host->iphlp, host->policy_reason[0] != '\0' ? host->policy_reason : NULL,
                                  host->capabilities);
    *platform = &host->base;
    return MH_OK;
}

/* ---- observe --------------------------------------------------------------------------------------- */

static enum mh_error windows_read_all(struct mh_platform *platform, const struct mh_feed *feed,
                                      struct mh_failure *failure)
{
    static const bool wanted[MH_SECTION_COUNT] = {true, true, true, true, true, true, true};
    struct mh_windows *host = mh_windows_of(platform);
    mh_windows_watch_take(host); /* older than what is about to be read */
    return mh_windows_read_sections(host, wanted, feed, failure);
}

static enum mh_error windows_watch(struct mh_platform *platform, struct uv_loop_s *loop, mh_wake wake,
                                   void *context, struct mh_failure *failure)
{
    struct mh_windows *host = mh_windows_of(platform);
    if (host->watch != NULL)
        return mh_fail(failure, MH_EXISTS, "the host is watched already");
    return mh_windows_watch_open(host, loop, wake, context, failure);
}

/* What went wrong may have hidden anything. */
static enum mh_error windows_read_changes(struct mh_platform *platform, const struct mh_feed *feed,
                                          struct mh_failure *failure)
{
    struct mh_windows *host = mh_windows_of(platform);
    bool wanted[MH_SECTION_COUNT];
    if (host->watch == NULL)
        return mh_fail(failure, MH_INVALID, "the host is not watched");
    mh_windows_watch_take(host);
    memcpy(wanted, host->stale, sizeof wanted);
    wanted[MH_SECTION_LABELS] |= host->policy_is_late;
    enum mh_error code = mh_windows_read_sections(host, wanted, feed, failure);
    if (code != MH_OK && code != MH_NO_MEMORY) {
        code = MH_LOST;
        if (failure != NULL)
            failure->code = code;
    }
    return code;
}

static void windows_doubt(struct mh_platform *platform, enum mh_section section)
{
    mh_windows_of(platform)->stale[section] = true;
}

static void windows_culprit(struct mh_platform *platform, const struct mh_op *op, struct mh_culprit *culprit)
{
    (void)platform;
    (void)op;
    *culprit = (struct mh_culprit){.unknown = "Windows does not tell who makes a change"};
}

/* ---- ask ------------------------------------------------------------------------------------------- */

static enum mh_error windows_filter(struct mh_platform *platform, struct mh_filter **filter,
                                    struct mh_failure *failure)
{
    (void)platform;
    (void)filter;
    return mh_fail(failure, MH_UNSUPPORTED, "this version does not read the rules of Windows Firewall");
}

/* ---- tell ------------------------------------------------------------------------------------------ */

static const char *windows_describe(const struct mh_platform *platform, const struct mh_snapshot *snapshot,
                                    const struct mh_op *op, char *text, size_t size)
{
    (void)platform;
    return mh_describe(mh_describe_windows, snapshot, op, text, size);
}

static void windows_identity(const struct mh_platform *platform, struct mh_identity *identity)
{
    *identity = ((const struct mh_windows *)platform)->identity;
}

static const struct mh_capability *windows_capabilities(const struct mh_platform *platform)
{
    return ((const struct mh_windows *)platform)->capabilities;
}

static const char *windows_table_name(const struct mh_platform *platform, uint32_t table,
                                      char word[MH_WORD_SIZE])
{
    (void)platform;
    (void)snprintf(word, MH_WORD_SIZE, "%" PRIu32, table);
    return word;
}

/* NL_ROUTE_PROTOCOL of nldef.h. */
static const char *windows_protocol_name(const struct mh_platform *platform, uint8_t protocol,
                                         char word[MH_WORD_SIZE])
{
    static const char *const names[] = {
        [1] = "other",  [2] = "local",  [3] = "netmgmt", [4] = "icmp",  [5] = "egp",
        [6] = "ggp",    [7] = "hello",  [8] = "rip",     [9] = "is-is", [10] = "es-is",
        [11] = "cisco", [12] = "bbn",   [13] = "ospf",   [14] = "bgp",  [15] = "idpr",
        [16] = "eigrp", [17] = "dvmrp", [18] = "rpl",    [19] = "dhcp", [157] = "multihomed",
    };
    (void)platform;
    if (protocol < sizeof names / sizeof names[0] && names[protocol] != NULL)
        (void)snprintf(word, MH_WORD_SIZE, "%s", names[protocol]);
    else
        (void)snprintf(word, MH_WORD_SIZE, "%u", protocol);
    return word;
}

/* There is one. */
static bool windows_table_number(const struct mh_platform *platform, const char *word, uint32_t *table)
{
    (void)platform;
    *table = 0;
    return strcmp(word, "0") == 0;
}

static void windows_incarnation(const struct mh_platform *platform, struct mh_incarnation *incarnation)
{
    *incarnation = ((const struct mh_windows *)platform)->incarnation;
}

const struct mh_backend mh_backend_windows = {
    .name = "windows",
    .open = windows_open,
    .close = windows_close,
    .read_all = windows_read_all,
    .watch = windows_watch,
    .read_changes = windows_read_changes,
    .doubt = windows_doubt,
    .culprit = windows_culprit,
    .ask = mh_windows_ask,
    .filter = windows_filter,
    .endpoints = mh_windows_endpoints,
    .endpoint_holders = mh_windows_holders,
    .endpoint_ancestry = mh_windows_ancestry,
    .apply = mh_windows_apply,
    .apply_all = mh_windows_apply_all,
    .describe = windows_describe,
    .identity = windows_identity,
    .capabilities = windows_capabilities,
    .table_name = windows_table_name,
    .protocol_name = windows_protocol_name,
    .table_number = windows_table_number,
    .incarnation = windows_incarnation,
    .probe = mh_windows_probe,
    .remark = mh_windows_take_remark,
};
