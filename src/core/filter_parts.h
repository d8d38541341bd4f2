/* What the parts of the packet filter share. Private to src/core/filter*.c. */
#ifndef MH_CORE_FILTER_PARTS_H
#define MH_CORE_FILTER_PARTS_H

#include "core/filter_model.h"

struct mh_filter {
    struct mh_filter_chain *chains;
    size_t chain_count, chain_capacity;
    struct mh_filter_set *sets;
    size_t set_count, set_capacity;
    uint32_t *order[MH_FILTER_HOOK_COUNT]; /* base chains as packets meet them */
    size_t order_count[MH_FILTER_HOOK_COUNT];
};

enum mh_truth { MH_FALSE, MH_MAYBE, MH_TRUE };

/* A number that rules change. `why`: NULL while it is known. */
struct mh_filter_known {
    uint32_t value;
    const char *why;
};

/* What holds of the packet at one place among the rules, however it came there. */
struct mh_filter_facts {
    struct mh_filter_known mark, connection_mark, zone;
    struct mh_filter_known state; /* enum mh_filter_state */
    bool notracked;               /* a rule said notrack (early chains) */
    bool templated;               /* a rule may have given it a zone (early chains): it has a template then */
    const char *source_why;       /* NULL: source address and port are the packet's */
    const char *destination_why;  /* the same of the destination */
};

/* Where connection tracking stands when a chain runs. */
enum mh_filter_tracking { MH_TRACKING_DONE, MH_TRACKING_EARLY, MH_TRACKING_SAME_PRIORITY };

/* One value that was read off the packet. */
struct mh_filter_reading {
    bool absent;     /* there is no such thing: the rule does not match, whatever it compares with */
    const char *why; /* not NULL: not known */
    uint8_t free;    /* bits of the number that may be 0 or 1 (TCP flags) */
    struct mh_filter_value value;
};

struct mh_filter_view {
    const struct mh_filter_packet *packet;
    struct mh_filter_facts facts;
    enum mh_filter_tracking tracking;
    bool asked_tracking; /* set when a key of connection tracking is read */
};

/* filter_read.c */
void mh_filter_read(struct mh_filter_view *view, const struct mh_filter_key *key,
                    struct mh_filter_reading *reading);

/* filter_match.c. *why is set with MH_MAYBE. */
enum mh_truth mh_filter_match(const struct mh_filter *filter, struct mh_filter_view *view,
                              const struct mh_filter_statement *statement, const char **why);
/* Looks the keys up in a map: `found` is called for each element that is, or may be, the packet's.
 * MH_TRUE: one is for sure; MH_MAYBE: those told, or none; MH_FALSE: none. */
typedef void (*mh_filter_found)(void *context, const struct mh_filter_data *data, const char *why);
enum mh_truth mh_filter_look_up(const struct mh_filter *filter, struct mh_filter_view *view,
                                const struct mh_filter_statement *statement, mh_filter_found found,
                                void *context, const char **why);

/* filter_facts.c: changing what holds. `sure`: the statement is carried out for sure. */
void mh_filter_facts_begin(struct mh_filter_facts *facts, const struct mh_filter_packet *packet);
/* What is true whichever way was gone. */
void mh_filter_facts_join(struct mh_filter_facts *facts, const struct mh_filter_facts *other);
/* Nothing is known any more. */
void mh_filter_facts_forget(struct mh_filter_facts *facts, const char *why);
void mh_filter_set_number(struct mh_filter_view *view, enum mh_filter_statement_kind what,
                          const struct mh_filter_known *value, bool sure);
void mh_filter_notrack(struct mh_filter_view *view, bool sure);
void mh_filter_facts_end(const struct mh_filter_facts *facts, struct mh_filter_packet *packet);

#endif
