/* Hosts of words become hosts in the kernel, and are read by the production backend. */
#define _GNU_SOURCE
#include "oracle.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- making ---------------------------------------------------------------------------------------- */

static void set_value(const char *line)
{
    char path[ORACLE_LINE + 16], *value;
    (void)snprintf(path, sizeof path, "/proc/sys/%s", line);
    value = strrchr(path, ' ');
    *value++ = '\0';
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0)
        return;
    (void)!write(file, value, strlen(value));
    (void)close(file);
}

/* "address add ADDRESS/LENGTH dev NAME optimistic", which not every ip(8) understands. */
static bool is_optimistic(const struct oracle_line *line)
{
    size_t length = strlen(line->text);
    return length > 11 && strcmp(line->text + length - 11, " optimistic") == 0;
}

static void add_optimistic(struct mnl_socket *socket, const char *line)
{
    char buffer[8192] = {0}, text[64], name[IF_NAMESIZE];
    unsigned length;
    struct in6_addr address;
    if (sscanf(line, "address add %63[^/]/%u dev %15s", text, &length, name) != 3 ||
        inet_pton(AF_INET6, text, &address) != 1)
        return;
    struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
    message->nlmsg_type = RTM_NEWADDR;
    message->nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK;
    struct ifaddrmsg *fixed = mnl_nlmsg_put_extra_header(message, sizeof *fixed);
    fixed->ifa_family = AF_INET6;
    fixed->ifa_prefixlen = (uint8_t)length;
    fixed->ifa_index = if_nametoindex(name);
    mnl_attr_put(message, IFA_LOCAL, sizeof address, &address);
    mnl_attr_put_u32(message, IFA_FLAGS, IFA_F_OPTIMISTIC);
    if (mnl_socket_sendto(socket, message, message->nlmsg_len) > 0)
        (void)mnl_socket_recvfrom(socket, buffer, sizeof buffer); /* refused or not */
}

static void add_all_optimistic(const struct oracle_host *host)
{
    struct mnl_socket *socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
    if (socket == NULL)
        return;
    for (size_t i = 0; i < host->count; i++)
        if (host->lines[i].stage == STAGE_IPV6 && is_optimistic(&host->lines[i]))
            add_optimistic(socket, host->lines[i].text);
    (void)mnl_socket_close(socket);
}

/* With the marks filled in. */
static void write_line(FILE *out, const char *line, const char *peer, unsigned number)
{
    for (const char *mark; (mark = strchr(line, '@')) != NULL;) {
        (void)fprintf(out, "%.*s", (int)(mark - line), line);
        if (mark[1] == 'N')
            (void)fprintf(out, "%u", number);
        else
            (void)fprintf(out, "%s", peer);
        line = strchr(mark + 1, '@') + 1;
    }
    (void)fprintf(out, "%s\n", line);
}

/* One run of ip(8) for all lines of a stage. It goes on where the kernel refuses one. */
static bool run_ip(const struct oracle_host *host, enum oracle_stage stage, const char *peer, unsigned number)
{
    bool at_peer = stage == STAGE_PEER || stage == STAGE_LATE_PEER;
    char command[128];
    size_t count = 0;
    for (size_t i = 0; i < host->count; i++)
        count += host->lines[i].stage == stage;
    if (count == 0)
        return true;
    (void)snprintf(command, sizeof command, "exec ip %s%s %s -force -batch - >/dev/null 2>&1",
                   at_peer ? "-n " : "", at_peer ? peer : "",
                   stage == STAGE_IPV6   ? "-6"
                   : stage == STAGE_IPV4 ? "-4"
                                         : "");
    FILE *out = popen(command, "we");
    if (out == NULL)
        return false;
    for (size_t i = 0; i < host->count; i++)
        if (host->lines[i].stage == stage && !is_optimistic(&host->lines[i]))
            write_line(out, host->lines[i].text, peer, number);
    return pclose(out) != -1;
}

bool oracle_make(const struct oracle_host *host, const char *peer)
{
    static unsigned number;
    if (unshare(CLONE_NEWNET) != 0)
        return false;
    number++;
    for (int stage = STAGE_SETTING; stage <= STAGE_LATE_PEER; stage++) {
        if (stage == STAGE_IPV6)
            add_all_optimistic(host);
        if (stage != STAGE_SETTING && stage != STAGE_TUNE) {
            if (!run_ip(host, (enum oracle_stage)stage, peer, number))
                return false;
            continue;
        }
        for (size_t i = 0; i < host->count; i++)
            if ((int)host->lines[i].stage == stage)
                set_value(host->lines[i].text);
    }
    return true;
}

/* ---- reading --------------------------------------------------------------------------------------- */

static enum mh_error begin(void *context, enum mh_section section)
{
    struct oracle_world *world = context;
    if (section != MH_SECTION_ROUTES)
        return mh_host_begin(world->host, section);
    mh_route_table_free(world->coming);
    world->coming = mh_route_table_new();
    return world->coming == NULL ? MH_NO_MEMORY : MH_OK;
}

static enum mh_error take(void *context, const struct mh_fact *fact)
{
    struct oracle_world *world = context;
    if (fact->section != MH_SECTION_ROUTES)
        return mh_host_fact(world->host, fact);
    enum mh_error code = mh_route_table_put(world->coming, fact->of.route, fact->change);
    return code == MH_EXISTS ? MH_OK : code;
}

static enum mh_error end(void *context, enum mh_section section)
{
    struct oracle_world *world = context;
    if (section != MH_SECTION_ROUTES)
        return mh_host_end(world->host, section);
    mh_route_table_free(world->routes);
    world->routes = world->coming;
    world->coming = NULL;
    if (getenv("MH_ORACLE_FORGET") == NULL)
        return MH_OK;
    mh_route_table_free(world->routes);
    world->routes = mh_route_table_new();
    return world->routes == NULL ? MH_NO_MEMORY : MH_OK;
}

static bool prepare(struct oracle_world *world)
{
    struct mh_failure failure;
    if (world->platform == NULL && mh_platform_open("linux", &world->platform, &failure) != MH_OK) {
        (void)fprintf(stderr, "cannot open the platform: %s\n", failure.detail);
        return false;
    }
    if (world->host == NULL)
        world->host = mh_host_new();
    return world->host != NULL;
}

bool oracle_read(struct oracle_world *world)
{
    const struct mh_feed feed = {world, begin, take, end};
    struct mh_failure failure = {0};
    if (!prepare(world))
        return false;
    if (mh_platform_read_all(world->platform, &feed, &failure) != MH_OK) {
        (void)fprintf(stderr, "cannot read the host: %s\n", failure.detail);
        return false;
    }
    mh_snapshot_clear(&world->snapshot);
    mh_host_snapshot(world->host, &world->snapshot);
    return true;
}

void oracle_close(struct oracle_world *world)
{
    mh_snapshot_clear(&world->snapshot);
    mh_host_free(world->host);
    mh_route_table_free(world->routes);
    mh_route_table_free(world->coming);
    mh_platform_close(world->platform);
    memset(world, 0, sizeof *world);
}
