/* What holds of a packet as rules change it. Where it depends on something that is not known whether they do,
 * the value is not known from there on. */
#include "core/filter_parts.h"

static const char CHANGED[] = "rules may have changed it on the way, or not";

void mh_filter_facts_begin(struct mh_filter_facts *facts, const struct mh_filter_packet *packet)
{
    *facts = (struct mh_filter_facts){
        .mark = {packet->mark, packet->mark_unknown ? "the packet's mark is not known" : NULL},
        .connection_mark = {packet->connection_mark,
                            packet->connection_mark_known ? NULL : "the connection's mark is not known"},
        .zone = {packet->zone, packet->zone_unknown ? "the packet's zone is not known" : NULL},
        .state = {(uint32_t)packet->state,
                  packet->state_unknown ? "the connection's state is not known" : NULL},
        .source_why = packet->source_translated ? "the source address is translated" : NULL,
        .destination_why = packet->destination_translated ? "the destination address is translated" : NULL,
    };
}

static void join_known(struct mh_filter_known *known, const struct mh_filter_known *other)
{
    if (known->why == NULL && other->why != NULL)
        *known = *other;
    else if (known->why == NULL && known->value != other->value)
        known->why = CHANGED;
}

void mh_filter_facts_join(struct mh_filter_facts *facts, const struct mh_filter_facts *other)
{
    join_known(&facts->mark, &other->mark);
    join_known(&facts->connection_mark, &other->connection_mark);
    join_known(&facts->zone, &other->zone);
    join_known(&facts->state, &other->state);
    facts->notracked = facts->notracked || other->notracked;
    facts->templated = facts->templated || other->templated;
    if (facts->source_why == NULL)
        facts->source_why = other->source_why;
    if (facts->destination_why == NULL)
        facts->destination_why = other->destination_why;
}

void mh_filter_facts_forget(struct mh_filter_facts *facts, const char *why)
{
    facts->mark.why = facts->connection_mark.why = facts->zone.why = facts->state.why = why;
    facts->source_why = facts->destination_why = why;
    facts->notracked = facts->templated = true;
}

static bool is_tracked(const struct mh_filter_facts *facts)
{
    return facts->state.value != MH_FILTER_STATE_INVALID && facts->state.value != MH_FILTER_STATE_UNTRACKED;
}

/* A connection's mark can be set where there is a connection; elsewhere nothing happens. */
static void set_connection_mark(struct mh_filter_view *view, struct mh_filter_facts *next,
                                const struct mh_filter_known *value)
{
    if (view->tracking == MH_TRACKING_EARLY && !next->templated)
        return;
    if (view->tracking != MH_TRACKING_DONE || next->state.why != NULL)
        next->connection_mark.why = CHANGED;
    else if (is_tracked(next))
        next->connection_mark = *value;
}

/* A zone can be given before connection tracking has looked; it gives the packet a template, which is then
 * tracked whatever was said before. A packet that has its connection keeps its zone. */
static void set_zone(struct mh_filter_view *view, struct mh_filter_facts *next,
                     const struct mh_filter_known *value)
{
    static const char other[] = "a rule puts the packet into another zone of connection tracking";
    if (view->tracking == MH_TRACKING_DONE && next->state.why == NULL && is_tracked(next))
        return;
    if (view->tracking != MH_TRACKING_EARLY) {
        next->zone.why = next->state.why = CHANGED;
        return;
    }
    next->zone = *value;
    next->templated = true;
    if (value->why != NULL || value->value != view->packet->zone || next->notracked)
        next->state.why = other;
}

void mh_filter_set_number(struct mh_filter_view *view, enum mh_filter_statement_kind what,
                          const struct mh_filter_known *value, bool sure)
{
    struct mh_filter_facts next = view->facts;
    if (what == MH_FILTER_SET_MARK)
        next.mark = *value;
    else if (what == MH_FILTER_SET_CT_MARK)
        set_connection_mark(view, &next, value);
    else
        set_zone(view, &next, value);
    if (!sure)
        mh_filter_facts_join(&next, &view->facts);
    view->facts = next;
}

/* Only what has no connection and no template yet can be left untracked. */
void mh_filter_notrack(struct mh_filter_view *view, bool sure)
{
    struct mh_filter_facts next = view->facts;
    if (view->tracking == MH_TRACKING_DONE && next.state.why == NULL && is_tracked(&next))
        return;
    if (view->tracking == MH_TRACKING_EARLY && !next.templated)
        next.state = (struct mh_filter_known){MH_FILTER_STATE_UNTRACKED, NULL};
    else
        next.state.why = CHANGED;
    next.notracked = true;
    if (!sure)
        mh_filter_facts_join(&next, &view->facts);
    if (!sure && !view->facts.notracked)
        next.state.why = CHANGED;
    view->facts = next;
}

void mh_filter_facts_end(const struct mh_filter_facts *facts, struct mh_filter_packet *packet)
{
    packet->mark = facts->mark.value;
    packet->mark_unknown = facts->mark.why != NULL;
    packet->connection_mark = facts->connection_mark.value;
    packet->connection_mark_known = facts->connection_mark.why == NULL;
    packet->zone = facts->zone.value;
    packet->zone_unknown = facts->zone.why != NULL;
    packet->state = (enum mh_filter_state)facts->state.value;
    packet->state_unknown = facts->state.why != NULL;
    packet->source_translated = facts->source_why != NULL;
    packet->destination_translated = facts->destination_why != NULL;
}
