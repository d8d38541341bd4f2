#include "daemon/announcer.h"

#include "core/diff.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One round of telling: where the words go, and what names are taken from. */
struct round {
    struct mh_event_log *log;
    const struct mh_platform *platform;
    const struct mh_view *before, *after;
};

/* Appends an event and drops the reference of `detail`, which may be NULL. */
static void tell(const struct round *round, enum mh_event_type type, const char *subject, json_t *detail)
{
    char *text = detail == NULL ? NULL : json_dumps(detail, JSON_COMPACT);
    mh_event_log_append(round->log, type, round->after->generation, subject, text);
    free(text);
    json_decref(detail);
}

/* The name, looked for in the newer view first: what was removed is only in the older one. */
static const char *interface_name(const struct round *round, uint32_t index)
{
    const char *name = mh_snapshot_interface_name(&round->after->snapshot, index);
    return name[0] != '\0' ? name : mh_snapshot_interface_name(&round->before->snapshot, index);
}

/* ---- differences ----------------------------------------------------------------------------------- */

static json_t *describe_interface(const struct mh_interface *interface)
{
    return json_pack("{s:I, s:b, s:b, s:i}", "index", (json_int_t)interface->index, "up", interface->up,
                     "carrier", interface->carrier, "mtu", (int)interface->mtu);
}

static void tell_interface(const struct round *round, const struct mh_difference *difference)
{
    const struct mh_interface *before = difference->before, *after = difference->after;
    if (before == NULL) {
        tell(round, MH_EVENT_INTERFACE_ADDED, after->name, describe_interface(after));
    } else if (after == NULL) {
        tell(round, MH_EVENT_INTERFACE_REMOVED, before->name, describe_interface(before));
    } else {
        json_t *detail = describe_interface(after);
        if (strcmp(before->name, after->name) != 0)
            json_object_set_new(detail, "previous_name", json_string(before->name));
        tell(round, MH_EVENT_INTERFACE_CHANGED, after->name, detail);
    }
}

static void tell_address(const struct round *round, const struct mh_difference *difference)
{
    enum mh_event_type type = difference->before == NULL  ? MH_EVENT_ADDRESS_ADDED
                              : difference->after == NULL ? MH_EVENT_ADDRESS_REMOVED
                                                          : MH_EVENT_ADDRESS_CHANGED;
    const struct mh_interface_address *address =
        difference->after != NULL ? difference->after : difference->before;
    char text[MH_ADDRESS_TEXT_SIZE], subject[MH_PREFIX_TEXT_SIZE];
    (void)snprintf(subject, sizeof subject, "%s/%u", mh_address_format(&address->address, text),
                   (unsigned)address->prefix_length);
    tell(round, type, subject, json_pack("{s:s}", "interface", interface_name(round, address->interface)));
}

static void tell_rule(const struct round *round, const struct mh_difference *difference)
{
    const struct mh_rule *rule = difference->after != NULL ? difference->after : difference->before;
    char subject[16], table[MH_WORD_SIZE];
    (void)snprintf(subject, sizeof subject, "%u", (unsigned)rule->priority);
    json_t *detail = json_pack("{s:s, s:s}", "family", mh_family_name((enum mh_family)rule->family), "action",
                               mh_rule_action_name((enum mh_rule_action)rule->action));
    if (rule->action == MH_RULE_TO_TABLE)
        json_object_set_new(detail, "table",
                            json_string(mh_platform_table_name(round->platform, rule->table, table)));
    tell(round, difference->after != NULL ? MH_EVENT_RULE_ADDED : MH_EVENT_RULE_REMOVED, subject, detail);
}

static void tell_setting(const struct round *round, const struct mh_difference *difference)
{
    const struct mh_setting *before = difference->before, *after = difference->after;
    const char *interface = after->interface == MH_SETTING_ALL ? "all"
                            : after->interface == MH_SETTING_DEFAULT
                                ? "default"
                                : interface_name(round, after->interface);
    tell(round, MH_EVENT_SETTING_CHANGED, mh_setting_name((enum mh_setting_id)after->id),
         json_pack("{s:s, s:s, s:i, s:i}", "interface", interface, "family",
                   mh_family_name((enum mh_family)after->family), "value", after->value, "previous_value",
                   before->value));
}

static void tell_difference(void *context, const struct mh_difference *difference)
{
    static void (*const tellers[MH_SECTION_COUNT])(const struct round *, const struct mh_difference *) = {
        [MH_SECTION_INTERFACES] = tell_interface,
        [MH_SECTION_ADDRESSES] = tell_address,
        [MH_SECTION_RULES] = tell_rule,
        [MH_SECTION_SETTINGS] = tell_setting,
    };
    if (tellers[difference->section] != NULL)
        tellers[difference->section](context, difference);
}

/* ---- routes ---------------------------------------------------------------------------------------- */

void mh_route_changes_note(struct mh_route_changes *changes, bool removed, const struct mh_route *route)
{
    *(removed ? &changes->removed : &changes->added) += 1;
    if (changes->told == MH_ROUTE_CHANGES_TOLD)
        return;
    struct mh_route_change *item = &changes->items[changes->told++];
    *item = (struct mh_route_change){.removed = removed, .route = *route};
    if (route->next_hop_count > 0)
        item->hop = route->next_hops[0];
    item->route.next_hops = NULL;
    item->route.native = NULL;
    item->route.native_length = 0;
}

static void tell_route(const struct round *round, const struct mh_route_change *change)
{
    char subject[MH_PREFIX_TEXT_SIZE], gateway[MH_ADDRESS_TEXT_SIZE], table[MH_WORD_SIZE];
    const struct mh_route *route = &change->route;
    json_t *detail =
        json_pack("{s:s, s:I, s:i}", "table", mh_platform_table_name(round->platform, route->table, table),
                  "metric", (json_int_t)route->metric, "next_hop_count", (int)route->next_hop_count);
    if (route->next_hop_count > 0 && change->hop.gateway.family != MH_FAMILY_NONE)
        json_object_set_new(detail, "gateway", json_string(mh_address_format(&change->hop.gateway, gateway)));
    if (route->next_hop_count > 0)
        json_object_set_new(detail, "interface", json_string(interface_name(round, change->hop.interface)));
    tell(round, change->removed ? MH_EVENT_ROUTE_REMOVED : MH_EVENT_ROUTE_ADDED,
         mh_prefix_format(&route->destination, subject), detail);
}

/* A flood is told as a count: it would push everything else out of the log. */
static void tell_routes(const struct round *round, const struct mh_route_changes *changes)
{
    if (changes->uncounted) {
        tell(round, MH_EVENT_ROUTES_CHANGED, "routes", json_pack("{s:n, s:n}", "added", "removed"));
        return;
    }
    if (changes->added + changes->removed > changes->told) {
        tell(round, MH_EVENT_ROUTES_CHANGED, "routes",
             json_pack("{s:I, s:I}", "added", (json_int_t)changes->added, "removed",
                       (json_int_t)changes->removed));
        return;
    }
    for (size_t i = 0; i < changes->told; i++)
        tell_route(round, &changes->items[i]);
}

/* ---- all ------------------------------------------------------------------------------------------- */

static json_t *kinds_of(const struct mh_scenario_list *list)
{
    json_t *kinds = json_array();
    for (size_t i = 0; i < list->count; i++)
        json_array_append_new(kinds, json_string(mh_scenario_kind_name(list->items[i].kind)));
    return kinds;
}

static void tell_scenario(const struct round *round)
{
    const struct mh_scenario_report *now = round->after->scenario;
    if (mh_scenario_report_equal(round->before->scenario, now))
        return;
    tell(round, MH_EVENT_SCENARIO_CHANGED, "scenario",
         json_pack("{s:o, s:o}", "ipv4", kinds_of(&now->ipv4), "ipv6", kinds_of(&now->ipv6)));
}

void mh_announce(struct mh_event_log *log, const struct mh_platform *platform, const struct mh_view *before,
                 const struct mh_view *after, const struct mh_route_changes *routes)
{
    if (before == NULL)
        return;
    struct round round = {log, platform, before, after};
    mh_snapshot_diff(&before->snapshot, &after->snapshot, tell_difference, &round);
    tell_routes(&round, routes);
    tell_scenario(&round);
}
