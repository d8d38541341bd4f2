/* Reading sections whole: interfaces and addresses from NET_RT_IFLIST or NET_RT_IFLISTL, and what those leave
 * out by ioctl(2); routes from the NET_RT_DUMP of each FIB or rtable; neighbours from NET_RT_FLAGS or from
 * among the routes; settings are setting.c's, address policies labels.c's. Rules, and routes of tables 5200
 * to 5999, are those of pf's anchor (anchor.c). */
#include "anchor.h"
#include "ioctl_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One answer serves two sections. */
struct table {
    uint8_t *bytes;
    size_t length;
    uint32_t number; /* of routes */
    bool known;
};

struct reading {
    struct mh_bsd *host;
    const struct mh_feed *feed;
    struct mh_failure *failure;
    struct mh_bsd_inquiry inquiry;
    struct mh_bsd_table_source sources[2]; /* of IPv4 and IPv6 */
    struct table interfaces, routes[MH_BSD_TABLES_MAX];
    struct mh_rt_name *names;            /* of the interfaces, in their order */
    size_t name_count, name_room, named; /* `named`: where the last one was found */
};

typedef enum mh_error (*feed_of)(const struct mh_rt_answer *answer, const struct mh_feed *feed,
                                 struct mh_failure *failure);

/* ---- tables ---------------------------------------------------------------------------------------- */

/* sysctl(3) of CTL_NET, PF_ROUTE. The dumps of FreeBSD and OpenBSD take a seventh number, the table. */
static enum mh_error read_table(struct reading *reading, uint8_t family, uint8_t what, uint32_t argument,
                                struct table *table)
{
    const struct mh_rt_layout *layout = reading->host->layout;
    const int32_t numbers[] = {MH_BSD_CTL_NET,    layout->numbers->pf_route, 0, family, what,
                               (int32_t)argument, (int32_t)table->number};
    bool has_table = layout->system != MH_RT_NETBSD && what == layout->numbers->dump;
    if (table->known)
        return MH_OK;
    enum mh_error code = mh_calls_read_table(reading->host->calls, numbers, has_table ? 7 : 6, &table->bytes,
                                             &table->length, reading->failure);
    table->known = code == MH_OK;
    return code;
}

static enum mh_error tell_to(struct reading *reading, const struct table *table, feed_of feed,
                             const struct mh_feed *to)
{
    const struct mh_rt_layout *layout = reading->host->layout;
    const struct mh_rt_answer answer = {.layout = layout,
                                        .bytes = table->bytes,
                                        .length = table->length,
                                        .table = table->number,
                                        .long_records = table == &reading->interfaces &&
                                                        layout->numbers->long_interfaces != 0};
    return feed(&answer, to, reading->failure);
}

static enum mh_error tell(struct reading *reading, const struct table *table, feed_of feed)
{
    return tell_to(reading, table, feed, reading->feed);
}

/* ---- sections -------------------------------------------------------------------------------------- */

static enum mh_error read_interface_table(struct reading *reading)
{
    const struct mh_rt_numbers *numbers = reading->host->layout->numbers;
    uint8_t what = numbers->long_interfaces != 0 ? numbers->long_interfaces : numbers->interfaces;
    return read_table(reading, 0, what, 0, &reading->interfaces);
}

/* A fact of the table, with what the table leaves out: FIB and groups. */
static enum mh_error add_inquired(void *context, const struct mh_fact *fact)
{
    struct reading *reading = context;
    struct mh_interface interface = *fact->of.interface;
    const struct mh_fact whole = {
        .section = fact->section, .change = fact->change, .of.interface = &interface};
    enum mh_error code = mh_bsd_inquire_fib(&reading->inquiry, &interface, reading->failure);
    if (code == MH_OK)
        code = mh_bsd_inquire_groups(&reading->inquiry, &interface, reading->failure);
    return code == MH_OK ? reading->feed->fact(reading->feed->context, &whole) : code;
}

static enum mh_error read_interfaces(struct reading *reading)
{
    const struct mh_feed feed = {.context = reading, .fact = add_inquired};
    enum mh_error code = mh_bsd_learn_tables(reading->host, reading->failure);
    if (code == MH_OK)
        code = read_interface_table(reading);
    return code == MH_OK ? tell_to(reading, &reading->interfaces, mh_rt_feed_interfaces, &feed) : code;
}

static enum mh_error note_name(void *context, const struct mh_fact *fact)
{
    struct reading *reading = context;
    if (reading->name_count == reading->name_room) {
        size_t room = reading->name_room * 2 + 16;
        struct mh_rt_name *names = realloc(reading->names, room * sizeof *names);
        if (names == NULL)
            return MH_NO_MEMORY;
        reading->names = names;
        reading->name_room = room;
    }
    struct mh_rt_name *name = &reading->names[reading->name_count++];
    name->index = fact->of.interface->index;
    (void)snprintf(name->name, sizeof name->name, "%.*s", MH_RT_NAME_SIZE, fact->of.interface->name);
    return MH_OK;
}

/* Addresses stand in the order of their interfaces: the next name is mostly near the last one. */
static const char *name_of(struct reading *reading, uint32_t interface)
{
    for (size_t i = 0; i < reading->name_count; i++) {
        size_t at = (reading->named + i) % reading->name_count;
        if (reading->names[at].index == interface) {
            reading->named = at;
            return reading->names[at].name;
        }
    }
    return "";
}

static enum mh_error add_state(void *context, const struct mh_fact *fact)
{
    struct reading *reading = context;
    struct mh_interface_address address = *fact->of.address;
    const struct mh_fact whole = {.section = fact->section, .change = fact->change, .of.address = &address};
    enum mh_error code = MH_OK;
    if (address.address.family == MH_IPV6)
        code = mh_bsd_inquire_address(&reading->inquiry, name_of(reading, address.interface), &address,
                                      reading->failure);
    if (mh_bsd_is_table_source(&reading->sources[address.address.family == MH_IPV6], &address))
        address.flags |= MH_ADDRESS_PREFERRED_SOURCE;
    reading->host->unsettled |= (address.flags & MH_ADDRESS_TENTATIVE) != 0;
    return code == MH_OK ? reading->feed->fact(reading->feed->context, &whole) : code;
}

static enum mh_error read_addresses(struct reading *reading)
{
    const struct mh_feed names = {.context = reading, .fact = note_name};
    const struct mh_feed feed = {.context = reading, .fact = add_state};
    reading->host->unsettled = false;
    enum mh_error code = read_interface_table(reading);
    if (code == MH_OK)
        code = tell_to(reading, &reading->interfaces, mh_rt_feed_interfaces, &names);
    if (code == MH_OK)
        code = mh_bsd_read_table_source(reading->host, MH_IPV4, &reading->sources[0], reading->failure);
    if (code == MH_OK)
        code = mh_bsd_read_table_source(reading->host, MH_IPV6, &reading->sources[1], reading->failure);
    return code == MH_OK ? tell_to(reading, &reading->interfaces, mh_rt_feed_addresses, &feed) : code;
}

/* Facts that stand in the routes of every table. */
static enum mh_error read_route_tables(struct reading *reading, feed_of feed)
{
    const struct mh_bsd *host = reading->host;
    enum mh_error code = mh_bsd_learn_tables(reading->host, reading->failure);
    for (size_t i = 0; i < host->table_count && code == MH_OK; i++) {
        struct table *table = &reading->routes[i];
        table->number = host->tables[i];
        code = read_table(reading, 0, host->layout->numbers->dump, 0, table);
        if (code == MH_OK)
            code = tell(reading, table, feed);
    }
    return code;
}

static enum mh_error read_routes(struct reading *reading)
{
    enum mh_error code = read_route_tables(reading, mh_rt_feed_routes);
    return code == MH_OK ? mh_bsd_anchor_feed_routes(reading->host, reading->feed, reading->failure) : code;
}

static enum mh_error read_rules(struct reading *reading)
{
    return mh_bsd_anchor_feed_rules(reading->host, reading->feed, reading->failure);
}

/* OpenBSD, and NetBSD before 8, keep neighbours among the routes. */
static bool are_routes(const struct mh_rt_layout *layout)
{
    return layout->system == MH_RT_OPENBSD || strncmp(layout->name, "netbsd-7-", 9) == 0;
}

static enum mh_error read_neighbors_of(struct reading *reading, uint8_t family)
{
    enum { BSD_EAFNOSUPPORT = 47 };
    const struct mh_rt_layout *layout = reading->host->layout;
    struct mh_failure own = {0}, *failure = reading->failure;
    struct table table = {0};
    reading->failure = &own;
    enum mh_error code =
        read_table(reading, family, layout->numbers->flags, layout->flags->link_layer, &table);
    reading->failure = failure;
    if (code == MH_OK)
        code = tell(reading, &table, mh_rt_feed_neighbors);
    else if (own.native_code == BSD_EAFNOSUPPORT) /* a kernel without that family has no neighbours in it */
        code = MH_OK;
    else if (failure != NULL)
        *failure = own;
    free(table.bytes);
    return code;
}

static enum mh_error read_neighbors(struct reading *reading)
{
    if (!are_routes(reading->host->layout)) {
        enum mh_error code = read_neighbors_of(reading, MH_RT_AF_INET);
        return code == MH_OK ? read_neighbors_of(reading, reading->host->layout->inet6) : code;
    }
    return read_route_tables(reading, mh_rt_feed_neighbors);
}

static enum mh_error read_settings(struct reading *reading)
{
    return mh_bsd_read_settings(reading->host, reading->feed, reading->failure);
}

static enum mh_error read_labels(struct reading *reading)
{
    return mh_bsd_read_labels(reading->host, reading->feed, reading->failure);
}

/* ---- all of them ----------------------------------------------------------------------------------- */

static enum mh_error read_section(struct reading *reading, enum mh_section section)
{
    static enum mh_error (*const readers[MH_SECTION_COUNT])(struct reading *) = {
        [MH_SECTION_INTERFACES] = read_interfaces, [MH_SECTION_ADDRESSES] = read_addresses,
        [MH_SECTION_RULES] = read_rules,           [MH_SECTION_NEIGHBORS] = read_neighbors,
        [MH_SECTION_SETTINGS] = read_settings,     [MH_SECTION_LABELS] = read_labels,
        [MH_SECTION_ROUTES] = read_routes,
    };
    const struct mh_feed *feed = reading->feed;
    enum mh_error code = feed->begin(feed->context, section);
    if (code == MH_OK)
        code = readers[section](reading);
    return code == MH_OK ? feed->end(feed->context, section) : code;
}

static void end_reading(struct reading *reading)
{
    mh_bsd_inquiry_end(&reading->inquiry);
    free(reading->names);
    free(reading->interfaces.bytes);
    for (size_t i = 0; i < MH_BSD_TABLES_MAX; i++)
        free(reading->routes[i].bytes);
    free(reading);
}

enum mh_error mh_bsd_read_sections(struct mh_bsd *host, const bool wanted[MH_SECTION_COUNT],
                                   const struct mh_feed *feed, struct mh_failure *failure)
{
    struct mh_failure own = {0};
    struct reading *reading = calloc(1, sizeof *reading);
    enum mh_error code = MH_OK;
    if (reading == NULL)
        return mh_fail(failure, MH_NO_MEMORY, "out of memory");
    *reading = (struct reading){.host = host, .feed = feed, .failure = &own};
    mh_bsd_inquiry_begin(&reading->inquiry, host);
    for (int i = 0; i < MH_SECTION_COUNT && code == MH_OK; i++)
        if (wanted[i]) {
            code = read_section(reading, (enum mh_section)i);
            host->stale[i] = code != MH_OK;
        }
    end_reading(reading);
    if (wanted[MH_SECTION_ADDRESSES])
        mh_bsd_watch_settle(host);
    if (code != MH_OK && own.code == MH_OK)
        (void)mh_fail(&own, code, "what the kernel told was not taken: %s", mh_error_text(code));
    if (code != MH_OK && failure != NULL)
        *failure = own;
    return code;
}
