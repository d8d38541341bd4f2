/* Ops as messages. Each op of the list is described (the line that ip(8) was given when the fixture was
 * recorded), encoded, held against what ip sent for that line, and decoded again.
 *
 *     codec_netlink_encode commands      prints the lines for record_requests.py */
#include "common/describe.h"
#include "core/route_keep.h"
#include "core/route_table.h"
#include "linux/ack.h"
#include "linux/attribute.h"
#include "linux/codec.h"
#include "linux/encode.h"
#include "platform.h"

#include "codec/netlink_fixture.h"

#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/socket.h>

#include <cmocka.h>

enum { INTERFACE = 7, OTHER = 9, OURS = 157, OPS_MAX = 64, HOPS_MAX = 3 };

/* ---- the ops --------------------------------------------------------------------------------------- */

struct list {
    struct mh_op ops[OPS_MAX];
    struct mh_next_hop hops[OPS_MAX][HOPS_MAX];
    size_t count;
};

static struct mh_address address_of(const char *text)
{
    struct mh_address address = {0};
    if (text[0] != '\0')
        assert_true(mh_address_parse(text, strlen(text), &address));
    return address;
}

static struct mh_prefix prefix_of(const char *text)
{
    struct mh_prefix prefix = {0};
    if (text[0] != '\0')
        assert_true(mh_prefix_parse(text, strlen(text), &prefix));
    return prefix;
}

static struct mh_op *next(struct list *list, enum mh_op_kind kind)
{
    assert_true(list->count < OPS_MAX);
    list->ops[list->count] = (struct mh_op){.kind = kind};
    return &list->ops[list->count++];
}

static struct mh_interface_address *add_address(struct list *list, enum mh_op_kind kind, const char *text,
                                                uint8_t length)
{
    struct mh_op *op = next(list, kind);
    op->of.address = (struct mh_interface_address){.interface = INTERFACE,
                                                   .address = address_of(text),
                                                   .prefix_length = length,
                                                   .valid_lifetime = MH_LIFETIME_FOREVER,
                                                   .preferred_lifetime = MH_LIFETIME_FOREVER,
                                                   .owner = MH_OWNER_STATIC};
    return &op->of.address;
}

static struct mh_route *add_route(struct list *list, enum mh_op_kind kind, const char *destination,
                                  const char *gateway)
{
    struct mh_next_hop *hops = list->hops[list->count];
    struct mh_op *op = next(list, kind);
    op->of.route = (struct mh_route){.destination = prefix_of(destination),
                                     .table = RT_TABLE_MAIN,
                                     .protocol = OURS,
                                     .type = MH_ROUTE_UNICAST,
                                     .owner = MH_OWNER_MULTIHOMED,
                                     .next_hop_count = 1,
                                     .next_hops = hops};
    hops[0] = (struct mh_next_hop){.gateway = address_of(gateway), .interface = INTERFACE, .weight = 1};
    return &op->of.route;
}

static struct mh_next_hop *add_hop(struct list *list, const char *gateway, uint32_t interface,
                                   uint16_t weight)
{
    struct mh_route *route = &list->ops[list->count - 1].of.route;
    struct mh_next_hop *hop = &list->hops[list->count - 1][route->next_hop_count++];
    *hop = (struct mh_next_hop){.gateway = address_of(gateway), .interface = interface, .weight = weight};
    return hop;
}

static struct mh_rule *add_rule(struct list *list, enum mh_op_kind kind, enum mh_family family,
                                const char *from, uint32_t table)
{
    struct mh_op *op = next(list, kind);
    op->of.rule = (struct mh_rule){.priority = 5260,
                                   .table = table,
                                   .family = (uint8_t)family,
                                   .protocol = OURS,
                                   .owner = MH_OWNER_MULTIHOMED,
                                   .from = prefix_of(from),
                                   .suppress_prefix_length = -1,
                                   .suppress_interface_group = -1};
    return &op->of.rule;
}

static void add_addresses(struct list *list)
{
    struct mh_interface_address *address;
    (void)add_address(list, MH_OP_ADDRESS_ADD, "192.0.2.2", 24);
    (void)add_address(list, MH_OP_ADDRESS_ADD, "2001:db8::2", 64);
    address = add_address(list, MH_OP_ADDRESS_ADD, "192.0.2.3", 24);
    address->flags = MH_ADDRESS_NO_PREFIX_ROUTE;
    address->metric = 50;
    address->scope = MH_ROUTE_SCOPE_LINK;
    address = add_address(list, MH_OP_ADDRESS_ADD, "10.0.0.1", 32);
    address->peer = address_of("10.0.0.2");
    address = add_address(list, MH_OP_ADDRESS_ADD, "2001:db8::3", 64);
    address->flags = MH_ADDRESS_DEPRECATED | MH_ADDRESS_HOME;
    address = add_address(list, MH_OP_ADDRESS_ADD, "2001:db8::4", 128);
    address->valid_lifetime = 3600;
    address->preferred_lifetime = 1800;
    address = add_address(list, MH_OP_ADDRESS_ADD, "127.0.0.2", 8);
    address->scope = MH_ROUTE_SCOPE_HOST;
    address = add_address(list, MH_OP_ADDRESS_ADD, "192.0.2.4", 24);
    address->broadcast = address_of("192.0.2.255");
    (void)snprintf(address->label, sizeof address->label, "if7:1");
    address = add_address(list, MH_OP_ADDRESS_FLAGS, "2001:db8::3", 64);
    address->flags = MH_ADDRESS_NO_PREFIX_ROUTE;
    (void)add_address(list, MH_OP_ADDRESS_DELETE, "192.0.2.2", 24);
    (void)add_address(list, MH_OP_ADDRESS_DELETE, "2001:db8::2", 64);
}

static void add_routes(struct list *list)
{
    struct mh_route *route = add_route(list, MH_OP_ROUTE_ADD, "10.0.0.0/8", "192.0.2.1");
    route->metric = 100;
    route = add_route(list, MH_OP_ROUTE_ADD, "0.0.0.0/0", "192.0.2.1");
    route->table = 5201;
    route->preferred_source = address_of("192.0.2.2");
    route->tos = 0x10;
    list->hops[list->count - 1][0].flags = MH_NEXT_HOP_ON_LINK;
    route = add_route(list, MH_OP_ROUTE_ADD, "198.51.100.0/24", "");
    route->scope = MH_ROUTE_SCOPE_LINK;
    route = add_route(list, MH_OP_ROUTE_ADD, "198.51.100.0/24", "");
    route->metric = 7; /* scope global, which ip does not take for granted */
    (void)add_route(list, MH_OP_ROUTE_ADD, "10.1.0.0/16", "fe80::1");
    (void)add_route(list, MH_OP_ROUTE_ADD, "10.2.0.0/16", "192.0.2.1");
    list->hops[list->count - 1][0].weight = 256;
    add_hop(list, "192.0.2.3", OTHER, 3)->flags = MH_NEXT_HOP_ON_LINK;
    (void)add_hop(list, "", OTHER, 1);
    route = add_route(list, MH_OP_ROUTE_ADD, "10.3.0.0/16", "");
    route->next_hop_count = 0;
    route->type = MH_ROUTE_BLACKHOLE;
    route = add_route(list, MH_OP_ROUTE_ADD, "192.0.2.77/32", "");
    route->type = MH_ROUTE_LOCAL;
    route->table = RT_TABLE_LOCAL;
    route->scope = MH_ROUTE_SCOPE_HOST;
    route = add_route(list, MH_OP_ROUTE_ADD, "10.4.0.0/16", "");
    route->next_hop_count = 0;
    route->next_hop_id = 12;
    route = add_route(list, MH_OP_ROUTE_ADD, "2001:db8:1::/48", "fe80::1");
    route->metric = 1024;
    route->preference = MH_ROUTER_HIGH;
    route->source = prefix_of("2001:db8:f::/48");
    route = add_route(list, MH_OP_ROUTE_ADD, "::/0", "2001:db8::1");
    route->metric = 5200;
    route->table = 5999;
    (void)add_hop(list, "2001:db8::2", OTHER, 2);
    route = add_route(list, MH_OP_ROUTE_DELETE, "10.0.0.0/8", "192.0.2.1");
    route->metric = 100;
    route->protocol = RTPROT_STATIC;
    route->owner = MH_OWNER_STATIC;
    route = add_route(list, MH_OP_ROUTE_DELETE, "2001:db8:1::/48", "fe80::1");
    route->metric = 1024;
}

static void add_rules(struct list *list)
{
    struct mh_rule *rule;
    (void)add_rule(list, MH_OP_RULE_ADD, MH_IPV4, "192.0.2.1/32", 5201);
    rule = add_rule(list, MH_OP_RULE_ADD, MH_IPV6, "2001:db8::/64", RT_TABLE_MAIN);
    rule->to = prefix_of("2001:db8:1::/48");
    rule->invert = true;
    memcpy(rule->input, "eth'0", 6);
    memcpy(rule->output, "lo", 3);
    rule->suppress_prefix_length = 0;
    rule->suppress_interface_group = 3;
    rule = add_rule(list, MH_OP_RULE_ADD, MH_IPV4, "", 5202);
    rule->mark = 0x10;
    rule->mark_mask = 0xff;
    rule->tos = 0x10;
    rule->ip_protocol = 6;
    rule->source_port_first = rule->source_port_last = 53;
    rule->destination_port_first = 80;
    rule->destination_port_last = 89;
    rule->has_uid_range = true;
    rule->uid_first = 1000;
    rule->uid_last = 2000;
    rule->tunnel_id = UINT64_C(0x123456789a);
    rule = add_rule(list, MH_OP_RULE_ADD, MH_IPV4, "", 0);
    rule->action = MH_RULE_GOTO;
    rule->target = 5270;
    rule = add_rule(list, MH_OP_RULE_ADD, MH_IPV4, "", 0);
    rule->action = MH_RULE_UNREACHABLE;
    rule = add_rule(list, MH_OP_RULE_ADD, MH_IPV4, "", 0);
    rule->l3mdev = true;
    (void)add_rule(list, MH_OP_RULE_DELETE, MH_IPV4, "192.0.2.1/32", 5201);
}

static void add_others(struct list *list)
{
    struct mh_op *op = next(list, MH_OP_LINK_ADDRESS_SET);
    op->of.link = (struct mh_link_address){INTERFACE, 6, {2, 0, 0, 0, 0, 1}};
    op = next(list, MH_OP_PROXY_ADD);
    op->of.proxy =
        (struct mh_neighbor){.interface = INTERFACE, .address = address_of("192.0.2.9"), .proxy = true};
    op = next(list, MH_OP_PROXY_DELETE);
    op->of.proxy =
        (struct mh_neighbor){.interface = INTERFACE, .address = address_of("2001:db8::9"), .proxy = true};
    op = next(list, MH_OP_LABEL_ADD);
    op->of.label = (struct mh_address_label){.prefix = prefix_of("2001:db8::/32"), .label = 99};
    op = next(list, MH_OP_LABEL_ADD);
    op->of.label =
        (struct mh_address_label){.prefix = prefix_of("2001:db8:1::/48"), .label = 7, .interface = INTERFACE};
    op = next(list, MH_OP_LABEL_DELETE);
    op->of.label = (struct mh_address_label){.prefix = prefix_of("::/0"), .label = 1};
}

static struct list *make_list(void)
{
    struct list *list = calloc(1, sizeof *list);
    assert_non_null(list);
    add_addresses(list);
    add_routes(list);
    add_rules(list);
    add_others(list);
    return list;
}

/* ---- encoding -------------------------------------------------------------------------------------- */

static struct mh_message new_message(void)
{
    struct mh_message message = {.header = malloc(MH_MESSAGE_SIZE), .size = MH_MESSAGE_SIZE};
    assert_non_null(message.header);
    return message;
}

static enum mh_error encode(const struct mh_op *op, struct mh_message *message, struct mh_failure *failure)
{
    const struct mh_address_natives natives = {0};
    switch (op->kind) {
    case MH_OP_ADDRESS_ADD:
    case MH_OP_ADDRESS_DELETE:
        return mh_encode_address(op->kind, &op->of.address, NULL, message, failure);
    case MH_OP_ADDRESS_FLAGS:
        return mh_encode_address(op->kind, &op->of.address, &natives, message, failure);
    case MH_OP_ROUTE_ADD:
    case MH_OP_ROUTE_REPLACE:
    case MH_OP_ROUTE_DELETE:
        return mh_encode_route(op->kind, &op->of.route, message, failure);
    case MH_OP_RULE_ADD:
    case MH_OP_RULE_DELETE:
        return mh_encode_rule(op->kind, &op->of.rule, message, failure);
    case MH_OP_LINK_ADDRESS_SET:
        return mh_encode_link_address(&op->of.link, message, failure);
    case MH_OP_LABEL_ADD:
    case MH_OP_LABEL_DELETE:
        return mh_encode_label(op->kind, &op->of.label, message, failure);
    default:
        return mh_encode_proxy(op->kind, &op->of.proxy, message, failure);
    }
}

/* ---- what ip sends --------------------------------------------------------------------------------- */

static size_t fixed_size(uint16_t type)
{
    return type == RTM_NEWADDR || type == RTM_DELADDR     ? sizeof(struct ifaddrmsg)
           : type == RTM_NEWLINK                          ? sizeof(struct ifinfomsg)
           : type == RTM_NEWROUTE || type == RTM_DELROUTE ? sizeof(struct rtmsg)
                                                          : 12; /* struct ndmsg, fib_rule_hdr, ifaddrlblmsg */
}

static struct mh_attributes attributes_of(const struct nlmsghdr *header)
{
    uint8_t fixed[32];
    struct mh_attributes walk;
    assert_true(mh_message_parts(header, header->nlmsg_len, fixed, fixed_size(header->nlmsg_type), &walk));
    return walk;
}

/* Attributes that ip writes and that say nothing. */
static bool says_nothing(uint16_t type, const struct mh_attribute *attribute)
{
    bool is_route = type == RTM_NEWROUTE || type == RTM_DELROUTE;
    bool is_zero = true;
    for (size_t i = 0; i < attribute->length; i++)
        is_zero = is_zero && attribute->data[i] == 0;
    /* "from all"; "default" as an address; a table that the header holds too */
    return attribute->length == 0 || (is_route && attribute->type == RTA_DST && is_zero) ||
           (is_route && attribute->type == RTA_TABLE && attribute->length == 4 && attribute->data[1] == 0 &&
            attribute->data[2] == 0);
}

static bool has(struct mh_attributes walk, const struct mh_attribute *wanted)
{
    struct mh_attribute attribute;
    while (mh_attributes_next(&walk, &attribute))
        if (attribute.type == wanted->type && attribute.length == wanted->length &&
            memcmp(attribute.data, wanted->data, wanted->length) == 0)
            return true;
    return false;
}

static void expect_all_in(const struct nlmsghdr *left, const struct nlmsghdr *right, const char *line,
                          const char *who)
{
    struct mh_attributes walk = attributes_of(left);
    struct mh_attribute attribute;
    while (mh_attributes_next(&walk, &attribute))
        if (!says_nothing(left->nlmsg_type, &attribute) && !has(attributes_of(right), &attribute))
            fail_msg("%s: only %s has attribute %u of %u octets", line, who, attribute.type,
                     attribute.length);
    assert_false(walk.malformed);
}

/* Of a deletion ip says neither a rule's action nor a route's type, which are "any" then, nor IPv6's scope,
 * which is for IPv4. */
static void complete_deletion(const struct nlmsghdr *ours, struct nlmsghdr *theirs)
{
    const struct rtmsg *our_route = NLMSG_DATA(ours);
    struct rtmsg *route = NLMSG_DATA(theirs);
    if (theirs->nlmsg_type == RTM_DELRULE)
        ((struct fib_rule_hdr *)NLMSG_DATA(theirs))->action =
            ((const struct fib_rule_hdr *)NLMSG_DATA(ours))->action;
    if (theirs->nlmsg_type != RTM_DELROUTE)
        return;
    if (route->rtm_type == RTN_UNSPEC)
        route->rtm_type = our_route->rtm_type;
    if (mh_family_of_native(route->rtm_family) == MH_IPV6)
        route->rtm_scope = our_route->rtm_scope;
}

static void expect_like_ip(const struct nlmsghdr *ours, struct nlmsghdr *theirs, const char *line)
{
    size_t size = fixed_size(ours->nlmsg_type);
    complete_deletion(ours, theirs);
    assert_int_equal(ours->nlmsg_type, theirs->nlmsg_type);
    assert_int_equal(ours->nlmsg_flags, theirs->nlmsg_flags & ~NLM_F_ACK);
    if (memcmp(ours + 1, theirs + 1, size) != 0)
        fail_msg("%s: the fixed part differs", line);
    expect_all_in(ours, theirs, line, "our message");
    expect_all_in(theirs, ours, line, "ip's message");
}

/* The fixture is lines: "# ip route ...", then the octets of one message. */
static struct nlmsghdr *next_request(FILE *file, char line[512], uint8_t *octets)
{
    static char digits[1 << 16];
    size_t length = 0;
    if (fgets(line, 512, file) == NULL || fgets(digits, sizeof digits, file) == NULL)
        return NULL;
    line[strcspn(line, "\n")] = '\0';
    for (const char *at = digits; hex_digit(at[0]) >= 0; at += 2)
        octets[length++] = (uint8_t)(hex_digit(at[0]) << 4 | hex_digit(at[1]));
    return (struct nlmsghdr *)(void *)octets;
}

static void ops_are_described_and_sent_as_ip_does(void **state)
{
    (void)state;
    char path[512], line[512], text[MH_DESCRIPTION_SIZE];
    struct list *list = make_list();
    struct mh_message message = new_message();
    struct mh_failure failure = {0};
    uint8_t *octets = malloc(1 << 15);
    fixture_path("requests", "hex", path);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(octets);
    for (size_t i = 0; i < list->count; i++) {
        struct nlmsghdr *theirs = next_request(file, line, octets);
        assert_non_null(theirs);
        assert_string_equal(mh_describe(mh_describe_linux, NULL, &list->ops[i], text, sizeof text), line + 2);
        if (encode(&list->ops[i], &message, &failure) != MH_OK)
            fail_msg("%s: %s", line, failure.detail);
        expect_like_ip(message.header, theirs, line);
    }
    assert_null(next_request(file, line, octets));
    (void)fclose(file);
    free(octets);
    free(message.header);
    free(list);
}

/* ---- round trips ----------------------------------------------------------------------------------- */

static void expect_address(const struct mh_interface_address *sent, const struct mh_message *message)
{
    struct mh_interface_address got;
    assert_int_equal(mh_decode_address(message->header, message->header->nlmsg_len, &got), MH_OK);
    assert_true(mh_interface_address_same(sent, &got));
    if (message->header->nlmsg_type == RTM_DELADDR)
        return;
    const uint32_t said = MH_ADDRESS_NO_PREFIX_ROUTE | MH_ADDRESS_HOME;
    assert_int_equal(got.flags & said, sent->flags & said);
    assert_int_equal(got.metric, sent->metric);
    assert_int_equal(got.scope, sent->scope);
    assert_true(mh_address_equal(&got.broadcast, &sent->broadcast));
    assert_string_equal(got.label, sent->label);
    assert_int_equal(got.protocol, sent->owner == MH_OWNER_MULTIHOMED ? OURS : sent->protocol);
    assert_int_equal(got.valid_lifetime, sent->valid_lifetime);
    assert_int_equal(got.preferred_lifetime,
                     sent->flags & MH_ADDRESS_DEPRECATED ? 0 : sent->preferred_lifetime);
}

static void expect_route(const struct mh_route *sent, const struct mh_message *message,
                         struct mh_route_decoder *decoder)
{
    struct mh_route got;
    decoder->objects = NULL;
    assert_int_equal(mh_decode_route(message->header, message->header->nlmsg_len, decoder, &got), MH_OK);
    assert_true(mh_prefix_equal(&got.destination, &sent->destination));
    assert_true(mh_prefix_equal(&got.source, &sent->source));
    assert_true(mh_address_equal(&got.preferred_source, &sent->preferred_source));
    assert_int_equal(got.table, sent->table);
    assert_int_equal(got.metric, sent->metric);
    assert_int_equal(got.tos, sent->tos);
    assert_int_equal(got.type, sent->type);
    assert_int_equal(got.scope, sent->scope);
    assert_int_equal(got.protocol, sent->protocol);
    assert_int_equal(got.owner, sent->owner);
    assert_int_equal(got.preference, sent->preference);
    assert_int_equal(got.next_hop_id, sent->next_hop_id);
    assert_int_equal(got.next_hop_count, sent->next_hop_count);
    for (size_t i = 0; i < got.next_hop_count; i++) {
        assert_true(mh_address_equal(&got.next_hops[i].gateway, &sent->next_hops[i].gateway));
        assert_int_equal(got.next_hops[i].interface, sent->next_hops[i].interface);
        assert_int_equal(got.next_hops[i].weight, sent->next_hops[i].weight);
        assert_int_equal(got.next_hops[i].flags, sent->next_hops[i].flags);
    }
    if (message->header->nlmsg_type == RTM_NEWROUTE)
        assert_true(mh_route_native_equal(&got, sent));
}

static void expect_rule(const struct mh_rule *sent, const struct mh_message *message)
{
    struct mh_rule got;
    assert_int_equal(mh_decode_rule(message->header, message->header->nlmsg_len, &got), MH_OK);
    assert_true(mh_rule_equal(&got, sent));
    assert_int_equal(got.owner, sent->owner);
}

static void what_is_sent_decodes_to_the_same(void **state)
{
    (void)state;
    struct list *list = make_list();
    struct mh_message message = new_message();
    struct mh_route_decoder *decoder = calloc(1, sizeof *decoder);
    assert_non_null(decoder);
    for (size_t i = 0; i < list->count; i++) {
        const struct mh_op *op = &list->ops[i];
        assert_int_equal(encode(op, &message, NULL), MH_OK);
        if (op->kind <= MH_OP_ADDRESS_FLAGS)
            expect_address(&op->of.address, &message);
        else if (op->kind <= MH_OP_ROUTE_DELETE)
            expect_route(&op->of.route, &message, decoder);
        else if (op->kind <= MH_OP_RULE_DELETE)
            expect_rule(&op->of.rule, &message);
    }
    free(decoder);
    free(message.header);
    free(list);
}

static void addresses_carry_our_mark_and_keep_anothers(void **state)
{
    (void)state;
    struct list *list = make_list();
    struct mh_message message = new_message();
    struct mh_interface_address got, *address = &list->ops[0].of.address;
    const struct mh_address_natives natives = {.flags = IFA_F_MANAGETEMPADDR | IFA_F_PERMANENT,
                                               .protocol = 77};
    const uint8_t mark = OURS, other = 77;
    const uint32_t kept = IFA_F_MANAGETEMPADDR;
    address->owner = MH_OWNER_MULTIHOMED;
    assert_int_equal(mh_encode_address(MH_OP_ADDRESS_ADD, address, NULL, &message, NULL), MH_OK);
    assert_int_equal(mh_decode_address(message.header, message.header->nlmsg_len, &got), MH_OK);
    assert_int_equal(got.owner, MH_OWNER_MULTIHOMED);
    assert_true(has(attributes_of(message.header), &(struct mh_attribute){11, 1, &mark}));
    assert_int_equal(mh_encode_address(MH_OP_ADDRESS_FLAGS, address, &natives, &message, NULL), MH_OK);
    assert_true(has(attributes_of(message.header), &(struct mh_attribute){11, 1, &other}));
    assert_true(has(attributes_of(message.header),
                    &(struct mh_attribute){IFA_FLAGS, sizeof kept, (const uint8_t *)&kept}));
    free(message.header);
    free(list);
}

/* ---- what cannot be said --------------------------------------------------------------------------- */

static void what_cannot_be_said_is_refused(void **state)
{
    (void)state;
    struct list *list = make_list();
    struct mh_message message = new_message();
    struct mh_rule *rule = add_rule(list, MH_OP_RULE_DELETE, MH_IPV4, "", 5201);
    struct mh_route *route = add_route(list, MH_OP_ROUTE_DELETE, "10.0.0.0/8", "192.0.2.1");
    rule->protocol = RTPROT_UNSPEC;
    assert_int_equal(mh_encode_rule(MH_OP_RULE_DELETE, rule, &message, NULL), MH_INVALID);
    rule->protocol = OURS;
    rule->unknown_selector = true;
    assert_int_equal(mh_encode_rule(MH_OP_RULE_ADD, rule, &message, NULL), MH_UNSUPPORTED);
    rule->unknown_selector = false;
    rule->family = MH_IPV6;
    rule->from = prefix_of("192.0.2.0/24");
    assert_int_equal(mh_encode_rule(MH_OP_RULE_ADD, rule, &message, NULL), MH_INVALID);
    memset(rule->input, 'x', 16);
    rule->from = prefix_of("");
    assert_int_equal(mh_encode_rule(MH_OP_RULE_ADD, rule, &message, NULL), MH_INVALID);
    route->protocol = RTPROT_UNSPEC;
    assert_int_equal(mh_encode_route(MH_OP_ROUTE_DELETE, route, &message, NULL), MH_INVALID);
    route->protocol = OURS;
    route->table = 0;
    assert_int_equal(mh_encode_route(MH_OP_ROUTE_ADD, route, &message, NULL), MH_INVALID);
    route->table = RT_TABLE_MAIN;
    (void)add_hop(list, "192.0.2.3", INTERFACE, 257);
    assert_int_equal(mh_encode_route(MH_OP_ROUTE_ADD, route, &message, NULL), MH_UNSUPPORTED);
    list->ops[0].of.address.prefix_length = 33;
    assert_int_equal(encode(&list->ops[0], &message, NULL), MH_INVALID);
    message.size = 40;
    route->next_hop_count = 1;
    assert_int_equal(mh_encode_route(MH_OP_ROUTE_ADD, route, &message, NULL), MH_LIMIT);
    free(message.header);
    free(list);
}

static void a_route_of_all_next_hops_fits(void **state)
{
    (void)state;
    static struct mh_next_hop hops[MH_NEXT_HOPS_MAX];
    static struct mh_route_decoder decoder;
    struct mh_message message = new_message();
    struct mh_route route = {.destination = prefix_of("2001:db8::/32"),
                             .table = 5200,
                             .metric = 1,
                             .protocol = OURS,
                             .type = MH_ROUTE_UNICAST,
                             .owner = MH_OWNER_MULTIHOMED,
                             .next_hop_count = MH_NEXT_HOPS_MAX,
                             .next_hops = hops};
    for (size_t i = 0; i < MH_NEXT_HOPS_MAX; i++)
        hops[i] =
            (struct mh_next_hop){address_of("2001:db8::1"), (uint32_t)(i + 1), (uint16_t)(1 + i % 256), 0};
    assert_int_equal(mh_encode_route(MH_OP_ROUTE_ADD, &route, &message, NULL), MH_OK);
    expect_route(&route, &message, &decoder);
    char text[256];
    const struct mh_op op = {.kind = MH_OP_ROUTE_ADD, .of.route = route};
    assert_string_equal(mh_describe(mh_describe_linux, NULL, &op, text, sizeof text),
                        "# the command for this route-add is too long to show");
    free(message.header);
}

static void names_of_addresses_are_checked(void **state)
{
    (void)state;
    struct list *list = calloc(1, sizeof *list);
    struct mh_message message = new_message();
    assert_non_null(list);
    struct mh_interface_address *address = add_address(list, MH_OP_ADDRESS_ADD, "192.0.2.4", 24);
    address->protocol = 50;
    assert_int_equal(mh_encode_address(MH_OP_ADDRESS_ADD, address, NULL, &message, NULL), MH_OK);
    expect_address(address, &message);
    address->flags = MH_ADDRESS_PREFERRED_SOURCE;
    assert_int_equal(mh_encode_address(MH_OP_ADDRESS_ADD, address, NULL, &message, NULL), MH_UNSUPPORTED);
    assert_int_equal(mh_encode_address(MH_OP_ADDRESS_FLAGS, address, NULL, &message, NULL), MH_UNSUPPORTED);
    address->flags = 0;
    memset(address->label, 'x', sizeof address->label);
    assert_int_equal(mh_encode_address(MH_OP_ADDRESS_ADD, address, NULL, &message, NULL), MH_INVALID);
    address->label[0] = '\0';
    address->broadcast = address_of("2001:db8::1");
    assert_int_equal(mh_encode_address(MH_OP_ADDRESS_ADD, address, NULL, &message, NULL), MH_INVALID);
    address->address = address_of("2001:db8::2");
    address->broadcast = address_of("192.0.2.255");
    assert_int_equal(mh_encode_address(MH_OP_ADDRESS_ADD, address, NULL, &message, NULL), MH_INVALID);
    free(message.header);
    free(list);
}

/* ---- native properties ----------------------------------------------------------------------------- */

static const struct nlattr lock = {8, RTAX_LOCK}, mtu = {8, RTAX_MTU}, rtt = {8, RTAX_RTT};

static void put_number(uint8_t *place, const struct nlattr *header, uint32_t number)
{
    memcpy(place, header, sizeof *header);
    memcpy(place + sizeof *header, &number, sizeof number);
}

/* `mtu lock 1400 rtt 100 realms 3/4`: 28 octets of metrics and 8 of realms. */
static void fill_native(uint8_t native[36])
{
    static const struct nlattr metrics = {28, RTA_METRICS | NLA_F_NESTED}, flow = {8, RTA_FLOW};
    memcpy(native, &metrics, sizeof metrics);
    put_number(native + 4, &lock, 1 << RTAX_MTU);
    put_number(native + 12, &mtu, 1400);
    put_number(native + 20, &rtt, 800);
    put_number(native + 28, &flow, 3 << 16 | 4);
}

static void native_properties_are_carried_along(void **state)
{
    (void)state;
    uint8_t native[36];
    char text[256];
    static struct mh_route_decoder decoder;
    struct list *list = calloc(1, sizeof *list);
    struct mh_message message = new_message();
    assert_non_null(list);
    struct mh_route *route = add_route(list, MH_OP_ROUTE_ADD, "10.0.0.0/8", "192.0.2.1");
    fill_native(native);
    route->native = native;
    route->native_length = sizeof native;
    assert_int_equal(mh_encode_route(MH_OP_ROUTE_ADD, route, &message, NULL), MH_OK);
    expect_route(route, &message, &decoder);
    uint32_t whole = message.header->nlmsg_len;
    assert_int_equal(mh_encode_route(MH_OP_ROUTE_DELETE, route, &message, NULL), MH_OK);
    assert_int_equal(message.header->nlmsg_len, whole - sizeof native);
    assert_string_equal(mh_describe(mh_describe_linux, NULL, &list->ops[0], text, sizeof text),
                        "ip route add 10.0.0.0/8 via 192.0.2.1 dev if7 proto 157 mtu lock 1400 realms 3/4 "
                        "# and 1 more property");
    free(message.header);
    free(list);
}

/* A journal may be damaged in ways that its checksum does not see. */
static void native_properties_that_are_no_attributes_are_refused(void **state)
{
    (void)state;
    uint8_t native[37] = {0};
    char text[256];
    struct list *list = calloc(1, sizeof *list);
    struct mh_message message = new_message();
    assert_non_null(list);
    struct mh_route *route = add_route(list, MH_OP_ROUTE_ADD, "10.0.0.0/8", "192.0.2.1");
    route->native = native;
    fill_native(native);
    for (uint16_t length = 1; length < sizeof native; length++) {
        route->native_length = length;
        bool whole = length == 28 || length == 36;
        assert_int_equal(mh_encode_route(MH_OP_ROUTE_ADD, route, &message, NULL), whole ? MH_OK : MH_INVALID);
        (void)mh_describe(mh_describe_linux, NULL, &list->ops[0], text, sizeof text);
    }
    route->native_length = 36;
    for (size_t i = 0; i < 36; i++) {
        native[i] ^= 0xff;
        (void)mh_encode_route(MH_OP_ROUTE_ADD, route, &message, NULL);
        (void)mh_describe(mh_describe_linux, NULL, &list->ops[0], text, sizeof text);
        native[i] ^= 0xff;
    }
    free(message.header);
    free(list);
}

/* Next hops that have more than gateways go as they were, without what the kernel says of their state. */
static void next_hops_with_realms_are_carried_along(void **state)
{
    (void)state;
    static struct mh_route_decoder decoder, again;
    uint8_t hops[2 * 24];
    struct mh_message message = new_message();
    const struct rtmsg fixed = {.rtm_family = AF_INET,
                                .rtm_dst_len = 8,
                                .rtm_table = RT_TABLE_MAIN,
                                .rtm_protocol = RTPROT_STATIC,
                                .rtm_type = RTN_UNICAST};
    const struct mh_address ten = address_of("10.0.0.0");
    for (uint8_t i = 0; i < 2; i++) {
        static const struct nlattr gateway = {8, RTA_GATEWAY}, flow = {8, RTA_FLOW};
        const struct rtnexthop hop = {24, RTNH_F_ONLINK | (i == 0 ? RTNH_F_LINKDOWN | RTNH_F_DEAD : 0), i, 7};
        memcpy(hops + 24 * i, &hop, sizeof hop);
        put_number(hops + 24 * i + 8, &gateway, 0x010200c0U + ((uint32_t)i << 24));
        put_number(hops + 24 * i + 16, &flow, 5);
    }
    mh_message_begin(&message, RTM_NEWROUTE, 0, &fixed, sizeof fixed);
    mh_message_put_address(&message, RTA_DST, &ten);
    mh_message_put(&message, RTA_MULTIPATH, hops, sizeof hops);
    struct mh_route route, got;
    assert_int_equal(mh_decode_route(message.header, message.header->nlmsg_len, &decoder, &route), MH_OK);
    assert_int_equal(route.next_hop_count, 2);
    assert_int_equal(route.next_hops[0].flags,
                     MH_NEXT_HOP_ON_LINK | MH_NEXT_HOP_DEAD | MH_NEXT_HOP_LINK_DOWN);
    assert_int_equal(route.native_length, 4 + sizeof hops);
    assert_int_equal(mh_encode_route(MH_OP_ROUTE_ADD, &route, &message, NULL), MH_OK);
    assert_int_equal(mh_decode_route(message.header, message.header->nlmsg_len, &again, &got), MH_OK);
    assert_int_equal(got.next_hops[0].flags, MH_NEXT_HOP_ON_LINK);
    assert_true(mh_route_equal(&route, &got));
    uint32_t whole = message.header->nlmsg_len;
    assert_int_equal(mh_encode_route(MH_OP_ROUTE_DELETE, &route, &message, NULL), MH_OK);
    assert_int_equal(message.header->nlmsg_len, whole - 2 * 8);
    free(message.header);
}

/* ---- acknowledgements ------------------------------------------------------------------------------ */

struct answer {
    struct nlmsghdr header;
    struct nlmsgerr error;
    struct nlattr attribute;
    char text[12];
};

static void acknowledgements_are_read(void **state)
{
    (void)state;
    struct mh_ack ack;
    struct answer answer = {.header = {sizeof answer, NLMSG_ERROR, NLM_F_CAPPED | NLM_F_ACK_TLVS, 1, 1},
                            .error = {.error = -EINVAL, .msg = {.nlmsg_len = 100}},
                            .attribute = {sizeof answer.attribute + 11, NLMSGERR_ATTR_MSG},
                            .text = "bad wolf!."};
    assert_int_equal(mh_decode_ack(&answer, sizeof answer, &ack), MH_OK);
    assert_int_equal(ack.native, EINVAL);
    assert_string_equal(ack.text, "bad wolf!");
    answer.header.nlmsg_flags = NLM_F_ACK_TLVS; /* the echo of 84 octets is not there */
    assert_int_equal(mh_decode_ack(&answer, sizeof answer, &ack), MH_OK);
    assert_string_equal(ack.text, "");
    answer.error.error = 5;
    assert_int_equal(mh_decode_ack(&answer, sizeof answer, &ack), MH_MALFORMED);
    answer.error.error = INT32_MIN;
    assert_int_equal(mh_decode_ack(&answer, sizeof answer, &ack), MH_MALFORMED);
    for (size_t length = 0; length < sizeof answer.header + sizeof answer.error; length++)
        assert_int_equal(mh_decode_ack(&answer, length, &ack), MH_MALFORMED);
}

/* ---- descriptions ---------------------------------------------------------------------------------- */

static void words_are_quoted_for_the_shell(void **state)
{
    (void)state;
    char text[256];
    struct mh_interface interface = {.index = 3, .name = "a;b'c"};
    const struct mh_snapshot snapshot = {.interfaces = &interface, .interface_count = 1};
    struct mh_op op = {.kind = MH_OP_LINK_ADDRESS_SET, .of.link = {3, 6, {2, 0, 0, 0, 0, 1}}};
    assert_string_equal(mh_describe(mh_describe_linux, &snapshot, &op, text, sizeof text),
                        "ip link set dev 'a;b'\\''c' address 02:00:00:00:00:01");
    op = (struct mh_op){.kind = MH_OP_SETTING_SET, .of.setting = {3, 1, MH_IPV4, MH_SETTING_ARP_IGNORE}};
    assert_string_equal(mh_describe(mh_describe_linux, &snapshot, &op, text, sizeof text),
                        "echo 1 > '/proc/sys/net/ipv4/conf/a;b'\\''c/arp_ignore'");
    (void)snprintf(interface.name, sizeof interface.name, "eth0.7");
    assert_string_equal(mh_describe(mh_describe_linux, &snapshot, &op, text, sizeof text),
                        "sysctl -w net.ipv4.conf.eth0/7.arp_ignore=1");
    op.of.setting.interface = MH_SETTING_ALL;
    assert_string_equal(mh_describe(mh_describe_linux, &snapshot, &op, text, sizeof text),
                        "sysctl -w net.ipv4.conf.all.arp_ignore=1");
    op = (struct mh_op){.kind = MH_OP_PROXY_ADD, .of.proxy = {.address = address_of("192.0.2.9")}};
    assert_string_equal(mh_describe(mh_describe_linux, &snapshot, &op, text, sizeof text),
                        "# there is no command for proxy-add");
}

static int print_commands(void)
{
    char text[MH_DESCRIPTION_SIZE];
    struct list *list = make_list();
    for (size_t i = 0; i < list->count; i++)
        (void)printf("%s\n", mh_describe(mh_describe_linux, NULL, &list->ops[i], text, sizeof text));
    free(list);
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ops_are_described_and_sent_as_ip_does),
        cmocka_unit_test(what_is_sent_decodes_to_the_same),
        cmocka_unit_test(addresses_carry_our_mark_and_keep_anothers),
        cmocka_unit_test(what_cannot_be_said_is_refused),
        cmocka_unit_test(a_route_of_all_next_hops_fits),
        cmocka_unit_test(names_of_addresses_are_checked),
        cmocka_unit_test(native_properties_are_carried_along),
        cmocka_unit_test(native_properties_that_are_no_attributes_are_refused),
        cmocka_unit_test(next_hops_with_realms_are_carried_along),
        cmocka_unit_test(acknowledgements_are_read),
        cmocka_unit_test(words_are_quoted_for_the_shell),
    };
    if (argc == 2 && strcmp(argv[1], "commands") == 0)
        return print_commands();
    return cmocka_run_group_tests_name("netlink_encode", tests, NULL, NULL);
}
