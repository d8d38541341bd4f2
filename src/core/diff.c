#include "core/diff.h"

#include "core/address_label.h"

#include <string.h>

struct report {
    const struct mh_snapshot *before, *after;
    mh_difference_handler handler;
    void *context;
};

static void tell(const struct report *report, enum mh_section section, const void *before, const void *after)
{
    const struct mh_difference difference = {section, before, after};
    report->handler(report->context, &difference);
}

/* ---- interfaces ------------------------------------------------------------------------------------ */

static bool interface_equal(const struct mh_interface *a, const struct mh_interface *b)
{
    return strcmp(a->name, b->name) == 0 && a->kind == b->kind && a->up == b->up &&
           a->carrier == b->carrier && a->mtu == b->mtu && a->master == b->master && a->lower == b->lower &&
           a->domain == b->domain && a->hardware_address_length == b->hardware_address_length &&
           memcmp(a->hardware_address, b->hardware_address, a->hardware_address_length) == 0;
}

/* Both lists are ordered by index: walk them side by side. */
static void diff_interfaces(const struct report *report)
{
    const struct mh_interface *a = report->before->interfaces, *b = report->after->interfaces;
    const struct mh_interface *a_end = a + report->before->interface_count;
    const struct mh_interface *b_end = b + report->after->interface_count;
    while (a < a_end || b < b_end) {
        if (b == b_end || (a < a_end && a->index < b->index)) {
            tell(report, MH_SECTION_INTERFACES, a++, NULL);
        } else if (a == a_end || b->index < a->index) {
            tell(report, MH_SECTION_INTERFACES, NULL, b++);
        } else {
            if (!interface_equal(a, b))
                tell(report, MH_SECTION_INTERFACES, a, b);
            a++;
            b++;
        }
    }
}

/* ---- addresses ------------------------------------------------------------------------------------- */

static const struct mh_interface_address *find_address(const struct mh_snapshot *snapshot,
                                                       const struct mh_interface_address *address)
{
    size_t count;
    const struct mh_interface_address *all = mh_snapshot_addresses_of(snapshot, address->interface, &count);
    for (size_t i = 0; i < count; i++)
        if (mh_interface_address_same(&all[i], address))
            return &all[i];
    return NULL;
}

static void diff_addresses(const struct report *report)
{
    for (size_t i = 0; i < report->before->address_count; i++) {
        const struct mh_interface_address *a = &report->before->addresses[i];
        if (find_address(report->after, a) == NULL)
            tell(report, MH_SECTION_ADDRESSES, a, NULL);
    }
    for (size_t i = 0; i < report->after->address_count; i++) {
        const struct mh_interface_address *b = &report->after->addresses[i];
        const struct mh_interface_address *a = find_address(report->before, b);
        if (a == NULL || a->flags != b->flags || a->scope != b->scope)
            tell(report, MH_SECTION_ADDRESSES, a, b);
    }
}

/* ---- rules ----------------------------------------------------------------------------------------- */

static size_t count_rule(const struct mh_rule *rules, size_t count, const struct mh_rule *rule)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        found += mh_rule_equal(&rules[i], rule);
    return found;
}

/* Equal rules may stand several times: the nth of them is new when the other side has fewer than n. */
static void diff_rules(const struct report *report)
{
    const struct mh_snapshot *a = report->before, *b = report->after;
    for (size_t i = 0; i < a->rule_count; i++) {
        size_t ordinal = count_rule(a->rules, i + 1, &a->rules[i]);
        if (count_rule(b->rules, b->rule_count, &a->rules[i]) < ordinal)
            tell(report, MH_SECTION_RULES, &a->rules[i], NULL);
    }
    for (size_t i = 0; i < b->rule_count; i++) {
        size_t ordinal = count_rule(b->rules, i + 1, &b->rules[i]);
        if (count_rule(a->rules, a->rule_count, &b->rules[i]) < ordinal)
            tell(report, MH_SECTION_RULES, NULL, &b->rules[i]);
    }
}

/* ---- settings -------------------------------------------------------------------------------------- */

/* Settings that come or go with their interface are told by the interface. */
static void diff_settings(const struct report *report)
{
    for (size_t i = 0; i < report->after->setting_count; i++) {
        const struct mh_setting *b = &report->after->settings[i];
        const struct mh_setting *a = mh_snapshot_setting(
            report->before, b->interface, (enum mh_family)b->family, (enum mh_setting_id)b->id);
        if (a != NULL && a->value != b->value)
            tell(report, MH_SECTION_SETTINGS, a, b);
    }
}

/* ---- labels ---------------------------------------------------------------------------------------- */

/* Both lists are in one order: walk them side by side. */
static void diff_labels(const struct report *report)
{
    const struct mh_address_label *a = report->before->labels, *b = report->after->labels;
    const struct mh_address_label *a_end = a + report->before->label_count;
    const struct mh_address_label *b_end = b + report->after->label_count;
    while (a < a_end || b < b_end) {
        int order = a == a_end ? 1 : b == b_end ? -1 : mh_address_label_compare(a, b);
        if (order < 0) {
            tell(report, MH_SECTION_LABELS, a++, NULL);
        } else if (order > 0) {
            tell(report, MH_SECTION_LABELS, NULL, b++);
        } else {
            if (a->label != b->label)
                tell(report, MH_SECTION_LABELS, a, b);
            a++;
            b++;
        }
    }
}

/* ---- all ------------------------------------------------------------------------------------------- */

void mh_snapshot_diff(const struct mh_snapshot *before, const struct mh_snapshot *after,
                      mh_difference_handler handler, void *context)
{
    static void (*const parts[])(const struct report *) = {
        [MH_SECTION_INTERFACES] = diff_interfaces, [MH_SECTION_ADDRESSES] = diff_addresses,
        [MH_SECTION_RULES] = diff_rules,           [MH_SECTION_SETTINGS] = diff_settings,
        [MH_SECTION_LABELS] = diff_labels,
    };
    const struct report report = {before, after, handler, context};
    for (size_t section = 0; section < sizeof parts / sizeof parts[0]; section++)
        if (parts[section] != NULL && before->lists[section] != after->lists[section])
            parts[section](&report);
}
