/* What in the configuration cures a return path. A setting is only named when the way that it makes has been
 * looked at: the rule that source routing adds is tried in a copy of the rules, the reverse path filter is
 * run again in the other mode. What no setting cures is said in words. */
#include "core/capability.h"
#include "core/path_parts.h"

#include <stdlib.h>

/* Priority of the rules of source routing; the table that stands for theirs. */
enum { SOURCE_RULE_PRIORITY = 5260, TABLE_MAIN = 254 };

struct curing {
    const struct mh_path_host *host;
    const struct mh_path_question *question;
    struct mh_path_report *report;
    char remote[MH_ADDRESS_TEXT_SIZE], local[MH_ADDRESS_TEXT_SIZE];
    const char *interface; /* that it came in on */
};

static const struct mh_path_verdict *find(const struct mh_path_report *report, enum mh_path_by by)
{
    for (size_t i = 0; i < report->verdict_count; i++)
        if (report->verdicts[i].by == by && report->verdicts[i].drops != MH_PATH_DROPS_UNKNOWN)
            return &report->verdicts[i];
    return NULL;
}

static void add(struct mh_path_report *report, enum mh_path_remedy_kind kind, uint32_t interface,
                const struct mh_address *gateway)
{
    if (report->remedy_count == MH_PATH_REMEDIES_MAX)
        return;
    struct mh_path_remedy *remedy = &report->remedies[report->remedy_count++];
    *remedy = (struct mh_path_remedy){.kind = kind, .interface = interface};
    if (gateway != NULL)
        remedy->gateway = *gateway;
}

/* ---- source routing: has the interface a way? ------------------------------------------------------ */

static bool is_on_link(const struct curing *curing)
{
    size_t count;
    const struct mh_interface_address *addresses =
        mh_snapshot_addresses_of(curing->host->snapshot, curing->report->input, &count);
    for (size_t i = 0; i < count; i++) {
        const struct mh_address *base =
            addresses[i].peer.family != MH_FAMILY_NONE ? &addresses[i].peer : &addresses[i].address;
        struct mh_prefix subnet = mh_prefix_of(base, addresses[i].prefix_length);
        if (mh_prefix_contains(&subnet, &curing->question->remote))
            return true;
    }
    return false;
}

/* A gateway behind the interface, of a route in the table that leads to the remote and is no longer than
 * `longest`. */
static bool gateway_in(const struct curing *curing, uint32_t table, int longest, struct mh_address *gateway)
{
    const struct mh_route_table *routes = curing->host->routes;
    struct mh_route route;
    mh_route_handle handle;
    for (; (handle = mh_route_table_match(routes, table, &curing->question->remote, longest)) != 0;
         longest = (int)route.destination.length - 1) {
        for (; handle != 0; handle = mh_route_table_sibling(routes, handle)) {
            mh_route_table_get(routes, handle, &route);
            for (size_t i = 0; i < route.next_hop_count; i++)
                if (route.next_hops[i].interface == curing->report->input &&
                    route.next_hops[i].gateway.family == curing->question->remote.family) {
                    *gateway = route.next_hops[i].gateway;
                    return true;
                }
        }
    }
    return false;
}

static bool gateway_anywhere(const struct curing *curing, struct mh_address *gateway)
{
    uint32_t table = 0;
    enum mh_family family = (enum mh_family)curing->question->remote.family;
    while (mh_route_table_next_id(curing->host->routes, family, table, &table)) {
        if (gateway_in(curing, table, 128, gateway))
            return true;
        if (table++ == UINT32_MAX)
            break;
    }
    return false;
}

enum way { WAY_KNOWN, WAY_WITH_GATEWAY, WAY_NONE };

/* A default route of the main table names the gateway by itself; another one is worth naming. */
static enum way way_by_input(const struct curing *curing, struct mh_address *gateway)
{
    uint32_t main_table = curing->host->dialect == MH_DIALECT_LINUX ? TABLE_MAIN : 0;
    if (is_on_link(curing) || gateway_in(curing, main_table, 0, gateway)) {
        *gateway = (struct mh_address){0};
        return WAY_KNOWN;
    }
    return gateway_anywhere(curing, gateway) ? WAY_WITH_GATEWAY : WAY_NONE;
}

/* ---- source routing: would its rule decide? -------------------------------------------------------- */

/* The rules with one more, which refuses what comes from `local` where source routing would route it. */
static struct mh_rule *rules_with_source_rule(const struct curing *curing, size_t *at)
{
    const struct mh_snapshot *snapshot = curing->host->snapshot;
    const struct mh_address *local = &curing->question->local;
    struct mh_rule *rules = malloc((snapshot->rule_count + 1) * sizeof *rules);
    if (rules == NULL)
        return NULL;
    for (*at = 0; *at < snapshot->rule_count; ++*at) {
        const struct mh_rule *rule = &snapshot->rules[*at];
        if (rule->family > local->family ||
            (rule->family == local->family && rule->priority > SOURCE_RULE_PRIORITY))
            break;
        rules[*at] = *rule;
    }
    rules[*at] = (struct mh_rule){.priority = SOURCE_RULE_PRIORITY,
                                  .family = local->family,
                                  .action = MH_RULE_PROHIBIT,
                                  .from = mh_prefix_of(local, 128),
                                  .suppress_prefix_length = -1,
                                  .suppress_interface_group = -1};
    for (size_t i = *at; i < snapshot->rule_count; i++)
        rules[i + 1] = snapshot->rules[i];
    return rules;
}

/* Where rules come behind the routes, these have to have let the packet out. */
static bool decides_behind_routes(const struct curing *curing, const struct mh_snapshot *snapshot,
                                  const struct mh_rule *rule, const struct mh_question *question)
{
    struct mh_selection selection;
    return mh_select(snapshot, curing->host->routes, curing->host->dialect, question, false, &selection) ==
               MH_OK &&
           selection.forwarding.rule == rule;
}

static bool decides(const struct curing *curing, const struct mh_snapshot *snapshot,
                    const struct mh_rule *rule, const struct mh_question *question)
{
    struct mh_forwarding forwarding;
    if (mh_dialect_redirects(curing->host->dialect))
        return decides_behind_routes(curing, snapshot, rule, question);
    mh_forward(snapshot, curing->host->routes, question, &forwarding);
    return forwarding.rule == rule;
}

/* Both the reply and the question of Linux' reverse path filter come to the rule. */
static enum mh_error source_rule_decides(const struct curing *curing, bool *yes)
{
    size_t at;
    struct mh_snapshot snapshot = *curing->host->snapshot;
    struct mh_rule *rules = rules_with_source_rule(curing, &at);
    if (rules == NULL)
        return MH_NO_MEMORY;
    snapshot.rules = rules;
    snapshot.rule_count++;
    const struct mh_question back = mh_reverse_question(&snapshot, &curing->report->incoming, 0);
    *yes = curing->host->dialect != MH_DIALECT_LINUX || decides(curing, &snapshot, &rules[at], &back);
    for (size_t i = 0; i < curing->report->reply_count && *yes; i++)
        if (curing->report->replies[i].kind != MH_PATH_UDP_WILDCARD)
            *yes = decides(curing, &snapshot, &rules[at], &curing->report->replies[i].question);
    free(rules);
    return MH_OK;
}

/* ---- source routing -------------------------------------------------------------------------------- */

/* A reply from `local` that does not leave as the request came, or not at all. */
static bool wants_symmetry(const struct mh_path_report *report)
{
    for (size_t i = 0; i < report->reply_count; i++) {
        const struct mh_path_reply *reply = &report->replies[i];
        bool gone = reply->selection.way != MH_WAY_FOUND && reply->selection.way != MH_WAY_INDETERMINATE;
        bool several = reply->asymmetry == MH_PATH_UNDECIDED && mh_path_way_count(&reply->selection) > 1;
        if (reply->kind != MH_PATH_UDP_WILDCARD &&
            (reply->asymmetry == MH_PATH_ASYMMETRIC || gone || several))
            return true;
    }
    return false;
}

static bool is_internal(const struct curing *curing, uint32_t index)
{
    const struct mh_snapshot *snapshot = curing->host->snapshot;
    const struct mh_interface *interface = mh_snapshot_interface(snapshot, index);
    if (interface == NULL)
        return false;
    if (curing->host->roles != NULL)
        return curing->host->roles[interface - snapshot->interfaces].role == MH_ROLE_INTERNAL;
    return mh_role_of(snapshot, interface, NULL).role == MH_ROLE_INTERNAL;
}

/* Source routing covers external interfaces, and leaves what is reached by internal ones there. */
static bool is_not_covered(const struct curing *curing)
{
    bool internal = is_internal(curing, curing->report->input);
    for (size_t i = 0; i < curing->report->reply_count; i++) {
        const struct mh_selection *selection = &curing->report->replies[i].selection;
        internal = internal || (selection->way == MH_WAY_FOUND && is_internal(curing, selection->interface));
    }
    return internal;
}

static enum mh_error offer_source_routing(struct curing *curing)
{
    struct mh_address gateway = {0};
    bool decisive = false;
    enum way way = way_by_input(curing, &gateway);
    if (way == WAY_NONE) {
        mh_path_advise(curing->report,
                       "No gateway behind %s is known. Name it as an uplink (uplinks.NAME.interface \"%s\", "
                       "gateway) and set source_routing: replies from %s then leave by %s.",
                       curing->interface, curing->interface, curing->local, curing->interface);
        return MH_OK;
    }
    enum mh_error error = source_rule_decides(curing, &decisive);
    if (error != MH_OK)
        return error;
    if (decisive && !is_not_covered(curing))
        add(curing->report, MH_PATH_SOURCE_ROUTING, curing->report->input, &gateway);
    else
        mh_path_advise(curing->report,
                       "Source routing does not help here: another policy rule, or an internal interface, "
                       "decides about replies from %s before it would.",
                       curing->local);
    return MH_OK;
}

static void advise_about_owner(struct curing *curing, const struct mh_interface_address *owner)
{
    if (owner == NULL)
        return;
    mh_path_advise(
        curing->report,
        "%s belongs to %s, not to %s: source routing has its replies leave by %s. Have the request "
        "come in there, or give %s an address of its own.",
        curing->local, mh_snapshot_interface_name(curing->host->snapshot, owner->interface),
        curing->interface, mh_snapshot_interface_name(curing->host->snapshot, owner->interface),
        curing->interface);
}

/* NULL: nothing stands against it. */
static const char *why_no_source_routing(const struct mh_path_host *host)
{
    if (host->dialect == MH_DIALECT_LINUX)
        return NULL;
    if (mh_dialect_redirects(host->dialect))
        return mh_capability_anchor_reason(
            mh_snapshot_setting(host->snapshot, MH_SETTING_ALL, MH_IPV4, MH_SETTING_OWN_TABLE));
    return "nothing sends a packet by its source";
}

static enum mh_error cure_asymmetry(struct curing *curing)
{
    const struct mh_snapshot *snapshot = curing->host->snapshot;
    const struct mh_address *local = &curing->question->local;
    if (!wants_symmetry(curing->report) || mh_path_is_bound_to_link(local) || mh_address_is_loopback(local))
        return MH_OK;
    if (mh_path_owner(snapshot, local, curing->report->input) == NULL) {
        advise_about_owner(curing, mh_path_owner(snapshot, local, 0));
        return MH_OK;
    }
    const char *obstacle = why_no_source_routing(curing->host);
    if (obstacle == NULL)
        return offer_source_routing(curing);
    mh_path_advise(curing->report,
                   "With source_routing replies from %s would leave by %s. It is not supported here: %s.",
                   curing->local, curing->interface, obstacle);
    return MH_OK;
}

/* ---- other settings -------------------------------------------------------------------------------- */

/* Of IPv6, which this service's own table checks. */
static void cure_reverse_filter(struct curing *curing)
{
    const struct mh_setting *setting = mh_snapshot_setting(curing->host->snapshot, curing->report->input,
                                                           MH_IPV6, MH_SETTING_REVERSE_FILTER);
    const struct mh_filter_fib_question way = {.address = curing->question->remote,
                                               .from = curing->question->local};
    struct mh_filter_fib_answer answer;
    struct mh_path_fib_context context = {curing->host};
    if (setting == NULL || find(curing->report, MH_PATH_BY_REVERSE_PATH_FILTER) == NULL)
        return;
    mh_path_fib(&context, &way, &answer);
    if (answer.known && answer.interface != 0 && setting->value == MH_FILTER_STRICT)
        add(curing->report, MH_PATH_LOOSE, curing->report->input, NULL);
    else if (answer.known && answer.interface == 0)
        mh_path_advise(curing->report, "This host has no way to %s: it needs a route or a default gateway.",
                       curing->remote);
}

static void cure_reverse_path(struct curing *curing)
{
    int32_t mode;
    if (curing->question->local.family == MH_IPV6) {
        cure_reverse_filter(curing);
        return;
    }
    const struct mh_path_report *report = curing->report;
    if (find(report, MH_PATH_BY_REVERSE_PATH_FILTER) == NULL ||
        !mh_reverse_mode(curing->host->snapshot, report->input, &mode))
        return;
    struct mh_reverse loose =
        mh_reverse_check(curing->host->snapshot, curing->host->routes, &report->incoming, 0, 2);
    if (mode == 1 && !report->marked && loose.outcome == MH_REVERSE_PASSES)
        add(curing->report, MH_PATH_LOOSE, report->input, NULL);
    else if (!loose.has_route)
        mh_path_advise(curing->report, "This host has no way to %s: it needs a route or a default gateway.",
                       curing->remote);
}

static void cure_strong_host(struct curing *curing)
{
    if (find(curing->report, MH_PATH_BY_STRONG_HOST) == NULL)
        return;
    if (curing->host->dialect == MH_DIALECT_WINDOWS || curing->host->dialect == MH_DIALECT_LINUX)
        add(curing->report, MH_PATH_WEAK_RECEIVE, curing->report->input, NULL);
    else if (curing->host->dialect == MH_DIALECT_OPENBSD)
        mh_path_advise(curing->report,
                       "OpenBSD has no switch for this while it does not forward: give %s the "
                       "address, or have the request come in where it is.",
                       curing->interface);
    else
        add(curing->report, MH_PATH_WEAK_RECEIVE, 0, NULL);
}

static void advise_about_the_rest(struct curing *curing)
{
    struct mh_path_report *report = curing->report;
    if (find(report, MH_PATH_BY_NOT_LOCAL) != NULL)
        mh_path_advise(report, "Only a packet to an address of this host has a reply here. Addresses are "
                               "set by addresses.NAME, or whatever manages this host.");
    if (find(report, MH_PATH_BY_NO_RETURN_ROUTE) != NULL && report->remedy_count == 0)
        mh_path_advise(report, "This host has no way to %s: it needs a route or a default gateway.",
                       curing->remote);
    if (find(report, MH_PATH_BY_PACKET_FILTER) != NULL)
        mh_path_advise(report, "No setting here changes the packet filter's own rules: look at the chain "
                               "that is named.");
    if (find(report, MH_PATH_BY_UDP_WRONG_SOURCE) != NULL)
        mh_path_advise(report,
                       "Bind the UDP service to %s, or have it reply from the address that was asked "
                       "(IP_PKTINFO, IPV6_PKTINFO).",
                       curing->local);
}

enum mh_error mh_path_cure(const struct mh_path_host *host, const struct mh_path_question *question,
                           struct mh_path_report *report)
{
    struct curing curing = {.host = host,
                            .question = question,
                            .report = report,
                            .interface = mh_snapshot_interface_name(host->snapshot, report->input)};
    (void)mh_address_format(&question->remote, curing.remote);
    (void)mh_address_format(&question->local, curing.local);
    enum mh_error error = cure_asymmetry(&curing);
    if (error != MH_OK)
        return error;
    cure_reverse_path(&curing);
    cure_strong_host(&curing);
    advise_about_the_rest(&curing);
    for (size_t i = 0; i < report->remedy_count; i++)
        report->remedies[i].family = question->local.family;
    return MH_OK;
}
