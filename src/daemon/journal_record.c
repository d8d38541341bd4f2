#include "daemon/journal_record.h"

#include "core/field_json.h"
#include "core/op_json.h"

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

/* An array; not NULL for 0. */
static void *take_array(struct mh_record *record, size_t count, size_t size)
{
    return count <= SIZE_MAX / size ? take(record, count * size + 1) : NULL;
}

static const char *take_text(struct mh_record *record, const char *text, size_t length)
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

static bool copy_op(struct mh_record *record, const struct mh_op *op, struct mh_op *copy)
{
    *copy = *op;
    if (!is_route(op))
        return true;
    size_t count = op->of.route.next_hop_count;
    struct mh_next_hop *hops = take_array(record, count, sizeof *hops);
    if (hops == NULL)
        return false;
    if (count > 0)
        memcpy(hops, op->of.route.next_hops, count * sizeof *hops);
    copy->of.route.next_hops = hops;
    return true;
}

static bool copy_step(struct mh_record *record, const struct mh_plan_step *step, struct mh_plan_step *copy)
{
    struct mh_op *undo = take_array(record, step->undo_count, sizeof *undo);
    copy->undo = undo;
    copy->undo_count = step->undo_count;
    copy->member = take_text(record, step->member, strlen(step->member));
    if (undo == NULL || copy->member == NULL || !copy_op(record, &step->op, &copy->op))
        return false;
    for (size_t i = 0; i < step->undo_count; i++)
        if (!copy_op(record, &step->undo[i], &undo[i]))
            return false;
    return true;
}

static bool copy_notes(struct mh_record *record, enum mh_record_notes kind, const struct mh_plan_note *notes,
                       size_t count)
{
    record->notes[kind] = take_array(record, count, sizeof *notes);
    if (record->notes[kind] == NULL)
        return false;
    for (; record->note_counts[kind] < count; record->note_counts[kind]++) {
        const struct mh_plan_note *note = &notes[record->note_counts[kind]];
        struct mh_plan_note *copy = &record->notes[kind][record->note_counts[kind]];
        copy->member = take_text(record, note->member, strlen(note->member));
        copy->text = take_text(record, note->text, strlen(note->text));
        if (copy->member == NULL || copy->text == NULL)
            return false;
    }
    return true;
}

static bool make_steps(struct mh_record *record, size_t count)
{
    record->step_count = count;
    record->steps = take_array(record, count, sizeof *record->steps);
    record->native = take_array(record, count, sizeof(const char *));
    return record->steps != NULL && record->native != NULL;
}

static bool copy_steps(struct mh_record *record, const struct mh_plan *plan,
                       void (*describe)(void *context, const struct mh_op *op, struct mh_text *text),
                       void *context)
{
    if (!make_steps(record, plan->step_count))
        return false;
    for (size_t i = 0; i < plan->step_count; i++) {
        struct mh_text text = {0};
        if (describe != NULL)
            describe(context, &plan->steps[i].op, &text);
        record->native[i] = text.failed ? NULL : take_text(record, text.bytes, text.length);
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
    record->config.path = take_text(record, path, strlen(path));
    record->config.text = take_text(record, text, length);
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
    record->interfaces = take_array(record, snapshot->interface_count, sizeof *record->interfaces);
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

/* ---- fields ---------------------------------------------------------------------------------------- */

#define FIELD(structure, name, member, type, required)                                                       \
    {                                                                                                        \
        name, type, required, offsetof(structure, member), sizeof(((structure *)NULL)->member), 0, 0         \
    }
#define FIELDS_END                                                                                           \
    {                                                                                                        \
        NULL, MH_FIELD_BOOL, false, 0, 0, 0, 0                                                               \
    }

static const struct mh_field head_fields[] = {
    FIELD(struct mh_record, "id", id, MH_FIELD_I64, true),
    FIELD(struct mh_record, "boot", incarnation.boot, MH_FIELD_TEXT, true),
    FIELD(struct mh_record, "namespace", incarnation.space, MH_FIELD_TEXT, true),
    FIELD(struct mh_record, "begun", begun, MH_FIELD_I64, true),
    FIELD(struct mh_record, "deadline", deadline, MH_FIELD_I64, false),
    FIELD(struct mh_record, "timeout", timeout, MH_FIELD_I64, false),
    FIELD(struct mh_record, "token_sha256", token_hash, MH_FIELD_TEXT, false),
    FIELDS_END,
};

static const struct mh_field interface_fields[] = {
    FIELD(struct mh_record_interface, "index", index, MH_FIELD_U32, true),
    FIELD(struct mh_record_interface, "name", name, MH_FIELD_TEXT, true),
    FIELDS_END,
};

static const struct mh_field config_fields[] = {
    FIELD(struct mh_record_config, "revision", revision, MH_FIELD_TEXT, false),
    FIELD(struct mh_record_config, "mode", mode, MH_FIELD_U32, true),
    FIELDS_END,
};

/* Members with a value that is not a field's. */
struct step_parts {
    const json_t *op, *undo, *member, *native;
};
static const struct mh_field step_fields[] = {
    FIELD(struct step_parts, "op", op, MH_FIELD_JSON, true),
    FIELD(struct step_parts, "undo", undo, MH_FIELD_JSON, true),
    FIELD(struct step_parts, "member", member, MH_FIELD_JSON, true),
    FIELD(struct step_parts, "native", native, MH_FIELD_JSON, true),
    FIELDS_END,
};

struct note_parts {
    const json_t *member, *text;
};
static const struct mh_field note_fields[] = {
    FIELD(struct note_parts, "member", member, MH_FIELD_JSON, true),
    FIELD(struct note_parts, "text", text, MH_FIELD_JSON, true),
    FIELDS_END,
};

struct config_parts {
    const json_t *rest, *path, *text;
};
static const struct mh_field config_part_fields[] = {
    FIELD(struct config_parts, "file", rest, MH_FIELD_JSON, true),
    FIELD(struct config_parts, "path", path, MH_FIELD_JSON, true),
    FIELD(struct config_parts, "text", text, MH_FIELD_JSON, true),
    FIELDS_END,
};

struct record_parts {
    const json_t *head, *steps, *notes[3], *interfaces, *ledger, *config;
};
static const struct mh_field record_fields[] = {
    FIELD(struct record_parts, "transaction", head, MH_FIELD_JSON, true),
    FIELD(struct record_parts, "steps", steps, MH_FIELD_JSON, true),
    FIELD(struct record_parts, "pending", notes[MH_RECORD_PENDING], MH_FIELD_JSON, true),
    FIELD(struct record_parts, "unsupported", notes[MH_RECORD_UNSUPPORTED], MH_FIELD_JSON, true),
    FIELD(struct record_parts, "warnings", notes[MH_RECORD_WARNINGS], MH_FIELD_JSON, true),
    FIELD(struct record_parts, "interfaces", interfaces, MH_FIELD_JSON, true),
    FIELD(struct record_parts, "ledger", ledger, MH_FIELD_JSON, true),
    FIELD(struct record_parts, "config", config, MH_FIELD_JSON, false),
    FIELDS_END,
};

/* ---- writing --------------------------------------------------------------------------------------- */

/* Takes `value`, and fails with it. */
static bool put(json_t *object, const char *name, json_t *value)
{
    return json_object_set_new(object, name, value) == 0;
}

static bool append(json_t *array, json_t *value)
{
    return json_array_append_new(array, value) == 0;
}

/* NULL unless `done`. */
static json_t *whole_or_null(json_t *json, bool done)
{
    if (done)
        return json;
    json_decref(json);
    return NULL;
}

static json_t *object_of(const struct mh_field *fields, const void *value)
{
    json_t *object = json_object();
    return whole_or_null(object, object != NULL && mh_fields_put(object, fields, value));
}

static json_t *undo_to_json(const struct mh_plan_step *step)
{
    json_t *array = json_array();
    bool done = array != NULL;
    for (size_t i = 0; done && i < step->undo_count; i++)
        done = append(array, mh_op_to_json(&step->undo[i]));
    return whole_or_null(array, done);
}

static json_t *step_to_json(const struct mh_plan_step *step, const char *native)
{
    json_t *object = json_object();
    bool done = object != NULL && put(object, "op", mh_op_to_json(&step->op)) &&
                put(object, "undo", undo_to_json(step)) && put(object, "member", json_string(step->member)) &&
                put(object, "native", json_string(native));
    return whole_or_null(object, done);
}

static json_t *steps_to_json(const struct mh_record *record)
{
    json_t *array = json_array();
    bool done = array != NULL;
    for (size_t i = 0; done && i < record->step_count; i++)
        done = append(array, step_to_json(&record->steps[i], record->native[i]));
    return whole_or_null(array, done);
}

static json_t *notes_to_json(const struct mh_record *record, enum mh_record_notes kind)
{
    json_t *array = json_array();
    bool done = array != NULL;
    for (size_t i = 0; done && i < record->note_counts[kind]; i++) {
        const struct mh_plan_note *note = &record->notes[kind][i];
        done = append(array, json_pack("{s:s, s:s}", "member", note->member, "text", note->text));
    }
    return whole_or_null(array, done);
}

static json_t *interfaces_to_json(const struct mh_record *record)
{
    json_t *array = json_array();
    bool done = array != NULL;
    for (size_t i = 0; done && i < record->interface_count; i++)
        done = append(array, object_of(interface_fields, &record->interfaces[i]));
    return whole_or_null(array, done);
}

static json_t *config_to_json(const struct mh_record_config *config)
{
    json_t *object = json_object();
    bool done = object != NULL && put(object, "file", object_of(config_fields, config)) &&
                put(object, "path", json_string(config->path)) &&
                put(object, "text", json_stringn(config->text, config->length));
    return whole_or_null(object, done);
}

json_t *mh_record_to_json(const struct mh_record *record)
{
    json_t *object = json_object();
    bool done = object != NULL && put(object, "transaction", object_of(head_fields, record)) &&
                put(object, "steps", steps_to_json(record)) &&
                put(object, "pending", notes_to_json(record, MH_RECORD_PENDING)) &&
                put(object, "unsupported", notes_to_json(record, MH_RECORD_UNSUPPORTED)) &&
                put(object, "warnings", notes_to_json(record, MH_RECORD_WARNINGS)) &&
                put(object, "interfaces", interfaces_to_json(record)) &&
                put(object, "ledger", mh_ledger_to_json(&record->ledger)) &&
                (record->config.path[0] == '\0' || put(object, "config", config_to_json(&record->config)));
    return whole_or_null(object, done);
}

/* ---- reading --------------------------------------------------------------------------------------- */

static enum mh_error fail_memory(struct mh_failure *failure)
{
    return mh_fail(failure, MH_NO_MEMORY, "out of memory");
}

static enum mh_error read_text(struct mh_record *record, const json_t *json, const char **text,
                               struct mh_failure *failure)
{
    if (!json_is_string(json))
        return mh_fail(failure, MH_MALFORMED, "there is something else in place of text");
    *text = take_text(record, json_string_value(json), json_string_length(json));
    return *text != NULL ? MH_OK : fail_memory(failure);
}

static enum mh_error expect_array(const json_t *json, struct mh_failure *failure)
{
    return json_is_array(json) ? MH_OK
                               : mh_fail(failure, MH_MALFORMED, "there is something else in place of a list");
}

static enum mh_error read_op(struct mh_record *record, const json_t *json, struct mh_op *op,
                             struct mh_failure *failure)
{
    struct mh_op own;
    enum mh_error error = mh_op_from_json(json, &own, failure);
    if (error != MH_OK)
        return error;
    bool done = copy_op(record, &own, op);
    mh_op_clear(&own);
    return done ? MH_OK : fail_memory(failure);
}

static enum mh_error read_undo(struct mh_record *record, const json_t *array, struct mh_plan_step *step,
                               struct mh_failure *failure)
{
    enum mh_error error = expect_array(array, failure);
    if (error != MH_OK)
        return error;
    size_t count = json_array_size(array);
    struct mh_op *undo = take_array(record, count, sizeof *undo);
    if (undo == NULL)
        return fail_memory(failure);
    for (size_t i = 0; error == MH_OK && i < count; i++)
        error = read_op(record, json_array_get(array, i), &undo[i], failure);
    step->undo = undo;
    step->undo_count = count;
    return error;
}

static enum mh_error read_step(struct mh_record *record, const json_t *json, size_t index,
                               struct mh_failure *failure)
{
    struct step_parts parts;
    struct mh_plan_step *step = &record->steps[index];
    enum mh_error error = mh_fields_take(json, step_fields, &parts, failure);
    if (error == MH_OK)
        error = read_op(record, parts.op, &step->op, failure);
    if (error == MH_OK)
        error = read_undo(record, parts.undo, step, failure);
    if (error == MH_OK)
        error = read_text(record, parts.member, &step->member, failure);
    return error == MH_OK ? read_text(record, parts.native, &record->native[index], failure) : error;
}

static enum mh_error read_steps(struct mh_record *record, const json_t *array, struct mh_failure *failure)
{
    enum mh_error error = expect_array(array, failure);
    if (error == MH_OK && !make_steps(record, json_array_size(array)))
        error = fail_memory(failure);
    for (size_t i = 0; error == MH_OK && i < record->step_count; i++)
        error = read_step(record, json_array_get(array, i), i, failure);
    return error;
}

static enum mh_error read_note(struct mh_record *record, const json_t *json, struct mh_plan_note *note,
                               struct mh_failure *failure)
{
    struct note_parts parts;
    enum mh_error error = mh_fields_take(json, note_fields, &parts, failure);
    if (error == MH_OK)
        error = read_text(record, parts.member, &note->member, failure);
    return error == MH_OK ? read_text(record, parts.text, &note->text, failure) : error;
}

static enum mh_error read_notes(struct mh_record *record, enum mh_record_notes kind, const json_t *array,
                                struct mh_failure *failure)
{
    enum mh_error error = expect_array(array, failure);
    if (error != MH_OK)
        return error;
    size_t count = json_array_size(array);
    record->notes[kind] = take_array(record, count, sizeof *record->notes[kind]);
    if (record->notes[kind] == NULL)
        return fail_memory(failure);
    record->note_counts[kind] = count;
    for (size_t i = 0; error == MH_OK && i < count; i++)
        error = read_note(record, json_array_get(array, i), &record->notes[kind][i], failure);
    return error;
}

static enum mh_error read_interfaces(struct mh_record *record, const json_t *array,
                                     struct mh_failure *failure)
{
    enum mh_error error = expect_array(array, failure);
    if (error != MH_OK)
        return error;
    record->interface_count = json_array_size(array);
    record->interfaces = take_array(record, record->interface_count, sizeof *record->interfaces);
    if (record->interfaces == NULL)
        return fail_memory(failure);
    for (size_t i = 0; error == MH_OK && i < record->interface_count; i++)
        error = mh_fields_take(json_array_get(array, i), interface_fields, &record->interfaces[i], failure);
    return error;
}

static enum mh_error read_config(struct mh_record *record, const json_t *json, struct mh_failure *failure)
{
    struct config_parts parts;
    if (json == NULL)
        return mh_record_set_config(record, "", "", 0) ? MH_OK : fail_memory(failure);
    enum mh_error error = mh_fields_take(json, config_part_fields, &parts, failure);
    if (error == MH_OK)
        error = mh_fields_take(parts.rest, config_fields, &record->config, failure);
    if (error == MH_OK)
        error = read_text(record, parts.path, &record->config.path, failure);
    if (error == MH_OK)
        error = read_text(record, parts.text, &record->config.text, failure);
    record->config.length = json_string_length(parts.text);
    return error;
}

static enum mh_error read_record(const json_t *json, struct mh_record *record, struct mh_failure *failure)
{
    struct record_parts parts;
    enum mh_error error = mh_fields_take(json, record_fields, &parts, failure);
    if (error == MH_OK)
        error = mh_fields_take(parts.head, head_fields, record, failure);
    if (error == MH_OK && record->id < 1)
        error = mh_fail(failure, MH_MALFORMED, "the number of the transaction is wrong");
    if (error == MH_OK)
        error = read_steps(record, parts.steps, failure);
    for (int kind = 0; error == MH_OK && kind < 3; kind++)
        error = read_notes(record, (enum mh_record_notes)kind, parts.notes[kind], failure);
    if (error == MH_OK)
        error = read_interfaces(record, parts.interfaces, failure);
    if (error == MH_OK)
        error = mh_ledger_from_json(parts.ledger, &record->ledger, failure);
    return error == MH_OK ? read_config(record, parts.config, failure) : error;
}

enum mh_error mh_record_from_json(const json_t *json, struct mh_record **record, struct mh_failure *failure)
{
    *record = calloc(1, sizeof **record);
    if (*record == NULL)
        return fail_memory(failure);
    enum mh_error error = read_record(json, *record, failure);
    if (error != MH_OK) {
        mh_record_free(*record);
        *record = NULL;
    }
    return error;
}
