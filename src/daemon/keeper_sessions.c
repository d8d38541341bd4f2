/* The sessions that a plan cuts off or moves, as JSON: first the asker's own, then those of the API's
 * clients. A plan is shown seldom; guarding makes many, and never comes here. */
#include "api/words.h"
#include "core/plan_sessions.h"
#include "daemon/keeper_parts.h"

#include <stdlib.h>
#include <string.h>

/* Of each list: who reads it wants to know what matters, and the number of the others. */
enum { SHOWN_MAX = 100 };

struct report {
    const struct mh_plan_input *input;
    const struct mh_asker *asker;
    struct mh_endpoints endpoints;    /* those that something happens to, in the order of the effects */
    struct mh_plan_sessions sessions; /* the effects; their endpoint is their own index */
    size_t cut, moved, undecided;     /* how many of them */
    struct mh_failure failure;        /* why there are none */
    enum mh_error error;
};

/* ---- who is who ------------------------------------------------------------------------------------ */

static bool is_at(const struct mh_address *address, uint16_t port, const struct mh_address *other,
                  uint16_t other_port)
{
    return port == other_port && port != 0 && mh_address_equal(address, other);
}

/* A client over TCP runs on this host: its own end of the connection says which process it is. */
static uint32_t find_asker(struct mh_platform *platform, const struct mh_endpoints *endpoints,
                           const struct mh_asker *asker)
{
    for (size_t i = 0; i < endpoints->count && asker->pid == 0; i++) {
        struct mh_endpoint end = endpoints->items[i];
        if (end.protocol != MH_ENDPOINT_TCP ||
            !is_at(&end.local, end.local_port, &asker->address, asker->port))
            continue;
        mh_platform_endpoint_holders(platform, &end, 1);
        return end.pid;
    }
    return asker->pid;
}

static bool is_api_client(const struct mh_endpoint *session, const struct mh_asker *asker)
{
    return session->protocol == MH_ENDPOINT_TCP && asker->api_port != 0 &&
           session->local_port == asker->api_port && mh_address_is_loopback(&session->local);
}

static bool is_own_request(const struct mh_endpoint *session, const struct mh_asker *asker)
{
    return is_api_client(session, asker) &&
           is_at(&session->remote, session->remote_port, &asker->address, asker->port);
}

/* ---- what happens to whom -------------------------------------------------------------------------- */

static void count(struct report *report)
{
    for (size_t i = 0; i < report->sessions.count; i++) {
        const struct mh_session_effect *effect = &report->sessions.items[i];
        report->cut += mh_session_is_cut(effect);
        report->moved += effect->fate == MH_SESSION_MOVED;
        report->undecided += effect->fate == MH_SESSION_UNDECIDED;
    }
}

/* Leaves those alone that something happens to. */
static void compact(struct report *report)
{
    for (size_t i = 0; i < report->sessions.count; i++) {
        struct mh_session_effect *effect = &report->sessions.items[i];
        report->endpoints.items[i] = report->endpoints.items[effect->endpoint];
        report->endpoints.items[i].yours |= is_own_request(&report->endpoints.items[i], report->asker);
        effect->endpoint = i;
    }
    report->endpoints.count = report->sessions.count;
}

static void make(struct report *report, struct mh_platform *platform, const struct mh_plan *plan)
{
    if (!mh_plan_touches_sessions(plan))
        return;
    report->error =
        mh_platform_endpoints(platform, MH_ENDPOINT_CONNECTED, &report->endpoints, &report->failure);
    if (report->error != MH_OK)
        return;
    report->error = mh_plan_sessions(report->input, plan, report->endpoints.items, report->endpoints.count,
                                     &report->sessions);
    if (report->error != MH_OK) {
        (void)mh_fail(&report->failure, report->error, "%s", mh_error_text(report->error));
        return;
    }
    uint32_t pid = report->sessions.count == 0 ? 0 : find_asker(platform, &report->endpoints, report->asker);
    compact(report);
    count(report);
    mh_platform_endpoint_ancestry(platform, pid, report->endpoints.items, report->endpoints.count);
}

/* ---- what is shown of it --------------------------------------------------------------------------- */

struct shown {
    size_t cut, count; /* those that are cut come first */
    const struct mh_session_effect *effects[2 * SHOWN_MAX];
    struct mh_endpoint endpoints[2 * SHOWN_MAX];
};

enum { RANKS = 3 };

static int rank_of(const struct mh_endpoint *session, const struct mh_asker *asker)
{
    if (session->yours)
        return 0;
    return is_api_client(session, asker) ? 1 : 2;
}

static void pick(const struct report *report, bool cut, struct shown *shown)
{
    size_t end = shown->count + SHOWN_MAX;
    for (int rank = 0; rank < RANKS; rank++)
        for (size_t i = 0; i < report->sessions.count && shown->count < end; i++) {
            const struct mh_session_effect *effect = &report->sessions.items[i];
            const struct mh_endpoint *session = &report->endpoints.items[i];
            bool belongs = cut ? mh_session_is_cut(effect) : effect->fate == MH_SESSION_MOVED;
            if (!belongs || rank_of(session, report->asker) != rank)
                continue;
            shown->effects[shown->count] = effect;
            shown->endpoints[shown->count++] = *session;
        }
}

static struct shown *choose(const struct report *report, struct mh_platform *platform)
{
    struct shown *shown = calloc(1, sizeof *shown);
    if (shown == NULL)
        return NULL;
    pick(report, true, shown);
    shown->cut = shown->count;
    pick(report, false, shown);
    mh_platform_endpoint_holders(platform, shown->endpoints, shown->count);
    return shown;
}

/* ---- as JSON --------------------------------------------------------------------------------------- */

static void put_way(struct mh_json *json, const char *name, const struct mh_snapshot *snapshot,
                    const struct mh_session_way *way)
{
    mh_json_put_open(json, name, '{');
    mh_put_interface(json, "interface", snapshot, way->interface);
    mh_put_address(json, "next_hop", snapshot, &way->next_hop, way->interface);
    mh_json_close(json, '}');
}

static void put_process(struct mh_json *json, const struct mh_endpoint *session)
{
    if (session->pid == 0) {
        mh_json_put_null(json, "process");
        mh_json_put_string(json, "process_unknown", session->process_unknown);
        return;
    }
    mh_json_put_open(json, "process", '{');
    mh_json_put_unsigned(json, "pid", session->pid);
    mh_json_put_string(json, "name", session->process);
    mh_json_close(json, '}');
}

static const char *reason_of(const struct mh_session_effect *effect)
{
    switch (effect->fate) {
    case MH_SESSION_NO_ADDRESS:
        return "address-lost";
    case MH_SESSION_NO_ROUTE:
        return "no-route";
    case MH_SESSION_REMOTE_IS_OWN:
        return "remote-is-own";
    default:
        return "moved";
    }
}

/* A session within an interface's scope has its zone from the interface that it is bound to. */
static void put_session(struct mh_json *json, const struct report *report,
                        const struct mh_session_effect *effect, const struct mh_endpoint *session)
{
    const struct mh_snapshot *snapshot = report->input->snapshot;
    mh_json_open(json, '{');
    mh_json_put_string(json, "protocol", mh_endpoint_protocol_word(session->protocol));
    mh_put_address(json, "local", snapshot, &session->local, session->interface);
    mh_json_put_unsigned(json, "local_port", session->local_port);
    mh_put_address(json, "remote", snapshot, &session->remote, session->interface);
    mh_json_put_unsigned(json, "remote_port", session->remote_port);
    mh_json_put_string(json, "reason", reason_of(effect));
    if (effect->fate == MH_SESSION_NO_ROUTE)
        mh_json_put_string(json, "native", effect->why);
    if (effect->fate == MH_SESSION_MOVED) {
        put_way(json, "before", snapshot, &effect->before);
        put_way(json, "after", snapshot, &effect->after);
    }
    put_process(json, session);
    mh_json_put_boolean(json, "yours", session->yours);
    mh_json_put_boolean(json, "api_client", is_api_client(session, report->asker));
    mh_json_close(json, '}');
}

static void put_list(struct mh_json *json, const char *name, const struct report *report,
                     const struct shown *shown, size_t first, size_t end)
{
    mh_json_put_open(json, name, '[');
    for (size_t i = first; i < end; i++)
        put_session(json, report, shown->effects[i], &shown->endpoints[i]);
    mh_json_close(json, ']');
}

static void put_report(struct mh_json *json, const struct report *report, const struct shown *shown)
{
    mh_json_open(json, '{');
    put_list(json, "cut", report, shown, 0, shown->cut);
    put_list(json, "moved", report, shown, shown->cut, shown->count);
    mh_json_put_unsigned(json, "cut_count", report->cut);
    mh_json_put_unsigned(json, "moved_count", report->moved);
    mh_json_put_unsigned(json, "undecided_count", report->undecided);
    mh_json_put_boolean(json, "truncated", report->endpoints.truncated);
    if (report->error == MH_OK)
        mh_json_put_null(json, "unavailable");
    else
        mh_json_put_string(json, "unavailable", report->failure.detail);
    mh_json_close(json, '}');
}

void mh_keeper_put_sessions(struct mh_json *json, const struct mh_keeper *keeper,
                            const struct mh_plan_input *input, const struct mh_plan *plan,
                            const struct mh_asker *asker)
{
    struct report report = {.input = input, .asker = asker};
    make(&report, keeper->parts.platform, plan);
    struct shown *shown = choose(&report, keeper->parts.platform);
    if (shown != NULL)
        put_report(json, &report, shown);
    else
        json->failed = true;
    free(shown);
    mh_plan_sessions_clear(&report.sessions);
    mh_endpoints_clear(&report.endpoints);
}
