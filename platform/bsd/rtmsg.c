/* Framing, header fields and the list of addresses. */
#include "rtmsg.h"

#include <string.h>

/* Length, version and type stand in front of every message of every system. */
enum { COMMON_SIZE = 4, LENGTH_WIDTH = 2, VERSION_OFFSET = 2, TYPE_OFFSET = 3 };

/* ---- fields ---------------------------------------------------------------------------------------- */

/* Where the field stands in this message; NULL when it has none, or its header ends before it. */
static const uint8_t *locate(const struct mh_rt_message *message, enum mh_rt_field field, unsigned *width)
{
    const struct mh_rt_record *record = message->record;
    size_t shift = mh_rt_field_group(field) == MH_RT_DATA ? message->data_shift : 0;
    for (size_t i = 0; record != NULL && i < record->place_count; i++) {
        const struct mh_rt_place *place = &record->places[i];
        if (place->field != field)
            continue;
        *width = place->width;
        return place->offset + shift + place->width <= message->header_length
                   ? message->bytes + place->offset + shift
                   : NULL;
    }
    return NULL;
}

bool mh_rt_has(const struct mh_rt_message *message, enum mh_rt_field field)
{
    unsigned width;
    return locate(message, field, &width) != NULL;
}

uint64_t mh_rt_value(const struct mh_rt_message *message, enum mh_rt_field field)
{
    unsigned width;
    const uint8_t *bytes = locate(message, field, &width);
    return bytes == NULL ? 0 : mh_rt_read_number(message->layout, bytes, width);
}

/* A name in MH_RT_NAME_SIZE octets, which end it or not. */
static void copy_name(const uint8_t *bytes, char name[MH_RT_NAME_SIZE + 1])
{
    memcpy(name, bytes, MH_RT_NAME_SIZE);
    name[MH_RT_NAME_SIZE] = '\0';
}

void mh_rt_announced_name(const struct mh_rt_message *message, char name[MH_RT_NAME_SIZE + 1])
{
    const struct mh_rt_record *record = message->record;
    name[0] = '\0';
    if (record == NULL || record->name_offset == 0)
        return;
    if ((size_t)record->name_offset + MH_RT_NAME_SIZE <= message->header_length)
        copy_name(message->bytes + record->name_offset, name);
}

/* ---- addresses ------------------------------------------------------------------------------------- */

static bool is_mask(unsigned slot)
{
    return slot == MH_RT_NETMASK || slot == MH_RT_GENMASK;
}

/* What the masks of a message are masks of: its destination, or the address of the interface that it tells
 * of. */
static enum mh_family masked_family(const struct mh_rt_message *message)
{
    static const uint8_t slots[] = {MH_RT_DST, MH_RT_IFA, MH_RT_BRD};
    for (size_t i = 0; i < sizeof slots; i++) {
        const struct mh_rt_sockaddr *sockaddr = &message->addresses[slots[i]];
        if (sockaddr->kind != MH_RT_ABSENT && sockaddr->kind != MH_RT_EMPTY)
            return (enum mh_family)sockaddr->address.family;
    }
    return MH_FAMILY_NONE;
}

/* OpenBSD's sockaddr_rtlabel, sockaddr_rtdns and so on: text behind length and family. */
static void decode_text(struct mh_rt_sockaddr *sockaddr)
{
    if (sockaddr->length < 2)
        return;
    sockaddr->kind = MH_RT_TEXT;
    sockaddr->text = (const char *)sockaddr->bytes + 2;
    sockaddr->text_length = (uint8_t)strnlen(sockaddr->text, sockaddr->length - 2U);
}

static void give_meaning(struct mh_rt_message *message)
{
    enum mh_family family = masked_family(message);
    for (unsigned slot = 0; slot < message->layout->slots; slot++)
        if (is_mask(slot))
            mh_rt_decode_mask(&message->addresses[slot], family);
    if (message->layout->system != MH_RT_OPENBSD)
        return;
    struct mh_rt_sockaddr *label = &message->addresses[MH_RT_LABEL];
    if (label->kind == MH_RT_OTHER)
        decode_text(label);
    mh_rt_decode_mask(&message->addresses[MH_RT_SRCMASK],
                      (enum mh_family)message->addresses[MH_RT_SRC].address.family);
}

static void read_addresses(struct mh_rt_message *message)
{
    size_t at = message->header_length;
    for (unsigned slot = 0; slot < message->layout->slots && at < message->length; slot++) {
        size_t left = message->length - at;
        if ((message->listed & 1U << slot) == 0)
            continue;
        if (!mh_rt_decode_sockaddr(message->layout, message->bytes + at, left, &message->addresses[slot])) {
            message->cut = true;
            message->cut_at = at;
            break;
        }
        size_t step = mh_rt_step(message->layout, message->addresses[slot].length);
        at += step < left ? step : left;
    }
    message->trailing_offset = at;
    message->trailing_length = message->length - at;
    give_meaning(message);
}

/* ---- messages -------------------------------------------------------------------------------------- */

static enum mh_rt_form form_of(const struct mh_rt_walk *walk, const struct mh_rt_type *type)
{
    if (type == NULL)
        return MH_RT_OPAQUE;
    if (walk->long_records && type->form == MH_RT_INTERFACE)
        return MH_RT_LONG_INTERFACE;
    if (walk->long_records && type->form == MH_RT_ADDRESS)
        return MH_RT_LONG_ADDRESS;
    return (enum mh_rt_form)type->form;
}

/* The header's own word for its length, where it has one; else that of the C structure. */
static size_t header_length_of(const struct mh_rt_message *message)
{
    static const uint8_t fields[] = {MH_RT_HDRLEN, MH_RT_LEN};
    unsigned width;
    for (size_t i = 0; i < sizeof fields; i++) {
        const uint8_t *bytes = locate(message, (enum mh_rt_field)fields[i], &width);
        if (bytes != NULL)
            return mh_rt_read_number(message->layout, bytes, width);
    }
    return message->record->size;
}

/* How much of a header must be there: all but struct if_data, which has grown in the past. */
static size_t least_header(const struct mh_rt_record *record)
{
    return record->data_offset > 0 ? record->data_offset : record->size;
}

/* FreeBSD's long records say where their struct if_data begins. */
static bool shift_data(struct mh_rt_message *message)
{
    if (!mh_rt_has(message, MH_RT_DATA_OFF))
        return true;
    uint64_t begin = mh_rt_value(message, MH_RT_DATA_OFF);
    message->data_shift = begin - message->record->data_offset;
    return begin >= message->record->data_offset && begin <= message->header_length;
}

static enum mh_error refuse(const struct mh_rt_message *message, const char *what, size_t number,
                            struct mh_failure *failure)
{
    return mh_fail(failure, MH_MALFORMED, "offset %zu: %s of %zu octets: %s %zu", message->offset,
                   message->type != NULL ? message->type->name : "a message", message->length, what, number);
}

static enum mh_error read_header(struct mh_rt_message *message, struct mh_failure *failure)
{
    size_t least = least_header(message->record);
    message->header_length = message->length; /* so that its own word can be read at all */
    if (message->length < least)
        return refuse(message, "too short for a header of", least, failure);
    message->header_length = header_length_of(message);
    if (message->header_length < least || message->header_length > message->length)
        return refuse(message, "the header cannot have a length of", message->header_length, failure);
    if (!shift_data(message))
        return refuse(message, "the header says that its data begins at",
                      mh_rt_value(message, MH_RT_DATA_OFF), failure);
    message->listed = (uint32_t)mh_rt_value(message, MH_RT_ADDRS);
    read_addresses(message);
    return MH_OK;
}

/* What cannot be framed ends the walk: nothing says where the next message would begin. */
static enum mh_error give_up(struct mh_rt_walk *walk, size_t said, struct mh_failure *failure)
{
    size_t offset = walk->offset, left = walk->length - walk->offset;
    walk->offset = walk->length;
    if (left < COMMON_SIZE)
        return mh_fail(failure, MH_MALFORMED, "offset %zu: %zu octets are left, too few for a message",
                       offset, left);
    return mh_fail(failure, MH_MALFORMED,
                   "offset %zu: a message cannot have a length of %zu octets where %zu are left", offset,
                   said, left);
}

enum mh_error mh_rt_next(struct mh_rt_walk *walk, struct mh_rt_message *message, struct mh_failure *failure)
{
    const uint8_t *bytes = walk->bytes + walk->offset;
    size_t left = walk->length - walk->offset, said = 0;
    if (left == 0)
        return MH_NOT_FOUND;
    if (left >= COMMON_SIZE)
        said = mh_rt_read_number(walk->layout, bytes, LENGTH_WIDTH);
    if (said < COMMON_SIZE || said > left)
        return give_up(walk, said, failure);
    memset(message, 0, sizeof *message);
    message->layout = walk->layout;
    message->type = mh_rt_type_find(walk->layout, bytes[TYPE_OFFSET]);
    message->bytes = bytes;
    message->length = said;
    message->offset = walk->offset;
    message->foreign_version = bytes[VERSION_OFFSET] != walk->layout->version;
    walk->offset += said;
    enum mh_rt_form form = form_of(walk, message->type);
    if (form != MH_RT_OPAQUE && walk->layout->records[form].size != 0) {
        message->record = &walk->layout->records[form];
        return read_header(message, failure);
    }
    message->header_length = message->trailing_offset = COMMON_SIZE;
    message->trailing_length = said - COMMON_SIZE;
    return MH_OK;
}

bool mh_rt_looks_long(const struct mh_rt_layout *layout, const uint8_t *bytes, size_t length)
{
    const struct mh_rt_record *record = &layout->records[MH_RT_LONG_INTERFACE];
    const struct mh_rt_type *type =
        length >= COMMON_SIZE ? mh_rt_type_find(layout, bytes[TYPE_OFFSET]) : NULL;
    if (record->size == 0 || length < record->size || type == NULL)
        return false;
    if (type->form != MH_RT_INTERFACE && type->form != MH_RT_ADDRESS)
        return false;
    struct mh_rt_message message = {
        .layout = layout, .record = record, .bytes = bytes, .length = length, .header_length = length};
    return mh_rt_value(&message, MH_RT_LEN) >= record->size &&
           mh_rt_value(&message, MH_RT_DATA_OFF) == record->data_offset;
}

/* ---- lists without messages ------------------------------------------------------------------------ */

enum mh_error mh_rt_next_name(const struct mh_rt_layout *layout, const uint8_t *bytes, size_t length,
                              size_t *offset, struct mh_rt_name *name)
{
    size_t left = length - *offset;
    const uint8_t *record = bytes + *offset;
    if (left == 0)
        return MH_NOT_FOUND;
    *offset += left < MH_RT_NAME_RECORD_SIZE ? left : MH_RT_NAME_RECORD_SIZE;
    if (left < MH_RT_NAME_RECORD_SIZE)
        return MH_MALFORMED;
    name->index = (uint32_t)mh_rt_read_number(layout, record, 4);
    copy_name(record + 4, name->name);
    return name->index == 0 || name->name[0] == '\0' ? MH_MALFORMED : MH_OK;
}

enum mh_error mh_rt_decode_table(const struct mh_rt_layout *layout, const uint8_t *bytes, size_t length,
                                 uint16_t *table, uint16_t *domain)
{
    if (length != MH_RT_TABLE_RECORD_SIZE)
        return MH_MALFORMED;
    *table = (uint16_t)mh_rt_read_number(layout, bytes, 2);
    *domain = (uint16_t)mh_rt_read_number(layout, bytes + 2, 2);
    return MH_OK;
}
