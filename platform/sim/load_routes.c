/* Routes of the file. They come behind those that the system makes for addresses; routes on the link come
 * before those by gateways, which they may make reachable. */
#include "check.h"
#include "core/octets.h"
#include "load.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct draft {
    struct mh_route route;
    const json_t *destination, *next_hops;
    uint8_t family; /* as the file says it */
    bool has_owner, has_metric;
    struct mh_next_hop single;
    struct mh_list *hops; /* struct mh_next_hop */
    uint8_t *native;      /* route.native */
};

struct loading {
    bool gateways;           /* this pass takes the routes by gateways */
    struct mh_list *origins; /* size_t: for each route of the file, its position there */
    size_t position;
};

/* ---- next hops ------------------------------------------------------------------------------------- */

static bool read_on_link(struct sim_reader *reader, const json_t *value, void *field,
                         const struct sim_member *member)
{
    bool on_link;
    struct mh_next_hop *hop = field;
    if (!sim_bool(reader, value, &on_link, member))
        return false;
    hop->flags = (uint8_t)(on_link ? hop->flags | MH_NEXT_HOP_ON_LINK : hop->flags & ~MH_NEXT_HOP_ON_LINK);
    return true;
}

static const struct sim_member hop_members[] = {
    {"gateway", sim_address, offsetof(struct mh_next_hop, gateway), 0, 0},
    {"interface", sim_interface_ref, offsetof(struct mh_next_hop, interface), 0, 0},
    {"weight", sim_u16, offsetof(struct mh_next_hop, weight), 1, UINT16_MAX},
    {"on_link", read_on_link, 0, 0, 0},
    {NULL, NULL, 0, 0, 0},
};

static bool add_hop(struct sim_reader *reader, struct mh_list **hops, const struct mh_next_hop *hop)
{
    return mh_list_insert(hops, mh_list_count(*hops), hop) || sim_refuse_memory(reader);
}

static bool read_hop(struct sim_reader *reader, const json_t *value, void *context)
{
    struct mh_list **hops = context;
    struct mh_next_hop hop = {.weight = 1};
    if (mh_list_count(*hops) >= MH_NEXT_HOPS_MAX)
        return sim_refuse(reader, value, "at most 512", "there are too many next hops");
    return sim_read_members(reader, value, hop_members, &hop) && add_hop(reader, hops, &hop);
}

/* ---- the members ----------------------------------------------------------------------------------- */

static const char *type_word(unsigned number)
{
    return mh_route_type_name((enum mh_route_type)(number + 1));
}

static bool read_type(struct sim_reader *reader, const json_t *value, void *field,
                      const struct sim_member *member)
{
    (void)member;
    unsigned number;
    if (!sim_read_word(reader, value, type_word, MH_ROUTE_THROW, &number))
        return false;
    *(uint8_t *)field = (uint8_t)(number + 1);
    return true;
}

static const enum mh_router_preference preferences[] = {MH_ROUTER_LOW, MH_ROUTER_MEDIUM, MH_ROUTER_HIGH};

static const char *preference_word(unsigned number)
{
    return mh_router_preference_name(preferences[number]);
}

static bool read_preference(struct sim_reader *reader, const json_t *value, void *field,
                            const struct sim_member *member)
{
    (void)member;
    unsigned number;
    if (!sim_read_word(reader, value, preference_word, 3, &number))
        return false;
    *(uint8_t *)field = (uint8_t)preferences[number];
    return true;
}

static bool read_owner(struct sim_reader *reader, const json_t *value, void *field,
                       const struct sim_member *member)
{
    struct draft *draft = field;
    draft->has_owner = true;
    return sim_owner(reader, value, &draft->route.owner, member);
}

static bool read_metric(struct sim_reader *reader, const json_t *value, void *field,
                        const struct sim_member *member)
{
    struct draft *draft = field;
    draft->has_metric = true;
    return sim_u32(reader, value, &draft->route.metric, member);
}

static bool read_native(struct sim_reader *reader, const json_t *value, void *field,
                        const struct sim_member *member)
{
    (void)member;
    struct draft *draft = field;
    size_t length = 0;
    const char *text = json_is_string(value) ? json_string_value(value) : "";
    enum mh_error error = mh_octets_parse(text, MH_ROUTE_NATIVE_MAX, &draft->native, &length);
    if (error == MH_NO_MEMORY)
        return sim_refuse_memory(reader);
    if (error != MH_OK)
        return sim_refuse(reader, value, "pairs of hexadecimal digits", "the value is not valid");
    draft->route.native = draft->native;
    draft->route.native_length = (uint16_t)length;
    return true;
}

#define FIELD(name) offsetof(struct draft, name)

static const struct sim_member members[] = {
    {"destination", sim_json, FIELD(destination), 0, 0},
    {"family", sim_family, FIELD(family), 0, 0},
    {"via", sim_address, FIELD(single.gateway), 0, 0},
    {"interface", sim_interface_ref, FIELD(single.interface), 0, 0},
    {"on_link", read_on_link, FIELD(single), 0, 0},
    {"metric", read_metric, 0, 0, UINT32_MAX},
    {"table", sim_table, FIELD(route.table), 0, 0},
    {"type", read_type, FIELD(route.type), 0, 0},
    {"protocol", sim_protocol, FIELD(route.protocol), 0, 0},
    {"preferred_source", sim_address, FIELD(route.preferred_source), 0, 0},
    {"source", sim_prefix, FIELD(route.source), 0, 0},
    {"tos", sim_u8, FIELD(route.tos), 0, UINT8_MAX},
    {"preference", read_preference, FIELD(route.preference), 0, 0},
    {"next_hop_id", sim_u32, FIELD(route.next_hop_id), 0, UINT32_MAX},
    {"next_hops", sim_json, FIELD(next_hops), 0, 0},
    {"native", read_native, 0, 0, 0},
    {"owner", read_owner, 0, 0, 0},
    {NULL, NULL, 0, 0, 0},
};

/* ---- one route ------------------------------------------------------------------------------------- */

static const struct mh_next_hop *hops_of(const struct draft *draft)
{
    return mh_list_items(draft->hops);
}

static bool refuse_member(struct sim_reader *reader, const json_t *route, const char *member,
                          const char *expected, const char *message)
{
    struct sim_refusal refusal;
    (void)sim_refuse_because(&refusal, SIM_ARGUMENT_INVALID, member, expected, "%s", message);
    return sim_refuse_refusal(reader, route, &refusal);
}

static bool read_hops(struct sim_reader *reader, const json_t *value, struct draft *draft)
{
    bool has_single = draft->single.gateway.family != MH_FAMILY_NONE || draft->single.interface != 0;
    if (draft->next_hops != NULL && has_single)
        return refuse_member(reader, value, "next_hops", "either these or \"via\" and \"interface\"",
                             "the next hop is given twice");
    if (draft->next_hops == NULL)
        return !has_single || add_hop(reader, &draft->hops, &draft->single);
    size_t depth = sim_enter(reader, "next_hops");
    bool done = sim_read_items(reader, draft->next_hops, read_hop, &draft->hops);
    sim_leave(reader, depth);
    return done;
}

/* "default" says nothing of its family; what is beside it does. */
static uint8_t guess_family(const struct draft *draft)
{
    if (draft->family != MH_FAMILY_NONE)
        return draft->family;
    if (draft->route.preferred_source.family != MH_FAMILY_NONE)
        return draft->route.preferred_source.family;
    if (draft->route.source.address.family != MH_FAMILY_NONE)
        return draft->route.source.address.family;
    if (mh_list_count(draft->hops) > 0 && hops_of(draft)[0].gateway.family != MH_FAMILY_NONE)
        return hops_of(draft)[0].gateway.family;
    return MH_IPV4;
}

static bool read_destination(struct sim_reader *reader, const json_t *value, struct draft *draft)
{
    if (draft->destination == NULL)
        return sim_refuse(reader, NULL, "\"default\" or a prefix", "\"destination\" is missing");
    if (json_is_string(draft->destination) && strcmp(json_string_value(draft->destination), "default") == 0) {
        draft->route.destination.address.family = guess_family(draft);
        return true;
    }
    size_t depth = sim_enter(reader, "destination");
    bool done = sim_prefix(reader, draft->destination, &draft->route.destination, NULL);
    sim_leave(reader, depth);
    if (done && draft->family != MH_FAMILY_NONE && draft->family != draft->route.destination.address.family)
        return refuse_member(reader, value, "family", "the destination's", "the families differ");
    return done;
}

/* iproute2's choice: ip-route(8), SCOPE. */
static uint8_t usual_scope(const struct mh_route *route)
{
    if (route->destination.address.family == MH_IPV6 || sim_route_ends_here(route))
        return MH_ROUTE_SCOPE_UNIVERSE;
    if (route->type == MH_ROUTE_LOCAL)
        return MH_ROUTE_SCOPE_HOST;
    bool has_gateway = route->next_hop_count > 0 && route->next_hops[0].gateway.family != MH_FAMILY_NONE;
    return has_gateway || route->next_hop_count > 1 ? MH_ROUTE_SCOPE_UNIVERSE : MH_ROUTE_SCOPE_LINK;
}

/* False when the system would have taken the route away with an interface that is down. */
static bool mark_hops(const struct sim_host *host, struct mh_next_hop *hops, size_t count)
{
    size_t dead = 0;
    for (size_t i = 0; i < count; i++) {
        const struct sim_interface *interface = sim_interface_at(host, hops[i].interface);
        if (interface == NULL || (interface->base.up && interface->base.carrier))
            continue;
        hops[i].flags |= MH_NEXT_HOP_LINK_DOWN;
        if (!interface->base.up && host->personality->down_takes_routes) {
            hops[i].flags |= MH_NEXT_HOP_DEAD;
            dead++;
        }
    }
    return count == 0 || dead < count;
}

static bool add_route(struct sim_reader *reader, const json_t *value, struct loading *loading,
                      struct draft *draft, struct mh_next_hop *hops)
{
    struct sim_host *host = reader->host;
    struct mh_route *route = &draft->route;
    struct sim_refusal refusal;
    route->next_hops = hops;
    route->scope = usual_scope(route);
    if (!draft->has_metric)
        route->metric = sim_usual_metric(host, route);
    if (!draft->has_owner)
        route->owner = (uint8_t)sim_protocol_owner(host->personality, route->protocol);
    if (!sim_settle_route(host, route, hops, false, &refusal))
        return sim_refuse_refusal(reader, value, &refusal);
    if (!mark_hops(host, hops, route->next_hop_count))
        return true;
    bool done = sim_route_append(&host->lists[MH_SECTION_ROUTES], route) &&
                mh_list_insert(&loading->origins, mh_list_count(loading->origins), &loading->position);
    return done || sim_refuse_memory(reader);
}

/* Settling writes to next hops, and lists are not written to in place. */
static bool add_draft(struct sim_reader *reader, const json_t *value, struct loading *loading,
                      struct draft *draft)
{
    size_t count = mh_list_count(draft->hops);
    struct mh_next_hop *hops = calloc(count + 1, sizeof *hops);
    if (hops == NULL)
        return sim_refuse_memory(reader);
    if (count > 0)
        memcpy(hops, hops_of(draft), count * sizeof *hops);
    draft->route.next_hop_count = (uint16_t)count;
    bool done = add_route(reader, value, loading, draft, hops);
    free(hops);
    return done;
}

static bool has_gateway(const struct draft *draft)
{
    for (size_t i = 0; i < mh_list_count(draft->hops); i++)
        if (hops_of(draft)[i].gateway.family != MH_FAMILY_NONE)
            return true;
    return false;
}

static bool read_route(struct sim_reader *reader, const json_t *value, void *context)
{
    struct loading *loading = context;
    struct draft draft = {.single = {.weight = 1}, .hops = mh_list_new(sizeof(struct mh_next_hop))};
    if (draft.hops == NULL)
        return sim_refuse_memory(reader);
    draft.route.type = MH_ROUTE_UNICAST;
    draft.route.table = reader->host->personality->main_table;
    draft.route.protocol = reader->host->personality->static_protocol;
    bool done = sim_read_members(reader, value, members, &draft) && read_hops(reader, value, &draft) &&
                read_destination(reader, value, &draft);
    if (done && has_gateway(&draft) == loading->gateways)
        done = add_draft(reader, value, loading, &draft);
    mh_list_release(draft.hops);
    free(draft.native);
    loading->position++;
    return done;
}

/* ---- all of them ----------------------------------------------------------------------------------- */

static struct mh_list *routes_from(const struct sim_host *host, size_t first)
{
    struct mh_list *routes = mh_list_new(sizeof(struct sim_route));
    for (size_t i = first; routes != NULL && i < sim_count(host, MH_SECTION_ROUTES); i++)
        if (!sim_route_append(&routes, &sim_routes(host)[i].route)) {
            sim_routes_release(routes);
            return NULL;
        }
    return routes;
}

/* A route may repeat what the system made of an address, but not another route of the file. */
static bool check_repeated(struct sim_reader *reader, const json_t *routes, const struct loading *loading,
                           size_t first)
{
    size_t second;
    struct mh_list *own = routes_from(reader->host, first);
    bool done = own != NULL && sim_routes_unique(&own, &second) &&
                sim_routes_unique(&reader->host->lists[MH_SECTION_ROUTES], &first);
    sim_routes_release(own);
    if (!done)
        return sim_refuse_memory(reader);
    if (second == SIZE_MAX)
        return true;
    size_t position = ((const size_t *)mh_list_items(loading->origins))[second];
    size_t depth = sim_enter_item(reader, position);
    (void)sim_refuse(reader, json_array_get(routes, position), "each route once",
                     "the same route stands before this one");
    sim_leave(reader, depth);
    return false;
}

bool sim_load_routes(struct sim_reader *reader, const json_t *routes)
{
    size_t first = sim_count(reader->host, MH_SECTION_ROUTES);
    struct loading loading = {.origins = mh_list_new(sizeof(size_t))};
    if (loading.origins == NULL)
        return sim_refuse_memory(reader);
    bool done = sim_read_items(reader, routes, read_route, &loading);
    loading.gateways = true;
    loading.position = 0;
    done = done && sim_read_items(reader, routes, read_route, &loading) &&
           check_repeated(reader, routes, &loading, first);
    mh_list_release(loading.origins);
    return done;
}
