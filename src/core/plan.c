#include "core/plan.h"

#include "core/plan_builder.h"

#include <stdio.h>
#include <stdlib.h>

/* What a plan points into. */
struct held {
    struct mh_arena *memory;
    struct mh_list *steps, *pending, *unsupported, *warnings;
};

void mh_plan_free(struct mh_plan *plan)
{
    if (plan == NULL)
        return;
    struct held *held = plan->memory;
    mh_list_release(held->steps);
    mh_list_release(held->pending);
    mh_list_release(held->unsupported);
    mh_list_release(held->warnings);
    mh_arena_free(held->memory);
    mh_ledger_clear(&plan->ledger);
    mh_snapshot_clear(&plan->after);
    free(held);
    free(plan);
}

/* ---- making ---------------------------------------------------------------------------------------- */

/* Members that this version does not act on. */
static void note_unsupported(struct mh_plan_builder *builder)
{
    const struct mh_config *config = builder->input->config;
    for (size_t i = 0; i < mh_config_unsupported_count(config); i++)
        mh_plan_note(builder, &builder->unsupported, mh_config_unsupported(config, i),
                     "This version does not act on it.");
}

static void note_skips(struct mh_plan_builder *builder, const char *text)
{
    const struct mh_config *config = builder->input->config;
    for (size_t i = 0; i < config->address_count; i++) {
        char member[MH_CONFIG_POINTER_SIZE + 16];
        (void)snprintf(member, sizeof member, "%s/skip_as_source",
                       mh_plan_member(builder, "addresses", config->addresses[i].name));
        if (config->addresses[i].skip_as_source)
            mh_plan_note(builder, &builder->unsupported, member, "%s", text);
    }
}

/* What other systems mark as ours is found by means that this version has for Linux only. */
static void note_elsewhere(struct mh_plan_builder *builder)
{
    static const char text[] = "This version does it on Linux only.";
    const struct mh_config *config = builder->input->config;
    struct mh_list **notes = &builder->unsupported;
    for (size_t i = 0; i < config->route_count; i++)
        mh_plan_note(builder, notes, mh_plan_member(builder, "routes", config->routes[i].name), text);
    for (size_t i = 0; i < config->uplink_count; i++)
        mh_plan_note(builder, notes, mh_plan_member(builder, "uplinks", config->uplinks[i].name), text);
    for (size_t i = 0; i < config->rule_count; i++)
        mh_plan_note(builder, notes, mh_plan_member(builder, "rules", config->rules[i].name), text);
    for (size_t i = 0; i < config->label_count; i++)
        mh_plan_note(builder, notes, mh_plan_label_member(builder, &config->labels[i]), text);
    if (config->intents.arp_reply + config->intents.arp_announce + config->intents.arp_filter +
            config->intents.arp_proxy >
        0)
        mh_plan_note(builder, notes, "/arp", text);
    if (config->intents.receive != MH_HOST_MODEL_UNSET)
        mh_plan_note(builder, notes, "/host_model/receive", text);
    if (config->intents.reverse_path != MH_REVERSE_PATH_UNSET)
        mh_plan_note(builder, notes, "/reverse_path", text);
    if (config->intents.send != MH_HOST_MODEL_UNSET)
        mh_plan_note(builder, notes, "/host_model/send", text);
    if (config->source_routing != MH_SWITCH_UNSET)
        mh_plan_note(builder, notes, "/source_routing", text);
    if (config->source_preference_count > 0)
        mh_plan_note(builder, notes, "/source_preferences", text);
    note_skips(builder, text);
}

static void make_routing(struct mh_plan_builder *builder, struct mh_list **wanted)
{
    mh_plan_routes(builder, wanted);
    mh_plan_rules(builder, *wanted);
    mh_plan_drop_routes(builder, *wanted);
}

static void make(struct mh_plan_builder *builder)
{
    struct mh_prediction earlier;
    struct mh_list *wanted = mh_list_new(sizeof(struct mh_wanted_route));
    if (wanted == NULL) {
        builder->error = MH_NO_MEMORY;
        return;
    }
    note_unsupported(builder);
    mh_plan_note_sharing(builder);
    mh_plan_settings(builder);
    mh_plan_filter(builder);
    if (builder->input->dialect == MH_DIALECT_LINUX)
        mh_plan_labels(builder);
    mh_plan_find_skips(builder);
    mh_plan_want_addresses(builder);
    if (builder->input->dialect == MH_DIALECT_LINUX)
        mh_plan_find_covers(builder);
    mh_plan_find_table_links(builder);
    mh_plan_collect(builder);
    mh_plan_bring_addresses(builder);
    if (builder->input->dialect == MH_DIALECT_LINUX)
        make_routing(builder, &wanted);
    else
        note_elsewhere(builder);
    mh_prediction_copy(&builder->now, &earlier);
    mh_plan_take_addresses(builder);
    mh_plan_put_routes_back(builder, &earlier);
    mh_plan_put_proxies_back(builder, &earlier);
    mh_prediction_clear(&earlier);
    mh_list_release(wanted);
}

/* The lists go over to the plan. */
static struct mh_plan *finish(struct mh_plan_builder *builder)
{
    struct mh_plan *plan = calloc(1, sizeof *plan);
    struct held *held = calloc(1, sizeof *held);
    if (plan == NULL || held == NULL) {
        free(plan);
        free(held);
        return NULL;
    }
    *held = (struct held){builder->memory, mh_list_retain(builder->steps), mh_list_retain(builder->pending),
                          mh_list_retain(builder->unsupported), mh_list_retain(builder->warnings)};
    *plan = (struct mh_plan){
        .steps = mh_list_items(held->steps),
        .step_count = mh_list_count(held->steps),
        .pending = mh_list_items(held->pending),
        .pending_count = mh_list_count(held->pending),
        .unsupported = mh_list_items(held->unsupported),
        .unsupported_count = mh_list_count(held->unsupported),
        .warnings = mh_list_items(held->warnings),
        .warning_count = mh_list_count(held->warnings),
        .ledger = builder->ledger,
        .memory = held,
    };
    builder->ledger = (struct mh_ledger){0};
    mh_prediction_snapshot(&builder->now, &plan->after);
    return plan;
}

enum mh_error mh_plan_make(const struct mh_plan_input *input, struct mh_plan **plan)
{
    struct mh_plan_builder builder;
    struct mh_arena *memory = mh_arena_new();
    *plan = NULL;
    if (memory == NULL)
        return MH_NO_MEMORY;
    if (mh_plan_builder_init(&builder, input, memory) == MH_OK)
        make(&builder);
    if (builder.error == MH_OK)
        *plan = finish(&builder);
    enum mh_error error = builder.error != MH_OK ? builder.error : *plan == NULL ? MH_NO_MEMORY : MH_OK;
    mh_plan_builder_clear(&builder);
    if (*plan == NULL)
        mh_arena_free(memory);
    return error;
}
