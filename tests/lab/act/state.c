/* What a host holds, in lines: two hosts are the same when their lines are. */
#define _GNU_SOURCE
#include "act.h"

#include <stdlib.h>
#include <string.h>

/* The kernel tells the preferred lifetime of a deprecated IPv4 address as "forever", of an IPv6 one as 0. */
static void print_address(FILE *out, const struct mh_interface_address *address)
{
    char text[MH_ADDRESS_TEXT_SIZE], peer[MH_ADDRESS_TEXT_SIZE];
    (void)fprintf(out,
                  "address %u %s/%u peer %s flags %x metric %u scope %u owner %s valid %u preferred %u\n",
                  address->interface, mh_address_format(&address->address, text), address->prefix_length,
                  mh_address_format(&address->peer, peer), address->flags, address->metric, address->scope,
                  mh_owner_name((enum mh_owner)address->owner), address->valid_lifetime,
                  address->flags & MH_ADDRESS_DEPRECATED ? 0 : address->preferred_lifetime);
}

static void print_rule(FILE *out, const struct mh_rule *rule)
{
    char from[MH_PREFIX_TEXT_SIZE], to[MH_PREFIX_TEXT_SIZE];
    (void)fprintf(
        out,
        "rule ipv%u %u: %s%s to %s %s %u goto %u protocol %u owner %s in %s out %s mark %x/%x tos %x "
        "proto %u ports %u-%u %u-%u uid %d %u-%u suppress %d\n",
        rule->family, rule->priority, rule->invert ? "not " : "", mh_prefix_format(&rule->from, from),
        mh_prefix_format(&rule->to, to), mh_rule_action_name((enum mh_rule_action)rule->action), rule->table,
        rule->target, rule->protocol, mh_owner_name((enum mh_owner)rule->owner), rule->input, rule->output,
        rule->mark, rule->mark_mask, rule->tos, rule->ip_protocol, rule->source_port_first,
        rule->source_port_last, rule->destination_port_first, rule->destination_port_last,
        rule->has_uid_range, rule->uid_first, rule->uid_last, rule->suppress_prefix_length);
}

static void print_route(FILE *out, const struct mh_route *route)
{
    char text[MH_PREFIX_TEXT_SIZE], source[MH_ADDRESS_TEXT_SIZE];
    (void)fprintf(out, "route %s table %u metric %u tos %x type %s scope %u protocol %u owner %s src %s",
                  mh_prefix_format(&route->destination, text), route->table, route->metric, route->tos,
                  mh_route_type_name((enum mh_route_type)route->type), route->scope, route->protocol,
                  mh_owner_name((enum mh_owner)route->owner),
                  mh_address_format(&route->preferred_source, source));
    for (size_t i = 0; i < route->next_hop_count; i++)
        (void)fprintf(out, " [via %s dev %u weight %u flags %x]",
                      mh_address_format(&route->next_hops[i].gateway, text), route->next_hops[i].interface,
                      route->next_hops[i].weight, route->next_hops[i].flags);
    (void)fputc('\n', out);
}

/* The kernel has ff00::/8 on interfaces without IPv6 addresses too. */
static void print_routes(FILE *out, const struct mh_route_table *routes)
{
    struct mh_route_place place = {0};
    struct mh_route route;
    for (mh_route_handle handle; (handle = mh_route_table_walk(routes, &place)) != 0;) {
        mh_route_table_get(routes, handle, &route);
        if (route.type != MH_ROUTE_MULTICAST)
            print_route(out, &route);
    }
}

char *act_state(const struct oracle_world *world)
{
    char *text = NULL, prefix[MH_PREFIX_TEXT_SIZE], address[MH_ADDRESS_TEXT_SIZE], mac[MH_HARDWARE_TEXT_SIZE];
    size_t size;
    const struct mh_snapshot *snapshot = &world->snapshot;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL)
        return NULL;
    for (size_t i = 0; i < snapshot->interface_count; i++)
        (void)fprintf(out, "interface %u %s\n", snapshot->interfaces[i].index,
                      mh_hardware_address_format(snapshot->interfaces[i].hardware_address,
                                                 snapshot->interfaces[i].hardware_address_length, mac));
    for (size_t i = 0; i < snapshot->address_count; i++)
        print_address(out, &snapshot->addresses[i]);
    for (size_t i = 0; i < snapshot->rule_count; i++)
        print_rule(out, &snapshot->rules[i]);
    for (size_t i = 0; i < snapshot->neighbor_count; i++)
        if (snapshot->neighbors[i].proxy)
            (void)fprintf(out, "proxy %u %s\n", snapshot->neighbors[i].interface,
                          mh_address_format(&snapshot->neighbors[i].address, address));
    for (size_t i = 0; i < snapshot->label_count; i++)
        (void)fprintf(out, "label %s of %u = %u\n", mh_prefix_format(&snapshot->labels[i].prefix, prefix),
                      snapshot->labels[i].interface, snapshot->labels[i].label);
    for (size_t i = 0; i < snapshot->setting_count; i++)
        (void)fprintf(out, "setting %u %s ipv%u = %d\n", snapshot->settings[i].interface,
                      mh_setting_name((enum mh_setting_id)snapshot->settings[i].id),
                      snapshot->settings[i].family, snapshot->settings[i].value);
    print_routes(out, world->routes);
    return fclose(out) == 0 ? text : NULL;
}

static bool has_line(const char *text, const char *line, size_t length)
{
    for (const char *at = text; at != NULL && *at != '\0';
         at = strchr(at, '\n'), at = at == NULL ? at : at + 1)
        if (strncmp(at, line, length) == 0)
            return true;
    return false;
}

static void print_only(const char *name, const char *text, const char *other)
{
    for (const char *line = text, *end; (end = strchr(line, '\n')) != NULL; line = end + 1)
        if (!has_line(other, line, (size_t)(end + 1 - line)))
            (void)printf("  only %s: %.*s\n", name, (int)(end - line), line);
}

void act_print_difference(const char *left_name, const char *left, const char *right_name, const char *right)
{
    print_only(left_name, left, right);
    print_only(right_name, right, left);
    (void)printf("  (when nothing is said above, the order differs)\n");
}
