#include "host_builder.h"

static void assert_role(struct host_builder *builder, const char *name, enum mh_role role, const char *reason)
{
    const struct mh_interface *interface = mh_snapshot_interface_named(&builder->snapshot, name);
    assert_non_null(interface);
    struct mh_role_verdict verdict = mh_role_of(&builder->snapshot, interface, &builder->roles);
    assert_string_equal(verdict.reason, reason);
    assert_int_equal(verdict.role, role);
}

#define assert_internal(builder, name, reason) assert_role((builder), (name), MH_ROLE_INTERNAL, (reason))
#define assert_external(builder, name, reason) assert_role((builder), (name), MH_ROLE_EXTERNAL, (reason))

static void every_kind_has_a_verdict_and_a_reason(void **state)
{
    static const bool external[MH_KIND_COUNT] = {
        [MH_KIND_PHYSICAL] = true, [MH_KIND_WIRELESS] = true, [MH_KIND_PPP] = true,
        [MH_KIND_VETH] = true,     [MH_KIND_BOND] = true,     [MH_KIND_VLAN] = true,
        [MH_KIND_MACVLAN] = true,  [MH_KIND_IPVLAN] = true,   [MH_KIND_CARP] = true,
    };
    (void)state;
    for (int kind = 0; kind < MH_KIND_COUNT; kind++) {
        struct host_builder builder = {0};
        device(&builder, "x0", (enum mh_kind)kind);
        build(&builder);
        struct mh_role_verdict verdict = mh_role_of(&builder.snapshot, &builder.snapshot.interfaces[0], NULL);
        assert_int_equal(verdict.role, external[kind] ? MH_ROLE_EXTERNAL : MH_ROLE_INTERNAL);
        assert_true(verdict.reason != NULL && verdict.reason[0] != '\0');
        builder_clear(&builder);
    }
}

static void a_kind_beyond_the_table_is_internal(void **state)
{
    (void)state;
    struct host_builder builder = {0};
    device(&builder, "x0", MH_KIND_PHYSICAL)->kind = 200;
    build(&builder);
    assert_internal(&builder, "x0", "not of a kind that connects hosts");
    builder_clear(&builder);
}

static void a_bridge_is_what_its_ports_make_of_it(void **state)
{
    (void)state;
    struct host_builder builder = {0};
    device(&builder, "docker0", MH_KIND_BRIDGE);
    device(&builder, "virbr0", MH_KIND_BRIDGE);
    device(&builder, "br0", MH_KIND_BRIDGE);
    device(&builder, "veth1", MH_KIND_VETH)->lower_is_elsewhere = true;
    device(&builder, "vnet0", MH_KIND_TAP);
    device(&builder, "vnet1", MH_KIND_TAP);
    device(&builder, "eth0", MH_KIND_PHYSICAL);
    enslave(&builder, "veth1", "docker0");
    enslave(&builder, "vnet0", "virbr0");
    enslave(&builder, "vnet1", "br0");
    enslave(&builder, "eth0", "br0");
    build(&builder);
    assert_internal(&builder, "docker0", "a bridge without a physical port");
    assert_internal(&builder, "virbr0", "a bridge without a physical port");
    assert_external(&builder, "br0", "a bridge with a physical port");
    assert_internal(&builder, "veth1", "a port of an internal bridge");
    assert_internal(&builder, "vnet1", "the tap of a local program or virtual machine");
    builder_clear(&builder);
}

static void a_physical_port_is_found_below_bonds_and_vlans(void **state)
{
    (void)state;
    struct host_builder builder = {0};
    device(&builder, "eth0", MH_KIND_PHYSICAL);
    device(&builder, "bond0", MH_KIND_BOND);
    device(&builder, "bond0.7", MH_KIND_VLAN);
    device(&builder, "br7", MH_KIND_BRIDGE);
    device(&builder, "bond9", MH_KIND_BOND);
    device(&builder, "br9", MH_KIND_BRIDGE);
    device(&builder, "elsewhere.5", MH_KIND_VLAN)->lower_is_elsewhere = true;
    device(&builder, "br5", MH_KIND_BRIDGE);
    enslave(&builder, "eth0", "bond0");
    stack(&builder, "bond0.7", "bond0");
    enslave(&builder, "bond0.7", "br7");
    enslave(&builder, "bond9", "br9");
    enslave(&builder, "elsewhere.5", "br5");
    build(&builder);
    assert_external(&builder, "br7", "a bridge with a physical port");
    assert_internal(&builder, "br9", "a bridge without a physical port");
    assert_external(&builder, "br5", "a bridge with a physical port");
    builder_clear(&builder);
}

static void what_stands_on_another_interface_follows_it(void **state)
{
    (void)state;
    struct host_builder builder = {0};
    device(&builder, "eth0", MH_KIND_PHYSICAL);
    device(&builder, "dummy0", MH_KIND_DUMMY);
    device(&builder, "eth0.5", MH_KIND_VLAN);
    device(&builder, "mac0", MH_KIND_MACVLAN);
    device(&builder, "ipv0", MH_KIND_IPVLAN);
    device(&builder, "dummy0.5", MH_KIND_VLAN);
    device(&builder, "far0", MH_KIND_MACVLAN)->lower_is_elsewhere = true;
    stack(&builder, "eth0.5", "eth0");
    stack(&builder, "mac0", "eth0.5");
    stack(&builder, "ipv0", "dummy0");
    stack(&builder, "dummy0.5", "dummy0");
    /* A number that means something here too must not be looked up. */
    named(&builder, "far0")->lower = named(&builder, "dummy0")->index;
    build(&builder);
    assert_external(&builder, "eth0.5", "a VLAN on an external interface");
    assert_external(&builder, "mac0", "a macvlan on an external interface");
    assert_internal(&builder, "ipv0", "an ipvlan on an internal interface");
    assert_internal(&builder, "dummy0.5", "a VLAN on an internal interface");
    assert_external(&builder, "far0", "a macvlan");
    builder_clear(&builder);
}

static void a_veth_is_a_network_card_or_a_port(void **state)
{
    (void)state;
    struct host_builder builder = {0};
    device(&builder, "eth0", MH_KIND_VETH)->lower_is_elsewhere = true;
    named(&builder, "eth0")->lower = 2;
    device(&builder, "v1", MH_KIND_VETH);
    device(&builder, "v2", MH_KIND_VETH);
    device(&builder, "br0", MH_KIND_BRIDGE);
    device(&builder, "ens1", MH_KIND_PHYSICAL);
    pair(&builder, "v1", "v2");
    enslave(&builder, "v2", "br0");
    build(&builder);
    assert_external(&builder, "eth0", "a veth");
    assert_external(&builder, "v1", "a veth");
    assert_internal(&builder, "v2", "a port of an internal bridge");
    enslave(&builder, "ens1", "br0");
    build(&builder);
    assert_external(&builder, "v2", "a port of an external bridge");
    builder_clear(&builder);
}

static void the_configuration_overrides_and_is_inherited(void **state)
{
    (void)state;
    struct host_builder builder = {0};
    device(&builder, "eth0", MH_KIND_PHYSICAL);
    device(&builder, "eth0.5", MH_KIND_VLAN);
    device(&builder, "eth0.6", MH_KIND_VLAN);
    device(&builder, "br0", MH_KIND_BRIDGE);
    device(&builder, "v0", MH_KIND_VETH);
    device(&builder, "wg0", MH_KIND_WIREGUARD);
    stack(&builder, "eth0.5", "eth0");
    stack(&builder, "eth0.6", "eth0");
    enslave(&builder, "v0", "br0");
    override(&builder, "eth0", MH_ROLE_INTERNAL);
    override(&builder, "eth0.6", MH_ROLE_EXTERNAL);
    override(&builder, "br0", MH_ROLE_EXTERNAL);
    override(&builder, "wg0", MH_ROLE_EXTERNAL);
    build(&builder);
    assert_internal(&builder, "eth0", "the configuration says so");
    assert_internal(&builder, "eth0.5", "a VLAN on an internal interface");
    assert_external(&builder, "eth0.6", "the configuration says so");
    assert_external(&builder, "br0", "the configuration says so");
    assert_external(&builder, "v0", "a port of an external bridge");
    assert_external(&builder, "wg0", "the configuration says so");
    builder_clear(&builder);
}

static void hosts_that_contradict_themselves_get_an_answer(void **state)
{
    (void)state;
    struct host_builder builder = {0};
    device(&builder, "a", MH_KIND_VLAN)->lower = 1;
    device(&builder, "b", MH_KIND_MACVLAN)->lower = 3;
    device(&builder, "c", MH_KIND_MACVLAN)->lower = 2;
    device(&builder, "d", MH_KIND_BRIDGE);
    device(&builder, "e", MH_KIND_BRIDGE);
    enslave(&builder, "d", "e");
    enslave(&builder, "e", "d");
    device(&builder, "f", MH_KIND_VETH)->lower = 6;
    device(&builder, "g", MH_KIND_VETH)->master = 7;
    /* A hundred VLANs of a bridge that are its ports too. */
    uint32_t bridge = device(&builder, "loop", MH_KIND_BRIDGE)->index;
    for (int i = 0; i < 100; i++) {
        struct mh_interface *vlan = device(&builder, "", MH_KIND_VLAN);
        (void)snprintf(vlan->name, sizeof vlan->name, "loop.%d", i);
        vlan->lower = vlan->master = bridge;
    }
    build(&builder);
    for (size_t i = 0; i < builder.snapshot.interface_count; i++)
        assert_int_not_equal(
            mh_role_of(&builder.snapshot, &builder.snapshot.interfaces[i], &builder.roles).role,
            MH_ROLE_AUTO);
    assert_internal(&builder, "d", "a bridge without a physical port");
    assert_internal(&builder, "loop", "a bridge without a physical port");
    builder_clear(&builder);
}

static void ports_are_told_from_members_of_a_vrf(void **state)
{
    (void)state;
    struct host_builder builder = {0};
    device(&builder, "eth0", MH_KIND_PHYSICAL);
    device(&builder, "eth1", MH_KIND_PHYSICAL);
    device(&builder, "eth2", MH_KIND_PHYSICAL);
    device(&builder, "eth3", MH_KIND_PHYSICAL)->master = 99;
    device(&builder, "bond0", MH_KIND_BOND);
    device(&builder, "blue", MH_KIND_VRF);
    enslave(&builder, "eth1", "bond0");
    enslave(&builder, "eth2", "blue");
    build(&builder);
    static const bool port[] = {false, true, false, true, false, false};
    for (size_t i = 0; i < sizeof port / sizeof port[0]; i++)
        assert_int_equal(mh_interface_is_port(&builder.snapshot, &builder.snapshot.interfaces[i]), port[i]);
    builder_clear(&builder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_has_a_verdict_and_a_reason),
        cmocka_unit_test(a_kind_beyond_the_table_is_internal),
        cmocka_unit_test(a_bridge_is_what_its_ports_make_of_it),
        cmocka_unit_test(a_physical_port_is_found_below_bonds_and_vlans),
        cmocka_unit_test(what_stands_on_another_interface_follows_it),
        cmocka_unit_test(a_veth_is_a_network_card_or_a_port),
        cmocka_unit_test(the_configuration_overrides_and_is_inherited),
        cmocka_unit_test(hosts_that_contradict_themselves_get_an_answer),
        cmocka_unit_test(ports_are_told_from_members_of_a_vrf),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
