/* What the simulator says of wrong host files, and that no file harms it. */
#include "test_sim.h"

static char path[128];

static enum mh_error open_text(const char *text, size_t length, struct mh_failure *failure)
{
    struct mh_platform *platform = NULL;
    *failure = (struct mh_failure){0};
    sim_test_write(path, text, length);
    enum mh_error error = mh_backend_sim.open(path, &platform, failure);
    if (error == MH_OK)
        mh_backend_sim.close(platform);
    return error;
}

struct wrong {
    const char *text, *message; /* behind "FILE:" */
};

static void check(const struct wrong *wrong)
{
    struct mh_failure failure;
    enum mh_error error = open_text(wrong->text, strlen(wrong->text), &failure);
    if (error != MH_INVALID || failure.code != MH_INVALID)
        fail_msg("%s\nwas taken (%d)", wrong->text, error);
    assert_int_equal(strncmp(failure.detail, path, strlen(path)), 0);
    assert_string_equal(failure.detail + strlen(path) + 1, wrong->message);
    assert_null(strchr(failure.detail, '\n'));
}

#define LINUX "{\"system\": \"linux\",\n"
#define ETH0 "{\"system\": \"linux\", \"interfaces\": {\"eth0\": {\"addresses\": [\"192.0.2.1/24\"]}},\n"

static void documents(void **state)
{
    (void)state;
    static const struct wrong cases[] = {
        {"", "1:1: this is not JSON (expected a document, got: '[' or '{' expected near end of file)"},
        {"{\n \"system\": linux}",
         "2:16: this is not JSON (expected a document, got: invalid token near 'linux')"},
        {"{\"system\": \"linux\", \"system\": \"linux\"}",
         "1:28: this is not JSON (expected a document, got: duplicate object key near '\"system\"')"},
        {"[]", "1:1: the value has the wrong type (expected an object, got an array)"},
        {"{\n}",
         "1:1: \"system\" is missing (expected linux, freebsd, netbsd, openbsd or windows, got nothing)"},
        {"{\"system\": \"beos\"}",
         "1:12: the value is not valid (expected linux, freebsd, netbsd, openbsd or windows, got \"beos\")"},
        {"{\"system\": 7}", "1:12: the value is not valid (expected text of 1 to 15 octets, got 7)"},
        {LINUX "\"colour\": 1}",
         "2:1: unknown member (expected system, release, hostname, interfaces, settings, "
         "routes, rules, neighbors, address_labels, endpoints, faults, culprit, got \"colour\")"},
        {LINUX "\"hostname\": \"\"}",
         "2:13: the value is not valid (expected text of 1 to 255 octets, got \"\")"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check(&cases[i]);
}

#define SIXTY "123456789012345678901234567890123456789012345678901234567890"

static void interfaces(void **state)
{
    (void)state;
    static const struct wrong cases[] = {
        {LINUX "\"interfaces\": []}",
         "2:15: the value has the wrong type (expected an object, got an array)"},
        {LINUX "\"interfaces\": {\"e\": 1}}",
         "2:21: the value has the wrong type (expected an object, got 1)"},
        {LINUX "\"interfaces\": {\"\": {}}}",
         "2:16: the name of the interface is not valid (expected 1 to 255 octets, got \"\")"},
        {LINUX "\"interfaces\": {\"e\": {\n \"mtu\": \"big\"}}}",
         "3:9: the value is not valid (expected a whole number from 68 to 4294967295, got \"big\")"},
        {LINUX "\"interfaces\": {\"e\": {\"mtu\": 67}}}",
         "2:29: the value is not valid (expected a whole number from 68 to 4294967295, got 67)"},
        {LINUX "\"interfaces\": {\"e\": {\"up\": 1}}}",
         "2:28: the value is not valid (expected true or false, got 1)"},
        {LINUX "\"interfaces\": {\"e\": {\"mac\": \"02:00\u00fc\"}}}",
         "2:29: the value is not valid (expected a link address, \"02:00:00:00:00:01\", got "
         "\"02:00\u00fc\")"},
        {LINUX "\"interfaces\": {\"e\": {\"groups\": \"all\"}}}",
         "2:32: the value is not valid (expected a list of names, got \"all\")"},
        {LINUX "\"interfaces\": {\"e\": {\"groups\": [\"all\", \"a b\"]}}}",
         "2:40: the value is not valid (expected a name, \"egress\", got \"a b\")"},
        {LINUX "\"interfaces\": {\"e\": {\"groups\": [\"" SIXTY "\", \"" SIXTY "\", \"123456\"]}}}",
         "2:161: these are too many groups (expected 127 octets together, got \"123456\")"},
        {LINUX "\"interfaces\": {\"a\": {\"index\": 3}, \"b\": {\"index\": 3}}}",
         "2:50: another interface has this index (expected a number of its own, got 3)"},
        {LINUX "\"interfaces\": {\"e\": {\"master\": \"br0\"}}}",
         "2:32: there is no such interface (expected the name of an interface of this file, got \"br0\")"},
        {LINUX "\"interfaces\": {\"e\": {\"master\": \"e\"}}}",
         "2:32: an interface cannot be its own master (expected another interface, got \"e\")"},
        {LINUX "\"interfaces\": {\"a\": {}, \"e\": {\"domain\": \"a\"}}}",
         "2:41: a is no domain (expected an interface of kind \"vrf\", got \"a\")"},
        {LINUX "\"interfaces\": {\"e\": {\"kind\": \"vrf\"}}}",
         "2:21: a VRF device needs its table (expected \"table\": a number, got nothing)"},
        {LINUX "\"interfaces\": {\"e\": {\"table\": 7}}}",
         "2:22: only a VRF device has a table (expected \"kind\": \"vrf\", got \"table\")"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check(&cases[i]);
}

static void addresses(void **state)
{
    (void)state;
    static const struct wrong cases[] = {
        {LINUX "\"interfaces\": {\"e\": {\"addresses\": [\"192.0.2.1/24\",\n \"192.0.2.300/24\"]}}}",
         "3:2: the value is not valid (expected an address with its prefix length, \"192.0.2.1/24\", got "
         "\"192.0.2.300/24\")"},
        {LINUX "\"interfaces\": {\"e\": {\"addresses\": [{\"address\": \"192.0.2.1/33\"}]}}}",
         "2:48: the value is not valid (expected an address with its prefix length, \"192.0.2.1/24\", got "
         "\"192.0.2.1/33\")"},
        {LINUX "\"interfaces\": {\"e\": {\"addresses\": [{\"flags\": []}]}}}",
         "2:36: \"address\" is missing (expected an address with its prefix length, \"192.0.2.1/24\", got "
         "nothing)"},
        {LINUX
         "\"interfaces\": {\"e\": {\"addresses\": [{\"address\": \"192.0.2.1/24\", \"flags\": [\"odd\"]}]}}}",
         "2:74: the value is not valid (expected deprecated, tentative, duplicate, temporary, "
         "skip-as-source, "
         "secondary, optimistic, home, no-prefix-route, dynamic, preferred-source, got \"odd\")"},
        {LINUX "\"interfaces\": {\"e\": {\"addresses\": [\"192.0.2.1/24\", \"192.0.2.1/24\"]}}}",
         "2:52: e has 192.0.2.1 already (expected an address that is not there yet, got \"192.0.2.1/24\")"},
        {LINUX "\"interfaces\": {\"e\": {\"addresses\": [\"ff02::1/64\"]}}}",
         "2:36: no interface can have ff02::1 (expected a unicast address with its prefix length, "
         "\"192.0.2.1/24\", got \"ff02::1/64\")"},
        {LINUX "\"interfaces\": {\"e\": {\"addresses\": [{\"address\": \"192.0.2.1/24\", \"peer\": "
               "\"2001:db8::1\"}]}}}",
         "2:72: the families differ (expected an address of the same family, got \"2001:db8::1\")"},
        {LINUX
         "\"interfaces\": {\"e\": {\"addresses\": [{\"address\": \"192.0.2.1/24\", \"owner\": \"me\"}]}}}",
         "2:73: the value is not valid (expected unknown, multihomed, kernel, dhcp, ra, static, manager, got "
         "\"me\")"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check(&cases[i]);
}

static void settings(void **state)
{
    (void)state;
    static const struct wrong cases[] = {
        {LINUX "\"settings\": {\"eth0\": {}}}", "2:14: unknown member (expected all, default, got \"eth0\")"},
        {LINUX "\"settings\": {\"all\": {\"ipv5\": {}}}}",
         "2:22: unknown member (expected ipv4, ipv6, got \"ipv5\")"},
        {LINUX "\"settings\": {\"all\": {\"ipv6\": {\"arp_ignore\": 1}}}}",
         "2:31: there is no such setting (expected an IPv6 setting that Linux has for the whole host, got "
         "\"arp_ignore\")"},
        {LINUX "\"settings\": {\"all\": {\"ipv4\": {\"arp_ignore\": true}}}}",
         "2:45: the value is not valid (expected a whole number from -2147483648 to 2147483647, got true)"},
        {"{\"system\": \"windows\", \"settings\": {\"all\": {\"ipv4\": {\"WeakHostSend\": 1}}}}",
         "1:53: there is no such setting (expected an IPv4 setting that Windows has for the whole host, got "
         "\"WeakHostSend\")"},
        {"{\"system\": \"freebsd\", \"interfaces\": {\"em0\": {\"settings\": {\"ipv4\": {\"forwarding\": "
         "1}}}}}",
         "1:68: there is no such setting (expected an IPv4 setting that FreeBSD has per interface, got "
         "\"forwarding\")"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check(&cases[i]);
}

static void routes(void **state)
{
    (void)state;
    static const struct wrong cases[] = {
        {ETH0 "\"routes\": [{}]}",
         "2:12: \"destination\" is missing (expected \"default\" or a prefix, got nothing)"},
        {ETH0 "\"routes\": [{\"destination\": \"192.0.2.1/24\", \"interface\": \"eth0\"}]}",
         "2:28: the prefix has bits set behind its length (expected a prefix, \"192.0.2.0/24\" or "
         "\"2001:db8::/64\", got \"192.0.2.1/24\")"},
        {ETH0 "\"routes\": [{\"destination\": \"default\"}]}",
         "2:12: the route has no next hop (expected \"via\", \"interface\" or \"next_hops\", got an object)"},
        {ETH0 "\"routes\": [{\"destination\": \"default\", \"via\": \"198.51.100.1\"}]}",
         "2:46: no subnet covers the gateway 198.51.100.1 (expected an address in a subnet of the interface, "
         "or "
         "\"on_link\": true, got \"198.51.100.1\")"},
        {ETH0 "\"routes\": [{\"destination\": \"default\", \"via\": \"fe80::1\"}]}",
         "2:46: the gateway says nothing of its interface (expected an interface beside it, got "
         "\"fe80::1\")"},
        {ETH0 "\"routes\": [{\"destination\": \"default\", \"via\": \"192.0.2.254\", \"preferred_source\": "
              "\"192.0.2.7\"}]}",
         "2:81: 192.0.2.7 is not an address of this host (expected an address of this host, got "
         "\"192.0.2.7\")"},
        {ETH0 "\"routes\": [{\"destination\": \"default\", \"via\": \"192.0.2.254\", \"table\": \"mine\"}]}",
         "2:70: the value is not valid (expected default, main, local, or a number up to 4294967295, got "
         "\"mine\")"},
        {ETH0 "\"routes\": [{\"destination\": \"2001:db8::/32\", \"via\": \"192.0.2.254\"}]}",
         "2:52: an IPv6 route has an IPv4 gateway (expected an IPv6 address, got \"192.0.2.254\")"},
        {ETH0
         "\"routes\": [{\"destination\": \"2001:db8::/32\", \"family\": \"ipv4\", \"interface\": \"eth0\"}]}",
         "2:55: the families differ (expected the destination's, got \"ipv4\")"},
        {ETH0 "\"routes\": [{\"destination\": \"default\", \"interface\": \"eth0\", \"next_hops\": []}]}",
         "2:73: the next hop is given twice (expected either these or \"via\" and \"interface\", got an "
         "array)"},
        {ETH0 "\"routes\": [{\"destination\": \"10.0.0.0/8\", \"interface\": \"eth0\", \"native\": \"0g\"}]}",
         "2:73: the value is not valid (expected pairs of hexadecimal digits, got \"0g\")"},
        {ETH0 "\"routes\": [{\"destination\": \"default\", \"next_hops\": [{\"gateway\": 1}]}]}",
         "2:65: the value is not valid (expected an address, \"192.0.2.1\" or \"2001:db8::1\", got 1)"},
        {ETH0 "\"routes\": [{\"destination\": \"default\", \"via\": \"192.0.2.254\"},\n"
              "{\"destination\": \"10.0.0.0/8\", \"interface\": \"eth0\"},\n"
              "{\"destination\": \"0.0.0.0/0\", \"via\": \"192.0.2.254\"}]}",
         "4:1: the same route stands before this one (expected each route once, got an object)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check(&cases[i]);
}

static void rules_and_neighbors(void **state)
{
    (void)state;
    static const struct wrong cases[] = {
        {ETH0 "\"rules\": [{\"table\": 100}]}",
         "2:11: \"priority\" is missing (expected a number, got nothing)"},
        {ETH0 "\"rules\": [{\"priority\": 9}]}", "2:11: the rule leads nowhere (expected \"table\", "
                                                 "\"l3mdev\": true or another \"action\", got nothing)"},
        {ETH0 "\"rules\": [{\"priority\": 9, \"action\": \"goto\", \"target\": 9}]}",
         "2:55: a rule cannot go back to 9 (expected a priority behind the rule's own, got 9)"},
        {ETH0 "\"rules\": [{\"priority\": 9, \"table\": 1, \"mark\": \"16/\"}]}",
         "2:47: the value is not valid (expected a mark, \"0x10\" or \"0x10/0xff\", got \"16/\")"},
        {ETH0 "\"rules\": [{\"priority\": 9, \"table\": 1, \"from\": \"10.0.0.0/8\", \"to\": \"::/0\"}]}",
         "2:67: the families differ (expected a prefix of the rule's family, got \"::/0\")"},
        {ETH0 "\"rules\": [{\"priority\": 9, \"table\": 1, \"source_port\": {\"first\": 9, \"last\": 8}}]}",
         "2:54: the range is the wrong way round (expected \"first\" up to \"last\", got an object)"},
        {"{\"system\": \"netbsd\", \"rules\": []}",
         "1:22: this system has no policy rules (expected another system, got \"rules\")"},
        {ETH0 "\"neighbors\": [{\"interface\": \"eth0\"}]}",
         "2:15: \"address\" is missing (expected the neighbour's address, got nothing)"},
        {ETH0 "\"neighbors\": [{\"address\": \"192.0.2.9\"}]}",
         "2:15: \"interface\" is missing (expected the name of an interface, got nothing)"},
        {ETH0 "\"neighbors\": [{\"interface\": \"eth0\", \"address\": \"192.0.2.9\", \"state\": \"fine\"}]}",
         "2:70: the value is not valid (expected none, incomplete, reachable, stale, delay, probe, failed, "
         "noarp, "
         "permanent, got \"fine\")"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check(&cases[i]);
}

static void endpoints(void **state)
{
    (void)state;
    static const struct wrong cases[] = {
        {ETH0 "\"endpoints\": [{\"local\": \"192.0.2.1\", \"local_port\": 22}]}",
         "2:15: \"protocol\" is missing (expected \"tcp\" or \"udp\", got nothing)"},
        {ETH0 "\"endpoints\": [{\"protocol\": \"sctp\"}]}",
         "2:28: the value is not valid (expected \"tcp\" or \"udp\", got \"sctp\")"},
        {ETH0 "\"endpoints\": [{\"protocol\": \"tcp\", \"local\": \"192.0.2.1\"}]}",
         "2:15: \"local\" or \"local_port\" is missing (expected an address and a port, got nothing)"},
        {ETH0 "\"endpoints\": [{\"protocol\": \"tcp\", \"local\": \"192.0.2.1\", \"local_port\": 22, "
              "\"remote\": \"192.0.2.2\"}]}",
         "2:15: \"remote\" or \"remote_port\" is missing (expected an address and a port, or neither, got "
         "nothing)"},
        {ETH0 "\"endpoints\": [{\"protocol\": \"tcp\", \"local\": \"192.0.2.1\", \"local_port\": 22, "
              "\"remote\": \"::1\", \"remote_port\": 9}]}",
         "2:15: \"remote\" is of another family (expected addresses of one family, got nothing)"},
        {ETH0 "\"endpoints\": [{\"protocol\": \"tcp\", \"process\": {\"name\": \"x\"}}]}",
         "2:46: \"pid\" is missing (expected the process's number, got an object)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check(&cases[i]);
}

static void labels(void **state)
{
    (void)state;
    static const struct wrong cases[] = {
        {ETH0 "\"address_labels\": [{\"label\": 9}]}",
         "2:20: \"prefix\" is missing (expected an IPv6 prefix, \"2001:db8::/32\", got nothing)"},
        {ETH0 "\"address_labels\": [{\"prefix\": \"10.0.0.0/8\", \"label\": 9}]}",
         "2:20: labels are for IPv6 (expected an IPv6 prefix, \"2001:db8::/32\", got \"10.0.0.0/8\")"},
        {ETH0 "\"address_labels\": [{\"prefix\": \"fc00::/7\"}]}",
         "2:20: \"label\" is missing (expected a number, got nothing)"},
        {ETH0 "\"address_labels\": [{\"prefix\": \"fc00::/7\", \"label\": 4294967295}]}",
         "2:52: the value is not valid (expected a whole number from 0 to 4294967294, got 4294967295)"},
        {ETH0 "\"address_labels\": [{\"prefix\": \"fc00::/7\", \"label\": 9}, {\"prefix\": \"fc00::/7\", "
              "\"label\": 8}]}",
         "2:56: the same prefix stands before this one (expected each prefix once, got an object)"},
        {"{\"system\": \"openbsd\", \"address_labels\": []}",
         "1:23: this system has no address labels here (expected another system, got \"address_labels\")"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check(&cases[i]);
}

static void faults(void **state)
{
    (void)state;
    static const struct wrong cases[] = {
        {ETH0 "\"faults\": [{\"op\": \"address-add\", \"read\": \"all\", \"at\": 1}]}",
         "2:12: the fault is not of one kind (expected \"op\", \"read\" or \"changes\", got an object)"},
        {ETH0 "\"faults\": [{\"op\": \"address-add\", \"at\": 1, \"error\": \"EGONE\"}]}",
         "2:52: the value is not valid (expected the name of an error of Linux, \"EPERM\", got \"EGONE\")"},
        {ETH0 "\"faults\": [{\"op\": \"address-add\", \"error\": \"ENOBUFS\"}]}",
         "2:12: \"at\" is missing (expected a number from 1, got nothing)"},
        {ETH0 "\"faults\": [{\"read\": \"routes\", \"at\": 1}]}",
         "2:12: \"lost\" is missing (expected \"lost\": true, got an object)"},
        {ETH0 "\"faults\": [{\"read\": \"cables\", \"at\": 1, \"lost\": true}]}",
         "2:21: the value is not valid (expected interfaces, addresses, rules, neighbors, settings, "
         "address_labels, routes, all, got "
         "\"cables\")"},
        {ETH0 "\"faults\": [{\"changes\": true, \"at\": 1}]}",
         "2:24: the value is not valid (expected \"lost\", got true)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check(&cases[i]);
}

static void what_is_no_file(void **state)
{
    (void)state;
    struct mh_platform *platform = NULL;
    struct mh_failure failure;
    assert_int_equal(mh_backend_sim.open("/tmp/mh-no-such-file.json", &platform, &failure), MH_INVALID);
    assert_string_equal(failure.detail,
                        "/tmp/mh-no-such-file.json:1:1: cannot be read (expected a file of at most "
                        "64 MiB, got: ENOENT)");
    assert_int_equal(mh_backend_sim.open("/tmp", &platform, &failure), MH_INVALID);
    assert_int_equal(strncmp(failure.detail, "/tmp:1:1: cannot be read", 24), 0);
    assert_int_equal(mh_backend_sim.open(NULL, &platform, &failure), MH_INVALID);
    assert_int_equal(mh_backend_sim.open("", &platform, &failure), MH_INVALID);
    assert_null(platform);
}

/* ---- hostile files --------------------------------------------------------------------------------- */

static size_t read_example(const char *name, char *text, size_t size)
{
    char example[512];
    (void)snprintf(example, sizeof example, MH_SOURCE_DIRECTORY "/platform/sim/hosts/%s.json", name);
    FILE *file = fopen(example, "r");
    assert_non_null(file);
    size_t length = fread(text, 1, size, file);
    (void)fclose(file);
    assert_in_range(length, 100, size - 1);
    return length;
}

static void expect_answer(const char *text, size_t length)
{
    struct mh_failure failure;
    if (open_text(text, length, &failure) != MH_OK)
        assert_int_equal(strncmp(failure.detail, path, strlen(path)), 0);
}

static void a_truncated_file_is_refused(void **state)
{
    (void)state;
    static char text[8192];
    struct mh_failure failure;
    size_t length = read_example("simple-multihoming", text, sizeof text);
    while (text[length - 1] == '\n')
        length--;
    for (size_t cut = 0; cut < length; cut++)
        assert_int_equal(open_text(text, cut, &failure), MH_INVALID);
    assert_int_equal(open_text(text, length, &failure), MH_OK);
}

static uint32_t next_random(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

/* Bytes of the examples exchanged, doubled and dropped: a file that loads or a message, nothing else. */
static void a_damaged_file_is_survived(void **state)
{
    (void)state;
    static const char *const names[] = {"simple-multihoming", "vrf", "windows", "container-host", "openbsd"};
    static const char alphabet[] = "{}[]\",:0129-./x\\ \nabef";
    static char text[8192];
    uint32_t seed = 1122;
    for (unsigned round = 0; round < 3000; round++) {
        size_t length = read_example(names[round % 5], text, sizeof text);
        for (unsigned damage = next_random(&seed) % 3 + 1; damage > 0; damage--) {
            size_t at = next_random(&seed) % (length - 1);
            switch (next_random(&seed) % 3) {
            case 0:
                text[at] = alphabet[next_random(&seed) % (sizeof alphabet - 1)];
                break;
            case 1:
                memmove(text + at, text + at + 1, length - at - 1);
                length--;
                break;
            default:
                text[at] = text[at + 1];
                break;
            }
        }
        expect_answer(text, length);
    }
}

static void deep_and_large_files_are_survived(void **state)
{
    (void)state;
    enum { DEPTH = 100000, COUNT = 3000 };
    struct mh_failure failure;
    char *deep = malloc(DEPTH);
    assert_non_null(deep);
    memset(deep, '[', DEPTH);
    assert_int_equal(open_text(deep, DEPTH, &failure), MH_INVALID);
    free(deep);
    char *text = malloc(COUNT * 64 + 256);
    assert_non_null(text);
    int length = sprintf(text, ETH0 "\"routes\": [");
    for (unsigned i = 0; i < COUNT; i++)
        length += sprintf(text + length, "%s{\"destination\": \"10.%u.%u.0/24\", \"via\": \"192.0.2.254\"}",
                          i > 0 ? "," : "", i / 256, i % 256);
    length += sprintf(text + length, "]}");
    assert_int_equal(open_text(text, (size_t)length, &failure), MH_OK);
    free(text);
}

int main(void)
{
    (void)snprintf(path, sizeof path, "/tmp/mh-test-sim-errors-%ld.json", (long)getpid());
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(documents),
        cmocka_unit_test(interfaces),
        cmocka_unit_test(addresses),
        cmocka_unit_test(settings),
        cmocka_unit_test(routes),
        cmocka_unit_test(rules_and_neighbors),
        cmocka_unit_test(endpoints),
        cmocka_unit_test(labels),
        cmocka_unit_test(faults),
        cmocka_unit_test(what_is_no_file),
        cmocka_unit_test(a_truncated_file_is_refused),
        cmocka_unit_test(a_damaged_file_is_survived),
        cmocka_unit_test(deep_and_large_files_are_survived),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    (void)unlink(path);
    return failed;
}
