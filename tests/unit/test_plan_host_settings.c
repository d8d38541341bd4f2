/* Plans for settings and address labels of FreeBSD, NetBSD and OpenBSD, which have settings for the whole
 * host only, or are built as is asked for. */
#include "plan_fixture.h"

#define HOST_OF(system, addresses, more)                                                                     \
    "{\"system\": \"" system "\", \"interfaces\": {\"em0\": {\"addresses\": [" addresses "]}}" more "}"
#define HOST(system) HOST_OF(system, "\"192.0.2.1/24\"", "")
#define ALL(ipv4) ", \"settings\": {\"all\": {\"ipv4\": {" ipv4 "}}}"
#define CONSENT "\"host_wide\": true, "
#define RECEIVE(word) "\"host_model\": {\"receive\": \"" word "\"}"

static void expect(const char *host, const char *document, const char *steps, const char *unsupported)
{
    struct fixture fixture;
    open_host(&fixture, host);
    plan(&fixture, document);
    expect_steps(&fixture, steps);
    expect_unsupported(&fixture, unsupported);
    expect_pending(&fixture, "");
    close_host(&fixture);
}

static void strong_receive_is_a_setting_of_the_host(void **state)
{
    (void)state;
    const char *document = "{" CONSENT RECEIVE("strong") "}";
    expect(HOST("freebsd"), document, "sysctl net.inet.ip.rfc1122_strong_es=1\n", "");
    expect(HOST_OF("freebsd", "\"192.0.2.1/24\"", ", \"release\": \"13.2\""), document,
           "sysctl net.inet.ip.check_interface=1\n", "");
    expect(HOST("netbsd"), document, "sysctl -w net.inet.ip.checkinterface=1\n", "");
    expect(HOST("openbsd"), document, "", "");
}

static void it_needs_consent(void **state)
{
    (void)state;
    expect(HOST("freebsd"), "{" RECEIVE("strong") "}", "",
           "/host_model/receive: rfc1122_strong_es of FreeBSD concerns the whole host, and is 0: only "
           "\"host_wide\": true changes it.\n");
    expect(HOST("freebsd"), "{" RECEIVE("weak") "}", "", "");
    expect(HOST_OF("freebsd", "\"192.0.2.1/24\"", ALL("\"rfc1122_strong_es\": 1")), "{" RECEIVE("strong") "}",
           "", "");
}

static void the_earlier_value_comes_back(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, HOST("netbsd"));
    plan(&fixture, "{" CONSENT RECEIVE("strong") "}");
    expect_undo(&fixture, 0, "sysctl -w net.inet.ip.checkinterface=0\n");
    carry_out(&fixture);
    assert_int_equal(fixture.ledger.setting_count, 1);
    plan(&fixture, "{" CONSENT RECEIVE("strong") "}");
    expect_steps(&fixture, "");
    assert_int_equal(fixture.plan->ledger.setting_count, 1);
    plan(&fixture, "{}");
    expect_steps(&fixture, "sysctl -w net.inet.ip.checkinterface=0\n");
    carry_out(&fixture);
    assert_int_equal(fixture.ledger.setting_count, 0);
    close_host(&fixture);
}

static void ipv6_has_no_strong_model(void **state)
{
    (void)state;
    expect(HOST_OF("freebsd", "\"192.0.2.1/24\", \"2001:db8::1/64\"", ""), "{" CONSENT RECEIVE("strong") "}",
           "sysctl net.inet.ip.rfc1122_strong_es=1\n",
           "/host_model/receive: IPv6 packets to any address of the host are taken by every interface: this "
           "system has the strong model for IPv4 only.\n");
    expect(HOST_OF("openbsd", "\"192.0.2.1/24\", \"2001:db8::1/64\"", ""), "{" RECEIVE("strong") "}", "", "");
}

static void a_router_is_weak(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, HOST_OF("freebsd", "\"192.0.2.1/24\"", ALL("\"forwarding\": 1")));
    plan(&fixture, "{" CONSENT RECEIVE("strong") "}");
    expect_steps(&fixture, "sysctl net.inet.ip.rfc1122_strong_es=1\n");
    expect_warnings(&fixture, "/host_model/receive: This host forwards IPv4: the strong model has no effect "
                              "before net.inet.ip.forwarding is 0.\n");
    assert_true(fixture.plan->warnings[0].is_refused_strictly);
    close_host(&fixture);
    const char *router = HOST_OF("openbsd", "\"192.0.2.1/24\"", ALL("\"forwarding\": 1"));
    expect(
        router, "{" RECEIVE("strong") "}", "",
        "/host_model/receive: OpenBSD forwards here, and so takes packets to any of its addresses by every "
        "interface.\n");
    expect(
        HOST("openbsd"), "{" RECEIVE("weak") "}", "",
        "/host_model/receive: OpenBSD takes packets by the interface of their destination only, as long as "
        "it does not forward.\n");
}

static void interfaces_have_none_of_their_own(void **state)
{
    (void)state;
    const char *document = "{\"interfaces\": {\"em0\": {\"ipv4\": {" RECEIVE("strong") "}}}}";
    expect(HOST("freebsd"), document, "",
           "/interfaces/em0/ipv4/host_model/receive: FreeBSD has it for the whole host only: "
           "/host_model/receive with \"host_wide\": true sets it.\n");
    expect(HOST_OF("freebsd", "\"192.0.2.1/24\"", ALL("\"rfc1122_strong_es\": 1")), document, "", "");
    expect(HOST("openbsd"), document, "", "");
}

static void arp_is_built_in(void **state)
{
    (void)state;
    static const char *const hosts[] = {HOST("freebsd"), HOST("netbsd"), HOST("openbsd")};
    for (size_t i = 0; i < 3; i++) {
        expect(hosts[i],
               "{\"arp\": {\"reply\": \"interface\", \"announce\": \"best\", \"filter\": false, \"proxy\": "
               "false}, \"reverse_path\": \"off\"}",
               "", "");
        expect(hosts[i], "{\"arp\": {\"reply\": \"any\", \"announce\": \"subnet\", \"filter\": true}}", "",
               "/arp/reply: This system answers for the addresses of the interface only, whoever asks.\n"
               "/arp/announce: This system asks with the interface's best address only.\n"
               "/arp/filter: This system answers without a look at its routes.\n");
    }
}

static void proxy_arp_is_freebsds(void **state)
{
    (void)state;
    const char *document = "{" CONSENT "\"arp\": {\"proxy\": true}}";
    expect(HOST("freebsd"), document, "sysctl net.link.ether.inet.proxyall=1\n", "");
    expect(HOST("netbsd"), document, "",
           "/arp/proxy: NetBSD answers for published entries only (arp -s ADDRESS MAC pub).\n");
}

static void sources_are_not_checked(void **state)
{
    (void)state;
    expect(HOST_OF("freebsd", "\"192.0.2.1/24\", \"2001:db8::1/64\"", ""),
           "{" CONSENT "\"reverse_path\": \"strict\"}", "",
           "/reverse_path: FreeBSD does not compare a source with the way back to it: \"block in quick from "
           "urpf-failed\" in pf.conf does.\n");
    expect(HOST("netbsd"), "{\"interfaces\": {\"em0\": {\"ipv4\": {\"reverse_path\": \"loose\"}}}}", "",
           "/interfaces/em0/ipv4/reverse_path: NetBSD does not compare a source with the way back to it.\n");
}

/* ---- labels ---------------------------------------------------------------------------------------- */

#define LABELS "{\"address_policy\": {\"labels\": {\"2001:db8::/32\": 99, \"::ffff:192.0.2.0/120\": 7}}}"

static void labels_are_rows(void **state)
{
    (void)state;
    static const char *const hosts[] = {
        HOST_OF("freebsd", "\"2001:db8::1/64\"",
                ", \"address_labels\": [{\"prefix\": \"2001:db8::/32\", \"label\": 5}]"),
        HOST_OF("netbsd", "\"2001:db8::1/64\"",
                ", \"address_labels\": [{\"prefix\": \"2001:db8::/32\", \"label\": 5}]")};
    static const enum mh_op_kind kinds[] = {MH_OP_LABEL_DELETE, MH_OP_LABEL_ADD, MH_OP_LABEL_ADD};
    for (size_t i = 0; i < 2; i++) {
        struct fixture fixture;
        open_host(&fixture, hosts[i]);
        plan(&fixture, LABELS);
        expect_unsupported(&fixture, "");
        assert_int_equal(fixture.plan->step_count, 3);
        for (size_t k = 0; k < 3; k++)
            assert_int_equal(fixture.plan->steps[k].op.kind, kinds[k]);
        carry_out(&fixture);
        plan(&fixture, LABELS);
        expect_steps(&fixture, "");
        plan(&fixture, "{}");
        assert_int_equal(fixture.plan->step_count, 3);
        assert_int_equal(fixture.plan->steps[1].op.kind, MH_OP_LABEL_ADD);
        assert_int_equal(fixture.plan->steps[1].op.of.label.label, 5);
        close_host(&fixture);
    }
}

static void openbsd_has_no_labels(void **state)
{
    (void)state;
    expect(HOST("openbsd"), "{\"address_policy\": {\"labels\": {\"2001:db8::/32\": 99}}}", "",
           "/address_policy/labels/2001:db8::~132: OpenBSD has no table of address labels.\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strong_receive_is_a_setting_of_the_host),
        cmocka_unit_test(it_needs_consent),
        cmocka_unit_test(the_earlier_value_comes_back),
        cmocka_unit_test(ipv6_has_no_strong_model),
        cmocka_unit_test(a_router_is_weak),
        cmocka_unit_test(interfaces_have_none_of_their_own),
        cmocka_unit_test(arp_is_built_in),
        cmocka_unit_test(proxy_arp_is_freebsds),
        cmocka_unit_test(sources_are_not_checked),
        cmocka_unit_test(labels_are_rows),
        cmocka_unit_test(openbsd_has_no_labels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
