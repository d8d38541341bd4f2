/* The way through the policy rules (fib_rules_lookup in Linux' net/core/fib_rules.c), and what both families
 * share. */
#include "core/forward_parts.h"

enum { TABLE_DEFAULT = 253, TABLE_MAIN = 254, TABLE_LOCAL = 255, PRIORITY_MAIN = 32766 };

const char *mh_way_native(enum mh_way way)
{
    static const char *const names[] = {
        [MH_WAY_UNREACHABLE] = "ENETUNREACH", [MH_WAY_HOST_UNREACHABLE] = "EHOSTUNREACH",
        [MH_WAY_PROHIBITED] = "EACCES",       [MH_WAY_INVALID] = "EINVAL",
        [MH_WAY_NO_DEVICE] = "ENODEV",        [MH_WAY_NO_SOURCE] = "EADDRNOTAVAIL",
        [MH_WAY_INDETERMINATE] = NULL,
    };
    return (size_t)way < sizeof names / sizeof names[0] ? names[way] : NULL;
}

const char *mh_way_word(enum mh_way way)
{
    static const char *const words[] = {
        [MH_WAY_FOUND] = "found",
        [MH_WAY_UNREACHABLE] = "unreachable",
        [MH_WAY_HOST_UNREACHABLE] = "host-unreachable",
        [MH_WAY_PROHIBITED] = "prohibited",
        [MH_WAY_INVALID] = "invalid",
        [MH_WAY_NO_DEVICE] = "no-device",
        [MH_WAY_NO_SOURCE] = "no-source",
        [MH_WAY_INDETERMINATE] = "indeterminate",
    };
    return (size_t)way < sizeof words / sizeof words[0] ? words[way] : "unknown";
}

/* ---- what both families share ---------------------------------------------------------------------- */

uint32_t mh_loopback_index(const struct mh_snapshot *snapshot)
{
    for (size_t i = 0; i < snapshot->interface_count; i++)
        if (snapshot->interfaces[i].kind == MH_KIND_LOOPBACK)
            return snapshot->interfaces[i].index;
    return 0;
}

static bool setting_is_set(const struct mh_snapshot *snapshot, uint32_t interface, enum mh_family family,
                           enum mh_setting_id id)
{
    const struct mh_setting *setting = mh_snapshot_setting(snapshot, interface, family, id);
    return setting != NULL && setting->value != 0;
}

/* Only the interface's own setting counts, in both families (ip_ignore_linkdown, ip6_ignore_linkdown). */
static bool ignores_link_down(const struct mh_snapshot *snapshot, uint32_t interface, enum mh_family family)
{
    return setting_is_set(snapshot, interface, family, MH_SETTING_IGNORE_ROUTES_WITH_LINKDOWN);
}

/* The flags are the system's own word; it keeps them with its routes, and drops routes of interfaces that are
 * down. */
bool mh_next_hop_alive(const struct mh_snapshot *snapshot, enum mh_family family,
                       const struct mh_next_hop *hop)
{
    if ((hop->flags & (MH_NEXT_HOP_DEAD | MH_NEXT_HOP_LINK_DOWN)) == 0)
        return true;
    return (hop->flags & MH_NEXT_HOP_DEAD) == 0 && !ignores_link_down(snapshot, hop->interface, family);
}

bool mh_route_refuses(uint8_t type, enum mh_way *way)
{
    switch (type) {
    case MH_ROUTE_BLACKHOLE:
    case MH_ROUTE_NAT:
        *way = MH_WAY_INVALID;
        return true;
    case MH_ROUTE_UNREACHABLE:
        *way = MH_WAY_HOST_UNREACHABLE;
        return true;
    case MH_ROUTE_PROHIBIT:
        *way = MH_WAY_PROHIBITED;
        return true;
    default:
        return false;
    }
}

enum mh_step mh_search_settle(const struct mh_search *search, enum mh_way way, mh_route_handle handle)
{
    struct mh_forwarding *answer = search->answer;
    answer->way = way;
    answer->handle = handle;
    if (way != MH_WAY_FOUND)
        answer->choice_count = 0;
    mh_route_table_get(search->routes, handle, &answer->route);
    return MH_STEP_DONE;
}

enum mh_step mh_search_give_up(const struct mh_search *search, const char *reason)
{
    struct mh_forwarding *answer = search->answer;
    answer->way = MH_WAY_INDETERMINATE;
    answer->reason = reason;
    answer->handle = 0;
    answer->choice_count = 0;
    return MH_STEP_DONE;
}

/* ---- rules ----------------------------------------------------------------------------------------- */

static enum mh_step search_table(const struct mh_search *search, uint32_t table)
{
    search->answer->choice_count = 0;
    return search->question->destination.family == MH_IPV4 ? mh_forward_table4(search, table)
                                                           : mh_forward_table6(search, table);
}

static bool hop_is_suppressed(const struct mh_search *search, const struct mh_rule *rule, size_t hop)
{
    const struct mh_interface *interface =
        mh_snapshot_interface(search->snapshot, search->answer->route.next_hops[hop].interface);
    return interface != NULL && interface->group == (uint32_t)rule->suppress_interface_group;
}

enum suppression { KEPT, SUPPRESSED, SOME_SUPPRESSED, LENGTH_UNKNOWN };

/* By the group of the interface that a found route leaves by: IPv4 looks at its first next hop, IPv6 at the
 * one taken. */
static enum suppression suppression_by_group(const struct mh_search *search, const struct mh_rule *rule)
{
    const struct mh_forwarding *answer = search->answer;
    size_t suppressed = 0;
    if (rule->suppress_interface_group == -1 || answer->route.next_hop_count == 0)
        return KEPT;
    if (rule->family == MH_IPV4)
        return hop_is_suppressed(search, rule, 0) ? SUPPRESSED : KEPT;
    for (size_t i = 0; i < answer->choice_count; i++)
        suppressed += hop_is_suppressed(search, rule, answer->choices[i].hop);
    return suppressed == 0 ? KEPT : suppressed == answer->choice_count ? SUPPRESSED : SOME_SUPPRESSED;
}

/* What Linux compares is the length of the route that it keeps for the next hop, and IPv6 routes by one
 * nexthop object share that (fib6_rule_suppress, rt6_get_pcpu_route). */
static enum suppression suppression(const struct mh_search *search, const struct mh_rule *rule)
{
    if (search->answer->way != MH_WAY_FOUND)
        return KEPT;
    if (rule->suppress_prefix_length >= 0 && rule->family == MH_IPV6 &&
        search->answer->route.next_hop_id != 0)
        return LENGTH_UNKNOWN;
    if ((int32_t)search->answer->route.destination.length <= rule->suppress_prefix_length)
        return SUPPRESSED;
    return suppression_by_group(search, rule);
}

static enum mh_step end_without_route(const struct mh_search *search, enum mh_way way)
{
    search->answer->way = way;
    search->answer->handle = 0;
    search->answer->choice_count = 0;
    return MH_STEP_DONE;
}

/* Until the first rule is added Linux keeps the IPv4 tables `local` and `main` as one, where a longer prefix
 * of `main` goes before a shorter one of `local`; from then on, and for good, they are apart. Which it is
 * cannot be seen when the rules are the three that are there at first. */
bool mh_local_may_be_merged(const struct mh_snapshot *snapshot)
{
    static const uint32_t tables[] = {TABLE_LOCAL, TABLE_MAIN, TABLE_DEFAULT};
    size_t count = 0;
    for (; count < snapshot->rule_count && snapshot->rules[count].family == MH_IPV4; count++)
        if (count == 3 || snapshot->rules[count].table != tables[count] ||
            mh_rule_selects(&snapshot->rules[count]))
            return false;
    return count == 3;
}

static bool main_is_longer(const struct mh_search *search)
{
    mh_route_handle in_main =
        mh_route_table_match(search->routes, TABLE_MAIN, &search->question->destination, 32);
    return in_main != 0 &&
           mh_route_peek(search->routes, in_main).length > search->answer->route.destination.length;
}

/* Of what the table `local` says. */
static bool merging_matters(const struct mh_search *search, enum mh_step step)
{
    if (step == MH_STEP_THROW)
        return true;
    return step == MH_STEP_DONE && search->answer->way != MH_WAY_INDETERMINATE &&
           search->answer->route.destination.length < 32 && main_is_longer(search);
}

static enum mh_step look_up(const struct mh_search *search, uint32_t table)
{
    enum mh_step step = search_table(search, table);
    if (step != MH_STEP_ON && table == TABLE_LOCAL && search->question->destination.family == MH_IPV4 &&
        merging_matters(search, step) && mh_local_may_be_merged(search->snapshot))
        return mh_search_give_up(search, "tables local and main both match, and Linux may keep them as one");
    return step;
}

static enum mh_step act_on_table(const struct mh_search *search, const struct mh_rule *rule)
{
    if (look_up(search, rule->table) != MH_STEP_DONE)
        return MH_STEP_ON;
    switch (suppression(search, rule)) {
    case SOME_SUPPRESSED:
        return mh_search_give_up(search, "a rule suppresses some of a route's next hops only");
    case LENGTH_UNKNOWN:
        return mh_search_give_up(search,
                                 "a rule suppresses by length a route by a nexthop object, where Linux may "
                                 "look at another route's");
    case SUPPRESSED:
        return MH_STEP_ON;
    default:
        return MH_STEP_DONE;
    }
}

static enum mh_step act(const struct mh_search *search, const struct mh_rule *rule)
{
    switch (rule->action) {
    case MH_RULE_TO_TABLE:
        if (rule->l3mdev)
            return mh_search_give_up(search, "the table of a VRF is not known");
        return act_on_table(search, rule);
    case MH_RULE_UNREACHABLE:
        return end_without_route(search, MH_WAY_UNREACHABLE);
    case MH_RULE_PROHIBIT:
        return end_without_route(search, MH_WAY_PROHIBITED);
    default:
        return end_without_route(search, MH_WAY_INVALID);
    }
}

/* The first rule of the priority that a goto names, behind the goto; `current` itself when there is none:
 * such a goto does nothing. */
static size_t target_of(const struct mh_snapshot *snapshot, size_t current)
{
    const struct mh_rule *rules = snapshot->rules;
    for (size_t i = current + 1; i < snapshot->rule_count && rules[i].family == rules[current].family; i++)
        if (rules[i].priority == rules[current].target)
            return i;
    return current;
}

static enum mh_match match(const struct mh_search *search, const struct mh_rule *rule, const char **unknown)
{
    return mh_rule_selects(rule) ? mh_rule_match(search->snapshot, rule, search->question, unknown)
                                 : MH_MATCH_YES;
}

static enum mh_step follow_rules(const struct mh_search *search, size_t first)
{
    const struct mh_snapshot *snapshot = search->snapshot;
    for (size_t i = first;
         i < snapshot->rule_count && snapshot->rules[i].family == snapshot->rules[first].family;) {
        const struct mh_rule *rule = &snapshot->rules[i];
        const char *unknown = NULL;
        enum mh_match verdict = match(search, rule, &unknown);
        search->answer->rule = rule;
        if (verdict == MH_MATCH_UNKNOWN)
            return mh_search_give_up(search, unknown);
        size_t target = verdict == MH_MATCH_YES && rule->action == MH_RULE_GOTO ? target_of(snapshot, i) : i;
        if (verdict == MH_MATCH_YES && rule->action != MH_RULE_GOTO && rule->action != MH_RULE_NOP &&
            act(search, rule) == MH_STEP_DONE)
            return MH_STEP_DONE;
        i = target > i ? target : i + 1;
    }
    return MH_STEP_ON;
}

/* Linux does not look at the IPv6 rules at all before the first one is added: removing the ones that are
 * there at first does nothing then. Whether one was ever added cannot be seen when some of these are left and
 * no others. */
static bool rules_may_be_ignored(const struct mh_snapshot *snapshot, size_t first)
{
    size_t count = 0;
    if (snapshot->rules[first].family != MH_IPV6)
        return false;
    for (size_t i = first; i < snapshot->rule_count && snapshot->rules[i].family == MH_IPV6; i++, count++) {
        const struct mh_rule *rule = &snapshot->rules[i];
        bool at_first = (rule->priority == 0 && rule->table == TABLE_LOCAL) ||
                        (rule->priority == PRIORITY_MAIN && rule->table == TABLE_MAIN);
        if (!at_first || rule->action != MH_RULE_TO_TABLE || mh_rule_selects(rule))
            return false;
    }
    return count < 2;
}

/* The rules are by family. */
static size_t first_rule(const struct mh_snapshot *snapshot, uint8_t family)
{
    size_t low = 0, high = snapshot->rule_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (snapshot->rules[middle].family < family)
            low = middle + 1;
        else
            high = middle;
    }
    return low < snapshot->rule_count && snapshot->rules[low].family == family ? low : snapshot->rule_count;
}

void mh_forward(const struct mh_snapshot *snapshot, const struct mh_route_table *routes,
                const struct mh_question *question, struct mh_forwarding *answer)
{
    const struct mh_search search = {snapshot, routes, question, answer};
    size_t first = first_rule(snapshot, question->destination.family);
    answer->rule = NULL;
    if (first < snapshot->rule_count && rules_may_be_ignored(snapshot, first)) {
        mh_search_give_up(&search, "a rule of the kernel's own was removed, which Linux may not have heeded");
        return;
    }
    enum mh_step step =
        first < snapshot->rule_count ? follow_rules(&search, first) : search_table(&search, 0);
    if (step != MH_STEP_DONE) {
        answer->rule = NULL;
        end_without_route(&search, MH_WAY_UNREACHABLE);
    }
}

bool mh_forward_table(const struct mh_snapshot *snapshot, const struct mh_route_table *routes, uint32_t table,
                      const struct mh_question *question, struct mh_forwarding *answer)
{
    const struct mh_search search = {snapshot, routes, question, answer};
    answer->rule = NULL;
    return search_table(&search, table) == MH_STEP_DONE;
}
