/* Records as JSON and back. */
#include "core/field_json.h"
#include "core/ledger_json.h"
#include "core/op_json.h"
#include "daemon/journal_record_parts.h"

#include <stdlib.h>
#include <string.h>

/* ---- fields ---------------------------------------------------------------------------------------- */

static const struct mh_field head_fields[] = {
    MH_FIELD_ROW(struct mh_record, "id", id, MH_FIELD_I64, true),
    MH_FIELD_ROW(struct mh_record, "boot", incarnation.boot, MH_FIELD_TEXT, true),
    MH_FIELD_ROW(struct mh_record, "namespace", incarnation.space, MH_FIELD_TEXT, true),
    MH_FIELD_ROW(struct mh_record, "begun", begun, MH_FIELD_I64, true),
    MH_FIELD_ROW(struct mh_record, "deadline", deadline, MH_FIELD_I64, false),
    MH_FIELD_ROW(struct mh_record, "timeout", timeout, MH_FIELD_I64, false),
    MH_FIELD_ROW(struct mh_record, "token_sha256", token_hash, MH_FIELD_TEXT, false),
    MH_FIELDS_END,
};

static const struct mh_field interface_fields[] = {
    MH_FIELD_ROW(struct mh_record_interface, "index", index, MH_FIELD_U32, true),
    MH_FIELD_ROW(struct mh_record_interface, "name", name, MH_FIELD_TEXT, true),
    MH_FIELDS_END,
};

static const struct mh_field config_fields[] = {
    MH_FIELD_ROW(struct mh_record_config, "revision", revision, MH_FIELD_TEXT, false),
    MH_FIELD_ROW(struct mh_record_config, "mode", mode, MH_FIELD_U32, true),
    MH_FIELDS_END,
};

/* Members with a value that is not a field's. */
struct step_parts {
    const json_t *op, *undo, *member, *native;
};
static const struct mh_field step_fields[] = {
    MH_FIELD_ROW(struct step_parts, "op", op, MH_FIELD_JSON, true),
    MH_FIELD_ROW(struct step_parts, "undo", undo, MH_FIELD_JSON, false), /* its exact opposite */
    MH_FIELD_ROW(struct step_parts, "member", member, MH_FIELD_JSON, true),
    MH_FIELD_ROW(struct step_parts, "native", native, MH_FIELD_JSON, true),
    MH_FIELDS_END,
};

struct note_parts {
    const json_t *member, *text;
};
static const struct mh_field note_fields[] = {
    MH_FIELD_ROW(struct note_parts, "member", member, MH_FIELD_JSON, true),
    MH_FIELD_ROW(struct note_parts, "text", text, MH_FIELD_JSON, true),
    MH_FIELDS_END,
};

struct config_parts {
    const json_t *rest, *path, *text;
};
static const struct mh_field config_part_fields[] = {
    MH_FIELD_ROW(struct config_parts, "file", rest, MH_FIELD_JSON, true),
    MH_FIELD_ROW(struct config_parts, "path", path, MH_FIELD_JSON, true),
    MH_FIELD_ROW(struct config_parts, "text", text, MH_FIELD_JSON, true),
    MH_FIELDS_END,
};

struct record_parts {
    const json_t *head, *steps, *notes[3], *interfaces, *ledger, *config;
};
static const struct mh_field record_fields[] = {
    MH_FIELD_ROW(struct record_parts, "transaction", head, MH_FIELD_JSON, true),
    MH_FIELD_ROW(struct record_parts, "steps", steps, MH_FIELD_JSON, true),
    MH_FIELD_ROW(struct record_parts, "pending", notes[MH_RECORD_PENDING], MH_FIELD_JSON, true),
    MH_FIELD_ROW(struct record_parts, "unsupported", notes[MH_RECORD_UNSUPPORTED], MH_FIELD_JSON, true),
    MH_FIELD_ROW(struct record_parts, "warnings", notes[MH_RECORD_WARNINGS], MH_FIELD_JSON, true),
    MH_FIELD_ROW(struct record_parts, "interfaces", interfaces, MH_FIELD_JSON, true),
    MH_FIELD_ROW(struct record_parts, "ledger", ledger, MH_FIELD_JSON, true),
    MH_FIELD_ROW(struct record_parts, "config", config, MH_FIELD_JSON, false),
    MH_FIELDS_END,
};

/* ---- writing --------------------------------------------------------------------------------------- */

static void open_member(struct mh_text *text, const char *name, const char *bracket)
{
    mh_json_write_name(text, name);
    mh_text_add(text, bracket);
}

static void write_text(struct mh_text *text, const char *name, const char *value)
{
    mh_json_write_name(text, name);
    mh_json_write_string(text, value, strlen(value));
}

static void write_fields(struct mh_text *text, const char *name, const struct mh_field *fields,
                         const void *value)
{
    open_member(text, name, "{");
    mh_fields_write(text, fields, value);
    mh_text_add(text, "}");
}

/* Nearly every step is undone by its exact opposite: that need not be said. */
static void write_undo(struct mh_text *text, const struct mh_plan_step *step)
{
    if (step->undo_count == 1 && mh_op_is_opposite(&step->op, &step->undo[0]))
        return;
    open_member(text, "undo", "[");
    for (size_t i = 0; i < step->undo_count; i++) {
        mh_json_write_comma(text);
        mh_op_write(text, &step->undo[i]);
    }
    mh_text_add(text, "]");
}

static void write_step(struct mh_text *text, const struct mh_plan_step *step, const char *native)
{
    mh_json_write_comma(text);
    mh_text_add(text, "{\"op\":");
    mh_op_write(text, &step->op);
    write_undo(text, step);
    write_text(text, "member", step->member);
    write_text(text, "native", native);
    mh_text_add(text, "}");
}

static void write_notes(struct mh_text *text, const char *name, const struct mh_record *record,
                        enum mh_record_notes kind)
{
    open_member(text, name, "[");
    for (size_t i = 0; i < record->note_counts[kind]; i++) {
        mh_json_write_comma(text);
        mh_text_add(text, "{");
        write_text(text, "member", record->notes[kind][i].member);
        write_text(text, "text", record->notes[kind][i].text);
        mh_text_add(text, "}");
    }
    mh_text_add(text, "]");
}

static void write_interfaces(struct mh_text *text, const struct mh_record *record)
{
    open_member(text, "interfaces", "[");
    for (size_t i = 0; i < record->interface_count; i++) {
        mh_json_write_comma(text);
        mh_text_add(text, "{");
        mh_fields_write(text, interface_fields, &record->interfaces[i]);
        mh_text_add(text, "}");
    }
    mh_text_add(text, "]");
}

static void write_config(struct mh_text *text, const struct mh_record_config *config)
{
    open_member(text, "config", "{");
    write_fields(text, "file", config_fields, config);
    write_text(text, "path", config->path);
    mh_json_write_name(text, "text");
    mh_json_write_string(text, config->text, config->length);
    mh_text_add(text, "}");
}

void mh_record_write(struct mh_text *text, const struct mh_record *record)
{
    mh_text_add(text, "{");
    write_fields(text, "transaction", head_fields, record);
    open_member(text, "steps", "[");
    for (size_t i = 0; i < record->step_count; i++)
        write_step(text, &record->steps[i], record->native[i]);
    mh_text_add(text, "]");
    write_notes(text, "pending", record, MH_RECORD_PENDING);
    write_notes(text, "unsupported", record, MH_RECORD_UNSUPPORTED);
    write_notes(text, "warnings", record, MH_RECORD_WARNINGS);
    write_interfaces(text, record);
    mh_json_write_name(text, "ledger");
    mh_ledger_write(text, &record->ledger);
    if (record->config.path[0] != '\0')
        write_config(text, &record->config);
    mh_text_add(text, "}");
}

json_t *mh_record_to_json(const struct mh_record *record)
{
    struct mh_text text = {0};
    mh_record_write(&text, record);
    return mh_json_of_text(&text);
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
    *text = mh_record_take_text(record, json_string_value(json), json_string_length(json));
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
    bool done = mh_record_copy_op(record, &own, op);
    mh_op_clear(&own);
    return done ? MH_OK : fail_memory(failure);
}

static enum mh_error undo_by_opposite(struct mh_record *record, struct mh_plan_step *step,
                                      struct mh_failure *failure)
{
    enum mh_op_kind opposite;
    if (!mh_op_opposite_kind(step->op.kind, &opposite))
        return mh_fail(failure, MH_MALFORMED, "\"undo\" is missing");
    struct mh_op *undo = mh_record_take_array(record, 1, sizeof *undo);
    if (undo == NULL || !mh_record_copy_op(record, &step->op, undo))
        return fail_memory(failure);
    undo->kind = opposite;
    step->undo = undo;
    step->undo_count = 1;
    return MH_OK;
}

static enum mh_error read_undo(struct mh_record *record, const json_t *array, struct mh_plan_step *step,
                               struct mh_failure *failure)
{
    if (array == NULL)
        return undo_by_opposite(record, step, failure);
    enum mh_error error = expect_array(array, failure);
    if (error != MH_OK)
        return error;
    size_t count = json_array_size(array);
    struct mh_op *undo = mh_record_take_array(record, count, sizeof *undo);
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
    if (error == MH_OK && !mh_record_make_steps(record, json_array_size(array)))
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
    record->notes[kind] = mh_record_take_array(record, count, sizeof *record->notes[kind]);
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
    record->interfaces = mh_record_take_array(record, record->interface_count, sizeof *record->interfaces);
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
    if (error == MH_OK)
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
