/* list_endpoints PLATFORM [PID]: the sockets that a platform lists, who holds them, and which of them process
 * PID and those that it descends from do. tests/bsd/test_sockets.py reads it. */
#include "platform.h"

#include <stdio.h>
#include <stdlib.h>

static void print(const struct mh_endpoint *endpoint)
{
    char local[MH_ADDRESS_TEXT_SIZE], remote[MH_ADDRESS_TEXT_SIZE];
    (void)printf("%s|%s|%s|%u|%s|%u|%u|%s|%s\n", mh_endpoint_protocol_word(endpoint->protocol),
                 mh_endpoint_state_word(endpoint->state), mh_address_format(&endpoint->local, local),
                 endpoint->local_port, mh_address_format(&endpoint->remote, remote), endpoint->remote_port,
                 endpoint->pid, endpoint->pid != 0 ? endpoint->process : endpoint->process_unknown,
                 endpoint->yours ? "yours" : "");
}

int main(int count, char **words)
{
    struct mh_platform *platform;
    struct mh_failure failure = {0};
    struct mh_endpoints endpoints = {0};
    if (count < 2 || mh_platform_open(words[1], &platform, &failure) != MH_OK) {
        (void)fprintf(stderr, "%s\n", failure.detail);
        return EXIT_FAILURE;
    }
    enum mh_error code =
        mh_platform_endpoints(platform, MH_ENDPOINT_LISTENING | MH_ENDPOINT_CONNECTED, &endpoints, &failure);
    if (code != MH_OK)
        (void)fprintf(stderr, "%s\n", failure.detail);
    if (count > 2)
        mh_platform_endpoint_ancestry(platform, (uint32_t)strtoul(words[2], NULL, 10), endpoints.items,
                                      endpoints.count);
    mh_platform_endpoint_holders(platform, endpoints.items, endpoints.count);
    for (size_t i = 0; i < endpoints.count; i++)
        print(&endpoints.items[i]);
    mh_endpoints_clear(&endpoints);
    mh_platform_close(platform);
    return code == MH_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
