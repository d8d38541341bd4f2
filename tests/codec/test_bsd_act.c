/* Ops on BSDs besides routes, against a kernel that follows a script: structures are written out here octet
 * by octet as the systems' headers have them. */
#include "codec/bsd_act_fixture.h"

static struct mh_op address_op(size_t kernel, enum mh_op_kind kind, const char *text)
{
    const struct mh_prefix parsed = prefix(text);
    const char *slash = strchr(text, '/');
    return (struct mh_op){.kind = kind,
                          .of.address = {.interface = interfaces[kernel],
                                         .address = (struct mh_address){.family = parsed.address.family},
                                         .prefix_length = (uint8_t)atoi(slash + 1),
                                         .valid_lifetime = MH_LIFETIME_FOREVER,
                                         .preferred_lifetime = MH_LIFETIME_FOREVER}};
}

static struct mh_op with_address(size_t kernel, enum mh_op_kind kind, const char *plain, const char *text)
{
    struct mh_op op = address_op(kernel, kind, text);
    op.of.address.address = address(plain);
    return op;
}

#define ADDRESS_9 "10020000c0000209 0000000000000000"
#define MASK_24 "10020000ffffff00 0000000000000000"
#define BROADCAST "10020000c00002ff 0000000000000000"
#define NOTHING "0000000000000000 0000000000000000"

static const uint32_t add_requests[] = {0x8044692b, 0x8044692b, 0x8040691a, 0x8040691a, 0x8040691a};
static const uint32_t delete_requests[] = {0x80206919, 0x80206919, 0x80906919, 0x80206919, 0x80206919};
static const uint32_t add6_requests[] = {0x8088691b, 0x8088691b, 0x8080696b, 0x8080691a, 0x8080691a};

static void test_an_ipv4_address_is_added(void **state)
{
    (void)state;
    for (size_t kernel = 0; kernel < KERNELS; kernel++) {
        struct script *script = script_new(kernels[kernel].layout, 1);
        struct mh_op op = with_address(kernel, MH_OP_ADDRESS_ADD, "192.0.2.9", "192.0.2.0/24");
        add_interfaces(script, kernel);
        add_ioctl(script, kernel, 2, add_requests[kernel], ADDRESS_9 NOTHING MASK_24, 0);
        expect(script, &op, MH_OK, 0);

        script = script_new(kernels[kernel].layout, 1);
        op.of.address.broadcast = address("192.0.2.255");
        add_interfaces(script, kernel);
        add_ioctl(script, kernel, 2, add_requests[kernel], ADDRESS_9 BROADCAST MASK_24, 1);
        expect(script, &op, MH_PERMISSION, 1);

        script = script_new(kernels[kernel].layout, 1);
        op.of.address.peer = address("192.0.2.255"); /* goes where a broadcast address goes */
        op.of.address.broadcast = address("");
        add_interfaces(script, kernel);
        add_ioctl(script, kernel, 2, add_requests[kernel], ADDRESS_9 BROADCAST MASK_24, 55);
        expect(script, &op, MH_NO_MEMORY, 55);
    }
}

static void test_an_ipv4_address_is_deleted(void **state)
{
    (void)state;
    for (size_t kernel = 0; kernel < KERNELS; kernel++) {
        struct script *script = script_new(kernels[kernel].layout, 1);
        const struct mh_op op = with_address(kernel, MH_OP_ADDRESS_DELETE, "192.0.2.1", "192.0.2.0/24");
        add_interfaces(script, kernel);
        add_ioctl(script, kernel, 2, delete_requests[kernel], "10020000c0000201 0000000000000000", 0);
        expect(script, &op, MH_OK, 0);
    }
}

/* Without IPv6 flags, valid and preferred for ever; deprecated; for a while, and known to be unique. */
static void test_an_ipv6_address_is_added(void **state)
{
    static const char *const plain = "00000000 0000000000000000 0000000000000000 ffffffff ffffffff";
    static const char *const deprecated = "10000000 0000000000000000 0000000000000000 ffffffff 00000000";
    static const char *const passing[] = {"20000000 0000000000000000 0000000000000000 100e0000 08070000",
                                          "00000000 0000000000000000 0000000000000000 100e0000 08070000"};
    (void)state;
    for (size_t i = 0; i < 3 * KERNELS; i++) {
        size_t kernel = i / 3;
        struct script *script = script_new(kernels[kernel].layout, 1);
        struct mh_op op = with_address(kernel, MH_OP_ADDRESS_ADD, "2001:db8:1::9", "2001:db8:1::/64");
        struct mh_interface_address *added = &op.of.address;
        bool openbsd = script->host.layout->system == MH_RT_OPENBSD;
        char text[400];
        if (i % 3 == 1)
            added->flags = MH_ADDRESS_DEPRECATED;
        if (i % 3 == 2) {
            added->flags = MH_ADDRESS_KNOWN_UNIQUE;
            added->valid_lifetime = 3600;
            added->preferred_lifetime = 1800;
        }
        (void)snprintf(text, sizeof text,
                       "1c%02x0000 00000000 20010db80001000000000000000000 09 00000000"
                       "00000000 00000000 00000000000000000000000000000000 00000000"
                       "1c%02x0000 00000000 ffffffffffffffff0000000000000000 00000000 %s",
                       (unsigned)families6[kernel], (unsigned)families6[kernel],
                       i % 3 == 0   ? plain
                       : i % 3 == 1 ? deprecated
                                    : passing[openbsd]);
        add_interfaces(script, kernel);
        add_ioctl(script, kernel, families6[kernel], add6_requests[kernel], text, 0);
        expect(script, &op, MH_OK, 0);
    }
}

/* A link-local address has its zone; systems of KAME's line want it inside. */
static void test_a_link_local_address_names_its_zone(void **state)
{
    static const char *const zones[] = {
        "fe80000000000000 0000000000000009 03000000", "fe80000000000000 0000000000000009 02000000",
        "fe80000200000000 0000000000000009 02000000", "fe80000300000000 0000000000000009 03000000",
        "fe80000300000000 0000000000000009 03000000"};
    (void)state;
    for (size_t kernel = 0; kernel < KERNELS; kernel++) {
        struct script *script = script_new(kernels[kernel].layout, 1);
        const struct mh_op op = with_address(kernel, MH_OP_ADDRESS_ADD, "fe80::9", "fe80::/64");
        char text[400];
        (void)snprintf(text, sizeof text,
                       "1c%02x0000 00000000 %s 00000000 00000000 00000000000000000000000000000000 00000000"
                       "1c%02x0000 00000000 ffffffffffffffff0000000000000000 00000000"
                       "00000000 0000000000000000 0000000000000000 ffffffff ffffffff",
                       (unsigned)families6[kernel], zones[kernel], (unsigned)families6[kernel]);
        add_interfaces(script, kernel);
        add_ioctl(script, kernel, families6[kernel], add6_requests[kernel], text, 0);
        expect(script, &op, MH_OK, 0);
    }
}

/* i386 of FreeBSD counts time in 32 bits: the lifetimes stand nearer. */
static void test_lifetimes_stand_behind_times(void **state)
{
    struct script *script = script_new("freebsd-14-i386", 1);
    const struct mh_ioctl_request *request = mh_ioctl_request_of(script->host.layout, MH_IOCTL_ADDRESS_ADD6);
    (void)state;
    assert_int_equal(request->size, 124);
    assert_int_equal(request->number, 0x807c691b);
    assert_int_equal(mh_ioctl_time_size(script->host.layout), 4);
    script_end(script);
}

/* OpenBSD is asked for the preferred source of its table; these are the answer. */
static void add_table_source(struct script *script, const uint8_t *bytes, size_t length, int native)
{
    if (script->host.layout->system == MH_RT_OPENBSD)
        add_bytes(script, CALL_SYSCTL, 7, bytes != NULL ? bytes : (const uint8_t *)"", length, native);
}

static void test_ipv6_flags_are_changed(void **state)
{
    (void)state;
    for (size_t kernel = 0; kernel < KERNELS; kernel++) {
        struct script *script = script_new(kernels[kernel].layout, 1);
        struct mh_op op = with_address(kernel, MH_OP_ADDRESS_FLAGS, "2001:db8:1::1", "2001:db8:1::/64");
        char text[400];
        op.of.address.flags = MH_ADDRESS_DEPRECATED;
        (void)snprintf(text, sizeof text,
                       "1c%02x0000 00000000 20010db8000100000000000000000001 00000000"
                       "00000000 00000000 00000000000000000000000000000000 00000000"
                       "1c%02x0000 00000000 ffffffffffffffff0000000000000000 00000000"
                       "10000000 0000000000000000 0000000000000000 ffffffff 00000000",
                       (unsigned)families6[kernel], (unsigned)families6[kernel]);
        add_interfaces(script, kernel);
        add_table_source(script, NULL, 0, 0);
        add_ioctl(script, kernel, families6[kernel], add6_requests[kernel], text, 0);
        expect(script, &op, MH_OK, 0);
    }
}

static void test_an_ipv6_address_is_deleted(void **state)
{
    (void)state;
    for (size_t kernel = 0; kernel < KERNELS; kernel++) {
        struct script *script = script_new(kernels[kernel].layout, 1);
        const struct mh_op op =
            with_address(kernel, MH_OP_ADDRESS_DELETE, "2001:db8:1::1", "2001:db8:1::/64");
        char text[80];
        (void)snprintf(text, sizeof text, "1c%02x0000 00000000 20010db8000100000000000000000001 00000000",
                       (unsigned)families6[kernel]);
        add_interfaces(script, kernel);
        add_ioctl(script, kernel, families6[kernel], 0x81206919, text, 49);
        expect(script, &op, MH_NOT_FOUND, 49);
    }
}

static void test_addresses_are_looked_at_before(void **state)
{
    (void)state;
    for (size_t i = 0; i < KERNELS; i++) {
        struct mh_op op = with_address(i, MH_OP_ADDRESS_ADD, "192.0.2.1", "192.0.2.0/24");
        expect_unasked(i, op, true, MH_EXISTS, 17);
        expect_unasked(i, with_address(i, MH_OP_ADDRESS_ADD, "192.0.2.1", "192.0.0.0/16"), true, MH_EXISTS,
                       17);
        expect_unasked(i, with_address(i, MH_OP_ADDRESS_DELETE, "192.0.2.9", "192.0.2.0/24"), true,
                       MH_NOT_FOUND, 49);
        expect_unasked(i, with_address(i, MH_OP_ADDRESS_DELETE, "192.0.2.1", "192.0.0.0/16"), true,
                       MH_NOT_FOUND, 49);
        expect_unasked(i, with_address(i, MH_OP_ADDRESS_FLAGS, "2001:db8:1::9", "2001:db8:1::/64"), true,
                       MH_NOT_FOUND, 49);
        if (i < OPENBSD7)
            expect_unasked(i, with_address(i, MH_OP_ADDRESS_FLAGS, "192.0.2.1", "192.0.2.0/24"), false,
                           MH_UNSUPPORTED, 0);
        op.of.address.flags = MH_ADDRESS_NO_PREFIX_ROUTE;
        expect_unasked(i, op, false, MH_UNSUPPORTED, 0);
        op.of.address.flags = MH_ADDRESS_DEPRECATED;
        expect_unasked(i, op, false, MH_UNSUPPORTED, 0);
        op.kind = MH_OP_ADDRESS_FLAGS;
        expect_unasked(i, op, false, MH_UNSUPPORTED, 0);
        op = with_address(i, MH_OP_ADDRESS_ADD, "192.0.2.9", "192.0.2.0/24");
        op.of.address.interface = 99;
        expect_unasked(i, op, true, MH_NOT_FOUND, 6);
    }
}

/* ---- the table's source ---------------------------------------------------------------------------- */

static const uint8_t source_1[16] = {16, 2, 0, 0, 192, 0, 2, 1}, source_77[16] = {16, 2, 0, 0, 192, 0, 2, 77};

static void add_source_write(struct script *script, const char *source, int native)
{
    const struct mh_address address_of_it = address(source);
    const struct mh_rt_request first = {.sequence = 1};
    uint8_t bytes[MH_RT_REQUEST_SIZE];
    size_t length;
    assert_int_equal(mh_rt_encode_source(script->host.layout, &address_of_it, 0, &first, bytes, sizeof bytes,
                                         &length, NULL),
                     MH_OK);
    add_route_socket(script, 0);
    add_bytes(script, CALL_WRITE, 0, bytes, length, native);
}

/* Set, taken away; another one's is left alone; what is so already is not written. */
static void test_the_preferred_source_of_the_table_is_set(void **state)
{
    static const struct {
        uint32_t flags;
        const uint8_t *before;
        const char *written; /* NULL: nothing */
        int native;
        enum mh_error code;
    } rows[] = {{MH_ADDRESS_PREFERRED_SOURCE, NULL, "192.0.2.1", 0, MH_OK},
                {MH_ADDRESS_PREFERRED_SOURCE, source_77, "192.0.2.1", 0, MH_OK},
                {MH_ADDRESS_PREFERRED_SOURCE, source_1, NULL, 0, MH_OK},
                {MH_ADDRESS_PREFERRED_SOURCE, NULL, "192.0.2.1", 22, MH_INVALID},
                {MH_ADDRESS_PREFERRED_SOURCE, NULL, "192.0.2.1", 13, MH_PERMISSION},
                {MH_ADDRESS_PREFERRED_SOURCE, NULL, "192.0.2.1", 45, MH_UNSUPPORTED},
                {MH_ADDRESS_PREFERRED_SOURCE, NULL, "192.0.2.1", 55, MH_NO_MEMORY},
                {0, source_1, "0.0.0.0", 0, MH_OK},
                {0, source_77, NULL, 0, MH_OK},
                {0, NULL, NULL, 0, MH_OK}};
    (void)state;
    for (size_t i = 0; i < 2 * sizeof rows / sizeof rows[0]; i++) {
        size_t kernel = i % 2 == 0 ? OPENBSD7 : OPENBSD8, row = i / 2;
        struct script *script = script_new(kernels[kernel].layout, 1);
        struct mh_op op = with_address(kernel, MH_OP_ADDRESS_FLAGS, "192.0.2.1", "192.0.2.0/24");
        struct mh_failure failure = {0};
        op.of.address.flags = rows[row].flags;
        add_interfaces(script, kernel);
        add_table_source(script, rows[row].before, rows[row].before != NULL ? 16 : 0, 0);
        if (rows[row].written != NULL) {
            add_source_write(script, rows[row].written, rows[row].native);
            add_close(script);
        }
        assert_int_equal(mh_bsd_apply(&script->host.base, &op, &failure), rows[row].code);
        assert_int_equal(failure.native_code, rows[row].native);
        script_end(script);
    }
}

/* An address that comes back as what it was. */
static void test_an_address_comes_with_the_preference(void **state)
{
    (void)state;
    for (size_t kernel = OPENBSD7; kernel < KERNELS; kernel++) {
        struct script *script = script_new(kernels[kernel].layout, 1);
        struct mh_op op = with_address(kernel, MH_OP_ADDRESS_ADD, "192.0.2.9", "192.0.2.0/24");
        op.of.address.flags = MH_ADDRESS_PREFERRED_SOURCE;
        add_interfaces(script, kernel);
        add_ioctl(script, kernel, 2, add_requests[kernel], ADDRESS_9 NOTHING MASK_24, 0);
        add_close(script);
        add_table_source(script, NULL, 0, 0);
        add_source_write(script, "192.0.2.9", 0);
        expect(script, &op, MH_OK, 0);
    }
}

static void test_other_systems_have_no_preferred_source(void **state)
{
    (void)state;
    for (size_t kernel = 0; kernel < OPENBSD7; kernel++)
        for (size_t i = 0; i < 4; i++) {
            struct mh_op op =
                i < 2 ? with_address(kernel, MH_OP_ADDRESS_FLAGS, "192.0.2.1", "192.0.2.0/24")
                      : with_address(kernel, MH_OP_ADDRESS_FLAGS, "2001:db8:1::1", "2001:db8:1::/64");
            op.kind = i % 2 == 0 ? MH_OP_ADDRESS_FLAGS : MH_OP_ADDRESS_ADD;
            op.of.address.flags = MH_ADDRESS_PREFERRED_SOURCE;
            expect_unasked(kernel, op, false, MH_UNSUPPORTED, 0);
        }
}

/* ---- proxies, labels ------------------------------------------------------------------------------- */

static struct mh_neighbor proxy_of(size_t kernel, const char *text, const char *mac)
{
    struct mh_neighbor proxy = {.interface = interfaces[kernel], .address = address(text), .proxy = true};
    proxy.hardware_address_length = (uint8_t)mh_hardware_address_parse(mac, proxy.hardware_address);
    return proxy;
}

/* Without a hardware address it is the interface's own. */
static void test_proxies_are_published_neighbours(void **state)
{
    static const char *const own[] = {"58:9c:fc:00:60:5b", "58:9c:fc:10:ff:a3", "b2:a0:0d:2c:c7:a4",
                                      "fe:e1:ba:d0:5b:c0", "fe:e1:ba:d0:d3:c4"};
    (void)state;
    for (size_t i = 0; i < 3 * KERNELS; i++) {
        size_t kernel = i / 3, length;
        struct script *script = script_new(kernels[kernel].layout, 77);
        struct mh_op op = {.kind = i % 3 == 2 ? MH_OP_PROXY_DELETE : MH_OP_PROXY_ADD};
        struct mh_neighbor full =
            proxy_of(kernel, "192.0.2.200", i % 3 == 1 ? own[kernel] : "02:00:00:00:00:01");
        uint8_t bytes[MH_RT_REQUEST_SIZE];
        op.of.proxy = full;
        if (i % 3 == 1) {
            op.of.proxy.hardware_address_length = 0;
            add_interfaces(script, kernel);
        }
        assert_int_equal(mh_rt_encode_neighbor(script->host.layout, &full, i % 3 == 2, 77, bytes,
                                               sizeof bytes, &length, NULL),
                         MH_OK);
        add_route_socket(script, 0);
        add_bytes(script, CALL_WRITE, 0, bytes, length, i % 3 == 2 ? 3 : 0);
        expect(script, &op, i % 3 == 2 ? MH_NOT_FOUND : MH_OK, i % 3 == 2 ? 3 : 0);
    }
}

/* in6_addrpolicy: address, mask, precedence, label, use. */
static size_t policy(int family, const char *address_digits, const char *mask_digits, const char *numbers,
                     uint8_t *bytes)
{
    char text[300];
    (void)snprintf(text, sizeof text,
                   "1c%02x000000000000%s00000000 1c%02x000000000000%s00000000 %s0000000000000000",
                   (unsigned)family, address_digits, (unsigned)family, mask_digits, numbers);
    return digits(text, bytes);
}

#define ZEROS "00000000000000000000000000000000"

static void test_labels_keep_precedences(void **state)
{
    static const size_t systems[] = {FREEBSD13, NETBSD7};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        size_t kernel = systems[i % 2];
        int family = families6[kernel];
        bool adds = i < 2;
        struct script *script = script_new(kernels[kernel].layout, 1);
        const struct mh_op op = {.kind = adds ? MH_OP_LABEL_ADD : MH_OP_LABEL_DELETE,
                                 .of.label = {.prefix = prefix("2001:db8::/32"), .label = 99}};
        uint8_t table[4 * 72], wanted[72];
        size_t length = policy(family, ZEROS, ZEROS, "28000000 01000000", table);
        length += policy(family, "20010000000000000000000000000000", "ffff0000000000000000000000000000",
                         "2d000000 05000000", table + length);
        length += policy(family, "20020000000000000000000000000000", "ffff0000000000000000000000000000",
                         "1e000000 02000000", table + length);
        if (adds)
            add_bytes(script, CALL_SYSCTL, 0, table, length, 0);
        add_step(script, (struct step){.call = CALL_SOCKET, .argument = family * 100 + 2});
        assert_int_equal(policy(family, "20010db8000000000000000000000000",
                                "ffffffff000000000000000000000000",
                                adds ? "2d000000 63000000" : "00000000 63000000", wanted),
                         72);
        add_bytes(script, CALL_IOCTL, adds ? 0x8048756c : 0x8048756d, wanted, 72, adds ? 17 : 0);
        expect(script, &op, adds ? MH_EXISTS : MH_OK, adds ? 17 : 0);
    }
    struct mh_op op = {.kind = MH_OP_LABEL_ADD, .of.label = {.prefix = prefix("2001:db8::/32"), .label = 99}};
    expect_unasked(OPENBSD8, op, false, MH_UNSUPPORTED, 0);
    op.of.label.interface = 2;
    expect_unasked(FREEBSD13, op, false, MH_UNSUPPORTED, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_ipv4_address_is_added),
        cmocka_unit_test(test_an_ipv4_address_is_deleted),
        cmocka_unit_test(test_an_ipv6_address_is_added),
        cmocka_unit_test(test_a_link_local_address_names_its_zone),
        cmocka_unit_test(test_lifetimes_stand_behind_times),
        cmocka_unit_test(test_ipv6_flags_are_changed),
        cmocka_unit_test(test_an_ipv6_address_is_deleted),
        cmocka_unit_test(test_addresses_are_looked_at_before),
        cmocka_unit_test(test_the_preferred_source_of_the_table_is_set),
        cmocka_unit_test(test_an_address_comes_with_the_preference),
        cmocka_unit_test(test_other_systems_have_no_preferred_source),
        cmocka_unit_test(test_proxies_are_published_neighbours),
        cmocka_unit_test(test_labels_keep_precedences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
