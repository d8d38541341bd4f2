/* How a packet filter is put together: what a reader of the system's rules (platform/linux/nft.h) makes of
 * them. A reader that does not understand a part says so with MH_FILTER_MAYBE, MH_FILTER_UNKNOWN or an open
 * set, and never leaves it out. Pure; one thread until mh_filter_finish. Everything is owned by the filter
 * once added; what cannot be added (out of memory) stays the caller's. */
#ifndef MH_CORE_FILTER_MODEL_H
#define MH_CORE_FILTER_MODEL_H

#include "core/filter.h"

/* ---- values ---------------------------------------------------------------------------------------- */

/* Every value has one form, so that octets compare as values do: addresses and names from the first octet on,
 * numbers as four octets, most significant first; the rest is zero. */
enum { MH_FILTER_VALUE_SIZE = 16 };
struct mh_filter_value {
    uint8_t bytes[MH_FILTER_VALUE_SIZE];
};
struct mh_filter_range {
    struct mh_filter_value low, high; /* both included */
};

struct mh_filter_value mh_filter_number(uint32_t number);
uint32_t mh_filter_value_number(const struct mh_filter_value *value);
struct mh_filter_value mh_filter_value_of_address(const struct mh_address *address);
/* At most 15 characters, as interface names are; the rest is cut. */
struct mh_filter_value mh_filter_value_of_name(const char *name, size_t length);
extern const struct mh_filter_value mh_filter_all_bits;

/* ---- keys: what of the packet is looked at --------------------------------------------------------- */

enum mh_filter_key_kind {
    MH_FILTER_KEY_SOURCE,
    MH_FILTER_KEY_DESTINATION,
    MH_FILTER_KEY_SOURCE_PORT,
    MH_FILTER_KEY_DESTINATION_PORT,
    MH_FILTER_KEY_TCP_FLAGS,
    MH_FILTER_KEY_PROTOCOL,
    MH_FILTER_KEY_FAMILY,      /* enum mh_family */
    MH_FILTER_KEY_INPUT_NAME,  /* "" where there is none */
    MH_FILTER_KEY_OUTPUT_NAME, /* the same */
    MH_FILTER_KEY_MARK,
    MH_FILTER_KEY_CT_STATE, /* bits, see MH_FILTER_CT_* */
    MH_FILTER_KEY_CT_DIRECTION,
    MH_FILTER_KEY_CT_MARK,
    MH_FILTER_KEY_CT_ZONE,
    MH_FILTER_KEY_CT_OTHER,   /* of connection tracking, not understood */
    MH_FILTER_KEY_FIB_EXISTS, /* 0 or 1 */
    MH_FILTER_KEY_FIB_INTERFACE,
    MH_FILTER_KEY_FIB_TYPE /* enum mh_route_type */
};

/* The bits of `ct state` and of the TCP flags (nft(8), "CT STATE TYPE", "TCP FLAGS TYPE"). */
enum {
    MH_FILTER_CT_INVALID = 1,
    MH_FILTER_CT_ESTABLISHED = 2,
    MH_FILTER_CT_RELATED = 4,
    MH_FILTER_CT_NEW = 8,
    MH_FILTER_CT_UNTRACKED = 64
};
enum {
    MH_FILTER_TCP_FIN = 1,
    MH_FILTER_TCP_SYN = 2,
    MH_FILTER_TCP_RST = 4,
    MH_FILTER_TCP_PSH = 8,
    MH_FILTER_TCP_ACK = 16,
    MH_FILTER_TCP_URG = 32,
    MH_FILTER_TCP_ECN = 64,
    MH_FILTER_TCP_CWR = 128
};
enum {
    MH_FILTER_FIB_DESTINATION = 1, /* else the source */
    MH_FILTER_FIB_INPUT = 2,
    MH_FILTER_FIB_OUTPUT = 4,
    MH_FILTER_FIB_MARK = 8
};
/* In `flags` of the NAME kinds: the rule holds an index, which its reader turned into the name. */
enum { MH_FILTER_BY_INDEX = 16 };

/* (what the packet has & `keep`) ^ `flip`: nft's bitwise. */
struct mh_filter_key {
    uint8_t kind;  /* enum mh_filter_key_kind */
    uint8_t flags; /* MH_FILTER_FIB_* of the FIB kinds, MH_FILTER_BY_INDEX of the NAME kinds */
    struct mh_filter_value keep, flip;
};

enum { MH_FILTER_FIELDS_MAX = 8 };

/* ---- sets and maps --------------------------------------------------------------------------------- */

enum mh_filter_action {
    MH_FILTER_ACCEPT,
    MH_FILTER_DROP,
    MH_FILTER_REJECT,
    MH_FILTER_RETURN,
    MH_FILTER_CONTINUE,
    MH_FILTER_JUMP, /* to `target` */
    MH_FILTER_GOTO,
    MH_FILTER_QUEUE /* a program decides */
};

/* What an element of a map stands for. */
struct mh_filter_data {
    bool understood;
    bool is_verdict;
    uint8_t action;  /* enum mh_filter_action */
    uint32_t target; /* chain */
    struct mh_filter_value value;
};

struct mh_filter_set {
    uint8_t field_count;
    bool is_map;
    bool open;                      /* it has elements that are not understood */
    bool changes;                   /* rules add and remove elements as packets pass */
    size_t count, capacity;         /* of elements */
    struct mh_filter_range *ranges; /* field_count for each element */
    struct mh_filter_data *data;    /* of maps, one for each element */
    bool has_rest;                  /* the catch-all element "*" */
    struct mh_filter_data rest;
};

/* ---- statements, rules, chains --------------------------------------------------------------------- */

enum mh_filter_statement_kind {
    MH_FILTER_MATCH,    /* keys, op, set */
    MH_FILTER_MAYBE,    /* the rule goes on, or not: not understood (reason) */
    MH_FILTER_UNKNOWN,  /* anything may happen to the packet (reason) */
    MH_FILTER_VERDICT,  /* action, target */
    MH_FILTER_VMAP,     /* keys, set */
    MH_FILTER_SET_MARK, /* operand, keys, set, value */
    MH_FILTER_SET_CT_MARK,
    MH_FILTER_SET_ZONE,
    MH_FILTER_NOTRACK,
    MH_FILTER_NAT_SOURCE, /* new source address or port; ends the chain like accept */
    MH_FILTER_NAT_DESTINATION
};

enum mh_filter_op {
    MH_FILTER_IN,
    MH_FILTER_NOT_IN,
    MH_FILTER_LESS, /* the set holds the one value */
    MH_FILTER_GREATER,
    MH_FILTER_LESS_OR_EQUAL,
    MH_FILTER_GREATER_OR_EQUAL,
    MH_FILTER_ANY_BIT, /* the value has a bit of the one in the set */
    MH_FILTER_NO_BIT
};

/* Where the value of SET_* comes from. */
enum mh_filter_operand {
    MH_FILTER_OPERAND_VALUE,
    MH_FILTER_OPERAND_KEY,    /* keys[0] */
    MH_FILTER_OPERAND_MAP,    /* keys looked up in set */
    MH_FILTER_OPERAND_UNKNOWN /* not understood (reason) */
};

struct mh_filter_statement {
    uint8_t kind;    /* enum mh_filter_statement_kind */
    uint8_t op;      /* enum mh_filter_op */
    uint8_t action;  /* enum mh_filter_action */
    uint8_t operand; /* enum mh_filter_operand */
    uint8_t key_count;
    uint32_t target; /* chain */
    uint32_t set;
    struct mh_filter_value value;
    struct mh_filter_key *keys;
    char *reason;
};

struct mh_filter_rule {
    char *text; /* in the system's words */
    struct mh_filter_statement *statements;
    size_t count, capacity;
};

enum { MH_FILTER_NO_HOOK = MH_FILTER_HOOK_COUNT };

struct mh_filter_chain {
    char *label; /* "inet filter input" */
    bool ipv4, ipv6;
    uint8_t hook; /* enum mh_filter_hook; MH_FILTER_NO_HOOK: a chain to jump to */
    int32_t priority;
    bool is_nat;
    bool policy_drops;
    struct mh_filter_rule *rules;
    size_t count, capacity;
};

/* ---- making ---------------------------------------------------------------------------------------- */

/* NULL: out of memory. */
struct mh_filter *mh_filter_new(void);

/* False: out of memory. *index is the chain's or set's number in this filter. `label` is copied from. */
bool mh_filter_add_chain(struct mh_filter *filter, const struct mh_filter_chain *chain, const char *label,
                         uint32_t *index);
bool mh_filter_add_set(struct mh_filter *filter, uint8_t field_count, bool is_map, uint32_t *index);
/* The set, until the next one is added. */
struct mh_filter_set *mh_filter_set_at(struct mh_filter *filter, uint32_t index);
/* `ranges`: field_count of them. `data`: of a map, else NULL. */
bool mh_filter_set_add(struct mh_filter_set *set, const struct mh_filter_range *ranges,
                       const struct mh_filter_data *data);

/* Statements are added to a rule of the caller's, which mh_filter_add_rule then takes (and empties), or
 * mh_filter_rule_clear frees. `keys` (statement->key_count) and `reason` (NULL: none) are copied. */
bool mh_filter_rule_add(struct mh_filter_rule *rule, const struct mh_filter_statement *statement,
                        const struct mh_filter_key *keys, const char *reason);
bool mh_filter_add_rule(struct mh_filter *filter, uint32_t chain, struct mh_filter_rule *rule,
                        const char *text);
void mh_filter_rule_clear(struct mh_filter_rule *rule);

/* A base chain that cannot be seen through: whatever meets it is indeterminate, for `reason`. `input` and
 * `output`: only packets of that interface; NULL: all. */
bool mh_filter_add_opaque(struct mh_filter *filter, const struct mh_filter_chain *chain, const char *label,
                          const char *input, const char *output, const char *reason);

/* Puts the base chains into their order; to be called once, at the end. False: out of memory. */
bool mh_filter_finish(struct mh_filter *filter);

#endif
