/* One question to WMI, by COM: a locator, the services of a namespace, the rows of a query. Every object is
 * given back whatever was answered. */
#define COBJMACROS
#include "windows/wmi.h"

#include "windows/host/wide.h"
#include "windows/system_library.h"

#include <wbemcli.h>

#undef interface

#include <stdio.h>
#include <string.h>

/* ---- loading --------------------------------------------------------------------------------------- */

/* The pointers of one library are those of one size, whatever they point to. */
static void find(HMODULE library, const char *name, void *member, size_t size)
{
    FARPROC found = library != NULL ? GetProcAddress(library, name) : NULL;
    memcpy(member, &found, size);
}

void mh_wmi_open(struct mh_wmi *wmi)
{
    HMODULE ole = mh_windows_system_library(L"ole32.dll");
    HMODULE automation = mh_windows_system_library(L"oleaut32.dll");
#define FIND(function) find(ole, #function, &wmi->function, sizeof wmi->function);
    MH_WMI_OLE32(FIND)
#undef FIND
#define FIND(function) find(automation, #function, &wmi->function, sizeof wmi->function);
    MH_WMI_OLEAUT32(FIND)
#undef FIND
}

static bool is_whole(const struct mh_wmi *wmi)
{
    bool whole = true;
#define CHECK(function) whole &= wmi->function != NULL;
    MH_WMI_OLE32(CHECK)
    MH_WMI_OLEAUT32(CHECK)
#undef CHECK
    return whole;
}

/* ---- errors ---------------------------------------------------------------------------------------- */

/* WBEMSTATUS of wbemcli.h, and codes of winerror.h. */
static const struct {
    uint32_t code;
    const char *name;
    enum mh_error error;
} answers[] = {
    {0x80041002, "WBEM_E_NOT_FOUND", MH_UNSUPPORTED},
    {0x80041003, "WBEM_E_ACCESS_DENIED", MH_PERMISSION},
    {0x80041004, "WBEM_E_PROVIDER_FAILURE", MH_IO},
    {0x80041006, "WBEM_E_OUT_OF_MEMORY", MH_NO_MEMORY},
    {0x8004100c, "WBEM_E_NOT_SUPPORTED", MH_UNSUPPORTED},
    {0x8004100e, "WBEM_E_INVALID_NAMESPACE", MH_UNSUPPORTED},
    {0x80041010, "WBEM_E_INVALID_CLASS", MH_UNSUPPORTED},
    {0x80041011, "WBEM_E_PROVIDER_NOT_FOUND", MH_UNSUPPORTED},
    {0x80041013, "WBEM_E_PROVIDER_LOAD_FAILURE", MH_UNSUPPORTED},
    {0x80041033, "WBEM_E_SHUTTING_DOWN", MH_BUSY},
    {0x80041069, "WBEM_E_TIMED_OUT", MH_TIMEOUT},
    {0x00040004, "WBEM_S_TIMEDOUT", MH_TIMEOUT},
    {0x80040154, "REGDB_E_CLASSNOTREG", MH_UNSUPPORTED},
    {0x80004001, "E_NOTIMPL", MH_UNSUPPORTED},
    {0x80004002, "E_NOINTERFACE", MH_UNSUPPORTED},
    {0x80070005, "E_ACCESSDENIED", MH_PERMISSION},
    {0x8007000e, "E_OUTOFMEMORY", MH_NO_MEMORY},
    {0x80070422, "ERROR_SERVICE_DISABLED", MH_UNSUPPORTED},
    {0x800706ba, "RPC_S_SERVER_UNAVAILABLE", MH_UNREACHABLE},
};

static enum mh_error refuse(struct mh_failure *failure, HRESULT result, const char *what)
{
    const char *name = "";
    enum mh_error error = MH_IO;
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++)
        if (answers[i].code == (uint32_t)result) {
            name = answers[i].name;
            error = answers[i].error;
        }
    (void)mh_fail(failure, error, "%s: %s%s0x%08lx", what, name, name[0] != '\0' ? ", " : "",
                  (unsigned long)(uint32_t)result);
    if (failure != NULL) {
        failure->native_code = (int)result;
        (void)snprintf(failure->native_name, sizeof failure->native_name, "%s", name);
    }
    return error;
}

/* ---- one row --------------------------------------------------------------------------------------- */

static bool get_number(const struct mh_wmi *wmi, IWbemClassObject *object, const wchar_t *name,
                       uint32_t *number)
{
    VARIANT value = {0};
    if (FAILED(IWbemClassObject_Get(object, name, 0, &value, NULL, NULL)))
        return false;
    bool good = true;
    if (V_VT(&value) == VT_I4) /* uint32, too */
        *number = (uint32_t)V_I4(&value);
    else if (V_VT(&value) == VT_UI1)
        *number = V_UI1(&value);
    else
        good = false;
    (void)wmi->VariantClear(&value);
    return good;
}

static bool get_prefix(const struct mh_wmi *wmi, IWbemClassObject *object, struct mh_prefix *prefix)
{
    VARIANT value = {0};
    char text[MH_PREFIX_TEXT_SIZE];
    if (FAILED(IWbemClassObject_Get(object, L"Prefix", 0, &value, NULL, NULL)))
        return false;
    bool good = V_VT(&value) == VT_BSTR && V_BSTR(&value) != NULL &&
                mh_narrow(V_BSTR(&value), text, sizeof text) && mh_prefix_parse(text, strlen(text), prefix) &&
                prefix->address.family == MH_IPV6;
    (void)wmi->VariantClear(&value);
    return good;
}

/* ---- the rows -------------------------------------------------------------------------------------- */

/* What counts is in the active store; the persistent one has what will count after a restart. */
enum { ACTIVE_STORE = 1 };

struct collection {
    const struct mh_wmi *wmi;
    struct mh_prefix_policies *policies;
    struct mh_failure *failure;
    bool has_active; /* rows of another store do not count */
};

static enum mh_error keep(struct collection *collection, const struct mh_address_label *row, bool is_active)
{
    struct mh_prefix_policies *policies = collection->policies;
    if (is_active && !collection->has_active)
        policies->count = 0;
    collection->has_active |= is_active;
    if (collection->has_active && !is_active)
        return MH_OK;
    for (size_t i = 0; i < policies->count; i++)
        if (mh_prefix_equal(&policies->rows[i].prefix, &row->prefix))
            return MH_OK;
    if (policies->count == MH_PREFIX_POLICIES_MAX)
        return mh_fail(collection->failure, MH_LIMIT, "there are more than %d prefix policies",
                       MH_PREFIX_POLICIES_MAX);
    policies->rows[policies->count++] = *row;
    return MH_OK;
}

static enum mh_error take(struct collection *collection, IWbemClassObject *object)
{
    struct mh_address_label row = {0};
    uint32_t store = ACTIVE_STORE;
    if (!get_prefix(collection->wmi, object, &row.prefix) ||
        !get_number(collection->wmi, object, L"Precedence", &row.precedence) ||
        !get_number(collection->wmi, object, L"Label", &row.label))
        return mh_fail(collection->failure, MH_MALFORMED,
                       "a row of MSFT_NetPrefixPolicy is no prefix policy");
    (void)get_number(collection->wmi, object, L"Store", &store);
    return keep(collection, &row, store == ACTIVE_STORE);
}

static enum mh_error take_all(struct collection *collection, IEnumWbemClassObject *rows)
{
    enum { PATIENCE = 10 * 1000 }; /* milliseconds */
    enum mh_error code = MH_OK;
    while (code == MH_OK) {
        IWbemClassObject *object = NULL;
        ULONG count = 0;
        HRESULT result = IEnumWbemClassObject_Next(rows, PATIENCE, 1, &object, &count);
        if (result == WBEM_S_FALSE && count == 0)
            return MH_OK;
        if (FAILED(result) || count == 0)
            return refuse(collection->failure, result, "WMI does not list MSFT_NetPrefixPolicy");
        code = take(collection, object);
        (void)IWbemClassObject_Release(object);
    }
    return code;
}

/* ---- the question ---------------------------------------------------------------------------------- */

/* Calls are made in the name of who runs this service, which WMI asks for. */
static HRESULT introduce(const struct mh_wmi *wmi, IUnknown *proxy)
{
    return wmi->CoSetProxyBlanket(proxy, RPC_C_AUTHN_WINNT, RPC_C_AUTHZ_NONE, NULL, RPC_C_AUTHN_LEVEL_CALL,
                                  RPC_C_IMP_LEVEL_IMPERSONATE, NULL, EOAC_NONE);
}

static enum mh_error query(struct collection *collection, IWbemServices *services)
{
    const struct mh_wmi *wmi = collection->wmi;
    BSTR language = wmi->SysAllocString(L"WQL");
    BSTR text = wmi->SysAllocString(L"SELECT Prefix, Precedence, Label, Store FROM MSFT_NetPrefixPolicy");
    IEnumWbemClassObject *rows = NULL;
    HRESULT result = E_OUTOFMEMORY;
    if (language != NULL && text != NULL)
        result = IWbemServices_ExecQuery(services, language, text,
                                         WBEM_FLAG_FORWARD_ONLY | WBEM_FLAG_RETURN_IMMEDIATELY, NULL, &rows);
    wmi->SysFreeString(language);
    wmi->SysFreeString(text);
    if (FAILED(result) || rows == NULL)
        return refuse(collection->failure, result, "WMI refuses the query of MSFT_NetPrefixPolicy");
    (void)introduce(wmi, (IUnknown *)rows);
    enum mh_error code = take_all(collection, rows);
    (void)IEnumWbemClassObject_Release(rows);
    return code;
}

static enum mh_error connect_and_query(struct collection *collection, IWbemLocator *locator)
{
    const struct mh_wmi *wmi = collection->wmi;
    BSTR name = wmi->SysAllocString(L"ROOT\\StandardCimv2");
    IWbemServices *services = NULL;
    HRESULT result = name == NULL
                         ? E_OUTOFMEMORY
                         : IWbemLocator_ConnectServer(locator, name, NULL, NULL, NULL,
                                                      WBEM_FLAG_CONNECT_USE_MAX_WAIT, NULL, NULL, &services);
    wmi->SysFreeString(name);
    if (FAILED(result) || services == NULL)
        return refuse(collection->failure, result, "WMI does not open root\\StandardCimv2");
    (void)introduce(wmi, (IUnknown *)services);
    enum mh_error code = query(collection, services);
    (void)IWbemServices_Release(services);
    return code;
}

static enum mh_error locate(struct collection *collection)
{
    static const GUID locator_class = {
        0x4590f811, 0x1d3a, 0x11d0, {0x89, 0x1f, 0x00, 0xaa, 0x00, 0x4b, 0x2e, 0x24}};
    static const GUID locator_interface = {
        0xdc12a687, 0x737f, 0x11cf, {0x88, 0x4d, 0x00, 0xaa, 0x00, 0x4b, 0x2e, 0x24}};
    void *locator = NULL;
    HRESULT result = collection->wmi->CoCreateInstance(&locator_class, NULL, CLSCTX_INPROC_SERVER,
                                                       &locator_interface, &locator);
    if (FAILED(result) || locator == NULL)
        return refuse(collection->failure, result, "this Windows has no WMI");
    enum mh_error code = connect_and_query(collection, locator);
    (void)IWbemLocator_Release((IWbemLocator *)locator);
    return code;
}

enum mh_error mh_wmi_prefix_policies(const struct mh_wmi *wmi, struct mh_prefix_policies *policies,
                                     struct mh_failure *failure)
{
    struct collection collection = {.wmi = wmi, .policies = policies, .failure = failure};
    policies->count = 0;
    if (!is_whole(wmi))
        return mh_fail(failure, MH_UNSUPPORTED, "this Windows has no COM to ask WMI by");
    HRESULT result = wmi->CoInitializeEx(NULL, COINIT_MULTITHREADED);
    if (FAILED(result))
        return refuse(failure, result, "COM does not start");
    enum mh_error code = locate(&collection);
    wmi->CoUninitialize();
    if (code != MH_OK)
        policies->count = 0;
    return code;
}
