#include "core/select_connect.h"

static bool is_asked_twice(enum mh_dialect dialect, const struct mh_question *question,
                           const struct mh_selection *selection)
{
    return dialect == MH_DIALECT_LINUX && question->destination.family == MH_IPV4 &&
           question->source.family == MH_FAMILY_NONE && selection->way == MH_WAY_FOUND;
}

static bool is_spread(const struct mh_selection *selection)
{
    return selection->forwarding.choice_count > 1;
}

static bool is_known(const struct mh_connected *connected, size_t count, const struct mh_address *source)
{
    for (size_t i = 0; i < count; i++)
        if (mh_address_equal(&connected[i].source, source))
            return true;
    return source->family == MH_FAMILY_NONE;
}

static size_t list_sources(const struct mh_selection *selection, struct mh_connected *connected)
{
    size_t count = 0;
    if (!is_known(connected, count, &selection->source))
        connected[count++].source = selection->source;
    else if (is_spread(selection))
        for (size_t i = 0; i < selection->forwarding.choice_count && count < MH_CONNECTED_MAX; i++)
            if (!is_known(connected, count, &selection->choice_sources[i]))
                connected[count++].source = selection->choice_sources[i];
    return count;
}

/* Of several next hops of one route any may be taken, the first time as the second. */
static bool goes_alike(const struct mh_selection *first, const struct mh_selection *second)
{
    if (second->way != MH_WAY_FOUND)
        return false;
    if (is_spread(first))
        return first->forwarding.handle == second->forwarding.handle;
    return first->interface == second->interface && mh_address_equal(&first->next_hop, &second->next_hop);
}

/* True when it goes as `selection` says. */
static bool ask_again(const struct mh_snapshot *snapshot, const struct mh_route_table *routes,
                      const struct mh_question *question, const struct mh_selection *selection,
                      struct mh_connected *connected)
{
    struct mh_selection again;
    struct mh_question bound = *question;
    bound.source = connected->source;
    (void)mh_select(snapshot, routes, MH_DIALECT_LINUX, &bound, false, &again);
    bool found = again.way == MH_WAY_FOUND;
    connected->way = again.way;
    connected->reason = again.reason;
    connected->interface = found ? again.interface : 0;
    connected->next_hop = found ? again.next_hop : (struct mh_address){0};
    return goes_alike(selection, &again);
}

size_t mh_select_connected(const struct mh_snapshot *snapshot, const struct mh_route_table *routes,
                           enum mh_dialect dialect, const struct mh_question *question,
                           const struct mh_selection *selection,
                           struct mh_connected connected[MH_CONNECTED_MAX])
{
    bool alike = true;
    if (!is_asked_twice(dialect, question, selection))
        return 0;
    size_t count = list_sources(selection, connected);
    for (size_t i = 0; i < count; i++)
        alike &= ask_again(snapshot, routes, question, selection, &connected[i]);
    return alike ? 0 : count;
}
