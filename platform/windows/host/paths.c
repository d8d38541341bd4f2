/* Where things are: below %ProgramData%\multihomed. There is no local socket: the API is on loopback TCP,
 * with a token. */
#include "platform.h"
#include "windows/host/wide.h"

#include <stdio.h>
#include <string.h>
#include <windows.h>

/* These need what stands before them. */
#include <shlobj.h>

static bool program_data(char *path, size_t size)
{
    wchar_t *wide = NULL;
    bool found =
        SHGetKnownFolderPath(&FOLDERID_ProgramData, 0, NULL, &wide) == S_OK && mh_narrow(wide, path, size);
    CoTaskMemFree(wide);
    return found;
}

/* Slashes: Windows takes both, and the rest of the program looks for these. */
static void put(char path[1024], const char *base, const char *rest)
{
    int length = snprintf(path, 1024, "%s%s", base, rest);
    if (length < 0 || length >= 1024)
        path[0] = '\0';
    for (char *at = path; *at != '\0'; at++)
        if (*at == '\\')
            *at = '/';
}

void mh_host_paths(struct mh_paths *paths)
{
    char base[1024];
    if (!program_data(base, sizeof base))
        (void)snprintf(base, sizeof base, "C:/ProgramData");
    put(paths->config, base, "/multihomed/config.json");
    put(paths->state, base, "/multihomed/state");
    paths->socket[0] = '\0';
}

const char *mh_host_system_socket(void)
{
    return "";
}

const char *mh_host_system_url(void)
{
    return "http://127.0.0.1:8642";
}
