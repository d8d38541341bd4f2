/* What shall go wrong, and when. */
#include "load.h"

#include <stdio.h>
#include <string.h>

struct draft {
    const json_t *op, *read, *changes, *error, *lost;
    uint32_t at;
};

#define FIELD(name) offsetof(struct draft, name)

static const struct sim_member members[] = {
    {"op", sim_json, FIELD(op), 0, 0},
    {"read", sim_json, FIELD(read), 0, 0},
    {"changes", sim_json, FIELD(changes), 0, 0},
    {"at", sim_u32, FIELD(at), 1, UINT32_MAX},
    {"error", sim_json, FIELD(error), 0, 0},
    {"lost", sim_json, FIELD(lost), 0, 0},
    {NULL, NULL, 0, 0, 0},
};

static const char *op_word(unsigned number)
{
    return mh_op_word((enum mh_op_kind)number);
}

/* The last word stands for the reading as a whole. */
static const char *section_word(unsigned number)
{
    static const char *const words[] = {
        [MH_SECTION_INTERFACES] = "interfaces", [MH_SECTION_ADDRESSES] = "addresses",
        [MH_SECTION_RULES] = "rules",           [MH_SECTION_NEIGHBORS] = "neighbors",
        [MH_SECTION_SETTINGS] = "settings",     [MH_SECTION_LABELS] = "address_labels",
        [MH_SECTION_ROUTES] = "routes",         [MH_SECTION_COUNT] = "all",
    };
    return words[number];
}

static bool refuse_member(struct sim_reader *reader, const json_t *value, const char *member,
                          const char *expected, const char *message)
{
    struct sim_refusal refusal;
    (void)sim_refuse_because(&refusal, SIM_ARGUMENT_INVALID, member, expected, "%s", message);
    return sim_refuse_refusal(reader, value, &refusal);
}

static bool read_error(struct sim_reader *reader, const json_t *value, const struct draft *draft,
                       struct sim_fault *fault)
{
    const struct sim_personality *personality = reader->host->personality;
    char expected[64];
    if (json_is_string(draft->error))
        fault->native = sim_native_named(personality, json_string_value(draft->error));
    if (fault->native != NULL)
        return true;
    (void)snprintf(expected, sizeof expected, "the name of an error of %s, \"%s\"", personality->title,
                   personality->natives[0].name);
    return refuse_member(reader, value, "error", expected,
                         draft->error == NULL ? "\"error\" is missing" : "the value is not valid");
}

static bool read_lost(struct sim_reader *reader, const json_t *value, const struct draft *draft)
{
    if (json_is_true(draft->lost))
        return true;
    return refuse_member(reader, value, "lost", "\"lost\": true",
                         draft->lost == NULL ? "\"lost\" is missing" : "the value is not valid");
}

static bool read_kind(struct sim_reader *reader, const json_t *value, const struct draft *draft,
                      struct sim_fault *fault)
{
    unsigned number = 0;
    bool done;
    size_t depth = sim_enter(reader, draft->op != NULL ? "op" : "read");
    if (draft->op != NULL)
        done = sim_read_word(reader, draft->op, op_word, MH_OP_KIND_COUNT, &number);
    else
        done = sim_read_word(reader, draft->read, section_word, MH_SECTION_COUNT + 1, &number);
    sim_leave(reader, depth);
    fault->kind = draft->op != NULL ? SIM_FAULT_OP : SIM_FAULT_READ;
    fault->op = (enum mh_op_kind)number;
    fault->section = (enum mh_section)number;
    return done &&
           (draft->op != NULL ? read_error(reader, value, draft, fault) : read_lost(reader, value, draft));
}

static bool read_draft(struct sim_reader *reader, const json_t *value, const struct draft *draft,
                       struct sim_fault *fault)
{
    int kinds = (draft->op != NULL) + (draft->read != NULL) + (draft->changes != NULL);
    if (kinds != 1)
        return sim_refuse(reader, value, "\"op\", \"read\" or \"changes\"", "the fault is not of one kind");
    if (draft->at == 0)
        return sim_refuse(reader, NULL, "a number from 1", "\"at\" is missing");
    if (draft->op == NULL && draft->error != NULL)
        return refuse_member(reader, value, "error", "\"error\" with \"op\" only",
                             "a reading is lost or not");
    if (draft->changes == NULL)
        return read_kind(reader, value, draft, fault);
    fault->kind = SIM_FAULT_CHANGES;
    return (json_is_string(draft->changes) && strcmp(json_string_value(draft->changes), "lost") == 0) ||
           refuse_member(reader, value, "changes", "\"lost\"", "the value is not valid");
}

static bool read_fault(struct sim_reader *reader, const json_t *value, void *context)
{
    (void)context;
    struct draft draft = {0};
    struct sim_fault fault = {0};
    if (!sim_read_members(reader, value, members, &draft) || !read_draft(reader, value, &draft, &fault))
        return false;
    fault.at = draft.at;
    return mh_list_insert(&reader->host->faults, mh_list_count(reader->host->faults), &fault) ||
           sim_refuse_memory(reader);
}

bool sim_load_faults(struct sim_reader *reader, const json_t *faults)
{
    return sim_read_items(reader, faults, read_fault, NULL);
}
