/* The policy table of Windows, on objects of COM and a netsh of the test's own: what WMI tells, each error of
 * each call, a WMI that does not answer, and rows that are written. */
#define COBJMACROS
#include "support.h"

#include "windows/policy.h"

#include <wbemcli.h>

#undef interface

#include <stdio.h>
#include <string.h>

enum { ROWS = 300 };

struct row {
    const wchar_t *prefix;
    uint32_t precedence, label;
    int store; /* -1: the property is missing */
};

/* What the fakes see and answer: most of them have no argument for it. */
static struct {
    struct row rows[ROWS];
    size_t row_count, at;
    HRESULT initialize, create, connect, query, next;
    VARTYPE number_type;
    DWORD delay; /* of ConnectServer, milliseconds */
    volatile LONG objects, initialized, questions;
    char words[1024]; /* of each run of netsh, with a line end */
    enum mh_error run;
    bool drops_others, does_nothing, breaks_reading;
} fake;

static const struct row defaults[] = {
    {L"::1/128", 50, 0, 1}, {L"::/0", 40, 1, 1}, {L"::ffff:0:0/96", 35, 4, 1}, {L"2002::/16", 30, 2, 1}};
enum { DEFAULTS = sizeof defaults / sizeof defaults[0] };

/* ---- objects --------------------------------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE object_get(IWbemClassObject *self, LPCWSTR name, LONG flags, VARIANT *value,
                                            CIMTYPE *type, LONG *flavour)
{
    const struct row *row = &fake.rows[fake.at - 1];
    (void)self, (void)flags, (void)type, (void)flavour;
    if (wcscmp(name, L"Prefix") == 0) {
        V_VT(value) = row->prefix != NULL ? VT_BSTR : VT_NULL;
        V_BSTR(value) = row->prefix != NULL ? SysAllocString(row->prefix) : NULL;
        return S_OK;
    }
    V_VT(value) = fake.number_type;
    if (wcscmp(name, L"Precedence") == 0)
        V_I4(value) = (LONG)row->precedence;
    else if (wcscmp(name, L"Label") == 0)
        V_I4(value) = (LONG)row->label;
    else if (row->store < 0)
        return (HRESULT)WBEM_E_NOT_FOUND;
    else {
        V_VT(value) = VT_UI1;
        V_UI1(value) = (BYTE)row->store;
    }
    return S_OK;
}

static ULONG STDMETHODCALLTYPE object_release(IWbemClassObject *self)
{
    (void)self;
    return (ULONG)InterlockedDecrement(&fake.objects);
}

static IWbemClassObjectVtbl object_table = {.Get = object_get, .Release = object_release};
static IWbemClassObject object = {&object_table};

static HRESULT STDMETHODCALLTYPE rows_next(IEnumWbemClassObject *self, LONG patience, ULONG wanted,
                                           IWbemClassObject **items, ULONG *count)
{
    (void)self, (void)patience, (void)wanted;
    *count = 0;
    if (fake.next != S_OK)
        return fake.next;
    if (fake.at == fake.row_count)
        return WBEM_S_FALSE;
    fake.at++;
    *count = 1;
    *items = &object;
    (void)InterlockedIncrement(&fake.objects);
    return S_OK;
}

static ULONG STDMETHODCALLTYPE rows_release(IEnumWbemClassObject *self)
{
    (void)self;
    return (ULONG)InterlockedDecrement(&fake.objects);
}

static IEnumWbemClassObjectVtbl rows_table = {.Next = rows_next, .Release = rows_release};
static IEnumWbemClassObject rows = {&rows_table};

static HRESULT STDMETHODCALLTYPE services_query(IWbemServices *self, const BSTR language, const BSTR text,
                                                LONG flags, IWbemContext *context,
                                                IEnumWbemClassObject **answer)
{
    (void)self, (void)flags, (void)context;
    if (wcscmp(language, L"WQL") != 0 || wcsstr(text, L"FROM MSFT_NetPrefixPolicy") == NULL)
        return (HRESULT)WBEM_E_INVALID_QUERY;
    if (fake.query != S_OK)
        return fake.query;
    fake.at = 0;
    *answer = &rows;
    (void)InterlockedIncrement(&fake.objects);
    return S_OK;
}

static ULONG STDMETHODCALLTYPE services_release(IWbemServices *self)
{
    (void)self;
    return (ULONG)InterlockedDecrement(&fake.objects);
}

static IWbemServicesVtbl services_table = {.ExecQuery = services_query, .Release = services_release};
static IWbemServices services = {&services_table};

static HRESULT STDMETHODCALLTYPE locator_connect(IWbemLocator *self, const BSTR name, const BSTR user,
                                                 const BSTR password, const BSTR locale, LONG flags,
                                                 const BSTR authority, IWbemContext *context,
                                                 IWbemServices **answer)
{
    (void)self, (void)user, (void)password, (void)locale, (void)authority, (void)context;
    (void)InterlockedIncrement(&fake.questions);
    if (wcscmp(name, L"ROOT\\StandardCimv2") != 0 || flags != WBEM_FLAG_CONNECT_USE_MAX_WAIT)
        return (HRESULT)WBEM_E_INVALID_NAMESPACE;
    Sleep(fake.delay);
    if (fake.connect != S_OK)
        return fake.connect;
    *answer = &services;
    (void)InterlockedIncrement(&fake.objects);
    return S_OK;
}

static ULONG STDMETHODCALLTYPE locator_release(IWbemLocator *self)
{
    (void)self;
    return (ULONG)InterlockedDecrement(&fake.objects);
}

static IWbemLocatorVtbl locator_table = {.ConnectServer = locator_connect, .Release = locator_release};
static IWbemLocator locator = {&locator_table};

/* ---- functions ------------------------------------------------------------------------------------- */

static HRESULT WINAPI initialize(LPVOID reserved, DWORD model)
{
    (void)reserved;
    assert_int_equal(model, COINIT_MULTITHREADED);
    if (fake.initialize == S_OK)
        (void)InterlockedIncrement(&fake.initialized);
    return fake.initialize;
}

static void WINAPI uninitialize(void)
{
    (void)InterlockedDecrement(&fake.initialized);
}

static HRESULT WINAPI create(REFCLSID class, LPUNKNOWN outer, DWORD context, REFIID id, LPVOID *answer)
{
    (void)class, (void)outer, (void)context, (void)id;
    if (fake.create != S_OK)
        return fake.create;
    *answer = &locator;
    (void)InterlockedIncrement(&fake.objects);
    return S_OK;
}

static HRESULT WINAPI blanket(IUnknown *proxy, DWORD authentication, DWORD authorization, OLECHAR *principal,
                              DWORD level, DWORD impersonation, RPC_AUTH_IDENTITY_HANDLE identity,
                              DWORD capabilities)
{
    (void)proxy, (void)authentication, (void)authorization, (void)principal, (void)level;
    (void)identity, (void)capabilities;
    return impersonation == RPC_C_IMP_LEVEL_IMPERSONATE ? S_OK : E_INVALIDARG;
}

static struct mh_wmi functions(void)
{
    return (struct mh_wmi){.CoInitializeEx = initialize,
                           .CoUninitialize = uninitialize,
                           .CoCreateInstance = create,
                           .CoSetProxyBlanket = blanket,
                           .SysAllocString = SysAllocString,
                           .SysFreeString = SysFreeString,
                           .VariantClear = VariantClear};
}

/* ---- netsh ----------------------------------------------------------------------------------------- */

static const wchar_t *keep_text(const char *text)
{
    static wchar_t kept[16][64];
    static size_t count;
    wchar_t *at = kept[count++ % 16];
    (void)MultiByteToWideChar(CP_UTF8, 0, text, -1, at, 64);
    return at;
}

static void forget_row(const wchar_t *prefix)
{
    for (size_t i = 0; i < fake.row_count; i++)
        if (wcscmp(fake.rows[i].prefix, prefix) == 0) {
            memmove(&fake.rows[i], &fake.rows[i + 1], (fake.row_count - i - 1) * sizeof fake.rows[0]);
            fake.row_count--;
            return;
        }
}

static enum mh_error run(const char *words, struct mh_failure *failure)
{
    char prefix[64];
    unsigned precedence, label;
    size_t used = strlen(fake.words);
    (void)snprintf(fake.words + used, sizeof fake.words - used, "%s\n", words);
    if (fake.run != MH_OK)
        return mh_fail(failure, fake.run, "netsh ended with 1");
    if (fake.breaks_reading)
        fake.query = (HRESULT)WBEM_E_FAILED;
    if (fake.does_nothing)
        return MH_OK;
    if (sscanf(words, "interface ipv6 add prefixpolicy prefix=%63s precedence=%u label=%u store=active",
               prefix, &precedence, &label) == 3) {
        if (fake.drops_others)
            fake.row_count = 0;
        fake.drops_others = false;
        fake.rows[fake.row_count++] = (struct row){keep_text(prefix), precedence, label, 1};
    } else if (sscanf(words, "interface ipv6 delete prefixpolicy prefix=%63s store=active", prefix) == 1) {
        forget_row(keep_text(prefix));
    } else {
        fail_msg("netsh %s", words);
    }
    return MH_OK;
}

/* ---- a table --------------------------------------------------------------------------------------- */

static int start(void **state)
{
    const struct mh_wmi wmi = functions();
    memset(&fake, 0, sizeof fake);
    memcpy(fake.rows, defaults, sizeof defaults);
    fake.row_count = DEFAULTS;
    fake.number_type = VT_I4;
    *state = mh_windows_policy_open(&wmi, run);
    return *state == NULL ? -1 : 0;
}

static int end(void **state)
{
    mh_windows_policy_close(*state);
    assert_int_equal(fake.objects, 0);
    assert_int_equal(fake.initialized, 0);
    return 0;
}

static struct mh_prefix prefix_of(const char *text)
{
    struct mh_prefix prefix = {0};
    assert_true(mh_prefix_parse(text, strlen(text), &prefix));
    return prefix;
}

static const struct mh_address_label *row_of(const struct mh_prefix_policies *policies, const char *text)
{
    const struct mh_prefix prefix = prefix_of(text);
    for (size_t i = 0; i < policies->count; i++)
        if (mh_prefix_equal(&policies->rows[i].prefix, &prefix))
            return &policies->rows[i];
    fail_msg("no %s", text);
    return NULL;
}

static struct mh_prefix_policies policies;

static void the_table_is_read(void **state)
{
    struct mh_failure failure = {0};
    assert_int_equal(mh_windows_policy_read(*state, 5000, &policies, &failure), MH_OK);
    assert_int_equal(policies.count, DEFAULTS);
    assert_int_equal(row_of(&policies, "::ffff:0:0/96")->precedence, 35);
    assert_int_equal(row_of(&policies, "::ffff:0:0/96")->label, 4);
    assert_int_equal(row_of(&policies, "::/0")->label, 1);
}

static void the_active_store_counts(void **state)
{
    struct mh_failure failure = {0};
    fake.rows[0].store = fake.rows[1].store = 0;
    assert_int_equal(mh_windows_policy_read(*state, 5000, &policies, &failure), MH_OK);
    assert_int_equal(policies.count, 2);
    for (size_t i = 0; i < DEFAULTS; i++)
        fake.rows[i].store = 0; /* of one store only: that one */
    assert_int_equal(mh_windows_policy_read(*state, 5000, &policies, &failure), MH_OK);
    assert_int_equal(policies.count, DEFAULTS);
    fake.rows[0].store = -1;
    fake.rows[1].store = -1;
    assert_int_equal(mh_windows_policy_read(*state, 5000, &policies, &failure), MH_OK);
    assert_int_equal(policies.count, 2);
}

static void each_call_may_fail(void **state)
{
    static const struct {
        HRESULT *answer;
        HRESULT result;
        enum mh_error error;
        const char *text;
    } trials[] = {
        {&fake.initialize, E_OUTOFMEMORY, MH_NO_MEMORY, "E_OUTOFMEMORY, 0x8007000e"},
        {&fake.create, (HRESULT)0x80040154, MH_UNSUPPORTED, "no WMI: REGDB_E_CLASSNOTREG"},
        {&fake.connect, (HRESULT)WBEM_E_INVALID_NAMESPACE, MH_UNSUPPORTED, "WBEM_E_INVALID_NAMESPACE"},
        {&fake.connect, (HRESULT)WBEM_E_ACCESS_DENIED, MH_PERMISSION, "WBEM_E_ACCESS_DENIED, 0x80041003"},
        {&fake.connect, (HRESULT)0x80070422, MH_UNSUPPORTED, "ERROR_SERVICE_DISABLED"},
        {&fake.query, (HRESULT)WBEM_E_INVALID_CLASS, MH_UNSUPPORTED, "WBEM_E_INVALID_CLASS, 0x80041010"},
        {&fake.next, (HRESULT)WBEM_E_INVALID_CLASS, MH_UNSUPPORTED, "WBEM_E_INVALID_CLASS, 0x80041010"},
        {&fake.next, (HRESULT)WBEM_S_TIMEDOUT, MH_TIMEOUT, "WBEM_S_TIMEDOUT"},
        {&fake.next, (HRESULT)0x80041001, MH_IO, "0x80041001"},
    };
    for (size_t i = 0; i < sizeof trials / sizeof trials[0]; i++) {
        struct mh_failure failure = {0};
        *trials[i].answer = trials[i].result;
        assert_int_equal(mh_windows_policy_read(*state, 5000, &policies, &failure), trials[i].error);
        assert_int_equal(policies.count, 0);
        assert_non_null(strstr(failure.detail, trials[i].text));
        assert_int_equal(failure.native_code, trials[i].result);
        *trials[i].answer = S_OK;
    }
}

static void each_function_may_be_missing(void **state)
{
    (void)state;
    const struct mh_wmi whole = functions();
    struct mh_wmi wmi;
    for (size_t at = 0; at < sizeof whole; at += sizeof(void *)) {
        struct mh_failure failure = {0};
        wmi = whole;
        memset((char *)&wmi + at, 0, sizeof(void *));
        assert_int_equal(mh_wmi_prefix_policies(&wmi, &policies, &failure), MH_UNSUPPORTED);
    }
}

static void wrong_rows_are_refused(void **state)
{
    static const wchar_t *const wrong[] = {L"", L"192.0.2.0/24", L"2001:db8::1/32", L"no prefix", NULL};
    struct mh_failure failure = {0};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        fake.rows[1].prefix = wrong[i];
        assert_int_equal(mh_windows_policy_read(*state, 5000, &policies, &failure), MH_MALFORMED);
    }
    fake.rows[1].prefix = L"::/0";
    fake.number_type = VT_BOOL;
    assert_int_equal(mh_windows_policy_read(*state, 5000, &policies, &failure), MH_MALFORMED);
    fake.number_type = VT_I4;
    static wchar_t texts[ROWS][16];
    for (fake.row_count = 0; fake.row_count < ROWS; fake.row_count++) {
        (void)swprintf(texts[fake.row_count], 16, L"%x::/16", (unsigned)fake.row_count + 1);
        fake.rows[fake.row_count] = (struct row){texts[fake.row_count], 1, 1, 1};
    }
    assert_int_equal(mh_windows_policy_read(*state, 5000, &policies, &failure), MH_LIMIT);
}

static void a_late_answer_is_not_waited_for(void **state)
{
    struct mh_failure failure = {0};
    fake.delay = 400;
    assert_int_equal(mh_windows_policy_read(*state, 20, &policies, &failure), MH_TIMEOUT);
    ULONGLONG before = GetTickCount64();
    assert_int_equal(mh_windows_policy_read(*state, 5000, &policies, &failure), MH_TIMEOUT);
    assert_true(GetTickCount64() - before < 200);
    assert_int_equal(fake.questions, 1);
    Sleep(600);
    fake.delay = 0;
    assert_int_equal(mh_windows_policy_read(*state, 5000, &policies, &failure), MH_OK);
    assert_int_equal(fake.questions, 2);
    assert_int_equal(policies.count, DEFAULTS);
}

/* The thread ends after the table was closed. */
static void closing_waits_for_nobody(void **state)
{
    struct mh_failure failure = {0};
    fake.delay = 200;
    assert_int_equal(mh_windows_policy_read(*state, 20, &policies, &failure), MH_TIMEOUT);
    mh_windows_policy_close(*state);
    *state = NULL;
    Sleep(500);
}

/* ---- telling --------------------------------------------------------------------------------------- */

struct heard {
    int begun, facts, ended;
};

static enum mh_error hear_begin(void *context, enum mh_section section)
{
    assert_int_equal(section, MH_SECTION_LABELS);
    ((struct heard *)context)->begun++;
    return MH_OK;
}

static enum mh_error hear_fact(void *context, const struct mh_fact *fact)
{
    assert_int_equal(fact->section, MH_SECTION_LABELS);
    ((struct heard *)context)->facts++;
    return MH_OK;
}

static enum mh_error hear_end(void *context, enum mh_section section)
{
    (void)section;
    ((struct heard *)context)->ended++;
    return MH_OK;
}

static void what_cannot_be_read_is_not_told(void **state)
{
    struct heard heard = {0};
    const struct mh_feed feed = {&heard, hear_begin, hear_fact, hear_end};
    bool unanswered;
    assert_int_equal(mh_windows_policy_tell(*state, &feed, &unanswered), MH_OK);
    assert_true(heard.begun == 1 && heard.facts == DEFAULTS && heard.ended == 1 && !unanswered);
    fake.query = (HRESULT)WBEM_E_INVALID_CLASS;
    assert_int_equal(mh_windows_policy_tell(*state, &feed, &unanswered), MH_OK);
    assert_true(heard.begun == 1 && !unanswered);
    fake.query = (HRESULT)0x80041069;
    assert_int_equal(mh_windows_policy_tell(*state, &feed, &unanswered), MH_OK);
    assert_true(heard.begun == 1 && unanswered);
    fake.query = S_OK;
    fake.row_count = 0;
    assert_int_equal(mh_windows_policy_tell(*state, &feed, &unanswered), MH_OK);
    assert_int_equal(mh_windows_policy_tell(NULL, &feed, &unanswered), MH_OK);
    assert_true(heard.begun == 1 && !unanswered);
}

/* ---- writing --------------------------------------------------------------------------------------- */

static enum mh_error apply(void **state, enum mh_op_kind kind, const char *prefix, uint32_t precedence,
                           uint32_t label, struct mh_failure *failure)
{
    const struct mh_op op = {
        .kind = kind, .of.label = {.prefix = prefix_of(prefix), .precedence = precedence, .label = label}};
    fake.words[0] = '\0';
    *failure = (struct mh_failure){0};
    return mh_windows_policy_apply(*state, &op, failure);
}

static void a_row_is_added_and_goes(void **state)
{
    struct mh_failure failure;
    assert_int_equal(apply(state, MH_OP_LABEL_ADD, "2001:db8::/32", 0, 99, &failure), MH_OK);
    assert_string_equal(
        fake.words,
        "interface ipv6 add prefixpolicy prefix=2001:db8::/32 precedence=40 label=99 store=active\n");
    assert_int_equal(apply(state, MH_OP_LABEL_ADD, "2001:db8::/32", 7, 98, &failure), MH_EXISTS);
    assert_string_equal(fake.words, "");
    assert_int_equal(apply(state, MH_OP_LABEL_DELETE, "2001:db8::/32", 0, 99, &failure), MH_OK);
    assert_string_equal(fake.words, "interface ipv6 delete prefixpolicy prefix=2001:db8::/32 store=active\n");
    assert_int_equal(apply(state, MH_OP_LABEL_DELETE, "2001:db8::/32", 0, 99, &failure), MH_NOT_FOUND);
    assert_int_equal(apply(state, MH_OP_LABEL_ADD, "2002:1::/32", 0, 8, &failure), MH_OK);
    assert_non_null(strstr(fake.words, "precedence=30")); /* of 2002::/16 */
    assert_int_equal(apply(state, MH_OP_LABEL_ADD, "fc00::/7", 3, 13, &failure), MH_OK);
    assert_non_null(strstr(fake.words, "precedence=3 label=13"));
}

static void rows_that_go_with_it_are_put_back(void **state)
{
    struct mh_failure failure;
    fake.drops_others = true;
    assert_int_equal(apply(state, MH_OP_LABEL_ADD, "2001:db8::/32", 0, 99, &failure), MH_OK);
    assert_int_equal(mh_windows_policy_read(*state, 5000, &policies, &failure), MH_OK);
    assert_int_equal(policies.count, DEFAULTS + 1);
    assert_int_equal(row_of(&policies, "::1/128")->precedence, 50);
    assert_int_equal(row_of(&policies, "2002::/16")->label, 2);
}

static void what_is_not_sure_is_said(void **state)
{
    struct mh_failure failure;
    fake.run = MH_IO;
    assert_int_equal(apply(state, MH_OP_LABEL_ADD, "2001:db8::/32", 0, 99, &failure), MH_IO);
    assert_string_equal(failure.detail, "netsh ended with 1");
    fake.run = MH_TIMEOUT;
    assert_int_equal(apply(state, MH_OP_LABEL_DELETE, "::/0", 0, 1, &failure), MH_TIMEOUT);
    fake.run = MH_OK;
    fake.does_nothing = true;
    assert_int_equal(apply(state, MH_OP_LABEL_ADD, "2001:db8::/32", 0, 99, &failure), MH_LOST);
    assert_int_equal(apply(state, MH_OP_LABEL_DELETE, "::/0", 0, 1, &failure), MH_LOST);
    assert_non_null(strstr(failure.detail, "does not show it for ::/0"));
    fake.breaks_reading = true;
    assert_int_equal(apply(state, MH_OP_LABEL_DELETE, "::/0", 0, 1, &failure), MH_LOST);
    assert_non_null(strstr(failure.detail, "cannot be read back"));
    fake.query = (HRESULT)WBEM_E_INVALID_CLASS;
    assert_int_equal(apply(state, MH_OP_LABEL_ADD, "2001:db8::/32", 0, 99, &failure), MH_UNSUPPORTED);
    assert_string_equal(fake.words, "");
    assert_non_null(strstr(failure.detail, "WBEM_E_INVALID_CLASS"));
}

static void what_windows_has_not_is_refused(void **state)
{
    struct mh_failure failure = {0};
    struct mh_op op = {.kind = MH_OP_LABEL_ADD, .of.label = {.prefix = prefix_of("192.0.2.0/24")}};
    assert_int_equal(mh_windows_policy_apply(*state, &op, &failure), MH_INVALID);
    op.of.label = (struct mh_address_label){.prefix = prefix_of("2001:db8::/32"), .interface = 4};
    assert_int_equal(mh_windows_policy_apply(*state, &op, &failure), MH_UNSUPPORTED);
    assert_int_equal(mh_windows_policy_apply(NULL, &op, &failure), MH_UNSUPPORTED);
    assert_string_equal(fake.words, "");
}

/* ---- this system ----------------------------------------------------------------------------------- */

/* Whatever WMI has here: rows, or a reason. Wine 10 answers without any. */
static void this_system_answers(void **state)
{
    struct mh_failure failure = {0};
    struct mh_wmi wmi;
    (void)state;
    mh_wmi_open(&wmi);
    struct mh_windows_policy *policy = mh_windows_policy_open(&wmi, run);
    assert_non_null(policy);
    enum mh_error code = mh_windows_policy_read(policy, 60000, &policies, &failure);
    print_message("%s: %zu rows; %s\n", mh_error_word(code), policies.count, failure.detail);
    assert_true(code == MH_OK || policies.count == 0);
    assert_true(code == MH_OK || failure.detail[0] != '\0');
    mh_windows_policy_close(policy);
}

/* netsh of this system, or that it cannot be run; never a crash. */
static void netsh_is_run(void **state)
{
    struct mh_failure failure = {0};
    (void)state;
    enum mh_error code = mh_netsh_run("interface ipv6 show prefixpolicies", &failure);
    print_message("%s: %s\n", mh_error_word(code), failure.detail);
    assert_true(code == MH_OK || failure.detail[0] != '\0');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_table_is_read, start, end),
        cmocka_unit_test_setup_teardown(the_active_store_counts, start, end),
        cmocka_unit_test_setup_teardown(each_call_may_fail, start, end),
        cmocka_unit_test(each_function_may_be_missing),
        cmocka_unit_test_setup_teardown(wrong_rows_are_refused, start, end),
        cmocka_unit_test_setup_teardown(a_late_answer_is_not_waited_for, start, end),
        cmocka_unit_test_setup_teardown(closing_waits_for_nobody, start, end),
        cmocka_unit_test_setup_teardown(what_cannot_be_read_is_not_told, start, end),
        cmocka_unit_test_setup_teardown(a_row_is_added_and_goes, start, end),
        cmocka_unit_test_setup_teardown(rows_that_go_with_it_are_put_back, start, end),
        cmocka_unit_test_setup_teardown(what_is_not_sure_is_said, start, end),
        cmocka_unit_test_setup_teardown(what_windows_has_not_is_refused, start, end),
        cmocka_unit_test(this_system_answers),
        cmocka_unit_test(netsh_is_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
