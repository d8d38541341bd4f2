#define _POSIX_C_SOURCE 200809L
/* Sockets of sock_diag(7): recorded dumps are decoded and compared, member by member, with the text beside
 * them (MH_UPDATE_GOLDEN=1 writes it anew), and then cut and changed at every octet: the decoder must come
 * back, and read nothing beyond the bytes that it was given (AddressSanitizer watches). */
#include "linux/codec.h"

#include "codec/netlink_fixture.h"
#include "platform.h"

#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static const struct {
    const char *name;
    uint8_t protocol;
} fixtures[] = {{"endpoints_tcp", MH_ENDPOINT_TCP}, {"endpoints_udp", MH_ENDPOINT_UDP}};
enum { FIXTURES = sizeof fixtures / sizeof fixtures[0], TEXT_SIZE = 16384 };

/* ---- as expected ----------------------------------------------------------------------------------- */

static void add_line(char *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add_line(char *text, const char *format, ...)
{
    size_t length = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    int written = vsnprintf(text + length, TEXT_SIZE - length, format, arguments);
    va_end(arguments);
    assert_true(written > 0 && (size_t)written < TEXT_SIZE - length);
}

static void add_endpoint(char *text, const struct mh_endpoint *endpoint)
{
    char local[MH_ADDRESS_TEXT_SIZE], remote[MH_ADDRESS_TEXT_SIZE];
    add_line(text, "%s %s %s %u", mh_endpoint_protocol_word(endpoint->protocol),
             mh_endpoint_state_word(endpoint->state), mh_address_format(&endpoint->local, local),
             endpoint->local_port);
    if (endpoint->state == MH_ENDPOINT_CONNECTED)
        add_line(text, " to %s %u", mh_address_format(&endpoint->remote, remote), endpoint->remote_port);
    else
        assert_true(endpoint->remote.family == MH_FAMILY_NONE && endpoint->remote_port == 0);
    add_line(text, " uid=%u interface=%u mark=%s%u tos=%u%s%s\n", endpoint->uid, endpoint->interface,
             endpoint->has_mark ? "" : "?", endpoint->mark, endpoint->tos,
             endpoint->ipv6_only ? " ipv6-only" : "", endpoint->inode == 0 ? " without inode" : "");
}

static void decode_fixture(const char *name, uint8_t protocol, char *text)
{
    size_t left, length;
    uint8_t *octets = fixture_read(name, &left);
    struct mh_messages walk = {octets, left, false};
    const struct nlmsghdr *message;
    struct mh_endpoint endpoint;
    while (mh_messages_next(&walk, &message, &length)) {
        enum mh_error code = mh_decode_endpoint(message, length, protocol, &endpoint);
        if (code == MH_OK)
            add_endpoint(text, &endpoint);
        else
            add_line(text, "%s\n", mh_error_word(code));
    }
    assert_false(walk.malformed);
    free(octets);
}

static void compare(const char *name, const char *text)
{
    char path[512], expected[TEXT_SIZE] = "";
    fixture_path(name, "txt", path);
    bool writes = getenv("MH_UPDATE_GOLDEN") != NULL;
    FILE *file = fopen(path, writes ? "w+" : "r");
    assert_non_null(file);
    if (writes)
        assert_true(fputs(text, file) >= 0 && fseek(file, 0, SEEK_SET) == 0);
    size_t length = fread(expected, 1, sizeof expected - 1, file);
    expected[length] = '\0';
    (void)fclose(file);
    assert_string_equal(text, expected);
}

static void fixtures_decode_as_expected(void **state)
{
    (void)state;
    for (size_t i = 0; i < FIXTURES; i++) {
        char text[TEXT_SIZE] = "";
        decode_fixture(fixtures[i].name, fixtures[i].protocol, text);
        compare(fixtures[i].name, text);
    }
}

/* ---- hostile --------------------------------------------------------------------------------------- */

static size_t decoded, refused;

static void decode(const uint8_t *octets, size_t length, uint8_t protocol)
{
    struct mh_endpoint endpoint;
    enum mh_error code = mh_decode_endpoint(octets, length, protocol, &endpoint);
    assert_true(code == MH_OK || code == MH_NOT_FOUND || code == MH_MALFORMED);
    *(code == MH_OK ? &decoded : &refused) += 1;
    if (code != MH_OK)
        return;
    bool connected = endpoint.state == MH_ENDPOINT_CONNECTED;
    assert_true(connected || endpoint.state == MH_ENDPOINT_LISTENING);
    assert_true(endpoint.local.family == MH_IPV4 || endpoint.local.family == MH_IPV6);
    assert_int_equal(endpoint.remote.family != MH_FAMILY_NONE, connected);
}

static uint8_t *exact_copy(const void *octets, size_t length)
{
    uint8_t *copy = malloc(length > 0 ? length : 1);
    assert_non_null(copy);
    if (length > 0)
        memcpy(copy, octets, length);
    return copy;
}

/* Cut as it is, and cut with a header that says so. */
static void cut(const uint8_t *octets, size_t length, uint8_t protocol)
{
    for (uint32_t kept = 0; kept < length; kept++) {
        uint8_t *copy = exact_copy(octets, kept);
        decode(copy, kept, protocol);
        if (kept >= sizeof kept) {
            memcpy(copy, &kept, sizeof kept);
            decode(copy, kept, protocol);
        }
        free(copy);
    }
}

static void change(const uint8_t *octets, size_t length, uint8_t protocol)
{
    uint8_t *copy = exact_copy(octets, length);
    for (size_t i = 0; i < length; i++) {
        for (unsigned value = 0; value < 256; value++) {
            copy[i] = (uint8_t)value;
            decode(copy, length, protocol);
        }
        copy[i] = octets[i];
    }
    free(copy);
}

static void fixtures_do_no_harm(void **state)
{
    (void)state;
    decoded = refused = 0;
    for (size_t i = 0; i < FIXTURES; i++) {
        size_t left, length;
        uint8_t *octets = fixture_read(fixtures[i].name, &left);
        struct mh_messages walk = {octets, left, false};
        const struct nlmsghdr *message;
        while (mh_messages_next(&walk, &message, &length)) {
            cut((const uint8_t *)message, length, fixtures[i].protocol);
            change((const uint8_t *)message, length, fixtures[i].protocol);
        }
        free(octets);
    }
    assert_true(decoded > 0 && refused > 0);
}

/* ---- the list -------------------------------------------------------------------------------------- */

static void a_list_has_an_end(void **state)
{
    (void)state;
    struct mh_endpoints list = {0};
    const struct mh_endpoint endpoint = {.inode = 7};
    for (size_t i = 0; i < MH_ENDPOINTS_MAX; i++)
        assert_int_equal(mh_endpoints_add(&list, &endpoint), MH_OK);
    assert_false(list.truncated);
    assert_int_equal(mh_endpoints_add(&list, &endpoint), MH_LIMIT);
    assert_true(list.truncated);
    assert_int_equal(list.count, MH_ENDPOINTS_MAX);
    assert_int_equal(list.items[MH_ENDPOINTS_MAX - 1].inode, 7);
    mh_endpoints_clear(&list);
    assert_null(list.items);
}

/* ---- the running kernel ---------------------------------------------------------------------------- */

enum { SOCKETS = 4 };

/* TCP listening, and both ends of a connection to it; UDP on a wildcard address. Their ports. */
static void open_sockets(int descriptors[SOCKETS], uint16_t ports[SOCKETS])
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_in any = {.sin_family = AF_INET};
    socklen_t length = sizeof address;
    for (int i = 0; i < SOCKETS; i++)
        descriptors[i] = i == 2 ? -1 : socket(AF_INET, i < 3 ? SOCK_STREAM : SOCK_DGRAM, 0);
    assert_int_equal(bind(descriptors[0], (struct sockaddr *)&address, length), 0);
    assert_int_equal(listen(descriptors[0], 1), 0);
    assert_int_equal(getsockname(descriptors[0], (struct sockaddr *)&address, &length), 0);
    assert_int_equal(connect(descriptors[1], (struct sockaddr *)&address, length), 0);
    descriptors[2] = accept(descriptors[0], NULL, NULL);
    assert_int_equal(bind(descriptors[3], (struct sockaddr *)&any, length), 0);
    for (int i = 0; i < SOCKETS; i++) {
        assert_int_equal(getsockname(descriptors[i], (struct sockaddr *)&address, &length), 0);
        ports[i] = ntohs(address.sin_port);
    }
}

static struct mh_endpoint *find(struct mh_endpoints *list, uint8_t protocol, uint16_t local, uint16_t remote)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].protocol == protocol && list->items[i].local_port == local &&
            list->items[i].remote_port == remote)
            return &list->items[i];
    return NULL;
}

static void list(struct mh_platform *platform, unsigned states, struct mh_endpoints *endpoints)
{
    struct mh_failure failure = {0};
    if (mh_platform_endpoints(platform, states, endpoints, &failure) != MH_OK)
        fail_msg("%s", failure.detail);
}

/* Sockets of our own, and the client's end of the connection among those that the kernel lists. */
struct own_sockets {
    int descriptors[SOCKETS];
    uint16_t ports[SOCKETS];
    struct mh_platform *platform;
    struct mh_endpoints endpoints;
    struct mh_endpoint *near;
};

static void set_up(struct own_sockets *own)
{
    *own = (struct own_sockets){0};
    assert_int_equal(mh_platform_open("linux", &own->platform, NULL), MH_OK);
    open_sockets(own->descriptors, own->ports);
    list(own->platform, MH_ENDPOINT_CONNECTED, &own->endpoints);
    own->near = find(&own->endpoints, MH_ENDPOINT_TCP, own->ports[1], own->ports[0]);
    assert_non_null(own->near);
}

static void tear_down(struct own_sockets *own)
{
    mh_endpoints_clear(&own->endpoints);
    for (int i = 0; i < SOCKETS; i++)
        (void)close(own->descriptors[i]);
    mh_platform_close(own->platform);
}

static void the_kernel_lists_our_sockets(void **state)
{
    (void)state;
    struct own_sockets own;
    set_up(&own);
    const uint16_t *ports = own.ports;
    assert_non_null(find(&own.endpoints, MH_ENDPOINT_TCP, ports[0], ports[1]));
    assert_null(find(&own.endpoints, MH_ENDPOINT_TCP, ports[0], 0));
    assert_true(mh_address_is_loopback(&own.near->remote) && own.near->uid == getuid());
    mh_endpoints_clear(&own.endpoints);
    list(own.platform, MH_ENDPOINT_LISTENING, &own.endpoints);
    assert_non_null(find(&own.endpoints, MH_ENDPOINT_TCP, ports[0], 0));
    const struct mh_endpoint *wildcard = find(&own.endpoints, MH_ENDPOINT_UDP, ports[3], 0);
    assert_non_null(wildcard);
    assert_true(mh_address_is_unspecified(&wildcard->local));
    assert_null(find(&own.endpoints, MH_ENDPOINT_TCP, ports[1], ports[0]));
    tear_down(&own);
}

/* A process may call itself anything. */
static void holders_are_named(void **state)
{
    (void)state;
    struct own_sockets own;
    char earlier[16];
    set_up(&own);
    mh_platform_endpoint_holders(own.platform, own.near, 1);
    assert_int_equal(own.near->pid, getpid());
    assert_string_equal(own.near->process, "codec_netlink_e"); /* the kernel keeps 15 octets */
    assert_int_equal(prctl(PR_GET_NAME, earlier), 0);
    assert_int_equal(prctl(PR_SET_NAME, "a\033[31m\nb"), 0);
    own.near->pid = 0;
    mh_platform_endpoint_holders(own.platform, own.near, 1);
    assert_string_equal(own.near->process, "a?[31m?b");
    assert_int_equal(prctl(PR_SET_NAME, earlier), 0);
    tear_down(&own);
}

/* Marks what the parent has open, asked by its child; and nothing for a process that is not there. */
static void descent_is_followed(void **state)
{
    (void)state;
    struct own_sockets own;
    int status = 0;
    set_up(&own);
    struct mh_endpoint *near = own.near;
    mh_platform_endpoint_ancestry(own.platform, 0, near, 1);
    assert_false(near->yours);
    pid_t child = fork();
    if (child == 0) { /* it has them open no more: its parent does */
        for (int i = 0; i < SOCKETS; i++)
            (void)close(own.descriptors[i]);
        (void)pause();
        _exit(0);
    }
    assert_true(child > 0);
    mh_platform_endpoint_ancestry(own.platform, (uint32_t)child, near, 1);
    assert_true(near->yours);
    assert_true(near->pid == (uint32_t)getpid() || near->pid == (uint32_t)child);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    near->yours = false;
    mh_platform_endpoint_ancestry(own.platform, (uint32_t)child, near, 1);
    assert_false(near->yours);
    tear_down(&own);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fixtures_decode_as_expected), cmocka_unit_test(fixtures_do_no_harm),
        cmocka_unit_test(a_list_has_an_end),           cmocka_unit_test(the_kernel_lists_our_sockets),
        cmocka_unit_test(holders_are_named),           cmocka_unit_test(descent_is_followed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
