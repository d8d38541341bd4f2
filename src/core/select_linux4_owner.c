/* Whose an IPv4 address is to Linux: __ip_dev_find in net/ipv4/devinet.c. */
#include "core/forward_parts.h"
#include "core/select_linux4.h"

#include <string.h>

enum { TABLE_MAIN = 254, TABLE_LOCAL = 255 };

/* What a table says of the address: local or not. */
struct locality {
    bool local;
    int length; /* -1: nothing */
    uint32_t interface;
};

/* The question has no tos: routes for one do not count, nor do those that lead nowhere now. */
static bool counts_for_owner(const struct mh_snapshot *snapshot, const struct mh_route_peek *peek)
{
    enum mh_way way;
    bool usable = peek->shared->type == MH_ROUTE_THROW || mh_route_refuses(peek->shared->type, &way);
    for (size_t i = 0; i < peek->shared->next_hop_count && !usable; i++)
        usable = mh_next_hop_alive(snapshot, MH_IPV4, &peek->shared->next_hops[i]);
    return usable && peek->tos == 0;
}

static struct locality locality_in(const struct mh_selecting *selecting, uint32_t table,
                                   const struct mh_address *address)
{
    mh_route_handle handle;
    for (int longest = 32;
         (handle = mh_route_table_match(selecting->routes, table, address, longest)) != 0;) {
        while (handle != 0) {
            struct mh_route_peek peek = mh_route_peek(selecting->routes, handle);
            bool local = peek.shared->type == MH_ROUTE_LOCAL && peek.shared->next_hop_count > 0;
            if (counts_for_owner(selecting->snapshot, &peek))
                return (struct locality){local, peek.length, local ? peek.shared->next_hops[0].interface : 0};
            longest = peek.length - 1;
            handle = peek.sibling;
        }
    }
    return (struct locality){.length = -1};
}

static struct mh_linux4_owner owner_by_route(const struct mh_selecting *selecting,
                                             const struct mh_address *address)
{
    struct locality in_local = locality_in(selecting, TABLE_LOCAL, address);
    struct locality in_main = locality_in(selecting, TABLE_MAIN, address);
    return (struct mh_linux4_owner){
        .interface = in_local.interface,
        .unknown = in_main.length > in_local.length &&
                   (in_main.local != in_local.local || in_main.interface != in_local.interface) &&
                   mh_local_may_be_merged(selecting->snapshot)};
}

/* Addresses, else what the table `local` calls local: 127/8 and "ip route add local" (__ip_dev_find). */
struct mh_linux4_owner mh_linux4_owner_of(const struct mh_selecting *selecting,
                                          const struct mh_address *address)
{
    const struct mh_snapshot *snapshot = selecting->snapshot;
    struct mh_linux4_owner owner = {0};
    for (size_t i = 0; i < snapshot->address_count; i++) {
        const struct mh_interface_address *at = &snapshot->addresses[i];
        if (memcmp(&at->address, address, sizeof *address) != 0 || at->interface == owner.interface)
            continue;
        owner.several = owner.interface != 0;
        owner.interface = owner.several ? owner.interface : at->interface;
    }
    return owner.interface != 0 ? owner : owner_by_route(selecting, address);
}
