/* What pf does behind the look-up of routes on FreeBSD and OpenBSD, where it stands for the policy rules that
 * these lack: the main table has chosen the source (or it was bound), and has let the packet out; then the
 * first rule for that source sends it by the table that it names (route-to of pf.conf(5)), or refuses it.
 * Where the table has no way the next rule has its turn, and behind the last one the packet goes as the main
 * table said. What pf leaves alone: packets to this host itself, and those that do not leave their link. */
#include "core/select_redirect.h"

#include "core/select_host.h"

/* A rule names its interface and gateway, and pf does not ask whether they work. */
static bool is_there(const struct mh_selecting *selecting, const struct mh_next_hop *hop)
{
    return mh_snapshot_interface(selecting->snapshot, hop->interface) != NULL;
}

static bool metric(const struct mh_selecting *selecting, const struct mh_route *route,
                   const struct mh_next_hop *hop, uint64_t *cost)
{
    (void)selecting;
    (void)hop;
    *cost = route->metric;
    return true;
}

static bool stays_on_link(const struct mh_address *destination)
{
    return mh_address_is_multicast(destination) || mh_address_is_link_local(destination) ||
           mh_address_is_loopback(destination) || mh_select_is_limited_broadcast(destination);
}

static bool is_out_of_scope(const struct mh_selecting *selecting)
{
    const struct mh_selection *selection = selecting->selection;
    return selection->way != MH_WAY_FOUND || selection->local || selecting->snapshot->rule_count == 0 ||
           stays_on_link(&selecting->question->destination);
}

/* ---- what becomes of it ----------------------------------------------------------------------------- */

/* What pf drops on its way out is EACCES for the sender (ip_output in sys/netinet/ip_output.c). */
static void refuse(const struct mh_selecting *selecting, const struct mh_rule *rule)
{
    struct mh_selection *selection = selecting->selection;
    mh_select_refuse(selecting, MH_WAY_PROHIBITED);
    selection->forwarding.way = MH_WAY_PROHIBITED;
    selection->forwarding.rule = rule;
    selection->forwarding.handle = 0;
    selection->forwarding.choice_count = 0;
    for (size_t i = 0; i < selection->candidate_count; i++)
        selection->candidates[i].chosen = false;
}

static void send_by_table(const struct mh_selecting *selecting, const struct mh_rule *rule)
{
    struct mh_selection *selection = selecting->selection;
    const struct mh_next_hop first = mh_select_hop(selecting, 0);
    selection->forwarding.rule = rule;
    mh_select_leave_by(selecting, first.interface, &first.gateway);
    for (size_t i = 0; i < selection->forwarding.choice_count; i++)
        selection->choice_sources[i] = selection->source;
}

/* True when the rule ends it. */
static bool act(const struct mh_selecting *selecting, const struct mh_rule *rule)
{
    const struct mh_route_taste taste = {
        .table = rule->table, .falls_through = true, .usable = is_there, .cost = metric};
    switch (rule->action) {
    case MH_RULE_TO_TABLE:
        break;
    case MH_RULE_UNREACHABLE:
    case MH_RULE_PROHIBIT:
    case MH_RULE_BLACKHOLE:
        refuse(selecting, rule);
        return true;
    default:
        return false;
    }
    switch (mh_select_search(selecting, &taste)) {
    case MH_SEARCH_FOUND:
        send_by_table(selecting, rule);
        return true;
    case MH_SEARCH_REFUSED:
        refuse(selecting, rule);
        return true;
    default:
        return false;
    }
}

/* ---- the rules -------------------------------------------------------------------------------------- */

/* The first rule that may match a packet from there. */
static enum mh_match match(const struct mh_selecting *selecting, const struct mh_rule *rule,
                           const struct mh_address *source, const char **unknown)
{
    struct mh_question question = *selecting->question;
    question.source = *source;
    if (rule->family != question.destination.family)
        return MH_MATCH_NO;
    return mh_rule_selects(rule) ? mh_rule_match(selecting->snapshot, rule, &question, unknown)
                                 : MH_MATCH_YES;
}

static bool some_rule_matches(const struct mh_selecting *selecting, const struct mh_address *source)
{
    const struct mh_snapshot *snapshot = selecting->snapshot;
    const char *unknown;
    for (size_t i = 0; i < snapshot->rule_count; i++)
        if (match(selecting, &snapshot->rules[i], source, &unknown) != MH_MATCH_NO)
            return true;
    return false;
}

/* Of several next hops with a source each: pf's answer depends on which is taken. */
static void follow_several(const struct mh_selecting *selecting)
{
    struct mh_selection *selection = selecting->selection;
    for (size_t i = 0; i < selection->forwarding.choice_count; i++)
        if (some_rule_matches(selecting, &selection->choice_sources[i])) {
            mh_select_give_up(selecting,
                              "the source depends on which of several next hops is taken, and rules "
                              "send packets by their source");
            selection->redirected = true;
            return;
        }
}

void mh_select_redirect(const struct mh_selecting *selecting)
{
    const struct mh_snapshot *snapshot = selecting->snapshot;
    struct mh_selection *selection = selecting->selection;
    if (is_out_of_scope(selecting))
        return;
    if (selection->source.family == MH_FAMILY_NONE) {
        follow_several(selecting);
        return;
    }
    for (size_t i = 0; i < snapshot->rule_count && !selection->redirected; i++) {
        const char *unknown = NULL;
        enum mh_match verdict = match(selecting, &snapshot->rules[i], &selection->source, &unknown);
        if (verdict == MH_MATCH_UNKNOWN)
            mh_select_give_up(selecting, unknown);
        selection->redirected =
            verdict == MH_MATCH_UNKNOWN || (verdict == MH_MATCH_YES && act(selecting, &snapshot->rules[i]));
    }
}
