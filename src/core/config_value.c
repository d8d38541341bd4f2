/* Single values of the configuration: words, numbers, durations, addresses, names. Each reader is named by
 * the tables in config_members.c and gets a value of a type that it can have. */
#include "core/config_parts.h"

#include "core/duration.h"
#include "core/endpoint.h"
#include "core/selector.h"

#include <stdio.h>
#include <string.h>

/* ---- words and numbers ----------------------------------------------------------------------------- */

MH_READER(mh_read_version)
{
    (void)target;
    if (json_integer_value(value) == MH_CONFIG_VERSION)
        return true;
    return mh_refuse(reading, place, "unknown version", member->expected, value);
}

MH_READER(mh_read_word)
{
    const char *const *words = member->detail;
    for (uint8_t i = 0; words[i] != NULL; i++) {
        if (words[i][0] != '\0' && strcmp(words[i], json_string_value(value)) == 0) {
            *(uint8_t *)target = i;
            return true;
        }
    }
    return mh_refuse(reading, place, "unknown value", member->expected, value);
}

MH_READER(mh_read_number)
{
    const struct mh_range *range = member->detail;
    json_int_t number = json_integer_value(value);
    if (number < (json_int_t)range->least || number > (json_int_t)range->most)
        return mh_refuse(reading, place, "out of range", member->expected, value);
    *(uint32_t *)target = (uint32_t)number;
    return true;
}

MH_READER(mh_read_milliseconds)
{
    const struct mh_range *range = member->detail;
    uint64_t duration;
    if (!mh_duration_parse(json_string_value(value), &duration))
        return mh_refuse(reading, place, "not a duration", member->expected, value);
    if (duration < range->least || duration > range->most)
        return mh_refuse(reading, place, "out of range", member->expected, value);
    *(uint32_t *)target = (uint32_t)duration;
    return true;
}

MH_READER(mh_read_boolean)
{
    (void)reading, (void)place, (void)member;
    *(bool *)target = json_is_true(value);
    return true;
}

MH_READER(mh_read_switch)
{
    (void)reading, (void)place, (void)member;
    *(uint8_t *)target = json_is_true(value) ? MH_SWITCH_ON : MH_SWITCH_OFF;
    return true;
}

/* ---- names ----------------------------------------------------------------------------------------- */

static bool is_alphanumeric(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Names stand in pointers, paths of requests and on command lines: nothing in them needs to be escaped. */
bool mh_is_thing_name(const char *name)
{
    size_t length = strlen(name);
    if (length == 0 || length >= MH_CONFIG_NAME_SIZE || !is_alphanumeric(name[0]))
        return false;
    for (; *name != '\0'; name++)
        if (!is_alphanumeric(*name) && strchr("._-", *name) == NULL)
            return false;
    return true;
}

/* What systems allow differs (a Windows alias has spaces), so only what no system allows is refused. */
bool mh_is_selector(const char *name)
{
    if (name[0] == '\0' || strlen(name) >= MH_NAME_SIZE || !mh_selector_is_sound(name))
        return false;
    for (; *name != '\0'; name++)
        if ((unsigned char)*name < 0x20 || *name == 0x7f)
            return false;
    return true;
}

MH_READER(mh_read_selector)
{
    const char *name = json_string_value(value);
    if (!mh_is_selector(name))
        return mh_refuse(reading, place, "not an interface's name", member->expected, value);
    memcpy(target, name, strlen(name) + 1);
    return true;
}

MH_READER(mh_read_name)
{
    const char *name = json_string_value(value);
    if (!mh_is_thing_name(name))
        return mh_refuse(reading, place, "not a name", member->expected, value);
    memcpy(target, name, strlen(name) + 1);
    return true;
}

/* ---- addresses ------------------------------------------------------------------------------------- */

static bool parse_prefix(const char *text, struct mh_prefix *prefix)
{
    return mh_prefix_parse(text, strlen(text), prefix);
}

MH_READER(mh_read_prefix)
{
    const char *text = json_string_value(value);
    struct mh_address address;
    uint8_t length;
    if (parse_prefix(text, target))
        return true;
    bool host_bits = mh_interface_address_parse(text, strlen(text), &address, &length);
    return mh_refuse(reading, place, host_bits ? "bits beyond the prefix are set" : "not a prefix",
                     member->expected, value);
}

static bool parse_unicast(const char *text, struct mh_address *address)
{
    return mh_address_parse(text, strlen(text), address) && mh_address_is_unicast(address);
}

MH_READER(mh_read_unicast)
{
    if (parse_unicast(json_string_value(value), target))
        return true;
    return mh_refuse(reading, place, "not a host's address", member->expected, value);
}

/* An address with the length of its subnet's prefix. */
static bool read_own(struct mh_reading *reading, const struct mh_place *place, const struct mh_member *member,
                     const json_t *value, struct mh_address *address, uint8_t *length)
{
    const char *text = json_string_value(value);
    if (mh_interface_address_parse(text, strlen(text), address, length) && mh_address_is_unicast(address))
        return true;
    return mh_refuse(reading, place, "not a host's address", member->expected, value);
}

MH_READER(mh_read_address)
{
    struct mh_config_address *entry = target;
    return read_own(reading, place, member, value, &entry->address, &entry->prefix_length);
}

MH_READER(mh_read_group_address)
{
    struct mh_config_group_address *item = target;
    return read_own(reading, place, member, value, &item->address, &item->prefix_length);
}

static bool read_gateway(struct mh_reading *reading, const struct mh_place *place,
                         const struct mh_member *member, const json_t *value, enum mh_family family,
                         struct mh_config_gateway *gateway)
{
    const char *text = json_string_value(value);
    if (strcmp(text, "auto") == 0) {
        gateway->kind = MH_GATEWAY_AUTO;
        return true;
    }
    if (!parse_unicast(text, &gateway->address))
        return mh_refuse(reading, place, "not a gateway", member->expected, value);
    if (gateway->address.family != family)
        return mh_refuse(reading, place, "an address of the other family", member->expected, value);
    gateway->kind = MH_GATEWAY_ADDRESS;
    return true;
}

MH_READER(mh_read_gateway_ipv4)
{
    return read_gateway(reading, place, member, value, MH_IPV4, target);
}

MH_READER(mh_read_gateway_ipv6)
{
    return read_gateway(reading, place, member, value, MH_IPV6, target);
}

MH_READER(mh_read_target)
{
    struct mh_config_target *item = target;
    const char *text = json_string_value(value);
    item->gateway = strcmp(text, "gateway") == 0;
    if (item->gateway || parse_unicast(text, &item->address))
        return true;
    return mh_refuse(reading, place, "not a target", member->expected, value);
}

MH_READER(mh_read_probe)
{
    static const struct mh_config_target gateway = {.gateway = true};
    struct mh_config_probe *probe = target;
    probe->target_count = 1;
    probe->targets = &gateway;
    return mh_read_object(reading, place, member, value, target);
}

MH_READER(mh_read_endpoint)
{
    struct mh_config *config = target;
    if (json_is_null(value) ||
        mh_endpoint_parse(json_string_value(value), &config->health_address, &config->health_port))
        return true;
    return mh_refuse(reading, place, "not an address with a port", member->expected, value);
}

/* ---- labels ---------------------------------------------------------------------------------------- */

static bool read_label(struct mh_reading *reading, const struct mh_place *place, const json_t *value,
                       struct mh_config_label *label)
{
    static const struct mh_range range = {0, UINT32_MAX - 1}; /* Linux keeps the greatest for "none" */
    static const struct mh_member number = {.expected = "a whole number from 0 to 4294967294",
                                            .detail = &range};
    if (!parse_prefix(place->name, &label->prefix) || label->prefix.address.family != MH_IPV6)
        return mh_refuse(reading, place, "not an IPv6 prefix", "a prefix like 2001:db8::/32", NULL);
    if (!json_is_integer(value))
        return mh_refuse(reading, place, "wrong type", number.expected, value);
    (void)snprintf(label->name, sizeof label->name, "%s", place->name);
    return mh_read_number(reading, place, &number, value, &label->label);
}

MH_READER(mh_read_labels)
{
    struct mh_config *config = target;
    size_t count = json_object_size(value);
    const char *name;
    json_t *inner;
    if (count > MH_CONFIG_ENTRIES_MAX)
        return mh_refuse(reading, place, "too many", member->expected, NULL);
    struct mh_config_label *labels = mh_config_allocate(reading->held, count, sizeof *labels);
    if (labels == NULL)
        return mh_refuse_memory(reading);
    config->labels = labels;
    config->label_count = count;
    json_object_foreach((json_t *)(uintptr_t)value, name, inner)
    {
        if (!read_label(reading, &(struct mh_place){place, name}, inner, labels++))
            return false;
    }
    return true;
}
