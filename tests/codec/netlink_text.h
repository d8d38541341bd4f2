/* Facts as lines of text, with every member, so that nothing can change unseen. */
#ifndef MH_TESTS_NETLINK_TEXT_H
#define MH_TESTS_NETLINK_TEXT_H

#include "core/model.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct text {
    char *characters;
    size_t length, capacity;
};

static void text_add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void text_add(struct text *text, const char *format, ...)
{
    va_list arguments;
    if (text->capacity - text->length < 2048) {
        text->capacity = 2 * text->capacity + 4096;
        text->characters = realloc(text->characters, text->capacity);
        if (text->characters == NULL)
            abort();
    }
    va_start(arguments, format);
    text->length += (size_t)vsnprintf(text->characters + text->length, 2048, format, arguments);
    va_end(arguments);
}

static const char *address_text(const struct mh_address *address)
{
    static char texts[4][MH_ADDRESS_TEXT_SIZE];
    static unsigned next;
    char *text = texts[next++ % 4];
    return address->family == MH_FAMILY_NONE ? "-" : mh_address_format(address, text);
}

static const char *prefix_text(const struct mh_prefix *prefix)
{
    static char texts[4][MH_PREFIX_TEXT_SIZE];
    static unsigned next;
    char *text = texts[next++ % 4];
    return prefix->address.family == MH_FAMILY_NONE ? "-" : mh_prefix_format(prefix, text);
}

static void text_of_interface(struct text *text, const struct mh_interface *interface)
{
    char hardware[MH_HARDWARE_TEXT_SIZE];
    mh_hardware_address_format(interface->hardware_address, interface->hardware_address_length, hardware);
    text_add(text, "interface %u %s kind=%s native=%s master=%u lower=%u%s domain=%u mtu=%u mac=%s%s%s%s\n",
             interface->index, interface->name, mh_kind_name((enum mh_kind)interface->kind),
             interface->native_kind, interface->master, interface->lower,
             interface->lower_is_elsewhere ? "(elsewhere)" : "", interface->domain, interface->mtu, hardware,
             interface->up ? " up" : "", interface->carrier ? " carrier" : "",
             interface->point_to_point ? " point-to-point" : "");
}

static void text_of_setting(struct text *text, const struct mh_setting *setting)
{
    text_add(text, "setting %u %s %s=%d\n", setting->interface,
             mh_family_name((enum mh_family)setting->family),
             mh_setting_name((enum mh_setting_id)setting->id), setting->value);
}

static void text_of_address(struct text *text, const struct mh_interface_address *address)
{
    text_add(text, "address %u %s/%u peer=%s flags=%#x metric=%u valid=%u preferred=%u scope=%s owner=%s",
             address->interface, address_text(&address->address), address->prefix_length,
             address_text(&address->peer), address->flags, address->metric, address->valid_lifetime,
             address->preferred_lifetime, mh_route_scope_name((enum mh_route_scope)address->scope),
             mh_owner_name((enum mh_owner)address->owner));
    if (address->broadcast.family != MH_FAMILY_NONE)
        text_add(text, " broadcast=%s", address_text(&address->broadcast));
    if (address->label[0] != '\0')
        text_add(text, " label=%s", address->label);
    if (address->protocol != 0)
        text_add(text, " protocol=%u", address->protocol);
    text_add(text, "\n");
}

static void text_of_route(struct text *text, const struct mh_route *route)
{
    text_add(text,
             "route %s from=%s table=%u type=%s metric=%u tos=%u scope=%s protocol=%u owner=%s pref=%s "
             "src=%s object=%u",
             prefix_text(&route->destination), prefix_text(&route->source), route->table,
             mh_route_type_name((enum mh_route_type)route->type), route->metric, route->tos,
             mh_route_scope_name((enum mh_route_scope)route->scope), route->protocol,
             mh_owner_name((enum mh_owner)route->owner),
             mh_router_preference_name((enum mh_router_preference)route->preference),
             address_text(&route->preferred_source), route->next_hop_id);
    for (size_t i = 0; i < route->next_hop_count; i++)
        text_add(text, " [via=%s dev=%u weight=%u flags=%u]", address_text(&route->next_hops[i].gateway),
                 route->next_hops[i].interface, route->next_hops[i].weight, route->next_hops[i].flags);
    if (route->native_length > 0)
        text_add(text, " native=");
    for (size_t i = 0; i < route->native_length; i++)
        text_add(text, "%02x", route->native[i]);
    if (route->incomplete)
        text_add(text, " incomplete");
    text_add(text, "\n");
}

static void text_of_rule(struct text *text, const struct mh_rule *rule)
{
    text_add(
        text,
        "rule %s %u: action=%s table=%u target=%u protocol=%u owner=%s%s%s%s from=%s to=%s iif=%s oif=%s",
        mh_family_name((enum mh_family)rule->family), rule->priority,
        mh_rule_action_name((enum mh_rule_action)rule->action), rule->table, rule->target, rule->protocol,
        mh_owner_name((enum mh_owner)rule->owner), rule->invert ? " not" : "", rule->l3mdev ? " l3mdev" : "",
        rule->unknown_selector ? " unknown-selector" : "", prefix_text(&rule->from), prefix_text(&rule->to),
        rule->input, rule->output);
    text_add(text, " tos=%u ipproto=%u mark=%#x/%#x sport=%u-%u dport=%u-%u", rule->tos, rule->ip_protocol,
             rule->mark, rule->mark_mask, rule->source_port_first, rule->source_port_last,
             rule->destination_port_first, rule->destination_port_last);
    if (rule->has_uid_range)
        text_add(text, " uid=%u-%u", rule->uid_first, rule->uid_last);
    text_add(text, " suppress=%d,%d tunnel=%" PRIu64 "\n", rule->suppress_prefix_length,
             rule->suppress_interface_group, rule->tunnel_id);
}

static void text_of_label(struct text *text, const struct mh_address_label *label)
{
    text_add(text, "label %s %u dev=%u\n", prefix_text(&label->prefix), label->label, label->interface);
}

static void text_of_neighbor(struct text *text, const struct mh_neighbor *neighbor)
{
    char hardware[MH_HARDWARE_TEXT_SIZE];
    mh_hardware_address_format(neighbor->hardware_address, neighbor->hardware_address_length, hardware);
    text_add(text, "neighbor %u %s mac=%s state=%s%s%s\n", neighbor->interface,
             address_text(&neighbor->address), hardware,
             mh_neighbor_state_name((enum mh_neighbor_state)neighbor->state),
             neighbor->router ? " router" : "", neighbor->proxy ? " proxy" : "");
}

#endif
