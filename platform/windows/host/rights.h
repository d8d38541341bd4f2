/* Who may touch files of ours. Private to platform/windows. */
#ifndef MH_WINDOWS_RIGHTS_H
#define MH_WINDOWS_RIGHTS_H

#include "core/error.h"

#include <stdbool.h>
#include <windows.h>

/* What CreateFile and CreateDirectory take. A mode (chmod(2)) that gives nothing to others means SYSTEM,
 * Administrators and whoever runs this program, and nothing is inherited; any other: as the directory above
 * says. False: out of memory, or the system refuses. */
struct mh_rights {
    SECURITY_ATTRIBUTES attributes;
    SECURITY_ATTRIBUTES *given; /* NULL: as the directory above says */
};
bool mh_rights_of(unsigned mode, bool directory, struct mh_rights *rights);
void mh_rights_free(struct mh_rights *rights);

/* Makes `directory`, whose path is absolute, one that SYSTEM and Administrators have to themselves, with what
 * is in it as far as that has no rights of its own. MH_PERMISSION: it was there before and belongs to
 * somebody else, or this program may not. */
enum mh_error mh_rights_protect(const char *directory, struct mh_failure *failure);
/* The protected list of mh_rights_protect, as in SDDL. */
#define MH_RIGHTS_HOME L"D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)"

#endif
