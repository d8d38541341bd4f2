#include "core/arp.h"

#include "core/effective.h"

#include <string.h>

struct assessing {
    const struct mh_snapshot *snapshot;
    const struct mh_interface *interface;
    struct mh_arena *memory;
    enum mh_dialect dialect;
};

static const char *const switches[] = {NULL, "false", "true"};
static const char *const replies[] = {NULL, "any", "interface", "subnet"};
static const char *const announcements[] = {NULL, "any", "subnet", "best"};

/* ---- a setting, and that of all -------------------------------------------------------------------- */

static void put_native(const struct assessing *at, struct mh_aspect *aspect, uint32_t interface,
                       const char *name, enum mh_setting_id id)
{
    const struct mh_setting *setting = mh_snapshot_setting(at->snapshot, interface, MH_IPV4, id);
    if (setting != NULL)
        mh_aspect_number(aspect, at->memory, setting->value, "net.ipv4.conf.%s.%s", name,
                         mh_setting_name(id));
}

/* Both values, and what they come to; false when that is not known. */
static bool read_setting(const struct assessing *at, struct mh_aspect *aspect, enum mh_setting_id id,
                         int32_t *value)
{
    put_native(at, aspect, at->interface->index, at->interface->name, id);
    put_native(at, aspect, MH_SETTING_ALL, "all", id);
    if (at->dialect != MH_DIALECT_LINUX)
        return false;
    if (mh_setting_effective(at->snapshot, at->interface->index, id, value))
        return true;
    mh_aspect_undecide(aspect, at->memory, "net.ipv4.conf.%s.%s is not known", at->interface->name,
                       mh_setting_name(id));
    return false;
}

/* Of a setting that stands against what is desired: which of the two values does. */
static void blame(const struct assessing *at, struct mh_aspect *aspect, enum mh_setting_id id)
{
    const struct mh_setting *own = mh_snapshot_setting(at->snapshot, at->interface->index, MH_IPV4, id);
    const struct mh_setting *all = mh_snapshot_setting(at->snapshot, MH_SETTING_ALL, MH_IPV4, id);
    if (mh_aspect_agrees(aspect) != 0 || own == NULL || all == NULL)
        return;
    if (all->value > own->value)
        mh_aspect_reason(aspect, at->memory, "net.ipv4.conf.all.%s is %d, and the greater value counts",
                         mh_setting_name(id), (int)all->value);
    else
        mh_aspect_reason(aspect, at->memory, "net.ipv4.conf.%s.%s is %d", at->interface->name,
                         mh_setting_name(id), (int)own->value);
}

/* ---- published entries ------------------------------------------------------------------------------ */

static void note_published(const struct assessing *at, struct mh_aspect *proxy, const char *limit)
{
    for (size_t i = 0; i < at->snapshot->neighbor_count; i++) {
        const struct mh_neighbor *neighbor = &at->snapshot->neighbors[i];
        char text[MH_ADDRESS_TEXT_SIZE];
        if (neighbor->proxy && neighbor->address.family == MH_IPV4 &&
            (neighbor->interface == 0 || neighbor->interface == at->interface->index))
            mh_aspect_say(proxy, at->memory, "A proxy entry stands for %s%s.",
                          mh_address_format(&neighbor->address, text), limit);
    }
}

/* ---- other systems --------------------------------------------------------------------------------- */

static void build_in(const struct assessing *at, struct mh_aspect *aspect, const char *effective,
                     const char *evidence)
{
    aspect->effective = effective;
    mh_aspect_say(aspect, at->memory, "%s.", evidence);
    if (mh_aspect_agrees(aspect) == 0)
        mh_aspect_reason(aspect, at->memory, "%s", evidence);
}

/* FreeBSD has one switch, which is of the whole host (in_arpinput in sys/netinet/if_ether.c). */
static void assess_proxy_of_all(const struct assessing *at, struct mh_aspect *proxy)
{
    const struct mh_setting *setting =
        mh_snapshot_setting(at->snapshot, MH_SETTING_ALL, MH_IPV4, MH_SETTING_PROXY_ARP);
    if (setting == NULL) {
        mh_aspect_undecide(proxy, at->memory, "net.link.ether.inet.proxyall is not known");
        return;
    }
    mh_aspect_number(proxy, at->memory, setting->value, "net.link.ether.inet.proxyall");
    proxy->effective = switches[setting->value != 0 ? MH_SWITCH_ON : MH_SWITCH_OFF];
    if (mh_aspect_agrees(proxy) == 0)
        mh_aspect_reason(proxy, at->memory, "net.link.ether.inet.proxyall is %d, for all interfaces",
                         (int)setting->value);
}

/* The BSDs answer for the interface's own addresses (in_arpinput in sys/netinet/if_ether.c), and for entries
 * that are published, arp -s ADDRESS MAC pub. */
static void assess_bsd(const struct assessing *at, struct mh_arp *arp)
{
    build_in(at, &arp->reply, replies[MH_ARP_REPLY_INTERFACE],
             "Built in: only the interface's own addresses are answered for");
    if (at->dialect == MH_DIALECT_FREEBSD)
        assess_proxy_of_all(at, &arp->proxy);
    else
        build_in(at, &arp->proxy, switches[MH_SWITCH_OFF],
                 "This system has no switch for it: it answers for published entries only (arp -s ADDRESS "
                 "MAC pub)");
    note_published(at, &arp->proxy, "");
}

static void assess_elsewhere(const struct assessing *at, struct mh_arp *arp)
{
    if (at->dialect == MH_DIALECT_WINDOWS) {
        mh_aspect_undecide(&arp->reply, at->memory, "this system does not tell");
        mh_aspect_undecide(&arp->proxy, at->memory, "this system does not tell");
    } else {
        assess_bsd(at, arp);
    }
    build_in(at, &arp->announce, announcements[MH_ARP_ANNOUNCE_BEST],
             "Built in: an address of the interface asks");
    build_in(at, &arp->filter, switches[MH_SWITCH_OFF], "This system has no such switch");
}

/* ---- Linux ----------------------------------------------------------------------------------------- */

/* arp_ignore() in net/ipv4/arp.c; what is not listed there answers everything. */
static void assess_reply(const struct assessing *at, struct mh_aspect *reply)
{
    int32_t value;
    if (!read_setting(at, reply, MH_SETTING_ARP_IGNORE, &value))
        return;
    reply->effective = replies[MH_ARP_REPLY_ANY];
    switch (value) {
    case 1:
        reply->effective = replies[MH_ARP_REPLY_INTERFACE];
        break;
    case 2:
        reply->effective = replies[MH_ARP_REPLY_SUBNET];
        break;
    case 3:
        reply->effective = "other";
        mh_aspect_say(
            reply, at->memory,
            "arp_ignore 3: addresses of scope host are not answered for, all others of the host are.");
        break;
    case 8:
        reply->effective = "other";
        mh_aspect_say(reply, at->memory, "arp_ignore 8: nothing is answered for the host's own addresses.");
        break;
    default:
        if (value != 0)
            mh_aspect_say(reply, at->memory, "arp_ignore %d has no meaning, and counts as 0.", (int)value);
    }
    blame(at, reply, MH_SETTING_ARP_IGNORE);
}

/* arp_solicit() in net/ipv4/arp.c: 1 and 2 have a meaning. */
static void assess_announce(const struct assessing *at, struct mh_aspect *announce)
{
    int32_t value;
    if (!read_setting(at, announce, MH_SETTING_ARP_ANNOUNCE, &value))
        return;
    bool has_word = value == 1 || value == 2;
    announce->effective = announcements[has_word ? value + 1 : MH_ARP_ANNOUNCE_ANY];
    if (!has_word && value != 0)
        mh_aspect_say(announce, at->memory, "arp_announce %d has no meaning, and counts as 0.", (int)value);
    blame(at, announce, MH_SETTING_ARP_ANNOUNCE);
}

static void assess_filter(const struct assessing *at, struct mh_aspect *filter)
{
    int32_t value;
    if (!read_setting(at, filter, MH_SETTING_ARP_FILTER, &value))
        return;
    filter->effective = switches[value != 0 ? MH_SWITCH_ON : MH_SWITCH_OFF];
    blame(at, filter, MH_SETTING_ARP_FILTER);
}

/* arp_process() in net/ipv4/arp.c: only an interface that forwards answers for others. */
static void assess_proxy(const struct assessing *at, struct mh_aspect *proxy)
{
    int32_t value, within = 0;
    const struct mh_setting *forwarding =
        mh_snapshot_setting(at->snapshot, at->interface->index, MH_IPV4, MH_SETTING_FORWARDING);
    bool forwards = forwarding != NULL && forwarding->value != 0;
    if (!read_setting(at, proxy, MH_SETTING_PROXY_ARP, &value))
        return;
    put_native(at, proxy, at->interface->index, at->interface->name, MH_SETTING_PROXY_ARP_PVLAN);
    put_native(at, proxy, MH_SETTING_ALL, "all", MH_SETTING_PROXY_ARP_PVLAN);
    put_native(at, proxy, at->interface->index, at->interface->name, MH_SETTING_FORWARDING);
    (void)mh_setting_effective(at->snapshot, at->interface->index, MH_SETTING_PROXY_ARP_PVLAN, &within);
    bool wanted = value != 0 || within != 0;
    proxy->effective = switches[wanted && forwards ? MH_SWITCH_ON : MH_SWITCH_OFF];
    if (within != 0)
        mh_aspect_say(proxy, at->memory, "proxy_arp_pvlan: also for addresses that lie behind %s itself.",
                      at->interface->name);
    if (wanted && !forwards)
        mh_aspect_say(proxy, at->memory, "%s does not forward: proxy ARP does nothing there.",
                      at->interface->name);
    note_published(at, proxy, forwards ? "" : ", which does nothing while the interface does not forward");
    if (wanted && !forwards && mh_aspect_agrees(proxy) == 0)
        mh_aspect_reason(proxy, at->memory, "net.ipv4.conf.%s.forwarding is 0", at->interface->name);
    else
        blame(at, proxy, within != 0 && value == 0 ? MH_SETTING_PROXY_ARP_PVLAN : MH_SETTING_PROXY_ARP);
}

/* ---- all ------------------------------------------------------------------------------------------- */

bool mh_arp_assess(const struct mh_snapshot *snapshot, enum mh_dialect dialect,
                   const struct mh_config *config, const struct mh_interface *interface, enum mh_role role,
                   struct mh_arena *memory, struct mh_arp *arp)
{
    const struct assessing at = {snapshot, interface, memory, dialect};
    const struct mh_intents intents = mh_config_intents(config, interface, role, MH_IPV4);
    memset(arp, 0, sizeof *arp);
    arp->reply.desired = replies[intents.arp_reply];
    arp->announce.desired = announcements[intents.arp_announce];
    arp->filter.desired = switches[intents.arp_filter];
    arp->proxy.desired = switches[intents.arp_proxy];
    if (dialect != MH_DIALECT_LINUX) {
        assess_elsewhere(&at, arp);
    } else {
        assess_reply(&at, &arp->reply);
        assess_announce(&at, &arp->announce);
        assess_filter(&at, &arp->filter);
        assess_proxy(&at, &arp->proxy);
    }
    return !arp->reply.no_memory && !arp->announce.no_memory && !arp->filter.no_memory &&
           !arp->proxy.no_memory;
}
