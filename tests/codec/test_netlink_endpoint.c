#define _POSIX_C_SOURCE 200809L
/* Sockets of sock_diag(7): recorded dumps are decoded and compared, member by member, with the text beside
 * them (MH_UPDATE_GOLDEN=1 writes it anew), and then cut and changed at every octet: the decoder must come
 * back, and read nothing beyond the bytes that it was given (AddressSanitizer watches). */
#include "linux/codec.h"

#include "codec/netlink_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

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
    (void)fread(expected, 1, sizeof expected - 1, file);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fixtures_decode_as_expected),
        cmocka_unit_test(fixtures_do_no_harm),
        cmocka_unit_test(a_list_has_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
