#include "daemon/storage.h"

#include "platform.h"

/* A journal of some ten thousand steps; more is not one of ours. */
enum { READ_LIMIT = 256 * 1024 * 1024 };

static enum mh_error read_file(void *context, const char *path, char **text, size_t *length,
                               struct mh_failure *failure)
{
    (void)context;
    return mh_file_read(path, READ_LIMIT, text, length, failure);
}

static enum mh_error replace_file(void *context, const char *path, const void *bytes, size_t length,
                                  unsigned mode, struct mh_failure *failure)
{
    (void)context;
    return mh_file_replace(path, bytes, length, mode, failure);
}

static enum mh_error rename_file(void *context, const char *from, const char *to, struct mh_failure *failure)
{
    (void)context;
    return mh_file_rename(from, to, failure);
}

static enum mh_error remove_file(void *context, const char *path, struct mh_failure *failure)
{
    (void)context;
    return mh_file_remove(path, failure);
}

static enum mh_error mode_of_file(void *context, const char *path, unsigned *mode, struct mh_failure *failure)
{
    (void)context;
    return mh_file_mode(path, mode, failure);
}

struct mh_storage mh_storage_files(void)
{
    return (struct mh_storage){NULL, read_file, replace_file, rename_file, remove_file, mode_of_file};
}
