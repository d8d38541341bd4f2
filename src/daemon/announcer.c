#include "daemon/announcer.h"

#include "api/json_text.h"
#include "core/diff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One round of telling: where the words go, and what names are taken from. */
struct round {
    struct mh_event_log *log;
    const struct mh_platform *platform;
    const struct mh_view *before, *after;
};

/* Members follow, then `tell`. */
static void open_detail(struct mh_json *detail)
{
    mh_json_init(detail);
    mh_json_open(detail, '{');
}

/* Appends an event with the detail, which is closed and freed. */
static void tell(const struct round *round, enum mh_event_type type, const char *subject,
                 struct mh_json *detail)
{
    size_t length;
    mh_json_close(detail, '}');
    char *text = mh_json_take(detail, &length);
    if (text != NULL)
        text[length - 1] = '\0'; /* in place of the line end */
    mh_event_log_append(round->log, type, round->after->generation, subject, text);
    free(text);
}

/* The name, looked for in the newer view first: what was removed is only in the older one. */
static const char *interface_name(const struct round *round, uint32_t index)
{
    const char *name = mh_snapshot_interface_name(&round->after->snapshot, index);
    return name[0] != '\0' ? name : mh_snapshot_interface_name(&round->before->snapshot, index);
}

/* ---- differences ----------------------------------------------------------------------------------- */

static void describe_interface(struct mh_json *detail, const struct mh_interface *interface)
{
    open_detail(detail);
    mh_json_put_unsigned(detail, "index", interface->index);
    mh_json_put_boolean(detail, "up", interface->up);
    mh_json_put_boolean(detail, "carrier", interface->carrier);
    mh_json_put_unsigned(detail, "mtu", interface->mtu);
}

static void tell_interface(const struct round *round, const struct mh_difference *difference)
{
    const struct mh_interface *before = difference->before, *after = difference->after;
    struct mh_json detail;
    describe_interface(&detail, after != NULL ? after : before);
    if (before == NULL) {
        tell(round, MH_EVENT_INTERFACE_ADDED, after->name, &detail);
    } else if (after == NULL) {
        tell(round, MH_EVENT_INTERFACE_REMOVED, before->name, &detail);
    } else {
        if (strcmp(before->name, after->name) != 0)
            mh_json_put_string(&detail, "previous_name", before->name);
        tell(round, MH_EVENT_INTERFACE_CHANGED, after->name, &detail);
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
    struct mh_json detail;
    open_detail(&detail);
    mh_json_put_string(&detail, "interface", interface_name(round, address->interface));
    tell(round, type, subject, &detail);
}

static void tell_rule(const struct round *round, const struct mh_difference *difference)
{
    const struct mh_rule *rule = difference->after != NULL ? difference->after : difference->before;
    char subject[16], table[MH_WORD_SIZE];
    (void)snprintf(subject, sizeof subject, "%u", (unsigned)rule->priority);
    struct mh_json detail;
    open_detail(&detail);
    mh_json_put_string(&detail, "family", mh_family_name((enum mh_family)rule->family));
    mh_json_put_string(&detail, "action", mh_rule_action_name((enum mh_rule_action)rule->action));
    if (rule->action == MH_RULE_TO_TABLE)
        mh_json_put_string(&detail, "table", mh_platform_table_name(round->platform, rule->table, table));
    tell(round, difference->after != NULL ? MH_EVENT_RULE_ADDED : MH_EVENT_RULE_REMOVED, subject, &detail);
}

static void tell_setting(const struct round *round, const struct mh_difference *difference)
{
    const struct mh_setting *before = difference->before, *after = difference->after;
    const char *interface = after->interface == MH_SETTING_ALL ? "all"
                            : after->interface == MH_SETTING_DEFAULT
                                ? "default"
                                : interface_name(round, after->interface);
    struct mh_json detail;
    open_detail(&detail);
    mh_json_put_string(&detail, "interface", interface);
    mh_json_put_string(&detail, "family", mh_family_name((enum mh_family)after->family));
    mh_json_put_integer(&detail, "value", after->value);
    mh_json_put_integer(&detail, "previous_value", before->value);
    tell(round, MH_EVENT_SETTING_CHANGED, mh_setting_name((enum mh_setting_id)after->id), &detail);
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
    struct mh_json detail;
    open_detail(&detail);
    mh_json_put_string(&detail, "table", mh_platform_table_name(round->platform, route->table, table));
    mh_json_put_unsigned(&detail, "metric", route->metric);
    mh_json_put_unsigned(&detail, "next_hop_count", route->next_hop_count);
    if (route->next_hop_count > 0 && change->hop.gateway.family != MH_FAMILY_NONE)
        mh_json_put_string(&detail, "gateway", mh_address_format(&change->hop.gateway, gateway));
    if (route->next_hop_count > 0)
        mh_json_put_string(&detail, "interface", interface_name(round, change->hop.interface));
    tell(round, change->removed ? MH_EVENT_ROUTE_REMOVED : MH_EVENT_ROUTE_ADDED,
         mh_prefix_format(&route->destination, subject), &detail);
}

/* A flood is told as a count: it would push everything else out of the log. */
static void tell_flood(const struct round *round, const struct mh_route_changes *changes)
{
    struct mh_json detail;
    open_detail(&detail);
    if (changes->uncounted) {
        mh_json_put_null(&detail, "added");
        mh_json_put_null(&detail, "removed");
    } else {
        mh_json_put_unsigned(&detail, "added", changes->added);
        mh_json_put_unsigned(&detail, "removed", changes->removed);
    }
    tell(round, MH_EVENT_ROUTES_CHANGED, "routes", &detail);
}

static void tell_routes(const struct round *round, const struct mh_route_changes *changes)
{
    if (changes->uncounted || changes->added + changes->removed > changes->told) {
        tell_flood(round, changes);
        return;
    }
    for (size_t i = 0; i < changes->told; i++)
        tell_route(round, &changes->items[i]);
}

/* ---- all ------------------------------------------------------------------------------------------- */

static void put_kinds(struct mh_json *json, const char *name, const struct mh_scenario_list *list)
{
    mh_json_put_open(json, name, '[');
    for (size_t i = 0; i < list->count; i++)
        mh_json_string(json, mh_scenario_kind_name(list->items[i].kind));
    mh_json_close(json, ']');
}

static void tell_scenario(const struct round *round)
{
    const struct mh_scenario_report *now = round->after->scenario;
    struct mh_json detail;
    if (mh_scenario_report_equal(round->before->scenario, now))
        return;
    open_detail(&detail);
    put_kinds(&detail, "ipv4", &now->ipv4);
    put_kinds(&detail, "ipv6", &now->ipv6);
    tell(round, MH_EVENT_SCENARIO_CHANGED, "scenario", &detail);
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
