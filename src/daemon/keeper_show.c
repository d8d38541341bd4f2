/* Plans and transactions as JSON, for the API (DESIGN sections 7 and 13). */
#include "api/words.h"
#include "core/plan_effect.h"
#include "core/time_text.h"
#include "daemon/keeper_parts.h"

#include <stdio.h>
#include <string.h>

/* ---- notes ----------------------------------------------------------------------------------------- */

/* The members alone, each once: notes about one stand together. */
static void put_members(struct mh_json *json, const char *name, const struct mh_plan_note *notes,
                        size_t count)
{
    mh_json_put_open(json, name, '[');
    for (size_t i = 0; i < count; i++)
        if (i == 0 || strcmp(notes[i - 1].member, notes[i].member) != 0)
            mh_json_string(json, notes[i].member);
    mh_json_close(json, ']');
}

static void put_notes(struct mh_json *json, const char *kind, const struct mh_plan_note *notes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        mh_json_open(json, '{');
        mh_json_put_string(json, "kind", kind);
        mh_json_put_string(json, "member", notes[i].member);
        mh_json_put_string(json, "text", notes[i].text);
        mh_json_close(json, '}');
    }
}

/* ---- transactions ---------------------------------------------------------------------------------- */

static void put_time(struct mh_json *json, const char *name, int64_t wall)
{
    char text[MH_TIME_TEXT_SIZE];
    if (wall == 0)
        mh_json_put_null(json, name);
    else
        mh_json_put_string(json, name, mh_time_format(wall, text));
}

/* A deadline is not moved by setting the time of day, but what it is called is. Reading two clocks takes a
 * moment: less than this is no difference. */
enum { CLOCK_WAS_SET = 500 }; /* milliseconds */

/* In the time of day: as it is now while it waits, afterwards as it was when the transaction began. 0: none.
 */
static int64_t deadline_wall(const struct mh_transaction *transaction)
{
    const struct mh_record *record = transaction->record;
    int64_t told = record->begun + record->timeout;
    if (record->deadline == 0 || transaction->state != MH_TRANSACTION_PENDING)
        return record->deadline == 0 ? 0 : told;
    int64_t now = mh_clock_wall() + record->deadline - mh_clock_boot();
    return now - told > CLOCK_WAS_SET || told - now > CLOCK_WAS_SET ? now : told;
}

static void put_problem(struct mh_json *json, const struct mh_keeper *keeper,
                        const struct mh_failure *failure)
{
    if (failure->code == MH_OK) {
        mh_json_put_null(json, "problem");
        return;
    }
    mh_json_put_open(json, "problem", '{');
    mh_json_put_string(json, "code", mh_error_word(failure->code));
    mh_json_put_string(json, "detail", failure->detail);
    if (failure->native_code != 0) {
        mh_json_put_open(json, "native", '{');
        mh_json_put_string(json, "system", keeper->identity.backend);
        mh_json_put_integer(json, "code", failure->native_code);
        mh_json_put_string(json, "text", failure->native_name);
        mh_json_close(json, '}');
    }
    mh_json_close(json, '}');
}

static void put_steps(struct mh_json *json, const struct mh_transaction *transaction)
{
    const struct mh_record *record = transaction->record;
    mh_json_put_open(json, "operations", '[');
    for (size_t i = 0; i < record->step_count; i++) {
        mh_json_open(json, '{');
        mh_json_put_string(json, "kind", mh_op_word(record->steps[i].op.kind));
        mh_json_put_string(json, "native", record->native[i]);
        mh_json_put_string(json, "member", record->steps[i].member);
        mh_json_put_string(json, "state", mh_step_state_word((enum mh_step_state)transaction->steps[i]));
        mh_json_close(json, '}');
    }
    mh_json_close(json, ']');
}

static void put_record_notes(struct mh_json *json, const struct mh_record *record)
{
    static const char *const kinds[] = {"pending", "unsupported", "warning"};
    for (int i = 0; i < MH_RECORD_WARNINGS; i++)
        put_members(json, kinds[i], record->notes[i], record->note_counts[i]);
    mh_json_put_open(json, "notes", '[');
    for (int i = 0; i <= MH_RECORD_WARNINGS; i++)
        put_notes(json, kinds[i], record->notes[i], record->note_counts[i]);
    mh_json_close(json, ']');
}

static void put_id(struct mh_json *json, int64_t id)
{
    char text[24];
    (void)snprintf(text, sizeof text, "%lld", (long long)id);
    mh_json_put_string(json, "id", text);
}

char *mh_keeper_show_transaction(const struct mh_keeper *keeper, const struct mh_transaction *transaction,
                                 const struct mh_keeper_attempt *attempt, size_t *length)
{
    const struct mh_record *record = transaction->record;
    struct mh_json json;
    mh_json_init(&json);
    mh_json_open(&json, '{');
    put_id(&json, record->id);
    mh_json_put_string(&json, "state", mh_transaction_state_word(transaction->state));
    if (attempt != NULL && attempt->token[0] != '\0')
        mh_json_put_string(&json, "token", attempt->token);
    put_time(&json, "begun", record->begun);
    put_time(&json, "deadline", deadline_wall(transaction));
    put_time(&json, "ended", transaction->ended);
    put_steps(&json, transaction);
    put_record_notes(&json, record);
    put_problem(&json, keeper, &transaction->problem);
    if (attempt != NULL && attempt->sessions != NULL) {
        mh_json_name(&json, "sessions");
        mh_json_value(&json, attempt->sessions, attempt->sessions_length);
    }
    mh_json_close(&json, '}');
    return mh_json_take(&json, length);
}

/* ---- plans ----------------------------------------------------------------------------------------- */

struct showing {
    struct mh_json *json;
    const struct mh_keeper *keeper;
    const struct mh_platform *platform;
    const struct mh_plan_input *input;
    const struct mh_asker *asker;
};

static void put_native(const struct showing *showing, const struct mh_op *op)
{
    char command[MH_DESCRIPTION_SIZE];
    mh_json_string(showing->json, mh_platform_describe(showing->platform, showing->input->snapshot, op,
                                                       command, sizeof command));
}

static void put_step(const struct showing *showing, const struct mh_plan_step *step)
{
    struct mh_json *json = showing->json;
    mh_json_open(json, '{');
    mh_json_put_string(json, "kind", mh_op_word(step->op.kind));
    mh_json_name(json, "native");
    put_native(showing, &step->op);
    mh_json_put_string(json, "member", step->member);
    mh_json_put_string(json, "state", mh_step_state_word(MH_STEP_PLANNED));
    mh_json_put_open(json, "undo", '[');
    for (size_t i = 0; i < step->undo_count; i++)
        put_native(showing, &step->undo[i]);
    mh_json_close(json, ']');
    mh_json_close(json, '}');
}

static void put_kinds(struct mh_json *json, const char *name, const struct mh_scenario_list *list)
{
    mh_json_put_open(json, name, '[');
    for (size_t i = 0; i < list->count; i++)
        mh_json_string(json, mh_scenario_kind_name(list->items[i].kind));
    mh_json_close(json, ']');
}

static void put_scenario(struct mh_json *json, const char *name, const struct mh_scenario_report *report)
{
    mh_json_put_open(json, name, '{');
    put_kinds(json, "ipv4", &report->ipv4);
    put_kinds(json, "ipv6", &report->ipv6);
    mh_json_close(json, '}');
}

static void put_gateways(const struct showing *showing, const char *name,
                         const struct mh_plan_gateway *gateways, size_t count)
{
    struct mh_json *json = showing->json;
    char word[MH_WORD_SIZE];
    mh_json_put_open(json, name, '[');
    for (size_t i = 0; i < count; i++) {
        mh_json_open(json, '{');
        mh_put_address(json, "gateway", showing->input->snapshot, &gateways[i].gateway,
                       gateways[i].interface);
        mh_put_interface(json, "interface", showing->input->snapshot, gateways[i].interface);
        mh_json_put_string(json, "table", mh_platform_table_name(showing->platform, gateways[i].table, word));
        mh_json_close(json, '}');
    }
    mh_json_close(json, ']');
}

static void put_effect(const struct showing *showing, const struct mh_plan *plan,
                       const struct mh_plan_effect *effect)
{
    struct mh_json *json = showing->json;
    char text[MH_ZONED_TEXT_SIZE];
    mh_json_put_open(json, "effect", '{');
    mh_json_put_open(json, "scenario", '{');
    mh_json_put_boolean(json, "changes", effect->scenario_changes);
    put_scenario(json, "before", effect->before);
    put_scenario(json, "after", effect->after);
    mh_json_close(json, '}');
    mh_json_put_open(json, "addresses_lost", '[');
    for (size_t i = 0; i < effect->lost_count; i++)
        mh_json_string(json, mh_zoned_address(showing->input->snapshot, &effect->lost[i].address,
                                              effect->lost[i].interface, text));
    mh_json_close(json, ']');
    put_gateways(showing, "gateways_cut", effect->cut, effect->cut_count);
    put_gateways(showing, "gateways_gained", effect->gained, effect->gained_count);
    mh_json_name(json, "sessions");
    mh_keeper_put_sessions(json, showing->keeper, showing->input, plan, showing->asker);
    mh_json_close(json, '}');
}

static void put_plan(const struct showing *showing, const struct mh_plan *plan, uint64_t generation)
{
    struct mh_json *json = showing->json;
    struct mh_plan_effect effect;
    mh_json_open(json, '{');
    mh_json_put_unsigned(json, "generation", generation);
    mh_json_put_open(json, "operations", '[');
    for (size_t i = 0; i < plan->step_count; i++)
        put_step(showing, &plan->steps[i]);
    mh_json_close(json, ']');
    put_members(json, "pending", plan->pending, plan->pending_count);
    put_members(json, "unsupported", plan->unsupported, plan->unsupported_count);
    mh_json_put_open(json, "notes", '[');
    put_notes(json, "pending", plan->pending, plan->pending_count);
    put_notes(json, "unsupported", plan->unsupported, plan->unsupported_count);
    put_notes(json, "warning", plan->warnings, plan->warning_count);
    mh_json_close(json, ']');
    if (mh_plan_effect(showing->input, plan, &effect) == MH_OK) {
        put_effect(showing, plan, &effect);
        mh_plan_effect_clear(&effect);
    } else {
        json->failed = true;
    }
    mh_json_close(json, '}');
}

char *mh_keeper_show_plan(struct mh_keeper *keeper, const struct mh_config *config,
                          const struct mh_plan *plan, const struct mh_asker *asker, size_t *length)
{
    const struct mh_plan_input input = mh_keeper_input_open(keeper, config);
    struct mh_json json;
    const struct showing showing = {&json, keeper, keeper->parts.platform, &input, asker};
    mh_json_init(&json);
    put_plan(&showing, plan, keeper->input->generation);
    mh_keeper_input_close(keeper);
    return mh_json_take(&json, length);
}

char *mh_keeper_show_sessions(struct mh_keeper *keeper, const struct mh_config *config,
                              const struct mh_plan *plan, const struct mh_asker *asker, size_t *length)
{
    const struct mh_plan_input input = mh_keeper_input_open(keeper, config);
    struct mh_json json;
    mh_json_init(&json);
    mh_keeper_put_sessions(&json, keeper, &input, plan, asker);
    mh_keeper_input_close(keeper);
    return mh_json_take(&json, length);
}
