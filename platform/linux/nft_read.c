/* Reading the packet filter: runs nft, because its kernel messages have no stable meaning of their own, and
 * looks whether the older tables are in use, which nft does not see. */
#include "nft.h"
#include "platform.h"

#include "posix/run.h"

#include <stdlib.h>
#include <string.h>

enum { OUTPUT_MAX = 64 << 20, TIMEOUT = 10000 };

/* The kernel lists the tables in use there; without its module there is no such file. */
static enum mh_nft_presence find_legacy(const char *path)
{
    char *text;
    size_t length;
    enum mh_error code = mh_file_read(path, 65536, &text, &length, NULL);
    if (code == MH_NOT_FOUND)
        return MH_NFT_ABSENT;
    if (code != MH_OK)
        return MH_NFT_NOT_TOLD;
    free(text);
    return length > 0 ? MH_NFT_PRESENT : MH_NFT_ABSENT;
}

static enum mh_error fail_nft(const struct mh_run_result *result, struct mh_failure *failure)
{
    bool permission = strstr(result->error, "Operation not permitted") != NULL ||
                      strstr(result->error, "Permission denied") != NULL;
    return mh_fail(failure, permission ? MH_PERMISSION : MH_IO, "nft cannot list the rules: %s",
                   result->error[0] != '\0' ? result->error : "it ended without a word");
}

enum mh_error mh_linux_filter(struct mh_filter **filter, struct mh_failure *failure)
{
    static const char *const arguments[] = {"nft", "-j", "list", "ruleset", NULL};
    struct mh_run run = {.arguments = arguments, .output_limit = OUTPUT_MAX, .timeout = TIMEOUT};
    struct mh_run_result result;
    *filter = NULL;
    enum mh_error code = mh_run(&run, &result, failure);
    if (code == MH_NOT_FOUND)
        return mh_fail(failure, MH_UNSUPPORTED, "the nft program is not installed");
    if (code != MH_OK)
        return code;
    struct mh_nft_legacy legacy = {find_legacy("/proc/thread-self/net/ip_tables_names"),
                                   find_legacy("/proc/thread-self/net/ip6_tables_names")};
    code = result.status == 0 ? mh_nft_parse(result.output, result.output_length, &legacy, filter, failure)
                              : fail_nft(&result, failure);
    mh_run_clear(&result);
    return code;
}
