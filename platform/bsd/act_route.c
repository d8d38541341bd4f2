/* Routes by routing sockets (route(4)): one message for each next hop. The kernel looks at the destination
 * alone, so that three things are looked at before:
 * - RTM_DELETE and RTM_CHANGE take whatever route is there. It must be ours if the op's is, and another's if
 *   not: our routes bear RTF_PROTO2.
 * - RTM_ADD of a second next hop joins a route that is there: on FreeBSD (since 13) any route, on OpenBSD one
 *   of equal priority when RTF_MPATH is given. So an addition wants the place to be empty.
 * - Which next hops are there, when a route is replaced: those that are missing are added before others go.
 * An addition that fails midway is taken back; a replacement is not, and is MH_LOST then. */
#include "act.h"
#include "exchange.h"

#include <stdlib.h>
#include <string.h>

enum { PATHS_MAX = 64 };
/* OpenBSD's RTP_STATIC, and what an interface's own priority may add to it (net/route.h). */
enum { STATIC_FIRST = 8, STATIC_LAST = 23 };

struct path {
    struct mh_next_hop hop;
    uint8_t type; /* enum mh_route_type */
    bool wanted;  /* it is in the route that shall be there, too */
};

/* What holds the place of a route in the kernel's table. */
struct place {
    struct path paths[PATHS_MAX];
    size_t count;
    bool foreign; /* a route that is not of whom the op's is */
    bool full;
};

/* One op being carried out. */
struct act {
    struct mh_bsd *host;
    const struct mh_op *op;
    const struct mh_route *route;
    int descriptor;
    struct mh_failure *failure;
};

static bool drops(const struct mh_route *route)
{
    return route->type == MH_ROUTE_BLACKHOLE || route->type == MH_ROUTE_UNREACHABLE;
}

static bool is_of_same_maker(const struct mh_bsd *host, const struct mh_route *route,
                             const struct mh_rt_event *event)
{
    bool ours = (event->native_flags & host->layout->flags->protocol2) != 0;
    return ours == (route->protocol == MH_RT_PROTOCOL_OWN);
}

static enum mh_error fail_foreign(const struct act *act, enum mh_error code)
{
    char prefix[MH_PREFIX_TEXT_SIZE];
    (void)mh_prefix_format(&act->route->destination, prefix);
    if (code == MH_CONFLICT)
        return mh_fail(act->failure, code, "the route to %s is another program's", prefix);
    return mh_bsd_fail(act->failure, MH_BSD_NO_PROCESS,
                       "the route to %s is another program's, and this one is not there", prefix);
}

/* Only reading shows what is there. */
static enum mh_error fail_midway(const struct act *act, const struct mh_failure *why)
{
    enum mh_error code =
        mh_fail(act->failure, MH_LOST, "some of a route's next hops were changed: %.240s", why->detail);
    if (act->failure != NULL) {
        act->failure->native_code = why->native_code;
        memcpy(act->failure->native_name, why->native_name, sizeof why->native_name);
    }
    return code;
}

/* ---- messages -------------------------------------------------------------------------------------- */

/* A message about one next hop of `route`; `beside`: it has, or is to have, company. */
static enum mh_error send_hop(const struct act *act, enum mh_op_kind kind, const struct mh_route *route,
                              size_t hop, bool beside, struct mh_failure *failure)
{
    const struct mh_op op = {.kind = kind, .of.route = *route};
    const struct mh_rt_request request = {
        .sequence = mh_bsd_next_sequence(act->host), .hop = hop, .beside = beside};
    uint8_t bytes[MH_RT_REQUEST_SIZE];
    size_t length;
    enum mh_error code =
        mh_rt_encode_route(act->host->layout, &op, &request, bytes, sizeof bytes, &length, failure);
    return code == MH_OK ? mh_bsd_route_write(act->host, act->descriptor, bytes, length,
                                              mh_op_word(act->op->kind), failure)
                         : code;
}

static size_t message_count(const struct mh_route *route)
{
    return drops(route) || route->next_hop_count == 0 ? 1 : route->next_hop_count;
}

/* ---- what is there --------------------------------------------------------------------------------- */

/* The route of exactly this destination; on OpenBSD with a metric the one of that priority. MH_NOT_FOUND:
 * none. */
static enum mh_error ask(const struct act *act, struct mh_bsd_reply *reply, struct mh_failure *failure)
{
    struct mh_bsd_question question;
    enum mh_error code = mh_bsd_compose_lookup(act->host, act->route, false, &question, failure);
    if (code == MH_OK)
        code = mh_bsd_route_ask(act->host, act->descriptor, &question, reply, failure);
    if (code != MH_OK)
        return code;
    /* Without a mask, and on NetBSD with one too, the answer may be a route that covers the destination. */
    if (reply->event.outcome != MH_RT_FACT || reply->event.section != MH_SECTION_ROUTES ||
        !mh_prefix_equal(&reply->event.of.route.destination, &act->route->destination))
        return mh_bsd_fail(failure, MH_BSD_NO_PROCESS, "there is no such route");
    return MH_OK;
}

static enum mh_error look_up(const struct act *act, bool *foreign, struct mh_failure *failure)
{
    struct mh_bsd_reply reply;
    enum mh_error code = ask(act, &reply, failure);
    if (code == MH_OK)
        *foreign = !is_of_same_maker(act->host, act->route, &reply.event);
    return code;
}

static bool same_metric(const struct mh_bsd *host, uint32_t wanted, uint32_t there)
{
    if (host->layout->system != MH_RT_OPENBSD)
        return true;
    return wanted == 0 ? there >= STATIC_FIRST && there <= STATIC_LAST : wanted == there;
}

static void take_path(const struct act *act, const struct mh_rt_event *event, struct place *place)
{
    const struct mh_route *there = &event->of.route;
    if (event->outcome != MH_RT_FACT || event->section != MH_SECTION_ROUTES ||
        there->table != act->route->table ||
        !mh_prefix_equal(&there->destination, &act->route->destination) ||
        !same_metric(act->host, act->route->metric, there->metric))
        return;
    if (!is_of_same_maker(act->host, act->route, event))
        place->foreign = true;
    if (place->count == PATHS_MAX)
        place->full = true;
    else
        place->paths[place->count++] = (struct path){.hop = event->next_hop, .type = there->type};
}

static enum mh_error read_table(const struct act *act, uint8_t **bytes, size_t *length)
{
    const struct mh_rt_layout *layout = act->host->layout;
    uint8_t family = act->route->destination.address.family == MH_IPV6 ? layout->inet6 : MH_RT_AF_INET;
    const int32_t numbers[] = {MH_BSD_CTL_NET,
                               layout->numbers->pf_route,
                               0,
                               family,
                               layout->numbers->dump,
                               0,
                               (int32_t)act->route->table};
    bool names_table =
        layout->system == MH_RT_OPENBSD || (layout->system == MH_RT_FREEBSD && act->route->table != 0);
    return mh_calls_read_table(act->host->calls, numbers, names_table ? 7 : 6, bytes, length, act->failure);
}

static enum mh_error read_whole_place(const struct act *act, struct place *place)
{
    const struct mh_rt_context context = {.table = act->route->table, .answer = true};
    struct mh_rt_walk walk = {.layout = act->host->layout};
    struct mh_rt_message message;
    struct mh_rt_event event;
    uint8_t *bytes;
    *place = (struct place){.count = 0};
    enum mh_error code = read_table(act, &bytes, &walk.length);
    if (code != MH_OK)
        return code;
    walk.bytes = bytes;
    while ((code = mh_rt_next(&walk, &message, act->failure)) == MH_OK &&
           (code = mh_rt_event_of(&message, &context, &event, act->failure)) == MH_OK)
        take_path(act, &event, place);
    free(bytes);
    if (code != MH_NOT_FOUND)
        return code;
    return place->full ? mh_fail(act->failure, MH_LIMIT, "a route has more than %d next hops", PATHS_MAX)
                       : MH_OK;
}

/* FreeBSD: do routes of this family share a destination anywhere? Its answer to a question is one of them and
 * does not say that there are more, but they make groups of next hops (13 and later, ROUTE_MPATH:
 * sysctl_rtsock() in net/rtsock.c), of which there are few. */
static bool has_groups(const struct act *act)
{
    const struct mh_rt_layout *layout = act->host->layout;
    uint8_t family = act->route->destination.address.family == MH_IPV6 ? layout->inet6 : MH_RT_AF_INET;
    const int32_t numbers[] = {MH_BSD_CTL_NET,
                               layout->numbers->pf_route,
                               0,
                               family,
                               layout->numbers->groups,
                               0,
                               (int32_t)act->route->table};
    uint8_t *bytes = NULL;
    size_t length = 0;
    enum mh_error code = mh_calls_read_table(act->host->calls, numbers, 7, &bytes, &length, NULL);
    free(bytes);
    return code != MH_OK || length > 0;
}

static bool is_alone(const struct act *act, const struct mh_rt_event *event)
{
    if (act->host->layout->system == MH_RT_OPENBSD)
        return !event->multipath && event->of.route.metric == act->route->metric;
    return act->host->layout->system == MH_RT_NETBSD || !has_groups(act);
}

/* A question costs the same however large the table is; only where it does not tell all the table is read. */
static enum mh_error read_place(const struct act *act, struct place *place)
{
    struct mh_bsd_reply reply;
    struct mh_failure why = {0};
    if (act->route->next_hop_count > 1 ||
        (act->host->layout->system == MH_RT_OPENBSD && act->route->metric == 0))
        return read_whole_place(act, place);
    *place = (struct place){.count = 0};
    enum mh_error code = ask(act, &reply, &why);
    if (code == MH_NOT_FOUND)
        return MH_OK;
    if (code != MH_OK && act->failure != NULL)
        *act->failure = why;
    if (code != MH_OK)
        return code;
    if (!is_alone(act, &reply.event))
        return read_whole_place(act, place);
    place->foreign = !is_of_same_maker(act->host, act->route, &reply.event);
    place->paths[0] = (struct path){.hop = reply.event.next_hop, .type = reply.event.of.route.type};
    place->count = 1;
    return MH_OK;
}

/* ---- adding ---------------------------------------------------------------------------------------- */

/* Takes back the first `count`. */
static enum mh_error take_back(const struct act *act, size_t count, const struct mh_failure *why)
{
    for (size_t i = 0; i < count; i++)
        if (send_hop(act, MH_OP_ROUTE_DELETE, act->route, i, false, NULL) != MH_OK)
            return fail_midway(act, why);
    if (why->native_code == MH_BSD_EXISTS)
        return mh_fail(act->failure, MH_UNSUPPORTED, "this kernel has one next hop for a destination");
    if (act->failure != NULL)
        *act->failure = *why;
    return why->code;
}

static enum mh_error add_hops(const struct act *act)
{
    struct mh_failure why = {0};
    enum mh_error code = MH_OK;
    size_t count = message_count(act->route), done = 0;
    while (done < count && (code = send_hop(act, MH_OP_ROUTE_ADD, act->route, done, false, &why)) == MH_OK)
        done++;
    bool unknown = code == MH_TIMEOUT || code == MH_LOST || code == MH_MALFORMED;
    if (code != MH_OK && done > 0 && !unknown)
        return take_back(act, done, &why);
    if (code != MH_OK && act->failure != NULL)
        *act->failure = why;
    return code;
}

/* Does anything hold the route's place? OpenBSD's routes of other priorities do not, and without a metric the
 * priority depends on the interface. */
static enum mh_error find(const struct act *act, bool *foreign)
{
    struct place place;
    if (act->host->layout->system != MH_RT_OPENBSD || act->route->metric != 0)
        return look_up(act, foreign, act->failure);
    enum mh_error code = read_place(act, &place);
    if (code == MH_OK && place.count == 0)
        return mh_bsd_fail(act->failure, MH_BSD_NO_PROCESS, "there is no such route");
    *foreign = place.foreign;
    return code;
}

static enum mh_error add_route(const struct act *act)
{
    char prefix[MH_PREFIX_TEXT_SIZE];
    struct mh_failure why = {0};
    struct act look = *act;
    bool foreign;
    look.failure = &why;
    if (act->host->layout->system != MH_RT_FREEBSD && act->route->next_hop_count < 2)
        return add_hops(act);
    enum mh_error code = find(&look, &foreign);
    if (code == MH_NOT_FOUND)
        return add_hops(act);
    if (code == MH_OK)
        return mh_bsd_fail(act->failure, MH_BSD_EXISTS, "there is a route to %s",
                           mh_prefix_format(&act->route->destination, prefix));
    if (act->failure != NULL)
        *act->failure = why;
    return code;
}

/* ---- deleting -------------------------------------------------------------------------------------- */

static enum mh_error delete_route(const struct act *act)
{
    struct mh_failure why = {0};
    size_t count = message_count(act->route);
    bool foreign = false;
    enum mh_error code = find(act, &foreign);
    if (code != MH_OK)
        return code;
    if (foreign)
        return fail_foreign(act, MH_NOT_FOUND);
    for (size_t i = 0; i < count && code == MH_OK; i++) {
        code = send_hop(act, MH_OP_ROUTE_DELETE, act->route, i, false, &why);
        if (code != MH_OK && i > 0)
            return fail_midway(act, &why);
    }
    if (code != MH_OK && act->failure != NULL)
        *act->failure = why;
    return code;
}

/* ---- replacing ------------------------------------------------------------------------------------- */

static bool same_way(const struct mh_next_hop *a, const struct mh_next_hop *b)
{
    return mh_address_equal(&a->gateway, &b->gateway) &&
           (a->interface == b->interface || a->interface == 0 || b->interface == 0);
}

static bool same_weight(const struct mh_bsd *host, const struct mh_next_hop *a, const struct mh_next_hop *b)
{
    uint16_t first = a->weight == 0 ? 1 : a->weight, second = b->weight == 0 ? 1 : b->weight;
    return host->layout->rtv_weight == 0 || first == second;
}

static bool has_gateway(const struct mh_next_hop *hop)
{
    return hop->gateway.family != MH_FAMILY_NONE;
}

/* One message does it, without a moment in which there is no route. Old systems cannot change what kind of
 * route it is. */
static bool can_change(const struct act *act, const struct place *place)
{
    const struct mh_route *route = act->route;
    const struct path *there = &place->paths[0];
    if (place->count != 1 || message_count(route) != 1 || there->type != route->type)
        return false;
    return drops(route) || has_gateway(&there->hop) == has_gateway(&route->next_hops[0]);
}

/* Deletes one of the next hops that are there. */
static enum mh_error remove_path(const struct act *act, const struct path *path, struct mh_failure *why)
{
    struct mh_route gone = *act->route;
    gone.type = path->type;
    gone.next_hops = &path->hop;
    gone.next_hop_count = path->type == MH_ROUTE_UNICAST ? 1 : 0;
    gone.preferred_source = (struct mh_address){.family = MH_FAMILY_NONE};
    return send_hop(act, MH_OP_ROUTE_DELETE, &gone, 0, false, why);
}

/* Adds the next hop, unless it is there. One of another weight goes before. */
static enum mh_error ensure(const struct act *act, struct place *place, size_t hop, bool *changed,
                            struct mh_failure *why)
{
    const struct mh_next_hop *wanted = &act->route->next_hops[hop];
    for (size_t i = 0; i < place->count; i++) {
        struct path *path = &place->paths[i];
        if (path->type != act->route->type || !same_way(&path->hop, wanted))
            continue;
        path->wanted = true;
        if (same_weight(act->host, &path->hop, wanted))
            return MH_OK;
        enum mh_error code = remove_path(act, path, why);
        if (code != MH_OK)
            return code;
        *changed = true;
    }
    enum mh_error code = send_hop(act, MH_OP_ROUTE_ADD, act->route, hop, place->count > 0, why);
    *changed = *changed || code == MH_OK;
    return code;
}

static enum mh_error remove_unwanted(const struct act *act, const struct place *place, bool *changed,
                                     struct mh_failure *why)
{
    enum mh_error code = MH_OK;
    for (size_t i = 0; i < place->count && code == MH_OK; i++)
        if (!place->paths[i].wanted) {
            code = remove_path(act, &place->paths[i], why);
            *changed = *changed || code == MH_OK;
        }
    return code;
}

/* Routes that drop packets have no company: they go before what replaces them comes, and the reverse. */
static enum mh_error exchange_paths(const struct act *act, struct place *place)
{
    struct mh_failure why = {0};
    bool changed = false, alone = drops(act->route) || place->paths[0].type != act->route->type ||
                                  act->host->layout->system == MH_RT_NETBSD;
    enum mh_error code = alone ? remove_unwanted(act, place, &changed, &why) : MH_OK;
    if (alone)
        place->count = 0;
    if (drops(act->route) && code == MH_OK)
        code = send_hop(act, MH_OP_ROUTE_ADD, act->route, 0, false, &why);
    for (size_t i = 0; !drops(act->route) && i < act->route->next_hop_count && code == MH_OK; i++)
        code = ensure(act, place, i, &changed, &why);
    if (code == MH_OK)
        code = remove_unwanted(act, place, &changed, &why);
    if (code == MH_OK)
        return MH_OK;
    if (changed)
        return fail_midway(act, &why);
    if (why.native_code == MH_BSD_EXISTS)
        return mh_fail(act->failure, MH_UNSUPPORTED, "this kernel has one next hop for a destination");
    if (act->failure != NULL)
        *act->failure = why;
    return code;
}

/* Where there is nothing to replace the route is added. */
static enum mh_error replace_route(const struct act *act)
{
    struct place place;
    enum mh_error code = read_place(act, &place);
    if (code != MH_OK)
        return code;
    if (place.foreign)
        return fail_foreign(act, MH_CONFLICT);
    if (place.count == 0)
        return add_hops(act);
    if (can_change(act, &place))
        return send_hop(act, MH_OP_ROUTE_REPLACE, act->route, 0, false, act->failure);
    return exchange_paths(act, &place);
}

/* ---- all ------------------------------------------------------------------------------------------- */

/* What cannot be said at all is refused before anything is asked. */
static enum mh_error check(struct mh_bsd *host, const struct mh_op *op, struct mh_failure *failure)
{
    enum mh_error code = MH_OK;
    for (size_t i = 0; i < message_count(&op->of.route) && code == MH_OK; i++) {
        const struct mh_rt_request request = {.hop = i};
        uint8_t bytes[MH_RT_REQUEST_SIZE];
        size_t length;
        code = mh_rt_encode_route(host->layout, op, &request, bytes, sizeof bytes, &length, failure);
    }
    return code;
}

enum mh_error mh_bsd_apply_route(struct mh_bsd *host, const struct mh_op *op, struct mh_failure *failure)
{
    struct act act = {.host = host, .op = op, .route = &op->of.route, .failure = failure};
    enum mh_error code = check(host, op, failure);
    if (code == MH_OK)
        code = mh_bsd_route_open(host, op->of.route.table, &act.descriptor, failure);
    if (code != MH_OK)
        return code;
    if (op->kind == MH_OP_ROUTE_ADD)
        code = add_route(&act);
    else if (op->kind == MH_OP_ROUTE_DELETE)
        code = delete_route(&act);
    else
        code = replace_route(&act);
    (void)host->calls->table->close(host->calls, act.descriptor, NULL);
    return code;
}
