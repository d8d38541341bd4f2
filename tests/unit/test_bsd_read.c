/* What the BSD backend reads and writes by system calls, on a table of calls that answers as it is told. */
#include "unit/support.h"

#include "bsd/anchor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- a kernel -------------------------------------------------------------------------------------- */

enum { ENTRIES = 8, BSD_ENOENT = 2, BSD_ENOMEM = 12 };

/* Named values. Others are not there. */
struct entry {
    const char *name;
    uint8_t bytes[512];
    size_t length;
};

struct kernel {
    struct mh_calls base;
    struct entry entries[ENTRIES];
    size_t count;
    size_t written; /* octets of the last value */
};

static enum mh_error answer(struct kernel *kernel, struct mh_call_sysctl *call, const char *name,
                            struct mh_failure *failure)
{
    for (size_t i = 0; i < kernel->count; i++) {
        struct entry *entry = &kernel->entries[i];
        if (strcmp(entry->name, name) != 0)
            continue;
        call->length = entry->length;
        if (call->old != NULL && call->capacity < entry->length)
            return mh_bsd_fail(failure, BSD_ENOMEM, "%s", name);
        if (call->old != NULL)
            memcpy(call->old, entry->bytes, entry->length);
        if (call->value != NULL) {
            memcpy(entry->bytes, call->value, call->value_length);
            kernel->written = call->value_length;
        }
        return MH_OK;
    }
    return mh_bsd_fail(failure, BSD_ENOENT, "%s", name);
}

static enum mh_error by_name(struct mh_calls *calls, struct mh_call_sysctl *call, struct mh_failure *failure)
{
    return answer((struct kernel *)calls, call, call->name, failure);
}

static enum mh_error by_number(struct mh_calls *calls, struct mh_call_sysctl *call,
                               struct mh_failure *failure)
{
    char name[128] = "";
    for (size_t i = 0; i < call->count; i++)
        (void)snprintf(name + strlen(name), sizeof name - strlen(name), "%s%d", i > 0 ? "." : "",
                       (int)call->numbers[i]);
    return answer((struct kernel *)calls, call, name, failure);
}

static enum mh_error no_program(struct mh_calls *calls, const struct mh_run *run,
                                struct mh_run_result *result, struct mh_failure *failure)
{
    (void)calls;
    (void)result;
    return mh_fail(failure, MH_NOT_FOUND, "there is no %s", run->arguments[0]);
}

static const struct mh_calls_table table = {.sysctl = by_number, .sysctlbyname = by_name, .run = no_program};

static void has(struct kernel *kernel, const char *name, const void *bytes, size_t length)
{
    struct entry *entry = &kernel->entries[kernel->count++];
    entry->name = name;
    entry->length = length;
    memcpy(entry->bytes, bytes, length);
}

static struct mh_bsd host_on(struct kernel *kernel, const char *layout)
{
    kernel->base.table = &table;
    return (struct mh_bsd){.layout = mh_rt_layout_find(layout), .calls = &kernel->base};
}

/* ---- facts ----------------------------------------------------------------------------------------- */

struct facts {
    struct mh_setting settings[ENTRIES];
    struct mh_address_label labels[ENTRIES];
    size_t count;
};

static enum mh_error border(void *context, enum mh_section section)
{
    (void)context;
    (void)section;
    return MH_OK;
}

static enum mh_error note(void *context, const struct mh_fact *fact)
{
    struct facts *facts = context;
    assert_true(facts->count < ENTRIES);
    if (fact->section == MH_SECTION_SETTINGS)
        facts->settings[facts->count++] = *fact->of.setting;
    else
        facts->labels[facts->count++] = *fact->of.label;
    return MH_OK;
}

static enum mh_error read_section(struct mh_bsd *host, enum mh_section section, struct facts *facts)
{
    const struct mh_feed feed = {.context = facts, .begin = border, .fact = note, .end = border};
    bool wanted[MH_SECTION_COUNT] = {false};
    *facts = (struct facts){.count = 0};
    wanted[section] = true;
    return mh_bsd_read_sections(host, wanted, &feed, NULL);
}

/* ---- settings -------------------------------------------------------------------------------------- */

static void setting_is(const struct mh_setting *setting, enum mh_setting_id id, enum mh_family family,
                       int32_t value)
{
    assert_int_equal(setting->interface, MH_SETTING_ALL);
    assert_int_equal(setting->id, id);
    assert_int_equal(setting->family, family);
    assert_int_equal(setting->value, value);
}

/* FreeBSD's booleans are one octet. What the kernel does not have is not told. */
static void test_settings_of_either_width(void **state)
{
    struct kernel kernel = {.count = 0};
    struct mh_bsd host = host_on(&kernel, "freebsd-14-amd64");
    struct facts facts;
    (void)state;
    has(&kernel, "net.inet.ip.forwarding", "\1\0\0\0", 4);
    has(&kernel, "net.inet.ip.rfc1122_strong_es", "\1", 1);
    has(&kernel, "net.inet6.ip6.source_address_validation", "\0", 1);
    assert_int_equal(read_section(&host, MH_SECTION_SETTINGS, &facts), MH_OK);
    assert_int_equal(facts.count, 4);
    setting_is(&facts.settings[0], MH_SETTING_FORWARDING, MH_IPV4, 1);
    setting_is(&facts.settings[1], MH_SETTING_STRONG_END_SYSTEM, MH_IPV4, 1);
    setting_is(&facts.settings[2], MH_SETTING_SOURCE_VALIDATION, MH_IPV6, 0);
    setting_is(&facts.settings[3], MH_SETTING_OWN_TABLE, MH_IPV4, MH_OWN_TABLE_NO_PROGRAM);
    has(&kernel, "net.inet.ip.check_interface", "\0\0", 2);
    assert_int_equal(read_section(&host, MH_SECTION_SETTINGS, &facts), MH_MALFORMED);
    mh_bsd_anchor_close(&host);
}

static void test_settings_are_written(void **state)
{
    struct kernel kernel = {.count = 0};
    struct mh_bsd host = host_on(&kernel, "freebsd-14-powerpc64"); /* big endian */
    struct mh_setting setting = {.id = MH_SETTING_FORWARDING, .family = MH_IPV4, .value = 1};
    (void)state;
    has(&kernel, "net.inet.ip.forwarding", "\0\0\0\0", 4);
    has(&kernel, "net.inet.ip.source_address_validation", "\0", 1);
    assert_int_equal(mh_bsd_write_setting(&host, &setting, NULL), MH_OK);
    assert_memory_equal(kernel.entries[0].bytes, "\0\0\0\1", 4);
    assert_int_equal(kernel.written, 4);
    setting.id = MH_SETTING_SOURCE_VALIDATION;
    assert_int_equal(mh_bsd_write_setting(&host, &setting, NULL), MH_OK);
    assert_int_equal(kernel.entries[1].bytes[0], 1);
    assert_int_equal(kernel.written, 1);
    setting.value = 2;
    assert_int_equal(mh_bsd_write_setting(&host, &setting, NULL), MH_INVALID);
    setting.id = MH_SETTING_PROXY_ARP; /* this kernel lacks it */
    assert_int_equal(mh_bsd_write_setting(&host, &setting, NULL), MH_UNSUPPORTED);
    setting.id = MH_SETTING_RP_FILTER; /* this system */
    assert_int_equal(mh_bsd_write_setting(&host, &setting, NULL), MH_UNSUPPORTED);
    setting.id = MH_SETTING_FORWARDING;
    setting.interface = 2;
    assert_int_equal(mh_bsd_write_setting(&host, &setting, NULL), MH_UNSUPPORTED);
}

static void test_openbsd_has_numbers(void **state)
{
    struct kernel kernel = {.count = 0};
    struct mh_bsd host = host_on(&kernel, "openbsd-8-amd64");
    struct mh_setting setting = {.id = MH_SETTING_FORWARDING, .family = MH_IPV6, .value = 1};
    (void)state;
    has(&kernel, "4.24.41.1", "\0\0\0\0", 4);
    assert_int_equal(mh_bsd_write_setting(&host, &setting, NULL), MH_OK);
    assert_memory_equal(kernel.entries[0].bytes, "\1\0\0\0", 4);
}

/* ---- labels ---------------------------------------------------------------------------------------- */

/* struct in6_addrpolicy, of a little-endian machine. */
static void write_policy(uint8_t *bytes, const char *prefix, uint8_t label)
{
    struct mh_prefix parsed;
    assert_true(mh_prefix_parse(prefix, strlen(prefix), &parsed));
    memset(bytes, 0, 72);
    memcpy(bytes + 8, parsed.address.bytes, 16);
    for (unsigned i = 0; i < parsed.length; i++)
        bytes[28 + 8 + i / 8] |= (uint8_t)(0x80 >> i % 8);
    bytes[56] = 40;
    bytes[60] = label;
}

static void test_labels(void **state)
{
    static const char *const layouts[] = {"freebsd-14-i386", "netbsd-10-amd64"};
    uint8_t policies[3 * 72];
    struct facts facts;
    char text[MH_PREFIX_TEXT_SIZE];
    (void)state;
    write_policy(policies, "::1/128", 0);
    write_policy(policies + 72, "::/0", 1);
    write_policy(policies + 144, "2001:db8::/33", 99);
    for (size_t i = 0; i < 2; i++) {
        struct kernel kernel = {.count = 0};
        struct mh_bsd host = host_on(&kernel, layouts[i]);
        has(&kernel, "net.inet6.ip6.addrctlpolicy", policies, sizeof policies);
        assert_int_equal(read_section(&host, MH_SECTION_LABELS, &facts), MH_OK);
        assert_int_equal(facts.count, 3);
        assert_string_equal(mh_prefix_format(&facts.labels[0].prefix, text), "::1/128");
        assert_string_equal(mh_prefix_format(&facts.labels[1].prefix, text), "::/0");
        assert_string_equal(mh_prefix_format(&facts.labels[2].prefix, text), "2001:db8::/33");
        assert_int_equal(facts.labels[2].label, 99);
        kernel.entries[0].bytes[72 + 28 + 8 + 3] = 1; /* a mask with holes: the model has no words for it */
        assert_int_equal(read_section(&host, MH_SECTION_LABELS, &facts), MH_OK);
        assert_int_equal(facts.count, 2);
        kernel.entries[0].length--;
        assert_int_equal(read_section(&host, MH_SECTION_LABELS, &facts), MH_MALFORMED);
        kernel.count = 0;
        assert_int_equal(read_section(&host, MH_SECTION_LABELS, &facts), MH_OK);
        assert_int_equal(facts.count, 0);
    }
}

/* ---- tables ---------------------------------------------------------------------------------------- */

static void test_fibs_and_rtables(void **state)
{
    struct kernel kernel = {.count = 0};
    struct mh_bsd host = host_on(&kernel, "freebsd-13-amd64");
    (void)state;
    assert_int_equal(mh_bsd_learn_tables(&host, NULL), MH_OK);
    assert_int_equal(host.table_count, 1);
    has(&kernel, "net.fibs", "\377\377\0\0", 4);
    host.tables_known = false;
    assert_int_equal(mh_bsd_learn_tables(&host, NULL), MH_OK);
    assert_int_equal(host.table_count, MH_BSD_TABLES_MAX);

    kernel.count = 0;
    host = host_on(&kernel, "openbsd-7-amd64");
    has(&kernel, "4.17.0.0.5.7", "\7\0\2\0", 4);
    has(&kernel, "4.17.0.0.5.255", "\377\0\0\0", 4);
    assert_int_equal(mh_bsd_learn_tables(&host, NULL), MH_OK);
    assert_int_equal(host.table_count, 3);
    assert_true(mh_bsd_has_table(&host, 7) && mh_bsd_has_table(&host, 255) && !mh_bsd_has_table(&host, 8));
    has(&kernel, "4.17.0.0.5.9", "\10\0\0\0", 4); /* another than was asked for */
    host.tables_known = false;
    assert_int_equal(mh_bsd_learn_tables(&host, NULL), MH_MALFORMED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_settings_of_either_width), cmocka_unit_test(test_settings_are_written),
        cmocka_unit_test(test_openbsd_has_numbers),      cmocka_unit_test(test_labels),
        cmocka_unit_test(test_fibs_and_rtables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
