/* The packet filter's part in a return path: the request through prerouting and input, as the first packet of
 * a connection and as a later one; the reply through output and postrouting. What the request's rules leave
 * in the connection (ct mark, ct zone) is there for the reply. A reply that is dropped on its way, but would
 * pass if it left by the interface that the request came in on, meets a filter that binds the connection to
 * the interface. */
#include "core/forward_parts.h"
#include "core/path_parts.h"

#include <stdio.h>
#include <string.h>

enum { TABLE_LOCAL = 255 };

/* ---- what rules ask of the routes ------------------------------------------------------------------ */

/* The packet is what a question's address is the source or the destination of. */
struct fib_context {
    const struct mh_path_host *host;
    const struct mh_filter_packet *packet;
};

static bool is_broadcast(const struct mh_address *address)
{
    return address->family == MH_IPV4 &&
           (address->bytes[0] == 0 || memcmp(address->bytes, "\xff\xff\xff\xff", 4) == 0);
}

/* The type of an address is that of its route in the table of local ones (inet_dev_addr_type, nft_fib_ipv4.c
 * and nft_fib_ipv6.c); what is not there is some other host's. */
static uint8_t type_of(const struct fib_context *context, const struct mh_filter_fib_question *question)
{
    const struct mh_path_host *host = context->host;
    uint32_t bound = question->input != 0 ? question->input : question->output;
    if (mh_address_is_multicast(&question->address))
        return MH_ROUTE_MULTICAST;
    if (is_broadcast(&question->address))
        return MH_ROUTE_BROADCAST;
    mh_route_handle handle = mh_route_table_match(host->routes, TABLE_LOCAL, &question->address, 128);
    for (; handle != 0; handle = mh_route_table_sibling(host->routes, handle)) {
        struct mh_route_peek peek = mh_route_peek(host->routes, handle);
        bool there = peek.shared->next_hop_count > 0 && peek.shared->next_hops[0].interface == bound;
        if (bound == 0 || there)
            return peek.shared->type;
        if (question->address.family == MH_IPV4)
            break;
    }
    return MH_ROUTE_UNICAST;
}

static void set_interface(const struct mh_filter_fib_question *question,
                          const struct mh_forwarding *forwarding, struct mh_filter_fib_answer *answer)
{
    uint32_t bound = question->input != 0 ? question->input : question->output;
    for (size_t i = 0; i < forwarding->route.next_hop_count; i++) {
        uint32_t by = forwarding->route.next_hops[i].interface;
        if (by == bound || (bound == 0 && answer->interface == 0))
            answer->interface = by;
        else if (bound == 0 && by != answer->interface)
            answer->known = false; /* one of several */
    }
}

/* The way to the address, from the packet's other end (nft_fib4_eval, nft_fib6_eval). */
static void answer_fib(void *opaque, const struct mh_filter_fib_question *question,
                       struct mh_filter_fib_answer *answer)
{
    const struct fib_context *context = opaque;
    const struct mh_filter_packet *packet = context->packet;
    bool is_source = mh_address_equal(&question->address, &packet->source);
    struct mh_forwarding forwarding;
    const struct mh_question asked = {
        .destination = question->address,
        .source = is_source ? packet->destination : packet->source,
        .output = question->input != 0 ? question->input : question->output,
        .mark = question->mark,
        .known = MH_KNOWN_MARK | MH_KNOWN_TOS | MH_KNOWN_UID,
    };
    *answer = (struct mh_filter_fib_answer){.known = true, .type = type_of(context, question)};
    mh_forward(context->host->snapshot, context->host->routes, &asked, &forwarding);
    if (forwarding.way == MH_WAY_INDETERMINATE)
        answer->known = false;
    else if (forwarding.way == MH_WAY_FOUND)
        set_interface(question, &forwarding, answer);
}

static void run(const struct mh_pathing *pathing, enum mh_filter_hook hook, struct mh_filter_packet *packet,
                struct mh_filter_result *result)
{
    struct fib_context context = {pathing->host, packet};
    memset(result, 0, sizeof *result);
    result->verdict = MH_FILTER_PASSES;
    if (pathing->host->filter == NULL)
        return;
    packet->fib = answer_fib;
    packet->fib_context = &context;
    pathing->host->run_filter(pathing->host->filter, hook, packet, result);
    packet->fib = NULL;
    packet->fib_context = NULL;
}

/* ---- the request ----------------------------------------------------------------------------------- */

static const char *hook_word(enum mh_filter_hook hook)
{
    static const char *const words[MH_FILTER_HOOK_COUNT] = {"prerouting", "input", "forward", "output",
                                                            "postrouting"};
    return words[hook];
}

static const char *manner(const struct mh_filter_result *result)
{
    return result->rejects ? "rejects" : "drops";
}

static void say_unknown(const struct mh_pathing *pathing, enum mh_filter_hook hook, const char *packet,
                        const struct mh_filter_result *result)
{
    mh_path_say(pathing, MH_PATH_BY_PACKET_FILTER, MH_PATH_DROPS_UNKNOWN,
                "What the packet filter does with %s at %s cannot be told (%s%s%s): %s.", packet,
                hook_word(hook), result->chain, result->rule[0] != '\0' ? ": " : "", result->rule,
                result->reason);
}

static void say_request(const struct mh_pathing *pathing, enum mh_filter_hook hook, const char *packet,
                        const struct mh_filter_result *result)
{
    if (result->verdict == MH_FILTER_DROPS)
        mh_path_say(pathing, MH_PATH_BY_PACKET_FILTER, MH_PATH_DROPS_REQUEST,
                    "The packet filter %s %s in %s: %s.", manner(result), packet, result->chain,
                    result->rule);
    else if (result->verdict == MH_FILTER_INDETERMINATE)
        say_unknown(pathing, hook, packet, result);
}

/* A later packet of the same connection. */
static struct mh_filter_packet later_packet(const struct mh_pathing *pathing)
{
    struct mh_filter_packet packet = pathing->request;
    packet.mark = packet.zone = 0;
    packet.tcp_syn = false;
    packet.state = MH_FILTER_STATE_ESTABLISHED;
    return packet;
}

void mh_path_filter_prerouting(struct mh_pathing *pathing)
{
    struct mh_filter_result result;
    run(pathing, MH_FILTER_PREROUTING, &pathing->request, &result);
    say_request(pathing, MH_FILTER_PREROUTING, "the request", &result);
    pathing->passes = result.verdict == MH_FILTER_PASSES;
}

/* Later packets are looked at where the first one passes. */
void mh_path_filter_input(struct mh_pathing *pathing)
{
    struct mh_filter_result result;
    static const char later[] = "later packets of the connection";
    run(pathing, MH_FILTER_INPUT, &pathing->request, &result);
    say_request(pathing, MH_FILTER_INPUT, "the request", &result);
    pathing->passes = pathing->passes && result.verdict == MH_FILTER_PASSES;
    if (!pathing->passes)
        return;
    struct mh_filter_packet packet = later_packet(pathing);
    run(pathing, MH_FILTER_PREROUTING, &packet, &result);
    if (result.verdict == MH_FILTER_PASSES) {
        run(pathing, MH_FILTER_INPUT, &packet, &result);
        say_request(pathing, MH_FILTER_INPUT, later, &result);
    } else {
        say_request(pathing, MH_FILTER_PREROUTING, later, &result);
    }
}

/* ---- the reply ------------------------------------------------------------------------------------- */

static struct mh_filter_packet reply_packet(const struct mh_pathing *pathing, const struct mh_address *source,
                                            uint32_t output)
{
    const struct mh_path_question *question = pathing->question;
    struct mh_filter_packet packet = pathing->request;
    packet.source = *source;
    packet.destination = question->remote;
    packet.input = 0;
    packet.input_name = "";
    packet.output = output;
    packet.output_name = mh_snapshot_interface_name(pathing->host->snapshot, output);
    packet.source_port = question->local_port;
    packet.source_port_known = question->local_port_known;
    packet.destination_port = question->remote_port;
    packet.destination_port_known = question->remote_port_known;
    packet.tcp_syn = false;
    packet.state = MH_FILTER_STATE_ESTABLISHED;
    packet.reply_direction = true;
    packet.mark = question->mark;
    packet.zone = 0;
    return packet;
}

/* Of no connection that there is: a TCP segment that begins none is invalid, a datagram begins a new one. */
static void estrange(struct mh_filter_packet *packet)
{
    packet->state = packet->protocol == MH_PROTOCOL_TCP ? MH_FILTER_STATE_INVALID : MH_FILTER_STATE_NEW;
    packet->reply_direction = false;
    packet->connection_mark = 0;
    packet->connection_mark_known = true;
}

/* Output, then postrouting; *hook is the last one that it came to. */
static void run_reply(const struct mh_pathing *pathing, struct mh_filter_packet *packet,
                      enum mh_filter_hook *hook, struct mh_filter_result *result)
{
    const struct mh_filter_packet before = *packet;
    *hook = MH_FILTER_OUTPUT;
    run(pathing, MH_FILTER_OUTPUT, packet, result);
    if (packet->zone != pathing->request.zone && packet->state == MH_FILTER_STATE_ESTABLISHED) {
        /* looked for where the connection is not */
        *packet = before;
        estrange(packet);
        run(pathing, MH_FILTER_OUTPUT, packet, result);
    }
    if (result->verdict != MH_FILTER_PASSES)
        return;
    *hook = MH_FILTER_POSTROUTING;
    run(pathing, MH_FILTER_POSTROUTING, packet, result);
}

static struct mh_filter_packet reply_by(const struct mh_pathing *pathing, const struct mh_address *source,
                                        uint32_t output)
{
    struct mh_filter_packet packet = reply_packet(pathing, source, output);
    if (!mh_address_equal(source, &pathing->question->local))
        estrange(&packet);
    return packet;
}

static bool would_pass_symmetrically(const struct mh_pathing *pathing, const struct mh_address *source)
{
    struct mh_filter_packet packet = reply_by(pathing, source, pathing->report->input);
    struct mh_filter_result result;
    enum mh_filter_hook hook;
    run_reply(pathing, &packet, &hook, &result);
    return result.verdict == MH_FILTER_PASSES;
}

/* The reply is dropped by this way; `certain` when by all that it may take. */
static void say_reply_dropped(const struct mh_pathing *pathing, const struct mh_address *source,
                              uint32_t output, const struct mh_filter_result *result, bool certain)
{
    const struct mh_snapshot *snapshot = pathing->host->snapshot;
    uint32_t input = pathing->report->input;
    enum mh_path_drops drops = certain ? MH_PATH_DROPS_REPLY : MH_PATH_DROPS_UNKNOWN;
    if (output != input && would_pass_symmetrically(pathing, source))
        mh_path_say(pathing, MH_PATH_BY_STATEFUL_FILTER, drops,
                    "The packet filter %s the reply that leaves by %s in %s: %s. By %s, on which the "
                    "request came in, it would pass.",
                    manner(result), mh_snapshot_interface_name(snapshot, output), result->chain, result->rule,
                    mh_snapshot_interface_name(snapshot, input));
    else
        mh_path_say(pathing, MH_PATH_BY_PACKET_FILTER, drops,
                    "The packet filter %s the reply that leaves by %s in %s: %s.", manner(result),
                    mh_snapshot_interface_name(snapshot, output), result->chain, result->rule);
}

/* A mark that is set in output changes the way where its chain is of type route, which is not told. */
static void check_new_mark(const struct mh_pathing *pathing, uint32_t mark)
{
    struct mh_path_reply *reply = pathing->reply;
    struct mh_selection other;
    struct mh_question asked = reply->question;
    if (mark == asked.mark)
        return;
    asked.mark = mark;
    asked.source = reply->selection.source.family != MH_FAMILY_NONE ? reply->selection.source : asked.source;
    if (mh_select(pathing->host->snapshot, pathing->host->routes, pathing->host->dialect, &asked, false,
                  &other) != MH_OK ||
        (other.way == reply->selection.way && other.interface == reply->selection.interface &&
         mh_address_equal(&other.next_hop, &reply->selection.next_hop)))
        return;
    reply->asymmetry = MH_PATH_UNDECIDED;
    reply->reason = "the packet filter sets a mark that leads another way";
    mh_path_say(pathing, MH_PATH_BY_PACKET_FILTER, MH_PATH_DROPS_UNKNOWN,
                "The packet filter gives the reply the mark 0x%x at output. In a chain of type route that "
                "leads it another way, by %s; in one of type filter it does not.",
                (unsigned)mark,
                other.way == MH_WAY_FOUND
                    ? mh_snapshot_interface_name(pathing->host->snapshot, other.interface)
                    : "none");
}

/* What is found by one way, or by the first of several that fares so. */
struct fate {
    size_t count;
    uint32_t output;
    struct mh_address source;
    struct mh_filter_result result;
    enum mh_filter_hook hook;
};

static void note_fate(struct fate fates[], const struct fate *one)
{
    struct fate *at = &fates[one->result.verdict];
    size_t count = at->count + 1;
    if (at->count == 0)
        *at = *one;
    at->count = count;
}

static void send_by(const struct mh_pathing *pathing, size_t way, struct fate fates[])
{
    const struct mh_selection *selection = &pathing->reply->selection;
    struct fate one = {.output = mh_path_way_interface(pathing->host->routes, selection, way),
                       .source = *mh_path_way_source(selection, way)};
    struct mh_filter_packet packet = reply_by(pathing, &one.source, one.output);
    run_reply(pathing, &packet, &one.hook, &one.result);
    note_fate(fates, &one);
    if (way == 0)
        check_new_mark(pathing, packet.mark);
}

void mh_path_filter_reply(struct mh_pathing *pathing)
{
    struct fate fates[MH_FILTER_INDETERMINATE + 1];
    size_t count = mh_path_way_count(&pathing->reply->selection);
    for (size_t i = 0; i < sizeof fates / sizeof fates[0]; i++)
        fates[i].count = 0;
    for (size_t i = 0; i < count; i++)
        send_by(pathing, i, fates);
    const struct fate *dropped = &fates[MH_FILTER_DROPS], *unknown = &fates[MH_FILTER_INDETERMINATE];
    if (dropped->count > 0)
        say_reply_dropped(pathing, &dropped->source, dropped->output, &dropped->result,
                          dropped->count == count);
    if (unknown->count > 0)
        say_unknown(pathing, unknown->hook, "the reply", &unknown->result);
}
