#include "rtmsg_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

json_t *mh_rt_hexadecimal(const uint8_t *bytes, size_t length)
{
    static const char digits[] = "0123456789abcdef";
    char *text = malloc(2 * length + 1);
    if (text == NULL)
        return NULL;
    for (size_t i = 0; i < length; i++) {
        text[2 * i] = digits[bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes[i] & 0xf];
    }
    json_t *json = json_stringn(text, 2 * length);
    free(text);
    return json;
}

/* ---- addresses ------------------------------------------------------------------------------------- */

/* Text as it is, or its octets where it is no UTF-8. */
static json_t *text_json(const uint8_t *bytes, size_t length)
{
    json_t *json = json_stringn((const char *)bytes, length);
    return json != NULL ? json : mh_rt_hexadecimal(bytes, length);
}

static json_t *hardware_json(const struct mh_rt_sockaddr *sockaddr)
{
    char text[3 * 256 + 1] = "";
    for (size_t i = 0; i < sockaddr->hardware_length; i++)
        (void)snprintf(text + (i > 0 ? 3 * i - 1 : 0), 4, i > 0 ? ":%02x" : "%02x", sockaddr->hardware[i]);
    return json_string(text);
}

static void add_ip(json_t *object, const struct mh_rt_sockaddr *sockaddr)
{
    char text[MH_ADDRESS_TEXT_SIZE];
    (void)json_object_set_new(object, "address", json_string(mh_address_format(&sockaddr->address, text)));
    if (sockaddr->kind == MH_RT_INET6) {
        (void)json_object_set_new(object, "scope_id", json_integer(sockaddr->scope_id));
        (void)json_object_set_new(object, "embedded_zone", json_integer(sockaddr->embedded));
        (void)json_object_set_new(object, "zone", json_integer(sockaddr->zone));
        (void)json_object_set_new(object, "flowinfo", json_integer(sockaddr->flow));
    }
    (void)json_object_set_new(object, "port", json_integer(sockaddr->port));
}

static void add_link(json_t *object, const struct mh_rt_sockaddr *sockaddr)
{
    (void)json_object_set_new(object, "index", json_integer(sockaddr->index));
    (void)json_object_set_new(object, "interface_type", json_integer(sockaddr->type));
    (void)json_object_set_new(object, "name", text_json(sockaddr->name, sockaddr->name_length));
    (void)json_object_set_new(object, "hardware_address", hardware_json(sockaddr));
    if (sockaddr->selector_length > 0)
        (void)json_object_set_new(object, "selector",
                                  mh_rt_hexadecimal(sockaddr->selector, sockaddr->selector_length));
}

static void add_mask(json_t *object, const struct mh_rt_sockaddr *sockaddr)
{
    if (sockaddr->mask_of != MH_FAMILY_NONE) {
        (void)json_object_set_new(object, "prefix_length", json_integer(sockaddr->prefix_length));
        (void)json_object_set_new(object, "contiguous", json_boolean(sockaddr->contiguous));
    }
    (void)json_object_set_new(object, "bytes", mh_rt_hexadecimal(sockaddr->bytes, sockaddr->length));
}

/* "inet", "inet6", "link", or the number. */
static json_t *family_json(const struct mh_rt_layout *layout, unsigned family)
{
    if (family == MH_RT_AF_INET)
        return json_string("inet");
    if (family == layout->inet6)
        return json_string("inet6");
    return family == MH_RT_AF_LINK ? json_string("link") : json_integer(family);
}

static json_t *sockaddr_json(const struct mh_rt_layout *layout, const struct mh_rt_sockaddr *sockaddr)
{
    json_t *object = json_object();
    (void)json_object_set_new(object, "length", json_integer(sockaddr->length));
    (void)json_object_set_new(object, "family", family_json(layout, sockaddr->family));
    switch ((enum mh_rt_kind)sockaddr->kind) {
    case MH_RT_INET:
    case MH_RT_INET6:
        add_ip(object, sockaddr);
        break;
    case MH_RT_LINK:
        add_link(object, sockaddr);
        break;
    case MH_RT_MASK:
        add_mask(object, sockaddr);
        break;
    case MH_RT_TEXT:
        (void)json_object_set_new(object, "text",
                                  text_json((const uint8_t *)sockaddr->text, sockaddr->text_length));
        break;
    case MH_RT_OTHER:
        (void)json_object_set_new(object, "bytes", mh_rt_hexadecimal(sockaddr->bytes, sockaddr->length));
        break;
    case MH_RT_EMPTY:
    case MH_RT_ABSENT:
        break;
    }
    if (sockaddr->damaged)
        (void)json_object_set_new(object, "damaged", json_true());
    return object;
}

static json_t *addresses_json(const struct mh_rt_message *message)
{
    json_t *object = json_object();
    for (unsigned slot = 0; slot < message->layout->slots; slot++)
        if (message->addresses[slot].kind != MH_RT_ABSENT)
            (void)json_object_set_new(object, message->layout->slot_names[slot],
                                      sockaddr_json(message->layout, &message->addresses[slot]));
    return object;
}

/* ---- numbers --------------------------------------------------------------------------------------- */

/* Those that the C structures have as signed. JSON's numbers end where signed ones do: what is larger is
 * text. */
static json_t *number_json(enum mh_rt_field field, uint64_t value)
{
    char text[24];
    if (field == MH_RT_PID || field == MH_RT_SEQ || field == MH_RT_ERRNO || field == MH_RT_METRIC)
        return json_integer((int32_t)(uint32_t)value);
    if (value <= INT64_MAX)
        return json_integer((json_int_t)value);
    (void)snprintf(text, sizeof text, "%llu", (unsigned long long)value);
    return json_string(text);
}

static json_t *group_json(const struct mh_rt_message *message, enum mh_rt_group group, json_t *object)
{
    for (size_t i = 0; message->record != NULL && i < message->record->place_count; i++) {
        enum mh_rt_field field = (enum mh_rt_field)message->record->places[i].field;
        if (mh_rt_field_group(field) != group || field == MH_RT_TYPE || !mh_rt_has(message, field))
            continue;
        (void)json_object_set_new(object, mh_rt_field_name(field),
                                  number_json(field, mh_rt_value(message, field)));
    }
    return object;
}

static void add_group(const struct mh_rt_message *message, enum mh_rt_group group, const char *name,
                      json_t *object)
{
    json_t *members = group_json(message, group, json_object());
    if (json_object_size(members) > 0)
        (void)json_object_set_new(object, name, members);
    else
        json_decref(members);
}

static void add_flag_names(const struct mh_rt_message *message, json_t *object)
{
    bool interface = message->type->form == MH_RT_INTERFACE;
    const struct mh_rt_flag *flag =
        interface ? message->layout->interface_flag_names : message->layout->route_flag_names;
    uint64_t flags = mh_rt_value(message, MH_RT_FLAGS);
    if ((!interface && message->type->form != MH_RT_ROUTE) || !mh_rt_has(message, MH_RT_FLAGS))
        return;
    json_t *names = json_array();
    for (; flag->name != NULL; flag++)
        if ((flags & flag->value) != 0)
            (void)json_array_append_new(names, json_string(flag->name));
    (void)json_object_set_new(object, "flag_names", names);
}

/* ---- messages -------------------------------------------------------------------------------------- */

bool mh_rt_problem(const struct mh_rt_message *message, char *text, size_t size)
{
    const struct mh_rt_layout *layout = message->layout;
    if (message->foreign_version) {
        (void)snprintf(text, size, "version %u, where %s has %u: what is here is a guess", message->bytes[2],
                       layout->name, layout->version);
        return true;
    }
    if (message->cut) {
        (void)snprintf(text, size, "an address at octet %zu says that it has %u octets, where %zu are left",
                       message->cut_at, message->bytes[message->cut_at], message->length - message->cut_at);
        return true;
    }
    for (unsigned slot = 0; slot < 32; slot++)
        if ((message->listed & 1U << slot) != 0 &&
            (slot >= layout->slots || message->addresses[slot].kind == MH_RT_ABSENT)) {
            (void)snprintf(text, size, "it lists an address %s that %s",
                           slot < layout->slots ? layout->slot_names[slot] : "of a kind",
                           slot < layout->slots ? "is not there" : "is not known");
            return true;
        }
    return false;
}

static void add_type(const struct mh_rt_message *message, json_t *object)
{
    char unknown[16];
    (void)snprintf(unknown, sizeof unknown, "RTM_0x%02x", message->bytes[3]);
    (void)json_object_set_new(object, "type",
                              json_string(message->type != NULL ? message->type->name : unknown));
}

static void add_name(const struct mh_rt_message *message, json_t *object)
{
    char name[MH_RT_NAME_SIZE + 1];
    mh_rt_announced_name(message, name);
    if (message->record->name_offset != 0)
        (void)json_object_set_new(object, "name", text_json((const uint8_t *)name, strlen(name)));
}

json_t *mh_rt_nexthop_json(const struct mh_rt_layout *layout, const struct mh_rt_nexthop *nexthop)
{
    json_t *object =
        json_pack("{s:I, s:s, s:I, s:o, s:o}", "offset", (json_int_t)nexthop->offset, "type", "nhop_external",
                  "flags", (json_int_t)nexthop->flags, "gateway", sockaddr_json(layout, &nexthop->gateway),
                  "source", sockaddr_json(layout, &nexthop->source));
#define ADD(name, offset, width)                                                                             \
    (void)json_object_set_new(object, #name, json_integer((json_int_t)nexthop->name));
    MH_FREEBSD_NHOP(ADD, 8)
#undef ADD
    return object;
}

json_t *mh_rt_message_json(const struct mh_rt_message *message)
{
    char problem[160];
    json_t *object = json_object();
    (void)json_object_set_new(object, "offset", json_integer((json_int_t)message->offset));
    add_type(message, object);
    if (message->record != NULL) {
        (void)group_json(message, MH_RT_HEADER, object);
        add_name(message, object);
        add_flag_names(message, object);
        add_group(message, MH_RT_METRICS, "metrics", object);
        add_group(message, MH_RT_DATA, "data", object);
        if (mh_rt_has(message, MH_RT_ADDRS))
            (void)json_object_set_new(object, "addresses", addresses_json(message));
    } else {
        (void)json_object_set_new(object, "msglen", json_integer((json_int_t)message->length));
        (void)json_object_set_new(object, "version", json_integer(message->bytes[2]));
    }
    if (message->trailing_length > 0)
        (void)json_object_set_new(
            object, "trailing",
            mh_rt_hexadecimal(message->bytes + message->trailing_offset, message->trailing_length));
    if (mh_rt_problem(message, problem, sizeof problem))
        (void)json_object_set_new(object, "problem", json_string(problem));
    return object;
}
