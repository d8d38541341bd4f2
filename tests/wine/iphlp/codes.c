/* The codes of iphlp_bed.dll, each as Microsoft's page of the function documents it: what the tests of the
 * service rest on. tests/wine/test_iphlp_codes.py runs it on the host of real_host.py.
 *
 *     iphlp_codes PATH-OF-THE-LIBRARY */
#include "unit/support.h"

#include "windows/iphlp.h"

#include <stdio.h>
#include <string.h>

enum { ETH0 = 1001, NOBODY = 999 }; /* real_host.py */

static struct mh_iphlp bed;

/* ---- rows ------------------------------------------------------------------------------------------ */

static SOCKADDR_INET ipv4(unsigned long address)
{
    SOCKADDR_INET made;
    memset(&made, 0, sizeof made);
    made.Ipv4.sin_family = AF_INET;
    made.Ipv4.sin_addr.s_addr = htonl(address);
    return made;
}

/* 192.0.2.9/24 */
static MIB_UNICASTIPADDRESS_ROW an_address(NET_IFINDEX index)
{
    MIB_UNICASTIPADDRESS_ROW row;
    bed.InitializeUnicastIpAddressEntry(&row);
    row.InterfaceIndex = index;
    row.Address = ipv4(0xC0000209);
    row.OnLinkPrefixLength = 24;
    return row;
}

/* 198.18.0.0/15 by 192.0.2.254 */
static MIB_IPFORWARD_ROW2 a_route(NET_IFINDEX index)
{
    MIB_IPFORWARD_ROW2 row;
    bed.InitializeIpForwardEntry(&row);
    row.InterfaceIndex = index;
    row.DestinationPrefix.Prefix = ipv4(0xC6120000);
    row.DestinationPrefix.PrefixLength = 15;
    row.NextHop = ipv4(0xC00002FE);
    row.SitePrefixLength = 0;
    row.Metric = 5;
    return row;
}

static MIB_IPINTERFACE_ROW an_interface(NET_IFINDEX index)
{
    MIB_IPINTERFACE_ROW row;
    bed.InitializeIpInterfaceEntry(&row);
    row.InterfaceIndex = index;
    row.Family = AF_INET;
    return row;
}

/* ---- addresses ------------------------------------------------------------------------------------- */

static void wrong_rows_of_addresses(void **unused)
{
    (void)unused;
    MIB_UNICASTIPADDRESS_ROW row = an_address(0);
    assert_int_equal(bed.CreateUnicastIpAddressEntry(NULL), ERROR_INVALID_PARAMETER);
    assert_int_equal(bed.GetUnicastIpAddressEntry(NULL), ERROR_INVALID_PARAMETER);
    assert_int_equal(bed.DeleteUnicastIpAddressEntry(NULL), ERROR_INVALID_PARAMETER);
    assert_int_equal(bed.CreateUnicastIpAddressEntry(&row), ERROR_INVALID_PARAMETER);
    row = an_address(ETH0);
    row.Address.si_family = AF_UNSPEC;
    assert_int_equal(bed.CreateUnicastIpAddressEntry(&row), ERROR_INVALID_PARAMETER);
    row = an_address(ETH0);
    row.OnLinkPrefixLength = 33;
    assert_int_equal(bed.CreateUnicastIpAddressEntry(&row), ERROR_INVALID_PARAMETER);
    row = an_address(ETH0);
    row.ValidLifetime = 1;
    assert_int_equal(bed.CreateUnicastIpAddressEntry(&row), ERROR_INVALID_PARAMETER);
    row = an_address(ETH0);
    row.PrefixOrigin = IpPrefixOriginManual;
    assert_int_equal(bed.CreateUnicastIpAddressEntry(&row), ERROR_INVALID_PARAMETER);
    row = an_address(NOBODY);
    assert_int_equal(bed.CreateUnicastIpAddressEntry(&row), ERROR_NOT_FOUND);
}

static void life_of_an_address(void **unused)
{
    (void)unused;
    MIB_UNICASTIPADDRESS_ROW row = an_address(ETH0);
    assert_int_equal(bed.GetUnicastIpAddressEntry(&row), ERROR_NOT_FOUND);
    assert_int_equal(bed.SetUnicastIpAddressEntry(&row), ERROR_NOT_FOUND);
    assert_int_equal(bed.CreateUnicastIpAddressEntry(&row), NO_ERROR);
    assert_int_equal(bed.CreateUnicastIpAddressEntry(&row), ERROR_OBJECT_ALREADY_EXISTS);
    assert_int_equal(bed.GetUnicastIpAddressEntry(&row), NO_ERROR);
    assert_int_equal(row.OnLinkPrefixLength, 24);
    assert_int_equal(row.DadState, IpDadStateTentative);
    assert_int_equal(row.PrefixOrigin, IpPrefixOriginManual);
    assert_false(row.SkipAsSource);
    row.SkipAsSource = TRUE;
    assert_int_equal(bed.SetUnicastIpAddressEntry(&row), NO_ERROR);
    row.SkipAsSource = FALSE;
    assert_int_equal(bed.GetUnicastIpAddressEntry(&row), NO_ERROR);
    assert_true(row.SkipAsSource);
    assert_int_equal(bed.DeleteUnicastIpAddressEntry(&row), NO_ERROR);
    assert_int_equal(bed.DeleteUnicastIpAddressEntry(&row), ERROR_NOT_FOUND);
}

/* ---- routes ---------------------------------------------------------------------------------------- */

static void wrong_rows_of_routes(void **unused)
{
    (void)unused;
    MIB_IPFORWARD_ROW2 row = a_route(0);
    assert_int_equal(bed.CreateIpForwardEntry2(NULL), ERROR_INVALID_PARAMETER);
    assert_int_equal(bed.SetIpForwardEntry2(NULL), ERROR_INVALID_PARAMETER);
    assert_int_equal(bed.GetIpForwardEntry2(NULL), ERROR_INVALID_PARAMETER);
    assert_int_equal(bed.CreateIpForwardEntry2(&row), ERROR_INVALID_PARAMETER);
    row = a_route(ETH0);
    row.NextHop.si_family = AF_UNSPEC;
    assert_int_equal(bed.CreateIpForwardEntry2(&row), ERROR_INVALID_PARAMETER);
    row = a_route(ETH0);
    row.SitePrefixLength = 16;
    assert_int_equal(bed.CreateIpForwardEntry2(&row), ERROR_INVALID_PARAMETER);
    row = a_route(ETH0);
    row.ValidLifetime = 1;
    assert_int_equal(bed.CreateIpForwardEntry2(&row), ERROR_INVALID_PARAMETER);
    row = a_route(NOBODY);
    assert_int_equal(bed.CreateIpForwardEntry2(&row), ERROR_NOT_FOUND);
}

static void life_of_a_route(void **unused)
{
    (void)unused;
    MIB_IPFORWARD_ROW2 row = a_route(ETH0);
    assert_int_equal(bed.GetIpForwardEntry2(&row), ERROR_NOT_FOUND);
    assert_int_equal(bed.SetIpForwardEntry2(&row), ERROR_NOT_FOUND);
    assert_int_equal(bed.CreateIpForwardEntry2(&row), NO_ERROR);
    assert_int_equal(bed.CreateIpForwardEntry2(&row), ERROR_OBJECT_ALREADY_EXISTS);
    row.Metric = 8;
    assert_int_equal(bed.SetIpForwardEntry2(&row), NO_ERROR);
    row.Metric = 0;
    assert_int_equal(bed.GetIpForwardEntry2(&row), NO_ERROR);
    assert_int_equal(row.Metric, 8);
    assert_int_equal(bed.DeleteIpForwardEntry2(&row), NO_ERROR);
    assert_int_equal(bed.DeleteIpForwardEntry2(&row), ERROR_NOT_FOUND);
}

/* ---- IP interfaces --------------------------------------------------------------------------------- */

static void settings_of_an_interface(void **unused)
{
    (void)unused;
    MIB_IPINTERFACE_ROW row = an_interface(NOBODY);
    assert_int_equal(bed.GetIpInterfaceEntry(NULL), ERROR_INVALID_PARAMETER);
    assert_int_equal(bed.GetIpInterfaceEntry(&row), ERROR_FILE_NOT_FOUND);
    assert_int_equal(bed.SetIpInterfaceEntry(NULL), ERROR_INVALID_PARAMETER);
    row = an_interface(ETH0);
    row.Family = AF_UNSPEC;
    assert_int_equal(bed.GetIpInterfaceEntry(&row), ERROR_INVALID_PARAMETER);
    row = an_interface(ETH0);
    assert_int_equal(bed.GetIpInterfaceEntry(&row), NO_ERROR);
    assert_true(row.UseAutomaticMetric);
    assert_int_equal(bed.SetIpInterfaceEntry(&row), ERROR_INVALID_PARAMETER); /* SitePrefixLength */
    row.SitePrefixLength = 0;
    assert_int_equal(bed.SetIpInterfaceEntry(&row), NO_ERROR);
}

/* ---- tables ---------------------------------------------------------------------------------------- */

static void tables_are_given_back(void **unused)
{
    MIB_UNICASTIPADDRESS_TABLE *addresses;
    MIB_IPFORWARD_TABLE2 *routes;
    MIB_IPINTERFACE_TABLE *interfaces;
    (void)unused;
    assert_int_equal(bed.GetUnicastIpAddressTable(AF_UNSPEC, &addresses), NO_ERROR);
    assert_int_equal(bed.GetIpForwardTable2(AF_UNSPEC, &routes), NO_ERROR);
    assert_int_equal(bed.GetIpInterfaceTable(AF_UNSPEC, &interfaces), NO_ERROR);
    assert_true(addresses->NumEntries >= 5 && routes->NumEntries >= 10 && interfaces->NumEntries >= 6);
    bed.FreeMibTable(addresses);
    bed.FreeMibTable(routes);
    bed.FreeMibTable(interfaces);
    assert_int_equal(bed.GetIpForwardTable2(AF_INET, NULL), ERROR_INVALID_PARAMETER);
}

/* ---- notices --------------------------------------------------------------------------------------- */

static void WINAPI called(void *context, MIB_UNICASTIPADDRESS_ROW *row, MIB_NOTIFICATION_TYPE type)
{
    HANDLE *events = context;
    (void)row;
    (void)SetEvent(events[type == MibInitialNotification ? 0 : 1]);
}

static void notices_come_and_end(void **unused)
{
    HANDLE events[2] = {CreateEventW(NULL, FALSE, FALSE, NULL), CreateEventW(NULL, FALSE, FALSE, NULL)};
    HANDLE notice;
    (void)unused;
    MIB_UNICASTIPADDRESS_ROW row = an_address(ETH0);
    assert_int_equal(bed.NotifyUnicastIpAddressChange(AF_UNSPEC, called, events, TRUE, &notice), NO_ERROR);
    assert_int_equal(WaitForSingleObject(events[0], 0), WAIT_OBJECT_0);
    assert_int_equal(bed.CreateUnicastIpAddressEntry(&row), NO_ERROR);
    assert_int_equal(WaitForSingleObject(events[1], 20000), WAIT_OBJECT_0);
    assert_int_equal(bed.CancelMibChangeNotify2(notice), NO_ERROR);
    assert_int_equal(bed.CancelMibChangeNotify2(NULL), ERROR_INVALID_PARAMETER);
    assert_int_equal(bed.DeleteUnicastIpAddressEntry(&row), NO_ERROR);
    (void)CloseHandle(events[0]);
    (void)CloseHandle(events[1]);
}

/* ---- without a helper ------------------------------------------------------------------------------ */

static void nothing_is_made_up(void **unused)
{
    MIB_IPFORWARD_TABLE2 *routes;
    MIB_UNICASTIPADDRESS_ROW row = an_address(ETH0);
    HANDLE notice;
    (void)unused;
    assert_true(SetEnvironmentVariableA("MH_IPHLP_HELPER", "9"));
    assert_int_equal(bed.GetIpForwardTable2(AF_INET, &routes), ERROR_SERVICE_NOT_ACTIVE);
    assert_int_equal(bed.CreateUnicastIpAddressEntry(&row), ERROR_SERVICE_NOT_ACTIVE);
    assert_int_equal(bed.NotifyUnicastIpAddressChange(AF_UNSPEC, called, NULL, FALSE, &notice),
                     ERROR_SERVICE_NOT_ACTIVE);
}

int main(int argc, char **argv)
{
    char argument[1024];
    struct mh_failure failure = {0};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_rows_of_addresses),  cmocka_unit_test(life_of_an_address),
        cmocka_unit_test(wrong_rows_of_routes),     cmocka_unit_test(life_of_a_route),
        cmocka_unit_test(settings_of_an_interface), cmocka_unit_test(tables_are_given_back),
        cmocka_unit_test(notices_come_and_end),     cmocka_unit_test(nothing_is_made_up),
    };
    (void)snprintf(argument, sizeof argument, "iphlpapi=%s", argc > 1 ? argv[1] : "");
    if (mh_iphlp_open(argument, &bed, &failure) != MH_OK) {
        (void)fprintf(stderr, "%s\n", failure.detail);
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
