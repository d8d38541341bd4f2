#include "core/effective.h"

enum combination { ALONE, GREATER, EITHER };

static enum combination combination_of(enum mh_setting_id id)
{
    switch (id) {
    case MH_SETTING_ARP_IGNORE:
    case MH_SETTING_ARP_ANNOUNCE:
    case MH_SETTING_ARP_NOTIFY:
    case MH_SETTING_ARP_ACCEPT:
    case MH_SETTING_RP_FILTER:
        return GREATER;
    case MH_SETTING_ARP_FILTER:
    case MH_SETTING_PROXY_ARP:
    case MH_SETTING_PROXY_ARP_PVLAN: /* since Linux 5.11; before, the interface's alone */
    case MH_SETTING_ACCEPT_LOCAL:
    case MH_SETTING_ROUTE_LOCALNET:
    case MH_SETTING_PROMOTE_SECONDARIES:
    case MH_SETTING_SRC_VALID_MARK:
        return EITHER;
    default:
        return ALONE;
    }
}

bool mh_setting_combines(enum mh_setting_id id)
{
    return combination_of(id) != ALONE;
}

bool mh_setting_effective(const struct mh_snapshot *snapshot, uint32_t interface, enum mh_setting_id id,
                          int32_t *value)
{
    enum combination combination = combination_of(id);
    const struct mh_setting *own = mh_snapshot_setting(snapshot, interface, MH_IPV4, id);
    const struct mh_setting *all = mh_snapshot_setting(snapshot, MH_SETTING_ALL, MH_IPV4, id);
    if (combination == ALONE || own == NULL || all == NULL)
        return false;
    if (combination == GREATER)
        *value = own->value > all->value ? own->value : all->value;
    else
        *value = own->value != 0 || all->value != 0;
    return true;
}
