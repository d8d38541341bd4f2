/* Address labels: the kernel's own table, the order in which rows are looked at, the host that has others. */
#include "unit/support.h"

#include "core/address_label.h"
#include "core/diff.h"
#include "core/host.h"

#include <string.h>

static struct mh_address_label label(const char *prefix, uint32_t interface, uint32_t number)
{
    struct mh_address_label made = {.label = number, .interface = interface};
    assert_true(mh_prefix_parse(prefix, strlen(prefix), &made.prefix));
    return made;
}

static uint32_t label_of(const struct mh_snapshot *snapshot, const char *text, uint32_t interface)
{
    struct mh_address address;
    assert_true(mh_address_parse(text, strlen(text), &address));
    return mh_address_label_of(snapshot->labels, snapshot->label_count, &address, interface);
}

static void tell(struct mh_host *host, enum mh_change change, struct mh_address_label item)
{
    const struct mh_fact fact = {.section = MH_SECTION_LABELS, .change = change, .of.label = &item};
    assert_int_equal(mh_host_fact(host, &fact), MH_OK);
}

static void tell_first(struct mh_host *host)
{
    size_t count;
    const struct mh_address_label *first = mh_address_labels_of_linux(&count);
    assert_int_equal(mh_host_begin(host, MH_SECTION_LABELS), MH_OK);
    while (count-- > 0)
        tell(host, MH_PRESENT, first[count]);
    assert_int_equal(mh_host_end(host, MH_SECTION_LABELS), MH_OK);
}

/* net/ipv6/addrlabel.c, ip6addrlbl_init_table. */
static void linux_begins_with_these(void **state)
{
    static const struct {
        const char *address;
        uint32_t label;
    } cases[] = {{"::1", 0},         {"::", 3},         {"::192.0.2.1", 3}, {"::ffff:192.0.2.1", 4},
                 {"2001::1", 6},     {"2001:10::1", 7}, {"2001:1f::1", 7},  {"2001:20::1", 1},
                 {"2001:db8::1", 1}, {"2002::1", 2},    {"3ffe::1", 12},    {"fec0::1", 11},
                 {"feff::1", 11},    {"fc00::1", 5},    {"fdff::1", 5},     {"fe80::1", 1},
                 {"ff02::1", 1},     {"::1:0:0:0", 1}};
    struct mh_snapshot snapshot;
    tell_first(*state);
    mh_host_snapshot(*state, &snapshot);
    assert_int_equal(snapshot.label_count, 10);
    assert_false(snapshot.has_own_labels);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(label_of(&snapshot, cases[i].address, 0), cases[i].label);
    mh_snapshot_clear(&snapshot);
}

/* Beside the table's prefixes: each address of them, and with each bit turned. */
static void the_short_way_agrees_with_the_table(void **state)
{
    (void)state;
    size_t count;
    const struct mh_address_label *first = mh_address_labels_of_linux(&count);
    for (size_t i = 0; i < count; i++) {
        for (unsigned bit = 0; bit <= 128; bit++) {
            struct mh_address address = first[i].prefix.address;
            if (bit < 128)
                address.bytes[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
            assert_int_equal(mh_address_label_of_linux(&address),
                             mh_address_label_of(first, count, &address, 0));
        }
    }
}

static void the_longest_prefix_and_the_interface_count(void **state)
{
    struct mh_snapshot snapshot;
    tell(*state, MH_PRESENT, label("2001:db8::/32", 0, 20));
    tell(*state, MH_PRESENT, label("2001:db8:1::/48", 3, 22));
    tell(*state, MH_PRESENT, label("2001:db8::/32", 2, 21));
    mh_host_snapshot(*state, &snapshot);
    assert_true(snapshot.has_own_labels);
    assert_int_equal(label_of(&snapshot, "2001:db8:1::1", 3), 22);
    assert_int_equal(label_of(&snapshot, "2001:db8:1::1", 2), 21);
    assert_int_equal(label_of(&snapshot, "2001:db8:1::1", 0), 20);
    assert_int_equal(label_of(&snapshot, "2001:db9::1", 2), MH_ADDRESS_LABEL_NONE);
    mh_snapshot_clear(&snapshot);
}

static void own_labels_are_told_from_none(void **state)
{
    struct mh_snapshot snapshot;
    mh_host_snapshot(*state, &snapshot);
    assert_false(snapshot.has_own_labels); /* nothing was told */
    mh_snapshot_clear(&snapshot);
    tell_first(*state);
    tell(*state, MH_PRESENT, label("fc00::/7", 0, 13));
    mh_host_snapshot(*state, &snapshot);
    assert_int_equal(snapshot.label_count, 10);
    assert_true(snapshot.has_own_labels);
    mh_snapshot_clear(&snapshot);
    assert_int_equal(mh_host_begin(*state, MH_SECTION_LABELS), MH_OK);
    assert_int_equal(mh_host_end(*state, MH_SECTION_LABELS), MH_OK);
    mh_host_snapshot(*state, &snapshot);
    assert_int_equal(snapshot.label_count, 0); /* ip addrlabel flush */
    assert_true(snapshot.has_own_labels);
    mh_snapshot_clear(&snapshot);
}

struct told {
    unsigned added, removed, changed;
};

static void note(void *context, const struct mh_difference *difference)
{
    struct told *told = context;
    assert_int_equal(difference->section, MH_SECTION_LABELS);
    told->added += difference->before == NULL;
    told->removed += difference->after == NULL;
    told->changed += difference->before != NULL && difference->after != NULL;
}

static void differences_are_told(void **state)
{
    struct mh_snapshot before, after;
    struct told told = {0, 0, 0};
    tell_first(*state);
    mh_host_snapshot(*state, &before);
    tell(*state, MH_PRESENT, label("2001:db8::/32", 0, 99));
    tell(*state, MH_PRESENT, label("fc00::/7", 0, 13));
    tell(*state, MH_GONE, label("3ffe::/16", 0, 12));
    tell(*state, MH_GONE, label("::/0", 0, 1));
    mh_host_snapshot(*state, &after);
    mh_snapshot_diff(&before, &after, note, &told);
    assert_int_equal(told.added, 1);
    assert_int_equal(told.removed, 2);
    assert_int_equal(told.changed, 1);
    mh_snapshot_diff(&after, &after, note, &told);
    assert_int_equal(told.added, 1);
    mh_snapshot_clear(&before);
    mh_snapshot_clear(&after);
}

static int make_host(void **state)
{
    *state = mh_host_new();
    return *state == NULL;
}

static int free_host(void **state)
{
    mh_host_free(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(linux_begins_with_these, make_host, free_host),
        cmocka_unit_test(the_short_way_agrees_with_the_table),
        cmocka_unit_test_setup_teardown(the_longest_prefix_and_the_interface_count, make_host, free_host),
        cmocka_unit_test_setup_teardown(own_labels_are_told_from_none, make_host, free_host),
        cmocka_unit_test_setup_teardown(differences_are_told, make_host, free_host),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
