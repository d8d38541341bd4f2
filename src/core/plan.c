#include "core/plan.h"

#include "core/plan_builder.h"

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

/* Members that this version acts on nowhere. */
static void note_unsupported(struct mh_plan_builder *builder)
{
    const struct mh_config *config = builder->input->config;
    for (size_t i = 0; i < mh_config_unsupported_count(config); i++)
        mh_plan_note(builder, &builder->unsupported, mh_config_unsupported(config, i),
                     "This version does not act on it.");
}

static void make_routing(struct mh_plan_builder *builder, struct mh_list **wanted)
{
    mh_plan_routes(builder, wanted);
    mh_plan_note_no_rules(builder);
    mh_plan_rules(builder, *wanted);
    mh_plan_drop_routes(builder, *wanted);
    if (builder->traits->rules != MH_RULES_OF_KERNEL && !builder->traits->has_skips)
        mh_plan_note_no_skips(builder);
    if (builder->traits->no_preferences != NULL)
        mh_plan_note_no_preferences(builder);
}

/* An address that makes room for itself elsewhere takes routes along before all others. */
static void bring_addresses(struct mh_plan_builder *builder)
{
    struct mh_prediction earlier;
    mh_prediction_copy(&builder->now, &earlier);
    mh_plan_bring_addresses(builder);
    if (builder->traits->has_address_once)
        mh_plan_put_others_back(builder, &earlier);
    mh_prediction_clear(&earlier);
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
    mh_plan_note_lacking(builder);
    mh_plan_note_sharing(builder);
    mh_plan_settings(builder);
    mh_plan_filter(builder);
    mh_plan_labels(builder);
    mh_plan_find_skips(builder);
    mh_plan_want_addresses(builder);
    builder->no_rules = mh_plan_why_no_rules(builder);
    if (builder->no_rules == NULL)
        mh_plan_find_covers(builder);
    mh_plan_find_table_links(builder);
    mh_plan_collect(builder);
    bring_addresses(builder);
    make_routing(builder, &wanted);
    mh_plan_table_sources(builder);
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
