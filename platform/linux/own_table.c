#include "own_table.h"

#include <stdio.h>
#include <string.h>

/* ---- life ------------------------------------------------------------------------------------------ */

enum mh_error mh_own_init(struct mh_own_table *table)
{
    *table = (struct mh_own_table){.condition = MH_OWN_ABSENT,
                                   .members = mh_list_new(sizeof(struct mh_own_member)),
                                   .exempt = mh_list_new(sizeof(struct mh_address))};
    if (table->members != NULL && table->exempt != NULL)
        return MH_OK;
    mh_own_clear(table);
    return MH_NO_MEMORY;
}

void mh_own_clear(struct mh_own_table *table)
{
    mh_list_release(table->members);
    mh_list_release(table->exempt);
    *table = (struct mh_own_table){0};
}

/* Lists are copied when one of those who share them writes. */
enum mh_error mh_own_copy(const struct mh_own_table *table, struct mh_own_table *copy)
{
    *copy = (struct mh_own_table){table->condition, mh_list_retain(table->members),
                                  mh_list_retain(table->exempt)};
    return MH_OK;
}

/* ---- lists as sets --------------------------------------------------------------------------------- */

static bool has_item(const struct mh_list *list, const void *item, size_t size, size_t *position)
{
    const char *items = mh_list_items(list);
    size_t count = mh_list_count(list);
    for (*position = 0; *position < count; ++*position)
        if (memcmp(items + *position * size, item, size) == 0)
            return true;
    return false;
}

static bool has_all(const struct mh_list *of, const struct mh_list *in, size_t size)
{
    const char *items = mh_list_items(of);
    size_t position;
    for (size_t i = 0; i < mh_list_count(of); i++)
        if (!has_item(in, items + i * size, size, &position))
            return false;
    return true;
}

static bool same_items(const struct mh_list *a, const struct mh_list *b, size_t size)
{
    return mh_list_count(a) == mh_list_count(b) && has_all(a, b, size);
}

static bool put_item(struct mh_list **list, const void *item, size_t size)
{
    size_t end;
    return has_item(*list, item, size, &end) || mh_list_insert(list, end, item);
}

static bool drop_item(struct mh_list **list, const void *item, size_t size)
{
    size_t position;
    return !has_item(*list, item, size, &position) || mh_list_remove(list, position);
}

bool mh_own_same(const struct mh_own_table *a, const struct mh_own_table *b)
{
    return same_items(a->members, b->members, sizeof(struct mh_own_member)) &&
           same_items(a->exempt, b->exempt, sizeof(struct mh_address));
}

/* ---- members --------------------------------------------------------------------------------------- */

/* Compared as octets: what is behind the name's end is zero. */
static struct mh_own_member member_of(enum mh_own_set set, const char *name)
{
    struct mh_own_member member;
    memset(&member, 0, sizeof member);
    member.set = (uint8_t)set;
    (void)snprintf(member.name, sizeof member.name, "%s", name);
    return member;
}

static bool has(const struct mh_own_table *table, enum mh_own_set set, const char *name)
{
    const struct mh_own_member member = member_of(set, name);
    size_t position;
    return has_item(table->members, &member, sizeof member, &position);
}

static bool put(struct mh_own_table *table, enum mh_own_set set, const char *name, bool in)
{
    const struct mh_own_member member = member_of(set, name);
    return in ? put_item(&table->members, &member, sizeof member)
              : drop_item(&table->members, &member, sizeof member);
}

bool mh_own_forget(struct mh_own_table *table, const char *name)
{
    bool done = true;
    for (int set = 0; set < MH_OWN_SETS && done; set++)
        done = put(table, (enum mh_own_set)set, name, false);
    return done;
}

bool mh_own_exempt(struct mh_own_table *table, const struct mh_address *address)
{
    return put_item(&table->exempt, address, sizeof *address);
}

/* ---- settings -------------------------------------------------------------------------------------- */

bool mh_own_holds(const struct mh_setting *setting)
{
    return setting->id == MH_SETTING_STRONG_RECEIVE ||
           (setting->id == MH_SETTING_REVERSE_FILTER && setting->family == MH_IPV6);
}

bool mh_own_can_name(const char *name)
{
    return name[0] != '\0' && strlen(name) < MH_OWN_NAME_SIZE && strpbrk(name, "\"*\\") == NULL;
}

static enum mh_own_set strong_set(const struct mh_setting *setting)
{
    return setting->family == MH_IPV4 ? MH_OWN_STRONG_IPV4 : MH_OWN_STRONG_IPV6;
}

/* Who is in both sets is checked strictly: that rule comes first. */
int32_t mh_own_value(const struct mh_own_table *table, const struct mh_setting *setting, const char *name)
{
    int32_t value = MH_FILTER_OUT;
    if (setting->id == MH_SETTING_STRONG_RECEIVE)
        value = has(table, strong_set(setting), name) ? MH_FILTER_COVERED : MH_FILTER_OUT;
    else
        value = has(table, MH_OWN_STRICT_IPV6, name)  ? MH_FILTER_STRICT
                : has(table, MH_OWN_LOOSE_IPV6, name) ? MH_FILTER_LOOSE
                                                      : MH_FILTER_OUT;
    return value != MH_FILTER_OUT && table->condition == MH_OWN_ALTERED ? MH_FILTER_ALTERED : value;
}

enum mh_error mh_own_set(struct mh_own_table *table, const struct mh_setting *setting, const char *name)
{
    bool is_strong = setting->id == MH_SETTING_STRONG_RECEIVE;
    if (setting->value < MH_FILTER_OUT || setting->value > (is_strong ? MH_FILTER_COVERED : MH_FILTER_STRICT))
        return MH_INVALID;
    bool done = is_strong ? put(table, strong_set(setting), name, setting->value == MH_FILTER_COVERED)
                          : put(table, MH_OWN_LOOSE_IPV6, name, setting->value == MH_FILTER_LOOSE) &&
                                put(table, MH_OWN_STRICT_IPV6, name, setting->value == MH_FILTER_STRICT);
    return done ? MH_OK : MH_NO_MEMORY;
}
