/* Text as if nft had written it: the parser, and packets through the filter that it makes. */
#include "linux/nft.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void answer(void *context, const struct mh_filter_fib_question *question,
                   struct mh_filter_fib_answer *answer)
{
    (void)context;
    *answer = (struct mh_filter_fib_answer){
        .known = question->mark % 2 == 0, .interface = question->input, .type = 1};
}

static void run(const struct mh_filter *filter, enum mh_filter_hook hook, uint8_t protocol, uint8_t family)
{
    struct mh_filter_result result;
    struct mh_filter_packet packet = {.source = {family, {10, 0, 0, 1}},
                                      .destination = {family, {192, 0, 2, 1}},
                                      .input = 2,
                                      .output = 3,
                                      .input_name = "eth0",
                                      .output_name = "eth1",
                                      .protocol = protocol,
                                      .protocol_known = protocol != 0,
                                      .source_port = 1000,
                                      .destination_port = 53,
                                      .source_port_known = true,
                                      .destination_port_known = protocol == 17,
                                      .tcp_syn = true,
                                      .connection_mark_known = true,
                                      .fib = answer};
    mh_filter_run(filter, hook, &packet, &result);
    if (result.verdict == MH_FILTER_INDETERMINATE && result.reason[0] == '\0')
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct mh_nft_legacy none;
    struct mh_filter *filter;
    char *copy = malloc(size > 0 ? size : 1); /* exactly as large */
    if (copy == NULL)
        return 0;
    if (size > 0)
        memcpy(copy, data, size);
    if (mh_nft_parse(copy, size, &none, &filter, NULL) == MH_OK)
        for (int hook = 0; hook < MH_FILTER_HOOK_COUNT; hook++) {
            run(filter, (enum mh_filter_hook)hook, 17, MH_IPV4);
            run(filter, (enum mh_filter_hook)hook, 6, MH_IPV6);
            run(filter, (enum mh_filter_hook)hook, 0, MH_IPV4);
        }
    mh_filter_free(filter);
    free(copy);
    return 0;
}
