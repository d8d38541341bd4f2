/* The functions of iphlpapi.dll that are used (netioapi.h and iphlpapi.h, learn.microsoft.com), found when
 * the backend is opened. One that this Windows lacks is NULL, and whoever needs it answers MH_UNSUPPORTED
 * with its name. Private to platform/windows. */
#ifndef MH_WINDOWS_IPHLP_H
#define MH_WINDOWS_IPHLP_H

#include <winsock2.h>

/* These need what stands before them. */
#include <ws2ipdef.h>

#include <iphlpapi.h>

#include <icmpapi.h>
#include <netioapi.h>

#undef interface /* COM's, which comes with them */

#include "core/error.h"

/* Headers of mingw-w64 up to 10 lack it. Where they have it, this says the same (icmpapi.h, with
 * PIO_APC_ROUTINE_DEFINED not defined); its calling convention matters on 32-bit systems. */
DWORD WINAPI IcmpSendEcho2Ex(HANDLE handle, HANDLE event, FARPROC routine, PVOID context, IPAddr source,
                             IPAddr destination, LPVOID data, WORD size, PIP_OPTION_INFORMATION options,
                             LPVOID reply, DWORD reply_size, DWORD timeout);

#define MH_IPHLP_FUNCTIONS(X)                                                                                \
    X(GetIfTable2)                                                                                           \
    X(GetUnicastIpAddressTable)                                                                              \
    X(GetUnicastIpAddressEntry)                                                                              \
    X(InitializeUnicastIpAddressEntry)                                                                       \
    X(CreateUnicastIpAddressEntry)                                                                           \
    X(SetUnicastIpAddressEntry)                                                                              \
    X(DeleteUnicastIpAddressEntry)                                                                           \
    X(GetIpForwardTable2)                                                                                    \
    X(GetIpForwardEntry2)                                                                                    \
    X(InitializeIpForwardEntry)                                                                              \
    X(CreateIpForwardEntry2)                                                                                 \
    X(SetIpForwardEntry2)                                                                                    \
    X(DeleteIpForwardEntry2)                                                                                 \
    X(GetBestRoute2)                                                                                         \
    X(GetIpNetTable2)                                                                                        \
    X(GetIpInterfaceTable)                                                                                   \
    X(GetIpInterfaceEntry)                                                                                   \
    X(InitializeIpInterfaceEntry)                                                                            \
    X(SetIpInterfaceEntry)                                                                                   \
    X(GetExtendedTcpTable)                                                                                   \
    X(GetExtendedUdpTable)                                                                                   \
    X(NotifyIpInterfaceChange)                                                                               \
    X(NotifyUnicastIpAddressChange)                                                                          \
    X(NotifyRouteChange2)                                                                                    \
    X(CancelMibChangeNotify2)                                                                                \
    X(NotifyAddrChange)                                                                                      \
    X(CancelIPChangeNotify)                                                                                  \
    X(IcmpCreateFile)                                                                                        \
    X(Icmp6CreateFile)                                                                                       \
    X(IcmpCloseHandle)                                                                                       \
    X(IcmpSendEcho2Ex)                                                                                       \
    X(Icmp6SendEcho2)                                                                                        \
    X(IcmpParseReplies)                                                                                      \
    X(Icmp6ParseReplies)                                                                                     \
    X(FreeMibTable)

struct mh_iphlp {
    HMODULE library;
#define MH_IPHLP_MEMBER(function) __typeof__(function) *function;
    MH_IPHLP_FUNCTIONS(MH_IPHLP_MEMBER)
#undef MH_IPHLP_MEMBER
};

/* Loads the library and fills *iphlp; the caller closes it. `argument` is what stands behind "windows:", or
 * NULL: System32's iphlpapi.dll. Only a build with tests takes "iphlpapi=PATH", which is loaded in its place.
 * MH_INVALID: another argument. MH_UNSUPPORTED: there is no such library. */
enum mh_error mh_iphlp_open(const char *argument, struct mh_iphlp *iphlp, struct mh_failure *failure);
/* A zeroed one is allowed. */
void mh_iphlp_close(struct mh_iphlp *iphlp);

/* Calls a function that answers a code of winerror.h; ERROR_PROC_NOT_FOUND when it is missing. */
#define MH_IPHLP_CALL(iphlp, function, ...)                                                                  \
    ((iphlp)->function != NULL ? (DWORD)(iphlp)->function(__VA_ARGS__) : (DWORD)ERROR_PROC_NOT_FOUND)
/* Calls one that answers nothing (InitializeIpInterfaceEntry): ERROR_PROC_NOT_FOUND or NO_ERROR. */
#define MH_IPHLP_DO(iphlp, function, ...)                                                                    \
    ((iphlp)->function != NULL ? ((iphlp)->function(__VA_ARGS__), (DWORD)NO_ERROR)                           \
                               : (DWORD)ERROR_PROC_NOT_FOUND)

/* Gives back what a function allocated; NULL is allowed. */
void mh_iphlp_free(const struct mh_iphlp *iphlp, void *table);

/* Fills `failure` (which may be NULL) with the code that `function` answered, and the system's text for it.
 * Returns the error, never MH_OK. ERROR_PROC_NOT_FOUND and ERROR_NOT_SUPPORTED are MH_UNSUPPORTED. */
enum mh_error mh_iphlp_fail(struct mh_failure *failure, DWORD code, const char *function);

/* ---- iphlp_system.c, or iphlp_any.c in a build with tests ------------------------------------------ */

/* The library that the argument, which is not NULL, means. */
enum mh_error mh_iphlp_load(const char *argument, HMODULE *library, struct mh_failure *failure);

#endif
