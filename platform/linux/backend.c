/* DOC: The Linux backend observes through rtnetlink(7). The codec (codec.h) makes facts of messages;
 * section.c reads tables whole, change.c follows notifications. `linux:receive-buffer=OCTETS` sets how many
 * notifications may wait (default 32 MiB). */
#define _GNU_SOURCE
#include "common/describe.h"
#include "endpoint.h"
#include "linux.h"
#include "nft.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

/* Room for some ten thousand notifications while a large table is read. */
enum { RECEIVE_BUFFER = 32 << 20 };

static const char *const name_roots[] = {"/etc/iproute2", "/usr/share/iproute2", NULL};

/* ---- open and close -------------------------------------------------------------------------------- */

static enum mh_error read_argument(const char *argument, int *receive_buffer, struct mh_failure *failure)
{
    static const char option[] = "receive-buffer=";
    char *end = NULL;
    long value = 0;
    *receive_buffer = RECEIVE_BUFFER;
    if (argument == NULL || argument[0] == '\0')
        return MH_OK;
    errno = 0;
    if (strncmp(argument, option, sizeof option - 1) == 0)
        value = strtol(argument + sizeof option - 1, &end, 10);
    if (end == NULL || *end != '\0' || errno != 0 || value < 1 || value > 1 << 30)
        return mh_fail(
            failure, MH_INVALID,
            "\"linux:%s\" is not understood; expected \"linux\" or \"linux:receive-buffer=OCTETS\"",
            argument);
    *receive_buffer = (int)value;
    return MH_OK;
}

static void learn_identity(struct mh_identity *identity)
{
    struct utsname name;
    *identity = (struct mh_identity){.backend = "linux", .system = "Linux", .dialect = MH_DIALECT_LINUX};
    if (uname(&name) != 0)
        return;
    (void)snprintf(identity->system, sizeof identity->system, "Linux %.50s", name.release);
    (void)snprintf(identity->hostname, sizeof identity->hostname, "%s", name.nodename);
}

static void close_host(struct mh_platform *platform)
{
    struct mh_linux *host = (struct mh_linux *)platform;
    mh_monitor_close(&host->monitor);
    mh_own_host_clear(&host->own);
    mh_netlink_close(&host->netlink);
    mh_asker_clear(&host->asker);
    mh_actor_clear(&host->actor);
    mh_nexthops_free(host->objects);
    mh_names_free(host->names);
    mh_route_memory_clear(&host->routes);
    mh_key_set_clear(&host->earlier_rows);
    free(host->links);
    free(host);
}

static enum mh_error open_parts(struct mh_linux *host, struct mh_failure *failure)
{
    host->objects = mh_nexthops_new();
    host->names = mh_names_read(name_roots);
    if (host->objects == NULL || host->names == NULL)
        return mh_fail(failure, MH_NO_MEMORY, "out of memory");
    host->decoder.objects = host->objects;
    learn_identity(&host->identity);
    mh_linux_learn_capabilities(host->capabilities);
    return mh_netlink_open(&host->netlink, failure);
}

static enum mh_error open_host(const char *argument, struct mh_platform **platform,
                               struct mh_failure *failure)
{
    int receive_buffer;
    enum mh_error code = read_argument(argument, &receive_buffer, failure);
    if (code != MH_OK)
        return code;
    struct mh_linux *host = calloc(1, sizeof *host);
    if (host == NULL)
        return mh_fail(failure, MH_NO_MEMORY, "out of memory");
    host->base.backend = &mh_backend_linux;
    host->receive_buffer = receive_buffer;
    host->monitor.descriptor = -1;
    host->netlink.descriptor = -1;
    mh_own_host_init(&host->own);
    mh_asker_init(&host->asker);
    mh_actor_init(&host->actor);
    code = open_parts(host, failure);
    if (code != MH_OK) {
        close_host(&host->base);
        return code;
    }
    *platform = &host->base;
    return MH_OK;
}

static enum mh_error watch(struct mh_platform *platform, struct uv_loop_s *loop, mh_wake wake, void *context,
                           struct mh_failure *failure)
{
    struct mh_linux *host = (struct mh_linux *)platform;
    if (host->monitor.descriptor >= 0)
        return mh_fail(failure, MH_EXISTS, "the host is watched already");
    enum mh_error code = mh_monitor_open(&host->monitor, loop, wake, context, host->receive_buffer, failure);
    if (code == MH_OK)
        mh_own_watch_open(&host->own, loop, wake, context);
    return code;
}

static enum mh_error read_filter(struct mh_platform *platform, struct mh_filter **filter,
                                 struct mh_failure *failure)
{
    (void)platform;
    return mh_linux_filter(filter, failure);
}

/* ---- tell ------------------------------------------------------------------------------------------ */

static const char *describe(const struct mh_platform *platform, const struct mh_snapshot *snapshot,
                            const struct mh_op *op, char *text, size_t size)
{
    (void)platform;
    return mh_describe(mh_describe_linux, snapshot, op, text, size);
}

static void identity(const struct mh_platform *platform, struct mh_identity *identity)
{
    *identity = ((const struct mh_linux *)platform)->identity;
}

static const struct mh_capability *capabilities(const struct mh_platform *platform)
{
    return ((const struct mh_linux *)platform)->capabilities;
}

static const char *name_or_number(const char *name, uint32_t number, char word[MH_WORD_SIZE])
{
    if (name != NULL)
        (void)snprintf(word, MH_WORD_SIZE, "%s", name);
    else
        (void)snprintf(word, MH_WORD_SIZE, "%u", number);
    return word;
}

static const char *table_name(const struct mh_platform *platform, uint32_t table, char word[MH_WORD_SIZE])
{
    return name_or_number(mh_names_table(((const struct mh_linux *)platform)->names, table), table, word);
}

static const char *protocol_name(const struct mh_platform *platform, uint8_t protocol,
                                 char word[MH_WORD_SIZE])
{
    return name_or_number(mh_names_protocol(((const struct mh_linux *)platform)->names, protocol), protocol,
                          word);
}

static bool table_number(const struct mh_platform *platform, const char *word, uint32_t *table)
{
    char *end;
    if (mh_names_find_table(((const struct mh_linux *)platform)->names, word, table))
        return true;
    if (!isdigit((unsigned char)word[0]))
        return false;
    errno = 0;
    unsigned long long number = strtoull(word, &end, 10);
    if (*end != '\0' || errno != 0 || number > UINT32_MAX)
        return false;
    *table = (uint32_t)number;
    return true;
}

static void incarnation(const struct mh_platform *platform, struct mh_incarnation *own)
{
    (void)platform;
    mh_host_incarnation(own);
}

static void culprit(struct mh_platform *platform, const struct mh_op *op, struct mh_culprit *who)
{
    mh_culprits_take(&((struct mh_linux *)platform)->culprits, op, who);
}

static void doubt(struct mh_platform *platform, enum mh_section section)
{
    mh_linux_mark_stale((struct mh_linux *)platform, section);
}

const struct mh_backend mh_backend_linux = {
    .name = "linux",
    .open = open_host,
    .close = close_host,
    .read_all = mh_linux_read_all,
    .watch = watch,
    .read_changes = mh_linux_read_changes,
    .doubt = doubt,
    .culprit = culprit,
    .ask = mh_linux_ask,
    .filter = read_filter,
    .endpoints = mh_linux_endpoints,
    .endpoint_holders = mh_linux_endpoint_holders,
    .endpoint_ancestry = mh_linux_endpoint_ancestry,
    .apply = mh_linux_apply,
    .apply_all = mh_linux_apply_all,
    .describe = describe,
    .identity = identity,
    .capabilities = capabilities,
    .table_name = table_name,
    .protocol_name = protocol_name,
    .table_number = table_number,
    .incarnation = incarnation,
};
