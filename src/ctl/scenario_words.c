#include "scenario_words.h"

#include "address_words.h"
#include "fetch.h"

#include <string.h>

static const char *interface_at(const json_t *members, size_t index)
{
    return mh_member_text(json_array_get(members, index), "interface");
}

static bool seen_before(const json_t *members, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (strcmp(interface_at(members, i), interface_at(members, index)) == 0)
            return true;
    return false;
}

/* "eth0, eth1 and eth2": each once. */
static void add_interfaces(struct mh_text *text, const json_t *members)
{
    const char *held = NULL; /* printed when it is known whether it is the last */
    size_t printed = 0;
    for (size_t i = 0; i < json_array_size(members); i++) {
        if (seen_before(members, i))
            continue;
        if (held != NULL)
            mh_text_format(text, "%s%s", printed++ > 0 ? ", " : "", held);
        held = interface_at(members, i);
    }
    if (held != NULL)
        mh_text_format(text, "%s%s", printed > 0 ? " and " : "", held);
}

static void add_single(struct mh_text *text, const json_t *members)
{
    const json_t *member = json_array_get(members, 0);
    if (member == NULL) {
        mh_text_add(text, ": no address counts");
        return;
    }
    const char *interface = mh_member_text(member, "interface");
    mh_text_add(text, ": ");
    mh_address_words_add(text, mh_member_text(member, "address"), interface);
    mh_text_format(text, " on %s", interface);
}

static void summarise_one(struct mh_text *text, const json_t *scenario)
{
    const char *kind = mh_member_text(scenario, "kind"), *subnet = mh_member_text(scenario, "subnet");
    const json_t *members = mh_member_array(scenario, "members");
    mh_text_add(text, kind);
    if (strcmp(kind, "single-homed") == 0) {
        add_single(text, members);
        return;
    }
    if (subnet[0] != '\0')
        mh_text_format(text, " in %s", subnet);
    if (json_array_size(members) > 0) {
        mh_text_add(text, strcmp(kind, "simple-multihoming") == 0 ? " over " : " on ");
        add_interfaces(text, members);
    }
}

void mh_scenario_summarise(struct mh_text *text, const json_t *scenarios)
{
    size_t index;
    json_t *scenario;
    json_array_foreach(scenarios, index, scenario)
    {
        mh_text_add(text, index == 0 ? "" : "; ");
        summarise_one(text, scenario);
    }
}

void mh_scenario_list_kinds(struct mh_text *text, const json_t *kinds)
{
    size_t index;
    json_t *kind;
    json_array_foreach(kinds, index, kind)
    {
        const char *word = json_string_value(kind);
        mh_text_format(text, "%s%s", index == 0 ? "" : ", ", word != NULL ? word : "?");
    }
}

const char *mh_scenario_meaning(const char *kind, const char *layout)
{
    if (strcmp(kind, "single-homed") == 0)
        return "At most one address counts: there is nothing to choose.";
    if (strcmp(kind, "multiple-logical-networks") == 0)
        return "One link carries addresses of several subnets.";
    if (strcmp(kind, "simple-multihoming") == 0)
        return "Addresses are on several links: source address and way out have to fit together.";
    if (strcmp(kind, "multiple-logical-hosts") != 0)
        return "";
    return strcmp(layout, "different-interfaces") == 0
               ? "Several addresses of one subnet are on different interfaces."
               : "One interface has several addresses of one subnet.";
}
