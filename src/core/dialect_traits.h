/* What plans and predictions must know of a system's routing: one row for each dialect, so that nothing else
 * of them asks which system it is. Pure; static. */
#ifndef MH_CORE_DIALECT_TRAITS_H
#define MH_CORE_DIALECT_TRAITS_H

#include "core/select.h"

/* What becomes of a route when the address goes that it names as its source. */
enum mh_source_loss {
    MH_SOURCE_LOSS_NONE,       /* it stays, and its source is stale */
    MH_SOURCE_LOSS_OF_MAIN,    /* it goes when it is in the main table, else it stays */
    MH_SOURCE_LOSS_OF_ROUTE,   /* it goes */
    MH_SOURCE_LOSS_OF_PROPERTY /* it stays without a source */
};

/* Who has rules by which a source selects a table. */
enum mh_rule_keeper { MH_RULES_OF_NOBODY, MH_RULES_OF_KERNEL, MH_RULES_OF_PF };

struct mh_dialect_traits {
    const char *name;            /* "FreeBSD" */
    uint32_t main_table;         /* Linux's main, FreeBSD's FIB 0, OpenBSD's rtable 0 */
    uint8_t rules;               /* enum mh_rule_keeper */
    bool has_secondaries;        /* IPv4 addresses of a subnet follow the first of them */
    bool has_labels;             /* a table of address labels */
    bool may_hide_labels;        /* which may be there and not be told */
    bool has_precedences;        /* whose rows have precedences, by which getaddrinfo(3) goes */
    bool has_mapped_label;       /* which has one label for all of ::ffff:0:0/96 */
    bool has_address_once;       /* the same address is on one interface of the host only */
    bool fills_in_source;        /* a route that names no source gets one */
    bool has_table_source;       /* the main table has a preferred source for each family (table_source.h) */
    bool has_ipv6_link_scope;    /* IPv6 routes without a gateway have scope link, as IPv4's */
    uint8_t source_loss[2];      /* enum mh_source_loss; IPv4, IPv6 */
    uint32_t usual_metric[2];    /* of a route of the main table that was given none; IPv4, IPv6 */
    uint32_t table_metric[2];    /* likewise of a table of ours */
    uint32_t least, greatest;    /* metrics that routes of ours can have; both 0: there are none */
    const char *no_sharing;      /* why uplinks cannot share the traffic; NULL: they can */
    const char *no_rules;        /* why there are no rules; NULL: there are, or it depends */
    const char *no_reverse_path; /* why sources are not checked; NULL: they can be */
    const char *no_proxy;        /* why there is no switch for proxy ARP; NULL: there is */

    uint8_t route_protocol;   /* of routes of ours: our mark, or where there is none what a person's have */
    bool has_mark;            /* which tells ours from others'; else the ledger does */
    bool has_way_key;         /* interface and gateway are part of a route's key, the metric is not */
    bool has_route_sources;   /* a route can name the source of what is sent by it */
    bool has_skips;           /* single addresses can be kept from being chosen as source */
    bool may_lack;            /* single functions, each of which some intents need: plan_lacking.c */
    bool has_weak_host;       /* each interface has switches for the host model, and a metric of its own which
                               * is added to its routes' */
    const char *no_arp_reply; /* why the scope of ARP replies cannot be set; NULL: it is built in */
    const char *no_preferences; /* why no source can be preferred by destination; NULL: it can, by routes */
};

const struct mh_dialect_traits *mh_dialect_traits(enum mh_dialect dialect);
/* Routes have metrics, by which several of them lead to one destination. */
bool mh_dialect_has_metrics(const struct mh_dialect_traits *traits);

#endif
