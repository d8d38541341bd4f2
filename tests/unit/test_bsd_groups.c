/* Groups of interfaces: what the kernel's list of names becomes, and how it is asked for. */
#include "unit/support.h"

#include "bsd/ioctl_read.h"
#include "bsd/ioctl_read_figures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME = MH_BSD_IFG_REQ_SIZE, BSD_EPERM = 1, BSD_ENXIO = 6, BSD_EINVAL = 22, BSD_ENOTTY = 25 };

/* ---- names ----------------------------------------------------------------------------------------- */

static void groups_are(const char *bytes, size_t length, const char *expected)
{
    char groups[MH_GROUPS_SIZE];
    uint8_t *exact = malloc(length > 0 ? length : 1); /* so that a reader beyond the end is caught */
    assert_non_null(exact);
    memcpy(exact, bytes, length);
    memset(groups, 'x', sizeof groups);
    mh_bsd_take_groups(exact, length, groups);
    free(exact);
    assert_string_equal(groups, expected);
}

/* A name, with rubbish behind its end. */
static void put(char *list, size_t position, const char *name)
{
    memset(list + position * NAME, '.', NAME);
    memcpy(list + position * NAME, name, strnlen(name, NAME - 1) + 1);
}

static void test_names(void **state)
{
    char list[3 * NAME] = "";
    (void)state;
    put(list, 0, "all");
    put(list, 1, "egress");
    groups_are(list, sizeof list, "all egress");
    groups_are(list, 2 * NAME, "all egress");
    groups_are(list, 2 * NAME - 1, "all"); /* a part of a name is none */
    groups_are(list, NAME - 1, "");
    groups_are(list, 0, "");
    put(list, 0, ""); /* the list ends with an empty name */
    groups_are(list, sizeof list, "");
}

static void test_garbage(void **state)
{
    static const char *const odd[] = {"a b", "\377\376", "a\tb", "\033[2J", "\177", "vio"};
    char list[6 * NAME], noise[64 * NAME];
    (void)state;
    for (size_t i = 0; i < 6; i++)
        put(list, i, odd[i]);
    groups_are(list, sizeof list, "vio");
    memset(list, 'a', NAME); /* without an end */
    groups_are(list, sizeof list, "vio");
    memset(noise, 0xff, sizeof noise);
    groups_are(noise, sizeof noise, "");
    memset(noise, 'g', sizeof noise);
    groups_are(noise, sizeof noise, "");
}

/* The first ones that fit whole: eight of 15 octets and seven spaces are the 127 that there is room for. */
static void test_more_than_there_is_room_for(void **state)
{
    char list[100 * NAME] = "", expected[MH_GROUPS_SIZE] = "";
    (void)state;
    for (size_t i = 0; i < 100; i++)
        put(list, i, "group-of-15-oct");
    for (size_t i = 0; i < 8; i++)
        memcpy(expected + i * NAME, "group-of-15-oct ", NAME);
    expected[MH_GROUPS_SIZE - 1] = '\0';
    assert_int_equal(strlen(expected), MH_GROUPS_SIZE - 1);
    groups_are(list, sizeof list, expected);
    put(list, 7, "short");
    memcpy(strrchr(expected, ' '), " short", sizeof " short");
    groups_are(list, sizeof list, expected);
}

/* ---- asking ---------------------------------------------------------------------------------------- */

struct kernel {
    struct mh_calls base;
    size_t count;                /* of groups */
    int refusal, sockets, asked; /* refusal: an errno, 0: it answers */
    size_t length, at;           /* of the last question */
    uint64_t request;
};

static enum mh_error opened(struct mh_calls *calls, int domain, int type, int protocol, int *descriptor,
                            struct mh_failure *failure)
{
    (void)failure;
    assert_int_equal(domain, MH_RT_AF_INET);
    assert_int_equal(type, 2);
    assert_int_equal(protocol, 0);
    ((struct kernel *)calls)->sockets++;
    *descriptor = 7;
    return MH_OK;
}

static enum mh_error closed(struct mh_calls *calls, int descriptor, struct mh_failure *failure)
{
    (void)descriptor;
    (void)failure;
    ((struct kernel *)calls)->sockets--;
    return MH_OK;
}

/* As if_getgroup() of both systems does it. */
static enum mh_error asked(struct mh_calls *calls, int descriptor, const struct mh_call_ioctl *call,
                           struct mh_failure *failure)
{
    struct kernel *kernel = (struct kernel *)calls;
    const uint8_t *length = (uint8_t *)call->data + 16;
    assert_int_equal(descriptor, 7);
    assert_string_equal(call->data, "vio0");
    kernel->asked++;
    kernel->request = call->request;
    kernel->length = call->length;
    kernel->at = call->buffer_at;
    assert_int_equal(call->buffer_length, length[0] | length[1] << 8 | length[2] << 16);
    if (kernel->refusal != 0)
        return mh_bsd_fail(failure, kernel->refusal, "SIOCGIFGROUP");
    if (call->buffer_length < kernel->count * NAME)
        return mh_bsd_fail(failure, BSD_EINVAL, "SIOCGIFGROUP");
    for (size_t i = 0; i < kernel->count; i++)
        (void)snprintf((char *)call->buffer + i * NAME, NAME, "g%u.", (unsigned)i & 0xffff);
    return MH_OK;
}

static enum mh_error inquire(struct kernel *kernel, const char *layout, struct mh_interface *interface,
                             struct mh_failure *failure)
{
    static const struct mh_calls_table table = {.socket = opened, .close = closed, .ioctl = asked};
    struct mh_bsd_inquiry inquiry;
    kernel->base.table = &table;
    kernel->asked = 0;
    struct mh_bsd host = {.layout = mh_rt_layout_find(layout), .calls = &kernel->base};
    assert_non_null(host.layout);
    *interface = (struct mh_interface){.index = 1, .name = "vio0", .groups = "stale"};
    mh_bsd_inquiry_begin(&inquiry, &host);
    enum mh_error code = mh_bsd_inquire_groups(&inquiry, interface, failure);
    mh_bsd_inquiry_end(&inquiry);
    assert_int_equal(kernel->sockets, 0);
    return code;
}

static void test_each_width(void **state)
{
    static const char *const layouts[] = {"freebsd-12-amd64", "freebsd-14-i386", "openbsd-8-amd64",
                                          "openbsd-7-i386"};
    (void)state;
    for (size_t i = 0; i < sizeof layouts / sizeof layouts[0]; i++) {
        struct kernel kernel = {.count = 2};
        struct mh_interface interface;
        bool wide = strstr(layouts[i], "amd64") != NULL;
        assert_int_equal(inquire(&kernel, layouts[i], &interface, NULL), MH_OK);
        assert_string_equal(interface.groups, "g0. g1.");
        assert_int_equal(kernel.asked, 1);
        assert_int_equal(kernel.length, wide ? 40 : 36);
        assert_int_equal(kernel.at, wide ? 24 : 20);
        assert_int_equal(kernel.request, wide ? 0xc0286988 : 0xc0246988);
    }
}

static void test_netbsd_is_not_asked(void **state)
{
    struct kernel kernel = {.count = 2};
    struct mh_interface interface;
    (void)state;
    assert_int_equal(inquire(&kernel, "netbsd-10-amd64", &interface, NULL), MH_OK);
    assert_string_equal(interface.groups, "");
    assert_int_equal(kernel.asked, 0);
}

static void test_many(void **state)
{
    static const size_t counts[] = {0, 64, 65, 1024, 1025};
    static const int questions[] = {1, 1, 2, 2, 2};
    (void)state;
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        struct kernel kernel = {.count = counts[i]};
        struct mh_interface interface;
        bool told = counts[i] > 0 && counts[i] <= 1024;
        assert_int_equal(inquire(&kernel, "openbsd-8-amd64", &interface, NULL), MH_OK);
        assert_int_equal(kernel.asked, questions[i]);
        assert_int_equal(strncmp(interface.groups, "g0. g1. ", 8) == 0, told);
        assert_true(told || interface.groups[0] == '\0');
    }
}

static void test_refusals(void **state)
{
    struct kernel kernel = {.refusal = BSD_ENXIO};
    struct mh_failure failure = {0};
    struct mh_interface interface;
    (void)state;
    assert_int_equal(inquire(&kernel, "freebsd-14-amd64", &interface, &failure), MH_OK);
    kernel.refusal = BSD_ENOTTY;
    assert_int_equal(inquire(&kernel, "freebsd-14-amd64", &interface, &failure), MH_OK);
    assert_string_equal(interface.groups, "");
    kernel.refusal = BSD_EPERM;
    assert_int_not_equal(inquire(&kernel, "freebsd-14-amd64", &interface, &failure), MH_OK);
    assert_int_equal(failure.native_code, BSD_EPERM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_garbage),
        cmocka_unit_test(test_more_than_there_is_room_for),
        cmocka_unit_test(test_each_width),
        cmocka_unit_test(test_netbsd_is_not_asked),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
