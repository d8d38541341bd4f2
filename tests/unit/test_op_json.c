/* Ops and the ledger as JSON: nothing is lost on the way and back, and nothing wrong is taken. */
#include "core/ledger_json.h"
#include "core/op_json.h"

#include <stdlib.h>
#include <string.h>

#include "unit/support.h"

enum { ROUNDS = 20000, HOPS_TRIED = 5 };

static uint64_t seed;

static uint32_t number(uint32_t below)
{
    return (uint32_t)(mh_test_random(&seed) >> 32) % below;
}

/* The ends of the range as often as what is between. */
static uint32_t wide(void)
{
    uint32_t kind = number(4);
    return kind == 0 ? 0 : kind == 1 ? UINT32_MAX : kind == 2 ? number(300) : (uint32_t)mh_test_random(&seed);
}

static struct mh_address some_address(enum mh_family family)
{
    uint8_t bytes[16];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)wide();
    return mh_address_from_bytes(family, bytes);
}

static enum mh_family some_family(void)
{
    return number(2) ? MH_IPV4 : MH_IPV6;
}

static struct mh_prefix some_prefix(enum mh_family family, bool may_be_none)
{
    if (may_be_none && number(2))
        return (struct mh_prefix){0};
    struct mh_address address = some_address(family);
    return mh_prefix_of(&address, number(mh_family_bits(family) + 1));
}

static void some_name(char *name, size_t size)
{
    size_t length = number((uint32_t)size);
    memset(name, 0, size);
    for (size_t i = 0; i < length; i++)
        name[i] = (char)(1 + number(127));
}

static void fill_address(struct mh_interface_address *address)
{
    enum mh_family family = some_family();
    *address = (struct mh_interface_address){
        .interface = wide(),
        .flags = wide(),
        .metric = wide(),
        .valid_lifetime = wide(),
        .preferred_lifetime = wide(),
        .address = some_address(family),
        .peer = number(2) ? some_address(family) : (struct mh_address){0},
        .prefix_length = (uint8_t)number(mh_family_bits(family) + 1),
        .scope = (uint8_t)wide(),
        .owner = (uint8_t)number(MH_OWNER_MANAGER + 1),
        .broadcast = number(2) ? some_address(MH_IPV4) : (struct mh_address){0},
        .protocol = (uint8_t)wide(),
    };
    some_name(address->label, sizeof address->label);
}

static const uint8_t some_native[] = {0, 0x10, 0x9f, 0xff, 0xa0, 7, 8, 9};

static void fill_route(struct mh_route *route, struct mh_next_hop hops[HOPS_TRIED])
{
    enum mh_family family = some_family();
    *route = (struct mh_route){
        .destination = some_prefix(family, false),
        .source = some_prefix(family, true),
        .table = wide(),
        .metric = wide(),
        .next_hop_id = wide(),
        .preferred_source = number(2) ? some_address(family) : (struct mh_address){0},
        .tos = (uint8_t)wide(),
        .type = (uint8_t)wide(),
        .scope = (uint8_t)wide(),
        .protocol = (uint8_t)wide(),
        .owner = (uint8_t)number(MH_OWNER_MANAGER + 1),
        .preference = (uint8_t)number(MH_ROUTER_LOW + 1),
        .next_hop_count = (uint16_t)number(HOPS_TRIED + 1),
        .next_hops = hops,
        .incomplete = number(2),
        .native_length = (uint16_t)number(sizeof some_native + 1),
        .native = some_native,
    };
    for (size_t i = 0; i < HOPS_TRIED; i++)
        hops[i] = (struct mh_next_hop){number(2) ? some_address(some_family()) : (struct mh_address){0},
                                       wide(), (uint16_t)wide(), (uint8_t)wide()};
}

static void fill_rule(struct mh_rule *rule)
{
    enum mh_family family = some_family();
    *rule = (struct mh_rule){
        .priority = wide(),
        .table = wide(),
        .target = wide(),
        .family = (uint8_t)family,
        .action = (uint8_t)number(MH_RULE_OTHER + 1),
        .protocol = (uint8_t)wide(),
        .owner = (uint8_t)number(MH_OWNER_MANAGER + 1),
        .invert = number(2),
        .l3mdev = number(2),
        .has_uid_range = number(2),
        .unknown_selector = number(2),
        .tos = (uint8_t)wide(),
        .ip_protocol = (uint8_t)wide(),
        .from = some_prefix(family, true),
        .to = some_prefix(family, true),
        .mark = wide(),
        .mark_mask = wide(),
        .source_port_first = (uint16_t)wide(),
        .source_port_last = (uint16_t)wide(),
        .destination_port_first = (uint16_t)wide(),
        .destination_port_last = (uint16_t)wide(),
        .uid_first = wide(),
        .uid_last = wide(),
        .suppress_prefix_length = (int32_t)wide(),
        .suppress_interface_group = (int32_t)wide(),
        .tunnel_id = number(2) ? UINT64_MAX - number(2) : mh_test_random(&seed),
    };
    some_name(rule->input, sizeof rule->input);
    some_name(rule->output, sizeof rule->output);
}

/* In place: octets between the end of its members and its own stay zero. */
static void fill_setting(struct mh_setting *setting)
{
    setting->interface = wide();
    setting->value = (int32_t)wide();
    setting->family = (uint8_t)some_family();
    setting->id = (uint8_t)number(MH_SETTING_COUNT);
}

static void some_hardware(uint8_t *length, uint8_t bytes[MH_HARDWARE_ADDRESS_SIZE], bool may_be_none)
{
    *length = (uint8_t)(number(MH_HARDWARE_ADDRESS_SIZE) + !may_be_none);
    for (size_t i = 0; i < *length; i++)
        bytes[i] = (uint8_t)wide();
}

static struct mh_prefix some_prefix6(void)
{
    struct mh_address address = some_address(MH_IPV6);
    return mh_prefix_of(&address, number(129));
}

static void fill_label(struct mh_address_label *label)
{
    label->prefix = some_prefix6();
    label->label = wide();
    label->interface = wide();
}

static struct mh_op some_op(enum mh_op_kind kind, struct mh_next_hop hops[HOPS_TRIED])
{
    struct mh_op op = {.kind = kind};
    switch (kind) {
    case MH_OP_ADDRESS_ADD:
    case MH_OP_ADDRESS_DELETE:
    case MH_OP_ADDRESS_FLAGS:
        fill_address(&op.of.address);
        break;
    case MH_OP_ROUTE_ADD:
    case MH_OP_ROUTE_REPLACE:
    case MH_OP_ROUTE_DELETE:
        fill_route(&op.of.route, hops);
        break;
    case MH_OP_RULE_ADD:
    case MH_OP_RULE_DELETE:
        fill_rule(&op.of.rule);
        break;
    case MH_OP_SETTING_SET:
        fill_setting(&op.of.setting);
        break;
    case MH_OP_LINK_ADDRESS_SET:
        op.of.link.interface = wide();
        some_hardware(&op.of.link.hardware_address_length, op.of.link.hardware_address, false);
        break;
    case MH_OP_PROXY_ADD:
    case MH_OP_PROXY_DELETE:
        op.of.proxy = (struct mh_neighbor){.interface = wide(),
                                           .address = some_address(some_family()),
                                           .state = (uint8_t)number(MH_NEIGHBOR_STATE_COUNT),
                                           .router = number(2),
                                           .proxy = number(2)};
        some_hardware(&op.of.proxy.hardware_address_length, op.of.proxy.hardware_address, true);
        break;
    case MH_OP_LABEL_ADD:
    case MH_OP_LABEL_DELETE:
        fill_label(&op.of.label);
        break;
    case MH_OP_KIND_COUNT:
        break;
    }
    return op;
}

static struct mh_op random_op(struct mh_next_hop hops[HOPS_TRIED])
{
    return some_op((enum mh_op_kind)number(MH_OP_KIND_COUNT), hops);
}

/* Through text, as the journal does. */
static json_t *through_text(json_t *json)
{
    assert_non_null(json);
    char *text = json_dumps(json, JSON_COMPACT);
    assert_non_null(text);
    json_error_t error;
    json_t *again = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    assert_non_null(again);
    free(text);
    json_decref(json);
    return again;
}

/* Byte by byte but for the pointer to next hops: both values were zeroed before they were filled. */
static void assert_same_op(const struct mh_op *a, const struct mh_op *b)
{
    struct mh_op left = *a, right = *b;
    assert_int_equal(a->kind, b->kind);
    if (a->kind == MH_OP_ROUTE_ADD || a->kind == MH_OP_ROUTE_REPLACE || a->kind == MH_OP_ROUTE_DELETE) {
        assert_int_equal(a->of.route.next_hop_count, b->of.route.next_hop_count);
        for (size_t i = 0; i < a->of.route.next_hop_count; i++) {
            const struct mh_next_hop *from = &a->of.route.next_hops[i], *to = &b->of.route.next_hops[i];
            assert_true(mh_address_equal(&from->gateway, &to->gateway));
            assert_int_equal(from->interface, to->interface);
            assert_int_equal(from->weight, to->weight);
            assert_int_equal(from->flags, to->flags);
        }
        left.of.route.next_hops = right.of.route.next_hops = NULL;
        assert_int_equal(a->of.route.native_length, b->of.route.native_length);
        if (a->of.route.native_length > 0)
            assert_memory_equal(a->of.route.native, b->of.route.native, a->of.route.native_length);
        left.of.route.native = right.of.route.native = NULL;
    }
    assert_true(mh_op_equal(a, b));
    assert_memory_equal(&left, &right, sizeof left);
}

static void ops_come_back_as_they_were(void **state)
{
    (void)state;
    seed = 7;
    for (int i = 0; i < ROUNDS; i++) {
        struct mh_next_hop hops[HOPS_TRIED];
        struct mh_failure failure = {0};
        struct mh_op op = random_op(hops), again, copy;
        json_t *json = through_text(mh_op_to_json(&op));
        if (mh_op_from_json(json, &again, &failure) != MH_OK)
            fail_msg("%s: %s", mh_op_word(op.kind), failure.detail);
        assert_same_op(&op, &again);
        assert_int_equal(mh_op_copy(&again, &copy), MH_OK);
        assert_same_op(&op, &copy);
        mh_op_clear(&again);
        mh_op_clear(&copy);
        json_decref(json);
    }
}

/* Every single member taken away, or given another value, is either refused or makes another op. */
static void every_member_counts(void **state)
{
    (void)state;
    seed = 11;
    json_t *const others[] = {json_null(),
                              json_integer(INT64_MIN),
                              json_integer(INT64_MAX),
                              json_true(),
                              json_string(""),
                              json_string("no such"),
                              json_array(),
                              json_object()};
    for (int i = 0; i < 300; i++) {
        struct mh_next_hop hops[HOPS_TRIED];
        struct mh_op op = random_op(hops), again;
        json_t *json = mh_op_to_json(&op), *value;
        const char *name;
        assert_non_null(json);
        json_object_foreach(json, name, value)
        {
            for (size_t other = 0; other <= sizeof others / sizeof others[0]; other++) {
                struct mh_failure failure = {0};
                json_t *wrong = json_copy(json);
                if (other == sizeof others / sizeof others[0])
                    json_object_del(wrong, name);
                else
                    json_object_set(wrong, name, others[other]);
                if (!json_equal(wrong, json)) {
                    if (mh_op_from_json(wrong, &again, &failure) == MH_OK)
                        assert_false(mh_op_equal(&again, &op));
                    else
                        assert_true(failure.code == MH_MALFORMED && failure.detail[0] != '\0');
                    if (failure.code == MH_OK)
                        mh_op_clear(&again);
                }
                json_decref(wrong);
            }
        }
        json_decref(json);
    }
    for (size_t other = 0; other < sizeof others / sizeof others[0]; other++)
        json_decref(others[other]);
}

static void refuse(const char *text)
{
    struct mh_op op;
    struct mh_failure failure = {0};
    json_t *json = json_loads(text, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    assert_non_null(json);
    if (mh_op_from_json(json, &op, &failure) != MH_MALFORMED)
        fail_msg("taken: %s", text);
    assert_string_not_equal(failure.detail, "");
    json_decref(json);
}

static void wrong_ops_are_refused(void **state)
{
    (void)state;
    refuse("1");
    refuse("[]");
    refuse("{}");
    refuse("{\"kind\": \"format-disk\"}");
    refuse("{\"kind\": \"setting-set\"}");
    refuse("{\"kind\": \"setting-set\", \"interface\": 1, \"family\": \"ipv4\", \"id\": \"rp_filter\", "
           "\"value\": 1, \"extra\": 1}");
    refuse("{\"kind\": \"setting-set\", \"interface\": 1, \"family\": \"ipv4\", \"id\": \"rp_filter\", "
           "\"value\": 2147483648}");
    refuse("{\"kind\": \"setting-set\", \"interface\": -1, \"family\": \"ipv4\", \"id\": \"rp_filter\", "
           "\"value\": 1}");
    refuse(
        "{\"kind\": \"address-add\", \"interface\": 1, \"address\": \"192.0.2.1\", \"prefix_length\": 33}");
    refuse("{\"kind\": \"address-add\", \"interface\": 1, \"address\": \"192.0.2.1\", \"prefix_length\": 24, "
           "\"peer\": \"2001:db8::1\"}");
    refuse("{\"kind\": \"route-add\", \"destination\": \"192.0.2.1/24\", \"table\": 254}");
    refuse("{\"kind\": \"route-add\", \"destination\": \"192.0.2.0/24\", \"table\": 254, \"next_hops\": []}");
    refuse(
        "{\"kind\": \"route-add\", \"destination\": \"192.0.2.0/24\", \"table\": 254, \"next_hops\": [1]}");
    refuse("{\"kind\": \"route-add\", \"destination\": \"192.0.2.0/24\", \"table\": 254, \"native\": 1}");
    refuse("{\"kind\": \"route-add\", \"destination\": \"192.0.2.0/24\", \"table\": 254, \"native\": \"\"}");
    refuse(
        "{\"kind\": \"route-add\", \"destination\": \"192.0.2.0/24\", \"table\": 254, \"native\": \"0f0\"}");
    refuse(
        "{\"kind\": \"route-add\", \"destination\": \"192.0.2.0/24\", \"table\": 254, \"native\": \"0g\"}");
    refuse("{\"kind\": \"route-add\", \"destination\": \"192.0.2.0/24\", \"table\": 254, "
           "\"next_hops\": [{\"interface\": 1}], \"native\": \"0g\"}");
    refuse("{\"kind\": \"rule-add\", \"priority\": 1, \"family\": \"ipv5\"}");
    refuse("{\"kind\": \"rule-add\", \"priority\": 1, \"family\": \"ipv4\", \"input\": "
           "\"0123456789012345678901234567890123456789\"}");
    refuse("{\"kind\": \"rule-add\", \"priority\": 1, \"family\": \"ipv4\", \"input\": \"a\\u0000b\"}");
    refuse("{\"kind\": \"rule-add\", \"priority\": 1, \"family\": \"ipv4\", \"tunnel_id\": "
           "\"18446744073709551616\"}");
    refuse("{\"kind\": \"link-address-set\", \"interface\": 1, \"hardware_address\": \"02:00:0\"}");
}

static void what_cannot_be_read_is_not_written(void **state)
{
    (void)state;
    struct mh_op op = {.kind = MH_OP_RULE_ADD, .of.rule = {.family = MH_IPV4, .input = "\xff"}};
    assert_null(mh_op_to_json(&op));
    op = (struct mh_op){.kind = MH_OP_RULE_ADD};
    assert_null(mh_op_to_json(&op));
    op = (struct mh_op){.kind = MH_OP_SETTING_SET, .of.setting = {.family = MH_IPV4, .id = MH_SETTING_COUNT}};
    assert_null(mh_op_to_json(&op));
    op = (struct mh_op){.kind = MH_OP_KIND_COUNT};
    assert_null(mh_op_to_json(&op));
}

/* ---- the ledger ------------------------------------------------------------------------------------ */

static struct mh_ledger some_ledger(void)
{
    struct mh_ledger ledger = {0};
    for (uint32_t i = number(20); i > 0; i--) {
        struct mh_ledger_setting setting = {.value = 0};
        fill_setting(&setting.earlier);
        setting.value = (int32_t)wide();
        some_name(setting.interface_name, sizeof setting.interface_name);
        assert_int_equal(mh_ledger_put_setting(&ledger, &setting), MH_OK);
    }
    for (uint32_t i = number(20); i > 0; i--) {
        enum mh_family family = some_family();
        struct mh_ledger_address address = {.interface = wide(),
                                            .address = some_address(family),
                                            .prefix_length = (uint8_t)number(mh_family_bits(family) + 1)};
        some_name(address.interface_name, sizeof address.interface_name);
        assert_int_equal(mh_ledger_put_address(&ledger, &address), MH_OK);
    }
    for (uint32_t i = number(20); i > 0; i--) {
        struct mh_ledger_label label = {some_prefix6(), wide(), number(2), wide(), wide()};
        assert_int_equal(mh_ledger_put_label(&ledger, &label), MH_OK);
    }
    for (size_t i = 0; i < 2; i++) {
        enum mh_family family = i == 0 ? MH_IPV4 : MH_IPV6;
        ledger.sources[i].value = number(2) ? some_address(family) : (struct mh_address){0};
        if (ledger.sources[i].value.family != MH_FAMILY_NONE && number(2))
            ledger.sources[i].earlier = some_address(family);
    }
    return ledger;
}

static void assert_same_ledger(const struct mh_ledger *a, const struct mh_ledger *b)
{
    assert_int_equal(a->setting_count, b->setting_count);
    assert_int_equal(a->address_count, b->address_count);
    assert_int_equal(a->label_count, b->label_count);
    for (size_t i = 0; i < a->label_count; i++) {
        assert_true(mh_prefix_equal(&a->labels[i].prefix, &b->labels[i].prefix));
        assert_int_equal(a->labels[i].label, b->labels[i].label);
        assert_int_equal(a->labels[i].had_earlier, b->labels[i].had_earlier);
        assert_int_equal(a->labels[i].earlier, b->labels[i].earlier);
    }
    for (size_t i = 0; i < a->setting_count; i++)
        assert_memory_equal(&a->settings[i], &b->settings[i], sizeof a->settings[i]);
    for (size_t i = 0; i < a->address_count; i++)
        assert_memory_equal(&a->addresses[i], &b->addresses[i], sizeof a->addresses[i]);
    for (size_t i = 0; i < 2; i++) {
        assert_true(mh_address_equal(&a->sources[i].value, &b->sources[i].value));
        assert_true(mh_address_equal(&a->sources[i].earlier, &b->sources[i].earlier));
    }
}

static void ledgers_come_back_as_they_were(void **state)
{
    (void)state;
    seed = 13;
    for (int i = 0; i < 500; i++) {
        struct mh_failure failure = {0};
        struct mh_ledger ledger = some_ledger(), again, copy;
        json_t *json = through_text(mh_ledger_to_json(&ledger));
        if (mh_ledger_from_json(json, &again, &failure) != MH_OK)
            fail_msg("%s", failure.detail);
        assert_same_ledger(&ledger, &again);
        assert_int_equal(mh_ledger_copy(&again, &copy), MH_OK);
        assert_same_ledger(&ledger, &copy);
        mh_ledger_clear(&ledger);
        mh_ledger_clear(&again);
        mh_ledger_clear(&copy);
        json_decref(json);
    }
}

static void wrong_ledgers_are_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "[]",
        "{}",
        "{\"settings\": [], \"addresses\": {}}",
        "{\"settings\": [1], \"addresses\": []}",
        "{\"settings\": [], \"addresses\": [], \"more\": []}",
        "{\"settings\": [], \"addresses\": [{\"interface\": 1, \"address\": \"::1\", \"prefix_length\": "
        "129}]}",
        "{\"settings\": [], \"addresses\": [{\"interface\": 1, \"address\": \"::1\", \"prefix_length\": 9}, "
        "{}]}",
        "{\"settings\": [], \"addresses\": [], \"sources\": [{\"earlier\": \"192.0.2.1\"}]}",
        "{\"settings\": [], \"addresses\": [], \"sources\": [{\"value\": \"192.0.2.1\", \"earlier\": "
        "\"::1\"}]}",
        "{\"settings\": [], \"addresses\": [], \"sources\": [{\"value\": \"192.0.2.1\"}, {\"value\": "
        "\"192.0.2.2\"}]}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct mh_ledger ledger;
        struct mh_failure failure = {0};
        json_t *json = json_loads(texts[i], 0, NULL);
        assert_non_null(json);
        assert_int_equal(mh_ledger_from_json(json, &ledger, &failure), MH_MALFORMED);
        assert_null(ledger.settings);
        assert_null(ledger.addresses);
        json_decref(json);
    }
}

static void a_ledger_keeps_one_entry_for_each_thing(void **state)
{
    (void)state;
    struct mh_ledger ledger = {0};
    struct mh_ledger_setting setting = {.earlier = {2, 0, MH_IPV4, MH_SETTING_ARP_IGNORE}, .value = 1};
    for (uint32_t i = 2; i < 5; i++) {
        setting.earlier.interface = i;
        assert_int_equal(mh_ledger_put_setting(&ledger, &setting), MH_OK);
    }
    setting.value = 2;
    setting.earlier.interface = 3;
    assert_int_equal(mh_ledger_put_setting(&ledger, &setting), MH_OK);
    assert_int_equal(ledger.setting_count, 3);
    assert_int_equal(mh_ledger_setting_of(&ledger, &setting.earlier)->value, 2);
    mh_ledger_drop_setting(&ledger, &setting.earlier);
    mh_ledger_drop_setting(&ledger, &setting.earlier);
    assert_int_equal(ledger.setting_count, 2);
    assert_null(mh_ledger_setting_of(&ledger, &setting.earlier));
    assert_int_equal(ledger.settings[1].earlier.interface, 4);

    struct mh_ledger_address address = {.interface = 2, .prefix_length = 24};
    assert_true(mh_address_parse("192.0.2.1", 9, &address.address));
    struct mh_interface_address same = {.interface = 2, .address = address.address, .prefix_length = 24};
    assert_false(mh_ledger_has_address(&ledger, &same));
    assert_int_equal(mh_ledger_put_address(&ledger, &address), MH_OK);
    assert_int_equal(mh_ledger_put_address(&ledger, &address), MH_OK);
    assert_true(mh_ledger_has_address(&ledger, &same));
    same.prefix_length = 25;
    assert_false(mh_ledger_has_address(&ledger, &same));
    same.prefix_length = 24;
    mh_ledger_drop_address(&ledger, &same);
    assert_int_equal(ledger.address_count, 0);
    mh_ledger_clear(&ledger);
}

/* Routes are in order, whatever order they came in; a ledger without any is written as it always was. */
static void routes_of_a_ledger_come_back(void **state)
{
    (void)state;
    struct mh_ledger ledger = {0}, read;
    struct mh_failure failure = {0};
    json_t *json = mh_ledger_to_json(&ledger);
    assert_null(json_object_get(json, "routes"));
    json_decref(json);
    const struct mh_ledger_route later = {.interface = 4, .destination = {{MH_IPV4, {10}}, 8}};
    const struct mh_ledger_route first = {.interface = 2,
                                          .interface_name = "Ethernet",
                                          .destination = {{MH_IPV4, {10}}, 8},
                                          .gateway = {MH_IPV4, {192, 0, 2, 1}}};
    assert_int_equal(mh_ledger_put_route(&ledger, &later), MH_OK);
    assert_int_equal(mh_ledger_put_route(&ledger, &first), MH_OK);
    assert_int_equal(mh_ledger_put_route(&ledger, &first), MH_OK);
    assert_int_equal(ledger.route_count, 2);
    json = mh_ledger_to_json(&ledger);
    assert_int_equal(mh_ledger_from_json(json, &read, &failure), MH_OK);
    assert_int_equal(read.route_count, 2);
    assert_int_equal(mh_ledger_compare_routes(&read.routes[0], &first), 0);
    assert_string_equal(read.routes[0].interface_name, "Ethernet");
    const struct mh_next_hop hop = {.gateway = first.gateway, .interface = 2};
    struct mh_route route = {.destination = first.destination, .next_hop_count = 1, .next_hops = &hop};
    assert_true(mh_ledger_has_route(&read, &route));
    route.owner = MH_OWNER_KERNEL;
    assert_false(mh_ledger_has_route(&read, &route));
    mh_ledger_drop_route(&read, &route);
    assert_int_equal(read.route_count, 1);
    mh_ledger_clear(&read);
    json_t *routes = json_object_get(json, "routes");
    assert_int_equal(json_array_append(routes, json_array_get(routes, 0)), 0);
    assert_int_equal(mh_ledger_from_json(json, &read, &failure), MH_MALFORMED);
    json_decref(json);
    mh_ledger_clear(&ledger);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ops_come_back_as_they_were),
        cmocka_unit_test(every_member_counts),
        cmocka_unit_test(wrong_ops_are_refused),
        cmocka_unit_test(what_cannot_be_read_is_not_written),
        cmocka_unit_test(ledgers_come_back_as_they_were),
        cmocka_unit_test(wrong_ledgers_are_refused),
        cmocka_unit_test(a_ledger_keeps_one_entry_for_each_thing),
        cmocka_unit_test(routes_of_a_ledger_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
