#include "core/capability.h"

#include "core/role.h"

#include <stdio.h>
#include <string.h>

const char *mh_support_name(enum mh_support support)
{
    switch (support) {
    case MH_SUPPORTED:
        return "supported";
    case MH_HOST_WIDE:
        return "host-wide";
    case MH_BUILT_IN:
        return "built-in";
    case MH_EMULATED:
        return "emulated";
    case MH_NOT_SUPPORTED:
        return "unsupported";
    }
    return "unknown";
}

/* Whose members have names of the user's. */
static bool has_names(const char *intent, size_t length)
{
    static const char *const sections[] = {"interfaces", "addresses", "routes", "uplinks", "rules", "groups"};
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++)
        if (strlen(sections[i]) == length && memcmp(sections[i], intent, length) == 0)
            return true;
    return false;
}

/* Of sections that have members that act and others: the one that stands for them. */
static const char *part_of(const char *intent)
{
    if (strcmp(intent, "addresses") == 0)
        return "/*/address";
    return strcmp(intent, "uplinks") == 0 ? "/*/gateway" : "";
}

const char *mh_capability_pointer(const struct mh_capability *row, char pointer[MH_INTENT_POINTER_SIZE])
{
    size_t length = strcspn(row->intent, ".");
    const char *rest = row->intent[length] == '.' ? row->intent + length + 1 : "";
    bool named = rest[0] != '\0' && has_names(row->intent, length);
    (void)snprintf(pointer, MH_INTENT_POINTER_SIZE, "/%.*s%s%s%s%s", (int)length, row->intent,
                   named ? "/*" : "", rest[0] != '\0' ? "/" : "", rest, part_of(row->intent));
    return pointer;
}

/* ---- of the host ----------------------------------------------------------------------------------- */

/* Settings of which the greater value counts; an interface's intent can be outvoted. */
static bool setting_of(const struct mh_capability *row, enum mh_setting_id *id)
{
    static const struct {
        const char *intent;
        enum mh_setting_id id;
    } settings[] = {{"arp.reply", MH_SETTING_ARP_IGNORE},
                    {"arp.announce", MH_SETTING_ARP_ANNOUNCE},
                    {"arp.filter", MH_SETTING_ARP_FILTER},
                    {"arp.proxy", MH_SETTING_PROXY_ARP},
                    {"reverse_path", MH_SETTING_RP_FILTER}};
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
        if (row->family == MH_IPV4 && strcmp(settings[i].intent, row->intent) == 0) {
            *id = settings[i].id;
            return true;
        }
    return false;
}

const char *mh_capability_anchor_reason(const struct mh_setting *setting)
{
    switch (setting == NULL ? (int32_t)MH_OWN_TABLE_UNREADABLE : setting->value) {
    case MH_OWN_TABLE_USABLE:
        return NULL;
    case MH_OWN_TABLE_NO_PROGRAM:
        return "pfctl is not installed";
    case MH_OWN_TABLE_NOT_PERMITTED:
        return "the service runs without the privilege to use pf";
    case MH_OWN_TABLE_FOREIGN:
        return "the pf anchor multihomed holds rules that this service has not made";
    case MH_OWN_TABLE_OFF:
        return "pf is not enabled (pfctl -e)";
    case MH_OWN_TABLE_NOT_NAMED:
        return "pf.conf does not name the anchor; add: anchor \"multihomed\"";
    default:
        return "pf cannot be read";
    }
}

/* Of rows whose means is emulated: Linux has these in itself. */
static bool needs_anchor(const struct mh_capability *row)
{
    static const char *const intents[] = {"rules", "host_model.send", "source_routing"};
    for (size_t i = 0; row->support == MH_EMULATED && i < sizeof intents / sizeof intents[0]; i++)
        if (strcmp(intents[i], row->intent) == 0)
            return true;
    return false;
}

static bool is_set(const struct mh_snapshot *snapshot, enum mh_family family, enum mh_setting_id id)
{
    const struct mh_setting *setting = mh_snapshot_setting(snapshot, MH_SETTING_ALL, family, id);
    return setting != NULL && setting->value != 0;
}

/* The BSDs' check of the interface that a packet comes in by, for which they have one switch, or none. */
static const char *why_not_strong(const struct mh_capability *row, const struct mh_snapshot *snapshot)
{
    bool has_switch =
        mh_snapshot_setting(snapshot, MH_SETTING_ALL, MH_IPV4, MH_SETTING_STRONG_END_SYSTEM) != NULL ||
        mh_snapshot_setting(snapshot, MH_SETTING_ALL, MH_IPV4, MH_SETTING_CHECK_INTERFACE) != NULL;
    if (row->support == MH_HOST_WIDE && !has_switch)
        return "this kernel has no switch for it";
    if (is_set(snapshot, row->family, MH_SETTING_FORWARDING))
        return "this host forwards, and then the kernel does not look at the interface";
    return NULL;
}

/* NULL: nothing stands against it. */
static const char *obstacle_to(const struct mh_capability *row, const struct mh_snapshot *snapshot)
{
    if (needs_anchor(row))
        return mh_capability_anchor_reason(
            mh_snapshot_setting(snapshot, MH_SETTING_ALL, MH_IPV4, MH_SETTING_OWN_TABLE));
    bool has_check = row->support == MH_HOST_WIDE || row->support == MH_BUILT_IN;
    return has_check && strcmp(row->intent, "host_model.receive") == 0 ? why_not_strong(row, snapshot) : NULL;
}

/* Without its full stop. */
static int length_of(const char *sentence)
{
    size_t length = strlen(sentence);
    return (int)(length > 0 && sentence[length - 1] == '.' ? length - 1 : length);
}

void mh_capability_of_host(const struct mh_capability *row, bool acts, const struct mh_snapshot *snapshot,
                           struct mh_capability_here *here)
{
    enum mh_setting_id id = MH_SETTING_COUNT;
    const struct mh_setting *all =
        setting_of(row, &id) ? mh_snapshot_setting(snapshot, MH_SETTING_ALL, MH_IPV4, id) : NULL;
    const char *obstacle = obstacle_to(row, snapshot);
    here->support = row->support;
    (void)snprintf(here->reason, sizeof here->reason, "%s", row->reason);
    if (row->support != MH_NOT_SUPPORTED && !acts) {
        here->support = MH_NOT_SUPPORTED;
        (void)snprintf(here->reason, sizeof here->reason, "This system can, this version does not do it: %s",
                       row->reason);
    } else if (obstacle != NULL) {
        here->support = MH_NOT_SUPPORTED;
        (void)snprintf(here->reason, sizeof here->reason, "%.*s: %s.", length_of(row->reason), row->reason,
                       obstacle);
    } else if (row->support == MH_SUPPORTED && all != NULL && all->value > 0) {
        here->support = MH_HOST_WIDE;
        (void)snprintf(here->reason, sizeof here->reason,
                       "net.ipv4.conf.all.%s is %d, which outvotes lesser values of an interface: only with "
                       "\"host_wide\": true it is changed.",
                       mh_setting_name(id), (int)all->value);
    }
}

/* ---- of an interface ------------------------------------------------------------------------------- */

static bool is_of_interfaces(const struct mh_capability *row)
{
    static const char *const starts[] = {"arp.", "reverse_path", "host_model.", "source_routing",
                                         "interfaces."};
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++)
        if (strncmp(row->intent, starts[i], strlen(starts[i])) == 0)
            return true;
    return false;
}

static bool ipv6_is_off(const struct mh_snapshot *snapshot, const struct mh_interface *interface)
{
    const struct mh_setting *off =
        mh_snapshot_setting(snapshot, interface->index, MH_IPV6, MH_SETTING_DISABLE_IPV6);
    return off != NULL && off->value != 0;
}

bool mh_capability_of_interface(const struct mh_capability *row, const struct mh_snapshot *snapshot,
                                const struct mh_interface *interface, enum mh_family family,
                                struct mh_capability_here *here)
{
    const char *name = interface->name;
    int written = 0;
    if (!is_of_interfaces(row) || row->support == MH_NOT_SUPPORTED ||
        (row->family != MH_FAMILY_NONE && row->family != family))
        return false;
    if (interface->kind == MH_KIND_LOOPBACK)
        written = snprintf(here->reason, sizeof here->reason,
                           "What comes by %s this host has sent itself: there is no choice.", name);
    else if (mh_interface_is_port(snapshot, interface))
        written = snprintf(here->reason, sizeof here->reason, "%s is a port of %s, which speaks for it.",
                           name, mh_snapshot_interface_name(snapshot, interface->master));
    else if (strncmp(row->intent, "arp.", 4) == 0 &&
             (interface->hardware_address_length == 0 || interface->point_to_point))
        written = snprintf(here->reason, sizeof here->reason, "%s has no ARP.", name);
    else if (family == MH_IPV6 && ipv6_is_off(snapshot, interface))
        written =
            snprintf(here->reason, sizeof here->reason, "IPv6 is switched off on %s (disable_ipv6).", name);
    here->support = MH_NOT_SUPPORTED;
    return written > 0;
}
