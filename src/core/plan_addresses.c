/* Addresses: those that are wanted and missing come first of all, those that are ours and unwanted go last of
 * all, when no route or rule needs them any more: an address that moves is never away, but where the system
 * has an address once only. What an address takes
 * along, and should stay, is put back at once. */
#include "core/plan_builder.h"

#include <string.h>

/* ---- what is wanted -------------------------------------------------------------------------------- */

static bool is_disabled(const struct mh_plan_builder *builder, const struct mh_interface *interface,
                        enum mh_family family)
{
    const struct mh_setting *setting =
        mh_snapshot_setting(builder->input->snapshot, interface->index, family, MH_SETTING_DISABLE_IPV6);
    return family == MH_IPV6 && setting != NULL && setting->value != 0;
}

static bool can_skip(const struct mh_plan_builder *builder)
{
    return builder->traits->has_skips && mh_plan_why_lacking(builder, "addresses.skip_as_source") == NULL;
}

static void want(struct mh_plan_builder *builder, const struct mh_config_address *entry,
                 struct mh_list **wanted)
{
    struct mh_wanted_address item = {.member = mh_plan_member(builder, "addresses", entry->name)};
    const struct mh_interface *interface = mh_plan_interface(builder, entry->interface, item.member);
    if (interface == NULL)
        return;
    if (is_disabled(builder, interface, (enum mh_family)entry->address.family)) {
        mh_plan_note(builder, &builder->pending, item.member, "IPv6 is switched off on %s (disable_ipv6).",
                     interface->name);
        return;
    }
    item.address = (struct mh_interface_address){
        .interface = interface->index,
        .valid_lifetime = MH_LIFETIME_FOREVER,
        .preferred_lifetime = MH_LIFETIME_FOREVER,
        .address = entry->address,
        .prefix_length = entry->prefix_length,
        .flags = entry->skip_as_source && can_skip(builder) ? (uint32_t)MH_ADDRESS_SKIP_AS_SOURCE : 0,
        .scope = mh_address_is_loopback(&entry->address) ? MH_ROUTE_SCOPE_HOST : MH_ROUTE_SCOPE_UNIVERSE,
        .owner = MH_OWNER_MULTIHOMED};
    size_t position = mh_list_count(*wanted);
    mh_place_index_add(&builder->lookup->wanted_by_address, mh_address_number(&item.address.address),
                       position);
    if (item.address.address.family == MH_IPV4)
        mh_place_index_add(&builder->lookup->wanted_by_subnet, mh_subnet_number(&item.address), position);
    mh_plan_push(builder, wanted, &item);
}

/* ---- what is there --------------------------------------------------------------------------------- */

/* Linux holds an IPv6 address once on an interface, whatever its prefix length; an IPv4 address once in a
 * subnet. */
static bool excludes(const void *item, const void *address)
{
    const struct mh_interface_address *is = item, *wanted = address;
    if (is->interface != wanted->interface || !mh_address_equal(&is->address, &wanted->address))
        return false;
    return is->address.family == MH_IPV6 || mh_same_subnet(is, wanted);
}

static const struct mh_interface_address *find(const struct mh_prediction *host,
                                               const struct mh_interface_address *wanted)
{
    return mh_predicted_address_like(host, wanted, excludes);
}

static bool wants(const void *item, const void *address)
{
    const struct mh_wanted_address *wanted = item;
    return mh_interface_address_same(&wanted->address, address);
}

/* NULL when nobody wants it. */
static const struct mh_wanted_address *find_wanted(const struct mh_plan_builder *builder,
                                                   const struct mh_interface_address *address)
{
    const struct mh_wanted_address *items = mh_list_items(builder->wanted_addresses);
    const struct mh_place_question question = {.items = items,
                                               .count = mh_list_count(builder->wanted_addresses),
                                               .size = sizeof *items,
                                               .key = mh_address_number(&address->address),
                                               .wanted = address,
                                               .matches = wants};
    size_t found = mh_place_index_find(&builder->lookup->wanted_by_address, &question);
    return found < question.count ? &items[found] : NULL;
}

/* ---- coming ---------------------------------------------------------------------------------------- */

static void note_ledger(struct mh_plan_builder *builder, const struct mh_interface_address *address)
{
    struct mh_ledger_address entry = {.interface = address->interface,
                                      .address = address->address,
                                      .prefix_length = address->prefix_length};
    const char *name = mh_plan_interface_name(builder, address->interface);
    if (strlen(name) < sizeof entry.interface_name)
        memcpy(entry.interface_name, name, strlen(name));
    uint64_t key = mh_address_number(&address->address);
    struct mh_place_index *known = &builder->lookup->ledger_by_address;
    bool is_new = mh_place_index_count(known, key) == 0;
    mh_place_index_add(known, key, builder->ledger.address_count);
    mh_plan_check(builder, is_new ? mh_ledger_append_address(&builder->ledger, &entry)
                                  : mh_ledger_put_address(&builder->ledger, &entry));
}

static void note_foreign(struct mh_plan_builder *builder, const struct mh_interface_address *is,
                         const struct mh_wanted_address *wanted)
{
    char text[MH_ADDRESS_TEXT_SIZE];
    mh_plan_note(builder, &builder->warnings, wanted->member,
                 "%s/%u is on %s already, and not by this service (%s): it is left as it is.",
                 mh_address_format(&is->address, text), is->prefix_length,
                 mh_plan_interface_name(builder, is->interface), mh_owner_name((enum mh_owner)is->owner));
}

static bool skips(const struct mh_interface_address *address)
{
    return (address->flags & MH_ADDRESS_SKIP_AS_SOURCE) != 0;
}

static void note_foreign_skip(struct mh_plan_builder *builder, const struct mh_interface_address *is,
                              const struct mh_wanted_address *wanted)
{
    const char *member = mh_arena_print(builder->memory, "%s/skip_as_source", wanted->member);
    if (member == NULL)
        builder->error = MH_NO_MEMORY;
    else if (skips(&wanted->address) && !skips(is))
        mh_plan_note(builder, &builder->unsupported, member,
                     "The address is not this service's: what it has is left as it is.");
}

/* What is there already, and ours; where the system can keep single addresses from being a source. */
static void set_skip(struct mh_plan_builder *builder, const struct mh_interface_address *is,
                     const struct mh_wanted_address *wanted)
{
    struct mh_interface_address changed = *is;
    if (!can_skip(builder) || skips(is) == skips(&wanted->address))
        return;
    changed.flags ^= MH_ADDRESS_SKIP_AS_SOURCE;
    mh_plan_emit_address(builder, MH_OP_ADDRESS_FLAGS, &changed, wanted->member);
}

/* Where an address is once on a host: the one on another interface. */
static const struct mh_interface_address *find_elsewhere(const struct mh_plan_builder *builder,
                                                         const struct mh_interface_address *wanted)
{
    if (!builder->traits->has_address_once || mh_address_is_link_local(&wanted->address))
        return NULL;
    return mh_predicted_address(&builder->now, &wanted->address);
}

/* Routes of ours that have it as their source: they could not come back while it is elsewhere. Those that
 * are wanted are made anew. */
static void free_from_routes(struct mh_plan_builder *builder, const struct mh_interface_address *address)
{
    struct mh_prediction earlier;
    size_t count;
    mh_prediction_copy(&builder->now, &earlier);
    const struct mh_route *routes = mh_predicted_routes(&earlier, &count);
    for (size_t i = count; i > 0 && builder->error == MH_OK; i--)
        if (routes[i - 1].owner == MH_OWNER_MULTIHOMED &&
            mh_address_equal(&routes[i - 1].preferred_source, &address->address))
            mh_plan_emit_route(builder, MH_OP_ROUTE_DELETE, &routes[i - 1], "");
    mh_prediction_clear(&earlier);
}

static void bring(struct mh_plan_builder *builder, const struct mh_wanted_address *wanted)
{
    const struct mh_interface_address *is = find(&builder->now, &wanted->address);
    if (is == NULL)
        is = find_elsewhere(builder, &wanted->address);
    if (is != NULL && !mh_plan_owns_address(builder, is)) {
        note_foreign(builder, is, wanted);
        note_foreign_skip(builder, is, wanted);
        return;
    }
    note_ledger(builder, &wanted->address);
    if (is != NULL && mh_interface_address_same(is, &wanted->address)) {
        set_skip(builder, is, wanted);
        return;
    }
    if (is != NULL) {
        const struct mh_interface_address other = *is;
        mh_ledger_drop_address(&builder->ledger, &other);
        if (builder->traits->has_address_once)
            free_from_routes(builder, &other);
        mh_plan_emit_address(builder, MH_OP_ADDRESS_DELETE, &other, wanted->member);
        mh_plan_clean_prefix(builder, &other, wanted->member);
    }
    mh_plan_emit_address(builder, MH_OP_ADDRESS_ADD, &wanted->address, wanted->member);
}

/* ---- going ----------------------------------------------------------------------------------------- */

static bool must_go(const struct mh_plan_builder *builder, const struct mh_interface_address *address)
{
    return find_wanted(builder, address) == NULL && mh_plan_owns_address(builder, address) &&
           mh_plan_why_lacking(builder, "addresses") == NULL;
}

/* Those that went with another one, and should stay, in the order that they had. */
static void put_back(struct mh_plan_builder *builder, const struct mh_prediction *earlier)
{
    size_t count;
    const struct mh_interface_address *items = mh_predicted_addresses(earlier, &count);
    for (size_t i = 0; i < count && builder->error == MH_OK; i++) {
        struct mh_interface_address address = items[i];
        if (must_go(builder, &address) || find(&builder->now, &address) != NULL)
            continue;
        address.flags &= ~(uint32_t)MH_ADDRESS_SECONDARY;
        const struct mh_wanted_address *wanted = find_wanted(builder, &address);
        mh_plan_emit_address(builder, MH_OP_ADDRESS_ADD, &address, wanted == NULL ? "" : wanted->member);
    }
}

static void delete_address(struct mh_plan_builder *builder, const struct mh_interface_address *address)
{
    mh_ledger_drop_address(&builder->ledger, address);
    mh_plan_emit_address(builder, MH_OP_ADDRESS_DELETE, address, "");
    mh_plan_clean_prefix(builder, address, "");
}

static void take_away(struct mh_plan_builder *builder, const struct mh_interface_address *address)
{
    struct mh_prediction earlier;
    if (mh_predicted_goes_alone(&builder->now, address)) {
        delete_address(builder, address);
        return;
    }
    mh_prediction_copy(&builder->now, &earlier);
    delete_address(builder, address);
    put_back(builder, &earlier);
    mh_prediction_clear(&earlier);
}

/* From the last on: secondaries stand behind their primary, and do not go along with it then. */
static void take_unwanted_away(struct mh_plan_builder *builder)
{
    struct mh_prediction earlier;
    size_t count;
    mh_prediction_copy(&builder->now, &earlier);
    const struct mh_interface_address *items = mh_predicted_addresses(&earlier, &count);
    for (size_t i = count; i > 0 && builder->error == MH_OK; i--)
        if (must_go(builder, &items[i - 1]) && find(&builder->now, &items[i - 1]) != NULL)
            take_away(builder, &items[i - 1]);
    mh_prediction_clear(&earlier);
}

/* ---- who is primary -------------------------------------------------------------------------------- */

static bool is_beside(const void *item, const void *address)
{
    const struct mh_wanted_address *wanted = item;
    return mh_same_subnet(&wanted->address, address);
}

/* The first of the document in its subnet. */
static bool leads(const struct mh_plan_builder *builder, size_t position)
{
    const struct mh_wanted_address *items = mh_list_items(builder->wanted_addresses);
    const struct mh_place_question question = {.items = items,
                                               .count = mh_list_count(builder->wanted_addresses),
                                               .size = sizeof *items,
                                               .key = mh_subnet_number(&items[position].address),
                                               .wanted = &items[position].address,
                                               .matches = is_beside};
    return mh_place_index_find(&builder->lookup->wanted_by_subnet, &question) == position;
}

/* All of ours in the subnet go, the last first, and come back in the document's order. */
static void renew_subnet(struct mh_plan_builder *builder, const struct mh_wanted_address *leader)
{
    struct mh_prediction earlier;
    size_t count;
    mh_prediction_copy(&builder->now, &earlier);
    const struct mh_interface_address *items = mh_predicted_addresses(&earlier, &count);
    for (size_t i = count; i > 0 && builder->error == MH_OK; i--)
        if (mh_same_subnet(&items[i - 1], &leader->address) && find_wanted(builder, &items[i - 1]) != NULL &&
            find(&builder->now, &items[i - 1]) != NULL)
            mh_plan_emit_address(builder, MH_OP_ADDRESS_DELETE, &items[i - 1], leader->member);
    const struct mh_wanted_address *order = mh_list_items(builder->wanted_addresses);
    for (size_t i = 0; i < mh_list_count(builder->wanted_addresses); i++)
        if (mh_same_subnet(&order[i].address, &leader->address) &&
            find(&earlier, &order[i].address) != NULL && find(&builder->now, &order[i].address) == NULL)
            mh_plan_emit_address(builder, MH_OP_ADDRESS_ADD, &order[i].address, order[i].member);
    put_back(builder, &earlier);
    mh_prediction_clear(&earlier);
}

/* The primary address of a subnet is the default source (net/ipv4/devinet.c, inet_select_addr): it is the
 * first in the document, whatever was there before. An address of somebody else stays primary. */
static void set_primary(struct mh_plan_builder *builder, size_t position)
{
    const struct mh_wanted_address *items = mh_list_items(builder->wanted_addresses);
    const struct mh_wanted_address *item = &items[position];
    const struct mh_interface_address *primary = mh_predicted_primary(&builder->now, &item->address);
    if (primary == NULL || !leads(builder, position) || mh_interface_address_same(primary, &item->address) ||
        !mh_plan_owns_address(builder, primary) || find(&builder->now, &item->address) == NULL ||
        !mh_plan_owns_address(builder, find(&builder->now, &item->address)))
        return;
    char text[MH_ADDRESS_TEXT_SIZE];
    mh_plan_note(builder, &builder->warnings, item->member,
                 "%s becomes the primary address of its subnet, as it comes first: the others are taken away "
                 "and put back.",
                 mh_address_format(&item->address.address, text));
    renew_subnet(builder, item);
}

/* ---- the two halves -------------------------------------------------------------------------------- */

/* What stays, in the order that the system will have it, but for who is primary. */
static void set_rough_target(struct mh_plan_builder *builder)
{
    size_t count;
    const struct mh_interface_address *items = mh_predicted_addresses(&builder->now, &count);
    for (size_t i = 0; i < count; i++)
        if (!must_go(builder, &items[i]))
            mh_plan_keep_address(builder, &items[i]);
}

/* Carries out what is still to come of addresses, for its effect alone; the caller clears *after. */
static void try_taking(struct mh_plan_builder *builder, struct mh_prediction *after)
{
    struct mh_plan_builder trial = *builder;
    struct mh_list *const kept[] = {mh_list_retain(builder->steps), mh_list_retain(builder->pending),
                                    mh_list_retain(builder->unsupported), mh_list_retain(builder->warnings)};
    mh_prediction_copy(&builder->now, &trial.now);
    mh_plan_check(&trial, mh_ledger_copy(&builder->ledger, &trial.ledger));
    mh_plan_take_addresses(&trial);
    mh_plan_check(builder, trial.error);
    *after = trial.now;
    builder->steps = kept[0];
    builder->pending = kept[1];
    builder->unsupported = kept[2];
    builder->warnings = kept[3];
    mh_list_release(trial.steps);
    mh_list_release(trial.pending);
    mh_list_release(trial.unsupported);
    mh_list_release(trial.warnings);
    mh_ledger_clear(&trial.ledger);
}

/* Preferred sources depend on who will be primary. */
static bool needs_order(const struct mh_config *config)
{
    bool needs = config->source_preference_count > 0;
    for (size_t i = 0; i < config->address_count && !needs; i++)
        needs = config->addresses[i].skip_as_source;
    return needs;
}

static void set_target(struct mh_plan_builder *builder)
{
    struct mh_prediction after;
    size_t count;
    set_rough_target(builder);
    if (builder->error != MH_OK || builder->input->dialect != MH_DIALECT_LINUX ||
        !needs_order(builder->input->config))
        return;
    try_taking(builder, &after);
    while (builder->error == MH_OK && mh_list_count(builder->target) > 0)
        if (!mh_list_remove(&builder->target, mh_list_count(builder->target) - 1))
            builder->error = MH_NO_MEMORY;
    mh_place_index_clear(&builder->lookup->target_by_address);
    const struct mh_interface_address *items = mh_predicted_addresses(&after, &count);
    for (size_t i = 0; i < count; i++)
        mh_plan_keep_address(builder, &items[i]);
    mh_prediction_clear(&after);
}

void mh_plan_want_addresses(struct mh_plan_builder *builder)
{
    const struct mh_config *config = builder->input->config;
    bool can = mh_plan_why_lacking(builder, "addresses") == NULL;
    for (size_t i = 0; i < config->address_count && can; i++)
        want(builder, &config->addresses[i], &builder->wanted_addresses);
}

void mh_plan_bring_addresses(struct mh_plan_builder *builder)
{
    const struct mh_wanted_address *items = mh_list_items(builder->wanted_addresses);
    for (size_t i = 0; i < mh_list_count(builder->wanted_addresses) && builder->error == MH_OK; i++)
        bring(builder, &items[i]);
    set_target(builder);
}

void mh_plan_take_addresses(struct mh_plan_builder *builder)
{
    size_t count = mh_list_count(builder->wanted_addresses);
    take_unwanted_away(builder);
    for (size_t i = 0; i < count && builder->input->dialect == MH_DIALECT_LINUX; i++)
        set_primary(builder, i);
}
