/* Usable unicast addresses count, on interfaces that are external, administratively up, and not ports of
 * another. Carrier does not matter: a pulled cable does not make another host of it. IPv4 link-local
 * addresses (RFC 3927) count, as they may be all that a link has; IPv6 link-local ones are on every link and
 * say nothing. */
#include "core/scenario_count.h"

#include "core/scenario_subnet.h"

#include <stdlib.h>

static bool is_tentative(const struct mh_interface_address *address)
{
    return (address->flags & MH_ADDRESS_TENTATIVE) != 0 && (address->flags & MH_ADDRESS_OPTIMISTIC) == 0;
}

static enum mh_left_out_reason reason_of(const struct mh_snapshot *snapshot,
                                         const struct mh_interface *interface, enum mh_role role,
                                         const struct mh_interface_address *address)
{
    bool ipv6 = address->address.family == MH_IPV6;
    if (mh_address_is_loopback(&address->address) || (ipv6 && mh_address_is_link_local(&address->address)))
        return MH_LEFT_OUT_BY_NATURE;
    if (mh_interface_is_port(snapshot, interface))
        return MH_LEFT_OUT_PORT;
    if (role != MH_ROLE_EXTERNAL)
        return MH_LEFT_OUT_INTERNAL;
    if (!interface->up)
        return MH_LEFT_OUT_DOWN;
    if (!mh_address_is_unicast(&address->address))
        return MH_LEFT_OUT_NOT_UNICAST;
    if ((address->flags & MH_ADDRESS_DUPLICATE) != 0)
        return MH_LEFT_OUT_DUPLICATE;
    if (is_tentative(address))
        return MH_LEFT_OUT_TENTATIVE;
    if (ipv6 && (address->flags & MH_ADDRESS_TEMPORARY) != 0)
        return MH_LEFT_OUT_TEMPORARY;
    return MH_COUNTS;
}

static int compare_counted(const void *left, const void *right)
{
    const struct mh_counted *a = left, *b = right;
    if (a->interface->index != b->interface->index)
        return a->interface->index < b->interface->index ? -1 : 1;
    int order = mh_address_compare(&a->address->address, &b->address->address);
    return order != 0 ? order : mh_prefix_compare(&a->subnet, &b->subnet);
}

static int compare_left_out(const void *left, const void *right)
{
    const struct mh_left_out *a = left, *b = right;
    if (a->interface->index != b->interface->index)
        return a->interface->index < b->interface->index ? -1 : 1;
    if (a->reason != b->reason)
        return a->reason < b->reason ? -1 : 1;
    return mh_address_compare(&a->address->address, &b->address->address);
}

/* An address can be on one interface with several prefix lengths; the widest subnet keeps it. */
static void drop_repeated(struct mh_count *count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count->counted_count; i++) {
        const struct mh_counted *at = &count->counted[i];
        const struct mh_counted *before = kept == 0 ? NULL : &count->counted[kept - 1];
        if (before == NULL || before->interface != at->interface ||
            !mh_address_equal(&before->address->address, &at->address->address))
            count->counted[kept++] = *at;
    }
    count->counted_count = kept;
}

static void sort_out(const struct mh_snapshot *snapshot, const struct mh_role_verdict *roles,
                     const struct mh_cover_list *covers, enum mh_family family, struct mh_count *count)
{
    for (size_t i = 0; i < snapshot->address_count; i++) {
        const struct mh_interface_address *address = &snapshot->addresses[i];
        const struct mh_interface *interface =
            address->address.family == family ? mh_snapshot_interface(snapshot, address->interface) : NULL;
        if (interface == NULL)
            continue;
        enum mh_role role = roles[interface - snapshot->interfaces].role;
        enum mh_left_out_reason reason = reason_of(snapshot, interface, role, address);
        if (reason != MH_COUNTS) {
            count->left_out[count->left_out_count++] = (struct mh_left_out){interface, address, reason};
            continue;
        }
        struct mh_counted *counted = &count->counted[count->counted_count++];
        *counted = (struct mh_counted){.interface = interface, .address = address};
        mh_subnet_find(covers, counted);
    }
}

bool mh_count_addresses(const struct mh_snapshot *snapshot, const struct mh_route_table *routes,
                        const struct mh_role_verdict *roles, enum mh_family family, struct mh_count *count)
{
    struct mh_cover_list covers;
    bool enough = mh_cover_list_init(&covers, snapshot, routes, family);
    *count = (struct mh_count){
        .counted = calloc(snapshot->address_count + 1, sizeof *count->counted),
        .left_out = calloc(snapshot->address_count + 1, sizeof *count->left_out),
    };
    enough = enough && count->counted != NULL && count->left_out != NULL;
    if (enough) {
        sort_out(snapshot, roles, &covers, family, count);
        qsort(count->counted, count->counted_count, sizeof *count->counted, compare_counted);
        qsort(count->left_out, count->left_out_count, sizeof *count->left_out, compare_left_out);
        drop_repeated(count);
    }
    mh_cover_list_clear(&covers);
    return enough;
}

void mh_count_clear(struct mh_count *count)
{
    free(count->counted);
    free(count->left_out);
    *count = (struct mh_count){0};
}
