#include "core/plan_builder.h"

#include "core/route_keep.h"
#include "core/scenario_subnet.h"
#include "core/table_source.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { NOTE_SIZE = 512 };

/* ---- life ------------------------------------------------------------------------------------------ */

enum mh_error mh_plan_builder_init(struct mh_plan_builder *builder, const struct mh_plan_input *input,
                                   struct mh_arena *memory)
{
    *builder = (struct mh_plan_builder){
        .input = input, .traits = mh_dialect_traits(input->dialect), .memory = memory};
    builder->steps = mh_list_new(sizeof(struct mh_plan_step));
    builder->pending = mh_list_new(sizeof(struct mh_plan_note));
    builder->unsupported = mh_list_new(sizeof(struct mh_plan_note));
    builder->warnings = mh_list_new(sizeof(struct mh_plan_note));
    builder->internal = mh_list_new(sizeof(struct mh_route));
    builder->internal_links = mh_list_new(sizeof(uint32_t));
    builder->covers = mh_list_new(sizeof(struct mh_plan_cover));
    builder->table_links = mh_list_new(sizeof(struct mh_plan_table_link));
    builder->behind = mh_list_new(sizeof(struct mh_route));
    builder->mains = mh_list_new(sizeof(struct mh_route));
    builder->wanted_addresses = mh_list_new(sizeof(struct mh_wanted_address));
    builder->target = mh_list_new(sizeof(struct mh_interface_address));
    builder->lookup = mh_arena_take(memory, sizeof *builder->lookup);
    mh_plan_check(builder, mh_prediction_init(&builder->now, input->snapshot, input->dialect, memory));
    mh_plan_check(builder, mh_ledger_copy(input->ledger, &builder->ledger));
    if (builder->steps == NULL || builder->pending == NULL || builder->unsupported == NULL ||
        builder->warnings == NULL || builder->internal == NULL || builder->internal_links == NULL ||
        builder->wanted_addresses == NULL || builder->target == NULL || builder->covers == NULL ||
        builder->table_links == NULL || builder->behind == NULL || builder->mains == NULL ||
        builder->lookup == NULL)
        builder->error = MH_NO_MEMORY;
    builder->table_sources[0] = mh_table_source(input->snapshot, MH_IPV4);
    builder->table_sources[1] = mh_table_source(input->snapshot, MH_IPV6);
    for (size_t i = 0; builder->error == MH_OK && i < builder->ledger.address_count; i++)
        mh_place_index_add(&builder->lookup->ledger_by_address,
                           mh_address_number(&builder->ledger.addresses[i].address), i);
    return builder->error;
}

void mh_plan_builder_clear(struct mh_plan_builder *builder)
{
    mh_list_release(builder->steps);
    mh_list_release(builder->pending);
    mh_list_release(builder->unsupported);
    mh_list_release(builder->warnings);
    mh_list_release(builder->internal);
    mh_list_release(builder->internal_links);
    mh_list_release(builder->covers);
    mh_list_release(builder->table_links);
    mh_list_release(builder->behind);
    mh_list_release(builder->mains);
    mh_list_release(builder->wanted_addresses);
    mh_list_release(builder->target);
    if (builder->lookup != NULL) {
        mh_place_index_clear(&builder->lookup->wanted_by_address);
        mh_place_index_clear(&builder->lookup->wanted_by_subnet);
        mh_place_index_clear(&builder->lookup->target_by_address);
        mh_place_index_clear(&builder->lookup->routes_by_key);
        mh_place_index_clear(&builder->lookup->ledger_by_address);
    }
    mh_prediction_clear(&builder->now);
    mh_ledger_clear(&builder->ledger);
}

void mh_plan_check(struct mh_plan_builder *builder, enum mh_error error)
{
    if (builder->error == MH_OK)
        builder->error = error;
}

void mh_plan_push(struct mh_plan_builder *builder, struct mh_list **list, const void *item)
{
    if (builder->error == MH_OK && !mh_list_insert(list, mh_list_count(*list), item))
        builder->error = MH_NO_MEMORY;
}

/* ---- notes ----------------------------------------------------------------------------------------- */

void mh_plan_note(struct mh_plan_builder *builder, struct mh_list **notes, const char *member,
                  const char *format, ...)
{
    char text[NOTE_SIZE];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    struct mh_plan_note note = {.member = mh_arena_print(builder->memory, "%s", member),
                                .text = mh_arena_print(builder->memory, "%s", text)};
    if (note.member == NULL || note.text == NULL)
        builder->error = MH_NO_MEMORY;
    mh_plan_push(builder, notes, &note);
}

void mh_plan_warn_strictly(struct mh_plan_builder *builder, const char *member, const char *text)
{
    struct mh_plan_note note = {.member = mh_arena_print(builder->memory, "%s", member),
                                .text = mh_arena_print(builder->memory, "%s", text),
                                .is_refused_strictly = true};
    if (note.member == NULL || note.text == NULL)
        builder->error = MH_NO_MEMORY;
    mh_plan_push(builder, &builder->warnings, &note);
}

const char *mh_plan_member(struct mh_plan_builder *builder, const char *section, const char *name)
{
    char pointer[MH_CONFIG_POINTER_SIZE];
    (void)mh_config_pointer(section, name, pointer);
    const char *kept = mh_arena_copy(builder->memory, pointer, strlen(pointer) + 1);
    if (kept == NULL)
        builder->error = MH_NO_MEMORY;
    return kept == NULL ? "" : kept;
}

/* ---- the host ---------------------------------------------------------------------------------------- */

const struct mh_interface *mh_plan_interface(struct mh_plan_builder *builder, const char *selector,
                                             const char *member)
{
    const struct mh_snapshot *snapshot = builder->input->snapshot;
    const struct mh_interface *found = NULL;
    for (size_t i = 0; i < snapshot->interface_count; i++) {
        const struct mh_interface *interface = &snapshot->interfaces[i];
        if (!mh_config_selects(selector, interface))
            continue;
        if (found != NULL) {
            mh_plan_note(builder, &builder->pending, member, "%s is the address of %s and of %s.", selector,
                         found->name, interface->name);
            return NULL;
        }
        found = interface;
    }
    if (found == NULL)
        mh_plan_note(builder, &builder->pending, member, "There is no interface %s.", selector);
    return found;
}

const char *mh_plan_interface_name(const struct mh_plan_builder *builder, uint32_t index)
{
    return mh_snapshot_interface_name(builder->input->snapshot, index);
}

bool mh_plan_owns_address(const struct mh_plan_builder *builder, const struct mh_interface_address *address)
{
    return address->owner == MH_OWNER_MULTIHOMED || mh_ledger_has_address(builder->input->ledger, address);
}

/* Thousands of routes have a few gateways. */
static struct mh_address usual_source(const struct mh_plan_builder *builder, const struct mh_route *route)
{
    const struct mh_snapshot *snapshot = builder->input->snapshot;
    struct mh_plan_lookup *lookup = builder->lookup;
    if (route->next_hop_count == 0)
        return (struct mh_address){0};
    const struct mh_next_hop *hop = &route->next_hops[0];
    bool is_known = lookup->has_fill && lookup->filled.interface == hop->interface &&
                    hop->gateway.family != MH_FAMILY_NONE &&
                    mh_address_equal(&lookup->filled.gateway, &hop->gateway);
    if (is_known)
        return lookup->fill;
    const struct mh_interface_address *source =
        mh_route_source_among(snapshot->addresses, snapshot->address_count, route);
    lookup->has_fill = true;
    lookup->filled = *hop;
    lookup->fill = source == NULL ? (struct mh_address){0} : source->address;
    return lookup->fill;
}

void mh_plan_read_route(const struct mh_plan_builder *builder, mh_route_handle handle, struct mh_route *route)
{
    mh_route_table_get(builder->input->routes, handle, route);
    if (!builder->traits->has_mark && mh_ledger_has_route(builder->input->ledger, route))
        route->owner = MH_OWNER_MULTIHOMED;
    const struct mh_interface_address *source =
        builder->table_sources[route->destination.address.family == MH_IPV6];
    if (mh_table_source_hides(source, route))
        route->preferred_source = usual_source(builder, route);
}

void mh_plan_keep_address(struct mh_plan_builder *builder, const struct mh_interface_address *address)
{
    mh_place_index_add(&builder->lookup->target_by_address, mh_address_number(&address->address),
                       mh_list_count(builder->target));
    mh_plan_push(builder, &builder->target, address);
    builder->lookup->on_link.known = builder->lookup->reached.known = builder->lookup->way.known = false;
}

static bool is_on_link(const struct mh_plan_builder *builder, uint32_t interface,
                       const struct mh_address *address)
{
    size_t count = mh_list_count(builder->target);
    const struct mh_interface_address *items = mh_list_items(builder->target);
    if (address->family == MH_IPV6 && mh_address_is_link_local(address))
        return true;
    for (size_t i = 0; i < count; i++)
        if (items[i].interface == interface && mh_address_shares(&items[i], address))
            return true;
    return false;
}

bool mh_plan_is_on_link(const struct mh_plan_builder *builder, uint32_t interface,
                        const struct mh_address *address)
{
    struct mh_plan_memo *memo = &builder->lookup->on_link;
    if (!mh_plan_remembers(memo, interface, address))
        *memo = (struct mh_plan_memo){*address, interface, true, is_on_link(builder, interface, address)};
    return memo->answer;
}

bool mh_plan_remembers(const struct mh_plan_memo *memo, uint32_t interface, const struct mh_address *gateway)
{
    return memo->known && memo->interface == interface && mh_address_equal(&memo->gateway, gateway);
}

bool mh_plan_is_connected(const struct mh_plan_builder *builder, const struct mh_interface_address *address)
{
    size_t count = mh_list_count(builder->target);
    const struct mh_interface_address *items = mh_list_items(builder->target);
    if (address->flags & MH_ADDRESS_NO_PREFIX_ROUTE)
        return false;
    for (size_t i = 0; i < count && address->flags & MH_ADDRESS_SECONDARY; i++)
        if (!(items[i].flags & MH_ADDRESS_SECONDARY) && mh_same_subnet(&items[i], address))
            return !(items[i].flags & MH_ADDRESS_NO_PREFIX_ROUTE);
    return true;
}

static bool has_address(const void *item, const void *wanted)
{
    const struct mh_interface_address *address = item;
    return mh_address_equal(&address->address, wanted);
}

const struct mh_interface_address *mh_plan_host_address(const struct mh_plan_builder *builder,
                                                        const struct mh_address *address)
{
    const struct mh_interface_address *items = mh_list_items(builder->target);
    const struct mh_place_question question = {.items = items,
                                               .count = mh_list_count(builder->target),
                                               .size = sizeof *items,
                                               .key = mh_address_number(address),
                                               .wanted = address,
                                               .matches = has_address};
    size_t found = mh_place_index_find(&builder->lookup->target_by_address, &question);
    return found < question.count ? &items[found] : NULL;
}

bool mh_plan_can_fill_in(const struct mh_plan_builder *builder, uint32_t interface, enum mh_family family)
{
    const struct mh_interface_address *items = mh_list_items(builder->target);
    bool can = !builder->traits->fills_in_source;
    for (size_t i = 0; i < mh_list_count(builder->target) && !can; i++)
        can = items[i].interface == interface && items[i].address.family == (uint8_t)family;
    return can;
}

bool mh_plan_is_own_gateway(struct mh_plan_builder *builder, const struct mh_address *gateway,
                            const char *member)
{
    char text[MH_ADDRESS_TEXT_SIZE];
    bool is_own = mh_plan_host_address(builder, gateway) != NULL ||
                  mh_predicted_address(&builder->now, gateway) != NULL;
    if (is_own)
        mh_plan_note(builder, &builder->pending, member, "The gateway %s is an address of this host.",
                     mh_address_format(gateway, text));
    return is_own;
}

/* ---- steps ----------------------------------------------------------------------------------------- */

static bool is_route_op(const struct mh_op *op)
{
    return op->kind == MH_OP_ROUTE_ADD || op->kind == MH_OP_ROUTE_REPLACE || op->kind == MH_OP_ROUTE_DELETE;
}

/* `after` may be NULL as mh_plan_undo says. */
static void set_undo(struct mh_plan_builder *builder, struct mh_plan_step *step,
                     const struct mh_prediction *before, const struct mh_prediction *after)
{
    struct mh_list *undo = mh_list_new(sizeof(struct mh_op));
    if (undo == NULL) {
        builder->error = MH_NO_MEMORY;
        return;
    }
    mh_plan_undo(builder, &step->op, before, after, &undo);
    step->undo_count = mh_list_count(undo);
    step->undo = mh_arena_copy(builder->memory, mh_list_items(undo), step->undo_count * sizeof *step->undo);
    if (step->undo == NULL)
        builder->error = MH_NO_MEMORY;
    mh_list_release(undo);
}

static void predict_with_effect(struct mh_plan_builder *builder, struct mh_plan_step *step)
{
    struct mh_prediction before;
    mh_prediction_copy(&builder->now, &before);
    mh_plan_check(builder, mh_prediction_apply(&builder->now, &step->op));
    if (builder->error == MH_OK)
        set_undo(builder, step, &before, &builder->now);
    mh_prediction_clear(&before);
}

void mh_plan_emit(struct mh_plan_builder *builder, const struct mh_op *op, const char *member)
{
    struct mh_plan_step step = {.op = *op, .member = member};
    if (builder->error != MH_OK)
        return;
    if (is_route_op(op) && !mh_route_keep(builder->memory, &step.op.of.route))
        builder->error = MH_NO_MEMORY;
    if (mh_plan_undo_needs_effect(builder, &step.op)) {
        predict_with_effect(builder, &step);
    } else {
        set_undo(builder, &step, &builder->now, NULL);
        mh_plan_check(builder, mh_prediction_apply(&builder->now, &step.op));
    }
    mh_plan_push(builder, &builder->steps, &step);
}

void mh_plan_emit_address(struct mh_plan_builder *builder, enum mh_op_kind kind,
                          const struct mh_interface_address *address, const char *member)
{
    const struct mh_op op = {.kind = kind, .of.address = *address};
    mh_plan_emit(builder, &op, member);
}

/* What the system itself does not tell. */
static void note_ledger(struct mh_plan_builder *builder, enum mh_op_kind kind, const struct mh_route *route)
{
    struct mh_ledger_route entry = {.destination = route->destination};
    if (builder->traits->has_mark || route->owner != MH_OWNER_MULTIHOMED || route->next_hop_count != 1)
        return;
    entry.interface = route->next_hops[0].interface;
    entry.gateway = route->next_hops[0].gateway;
    const char *name = mh_plan_interface_name(builder, entry.interface);
    if (strlen(name) < sizeof entry.interface_name)
        memcpy(entry.interface_name, name, strlen(name));
    if (kind == MH_OP_ROUTE_DELETE)
        mh_ledger_drop_route(&builder->ledger, route);
    else
        mh_plan_check(builder, mh_ledger_put_route(&builder->ledger, &entry));
}

void mh_plan_emit_route(struct mh_plan_builder *builder, enum mh_op_kind kind, const struct mh_route *route,
                        const char *member)
{
    const struct mh_op op = {.kind = kind, .of.route = *route};
    if (mh_plan_why_lacking(builder, "routes") != NULL)
        return;
    note_ledger(builder, kind, route);
    mh_plan_emit(builder, &op, member);
}

void mh_plan_emit_rule(struct mh_plan_builder *builder, enum mh_op_kind kind, const struct mh_rule *rule,
                       const char *member)
{
    const struct mh_op op = {.kind = kind, .of.rule = *rule};
    mh_plan_emit(builder, &op, member);
}
