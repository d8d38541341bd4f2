/* The system's own tables of sockets: those that this process has open are there, as its own. */
#include "platform.h"

#include <stdbool.h>
#include <string.h>
#include <winsock2.h>

/* These need what stands before them. */
#include <windows.h>
#include <ws2tcpip.h>

#include "unit/support.h"

/* NULL on Windows itself. */
static const char *wine_version(void)
{
    HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
    FARPROC entry = ntdll != NULL ? GetProcAddress(ntdll, "wine_get_version") : NULL;
    return entry != NULL ? ((const char *(*)(void))(void *)entry)() : NULL;
}

static SOCKET bound(int type, const char *address, struct sockaddr_in *name)
{
    int length = sizeof *name;
    SOCKET made = socket(AF_INET, type, 0);
    *name = (struct sockaddr_in){.sin_family = AF_INET};
    assert_int_equal(inet_pton(AF_INET, address, &name->sin_addr), 1);
    assert_int_not_equal(made, INVALID_SOCKET);
    assert_int_equal(bind(made, (struct sockaddr *)name, sizeof *name), 0);
    if (type == SOCK_STREAM)
        assert_int_equal(listen(made, 1), 0);
    assert_int_equal(getsockname(made, (struct sockaddr *)name, &length), 0);
    return made;
}

static struct mh_endpoint *find(struct mh_endpoints *endpoints, uint8_t protocol, uint16_t port)
{
    for (size_t i = 0; i < endpoints->count; i++)
        if (endpoints->items[i].protocol == protocol && endpoints->items[i].local_port == port)
            return &endpoints->items[i];
    return NULL;
}

/* One socket that this process has just bound: it is listed, and where `whose` says so, as this process's. */
static void expect(struct mh_platform *platform, uint8_t protocol, int type, bool whose)
{
    struct mh_endpoints endpoints = {0};
    struct mh_failure failure = {0};
    struct sockaddr_in name;
    SOCKET made = bound(type, "127.0.0.1", &name);
    assert_int_equal(mh_platform_endpoints(platform, MH_ENDPOINT_LISTENING, &endpoints, &failure), MH_OK);
    struct mh_endpoint *ours = find(&endpoints, protocol, ntohs(name.sin_port));
    assert_non_null(ours);
    assert_memory_equal(ours->local.bytes, &name.sin_addr, sizeof name.sin_addr);
    if (whose) {
        assert_int_equal(ours->pid, GetCurrentProcessId());
        mh_platform_endpoint_holders(platform, ours, 1);
        assert_string_equal(ours->process, "unit_windows_sockets.exe");
    }
    mh_endpoints_clear(&endpoints);
    assert_int_equal(closesocket(made), 0);
}

static int open_platform(void **state)
{
    struct mh_failure failure = {0};
    WSADATA unused;
    if (WSAStartup(MAKEWORD(2, 2), &unused) != 0)
        return -1;
    return mh_platform_open("windows", (struct mh_platform **)state, &failure) == MH_OK ? 0 : -1;
}

static int close_platform(void **state)
{
    mh_platform_close(*state);
    return WSACleanup();
}

static void sockets_are_listed(void **state)
{
    expect(*state, MH_ENDPOINT_UDP, SOCK_DGRAM, false);
    expect(*state, MH_ENDPOINT_TCP, SOCK_STREAM, false);
}

static void sockets_of_this_process_are_its_own(void **state)
{
    if (wine_version() != NULL && strncmp(wine_version(), "8.", 2) == 0)
        skip_because("Wine 8 has process 0 in its tables of sockets");
    expect(*state, MH_ENDPOINT_UDP, SOCK_DGRAM, true);
    expect(*state, MH_ENDPOINT_TCP, SOCK_STREAM, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(sockets_are_listed, open_platform, close_platform),
        cmocka_unit_test_setup_teardown(sockets_of_this_process_are_its_own, open_platform, close_platform),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
