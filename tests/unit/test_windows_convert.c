/* Rows of the IP Helper functions as values of the model. */
#include "unit/support.h"
#include "unit/windows_fake.h"

#include <wchar.h>

static int start(void **state)
{
    (void)state;
    memset(&fake, 0, sizeof fake);
    return 0;
}

/* ---- interfaces ------------------------------------------------------------------------------------ */

static struct mh_interface interface_of(IFTYPE type, const wchar_t *alias, const wchar_t *description)
{
    struct mh_interface interface;
    fake.interface_count = 0;
    fake_interface(7, alias, type);
    wcscpy(fake.interfaces[0].Description, description);
    assert_true(mh_windows_interface(&fake.interfaces[0], &interface));
    return interface;
}

static void test_kinds(void **state)
{
    static const struct {
        IFTYPE type;
        const wchar_t *alias, *description;
        enum mh_kind kind;
    } rows[] = {
        {IF_TYPE_ETHERNET_CSMACD, L"Ethernet", L"Intel(R) I210 Gigabit", MH_KIND_PHYSICAL},
        {IF_TYPE_SOFTWARE_LOOPBACK, L"Loopback Pseudo-Interface 1", L"Software Loopback", MH_KIND_LOOPBACK},
        {IF_TYPE_IEEE80211, L"WLAN", L"Intel(R) Wi-Fi 6", MH_KIND_WIRELESS},
        {IF_TYPE_PPP, L"VPN", L"WAN Miniport", MH_KIND_PPP},
        {IF_TYPE_TUNNEL, L"Teredo", L"Microsoft Teredo Tunneling Adapter", MH_KIND_TUNNEL},
        {244, L"Cellular", L"Mobile Broadband", MH_KIND_PHYSICAL},
        {IF_TYPE_ETHERNET_CSMACD, L"vEthernet (Default Switch)", L"Hyper-V Virtual Ethernet Adapter",
         MH_KIND_HOST_ONLY},
        {IF_TYPE_ETHERNET_CSMACD, L"vEthernet (WSL)", L"Hyper-V Virtual Ethernet Adapter #2",
         MH_KIND_HOST_ONLY},
        {IF_TYPE_ETHERNET_CSMACD, L"vEthernet (office)", L"Hyper-V Virtual Ethernet Adapter",
         MH_KIND_PHYSICAL},
        {IF_TYPE_ETHERNET_CSMACD, L"any", L"VMware Virtual Ethernet Adapter for VMnet1", MH_KIND_HOST_ONLY},
        {IF_TYPE_ETHERNET_CSMACD, L"any", L"VirtualBox Host-Only Ethernet Adapter", MH_KIND_HOST_ONLY},
        {IF_TYPE_ETHERNET_CSMACD, L"any", L"Microsoft KM-TEST Loopback Adapter", MH_KIND_DUMMY},
        {IF_TYPE_PROP_VIRTUAL, L"wg0", L"WireGuard Tunnel", MH_KIND_WIREGUARD},
        {999, L"any", L"something", MH_KIND_OTHER},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(interface_of(rows[i].type, rows[i].alias, rows[i].description).kind, rows[i].kind);
}

static void test_names(void **state)
{
    wchar_t longest[IF_MAX_STRING_SIZE + 1];
    (void)state;
    assert_string_equal(interface_of(6, L"B\u00fcro \u20ac", L"x").name, "B\xc3\xbcro \xe2\x82\xac");
    assert_string_equal(interface_of(6, L"", L"x").name, "{00000007-0000-0000-0000-000000000000}");
    wmemset(longest, L'\u20ac', IF_MAX_STRING_SIZE);
    longest[IF_MAX_STRING_SIZE] = L'\0';
    assert_string_equal(interface_of(6, longest, L"x").name, "{00000007-0000-0000-0000-000000000000}");
}

static void test_states(void **state)
{
    struct mh_interface interface;
    (void)state;
    fake_interface(7, L"Ethernet", IF_TYPE_ETHERNET_CSMACD);
    MIB_IF_ROW2 *row = &fake.interfaces[0];
    assert_true(mh_windows_interface(row, &interface));
    assert_true(interface.up && interface.carrier);
    assert_int_equal(interface.hardware_address_length, 6);
    row->OperStatus = IfOperStatusDown;
    assert_true(mh_windows_interface(row, &interface));
    assert_true(interface.up && !interface.carrier);
    row->OperStatus = IfOperStatusNotPresent;
    assert_true(mh_windows_interface(row, &interface));
    assert_false(interface.up || interface.carrier);
    row->PhysicalAddressLength = 33;
    assert_true(mh_windows_interface(row, &interface));
    assert_int_equal(interface.hardware_address_length, 0);
    row->InterfaceAndOperStatusFlags.FilterInterface = 1;
    assert_false(mh_windows_interface(row, &interface));
}

/* ---- addresses ------------------------------------------------------------------------------------- */

static void test_address_flags(void **state)
{
    static const struct {
        NL_DAD_STATE state;
        uint32_t flags;
    } rows[] = {{IpDadStateInvalid, MH_ADDRESS_TENTATIVE},
                {IpDadStateTentative, MH_ADDRESS_TENTATIVE},
                {IpDadStateDuplicate, MH_ADDRESS_DUPLICATE},
                {IpDadStateDeprecated, MH_ADDRESS_DEPRECATED},
                {IpDadStatePreferred, 0}};
    struct mh_interface_address address;
    (void)state;
    fake_address(4, "192.0.2.1", 24);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fake.addresses[0].DadState = rows[i].state;
        assert_true(mh_windows_unicast(&fake.addresses[0], &address));
        assert_int_equal(address.flags, rows[i].flags);
    }
    fake.addresses[0].SkipAsSource = TRUE;
    fake.addresses[0].ValidLifetime = 3600;
    assert_true(mh_windows_unicast(&fake.addresses[0], &address));
    assert_int_equal(address.flags, MH_ADDRESS_SKIP_AS_SOURCE | MH_ADDRESS_DYNAMIC);
    assert_int_equal(address.valid_lifetime, 3600);
    assert_int_equal(address.prefix_length, 24);
    fake.addresses[0].OnLinkPrefixLength = 33;
    assert_false(mh_windows_unicast(&fake.addresses[0], &address));
}

static void test_address_owners(void **state)
{
    static const struct {
        NL_PREFIX_ORIGIN prefix;
        NL_SUFFIX_ORIGIN suffix;
        enum mh_owner owner;
        bool temporary;
    } rows[] = {
        {IpPrefixOriginManual, IpSuffixOriginManual, MH_OWNER_STATIC, false},
        {IpPrefixOriginWellKnown, IpSuffixOriginLinkLayerAddress, MH_OWNER_KERNEL, false},
        {IpPrefixOriginDhcp, IpSuffixOriginDhcp, MH_OWNER_DHCP, false},
        {IpPrefixOriginRouterAdvertisement, IpSuffixOriginLinkLayerAddress, MH_OWNER_RA, false},
        {IpPrefixOriginRouterAdvertisement, IpSuffixOriginRandom, MH_OWNER_RA, true},
        {IpPrefixOriginOther, IpSuffixOriginOther, MH_OWNER_UNKNOWN, false},
    };
    struct mh_interface_address address;
    (void)state;
    fake_address(4, "2001:db8::1", 64);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fake.addresses[0].PrefixOrigin = rows[i].prefix;
        fake.addresses[0].SuffixOrigin = rows[i].suffix;
        assert_true(mh_windows_unicast(&fake.addresses[0], &address));
        assert_int_equal(address.owner, rows[i].owner);
        assert_int_equal((address.flags & MH_ADDRESS_TEMPORARY) != 0, rows[i].temporary);
    }
}

/* ---- routes ---------------------------------------------------------------------------------------- */

static struct mh_route route_of(const MIB_IPFORWARD_ROW2 *row, struct mh_next_hop *hop)
{
    struct mh_interface_address own[2];
    struct mh_route route;
    fake.address_count = 0;
    fake_address(4, "192.0.2.1", 24);
    fake_address(4, "2001:db8::1", 64);
    for (size_t i = 0; i < 2; i++)
        assert_true(mh_windows_unicast(&fake.addresses[i], &own[i]));
    assert_true(mh_windows_route(row, own, 2, &route, hop));
    return route;
}

static void test_route_types(void **state)
{
    static const struct {
        NET_IFINDEX index;
        const char *destination;
        UINT8 length;
        const char *gateway;
        enum mh_route_type type;
        enum mh_route_scope scope;
    } rows[] = {
        {4, "0.0.0.0", 0, "192.0.2.254", MH_ROUTE_UNICAST, MH_ROUTE_SCOPE_UNIVERSE},
        {4, "192.0.2.0", 24, "0.0.0.0", MH_ROUTE_UNICAST, MH_ROUTE_SCOPE_LINK},
        {4, "192.0.2.1", 32, "0.0.0.0", MH_ROUTE_LOCAL, MH_ROUTE_SCOPE_HOST},
        {4, "192.0.2.255", 32, "0.0.0.0", MH_ROUTE_BROADCAST, MH_ROUTE_SCOPE_LINK},
        {5, "192.0.2.255", 32, "0.0.0.0", MH_ROUTE_UNICAST, MH_ROUTE_SCOPE_LINK},
        {5, "255.255.255.255", 32, "0.0.0.0", MH_ROUTE_BROADCAST, MH_ROUTE_SCOPE_LINK},
        {4, "224.0.0.0", 4, "0.0.0.0", MH_ROUTE_MULTICAST, MH_ROUTE_SCOPE_LINK},
        {4, "198.51.100.7", 32, "0.0.0.0", MH_ROUTE_UNICAST, MH_ROUTE_SCOPE_LINK},
        {4, "2001:db8::1", 128, "::", MH_ROUTE_LOCAL, MH_ROUTE_SCOPE_HOST},
        {4, "ff00::", 8, "::", MH_ROUTE_MULTICAST, MH_ROUTE_SCOPE_LINK},
        {4, "::", 0, "fe80::1", MH_ROUTE_UNICAST, MH_ROUTE_SCOPE_UNIVERSE},
    };
    struct mh_next_hop hop;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        MIB_IPFORWARD_ROW2 row =
            fake_route_row(rows[i].index, rows[i].destination, rows[i].length, rows[i].gateway);
        struct mh_route route = route_of(&row, &hop);
        assert_int_equal(route.type, rows[i].type);
        assert_int_equal(route.scope, rows[i].scope);
        assert_int_equal(hop.gateway.family != MH_FAMILY_NONE, rows[i].scope == MH_ROUTE_SCOPE_UNIVERSE);
        assert_int_equal(hop.interface, rows[i].index);
        assert_int_equal(route.metric, 256);
    }
}

static void test_route_owners(void **state)
{
    static const struct {
        int protocol;
        NL_ROUTE_ORIGIN origin;
        enum mh_owner owner;
    } rows[] = {
        {RouteProtocolNetMgmt, NlroManual, MH_OWNER_STATIC},
        {RouteProtocolNetMgmt, NlroDHCP, MH_OWNER_DHCP},
        {RouteProtocolNetMgmt, NlroRouterAdvertisement, MH_OWNER_RA},
        {RouteProtocolNetMgmt, NlroWellKnown, MH_OWNER_KERNEL},
        {RouteProtocolLocal, NlroManual, MH_OWNER_KERNEL},
        {RouteProtocolBgp, NlroManual, MH_OWNER_MANAGER},
        {19, NlroManual, MH_OWNER_DHCP},
        {RouteProtocolOther, NlroManual, MH_OWNER_UNKNOWN},
    };
    struct mh_next_hop hop;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        MIB_IPFORWARD_ROW2 row = fake_route_row(4, "203.0.113.0", 24, "192.0.2.254");
        row.Protocol = (NL_ROUTE_PROTOCOL)rows[i].protocol;
        row.Origin = rows[i].origin;
        struct mh_route route = route_of(&row, &hop);
        assert_int_equal(route.owner, rows[i].owner);
        assert_int_equal(route.protocol, rows[i].protocol);
        assert_false(route.incomplete);
    }
}

static void test_route_refused(void **state)
{
    struct mh_route route;
    struct mh_next_hop hop;
    (void)state;
    MIB_IPFORWARD_ROW2 row = fake_route_row(4, "203.0.113.0", 33, "192.0.2.254");
    assert_false(mh_windows_route(&row, NULL, 0, &route, &hop));
    row.DestinationPrefix.PrefixLength = 24;
    assert_true(mh_windows_route(&row, NULL, 0, &route, &hop));
    row.ValidLifetime = 1800;
    assert_true(mh_windows_route(&row, NULL, 0, &route, &hop));
    assert_true(route.incomplete);
    row.DestinationPrefix.Prefix.si_family = 99;
    assert_false(mh_windows_route(&row, NULL, 0, &route, &hop));
}

/* ---- neighbours and settings ----------------------------------------------------------------------- */

static void test_neighbors(void **state)
{
    static const struct {
        NL_NEIGHBOR_STATE state;
        enum mh_neighbor_state expected;
    } rows[] = {{NlnsUnreachable, MH_NEIGHBOR_FAILED},  {NlnsIncomplete, MH_NEIGHBOR_INCOMPLETE},
                {NlnsProbe, MH_NEIGHBOR_PROBE},         {NlnsDelay, MH_NEIGHBOR_DELAY},
                {NlnsStale, MH_NEIGHBOR_STALE},         {NlnsReachable, MH_NEIGHBOR_REACHABLE},
                {NlnsPermanent, MH_NEIGHBOR_PERMANENT}, {NlnsMaximum, MH_NEIGHBOR_NONE}};
    struct mh_neighbor neighbor;
    (void)state;
    fake_neighbor(4, "192.0.2.254", NlnsReachable);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fake.neighbors[0].State = rows[i].state;
        assert_true(mh_windows_neighbor(&fake.neighbors[0], &neighbor));
        assert_int_equal(neighbor.state, rows[i].expected);
        assert_int_equal(neighbor.hardware_address_length, 6);
    }
    fake.neighbors[0].PhysicalAddress[5] = 0;
    fake.neighbors[0].IsRouter = 1;
    assert_true(mh_windows_neighbor(&fake.neighbors[0], &neighbor));
    assert_int_equal(neighbor.hardware_address_length, 0);
    assert_true(neighbor.router);
    fake_neighbor(4, "224.0.0.22", NlnsPermanent);
    assert_true(mh_windows_neighbor(&fake.neighbors[1], &neighbor));
    assert_int_equal(neighbor.state, MH_NEIGHBOR_NO_ARP);
}

static void test_settings(void **state)
{
    struct mh_setting settings[MH_WINDOWS_SETTINGS];
    MIB_IPINTERFACE_ROW row = {.Family = AF_INET6, .InterfaceIndex = 9, .WeakHostReceive = 1, .Metric = 35};
    (void)state;
    assert_true(mh_windows_settings(&row, settings));
    for (size_t i = 0; i < MH_WINDOWS_SETTINGS; i++) {
        assert_int_equal(settings[i].interface, 9);
        assert_int_equal(settings[i].family, MH_IPV6);
        assert_int_equal(settings[i].value, settings[i].id == MH_SETTING_WEAK_HOST_RECEIVE  ? 1
                                            : settings[i].id == MH_SETTING_INTERFACE_METRIC ? 35
                                                                                            : 0);
    }
    row.Family = AF_UNSPEC;
    assert_false(mh_windows_settings(&row, settings));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_kinds, start),          cmocka_unit_test_setup(test_names, start),
        cmocka_unit_test_setup(test_states, start),         cmocka_unit_test_setup(test_address_flags, start),
        cmocka_unit_test_setup(test_address_owners, start), cmocka_unit_test_setup(test_route_types, start),
        cmocka_unit_test_setup(test_route_owners, start),   cmocka_unit_test_setup(test_route_refused, start),
        cmocka_unit_test_setup(test_neighbors, start),      cmocka_unit_test_setup(test_settings, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
