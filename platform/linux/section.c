/* DOC: Sections are read whole, each by one or two dumps. Small ones are collected first (links, whose domain
 * follows from other links) or passed on as they come. A dump that the kernel marks as inconsistent is begun
 * anew together with its section. */
#define _GNU_SOURCE
#include "linux.h"
#include "setting.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/if_addrlabel.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    TRIES = 8,         /* of a section whose dumps were inconsistent */
    REQUEST_SIZE = 128 /* octets of the largest request */
};

/* One section while it is read. */
struct reading {
    struct mh_linux *host;
    const struct mh_feed *feed;
    struct mh_failure *failure;
    uint8_t native_family; /* of the dump that runs */
    struct mh_link *links; /* collected */
    size_t link_count, link_capacity;
    bool unresolved; /* a route named a nexthop object that is not known */
};

/* ---- dumps ----------------------------------------------------------------------------------------- */

union request {
    struct nlmsghdr header;
    uint8_t octets[REQUEST_SIZE];
};

/* A request with `fixed_size` octets of zeros behind its header, of which the first is the family. */
static uint8_t *put_request(union request *request, uint16_t type, size_t fixed_size, uint8_t native_family)
{
    struct nlmsghdr *header = mnl_nlmsg_put_header(request->octets);
    header->nlmsg_type = type;
    uint8_t *fixed = mnl_nlmsg_put_extra_header(header, fixed_size);
    fixed[0] = native_family;
    return fixed;
}

/* A kernel without the table (IPv6 switched off, no nexthop objects before 5.3) has no entries in it. */
static enum mh_error dump(struct reading *reading, union request *request, mh_netlink_take take)
{
    enum mh_error code =
        mh_netlink_dump(&reading->host->netlink, &request->header, take, reading, reading->failure);
    return code == MH_UNSUPPORTED && !reading->host->feed_failed ? MH_OK : code;
}

static enum mh_error dump_family(struct reading *reading, uint16_t type, size_t fixed_size,
                                 uint8_t native_family, mh_netlink_take take)
{
    union request request;
    (void)put_request(&request, type, fixed_size, native_family);
    reading->native_family = native_family;
    return dump(reading, &request, take);
}

static enum mh_error dump_both(struct reading *reading, uint16_t type, size_t fixed_size,
                               mh_netlink_take take)
{
    enum mh_error code = dump_family(reading, type, fixed_size, AF_INET, take);
    return code == MH_OK ? dump_family(reading, type, fixed_size, AF_INET6, take) : code;
}

/* A kernel that has not a family's table answers with those of all families: only what was asked for is
 * taken. */
static bool is_wanted(const struct reading *reading, const struct nlmsghdr *message, size_t length,
                      uint16_t type)
{
    return message->nlmsg_type == type && length > sizeof *message &&
           ((const uint8_t *)message)[sizeof *message] == reading->native_family;
}

static enum mh_error undecodable(const struct reading *reading, enum mh_error code, const char *what)
{
    if (code == MH_NOT_FOUND)
        return MH_OK;
    if (code == MH_LIMIT)
        return mh_fail(reading->failure, code, "the kernel has %s with more than %d next hops", what,
                       MH_NEXT_HOPS_MAX);
    return mh_fail(reading->failure, code, "the kernel told of %s in a malformed message", what);
}

enum mh_error mh_linux_tell(struct mh_linux *host, const struct mh_feed *feed, const struct mh_fact *fact)
{
    enum mh_error code = feed->fact(feed->context, fact);
    host->feed_failed |= code != MH_OK;
    return code;
}

static enum mh_error tell(const struct reading *reading, const struct mh_fact *fact)
{
    return mh_linux_tell(reading->host, reading->feed, fact);
}

/* ---- links and settings ---------------------------------------------------------------------------- */

static bool grow_links(struct reading *reading)
{
    if (reading->link_count < reading->link_capacity)
        return true;
    size_t capacity = reading->link_capacity == 0 ? 16 : 2 * reading->link_capacity;
    struct mh_link *larger = realloc(reading->links, capacity * sizeof *larger);
    if (larger == NULL)
        return false;
    reading->links = larger;
    reading->link_capacity = capacity;
    return true;
}

/* Drivers of cards do not say in netlink that these are wireless; sysfs does (net/wireless/core.c). It may
 * show another network namespace than ours, so the index is compared. */
static void look_for_radio(struct mh_interface *interface)
{
    char path[64 + MH_NAME_SIZE], text[16] = "";
    if (interface->kind != MH_KIND_PHYSICAL)
        return;
    (void)snprintf(path, sizeof path, "/sys/class/net/%s/phy80211", interface->name);
    if (access(path, F_OK) != 0)
        return;
    (void)snprintf(path, sizeof path, "/sys/class/net/%s/ifindex", interface->name);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return;
    if (fgets(text, sizeof text, file) != NULL && strtoul(text, NULL, 10) == interface->index)
        interface->kind = MH_KIND_WIRELESS;
    (void)fclose(file);
}

static enum mh_error take_link(void *context, const struct nlmsghdr *message, size_t length)
{
    struct reading *reading = context;
    if (message->nlmsg_type != RTM_NEWLINK)
        return MH_OK;
    if (!grow_links(reading))
        return mh_fail(reading->failure, MH_NO_MEMORY, "out of memory");
    struct mh_link *link = &reading->links[reading->link_count];
    enum mh_error code = mh_decode_link(message, length, link);
    if (code != MH_OK)
        return undecodable(reading, code, "an interface");
    look_for_radio(&link->interface);
    reading->link_count++;
    return MH_OK;
}

static enum mh_error collect_links(struct reading *reading)
{
    union request request;
    enum mh_error code = MH_LOST;
    (void)put_request(&request, RTM_GETLINK, sizeof(struct ifinfomsg), AF_UNSPEC);
    mnl_attr_put_u32(&request.header, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
    for (int i = 0; i < TRIES; i++) {
        reading->link_count = 0;
        code = dump(reading, &request, take_link);
        if (code != MH_LOST || !reading->host->netlink.interrupted)
            break;
    }
    if (code != MH_OK)
        return code;
    mh_links_resolve(reading->links, reading->link_count);
    return mh_linux_remember_links(reading->host, reading->links, reading->link_count);
}

static enum mh_error tell_interfaces(struct reading *reading)
{
    enum mh_error code = MH_OK;
    for (size_t i = 0; i < reading->link_count && code == MH_OK; i++) {
        const struct mh_fact fact = {.section = MH_SECTION_INTERFACES,
                                     .change = MH_PRESENT,
                                     .of.interface = &reading->links[i].interface};
        code = tell(reading, &fact);
    }
    return code;
}

static enum mh_error tell_settings_of(const struct reading *reading, const struct mh_link *link)
{
    enum mh_error code = MH_OK;
    for (size_t i = 0; i < link->setting_count && code == MH_OK; i++) {
        const struct mh_fact fact = {
            .section = MH_SECTION_SETTINGS, .change = MH_PRESENT, .of.setting = &link->settings[i]};
        code = tell(reading, &fact);
    }
    return code;
}

/* Those that our own table of the packet filter holds. */
static enum mh_error tell_own_settings(struct reading *reading)
{
    struct mh_own_link *links = calloc(reading->link_count + 1, sizeof *links);
    if (links == NULL)
        return mh_fail(reading->failure, MH_NO_MEMORY, "out of memory");
    for (size_t i = 0; i < reading->link_count; i++) {
        const struct mh_interface *interface = &reading->links[i].interface;
        links[i] = (struct mh_own_link){interface->index, interface->name};
    }
    enum mh_error code =
        mh_own_tell(reading->host, reading->feed, links, reading->link_count, reading->failure);
    free(links);
    return code;
}

static enum mh_error tell_settings(struct reading *reading)
{
    enum mh_error code = mh_settings_read_host_wide(reading->feed);
    reading->host->feed_failed |= code != MH_OK;
    for (size_t i = 0; i < reading->link_count && code == MH_OK; i++)
        code = tell_settings_of(reading, &reading->links[i]);
    return code == MH_OK ? tell_own_settings(reading) : code;
}

/* ---- addresses, labels, rules, neighbours
 * ------------------------------------------------------------------ */

/* An interface that still has an IPv4 address has not lost its last one. */
static void forgive(struct mh_linux *host, const struct mh_interface_address *address)
{
    size_t kept = 0;
    if (address->address.family != MH_IPV4)
        return;
    for (size_t i = 0; i < host->bereft_count; i++)
        if (host->bereft[i] != address->interface)
            host->bereft[kept++] = host->bereft[i];
    host->bereft_count = kept;
}

static enum mh_error take_address(void *context, const struct nlmsghdr *message, size_t length)
{
    struct reading *reading = context;
    struct mh_interface_address address;
    const struct mh_fact fact = {
        .section = MH_SECTION_ADDRESSES, .change = MH_PRESENT, .of.address = &address};
    if (!is_wanted(reading, message, length, RTM_NEWADDR))
        return MH_OK;
    enum mh_error code = mh_decode_address(message, length, &address);
    if (code != MH_OK)
        return undecodable(reading, code, "an address");
    forgive(reading->host, &address);
    return tell(reading, &fact);
}

static enum mh_error read_addresses(struct reading *reading)
{
    enum mh_error code = dump_both(reading, RTM_GETADDR, sizeof(struct ifaddrmsg), take_address);
    if (code == MH_OK && reading->host->bereft_count > 0) {
        reading->host->bereft_count = 0;
        mh_linux_mark_stale(reading->host, MH_SECTION_ROUTES);
    }
    return code;
}

static enum mh_error take_label(void *context, const struct nlmsghdr *message, size_t length)
{
    struct reading *reading = context;
    struct mh_address_label label;
    const struct mh_fact fact = {.section = MH_SECTION_LABELS, .change = MH_PRESENT, .of.label = &label};
    if (!is_wanted(reading, message, length, RTM_NEWADDRLABEL))
        return MH_OK;
    enum mh_error code = mh_decode_label(message, length, &label);
    return code == MH_OK ? tell(reading, &fact) : undecodable(reading, code, "an address label");
}

static enum mh_error read_labels(struct reading *reading)
{
    return dump_family(reading, RTM_GETADDRLABEL, sizeof(struct ifaddrlblmsg), AF_INET6, take_label);
}

static enum mh_error take_rule(void *context, const struct nlmsghdr *message, size_t length)
{
    struct reading *reading = context;
    struct mh_rule rule;
    const struct mh_fact fact = {.section = MH_SECTION_RULES, .change = MH_PRESENT, .of.rule = &rule};
    if (!is_wanted(reading, message, length, RTM_NEWRULE))
        return MH_OK;
    enum mh_error code = mh_decode_rule(message, length, &rule);
    return code == MH_OK ? tell(reading, &fact) : undecodable(reading, code, "a rule");
}

static enum mh_error read_rules(struct reading *reading)
{
    return dump_both(reading, RTM_GETRULE, sizeof(struct fib_rule_hdr), take_rule);
}

bool mh_linux_hides_neighbor(const struct mh_neighbor *neighbor)
{
    return !neighbor->proxy && (neighbor->state == MH_NEIGHBOR_NONE || neighbor->state == MH_NEIGHBOR_NO_ARP);
}

static enum mh_error take_neighbor(void *context, const struct nlmsghdr *message, size_t length)
{
    struct reading *reading = context;
    struct mh_neighbor neighbor;
    const struct mh_fact fact = {
        .section = MH_SECTION_NEIGHBORS, .change = MH_PRESENT, .of.neighbor = &neighbor};
    if (!is_wanted(reading, message, length, RTM_NEWNEIGH))
        return MH_OK;
    enum mh_error code = mh_decode_neighbor(message, length, &neighbor);
    if (code != MH_OK)
        return undecodable(reading, code, "a neighbour");
    return mh_linux_hides_neighbor(&neighbor) ? MH_OK : tell(reading, &fact);
}

/* Entries that we answer for stand in a table of their own, which is dumped when it is asked for. */
static enum mh_error read_proxies(struct reading *reading, uint8_t native_family)
{
    union request request;
    struct ndmsg *fixed = (void *)put_request(&request, RTM_GETNEIGH, sizeof(struct ndmsg), native_family);
    fixed->ndm_flags = NTF_PROXY;
    reading->native_family = native_family;
    return dump(reading, &request, take_neighbor);
}

static enum mh_error read_neighbors(struct reading *reading)
{
    enum mh_error code = dump_both(reading, RTM_GETNEIGH, sizeof(struct ndmsg), take_neighbor);
    if (code == MH_OK)
        code = read_proxies(reading, AF_INET);
    return code == MH_OK ? read_proxies(reading, AF_INET6) : code;
}

/* ---- routes ---------------------------------------------------------------------------------------- */

static enum mh_error take_nexthop(void *context, const struct nlmsghdr *message, size_t length)
{
    struct reading *reading = context;
    struct mh_linux *host = reading->host;
    bool replaced;
    if (message->nlmsg_type != RTM_NEWNEXTHOP)
        return MH_OK;
    enum mh_error code = mh_decode_nexthop(message, length, &host->object);
    if (code != MH_OK)
        return undecodable(reading, code, "a nexthop group");
    code = mh_nexthops_put(host->objects, &host->object, &replaced);
    return code == MH_OK ? MH_OK : mh_fail(reading->failure, code, "out of memory");
}

static enum mh_error take_route(void *context, const struct nlmsghdr *message, size_t length)
{
    struct reading *reading = context;
    struct mh_linux *host = reading->host;
    struct mh_route route;
    /* Between begin and end a dump's order is the table's own. */
    const struct mh_fact fact = {.section = MH_SECTION_ROUTES, .change = MH_APPEND, .of.route = &route};
    if (!is_wanted(reading, message, length, RTM_NEWROUTE))
        return MH_OK;
    enum mh_error code = mh_decode_route(message, length, &host->decoder, &route);
    if (code != MH_OK)
        return undecodable(reading, code, "a route");
    reading->unresolved |= host->decoder.unresolved;
    mh_route_memory_note(&host->routes, &route, true);
    return tell(reading, &fact);
}

static enum mh_error read_nexthops(struct reading *reading)
{
    mh_nexthops_clear(reading->host->objects);
    return dump_family(reading, RTM_GETNEXTHOP, sizeof(struct nhmsg), AF_UNSPEC, take_nexthop);
}

/* An object that was made between the two dumps is there at the next try. When it is missing for good its
 * routes are told without next hops. */
static enum mh_error read_routes(struct reading *reading)
{
    reading->unresolved = false;
    mh_linux_routes_begin(reading->host);
    enum mh_error code = read_nexthops(reading);
    if (code == MH_OK)
        code = dump_both(reading, RTM_GETROUTE, sizeof(struct rtmsg), take_route);
    if (code == MH_OK)
        mh_linux_routes_read(reading->host);
    return code;
}

/* ---- sections -------------------------------------------------------------------------------------- */

static enum mh_error begin(const struct reading *reading, enum mh_section section)
{
    enum mh_error code = reading->feed->begin(reading->feed->context, section);
    reading->host->feed_failed |= code != MH_OK;
    return code;
}

static enum mh_error end(const struct reading *reading, enum mh_section section)
{
    enum mh_error code = reading->feed->end(reading->feed->context, section);
    reading->host->feed_failed |= code != MH_OK;
    return code;
}

static enum mh_error read_section(struct reading *reading, enum mh_section section,
                                  enum mh_error (*read)(struct reading *))
{
    enum mh_error code = MH_LOST;
    for (int i = 0; i < TRIES; i++) {
        code = begin(reading, section);
        if (code == MH_OK)
            code = read(reading);
        bool again = code == MH_LOST && reading->host->netlink.interrupted && !reading->host->feed_failed;
        if (!again && (code != MH_OK || !reading->unresolved))
            break;
    }
    return code == MH_OK ? end(reading, section) : code;
}

static enum mh_error read_wanted(struct reading *reading, const bool wanted[MH_SECTION_COUNT])
{
    static enum mh_error (*const readers[MH_SECTION_COUNT])(struct reading *) = {
        [MH_SECTION_INTERFACES] = tell_interfaces, [MH_SECTION_ADDRESSES] = read_addresses,
        [MH_SECTION_RULES] = read_rules,           [MH_SECTION_NEIGHBORS] = read_neighbors,
        [MH_SECTION_SETTINGS] = tell_settings,     [MH_SECTION_LABELS] = read_labels,
        [MH_SECTION_ROUTES] = read_routes,
    };
    enum mh_error code = MH_OK;
    if (wanted[MH_SECTION_INTERFACES] || wanted[MH_SECTION_SETTINGS])
        code = collect_links(reading);
    for (int i = 0; i < MH_SECTION_COUNT && code == MH_OK; i++)
        if (wanted[i])
            code = read_section(reading, (enum mh_section)i, readers[i]);
    return code;
}

enum mh_error mh_linux_read_sections(struct mh_linux *host, const bool wanted[MH_SECTION_COUNT],
                                     const struct mh_feed *feed, struct mh_failure *failure)
{
    struct reading reading = {.host = host, .feed = feed, .failure = failure};
    for (int i = 0; i < MH_SECTION_COUNT; i++)
        host->stale[i] = host->stale[i] && !wanted[i];
    host->feed_failed = false;
    enum mh_error code = read_wanted(&reading, wanted);
    if (code != MH_OK && host->feed_failed)
        (void)mh_fail(failure, code, "what the kernel told was not taken: %s", mh_error_text(code));
    free(reading.links);
    return code;
}
