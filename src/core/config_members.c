/* The members that a document may have (DESIGN section 6): the truth that docs/configuration.md and
 * api/config.schema.yaml are compared with by tests. From the inside to the outside, the document last. */
#include "core/config_parts.h"

#define BOOLEAN "true or false"
#define OBJECT "an object"
#define INTERFACE "an interface's name, or mac:02:00:00:00:00:01"
#define THING_NAME "letters, digits, \".\", \"_\" and \"-\", at most 64, beginning with a letter or digit"
#define ADDRESS_LENGTH "an address like 192.0.2.2/24 or 2001:db8::2/64"
#define END_OF_MEMBERS                                                                                       \
    {                                                                                                        \
        .name = NULL                                                                                         \
    }

/* ---- host model, ARP, reverse path ----------------------------------------------------------------- */

static const char *const host_model_words[] = {"", "weak", "strong", NULL};
static const char *const arp_reply_words[] = {"", "any", "interface", "subnet", NULL};
static const char *const arp_announce_words[] = {"", "any", "subnet", "best", NULL};
static const char *const reverse_path_words[] = {"", "off", "loose", "strict", NULL};
static const char *const role_words[] = {"auto", "internal", "external", NULL};

#define HOST_MODEL "\"weak\" or \"strong\""

static const struct mh_member host_model_members[] = {
    {"send", HOST_MODEL, MH_JSON_STRING, mh_read_word, offsetof(struct mh_intents, send), host_model_words,
     false},
    {"receive", HOST_MODEL, MH_JSON_STRING, mh_read_word, offsetof(struct mh_intents, receive),
     host_model_words, false},
    END_OF_MEMBERS,
};

static const struct mh_member arp_members[] = {
    {"reply", "\"any\", \"interface\" or \"subnet\"", MH_JSON_STRING, mh_read_word,
     offsetof(struct mh_intents, arp_reply), arp_reply_words, false},
    {"announce", "\"any\", \"subnet\" or \"best\"", MH_JSON_STRING, mh_read_word,
     offsetof(struct mh_intents, arp_announce), arp_announce_words, false},
    {"filter", BOOLEAN, MH_JSON_BOOLEAN, mh_read_switch, offsetof(struct mh_intents, arp_filter), NULL,
     false},
    {"proxy", BOOLEAN, MH_JSON_BOOLEAN, mh_read_switch, offsetof(struct mh_intents, arp_proxy), NULL, false},
    END_OF_MEMBERS,
};

#define INTENT_HOST_MODEL(base)                                                                              \
    {                                                                                                        \
        "host_model", OBJECT, MH_JSON_OBJECT, mh_read_object, base, host_model_members, false                \
    }
#define INTENT_ARP(base)                                                                                     \
    {                                                                                                        \
        "arp", OBJECT, MH_JSON_OBJECT, mh_read_object, base, arp_members, false                              \
    }
#define INTENT_REVERSE_PATH(base)                                                                            \
    {                                                                                                        \
        "reverse_path", "\"off\", \"loose\" or \"strict\"", MH_JSON_STRING, mh_read_word,                    \
            (base) + offsetof(struct mh_intents, reverse_path), reverse_path_words, false                    \
    }

static const struct mh_member ipv4_members[] = {
    INTENT_HOST_MODEL(0),
    INTENT_ARP(0),
    INTENT_REVERSE_PATH(0),
    END_OF_MEMBERS,
};

/* IPv6 has no ARP. */
static const struct mh_member ipv6_members[] = {
    INTENT_HOST_MODEL(0),
    INTENT_REVERSE_PATH(0),
    END_OF_MEMBERS,
};

/* ---- interfaces, addresses, routes ----------------------------------------------------------------- */

static const struct mh_range metric_range = {1, UINT32_MAX};

#define METRIC "a whole number from 1 to 4294967295"

static const struct mh_member interface_members[] = {
    {"role", "\"auto\", \"internal\" or \"external\"", MH_JSON_STRING, mh_read_word,
     offsetof(struct mh_config_interface, role), role_words, false},
    {"ipv4", OBJECT, MH_JSON_OBJECT, mh_read_object, offsetof(struct mh_config_interface, ipv4), ipv4_members,
     false},
    {"ipv6", OBJECT, MH_JSON_OBJECT, mh_read_object, offsetof(struct mh_config_interface, ipv6), ipv6_members,
     false},
    {"metric", METRIC, MH_JSON_INTEGER, mh_read_number, offsetof(struct mh_config_interface, metric),
     &metric_range, false},
    END_OF_MEMBERS,
};

static const struct mh_member address_members[] = {
    {"interface", INTERFACE, MH_JSON_STRING, mh_read_selector, offsetof(struct mh_config_address, interface),
     NULL, true},
    {"address", ADDRESS_LENGTH, MH_JSON_STRING, mh_read_address, 0, NULL, true},
    {"skip_as_source", BOOLEAN, MH_JSON_BOOLEAN, mh_read_boolean,
     offsetof(struct mh_config_address, skip_as_source), NULL, false},
    END_OF_MEMBERS,
};

static const struct mh_member route_members[] = {
    {"to", "a prefix like 10.0.0.0/8; 0.0.0.0/0 or ::/0 for all", MH_JSON_STRING, mh_read_prefix,
     offsetof(struct mh_config_route, to), NULL, true},
    {"via", "the gateway's address", MH_JSON_STRING, mh_read_unicast, offsetof(struct mh_config_route, via),
     NULL, false},
    {"interface", INTERFACE, MH_JSON_STRING, mh_read_selector, offsetof(struct mh_config_route, interface),
     NULL, false},
    {"metric", METRIC, MH_JSON_INTEGER, mh_read_number, offsetof(struct mh_config_route, metric),
     &metric_range, false},
    {"source", "an address of this host", MH_JSON_STRING, mh_read_unicast,
     offsetof(struct mh_config_route, source), NULL, false},
    END_OF_MEMBERS,
};

/* ---- uplinks, rules, source preferences, labels ---------------------------------------------------- */

static const struct mh_member gateway_members[] = {
    {"ipv4", "an IPv4 address or \"auto\"", MH_JSON_STRING, mh_read_gateway_ipv4,
     offsetof(struct mh_config_uplink, ipv4), NULL, false},
    {"ipv6", "an IPv6 address or \"auto\"", MH_JSON_STRING, mh_read_gateway_ipv6,
     offsetof(struct mh_config_uplink, ipv6), NULL, false},
    END_OF_MEMBERS,
};

static const struct mh_items target_items = {
    .count = offsetof(struct mh_config_probe, target_count),
    .items = offsetof(struct mh_config_probe, targets),
    .size = sizeof(struct mh_config_target),
    .read = mh_read_target,
    .expected = "an address, or \"gateway\"",
    .types = MH_JSON_STRING,
};

static const struct mh_range interval_range = {50, 3600000};
static const struct mh_range tries_range = {1, 1000};
static const struct mh_range uplink_priority_range = {0, 255};
static const struct mh_range weight_range = {1, 256};
static const struct mh_range rule_priority_range = {0, 39};

static const struct mh_member probe_members[] = {
    {"targets", "a list of addresses, or \"gateway\"", MH_JSON_ARRAY, mh_read_list, 0, &target_items, false},
    {"interval", "a duration from 50ms to 1h", MH_JSON_STRING, mh_read_milliseconds,
     offsetof(struct mh_config_probe, interval), &interval_range, false},
    {"fail_after", "a whole number from 1 to 1000", MH_JSON_INTEGER, mh_read_number,
     offsetof(struct mh_config_probe, fail_after), &tries_range, false},
    {"recover_after", "a whole number from 1 to 1000", MH_JSON_INTEGER, mh_read_number,
     offsetof(struct mh_config_probe, recover_after), &tries_range, false},
    END_OF_MEMBERS,
};

static const struct mh_member uplink_members[] = {
    {"interface", INTERFACE, MH_JSON_STRING, mh_read_selector, offsetof(struct mh_config_uplink, interface),
     NULL, true},
    {"gateway", OBJECT, MH_JSON_OBJECT, mh_read_object, 0, gateway_members, false},
    {"priority", "a whole number from 0 to 255", MH_JSON_INTEGER, mh_read_number,
     offsetof(struct mh_config_uplink, priority), &uplink_priority_range, false},
    {"weight", "a whole number from 1 to 256", MH_JSON_INTEGER, mh_read_number,
     offsetof(struct mh_config_uplink, weight), &weight_range, false},
    {"probe", OBJECT, MH_JSON_OBJECT, mh_read_probe, offsetof(struct mh_config_uplink, probe), probe_members,
     false},
    END_OF_MEMBERS,
};

static const struct mh_member rule_members[] = {
    {"from", "a prefix like 192.0.2.64/26", MH_JSON_STRING, mh_read_prefix,
     offsetof(struct mh_config_rule, from), NULL, true},
    {"uplink", "the name of an uplink", MH_JSON_STRING, mh_read_name,
     offsetof(struct mh_config_rule, uplink_name), NULL, true},
    {"priority", "a whole number from 0 to 39", MH_JSON_INTEGER, mh_read_number,
     offsetof(struct mh_config_rule, priority), &rule_priority_range, false},
    END_OF_MEMBERS,
};

static const struct mh_member source_preference_members[] = {
    {"to", "a prefix like 203.0.113.0/24", MH_JSON_STRING, mh_read_prefix,
     offsetof(struct mh_config_source_preference, to), NULL, true},
    {"source", "an address of this host", MH_JSON_STRING, mh_read_unicast,
     offsetof(struct mh_config_source_preference, source), NULL, true},
    END_OF_MEMBERS,
};

static const struct mh_member address_policy_members[] = {
    {"labels", "labels by IPv6 prefix, at most 8192", MH_JSON_OBJECT, mh_read_labels, 0, NULL, false},
    END_OF_MEMBERS,
};

/* ---- groups ---------------------------------------------------------------------------------------- */

static const char *const failback_words[] = {"auto", "manual", NULL};
static const char *const conflict_words[] = {"report", "withdraw", "defend", NULL};
static const struct mh_range after_range = {0, 86400000};

static const struct mh_items group_interface_items = {
    .count = offsetof(struct mh_config_group, interface_count),
    .items = offsetof(struct mh_config_group, interfaces),
    .size = sizeof(struct mh_config_selector),
    .read = mh_read_selector,
    .expected = INTERFACE,
    .types = MH_JSON_STRING,
};

static const struct mh_items group_address_items = {
    .count = offsetof(struct mh_config_group, address_count),
    .items = offsetof(struct mh_config_group, addresses),
    .size = sizeof(struct mh_config_group_address),
    .read = mh_read_group_address,
    .expected = ADDRESS_LENGTH,
    .types = MH_JSON_STRING,
};

static const struct mh_member failback_members[] = {
    {"mode", "\"auto\" or \"manual\"", MH_JSON_STRING, mh_read_word,
     offsetof(struct mh_config_group, failback), failback_words, false},
    {"after", "a duration from 0s to 24h", MH_JSON_STRING, mh_read_milliseconds,
     offsetof(struct mh_config_group, failback_after), &after_range, false},
    END_OF_MEMBERS,
};

static const struct mh_member group_members[] = {
    {"interfaces", "a list of interfaces", MH_JSON_ARRAY, mh_read_list, 0, &group_interface_items, true},
    {"addresses", "a list of addresses like 192.0.2.10/24", MH_JSON_ARRAY, mh_read_list, 0,
     &group_address_items, true},
    {"prefer", "one of the group's interfaces", MH_JSON_STRING, mh_read_selector,
     offsetof(struct mh_config_group, prefer), NULL, false},
    {"move_mac", BOOLEAN, MH_JSON_BOOLEAN, mh_read_boolean, offsetof(struct mh_config_group, move_mac), NULL,
     false},
    {"failback", OBJECT, MH_JSON_OBJECT, mh_read_object, 0, failback_members, false},
    {"conflict", "\"report\", \"withdraw\" or \"defend\"", MH_JSON_STRING, mh_read_word,
     offsetof(struct mh_config_group, conflict), conflict_words, false},
    END_OF_MEMBERS,
};

/* ---- the document ---------------------------------------------------------------------------------- */

static const struct mh_config_uplink initial_uplink = {
    .priority = 100,
    .weight = 1,
    .probe = {.interval = 1000, .fail_after = 3, .recover_after = 10},
};
static const struct mh_config_rule initial_rule = {.priority = 20};
static const struct mh_config_group initial_group = {.failback_after = 10000};

/* A section of things that `THING_members` describe. */
#define SECTION(singular, plural, named, names)                                                              \
    static const struct mh_items singular##_items = {                                                        \
        .count = offsetof(struct mh_config, singular##_count),                                               \
        .items = offsetof(struct mh_config, plural),                                                         \
        .size = sizeof(struct mh_config_##singular),                                                         \
        .initial = initial_of_##singular,                                                                    \
        .read = mh_read_object,                                                                              \
        .detail = singular##_members,                                                                        \
        .expected = OBJECT,                                                                                  \
        .types = MH_JSON_OBJECT,                                                                             \
        .is_name = named,                                                                                    \
        .name_expected = names,                                                                              \
    }
#define initial_of_interface NULL
#define initial_of_address NULL
#define initial_of_route NULL
#define initial_of_uplink &initial_uplink
#define initial_of_rule &initial_rule
#define initial_of_source_preference NULL
#define initial_of_group &initial_group

SECTION(interface, interfaces, mh_is_selector, INTERFACE);
SECTION(address, addresses, mh_is_thing_name, THING_NAME);
SECTION(route, routes, mh_is_thing_name, THING_NAME);
SECTION(uplink, uplinks, mh_is_thing_name, THING_NAME);
SECTION(rule, rules, mh_is_thing_name, THING_NAME);
SECTION(source_preference, source_preferences, mh_is_thing_name, THING_NAME);
SECTION(group, groups, mh_is_thing_name, THING_NAME);

static const char *const sharing_words[] = {"", "failover", "balance", NULL};
static const char *const monitor_arp_words[] = {"off", "passive", NULL};

static const struct mh_member monitor_members[] = {
    {"arp", "\"off\" or \"passive\"", MH_JSON_STRING, mh_read_word, offsetof(struct mh_config, monitor_arp),
     monitor_arp_words, false},
    {"udp", BOOLEAN, MH_JSON_BOOLEAN, mh_read_boolean, offsetof(struct mh_config, monitor_udp), NULL, false},
    END_OF_MEMBERS,
};

static const struct mh_member health_members[] = {
    {"listen", "null, or an address with a port like 192.0.2.1:8643", MH_JSON_STRING | MH_JSON_NULL,
     mh_read_endpoint, 0, NULL, false},
    END_OF_MEMBERS,
};

#define THINGS(plural, items)                                                                                \
    {                                                                                                        \
        plural, "an object of named objects", MH_JSON_OBJECT, mh_read_things, 0, items, false                \
    }

const struct mh_member mh_document_members[] = {
    {"version", "1", MH_JSON_INTEGER, mh_read_version, 0, NULL, false},
    INTENT_HOST_MODEL(offsetof(struct mh_config, intents)),
    INTENT_ARP(offsetof(struct mh_config, intents)),
    INTENT_REVERSE_PATH(offsetof(struct mh_config, intents)),
    {"host_wide", BOOLEAN, MH_JSON_BOOLEAN, mh_read_boolean, offsetof(struct mh_config, host_wide), NULL,
     false},
    THINGS("interfaces", &interface_items),
    THINGS("addresses", &address_items),
    THINGS("routes", &route_items),
    THINGS("uplinks", &uplink_items),
    {"sharing", "\"failover\" or \"balance\"", MH_JSON_STRING, mh_read_word,
     offsetof(struct mh_config, sharing), sharing_words, false},
    {"source_routing", BOOLEAN, MH_JSON_BOOLEAN, mh_read_switch, offsetof(struct mh_config, source_routing),
     NULL, false},
    THINGS("rules", &rule_items),
    THINGS("source_preferences", &source_preference_items),
    {"address_policy", OBJECT, MH_JSON_OBJECT, mh_read_object, 0, address_policy_members, false},
    THINGS("groups", &group_items),
    {"monitor", OBJECT, MH_JSON_OBJECT, mh_read_object, 0, monitor_members, false},
    {"health", OBJECT, MH_JSON_OBJECT, mh_read_object, 0, health_members, false},
    END_OF_MEMBERS,
};
