/* An interface's own hardware address on BSDs, and what neighbours are told of it, against a kernel that
 * follows a script: structures and frames are written out here octet by octet. */
#include "bsd/announce.h"
#include "codec/bsd_act_fixture.h"

/* What the recordings say of the interface, besides 192.0.2.1 and 192.0.2.77 and 2001:db8:1::1. */
static const struct told {
    const char *hardware, *link_local; /* NULL: it has none */
    /* The checksums of advertisements of the link-local address and of 2001:db8:1::1, by hosts and by
     * routers. */
    const char *local_sums[2], *sums[2];
} told[KERNELS] = {
    [FREEBSD12] = {"589cfc00605b", NULL, {"", ""}, {"4631", "c630"}},
    [FREEBSD13] = {"589cfc10ffa3", NULL, {"", ""}, {"a6d8", "26d8"}},
    [OPENBSD7] = {"fee1bad05bc0", "fe80000000000000fce1bafffed05bc0", {"1f45", "9f44"}, {"e5b6", "65b6"}},
    [OPENBSD8] = {"fee1bad0d3c4", "fe80000000000000fce1bafffed0d3c4", {"b737", "3737"}, {"6db2", "edb1"}},
};

static const uint32_t loopbacks[KERNELS] = {2, 1, 1, 2, 2};

#define GLOBAL "20010db8000100000000000000000001"
enum { ENOENT_NATIVE = 2, ENXIO_NATIVE = 6, EPERM_NATIVE = 1, EBUSY_NATIVE = 16, ENETDOWN_NATIVE = 50 };
enum { TENTATIVE = 2, DUPLICATED = 4, DEPRECATED = 0x10 };

static bool is_openbsd(size_t kernel)
{
    return kernel == OPENBSD7 || kernel == OPENBSD8;
}

/* ---- steps ----------------------------------------------------------------------------------------- */

static struct mh_op link_op(size_t kernel)
{
    return (struct mh_op){.kind = MH_OP_LINK_ADDRESS_SET,
                          .of.link = {.interface = interfaces[kernel],
                                      .hardware_address_length = 6,
                                      .hardware_address = {2, 0, 0, 0, 0, 1}}};
}

/* The op itself. */
static void add_set(struct script *script, size_t kernel, int native)
{
    static const uint32_t requests[] = {0x8020693c, 0x8020693c, 0x8118691c, 0x8020691f, 0x8020691f};
    bool netbsd = script->host.layout->system == MH_RT_NETBSD;
    char text[80];
    if (netbsd)
        (void)snprintf(text, sizeof text, "00400000 00000000 %02x120000 00000600 020000000001",
                       script->host.layout->link_size);
    else
        (void)snprintf(text, sizeof text, "0612 020000000001");
    add_interfaces(script, kernel);
    add_ioctl(script, kernel, netbsd ? 18 : 2, requests[kernel], text, native);
}

/* SIOCGIFAFLAG_IN6 and SIOCGIFALIFETIME_IN6, whose answers stand behind the name. */
static void add_asked(struct script *script, size_t kernel, const char *address_digits, uint8_t flags)
{
    static const uint32_t requests[] = {0xc1206949, 0xc1206951};
    uint8_t given[288] = {0}, answers[2][288] = {{[16] = flags}};
    char text[80];
    memset(answers[1] + 32, 0xff, 8); /* valid and preferred for ever */
    (void)snprintf(text, sizeof text, "1c%02x0000 00000000 %s", (unsigned)families6[kernel], address_digits);
    memcpy(given, names[kernel], strlen(names[kernel]));
    (void)digits(text, given + 16);
    for (int i = 0; i < 2; i++) {
        add_bytes(script, CALL_IOCTL, requests[i], given, sizeof given, 0);
        script->steps[script->count - 1].answer = keep_octets(script, answers[i], sizeof given);
    }
}

/* The addresses are looked at; `local_flags` are those of the link-local one. */
static void add_look(struct script *script, size_t kernel, uint8_t local_flags, uint8_t forwards)
{
    const uint8_t number[4] = {forwards};
    add_interfaces(script, kernel);
    add_step(script, (struct step){.call = CALL_SOCKET, .argument = families6[kernel] * 100 + 2});
    if (told[kernel].link_local != NULL)
        add_asked(script, kernel, told[kernel].link_local, local_flags);
    add_asked(script, kernel, GLOBAL, DEPRECATED);
    add_close(script);
    add_bytes(script, CALL_SYSCTL, 0, number, sizeof number, 0);
}

static void add_open(struct script *script, const char *path, int native)
{
    add_bytes(script, CALL_OPEN, 2, path, strlen(path), native);
}

static void add_bind(struct script *script, size_t kernel, int native)
{
    uint8_t name[32] = {0};
    memcpy(name, names[kernel], strlen(names[kernel]));
    add_bytes(script, CALL_IOCTL, 0x8020426c, name, sizeof name, native);
    if (native == 0)
        add_bytes(script, CALL_IOCTL, 0x80044275, "\1\0\0", 4, 0);
}

static void add_frame(struct script *script, const char *text)
{
    uint8_t bytes[86];
    size_t length = digits(text, bytes);
    add_bytes(script, CALL_WRITE, 0, bytes, length, 0);
}

static void add_arp(struct script *script, size_t kernel, const char *address_digits)
{
    const char *own = told[kernel].hardware;
    char text[200];
    (void)snprintf(text, sizeof text, "ffffffffffff %s 0806 0001 0800 06 04 0001 %s %s 000000000000 %s", own,
                   own, address_digits, address_digits);
    add_frame(script, text);
    (void)snprintf(text, sizeof text, "ffffffffffff %s 0806 0001 0800 06 04 0002 %s %s %s %s", own, own,
                   address_digits, own, address_digits);
    add_frame(script, text);
}

static void add_advertisement(struct script *script, size_t kernel, const char *address_digits,
                              const char *checksum, bool router)
{
    const char *own = told[kernel].hardware;
    char text[300];
    (void)snprintf(text, sizeof text,
                   "333300000001 %s 86dd 60000000 0020 3a ff %s ff020000000000000000000000000001 "
                   "88 00 %s %s000000 %s 02 01 %s",
                   own, address_digits, checksum, router ? "a0" : "20", address_digits, own);
    add_frame(script, text);
}

static void add_frames(struct script *script, size_t kernel, bool with_local, bool router)
{
    if (is_openbsd(kernel)) {
        add_arp(script, kernel, "c0000201");
        add_arp(script, kernel, "c000024d");
        if (with_local)
            add_advertisement(script, kernel, told[kernel].link_local, told[kernel].local_sums[router],
                              router);
    }
    add_advertisement(script, kernel, GLOBAL, told[kernel].sums[router], router);
}

/* ---- tests ----------------------------------------------------------------------------------------- */

/* NetBSD's kernel tells the neighbours itself, FreeBSD's those that speak IPv4. */
static void test_a_hardware_address_is_set_and_announced(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2 * KERNELS; i++) {
        size_t kernel = i / 2;
        bool router = i % 2 == 1;
        struct script *script = script_new(kernels[kernel].layout, 1);
        const struct mh_op op = link_op(kernel);
        add_set(script, kernel, 0);
        if (kernel != NETBSD7) {
            add_close(script);
            add_look(script, kernel, 0, router);
            add_open(script, "/dev/bpf", 0);
            add_bind(script, kernel, 0);
            add_frames(script, kernel, true, router);
        }
        expect(script, &op, MH_OK, 0);
    }
    struct mh_op op = link_op(FREEBSD13);
    op.of.link.hardware_address_length = 20;
    expect_unasked(FREEBSD13, op, false, MH_INVALID, 0);
}

static void test_what_was_refused_is_not_announced(void **state)
{
    (void)state;
    for (size_t kernel = 0; kernel < KERNELS; kernel++) {
        struct script *script = script_new(kernels[kernel].layout, 1);
        const struct mh_op op = link_op(kernel);
        add_set(script, kernel, EPERM_NATIVE);
        expect(script, &op, MH_PERMISSION, EPERM_NATIVE);
    }
}

/* OpenBSD's new link-local address is tentative at first; it may turn out to be somebody else's. */
static void test_what_may_be_anothers_is_not_announced(void **state)
{
    static const uint8_t flags[] = {TENTATIVE, DUPLICATED};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        size_t kernel = i < 2 ? OPENBSD7 : OPENBSD8, sent = 0;
        struct script *script = script_new(kernels[kernel].layout, 1);
        add_look(script, kernel, flags[i % 2], 0);
        add_open(script, "/dev/bpf", 0);
        add_bind(script, kernel, 0);
        add_frames(script, kernel, false, false);
        add_close(script);
        assert_int_equal(mh_bsd_announce(&script->host, interfaces[kernel], &sent, NULL), MH_OK);
        assert_int_equal(sent, 3);
        script_end(script);
    }
}

static void test_interfaces_without_neighbours(void **state)
{
    (void)state;
    for (size_t kernel = 0; kernel < KERNELS; kernel++) {
        const uint32_t others[] = {loopbacks[kernel], 99};
        for (size_t i = 0; i < 2; i++) {
            struct script *script = script_new(kernels[kernel].layout, 1);
            size_t sent = 1;
            if (kernel != NETBSD7)
                add_interfaces(script, kernel);
            assert_int_equal(mh_bsd_announce(&script->host, others[i], &sent, NULL), MH_OK);
            assert_int_equal(sent, 0);
            script_end(script);
        }
    }
}

/* Some kernels have a device for each program. */
static void test_devices_with_numbers(void **state)
{
    (void)state;
    for (int first = ENOENT_NATIVE; first <= EBUSY_NATIVE; first += EBUSY_NATIVE - ENOENT_NATIVE) {
        struct script *script = script_new(kernels[FREEBSD12].layout, 1);
        size_t sent = 0;
        add_look(script, FREEBSD12, 0, 0);
        add_open(script, "/dev/bpf", first);
        add_open(script, "/dev/bpf0", EBUSY_NATIVE);
        add_open(script, "/dev/bpf1", 0);
        add_bind(script, FREEBSD12, 0);
        add_frames(script, FREEBSD12, true, false);
        add_close(script);
        assert_int_equal(mh_bsd_announce(&script->host, interfaces[FREEBSD12], &sent, NULL), MH_OK);
        assert_int_equal(sent, 1);
        script_end(script);
    }
}

/* How far it comes, and why no further: announce's own answer. */
enum stop { NO_SETTING, NO_DEVICE, NOT_PERMITTED, ALL_BUSY, NO_INTERFACE, SECOND_FRAME, STOPS };

static void add_stop(struct script *script, size_t kernel, enum stop stop)
{
    add_look(script, kernel, 0, 0);
    if (stop == NO_SETTING) { /* an advertisement without it might be wrong */
        script->steps[script->count - 1].native = EPERM_NATIVE;
        return;
    }
    add_open(script, "/dev/bpf",
             stop == NO_DEVICE       ? ENOENT_NATIVE
             : stop == NOT_PERMITTED ? EPERM_NATIVE
             : stop == ALL_BUSY      ? EBUSY_NATIVE
                                     : 0);
    if (stop == NO_DEVICE)
        add_open(script, "/dev/bpf0", ENOENT_NATIVE);
    for (unsigned i = 0; i < 16 && stop == ALL_BUSY; i++) {
        char path[16];
        (void)snprintf(path, sizeof path, "/dev/bpf%u", i);
        add_open(script, path, EBUSY_NATIVE);
    }
    if (stop == NO_INTERFACE)
        add_bind(script, kernel, ENXIO_NATIVE);
    if (stop == SECOND_FRAME) {
        add_bind(script, kernel, 0);
        add_arp(script, kernel, "c0000201");
        script->steps[script->count - 1].native = ENETDOWN_NATIVE;
    }
}

static void test_the_op_stands_without_an_announcement(void **state)
{
    static const enum mh_error codes[] = {MH_PERMISSION, MH_NOT_FOUND, MH_PERMISSION,
                                          MH_BUSY,       MH_NOT_FOUND, MH_UNREACHABLE};
    static const int natives[] = {EPERM_NATIVE, ENOENT_NATIVE, EPERM_NATIVE,
                                  EBUSY_NATIVE, ENXIO_NATIVE,  ENETDOWN_NATIVE};
    (void)state;
    for (int stop = 0; stop < STOPS; stop++) {
        struct script *script = script_new(kernels[OPENBSD8].layout, 1);
        const struct mh_op op = link_op(OPENBSD8);
        struct mh_failure failure = {0};
        size_t sent = 99;
        add_set(script, OPENBSD8, 0);
        add_close(script);
        add_stop(script, OPENBSD8, (enum stop)stop);
        if (stop >= NO_INTERFACE)
            add_close(script);
        assert_int_equal(mh_bsd_apply(&script->host.base, &op, &failure), MH_OK);
        assert_int_equal(failure.code, MH_OK);
        assert_string_equal(failure.detail, "");
        script_end(script);

        script = script_new(kernels[OPENBSD8].layout, 1);
        add_stop(script, OPENBSD8, (enum stop)stop);
        if (stop >= NO_INTERFACE)
            add_close(script);
        assert_int_equal(mh_bsd_announce(&script->host, interfaces[OPENBSD8], &sent, &failure), codes[stop]);
        assert_int_equal(failure.native_code, natives[stop]);
        assert_int_equal(sent, 0);
        script_end(script);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_hardware_address_is_set_and_announced),
        cmocka_unit_test(test_what_was_refused_is_not_announced),
        cmocka_unit_test(test_what_may_be_anothers_is_not_announced),
        cmocka_unit_test(test_interfaces_without_neighbours),
        cmocka_unit_test(test_devices_with_numbers),
        cmocka_unit_test(test_the_op_stands_without_an_announcement),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
