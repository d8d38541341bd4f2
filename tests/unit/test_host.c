/* The picture of the host: sections, single changes, snapshots that stay as they were, and their differences.
 */
#include "unit/support.h"

#include "core/diff.h"
#include "core/host.h"

#include <stdio.h>
#include <string.h>

static struct mh_interface interface(uint32_t index, const char *name)
{
    struct mh_interface made = {.index = index, .up = true, .carrier = true, .mtu = 1500};
    (void)snprintf(made.name, sizeof made.name, "%s", name);
    return made;
}

static struct mh_interface_address address(uint32_t index, const char *text)
{
    struct mh_interface_address made = {.interface = index};
    assert_true(mh_interface_address_parse(text, strlen(text), &made.address, &made.prefix_length));
    return made;
}

static struct mh_neighbor neighbor(uint32_t index, uint8_t last, enum mh_neighbor_state state)
{
    const uint8_t bytes[4] = {192, 0, 2, last};
    return (struct mh_neighbor){
        .interface = index, .address = mh_address_from_bytes(MH_IPV4, bytes), .state = (uint8_t)state};
}

static void tell_interface(struct mh_host *host, enum mh_change change, struct mh_interface item)
{
    const struct mh_fact fact = {.section = MH_SECTION_INTERFACES, .change = change, .of.interface = &item};
    assert_int_equal(mh_host_fact(host, &fact), MH_OK);
}

static void tell_address(struct mh_host *host, enum mh_change change, struct mh_interface_address item)
{
    const struct mh_fact fact = {.section = MH_SECTION_ADDRESSES, .change = change, .of.address = &item};
    assert_int_equal(mh_host_fact(host, &fact), MH_OK);
}

static void tell_neighbor(struct mh_host *host, enum mh_change change, struct mh_neighbor item)
{
    const struct mh_fact fact = {.section = MH_SECTION_NEIGHBORS, .change = change, .of.neighbor = &item};
    assert_int_equal(mh_host_fact(host, &fact), MH_OK);
}

static void tell_rule(struct mh_host *host, enum mh_change change, uint32_t priority, uint32_t table)
{
    const struct mh_rule item = {.family = MH_IPV4, .priority = priority, .table = table};
    const struct mh_fact fact = {.section = MH_SECTION_RULES, .change = change, .of.rule = &item};
    assert_int_equal(mh_host_fact(host, &fact), MH_OK);
}

static void tell_setting(struct mh_host *host, uint32_t index, enum mh_setting_id id, int32_t value)
{
    const struct mh_setting item = {.interface = index, .family = MH_IPV4, .id = (uint8_t)id, .value = value};
    const struct mh_fact fact = {.section = MH_SECTION_SETTINGS, .change = MH_PRESENT, .of.setting = &item};
    assert_int_equal(mh_host_fact(host, &fact), MH_OK);
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

static void interfaces_are_found_by_index_and_name(void **state)
{
    struct mh_snapshot snapshot;
    tell_interface(*state, MH_PRESENT, interface(7, "eth1"));
    tell_interface(*state, MH_PRESENT, interface(2, "eth0"));
    tell_interface(*state, MH_PRESENT, interface(1, "lo"));
    mh_host_snapshot(*state, &snapshot);
    assert_int_equal(snapshot.interface_count, 3);
    assert_int_equal(snapshot.interfaces[0].index, 1);
    assert_string_equal(mh_snapshot_interface(&snapshot, 7)->name, "eth1");
    assert_null(mh_snapshot_interface(&snapshot, 3));
    assert_int_equal(mh_snapshot_interface_named(&snapshot, "eth0")->index, 2);
    assert_string_equal(mh_snapshot_interface_name(&snapshot, 9), "");
    mh_snapshot_clear(&snapshot);
}

static void addresses_keep_the_systems_order(void **state)
{
    struct mh_snapshot snapshot;
    size_t count;
    tell_address(*state, MH_PRESENT, address(2, "192.0.2.9/24"));
    tell_address(*state, MH_PRESENT, address(1, "127.0.0.1/8"));
    tell_address(*state, MH_PRESENT, address(2, "192.0.2.1/24"));
    mh_host_snapshot(*state, &snapshot);
    const struct mh_interface_address *of_two = mh_snapshot_addresses_of(&snapshot, 2, &count);
    assert_int_equal(count, 2);
    assert_int_equal(of_two[0].address.bytes[3], 9);
    assert_int_equal(of_two[1].address.bytes[3], 1);
    assert_null(mh_snapshot_addresses_of(&snapshot, 3, &count));
    assert_int_equal(count, 0);
    mh_snapshot_clear(&snapshot);
}

static void a_snapshot_stays_as_it_was(void **state)
{
    struct mh_snapshot before, after;
    tell_interface(*state, MH_PRESENT, interface(2, "eth0"));
    mh_host_snapshot(*state, &before);
    tell_interface(*state, MH_PRESENT, interface(2, "renamed"));
    tell_interface(*state, MH_PRESENT, interface(3, "eth1"));
    mh_host_snapshot(*state, &after);
    assert_int_equal(before.interface_count, 1);
    assert_string_equal(before.interfaces[0].name, "eth0");
    assert_int_equal(after.interface_count, 2);
    assert_string_equal(after.interfaces[0].name, "renamed");
    mh_snapshot_clear(&before);
    mh_snapshot_clear(&after);
}

static void a_section_is_replaced_when_it_ends(void **state)
{
    struct mh_snapshot snapshot;
    tell_interface(*state, MH_PRESENT, interface(2, "eth0"));
    assert_int_equal(mh_host_begin(*state, MH_SECTION_INTERFACES), MH_OK);
    tell_interface(*state, MH_PRESENT, interface(3, "eth1"));
    mh_host_snapshot(*state, &snapshot);
    assert_string_equal(snapshot.interfaces[0].name, "eth0");
    mh_snapshot_clear(&snapshot);
    assert_int_equal(mh_host_end(*state, MH_SECTION_INTERFACES), MH_OK);
    mh_host_snapshot(*state, &snapshot);
    assert_int_equal(snapshot.interface_count, 1);
    assert_string_equal(snapshot.interfaces[0].name, "eth1");
    mh_snapshot_clear(&snapshot);
}

static void an_abandoned_section_leaves_the_old(void **state)
{
    struct mh_snapshot snapshot;
    tell_interface(*state, MH_PRESENT, interface(2, "eth0"));
    assert_int_equal(mh_host_begin(*state, MH_SECTION_INTERFACES), MH_OK);
    mh_host_abandon(*state);
    assert_int_equal(mh_host_end(*state, MH_SECTION_INTERFACES), MH_INVALID);
    mh_host_snapshot(*state, &snapshot);
    assert_int_equal(snapshot.interface_count, 1);
    mh_snapshot_clear(&snapshot);
}

static void what_repeats_is_no_change(void **state)
{
    tell_neighbor(*state, MH_PRESENT, neighbor(2, 1, MH_NEIGHBOR_REACHABLE));
    assert_true(mh_host_take_changed(*state));
    tell_neighbor(*state, MH_PRESENT, neighbor(2, 1, MH_NEIGHBOR_REACHABLE));
    tell_neighbor(*state, MH_GONE, neighbor(2, 9, MH_NEIGHBOR_FAILED));
    assert_false(mh_host_take_changed(*state));
    tell_neighbor(*state, MH_PRESENT, neighbor(2, 1, MH_NEIGHBOR_STALE));
    assert_true(mh_host_take_changed(*state));
}

static void routes_are_refused(void **state)
{
    const struct mh_route route = {0};
    const struct mh_fact fact = {.section = MH_SECTION_ROUTES, .change = MH_PRESENT, .of.route = &route};
    assert_int_equal(mh_host_begin(*state, MH_SECTION_ROUTES), MH_INVALID);
    assert_int_equal(mh_host_fact(*state, &fact), MH_INVALID);
}

/* Differences as text, one letter and a subject each. */
static void note(void *context, const struct mh_difference *difference)
{
    char *text = context;
    size_t used = strlen(text);
    char sign = difference->before == NULL ? '+' : difference->after == NULL ? '-' : '~';
    (void)snprintf(text + used, 200 - used, "%c%d ", sign, (int)difference->section);
}

static void differences(void **state)
{
    struct mh_snapshot before, after;
    char text[200] = "";
    tell_interface(*state, MH_PRESENT, interface(2, "eth0"));
    tell_interface(*state, MH_PRESENT, interface(3, "eth1"));
    tell_address(*state, MH_PRESENT, address(2, "192.0.2.1/24"));
    tell_rule(*state, MH_PRESENT, 100, 7);
    tell_rule(*state, MH_PRESENT, 101, 7);
    tell_setting(*state, 2, MH_SETTING_ARP_IGNORE, 0);
    mh_host_snapshot(*state, &before);
    tell_interface(*state, MH_GONE, interface(3, "eth1"));
    tell_interface(*state, MH_PRESENT, interface(4, "eth2"));
    tell_interface(*state, MH_PRESENT, interface(2, "wan"));
    tell_address(*state, MH_PRESENT, address(2, "192.0.2.2/24"));
    tell_address(*state, MH_GONE, address(2, "192.0.2.1/24"));
    tell_rule(*state, MH_GONE, 101, 7);
    tell_rule(*state, MH_PRESENT, 102, 7);
    tell_setting(*state, 2, MH_SETTING_ARP_IGNORE, 1);
    mh_host_snapshot(*state, &after);
    mh_snapshot_diff(&before, &after, note, text);
    assert_string_equal(text, "~0 -0 +0 -1 +1 -2 +2 ~4 ");
    text[0] = '\0';
    mh_snapshot_diff(&after, &after, note, text);
    assert_string_equal(text, "");
    mh_snapshot_clear(&before);
    mh_snapshot_clear(&after);
}

/* What the system alone says of an interface. */
static void groups_and_metrics_differ(void **state)
{
    struct mh_interface item = interface(2, "em0");
    struct mh_snapshot steps[4];
    tell_interface(*state, MH_PRESENT, item);
    mh_host_snapshot(*state, &steps[0]);
    item.has_metric = true;
    tell_interface(*state, MH_PRESENT, item);
    mh_host_snapshot(*state, &steps[1]);
    item.metric = 5;
    tell_interface(*state, MH_PRESENT, item);
    mh_host_snapshot(*state, &steps[2]);
    (void)snprintf(item.groups, sizeof item.groups, "all egress");
    tell_interface(*state, MH_PRESENT, item);
    mh_host_snapshot(*state, &steps[3]);
    for (size_t i = 1; i < 4; i++) {
        char text[200] = "";
        mh_snapshot_diff(&steps[i - 1], &steps[i], note, text);
        assert_string_equal(text, "~0 ");
    }
    for (size_t i = 0; i < 4; i++)
        mh_snapshot_clear(&steps[i]);
}

static void settings_and_neighbors_are_found(void **state)
{
    struct mh_snapshot snapshot;
    tell_setting(*state, 3, MH_SETTING_RP_FILTER, 2);
    tell_setting(*state, MH_SETTING_ALL, MH_SETTING_RP_FILTER, 1);
    tell_neighbor(*state, MH_PRESENT, neighbor(3, 1, MH_NEIGHBOR_STALE));
    mh_host_snapshot(*state, &snapshot);
    const struct mh_neighbor wanted = neighbor(3, 1, MH_NEIGHBOR_NONE);
    assert_int_equal(mh_snapshot_setting(&snapshot, 3, MH_IPV4, MH_SETTING_RP_FILTER)->value, 2);
    assert_int_equal(mh_snapshot_setting(&snapshot, MH_SETTING_ALL, MH_IPV4, MH_SETTING_RP_FILTER)->value, 1);
    assert_null(mh_snapshot_setting(&snapshot, 3, MH_IPV6, MH_SETTING_RP_FILTER));
    assert_null(mh_snapshot_setting(&snapshot, 4, MH_IPV4, MH_SETTING_RP_FILTER));
    assert_non_null(mh_snapshot_neighbor(&snapshot, 3, &wanted.address));
    assert_null(mh_snapshot_neighbor(&snapshot, 2, &wanted.address));
    mh_snapshot_clear(&snapshot);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(interfaces_are_found_by_index_and_name, make_host, free_host),
        cmocka_unit_test_setup_teardown(addresses_keep_the_systems_order, make_host, free_host),
        cmocka_unit_test_setup_teardown(a_snapshot_stays_as_it_was, make_host, free_host),
        cmocka_unit_test_setup_teardown(a_section_is_replaced_when_it_ends, make_host, free_host),
        cmocka_unit_test_setup_teardown(an_abandoned_section_leaves_the_old, make_host, free_host),
        cmocka_unit_test_setup_teardown(what_repeats_is_no_change, make_host, free_host),
        cmocka_unit_test_setup_teardown(routes_are_refused, make_host, free_host),
        cmocka_unit_test_setup_teardown(differences, make_host, free_host),
        cmocka_unit_test_setup_teardown(groups_and_metrics_differ, make_host, free_host),
        cmocka_unit_test_setup_teardown(settings_and_neighbors_are_found, make_host, free_host),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
