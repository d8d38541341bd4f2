/* ARP on the BSDs: what is built in, FreeBSD's proxyall, and published entries. Linux is tested through the
 * interface and in the laboratory. */
#include "host_builder.h"

#include "configuration.h"

#include "core/arp.h"

struct arp_host {
    struct host_builder builder;
    struct mh_config *config;
    struct mh_arena *memory;
    struct mh_arp arp;
};

static void assess(struct arp_host *host, enum mh_dialect dialect, const char *config, int32_t proxy_all)
{
    const struct mh_setting setting = {.family = MH_IPV4, .id = MH_SETTING_PROXY_ARP, .value = proxy_all};
    const struct builder_more more = {.settings = &setting, .setting_count = proxy_all >= 0};
    if (host->builder.interface_count == 0)
        (void)device(&host->builder, "em0", MH_KIND_PHYSICAL);
    build_with(&host->builder, &more);
    mh_arena_free(host->memory);
    mh_config_release(host->config);
    host->memory = mh_arena_new();
    host->config = mh_test_parse(config);
    assert_true(mh_arp_assess(&host->builder.snapshot, dialect, host->config,
                              &host->builder.snapshot.interfaces[0], MH_ROLE_EXTERNAL, host->memory,
                              &host->arp));
}

static void forget(struct arp_host *host)
{
    mh_arena_free(host->memory);
    mh_config_release(host->config);
    builder_clear(&host->builder);
}

static void is(const struct mh_aspect *aspect, const char *effective, const char *reason_part)
{
    assert_string_equal(aspect->effective, effective);
    if (reason_part == NULL)
        assert_null(aspect->reason);
    else if (aspect->reason == NULL || strstr(aspect->reason, reason_part) == NULL)
        fail_msg("the reason is: %s", aspect->reason == NULL ? "none" : aspect->reason);
}

static const enum mh_dialect bsds[] = {MH_DIALECT_FREEBSD, MH_DIALECT_NETBSD, MH_DIALECT_OPENBSD};

static void built_in(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct arp_host host = {.memory = NULL};
        assess(&host, bsds[i], "{}", 0);
        is(&host.arp.reply, "interface", NULL);
        is(&host.arp.announce, "best", NULL);
        is(&host.arp.filter, "false", NULL);
        assess(&host, bsds[i], "{\"arp\": {\"reply\": \"any\", \"announce\": \"any\", \"filter\": true}}", 0);
        is(&host.arp.reply, "interface", "own addresses");
        is(&host.arp.announce, "best", "an address of the interface asks");
        is(&host.arp.filter, "false", "no such switch");
        forget(&host);
    }
}

static void freebsd_answers_for_all(void **state)
{
    (void)state;
    struct arp_host host = {.memory = NULL};
    assess(&host, MH_DIALECT_FREEBSD, "{\"arp\": {\"proxy\": true}}", 1);
    is(&host.arp.proxy, "true", NULL);
    assert_int_equal(host.arp.proxy.native_count, 1);
    assert_string_equal(host.arp.proxy.natives[0].key, "net.link.ether.inet.proxyall");
    assess(&host, MH_DIALECT_FREEBSD, "{\"arp\": {\"proxy\": true}}", 0);
    is(&host.arp.proxy, "false", "proxyall is 0");
    assess(&host, MH_DIALECT_FREEBSD, "{\"arp\": {\"proxy\": true}}", -1);
    is(&host.arp.proxy, "indeterminate", "not known");
    forget(&host);
}

static void others_publish(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct arp_host host = {.memory = NULL};
        (void)device(&host.builder, "em0", MH_KIND_PHYSICAL);
        neighbor(&host.builder, "em0", "192.0.2.77", 7);
        neighbor(&host.builder, "em0", "192.0.2.78", 8);
        host.builder.neighbors[0].proxy = true;
        assess(&host, bsds[i], "{\"arp\": {\"proxy\": true}}", 0);
        is(&host.arp.proxy, "false", i == 0 ? "proxyall" : "published entries only");
        size_t last = host.arp.proxy.evidence_count - 1;
        assert_string_equal(host.arp.proxy.evidence[last], "A proxy entry stands for 192.0.2.77.");
        assert_int_equal(last, i == 0 ? 0 : 1);
        forget(&host);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(built_in),
        cmocka_unit_test(freebsd_answers_for_all),
        cmocka_unit_test(others_publish),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
