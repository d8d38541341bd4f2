#include "api/host_check.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static bool is_port(const char *text, bool local, uint16_t port)
{
    char own[8];
    if (text[0] == '\0')
        return true;
    if (text[0] != ':')
        return false;
    if (local) /* the port of a UNIX socket means nothing: clients make one up */
        return text[1] != '\0' && text[1 + strspn(text + 1, "0123456789")] == '\0';
    (void)snprintf(own, sizeof own, "%u", (unsigned)port);
    return strcmp(text + 1, own) == 0;
}

bool mh_host_allowed(const char *host, bool local, uint16_t port)
{
    static const char *const names[] = {"localhost", "127.0.0.1", "[::1]"};
    size_t count = local ? 1 : sizeof names / sizeof names[0];
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(names[i]);
        if (strncasecmp(host, names[i], length) == 0 && is_port(host + length, local, port))
            return true;
    }
    return false;
}
