/* Ops of the Windows backend on a table of functions of the test's own, which keeps what it is given and
 * answers the codes that Microsoft's pages of netioapi.h document. */
#include "support.h"

#include "windows/act.h"

#include <stdio.h>
#include <string.h>

/* What the functions were given last, and what they answer. */
static struct {
    MIB_UNICASTIPADDRESS_ROW unicast, stored_unicast;
    MIB_IPFORWARD_ROW2 route, stored_route;
    MIB_IPINTERFACE_ROW interface_row, stored_interface;
    char calls[256];
    const char *failing;
    DWORD code;
} seen;

static DWORD note(const char *name)
{
    size_t length = strlen(seen.calls);
    (void)snprintf(seen.calls + length, sizeof seen.calls - length, "%s ", name);
    return seen.failing != NULL && strcmp(seen.failing, name) == 0 ? seen.code : NO_ERROR;
}

/* ---- the functions --------------------------------------------------------------------------------- */

static VOID WINAPI init_unicast(MIB_UNICASTIPADDRESS_ROW *row)
{
    (void)note("InitializeUnicastIpAddressEntry");
    row->PrefixOrigin = IpPrefixOriginUnchanged;
    row->SuffixOrigin = IpSuffixOriginUnchanged;
    row->OnLinkPrefixLength = 255;
}

static DWORD WINAPI create_unicast(const MIB_UNICASTIPADDRESS_ROW *row)
{
    seen.unicast = *row;
    return note("CreateUnicastIpAddressEntry");
}

static DWORD WINAPI set_unicast(const MIB_UNICASTIPADDRESS_ROW *row)
{
    seen.unicast = *row;
    return note("SetUnicastIpAddressEntry");
}

static DWORD WINAPI delete_unicast(const MIB_UNICASTIPADDRESS_ROW *row)
{
    seen.unicast = *row;
    return note("DeleteUnicastIpAddressEntry");
}

static DWORD WINAPI get_unicast(MIB_UNICASTIPADDRESS_ROW *row)
{
    DWORD code = note("GetUnicastIpAddressEntry");
    seen.unicast = *row;
    if (code == NO_ERROR)
        *row = seen.stored_unicast;
    return code;
}

static VOID WINAPI init_route(MIB_IPFORWARD_ROW2 *row)
{
    (void)note("InitializeIpForwardEntry");
    row->ValidLifetime = row->PreferredLifetime = UINT32_MAX;
    row->Immortal = TRUE;
    row->SitePrefixLength = 255;
}

static DWORD WINAPI create_route(const MIB_IPFORWARD_ROW2 *row)
{
    seen.route = *row;
    return note("CreateIpForwardEntry2");
}

static DWORD WINAPI set_route(const MIB_IPFORWARD_ROW2 *row)
{
    seen.route = *row;
    return note("SetIpForwardEntry2");
}

static DWORD WINAPI delete_route(const MIB_IPFORWARD_ROW2 *row)
{
    seen.route = *row;
    return note("DeleteIpForwardEntry2");
}

static DWORD WINAPI get_route(MIB_IPFORWARD_ROW2 *row)
{
    DWORD code = note("GetIpForwardEntry2");
    seen.route = *row;
    if (code == NO_ERROR)
        *row = seen.stored_route;
    return code;
}

static VOID WINAPI init_interface(MIB_IPINTERFACE_ROW *row)
{
    (void)note("InitializeIpInterfaceEntry");
    row->ManagedAddressConfigurationSupported = 7;
}

static DWORD WINAPI get_interface(MIB_IPINTERFACE_ROW *row)
{
    DWORD code = note("GetIpInterfaceEntry");
    seen.interface_row = *row;
    if (code == NO_ERROR)
        *row = seen.stored_interface;
    return code;
}

static DWORD WINAPI set_interface(MIB_IPINTERFACE_ROW *row)
{
    seen.interface_row = *row;
    return note("SetIpInterfaceEntry");
}

static struct mh_iphlp begin(void)
{
    memset(&seen, 0, sizeof seen);
    seen.stored_unicast.ValidLifetime = seen.stored_unicast.PreferredLifetime = UINT32_MAX;
    seen.stored_route.Protocol = (NL_ROUTE_PROTOCOL)3;
    seen.stored_route.Metric = 256;
    seen.stored_interface.Family = AF_INET;
    seen.stored_interface.SitePrefixLength = 64;
    seen.stored_interface.Metric = 25;
    seen.stored_interface.UseAutomaticMetric = TRUE;
    return (struct mh_iphlp){.InitializeUnicastIpAddressEntry = init_unicast,
                             .CreateUnicastIpAddressEntry = (void *)create_unicast,
                             .SetUnicastIpAddressEntry = (void *)set_unicast,
                             .DeleteUnicastIpAddressEntry = (void *)delete_unicast,
                             .GetUnicastIpAddressEntry = (void *)get_unicast,
                             .InitializeIpForwardEntry = init_route,
                             .CreateIpForwardEntry2 = (void *)create_route,
                             .SetIpForwardEntry2 = (void *)set_route,
                             .DeleteIpForwardEntry2 = (void *)delete_route,
                             .GetIpForwardEntry2 = (void *)get_route,
                             .InitializeIpInterfaceEntry = init_interface,
                             .GetIpInterfaceEntry = (void *)get_interface,
                             .SetIpInterfaceEntry = (void *)set_interface};
}

/* ---- ops ------------------------------------------------------------------------------------------- */

static const struct mh_address gateway = {MH_IPV4, {192, 0, 2, 254}};
static const struct mh_next_hop hop = {.gateway = {MH_IPV4, {192, 0, 2, 254}}, .interface = 4, .weight = 1};

static struct mh_op address_op(enum mh_op_kind kind)
{
    return (struct mh_op){.kind = kind,
                          .of.address = {.interface = 4,
                                         .flags = MH_ADDRESS_SKIP_AS_SOURCE,
                                         .valid_lifetime = MH_LIFETIME_FOREVER,
                                         .preferred_lifetime = MH_LIFETIME_FOREVER,
                                         .address = {MH_IPV4, {192, 0, 2, 7}},
                                         .prefix_length = 24}};
}

static struct mh_op route_op(enum mh_op_kind kind)
{
    return (struct mh_op){.kind = kind,
                          .of.route = {.destination = {{MH_IPV4, {10}}, 8},
                                       .metric = 5,
                                       .type = MH_ROUTE_UNICAST,
                                       .protocol = 3,
                                       .next_hop_count = 1,
                                       .next_hops = &hop}};
}

static struct mh_op setting_op(enum mh_setting_id id, int32_t value)
{
    return (struct mh_op){.kind = MH_OP_SETTING_SET, .of.setting = {4, value, MH_IPV4, (uint8_t)id}};
}

static void act(const struct mh_iphlp *iphlp, const struct mh_op *op, const char *calls)
{
    struct mh_failure failure = {0};
    if (mh_windows_act(iphlp, op, &failure) != MH_OK)
        fail_msg("%s", failure.detail);
    assert_string_equal(seen.calls, calls);
}

/* ---- rows ------------------------------------------------------------------------------------------ */

static void an_address_is_made(void **state)
{
    (void)state;
    struct mh_iphlp iphlp = begin();
    const struct mh_op op = address_op(MH_OP_ADDRESS_ADD);
    act(&iphlp, &op, "InitializeUnicastIpAddressEntry CreateUnicastIpAddressEntry ");
    assert_int_equal(seen.unicast.InterfaceIndex, 4);
    assert_int_equal(seen.unicast.OnLinkPrefixLength, 24);
    assert_int_equal(seen.unicast.SkipAsSource, TRUE);
    assert_int_equal(seen.unicast.ValidLifetime, UINT32_MAX);
    assert_int_equal(seen.unicast.PrefixOrigin, IpPrefixOriginUnchanged);
    assert_int_equal(seen.unicast.Address.si_family, AF_INET);
    assert_memory_equal(&seen.unicast.Address.Ipv4.sin_addr, op.of.address.address.bytes, 4);
}

static void flags_are_changed_in_what_is_there(void **state)
{
    (void)state;
    struct mh_iphlp iphlp = begin();
    const struct mh_op op = address_op(MH_OP_ADDRESS_FLAGS);
    seen.stored_unicast.OnLinkPrefixLength = 25;
    act(&iphlp, &op, "InitializeUnicastIpAddressEntry GetUnicastIpAddressEntry SetUnicastIpAddressEntry ");
    assert_int_equal(seen.unicast.SkipAsSource, TRUE);
    assert_int_equal(seen.unicast.OnLinkPrefixLength, 25);
    assert_int_equal(seen.unicast.PreferredLifetime, UINT32_MAX);
}

static void a_source_of_a_whole_table_is_none_here(void **state)
{
    (void)state;
    static const enum mh_op_kind kinds[] = {MH_OP_ADDRESS_ADD, MH_OP_ADDRESS_FLAGS};
    for (size_t i = 0; i < 2; i++) {
        struct mh_iphlp iphlp = begin();
        struct mh_op op = address_op(kinds[i]);
        op.of.address.flags = MH_ADDRESS_PREFERRED_SOURCE;
        assert_int_equal(mh_windows_act(&iphlp, &op, NULL), MH_UNSUPPORTED);
        assert_string_equal(seen.calls, "");
    }
}

static void an_address_goes(void **state)
{
    (void)state;
    struct mh_iphlp iphlp = begin();
    const struct mh_op op = address_op(MH_OP_ADDRESS_DELETE);
    act(&iphlp, &op, "InitializeUnicastIpAddressEntry DeleteUnicastIpAddressEntry ");
    assert_int_equal(seen.unicast.InterfaceIndex, 4);
}

static void a_route_is_made(void **state)
{
    (void)state;
    struct mh_iphlp iphlp = begin();
    const struct mh_op op = route_op(MH_OP_ROUTE_ADD);
    act(&iphlp, &op, "InitializeIpForwardEntry CreateIpForwardEntry2 ");
    assert_int_equal(seen.route.DestinationPrefix.PrefixLength, 8);
    assert_int_equal(seen.route.DestinationPrefix.Prefix.si_family, AF_INET);
    assert_memory_equal(&seen.route.NextHop.Ipv4.sin_addr, gateway.bytes, 4);
    assert_int_equal(seen.route.Metric, 5);
    assert_int_equal((int)seen.route.Protocol, 3);
    assert_int_equal(seen.route.SitePrefixLength, 0);
    assert_int_equal(seen.route.Immortal, TRUE);
}

/* The next hop has the family all the same. */
static void a_route_on_link_has_a_next_hop_of_zeros(void **state)
{
    (void)state;
    static const struct mh_next_hop on_link = {.interface = 4, .weight = 1};
    struct mh_iphlp iphlp = begin();
    struct mh_op op = route_op(MH_OP_ROUTE_ADD);
    op.of.route.next_hops = &on_link;
    act(&iphlp, &op, "InitializeIpForwardEntry CreateIpForwardEntry2 ");
    assert_int_equal(seen.route.NextHop.si_family, AF_INET);
    assert_int_equal(seen.route.NextHop.Ipv4.sin_addr.s_addr, 0);
}

static void a_metric_is_changed_in_what_is_there(void **state)
{
    (void)state;
    struct mh_iphlp iphlp = begin();
    const struct mh_op op = route_op(MH_OP_ROUTE_REPLACE);
    seen.stored_route.Age = 77;
    act(&iphlp, &op, "InitializeIpForwardEntry GetIpForwardEntry2 SetIpForwardEntry2 ");
    assert_int_equal(seen.route.Metric, 5);
    assert_int_equal(seen.route.Age, 77);
}

static void others_routes_are_not_changed(void **state)
{
    (void)state;
    struct mh_failure failure = {0};
    struct mh_iphlp iphlp = begin();
    const struct mh_op op = route_op(MH_OP_ROUTE_REPLACE);
    seen.stored_route.Protocol = (NL_ROUTE_PROTOCOL)19;
    assert_int_equal(mh_windows_act(&iphlp, &op, &failure), MH_CONFLICT);
    assert_string_equal(failure.detail, "the route to 10.0.0.0/8 is another program's (protocol 19)");
    assert_string_equal(seen.calls, "InitializeIpForwardEntry GetIpForwardEntry2 ");
}

/* SetIpInterfaceEntry refuses the site prefix length of IPv4 that GetIpInterfaceEntry answers. */
static void a_setting_is_changed_in_what_is_there(void **state)
{
    (void)state;
    static const char calls[] = "InitializeIpInterfaceEntry GetIpInterfaceEntry SetIpInterfaceEntry ";
    struct mh_iphlp iphlp = begin();
    struct mh_op op = setting_op(MH_SETTING_WEAK_HOST_SEND, 1);
    act(&iphlp, &op, calls);
    assert_int_equal(seen.interface_row.WeakHostSend, TRUE);
    assert_int_equal(seen.interface_row.SitePrefixLength, 0);
    assert_int_equal(seen.interface_row.Metric, 25);
    assert_int_equal(seen.interface_row.UseAutomaticMetric, TRUE);
    iphlp = begin();
    op = setting_op(MH_SETTING_AUTOMATIC_METRIC, 0);
    act(&iphlp, &op, calls);
    assert_int_equal(seen.interface_row.UseAutomaticMetric, FALSE);
    iphlp = begin();
    op = setting_op(MH_SETTING_INTERFACE_METRIC, 5);
    act(&iphlp, &op, calls);
    assert_int_equal(seen.interface_row.Metric, 5);
    iphlp = begin();
    op = setting_op(MH_SETTING_WEAK_HOST_RECEIVE, 1);
    act(&iphlp, &op, calls);
    assert_int_equal(seen.interface_row.WeakHostReceive, TRUE);
    iphlp = begin();
    seen.stored_interface.Family = AF_INET6;
    op = setting_op(MH_SETTING_FORWARDING, 1);
    act(&iphlp, &op, calls);
    assert_int_equal(seen.interface_row.ForwardingEnabled, TRUE);
    assert_int_equal(seen.interface_row.SitePrefixLength, 64);
}

/* ---- failing --------------------------------------------------------------------------------------- */

/* Each function that an op calls, and that may be missing. */
static const struct site {
    enum mh_op_kind kind;
    const char *function;
    bool answers; /* a code */
} sites[] = {
    {MH_OP_ADDRESS_ADD, "InitializeUnicastIpAddressEntry", false},
    {MH_OP_ADDRESS_ADD, "CreateUnicastIpAddressEntry", true},
    {MH_OP_ADDRESS_DELETE, "InitializeUnicastIpAddressEntry", false},
    {MH_OP_ADDRESS_DELETE, "DeleteUnicastIpAddressEntry", true},
    {MH_OP_ADDRESS_FLAGS, "InitializeUnicastIpAddressEntry", false},
    {MH_OP_ADDRESS_FLAGS, "GetUnicastIpAddressEntry", true},
    {MH_OP_ADDRESS_FLAGS, "SetUnicastIpAddressEntry", true},
    {MH_OP_ROUTE_ADD, "InitializeIpForwardEntry", false},
    {MH_OP_ROUTE_ADD, "CreateIpForwardEntry2", true},
    {MH_OP_ROUTE_REPLACE, "InitializeIpForwardEntry", false},
    {MH_OP_ROUTE_REPLACE, "GetIpForwardEntry2", true},
    {MH_OP_ROUTE_REPLACE, "SetIpForwardEntry2", true},
    {MH_OP_ROUTE_DELETE, "InitializeIpForwardEntry", false},
    {MH_OP_ROUTE_DELETE, "DeleteIpForwardEntry2", true},
    {MH_OP_SETTING_SET, "InitializeIpInterfaceEntry", false},
    {MH_OP_SETTING_SET, "GetIpInterfaceEntry", true},
    {MH_OP_SETTING_SET, "SetIpInterfaceEntry", true},
};
enum { SITES = sizeof sites / sizeof sites[0] };

static struct mh_op op_of(enum mh_op_kind kind)
{
    if (kind == MH_OP_SETTING_SET)
        return setting_op(MH_SETTING_WEAK_HOST_SEND, 1);
    bool is_address =
        kind == MH_OP_ADDRESS_ADD || kind == MH_OP_ADDRESS_DELETE || kind == MH_OP_ADDRESS_FLAGS;
    return is_address ? address_op(kind) : route_op(kind);
}

static void each_call_may_fail_with_each_code(void **state)
{
    (void)state;
    static const struct {
        DWORD code;
        enum mh_error error;
        const char *name;
    } codes[] = {{ERROR_ACCESS_DENIED, MH_PERMISSION, "ERROR_ACCESS_DENIED"},
                 {ERROR_NOT_SUPPORTED, MH_UNSUPPORTED, "ERROR_NOT_SUPPORTED"},
                 {ERROR_INVALID_PARAMETER, MH_INVALID, "ERROR_INVALID_PARAMETER"},
                 {ERROR_NOT_FOUND, MH_NOT_FOUND, "ERROR_NOT_FOUND"},
                 {ERROR_OBJECT_ALREADY_EXISTS, MH_EXISTS, "ERROR_OBJECT_ALREADY_EXISTS"},
                 {ERROR_FILE_NOT_FOUND, MH_NOT_FOUND, "ERROR_FILE_NOT_FOUND"}};
    for (size_t i = 0; i < SITES; i++)
        for (size_t k = 0; k < sizeof codes / sizeof codes[0] && sites[i].answers; k++) {
            struct mh_failure failure = {0};
            struct mh_iphlp iphlp = begin();
            const struct mh_op op = op_of(sites[i].kind);
            seen.failing = sites[i].function;
            seen.code = codes[k].code;
            assert_int_equal(mh_windows_act(&iphlp, &op, &failure), codes[k].error);
            assert_int_equal(failure.native_code, codes[k].code);
            assert_string_equal(failure.native_name, codes[k].name);
            assert_non_null(strstr(failure.detail, sites[i].function));
            const char *end = seen.calls + strlen(seen.calls) - strlen(sites[i].function) - 1;
            assert_memory_equal(end, sites[i].function,
                                strlen(sites[i].function)); /* and no call behind it */
        }
}

static void take_away(struct mh_iphlp *iphlp, const char *function)
{
#define TAKE(name)                                                                                           \
    if (strcmp(function, #name) == 0)                                                                        \
        iphlp->name = NULL;
    MH_IPHLP_FUNCTIONS(TAKE)
#undef TAKE
}

static void each_function_may_be_missing(void **state)
{
    (void)state;
    for (size_t i = 0; i < SITES; i++) {
        struct mh_failure failure = {0};
        struct mh_iphlp iphlp = begin();
        const struct mh_op op = op_of(sites[i].kind);
        take_away(&iphlp, sites[i].function);
        assert_int_equal(mh_windows_act(&iphlp, &op, &failure), MH_UNSUPPORTED);
        assert_non_null(strstr(failure.detail, sites[i].function));
        assert_null(strstr(seen.calls, sites[i].function));
    }
}

static void nothing_is_needed_but_these(void **state)
{
    (void)state;
    static const struct mh_iphlp nothing;
    for (size_t i = 0; i < MH_OP_KIND_COUNT; i++) {
        struct mh_failure failure = {0};
        struct mh_op op = {.kind = (enum mh_op_kind)i};
        assert_int_equal(mh_windows_act(&nothing, &op, &failure), MH_UNSUPPORTED);
        assert_true(failure.detail[0] != '\0');
        assert_int_equal(mh_windows_act(&nothing, &op, NULL), MH_UNSUPPORTED);
    }
}

static void routes_that_windows_has_not(void **state)
{
    (void)state;
    static const struct mh_next_hop two[2] = {{.interface = 4}, {.interface = 5}};
    struct mh_op ops[6];
    for (size_t i = 0; i < 6; i++)
        ops[i] = route_op(MH_OP_ROUTE_ADD);
    ops[0].of.route.table = 254;
    ops[1].of.route.type = MH_ROUTE_BLACKHOLE;
    ops[2].of.route.next_hop_count = 2;
    ops[2].of.route.next_hops = two;
    ops[3].of.route.next_hop_count = 0;
    ops[4].of.route.preferred_source = gateway;
    ops[5].of.route.tos = 4;
    for (size_t i = 0; i < 6; i++) {
        struct mh_failure failure = {0};
        struct mh_iphlp iphlp = begin();
        assert_int_equal(mh_windows_act(&iphlp, &ops[i], &failure), MH_UNSUPPORTED);
        assert_string_equal(seen.calls, "");
    }
}

static void settings_that_windows_has_not(void **state)
{
    (void)state;
    struct mh_failure failure = {0};
    struct mh_iphlp iphlp = begin();
    struct mh_op op = setting_op(MH_SETTING_ARP_IGNORE, 1);
    assert_int_equal(mh_windows_act(&iphlp, &op, &failure), MH_UNSUPPORTED);
    op = setting_op(MH_SETTING_WEAK_HOST_SEND, 1);
    op.of.setting.interface = MH_SETTING_ALL;
    assert_int_equal(mh_windows_act(&iphlp, &op, &failure), MH_UNSUPPORTED);
    assert_string_equal(seen.calls, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_is_made),
        cmocka_unit_test(flags_are_changed_in_what_is_there),
        cmocka_unit_test(a_source_of_a_whole_table_is_none_here),
        cmocka_unit_test(an_address_goes),
        cmocka_unit_test(a_route_is_made),
        cmocka_unit_test(a_route_on_link_has_a_next_hop_of_zeros),
        cmocka_unit_test(a_metric_is_changed_in_what_is_there),
        cmocka_unit_test(others_routes_are_not_changed),
        cmocka_unit_test(a_setting_is_changed_in_what_is_there),
        cmocka_unit_test(each_call_may_fail_with_each_code),
        cmocka_unit_test(each_function_may_be_missing),
        cmocka_unit_test(nothing_is_needed_but_these),
        cmocka_unit_test(routes_that_windows_has_not),
        cmocka_unit_test(settings_that_windows_has_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
