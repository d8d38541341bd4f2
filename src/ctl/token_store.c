#define _DEFAULT_SOURCE /* libuv's header needs more than C11 */
#include "token_store.h"

#include "core/hash.h"
#include "fetch.h"
#include "platform.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

enum { PATH_SIZE = 1200, FILE_MAX = 16384 };

/* Beside the service's own socket, which is where the runtime directory is: /run/multihomed/tokens,
 * $XDG_RUNTIME_DIR/multihomed/tokens, /var/run/multihomed/tokens; where there are no such sockets below the
 * state directory. */
static bool directory_of(char path[PATH_SIZE])
{
    static const char *const ends[] = {"/api.sock", ".sock"};
    const char *named = getenv("MULTIHOMED_TOKENS");
    struct mh_paths paths;
    if (named != NULL && named[0] != '\0')
        return snprintf(path, PATH_SIZE, "%s", named) < PATH_SIZE;
    mh_host_paths(&paths);
    const char *base = paths.socket[0] != '\0' ? paths.socket : paths.state;
    size_t length = strlen(base);
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        size_t end = strlen(ends[i]);
        if (length > end && strcmp(base + length - end, ends[i]) == 0) {
            length -= end;
            break;
        }
    }
    return length > 0 && snprintf(path, PATH_SIZE, "%.*s/tokens", (int)length, base) < PATH_SIZE;
}

/* A socket has one name here, however the user came to it; a URL is its own. */
static void canonical(const char *place, char name[PATH_SIZE])
{
    uv_fs_t request;
    bool is_path = uv_fs_realpath(NULL, &request, place, NULL) == 0;
    (void)snprintf(name, PATH_SIZE, "%s", is_path ? (const char *)request.ptr : place);
    uv_fs_req_cleanup(&request);
}

static bool file_of(const char *place, char path[PATH_SIZE])
{
    char directory[PATH_SIZE];
    return directory_of(directory) && snprintf(path, PATH_SIZE, "%s/%016llx.json", directory,
                                               (unsigned long long)mh_hash(place, strlen(place))) < PATH_SIZE;
}

enum mh_error mh_token_store_prepare(struct mh_failure *failure)
{
    char directory[PATH_SIZE];
    if (!directory_of(directory))
        return mh_fail(failure, MH_NOT_FOUND, "there is no directory for tokens");
    return mh_directory_make(directory, 0700, failure);
}

enum mh_error mh_token_store_put(const char *place, const json_t *transaction, struct mh_failure *failure)
{
    char path[PATH_SIZE], name[PATH_SIZE];
    canonical(place, name);
    json_t *kept = json_pack("{s:s, s:s, s:s}", "place", name, "id", mh_member_text(transaction, "id"),
                             "token", mh_member_text(transaction, "token"));
    char *text = kept != NULL ? json_dumps(kept, JSON_COMPACT) : NULL;
    enum mh_error error = MH_NO_MEMORY;
    json_decref(kept);
    if (text == NULL)
        (void)mh_fail(failure, error, "out of memory");
    else if (!file_of(name, path))
        error = mh_fail(failure, MH_NOT_FOUND, "there is no directory for tokens");
    else
        error = mh_file_replace(path, text, strlen(text), 0600, failure);
    free(text);
    return error;
}

json_t *mh_token_store_get(const char *place)
{
    char path[PATH_SIZE], name[PATH_SIZE], *text;
    size_t length;
    struct mh_failure failure;
    canonical(place, name);
    if (!file_of(name, path) || mh_file_read(path, FILE_MAX, &text, &length, &failure) != MH_OK)
        return NULL;
    json_t *kept = json_loadb(text, length, 0, NULL);
    free(text);
    if (strcmp(mh_member_text(kept, "place"), name) == 0 && mh_member_text(kept, "id")[0] != '\0')
        return kept;
    json_decref(kept);
    return NULL;
}

void mh_token_store_drop(const char *place, const char *id)
{
    char path[PATH_SIZE];
    struct mh_failure failure;
    json_t *kept = mh_token_store_get(place);
    if (strcmp(mh_member_text(kept, "id"), id) == 0 && file_of(mh_member_text(kept, "place"), path))
        (void)mh_file_remove(path, &failure); /* a token that is over does no harm */
    json_decref(kept);
}
