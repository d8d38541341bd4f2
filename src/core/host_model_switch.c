/* Receive on systems other than Linux: their own switches, what makes these idle, and what they let by. That
 * a packet is dropped is found out by sending one (path_arrival.c); here is why. */
#include "core/host_model_parts.h"

#include <string.h>

static const struct mh_setting *of_host(const struct mh_modelling *modelling, enum mh_setting_id id)
{
    return mh_snapshot_setting(modelling->snapshot, MH_SETTING_ALL, modelling->family, id);
}

static bool is_set(const struct mh_modelling *modelling, enum mh_setting_id id)
{
    const struct mh_setting *setting = of_host(modelling, id);
    return setting != NULL && setting->value != 0;
}

static bool is_bsd(enum mh_dialect dialect)
{
    return dialect == MH_DIALECT_FREEBSD || dialect == MH_DIALECT_NETBSD || dialect == MH_DIALECT_OPENBSD;
}

/* ---- values ----------------------------------------------------------------------------------------- */

/* NetBSD writes its switch in one word. */
static const char *native_name(const struct mh_modelling *modelling, enum mh_setting_id id)
{
    bool one_word =
        id == MH_SETTING_CHECK_INTERFACE && modelling->modeller->host->dialect == MH_DIALECT_NETBSD;
    return one_word ? "checkinterface" : mh_setting_name(id);
}

static void put_bsd_switches(const struct mh_modelling *modelling, struct mh_aspect *aspect)
{
    static const enum mh_setting_id ids[] = {MH_SETTING_STRONG_END_SYSTEM, MH_SETTING_CHECK_INTERFACE,
                                             MH_SETTING_FORWARDING};
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        const struct mh_setting *setting = of_host(modelling, ids[i]);
        if (setting != NULL)
            mh_aspect_number(aspect, modelling->modeller->memory, setting->value, "net.%s.%s",
                             modelling->family == MH_IPV6 ? "inet6.ip6" : "inet.ip",
                             native_name(modelling, ids[i]));
    }
}

void mh_model_receive_switches(const struct mh_modelling *modelling, struct mh_aspect *aspect)
{
    const struct mh_setting *weak = mh_snapshot_setting(modelling->snapshot, modelling->interface->index,
                                                        modelling->family, MH_SETTING_WEAK_HOST_RECEIVE);
    if (weak != NULL)
        mh_aspect_number(aspect, modelling->modeller->memory, weak->value, "%s of %s",
                         mh_setting_name(MH_SETTING_WEAK_HOST_RECEIVE), modelling->interface->name);
    if (is_bsd(modelling->modeller->host->dialect))
        put_bsd_switches(modelling, aspect);
}

/* ---- why not ---------------------------------------------------------------------------------------- */

const char *mh_model_receive_obstacle(const struct mh_modelling *modelling)
{
    enum mh_dialect dialect = modelling->modeller->host->dialect;
    if (!is_bsd(dialect))
        return NULL;
    if (dialect != MH_DIALECT_OPENBSD && modelling->family == MH_IPV6)
        return "this system does not look at the interface that an IPv6 packet comes in by";
    if (is_set(modelling, MH_SETTING_FORWARDING))
        return "this host forwards, and then the system does not look at the interface";
    return NULL;
}

/* ---- what is let by --------------------------------------------------------------------------------- */

/* FreeBSD's ip_input() makes no check on an interface that runs CARP, which is not told with the interface.
 * OpenBSD's in_ouraddr() takes what belongs to a connection that pf knows. */
void mh_model_receive_limits(const struct mh_modelling *modelling, struct mh_aspect *aspect)
{
    const struct mh_setting *pf =
        mh_snapshot_setting(modelling->snapshot, MH_SETTING_ALL, MH_IPV4, MH_SETTING_OWN_TABLE);
    enum mh_dialect dialect = modelling->modeller->host->dialect;
    if (aspect->effective == NULL || strcmp(aspect->effective, "strong") != 0)
        return;
    if (dialect == MH_DIALECT_FREEBSD)
        mh_aspect_say(aspect, modelling->modeller->memory,
                      "If %s runs CARP, the system makes no such check there.", modelling->interface->name);
    if (dialect == MH_DIALECT_OPENBSD && (pf == NULL || pf->value != MH_OWN_TABLE_OFF))
        mh_aspect_say(aspect, modelling->modeller->memory,
                      "Later packets of a connection that pf keeps a state of are taken by any interface.");
}
