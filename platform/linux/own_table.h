/* This service's own table of the packet filter, "table inet multihomed": what Linux has no sysctl for. Its
 * chains and rules are always the same and speak of sets; which interfaces they cover is what is in the sets,
 * and that is a setting like others (MH_SETTING_STRONG_RECEIVE, MH_SETTING_REVERSE_FILTER). The table is
 * there as long as one of the sets of interfaces has an element. Text in, text out: pure, any thread;
 * own_host.c speaks to the system. docs/host-model.md explains the rules. */
#ifndef MH_LINUX_OWN_TABLE_H
#define MH_LINUX_OWN_TABLE_H

#include "core/error.h"
#include "core/list.h"
#include "core/model.h"

/* Sets of interface names. */
enum mh_own_set {
    MH_OWN_STRONG_IPV4,
    MH_OWN_STRONG_IPV6,
    MH_OWN_LOOSE_IPV6,
    MH_OWN_STRICT_IPV6,
    MH_OWN_SETS
};

enum mh_own_condition {
    MH_OWN_ABSENT,
    MH_OWN_WHOLE,
    MH_OWN_ALTERED, /* made by this service, and changed by somebody else */
    MH_OWN_FOREIGN  /* of that name, but it has not the sets that this service makes first */
};

enum { MH_OWN_NAME_SIZE = 16 }; /* IFNAMSIZ */
struct mh_own_member {
    uint8_t set; /* enum mh_own_set */
    char name[MH_OWN_NAME_SIZE];
};

/* The lists are the value's own (mh_own_clear), each item once, in an order of their own. */
struct mh_own_table {
    enum mh_own_condition condition;
    struct mh_list *members; /* struct mh_own_member */
    struct mh_list *exempt;  /* struct mh_address: what loopback and dummy interfaces have */
};

/* An absent table. MH_NO_MEMORY: nothing to clear. */
enum mh_error mh_own_init(struct mh_own_table *table);
/* All zero is allowed. */
void mh_own_clear(struct mh_own_table *table);
/* A copy of its own. MH_NO_MEMORY: nothing to clear. */
enum mh_error mh_own_copy(const struct mh_own_table *table, struct mh_own_table *copy);
/* The same elements; the condition is not compared. */
bool mh_own_same(const struct mh_own_table *a, const struct mh_own_table *b);

/* The settings that the table holds. */
bool mh_own_holds(const struct mh_setting *setting);
/* nft can write the name: no quote, no wildcard, no backslash. */
bool mh_own_can_name(const char *name);
/* enum mh_filter_membership of an interface, for a setting that the table holds. */
int32_t mh_own_value(const struct mh_own_table *table, const struct mh_setting *setting, const char *name);
/* Puts setting->value into effect in the value at hand. MH_INVALID for another value than 0, 1 and, of
 * reverse-filter, 2; MH_NO_MEMORY. */
enum mh_error mh_own_set(struct mh_own_table *table, const struct mh_setting *setting, const char *name);
/* Takes the interface out of all sets; false: out of memory. */
bool mh_own_forget(struct mh_own_table *table, const char *name);
/* Puts an address into `exempt`. False: out of memory. */
bool mh_own_exempt(struct mh_own_table *table, const struct mh_address *address);

/* Reads what `nft -j list table inet multihomed` wrote (libnftables-json(5)) into a table that mh_own_init
 * made. What is not as this service makes it is MH_OWN_ALTERED or MH_OWN_FOREIGN; such a foreign table has no
 * elements here. MH_MALFORMED: it is no such text; MH_NO_MEMORY. */
enum mh_error mh_own_parse(const char *text, size_t length, struct mh_own_table *table,
                           struct mh_failure *failure);
/* What `nft -f -` is to read, so that the host's table becomes `table`, all at once: rules are made anew
 * unless `is` is MH_OWN_WHOLE. The caller frees; NULL: out of memory. */
char *mh_own_script(const struct mh_own_table *table, enum mh_own_condition is);

/* ---- own_rules.c: the rules ------------------------------------------------------------------------- */

/* The name of a set of interfaces ("strong_receive_ipv4"), or of exempt addresses; static. */
const char *mh_own_set_name(enum mh_own_set set);
const char *mh_own_exempt_name(enum mh_family family);

/* A rule, and what of it is compared with the host's: nft of another version may write the rest in another
 * way. */
struct mh_own_rule {
    const char *text, *comment;
    const char *kinds; /* of its statements, with a space behind each: "match accept " */
};
struct mh_own_chain {
    const char *name, *hook;
    int priority;
    const struct mh_own_rule *rules;
    size_t rule_count;
};
enum { MH_OWN_CHAINS = 2 };
extern const struct mh_own_chain mh_own_chains[MH_OWN_CHAINS];

#endif
