/* set_link_address PLATFORM INDEX MAC: gives interface INDEX another hardware address.
 * tests/bsd/test_announcements.py looks at what the kernel was asked for then. */
#include "platform.h"

#include <stdio.h>
#include <stdlib.h>

int main(int count, char **words)
{
    struct mh_platform *platform;
    struct mh_failure failure = {0};
    struct mh_op op = {.kind = MH_OP_LINK_ADDRESS_SET};
    if (count != 4 || mh_platform_open(words[1], &platform, &failure) != MH_OK) {
        (void)fprintf(stderr, "%s\n", failure.detail);
        return EXIT_FAILURE;
    }
    op.of.link.interface = (uint32_t)strtoul(words[2], NULL, 10);
    op.of.link.hardware_address_length =
        (uint8_t)mh_hardware_address_parse(words[3], op.of.link.hardware_address);
    enum mh_error code = mh_platform_apply(platform, &op, &failure);
    if (code != MH_OK)
        (void)fprintf(stderr, "%s\n", failure.detail);
    mh_platform_close(platform);
    return code == MH_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
