/* The packet filter of a simulated host. Only a Linux has one, and in it is what this service keeps in nft's
 * table `inet multihomed` on a real one (platform/linux/own_rules.c): strong receive, and the reverse path of
 * IPv6, of the interfaces whose settings say so. One rule for an interface does for sets of names here. */
#include "filter.h"

#include "core/filter_model.h"

#include <string.h>

/* The filter being made; `done` is false when out of memory. */
struct making {
    const struct sim_host *host;
    struct mh_filter *filter;
    uint32_t chain;
    struct mh_filter_rule rule;
    bool done;
};

/* ---- what a packet must be -------------------------------------------------------------------------- */

/* The packet has a value from `low` to `high`, or has none (MH_FILTER_NOT_IN). */
static void match(struct making *making, struct mh_filter_key key, enum mh_filter_op op,
                  struct mh_filter_value low, struct mh_filter_value high)
{
    const struct mh_filter_range range = {low, high};
    struct mh_filter_statement statement = {.kind = MH_FILTER_MATCH, .op = (uint8_t)op, .key_count = 1};
    key.keep = mh_filter_all_bits;
    making->done = making->done && mh_filter_add_set(making->filter, 1, false, &statement.set) &&
                   mh_filter_set_add(mh_filter_set_at(making->filter, statement.set), &range, NULL) &&
                   mh_filter_rule_add(&making->rule, &statement, &key, NULL);
}

static void match_number(struct making *making, enum mh_filter_key_kind kind, uint8_t flags,
                         enum mh_filter_op op, uint32_t number)
{
    const struct mh_filter_value value = mh_filter_number(number);
    match(making, (struct mh_filter_key){.kind = (uint8_t)kind, .flags = flags}, op, value, value);
}

static void match_input(struct making *making, const struct mh_setting *setting)
{
    const char *name = sim_interface_name(making->host, setting->interface);
    const struct mh_filter_value value = mh_filter_value_of_name(name, strlen(name));
    match_number(making, MH_FILTER_KEY_FAMILY, 0, MH_FILTER_IN, setting->family);
    match(making, (struct mh_filter_key){.kind = MH_FILTER_KEY_INPUT_NAME}, MH_FILTER_IN, value, value);
}

/* `kind`: source or destination. */
static void spare(struct making *making, enum mh_filter_key_kind kind, const struct mh_address *low,
                  const struct mh_address *high)
{
    match(making, (struct mh_filter_key){.kind = (uint8_t)kind}, MH_FILTER_NOT_IN,
          mh_filter_value_of_address(low), mh_filter_value_of_address(high));
}

static void spare_text(struct making *making, enum mh_filter_key_kind kind, const char *low, const char *high)
{
    struct mh_address first = {0}, last = {0};
    (void)mh_address_parse(low, strlen(low), &first);
    (void)mh_address_parse(high, strlen(high), &last);
    spare(making, kind, &first, &last);
}

static void drop(struct making *making, const char *text)
{
    const struct mh_filter_statement verdict = {.kind = MH_FILTER_VERDICT, .action = MH_FILTER_DROP};
    making->done = making->done && mh_filter_rule_add(&making->rule, &verdict, NULL, NULL) &&
                   mh_filter_add_rule(making->filter, making->chain, &making->rule, text);
}

/* ---- strong receive --------------------------------------------------------------------------------- */

/* Addresses of loopback and dummy interfaces are for whoever comes from anywhere. */
static void spare_exempt(struct making *making, enum mh_family family)
{
    const struct mh_interface_address *addresses = sim_addresses(making->host);
    for (size_t i = 0; i < sim_count(making->host, MH_SECTION_ADDRESSES) && making->done; i++) {
        const struct sim_interface *owner = sim_interface_at(making->host, addresses[i].interface);
        const struct mh_address *address = &addresses[i].address;
        if (address->family == family && owner != NULL &&
            (owner->base.kind == MH_KIND_LOOPBACK || owner->base.kind == MH_KIND_DUMMY))
            spare(making, MH_FILTER_KEY_DESTINATION, address, address);
    }
}

static void keep_to_interface(struct making *making, const struct mh_setting *setting)
{
    match_input(making, setting);
    if (setting->family == MH_IPV4)
        spare_text(making, MH_FILTER_KEY_DESTINATION, "127.0.0.0", "127.255.255.255");
    else
        spare_text(making, MH_FILTER_KEY_DESTINATION, "fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
    spare_exempt(making, (enum mh_family)setting->family);
    match_number(making, MH_FILTER_KEY_FIB_TYPE, MH_FILTER_FIB_DESTINATION, MH_FILTER_IN, MH_ROUTE_LOCAL);
    match_number(making, MH_FILTER_KEY_FIB_TYPE, MH_FILTER_FIB_DESTINATION | MH_FILTER_FIB_INPUT,
                 MH_FILTER_NOT_IN, MH_ROUTE_LOCAL);
    drop(making, "fib daddr type local fib daddr . iif type != local drop");
}

/* ---- the reverse path ------------------------------------------------------------------------------- */

static void check_way_back(struct making *making, const struct mh_setting *setting)
{
    bool strict = setting->value == MH_FILTER_STRICT;
    match_input(making, setting);
    spare_text(making, MH_FILTER_KEY_SOURCE, "::", "::");
    spare_text(making, MH_FILTER_KEY_SOURCE, "fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
    spare_text(making, MH_FILTER_KEY_DESTINATION, "ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
    match_number(making, MH_FILTER_KEY_FIB_EXISTS, strict ? MH_FILTER_FIB_INPUT : 0, MH_FILTER_IN, 0);
    drop(making, strict ? "fib saddr . iif oif missing drop" : "fib saddr oif missing drop");
}

/* ---- the whole -------------------------------------------------------------------------------------- */

/* A rule for each interface that is covered; no chain when none is. */
static void add_chain(struct making *making, enum mh_setting_id id, const struct mh_filter_chain *chain,
                      const char *label, void (*add)(struct making *, const struct mh_setting *))
{
    const struct mh_setting *settings = sim_settings(making->host);
    bool is_there = false;
    for (size_t i = 0; i < sim_count(making->host, MH_SECTION_SETTINGS) && making->done; i++) {
        if (settings[i].id != id || settings[i].value <= MH_FILTER_OUT ||
            sim_interface_at(making->host, settings[i].interface) == NULL)
            continue;
        making->done = is_there || mh_filter_add_chain(making->filter, chain, label, &making->chain);
        is_there = true;
        add(making, &settings[i]);
    }
}

enum mh_error sim_filter_make(const struct sim_host *host, struct mh_filter **filter,
                              struct mh_failure *failure)
{
    static const struct mh_filter_chain input = {
        .ipv4 = true, .ipv6 = true, .hook = MH_FILTER_INPUT, .priority = -10};
    static const struct mh_filter_chain prerouting = {
        .ipv6 = true, .hook = MH_FILTER_PREROUTING, .priority = -290};
    struct making making = {.host = host, .filter = mh_filter_new()};
    making.done = making.filter != NULL;
    add_chain(&making, MH_SETTING_STRONG_RECEIVE, &input, "inet multihomed input", keep_to_interface);
    add_chain(&making, MH_SETTING_REVERSE_FILTER, &prerouting, "inet multihomed prerouting", check_way_back);
    making.done = making.done && mh_filter_finish(making.filter);
    mh_filter_rule_clear(&making.rule);
    if (making.done) {
        *filter = making.filter;
        return MH_OK;
    }
    mh_filter_free(making.filter);
    return mh_fail(failure, MH_NO_MEMORY, "out of memory");
}
