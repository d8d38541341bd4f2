/* The packet filter's part in a return path: the request through prerouting and input, as the first packet of
 * a connection and as a later one; the reply through output and postrouting. What the request's rules leave
 * in the connection (ct mark, ct zone) is there for the reply. A reply that is dropped on its way, but would
 * pass if it left by the interface that the request came in on, meets a filter that binds the connection to
 * the interface. */
#include "core/path_parts.h"

#include <stdio.h>
#include <string.h>

static void run(const struct mh_pathing *pathing, enum mh_filter_hook hook, struct mh_filter_packet *packet,
                struct mh_filter_result *result)
{
    struct mh_path_fib_context context = {pathing->host};
    memset(result, 0, sizeof *result);
    result->verdict = MH_FILTER_PASSES;
    if (pathing->host->filter == NULL)
        return;
    packet->fib = mh_path_fib;
    packet->fib_context = &context;
    pathing->host->run_filter(pathing->host->filter, hook, packet, result);
    packet->fib = NULL;
    packet->fib_context = NULL;
}

/* Again when rules have put the packet into another zone of connection tracking: what asks its state then has
 * the one that it has there. */
static void run_in_zone(const struct mh_pathing *pathing, enum mh_filter_hook hook,
                        struct mh_filter_packet *packet, struct mh_filter_result *result,
                        void (*move)(const struct mh_pathing *pathing, struct mh_filter_packet *packet,
                                     uint32_t zone))
{
    struct mh_filter_packet moved = *packet;
    run(pathing, hook, packet, result);
    if (packet->zone_unknown) {
        moved.state_unknown = true;
        *packet = moved;
        run(pathing, hook, packet, result);
    } else if (packet->zone != moved.zone) {
        move(pathing, &moved, packet->zone);
        *packet = moved;
        run(pathing, hook, packet, result);
    }
}

/* ---- the request ----------------------------------------------------------------------------------- */

/* Its connection begins there, or began there. */
static void move_request(const struct mh_pathing *pathing, struct mh_filter_packet *packet, uint32_t zone)
{
    (void)pathing;
    packet->zone = zone;
}

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

/* This service's own table carries out what it is asked for by the configuration. */
static bool say_own_table(const struct mh_pathing *pathing, const struct mh_filter_result *result)
{
    const struct mh_snapshot *snapshot = pathing->host->snapshot;
    const char *input = mh_snapshot_interface_name(snapshot, pathing->report->input);
    char address[MH_ADDRESS_TEXT_SIZE];
    if (pathing->host->dialect != MH_DIALECT_LINUX)
        return false;
    if (strcmp(result->chain, "inet multihomed input") == 0)
        mh_path_say(pathing, MH_PATH_BY_STRONG_HOST, MH_PATH_DROPS_REQUEST,
                    "%s is an address of another interface than %s, whose receiving is strong "
                    "(host_model.receive; %s).",
                    mh_address_format(&pathing->question->local, address), input, result->chain);
    else if (strcmp(result->chain, "inet multihomed prerouting") == 0)
        mh_path_say(pathing, MH_PATH_BY_REVERSE_PATH_FILTER, MH_PATH_DROPS_REQUEST,
                    "The way back to %s does not pass the check of %s (reverse_path; %s: %s).",
                    mh_address_format(&pathing->question->remote, address), input, result->chain,
                    result->rule);
    else
        return false;
    return true;
}

static void say_request(const struct mh_pathing *pathing, enum mh_filter_hook hook, const char *packet,
                        const struct mh_filter_result *result)
{
    if (result->verdict == MH_FILTER_DROPS && say_own_table(pathing, result))
        return;
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
    packet.mark_unknown = packet.zone_unknown = packet.state_unknown = false;
    packet.tcp_syn = false;
    packet.state = MH_FILTER_STATE_ESTABLISHED;
    return packet;
}

void mh_path_filter_prerouting(struct mh_pathing *pathing)
{
    struct mh_filter_result result;
    run_in_zone(pathing, MH_FILTER_PREROUTING, &pathing->request, &result, move_request);
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
    if (pathing->request.source_translated)
        mh_path_say(pathing, MH_PATH_BY_PACKET_FILTER, MH_PATH_DROPS_UNKNOWN,
                    "The packet filter may translate the request's source: where the reply goes is not "
                    "known.");
    pathing->passes = pathing->passes && result.verdict == MH_FILTER_PASSES;
    if (!pathing->passes)
        return;
    struct mh_filter_packet packet = later_packet(pathing);
    run_in_zone(pathing, MH_FILTER_PREROUTING, &packet, &result, move_request);
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
    const struct mh_filter_packet *request = &pathing->request;
    return (struct mh_filter_packet){
        .source = *source,
        .destination = question->remote,
        .input_name = "",
        .output = output,
        .output_name = mh_snapshot_interface_name(pathing->host->snapshot, output),
        .protocol = request->protocol,
        .protocol_known = true,
        .source_port = question->local_port,
        .source_port_known = question->local_port_known,
        .destination_port = question->remote_port,
        .destination_port_known = question->remote_port_known,
        .mark = question->mark,
        .state_unknown = request->state_unknown || request->zone_unknown,
    };
}

/* Of the request's connection, when it is looked for where that is. What belongs to none: a TCP segment that
 * begins no connection is invalid, a datagram begins a new one. */
static void move_reply(const struct mh_pathing *pathing, struct mh_filter_packet *packet, uint32_t zone)
{
    const struct mh_filter_packet *request = &pathing->request;
    bool belongs = zone == request->zone && request->state != MH_FILTER_STATE_UNTRACKED &&
                   mh_address_equal(&packet->source, &pathing->question->local);
    packet->zone = zone;
    packet->reply_direction = belongs;
    packet->connection_mark = belongs ? request->connection_mark : 0;
    packet->connection_mark_known = !belongs || request->connection_mark_known;
    packet->state = belongs                               ? MH_FILTER_STATE_ESTABLISHED
                    : packet->protocol == MH_PROTOCOL_TCP ? MH_FILTER_STATE_INVALID
                                                          : MH_FILTER_STATE_NEW;
}

/* Output, then postrouting; *hook is the last one that it came to. */
static void run_reply(const struct mh_pathing *pathing, struct mh_filter_packet *packet,
                      enum mh_filter_hook *hook, struct mh_filter_result *result)
{
    *hook = MH_FILTER_OUTPUT;
    run_in_zone(pathing, MH_FILTER_OUTPUT, packet, result, move_reply);
    if (result->verdict != MH_FILTER_PASSES)
        return;
    *hook = MH_FILTER_POSTROUTING;
    run(pathing, MH_FILTER_POSTROUTING, packet, result);
}

static struct mh_filter_packet reply_by(const struct mh_pathing *pathing, const struct mh_address *source,
                                        uint32_t output)
{
    struct mh_filter_packet packet = reply_packet(pathing, source, output);
    move_reply(pathing, &packet, 0);
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
static void check_new_mark(const struct mh_pathing *pathing, const struct mh_filter_packet *packet)
{
    char mark[32] = "a mark";
    struct mh_path_reply *reply = pathing->reply;
    struct mh_selection other;
    struct mh_question asked = reply->question;
    if (packet->mark == asked.mark && !packet->mark_unknown)
        return;
    asked.mark = packet->mark;
    if (packet->mark_unknown)
        asked.known &= (uint8_t)~MH_KNOWN_MARK;
    else
        (void)snprintf(mark, sizeof mark, "the mark 0x%x", (unsigned)packet->mark);
    asked.source = reply->selection.source.family != MH_FAMILY_NONE ? reply->selection.source : asked.source;
    if (mh_select(pathing->host->snapshot, pathing->host->routes, pathing->host->dialect, &asked, false,
                  &other) != MH_OK ||
        (other.way == reply->selection.way && other.interface == reply->selection.interface &&
         mh_address_equal(&other.next_hop, &reply->selection.next_hop)))
        return;
    reply->asymmetry = MH_PATH_UNDECIDED;
    reply->reason = "the packet filter sets a mark that leads another way";
    mh_path_say(pathing, MH_PATH_BY_PACKET_FILTER, MH_PATH_DROPS_UNKNOWN,
                "The packet filter gives the reply %s at output. In a chain of type route that may lead it "
                "another way (%s); in one of type filter it does not.",
                mark,
                other.way == MH_WAY_FOUND
                    ? mh_snapshot_interface_name(pathing->host->snapshot, other.interface)
                    : mh_way_word(other.way));
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
        check_new_mark(pathing, &packet);
    if (packet.source_translated || packet.destination_translated)
        mh_path_say(pathing, MH_PATH_BY_PACKET_FILTER, MH_PATH_DROPS_UNKNOWN,
                    "The packet filter may translate the reply's addresses: what the other end sees is not "
                    "known.");
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
