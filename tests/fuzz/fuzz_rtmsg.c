/* The name of a layout in a line, and behind it bytes as if they came from that system's routing socket or
 * sysctl: framing, addresses, events, whole answers, lists; and each message written again. What was read
 * from what was written must be the same. */
#include "bsd/rtmsg_encode.h"
#include "bsd/rtmsg_event.h"
#include "bsd/rtmsg_nexthop.h"

#include <stdlib.h>
#include <string.h>

enum { NAME_MAX_LENGTH = 32 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void insist(bool holds)
{
    if (!holds)
        abort();
}

static enum mh_error accept_fact(void *context, const struct mh_fact *fact)
{
    size_t *count = context;
    insist(fact->change == MH_PRESENT);
    ++*count;
    return MH_OK;
}

static void write_again(const struct mh_rt_message *message)
{
    uint8_t bytes[2048];
    struct mh_rt_writer writer;
    struct mh_rt_message again;
    if (message->record == NULL || message->type->form == MH_RT_OPAQUE)
        return;
    mh_rt_begin(&writer, message->layout, message->type->number, bytes, sizeof bytes);
    mh_rt_set(&writer, MH_RT_INDEX, mh_rt_value(message, MH_RT_INDEX));
    mh_rt_set(&writer, MH_RT_FLAGS, mh_rt_value(message, MH_RT_FLAGS));
    for (unsigned slot = 0; slot < message->layout->slots; slot++)
        if (message->addresses[slot].kind != MH_RT_ABSENT)
            mh_rt_add(&writer, (enum mh_rt_slot)slot, &message->addresses[slot]);
    size_t length = mh_rt_finish(&writer);
    if (length == 0)
        return;
    struct mh_rt_walk walk = {message->layout, bytes, length, 0, false};
    insist(mh_rt_next(&walk, &again, NULL) == MH_OK && !again.cut && again.trailing_length == 0);
    insist(mh_rt_value(&again, MH_RT_FLAGS) == mh_rt_value(message, MH_RT_FLAGS));
    for (unsigned slot = 0; mh_rt_has(&again, MH_RT_ADDRS) && slot < message->layout->slots; slot++)
        insist(again.addresses[slot].length == message->addresses[slot].length &&
               mh_address_equal(&again.addresses[slot].address, &message->addresses[slot].address));
}

static void read_messages(const struct mh_rt_layout *layout, const uint8_t *bytes, size_t length,
                          bool long_records)
{
    struct mh_rt_walk walk = {layout, bytes, length, 0, long_records};
    struct mh_rt_message message;
    struct mh_rt_event event;
    struct mh_failure failure;
    enum mh_error code = MH_OK;
    while (code != MH_NOT_FOUND) {
        size_t before = walk.offset;
        code = mh_rt_next(&walk, &message, &failure);
        insist(walk.offset > before || code == MH_NOT_FOUND);
        if (code != MH_OK)
            continue;
        insist(message.trailing_offset + message.trailing_length == message.length);
        for (int way = 0; way < 4; way++) {
            struct mh_rt_context context = {0, (way & 1) != 0, (way & 2) != 0};
            (void)mh_rt_event_of(&message, &context, &event, &failure);
        }
        write_again(&message);
    }
}

static void read_answers(const struct mh_rt_layout *layout, const uint8_t *bytes, size_t length,
                         bool long_records)
{
    size_t count = 0;
    struct mh_failure failure;
    struct mh_feed feed = {.context = &count, .fact = accept_fact};
    struct mh_rt_answer answer = {layout, bytes, length, long_records, 1, &count};
    (void)mh_rt_feed_interfaces(&answer, &feed, &failure);
    (void)mh_rt_feed_addresses(&answer, &feed, &failure);
    (void)mh_rt_feed_routes(&answer, &feed, &failure);
    (void)mh_rt_feed_neighbors(&answer, &feed, &failure);
}

static void read_lists(const struct mh_rt_layout *layout, const uint8_t *bytes, size_t length)
{
    struct mh_rt_name name;
    uint16_t table, domain;
    for (size_t offset = 0; mh_rt_next_name(layout, bytes, length, &offset, &name) != MH_NOT_FOUND;)
        insist(offset <= length);
    struct mh_rt_nexthop nexthop;
    enum mh_error code = MH_OK;
    for (size_t offset = 0, before = 0; code != MH_NOT_FOUND && code != MH_UNSUPPORTED; before = offset) {
        code = mh_rt_next_nexthop(layout, bytes, length, &offset, &nexthop, NULL);
        insist(offset <= length && (offset > before || code == MH_NOT_FOUND || code == MH_UNSUPPORTED));
    }
    (void)mh_rt_decode_table(layout, bytes, length, &table, &domain);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char name[NAME_MAX_LENGTH + 1] = "";
    const uint8_t *line_end = memchr(data, '\n', size < NAME_MAX_LENGTH ? size : NAME_MAX_LENGTH);
    if (line_end == NULL)
        return 0;
    memcpy(name, data, (size_t)(line_end - data));
    const struct mh_rt_layout *layout = mh_rt_layout_find(name);
    size_t length = size - (size_t)(line_end + 1 - data);
    uint8_t *copy = layout == NULL ? NULL : malloc(length > 0 ? length : 1); /* exactly as large */
    if (copy == NULL)
        return 0;
    memcpy(copy, line_end + 1, length);
    bool long_records = mh_rt_looks_long(layout, copy, length);
    read_messages(layout, copy, length, long_records);
    read_answers(layout, copy, length, long_records);
    read_lists(layout, copy, length);
    free(copy);
    return 0;
}
