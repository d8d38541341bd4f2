/* What a host consists of, as plain values. Backends fill these in, everything else reads them. No pointers
 * but where a comment says who owns what. Numbers are in host order, addresses in network order. Pure; any
 * thread. */
#ifndef MH_CORE_MODEL_H
#define MH_CORE_MODEL_H

#include "core/address.h"
#include "core/prefix.h"

enum {
    MH_NAME_SIZE = 256, /* an interface's name in UTF-8 with its end; Windows aliases are the long ones */
    MH_SELECTOR_NAME_SIZE = 32, /* an interface name inside a rule; Linux's IFNAMSIZ is 16 */
    MH_HARDWARE_ADDRESS_SIZE = 32,
    MH_ADDRESS_LABEL_SIZE = 16, /* Linux's IFNAMSIZ */
    MH_GUID_SIZE = 39,          /* with braces and its end */
    MH_GROUPS_SIZE = 128
};

/* X(name, text): what an interface is. The text is the API's `kind`. */
#define MH_KIND_TABLE(X)                                                                                     \
    X(PHYSICAL, "physical")                                                                                  \
    X(LOOPBACK, "loopback")                                                                                  \
    X(BRIDGE, "bridge")                                                                                      \
    X(BOND, "bond")                                                                                          \
    X(VLAN, "vlan")                                                                                          \
    X(MACVLAN, "macvlan")                                                                                    \
    X(MACVTAP, "macvtap")                                                                                    \
    X(IPVLAN, "ipvlan")                                                                                      \
    X(VETH, "veth")                                                                                          \
    X(DUMMY, "dummy")                                                                                        \
    X(TUN, "tun")                                                                                            \
    X(TAP, "tap")                                                                                            \
    X(TUNNEL, "tunnel")                                                                                      \
    X(VXLAN, "vxlan")                                                                                        \
    X(WIREGUARD, "wireguard")                                                                                \
    X(PPP, "ppp")                                                                                            \
    X(VRF, "vrf")                                                                                            \
    X(WIRELESS, "wireless")                                                                                  \
    X(CARP, "carp")                                                                                          \
    X(HOST_ONLY, "host-only")                                                                                \
    X(OTHER, "other")

enum mh_kind {
#define MH_KIND_ENUM(name, text) MH_KIND_##name,
    MH_KIND_TABLE(MH_KIND_ENUM)
#undef MH_KIND_ENUM
        MH_KIND_COUNT
};

/* Whether an interface counts for the scenario (DESIGN section 3). In configuration `auto` is allowed too. */
enum mh_role { MH_ROLE_AUTO, MH_ROLE_INTERNAL, MH_ROLE_EXTERNAL };

struct mh_interface {
    uint32_t index;  /* the system's; never 0 */
    uint32_t master; /* index of the bridge, bond or VRF it is enslaved to; 0: none */
    uint32_t lower;  /* index of the interface below (VLAN, macvlan) or of a veth's other end; 0: none */
    uint32_t domain; /* index of the VRF device, or the rdomain's number; 0: the default domain */
    uint64_t luid;   /* Windows: NET_LUID, which stays; else 0 */
    uint32_t mtu;    /* octets */
    uint32_t group;  /* the system's interface group (Linux IFLA_GROUP); 0 is everybody's */
    uint32_t metric; /* what the system holds the interface to cost (BSD ifi_metric); see has_metric */
    bool lower_is_elsewhere; /* `lower` is an index in another namespace and means nothing here */
    bool up;                 /* administratively */
    bool carrier;            /* the link is there: can send and receive now */
    bool point_to_point;
    bool has_metric; /* the system knows such a metric; else `metric` is 0 */
    uint8_t kind;    /* enum mh_kind */
    uint8_t hardware_address_length;
    uint8_t hardware_address[MH_HARDWARE_ADDRESS_SIZE];
    char name[MH_NAME_SIZE];
    char native_kind[MH_SELECTOR_NAME_SIZE]; /* the system's word ("veth", "gre"); "" where it has none */
    char guid[MH_GUID_SIZE]; /* Windows: "{6B29FC40-CA47-1067-B31D-00DD010662DA}", which stays; else "" */
    /* The groups it is in (FreeBSD, OpenBSD), in the system's order with a space between two; none that does
     * not fit whole. "" elsewhere. */
    char groups[MH_GROUPS_SIZE];
};

/* Who put an object there. */
enum mh_owner {
    MH_OWNER_UNKNOWN,
    MH_OWNER_MULTIHOMED,
    MH_OWNER_KERNEL,
    MH_OWNER_DHCP,
    MH_OWNER_RA,
    MH_OWNER_STATIC,
    MH_OWNER_MANAGER /* another program; named by the object's protocol */
};

enum mh_address_flag {
    MH_ADDRESS_DEPRECATED = 1 << 0,
    MH_ADDRESS_TENTATIVE = 1 << 1,
    MH_ADDRESS_DUPLICATE = 1 << 2, /* duplicate address detection failed (RFC 4862 5.4) */
    MH_ADDRESS_TEMPORARY = 1 << 3, /* RFC 8981 */
    MH_ADDRESS_SKIP_AS_SOURCE = 1 << 4,
    MH_ADDRESS_SECONDARY = 1 << 5,  /* Linux IPv4: a later address of the same subnet */
    MH_ADDRESS_OPTIMISTIC = 1 << 6, /* RFC 4429: tentative, but may be used */
    MH_ADDRESS_HOME = 1 << 7,       /* RFC 6275 home address */
    MH_ADDRESS_NO_PREFIX_ROUTE = 1 << 8,
    MH_ADDRESS_DYNAMIC = 1 << 9, /* has a lifetime */
    /* Of an op only: the IPv6 address was there a moment ago, and comes back without duplicate address
     * detection, so that routes may name it as their source at once. */
    MH_ADDRESS_KNOWN_UNIQUE = 1 << 10,
    /* OpenBSD's `route sourceaddr`: what goes through a gateway by routing table 0 has it as its source. One
     * address of a family has it, or none. */
    MH_ADDRESS_PREFERRED_SOURCE = 1 << 11
};

/* Values are Linux's rt_scope_t, which other systems are mapped to; smaller means wider. */
enum mh_route_scope {
    MH_ROUTE_SCOPE_UNIVERSE = 0,
    MH_ROUTE_SCOPE_SITE = 200,
    MH_ROUTE_SCOPE_LINK = 253,
    MH_ROUTE_SCOPE_HOST = 254,
    MH_ROUTE_SCOPE_NOWHERE = 255
};

#define MH_LIFETIME_FOREVER UINT32_MAX

struct mh_interface_address {
    uint32_t interface;                          /* index */
    uint32_t flags;                              /* enum mh_address_flag */
    uint32_t metric;                             /* of the prefix route; 0: the system's default */
    uint32_t valid_lifetime, preferred_lifetime; /* seconds at the time of reading, or MH_LIFETIME_FOREVER */
    struct mh_address address;
    struct mh_address peer;      /* the other end of a point-to-point address; family none otherwise */
    struct mh_address broadcast; /* IPv4; family none: the system was given none */
    uint8_t prefix_length;       /* of the subnet; with a peer, of the peer's prefix */
    uint8_t scope;               /* enum mh_route_scope */
    uint8_t owner;               /* enum mh_owner */
    uint8_t protocol;            /* who made it, the system's number (Linux IFA_PROTO); 0: it does not say */
    char label[MH_ADDRESS_LABEL_SIZE]; /* Linux IPv4: "eth0" or "eth0:1"; "": the system's own choice */
};

enum mh_next_hop_flag {
    MH_NEXT_HOP_ON_LINK = 1 << 0, /* the gateway is reachable though no subnet covers it */
    MH_NEXT_HOP_DEAD = 1 << 1,    /* the system said so when it was read */
    MH_NEXT_HOP_LINK_DOWN = 1 << 2
};

struct mh_next_hop {
    struct mh_address gateway; /* family none: on link. May be IPv6 for an IPv4 route (RFC 5549) */
    uint32_t interface;        /* index; 0 when the system names none (blackhole) */
    uint16_t weight;           /* 1..65536 is stored as 1..65535; 1 when single */
    uint8_t flags;             /* enum mh_next_hop_flag */
};

/* Values are Linux's rtm_type. */
enum mh_route_type {
    MH_ROUTE_UNSPECIFIED = 0,
    MH_ROUTE_UNICAST = 1,
    MH_ROUTE_LOCAL = 2,
    MH_ROUTE_BROADCAST = 3,
    MH_ROUTE_ANYCAST = 4,
    MH_ROUTE_MULTICAST = 5,
    MH_ROUTE_BLACKHOLE = 6,
    MH_ROUTE_UNREACHABLE = 7,
    MH_ROUTE_PROHIBIT = 8,
    MH_ROUTE_THROW = 9,
    MH_ROUTE_NAT = 10
};

/* RFC 4191 2.1 router preference, in its two-bit encoding. */
enum mh_router_preference { MH_ROUTER_MEDIUM = 0, MH_ROUTER_HIGH = 1, MH_ROUTER_LOW = 3 };

enum { MH_NEXT_HOPS_MAX = 512, MH_ROUTE_NATIVE_MAX = 4096 };

/* A route as it travels between backend, table and readers. `next_hops` and `native` belong to whoever made
 * the value: valid during the call that passes it, or until the table changes.
 *
 * `native` is what the system says of a route beside what is decoded here (MTU, realms, encapsulation), in
 * the system's own form, so that a route that was lost comes back whole. On Linux: the attributes of
 * rtnetlink(7) that a request takes as a dump gives them, padded. Only the backend looks into it; it is a
 * part of being equal. */
struct mh_route {
    struct mh_prefix destination;
    struct mh_prefix source; /* IPv6 source-specific routes; family none: any */
    uint32_t table;          /* Linux table, FreeBSD FIB, OpenBSD rtable */
    uint32_t metric;         /* Linux priority; OpenBSD priority; Windows metric. Smaller is preferred */
    uint32_t next_hop_id;    /* Linux nexthop object; 0: none */
    struct mh_address preferred_source; /* family none: the system chooses */
    uint8_t tos;
    uint8_t type;       /* enum mh_route_type */
    uint8_t scope;      /* enum mh_route_scope */
    uint8_t protocol;   /* who made it, the system's number (Linux rtm_protocol) */
    uint8_t owner;      /* enum mh_owner */
    uint8_t preference; /* enum mh_router_preference */
    bool
        incomplete; /* has more than this value says, as a time when it ends: it cannot be made again alike */
    uint16_t next_hop_count;
    uint16_t native_length; /* octets, up to MH_ROUTE_NATIVE_MAX */
    const struct mh_next_hop *next_hops;
    const uint8_t *native;
};

enum mh_rule_action {
    MH_RULE_TO_TABLE,
    MH_RULE_GOTO,
    MH_RULE_NOP,
    MH_RULE_BLACKHOLE,
    MH_RULE_UNREACHABLE,
    MH_RULE_PROHIBIT,
    MH_RULE_OTHER
};

/* A selector that is not given matches everything. */
struct mh_rule {
    uint32_t priority; /* smaller first; equal ones in the order of the list */
    uint32_t table;    /* of MH_RULE_TO_TABLE; 0 with l3mdev: the domain's own table */
    uint32_t target;   /* priority that MH_RULE_GOTO jumps to */
    uint8_t family;    /* enum mh_family */
    uint8_t action;    /* enum mh_rule_action */
    uint8_t protocol;  /* who made it; Linux FRA_PROTOCOL */
    uint8_t owner;     /* enum mh_owner */
    bool invert;       /* `not`: matches when the selectors do not */
    bool l3mdev;
    bool has_uid_range;
    bool unknown_selector; /* carries something this version does not understand: the outcome is indeterminate
                            */
    uint8_t tos;
    uint8_t ip_protocol;                                              /* 0: any */
    struct mh_prefix from, to;                                        /* family none: any */
    char input[MH_SELECTOR_NAME_SIZE], output[MH_SELECTOR_NAME_SIZE]; /* interface names; "": any */
    uint32_t mark, mark_mask;                                         /* mask 0: any */
    uint16_t source_port_first, source_port_last;                     /* 0,0: any */
    uint16_t destination_port_first, destination_port_last;           /* 0,0: any */
    uint32_t uid_first, uid_last;
    int32_t suppress_prefix_length;   /* routes of this length or shorter do not count; -1: off */
    int32_t suppress_interface_group; /* routes by an interface of this group do not count; -1: off */
    uint64_t tunnel_id;               /* 0: any */
};

/* X(name, text) with Linux's NUD states (ip-neighbour(8)); others are mapped to them. */
#define MH_NEIGHBOR_STATE_TABLE(X)                                                                           \
    X(NONE, "none")                                                                                          \
    X(INCOMPLETE, "incomplete")                                                                              \
    X(REACHABLE, "reachable")                                                                                \
    X(STALE, "stale")                                                                                        \
    X(DELAY, "delay")                                                                                        \
    X(PROBE, "probe")                                                                                        \
    X(FAILED, "failed")                                                                                      \
    X(NO_ARP, "noarp")                                                                                       \
    X(PERMANENT, "permanent")

enum mh_neighbor_state {
#define MH_NEIGHBOR_STATE_ENUM(name, text) MH_NEIGHBOR_##name,
    MH_NEIGHBOR_STATE_TABLE(MH_NEIGHBOR_STATE_ENUM)
#undef MH_NEIGHBOR_STATE_ENUM
        MH_NEIGHBOR_STATE_COUNT
};

struct mh_neighbor {
    uint32_t interface; /* index; 0 for a proxy entry of every interface */
    struct mh_address address;
    uint8_t hardware_address_length; /* 0: not known */
    uint8_t hardware_address[MH_HARDWARE_ADDRESS_SIZE];
    uint8_t state; /* enum mh_neighbor_state */
    bool router;
    bool proxy; /* this host answers for the address (proxy ARP, proxy ND) */
};

/* X(name, text, families): settings that shape host model and ARP. The text is Linux's sysctl name where
 * there is one (Documentation/networking/ip-sysctl.rst), else the system's own. families: 4, 6 or 46.
 *
 * The last three are Linux's by way of this service's own nftables table. strong-receive and reverse-filter
 * are of single interfaces, "all" has no value: enum mh_filter_membership. own-filter-table is of "all": enum
 * mh_own_table_state. Where it is not MH_OWN_TABLE_USABLE, the other two are not known. */
#define MH_SETTING_TABLE(X)                                                                                  \
    X(FORWARDING, "forwarding", 46)                                                                          \
    X(ARP_IGNORE, "arp_ignore", 4)                                                                           \
    X(ARP_ANNOUNCE, "arp_announce", 4)                                                                       \
    X(ARP_FILTER, "arp_filter", 4)                                                                           \
    X(ARP_ACCEPT, "arp_accept", 4)                                                                           \
    X(ARP_NOTIFY, "arp_notify", 4)                                                                           \
    X(RP_FILTER, "rp_filter", 4)                                                                             \
    X(PROXY_ARP, "proxy_arp", 4)                                                                             \
    X(PROXY_ARP_PVLAN, "proxy_arp_pvlan", 4)                                                                 \
    X(ACCEPT_LOCAL, "accept_local", 4)                                                                       \
    X(ROUTE_LOCALNET, "route_localnet", 4)                                                                   \
    X(PROMOTE_SECONDARIES, "promote_secondaries", 4)                                                         \
    X(SRC_VALID_MARK, "src_valid_mark", 4)                                                                   \
    X(IGNORE_ROUTES_WITH_LINKDOWN, "ignore_routes_with_linkdown", 46)                                        \
    X(PROXY_NDP, "proxy_ndp", 6)                                                                             \
    X(ACCEPT_RA, "accept_ra", 6)                                                                             \
    X(ACCEPT_RA_DEFRTR, "accept_ra_defrtr", 6)                                                               \
    X(AUTOCONF, "autoconf", 6)                                                                               \
    X(USE_TEMPADDR, "use_tempaddr", 6)                                                                       \
    X(DISABLE_IPV6, "disable_ipv6", 6)                                                                       \
    X(USE_OPTIMISTIC, "use_optimistic", 6)                                                                   \
    X(USE_OIF_ADDRS_ONLY, "use_oif_addrs_only", 6)                                                           \
    X(FIB_MULTIPATH_HASH_POLICY, "fib_multipath_hash_policy", 46) /* of the whole host only */               \
    X(STRONG_END_SYSTEM, "rfc1122_strong_es", 4)                                                             \
    X(CHECK_INTERFACE, "check_interface", 4)                                                                 \
    X(SOURCE_VALIDATION, "source_address_validation", 46)                                                    \
    X(WEAK_HOST_SEND, "WeakHostSend", 46)                                                                    \
    X(WEAK_HOST_RECEIVE, "WeakHostReceive", 46)                                                              \
    X(INTERFACE_METRIC, "Metric", 46)                                                                        \
    X(AUTOMATIC_METRIC, "UseAutomaticMetric", 46)                                                            \
    X(STRONG_RECEIVE, "strong-receive", 46)                                                                  \
    X(REVERSE_FILTER, "reverse-filter", 6)                                                                   \
    X(OWN_TABLE, "own-filter-table", 4)

enum mh_setting_id {
#define MH_SETTING_ENUM(name, text, families) MH_SETTING_##name,
    MH_SETTING_TABLE(MH_SETTING_ENUM)
#undef MH_SETTING_ENUM
        MH_SETTING_COUNT
};

/* Whether the own table's rules cover an interface. LOOSE and STRICT are for reverse-filter, COVERED is for
 * strong-receive. */
enum mh_filter_membership {
    MH_FILTER_ALTERED = -1, /* it is in the set, but somebody has changed the table's rules */
    MH_FILTER_OUT = 0,
    MH_FILTER_COVERED = 1,
    MH_FILTER_LOOSE = 1,
    MH_FILTER_STRICT = 2
};

/* Whether there can be such a table; it is there as long as an interface is covered. */
enum mh_own_table_state {
    MH_OWN_TABLE_USABLE,
    MH_OWN_TABLE_NO_PROGRAM, /* nft is not installed */
    MH_OWN_TABLE_NOT_PERMITTED,
    MH_OWN_TABLE_FOREIGN, /* one of that name is there, which this service has not made */
    MH_OWN_TABLE_UNREADABLE,
    MH_OWN_TABLE_OFF,      /* pf is not enabled */
    MH_OWN_TABLE_NOT_NAMED /* pf's main rules do not name our anchor */
};

/* Which interface a setting speaks of, when not a real one. */
#define MH_SETTING_ALL 0U             /* net.ipv4.conf.all, or host-wide */
#define MH_SETTING_DEFAULT UINT32_MAX /* net.ipv4.conf.default: what a new interface starts with */

struct mh_setting {
    uint32_t interface; /* index, MH_SETTING_ALL or MH_SETTING_DEFAULT */
    int32_t value;
    uint8_t family; /* enum mh_family */
    uint8_t id;     /* enum mh_setting_id */
};

/* A row of the table of address labels (RFC 6724 section 2.1): of addresses alike otherwise the one with the
 * destination's label is the source. */
struct mh_address_label {
    struct mh_prefix prefix; /* IPv6 */
    uint32_t label;
    uint32_t interface; /* counts for addresses of this one only; 0: for all */
    /* Of destinations, where the system's rows have one too (BSDs); 0: it is not told, and a row that is
     * added gets that of the row which covers it. */
    uint32_t precedence;
};

/* Equal in everything that the system tells two rules apart by; the family and priority too. */
bool mh_rule_equal(const struct mh_rule *a, const struct mh_rule *b);
/* The same address of the same interface: its key. Flags and lifetimes may differ. */
bool mh_interface_address_same(const struct mh_interface_address *a, const struct mh_interface_address *b);

/* Words for the API; static strings, "other"/"unknown" outside the tables. */
const char *mh_kind_name(enum mh_kind kind);
const char *mh_role_name(enum mh_role role);
const char *mh_owner_name(enum mh_owner owner);
const char *mh_route_type_name(enum mh_route_type type);
const char *mh_route_scope_name(enum mh_route_scope scope);
const char *mh_rule_action_name(enum mh_rule_action action);
const char *mh_neighbor_state_name(enum mh_neighbor_state state);
const char *mh_setting_name(enum mh_setting_id id);
const char *mh_router_preference_name(enum mh_router_preference preference);

/* "02:00:00:00:00:01"; returns `text`, which is "" for length 0. */
enum { MH_HARDWARE_TEXT_SIZE = 3 * MH_HARDWARE_ADDRESS_SIZE };
const char *mh_hardware_address_format(const uint8_t *bytes, size_t length, char text[MH_HARDWARE_TEXT_SIZE]);
/* Colons or dashes between pairs of hexadecimal digits. Returns the number of bytes, 0 when it is not one. */
size_t mh_hardware_address_parse(const char *text, uint8_t bytes[MH_HARDWARE_ADDRESS_SIZE]);

#endif
