/* The front of the host model: what is wanted, what cannot be looked at, and the three questions. */
#include "core/host_model.h"

#include "core/config_roles.h"
#include "core/host_model_parts.h"

#include <stdlib.h>
#include <string.h>

struct mh_host_modeller *mh_host_modeller_new(const struct mh_path_host *host, const struct mh_config *config)
{
    static const uint16_t usual[] = {22, 53, 80, 443, 50000};
    struct mh_host_modeller *modeller = calloc(1, sizeof *modeller);
    if (modeller == NULL)
        return NULL;
    modeller->host = host;
    modeller->config = config;
    modeller->memory = mh_arena_new();
    if (modeller->memory == NULL) {
        free(modeller);
        return NULL;
    }
    if (host->filter != NULL)
        modeller->port_count = mh_filter_ports(host->filter, modeller->ports, MH_FILTER_PORTS_MAX);
    for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++)
        if (modeller->port_count < MH_FILTER_PORTS_MAX)
            modeller->ports[modeller->port_count++] = usual[i];
    return modeller;
}

void mh_host_modeller_free(struct mh_host_modeller *modeller)
{
    if (modeller == NULL)
        return;
    mh_arena_free(modeller->memory);
    free(modeller->sieved);
    free(modeller);
}

bool mh_host_model_concerns(const struct mh_snapshot *snapshot, const struct mh_interface *interface)
{
    return interface->kind != MH_KIND_LOOPBACK && !mh_interface_is_port(snapshot, interface);
}

/* ---- what is wanted -------------------------------------------------------------------------------- */

/* Source routing is the host's for its external interfaces, and goes before weak send as strong send does
 * before it. */
static const char *desired_send(const struct mh_config *config, enum mh_role role,
                                const struct mh_intents *intents)
{
    if (intents->send == MH_HOST_MODEL_STRONG)
        return "strong";
    if (config->source_routing == MH_SWITCH_ON && role == MH_ROLE_EXTERNAL)
        return "source-routing";
    return intents->send == MH_HOST_MODEL_WEAK ? "weak" : NULL;
}

static void set_desired(const struct mh_modelling *modelling, struct mh_host_model_report *model)
{
    static const char *const models[] = {NULL, "weak", "strong"};
    static const char *const checks[] = {NULL, "off", "loose", "strict"};
    const struct mh_config *config = modelling->modeller->config;
    enum mh_role role = mh_is_internal(modelling->modeller->host, modelling->interface->index)
                            ? MH_ROLE_INTERNAL
                            : MH_ROLE_EXTERNAL;
    const struct mh_intents intents =
        mh_config_intents(config, modelling->interface, role, modelling->family);
    model->receive.desired = models[intents.receive];
    model->send.desired = desired_send(config, role, &intents);
    model->reverse_path.desired = checks[intents.reverse_path];
}

/* ---- what there is to look at ---------------------------------------------------------------------- */

static bool ipv6_is_off(const struct mh_modelling *modelling)
{
    const struct mh_setting *off = mh_snapshot_setting(modelling->snapshot, modelling->interface->index,
                                                       MH_IPV6, MH_SETTING_DISABLE_IPV6);
    return modelling->family == MH_IPV6 && off != NULL && off->value != 0;
}

/* True when there is nothing to try. */
static bool is_out_of_reach(const struct mh_modelling *modelling, struct mh_host_model_report *model)
{
    struct mh_aspect *const aspects[] = {&model->receive, &model->send, &model->reverse_path};
    bool off = ipv6_is_off(modelling), elsewhere = modelling->interface->domain != 0;
    for (size_t i = 0; i < sizeof aspects / sizeof aspects[0]; i++)
        if (off)
            mh_aspect_nothing(aspects[i], modelling->modeller->memory,
                              "IPv6 is switched off on %s (disable_ipv6)", modelling->interface->name);
        else if (elsewhere)
            mh_aspect_undecide(aspects[i], modelling->modeller->memory,
                               "%s belongs to a VRF or routing domain, whose routes are not looked at",
                               modelling->interface->name);
    return off || elsewhere;
}

static const struct mh_places *places_of(struct mh_host_modeller *modeller, enum mh_family family)
{
    size_t at = family == MH_IPV6;
    if (!modeller->has_places[at])
        mh_places_make(modeller->host, family, &modeller->places[at]);
    modeller->has_places[at] = true;
    return &modeller->places[at];
}

enum mh_error mh_host_model_assess(struct mh_host_modeller *modeller, const struct mh_interface *interface,
                                   enum mh_family family, struct mh_host_model_report *model)
{
    const struct mh_modelling modelling = {modeller, modeller->host->snapshot, interface, family,
                                           places_of(modeller, family)};
    memset(model, 0, sizeof *model);
    set_desired(&modelling, model);
    if (!is_out_of_reach(&modelling, model)) {
        mh_model_receive(&modelling, &model->receive);
        mh_model_send(&modelling, &model->send);
        mh_model_reverse_path(&modelling, &model->reverse_path);
    }
    bool failed = model->receive.no_memory || model->send.no_memory || model->reverse_path.no_memory;
    return failed ? MH_NO_MEMORY : MH_OK;
}
