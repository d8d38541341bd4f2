/* The least that a program can do to read all routes: one netlink dump for each family, messages counted,
 * nothing kept. Prints the number of routes. */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The kernel fills at most 32 KiB for one read of a dump. */
static char buffer[32 * 1024];

static void fail(const char *what)
{
    fprintf(stderr, "bench_dump: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void ask(struct mnl_socket *socket, uint8_t family)
{
    struct nlmsghdr *header = mnl_nlmsg_put_header(buffer);
    header->nlmsg_type = RTM_GETROUTE;
    header->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    header->nlmsg_seq = family;
    struct rtmsg *route = mnl_nlmsg_put_extra_header(header, sizeof(*route));
    route->rtm_family = family;
    if (mnl_socket_sendto(socket, header, header->nlmsg_len) < 0)
        fail("send");
}

static size_t count_answers(struct mnl_socket *socket)
{
    size_t count = 0;
    for (;;) {
        ssize_t length = mnl_socket_recvfrom(socket, buffer, sizeof(buffer));
        if (length < 0)
            fail("receive");
        int left = (int)length;
        for (const struct nlmsghdr *header = (const void *)buffer; mnl_nlmsg_ok(header, left);
             header = mnl_nlmsg_next(header, &left)) {
            if (header->nlmsg_type == NLMSG_DONE)
                return count;
            if (header->nlmsg_type == RTM_NEWROUTE)
                count++;
        }
    }
}

int main(void)
{
    struct mnl_socket *socket = mnl_socket_open(NETLINK_ROUTE);
    if (socket == NULL || mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0)
        fail("netlink socket");
    size_t count = 0;
    ask(socket, AF_INET);
    count += count_answers(socket);
    ask(socket, AF_INET6);
    count += count_answers(socket);
    printf("%zu\n", count);
    mnl_socket_close(socket);
    return 0;
}
