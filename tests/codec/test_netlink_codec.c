/* Every fixture is decoded and compared, member by member, with the text beside it (NAME.txt). After a
 * deliberate change write these anew with MH_UPDATE_GOLDEN=1, and read their diff. */
#include "linux/attribute.h"
#include "linux/codec.h"
#include "linux/nexthops.h"

#include "codec/netlink_fixture.h"
#include "codec/netlink_text.h"

#include <linux/if_addrlabel.h>
#include <linux/rtnetlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/socket.h>

#include <cmocka.h>

struct decoding {
    struct text text;
    struct mh_link links[64];
    size_t link_count;
    struct mh_nexthops *objects;
    struct mh_route_decoder decoder;
    struct mh_nexthop object;
};

static void note_failure(struct decoding *decoding, enum mh_error code, unsigned type)
{
    text_add(&decoding->text, "message of type %u: %s\n", type, mh_error_word(code));
}

static void decode_link(struct decoding *decoding, const struct nlmsghdr *message, size_t length)
{
    struct mh_link *link = &decoding->links[decoding->link_count];
    enum mh_error code = mh_decode_link(message, length, link);
    if (code == MH_OK)
        decoding->link_count++;
    else
        note_failure(decoding, code, message->nlmsg_type);
}

static void decode_address(struct decoding *decoding, const struct nlmsghdr *message, size_t length)
{
    struct mh_interface_address address;
    enum mh_error code = mh_decode_address(message, length, &address);
    if (code == MH_OK)
        text_of_address(&decoding->text, &address);
    else
        note_failure(decoding, code, message->nlmsg_type);
}

static void decode_route(struct decoding *decoding, const struct nlmsghdr *message, size_t length)
{
    struct mh_route route;
    enum mh_error code = mh_decode_route(message, length, &decoding->decoder, &route);
    if (code != MH_OK) {
        note_failure(decoding, code, message->nlmsg_type);
        return;
    }
    if (message->nlmsg_type == RTM_DELROUTE)
        text_add(&decoding->text, "deleted ");
    else if ((message->nlmsg_flags & ~NLM_F_MULTI) != 0)
        text_add(&decoding->text, "%#x ", message->nlmsg_flags);
    text_of_route(&decoding->text, &route);
    assert_false(decoding->decoder.unresolved);
}

static void decode_rule(struct decoding *decoding, const struct nlmsghdr *message, size_t length)
{
    struct mh_rule rule;
    enum mh_error code = mh_decode_rule(message, length, &rule);
    if (code == MH_OK)
        text_of_rule(&decoding->text, &rule);
    else
        note_failure(decoding, code, message->nlmsg_type);
}

static void decode_label(struct decoding *decoding, const struct nlmsghdr *message, size_t length)
{
    struct mh_address_label label;
    enum mh_error code = mh_decode_label(message, length, &label);
    if (code == MH_OK)
        text_of_label(&decoding->text, &label);
    else
        note_failure(decoding, code, message->nlmsg_type);
}

static void decode_neighbor(struct decoding *decoding, const struct nlmsghdr *message, size_t length)
{
    struct mh_neighbor neighbor;
    enum mh_error code = mh_decode_neighbor(message, length, &neighbor);
    if (code == MH_OK)
        text_of_neighbor(&decoding->text, &neighbor);
    else
        note_failure(decoding, code, message->nlmsg_type);
}

static void text_of_nexthop(struct text *text, const struct mh_nexthop *object)
{
    text_add(text, "object %u%s via=%s dev=%u flags=%u", object->id, object->blackhole ? " blackhole" : "",
             address_text(&object->hop.gateway), object->hop.interface, object->hop.flags);
    for (size_t i = 0; i < object->member_count; i++)
        text_add(text, " %u*%u", object->members[i].id, object->members[i].weight);
    text_add(text, "\n");
}

static void decode_nexthop(struct decoding *decoding, const struct nlmsghdr *message, size_t length)
{
    bool replaced;
    enum mh_error code = mh_decode_nexthop(message, length, &decoding->object);
    if (code != MH_OK) {
        note_failure(decoding, code, message->nlmsg_type);
        return;
    }
    text_of_nexthop(&decoding->text, &decoding->object);
    assert_int_equal(mh_nexthops_put(decoding->objects, &decoding->object, &replaced), MH_OK);
}

static void decode_message(struct decoding *decoding, const struct nlmsghdr *message, size_t length)
{
    switch (message->nlmsg_type & ~3U) {
    case RTM_NEWLINK:
        decode_link(decoding, message, length);
        break;
    case RTM_NEWADDR:
        decode_address(decoding, message, length);
        break;
    case RTM_NEWROUTE:
        decode_route(decoding, message, length);
        break;
    case RTM_NEWNEIGH:
        decode_neighbor(decoding, message, length);
        break;
    case RTM_NEWRULE:
        decode_rule(decoding, message, length);
        break;
    case RTM_NEWADDRLABEL:
        decode_label(decoding, message, length);
        break;
    case RTM_NEWNEXTHOP:
        decode_nexthop(decoding, message, length);
        break;
    default:
        fail_msg("a fixture holds a message of type %u", message->nlmsg_type);
    }
}

static void decode_fixture(struct decoding *decoding, const char *name)
{
    size_t left, length;
    uint8_t *octets = fixture_read(name, &left);
    struct mh_messages walk = {octets, left, false};
    const struct nlmsghdr *message;
    while (mh_messages_next(&walk, &message, &length))
        decode_message(decoding, message, length);
    assert_false(walk.malformed);
    free(octets);
}

static void finish_links(struct decoding *decoding)
{
    mh_links_resolve(decoding->links, decoding->link_count);
    for (size_t i = 0; i < decoding->link_count; i++) {
        text_of_interface(&decoding->text, &decoding->links[i].interface);
        for (size_t j = 0; j < decoding->links[i].setting_count; j++)
            text_of_setting(&decoding->text, &decoding->links[i].settings[j]);
    }
}

/* The whole of NAME.txt, or NULL. */
static char *read_expected(const char *name)
{
    char path[512];
    fixture_path(name, "txt", path);
    FILE *file = fopen(path, "r");
    char *expected = calloc(1, 1 << 20);
    assert_non_null(expected);
    if (file == NULL)
        fail_msg("there is no %s; write it with MH_UPDATE_GOLDEN=1", path);
    size_t length = fread(expected, 1, (1 << 20) - 1, file);
    expected[length] = '\0';
    (void)fclose(file);
    return expected;
}

static void write_expected(const char *name, const struct text *text)
{
    char path[512];
    fixture_path(name, "txt", path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text->characters, 1, text->length, file), text->length);
    assert_int_equal(fclose(file), 0);
}

static void compare(const char *name, const struct text *text)
{
    if (getenv("MH_UPDATE_GOLDEN") != NULL)
        write_expected(name, text);
    char *expected = read_expected(name);
    assert_string_equal(text->characters, expected);
    free(expected);
}

static void a_fixture_decodes_as_expected(void **state)
{
    const char *name = *state;
    struct decoding *decoding = calloc(1, sizeof *decoding);
    assert_non_null(decoding);
    decoding->objects = mh_nexthops_new();
    decoding->decoder.objects = decoding->objects;
    if (strncmp(name, "routes", 6) == 0) { /* they name nexthop objects */
        decode_fixture(decoding, "nexthops");
        decoding->text.length = 0;
    }
    decode_fixture(decoding, name);
    finish_links(decoding);
    compare(name, &decoding->text);
    mh_nexthops_free(decoding->objects);
    free(decoding->text.characters);
    free(decoding);
}

/* ---- what one message cannot show ------------------------------------------------------------------ */

static void a_route_by_an_unknown_object_says_so(void **state)
{
    (void)state;
    size_t left, length;
    struct mh_route route;
    struct mh_route_decoder *decoder = calloc(1, sizeof *decoder);
    uint8_t *octets = fixture_read("routes_ipv4_objects", &left);
    struct mh_messages walk = {octets, left, false};
    const struct nlmsghdr *message;
    assert_non_null(decoder);
    assert_true(mh_messages_next(&walk, &message, &length));
    assert_int_equal(mh_decode_route(message, length, decoder, &route), MH_OK);
    assert_true(decoder->unresolved);
    assert_int_equal(route.next_hop_count, 0);
    assert_int_equal(route.next_hop_id, 5);
    free(octets);
    free(decoder);
}

static void masters_in_a_circle_have_no_domain(void **state)
{
    (void)state;
    static struct mh_link links[3];
    for (uint32_t i = 0; i < 3; i++)
        links[i].interface =
            (struct mh_interface){.index = 3 - i, .master = (4 - i) % 3 + 1, .kind = MH_KIND_BRIDGE};
    mh_links_resolve(links, 3);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(links[i].interface.index, i + 1);
        assert_int_equal(links[i].interface.domain, 0);
    }
}

static void a_label_must_be_whole(void **state)
{
    (void)state;
    struct {
        struct nlmsghdr header;
        struct ifaddrlblmsg fixed;
        struct nlattr label_header;
        uint32_t label;
        struct nlattr prefix_header;
        uint8_t prefix[16];
    } message = {{sizeof message, RTM_NEWADDRLABEL, 0, 0, 0},
                 {.ifal_family = AF_INET6, .ifal_prefixlen = 32, .ifal_index = 7},
                 {8, IFAL_LABEL},
                 99,
                 {20, IFAL_ADDRESS},
                 {0x20, 0x01, 0x0d, 0xb8, 0x77}};
    struct mh_address_label label;
    assert_int_equal(mh_decode_label(&message, sizeof message, &label), MH_OK);
    assert_int_equal(label.label, 99);
    assert_int_equal(label.interface, 7);
    assert_int_equal(label.prefix.length, 32);
    assert_int_equal(label.prefix.address.bytes[4], 0); /* behind the prefix */
    message.fixed.ifal_prefixlen = 129;
    assert_int_equal(mh_decode_label(&message, sizeof message, &label), MH_MALFORMED);
    message.fixed.ifal_prefixlen = 128;
    message.label_header.nla_type = 77; /* no label */
    assert_int_equal(mh_decode_label(&message, sizeof message, &label), MH_MALFORMED);
    message.label_header.nla_type = IFAL_LABEL;
    message.prefix_header.nla_type = 77; /* no prefix: it would look as if it were for all */
    assert_int_equal(mh_decode_label(&message, sizeof message, &label), MH_MALFORMED);
    message.fixed.ifal_family = AF_INET;
    assert_int_equal(mh_decode_label(&message, sizeof message, &label), MH_NOT_FOUND);
}

static void a_cached_route_is_none_of_ours(void **state)
{
    (void)state;
    struct {
        struct nlmsghdr header;
        struct rtmsg fixed;
    } message = {{sizeof message, RTM_NEWROUTE, 0, 0, 0},
                 {.rtm_family = AF_INET6, .rtm_flags = RTM_F_CLONED}};
    struct mh_route route;
    struct mh_route_decoder *decoder = calloc(1, sizeof *decoder);
    assert_non_null(decoder);
    assert_int_equal(mh_decode_route(&message, sizeof message, decoder, &route), MH_NOT_FOUND);
    message.fixed.rtm_flags = 0;
    assert_int_equal(mh_decode_route(&message, sizeof message, decoder, &route), MH_OK);
    message.fixed.rtm_family = 129; /* RTNL_FAMILY_IP6MR */
    assert_int_equal(mh_decode_route(&message, sizeof message, decoder, &route), MH_NOT_FOUND);
    free(decoder);
}

/* A length in the fixed part without its address would be 0.0.0.0/24 instead of an error. */
static void a_prefix_length_without_address_is_malformed(void **state)
{
    (void)state;
    struct {
        struct nlmsghdr header;
        struct rtmsg fixed;
    } message = {{sizeof message, RTM_NEWROUTE, 0, 0, 0}, {.rtm_family = AF_INET, .rtm_dst_len = 24}};
    struct mh_route route;
    struct mh_route_decoder *decoder = calloc(1, sizeof *decoder);
    assert_non_null(decoder);
    assert_int_equal(mh_decode_route(&message, sizeof message, decoder, &route), MH_MALFORMED);
    message.fixed.rtm_dst_len = 33;
    assert_int_equal(mh_decode_route(&message, sizeof message, decoder, &route), MH_MALFORMED);
    free(decoder);
}

static void text_attributes_become_utf8(void **state)
{
    (void)state;
    static const struct {
        const char *native, *expected;
    } cases[] = {{"eth0", "eth0"},
                 {"caf\xc3\xa9", "caf\xc3\xa9"},
                 {"a\xff"
                  "b",
                  "a?b"},
                 {"\xc0\x80", "??"},
                 {"\xed\xa0\x80", "???"},
                 {"\xf4\x90\x80\x80", "????"},
                 {"x\xe2\x82", "x??"},
                 {"\xe2\x82\xac", "\xe2\x82\xac"}};
    char text[16];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct mh_attribute attribute = {.length = (uint16_t)strlen(cases[i].native),
                                         .data = (const uint8_t *)cases[i].native};
        assert_true(mh_attribute_text(&attribute, text, sizeof text));
        assert_string_equal(text, cases[i].expected);
    }
    struct mh_attribute empty = {.length = 1, .data = (const uint8_t *)""};
    assert_false(mh_attribute_text(&empty, text, sizeof text));
    struct mh_attribute full = {.length = 16, .data = (const uint8_t *)"0123456789abcdef"};
    assert_false(mh_attribute_text(&full, text, sizeof text));
}

int main(void)
{
    struct CMUnitTest tests[NETLINK_FIXTURES + 6];
    for (size_t i = 0; i < NETLINK_FIXTURES; i++)
        tests[i] = (struct CMUnitTest){.name = netlink_fixtures[i],
                                       .test_func = a_fixture_decodes_as_expected,
                                       .initial_state = (void *)(uintptr_t)netlink_fixtures[i]};
    tests[NETLINK_FIXTURES] = (struct CMUnitTest)cmocka_unit_test(a_route_by_an_unknown_object_says_so);
    tests[NETLINK_FIXTURES + 1] = (struct CMUnitTest)cmocka_unit_test(masters_in_a_circle_have_no_domain);
    tests[NETLINK_FIXTURES + 2] = (struct CMUnitTest)cmocka_unit_test(a_cached_route_is_none_of_ours);
    tests[NETLINK_FIXTURES + 3] =
        (struct CMUnitTest)cmocka_unit_test(a_prefix_length_without_address_is_malformed);
    tests[NETLINK_FIXTURES + 4] = (struct CMUnitTest)cmocka_unit_test(text_attributes_become_utf8);
    tests[NETLINK_FIXTURES + 5] = (struct CMUnitTest)cmocka_unit_test(a_label_must_be_whole);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
