#include "core/scenario_evidence.h"

#include "core/text.h"

#include <stdlib.h>
#include <string.h>

/* How many things a sentence names, and how many sentences of one sort there are, before the rest is only
 * counted. */
enum { NAMED_MAX = 6, SENTENCES_MAX = 32 };

static bool say(struct mh_scenario *scenario, struct mh_text *text)
{
    char *sentence = mh_text_take(text);
    char **grown = realloc(scenario->evidence, (scenario->evidence_count + 1) * sizeof *grown);
    if (grown != NULL)
        scenario->evidence = grown;
    if (grown == NULL || sentence == NULL) {
        free(sentence);
        return false;
    }
    scenario->evidence[scenario->evidence_count++] = sentence;
    return true;
}

static void add_address(struct mh_text *text, const struct mh_address *address)
{
    char words[MH_ADDRESS_TEXT_SIZE];
    mh_text_add(text, mh_address_format(address, words));
}

static void add_prefix(struct mh_text *text, const struct mh_prefix *prefix)
{
    char words[MH_PREFIX_TEXT_SIZE];
    mh_text_add(text, mh_prefix_format(prefix, words));
}

static void add_hardware(struct mh_text *text, const struct mh_neighbor *neighbor)
{
    char words[MH_HARDWARE_TEXT_SIZE];
    mh_text_add(text, mh_hardware_address_format(neighbor->hardware_address,
                                                 neighbor->hardware_address_length, words));
}

/* What stands before the thing with number `i` of `count` things: nothing, a comma, or "and" (which "and N
 * more" says when not all are named). */
static void add_separator(struct mh_text *text, size_t i, size_t count)
{
    if (i > 0)
        mh_text_add(text, i + 1 == count ? " and " : ", ");
}

/* How many of `count` things are named. */
static size_t named(size_t count)
{
    return count <= NAMED_MAX ? count : NAMED_MAX;
}

static void add_more(struct mh_text *text, size_t count)
{
    if (count > NAMED_MAX)
        mh_text_format(text, " and %zu more", count - NAMED_MAX);
}

/* "eth0, eth1 and eth2". */
static void add_interfaces(struct mh_text *text, const struct mh_interface *const *interfaces, size_t count)
{
    for (size_t i = 0; i < named(count); i++) {
        add_separator(text, i, count);
        mh_text_add(text, interfaces[i]->name);
    }
    add_more(text, count);
}

static int compare_interfaces(const void *left, const void *right)
{
    const struct mh_interface *a = *(const struct mh_interface *const *)left;
    const struct mh_interface *b = *(const struct mh_interface *const *)right;
    return a->index < b->index ? -1 : a->index > b->index;
}

/* The interfaces in a range, ascending, each once; the caller frees. NULL when out of memory. */
static const struct mh_interface **interfaces_of(const struct mh_counted_range *range, size_t *count)
{
    const struct mh_interface **interfaces = calloc(range->count + 1, sizeof *interfaces);
    if (interfaces == NULL)
        return NULL;
    for (size_t i = 0; i < range->count; i++)
        interfaces[i] = range->items[i].interface;
    qsort(interfaces, range->count, sizeof *interfaces, compare_interfaces);
    *count = 0;
    for (size_t i = 0; i < range->count; i++)
        if (*count == 0 || interfaces[*count - 1] != interfaces[i])
            interfaces[(*count)++] = interfaces[i];
    return interfaces;
}

static bool say_conflict(const struct mh_snapshot *snapshot, const struct mh_gateway_conflict *conflict,
                         struct mh_scenario *scenario)
{
    struct mh_text text = {0};
    mh_text_add(&text, "the gateways ");
    add_address(&text, &conflict->a.address);
    mh_text_format(&text, " on %s and ", mh_snapshot_interface_name(snapshot, conflict->a.interface));
    if (!conflict->same_address) {
        add_address(&text, &conflict->b.address);
        mh_text_add(&text, " on ");
    }
    mh_text_format(&text, "%s have different MACs (",
                   mh_snapshot_interface_name(snapshot, conflict->b.interface));
    add_hardware(&text, conflict->a.neighbor);
    mh_text_add(&text, " and ");
    add_hardware(&text, conflict->b.neighbor);
    mh_text_add(&text, conflict->same_address
                           ? "): these may be two networks that use the same numbers"
                           : "): two routers on one network, or two networks that use the same numbers");
    return say(scenario, &text);
}

static bool say_join(const struct mh_snapshot *snapshot, const struct mh_join *join,
                     struct mh_scenario *scenario)
{
    const char *a = snapshot->interfaces[join->a].name;
    const struct mh_interface *b = &snapshot->interfaces[join->b];
    struct mh_text text = {0};
    switch (join->kind) {
    case MH_JOIN_PORT:
        mh_text_format(&text, "%s and %s are on one link: %s is a port of %s", a, b->name, b->name, a);
        break;
    case MH_JOIN_LOWER:
        mh_text_format(&text, "%s and %s are on one link: %s is %s %s on %s", a, b->name, b->name,
                       b->kind == MH_KIND_IPVLAN ? "an" : "a", mh_kind_name((enum mh_kind)b->kind), a);
        break;
    case MH_JOIN_VETH:
        mh_text_format(&text, "%s and %s are on one link: they are the two ends of a veth pair", a, b->name);
        break;
    case MH_JOIN_SUBNET:
        mh_text_format(&text, "%s and %s are taken to be on one link: both have addresses in ", a, b->name);
        add_prefix(&text, &join->subnet);
        break;
    }
    return say(scenario, &text) && (!join->conflicting || say_conflict(snapshot, &join->conflict, scenario));
}

/* Why the interfaces of a link belong together; of all links of the domain for `link` SIZE_MAX. */
static bool say_joins(const struct mh_evidence_source *source, size_t link, struct mh_scenario *scenario)
{
    size_t said = 0;
    for (size_t i = 0; i < source->links->join_count; i++) {
        const struct mh_join *join = &source->links->joins[i];
        if (!join->needed || (link != SIZE_MAX && source->links->links[join->a] != link))
            continue;
        if (link == SIZE_MAX && source->snapshot->interfaces[join->b].domain != scenario->domain)
            continue;
        if (said++ < SENTENCES_MAX && !say_join(source->snapshot, join, scenario))
            return false;
    }
    return true;
}

/* Why an address is in a subnet that its own prefix does not tell. */
static bool say_origins(const struct mh_counted_range *range, struct mh_scenario *scenario)
{
    size_t said = 0;
    for (size_t i = 0; i < range->count && said < SENTENCES_MAX; i++) {
        const struct mh_counted *at = &range->items[i];
        if (at->origin == MH_SUBNET_OWN)
            continue;
        struct mh_text text = {0};
        add_address(&text, &at->address->address);
        mh_text_format(&text, "/%u on %s belongs to ", (unsigned)at->address->prefix_length,
                       at->interface->name);
        add_prefix(&text, &at->subnet);
        mh_text_format(&text,
                       at->origin == MH_SUBNET_OF_SIBLING ? ", the prefix of another address on %s"
                                                          : ", which a route says is on the link of %s",
                       at->interface->name);
        said++;
        if (!say(scenario, &text))
            return false;
    }
    return true;
}

/* "192.0.2.1 and 192.0.2.3 on eth0"; names the interface with each address when there are several. */
static void add_members(struct mh_text *text, const struct mh_counted_range *range, bool with_interface)
{
    for (size_t i = 0; i < named(range->count); i++) {
        add_separator(text, i, range->count);
        add_address(text, &range->items[i].address->address);
        if (with_interface)
            mh_text_format(text, " on %s", range->items[i].interface->name);
    }
    add_more(text, range->count);
    if (!with_interface)
        mh_text_format(text, " on %s", range->items[0].interface->name);
}

static bool say_logical_hosts(const struct mh_evidence_source *source, const struct mh_counted_range *range,
                              struct mh_scenario *scenario)
{
    struct mh_text text = {0};
    bool several = scenario->layout == MH_LAYOUT_DIFFERENT_INTERFACES;
    add_members(&text, range, several);
    mh_text_add(&text, " are in one subnet, ");
    add_prefix(&text, &scenario->subnet);
    return say(scenario, &text) && (!several || say_joins(source, range->items[0].link, scenario)) &&
           say_origins(range, scenario);
}

static size_t count_subnets(const struct mh_counted_range *range)
{
    size_t count = 0;
    for (size_t i = 0; i < range->count; i++)
        count += i == 0 || !mh_prefix_equal(&range->items[i - 1].subnet, &range->items[i].subnet);
    return count;
}

/* The range is ordered by subnet. */
static void add_subnets(struct mh_text *text, const struct mh_counted_range *range)
{
    size_t count = count_subnets(range), at = 0;
    for (size_t i = 0; i < range->count && at < named(count); i++) {
        if (i > 0 && mh_prefix_equal(&range->items[i - 1].subnet, &range->items[i].subnet))
            continue;
        add_separator(text, at++, count);
        add_prefix(text, &range->items[i].subnet);
    }
    add_more(text, count);
}

static bool say_logical_networks(const struct mh_evidence_source *source,
                                 const struct mh_counted_range *range, struct mh_scenario *scenario)
{
    size_t count;
    const struct mh_interface **interfaces = interfaces_of(range, &count);
    if (interfaces == NULL)
        return false;
    struct mh_text text = {0};
    mh_text_add(&text, count > 1 ? "the link of " : "");
    add_interfaces(&text, interfaces, count);
    mh_text_format(&text, count > 1 ? " carries %zu subnets: " : " has addresses in %zu subnets: ",
                   count_subnets(range));
    add_subnets(&text, range);
    free(interfaces);
    return say(scenario, &text) && (count < 2 || say_joins(source, range->items[0].link, scenario)) &&
           say_origins(range, scenario);
}

/* A gateway with the link it is on. */
struct gateway_on_link {
    const struct mh_gateway *gateway;
    size_t link;
};

static int compare_gateway_hardware(const void *left, const void *right)
{
    const struct gateway_on_link *a = left, *b = right;
    const struct mh_neighbor *of_a = a->gateway->neighbor, *of_b = b->gateway->neighbor;
    int order = (int)of_a->hardware_address_length - (int)of_b->hardware_address_length;
    if (order == 0)
        order = memcmp(of_a->hardware_address, of_b->hardware_address, of_a->hardware_address_length);
    if (order != 0)
        return order;
    return a->gateway < b->gateway ? -1 : a->gateway > b->gateway;
}

static bool say_same_gateway(const struct mh_snapshot *snapshot, const struct mh_gateway *a,
                             const struct mh_gateway *b, struct mh_scenario *scenario)
{
    struct mh_text text = {0};
    mh_text_add(&text, "the gateways ");
    add_address(&text, &a->address);
    mh_text_format(&text, " on %s and ", mh_snapshot_interface_name(snapshot, a->interface));
    add_address(&text, &b->address);
    mh_text_format(&text, " on %s have the same MAC (", mh_snapshot_interface_name(snapshot, b->interface));
    add_hardware(&text, a->neighbor);
    mh_text_add(&text, "), which alone does not make them one link: routers use a MAC on several networks");
    return say(scenario, &text);
}

/* The gateways with a known hardware address on interfaces with addresses in the range. */
static size_t gateways_of_range(const struct mh_evidence_source *source, const struct mh_counted_range *range,
                                struct gateway_on_link *gateways)
{
    size_t found = 0;
    for (size_t i = 0; i < source->gateways->count; i++) {
        const struct mh_gateway *gateway = &source->gateways->items[i];
        const struct mh_interface *interface = mh_snapshot_interface(source->snapshot, gateway->interface);
        if (gateway->neighbor == NULL || interface == NULL ||
            interface->domain != range->items[0].interface->domain)
            continue;
        size_t link = source->links->links[interface - source->snapshot->interfaces];
        gateways[found++] = (struct gateway_on_link){gateway, link};
    }
    return found;
}

/* One router that shows on several links is a hint, no more. */
static bool say_same_gateways(const struct mh_evidence_source *source, const struct mh_counted_range *range,
                              struct mh_scenario *scenario)
{
    struct gateway_on_link *gateways = calloc(source->gateways->count + 1, sizeof *gateways);
    if (gateways == NULL)
        return false;
    size_t count = gateways_of_range(source, range, gateways), said = 0;
    qsort(gateways, count, sizeof *gateways, compare_gateway_hardware);
    bool enough = true;
    for (size_t i = 1; i < count && enough && said < SENTENCES_MAX; i++) {
        const struct mh_gateway *a = gateways[i - 1].gateway, *b = gateways[i].gateway;
        if (gateways[i - 1].link == gateways[i].link || !mh_same_hardware_address(a->neighbor, b->neighbor))
            continue;
        said++;
        enough = say_same_gateway(source->snapshot, a, b, scenario);
    }
    free(gateways);
    return enough;
}

/* "eth0, eth1+macvlan0 and eth2 are 3 links": the first interface of each link stands for it. */
static bool say_links(const struct mh_counted_range *range, struct mh_scenario *scenario)
{
    const struct mh_interface **firsts = calloc(range->count + 1, sizeof *firsts);
    if (firsts == NULL)
        return false;
    size_t count = 0;
    for (size_t i = 0; i < range->count; i++) {
        if (i == 0 || range->items[i - 1].link != range->items[i].link)
            firsts[count++] = range->items[i].interface;
        else if (range->items[i].interface->index < firsts[count - 1]->index)
            firsts[count - 1] = range->items[i].interface;
    }
    qsort(firsts, count, sizeof *firsts, compare_interfaces);
    struct mh_text text = {0};
    add_interfaces(&text, firsts, count);
    mh_text_format(&text,
                   " are on %zu separate links: they share no subnet, and nothing seen here connects them",
                   count);
    free(firsts);
    return say(scenario, &text);
}

static bool say_simple(const struct mh_evidence_source *source, const struct mh_counted_range *range,
                       struct mh_scenario *scenario)
{
    return say_links(range, scenario) && say_joins(source, SIZE_MAX, scenario) &&
           say_origins(range, scenario) && say_same_gateways(source, range, scenario);
}

static bool say_single(const struct mh_evidence_source *source, const struct mh_counted_range *range,
                       struct mh_scenario *scenario)
{
    struct mh_text text = {0};
    if (range->count > 0) {
        add_members(&text, range, true);
        mh_text_add(&text, " is the only address that counts");
        return say(scenario, &text);
    }
    mh_text_format(&text, "no %s address counts", source->family == MH_IPV4 ? "IPv4" : "IPv6");
    if (source->count->left_out_count > 0 && source->family == MH_IPV6)
        mh_text_add(&text, "; loopback and link-local addresses never do");
    else if (source->count->left_out_count > 0)
        mh_text_add(&text, "; loopback addresses never do");
    else
        mh_text_add(&text, ": there is none");
    return say(scenario, &text);
}

bool mh_evidence_of(const struct mh_evidence_source *source, const struct mh_counted_range *range,
                    struct mh_scenario *scenario)
{
    switch (scenario->kind) {
    case MH_MULTIPLE_LOGICAL_NETWORKS:
        return say_logical_networks(source, range, scenario);
    case MH_MULTIPLE_LOGICAL_HOSTS:
        return say_logical_hosts(source, range, scenario);
    case MH_SIMPLE_MULTIHOMING:
        return say_simple(source, range, scenario);
    case MH_SINGLE_HOMED:
        break;
    }
    return say_single(source, range, scenario);
}

static void add_left_out(struct mh_text *text, const struct mh_left_out *first, size_t count)
{
    for (size_t i = 0; i < named(count); i++) {
        add_separator(text, i, count);
        add_address(text, &first[i].address->address);
    }
    add_more(text, count);
}

/* One interface's addresses that were left out for one reason. */
static bool say_left_out(const struct mh_evidence_source *source, const struct mh_left_out *first,
                         size_t count, struct mh_scenario *scenario)
{
    static const char *const of_address[MH_COUNTS][2] = {
        [MH_LEFT_OUT_NOT_UNICAST] = {"is not a unicast address and does not count",
                                     "are not unicast addresses and do not count"},
        [MH_LEFT_OUT_DUPLICATE] =
            {"is in use by another host (duplicate address detection failed) and does not count",
             "are in use by other hosts (duplicate address detection failed) and do not count"},
        [MH_LEFT_OUT_TENTATIVE] = {"is tentative and does not count yet",
                                   "are tentative and do not count yet"},
        [MH_LEFT_OUT_TEMPORARY] = {"is a temporary address and does not count",
                                   "are temporary addresses and do not count"},
    };
    const struct mh_interface *interface = first->interface;
    const char *name = interface->name;
    struct mh_text text = {0};
    const char *master = mh_snapshot_interface_name(source->snapshot, interface->master);
    if (first->reason == MH_LEFT_OUT_PORT)
        mh_text_format(&text, "%s is a port of %s; ", name, master[0] == '\0' ? "another interface" : master);
    else if (first->reason == MH_LEFT_OUT_INTERNAL)
        mh_text_format(&text, "%s is internal: %s; ", name,
                       source->roles[interface - source->snapshot->interfaces].reason);
    else if (first->reason == MH_LEFT_OUT_DOWN)
        mh_text_format(&text, "%s is administratively down; ", name);
    add_left_out(&text, first, count);
    if (of_address[first->reason][0] == NULL)
        mh_text_add(&text, count == 1 ? " does not count" : " do not count");
    else
        mh_text_format(&text, " on %s %s", name, of_address[first->reason][count > 1]);
    return say(scenario, &text);
}

static bool one_sentence(const struct mh_left_out *a, const struct mh_left_out *b)
{
    return a->interface == b->interface && a->reason == b->reason;
}

bool mh_evidence_of_left_out(const struct mh_evidence_source *source, uint32_t domain,
                             struct mh_scenario *scenario)
{
    const struct mh_count *count = source->count;
    size_t said = 0, unsaid = 0;
    for (size_t first = 0, end; first < count->left_out_count; first = end) {
        const struct mh_left_out *at = &count->left_out[first];
        for (end = first + 1; end < count->left_out_count; end++)
            if (!one_sentence(at, &count->left_out[end]))
                break;
        if (at->interface->domain != domain || at->reason == MH_LEFT_OUT_BY_NATURE)
            continue;
        if (said == SENTENCES_MAX)
            unsaid += end - first;
        else if (!say_left_out(source, at, end - first, scenario))
            return false;
        else
            said++;
    }
    struct mh_text text = {0};
    if (unsaid == 0)
        return true;
    mh_text_format(&text, "%zu more addresses do not count", unsaid);
    return say(scenario, &text);
}
