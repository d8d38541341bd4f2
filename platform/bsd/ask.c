/* RTM_GET (route(4)): which way the kernel would take to a destination. It looks at the destination alone:
 * questions in which more counts cannot be asked. */
#include "exchange.h"

#include <stdio.h>

enum { BSD_ESRCH = 3, BSD_EADDRNOTAVAIL = 49, BSD_ENETUNREACH = 51, BSD_EHOSTUNREACH = 65 };

/* ---- the question ---------------------------------------------------------------------------------- */

static enum mh_error check(const struct mh_bsd *host, const struct mh_question *question,
                           struct mh_failure *failure)
{
    const struct mh_address *destination = &question->destination;
    if (destination->family == MH_FAMILY_NONE ||
        (question->source.family != MH_FAMILY_NONE && question->source.family != destination->family))
        return mh_fail(failure, MH_INVALID, "a question needs a destination, and a source of its family");
    if (question->source.family != MH_FAMILY_NONE && host->layout->system != MH_RT_NETBSD)
        return mh_fail(failure, MH_UNSUPPORTED,
                       "rules of pf may send packets of a given source another way, and pf cannot be asked");
    if (question->output != 0 && (destination->family != MH_IPV6 || !mh_address_is_link_local(destination)))
        return mh_fail(failure, MH_UNSUPPORTED, "the kernel cannot be asked for the way by one interface");
    return MH_OK;
}

static enum mh_error compose(struct mh_bsd *host, const struct mh_question *question,
                             struct mh_bsd_question *request, struct mh_failure *failure)
{
    *request =
        (struct mh_bsd_question){.sequence = mh_bsd_next_sequence(host), .about = question->destination};
    const struct mh_rt_request numbers = {
        .sequence = request->sequence, .zone = question->output, .route = true};
    return mh_rt_encode_question(host->layout, &question->destination, 0, &numbers, request->bytes,
                                 sizeof request->bytes, &request->length, failure);
}

/* ---- the answer ------------------------------------------------------------------------------------ */

/* What a packet's sender would be told: the kernel's answer to the question itself is ESRCH. */
static void refuse(struct mh_kernel_answer *answer, int native)
{
    struct mh_failure failure = {0};
    (void)mh_bsd_fail(&failure, native, "no way");
    answer->native_code = native;
    (void)snprintf(answer->native_name, sizeof answer->native_name, "%s", failure.native_name);
}

/* The kernel says no more than that there is no route (ESRCH): what a socket hears of it, which asks for a
 * source before it sends (a bound one is not asked about, but on NetBSD). OpenBSD has none for it then
 * (in_pcbselsrc()), FreeBSD neither unless an address is near (in_pcbladdr()); NetBSD takes any
 * (in_selectsrc()), and fails when it sends (ip_output()). For IPv6 the search for a source ends with
 * EHOSTUNREACH on all three (in6_pcbselsrc() of OpenBSD, in6_selectroute() of the others). */
static int without_route(const struct mh_bsd *host, enum mh_family family)
{
    if (family == MH_IPV4 && host->layout->system == MH_RT_FREEBSD)
        return BSD_ENETUNREACH;
    return family == MH_IPV4 && host->layout->system == MH_RT_OPENBSD ? BSD_EADDRNOTAVAIL : BSD_EHOSTUNREACH;
}

static uint32_t interface_of(const struct mh_rt_message *message)
{
    const struct mh_rt_sockaddr *link = &message->addresses[MH_RT_IFP];
    uint32_t index = (uint32_t)mh_rt_value(message, MH_RT_INDEX);
    return index == 0 && link->kind == MH_RT_LINK ? link->index : index;
}

/* IPv4 packets have the source of their route (RTA_IFA), but that FreeBSD looks for one near the destination
 * where the route leads to lo0 (in_pcbladdr()). That of IPv6 packets is chosen by RFC 6724. No message tells
 * these. */
static void take_source(const struct mh_rt_message *message, const struct mh_question *question,
                        struct mh_kernel_answer *answer)
{
    const struct mh_rt_sockaddr *source = &message->addresses[MH_RT_IFA];
    answer->source = question->source;
    if (question->source.family != MH_FAMILY_NONE)
        return;
    bool is_told = message->layout->system != MH_RT_FREEBSD || answer->type != MH_ROUTE_LOCAL;
    if (question->destination.family == MH_IPV4 && source->kind == MH_RT_INET && is_told)
        answer->source = source->address;
    else
        answer->source_untold = true;
}

/* On its way out by lo0 (looutput() in sys/net/if_loop.c), or as the route of an IPv6 packet is chosen
 * (in6_selectroute()). IPv4 packets that a blackhole takes get the word of the latter: nobody else has one.
 */
static int rejection(const struct mh_rt_message *message, enum mh_family family)
{
    const struct mh_rt_route_flags *flags = message->layout->flags;
    uint32_t native = (uint32_t)mh_rt_value(message, MH_RT_FLAGS);
    bool all_alike =
        message->layout->system == MH_RT_FREEBSD && family == MH_IPV4 && (native & flags->reject) != 0;
    return (native & flags->host) != 0 || all_alike ? BSD_EHOSTUNREACH : BSD_ENETUNREACH;
}

/* NetBSD may tell the neighbour's link-layer address instead of the gateway. */
static bool hides_gateway(const struct mh_rt_message *message)
{
    return (mh_rt_value(message, MH_RT_FLAGS) & message->layout->flags->gateway) != 0 &&
           message->addresses[MH_RT_GATEWAY].kind == MH_RT_LINK;
}

static void take_route(const struct mh_bsd_reply *reply, const struct mh_question *question,
                       struct mh_kernel_answer *answer)
{
    const struct mh_rt_message *message = &reply->message;
    const struct mh_rt_route_flags *flags = message->layout->flags;
    const struct mh_rt_sockaddr *gateway = &message->addresses[MH_RT_GATEWAY];
    uint32_t native = (uint32_t)mh_rt_value(message, MH_RT_FLAGS);
    if ((native & (flags->reject | flags->blackhole)) != 0) {
        refuse(answer, rejection(message, (enum mh_family)question->destination.family));
        return;
    }
    answer->found = true;
    answer->type = MH_ROUTE_UNICAST;
    if (reply->event.outcome == MH_RT_FACT && reply->event.section == MH_SECTION_ROUTES)
        answer->type = reply->event.of.route.type;
    answer->interface = interface_of(message);
    if ((native & flags->gateway) != 0 && (gateway->kind == MH_RT_INET || gateway->kind == MH_RT_INET6))
        answer->next_hop = gateway->address;
    take_source(message, question, answer);
}

/* OpenBSD tells the preferred source of its table in the place of every route's own, though on link it does
 * not count (in_pcbselsrc()). */
static enum mh_error forget_table_source(struct mh_bsd *host, const struct mh_question *question,
                                         struct mh_kernel_answer *answer, struct mh_failure *failure)
{
    struct mh_bsd_table_source source;
    if (!answer->found || answer->source_untold || question->source.family != MH_FAMILY_NONE ||
        answer->next_hop.family != MH_FAMILY_NONE)
        return MH_OK;
    enum mh_error code = mh_bsd_read_table_source(host, MH_IPV4, &source, failure);
    if (code != MH_OK || source.address.family == MH_FAMILY_NONE)
        return code;
    answer->source = (struct mh_address){.family = MH_FAMILY_NONE};
    answer->source_untold = true;
    return MH_OK;
}

enum mh_error mh_bsd_ask(struct mh_platform *platform, const struct mh_question *question,
                         struct mh_kernel_answer *answer, struct mh_failure *failure)
{
    struct mh_bsd *host = mh_bsd_of(platform);
    struct mh_bsd_question request;
    struct mh_bsd_reply reply;
    struct mh_failure own = {0};
    int descriptor;
    *answer = (struct mh_kernel_answer){0};
    enum mh_error code = check(host, question, failure);
    if (code == MH_OK)
        code = compose(host, question, &request, failure);
    if (code == MH_OK)
        code = mh_bsd_route_open(host, 0, &descriptor, failure);
    if (code != MH_OK)
        return code;
    code = mh_bsd_route_ask(host, descriptor, &request, &reply, &own);
    (void)host->calls->table->close(host->calls, descriptor, NULL);
    if (code == MH_NOT_FOUND || code == MH_UNREACHABLE) {
        refuse(answer, own.native_code == BSD_ESRCH
                           ? without_route(host, (enum mh_family)question->destination.family)
                       : own.native_code == BSD_EHOSTUNREACH ? BSD_EHOSTUNREACH
                                                             : BSD_ENETUNREACH);
        return MH_OK;
    }
    if (code == MH_OK && hides_gateway(&reply.message))
        return mh_fail(failure, MH_UNSUPPORTED, "the kernel's answer does not name the gateway");
    if (code == MH_OK) {
        take_route(&reply, question, answer);
        code = forget_table_source(host, question, answer, &own);
    }
    if (code != MH_OK && failure != NULL)
        *failure = own;
    return code;
}

enum mh_error mh_bsd_filter(struct mh_platform *platform, struct mh_filter **filter,
                            struct mh_failure *failure)
{
    (void)filter;
    if (mh_bsd_of(platform)->layout->system == MH_RT_NETBSD)
        return mh_fail(failure, MH_UNSUPPORTED, "npf's rules are not read");
    return mh_fail(failure, MH_UNSUPPORTED, "pf's rules are not read, but for the anchor multihomed");
}
