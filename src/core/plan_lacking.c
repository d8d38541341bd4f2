/* What this host lacks though its system has it (mh_plan_input.capabilities): what is asked of that is noted
 * as unsupported, and no step concerns it. What was made before, by means that are gone, stays as it is. */
#include "core/capability.h"
#include "core/plan_builder.h"

#include <string.h>

const char *mh_plan_why_lacking(const struct mh_plan_builder *builder, const char *intent)
{
    const struct mh_capability *row = builder->traits->may_lack ? builder->input->capabilities : NULL;
    for (; row != NULL && row->intent != NULL; row++)
        if (row->support == MH_NOT_SUPPORTED && strcmp(row->intent, intent) == 0)
            return row->reason;
    return NULL;
}

/* ---- notes ----------------------------------------------------------------------------------------- */

/* `member` may be NULL: there was no memory for it. */
static void note(struct mh_plan_builder *builder, const char *intent, const char *member)
{
    const char *reason = mh_plan_why_lacking(builder, intent);
    if (member == NULL)
        builder->error = MH_NO_MEMORY;
    else if (reason != NULL)
        mh_plan_note(builder, &builder->unsupported, member, "%s", reason);
}

static void note_addresses(struct mh_plan_builder *builder)
{
    const struct mh_config *config = builder->input->config;
    bool has_any = mh_plan_why_lacking(builder, "addresses") == NULL;
    for (size_t i = 0; i < config->address_count; i++) {
        const char *member = mh_plan_member(builder, "addresses", config->addresses[i].name);
        note(builder, "addresses", member);
        if (has_any && config->addresses[i].skip_as_source)
            note(builder, "addresses.skip_as_source",
                 mh_arena_print(builder->memory, "%s/skip_as_source", member));
    }
}

static void note_routes(struct mh_plan_builder *builder)
{
    const struct mh_config *config = builder->input->config;
    for (size_t i = 0; i < config->route_count; i++)
        note(builder, "routes", mh_plan_member(builder, "routes", config->routes[i].name));
    for (size_t i = 0; i < config->uplink_count; i++)
        note(builder, "uplinks", mh_plan_member(builder, "uplinks", config->uplinks[i].name));
}

/* `outer`: "" of the whole host, or "/interfaces/eth0/ipv4". */
static void note_models(struct mh_plan_builder *builder, const struct mh_intents *intents, const char *outer)
{
    if (intents->send != MH_HOST_MODEL_UNSET)
        note(builder, "host_model.send", mh_arena_print(builder->memory, "%s/host_model/send", outer));
    if (intents->receive != MH_HOST_MODEL_UNSET)
        note(builder, "host_model.receive", mh_arena_print(builder->memory, "%s/host_model/receive", outer));
}

static void note_interface(struct mh_plan_builder *builder, const struct mh_config_interface *entry)
{
    const char *member = mh_plan_member(builder, "interfaces", entry->interface);
    const char *ipv4 = mh_arena_print(builder->memory, "%s/ipv4", member);
    const char *ipv6 = mh_arena_print(builder->memory, "%s/ipv6", member);
    if (ipv4 == NULL || ipv6 == NULL) {
        builder->error = MH_NO_MEMORY;
        return;
    }
    if (entry->metric != 0)
        note(builder, "interfaces.metric", mh_arena_print(builder->memory, "%s/metric", member));
    note_models(builder, &entry->ipv4, ipv4);
    note_models(builder, &entry->ipv6, ipv6);
}

void mh_plan_note_lacking(struct mh_plan_builder *builder)
{
    const struct mh_config *config = builder->input->config;
    if (!builder->traits->may_lack || builder->input->capabilities == NULL)
        return;
    note_models(builder, &config->intents, "");
    if (config->source_routing == MH_SWITCH_ON)
        note(builder, "source_routing", "/source_routing");
    for (size_t i = 0; i < config->interface_count; i++)
        note_interface(builder, &config->interfaces[i]);
    note_addresses(builder);
    note_routes(builder);
}
