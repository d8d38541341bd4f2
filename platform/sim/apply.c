/* Ops on the simulated host: works on a copy, so that a failed op leaves nothing behind. */
#include "apply.h"

#include "check.h"
#include "core/address_label.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* ---- failing --------------------------------------------------------------------------------------- */

static enum mh_error error_of(enum sim_trouble trouble)
{
    static const enum mh_error errors[SIM_TROUBLE_COUNT] = {
        [SIM_ADDRESS_EXISTS] = MH_EXISTS,    [SIM_NO_ADDRESS] = MH_NOT_FOUND,
        [SIM_ADDRESS_INVALID] = MH_INVALID,  [SIM_ROUTE_EXISTS] = MH_EXISTS,
        [SIM_NO_ROUTE] = MH_NOT_FOUND,       [SIM_NO_WAY_IPV4] = MH_UNREACHABLE,
        [SIM_NO_WAY_IPV6] = MH_UNREACHABLE,  [SIM_INTERFACE_DOWN] = MH_UNREACHABLE,
        [SIM_NO_INTERFACE] = MH_NOT_FOUND,   [SIM_RULE_EXISTS] = MH_EXISTS,
        [SIM_NO_RULE] = MH_NOT_FOUND,        [SIM_NEIGHBOR_EXISTS] = MH_EXISTS,
        [SIM_LABEL_EXISTS] = MH_EXISTS,      [SIM_NO_LABEL] = MH_NOT_FOUND,
        [SIM_NO_NEIGHBOR] = MH_NOT_FOUND,    [SIM_MAC_INVALID] = MH_INVALID,
        [SIM_ARGUMENT_INVALID] = MH_INVALID,
    };
    return errors[trouble];
}

static void set_native(struct mh_failure *failure, const struct sim_native *native)
{
    if (failure == NULL || native == NULL)
        return;
    failure->native_code = native->code;
    (void)snprintf(failure->native_name, sizeof failure->native_name, "%s", native->name);
}

enum mh_error sim_fail(const struct sim_host *host, const struct sim_refusal *refusal,
                       struct mh_failure *failure)
{
    enum mh_error error = mh_fail(failure, error_of(refusal->trouble), "%s", refusal->text);
    set_native(failure, sim_native_named(host->personality, host->personality->troubles[refusal->trouble]));
    return error;
}

enum mh_error sim_fail_native(const struct sim_native *native, struct mh_failure *failure, const char *why)
{
    enum mh_error error = mh_fail(failure, native->error, "%s", why);
    set_native(failure, native);
    return error;
}

static enum mh_error fail_missing_interface(const struct sim_host *host, uint32_t index,
                                            struct mh_failure *failure)
{
    struct sim_refusal refusal;
    (void)sim_refuse_because(&refusal, SIM_NO_INTERFACE, "", "", "there is no interface %u", index);
    return sim_fail(host, &refusal, failure);
}

/* ---- rules ----------------------------------------------------------------------------------------- */

static size_t find_rule(const struct sim_host *host, const struct mh_rule *rule)
{
    for (size_t i = 0; i < sim_count(host, MH_SECTION_RULES); i++)
        if (mh_rule_equal(&sim_rules(host)[i], rule))
            return i;
    return SIZE_MAX;
}

/* Linux says "exists" of a rule that names fewer of these than one that is there and is its like otherwise
 * (rule_exists in net/core/fib_rules.c). */
static bool exists_already(const struct sim_host *host, const struct mh_rule *rule)
{
    for (size_t i = 0; i < sim_count(host, MH_SECTION_RULES); i++) {
        struct mh_rule there = sim_rules(host)[i];
        there.from = rule->from.length == 0 ? rule->from : there.from;
        there.to = rule->to.length == 0 ? rule->to : there.to;
        there.tos = rule->tos == 0 ? rule->tos : there.tos;
        there.invert = rule->invert;
        there.target = rule->target;
        if (mh_rule_equal(&there, rule))
            return true;
    }
    return false;
}

static enum mh_error apply_rule(struct sim_host *host, enum mh_op_kind kind, const struct mh_rule *rule,
                                struct mh_failure *failure)
{
    struct sim_refusal refusal;
    bool is_add = kind == MH_OP_RULE_ADD;
    size_t position = find_rule(host, rule);
    if (!host->personality->has_rules)
        return mh_fail(failure, MH_UNSUPPORTED, "%s has no policy rules", host->personality->title);
    if (is_add && !sim_check_rule(rule, &refusal))
        return sim_fail(host, &refusal, failure);
    if (is_add ? exists_already(host, rule) : position == SIZE_MAX) {
        (void)sim_refuse_because(&refusal, is_add ? SIM_RULE_EXISTS : SIM_NO_RULE, "", "",
                                 "%s rule of priority %u",
                                 is_add ? "there is already this" : "there is no such", rule->priority);
        return sim_fail(host, &refusal, failure);
    }
    struct mh_rule own = *rule;
    own.owner = (uint8_t)sim_protocol_owner(host->personality, rule->protocol);
    bool done = is_add ? sim_add_rule(host, &own) : mh_list_remove(&host->lists[MH_SECTION_RULES], position);
    return done ? MH_OK : mh_fail(failure, MH_NO_MEMORY, "out of memory");
}

/* ---- settings -------------------------------------------------------------------------------------- */

static const char *place_name(uint32_t interface)
{
    return interface == MH_SETTING_ALL       ? "for the host as a whole"
           : interface == MH_SETTING_DEFAULT ? "as a default"
                                             : "on an interface";
}

static enum mh_error apply_setting(struct sim_host *host, const struct mh_setting *setting,
                                   struct mh_failure *failure)
{
    const struct sim_personality *personality = host->personality;
    const struct sim_setting_row *row =
        sim_setting_row_of(personality, (enum mh_family)setting->family, (enum mh_setting_id)setting->id);
    unsigned where = setting->interface == MH_SETTING_ALL       ? SIM_HOST_WIDE
                     : setting->interface == MH_SETTING_DEFAULT ? SIM_DEFAULT
                                                                : SIM_PER_INTERFACE;
    if (row == NULL || !(row->where & where))
        return mh_fail(failure, MH_UNSUPPORTED, "%s has no %s %s", personality->title,
                       mh_setting_name((enum mh_setting_id)setting->id), place_name(setting->interface));
    if (where == SIM_PER_INTERFACE && sim_interface_at(host, setting->interface) == NULL)
        return fail_missing_interface(host, setting->interface, failure);
    bool done = sim_put_setting(host, setting) &&
                (personality->setting_written == NULL || personality->setting_written(host, setting));
    return done ? MH_OK : mh_fail(failure, MH_NO_MEMORY, "out of memory");
}

/* ---- link addresses -------------------------------------------------------------------------------- */

static bool is_zero(const uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (bytes[i] != 0)
            return false;
    return true;
}

static enum mh_error check_link_address(const struct sim_host *host, const struct mh_link_address *link,
                                        const struct sim_interface *interface, struct mh_failure *failure)
{
    struct sim_refusal refusal;
    if (link->hardware_address_length < interface->base.hardware_address_length ||
        link->hardware_address_length > MH_HARDWARE_ADDRESS_SIZE)
        (void)sim_refuse_because(&refusal, SIM_ARGUMENT_INVALID, "", "",
                                 "%s needs a link address of %u octets", interface->base.name,
                                 interface->base.hardware_address_length);
    else if (interface->base.hardware_address_length == 0)
        (void)sim_refuse_because(&refusal, SIM_ARGUMENT_INVALID, "", "", "%s has no link address",
                                 interface->base.name);
    else if (link->hardware_address[0] & 1 || is_zero(link->hardware_address, link->hardware_address_length))
        (void)sim_refuse_because(&refusal, SIM_MAC_INVALID, "", "", "it is not a unicast link address");
    else
        return MH_OK;
    return sim_fail(host, &refusal, failure);
}

static enum mh_error apply_link_address(struct sim_host *host, const struct mh_link_address *link,
                                        struct mh_failure *failure)
{
    if (host->personality->no_mac_reason != NULL)
        return mh_fail(failure, MH_UNSUPPORTED, "%s", host->personality->no_mac_reason);
    const struct sim_interface *interface = sim_interface_at(host, link->interface);
    if (interface == NULL)
        return fail_missing_interface(host, link->interface, failure);
    enum mh_error error = check_link_address(host, link, interface, failure);
    if (error != MH_OK)
        return error;
    struct sim_interface changed = *interface;
    memcpy(changed.base.hardware_address, link->hardware_address, changed.base.hardware_address_length);
    size_t position = (size_t)(interface - sim_interfaces(host));
    bool done = mh_list_replace(&host->lists[MH_SECTION_INTERFACES], position, &changed);
    return done ? MH_OK : mh_fail(failure, MH_NO_MEMORY, "out of memory");
}

/* ---- proxy entries --------------------------------------------------------------------------------- */

static size_t find_proxy(const struct sim_host *host, const struct mh_neighbor *proxy)
{
    const struct mh_neighbor *items = sim_neighbors(host);
    for (size_t i = 0; i < sim_count(host, MH_SECTION_NEIGHBORS); i++)
        if (items[i].proxy && items[i].interface == proxy->interface &&
            mh_address_equal(&items[i].address, &proxy->address))
            return i;
    return SIZE_MAX;
}

static enum mh_error add_proxy(struct sim_host *host, const struct mh_neighbor *proxy,
                               struct mh_failure *failure)
{
    struct mh_neighbor own = *proxy;
    own.proxy = true;
    own.state = MH_NEIGHBOR_NONE;
    size_t end = sim_count(host, MH_SECTION_NEIGHBORS);
    bool done = mh_list_insert(&host->lists[MH_SECTION_NEIGHBORS], end, &own);
    return done ? MH_OK : mh_fail(failure, MH_NO_MEMORY, "out of memory");
}

static enum mh_error apply_proxy(struct sim_host *host, enum mh_op_kind kind, const struct mh_neighbor *proxy,
                                 struct mh_failure *failure)
{
    struct sim_refusal refusal;
    bool is_add = kind == MH_OP_PROXY_ADD;
    size_t position = find_proxy(host, proxy);
    if (proxy->interface != 0 && sim_interface_at(host, proxy->interface) == NULL)
        return fail_missing_interface(host, proxy->interface, failure);
    if (is_add && position != SIZE_MAX && host->personality->proxy_twice)
        return MH_OK;
    if (is_add == (position != SIZE_MAX)) {
        char text[MH_ADDRESS_TEXT_SIZE];
        (void)sim_refuse_because(&refusal, is_add ? SIM_NEIGHBOR_EXISTS : SIM_NO_NEIGHBOR, "", "",
                                 "%s proxy entry for %s", is_add ? "there is already a" : "there is no",
                                 mh_address_format(&proxy->address, text));
        return sim_fail(host, &refusal, failure);
    }
    if (is_add)
        return add_proxy(host, proxy, failure);
    bool done = mh_list_remove(&host->lists[MH_SECTION_NEIGHBORS], position);
    return done ? MH_OK : mh_fail(failure, MH_NO_MEMORY, "out of memory");
}

/* ---- address labels -------------------------------------------------------------------------------- */

static enum mh_error apply_label(struct sim_host *host, enum mh_op_kind kind,
                                 const struct mh_address_label *label, struct mh_failure *failure)
{
    struct sim_refusal refusal;
    char text[MH_PREFIX_TEXT_SIZE];
    size_t position = 0, end = sim_count(host, MH_SECTION_LABELS);
    bool is_add = kind == MH_OP_LABEL_ADD;
    if (!host->personality->has_labels)
        return mh_fail(failure, MH_UNSUPPORTED, "this system has no address labels here");
    if (label->interface != 0 && sim_interface_at(host, label->interface) == NULL)
        return fail_missing_interface(host, label->interface, failure);
    while (position < end && mh_address_label_compare(&sim_labels(host)[position], label) != 0)
        position++;
    if (is_add == (position < end)) {
        (void)sim_refuse_because(&refusal, is_add ? SIM_LABEL_EXISTS : SIM_NO_LABEL, "", "",
                                 "%s label for %s", is_add ? "there is already a" : "there is no",
                                 mh_prefix_format(&label->prefix, text));
        return sim_fail(host, &refusal, failure);
    }
    struct mh_list **list = &host->lists[MH_SECTION_LABELS];
    bool done = is_add ? mh_list_insert(list, end, label) : mh_list_remove(list, position);
    return done ? MH_OK : mh_fail(failure, MH_NO_MEMORY, "out of memory");
}

/* ---- the op ---------------------------------------------------------------------------------------- */

static enum mh_error apply_to(struct sim_host *host, const struct mh_op *op, struct mh_failure *failure)
{
    switch (op->kind) {
    case MH_OP_ADDRESS_ADD:
        return sim_address_add(host, &op->of.address, failure);
    case MH_OP_ADDRESS_DELETE:
        return sim_address_delete(host, &op->of.address, failure);
    case MH_OP_ADDRESS_FLAGS:
        return sim_address_flags(host, &op->of.address, failure);
    case MH_OP_ROUTE_ADD:
    case MH_OP_ROUTE_REPLACE:
    case MH_OP_ROUTE_DELETE:
        return sim_route_op(host, op->kind, &op->of.route, failure);
    case MH_OP_RULE_ADD:
    case MH_OP_RULE_DELETE:
        return apply_rule(host, op->kind, &op->of.rule, failure);
    case MH_OP_SETTING_SET:
        return apply_setting(host, &op->of.setting, failure);
    case MH_OP_LINK_ADDRESS_SET:
        return apply_link_address(host, &op->of.link, failure);
    case MH_OP_PROXY_ADD:
    case MH_OP_PROXY_DELETE:
        return apply_proxy(host, op->kind, &op->of.proxy, failure);
    case MH_OP_LABEL_ADD:
    case MH_OP_LABEL_DELETE:
        return apply_label(host, op->kind, &op->of.label, failure);
    case MH_OP_KIND_COUNT:
        break;
    }
    return mh_fail(failure, MH_UNSUPPORTED, "the simulator does not know this operation");
}

/* Whatever the op did, connected routes follow addresses and settings. */
static enum mh_error apply_and_follow(struct sim_host *host, const struct mh_op *op,
                                      struct mh_failure *failure)
{
    struct mh_list *before = mh_list_new(sizeof(struct sim_route));
    if (before == NULL || !host->personality->derive(host, &before)) {
        sim_routes_release(before);
        return mh_fail(failure, MH_NO_MEMORY, "out of memory");
    }
    enum mh_error error = apply_to(host, op, failure);
    if (error == MH_OK && !sim_routes_follow(host, before))
        error = mh_fail(failure, MH_NO_MEMORY, "out of memory");
    sim_routes_release(before);
    return error;
}

enum mh_error sim_apply(const struct sim_host *host, const struct mh_op *op, struct sim_host **changed,
                        struct mh_failure *failure)
{
    *changed = sim_host_clone(host);
    if (*changed == NULL)
        return mh_fail(failure, MH_NO_MEMORY, "out of memory");
    enum mh_error error = apply_and_follow(*changed, op, failure);
    if (error == MH_OK)
        return MH_OK;
    sim_host_free(*changed);
    *changed = NULL;
    return error;
}
