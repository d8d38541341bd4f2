/* Who took something of ours away: the tables of /proc, whatever is in them, and notifications that name a
 * living process, one that has ended, and nobody. */
#define _GNU_SOURCE
#include "linux/culprit.h"
#include "linux/encode.h"
#include "linux/netlink_port.h"
#include "linux/process.h"

#include "unit/support.h"

#include <linux/rtnetlink.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- /proc/net/netlink ----------------------------------------------------------------------------- */

#define HEAD "sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode\n"
#define ROW(family, port, inode)                                                                             \
    "0000000000000000 " family "   " port " 00000000 0        0        0     2        0        " inode "\n"

static bool finds(const char *text, uint32_t port, uint64_t expected)
{
    uint64_t inode = 0;
    bool found = mh_netlink_inode(text, strlen(text), port, &inode);
    if (found)
        assert_int_equal(inode, expected);
    return found;
}

static void sockets(void **state)
{
    (void)state;
    static const char table[] = HEAD ROW("9 ", "812       ", "11") ROW("0 ", "812       ", "22")
        ROW("0 ", "4171254531", "33") ROW("0 ", "81        ", "44");
    assert_true(finds(table, 812, 22));
    assert_true(finds(table, 4171254531U, 33));
    assert_true(finds(table, 81, 44));
    assert_false(finds(table, 8, 0));
    assert_false(finds(table, 0, 0));
    assert_false(finds("", 812, 0));
    assert_false(finds(HEAD, 812, 0));
}

/* Every beginning of the table, rows with wrong words, numbers beyond all bounds. */
static void hostile_tables(void **state)
{
    (void)state;
    static const char table[] = HEAD ROW("0 ", "812       ", "22");
    static const char *const wrong[] = {ROW("0 ", "812x      ", "22"),
                                        ROW("0 ", "-812      ", "22"),
                                        ROW("0 ", "812       ", "x"),
                                        ROW("0 ", "812       ", "99999999999999999999999999"),
                                        ROW("00x", "812      ", "22"),
                                        ROW("0 ", "4294968108", "22"), /* 2^32 + 812 */
                                        "0 0 812\n",
                                        "0 0 812 0 0 0 0 0 0",
                                        "\n\n\n",
                                        " \t \t\n",
                                        "0 0 812 0 0 0 0 0 0 \n22",
                                        "0 0 812 0 0 0 0 0 0 +22"};
    for (size_t length = 0; length < strlen(table) - 4; length++) {
        char *copy = malloc(length + 1); /* without an end: a read behind it is seen */
        uint64_t inode;
        assert_non_null(copy);
        memcpy(copy, table, length);
        assert_false(mh_netlink_inode(copy, length, 812, &inode));
        free(copy);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        if (finds(wrong[i], 812, 0))
            fail_msg("found in %s", wrong[i]);
    uint64_t seed = 23;
    for (int i = 0; i < 20000; i++) {
        char text[sizeof table];
        uint64_t inode;
        memcpy(text, table, sizeof text);
        for (int change = 0; change < 3; change++)
            text[mh_test_random(&seed) % sizeof text] = (char)mh_test_random(&seed);
        (void)mh_netlink_inode(text, sizeof text, 812, &inode);
    }
}

static void links(void **state)
{
    (void)state;
    static const char link[] = "socket:[22]";
    uint64_t inode = 0;
    assert_true(mh_process_socket(link, sizeof link - 1, &inode));
    assert_int_equal(inode, 22);
    for (size_t length = 0; length < sizeof link - 1; length++)
        assert_false(mh_process_socket(link, length, &inode));
    assert_false(mh_process_socket("/tmp/socket:[22]", 16, &inode));
    assert_false(mh_process_socket("socket:[-1]", 11, &inode));
    assert_false(mh_process_socket("socket:[]", 9, &inode));
    assert_true(mh_process_socket("socket:[18446744073709551615]", 29, &inode));
    assert_true(inode == UINT64_MAX);
    assert_false(mh_process_socket("socket:[18446744073709551616]", 29, &inode));
}

static void names(void **state)
{
    (void)state;
    char name[MH_PROCESS_NAME_SIZE];
    mh_process_name("NetworkManager\n", 15, name);
    assert_string_equal(name, "NetworkManager");
    mh_process_name("a\nb\033[31m\0c\n\xff\xc3\xa4", 14, name);
    assert_string_equal(name, "a?b?[31m?c????");
    mh_process_name("", 0, name);
    assert_string_equal(name, "");
    mh_process_name("\n", 1, name);
    assert_string_equal(name, "");
    char longer[MH_PROCESS_NAME_SIZE + 8];
    memset(longer, 'x', sizeof longer);
    mh_process_name(longer, sizeof longer, name);
    assert_int_equal(strlen(name), MH_PROCESS_NAME_SIZE - 1);
}

static void parents(void **state)
{
    (void)state;
    assert_int_equal(mh_process_parent("812 (sshd) S 811 812 812 0 -1"), 811);
    assert_int_equal(mh_process_parent("812 (a) R 1 (b) S 811 812"), 811); /* a name may try */
    assert_int_equal(mh_process_parent("1 (init) S 0 1 1"), 0);
    assert_int_equal(mh_process_parent("812 (sshd"), 0);
    assert_int_equal(mh_process_parent("812 (sshd)"), 0);
    assert_int_equal(mh_process_parent(""), 0);
}

/* ---- notifications --------------------------------------------------------------------------------- */

enum { OURS = 157, FOREIGN = 4 };

static struct mh_address address_of(const char *text)
{
    struct mh_address address = {0};
    assert_true(mh_address_parse(text, strlen(text), &address));
    return address;
}

static struct mh_op rule(uint32_t priority, uint8_t protocol)
{
    return (struct mh_op){.kind = MH_OP_RULE_ADD,
                          .of.rule = {.family = MH_IPV4,
                                      .priority = priority,
                                      .table = 5202,
                                      .protocol = protocol,
                                      .from = {address_of("192.0.2.64"), 26},
                                      .suppress_prefix_length = -1,
                                      .suppress_interface_group = -1}};
}

static struct mh_op route(uint32_t metric, uint8_t protocol, const struct mh_next_hop *hop)
{
    return (struct mh_op){.kind = MH_OP_ROUTE_ADD,
                          .of.route = {.table = RT_TABLE_MAIN,
                                       .metric = metric,
                                       .type = MH_ROUTE_UNICAST,
                                       .protocol = protocol,
                                       .destination = {address_of("10.0.0.0"), 8},
                                       .next_hop_count = 1,
                                       .next_hops = hop}};
}

static const struct mh_next_hop by = {.interface = 7, .weight = 1};

union buffer {
    struct nlmsghdr header;
    uint8_t octets[4096];
};

/* What the kernel tells of the object looks like what asks for it. */
static void tell(struct mh_culprits *culprits, const struct mh_op *op, uint16_t type, uint16_t flags,
                 uint32_t port)
{
    static struct mh_route_decoder decoder;
    static union buffer buffer;
    struct mh_message message = {.header = &buffer.header, .size = sizeof buffer};
    enum mh_error error = op->kind == MH_OP_RULE_ADD ? mh_encode_rule(op->kind, &op->of.rule, &message, NULL)
                          : op->kind == MH_OP_ROUTE_ADD
                              ? mh_encode_route(op->kind, &op->of.route, &message, NULL)
                              : mh_encode_address(op->kind, &op->of.address, NULL, &message, NULL);
    assert_int_equal(error, MH_OK);
    struct nlmsghdr *header = message.header;
    header->nlmsg_type = type;
    header->nlmsg_flags = flags;
    header->nlmsg_pid = port;
    mh_culprits_note(culprits, header, header->nlmsg_len, &decoder);
}

static void answers(struct mh_culprits *culprits, const struct mh_op *op, uint32_t pid, const char *unknown)
{
    struct mh_culprit culprit;
    mh_culprits_take(culprits, op, &culprit);
    assert_int_equal(culprit.pid, pid);
    if (pid == 0)
        assert_string_equal(culprit.unknown, unknown);
    else
        assert_true(culprit.process[0] != '\0');
}

static const char unseen[] = "nobody was seen taking it away", ended[] = "it had ended",
                  kernel[] = "the kernel made the change itself, or does not tell who asked";
enum { NOBODY = 4000000000U };

static void removals(void **state)
{
    (void)state;
    struct mh_culprits *culprits = calloc(1, sizeof *culprits);
    assert_non_null(culprits);
    const struct mh_op ours = rule(5210, OURS), other = rule(5211, OURS), foreign = rule(5212, FOREIGN);
    tell(culprits, &ours, RTM_DELRULE, 0, NOBODY);
    tell(culprits, &foreign, RTM_DELRULE, 0, NOBODY);
    answers(culprits, &other, 0, unseen);
    answers(culprits, &foreign, 0, unseen);
    answers(culprits, &ours, 0, ended);
    answers(culprits, &ours, 0, unseen); /* told once */
    tell(culprits, &ours, RTM_DELRULE, 0, 0);
    answers(culprits, &ours, 0, kernel);
    tell(culprits, &ours, RTM_DELRULE, 0, NOBODY);
    tell(culprits, &ours, RTM_NEWRULE, 0, NOBODY); /* it is back: what takes it away next is another matter */
    answers(culprits, &ours, 0, unseen);
    const struct mh_op setting = {.kind = MH_OP_SETTING_SET};
    answers(culprits, &setting, 0, "the kernel does not tell who changes such things");
    free(culprits);
}

static void routes_and_addresses(void **state)
{
    (void)state;
    struct mh_culprits *culprits = calloc(1, sizeof *culprits);
    assert_non_null(culprits);
    const struct mh_op ours = route(50, OURS, &by), foreign = route(50, FOREIGN, &by),
                       other = route(60, OURS, &by);
    struct mh_op address = {
        .kind = MH_OP_ADDRESS_ADD,
        .of.address = {.interface = 7, .address = address_of("192.0.2.2"), .prefix_length = 24}};
    tell(culprits, &foreign, RTM_DELROUTE, 0, NOBODY);
    answers(culprits, &ours, 0, unseen);
    tell(culprits, &ours, RTM_DELROUTE, 0, NOBODY);
    answers(culprits, &other, 0, unseen);
    answers(culprits, &ours, 0, ended);
    tell(culprits, &foreign, RTM_NEWROUTE, NLM_F_REPLACE, NOBODY); /* in place of ours */
    answers(culprits, &ours, 0, ended);
    tell(culprits, &foreign, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, NOBODY);
    answers(culprits, &ours, 0, unseen);
    tell(culprits, &address, RTM_DELADDR, 0, NOBODY);
    address.of.address.interface = 8;
    answers(culprits, &address, 0, unseen);
    address.of.address.interface = 7;
    answers(culprits, &address, 0, ended);
    free(culprits);
}

/* The newest are kept, and no more. */
static void many(void **state)
{
    (void)state;
    struct mh_culprits *culprits = calloc(1, sizeof *culprits);
    assert_non_null(culprits);
    for (uint32_t i = 0; i < 200; i++) {
        const struct mh_op op = rule(i, OURS);
        tell(culprits, &op, RTM_DELRULE, 0, 0);
    }
    assert_int_equal(culprits->count, MH_TRACES_MAX);
    for (uint32_t i = 0; i < 200; i++) {
        const struct mh_op op = rule(i, OURS);
        answers(culprits, &op, 0, i < 200 - MH_TRACES_MAX ? unseen : kernel);
    }
    assert_int_equal(culprits->count, 0);
    free(culprits);
}

/* Somebody else is looked for each time, but only a few in a second. */
static void not_too_often(void **state)
{
    (void)state;
    struct mh_culprits *culprits = calloc(1, sizeof *culprits);
    unsigned refused = 0;
    assert_non_null(culprits);
    for (uint32_t i = 0; i < 20; i++) {
        const struct mh_op op = rule(i, OURS);
        struct mh_culprit culprit;
        tell(culprits, &op, RTM_DELRULE, 0, NOBODY + i);
        mh_culprits_take(culprits, &op, &culprit);
        refused += strcmp(culprit.unknown, "too much happened at once to look for everybody") == 0;
    }
    assert_true(refused >= 4);          /* of 20, in a few seconds at the most */
    for (uint32_t i = 0; i < 20; i++) { /* one who does a lot is looked for once */
        const struct mh_op op = rule(i, OURS);
        culprits->second_at = 0;
        tell(culprits, &op, RTM_DELRULE, 0, NOBODY);
        answers(culprits, &op, 0, ended);
    }
    free(culprits);
}

/* Opens a socket for routes and tells its port id. */
static uint32_t open_port(int *descriptor)
{
    struct sockaddr_nl name = {.nl_family = AF_NETLINK};
    socklen_t size = sizeof name;
    *descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0);
    assert_true(*descriptor >= 0);
    assert_int_equal(bind(*descriptor, (const struct sockaddr *)&name, sizeof name), 0);
    assert_int_equal(getsockname(*descriptor, (struct sockaddr *)&name, &size), 0);
    return name.nl_pid;
}

/* Another process, which has the ports until it is killed. */
static pid_t spawn(uint32_t ports[2])
{
    int pipes[2], sockets[2];
    assert_int_equal(pipe(pipes), 0);
    pid_t child = fork();
    if (child == 0) {
        ports[0] = open_port(&sockets[0]);
        ports[1] = open_port(&sockets[1]);
        if (write(pipes[1], ports, 2 * sizeof ports[0]) != 2 * sizeof ports[0])
            _exit(1);
        for (;;)
            (void)pause();
    }
    assert_true(child > 0);
    assert_int_equal(read(pipes[0], ports, 2 * sizeof ports[0]), 2 * sizeof ports[0]);
    (void)close(pipes[0]);
    (void)close(pipes[1]);
    return child;
}

static void living_processes(void **state)
{
    (void)state;
    struct mh_culprits *culprits = calloc(1, sizeof *culprits);
    const struct mh_op op = rule(5210, OURS);
    uint32_t ports[2];
    int own;
    assert_non_null(culprits);
    pid_t child = spawn(ports);
    assert_int_equal(ports[0], child);
    assert_int_not_equal(ports[1], child);
    for (int i = 0; i < 2; i++) {
        tell(culprits, &op, RTM_DELRULE, 0, ports[i]);
        answers(culprits, &op, (uint32_t)child, NULL);
    }
    tell(culprits, &op, RTM_DELRULE, 0, open_port(&own)); /* what we do ourselves is nobody's fault */
    answers(culprits, &op, 0, unseen);
    (void)close(own);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    culprits->found_at = culprits->second_at = 0;
    tell(culprits, &op, RTM_DELRULE, 0, ports[0]);
    answers(culprits, &op, 0, ended);
    free(culprits);
}

/* Cut off anywhere: nothing is known, and nothing read behind the end. */
static void cut_notifications(void **state)
{
    (void)state;
    struct mh_culprits *culprits = calloc(1, sizeof *culprits);
    struct mh_route_decoder *decoder = calloc(1, sizeof *decoder);
    static union buffer buffer;
    struct mh_message message = {.header = &buffer.header, .size = sizeof buffer};
    const struct mh_op op = route(50, OURS, &by);
    assert_non_null(culprits);
    assert_non_null(decoder);
    assert_int_equal(mh_encode_route(op.kind, &op.of.route, &message, NULL), MH_OK);
    const struct nlmsghdr *whole = message.header;
    for (uint32_t length = sizeof *whole; length < whole->nlmsg_len; length++) {
        struct nlmsghdr *copy = malloc(length);
        assert_non_null(copy);
        memcpy(copy, whole, length);
        copy->nlmsg_type = RTM_DELROUTE;
        copy->nlmsg_pid = 0;
        mh_culprits_note(culprits, copy, length, decoder);
        free(copy);
    }
    answers(culprits, &op, 0, unseen);
    free(decoder);
    free(culprits);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sockets),
        cmocka_unit_test(hostile_tables),
        cmocka_unit_test(links),
        cmocka_unit_test(names),
        cmocka_unit_test(parents),
        cmocka_unit_test(removals),
        cmocka_unit_test(routes_and_addresses),
        cmocka_unit_test(many),
        cmocka_unit_test(not_too_often),
        cmocka_unit_test(living_processes),
        cmocka_unit_test(cut_notifications),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
