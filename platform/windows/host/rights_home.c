/* %ProgramData% lets every user make directories in it, and hands its rights down: ours is made for those who
 * may use the service only, and one that somebody else has made before is not taken. */
#include "windows/host/rights.h"

#include "common/errno_map.h"
#include "windows/host/wide.h"

#include <stdlib.h>

/* These need what stands before them. */
#include <aclapi.h>
#include <sddl.h>

static enum mh_error fail(DWORD error, const char *what, const char *directory, struct mh_failure *failure)
{
    return mh_fail_errno(failure, (int)error, "cannot %s %.200s", what, directory);
}

/* ---- whose it is ----------------------------------------------------------------------------------- */

static bool is_own(const PSID owner)
{
    BYTE bytes[sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE];
    DWORD length;
    HANDLE token;
    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
        return false;
    bool own = GetTokenInformation(token, TokenUser, bytes, sizeof bytes, &length) &&
               EqualSid(owner, ((const TOKEN_USER *)(const void *)bytes)->User.Sid);
    CloseHandle(token);
    return own;
}

static bool is_trusted(const PSID owner)
{
    return IsWellKnownSid(owner, WinLocalSystemSid) || IsWellKnownSid(owner, WinBuiltinAdministratorsSid) ||
           is_own(owner);
}

static enum mh_error check_owner(const wchar_t *path, const char *directory, struct mh_failure *failure)
{
    PSECURITY_DESCRIPTOR descriptor = NULL;
    PSID owner = NULL;
    DWORD attributes = GetFileAttributesW(path);
    if (attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0)
        return mh_fail(failure, MH_PERMISSION, "%.200s leads elsewhere: remove it first", directory);
    DWORD error = GetNamedSecurityInfoW(path, SE_FILE_OBJECT, OWNER_SECURITY_INFORMATION, &owner, NULL, NULL,
                                        NULL, &descriptor);
    bool trusted = error == ERROR_SUCCESS && owner != NULL && is_trusted(owner);
    LocalFree(descriptor);
    if (error != ERROR_SUCCESS)
        return fail(error, "find out whose this is:", directory, failure);
    return trusted ? MH_OK
                   : mh_fail(failure, MH_PERMISSION,
                             "%.200s belongs to somebody who is no administrator: look at it, then remove it",
                             directory);
}

/* ---- the list -------------------------------------------------------------------------------------- */

/* Goes down to what is there already, unless that has a protected list. */
static enum mh_error set_list(wchar_t *path, PSECURITY_DESCRIPTOR descriptor, const char *directory,
                              struct mh_failure *failure)
{
    BOOL present, defaulted;
    PACL list = NULL;
    if (!GetSecurityDescriptorDacl(descriptor, &present, &list, &defaulted) || !present)
        return fail(GetLastError(), "make the rights of", directory, failure);
    DWORD error = SetNamedSecurityInfoW(path, SE_FILE_OBJECT,
                                        DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION, NULL,
                                        NULL, list, NULL);
    return error == ERROR_SUCCESS ? MH_OK : fail(error, "set the rights of", directory, failure);
}

static enum mh_error make_or_take(wchar_t *path, PSECURITY_DESCRIPTOR descriptor, const char *directory,
                                  struct mh_failure *failure)
{
    SECURITY_ATTRIBUTES attributes = {.nLength = sizeof attributes, .lpSecurityDescriptor = descriptor};
    if (CreateDirectoryW(path, &attributes))
        return MH_OK;
    if (GetLastError() != ERROR_ALREADY_EXISTS)
        return fail(GetLastError(), "make the directory", directory, failure);
    enum mh_error code = check_owner(path, directory, failure);
    return code == MH_OK ? set_list(path, descriptor, directory, failure) : code;
}

enum mh_error mh_rights_protect(const char *directory, struct mh_failure *failure)
{
    PSECURITY_DESCRIPTOR descriptor = NULL;
    wchar_t *path = mh_wide_path(directory);
    enum mh_error code;
    if (path == NULL)
        code = mh_fail(failure, MH_NO_MEMORY, "out of memory");
    else if (!ConvertStringSecurityDescriptorToSecurityDescriptorW(MH_RIGHTS_HOME, SDDL_REVISION_1,
                                                                   &descriptor, NULL))
        code = fail(GetLastError(), "make the rights of", directory, failure);
    else
        code = make_or_take(path, descriptor, directory, failure);
    LocalFree(descriptor);
    free(path);
    return code;
}
