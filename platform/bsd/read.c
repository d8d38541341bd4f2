/* Reading sections whole: interfaces and addresses from NET_RT_IFLIST or NET_RT_IFLISTL, routes from
 * NET_RT_DUMP, neighbours from NET_RT_FLAGS or from among the routes; settings are setting.c's. Rules, and
 * routes of tables 5200 to 5999, are those of pf's anchor (anchor.c). Address labels are not read. Of other
 * routes it is table 0: other FIBs and rtables are not read. */
#include "anchor.h"

#include <stdlib.h>
#include <string.h>

/* One answer serves two sections. */
struct table {
    uint8_t *bytes;
    size_t length;
    bool known;
};

struct reading {
    struct mh_bsd *host;
    const struct mh_feed *feed;
    struct mh_failure *failure;
    struct table interfaces, routes;
};

typedef enum mh_error (*feed_of)(const struct mh_rt_answer *answer, const struct mh_feed *feed,
                                 struct mh_failure *failure);

/* ---- tables ---------------------------------------------------------------------------------------- */

/* sysctl(3) of CTL_NET, PF_ROUTE. OpenBSD's dump takes a seventh number, the table. */
static enum mh_error read_table(struct reading *reading, uint8_t family, uint8_t what, uint32_t argument,
                                struct table *table)
{
    const struct mh_rt_layout *layout = reading->host->layout;
    const int32_t numbers[] = {MH_BSD_CTL_NET, layout->numbers->pf_route, 0, family,
                               what,           (int32_t)argument,         0};
    bool has_table = layout->system == MH_RT_OPENBSD && what == layout->numbers->dump;
    if (table->known)
        return MH_OK;
    enum mh_error code = mh_calls_read_table(reading->host->calls, numbers, has_table ? 7 : 6, &table->bytes,
                                             &table->length, reading->failure);
    table->known = code == MH_OK;
    return code;
}

static enum mh_error tell(struct reading *reading, const struct table *table, feed_of feed)
{
    const struct mh_rt_layout *layout = reading->host->layout;
    const struct mh_rt_answer answer = {.layout = layout,
                                        .bytes = table->bytes,
                                        .length = table->length,
                                        .long_records = table == &reading->interfaces &&
                                                        layout->numbers->long_interfaces != 0};
    return feed(&answer, reading->feed, reading->failure);
}

/* ---- sections -------------------------------------------------------------------------------------- */

static enum mh_error read_interface_table(struct reading *reading)
{
    const struct mh_rt_numbers *numbers = reading->host->layout->numbers;
    uint8_t what = numbers->long_interfaces != 0 ? numbers->long_interfaces : numbers->interfaces;
    return read_table(reading, 0, what, 0, &reading->interfaces);
}

static enum mh_error read_interfaces(struct reading *reading)
{
    enum mh_error code = read_interface_table(reading);
    return code == MH_OK ? tell(reading, &reading->interfaces, mh_rt_feed_interfaces) : code;
}

static enum mh_error read_addresses(struct reading *reading)
{
    enum mh_error code = read_interface_table(reading);
    return code == MH_OK ? tell(reading, &reading->interfaces, mh_rt_feed_addresses) : code;
}

static enum mh_error read_route_table(struct reading *reading)
{
    return read_table(reading, 0, reading->host->layout->numbers->dump, 0, &reading->routes);
}

static enum mh_error read_routes(struct reading *reading)
{
    enum mh_error code = read_route_table(reading);
    if (code == MH_OK)
        code = tell(reading, &reading->routes, mh_rt_feed_routes);
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
    enum mh_error code = read_route_table(reading);
    return code == MH_OK ? tell(reading, &reading->routes, mh_rt_feed_neighbors) : code;
}

static enum mh_error read_settings(struct reading *reading)
{
    return mh_bsd_read_settings(reading->host, reading->feed, reading->failure);
}

static enum mh_error read_nothing(struct reading *reading)
{
    (void)reading;
    return MH_OK;
}

/* ---- all of them ----------------------------------------------------------------------------------- */

static enum mh_error read_section(struct reading *reading, enum mh_section section)
{
    static enum mh_error (*const readers[MH_SECTION_COUNT])(struct reading *) = {
        [MH_SECTION_INTERFACES] = read_interfaces, [MH_SECTION_ADDRESSES] = read_addresses,
        [MH_SECTION_RULES] = read_rules,           [MH_SECTION_NEIGHBORS] = read_neighbors,
        [MH_SECTION_SETTINGS] = read_settings,     [MH_SECTION_LABELS] = read_nothing,
        [MH_SECTION_ROUTES] = read_routes,
    };
    const struct mh_feed *feed = reading->feed;
    enum mh_error code = feed->begin(feed->context, section);
    if (code == MH_OK)
        code = readers[section](reading);
    return code == MH_OK ? feed->end(feed->context, section) : code;
}

enum mh_error mh_bsd_read_sections(struct mh_bsd *host, const bool wanted[MH_SECTION_COUNT],
                                   const struct mh_feed *feed, struct mh_failure *failure)
{
    struct mh_failure own = {0};
    struct reading reading = {.host = host, .feed = feed, .failure = &own};
    enum mh_error code = MH_OK;
    for (int i = 0; i < MH_SECTION_COUNT && code == MH_OK; i++)
        if (wanted[i]) {
            code = read_section(&reading, (enum mh_section)i);
            host->stale[i] = code != MH_OK;
        }
    free(reading.interfaces.bytes);
    free(reading.routes.bytes);
    if (code != MH_OK && own.code == MH_OK)
        (void)mh_fail(&own, code, "what the kernel told was not taken: %s", mh_error_text(code));
    if (code != MH_OK && failure != NULL)
        *failure = own;
    return code;
}
