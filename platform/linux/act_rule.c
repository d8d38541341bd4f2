#include "act_rule.h"

#include "codec.h"
#include "common/errno_map.h"
#include "core/prediction.h"
#include "linux.h"

#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

enum { TRIES = 8, VICTIMS_MAX = 64 };

/* ---- the list -------------------------------------------------------------------------------------- */

void mh_rule_list_clear(struct mh_rule_list *list)
{
    free(list->rules);
    mh_key_set_clear(&list->keys);
    *list = (struct mh_rule_list){0};
}

/* A prefix of length 0 is no selector, whatever its family. */
static struct mh_rule plain(const struct mh_rule *rule)
{
    struct mh_rule own = *rule;
    if (own.from.length == 0)
        own.from = (struct mh_prefix){0};
    if (own.to.length == 0)
        own.to = (struct mh_prefix){0};
    return own;
}

static uint64_t key_of(const struct mh_rule *rule)
{
    struct mh_rule own = plain(rule);
    return mh_rule_number(&own);
}

static bool insert_at(struct mh_rule_list *list, size_t position, const struct mh_rule *rule)
{
    if (list->count == list->capacity) {
        size_t capacity = list->capacity == 0 ? 64 : 2 * list->capacity;
        struct mh_rule *grown = realloc(list->rules, capacity * sizeof *grown);
        if (grown == NULL)
            return false;
        list->rules = grown;
        list->capacity = capacity;
    }
    memmove(&list->rules[position + 1], &list->rules[position],
            (list->count - position) * sizeof *list->rules);
    list->rules[position] = *rule;
    list->count++;
    mh_key_set_add(&list->keys, key_of(rule));
    return true;
}

bool mh_rule_list_append(struct mh_rule_list *list, const struct mh_rule *rule)
{
    return insert_at(list, list->count, rule);
}

bool mh_rule_list_insert(struct mh_rule_list *list, const struct mh_rule *rule)
{
    size_t position = list->count;
    while (position > 0 && list->rules[position - 1].priority > rule->priority)
        position--;
    return insert_at(list, position, rule);
}

void mh_rule_list_remove(struct mh_rule_list *list, size_t position)
{
    list->count--;
    memmove(&list->rules[position], &list->rules[position + 1],
            (list->count - position) * sizeof *list->rules);
}

size_t mh_rule_list_find(const struct mh_rule_list *list, const struct mh_rule *rule)
{
    struct mh_rule own = plain(rule);
    size_t i = 0;
    while (i < list->count && !mh_rule_equal(&list->rules[i], &own))
        i++;
    return i;
}

static bool prefix_matches(const struct mh_prefix *wanted, const struct mh_prefix *there)
{
    return wanted->length == 0 || mh_prefix_equal(wanted, there);
}

static bool name_matches(const char *wanted, const char *there)
{
    return wanted[0] == '\0' || strcmp(wanted, there) == 0;
}

static bool ports_match(const struct mh_rule *wanted, const struct mh_rule *there)
{
    bool source = wanted->source_port_first == 0 && wanted->source_port_last == 0;
    bool destination = wanted->destination_port_first == 0 && wanted->destination_port_last == 0;
    return (source || (wanted->source_port_first == there->source_port_first &&
                       wanted->source_port_last == there->source_port_last)) &&
           (destination || (wanted->destination_port_first == there->destination_port_first &&
                            wanted->destination_port_last == there->destination_port_last));
}

static bool selectors_match(const struct mh_rule *wanted, const struct mh_rule *there)
{
    return prefix_matches(&wanted->from, &there->from) && prefix_matches(&wanted->to, &there->to) &&
           name_matches(wanted->input, there->input) && name_matches(wanted->output, there->output) &&
           (wanted->tos == 0 || wanted->tos == there->tos) &&
           (wanted->mark_mask == 0 ||
            ((wanted->mark == 0 || wanted->mark == there->mark) && wanted->mark_mask == there->mark_mask)) &&
           (wanted->tunnel_id == 0 || wanted->tunnel_id == there->tunnel_id) &&
           (!wanted->has_uid_range || (there->has_uid_range && wanted->uid_first == there->uid_first &&
                                       wanted->uid_last == there->uid_last)) &&
           (wanted->ip_protocol == 0 || wanted->ip_protocol == there->ip_protocol) &&
           ports_match(wanted, there);
}

/* `not` and the target of a goto are not compared. */
static bool matches(const struct mh_rule *wanted, const struct mh_rule *there)
{
    return wanted->priority == there->priority && wanted->protocol == there->protocol &&
           wanted->action == there->action && (wanted->table == 0 || wanted->table == there->table) &&
           (!wanted->l3mdev || there->l3mdev) &&
           (wanted->suppress_prefix_length < 0 ||
            wanted->suppress_prefix_length == there->suppress_prefix_length) &&
           (wanted->suppress_interface_group < 0 ||
            wanted->suppress_interface_group == there->suppress_interface_group) &&
           selectors_match(wanted, there);
}

size_t mh_rule_list_victim(const struct mh_rule_list *list, const struct mh_rule *rule)
{
    size_t i = 0;
    while (i < list->count && !matches(rule, &list->rules[i]))
        i++;
    return i;
}

/* ---- reading --------------------------------------------------------------------------------------- */

static enum mh_error take_rule(void *context, const struct nlmsghdr *message, size_t length)
{
    struct mh_rule_list *list = context;
    struct mh_rule rule;
    enum mh_error code = mh_decode_rule(message, length, &rule);
    if (code != MH_OK)
        return code == MH_NOT_FOUND ? MH_OK : code;
    return mh_rule_list_append(list, &rule) ? MH_OK : MH_NO_MEMORY;
}

static struct mh_rule_list *list_of(struct mh_linux *host, uint8_t family)
{
    return &host->actor.rules[family == MH_IPV6];
}

static enum mh_error read_rules(struct mh_linux *host, uint8_t family, struct mh_failure *failure)
{
    struct mh_rule_list *list = list_of(host, family);
    const struct fib_rule_hdr fixed = {.family = mh_native_of_family(family)};
    enum mh_error code = list->known ? MH_OK : MH_LOST;
    for (int i = 0; i < TRIES && code == MH_LOST; i++) {
        mh_rule_list_clear(list);
        mh_message_begin(&host->actor.message, RTM_GETRULE, 0, &fixed, sizeof fixed);
        code = mh_netlink_dump(&host->netlink, host->actor.message.header, take_rule, list, failure);
    }
    list->known = code == MH_OK;
    return code;
}

void mh_linux_forget_rules(struct mh_linux *host)
{
    mh_rule_list_clear(&host->actor.rules[0]);
    mh_rule_list_clear(&host->actor.rules[1]);
}

static void rule_added(struct mh_linux *host, const struct mh_rule *rule)
{
    struct mh_rule_list *list = list_of(host, rule->family);
    struct mh_rule own = plain(rule);
    if (list->known && !mh_rule_list_insert(list, &own))
        mh_rule_list_clear(list);
}

/* ---- adding ---------------------------------------------------------------------------------------- */

/* The kernel calls it there: unless it is, it is added without asking (NLM_F_EXCL). */
static enum mh_error add_beside(struct mh_linux *host, const struct mh_op *op, struct mh_failure *failure)
{
    enum mh_error code = read_rules(host, op->of.rule.family, NULL);
    const struct mh_rule_list *list = list_of(host, op->of.rule.family);
    if (code != MH_OK || mh_rule_list_find(list, &op->of.rule) < list->count)
        return MH_EXISTS;
    code = mh_encode_rule(op->kind, &op->of.rule, &host->actor.message, failure);
    host->actor.message.header->nlmsg_flags &= (uint16_t)~NLM_F_EXCL;
    return code == MH_OK ? mh_linux_exchange(host, op, failure) : code;
}

static bool is_surely_absent(struct mh_linux *host, const struct mh_rule *rule)
{
    return host->actor.many && read_rules(host, rule->family, NULL) == MH_OK &&
           !mh_key_set_has(&list_of(host, rule->family)->keys, key_of(rule));
}

enum mh_error mh_linux_add_rule(struct mh_linux *host, const struct mh_op *op, struct mh_failure *failure)
{
    bool is_new = is_surely_absent(host, &op->of.rule);
    enum mh_error code = mh_encode_rule(op->kind, &op->of.rule, &host->actor.message, failure);
    if (code == MH_OK && is_new)
        host->actor.message.header->nlmsg_flags &= (uint16_t)~NLM_F_EXCL;
    if (code == MH_OK)
        code = mh_linux_exchange(host, op, failure);
    if (code == MH_EXISTS)
        code = add_beside(host, op, failure);
    if (code == MH_OK)
        rule_added(host, &op->of.rule);
    return code;
}

/* ---- deleting -------------------------------------------------------------------------------------- */

/* Nearly always it is what the kernel takes first, which is known. */
static bool is_there(const struct mh_rule_list *list, const struct mh_rule *rule, size_t victim)
{
    return victim < list->count &&
           (mh_rule_equal(&list->rules[victim], rule) || mh_rule_list_find(list, rule) < list->count);
}

/* Asks the kernel as often as it takes; what goes besides the rule is in `others`. */
static enum mh_error delete_until(struct mh_linux *host, const struct mh_op *op, struct mh_rule_list *others,
                                  struct mh_failure *failure)
{
    struct mh_rule_list *list = list_of(host, op->of.rule.family);
    const struct mh_rule own = plain(&op->of.rule);
    enum mh_error code = MH_OK;
    for (bool done = false; !done && code == MH_OK;) {
        size_t victim = mh_rule_list_victim(list, &own);
        if (others->count == 0 && !is_there(list, &own, victim))
            return mh_fail_errno(failure, ENOENT, "there is no such rule of priority %u", own.priority);
        if (victim == list->count || others->count == VICTIMS_MAX)
            return mh_fail(failure, MH_CONFLICT, "the kernel's rules are not what they were");
        done = mh_rule_equal(&list->rules[victim], &own);
        if (!done && !mh_rule_list_append(others, &list->rules[victim]))
            return mh_fail(failure, MH_NO_MEMORY, "out of memory");
        code = mh_encode_rule(op->kind, &own, &host->actor.message, failure);
        if (code == MH_OK)
            code = mh_linux_exchange(host, op, failure);
        if (code == MH_OK)
            mh_rule_list_remove(list, victim);
        else if (!done)
            others->count--;
    }
    return code;
}

enum mh_error mh_linux_delete_rule(struct mh_linux *host, const struct mh_op *op, struct mh_failure *failure)
{
    struct mh_rule_list others = {0};
    /* What cannot be said is refused before anything is read. */
    enum mh_error code = mh_encode_rule(op->kind, &op->of.rule, &host->actor.message, failure);
    if (code == MH_OK)
        code = read_rules(host, op->of.rule.family, failure);
    if (code != MH_OK)
        return code;
    code = delete_until(host, op, &others, failure);
    for (size_t i = 0; i < others.count; i++) {
        const struct mh_op add = {.kind = MH_OP_RULE_ADD, .of.rule = others.rules[i]};
        enum mh_error again = mh_linux_add_rule(host, &add, code == MH_OK ? failure : NULL);
        code = code == MH_OK ? again : code;
    }
    mh_rule_list_clear(&others);
    return code;
}
