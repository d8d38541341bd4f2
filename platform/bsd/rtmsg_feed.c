/* Whole answers of sysctl(3) as facts. */
#include "rtmsg_event.h"

#include <stdlib.h>
#include <string.h>

/* Called for every event of an answer. */
typedef enum mh_error (*take_event)(void *context, const struct mh_rt_event *event);

enum { IFF_POINTOPOINT = 0x10 };

/* Addresses stand behind the interface that they belong to, whose flags say what their broadcast address is.
 */
static void remember(struct mh_rt_context *context, const struct mh_rt_event *event)
{
    if (event->outcome == MH_RT_FACT && event->section == MH_SECTION_INTERFACES)
        context->point_to_point = (event->native_flags & IFF_POINTOPOINT) != 0;
}

static enum mh_error each_event(const struct mh_rt_answer *answer, enum mh_section section, take_event take,
                                void *context, struct mh_failure *failure)
{
    struct mh_rt_walk walk = {answer->layout, answer->bytes, answer->length, 0, answer->long_records};
    struct mh_rt_context known = {.table = answer->table, .answer = true};
    struct mh_rt_message message;
    struct mh_rt_event event;
    enum mh_error code;
    while ((code = mh_rt_next(&walk, &message, failure)) == MH_OK) {
        code = mh_rt_event_of(&message, &known, &event, failure);
        if (code == MH_OK && event.outcome == MH_RT_FACT && event.change != MH_PRESENT)
            code = mh_fail(failure, MH_MALFORMED, "offset %zu: %s stands in an answer", message.offset,
                           message.type->name);
        if (code != MH_OK)
            return code;
        remember(&known, &event);
        if (event.outcome == MH_RT_UNTOLD && event.section == section && answer->untold != NULL)
            ++*answer->untold;
        if (event.outcome == MH_RT_FACT && event.section == section)
            code = take(context, &event);
        if (code != MH_OK)
            return code;
    }
    return code == MH_NOT_FOUND ? MH_OK : code;
}

static enum mh_error give(void *context, const struct mh_rt_event *event)
{
    const struct mh_feed *feed = context;
    struct mh_fact fact = {.section = event->section, .change = event->change};
    if (event->section == MH_SECTION_INTERFACES)
        fact.of.interface = &event->of.interface;
    else if (event->section == MH_SECTION_ADDRESSES)
        fact.of.address = &event->of.address;
    else
        fact.of.neighbor = &event->of.neighbor;
    return feed->fact(feed->context, &fact);
}

enum mh_error mh_rt_feed_interfaces(const struct mh_rt_answer *answer, const struct mh_feed *feed,
                                    struct mh_failure *failure)
{
    struct mh_feed copy = *feed;
    return each_event(answer, MH_SECTION_INTERFACES, give, &copy, failure);
}

enum mh_error mh_rt_feed_addresses(const struct mh_rt_answer *answer, const struct mh_feed *feed,
                                   struct mh_failure *failure)
{
    struct mh_feed copy = *feed;
    return each_event(answer, MH_SECTION_ADDRESSES, give, &copy, failure);
}

enum mh_error mh_rt_feed_neighbors(const struct mh_rt_answer *answer, const struct mh_feed *feed,
                                   struct mh_failure *failure)
{
    struct mh_feed copy = *feed;
    return each_event(answer, MH_SECTION_NEIGHBORS, give, &copy, failure);
}

/* ---- routes ---------------------------------------------------------------------------------------- */

/* A route whose paths come in messages behind each other. */
struct gathering {
    const struct mh_feed *feed;
    bool pending;
    uint32_t zone;
    struct mh_route route;
    struct mh_next_hop next_hops[MH_NEXT_HOPS_MAX];
};

static enum mh_error hand_over(struct gathering *gathering)
{
    struct mh_fact fact = {.section = MH_SECTION_ROUTES, .change = MH_PRESENT, .of.route = &gathering->route};
    if (!gathering->pending)
        return MH_OK;
    gathering->pending = false;
    gathering->route.next_hops = gathering->next_hops;
    return gathering->feed->fact(gathering->feed->context, &fact);
}

/* fe80::/64 is there once for every link: those are routes of their own. */
static bool is_another_path(const struct gathering *gathering, const struct mh_rt_event *event)
{
    const struct mh_route *first = &gathering->route, *next = &event->of.route;
    return gathering->pending && first->next_hop_count > 0 && next->next_hop_count == 1 &&
           gathering->zone == event->zone && first->table == next->table && first->metric == next->metric &&
           first->type == next->type && mh_prefix_equal(&first->destination, &next->destination);
}

static enum mh_error gather(void *context, const struct mh_rt_event *event)
{
    struct gathering *gathering = context;
    enum mh_error code = MH_OK;
    if (is_another_path(gathering, event)) {
        if (gathering->route.next_hop_count == MH_NEXT_HOPS_MAX)
            return MH_LIMIT;
        gathering->next_hops[gathering->route.next_hop_count++] = event->next_hop;
        return MH_OK;
    }
    code = hand_over(gathering);
    gathering->pending = true;
    gathering->zone = event->zone;
    gathering->route = event->of.route;
    gathering->next_hops[0] = event->next_hop;
    return code;
}

enum mh_error mh_rt_feed_routes(const struct mh_rt_answer *answer, const struct mh_feed *feed,
                                struct mh_failure *failure)
{
    struct gathering *gathering = calloc(1, sizeof *gathering);
    if (gathering == NULL)
        return mh_fail(failure, MH_NO_MEMORY, "%s", mh_error_text(MH_NO_MEMORY));
    gathering->feed = feed;
    enum mh_error code = each_event(answer, MH_SECTION_ROUTES, gather, gathering, failure);
    if (code == MH_OK)
        code = hand_over(gathering);
    else if (code == MH_LIMIT)
        (void)mh_fail(failure, code, "a route has more than %d paths", MH_NEXT_HOPS_MAX);
    free(gathering);
    return code;
}
