/* What makes a simulated host a Linux, a FreeBSD or a Windows: names, errors, defaults, and what follows from
 * a change. A personality is a table; nothing outside of it asks which system it is. */
#ifndef MH_SIM_PERSONALITY_H
#define MH_SIM_PERSONALITY_H

#include "core/error.h"
#include "core/list.h"
#include "core/model.h"
#include "platform.h"

struct mh_description;
struct sim_host;
struct sim_refusal;

/* A native error. */
struct sim_native {
    const char *name;
    int code;
    enum mh_error error;
};

/* Why an op fails, in words of ours; a personality names its native error for each. */
enum sim_trouble {
    SIM_TROUBLE_NONE,
    SIM_ADDRESS_EXISTS,
    SIM_NO_ADDRESS,
    SIM_ADDRESS_INVALID, /* not one that an interface can have */
    SIM_ROUTE_EXISTS,
    SIM_NO_ROUTE,
    SIM_NO_WAY_IPV4, /* no subnet covers the gateway */
    SIM_NO_WAY_IPV6,
    SIM_INTERFACE_DOWN,
    SIM_NO_INTERFACE,
    SIM_RULE_EXISTS,
    SIM_NO_RULE,
    SIM_NEIGHBOR_EXISTS,
    SIM_NO_NEIGHBOR,
    SIM_LABEL_EXISTS,
    SIM_NO_LABEL,
    SIM_MAC_INVALID,
    SIM_ARGUMENT_INVALID,
    SIM_TROUBLE_COUNT
};

/* A number that has a name. */
struct sim_word {
    uint32_t number;
    const char *word;
    enum mh_owner owner; /* of protocols: who made such a route */
};

/* Where a setting can be. */
enum { SIM_HOST_WIDE = 1, SIM_DEFAULT = 2, SIM_PER_INTERFACE = 4 };

struct sim_setting_row {
    enum mh_setting_id id;
    enum mh_family family;
    int32_t value; /* what a new host has */
    unsigned where;
    int32_t on_loopback; /* added to it on the loopback interface */
};

/* What tells two routes to one destination apart. */
enum { SIM_KEY_METRIC = 1, SIM_KEY_TOS = 2, SIM_KEY_NEXT_HOPS = 4 };

struct sim_personality {
    const char *word;  /* "freebsd": the host file's `system` */
    const char *title; /* "FreeBSD" */
    enum mh_dialect dialect;

    const struct sim_native *natives; /* ends with a name of NULL, as the next three lists do */
    const struct sim_word *tables;
    const struct sim_word *protocols;
    const struct sim_setting_row *settings;  /* ends with a family of MH_FAMILY_NONE */
    const char *troubles[SIM_TROUBLE_COUNT]; /* native names */

    const char *loopback_name;
    uint32_t loopback_index; /* 0: behind the other interfaces */
    uint32_t loopback_mtu;
    bool loopback_has_mac; /* six zero octets */
    uint32_t first_index;  /* of the interfaces that the file does not number */

    uint32_t main_table;
    uint32_t metric_ipv4, metric_ipv6; /* of a route that was given none */
    uint8_t static_protocol;
    unsigned route_key;
    bool metric_zero;            /* is a metric, and does not stand for the usual one */
    bool replaces_exactly;       /* a route by the same way only (SetIpForwardEntry2) */
    bool replace_creates;        /* replacing a route that is not there adds it */
    bool changes_set_metric;     /* a change of an address sets its metric too (inet_rtm_newaddr) */
    bool down_takes_routes;      /* an interface that is down loses its routes */
    bool domains_are_interfaces; /* a domain is a VRF device, not a number */
    bool has_rules;
    bool rules_by_filter;                      /* which has the other tables too, without metrics (pf) */
    bool fills_in_source;                      /* a route that names no source gets one */
    bool has_table_source;                     /* an address of a family is its preferred source */
    bool keeps_ipv4_routes, keeps_ipv6_routes; /* whose source has gone */
    bool ends_at_loopback;           /* IPv6 routes that end here have the loopback interface as next hop */
    bool has_labels;                 /* a table of address labels */
    bool has_first_labels;           /* with which it starts */
    bool names_kinds;                /* the native kind is the kind's word */
    bool newest_first;               /* of two IPv6 addresses of a scope the later one is listed first */
    bool proxy_twice;                /* adding a proxy entry again is no error */
    uint32_t flags_ipv4, flags_ipv6; /* enum mh_address_flag: what an op may change */
    const char *no_mac_reason;       /* why the link address cannot be set; NULL: it can */

    /* Appends the routes (struct sim_route) that the system makes of its own accord. False when out of
     * memory. */
    bool (*derive)(const struct sim_host *host, struct mh_list **routes);
    /* Appends the system's own rules; NULL: it has none. */
    bool (*default_rules)(struct sim_host *host);
    /* Puts an address there, in the system's order and with the system's flags. */
    enum mh_error (*add_address)(struct sim_host *host, const struct mh_interface_address *address,
                                 struct sim_refusal *refusal);
    /* Removes the address at `position` and does what the system does besides; connected routes are not its
     * job. */
    bool (*remove_address)(struct sim_host *host, size_t position);
    /* An op as the system's own command (common/describe.h). */
    bool (*describe)(struct mh_description *description, const struct mh_op *op);
    /* What follows from a setting that was written. NULL: nothing. */
    bool (*setting_written)(struct sim_host *host, const struct mh_setting *setting);
};

extern const struct sim_personality sim_linux, sim_freebsd, sim_freebsd_13, sim_netbsd, sim_openbsd,
    sim_windows;

/* By the file's words; `release` may be "". NULL when there is none. */
const struct sim_personality *sim_personality_of(const char *word, const char *release);

/* Native errors that BSD systems share, and their names for what is common. */
extern const struct sim_native sim_bsd_natives[];

/* By name; NULL when the system has no such error. */
const struct sim_native *sim_native_named(const struct sim_personality *personality, const char *name);

/* The number's name, or its digits; returns `word`. */
const char *sim_word_format(const struct sim_word *words, uint32_t number, char word[MH_WORD_SIZE]);
/* A name or digits. */
bool sim_word_parse(const struct sim_word *words, const char *word, uint32_t *number);
enum mh_owner sim_protocol_owner(const struct sim_personality *personality, uint8_t protocol);
/* NULL when the system does not have the setting. */
const struct sim_setting_row *sim_setting_row_of(const struct sim_personality *personality,
                                                 enum mh_family family, enum mh_setting_id id);

#endif
