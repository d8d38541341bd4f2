/* Send: where packets from the interface's addresses go. Each place (a host on every link, behind the routes,
 * and one that only default routes lead to) is a question with the source given, as a bound socket asks it.
 * What is told apart is not only where they leave now, but what sees to it: a way that the destination alone
 * has chosen, and that happens to be by the interface, holds nothing. */
#include "core/effective.h"
#include "core/forward_parts.h"
#include "core/host_model_parts.h"

#include <stdio.h>

/* What came of the places that were tried for one source. */
struct ways {
    bool by_source; /* a rule that selects the source decided somewhere, and the packet left by the interface
                       or not at all */
    bool by_destination; /* it left by the interface, but no such rule decided */
    bool falls_through;  /* were its table without a way, the packet would go on, and leave elsewhere */
    bool leaves_elsewhere;
    bool leaves_off_link_elsewhere;
    const char *doubt;
    const char *elsewhere; /* interface by which it left, of a place for a text */
    struct mh_address place;
    uint32_t table;         /* of the route that led there; 0: none */
    uint32_t rule_priority; /* with by_source: of the first that selected the source */
    /* With falls_through: of the rule behind which it does. */
    uint32_t goes_on_priority, goes_on_table;
};

struct sending {
    const struct mh_modelling *modelling;
    const struct mh_interface_address *source;
    struct mh_snapshot host; /* as packets of the source meet it */
    struct mh_question question;
    struct ways ways;
};

static bool selects_source(const struct mh_rule *rule)
{
    return rule != NULL && rule->from.address.family != MH_FAMILY_NONE && rule->from.length > 0;
}

/* ---- what would become of it without the route ----------------------------------------------------- */

/* The table refuses what its other routes do not lead to. */
static bool is_closed(const struct mh_route_table *routes, uint32_t table,
                      const struct mh_address *destination)
{
    struct mh_route route;
    int longest = 128;
    while (longest >= 0) {
        mh_route_handle handle = mh_route_table_match(routes, table, destination, longest);
        if (handle == 0)
            return false;
        mh_route_table_get(routes, handle, &route);
        longest = (int)route.destination.length - 1;
        for (; handle != 0; handle = mh_route_table_sibling(routes, handle)) {
            mh_route_table_get(routes, handle, &route);
            if (route.type == MH_ROUTE_UNREACHABLE || route.type == MH_ROUTE_BLACKHOLE ||
                route.type == MH_ROUTE_PROHIBIT)
                return true;
        }
    }
    return false;
}

static bool is_refusal(const struct mh_rule *rule)
{
    return rule->action == MH_RULE_UNREACHABLE || rule->action == MH_RULE_PROHIBIT ||
           rule->action == MH_RULE_BLACKHOLE;
}

/* The rule's table leads the packet away. */
static bool leads_away(const struct sending *sending, const struct mh_rule *rule)
{
    const struct mh_host_modeller *modeller = sending->modelling->modeller;
    struct mh_forwarding *found = &sending->modelling->modeller->forwarding;
    if (rule->action != MH_RULE_TO_TABLE ||
        !mh_forward_table(&sending->host, modeller->host->routes, rule->table, &sending->question, found) ||
        found->way != MH_WAY_FOUND || found->route.type != MH_ROUTE_UNICAST)
        return false;
    return rule->suppress_prefix_length < 0 || found->route.destination.length > rule->suppress_prefix_length;
}

/* The first rule of the family from a priority on, behind `rule`. */
static const struct mh_rule *jump(const struct sending *sending, const struct mh_rule *rule)
{
    const struct mh_snapshot *snapshot = &sending->host;
    const struct mh_rule *end = snapshot->rules + snapshot->rule_count, *at = rule + 1;
    while (at < end && (at->family != sending->modelling->family || at->priority < rule->target))
        at++;
    return at;
}

/* The rules behind the one that decided, as if it had not. One that matches some packets and not others (by
 * protocol, by user) may lead away, and does not refuse. */
static bool goes_on(const struct sending *sending, const struct mh_rule *decided)
{
    const struct mh_snapshot *snapshot = &sending->host;
    const struct mh_rule *end = snapshot->rules + snapshot->rule_count, *rule = decided + 1;
    const char *unknown;
    while (rule < end) {
        enum mh_match match = rule->family == sending->modelling->family
                                  ? mh_rule_match(snapshot, rule, &sending->question, &unknown)
                                  : MH_MATCH_NO;
        if (match == MH_MATCH_YES && is_refusal(rule))
            return false;
        if (match != MH_MATCH_NO && leads_away(sending, rule))
            return true;
        rule = match == MH_MATCH_YES && rule->action == MH_RULE_GOTO ? jump(sending, rule) : rule + 1;
    }
    /* Where rules come behind the routes, what they leave alone goes as these have said. */
    return mh_dialect_redirects(sending->modelling->modeller->host->dialect);
}

/* ---- one place ------------------------------------------------------------------------------------- */

static void note_kept(struct sending *sending, const struct mh_selection *selection)
{
    struct ways *ways = &sending->ways;
    const struct mh_rule *rule = selection->forwarding.rule;
    if (!selects_source(rule)) {
        ways->by_destination = ways->by_destination || selection->way == MH_WAY_FOUND;
        return;
    }
    if (!ways->by_source)
        ways->rule_priority = rule->priority;
    ways->by_source = true;
    if (!ways->falls_through && rule->action == MH_RULE_TO_TABLE &&
        !is_closed(sending->modelling->modeller->host->routes, rule->table, &sending->question.destination) &&
        goes_on(sending, rule)) {
        ways->falls_through = true;
        ways->goes_on_priority = rule->priority;
        ways->goes_on_table = rule->table;
    }
}

static void note_away(struct sending *sending, const struct mh_place *place, uint32_t by, uint32_t table)
{
    struct ways *ways = &sending->ways;
    ways->leaves_off_link_elsewhere = ways->leaves_off_link_elsewhere || place->off_link;
    if (!ways->leaves_elsewhere) {
        ways->elsewhere = mh_snapshot_interface_name(sending->modelling->snapshot, by);
        ways->place = place->address;
        ways->table = table;
    }
    ways->leaves_elsewhere = true;
}

/* Of several next hops, each counts; where the system may prefer those that have the source, only these are
 * sure. */
static void note_way(struct sending *sending, const struct mh_place *place,
                     const struct mh_selection *selection)
{
    const struct mh_path_host *host = sending->modelling->modeller->host;
    uint32_t own = sending->modelling->interface->index;
    size_t count = mh_path_way_count(selection), kept = 0;
    bool may_prefer = selection->matching_choice_count > 0 && selection->matching_choice_count < count;
    for (size_t i = 0; i < count; i++) {
        uint32_t by = mh_path_way_interface(host->routes, selection, i);
        if (by == own)
            kept++;
        else if (may_prefer && i >= selection->matching_choice_count)
            sending->ways.doubt =
                "one of several next hops is taken, and which depends on the kernel's version";
        else if (!mh_is_internal(host, by))
            note_away(sending, place, by, selection->forwarding.route.table);
    }
    if (kept > 0)
        note_kept(sending, selection);
}

static void try_place(struct sending *sending, const struct mh_place *place)
{
    struct mh_host_modeller *modeller = sending->modelling->modeller;
    struct mh_selection *selection = &modeller->selection;
    sending->question.destination = place->address;
    if (mh_select(&sending->host, modeller->host->routes, modeller->host->dialect, &sending->question, false,
                  selection) != MH_OK ||
        selection->local)
        return;
    if (selection->way == MH_WAY_INDETERMINATE)
        sending->ways.doubt = selection->reason;
    else if (selection->way == MH_WAY_FOUND)
        note_way(sending, place, selection);
    else
        note_kept(sending, selection);
}

/* ---- one address ----------------------------------------------------------------------------------- */

/* Linux: rules may lead to any table. The others' are table 0, and those that rules of the packet filter
 * name; a FIB or routing table of its own is for whoever asks for it (setfib(1), route(8) -T). */
static bool is_looked_at(const struct mh_modelling *modelling, uint32_t table)
{
    const struct mh_snapshot *snapshot = modelling->snapshot;
    if (modelling->modeller->host->dialect == MH_DIALECT_LINUX || table == 0)
        return true;
    for (size_t i = 0; i < snapshot->rule_count; i++)
        if (snapshot->rules[i].action == MH_RULE_TO_TABLE && snapshot->rules[i].table == table)
            return true;
    return false;
}

/* A default route by the interface, in whatever table is looked at. */
static bool has_default_route(const struct mh_modelling *modelling)
{
    const struct mh_route_table *routes = modelling->modeller->host->routes;
    const struct mh_address none = {.family = (uint8_t)modelling->family};
    const struct mh_prefix all = mh_prefix_of(&none, 0);
    struct mh_route route;
    uint32_t id = 0;
    while (mh_route_table_next_id(routes, modelling->family, id, &id)) {
        mh_route_handle handle = is_looked_at(modelling, id) ? mh_route_table_exact(routes, id, &all) : 0;
        for (; handle != 0; handle = mh_route_table_sibling(routes, handle)) {
            mh_route_table_get(routes, handle, &route);
            for (size_t i = 0; i < route.next_hop_count; i++)
                if (route.next_hops[i].interface == modelling->interface->index)
                    return true;
        }
        if (id++ == UINT32_MAX)
            break;
    }
    return false;
}

/* Another interface by which packets could leave the host. OpenBSD's routing domains are apart. */
static bool has_rival(const struct mh_modelling *modelling)
{
    const struct mh_snapshot *snapshot = modelling->snapshot;
    bool apart = modelling->modeller->host->dialect == MH_DIALECT_OPENBSD;
    for (size_t i = 0; i < snapshot->interface_count; i++) {
        const struct mh_interface *other = &snapshot->interfaces[i];
        if (other != modelling->interface && other->up && mh_host_model_concerns(snapshot, other) &&
            !mh_is_internal(modelling->modeller->host, other->index) && !(apart && other->domain != 0))
            return true;
    }
    return false;
}

enum model { NOTHING_TO_TELL, STRONG, SOURCE_ROUTING, UNKNOWN, WEAK }; /* the worst of several counts */

static enum model model_of(const struct sending *sending)
{
    const struct ways *ways = &sending->ways;
    bool astray =
        ways->leaves_elsewhere &&
        (!ways->by_source || (ways->leaves_off_link_elsewhere && has_default_route(sending->modelling)));
    if (astray)
        return WEAK;
    if (ways->doubt != NULL)
        return UNKNOWN;
    if (!ways->by_source) /* by the interface, as it happens */
        return ways->by_destination && has_rival(sending->modelling) ? WEAK : NOTHING_TO_TELL;
    return ways->leaves_elsewhere || ways->falls_through || ways->by_destination ? SOURCE_ROUTING : STRONG;
}

static void say_model(const struct sending *sending, enum model model, struct mh_aspect *aspect)
{
    struct mh_arena *memory = sending->modelling->modeller->memory;
    const struct ways *ways = &sending->ways;
    const char *name = sending->modelling->interface->name;
    char source[MH_ADDRESS_TEXT_SIZE], place[MH_ADDRESS_TEXT_SIZE];
    (void)mh_address_format(&sending->source->address, source);
    (void)mh_address_format(&ways->place, place);
    if (ways->by_source)
        mh_aspect_say(aspect, memory, "Rule %u sends packets from %s by %s.", (unsigned)ways->rule_priority,
                      source, name);
    if (ways->leaves_elsewhere)
        mh_aspect_say(aspect, memory, "A packet from %s to %s leaves by %s (table %u).", source, place,
                      ways->elsewhere, (unsigned)ways->table);
    if (ways->falls_through)
        mh_aspect_say(
            aspect, memory,
            "Where table %u has no way for packets from %s, they go on to the rules behind rule %u.",
            (unsigned)ways->goes_on_table, source, (unsigned)ways->goes_on_priority);
    if (model == WEAK && !ways->leaves_elsewhere)
        mh_aspect_say(aspect, memory, "Packets from %s leave by %s, but no rule for their source sees to it.",
                      source, name);
    if (model == STRONG)
        mh_aspect_say(aspect, memory, "Packets from %s that it has no way for are refused.", source);
}

static const struct mh_rule *first_rule_for(const struct mh_modelling *modelling,
                                            const struct mh_address *source)
{
    const struct mh_snapshot *snapshot = modelling->snapshot;
    for (size_t i = 0; i < snapshot->rule_count; i++) {
        const struct mh_rule *rule = &snapshot->rules[i];
        if (rule->family == modelling->family && selects_source(rule) && !rule->invert &&
            mh_prefix_contains(&rule->from, source))
            return rule;
    }
    return NULL;
}

static void put_rules(const struct mh_modelling *modelling, const struct mh_address *source,
                      struct mh_aspect *aspect)
{
    const struct mh_snapshot *snapshot = modelling->snapshot;
    const struct mh_rule *end = snapshot->rules + snapshot->rule_count;
    for (const struct mh_rule *rule = first_rule_for(modelling, source); rule != NULL && rule < end; rule++) {
        char from[MH_PREFIX_TEXT_SIZE], text[MH_PREFIX_TEXT_SIZE + 64];
        if (rule->family != modelling->family || !selects_source(rule) ||
            mh_prefix_contains(&rule->from, source) == rule->invert)
            continue;
        if (rule->from.length == mh_family_bits(modelling->family))
            (void)mh_address_format(&rule->from.address, from);
        else
            (void)mh_prefix_format(&rule->from, from);
        if (rule->action == MH_RULE_TO_TABLE)
            (void)snprintf(text, sizeof text, "%sfrom %s lookup %u", rule->invert ? "not " : "", from,
                           (unsigned)rule->table);
        else
            (void)snprintf(text, sizeof text, "%sfrom %s %s", rule->invert ? "not " : "", from,
                           mh_rule_action_name((enum mh_rule_action)rule->action));
        mh_aspect_text(aspect, modelling->modeller->memory, text, "rule %u", (unsigned)rule->priority);
    }
}

/* ---- why not --------------------------------------------------------------------------------------- */

static void give_reason(const struct sending *sending, enum model model, struct mh_aspect *aspect)
{
    struct mh_arena *memory = sending->modelling->modeller->memory;
    const struct ways *ways = &sending->ways;
    const char *name = sending->modelling->interface->name;
    char source[MH_ADDRESS_TEXT_SIZE];
    (void)mh_address_format(&sending->source->address, source);
    if (model == UNKNOWN)
        mh_aspect_undecide(aspect, memory, "%s", ways->doubt);
    else if (mh_aspect_agrees(aspect) != 0)
        aspect->reason = NULL;
    else if (model == WEAK && !ways->by_source)
        mh_aspect_reason(aspect, memory, "no rule leads packets from %s to a table of %s", source, name);
    else if (model == WEAK)
        mh_aspect_reason(aspect, memory, "%s has a default route that the table of packets from %s has not",
                         name, source);
    else if (model == SOURCE_ROUTING)
        mh_aspect_reason(aspect, memory,
                         "no rule behind %u refuses packets from %s (5261 from %s unreachable is missing)",
                         (unsigned)ways->rule_priority, source, source);
    else
        mh_aspect_reason(aspect, memory, "a rule refuses packets from %s that have no way by %s", source,
                         name);
}

/* ---- all addresses --------------------------------------------------------------------------------- */

static void try_source(const struct mh_modelling *modelling, const struct mh_interface_address *source,
                       struct sending *sending)
{
    *sending =
        (struct sending){.modelling = modelling,
                         .source = source,
                         .question = {.source = source->address, .known = MH_KNOWN_MARK | MH_KNOWN_TOS}};
    mh_sieve_rules(modelling->modeller, &source->address, &sending->host);
    for (size_t i = 0; i < modelling->places->count; i++)
        try_place(sending, &modelling->places->items[i]);
}

static bool is_source(const struct mh_modelling *modelling, const struct mh_interface_address *address)
{
    return address->address.family == modelling->family && mh_address_works(modelling->snapshot, address) &&
           !(modelling->family == MH_IPV6 && mh_address_is_link_local(&address->address));
}

static bool has_sources(const struct mh_modelling *modelling)
{
    size_t count;
    const struct mh_interface_address *addresses =
        mh_snapshot_addresses_of(modelling->snapshot, modelling->interface->index, &count);
    for (size_t i = 0; i < count; i++)
        if (is_source(modelling, &addresses[i]))
            return true;
    return false;
}

/* True when a switch of the system decides, whether or not its value is known. */
static bool has_switch(const struct mh_modelling *modelling, struct mh_aspect *aspect)
{
    const struct mh_setting *setting = mh_snapshot_setting(modelling->snapshot, modelling->interface->index,
                                                           modelling->family, MH_SETTING_WEAK_HOST_SEND);
    if (modelling->modeller->host->dialect != MH_DIALECT_WINDOWS ||
        (setting == NULL && !has_sources(modelling)))
        return false;
    if (setting == NULL) {
        aspect->effective = "indeterminate";
        mh_aspect_reason(aspect, modelling->modeller->memory, "WeakHostSend of %s is not known",
                         modelling->interface->name);
        return true;
    }
    mh_aspect_number(aspect, modelling->modeller->memory, setting->value, "%s of %s",
                     mh_setting_name(MH_SETTING_WEAK_HOST_SEND), modelling->interface->name);
    aspect->effective = setting->value != 0 ? "weak" : "strong";
    if (mh_aspect_agrees(aspect) == 0)
        mh_aspect_reason(aspect, modelling->modeller->memory, "WeakHostSend of %s is %d",
                         modelling->interface->name, (int)setting->value);
    return true;
}

void mh_model_send(const struct mh_modelling *modelling, struct mh_aspect *aspect)
{
    static const char *const words[] = {NULL, "strong", "source-routing", "indeterminate", "weak"};
    size_t count, sources = 0;
    struct sending worst = {.modelling = modelling}, sending;
    enum model model = NOTHING_TO_TELL;
    const struct mh_interface_address *addresses =
        mh_snapshot_addresses_of(modelling->snapshot, modelling->interface->index, &count);
    if (has_switch(modelling, aspect))
        return;
    for (size_t i = 0; i < count; i++) {
        if (!is_source(modelling, &addresses[i]))
            continue;
        try_source(modelling, &addresses[i], &sending);
        enum model one = model_of(&sending);
        say_model(&sending, one, aspect);
        put_rules(modelling, &addresses[i].address, aspect);
        if (sources++ == 0 || one > model)
            worst = sending;
        model = one > model ? one : model;
    }
    aspect->effective = words[model];
    if (sources == 0)
        mh_aspect_nothing(aspect, modelling->modeller->memory,
                          "%s has no %s address that packets could be from", modelling->interface->name,
                          modelling->family == MH_IPV6 ? "IPv6" : "IPv4");
    else if (model == NOTHING_TO_TELL)
        mh_aspect_nothing(aspect, modelling->modeller->memory,
                          "there is no other way that packets from %s could take",
                          modelling->interface->name);
    else
        give_reason(&worst, model, aspect);
}
