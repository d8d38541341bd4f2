/* Notices: each has a connection, on which the helper writes a line whenever something of its kind changes,
 * and a thread that calls back for each. Rows that are handed over say no more than what kind it was: they
 * are empty. */
#include "exports.h"
#include "link.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct notice {
    SOCKET connection;
    HANDLE thread;
    bed_callback call;
    void *context;
};

union row {
    MIB_IPINTERFACE_ROW interface_row;
    MIB_UNICASTIPADDRESS_ROW address_row;
    MIB_IPFORWARD_ROW2 route_row;
};

static DWORD WINAPI follow(void *argument)
{
    struct notice *notice = argument;
    char octets[256];
    int got;
    while ((got = recv(notice->connection, octets, sizeof octets, 0)) > 0)
        if (memchr(octets, '\n', (size_t)got) != NULL) {
            union row row;
            memset(&row, 0, sizeof row);
            notice->call(notice->context, &row, MibParameterNotification);
        }
    return 0;
}

static void give_back(struct notice *notice)
{
    if (notice->connection != INVALID_SOCKET)
        (void)closesocket(notice->connection);
    free(notice);
}

static DWORD begin(const char *kind, ADDRESS_FAMILY family, bed_callback call, void *context, BOOLEAN at_once,
                   HANDLE *handle)
{
    char question[64];
    struct notice *notice = handle != NULL && call != NULL ? calloc(1, sizeof *notice) : NULL;
    if (notice == NULL)
        return handle != NULL && call != NULL ? ERROR_NOT_ENOUGH_MEMORY : ERROR_INVALID_PARAMETER;
    (void)snprintf(question, sizeof question, "watch %s %u\n", kind, bed_family(family));
    *notice = (struct notice){.call = call, .context = context, .connection = bed_connect(question)};
    if (notice->connection != INVALID_SOCKET)
        notice->thread = CreateThread(NULL, 0, follow, notice, 0, NULL);
    if (notice->thread == NULL) {
        give_back(notice);
        return ERROR_SERVICE_NOT_ACTIVE;
    }
    *handle = notice;
    if (at_once)
        call(context, NULL, MibInitialNotification);
    return NO_ERROR;
}

DWORD WINAPI bed_watch_interfaces(ADDRESS_FAMILY family, bed_callback call, void *context, BOOLEAN at_once,
                                  HANDLE *handle)
{
    return begin("interface", family, call, context, at_once, handle);
}

DWORD WINAPI bed_watch_addresses(ADDRESS_FAMILY family, bed_callback call, void *context, BOOLEAN at_once,
                                 HANDLE *handle)
{
    return begin("address", family, call, context, at_once, handle);
}

DWORD WINAPI bed_watch_routes(ADDRESS_FAMILY family, bed_callback call, void *context, BOOLEAN at_once,
                              HANDLE *handle)
{
    return begin("route", family, call, context, at_once, handle);
}

/* Waits for a call that is under way: a callback must not cancel its own notice. */
DWORD WINAPI bed_cancel(HANDLE handle)
{
    struct notice *notice = handle;
    if (notice == NULL)
        return ERROR_INVALID_PARAMETER;
    (void)shutdown(notice->connection, SD_BOTH);
    (void)WaitForSingleObject(notice->thread, INFINITE);
    (void)CloseHandle(notice->thread);
    give_back(notice);
    return NO_ERROR;
}
