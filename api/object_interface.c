#include "api/objects.h"

#include "core/effective.h"

#include <stdio.h>
#include <string.h>

static void put_flags(struct mh_json *json, uint32_t flags)
{
    static const struct {
        uint32_t bit;
        const char *word;
    } words[] = {
        {MH_ADDRESS_DEPRECATED, "deprecated"},
        {MH_ADDRESS_TENTATIVE, "tentative"},
        {MH_ADDRESS_DUPLICATE, "duplicate"},
        {MH_ADDRESS_TEMPORARY, "temporary"},
        {MH_ADDRESS_SKIP_AS_SOURCE, "skip-as-source"},
        {MH_ADDRESS_SECONDARY, "secondary"},
        {MH_ADDRESS_OPTIMISTIC, "optimistic"},
        {MH_ADDRESS_HOME, "home"},
        {MH_ADDRESS_NO_PREFIX_ROUTE, "no-prefix-route"},
        {MH_ADDRESS_DYNAMIC, "dynamic"},
        {MH_ADDRESS_PREFERRED_SOURCE, "preferred-source"},
    };
    mh_json_put_open(json, "flags", '[');
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if ((flags & words[i].bit) != 0)
            mh_json_string(json, words[i].word);
    mh_json_close(json, ']');
}

/* "3600s"; null for one that does not end. */
static void put_lifetime(struct mh_json *json, const char *name, uint32_t seconds)
{
    char text[16];
    (void)snprintf(text, sizeof text, "%us", (unsigned)seconds);
    mh_json_put_string(json, name, seconds == MH_LIFETIME_FOREVER ? NULL : text);
}

void mh_put_interface_address(struct mh_json *json, const struct mh_snapshot *snapshot,
                              const struct mh_interface_address *address)
{
    const struct mh_interface *interface = mh_snapshot_interface(snapshot, address->interface);
    mh_json_open(json, '{');
    mh_put_address(json, "address", snapshot, &address->address, address->interface);
    mh_json_put_unsigned(json, "prefix_length", address->prefix_length);
    mh_json_put_string(json, "family", mh_family_name(address->address.family));
    mh_put_interface(json, "interface", snapshot, address->interface);
    mh_json_put_string(json, "scope", mh_route_scope_name(address->scope));
    put_flags(json, address->flags);
    mh_put_address(json, "peer", snapshot, &address->peer, address->interface);
    mh_put_address(json, "broadcast", snapshot, &address->broadcast, address->interface);
    mh_json_put_string(json, "label", address->label[0] == '\0' ? NULL : address->label);
    mh_json_put_unsigned(json, "metric", address->metric);
    put_lifetime(json, "valid_lifetime", address->valid_lifetime);
    put_lifetime(json, "preferred_lifetime", address->preferred_lifetime);
    mh_json_put_string(json, "owner", mh_owner_name(mh_owner_of_address(snapshot->ours, address)));
    mh_put_domain(json, snapshot, interface == NULL ? 0 : interface->domain);
    mh_json_close(json, '}');
}

/* IPv4 settings that count together with those for `all`. */
static void put_effective(struct mh_json *json, const struct mh_snapshot *snapshot, uint32_t index)
{
    int32_t value;
    mh_json_put_open(json, "effective", '{');
    for (int id = 0; id < MH_SETTING_COUNT; id++)
        if (mh_setting_effective(snapshot, index, (enum mh_setting_id)id, &value))
            mh_json_put_integer(json, mh_setting_name((enum mh_setting_id)id), value);
    mh_json_close(json, '}');
}

static void put_settings_of(struct mh_json *json, const struct mh_snapshot *snapshot, uint32_t index,
                            enum mh_family family)
{
    mh_json_put_open(json, mh_family_name(family), '{');
    for (int id = 0; id < MH_SETTING_COUNT; id++) {
        const struct mh_setting *setting =
            mh_snapshot_setting(snapshot, index, family, (enum mh_setting_id)id);
        if (setting != NULL)
            mh_json_put_integer(json, mh_setting_name((enum mh_setting_id)id), setting->value);
    }
    if (family == MH_IPV4)
        put_effective(json, snapshot, index);
    mh_json_close(json, '}');
}

static void put_settings(struct mh_json *json, const struct mh_snapshot *snapshot, uint32_t index)
{
    mh_json_put_open(json, "settings", '{');
    put_settings_of(json, snapshot, index, MH_IPV4);
    put_settings_of(json, snapshot, index, MH_IPV6);
    mh_json_close(json, '}');
}

static void put_addresses(struct mh_json *json, const struct mh_snapshot *snapshot, uint32_t index)
{
    size_t count = 0;
    const struct mh_interface_address *addresses = mh_snapshot_addresses_of(snapshot, index, &count);
    mh_json_put_open(json, "addresses", '[');
    for (size_t i = 0; i < count; i++)
        mh_put_interface_address(json, snapshot, &addresses[i]);
    mh_json_close(json, ']');
}

static void put_role(struct mh_json *json, const struct mh_view *view, const struct mh_interface *interface)
{
    const struct mh_role_verdict *verdict = &view->roles[interface - view->snapshot.interfaces];
    mh_json_put_string(json, "role", mh_role_name(verdict->role));
    mh_json_put_string(json, "role_reason", verdict->reason);
}

static void put_groups(struct mh_json *json, const char *groups)
{
    mh_json_put_open(json, "groups", '[');
    while (*groups != '\0') {
        size_t length = strcspn(groups, " ");
        char name[MH_GROUPS_SIZE];
        (void)snprintf(name, sizeof name, "%.*s", (int)length, groups);
        mh_json_string(json, name);
        groups += length + strspn(groups + length, " ");
    }
    mh_json_close(json, ']');
}

static void put_metric(struct mh_json *json, const struct mh_interface *interface)
{
    if (interface->has_metric)
        mh_json_put_unsigned(json, "metric", interface->metric);
    else
        mh_json_put_null(json, "metric");
}

void mh_put_interface_members(struct mh_json *json, const struct mh_view *view,
                              const struct mh_interface *interface)
{
    const struct mh_snapshot *snapshot = &view->snapshot;
    const char *native = interface->native_kind[0] == '\0' ? NULL : interface->native_kind;
    mh_json_put_string(json, "name", interface->name);
    mh_json_put_unsigned(json, "index", interface->index);
    mh_json_put_string(json, "kind", mh_kind_name(interface->kind));
    mh_json_put_string(json, "native_kind", native);
    put_role(json, view, interface);
    mh_put_hardware_address(json, interface->hardware_address, interface->hardware_address_length);
    mh_json_put_unsigned(json, "mtu", interface->mtu);
    put_metric(json, interface);
    put_groups(json, interface->groups);
    mh_json_put_boolean(json, "up", interface->up);
    mh_json_put_boolean(json, "carrier", interface->carrier);
    mh_json_put_boolean(json, "point_to_point", interface->point_to_point);
    mh_put_interface(json, "master", snapshot, interface->master);
    mh_put_interface(json, "lower", snapshot, interface->lower_is_elsewhere ? 0 : interface->lower);
    mh_json_put_boolean(json, "lower_is_elsewhere", interface->lower_is_elsewhere);
    mh_put_domain(json, snapshot, interface->domain);
    put_addresses(json, snapshot, interface->index);
    put_settings(json, snapshot, interface->index);
}
