/* What the system cannot do at all, or not as it is: said of each member that asks for it. */
#include "core/capability.h"
#include "core/plan_builder.h"

#include <stdio.h>

/* ---- rules ----------------------------------------------------------------------------------------- */

/* The state of the filter that holds rules where the kernel has none. */
static const char *why_no_pf(const struct mh_plan_builder *builder)
{
    const struct mh_setting *state =
        mh_snapshot_setting(builder->input->snapshot, MH_SETTING_ALL, MH_IPV4, MH_SETTING_OWN_TABLE);
    const char *reason = mh_capability_anchor_reason(state);
    if (reason == NULL)
        return NULL;
    const char *text = mh_arena_print(builder->memory, "pf holds these rules: %s.", reason);
    return text == NULL ? "pf holds these rules, and cannot be used here." : text;
}

const char *mh_plan_why_no_rules(const struct mh_plan_builder *builder)
{
    switch (builder->traits->rules) {
    case MH_RULES_OF_KERNEL:
        return NULL;
    case MH_RULES_OF_PF:
        return why_no_pf(builder);
    default:
        return builder->traits->no_rules;
    }
}

static void note_strong_send(struct mh_plan_builder *builder, const struct mh_config_interface *entry,
                             enum mh_family family)
{
    uint8_t send = family == MH_IPV4 ? entry->ipv4.send : entry->ipv6.send;
    const char *member = mh_plan_member(builder, "interfaces", entry->interface);
    const char *pointer =
        mh_arena_print(builder->memory, "%s/%s/host_model/send", member, mh_family_name(family));
    if (pointer == NULL)
        builder->error = MH_NO_MEMORY;
    else if (send == MH_HOST_MODEL_STRONG)
        mh_plan_note(builder, &builder->unsupported, pointer, "%s", builder->no_rules);
}

void mh_plan_note_no_rules(struct mh_plan_builder *builder)
{
    const struct mh_config *config = builder->input->config;
    struct mh_list **notes = &builder->unsupported;
    if (builder->no_rules == NULL)
        return;
    for (size_t i = 0; i < config->rule_count; i++)
        mh_plan_note(builder, notes, mh_plan_member(builder, "rules", config->rules[i].name), "%s",
                     builder->no_rules);
    if (builder->traits->has_weak_host)
        return; /* what is bound to an interface needs none */
    if (config->source_routing == MH_SWITCH_ON)
        mh_plan_note(builder, notes, "/source_routing", "%s", builder->no_rules);
    if (config->intents.send == MH_HOST_MODEL_STRONG)
        mh_plan_note(builder, notes, "/host_model/send", "%s", builder->no_rules);
    for (size_t i = 0; i < config->interface_count; i++) {
        note_strong_send(builder, &config->interfaces[i], MH_IPV4);
        note_strong_send(builder, &config->interfaces[i], MH_IPV6);
    }
}

/* ---- preferred sources ----------------------------------------------------------------------------- */

void mh_plan_note_no_skips(struct mh_plan_builder *builder)
{
    const struct mh_config *config = builder->input->config;
    struct mh_list **notes = &builder->unsupported;
    for (size_t i = 0; i < config->address_count; i++) {
        char member[MH_CONFIG_POINTER_SIZE + 16];
        (void)snprintf(member, sizeof member, "%s/skip_as_source",
                       mh_plan_member(builder, "addresses", config->addresses[i].name));
        if (config->addresses[i].skip_as_source)
            mh_plan_note(builder, notes, member, "%s has no preference of single addresses.",
                         builder->traits->name);
    }
}

void mh_plan_note_no_preferences(struct mh_plan_builder *builder)
{
    const struct mh_config *config = builder->input->config;
    for (size_t i = 0; i < config->source_preference_count; i++)
        mh_plan_note(builder, &builder->unsupported,
                     mh_plan_member(builder, "source_preferences", config->source_preferences[i].name), "%s",
                     builder->traits->no_preferences);
}
