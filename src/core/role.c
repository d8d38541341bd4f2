/* An interface is external when it leads to other machines, internal when it ends on this one. The kind
 * decides in most cases; what stands on another interface follows that one; a bridge is what its ports make
 * of it.
 *
 * A veth is a network card to those who use it (a container's eth0), and so external, wherever its other end
 * is. As the port of a bridge it is what the bridge is. Who uses one inside the host says so: the configured
 * role decides.
 */
#include "core/role.h"

/* How many interfaces may stand on each other, and how many bridges and bonds are looked into for one
 * verdict. Real hosts have a handful; the bound is for pictures of hosts that contradict themselves. */
enum { DEPTH_MAX = 8, MASTERS_MAX = 32 };

static const struct mh_role_verdict verdict_of_kind[MH_KIND_COUNT] = {
    [MH_KIND_PHYSICAL] = {MH_ROLE_EXTERNAL, "a physical interface"},
    [MH_KIND_LOOPBACK] = {MH_ROLE_INTERNAL, "the loopback interface"},
    [MH_KIND_BRIDGE] = {MH_ROLE_INTERNAL, "a bridge without a physical port"},
    [MH_KIND_BOND] = {MH_ROLE_EXTERNAL, "a bond"},
    [MH_KIND_VLAN] = {MH_ROLE_EXTERNAL, "a VLAN"},
    [MH_KIND_MACVLAN] = {MH_ROLE_EXTERNAL, "a macvlan"},
    [MH_KIND_MACVTAP] = {MH_ROLE_INTERNAL, "the tap of a local virtual machine"},
    [MH_KIND_IPVLAN] = {MH_ROLE_EXTERNAL, "an ipvlan"},
    [MH_KIND_VETH] = {MH_ROLE_EXTERNAL, "a veth"},
    [MH_KIND_DUMMY] = {MH_ROLE_INTERNAL, "a dummy interface, which leads nowhere"},
    [MH_KIND_TUN] = {MH_ROLE_INTERNAL, "the tunnel of a local program"},
    [MH_KIND_TAP] = {MH_ROLE_INTERNAL, "the tap of a local program or virtual machine"},
    [MH_KIND_TUNNEL] = {MH_ROLE_INTERNAL, "a tunnel"},
    [MH_KIND_VXLAN] = {MH_ROLE_INTERNAL, "a VXLAN tunnel"},
    [MH_KIND_WIREGUARD] = {MH_ROLE_INTERNAL, "a WireGuard tunnel"},
    [MH_KIND_PPP] = {MH_ROLE_EXTERNAL, "a PPP link"},
    [MH_KIND_VRF] = {MH_ROLE_INTERNAL, "a VRF device"},
    [MH_KIND_WIRELESS] = {MH_ROLE_EXTERNAL, "a wireless interface"},
    /* The address is shared with other machines, but it answers on a real network. */
    [MH_KIND_CARP] = {MH_ROLE_EXTERNAL, "an address shared with other hosts (CARP)"},
    [MH_KIND_HOST_ONLY] = {MH_ROLE_INTERNAL, "a host-only adapter"},
    [MH_KIND_OTHER] = {MH_ROLE_INTERNAL, "not of a kind that connects hosts"},
};

static struct mh_role_verdict plain_verdict(const struct mh_interface *interface)
{
    return verdict_of_kind[interface->kind < MH_KIND_COUNT ? interface->kind : MH_KIND_OTHER];
}

static const struct mh_interface *interface_below(const struct mh_snapshot *snapshot,
                                                  const struct mh_interface *interface)
{
    return interface->lower_is_elsewhere ? NULL : mh_snapshot_interface(snapshot, interface->lower);
}

/* Stands on one other interface and shares its wire. */
static bool is_stacked(const struct mh_interface *interface)
{
    return interface->kind == MH_KIND_VLAN || interface->kind == MH_KIND_MACVLAN ||
           interface->kind == MH_KIND_IPVLAN;
}

static bool is_bridge_or_bond(const struct mh_interface *interface)
{
    return interface->kind == MH_KIND_BRIDGE || interface->kind == MH_KIND_BOND;
}

/* Bridges and bonds that were looked into; each is only once, so that the search ends whatever points to
 * what. */
struct visited {
    uint32_t masters[MASTERS_MAX];
    size_t count;
};

static bool visit(struct visited *visited, uint32_t master)
{
    for (size_t i = 0; i < visited->count; i++)
        if (visited->masters[i] == master)
            return false;
    if (visited->count == MASTERS_MAX)
        return false;
    visited->masters[visited->count++] = master;
    return true;
}

static bool has_physical_port(const struct mh_snapshot *snapshot, const struct mh_interface *master,
                              struct visited *visited);

/* Frames that the interface sends can leave the machine by a cable or an antenna. */
static bool reaches_wire(const struct mh_snapshot *snapshot, const struct mh_interface *interface,
                         struct visited *visited)
{
    for (int depth = 0; interface != NULL && depth < DEPTH_MAX; depth++) {
        if (interface->kind == MH_KIND_PHYSICAL || interface->kind == MH_KIND_WIRELESS)
            return true;
        if (is_bridge_or_bond(interface))
            return has_physical_port(snapshot, interface, visited);
        if (!is_stacked(interface))
            return false;
        if (interface->lower_is_elsewhere)
            return true;
        interface = interface_below(snapshot, interface);
    }
    return false;
}

static bool has_physical_port(const struct mh_snapshot *snapshot, const struct mh_interface *master,
                              struct visited *visited)
{
    if (!visit(visited, master->index))
        return false;
    for (size_t i = 0; i < snapshot->interface_count; i++)
        if (snapshot->interfaces[i].master == master->index &&
            reaches_wire(snapshot, &snapshot->interfaces[i], visited))
            return true;
    return false;
}

static bool configured_verdict(const struct mh_interface *interface, const struct mh_role_source *source,
                               struct mh_role_verdict *verdict)
{
    enum mh_role role = source == NULL ? MH_ROLE_AUTO : source->configured(source->context, interface);
    if (role != MH_ROLE_INTERNAL && role != MH_ROLE_EXTERNAL)
        return false;
    *verdict = (struct mh_role_verdict){role, "the configuration says so"};
    return true;
}

static struct mh_role_verdict bridge_verdict(const struct mh_snapshot *snapshot,
                                             const struct mh_interface *bridge)
{
    struct visited visited = {.count = 0};
    if (has_physical_port(snapshot, bridge, &visited))
        return (struct mh_role_verdict){MH_ROLE_EXTERNAL, "a bridge with a physical port"};
    return plain_verdict(bridge);
}

/* The bridge that the interface is a port of, or NULL. */
static const struct mh_interface *bridge_of(const struct mh_snapshot *snapshot,
                                            const struct mh_interface *interface)
{
    const struct mh_interface *master = mh_snapshot_interface(snapshot, interface->master);
    return master != NULL && master->kind == MH_KIND_BRIDGE ? master : NULL;
}

static enum mh_role bridge_role(const struct mh_snapshot *snapshot, const struct mh_interface *bridge,
                                const struct mh_role_source *source)
{
    struct mh_role_verdict verdict;
    return configured_verdict(bridge, source, &verdict) ? verdict.role
                                                        : bridge_verdict(snapshot, bridge).role;
}

static struct mh_role_verdict veth_verdict(const struct mh_snapshot *snapshot,
                                           const struct mh_interface *interface,
                                           const struct mh_role_source *source)
{
    const struct mh_interface *bridge = bridge_of(snapshot, interface);
    if (bridge == NULL)
        return plain_verdict(interface);
    if (bridge_role(snapshot, bridge, source) == MH_ROLE_EXTERNAL)
        return (struct mh_role_verdict){MH_ROLE_EXTERNAL, "a port of an external bridge"};
    return (struct mh_role_verdict){MH_ROLE_INTERNAL, "a port of an internal bridge"};
}

static struct mh_role_verdict own_verdict(const struct mh_snapshot *snapshot,
                                          const struct mh_interface *interface,
                                          const struct mh_role_source *source)
{
    struct mh_role_verdict verdict;
    if (configured_verdict(interface, source, &verdict))
        return verdict;
    if (interface->kind == MH_KIND_BRIDGE)
        return bridge_verdict(snapshot, interface);
    if (interface->kind == MH_KIND_VETH)
        return veth_verdict(snapshot, interface, source);
    return plain_verdict(interface);
}

static struct mh_role_verdict inherited_verdict(const struct mh_interface *interface, enum mh_role role)
{
    static const char *const reasons[][2] = {
        {"a VLAN on an internal interface", "a VLAN on an external interface"},
        {"a macvlan on an internal interface", "a macvlan on an external interface"},
        {"an ipvlan on an internal interface", "an ipvlan on an external interface"},
    };
    size_t row = interface->kind == MH_KIND_VLAN ? 0 : interface->kind == MH_KIND_MACVLAN ? 1 : 2;
    return (struct mh_role_verdict){role, reasons[row][role == MH_ROLE_EXTERNAL]};
}

struct mh_role_verdict mh_role_of(const struct mh_snapshot *snapshot, const struct mh_interface *interface,
                                  const struct mh_role_source *source)
{
    struct mh_role_verdict verdict;
    const struct mh_interface *at = interface;
    for (int depth = 0; depth < DEPTH_MAX && is_stacked(at); depth++) {
        if (configured_verdict(at, source, &verdict))
            return at == interface ? verdict : inherited_verdict(interface, verdict.role);
        const struct mh_interface *below = interface_below(snapshot, at);
        if (below == NULL)
            break;
        at = below;
    }
    verdict = own_verdict(snapshot, at, source);
    return at == interface ? verdict : inherited_verdict(interface, verdict.role);
}

bool mh_interface_is_port(const struct mh_snapshot *snapshot, const struct mh_interface *interface)
{
    if (interface->master == 0)
        return false;
    const struct mh_interface *master = mh_snapshot_interface(snapshot, interface->master);
    return master == NULL || master->kind != MH_KIND_VRF;
}
