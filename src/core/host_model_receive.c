/* Receive: packets to the host's other addresses that come in on the interface. They are tried from this link
 * and from far away, TCP and UDP; where the filter's answer depends on the port, with the ports that it
 * names. Addresses of loopback and dummy interfaces are everybody's (anycast, DSR) and do not count. One
 * packet that is taken means weak. Strong means that none is: by the filter, or by the system's own switch,
 * or because no place that any route knows passes the check of the source. */
#include "core/host_model_parts.h"

#include <string.h>

enum { PROTOCOLS = 2 };
static const uint8_t protocols[PROTOCOLS] = {MH_PROTOCOL_TCP, MH_PROTOCOL_UDP};

enum fate { TAKEN, DROPPED, DROPPED_FOR_SOURCE, IN_DOUBT };

struct trial {
    const struct mh_modelling *modelling;
    const struct mh_address *local;
    const char *owner; /* interface of `local` */
    const char *text;  /* what drops it, or why that is not known: in the report */
    uint8_t protocol;
    uint16_t port;                 /* 0: any */
    struct mh_filter_result *told; /* the last drop that the report tells of; empty at first */
};

/* ---- one packet ------------------------------------------------------------------------------------ */

/* A source that is refused on a link that does not work is no sign of anything. */
static bool counts(const struct trial *trial, const struct mh_pathing *pathing,
                   const struct mh_path_verdict *verdict)
{
    const struct mh_interface *interface = trial->modelling->interface;
    switch (verdict->by) {
    case MH_PATH_BY_INTERFACE_DOWN:
        return false;
    case MH_PATH_BY_REVERSE_PATH_FILTER:
    case MH_PATH_BY_MARTIAN_SOURCE:
        return interface->up && interface->carrier;
    case MH_PATH_BY_PACKET_FILTER: /* what it says of later packets is left out */
        return !pathing->passes || verdict->drops == MH_PATH_DROPS_UNKNOWN;
    default:
        return true;
    }
}

static enum fate fate_of(const struct trial *trial, const struct mh_pathing *pathing,
                         const struct mh_path_verdict *verdict)
{
    if (!counts(trial, pathing, verdict))
        return TAKEN;
    if (verdict->drops == MH_PATH_DROPS_UNKNOWN)
        return IN_DOUBT;
    bool by_source =
        verdict->by == MH_PATH_BY_REVERSE_PATH_FILTER || verdict->by == MH_PATH_BY_MARTIAN_SOURCE;
    return by_source ? DROPPED_FOR_SOURCE : DROPPED;
}

/* What is dropped for sure is dropped, whatever else is in doubt. */
static enum fate judge(struct trial *trial, const struct mh_pathing *pathing)
{
    static const enum fate order[] = {DROPPED, DROPPED_FOR_SOURCE, IN_DOUBT};
    const struct mh_path_report *report = pathing->report;
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
        for (size_t j = 0; j < report->verdict_count; j++)
            if (fate_of(trial, pathing, &report->verdicts[j]) == order[i]) {
                trial->text = report->verdicts[j].text;
                return order[i];
            }
    return TAKEN;
}

static enum fate try_packet(struct trial *trial, const struct mh_address *remote)
{
    const struct mh_path_host *host = trial->modelling->modeller->host;
    struct mh_path_report *report = &trial->modelling->modeller->report;
    const struct mh_path_question question = {.remote = *remote,
                                              .local = *trial->local,
                                              .interface = trial->modelling->interface->index,
                                              .protocol = trial->protocol,
                                              .remote_port = 40000,
                                              .local_port = trial->port,
                                              .remote_port_known = trial->port != 0,
                                              .local_port_known = trial->port != 0};
    mh_path_begin(host->snapshot, &question, report);
    struct mh_pathing pathing = {.host = host,
                                 .question = &question,
                                 .report = report,
                                 .reply = &report->replies[0],
                                 .request = mh_path_request_packet(host, &question, report, trial->protocol)};
    mh_path_arrive(&pathing);
    return judge(trial, &pathing);
}

/* ---- the ports that make a difference -------------------------------------------------------------- */

static enum fate try_ports(struct trial *trial, const struct mh_address *remote)
{
    const struct mh_host_modeller *modeller = trial->modelling->modeller;
    trial->port = 0;
    enum fate fate = try_packet(trial, remote);
    for (size_t i = 0; fate == IN_DOUBT && i < modeller->port_count; i++) {
        trial->port = modeller->ports[i];
        fate = try_packet(trial, remote);
        if (fate != TAKEN)
            fate = IN_DOUBT;
    }
    if (fate == IN_DOUBT) { /* for the text */
        trial->port = 0;
        (void)try_packet(trial, remote);
    }
    return fate;
}

static enum fate try_protocols(struct trial *trial, const struct mh_address *remote)
{
    enum fate worst = DROPPED;
    for (size_t i = 0; i < PROTOCOLS; i++) {
        trial->protocol = protocols[i];
        enum fate fate = try_ports(trial, remote);
        if (fate == TAKEN)
            return TAKEN;
        worst = fate > worst ? fate : worst;
        if (worst == IN_DOUBT)
            return worst; /* with its text */
    }
    return worst;
}

/* ---- whoever sends it, and later packets ----------------------------------------------------------- */

/* The answer at both hooks. */
static enum mh_filter_verdict run_both(const struct trial *trial, struct mh_filter_packet *packet,
                                       struct mh_filter_result *result)
{
    const struct mh_path_host *host = trial->modelling->modeller->host;
    host->run_filter(host->filter, MH_FILTER_PREROUTING, packet, result);
    if (result->verdict == MH_FILTER_DROPS)
        return MH_FILTER_DROPS;
    struct mh_filter_result before = *result;
    host->run_filter(host->filter, MH_FILTER_INPUT, packet, result);
    if (result->verdict == MH_FILTER_PASSES)
        *result = before;
    return result->verdict;
}

/* From every source when `remote` is NULL. */
static struct mh_filter_packet packet_of(const struct trial *trial, const struct mh_address *remote,
                                         struct mh_path_fib_context *context)
{
    return (struct mh_filter_packet){.source = remote != NULL ? *remote
                                                              : trial->modelling->places->items[0].address,
                                     .source_translated = remote == NULL,
                                     .destination = *trial->local,
                                     .input = trial->modelling->interface->index,
                                     .input_name = trial->modelling->interface->name,
                                     .output_name = "",
                                     .protocol = trial->protocol,
                                     .protocol_known = true,
                                     .connection_mark_known = true,
                                     .fib = mh_path_fib,
                                     .fib_context = context};
}

static enum mh_filter_verdict run_hooks(const struct trial *trial, const struct mh_address *remote,
                                        enum mh_filter_state state, struct mh_filter_result *result)
{
    struct mh_path_fib_context context = {trial->modelling->modeller->host};
    struct mh_filter_packet packet = packet_of(trial, remote, &context);
    packet.state = state;
    packet.tcp_syn = state == MH_FILTER_STATE_NEW && trial->protocol == MH_PROTOCOL_TCP;
    return run_both(trial, &packet, result);
}

static bool has_filter(const struct trial *trial)
{
    const struct mh_path_host *host = trial->modelling->modeller->host;
    return host->dialect == MH_DIALECT_LINUX && host->filter != NULL && trial->modelling->places->count > 0;
}

static void say_dropped(const struct trial *trial, const struct mh_filter_result *result,
                        struct mh_aspect *aspect)
{
    mh_aspect_say(aspect, trial->modelling->modeller->memory,
                  "The packet filter drops packets to other addresses in %s: %s.", result->chain,
                  result->rule);
}

/* The first packets of all connections, of both protocols: then no other packet need be tried. */
static bool drops_whoever_sends(struct trial *trial, struct mh_aspect *aspect)
{
    struct mh_filter_result result;
    for (size_t i = 0; i < PROTOCOLS; i++) {
        trial->protocol = protocols[i];
        if (!has_filter(trial) || run_hooks(trial, NULL, MH_FILTER_STATE_NEW, &result) != MH_FILTER_DROPS)
            return false;
    }
    say_dropped(trial, &result, aspect);
    return true;
}

static bool passes_source_check(const struct trial *trial, const struct mh_address *remote)
{
    const struct mh_path_host *host = trial->modelling->modeller->host;
    struct mh_path_report *report = &trial->modelling->modeller->report;
    const struct mh_path_question question = {
        .remote = *remote, .local = *trial->local, .interface = trial->modelling->interface->index};
    int32_t mode;
    mh_path_begin(host->snapshot, &question, report);
    if (trial->modelling->family != MH_IPV4 ||
        !mh_reverse_mode(host->snapshot, trial->modelling->interface->index, &mode))
        return true;
    return mh_reverse_check(host->snapshot, host->routes, &report->incoming, 0, mode).outcome ==
           MH_REVERSE_PASSES;
}

/* A later packet of a connection of that protocol, from all places. */
static enum fate try_later_from_places(struct trial *trial, struct mh_aspect *aspect)
{
    const struct mh_places *places = trial->modelling->places;
    struct mh_arena *memory = trial->modelling->modeller->memory;
    struct mh_filter_result result;
    for (size_t i = 0; i < places->count; i++) {
        const struct mh_address *remote = &places->items[i].address;
        enum mh_filter_verdict verdict = run_hooks(trial, remote, MH_FILTER_STATE_ESTABLISHED, &result);
        if (verdict == MH_FILTER_DROPS || !passes_source_check(trial, remote))
            continue;
        if (verdict == MH_FILTER_PASSES) {
            mh_aspect_say(aspect, memory,
                          "Packets of connections that are there already are taken on %s all the same.",
                          trial->modelling->interface->name);
            return TAKEN;
        }
        mh_aspect_undecide(
            aspect, memory,
            "what the packet filter does with later packets of a connection cannot be told: %s",
            result.reason);
        return IN_DOUBT;
    }
    return DROPPED_FOR_SOURCE;
}

/* Of an address whose first packets are dropped. */
static enum fate try_later(struct trial *trial, struct mh_aspect *aspect)
{
    struct mh_filter_result result;
    for (size_t i = 0; i < PROTOCOLS && has_filter(trial); i++) {
        trial->protocol = protocols[i];
        if (run_hooks(trial, NULL, MH_FILTER_STATE_ESTABLISHED, &result) == MH_FILTER_DROPS) {
            mh_aspect_text(aspect, trial->modelling->modeller->memory, result.rule, "nft %s", result.chain);
            continue;
        }
        enum fate fate = try_later_from_places(trial, aspect);
        if (fate != DROPPED_FOR_SOURCE)
            return fate;
    }
    return DROPPED;
}

/* ---- at one look ------------------------------------------------------------------------------------ */

/* To one address after another it is mostly the same rule that drops, and it is told once. */
static void tell_dropped(const struct trial *trial, const struct mh_filter_result *result,
                         struct mh_aspect *aspect)
{
    struct mh_filter_result *told = trial->told;
    if (strcmp(told->chain, result->chain) == 0 && strcmp(told->rule, result->rule) == 0)
        return;
    *told = *result;
    say_dropped(trial, result, aspect);
    mh_aspect_text(aspect, trial->modelling->modeller->memory, result->rule, "nft %s", result->chain);
}

/* First and later packets of both protocols from everybody, which is what there is to a host with hundreds of
 * addresses whose filter makes it strong: the fewest looks that show it. */
static bool drops_whatever_comes(struct trial *trial, struct mh_aspect *aspect)
{
    struct mh_filter_result tcp, udp;
    trial->protocol = MH_PROTOCOL_TCP;
    if (run_hooks(trial, NULL, MH_FILTER_STATE_NEW, &tcp) != MH_FILTER_DROPS ||
        run_hooks(trial, NULL, MH_FILTER_STATE_ESTABLISHED, &tcp) != MH_FILTER_DROPS)
        return false;
    struct mh_path_fib_context context = {trial->modelling->modeller->host};
    trial->protocol = MH_PROTOCOL_UDP;
    struct mh_filter_packet packet = packet_of(trial, NULL, &context);
    packet.state_unknown = true;
    if (run_both(trial, &packet, &udp) != MH_FILTER_DROPS)
        return false;
    tell_dropped(trial, &tcp, aspect);
    tell_dropped(trial, &udp, aspect);
    return true;
}

/* ---- one address ----------------------------------------------------------------------------------- */

static void say_taken(const struct trial *trial, struct mh_aspect *aspect)
{
    char local[MH_ADDRESS_TEXT_SIZE];
    mh_aspect_say(aspect, trial->modelling->modeller->memory,
                  "A packet to %s (%s) that comes in on %s is taken: nothing drops it.",
                  mh_address_format(trial->local, local), trial->owner, trial->modelling->interface->name);
}

/* Near, and far. */
static enum fate try_usual_remotes(struct trial *trial)
{
    const struct mh_places *places = trial->modelling->places;
    enum fate worst = DROPPED;
    size_t tried = 0;
    for (size_t i = 0; i < places->count; i++) {
        const struct mh_place *place = &places->items[i];
        if (!place->off_link && place->interface != trial->modelling->interface->index)
            continue;
        tried++;
        enum fate fate = try_protocols(trial, &place->address);
        worst = fate == TAKEN || worst == TAKEN ? TAKEN : fate > worst ? fate : worst;
        if (worst == TAKEN || worst == IN_DOUBT)
            return worst;
    }
    return tried > 0 ? worst : DROPPED_FOR_SOURCE;
}

/* From everywhere else, too: is there a source that gets in? */
static enum fate try_all_remotes(struct trial *trial)
{
    const struct mh_places *places = trial->modelling->places;
    for (size_t i = 0; i < places->count; i++) {
        enum fate fate = try_protocols(trial, &places->items[i].address);
        if (fate == TAKEN || fate == IN_DOUBT)
            return fate;
    }
    return DROPPED_FOR_SOURCE;
}

static enum fate try_first(struct trial *trial, struct mh_aspect *aspect)
{
    struct mh_arena *memory = trial->modelling->modeller->memory;
    if (drops_whoever_sends(trial, aspect))
        return DROPPED;
    enum fate fate = try_usual_remotes(trial);
    if (fate == DROPPED_FOR_SOURCE || (fate == DROPPED && has_filter(trial)))
        fate = try_all_remotes(trial);
    if (fate == TAKEN)
        say_taken(trial, aspect);
    else if (fate == IN_DOUBT)
        mh_aspect_undecide(aspect, memory, "%s", trial->text);
    else if (trial->text != NULL)
        mh_aspect_say(aspect, memory, "%s", trial->text);
    return fate;
}

static enum fate try_address(struct trial *trial, struct mh_aspect *aspect)
{
    if (has_filter(trial) && drops_whatever_comes(trial, aspect))
        return DROPPED;
    enum fate fate = try_first(trial, aspect);
    if (fate == TAKEN || fate == IN_DOUBT)
        return fate;
    enum fate later = try_later(trial, aspect);
    if (later == TAKEN || later == IN_DOUBT)
        return later;
    if (fate == DROPPED || trial->modelling->places->complete)
        return fate;
    mh_aspect_undecide(
        aspect, trial->modelling->modeller->memory,
        "nothing drops all packets to other addresses whoever sends them, and there are too many "
        "routes to look for a source that gets in");
    return IN_DOUBT;
}

/* ---- all of them ----------------------------------------------------------------------------------- */

/* Somewhere else's, and nobody's but that interface's. */
static bool is_other(const struct mh_modelling *modelling, const struct mh_interface_address *address)
{
    const struct mh_snapshot *snapshot = modelling->snapshot;
    const struct mh_interface *owner = mh_snapshot_interface(snapshot, address->interface);
    return address->address.family == modelling->family &&
           address->interface != modelling->interface->index && owner != NULL &&
           owner->kind != MH_KIND_LOOPBACK && owner->kind != MH_KIND_DUMMY &&
           mh_address_works(snapshot, address) && !mh_address_is_link_local(&address->address) &&
           mh_path_owner(snapshot, &address->address, modelling->interface->index) == NULL;
}

static bool filter_is_unknown(const struct mh_modelling *modelling)
{
    return modelling->modeller->host->dialect == MH_DIALECT_LINUX &&
           modelling->modeller->host->filter == NULL;
}

static void give_reason(const struct mh_modelling *modelling, struct mh_aspect *aspect)
{
    const char *obstacle = mh_model_receive_obstacle(modelling);
    if (mh_aspect_agrees(aspect) != 0)
        return;
    if (strcmp(aspect->effective, "weak") == 0 && obstacle != NULL)
        mh_aspect_reason(aspect, modelling->modeller->memory, "%s", obstacle);
    else if (aspect->evidence_count > 0)
        mh_aspect_reason(aspect, modelling->modeller->memory, "%s",
                         aspect->evidence[aspect->evidence_count - 1]);
}

void mh_model_receive(const struct mh_modelling *modelling, struct mh_aspect *aspect)
{
    const struct mh_snapshot *snapshot = modelling->snapshot;
    size_t others = 0;
    enum fate worst = DROPPED;
    struct mh_filter_result told = {.chain = ""};
    mh_model_receive_switches(modelling, aspect);
    for (size_t i = 0; i < snapshot->address_count && worst != TAKEN; i++) {
        const struct mh_interface_address *address = &snapshot->addresses[i];
        struct trial trial = {modelling,
                              &address->address,
                              mh_snapshot_interface_name(snapshot, address->interface),
                              NULL,
                              0,
                              0,
                              &told};
        if (!is_other(modelling, address))
            continue;
        others++;
        enum fate fate = try_address(&trial, aspect);
        worst = fate == TAKEN ? TAKEN : fate > worst ? fate : worst;
    }
    if (others == 0) {
        mh_aspect_nothing(aspect, modelling->modeller->memory,
                          "the host has no other %s address that a packet could be for",
                          modelling->family == MH_IPV6 ? "IPv6" : "IPv4");
    } else if (worst == TAKEN && filter_is_unknown(modelling)) {
        mh_aspect_undecide(
            aspect, modelling->modeller->memory, "what the packet filter does is not known: %s",
            modelling->modeller->host->filter_unknown != NULL ? modelling->modeller->host->filter_unknown
                                                              : "it was not read");
    } else if (worst != IN_DOUBT) {
        aspect->undecided = false;
        aspect->effective = worst == TAKEN ? "weak" : "strong";
        aspect->reason = NULL;
        give_reason(modelling, aspect);
        mh_model_receive_limits(modelling, aspect);
    }
}
