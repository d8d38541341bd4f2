/* send_probe SOURCE TARGET TIMEOUT: a probe through the boundary, and what became of it in a line: "reached
 * 192.0.2.2 183". For tests on real functions. */
#include "platform.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

static void report(void *context, const struct mh_probe_answer *answer)
{
    static const char *const words[] = {"reached", "unreachable", "silent", "failed"};
    char from[MH_ADDRESS_TEXT_SIZE] = "-";
    (void)context;
    if (answer->from.family != MH_FAMILY_NONE)
        (void)mh_address_format(&answer->from, from);
    (void)printf("%s %s %u %s\n", words[answer->outcome], from, answer->round_trip, answer->failure.detail);
}

int main(int count, char **words)
{
    struct mh_platform *platform = NULL;
    struct mh_probe probe = {.size = 32};
    struct mh_failure failure = {0};
    if (count != 4 || !mh_address_parse(words[1], strlen(words[1]), &probe.source) ||
        !mh_address_parse(words[2], strlen(words[2]), &probe.target))
        return 2;
    probe.timeout = (uint32_t)strtoul(words[3], NULL, 10);
    enum mh_error code = mh_platform_open(NULL, &platform, &failure);
    if (code == MH_OK)
        code = mh_platform_probe(platform, uv_default_loop(), &probe, report, NULL, &failure);
    if (code == MH_OK)
        (void)uv_run(uv_default_loop(), UV_RUN_DEFAULT);
    else
        (void)printf("refused %s: %s\n", mh_error_word(code), failure.detail);
    mh_platform_close(platform);
    return 0;
}
