/* The configuration document (DESIGN section 6), parsed, checked and typed. Immutable once made, shared by
 * counted references. Its members are plain values that everybody reads; what the document leaves out has a
 * value of its own, so that "absent: leave the system's value" can be told from any setting. Arrays are in
 * the document's order, without meaning in it. Pure; any thread.
 *
 * docs/configuration.md explains each member, api/config.schema.yaml is the same for programs, and
 * config_document.h makes a document from another one and a change. */
#ifndef MH_CORE_CONFIG_H
#define MH_CORE_CONFIG_H

#include "core/model.h"

enum {
    MH_CONFIG_VERSION = 1,
    MH_CONFIG_TEXT_LIMIT = 4 * 1024 * 1024,  /* octets of a text that is read, with all its white space */
    MH_CONFIG_CANONICAL_LIMIT = 1024 * 1024, /* octets of a document without any */
    MH_CONFIG_ENTRIES_MAX = 8192,            /* named things of one section, and items of one list */
    MH_CONFIG_NAME_SIZE = 65,                /* a thing's name with its end: [A-Za-z0-9][A-Za-z0-9._-]* */
    MH_CONFIG_POINTER_SIZE = 640, /* an interface's name takes two characters for each of its own */
    MH_CONFIG_WORD_SIZE = 128
};

/* ---- values ---------------------------------------------------------------------------------------- */

/* true, false, or nothing said. */
enum mh_switch { MH_SWITCH_UNSET, MH_SWITCH_OFF, MH_SWITCH_ON };
enum mh_host_model { MH_HOST_MODEL_UNSET, MH_HOST_MODEL_WEAK, MH_HOST_MODEL_STRONG };
enum mh_arp_reply { MH_ARP_REPLY_UNSET, MH_ARP_REPLY_ANY, MH_ARP_REPLY_INTERFACE, MH_ARP_REPLY_SUBNET };
enum mh_arp_announce {
    MH_ARP_ANNOUNCE_UNSET,
    MH_ARP_ANNOUNCE_ANY,
    MH_ARP_ANNOUNCE_SUBNET,
    MH_ARP_ANNOUNCE_BEST
};
enum mh_reverse_path {
    MH_REVERSE_PATH_UNSET,
    MH_REVERSE_PATH_OFF,
    MH_REVERSE_PATH_LOOSE,
    MH_REVERSE_PATH_STRICT
};
enum mh_sharing { MH_SHARING_UNSET, MH_SHARING_FAILOVER, MH_SHARING_BALANCE };
enum mh_gateway_kind { MH_GATEWAY_ABSENT, MH_GATEWAY_AUTO, MH_GATEWAY_ADDRESS };
enum mh_failback { MH_FAILBACK_AUTO, MH_FAILBACK_MANUAL };
/* RFC 5227 2.4: keep it and say so; give it up (a); announce it once more (b). */
enum mh_conflict { MH_CONFLICT_REPORT, MH_CONFLICT_WITHDRAW, MH_CONFLICT_DEFEND };
enum mh_monitor_arp { MH_MONITOR_ARP_OFF, MH_MONITOR_ARP_PASSIVE };

/* What is wanted of a host, or of one interface in one family. Of IPv6, ARP is never set. */
struct mh_intents {
    uint8_t send, receive; /* enum mh_host_model */
    uint8_t arp_reply;     /* enum mh_arp_reply */
    uint8_t arp_announce;  /* enum mh_arp_announce */
    uint8_t arp_filter;    /* enum mh_switch */
    uint8_t arp_proxy;     /* enum mh_switch */
    uint8_t reverse_path;  /* enum mh_reverse_path */
};

/* ---- entries --------------------------------------------------------------------------------------- */

/* `interface` is a selector wherever it stands: a name, or one of core/selector.h (mh_config_selects).
 * `name` is the entry's in its section: "isp1" of /uplinks/isp1. */

struct mh_config_interface {
    char interface[MH_NAME_SIZE];
    uint8_t role;                 /* enum mh_role */
    uint32_t metric;              /* of the routes that are ours there; 0: unset */
    struct mh_intents ipv4, ipv6; /* only what this entry says: see mh_config_intents() */
};

struct mh_config_address {
    char name[MH_CONFIG_NAME_SIZE];
    char interface[MH_NAME_SIZE];
    struct mh_address address; /* unicast */
    uint8_t prefix_length;
    bool skip_as_source;
};

struct mh_config_route {
    char name[MH_CONFIG_NAME_SIZE];
    char interface[MH_NAME_SIZE]; /* "": by the way to the gateway */
    struct mh_prefix to;
    struct mh_address via;    /* family none: on link, and `interface` is set */
    struct mh_address source; /* preferred; family none: the system chooses */
    uint32_t metric;          /* 0: unset */
};

struct mh_config_gateway {
    uint8_t kind;              /* enum mh_gateway_kind */
    struct mh_address address; /* of MH_GATEWAY_ADDRESS, else family none */
};

/* What a probe asks: the gateway itself, or an address behind it. */
struct mh_config_target {
    bool gateway;
    struct mh_address address; /* family none with `gateway` */
};

/* Without "probe" in the document target_count is 0; with it there is at least one target. */
struct mh_config_probe {
    size_t target_count;
    const struct mh_config_target *targets;
    uint32_t interval; /* milliseconds */
    uint32_t fail_after, recover_after;
};

struct mh_config_uplink {
    char name[MH_CONFIG_NAME_SIZE];
    char interface[MH_NAME_SIZE];
    struct mh_config_gateway ipv4, ipv6;
    uint32_t priority; /* smaller is preferred */
    uint32_t weight;   /* 1..256 */
    struct mh_config_probe probe;
};

struct mh_config_rule {
    char name[MH_CONFIG_NAME_SIZE];
    struct mh_prefix from;
    char uplink_name[MH_CONFIG_NAME_SIZE];
    size_t uplink;     /* index in `uplinks` */
    uint32_t priority; /* 0..39 */
};

struct mh_config_source_preference {
    char name[MH_CONFIG_NAME_SIZE];
    struct mh_prefix to;
    struct mh_address source;
};

/* A row of the RFC 6724 policy table; IPv4 stands as ::ffff:0:0/96. */
struct mh_config_label {
    char name[MH_PREFIX_TEXT_SIZE]; /* the prefix as the document spells it */
    struct mh_prefix prefix;
    uint32_t label;
};

struct mh_config_selector {
    char interface[MH_NAME_SIZE];
};

struct mh_config_group_address {
    struct mh_address address;
    uint8_t prefix_length;
};

struct mh_config_group {
    char name[MH_CONFIG_NAME_SIZE];
    size_t interface_count; /* at least one */
    const struct mh_config_selector *interfaces;
    size_t address_count; /* at least one */
    const struct mh_config_group_address *addresses;
    char prefer[MH_NAME_SIZE]; /* one of `interfaces`; "": none */
    bool move_mac;
    uint8_t failback;        /* enum mh_failback */
    uint32_t failback_after; /* milliseconds */
    uint8_t conflict;        /* enum mh_conflict */
};

/* ---- the document ---------------------------------------------------------------------------------- */

struct mh_config {
    struct mh_intents intents; /* of the whole host, both families; only what the document says */
    bool host_wide;            /* consent to change what concerns more than the named interfaces */
    uint8_t sharing;           /* enum mh_sharing */
    uint8_t source_routing;    /* enum mh_switch */
    uint8_t monitor_arp;       /* enum mh_monitor_arp */
    bool monitor_udp;
    struct mh_address health_address; /* family none: no listener */
    uint16_t health_port;

    size_t interface_count;
    const struct mh_config_interface *interfaces;
    size_t address_count;
    const struct mh_config_address *addresses;
    size_t route_count;
    const struct mh_config_route *routes;
    size_t uplink_count;
    const struct mh_config_uplink *uplinks;
    size_t rule_count;
    const struct mh_config_rule *rules;
    size_t source_preference_count;
    const struct mh_config_source_preference *source_preferences;
    size_t label_count;
    const struct mh_config_label *labels;
    size_t group_count;
    const struct mh_config_group *groups;
};

/* What an answer to a refused document depends on. */
enum mh_config_problem_kind {
    MH_CONFIG_SYNTAX,  /* not JSON, or a name twice in one object */
    MH_CONFIG_INVALID, /* JSON that is no configuration, or one that contradicts itself */
    MH_CONFIG_ABSENT,  /* a change to a member that is not there */
    MH_CONFIG_NO_MEMORY
};

/* Why a document is refused. */
struct mh_config_problem {
    enum mh_config_problem_kind kind;
    char pointer[MH_CONFIG_POINTER_SIZE]; /* RFC 6901; "" is the document itself */
    char title[MH_CONFIG_WORD_SIZE];      /* "unknown member" */
    char expected[MH_CONFIG_WORD_SIZE];   /* "\"auto\", \"internal\" or \"external\""; may be empty */
    char got[MH_CONFIG_WORD_SIZE];        /* the value's text, cut; may be empty */
    unsigned line, column; /* 1-based; columns count octets. 0: not a place in the text that was given */
};

/* The empty document; NULL when out of memory. */
struct mh_config *mh_config_empty(void);
/* Parses `length` octets of JSON. NULL when refused (*problem says why) or out of memory (problem->kind says
 * so). */
struct mh_config *mh_config_parse(const char *text, size_t length, struct mh_config_problem *problem);
struct mh_config *mh_config_retain(struct mh_config *config);
/* NULL is allowed. */
void mh_config_release(struct mh_config *config);

/* ---- asking ---------------------------------------------------------------------------------------- */

/* Whether a selector names this interface: by its name, or as core/selector.h says. */
bool mh_config_selects(const char *selector, const struct mh_interface *interface);
/* The entry of `interfaces` for this one, or NULL; one that has its name goes before one that means it
 * otherwise. */
const struct mh_config_interface *mh_config_interface(const struct mh_config *config,
                                                      const struct mh_interface *interface);
/* What the document says of an interface's role; MH_ROLE_AUTO when nothing. */
enum mh_role mh_config_role(const struct mh_config *config, const struct mh_interface *interface);
/* What is wanted of an interface in a family: its own entry's values, and where it has none and the interface
 * is external (`role`, as mh_role_of() gives it) the host's. ARP is left unset for IPv6. */
struct mh_intents mh_config_intents(const struct mh_config *config, const struct mh_interface *interface,
                                    enum mh_role role, enum mh_family family);
/* The uplink of that name, or NULL. */
const struct mh_config_uplink *mh_config_uplink(const struct mh_config *config, const char *name);

/* The pointer of an entry, "/uplinks/isp1" of ("uplinks", "isp1"), or of an interface's, "/interfaces/a~1b";
 * returns `pointer`. */
const char *mh_config_pointer(const char *section, const char *name, char pointer[MH_CONFIG_POINTER_SIZE]);

/* Pointers of members that this version does not act on. */
size_t mh_config_unsupported_count(const struct mh_config *config);
const char *mh_config_unsupported(const struct mh_config *config, size_t index);
/* Whether this version acts on all that is at a pointer ("/arp/reply"; in a list of named things any name
 * stands for all), in a family; MH_FAMILY_NONE: in any. What the system can do is another question. */
bool mh_config_acts_on(const char *pointer, enum mh_family family);

#endif
