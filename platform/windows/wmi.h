/* The functions of COM that are used to ask Windows Management Instrumentation (combaseapi.h, oleauto.h,
 * wbemcli.h; learn.microsoft.com), found in System32's ole32.dll and oleaut32.dll, and what is asked: the
 * rows of the policy table of RFC 6724. Private to platform/windows. */
#ifndef MH_WINDOWS_WMI_H
#define MH_WINDOWS_WMI_H

#include <winsock2.h>

/* These need what stands before them. */
#include <windows.h>

#include <objbase.h>

#include <oleauto.h>

#undef interface /* COM's, which comes with them */

#include "core/error.h"
#include "core/model.h"

#define MH_WMI_OLE32(X)                                                                                      \
    X(CoInitializeEx)                                                                                        \
    X(CoUninitialize)                                                                                        \
    X(CoCreateInstance)                                                                                      \
    X(CoSetProxyBlanket)
#define MH_WMI_OLEAUT32(X)                                                                                   \
    X(SysAllocString)                                                                                        \
    X(SysFreeString)                                                                                         \
    X(VariantClear)

/* NULL: this Windows has none. */
struct mh_wmi {
#define MH_WMI_MEMBER(function) __typeof__(function) *function;
    MH_WMI_OLE32(MH_WMI_MEMBER)
    MH_WMI_OLEAUT32(MH_WMI_MEMBER)
#undef MH_WMI_MEMBER
};

/* What is not there is NULL. The libraries stay loaded. */
void mh_wmi_open(struct mh_wmi *wmi);

enum { MH_PREFIX_POLICIES_MAX = 256 };
/* In no order; a prefix is there once. */
struct mh_prefix_policies {
    size_t count;
    struct mh_address_label rows[MH_PREFIX_POLICIES_MAX]; /* each with a precedence */
};

/* Reads MSFT_NetPrefixPolicy of root\StandardCimv2, on the calling thread, which has nothing to do with COM
 * before or after. May take as long as WMI likes: minutes when its service hangs. MH_UNSUPPORTED: this
 * Windows has no such class, or no WMI; MH_PERMISSION; MH_MALFORMED: a row is no policy; MH_LIMIT: too many
 * rows; MH_TIMEOUT; `failure` has the HRESULT. */
enum mh_error mh_wmi_prefix_policies(const struct mh_wmi *wmi, struct mh_prefix_policies *policies,
                                     struct mh_failure *failure);

#endif
