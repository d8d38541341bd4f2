/* Reverse path: the check of a packet's source. Linux has one for IPv4 (rp_filter, the greater value of
 * interface and all), the BSDs have none that asks the routes; a packet filter can have one for either
 * family, by asking the routes about the source (nft's fib). Whether it does is found out by sending it the
 * same packet three times, with routes that know the source by this interface, by another one, or not at all:
 * a filter that minds drops one and not the other. */
#include "core/effective.h"
#include "core/host_model_parts.h"

#include <string.h>

enum { MODE_OFF, MODE_LOOSE, MODE_STRICT, MODE_UNKNOWN };
static const char *const words[] = {"off", "loose", "strict", "indeterminate"};

/* Where the routes are made to say the source is. */
enum whereabouts { HERE, ELSEWHERE, NOWHERE, WHEREABOUTS };

struct hypothesis {
    struct mh_path_fib_context real;
    enum whereabouts source;
    struct mh_address address;
    uint32_t here;
};

/* ---- the packet filter ----------------------------------------------------------------------------- */

/* mh_filter_fib: of the source as supposed, else the truth. */
static void suppose(void *context, const struct mh_filter_fib_question *question,
                    struct mh_filter_fib_answer *answer)
{
    const struct hypothesis *hypothesis = context;
    uint32_t bound = question->input != 0 ? question->input : question->output;
    if (!mh_address_equal(&question->address, &hypothesis->address)) {
        mh_path_fib((void *)(uintptr_t)&hypothesis->real, question, answer);
        return;
    }
    *answer = (struct mh_filter_fib_answer){.known = true, .type = MH_ROUTE_UNICAST};
    if (hypothesis->source == HERE)
        answer->interface = hypothesis->here;
    else if (hypothesis->source == ELSEWHERE && bound == 0)
        answer->interface = UINT32_MAX - 1; /* nobody's */
    if (answer->interface != 0)
        answer->interface_name =
            hypothesis->source == HERE
                ? mh_snapshot_interface_name(hypothesis->real.host->snapshot, hypothesis->here)
                : "";
}

static void run(const struct mh_modelling *modelling, const struct mh_address *from,
                const struct mh_address *to, uint8_t protocol, enum whereabouts source,
                struct mh_filter_result *result)
{
    const struct mh_path_host *host = modelling->modeller->host;
    struct hypothesis hypothesis = {{host}, source, *from, modelling->interface->index};
    struct mh_filter_packet packet = {.source = *from,
                                      .destination = *to,
                                      .input = modelling->interface->index,
                                      .input_name = modelling->interface->name,
                                      .output_name = "",
                                      .protocol = protocol,
                                      .protocol_known = true,
                                      .tcp_syn = protocol == MH_PROTOCOL_TCP,
                                      .state = MH_FILTER_STATE_NEW,
                                      .connection_mark_known = true,
                                      .fib = suppose,
                                      .fib_context = &hypothesis};
    memset(result, 0, sizeof *result);
    host->run_filter(host->filter, MH_FILTER_PREROUTING, &packet, result);
    if (result->verdict == MH_FILTER_PASSES)
        host->run_filter(host->filter, MH_FILTER_INPUT, &packet, result);
}

/* The same, for the same reason: where the source is makes no difference. */
static bool is_same(const struct mh_filter_result *a, const struct mh_filter_result *b)
{
    return a->verdict == b->verdict && strcmp(a->chain, b->chain) == 0 && strcmp(a->rule, b->rule) == 0 &&
           strcmp(a->reason, b->reason) == 0;
}

static int mode_of(const struct mh_filter_result results[WHEREABOUTS])
{
    int mode = MODE_OFF;
    for (int i = NOWHERE; i > HERE; i--) {
        if (is_same(&results[i], &results[HERE]) || results[HERE].verdict == MH_FILTER_DROPS)
            continue;
        if (results[i].verdict == MH_FILTER_DROPS)
            mode = i == NOWHERE ? MODE_LOOSE : MODE_STRICT;
        else if (results[i].verdict == MH_FILTER_INDETERMINATE)
            return MODE_UNKNOWN;
    }
    return mode;
}

static int mode_for(const struct mh_modelling *modelling, const struct mh_address *from,
                    const struct mh_address *to, uint8_t protocol, struct mh_filter_result *why)
{
    struct mh_filter_result results[WHEREABOUTS];
    for (int i = 0; i < WHEREABOUTS; i++)
        run(modelling, from, to, protocol, (enum whereabouts)i, &results[i]);
    int mode = mode_of(results);
    *why = results[mode == MODE_STRICT ? ELSEWHERE : NOWHERE];
    return mode;
}

/* An address of the interface, else any. */
static const struct mh_address *own_address(const struct mh_modelling *modelling)
{
    const struct mh_snapshot *snapshot = modelling->snapshot;
    const struct mh_address *other = NULL;
    for (size_t i = 0; i < snapshot->address_count; i++) {
        const struct mh_interface_address *at = &snapshot->addresses[i];
        if (at->address.family != modelling->family || mh_address_is_link_local(&at->address) ||
            mh_address_is_loopback(&at->address))
            continue;
        if (at->interface == modelling->interface->index)
            return &at->address;
        other = &at->address;
    }
    return other;
}

/* A filter that lets either protocol by is off. */
static int filter_mode(const struct mh_modelling *modelling, struct mh_aspect *aspect)
{
    const struct mh_address *to = own_address(modelling);
    struct mh_filter_result tcp, udp;
    if (modelling->modeller->host->filter == NULL || to == NULL || modelling->places->count == 0)
        return MODE_OFF;
    const struct mh_address *from = &modelling->places->items[0].address;
    int mode = mode_for(modelling, from, to, MH_PROTOCOL_TCP, &tcp);
    int other = mode_for(modelling, from, to, MH_PROTOCOL_UDP, &udp);
    const struct mh_filter_result *why = other < mode ? &udp : &tcp;
    mode = other < mode ? other : mode;
    if (mode == MODE_UNKNOWN)
        mh_aspect_say(aspect, modelling->modeller->memory,
                      "What the packet filter makes of a source cannot be "
                      "told (%s): %s.",
                      why->chain, why->reason);
    else if (mode != MODE_OFF) {
        mh_aspect_say(aspect, modelling->modeller->memory, "The packet filter checks the source in %s: %s.",
                      why->chain, why->rule);
        mh_aspect_text(aspect, modelling->modeller->memory, why->rule, "nft %s", why->chain);
    }
    return mode;
}

/* ---- the system's own check ------------------------------------------------------------------------ */

static void put_native(const struct mh_modelling *modelling, uint32_t interface, const char *name,
                       struct mh_aspect *aspect)
{
    const struct mh_setting *setting =
        mh_snapshot_setting(modelling->snapshot, interface, MH_IPV4, MH_SETTING_RP_FILTER);
    if (setting != NULL)
        mh_aspect_number(aspect, modelling->modeller->memory, setting->value, "net.ipv4.conf.%s.rp_filter",
                         name);
}

/* FreeBSD's drops what bears an address of the host itself, and is no check of the way back (ip_input in
 * sys/netinet/ip_input.c). */
static void say_source_validation(const struct mh_modelling *modelling, struct mh_aspect *aspect)
{
    const struct mh_setting *setting = mh_snapshot_setting(modelling->snapshot, MH_SETTING_ALL,
                                                           modelling->family, MH_SETTING_SOURCE_VALIDATION);
    const char *prefix = modelling->family == MH_IPV6 ? "net.inet6.ip6" : "net.inet.ip";
    if (setting == NULL || modelling->modeller->host->dialect != MH_DIALECT_FREEBSD)
        return;
    mh_aspect_number(aspect, modelling->modeller->memory, setting->value, "%s.source_address_validation",
                     prefix);
    mh_aspect_say(
        aspect, modelling->modeller->memory,
        "%s.source_address_validation is %d: packets from the wire that bear an address of this host are "
        "%s. It does not ask the routes about other sources.",
        prefix, (int)setting->value, setting->value != 0 ? "dropped" : "taken");
}

/* 1 is strict; what is greater, loose (fib_validate_source in net/ipv4/fib_frontend.c). */
static int system_mode(const struct mh_modelling *modelling, struct mh_aspect *aspect)
{
    int32_t value;
    if (modelling->family != MH_IPV4 || modelling->modeller->host->dialect != MH_DIALECT_LINUX)
        return MODE_OFF;
    put_native(modelling, modelling->interface->index, modelling->interface->name, aspect);
    put_native(modelling, MH_SETTING_ALL, "all", aspect);
    if (!mh_reverse_mode(modelling->snapshot, modelling->interface->index, &value)) {
        mh_aspect_say(aspect, modelling->modeller->memory, "net.ipv4.conf.%s.rp_filter is not known.",
                      modelling->interface->name);
        return MODE_UNKNOWN;
    }
    return value <= 0 ? MODE_OFF : value == 1 ? MODE_STRICT : MODE_LOOSE;
}

/* ---- both ------------------------------------------------------------------------------------------ */

static void blame(const struct mh_modelling *modelling, int system, int filter, struct mh_aspect *aspect)
{
    const struct mh_setting *all =
        mh_snapshot_setting(modelling->snapshot, MH_SETTING_ALL, MH_IPV4, MH_SETTING_RP_FILTER);
    const struct mh_setting *own =
        mh_snapshot_setting(modelling->snapshot, modelling->interface->index, MH_IPV4, MH_SETTING_RP_FILTER);
    struct mh_arena *memory = modelling->modeller->memory;
    if (mh_aspect_agrees(aspect) != 0)
        return;
    if (filter != MODE_OFF && filter >= system && aspect->evidence_count > 0)
        mh_aspect_reason(aspect, memory, "%s", aspect->evidence[aspect->evidence_count - 1]);
    else if (modelling->family == MH_IPV4 && all != NULL && own != NULL && all->value > own->value)
        mh_aspect_reason(aspect, memory, "net.ipv4.conf.all.rp_filter is %d, and the greater value counts",
                         (int)all->value);
    else if (modelling->family == MH_IPV4 && own != NULL)
        mh_aspect_reason(aspect, memory, "net.ipv4.conf.%s.rp_filter is %d", modelling->interface->name,
                         (int)own->value);
    else
        mh_aspect_reason(aspect, memory,
                         "no packet filter asks the routes about the source of packets that come in "
                         "on %s",
                         modelling->interface->name);
}

static void undecide(const struct mh_modelling *modelling, struct mh_aspect *aspect)
{
    mh_aspect_undecide(aspect, modelling->modeller->memory, "%s",
                       aspect->evidence_count > 0 ? aspect->evidence[aspect->evidence_count - 1]
                                                  : "what the packet filter does is not known");
}

void mh_model_reverse_path(const struct mh_modelling *modelling, struct mh_aspect *aspect)
{
    const struct mh_path_host *host = modelling->modeller->host;
    say_source_validation(modelling, aspect);
    int system = system_mode(modelling, aspect), filter = filter_mode(modelling, aspect);
    if (modelling->family == MH_IPV6 && own_address(modelling) == NULL) {
        mh_aspect_nothing(aspect, modelling->modeller->memory,
                          "the host has no IPv6 address but link-local ones that a packet could be for");
        return;
    }
    if (host->filter == NULL && system != MODE_STRICT && !mh_path_filter_is_off(host)) {
        mh_aspect_say(aspect, modelling->modeller->memory, "What the packet filter does is not known: %s",
                      host->filter_unknown != NULL ? host->filter_unknown : "it was not read");
        filter = MODE_UNKNOWN;
    }
    int mode = system == MODE_STRICT || filter == MODE_STRICT ? MODE_STRICT
               : filter > system                              ? filter
                                                              : system;
    aspect->effective = words[mode];
    if (mode == MODE_UNKNOWN)
        undecide(modelling, aspect);
    else
        blame(modelling, system, filter, aspect);
}
