/* Preferred sources of OpenBSD's main table (table_source.h): what a preference for all destinations of a
 * family is there, of IPv4 and IPv6. The system keeps no mark of who set one: what is ours, and what was
 * there before, is in the ledger. One that somebody else changes or takes away while it is wanted is put
 * right, and so is one that went with its address, once the address is back; one that is not wanted any more,
 * or whose address is not there, gives way to the earlier one, unless somebody else has changed it. */
#include "core/plan_builder.h"

bool mh_plan_is_table_source(const struct mh_plan_builder *builder,
                             const struct mh_config_source_preference *entry)
{
    return builder->traits->has_table_source && entry->to.length == 0;
}

static const struct mh_interface_address *find_set(const struct mh_plan_builder *builder,
                                                   enum mh_family family)
{
    size_t count;
    const struct mh_interface_address *items = mh_predicted_addresses(&builder->now, &count);
    for (size_t i = 0; i < count; i++)
        if ((items[i].flags & MH_ADDRESS_PREFERRED_SOURCE) != 0 && items[i].address.family == (uint8_t)family)
            return &items[i];
    return NULL;
}

/* `source` of no family, or of no address that stays: there shall be none. */
static void set(struct mh_plan_builder *builder, enum mh_family family, const struct mh_address *source,
                const char *member)
{
    struct mh_interface_address changed;
    const struct mh_interface_address *is = find_set(builder, family), *wanted = NULL;
    if (source->family != MH_FAMILY_NONE && mh_plan_host_address(builder, source) != NULL)
        wanted = mh_predicted_address(&builder->now, source);
    if (is == wanted)
        return;
    changed = wanted != NULL ? *wanted : *is;
    changed.flags ^= MH_ADDRESS_PREFERRED_SOURCE;
    mh_plan_emit_address(builder, MH_OP_ADDRESS_FLAGS, &changed, member);
}

static struct mh_address address_of(const struct mh_interface_address *address)
{
    return address != NULL ? address->address : (struct mh_address){0};
}

/* ---- wanted ---------------------------------------------------------------------------------------- */

/* Why it cannot be set, though it is an address of the host; NULL: it can. */
static const char *obstacle(const struct mh_plan_builder *builder, const struct mh_address *source)
{
    const struct mh_interface_address *is = mh_plan_host_address(builder, source);
    const struct mh_interface *interface =
        is != NULL ? mh_snapshot_interface(builder->input->snapshot, is->interface) : NULL;
    if (mh_address_is_link_local(source))
        return "A link-local address is not taken for all destinations.";
    return interface == NULL || interface->domain == 0
               ? NULL
               : "The address is in another routing domain than table 0.";
}

/* NULL: none, or one that cannot be set. The document has one for a destination. */
static const struct mh_config_source_preference *find_wanted(struct mh_plan_builder *builder,
                                                             enum mh_family family)
{
    const struct mh_config *config = builder->input->config;
    for (size_t i = 0; i < config->source_preference_count; i++) {
        const struct mh_config_source_preference *entry = &config->source_preferences[i];
        if (!mh_plan_is_table_source(builder, entry) || entry->to.address.family != (uint8_t)family)
            continue;
        const char *member = mh_plan_member(builder, "source_preferences", entry->name);
        const char *why = obstacle(builder, &entry->source);
        if (why == NULL)
            return mh_plan_has_source(builder, &entry->source, member) ? entry : NULL;
        mh_plan_note(builder, &builder->unsupported, member, "%s", why);
    }
    return NULL;
}

/* What was there before anything of ours. */
static void bring(struct mh_plan_builder *builder, const struct mh_config_source_preference *entry,
                  const struct mh_interface_address *was, struct mh_ledger_source *own)
{
    if (own->value.family == MH_FAMILY_NONE)
        own->earlier = address_of(was);
    own->value = entry->source;
    if (mh_address_equal(&own->earlier, &own->value))
        *own = (struct mh_ledger_source){0};
    set(builder, (enum mh_family)entry->source.family, &entry->source,
        mh_plan_member(builder, "source_preferences", entry->name));
}

/* ---- not wanted any more --------------------------------------------------------------------------- */

static void give_back(struct mh_plan_builder *builder, const struct mh_interface_address *was,
                      struct mh_ledger_source *own)
{
    bool is_ours = was != NULL ? mh_address_equal(&was->address, &own->value)
                               : mh_plan_host_address(builder, &own->value) == NULL;
    if (is_ours)
        set(builder, (enum mh_family)own->value.family, &own->earlier, "");
    *own = (struct mh_ledger_source){0};
}

void mh_plan_table_sources(struct mh_plan_builder *builder)
{
    static const enum mh_family families[2] = {MH_IPV4, MH_IPV6};
    for (size_t i = 0; i < 2 && builder->traits->has_table_source && builder->error == MH_OK; i++) {
        const struct mh_config_source_preference *entry = find_wanted(builder, families[i]);
        const struct mh_interface_address *was = builder->table_sources[i];
        struct mh_ledger_source *own = &builder->ledger.sources[i];
        if (entry != NULL)
            bring(builder, entry, was, own);
        else if (own->value.family != MH_FAMILY_NONE)
            give_back(builder, was, own);
        else if (was != NULL && mh_plan_host_address(builder, &was->address) != NULL)
            set(builder, families[i], &was->address, ""); /* it went while its address was changed */
    }
}
