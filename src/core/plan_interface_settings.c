/* Settings where each interface has switches of its own for the host model and a metric that is added to its
 * routes': Windows' WeakHostSend, WeakHostReceive and Metric (MIB_IPINTERFACE_ROW of netioapi.h), of each
 * family. A metric that is set ends the automatic one, and goes before it when it is given back. */
#include "core/config_roles.h"
#include "core/plan_builder.h"

/* An interface while its settings are chosen. */
struct choosing {
    struct mh_plan_builder *builder;
    const struct mh_interface *interface;
    const struct mh_config_interface *entry; /* NULL: the document does not name it */
    enum mh_family family;
    struct mh_list **wanted;
};

static bool has_setting(const struct choosing *choosing, enum mh_setting_id id)
{
    return mh_snapshot_setting(choosing->builder->input->snapshot, choosing->interface->index,
                               choosing->family, id) != NULL;
}

static void want(const struct choosing *choosing, enum mh_setting_id id, int32_t value, const char *member)
{
    const struct mh_wanted_setting item = {
        {choosing->interface->index, value, (uint8_t)choosing->family, (uint8_t)id}, member};
    mh_plan_push(choosing->builder, choosing->wanted, &item);
}

/* ---- the host model -------------------------------------------------------------------------------- */

/* What is asked of all interfaces is not missed on one without the family. */
static void want_model(const struct choosing *choosing, enum mh_setting_id id, uint8_t intent, uint8_t own,
                       const char *word)
{
    struct mh_plan_builder *builder = choosing->builder;
    const char *member = NULL;
    if (intent == MH_HOST_MODEL_UNSET || (own == MH_HOST_MODEL_UNSET && !has_setting(choosing, id)))
        return;
    if (own != MH_HOST_MODEL_UNSET)
        member = mh_arena_print(builder->memory, "%s/%s/host_model/%s",
                                mh_plan_member(builder, "interfaces", choosing->entry->interface),
                                mh_family_name(choosing->family), word);
    else
        member = mh_arena_print(builder->memory, "/host_model/%s", word);
    if (member == NULL)
        builder->error = MH_NO_MEMORY;
    else
        want(choosing, id, intent == MH_HOST_MODEL_WEAK, member);
}

static void want_models(const struct choosing *choosing)
{
    static const struct mh_intents nothing;
    const struct mh_plan_input *input = choosing->builder->input;
    const struct mh_role_source source = mh_config_roles(input->config);
    enum mh_role role = mh_role_of(input->snapshot, choosing->interface, &source).role;
    const struct mh_intents intents =
        mh_config_intents(input->config, choosing->interface, role, choosing->family);
    const struct mh_intents *own = choosing->entry == NULL       ? &nothing
                                   : choosing->family == MH_IPV4 ? &choosing->entry->ipv4
                                                                 : &choosing->entry->ipv6;
    if (intents.send != MH_HOST_MODEL_UNSET)
        want_model(choosing, MH_SETTING_WEAK_HOST_SEND, intents.send, own->send, "send");
    else if (input->config->source_routing == MH_SWITCH_ON && role == MH_ROLE_EXTERNAL &&
             has_setting(choosing, MH_SETTING_WEAK_HOST_SEND))
        want(choosing, MH_SETTING_WEAK_HOST_SEND, 0, "/source_routing");
    want_model(choosing, MH_SETTING_WEAK_HOST_RECEIVE, intents.receive, own->receive, "receive");
}

/* ---- metrics --------------------------------------------------------------------------------------- */

static void want_metric(const struct choosing *choosing)
{
    if (choosing->entry == NULL || choosing->entry->metric == 0 ||
        !has_setting(choosing, MH_SETTING_INTERFACE_METRIC))
        return;
    const char *interface = mh_plan_member(choosing->builder, "interfaces", choosing->entry->interface);
    const char *member = mh_arena_print(choosing->builder->memory, "%s/metric", interface);
    uint32_t metric = choosing->entry->metric;
    if (member == NULL) {
        choosing->builder->error = MH_NO_MEMORY;
        return;
    }
    if (has_setting(choosing, MH_SETTING_AUTOMATIC_METRIC))
        want(choosing, MH_SETTING_AUTOMATIC_METRIC, 0, member);
    want(choosing, MH_SETTING_INTERFACE_METRIC, metric > INT32_MAX ? INT32_MAX : (int32_t)metric, member);
}

/* Said once: of the whole host, or of the first interface that asks for both. */
static void note_contradiction(struct mh_plan_builder *builder)
{
    const struct mh_config *config = builder->input->config;
    bool is_weak = config->intents.send == MH_HOST_MODEL_WEAK;
    for (size_t i = 0; i < config->interface_count && !is_weak; i++)
        is_weak = config->interfaces[i].ipv4.send == MH_HOST_MODEL_WEAK ||
                  config->interfaces[i].ipv6.send == MH_HOST_MODEL_WEAK;
    if (is_weak && config->source_routing == MH_SWITCH_ON)
        mh_plan_note(builder, &builder->unsupported, "/source_routing",
                     "%s has one switch for both: where \"send\" is \"weak\", sources leave by every "
                     "interface.",
                     builder->traits->name);
}

void mh_plan_want_interface_settings(struct mh_plan_builder *builder, struct mh_list **wanted)
{
    static const enum mh_family families[] = {MH_IPV4, MH_IPV6};
    const struct mh_plan_input *input = builder->input;
    note_contradiction(builder);
    for (size_t i = 0; i < input->snapshot->interface_count; i++)
        for (size_t k = 0; k < 2 && builder->error == MH_OK; k++) {
            const struct mh_interface *interface = &input->snapshot->interfaces[i];
            const struct choosing choosing = {
                builder, interface, mh_config_interface(input->config, interface), families[k], wanted};
            want_models(&choosing);
            want_metric(&choosing);
        }
}
