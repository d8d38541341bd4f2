/* Strong receive, and the reverse path of IPv6: settings that Linux holds in this service's own table of the
 * packet filter. The table is the mark of what is ours, so nothing of it is in the ledger: what is in its
 * sets and nobody wants goes. The steps stand one behind the other, which makes them one change of the
 * filter. */
#include "core/config_roles.h"
#include "core/plan_builder.h"

#include <stdio.h>
#include <string.h>

enum { TEXT_SIZE = 512 };

/* ---- what is wanted -------------------------------------------------------------------------------- */

/* Settings of one interface, and the intents that they carry out. */
struct held {
    enum mh_setting_id id;
    enum mh_family family;
};

static const struct held held[] = {
    {MH_SETTING_STRONG_RECEIVE, MH_IPV4},
    {MH_SETTING_STRONG_RECEIVE, MH_IPV6},
    {MH_SETTING_REVERSE_FILTER, MH_IPV6},
};
enum { HELD_COUNT = sizeof held / sizeof held[0] };

/* One interface while it is looked at. */
struct looking {
    struct mh_plan_builder *builder;
    const struct mh_interface *interface;
    enum mh_role role;
};

/* The value of an intent, as numbered in its enumeration; 0: unset. */
static uint8_t intent_of(const struct mh_intents *intents, const struct held *what)
{
    return what->id == MH_SETTING_STRONG_RECEIVE ? intents->receive : intents->reverse_path;
}

static int32_t value_of(uint8_t intent, const struct held *what)
{
    if (what->id == MH_SETTING_STRONG_RECEIVE)
        return intent == MH_HOST_MODEL_STRONG ? MH_FILTER_COVERED : MH_FILTER_OUT;
    return intent == MH_REVERSE_PATH_STRICT  ? MH_FILTER_STRICT
           : intent == MH_REVERSE_PATH_LOOSE ? MH_FILTER_LOOSE
                                             : MH_FILTER_OUT;
}

/* The entry of the interface, where it says it, else the host's. */
static const char *member_of(const struct looking *looking, const struct held *what)
{
    struct mh_plan_builder *builder = looking->builder;
    const char *word = what->id == MH_SETTING_STRONG_RECEIVE ? "host_model/receive" : "reverse_path";
    const struct mh_config_interface *entry = mh_config_interface(builder->input->config, looking->interface);
    const char *member;
    if (entry != NULL && intent_of(what->family == MH_IPV4 ? &entry->ipv4 : &entry->ipv6, what) != 0)
        member = mh_arena_print(builder->memory, "%s/%s/%s",
                                mh_plan_member(builder, "interfaces", entry->interface),
                                mh_family_name(what->family), word);
    else
        member = mh_arena_print(builder->memory, "/%s", word);
    if (member == NULL)
        builder->error = MH_NO_MEMORY;
    return member;
}

/* ---- what cannot be -------------------------------------------------------------------------------- */

static const struct mh_setting *current(const struct mh_plan_builder *builder, uint32_t interface,
                                        const struct held *what)
{
    const struct mh_list *list = builder->now.lists[MH_SECTION_SETTINGS];
    const struct mh_snapshot view = {.settings = mh_list_items(list), .setting_count = mh_list_count(list)};
    return mh_snapshot_setting(&view, interface, what->family, what->id);
}

static const char *why_no_table(const struct mh_plan_builder *builder)
{
    static const struct held table = {MH_SETTING_OWN_TABLE, MH_IPV4};
    const struct mh_setting *state = current(builder, MH_SETTING_ALL, &table);
    switch (state == NULL ? (int32_t)MH_OWN_TABLE_UNREADABLE : state->value) {
    case MH_OWN_TABLE_USABLE:
        return NULL;
    case MH_OWN_TABLE_NO_PROGRAM:
        return "the nft program is not installed (package nftables)";
    case MH_OWN_TABLE_NOT_PERMITTED:
        return "this service may not use nftables (CAP_NET_ADMIN)";
    case MH_OWN_TABLE_FOREIGN:
        return "there is a table inet multihomed that this service has not made: rename or delete it";
    default:
        return "nftables cannot be read on this host";
    }
}

static const char *why_not(const struct looking *looking, const struct held *what)
{
    const char *reason = why_no_table(looking->builder);
    if (reason != NULL)
        return reason;
    if (looking->interface->kind == MH_KIND_LOOPBACK)
        return "what comes by loopback this host has sent itself";
    if (looking->interface->domain != 0)
        return "it belongs to a VRF, whose packets come in by the VRF device";
    return current(looking->builder, looking->interface->index, what) == NULL
               ? "nft cannot write the name of the interface"
               : NULL;
}

/* ---- setting --------------------------------------------------------------------------------------- */

/* What somebody has made of our rules is nothing to go back to. */
static void forget_alteration(struct mh_plan_builder *builder, const struct mh_setting *is)
{
    struct mh_list **list = &builder->now.lists[MH_SECTION_SETTINGS];
    size_t position = (size_t)(is - (const struct mh_setting *)mh_list_items(*list));
    struct mh_setting out = *is;
    out.value = MH_FILTER_OUT;
    if (!mh_list_replace(list, position, &out))
        builder->error = MH_NO_MEMORY;
}

static void set(struct mh_plan_builder *builder, const struct mh_setting *is, int32_t value,
                const char *member)
{
    struct mh_op op = {.kind = MH_OP_SETTING_SET, .of.setting = *is};
    bool differs = is->value != value;
    op.of.setting.value = value;
    if (is->value == MH_FILTER_ALTERED)
        forget_alteration(builder, is);
    if (differs)
        mh_plan_emit(builder, &op, member);
}

static void consider(const struct looking *looking, const struct held *what)
{
    struct mh_plan_builder *builder = looking->builder;
    const struct mh_intents intents =
        mh_config_intents(builder->input->config, looking->interface, looking->role, what->family);
    uint8_t intent = intent_of(&intents, what);
    int32_t value = value_of(intent, what);
    const char *member = intent != 0 ? member_of(looking, what) : "";
    const char *reason = value != MH_FILTER_OUT ? why_not(looking, what) : NULL;
    const struct mh_setting *is = current(builder, looking->interface->index, what);
    if (builder->error != MH_OK)
        return;
    if (reason != NULL)
        mh_plan_note(builder, &builder->unsupported, member, "%s, %s: %s.", looking->interface->name,
                     mh_setting_name(what->id), reason);
    else if (is != NULL)
        set(builder, is, value, member);
}

static void consider_all(struct mh_plan_builder *builder)
{
    const struct mh_plan_input *input = builder->input;
    const struct mh_role_source source = mh_config_roles(input->config);
    for (size_t i = 0; i < input->snapshot->interface_count; i++) {
        const struct mh_interface *interface = &input->snapshot->interfaces[i];
        const struct looking looking = {builder, interface,
                                        mh_role_of(input->snapshot, interface, &source).role};
        for (size_t k = 0; k < HELD_COUNT && builder->error == MH_OK; k++)
            consider(&looking, &held[k]);
    }
}

/* ---- the warning ----------------------------------------------------------------------------------- */

static bool is_covered(const struct mh_plan_builder *builder, const struct mh_interface *interface,
                       enum mh_family family)
{
    const struct held what = {MH_SETTING_STRONG_RECEIVE, family};
    const struct mh_setting *is = current(builder, interface->index, &what);
    return is != NULL && is->value == MH_FILTER_COVERED;
}

static bool forwards(const struct mh_plan_builder *builder, const struct mh_interface *interface,
                     enum mh_family family)
{
    const struct held what = {MH_SETTING_FORWARDING, family};
    const struct mh_setting *is = current(builder, interface->index, &what);
    return is != NULL && is->value != 0;
}

/* "eth0, eth1"; cut at `size`. False: no covered interface forwards. */
static bool name_covered(const struct mh_plan_builder *builder, enum mh_family family, char *names,
                         size_t size)
{
    const struct mh_snapshot *snapshot = builder->input->snapshot;
    size_t length = 0;
    bool any_forwards = false;
    for (size_t i = 0; i < snapshot->interface_count; i++) {
        const struct mh_interface *interface = &snapshot->interfaces[i];
        if (!is_covered(builder, interface, family))
            continue;
        any_forwards = any_forwards || forwards(builder, interface, family);
        int added = snprintf(names + length, size - length, "%s%s", length > 0 ? ", " : "", interface->name);
        length = added > 0 && (size_t)added < size - length ? length + (size_t)added : length;
    }
    return any_forwards;
}

/* Those behind a router reach it by whichever of its addresses; containers and virtual machines do so too. */
static void warn_forwarding(struct mh_plan_builder *builder, enum mh_family family)
{
    char names[TEXT_SIZE / 2] = "", text[TEXT_SIZE];
    if (!name_covered(builder, family, names, sizeof names))
        return;
    (void)snprintf(text, sizeof text,
                   "This host forwards %s: what comes in by %s reaches only the addresses of that interface, "
                   "so hosts, containers and virtual machines behind it are cut from this host's other "
                   "addresses. What is forwarded is not touched.",
                   family == MH_IPV4 ? "IPv4" : "IPv6", names);
    mh_plan_warn_strictly(builder, "/host_model/receive", text);
}

void mh_plan_filter(struct mh_plan_builder *builder)
{
    if (builder->input->dialect != MH_DIALECT_LINUX)
        return;
    consider_all(builder);
    warn_forwarding(builder, MH_IPV4);
    warn_forwarding(builder, MH_IPV6);
}
