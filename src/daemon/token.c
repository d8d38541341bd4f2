#include "daemon/token.h"

#include "platform.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RANDOM_OCTETS = 32, FILE_LIMIT = 4096 };

static enum mh_error make_token(const char *path, char token[MH_TOKEN_SIZE], struct mh_failure *failure)
{
    unsigned char octets[RANDOM_OCTETS];
    if (!mh_random(octets, sizeof octets))
        return mh_fail(failure, MH_IO, "the system has no random numbers");
    for (size_t i = 0; i < sizeof octets; i++)
        (void)snprintf(token + 2 * i, 3, "%02x", octets[i]);
    return mh_file_replace(path, token, strlen(token), 0600, failure);
}

static size_t visible_length(const char *text)
{
    size_t length = 0;
    while (text[length] > ' ' && text[length] < 127)
        length++;
    return length;
}

static enum mh_error take_token(const char *path, const char *text, char token[MH_TOKEN_SIZE],
                                struct mh_failure *failure)
{
    size_t length = visible_length(text);
    if (length == 0 || length >= MH_TOKEN_SIZE || text[length + strspn(text + length, " \t\r\n")] != '\0')
        return mh_fail(failure, MH_INVALID, "%s: a token is 1 to %d visible characters on one line", path,
                       MH_TOKEN_SIZE - 1);
    memcpy(token, text, length);
    token[length] = '\0';
    return MH_OK;
}

enum mh_error mh_token_read(const char *path, const char *state, char token[MH_TOKEN_SIZE],
                            struct mh_failure *failure)
{
    char own_path[sizeof(((struct mh_paths *)0)->state) + 16], *text;
    size_t length;
    (void)snprintf(own_path, sizeof own_path, "%s/token", state);
    if (path == NULL)
        path = own_path;
    enum mh_error code = mh_file_read(path, FILE_LIMIT, &text, &length, failure);
    if (code == MH_NOT_FOUND)
        return make_token(path, token, failure);
    if (code != MH_OK)
        return code;
    code = take_token(path, text, token, failure);
    free(text);
    return code;
}
