/* A link is what RFC 1122 calls a connected (physical) network. Interfaces are put on one link by what is
 * seen here, whatever their routing domain: a bridge or bond and its ports, a macvlan or ipvlan and the
 * interface it stands on, the two ends of a veth pair. A VLAN is a link of its own.
 *
 * Addresses in the same subnet are strong evidence too, but only
 * - within one routing domain: domains exist to use the same numbers twice;
 * - not for 169.254.0.0/16, which every link has, nor for point-to-point interfaces, each of which is a link,
 * nor for an address that is its whole subnet: the same address on two interfaces (anycast) says nothing
 * about links.
 *
 * A link is there for both families, so what one family shows holds for the other: two interfaces in one IPv4
 * subnet are one link for IPv6 as well. When the gateways contradict (one gateway address with two hardware
 * addresses), the guess is kept to the family that it was made from, so that two providers with the same
 * 192.168.1.0/24 are still told apart by IPv6. */
#include "core/scenario_link.h"

#include <stdlib.h>

struct grouping {
    const struct mh_link_source *source;
    struct mh_link_map *map;
    size_t family; /* for which the links are */
};

static size_t position_of(const struct mh_snapshot *snapshot, const struct mh_interface *interface)
{
    return (size_t)(interface - snapshot->interfaces);
}

/* The first interface of the link; the path to it is halved on the way. */
static size_t find(size_t *links, size_t position)
{
    while (links[position] != position) {
        links[position] = links[links[position]];
        position = links[position];
    }
    return position;
}

/* False when they were together already. */
static bool unite(size_t *links, size_t a, size_t b)
{
    a = find(links, a);
    b = find(links, b);
    links[a < b ? b : a] = a < b ? a : b;
    return a != b;
}

static void join(struct mh_link_map *map, const struct mh_join *reason)
{
    if (unite(map->links, reason->a, reason->b))
        map->joins[map->join_count++] = *reason;
}

static void join_structure(const struct mh_snapshot *snapshot, struct mh_link_map *map, size_t position)
{
    const struct mh_interface *interface = &snapshot->interfaces[position];
    const struct mh_interface *master = mh_snapshot_interface(snapshot, interface->master);
    if (master != NULL && mh_interface_is_port(snapshot, interface))
        join(map, &(struct mh_join){.kind = MH_JOIN_PORT, .a = position_of(snapshot, master), .b = position});
    const struct mh_interface *lower =
        interface->lower_is_elsewhere ? NULL : mh_snapshot_interface(snapshot, interface->lower);
    if (lower == NULL)
        return;
    struct mh_join reason = {.kind = MH_JOIN_LOWER, .a = position_of(snapshot, lower), .b = position};
    if (interface->kind == MH_KIND_VETH && lower->kind == MH_KIND_VETH)
        reason.kind = MH_JOIN_VETH;
    else if (interface->kind != MH_KIND_MACVLAN && interface->kind != MH_KIND_IPVLAN &&
             interface->kind != MH_KIND_MACVTAP)
        return;
    join(map, &reason);
}

/* An address whose subnet can show that two interfaces are on one link. */
static bool shows_link(const struct mh_counted *counted)
{
    const struct mh_address *address = &counted->address->address;
    return !mh_address_is_link_local(address) && !counted->interface->point_to_point &&
           counted->interface->kind != MH_KIND_PPP &&
           counted->subnet.length != mh_family_bits((enum mh_family)address->family);
}

static int compare_by_subnet(const void *left, const void *right)
{
    const struct mh_counted *a = *(const struct mh_counted *const *)left;
    const struct mh_counted *b = *(const struct mh_counted *const *)right;
    if (a->interface->domain != b->interface->domain)
        return a->interface->domain < b->interface->domain ? -1 : 1;
    int order = mh_prefix_compare(&a->subnet, &b->subnet);
    if (order != 0)
        return order;
    if (a->interface->index != b->interface->index)
        return a->interface->index < b->interface->index ? -1 : 1;
    return mh_address_compare(&a->address->address, &b->address->address);
}

/* The addresses that show links, ordered by domain, subnet and interface, one for each of these. */
static size_t witnesses(const struct mh_count *count, const struct mh_counted **sorted)
{
    size_t found = 0, kept = 0;
    for (size_t i = 0; i < count->counted_count; i++)
        if (shows_link(&count->counted[i]))
            sorted[found++] = &count->counted[i];
    qsort(sorted, found, sizeof *sorted, compare_by_subnet);
    for (size_t i = 0; i < found; i++)
        if (kept == 0 || sorted[kept - 1]->interface != sorted[i]->interface ||
            !mh_prefix_equal(&sorted[kept - 1]->subnet, &sorted[i]->subnet))
            sorted[kept++] = sorted[i];
    return kept;
}

/* Joins the interfaces of one subnet. Those whose gateways do not contradict come together first, each with
 * the first interface it agrees with; then these groups, as contradicted, when the subnet is of the family
 * that asks. `group` is reordered: the first of each group of agreeing ones come to the front. */
static void join_subnet(const struct grouping *grouping, size_t of_family, const struct mh_counted **group,
                        size_t count)
{
    const struct mh_snapshot *snapshot = grouping->source->snapshot;
    size_t heads = 0;
    for (size_t i = 0; i < count; i++) {
        struct mh_join reason = {.kind = MH_JOIN_SUBNET,
                                 .b = position_of(snapshot, group[i]->interface),
                                 .subnet = group[i]->subnet};
        struct mh_join contradicted = reason;
        bool agreed = false;
        for (size_t head = 0; head < heads && !agreed; head++) {
            reason.a = position_of(snapshot, group[head]->interface);
            reason.conflicting = mh_gateways_conflict(snapshot, grouping->source->gateways[of_family],
                                                      group[head]->interface->index,
                                                      group[i]->interface->index, &reason.conflict);
            agreed = !reason.conflicting || !reason.conflict.same_address;
            if (head == 0)
                contradicted = reason;
        }
        if (agreed)
            join(grouping->map, &reason);
        else if (heads > 0 && of_family == grouping->family)
            join(grouping->map, &contradicted);
        if (!agreed)
            group[heads++] = group[i];
    }
}

static bool join_subnets(const struct grouping *grouping, size_t of_family)
{
    const struct mh_count *count = grouping->source->counts[of_family];
    const struct mh_counted **sorted = calloc(count->counted_count + 1, sizeof *sorted);
    if (sorted == NULL)
        return false;
    size_t found = witnesses(count, sorted);
    for (size_t first = 0, end; first < found; first = end) {
        for (end = first + 1; end < found; end++)
            if (sorted[end]->interface->domain != sorted[first]->interface->domain ||
                !mh_prefix_equal(&sorted[end]->subnet, &sorted[first]->subnet))
                break;
        join_subnet(grouping, of_family, sorted + first, end - first);
    }
    free(sorted);
    return true;
}

/* Takes the joins away, from the leaves on, that end at an interface without an address that counts. The
 * joins are a forest: an interface that has one join left finds it as the exclusive or of the joins that it
 * had. */
static bool mark_needed(const struct mh_link_source *source, struct mh_link_map *map, size_t family)
{
    size_t interfaces = source->snapshot->interface_count;
    size_t *degree = calloc(interfaces + 1, sizeof *degree),
           *remaining = calloc(interfaces + 1, sizeof *remaining);
    bool *counts = calloc(interfaces + 1, sizeof *counts);
    bool enough = degree != NULL && remaining != NULL && counts != NULL;
    for (size_t i = 0; enough && i < map->join_count; i++) {
        struct mh_join *edge = &map->joins[i];
        edge->needed = true;
        degree[edge->a]++;
        degree[edge->b]++;
        remaining[edge->a] ^= i;
        remaining[edge->b] ^= i;
    }
    const struct mh_count *count = source->counts[family];
    for (size_t i = 0; enough && i < count->counted_count; i++)
        counts[position_of(source->snapshot, count->counted[i].interface)] = true;
    for (size_t i = 0; enough && i < interfaces; i++)
        for (size_t leaf = i; degree[leaf] == 1 && !counts[leaf];) {
            struct mh_join *edge = &map->joins[remaining[leaf]];
            size_t next = edge->a == leaf ? edge->b : edge->a;
            edge->needed = false;
            degree[leaf] = 0;
            degree[next]--;
            remaining[next] ^= remaining[leaf];
            leaf = next;
        }
    free(degree);
    free(remaining);
    free(counts);
    return enough;
}

bool mh_link_map_init(struct mh_link_map *map, const struct mh_link_source *source, size_t family)
{
    size_t interfaces = source->snapshot->interface_count;
    struct grouping grouping = {source, map, family};
    *map = (struct mh_link_map){
        .links = calloc(interfaces + 1, sizeof *map->links),
        /* A forest has fewer joins than interfaces. */
        .joins = calloc(interfaces + 1, sizeof *map->joins),
    };
    if (map->links == NULL || map->joins == NULL)
        return false;
    for (size_t i = 0; i < interfaces; i++)
        map->links[i] = i;
    for (size_t i = 0; i < interfaces; i++)
        join_structure(source->snapshot, map, i);
    if (!join_subnets(&grouping, family) || !join_subnets(&grouping, 1 - family))
        return false;
    for (size_t i = 0; i < interfaces; i++)
        map->links[i] = find(map->links, i);
    struct mh_count *count = source->counts[family];
    for (size_t i = 0; i < count->counted_count; i++)
        count->counted[i].link = map->links[position_of(source->snapshot, count->counted[i].interface)];
    return mark_needed(source, map, family);
}

void mh_link_map_merge(struct mh_link_map *map, const struct mh_link_map *other, size_t interface_count)
{
    for (size_t i = 0; i < other->join_count; i++)
        (void)unite(map->links, other->joins[i].a, other->joins[i].b);
    for (size_t i = 0; i < interface_count; i++)
        map->links[i] = find(map->links, i);
}

void mh_link_map_clear(struct mh_link_map *map)
{
    free(map->links);
    free(map->joins);
    *map = (struct mh_link_map){0};
}
