/* The table of address labels. */
#include "load.h"

#include "core/address_label.h"
#include "core/rfc6724.h"

struct draft {
    struct mh_address_label label;
    bool has_label;
};

static bool read_label_number(struct sim_reader *reader, const json_t *value, void *field,
                              const struct sim_member *member)
{
    struct draft *draft = field;
    draft->has_label = true;
    return sim_u32(reader, value, &draft->label.label, member);
}

#define FIELD(name) offsetof(struct draft, name)

static const struct sim_member members[] = {
    {"prefix", sim_prefix, FIELD(label.prefix), 0, 0},
    {"label", read_label_number, 0, 0, UINT32_MAX - 1LL},
    {"precedence", sim_u32, FIELD(label.precedence), 0, UINT32_MAX},
    {"interface", sim_interface_ref, FIELD(label.interface), 0, 0},
    {NULL, NULL, 0, 0, 0},
};

static bool add(struct sim_reader *reader, const struct mh_address_label *label)
{
    struct mh_list **list = &reader->host->lists[MH_SECTION_LABELS];
    return mh_list_insert(list, mh_list_count(*list), label) || sim_refuse_memory(reader);
}

static bool is_there(const struct sim_host *host, const struct mh_address_label *label)
{
    for (size_t i = 0; i < sim_count(host, MH_SECTION_LABELS); i++)
        if (mh_address_label_compare(&sim_labels(host)[i], label) == 0)
            return true;
    return false;
}

static bool read_label(struct sim_reader *reader, const json_t *value, void *context)
{
    (void)context;
    struct draft draft = {.has_label = false};
    if (!sim_read_members(reader, value, members, &draft))
        return false;
    if (draft.label.prefix.address.family != MH_IPV6)
        return sim_refuse(reader, json_object_get(value, "prefix"), "an IPv6 prefix, \"2001:db8::/32\"",
                          draft.label.prefix.address.family == MH_FAMILY_NONE ? "\"prefix\" is missing"
                                                                              : "labels are for IPv6");
    if (!draft.has_label)
        return sim_refuse(reader, NULL, "a number", "\"label\" is missing");
    if (is_there(reader->host, &draft.label))
        return sim_refuse(reader, value, "each prefix once", "the same prefix stands before this one");
    return add(reader, &draft.label);
}

/* The rows of RFC 6724 section 2.1, with their precedences. */
static bool add_first_policies(struct sim_reader *reader)
{
    size_t count;
    const struct mh_policy *policy = mh_rfc6724_default_policy(&count);
    bool done = true;
    for (size_t i = 0; i < count && done; i++) {
        const struct mh_address_label label = {
            .prefix = policy[i].prefix, .label = policy[i].label, .precedence = policy[i].precedence};
        done = add(reader, &label);
    }
    return done;
}

static bool add_first_labels(struct sim_reader *reader)
{
    size_t count;
    if (reader->host->personality->dialect == MH_DIALECT_WINDOWS)
        return add_first_policies(reader);
    const struct mh_address_label *labels = mh_address_labels_of_linux(&count);
    bool done = true;
    for (size_t i = 0; i < count && done; i++)
        done = add(reader, &labels[i]);
    return done;
}

bool sim_load_labels(struct sim_reader *reader, const json_t *labels)
{
    if (labels == NULL)
        return !reader->host->personality->has_first_labels || add_first_labels(reader);
    if (!reader->host->personality->has_labels)
        return sim_refuse_name(reader, "address_labels", "another system",
                               "this system has no address labels here");
    return sim_read_items(reader, labels, read_label, NULL);
}
