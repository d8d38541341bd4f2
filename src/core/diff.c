#include "core/diff.h"

#include "core/address_label.h"
#include "core/place_index.h"
#include "core/prediction.h"

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
           a->domain == b->domain && a->has_metric == b->has_metric && a->metric == b->metric &&
           strcmp(a->groups, b->groups) == 0 && a->hardware_address_length == b->hardware_address_length &&
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

static bool is_address(const void *item, const void *address)
{
    return mh_interface_address_same(item, address);
}

static void index_addresses(struct mh_place_index *index, const struct mh_snapshot *snapshot)
{
    for (size_t i = 0; i < snapshot->address_count; i++)
        mh_place_index_add(index, mh_address_number(&snapshot->addresses[i].address), i);
}

static const struct mh_interface_address *find_address(struct mh_place_index *index,
                                                       const struct mh_snapshot *snapshot,
                                                       const struct mh_interface_address *address)
{
    const struct mh_place_question question = {.items = snapshot->addresses,
                                               .count = snapshot->address_count,
                                               .size = sizeof *address,
                                               .key = mh_address_number(&address->address),
                                               .wanted = address,
                                               .matches = is_address};
    size_t found = mh_place_index_find(index, &question);
    return found < question.count ? &snapshot->addresses[found] : NULL;
}

static void diff_addresses(const struct report *report)
{
    struct mh_place_index before = {0}, after = {0};
    index_addresses(&before, report->before);
    index_addresses(&after, report->after);
    for (size_t i = 0; i < report->before->address_count; i++) {
        const struct mh_interface_address *a = &report->before->addresses[i];
        if (find_address(&after, report->after, a) == NULL)
            tell(report, MH_SECTION_ADDRESSES, a, NULL);
    }
    for (size_t i = 0; i < report->after->address_count; i++) {
        const struct mh_interface_address *b = &report->after->addresses[i];
        const struct mh_interface_address *a = find_address(&before, report->before, b);
        if (a == NULL || a->flags != b->flags || a->scope != b->scope)
            tell(report, MH_SECTION_ADDRESSES, a, b);
    }
    mh_place_index_clear(&before);
    mh_place_index_clear(&after);
}

/* ---- rules ----------------------------------------------------------------------------------------- */

static size_t count_rule(const struct mh_rule *rules, size_t count, const struct mh_rule *rule)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        found += mh_rule_equal(&rules[i], rule);
    return found;
}

/* Rules of a snapshot, and how many there are of each. */
struct rules {
    const struct mh_rule *items;
    size_t count;
    struct mh_place_index index;
};

static void index_rules(struct rules *rules, const struct mh_snapshot *snapshot)
{
    *rules = (struct rules){.items = snapshot->rules, .count = snapshot->rule_count};
    for (size_t i = 0; i < rules->count; i++)
        mh_place_index_add(&rules->index, mh_rule_number(&rules->items[i]), i);
}

static bool is_rule(const void *item, const void *rule)
{
    return mh_rule_equal(item, rule);
}

static bool has_rule(struct rules *rules, const struct mh_rule *rule)
{
    const struct mh_place_question question = {.items = rules->items,
                                               .count = rules->count,
                                               .size = sizeof *rule,
                                               .key = mh_rule_number(rule),
                                               .wanted = rule,
                                               .matches = is_rule};
    return mh_place_index_find(&rules->index, &question) < rules->count;
}

/* Equal rules may stand several times: the nth of them is new when the other side has fewer than n. Most
 * stand once, or never. */
static bool is_new(const struct rules *own, size_t position, struct rules *other)
{
    const struct mh_rule *rule = &own->items[position];
    uint64_t key = mh_rule_number(rule);
    size_t theirs = mh_place_index_count(&other->index, key);
    if (theirs == 0)
        return true;
    size_t ordinal =
        mh_place_index_count(&own->index, key) == 1 ? 1 : count_rule(own->items, position + 1, rule);
    return theirs == 1 && ordinal == 1 ? !has_rule(other, rule)
                                       : count_rule(other->items, other->count, rule) < ordinal;
}

static void diff_rules(const struct report *report)
{
    struct rules a, b;
    index_rules(&a, report->before);
    index_rules(&b, report->after);
    for (size_t i = 0; i < a.count; i++)
        if (is_new(&a, i, &b))
            tell(report, MH_SECTION_RULES, &a.items[i], NULL);
    for (size_t i = 0; i < b.count; i++)
        if (is_new(&b, i, &a))
            tell(report, MH_SECTION_RULES, NULL, &b.items[i]);
    mh_place_index_clear(&a.index);
    mh_place_index_clear(&b.index);
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
