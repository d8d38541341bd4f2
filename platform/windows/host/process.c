/* What concerns the whole process. */
#include "platform.h"
#include "windows/host/wide.h"

#include <stdlib.h>
#include <winsock2.h>

#include <windows.h>

/* These need what stands before them. */
#include <shellapi.h>

/* Libraries come from the program's own directory and System32 only: whoever may write to the working
 * directory or to one of PATH's gets nothing loaded. */
void mh_process_prepare(void)
{
    WSADATA data;
    (void)SetDefaultDllDirectories(LOAD_LIBRARY_SEARCH_APPLICATION_DIR | LOAD_LIBRARY_SEARCH_SYSTEM32);
    (void)SetConsoleOutputCP(CP_UTF8);
    (void)WSAStartup(MAKEWORD(2, 2), &data);
}

/* Each word takes at most three octets for a unit of UTF-16. */
static char *narrowed(const wchar_t *wide)
{
    size_t size = 3 * wcslen(wide) + 1;
    char *text = malloc(size);
    if (text != NULL && !mh_narrow(wide, text, size)) {
        free(text);
        return NULL;
    }
    return text;
}

/* main's words are in the machine's own code page, which lacks most letters. */
char **mh_process_words(int *count, char **words)
{
    int wide_count;
    wchar_t **wide = CommandLineToArgvW(GetCommandLineW(), &wide_count);
    char **narrow = wide == NULL ? NULL : calloc((size_t)wide_count + 1, sizeof *narrow);
    bool good = narrow != NULL;
    for (int i = 0; i < wide_count && good; i++) {
        narrow[i] = narrowed(wide[i]);
        good = narrow[i] != NULL;
    }
    LocalFree(wide);
    if (!good)
        return words;
    *count = wide_count;
    return narrow;
}
