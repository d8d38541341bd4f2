/* Settings: intents of ARP and reverse path as Linux's per-interface values (for systems with none of those
 * see plan_host_settings.c). The kernel combines each with
 * the one of "all" (Documentation/networking/ip-sysctl.rst): where "all" stands against the intent, the
 * interface's value alone cannot help, and only with `host_wide` "all" is changed. What was there before is
 * in the ledger, and comes back when the intent goes. */
#include "core/config_roles.h"
#include "core/plan_builder.h"

#include <stddef.h>
#include <string.h>

/* ---- what is wanted -------------------------------------------------------------------------------- */

/* An intent and the values that carry it out, by the intent's number; the first is for "unset". */
struct translation {
    enum mh_setting_id id;
    const char *member;
    size_t offset; /* of the intent in struct mh_intents */
    int32_t values[4];
};

static const struct translation translations[] = {
    {MH_SETTING_ARP_IGNORE, "arp/reply", offsetof(struct mh_intents, arp_reply), {-1, 0, 1, 2}},
    {MH_SETTING_ARP_ANNOUNCE, "arp/announce", offsetof(struct mh_intents, arp_announce), {-1, 0, 1, 2}},
    {MH_SETTING_ARP_FILTER, "arp/filter", offsetof(struct mh_intents, arp_filter), {-1, 0, 1, -1}},
    {MH_SETTING_PROXY_ARP, "arp/proxy", offsetof(struct mh_intents, arp_proxy), {-1, 0, 1, -1}},
    {MH_SETTING_RP_FILTER, "reverse_path", offsetof(struct mh_intents, reverse_path), {-1, 0, 2, 1}},
};
enum { TRANSLATION_COUNT = sizeof translations / sizeof translations[0] };

static uint8_t intent_of(const struct mh_intents *intents, const struct translation *translation)
{
    return *((const uint8_t *)intents + translation->offset);
}

/* The entry of the interface, where it says it, else the host's. */
static const char *member_of(struct mh_plan_builder *builder, const struct mh_interface *interface,
                             const struct translation *translation)
{
    const struct mh_config_interface *entry = mh_config_interface(builder->input->config, interface);
    const char *member;
    if (entry != NULL && intent_of(&entry->ipv4, translation) != 0)
        member = mh_arena_print(builder->memory, "%s/ipv4/%s",
                                mh_plan_member(builder, "interfaces", entry->interface), translation->member);
    else
        member = mh_arena_print(builder->memory, "/%s", translation->member);
    if (member == NULL)
        builder->error = MH_NO_MEMORY;
    return member;
}

static void want_of(struct mh_plan_builder *builder, const struct mh_interface *interface,
                    struct mh_list **wanted)
{
    const struct mh_plan_input *input = builder->input;
    const struct mh_role_source source = mh_config_roles(input->config);
    enum mh_role role = mh_role_of(input->snapshot, interface, &source).role;
    struct mh_intents intents = mh_config_intents(input->config, interface, role, MH_IPV4);
    for (size_t i = 0; i < TRANSLATION_COUNT; i++) {
        uint8_t intent = intent_of(&intents, &translations[i]);
        if (intent == 0)
            continue;
        const struct mh_wanted_setting item = {
            {interface->index, translations[i].values[intent], MH_IPV4, (uint8_t)translations[i].id},
            member_of(builder, interface, &translations[i])};
        mh_plan_push(builder, wanted, &item);
    }
}

/* By their addresses alone all flows of two hosts would go one way (ip-sysctl, fib_multipath_hash_policy). */
static void want_hash_policy(struct mh_plan_builder *builder, struct mh_list **wanted)
{
    static const uint8_t families[] = {MH_IPV4, MH_IPV6};
    for (size_t i = 0; i < 2 && mh_plan_balances(builder); i++) {
        const struct mh_wanted_setting item = {
            {MH_SETTING_ALL, 1, families[i], MH_SETTING_FIB_MULTIPATH_HASH_POLICY}, "/sharing"};
        mh_plan_push(builder, wanted, &item);
    }
}

/* ---- setting and giving back ----------------------------------------------------------------------- */

static const struct mh_setting *current(const struct mh_plan_builder *builder, const struct mh_setting *of)
{
    size_t count = mh_list_count(builder->now.lists[MH_SECTION_SETTINGS]);
    const struct mh_setting *settings = mh_list_items(builder->now.lists[MH_SECTION_SETTINGS]);
    const struct mh_snapshot view = {.settings = settings, .setting_count = count};
    return mh_snapshot_setting(&view, of->interface, (enum mh_family)of->family, (enum mh_setting_id)of->id);
}

static void keep_earlier(struct mh_plan_builder *builder, const struct mh_setting *was,
                         const struct mh_setting *value)
{
    const struct mh_ledger_setting *known = mh_ledger_setting_of(&builder->ledger, value);
    struct mh_ledger_setting entry = {.earlier = known != NULL ? known->earlier : *was,
                                      .value = value->value};
    const char *name = mh_plan_interface_name(builder, value->interface);
    for (size_t i = 0; name[i] != '\0' && i + 1 < sizeof entry.interface_name; i++)
        entry.interface_name[i] = name[i];
    if (entry.earlier.value == value->value)
        mh_ledger_drop_setting(&builder->ledger, value);
    else
        mh_plan_check(builder, mh_ledger_put_setting(&builder->ledger, &entry));
}

static void set(struct mh_plan_builder *builder, const struct mh_setting *setting, const char *member)
{
    const struct mh_setting *is = current(builder, setting);
    if (is == NULL) {
        mh_plan_note(builder, &builder->pending, member, "%s has no %s.",
                     setting->interface == MH_SETTING_ALL
                         ? "This host"
                         : mh_plan_interface_name(builder, setting->interface),
                     mh_setting_name((enum mh_setting_id)setting->id));
        return;
    }
    const struct mh_setting was = *is;
    bool is_ours = mh_ledger_setting_of(&builder->ledger, setting) != NULL;
    if (was.value != setting->value || is_ours)
        keep_earlier(builder, &was, setting);
    const struct mh_op op = {.kind = MH_OP_SETTING_SET, .of.setting = *setting};
    if (was.value != setting->value)
        mh_plan_emit(builder, &op, member);
}

static bool is_wanted(const struct mh_list *wanted, const struct mh_setting *setting)
{
    const struct mh_wanted_setting *items = mh_list_items(wanted);
    for (size_t i = 0; i < mh_list_count(wanted); i++)
        if (items[i].setting.interface == setting->interface && items[i].setting.id == setting->id &&
            items[i].setting.family == setting->family)
            return true;
    return false;
}

/* The interface that an entry speaks of is there, and is the same. */
static bool is_there(const struct mh_plan_builder *builder, const struct mh_ledger_setting *entry)
{
    const char *name = mh_plan_interface_name(builder, entry->earlier.interface);
    return strcmp(name, entry->interface_name) == 0 && current(builder, &entry->earlier) != NULL;
}

/* A value that somebody else has changed since is theirs. */
static void give_back(struct mh_plan_builder *builder, const struct mh_ledger_setting *entry)
{
    const struct mh_op op = {.kind = MH_OP_SETTING_SET, .of.setting = entry->earlier};
    if (is_there(builder, entry) && current(builder, &entry->earlier)->value == entry->value)
        mh_plan_emit(builder, &op, "");
    mh_ledger_drop_setting(&builder->ledger, &op.of.setting);
}

static void give_unwanted_back(struct mh_plan_builder *builder, const struct mh_list *wanted)
{
    for (size_t i = builder->ledger.setting_count; i > 0 && builder->error == MH_OK; i--) {
        const struct mh_ledger_setting entry = builder->ledger.settings[i - 1];
        if (!is_wanted(wanted, &entry.earlier))
            give_back(builder, &entry);
    }
}

/* ---- all ------------------------------------------------------------------------------------------- */

/* The lowest value that an interface wants; -1: none wants any. */
static int32_t lowest_wanted(const struct mh_list *wanted, enum mh_setting_id id)
{
    const struct mh_wanted_setting *items = mh_list_items(wanted);
    int32_t lowest = -1;
    for (size_t i = 0; i < mh_list_count(wanted); i++)
        if (items[i].setting.id == id && (lowest < 0 || items[i].setting.value < lowest))
            lowest = items[i].setting.value;
    return lowest;
}

/* What "all" is without us; -1: not known. */
static int32_t own_value_of_all(const struct mh_plan_builder *builder, const struct mh_setting *all)
{
    const struct mh_ledger_setting *entry = mh_ledger_setting_of(&builder->ledger, all);
    const struct mh_setting *is = current(builder, all);
    return entry != NULL ? entry->earlier.value : is != NULL ? is->value : -1;
}

static void note_outvoted(struct mh_plan_builder *builder, const struct mh_list *wanted,
                          const struct mh_setting *all)
{
    const struct mh_wanted_setting *items = mh_list_items(wanted);
    for (size_t i = 0; i < mh_list_count(wanted); i++)
        if (items[i].setting.id == all->id && items[i].setting.value < all->value)
            mh_plan_note(
                builder, &builder->pending, items[i].member,
                "net.ipv4.conf.all.%s is %d, which outvotes the value of %s: only \"host_wide\": true "
                "changes it.",
                mh_setting_name((enum mh_setting_id)all->id), (int)all->value,
                mh_plan_interface_name(builder, items[i].setting.interface));
}

/* Where "all" stands against an interface's value: it is wanted no greater than the lowest of them. */
static void consider_all(struct mh_plan_builder *builder, enum mh_setting_id id, struct mh_list **wanted)
{
    struct mh_wanted_setting all = {{MH_SETTING_ALL, 0, MH_IPV4, (uint8_t)id}, "/host_wide"};
    int32_t lowest = lowest_wanted(*wanted, id);
    all.setting.value = own_value_of_all(builder, &all.setting);
    if (lowest < 0 || all.setting.value <= lowest)
        return;
    if (!builder->input->config->host_wide) {
        note_outvoted(builder, *wanted, &all.setting);
        return;
    }
    mh_plan_note(
        builder, &builder->warnings, "/host_wide",
        "net.ipv4.conf.all.%s is %d instead of %d: interfaces that the configuration does not name go "
        "by their own value.",
        mh_setting_name(id), (int)lowest, (int)all.setting.value);
    all.setting.value = lowest;
    mh_plan_push(builder, wanted, &all);
}

static void want_of_interfaces(struct mh_plan_builder *builder, struct mh_list **wanted)
{
    const struct mh_snapshot *snapshot = builder->input->snapshot;
    for (size_t i = 0; i < snapshot->interface_count; i++)
        want_of(builder, &snapshot->interfaces[i], wanted);
    want_hash_policy(builder, wanted);
    for (size_t i = 0; i < TRANSLATION_COUNT; i++)
        consider_all(builder, translations[i].id, wanted);
}

void mh_plan_settings(struct mh_plan_builder *builder)
{
    if (mh_plan_why_lacking(builder, "interfaces.metric") != NULL)
        return; /* one function is for all settings */
    struct mh_list *wanted = mh_list_new(sizeof(struct mh_wanted_setting));
    if (wanted == NULL) {
        builder->error = MH_NO_MEMORY;
        return;
    }
    if (builder->input->dialect == MH_DIALECT_LINUX)
        want_of_interfaces(builder, &wanted);
    else
        mh_plan_want_host_settings(builder, &wanted);
    if (builder->traits->has_weak_host)
        mh_plan_want_interface_settings(builder, &wanted);
    const struct mh_wanted_setting *items = mh_list_items(wanted);
    for (size_t i = 0; i < mh_list_count(wanted); i++)
        set(builder, &items[i].setting, items[i].member);
    give_unwanted_back(builder, wanted);
    mh_list_release(wanted);
}
