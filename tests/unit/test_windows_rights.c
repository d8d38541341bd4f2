/* Lists of rights: what is asked for, spelled out, and what the directory of the service has then. The words
 * are those of SDDL (Security Descriptor Definition Language, learn.microsoft.com): FA is FILE_ALL_ACCESS, SY
 * is SYSTEM, BA Administrators, D:P a list that takes nothing from the directory above, OICI an entry that
 * files and directories below take over. */
#include "unit/support.h"

#include "platform.h"
#include "windows/host/rights.h"
#include "windows/host/wide.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* These need what stands before them. */
#include <aclapi.h>
#include <sddl.h>

#define HOME_ENTRIES L"(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)"

/* Wine keeps the modes of POSIX, and makes lists of them. */
static bool is_wine(void)
{
    HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
    return ntdll != NULL && GetProcAddress(ntdll, "wine_get_version") != NULL;
}

/* ---- what is asked for ----------------------------------------------------------------------------- */

static void assert_sddl(PSECURITY_DESCRIPTOR descriptor, const wchar_t *expected)
{
    wchar_t *text;
    assert_true(ConvertSecurityDescriptorToStringSecurityDescriptorW(descriptor, SDDL_REVISION_1,
                                                                     DACL_SECURITY_INFORMATION, &text, NULL));
    if (wcscmp(text, expected) != 0)
        fail_msg("%ls, not %ls", text, expected);
    LocalFree(text);
}

/* This process's user, as the system writes it in SDDL: the administrator of a domain is "LA", not a number.
 */
static void own_user(wchar_t name[200])
{
    BYTE bytes[sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE];
    SECURITY_DESCRIPTOR descriptor;
    wchar_t *text;
    DWORD length;
    HANDLE token;
    assert_true(OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token));
    assert_true(GetTokenInformation(token, TokenUser, bytes, sizeof bytes, &length));
    assert_true(InitializeSecurityDescriptor(&descriptor, SECURITY_DESCRIPTOR_REVISION));
    assert_true(
        SetSecurityDescriptorOwner(&descriptor, ((const TOKEN_USER *)(const void *)bytes)->User.Sid, FALSE));
    assert_true(ConvertSecurityDescriptorToStringSecurityDescriptorW(
        &descriptor, SDDL_REVISION_1, OWNER_SECURITY_INFORMATION, &text, NULL));
    assert_true(wcsncmp(text, L"O:", 2) == 0 && wcslen(text) < 200);
    wcscpy(name, text + 2);
    LocalFree(text);
    CloseHandle(token);
}

static void the_list_of_the_home_directory(void **state)
{
    PSECURITY_DESCRIPTOR descriptor;
    (void)state;
    assert_true(ConvertStringSecurityDescriptorToSecurityDescriptorW(MH_RIGHTS_HOME, SDDL_REVISION_1,
                                                                     &descriptor, NULL));
    assert_sddl(descriptor, L"D:P" HOME_ENTRIES);
    LocalFree(descriptor);
}

static void the_lists_of_modes(void **state)
{
    wchar_t expected[400], user[200];
    struct mh_rights rights;
    (void)state;
    own_user(user);
    assert_true(mh_rights_of(0750, true, &rights));
    (void)swprintf(expected, 400, L"D:P" HOME_ENTRIES L"(A;OICI;FA;;;%ls)", user);
    assert_sddl(rights.attributes.lpSecurityDescriptor, expected);
    mh_rights_free(&rights);
    assert_true(mh_rights_of(0600, false, &rights));
    (void)swprintf(expected, 400, L"D:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;FA;;;%ls)", user);
    assert_sddl(rights.attributes.lpSecurityDescriptor, expected);
    mh_rights_free(&rights);
}

/* ---- what is there then ---------------------------------------------------------------------------- */

/* The caller calls LocalFree. */
static wchar_t *list_of(wchar_t *path)
{
    PSECURITY_DESCRIPTOR descriptor;
    wchar_t *text;
    assert_int_equal(GetNamedSecurityInfoW(path, SE_FILE_OBJECT, DACL_SECURITY_INFORMATION, NULL, NULL, NULL,
                                           NULL, &descriptor),
                     ERROR_SUCCESS);
    assert_true(ConvertSecurityDescriptorToStringSecurityDescriptorW(descriptor, SDDL_REVISION_1,
                                                                     DACL_SECURITY_INFORMATION, &text, NULL));
    LocalFree(descriptor);
    return text;
}

/* Behind "D:P" the system may say more of how the list came about. Wine makes one of the mode; that is for
 * the owner alone. */
static void assert_home(wchar_t *path)
{
    wchar_t *text = list_of(path);
    const wchar_t *entries = wcschr(text, L'(');
    assert_non_null(entries);
    if (!is_wine()) {
        assert_true(wcsncmp(text, L"D:P", 3) == 0);
        assert_true(wcscmp(entries, HOME_ENTRIES) == 0);
    }
    assert_null(wcsstr(text, L";;;WD)")); /* everyone, */
    assert_null(wcsstr(text, L";;;BU)")); /* users, */
    assert_null(wcsstr(text, L";;;AU)")); /* who is logged on */
    LocalFree(text);
}

/* Below a private one: Wine hands the rights of the directory above down, protected or not. */
static int make_above(void **state)
{
    wchar_t temporary[MAX_PATH + 1];
    char *path = malloc(4 * MAX_PATH), base[3 * MAX_PATH];
    if (path == NULL || GetTempPathW(MAX_PATH + 1, temporary) == 0 ||
        !mh_narrow(temporary, base, sizeof base))
        return -1;
    (void)snprintf(path, 4 * MAX_PATH, "%smh rights %lu", base, (unsigned long)GetCurrentProcessId());
    if (mh_directory_make(path, 0700, NULL) != MH_OK)
        return -1;
    strcat(path, "\\home");
    *state = path;
    return 0;
}

static int remove_both(void **state)
{
    char *path = *state;
    wchar_t *wide = mh_wide_path(path);
    *strrchr(path, '\\') = '\0';
    wchar_t *above = mh_wide_path(path);
    bool removed = RemoveDirectoryW(wide) && RemoveDirectoryW(above);
    free(wide);
    free(above);
    free(path);
    return removed ? 0 : -1;
}

static void a_directory_is_made_with_it(void **state)
{
    struct mh_failure failure;
    wchar_t *wide = mh_wide_path(*state);
    assert_int_equal(mh_rights_protect(*state, &failure), MH_OK);
    assert_home(wide);
    assert_int_equal(mh_rights_protect(*state, &failure), MH_OK); /* there already, and ours */
    assert_home(wide);
    free(wide);
}

/* Made by this user with other rights: with those of the directory above, and with everyone's. */
static void a_directory_of_our_own_gets_it(void **state)
{
    static const wchar_t *const before[] = {NULL, L"D:(A;OICI;FA;;;WD)"};
    wchar_t *wide = mh_wide_path(*state);
    for (size_t i = 0; i < 2; i++) {
        SECURITY_ATTRIBUTES attributes = {.nLength = sizeof attributes};
        struct mh_failure failure;
        assert_true(before[i] == NULL ||
                    ConvertStringSecurityDescriptorToSecurityDescriptorW(
                        before[i], SDDL_REVISION_1, &attributes.lpSecurityDescriptor, NULL));
        assert_true(CreateDirectoryW(wide, before[i] == NULL ? NULL : &attributes));
        wchar_t *text = list_of(wide);
        if (before[i] != NULL)
            assert_non_null(wcsstr(text, L";;;WD)"));
        LocalFree(text);
        LocalFree(attributes.lpSecurityDescriptor);
        assert_int_equal(mh_rights_protect(*state, &failure), MH_OK);
        assert_home(wide);
        assert_true(i == 1 || RemoveDirectoryW(wide));
    }
    free(wide);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_list_of_the_home_directory),
        cmocka_unit_test(the_lists_of_modes),
        cmocka_unit_test_setup_teardown(a_directory_is_made_with_it, make_above, remove_both),
        cmocka_unit_test_setup_teardown(a_directory_of_our_own_gets_it, make_above, remove_both),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
