/* The host services of Windows: files and their rights, the locks, the listener, clocks. Everything happens
 * in a directory of its own, whose name has a space and letters that no code page of the West has. */
#include "common/errno_map.h"
#include "platform.h"
#include "windows/host/rights.h"
#include "windows/host/wide.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <winsock2.h>

/* These need what stands before them. */
#include <sddl.h>
#include <windows.h>
#include <ws2tcpip.h>

#include "unit/support.h"

/* Wine keeps the modes of POSIX, not lists of access control. */
static bool is_wine(void)
{
    HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
    return ntdll != NULL && GetProcAddress(ntdll, "wine_get_version") != NULL;
}

/* ---- the directory --------------------------------------------------------------------------------- */

static int make_directory(void **state)
{
    static const char name[] =
        "mh h\xc3\xb4te \xd1\x85\xd0\xbe\xd1\x81\xd1\x82"; /* "hôte", and "host" in Russian */
    wchar_t temporary[MAX_PATH + 1];
    char *path = malloc(MH_PATH_SIZE), base[4 * MAX_PATH];
    if (path == NULL || GetTempPathW(MAX_PATH + 1, temporary) == 0 ||
        !mh_narrow(temporary, base, sizeof base))
        return -1;
    (void)snprintf(path, MH_PATH_SIZE, "%s%s %lu", base, name, (unsigned long)GetCurrentProcessId());
    *state = path;
    return mh_directory_make(path, 0700, NULL) == MH_OK ? 0 : -1;
}

static bool is_directory(const wchar_t *path)
{
    DWORD attributes = GetFileAttributesW(path);
    return attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
}

/* Calls `visit` with the full path of each entry. */
static size_t each_entry(const char *directory, void (*visit)(const char *path))
{
    char path[MH_PATH_SIZE], name[4 * MAX_PATH];
    WIN32_FIND_DATAW found;
    size_t count = 0;
    (void)snprintf(path, sizeof path, "%s\\*", directory);
    wchar_t *wide = mh_wide_path(path);
    HANDLE search = FindFirstFileW(wide, &found);
    free(wide);
    if (search == INVALID_HANDLE_VALUE)
        return 0;
    do {
        if (wcscmp(found.cFileName, L".") == 0 || wcscmp(found.cFileName, L"..") == 0 ||
            !mh_narrow(found.cFileName, name, sizeof name))
            continue;
        count++;
        (void)snprintf(path, sizeof path, "%s\\%s", directory, name);
        if (visit != NULL)
            visit(path);
    } while (FindNextFileW(search, &found));
    (void)FindClose(search);
    return count;
}

static void remove_below(const char *path)
{
    wchar_t *wide = mh_wide_path(path);
    if (is_directory(wide)) {
        (void)each_entry(path, remove_below);
        (void)RemoveDirectoryW(wide);
    } else {
        (void)DeleteFileW(wide);
    }
    free(wide);
}

static int remove_directory(void **state)
{
    remove_below(*state);
    free(*state);
    return 0;
}

static const char *path_in(void **state, const char *name, char path[MH_PATH_SIZE])
{
    (void)snprintf(path, MH_PATH_SIZE, "%s/%s", (const char *)*state, name);
    return path;
}

static void assert_text_of(const char *path, const char *expected)
{
    char *text;
    size_t length;
    assert_int_equal(mh_file_read(path, 4096, &text, &length, NULL), MH_OK);
    assert_string_equal(text, expected);
    assert_int_equal(length, strlen(expected));
    free(text);
}

/* ---- UTF-16 ---------------------------------------------------------------------------------------- */

static void texts_survive_the_way_to_utf16_and_back(void **state)
{
    static const char *const texts[] = {"", "Ethernet 2", "h\xc3\xb4te", "\xf0\x9f\x90\xb8"};
    char back[32];
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        wchar_t *wide = mh_wide(texts[i]);
        assert_non_null(wide);
        assert_true(mh_narrow(wide, back, sizeof back));
        assert_string_equal(back, texts[i]);
        free(wide);
    }
    assert_null(mh_wide("\xc3"));
    assert_null(mh_wide("\xed\xa0\x80")); /* half of a pair */
    assert_false(mh_narrow(L"seven letters", back, 7));
    assert_string_equal(back, "");
}

static void only_long_paths_get_the_long_form(void **state)
{
    char lengthy[400] = "C:\\";
    (void)state;
    wchar_t *wide = mh_wide_path("C:/some where/state");
    assert_true(wcscmp(wide, L"C:\\some where\\state") == 0);
    free(wide);
    memset(lengthy + 3, 'x', 300);
    wide = mh_wide_path(lengthy);
    assert_true(wcsncmp(wide, L"\\\\?\\C:\\xxx", 10) == 0);
    assert_int_equal(wcslen(wide), 4 + 303);
    free(wide);
    memcpy(lengthy, "\\\\s\\a\\", 6);
    wide = mh_wide_path(lengthy);
    assert_true(wcsncmp(wide, L"\\\\?\\UNC\\s\\a\\xxx", 15) == 0);
    free(wide);
}

/* ---- files ----------------------------------------------------------------------------------------- */

static void a_file_is_replaced_and_nothing_is_left_beside_it(void **state)
{
    char path[MH_PATH_SIZE];
    path_in(state, "journal \xc3\xbc.json", path);
    assert_int_equal(mh_file_replace(path, "one", 3, 0600, NULL), MH_OK);
    assert_text_of(path, "one");
    assert_int_equal(mh_file_replace(path, "another", 7, 0644, NULL), MH_OK);
    assert_text_of(path, "another");
    assert_int_equal(each_entry(*state, NULL), 1);
    assert_int_equal(mh_file_remove(path, NULL), MH_OK);
    assert_int_equal(mh_file_remove(path, NULL), MH_OK);
    assert_int_equal(each_entry(*state, NULL), 0);
}

static void a_replacement_that_fails_leaves_the_old_file(void **state)
{
    char path[MH_PATH_SIZE];
    struct mh_failure failure;
    assert_int_equal(mh_directory_make(path_in(state, "taken", path), 0700, NULL), MH_OK);
    assert_int_not_equal(mh_file_replace(path, "x", 1, 0600, &failure), MH_OK);
    assert_non_null(strstr(failure.detail, "taken"));
    assert_true(failure.native_code != 0);
    assert_int_equal(each_entry(*state, NULL), 1);
    assert_int_equal(mh_file_replace(path_in(state, "no/such/file", path), "x", 1, 0600, NULL), MH_NOT_FOUND);
}

static void reading_is_bounded_and_says_what_failed(void **state)
{
    char path[MH_PATH_SIZE], *text;
    size_t length;
    struct mh_failure failure;
    path_in(state, "bounded", path);
    assert_int_equal(mh_file_read(path, 10, &text, &length, &failure), MH_NOT_FOUND);
    assert_string_equal(failure.native_name, "ERROR_FILE_NOT_FOUND");
    assert_null(text);
    assert_int_equal(mh_file_replace(path, "0123456789", 10, 0600, NULL), MH_OK);
    assert_int_equal(mh_file_read(path, 10, &text, &length, NULL), MH_OK);
    free(text);
    assert_int_equal(mh_file_read(path, 9, &text, &length, &failure), MH_LIMIT);
    assert_int_equal(mh_file_read("\xff", 9, &text, &length, &failure), MH_INVALID);
}

static void renaming_takes_the_place_of_what_is_there(void **state)
{
    char from[MH_PATH_SIZE], to[MH_PATH_SIZE];
    path_in(state, "from", from);
    path_in(state, "to", to);
    assert_int_equal(mh_file_replace(from, "new", 3, 0600, NULL), MH_OK);
    assert_int_equal(mh_file_replace(to, "old", 3, 0600, NULL), MH_OK);
    assert_int_equal(mh_file_rename(from, to, NULL), MH_OK);
    assert_text_of(to, "new");
    assert_int_equal(mh_file_rename(from, to, NULL), MH_NOT_FOUND);
}

/* Ten directories of 60 letters: far beyond MAX_PATH. */
static void paths_may_be_longer_than_260(void **state)
{
    char path[MH_PATH_SIZE];
    size_t length = strlen(path_in(state, "long", path));
    for (int i = 0; i < 10; i++) {
        path[length++] = i % 2 == 0 ? '/' : '\\';
        memset(path + length, 'a' + i, 60);
        length += 60;
        path[length] = '\0';
    }
    assert_int_equal(mh_directory_make(path, 0700, NULL), MH_OK);
    assert_int_equal(mh_directory_make(path, 0700, NULL), MH_OK);
    (void)strcpy(path + length, "/file");
    assert_int_equal(mh_file_replace(path, "far down", 8, 0600, NULL), MH_OK);
    assert_text_of(path, "far down");
}

static void a_directory_is_not_made_where_a_file_is(void **state)
{
    char path[MH_PATH_SIZE];
    assert_int_equal(mh_file_replace(path_in(state, "file", path), "x", 1, 0600, NULL), MH_OK);
    assert_int_not_equal(mh_directory_make(path, 0700, NULL), MH_OK);
    assert_int_not_equal(mh_directory_make(path_in(state, "file/below", path), 0700, NULL), MH_OK);
    assert_int_equal(mh_directory_make("", 0700, NULL), MH_LIMIT);
}

static void what_is_no_link_leads_to_itself(void **state)
{
    char path[MH_PATH_SIZE], target[MH_PATH_SIZE];
    assert_int_equal(mh_file_follow(path_in(state, "nothing here", path), target, NULL), MH_OK);
    assert_string_equal(target, path);
}

/* ---- rights ---------------------------------------------------------------------------------------- */

static wchar_t *access_of(PSECURITY_DESCRIPTOR descriptor)
{
    wchar_t *text = NULL;
    assert_true(ConvertSecurityDescriptorToStringSecurityDescriptorW(descriptor, SDDL_REVISION_1,
                                                                     DACL_SECURITY_INFORMATION, &text, NULL));
    return text;
}

/* SYSTEM, Administrators and the own user, each with everything, and nobody else. */
static void assert_private(const wchar_t *access, const wchar_t *down)
{
    wchar_t entry[40];
    size_t entries = 0;
    assert_true(wcsncmp(access, L"D:P", 3) == 0);
    for (const wchar_t *at = access; (at = wcschr(at, L'(')) != NULL; at++)
        entries++;
    assert_int_equal(entries, 3);
    (void)swprintf(entry, 40, L"(A;%ls;FA;;;SY)", down);
    assert_non_null(wcsstr(access, entry));
    (void)swprintf(entry, 40, L"(A;%ls;FA;;;BA)", down);
    assert_non_null(wcsstr(access, entry));
}

static void a_mode_without_others_becomes_a_protected_list(void **state)
{
    static const struct {
        unsigned mode;
        bool directory;
        const wchar_t *down;
    } cases[] = {{0600, false, L""}, {0700, true, L"OICI"}, {0750, true, L"OICI"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct mh_rights rights;
        assert_true(mh_rights_of(cases[i].mode, cases[i].directory, &rights));
        assert_ptr_equal(rights.given, &rights.attributes);
        wchar_t *access = access_of(rights.attributes.lpSecurityDescriptor);
        assert_private(access, cases[i].down);
        LocalFree(access);
        mh_rights_free(&rights);
    }
}

static void a_mode_for_others_is_left_to_the_directory_above(void **state)
{
    static const struct {
        unsigned mode;
        bool directory;
    } cases[] = {{0644, false}, {0640, false}, {0755, true}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct mh_rights rights;
        assert_true(mh_rights_of(cases[i].mode, cases[i].directory, &rights));
        assert_null(rights.given);
        mh_rights_free(&rights);
    }
}

static void a_private_file_has_that_list(void **state)
{
    char path[MH_PATH_SIZE];
    union {
        SECURITY_DESCRIPTOR descriptor;
        BYTE bytes[4096];
    } got;
    DWORD length;
    if (is_wine())
        skip_because("Wine keeps the modes of POSIX instead of access control lists");
    assert_int_equal(mh_file_replace(path_in(state, "secret", path), "x", 1, 0600, NULL), MH_OK);
    wchar_t *wide = mh_wide_path(path);
    assert_true(GetFileSecurityW(wide, DACL_SECURITY_INFORMATION, &got.descriptor, sizeof got, &length));
    free(wide);
    wchar_t *access = access_of(&got.descriptor);
    assert_private(access, L"");
    LocalFree(access);
}

/* ---- locks ----------------------------------------------------------------------------------------- */

static void the_state_directory_has_one_holder_who_is_named(void **state)
{
    char process[40];
    struct mh_failure failure;
    (void)snprintf(process, sizeof process, "process %lu,", (unsigned long)GetCurrentProcessId());
    assert_int_equal(mh_state_lock(*state, NULL), MH_OK);
    assert_int_equal(mh_state_lock(*state, &failure), MH_BUSY);
    assert_non_null(strstr(failure.detail, process));
    assert_non_null(strstr(failure.detail, *state));
}

static void a_state_directory_that_is_missing_is_no_busy_one(void **state)
{
    char path[MH_PATH_SIZE];
    assert_int_equal(mh_state_lock(path_in(state, "missing", path), NULL), MH_NOT_FOUND);
}

static void the_machine_has_one_service(void **state)
{
    struct mh_failure failure;
    (void)state;
    assert_int_equal(mh_namespace_lock(&failure), MH_OK);
    assert_int_equal(mh_namespace_lock(&failure), MH_BUSY);
    assert_non_null(strstr(failure.detail, "another multihomed"));
}

/* ---- sockets --------------------------------------------------------------------------------------- */

static SOCKET connected_to(uint16_t port)
{
    struct sockaddr_in there = {.sin_family = AF_INET, .sin_port = htons(port)};
    there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    SOCKET sock = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    assert_true(sock != INVALID_SOCKET);
    assert_int_equal(connect(sock, (const struct sockaddr *)&there, sizeof there), 0);
    return sock;
}

static void the_listener_is_exclusive(void **state)
{
    uint16_t port = 0, own;
    int listener, other;
    struct mh_failure failure;
    (void)state;
    assert_int_equal(mh_listen_loopback("127.0.0.1", &port, &listener, &failure), MH_OK);
    assert_true(port != 0 && listener >= 0);
    own = port;
    assert_int_equal(mh_listen_loopback("127.0.0.1", &own, &other, &failure), MH_BUSY);
    assert_int_equal(other, -1);

    struct mh_address address;
    SOCKET client = connected_to(port), accepted = accept((SOCKET)listener, NULL, NULL);
    assert_true(accepted != INVALID_SOCKET);
    assert_int_equal(mh_peer_address((int)accepted, &address, &own), MH_OK);
    assert_true(mh_address_is_loopback(&address) && own != 0 && own != port);
    (void)closesocket(accepted);
    (void)closesocket(client);
    (void)closesocket((SOCKET)listener);
}

static void only_loopback_is_listened_on(void **state)
{
    static const char *const others[] = {"0.0.0.0", "192.0.2.1", "::", "2001:db8::1", "localhost", ""};
    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        uint16_t port = 0;
        int descriptor;
        assert_int_equal(mh_listen_loopback(others[i], &port, &descriptor, NULL), MH_INVALID);
        assert_int_equal(descriptor, -1);
    }
}

static void there_are_no_local_sockets(void **state)
{
    int descriptor;
    bool shared;
    struct mh_peer peer;
    (void)state;
    assert_int_equal(mh_listen_local("C:\\x", NULL, &descriptor, &shared, NULL), MH_UNSUPPORTED);
    assert_int_equal(mh_peer_of(0, &peer), MH_UNSUPPORTED);
    assert_string_equal(mh_host_system_socket(), "");
    assert_string_equal(mh_host_system_url(), "http://127.0.0.1:8642");
}

/* ---- the rest -------------------------------------------------------------------------------------- */

static void default_places_are_below_program_data(void **state)
{
    struct mh_paths paths;
    (void)state;
    mh_host_paths(&paths);
    assert_non_null(strstr(paths.config, "/multihomed/config.json"));
    assert_non_null(strstr(paths.state, "/multihomed/state"));
    assert_true(paths.state[1] == ':' && strchr(paths.state, '\\') == NULL);
    assert_string_equal(paths.socket, "");
}

static void clocks_go_forward(void **state)
{
    (void)state;
    int64_t wall = mh_clock_wall(), boot = mh_clock_boot();
    assert_true(wall > INT64_C(1700000000000) && wall < INT64_C(4102444800000)); /* 2023 to 2100 */
    assert_true(boot > 0);
    Sleep(60);
    assert_true(mh_clock_wall() >= wall + 40);
    assert_true(mh_clock_boot() >= boot + 40 && mh_clock_boot() < boot + 60000);
}

static void random_octets_differ(void **state)
{
    unsigned char one[32] = {0}, other[32] = {0}, none[32] = {0};
    (void)state;
    assert_true(mh_random(one, sizeof one) && mh_random(other, sizeof other));
    assert_memory_not_equal(one, other, sizeof one);
    assert_memory_not_equal(one, none, sizeof one);
}

static void the_incarnation_stays_as_long_as_the_boot(void **state)
{
    struct mh_incarnation one, other;
    (void)state;
    mh_host_incarnation(&one);
    mh_host_incarnation(&other);
    assert_string_equal(one.boot, other.boot);
    assert_true(one.boot[0] != '\0' && one.space[0] != '\0');
}

static void errors_have_a_name_and_a_text(void **state)
{
    struct mh_failure failure;
    (void)state;
    assert_int_equal(mh_errno_error(0), MH_OK);
    assert_int_equal(mh_errno_error(ERROR_ACCESS_DENIED), MH_PERMISSION);
    assert_int_equal(mh_errno_error(WSAEADDRINUSE), MH_BUSY);
    assert_int_equal(mh_errno_error(99999), MH_IO);
    assert_null(mh_errno_name(99999));
    assert_int_equal(mh_fail_errno(&failure, ERROR_NOT_FOUND, "no %s", "route"), MH_NOT_FOUND);
    assert_int_equal(failure.native_code, 1168);
    assert_string_equal(failure.native_name, "ERROR_NOT_FOUND");
    assert_true(strncmp(failure.detail, "no route: ", 10) == 0 && strlen(failure.detail) > 10);
    assert_int_equal(mh_fail_errno(&failure, 99999, "x"), MH_IO);
    assert_string_equal(failure.detail, "x: error 99999");
    assert_string_equal(failure.native_name, "error 99999");
}

static void the_command_line_is_utf8(void **state)
{
    char *fallback[] = {NULL};
    int count = 0;
    (void)state;
    char **words = mh_process_words(&count, fallback);
    assert_true(count >= 1 && words != fallback);
    assert_non_null(strstr(words[0], "windows_host"));
    assert_null(words[count]);
}

#define in_directory(test) cmocka_unit_test_setup_teardown(test, make_directory, remove_directory)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_survive_the_way_to_utf16_and_back),
        cmocka_unit_test(only_long_paths_get_the_long_form),
        in_directory(a_file_is_replaced_and_nothing_is_left_beside_it),
        in_directory(a_replacement_that_fails_leaves_the_old_file),
        in_directory(reading_is_bounded_and_says_what_failed),
        in_directory(renaming_takes_the_place_of_what_is_there),
        in_directory(paths_may_be_longer_than_260),
        in_directory(a_directory_is_not_made_where_a_file_is),
        in_directory(what_is_no_link_leads_to_itself),
        cmocka_unit_test(a_mode_without_others_becomes_a_protected_list),
        cmocka_unit_test(a_mode_for_others_is_left_to_the_directory_above),
        in_directory(a_private_file_has_that_list),
        in_directory(the_state_directory_has_one_holder_who_is_named),
        in_directory(a_state_directory_that_is_missing_is_no_busy_one),
        cmocka_unit_test(the_machine_has_one_service),
        cmocka_unit_test(the_listener_is_exclusive),
        cmocka_unit_test(only_loopback_is_listened_on),
        cmocka_unit_test(there_are_no_local_sockets),
        cmocka_unit_test(default_places_are_below_program_data),
        cmocka_unit_test(clocks_go_forward),
        cmocka_unit_test(random_octets_differ),
        cmocka_unit_test(the_incarnation_stays_as_long_as_the_boot),
        cmocka_unit_test(errors_have_a_name_and_a_text),
        cmocka_unit_test(the_command_line_is_utf8),
    };
    mh_process_prepare();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
