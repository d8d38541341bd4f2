/* What a key finds in a packet: a value, nothing, or something that is not known and why. */
#include "core/filter_parts.h"

#include <string.h>

/* ---- the packet itself ----------------------------------------------------------------------------- */

static void read_address(const struct mh_address *address, const char *why, struct mh_filter_reading *reading)
{
    reading->why = why;
    reading->value = mh_filter_value_of_address(address);
}

/* TCP, UDP, DCCP, SCTP and UDP-Lite begin with two ports. */
static bool has_ports(uint8_t protocol)
{
    return protocol == 6 || protocol == 17 || protocol == 33 || protocol == 132 || protocol == 136;
}

static void read_port(const struct mh_filter_packet *packet, uint16_t port, bool known, const char *why,
                      struct mh_filter_reading *reading)
{
    if (why != NULL)
        reading->why = why;
    else if (!known)
        reading->why = "the packet's ports are not known";
    else if (!packet->protocol_known || !has_ports(packet->protocol))
        reading->why = "the packet's protocol has no ports, or is not known";
    reading->value = mh_filter_number(port);
}

static void read_tcp_flags(const struct mh_filter_packet *packet, struct mh_filter_reading *reading)
{
    /* A first segment may ask for ECN (RFC 3168 6.1.1); of a later one no more is known than ACK. */
    reading->free = packet->tcp_syn ? MH_FILTER_TCP_ECN | MH_FILTER_TCP_CWR : 0xff & ~MH_FILTER_TCP_ACK;
    reading->value = mh_filter_number(packet->tcp_syn ? MH_FILTER_TCP_SYN : MH_FILTER_TCP_ACK);
}

static bool is_number(const char *text)
{
    return text[0] != '\0' && strspn(text, "0123456789") == strlen(text);
}

static void read_name(const char *name, uint32_t index, uint8_t flags, struct mh_filter_reading *reading)
{
    if (index == 0 || name == NULL)
        name = "";
    if ((flags & MH_FILTER_BY_INDEX) != 0 && is_number(name))
        reading->why = "the interface's name looks like the index of one";
    reading->value = mh_filter_value_of_name(name, strlen(name));
}

static void read_known(const struct mh_filter_known *known, struct mh_filter_reading *reading)
{
    reading->why = known->why;
    reading->value = mh_filter_number(known->value);
}

/* ---- connection tracking --------------------------------------------------------------------------- */

static uint32_t state_bit(uint32_t state)
{
    switch ((enum mh_filter_state)state) {
    case MH_FILTER_STATE_NEW:
        return MH_FILTER_CT_NEW;
    case MH_FILTER_STATE_ESTABLISHED:
        return MH_FILTER_CT_ESTABLISHED;
    case MH_FILTER_STATE_RELATED:
        return MH_FILTER_CT_RELATED;
    case MH_FILTER_STATE_UNTRACKED:
        return MH_FILTER_CT_UNTRACKED;
    case MH_FILTER_STATE_INVALID:
    default:
        return MH_FILTER_CT_INVALID;
    }
}

/* Before connection tracking has seen it a packet belongs to no connection: its state reads as invalid, or as
 * untracked once a rule has said so. */
static uint32_t state_now(const struct mh_filter_view *view)
{
    if (view->tracking == MH_TRACKING_EARLY)
        return view->facts.notracked ? MH_FILTER_STATE_UNTRACKED : MH_FILTER_STATE_INVALID;
    return view->facts.state.value;
}

static const char *state_why(const struct mh_filter_view *view)
{
    if (view->tracking == MH_TRACKING_SAME_PRIORITY)
        return "the chain has the priority of connection tracking itself";
    if (view->tracking == MH_TRACKING_EARLY && !view->facts.templated &&
        (view->facts.state.why == NULL || !view->facts.notracked))
        return NULL;
    if (view->tracking == MH_TRACKING_EARLY)
        return "the packet's state before connection tracking is not known";
    return view->facts.state.why;
}

static void read_connection(const struct mh_filter_view *view, enum mh_filter_key_kind kind,
                            struct mh_filter_reading *reading)
{
    uint32_t state = state_now(view);
    reading->why = state_why(view);
    if (kind == MH_FILTER_KEY_CT_STATE)
        reading->value = mh_filter_number(state_bit(state));
    else if (reading->why == NULL && (state == MH_FILTER_STATE_INVALID || state == MH_FILTER_STATE_UNTRACKED))
        reading->absent = true;
    else if (kind == MH_FILTER_KEY_CT_DIRECTION)
        reading->value = mh_filter_number(view->packet->reply_direction);
    else if (kind == MH_FILTER_KEY_CT_MARK && reading->why == NULL)
        read_known(&view->facts.connection_mark, reading);
    else if (kind == MH_FILTER_KEY_CT_ZONE && reading->why == NULL)
        read_known(&view->facts.zone, reading);
    else if (reading->why == NULL)
        reading->why = "what it asks of the connection is not understood";
}

/* ---- routes ---------------------------------------------------------------------------------------- */

/* Rules of the routing policy see both addresses; the type of one is its own matter. */
static const char *doubt_about_routes(const struct mh_filter_facts *facts, const struct mh_filter_key *key)
{
    bool to_destination = (key->flags & MH_FILTER_FIB_DESTINATION) != 0;
    bool is_type = key->kind == MH_FILTER_KEY_FIB_TYPE;
    if (facts->source_why != NULL && !(is_type && to_destination))
        return facts->source_why;
    if (facts->destination_why != NULL && !(is_type && !to_destination))
        return facts->destination_why;
    return (key->flags & MH_FILTER_FIB_MARK) != 0 ? facts->mark.why : NULL;
}

static bool ask_routes(const struct mh_filter_view *view, const struct mh_filter_key *key,
                       struct mh_filter_reading *reading, struct mh_filter_fib_answer *answer)
{
    uint8_t flags = key->flags;
    const struct mh_filter_packet *packet = view->packet;
    const struct mh_filter_facts *facts = &view->facts;
    bool to_destination = (flags & MH_FILTER_FIB_DESTINATION) != 0;
    struct mh_filter_fib_question question = {
        .address = to_destination ? packet->destination : packet->source,
        .from = to_destination ? packet->source : packet->destination,
        .input = (flags & MH_FILTER_FIB_INPUT) != 0 ? packet->input : 0,
        .output = (flags & MH_FILTER_FIB_OUTPUT) != 0 ? packet->output : 0,
        .mark = (flags & MH_FILTER_FIB_MARK) != 0 ? facts->mark.value : 0,
        .type_only = key->kind == MH_FILTER_KEY_FIB_TYPE,
    };
    reading->why = doubt_about_routes(facts, key);
    if (reading->why != NULL)
        return false;
    if (packet->fib != NULL && !mh_address_is_unspecified(&question.address))
        packet->fib(packet->fib_context, &question, answer);
    if (!answer->known)
        reading->why = "what the routes say of the packet's address is not known";
    return answer->known;
}

static void read_route_interface(const struct mh_filter_packet *packet,
                                 const struct mh_filter_fib_answer *answer, struct mh_filter_reading *reading)
{
    const char *name = answer->interface_name;
    if (name == NULL && answer->interface == packet->input)
        name = packet->input_name;
    else if (name == NULL && answer->interface == packet->output)
        name = packet->output_name;
    if (name == NULL && answer->interface != 0)
        reading->why = "the name of the interface that the routes answer with is not known";
    else
        read_name(name, answer->interface, MH_FILTER_BY_INDEX, reading);
}

static void read_routes(const struct mh_filter_view *view, const struct mh_filter_key *key,
                        struct mh_filter_reading *reading)
{
    struct mh_filter_fib_answer answer = {0};
    if (!ask_routes(view, key, reading, &answer))
        return;
    if (key->kind == MH_FILTER_KEY_FIB_TYPE)
        reading->value = mh_filter_number(answer.type);
    else if (key->kind == MH_FILTER_KEY_FIB_EXISTS)
        reading->value = mh_filter_number(answer.interface != 0);
    else
        read_route_interface(view->packet, &answer, reading);
}

/* ---- any key --------------------------------------------------------------------------------------- */

static void read_raw(struct mh_filter_view *view, const struct mh_filter_key *key,
                     struct mh_filter_reading *reading)
{
    const struct mh_filter_packet *packet = view->packet;
    const struct mh_filter_facts *facts = &view->facts;
    switch ((enum mh_filter_key_kind)key->kind) {
    case MH_FILTER_KEY_SOURCE:
        read_address(&packet->source, facts->source_why, reading);
        break;
    case MH_FILTER_KEY_DESTINATION:
        read_address(&packet->destination, facts->destination_why, reading);
        break;
    case MH_FILTER_KEY_SOURCE_PORT:
        read_port(packet, packet->source_port, packet->source_port_known, facts->source_why, reading);
        break;
    case MH_FILTER_KEY_DESTINATION_PORT:
        read_port(packet, packet->destination_port, packet->destination_port_known, facts->destination_why,
                  reading);
        break;
    case MH_FILTER_KEY_TCP_FLAGS:
        read_tcp_flags(packet, reading);
        break;
    case MH_FILTER_KEY_PROTOCOL:
        reading->why = packet->protocol_known ? NULL : "the packet's protocol is not known";
        reading->value = mh_filter_number(packet->protocol);
        break;
    case MH_FILTER_KEY_FAMILY:
        reading->value = mh_filter_number(packet->destination.family);
        break;
    case MH_FILTER_KEY_INPUT_NAME:
        read_name(packet->input_name, packet->input, key->flags, reading);
        break;
    case MH_FILTER_KEY_OUTPUT_NAME:
        read_name(packet->output_name, packet->output, key->flags, reading);
        break;
    case MH_FILTER_KEY_MARK:
        read_known(&facts->mark, reading);
        break;
    case MH_FILTER_KEY_CT_STATE:
    case MH_FILTER_KEY_CT_DIRECTION:
    case MH_FILTER_KEY_CT_MARK:
    case MH_FILTER_KEY_CT_ZONE:
    case MH_FILTER_KEY_CT_OTHER:
        view->asked_tracking = true;
        read_connection(view, (enum mh_filter_key_kind)key->kind, reading);
        break;
    case MH_FILTER_KEY_FIB_EXISTS:
    case MH_FILTER_KEY_FIB_INTERFACE:
    case MH_FILTER_KEY_FIB_TYPE:
        read_routes(view, key, reading);
        break;
    default:
        reading->why = "what it asks of the packet is not understood";
        break;
    }
}

void mh_filter_read(struct mh_filter_view *view, const struct mh_filter_key *key,
                    struct mh_filter_reading *reading)
{
    *reading = (struct mh_filter_reading){0};
    read_raw(view, key, reading);
    for (size_t i = 0; i < MH_FILTER_VALUE_SIZE; i++)
        reading->value.bytes[i] = (reading->value.bytes[i] & key->keep.bytes[i]) ^ key->flip.bytes[i];
    reading->free &= key->keep.bytes[3]; /* the lowest octet of a number */
}
