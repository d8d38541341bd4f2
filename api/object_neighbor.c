#include "api/objects.h"

/* The kernel learns neighbours; what is permanent or answered for was put there by somebody. */
enum mh_owner mh_neighbor_owner(const struct mh_neighbor *neighbor)
{
    bool made = neighbor->proxy || neighbor->state == MH_NEIGHBOR_PERMANENT;
    return made ? MH_OWNER_STATIC : MH_OWNER_KERNEL;
}

void mh_put_neighbor(struct mh_json *json, const struct mh_snapshot *snapshot,
                     const struct mh_neighbor *neighbor)
{
    const struct mh_interface *interface = mh_snapshot_interface(snapshot, neighbor->interface);
    mh_json_open(json, '{');
    mh_put_address(json, "address", snapshot, &neighbor->address, neighbor->interface);
    mh_json_put_string(json, "family", mh_family_name(neighbor->address.family));
    mh_put_interface(json, "interface", snapshot, neighbor->interface);
    mh_put_hardware_address(json, neighbor->hardware_address, neighbor->hardware_address_length);
    mh_json_put_string(json, "state", mh_neighbor_state_name(neighbor->state));
    mh_json_put_boolean(json, "router", neighbor->router);
    mh_json_put_boolean(json, "proxy", neighbor->proxy);
    mh_json_put_string(json, "owner", mh_owner_name(mh_neighbor_owner(neighbor)));
    mh_put_domain(json, snapshot, interface == NULL ? 0 : interface->domain);
    mh_json_close(json, '}');
}
