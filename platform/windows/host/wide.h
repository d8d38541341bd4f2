/* Texts are UTF-8 outside and UTF-16 inside of Windows's functions. Private to platform/windows. */
#ifndef MH_WINDOWS_WIDE_H
#define MH_WINDOWS_WIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <wchar.h>

/* UTF-8 as UTF-16 with its NUL; the caller frees it. NULL: out of memory, or no UTF-8. Any thread. */
wchar_t *mh_wide(const char *text);
/* A path for functions of files: absolute, and long ones in the form that may be longer than MAX_PATH (Naming
 * Files, Paths, and Namespaces, learn.microsoft.com). The caller frees it; NULL as above. Any thread. */
wchar_t *mh_wide_path(const char *path);
/* UTF-16 as UTF-8 into `text` of `size` octets, 1 at least; what is no UTF-16 becomes U+FFFD. False: it does
 * not fit, and `text` is "". Any thread. */
bool mh_narrow(const wchar_t *wide, char *text, size_t size);

#endif
