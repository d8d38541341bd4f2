#include "daemon/journal_record_parts.h"

#include <stdlib.h>
#include <string.h>

/* ---- memory ---------------------------------------------------------------------------------------- */

/* Blocks in a chain; a record is made once, read often, and freed whole. */
struct block {
    struct block *next;
    size_t used, size;
    max_align_t bytes[];
};

enum { BLOCK_SIZE = 64 * 1024 };

/* Zeroed. NULL: out of memory. */
static void *take(struct mh_record *record, size_t size)
{
    struct block *block = record->memory;
    size_t rounded = (size + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
    if (rounded < size)
        return NULL;
    if (block == NULL || block->size - block->used < rounded) {
        size_t room = rounded > BLOCK_SIZE ? rounded : BLOCK_SIZE;
        block = calloc(1, sizeof *block + room);
        if (block == NULL)
            return NULL;
        *block = (struct block){.next = record->memory, .size = room};
        record->memory = block;
    }
    void *place = (unsigned char *)block->bytes + block->used;
    block->used += rounded;
    return place;
}

void *mh_record_take_array(struct mh_record *record, size_t count, size_t size)
{
    return count <= SIZE_MAX / size ? take(record, count * size + 1) : NULL;
}

const char *mh_record_take_text(struct mh_record *record, const char *text, size_t length)
{
    char *copy = take(record, length + 1);
    if (copy != NULL && length > 0)
        memcpy(copy, text, length);
    return copy;
}

void mh_record_free(struct mh_record *record)
{
    if (record == NULL)
        return;
    for (struct block *block = record->memory, *next; block != NULL; block = next) {
        next = block->next;
        free(block);
    }
    mh_ledger_clear(&record->ledger);
    free(record);
}

/* ---- from a plan ----------------------------------------------------------------------------------- */

static bool is_route(const struct mh_op *op)
{
    return op->kind == MH_OP_ROUTE_ADD || op->kind == MH_OP_ROUTE_REPLACE || op->kind == MH_OP_ROUTE_DELETE;
}

bool mh_record_copy_op(struct mh_record *record, const struct mh_op *op, struct mh_op *copy)
{
    *copy = *op;
    if (!is_route(op))
        return true;
    size_t count = op->of.route.next_hop_count, length = op->of.route.native_length;
    struct mh_next_hop *hops = mh_record_take_array(record, count, sizeof *hops);
    uint8_t *native = mh_record_take_array(record, length, sizeof *native);
    if (hops == NULL || native == NULL)
        return false;
    if (count > 0)
        memcpy(hops, op->of.route.next_hops, count * sizeof *hops);
    if (length > 0)
        memcpy(native, op->of.route.native, length);
    copy->of.route.next_hops = hops;
    copy->of.route.native = native;
    return true;
}

static bool copy_step(struct mh_record *record, const struct mh_plan_step *step, struct mh_plan_step *copy)
{
    struct mh_op *undo = mh_record_take_array(record, step->undo_count, sizeof *undo);
    copy->undo = undo;
    copy->undo_count = step->undo_count;
    copy->member = mh_record_take_text(record, step->member, strlen(step->member));
    if (undo == NULL || copy->member == NULL || !mh_record_copy_op(record, &step->op, &copy->op))
        return false;
    for (size_t i = 0; i < step->undo_count; i++)
        if (!mh_record_copy_op(record, &step->undo[i], &undo[i]))
            return false;
    return true;
}

static bool copy_notes(struct mh_record *record, enum mh_record_notes kind, const struct mh_plan_note *notes,
                       size_t count)
{
    record->notes[kind] = mh_record_take_array(record, count, sizeof *notes);
    if (record->notes[kind] == NULL)
        return false;
    for (; record->note_counts[kind] < count; record->note_counts[kind]++) {
        const struct mh_plan_note *note = &notes[record->note_counts[kind]];
        struct mh_plan_note *copy = &record->notes[kind][record->note_counts[kind]];
        copy->member = mh_record_take_text(record, note->member, strlen(note->member));
        copy->text = mh_record_take_text(record, note->text, strlen(note->text));
        if (copy->member == NULL || copy->text == NULL)
            return false;
    }
    return true;
}

bool mh_record_make_steps(struct mh_record *record, size_t count)
{
    record->step_count = count;
    record->steps = mh_record_take_array(record, count, sizeof *record->steps);
    record->native = mh_record_take_array(record, count, sizeof(const char *));
    return record->steps != NULL && record->native != NULL;
}

static bool copy_steps(struct mh_record *record, const struct mh_plan *plan,
                       void (*describe)(void *context, const struct mh_op *op, struct mh_text *text),
                       void *context)
{
    if (!mh_record_make_steps(record, plan->step_count))
        return false;
    for (size_t i = 0; i < plan->step_count; i++) {
        struct mh_text text = {0};
        if (describe != NULL)
            describe(context, &plan->steps[i].op, &text);
        record->native[i] = text.failed ? NULL : mh_record_take_text(record, text.bytes, text.length);
        mh_text_clear(&text);
        if (record->native[i] == NULL || !copy_step(record, &plan->steps[i], &record->steps[i]))
            return false;
    }
    return true;
}

struct mh_record *mh_record_of_plan(const struct mh_plan *plan,
                                    void (*describe)(void *context, const struct mh_op *op,
                                                     struct mh_text *text),
                                    void *context)
{
    struct mh_record *record = calloc(1, sizeof *record);
    if (record == NULL)
        return NULL;
    if (mh_ledger_copy(&plan->ledger, &record->ledger) == MH_OK &&
        copy_steps(record, plan, describe, context) &&
        copy_notes(record, MH_RECORD_PENDING, plan->pending, plan->pending_count) &&
        copy_notes(record, MH_RECORD_UNSUPPORTED, plan->unsupported, plan->unsupported_count) &&
        copy_notes(record, MH_RECORD_WARNINGS, plan->warnings, plan->warning_count) &&
        mh_record_set_config(record, "", "", 0))
        return record;
    mh_record_free(record);
    return NULL;
}

bool mh_record_set_config(struct mh_record *record, const char *path, const char *text, size_t length)
{
    record->config.path = mh_record_take_text(record, path, strlen(path));
    record->config.text = mh_record_take_text(record, text, length);
    record->config.length = length;
    return record->config.path != NULL && record->config.text != NULL;
}

/* ---- interfaces ------------------------------------------------------------------------------------ */

static bool op_speaks_of(const struct mh_op *op, uint32_t interface)
{
    switch (op->kind) {
    case MH_OP_ADDRESS_ADD:
    case MH_OP_ADDRESS_DELETE:
    case MH_OP_ADDRESS_FLAGS:
        return op->of.address.interface == interface;
    case MH_OP_SETTING_SET:
        return op->of.setting.interface == interface;
    case MH_OP_LINK_ADDRESS_SET:
        return op->of.link.interface == interface;
    case MH_OP_PROXY_ADD:
    case MH_OP_PROXY_DELETE:
        return op->of.proxy.interface == interface;
    case MH_OP_LABEL_ADD:
    case MH_OP_LABEL_DELETE:
        return op->of.label.interface == interface;
    default:
        break;
    }
    for (size_t i = 0; is_route(op) && i < op->of.route.next_hop_count; i++)
        if (op->of.route.next_hops[i].interface == interface)
            return true;
    return false;
}

static bool steps_speak_of(const struct mh_record *record, uint32_t interface)
{
    for (size_t i = 0; i < record->step_count; i++)
        if (op_speaks_of(&record->steps[i].op, interface))
            return true;
    return false;
}

bool mh_record_name_interfaces(struct mh_record *record, const struct mh_snapshot *snapshot)
{
    record->interfaces = mh_record_take_array(record, snapshot->interface_count, sizeof *record->interfaces);
    if (record->interfaces == NULL)
        return false;
    for (size_t i = 0; i < snapshot->interface_count; i++) {
        const struct mh_interface *interface = &snapshot->interfaces[i];
        if (!steps_speak_of(record, interface->index))
            continue;
        struct mh_record_interface *own = &record->interfaces[record->interface_count++];
        own->index = interface->index;
        memcpy(own->name, interface->name, sizeof own->name);
    }
    return true;
}
