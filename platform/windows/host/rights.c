#include "windows/host/rights.h"

#include "windows/host/wide.h"

#include <sddl.h>
#include <stdio.h>
#include <stdlib.h>

enum { SDDL_SIZE = 512 };

/* The user that this program runs as, as in SDDL; the caller calls LocalFree. */
static wchar_t *own_sid(void)
{
    BYTE bytes[sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE];
    DWORD length;
    HANDLE token;
    wchar_t *text = NULL;
    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
        return NULL;
    if (GetTokenInformation(token, TokenUser, bytes, sizeof bytes, &length) &&
        !ConvertSidToStringSidW(((const TOKEN_USER *)(const void *)bytes)->User.Sid, &text))
        text = NULL;
    CloseHandle(token);
    return text;
}

/* D:P: protected from what the directory above would hand down. Of a directory it goes down to what is made
 * in it (OICI). */
static bool write_sddl(bool directory, wchar_t sddl[SDDL_SIZE])
{
    const wchar_t *down = directory ? L"OICI" : L"";
    wchar_t *own = own_sid();
    int length = own == NULL ? -1
                             : swprintf(sddl, SDDL_SIZE, L"D:P(A;%ls;FA;;;SY)(A;%ls;FA;;;BA)(A;%ls;FA;;;%ls)",
                                        down, down, down, own);
    LocalFree(own);
    return length > 0;
}

bool mh_rights_of(unsigned mode, bool directory, struct mh_rights *rights)
{
    wchar_t sddl[SDDL_SIZE];
    *rights = (struct mh_rights){.attributes = {.nLength = sizeof rights->attributes}};
    if ((mode & 07U) != 0 || (!directory && (mode & 077U) != 0))
        return true;
    if (!write_sddl(directory, sddl) ||
        !ConvertStringSecurityDescriptorToSecurityDescriptorW(sddl, SDDL_REVISION_1,
                                                              &rights->attributes.lpSecurityDescriptor, NULL))
        return false;
    rights->given = &rights->attributes;
    return true;
}

void mh_rights_free(struct mh_rights *rights)
{
    LocalFree(rights->attributes.lpSecurityDescriptor);
}
