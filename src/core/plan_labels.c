/* Address labels (RFC 6724 section 2.1): the rows that the document names, in the table of all interfaces.
 * The system keeps no mark of who made one: what is ours, and what was there before, is in the ledger. A row
 * that somebody else changes or removes while it is wanted is put right; one that is not wanted any more
 * goes, or gets its earlier label back, unless somebody else has changed it. */
#include "core/plan_builder.h"

#include <stdlib.h>

const char *mh_plan_label_member(struct mh_plan_builder *builder, const struct mh_config_label *entry)
{
    char pointer[MH_CONFIG_POINTER_SIZE];
    const char *member = mh_arena_print(builder->memory, "/address_policy%s",
                                        mh_config_pointer("labels", entry->name, pointer));
    if (member == NULL)
        builder->error = MH_NO_MEMORY;
    return member == NULL ? "" : member;
}

static const struct mh_address_label *current(const struct mh_plan_builder *builder,
                                              const struct mh_prefix *prefix)
{
    const struct mh_address_label row = {.prefix = *prefix};
    size_t position;
    return mh_predicted_label(&builder->now, &row, &position);
}

static void add(struct mh_plan_builder *builder, const struct mh_prefix *prefix, uint32_t label,
                uint32_t precedence, const char *member)
{
    const struct mh_op op = {.kind = MH_OP_LABEL_ADD,
                             .of.label = {.prefix = *prefix, .label = label, .precedence = precedence}};
    mh_plan_emit(builder, &op, member);
}

static void take_away(struct mh_plan_builder *builder, const struct mh_address_label *row, const char *member)
{
    const struct mh_op op = {
        .kind = MH_OP_LABEL_DELETE,
        .of.label = {.prefix = row->prefix, .label = row->label, .precedence = row->precedence}};
    mh_plan_emit(builder, &op, member);
}

/* ---- wanted ---------------------------------------------------------------------------------------- */

/* What was there before anything of ours. */
static void keep_earlier(struct mh_plan_builder *builder, const struct mh_config_label *entry,
                         const struct mh_address_label *is)
{
    const struct mh_ledger_label *known = mh_ledger_label_of(&builder->ledger, &entry->prefix);
    struct mh_ledger_label own = {.prefix = entry->prefix,
                                  .had_earlier = is != NULL,
                                  .earlier = is != NULL ? is->label : 0,
                                  .precedence = is != NULL ? is->precedence : 0};
    if (known != NULL)
        own = *known;
    own.label = entry->label;
    if (own.had_earlier && own.earlier == own.label)
        mh_ledger_drop_label(&builder->ledger, &own.prefix);
    else
        mh_plan_check(builder, mh_ledger_put_label(&builder->ledger, &own));
}

/* Linux refuses parts of ::ffff:0:0/96 (ip6addrlbl_alloc). */
static bool is_refused(const struct mh_plan_builder *builder, const struct mh_prefix *prefix)
{
    const uint8_t *bytes = prefix->address.bytes;
    bool is_mapped = builder->traits->has_mapped_label && bytes[10] == 0xff && bytes[11] == 0xff;
    for (size_t i = 0; i < 10 && is_mapped; i++)
        is_mapped = bytes[i] == 0;
    return is_mapped && prefix->length > 96;
}

static bool is_possible(struct mh_plan_builder *builder, const struct mh_config_label *entry,
                        const char *member)
{
    const struct mh_snapshot *snapshot = builder->input->snapshot;
    if (!builder->traits->has_labels)
        mh_plan_note(builder, &builder->unsupported, member, "%s has no table of address labels.",
                     builder->traits->name);
    else if (is_refused(builder, &entry->prefix))
        mh_plan_note(builder, &builder->unsupported, member, "Linux has one label for all of ::ffff:0:0/96.");
    else if (snapshot->label_count == 0 && builder->traits->may_hide_labels)
        mh_plan_note(builder, &builder->unsupported, member,
                     "The policy table of this host is not known: GET /v1/capabilities says why.");
    else if (snapshot->label_count == 0 &&
             mh_snapshot_setting(snapshot, MH_SETTING_ALL, MH_IPV6, MH_SETTING_FORWARDING) == NULL)
        mh_plan_note(builder, &builder->pending, member, "This host has no IPv6.");
    else
        return true;
    return false;
}

static void bring(struct mh_plan_builder *builder, const struct mh_config_label *entry)
{
    const char *member = mh_plan_label_member(builder, entry);
    const struct mh_address_label *is = current(builder, &entry->prefix);
    bool is_right = is != NULL && is->label == entry->label;
    if (!is_possible(builder, entry, member))
        return;
    if (!is_right || mh_ledger_label_of(&builder->ledger, &entry->prefix) != NULL)
        keep_earlier(builder, entry, is);
    if (is_right)
        return;
    const struct mh_ledger_label *known = mh_ledger_label_of(&builder->ledger, &entry->prefix);
    uint32_t precedence = is != NULL ? is->precedence : known != NULL ? known->precedence : 0;
    if (is != NULL)
        take_away(builder, is, member);
    add(builder, &entry->prefix, entry->label, precedence, member);
}

/* ---- not wanted any more --------------------------------------------------------------------------- */

static int compare_entries(const void *a, const void *b)
{
    const struct mh_config_label *const *left = a, *const *right = b;
    return mh_prefix_compare(&(*left)->prefix, &(*right)->prefix);
}

/* The document's, by prefix; NULL when out of memory. */
static const struct mh_config_label **sort_entries(struct mh_plan_builder *builder)
{
    const struct mh_config *config = builder->input->config;
    const struct mh_config_label **sorted =
        mh_arena_take(builder->memory, config->label_count * sizeof(const struct mh_config_label *));
    if (sorted == NULL) {
        builder->error = MH_NO_MEMORY;
        return NULL;
    }
    for (size_t i = 0; i < config->label_count; i++)
        sorted[i] = &config->labels[i];
    if (config->label_count > 0)
        qsort(sorted, config->label_count, sizeof(const struct mh_config_label *), compare_entries);
    return sorted;
}

static void give_back(struct mh_plan_builder *builder, const struct mh_ledger_label *entry)
{
    const struct mh_address_label *is = current(builder, &entry->prefix);
    if (is != NULL && is->label == entry->label) {
        take_away(builder, is, "");
        if (entry->had_earlier)
            add(builder, &entry->prefix, entry->earlier, entry->precedence, "");
    }
    mh_ledger_drop_label(&builder->ledger, &entry->prefix);
}

static void give_unwanted_back(struct mh_plan_builder *builder)
{
    size_t count = builder->input->config->label_count;
    const struct mh_config_label **wanted = sort_entries(builder);
    for (size_t i = builder->ledger.label_count; i > 0 && builder->error == MH_OK; i--) {
        const struct mh_ledger_label entry = builder->ledger.labels[i - 1];
        const struct mh_config_label key = {.prefix = entry.prefix}, *sought = &key;
        if (count == 0 || bsearch(&sought, wanted, count, sizeof sought, compare_entries) == NULL)
            give_back(builder, &entry);
    }
}

void mh_plan_labels(struct mh_plan_builder *builder)
{
    const struct mh_config *config = builder->input->config;
    if (builder->ledger.label_count > 0)
        give_unwanted_back(builder);
    for (size_t i = 0; i < config->label_count && builder->error == MH_OK; i++)
        bring(builder, &config->labels[i]);
}
