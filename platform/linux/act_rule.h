/* Adding and deleting exactly one rule. The kernel takes selectors that a deletion leaves out for "any", and
 * deletes the first rule that matches: asked for "from A" it may take "from A to B" of the same priority and
 * protocol. And it holds a rule to be there already when one with more selectors is, of the same priority,
 * protocol, action and table (rule_exists in net/core/fib_rules.c). Parts are pure, as said. One thread. */
#ifndef MH_LINUX_ACT_RULE_H
#define MH_LINUX_ACT_RULE_H

#include "core/error.h"
#include "core/model.h"
#include "key_set.h"

/* Rules of a family as the kernel lists them. All zero is an empty list that was not read. */
struct mh_rule_list {
    struct mh_rule *rules;
    size_t count, capacity;
    struct mh_key_set keys; /* mh_rule_number of those that are in it, or were */
    bool known;             /* it was read, and what was done since is in it */
};

void mh_rule_list_clear(struct mh_rule_list *list);
/* Puts a rule behind those of its priority, where the kernel puts it. False when out of memory. Pure. */
bool mh_rule_list_insert(struct mh_rule_list *list, const struct mh_rule *rule);
/* Behind all. False when out of memory. Pure. */
bool mh_rule_list_append(struct mh_rule_list *list, const struct mh_rule *rule);
void mh_rule_list_remove(struct mh_rule_list *list, size_t position);
/* The rule itself; `count` when it is not there. Pure. */
size_t mh_rule_list_find(const struct mh_rule_list *list, const struct mh_rule *rule);
/* The rule that the kernel deletes when it is asked to delete `rule` (rule_find in net/core/fib_rules.c);
 * `count` when none. Pure. */
size_t mh_rule_list_victim(const struct mh_rule_list *list, const struct mh_rule *rule);

struct mh_linux;
struct mh_op;

/* Deletes the rule and no other. Those that stand before it and match too are deleted with it and added
 * again, behind the others of their priority. MH_NOT_FOUND (ENOENT) when it is not there. */
enum mh_error mh_linux_delete_rule(struct mh_linux *host, const struct mh_op *op, struct mh_failure *failure);
/* Adds the rule. MH_EXISTS when that very rule is there. Among many ops the rules are read first, and a rule
 * that is surely not there is added without asking: the kernel would compare it with each that is. */
enum mh_error mh_linux_add_rule(struct mh_linux *host, const struct mh_op *op, struct mh_failure *failure);
/* What was read of rules is doubtful from here on. */
void mh_linux_forget_rules(struct mh_linux *host);

#endif
