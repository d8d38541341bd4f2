/* DOC: The culprit. Notifications of addresses, routes and rules name the socket that asked for the change.
 * Of those that took something of ours away the process is looked up when they are read, and kept until the
 * service puts the object back and wants to say who it was. What comes back by itself is forgotten. The
 * kernel names nobody for IPv6 addresses, nor for what goes together with an address or an interface. */
#define _GNU_SOURCE
#include "culprit.h"

#include "encode.h"
#include "netlink_port.h"

#include <linux/rtnetlink.h>
#include <string.h>
#include <unistd.h>

enum { LOOKUPS_A_SECOND = 4, SECOND = 1000 /* milliseconds */ };

/* ---- keys ------------------------------------------------------------------------------------------ */

static struct mh_trace_key key_of_address(const struct mh_interface_address *address)
{
    return (struct mh_trace_key){MH_SECTION_ADDRESSES,
                                 {address->interface, 0, 0},
                                 {address->address, address->prefix_length},
                                 {{0}, 0}};
}

static struct mh_trace_key key_of_route(const struct mh_route *route)
{
    return (struct mh_trace_key){MH_SECTION_ROUTES,
                                 {route->table, mh_native_metric(route), route->tos},
                                 route->destination,
                                 route->source};
}

static struct mh_trace_key key_of_rule(const struct mh_rule *rule)
{
    return (struct mh_trace_key){
        MH_SECTION_RULES, {rule->priority, rule->table, rule->family}, rule->from, rule->to};
}

static bool key_of_op(const struct mh_op *op, struct mh_trace_key *key)
{
    switch (op->kind) {
    case MH_OP_ADDRESS_ADD:
    case MH_OP_ADDRESS_DELETE:
    case MH_OP_ADDRESS_FLAGS:
        *key = key_of_address(&op->of.address);
        return true;
    case MH_OP_ROUTE_ADD:
    case MH_OP_ROUTE_REPLACE:
    case MH_OP_ROUTE_DELETE:
        *key = key_of_route(&op->of.route);
        return true;
    case MH_OP_RULE_ADD:
    case MH_OP_RULE_DELETE:
        *key = key_of_rule(&op->of.rule);
        return true;
    default:
        return false;
    }
}

static bool is_same(const struct mh_trace_key *a, const struct mh_trace_key *b)
{
    return a->section == b->section && memcmp(a->numbers, b->numbers, sizeof a->numbers) == 0 &&
           mh_prefix_equal(&a->first, &b->first) && mh_prefix_equal(&a->second, &b->second);
}

/* ---- traces ---------------------------------------------------------------------------------------- */

static void drop(struct mh_culprits *culprits, size_t position)
{
    culprits->count--;
    memmove(culprits->traces + position, culprits->traces + position + 1,
            (culprits->count - position) * sizeof(struct mh_trace));
}

/* Puts what was known last of it into *culprit, which may be NULL. */
static void forget(struct mh_culprits *culprits, const struct mh_trace_key *key, struct mh_culprit *culprit)
{
    for (size_t i = 0; i < culprits->count;) {
        if (!is_same(&culprits->traces[i].key, key)) {
            i++;
            continue;
        }
        if (culprit != NULL)
            *culprit = culprits->traces[i].culprit;
        drop(culprits, i);
    }
}

static void remember(struct mh_culprits *culprits, const struct mh_trace_key *key,
                     const struct mh_culprit *culprit)
{
    forget(culprits, key, NULL);
    if (culprits->count == MH_TRACES_MAX)
        drop(culprits, 0);
    culprits->traces[culprits->count++] = (struct mh_trace){*key, *culprit};
}

/* ---- who it was ------------------------------------------------------------------------------------ */

static bool may_look_up(struct mh_culprits *culprits, int64_t now)
{
    if (now - culprits->second_at >= SECOND) {
        culprits->second_at = now;
        culprits->lookups = 0;
    }
    return culprits->lookups++ < LOOKUPS_A_SECOND;
}

static struct mh_culprit identify(struct mh_culprits *culprits, uint32_t port)
{
    int64_t now = mh_clock_boot();
    if (port == 0)
        return (struct mh_culprit){.unknown =
                                       "the kernel made the change itself, or does not tell who asked"};
    if (port == culprits->port && now - culprits->found_at < SECOND)
        return culprits->found;
    if (!may_look_up(culprits, now))
        return (struct mh_culprit){.unknown = "too much happened at once to look for everybody"};
    mh_netlink_port_holder(port, &culprits->found);
    culprits->port = port;
    culprits->found_at = now;
    return culprits->found;
}

/* ---- notifications --------------------------------------------------------------------------------- */

/* Told before anything is decoded: whether routes of this protocol go, or are replaced. There may be many. */
static bool matters(const struct mh_culprits *culprits, const struct nlmsghdr *message, size_t length)
{
    struct rtmsg fixed;
    if (length < NLMSG_LENGTH(sizeof fixed))
        return false;
    memcpy(&fixed, (const uint8_t *)message + NLMSG_HDRLEN, sizeof fixed);
    if (message->nlmsg_type == RTM_DELROUTE)
        return mh_owner_of_protocol(fixed.rtm_protocol) == MH_OWNER_MULTIHOMED;
    return culprits->count > 0 || (message->nlmsg_flags & NLM_F_REPLACE);
}

/* The key of what the notification is about. *ours: something of ours may be gone by it. */
static bool read_notification(const struct nlmsghdr *message, size_t length, struct mh_route_decoder *decoder,
                              struct mh_trace_key *key, bool *ours)
{
    struct mh_interface_address address;
    struct mh_route route;
    struct mh_rule rule;
    switch (message->nlmsg_type) {
    case RTM_NEWADDR:
    case RTM_DELADDR: /* before Linux 5.18 they carry no mark */
        if (mh_decode_address(message, length, &address) != MH_OK)
            return false;
        *key = key_of_address(&address);
        *ours = message->nlmsg_type == RTM_DELADDR;
        return true;
    case RTM_NEWROUTE:
    case RTM_DELROUTE: /* what was replaced is not told: it may have been ours */
        if (mh_decode_route(message, length, decoder, &route) != MH_OK)
            return false;
        *key = key_of_route(&route);
        *ours = message->nlmsg_type == RTM_DELROUTE || (message->nlmsg_flags & NLM_F_REPLACE);
        return true;
    case RTM_NEWRULE:
    case RTM_DELRULE:
        if (mh_decode_rule(message, length, &rule) != MH_OK)
            return false;
        *key = key_of_rule(&rule);
        *ours = message->nlmsg_type == RTM_DELRULE && rule.owner == MH_OWNER_MULTIHOMED;
        return true;
    default:
        return false;
    }
}

void mh_culprits_note(struct mh_culprits *culprits, const struct nlmsghdr *message, size_t length,
                      struct mh_route_decoder *decoder)
{
    struct mh_trace_key key;
    bool is_route = message->nlmsg_type == RTM_NEWROUTE || message->nlmsg_type == RTM_DELROUTE, ours;
    if ((is_route && !matters(culprits, message, length)) ||
        !read_notification(message, length, decoder, &key, &ours))
        return;
    if (!ours) {
        forget(culprits, &key, NULL);
        return;
    }
    const struct mh_culprit culprit = identify(culprits, message->nlmsg_pid);
    if (culprit.pid == 0 || culprit.pid != (uint32_t)getpid())
        remember(culprits, &key, &culprit);
}

void mh_culprits_take(struct mh_culprits *culprits, const struct mh_op *op, struct mh_culprit *culprit)
{
    struct mh_trace_key key;
    *culprit = (struct mh_culprit){.unknown = "nobody was seen taking it away"};
    if (key_of_op(op, &key))
        forget(culprits, &key, culprit);
    else
        culprit->unknown = "the kernel does not tell who changes such things";
}
