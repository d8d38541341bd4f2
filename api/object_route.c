#include "api/objects.h"

/* Whether packets by this next hop can get anywhere now: the system does not call it dead, and its interface
 * is up and has carrier. Linux goes on using a next hop without carrier unless ignore_routes_with_linkdown is
 * set. */
static bool is_alive(const struct mh_snapshot *snapshot, const struct mh_next_hop *hop)
{
    if ((hop->flags & MH_NEXT_HOP_DEAD) != 0)
        return false;
    if (hop->interface == 0)
        return true;
    const struct mh_interface *interface = mh_snapshot_interface(snapshot, hop->interface);
    return interface != NULL && interface->up && interface->carrier;
}

static void put_next_hop(struct mh_json *json, const struct mh_snapshot *snapshot,
                         const struct mh_next_hop *hop)
{
    mh_json_open(json, '{');
    mh_put_address(json, "gateway", snapshot, &hop->gateway, hop->interface);
    mh_put_interface(json, "interface", snapshot, hop->interface);
    mh_json_put_unsigned(json, "weight", hop->weight);
    mh_json_put_boolean(json, "alive", is_alive(snapshot, hop));
    mh_json_put_boolean(json, "on_link", (hop->flags & MH_NEXT_HOP_ON_LINK) != 0);
    mh_json_close(json, '}');
}

static void put_next_hops(struct mh_json *json, const struct mh_snapshot *snapshot,
                          const struct mh_route *route)
{
    mh_json_put_open(json, "next_hops", '[');
    for (size_t i = 0; i < route->next_hop_count; i++)
        put_next_hop(json, snapshot, &route->next_hops[i]);
    mh_json_close(json, ']');
}

/* Routes are in the domain of the interface that they lead to. */
static uint32_t domain_of(const struct mh_snapshot *snapshot, const struct mh_route *route)
{
    uint32_t index = route->next_hop_count == 0 ? 0 : route->next_hops[0].interface;
    const struct mh_interface *interface = index == 0 ? NULL : mh_snapshot_interface(snapshot, index);
    return interface == NULL ? 0 : interface->domain;
}

void mh_put_route(struct mh_json *json, const struct mh_snapshot *snapshot,
                  const struct mh_platform *platform, const struct mh_route *route)
{
    char word[MH_WORD_SIZE];
    uint32_t first = route->next_hop_count == 0 ? 0 : route->next_hops[0].interface;
    mh_json_open(json, '{');
    mh_put_prefix(json, "destination", &route->destination);
    mh_json_put_string(json, "family", mh_family_name(route->destination.address.family));
    mh_put_prefix(json, "source", &route->source);
    mh_json_put_string(json, "table", mh_platform_table_name(platform, route->table, word));
    mh_json_put_string(json, "type", mh_route_type_name(route->type));
    mh_json_put_string(json, "scope", mh_route_scope_name(route->scope));
    mh_json_put_unsigned(json, "metric", route->metric);
    mh_json_put_unsigned(json, "tos", route->tos);
    mh_json_put_string(json, "preference", mh_router_preference_name(route->preference));
    mh_json_put_string(json, "protocol", mh_platform_protocol_name(platform, route->protocol, word));
    mh_json_put_string(
        json, "owner",
        mh_owner_word(platform, mh_owner_of_route(snapshot->ours, route), route->protocol, word));
    mh_put_address(json, "preferred_source", snapshot, &route->preferred_source, first);
    put_next_hops(json, snapshot, route);
    mh_json_name(json, "next_hop_id");
    if (route->next_hop_id == 0)
        mh_json_null(json);
    else
        mh_json_unsigned(json, route->next_hop_id);
    mh_put_domain(json, snapshot, domain_of(snapshot, route));
    mh_json_close(json, '}');
}
