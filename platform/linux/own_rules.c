/* The rules of this service's own table, and the text that makes it.
 *
 * Strong receive is in the input hook: what is forwarded never comes there, and rules before routing cannot
 * tell the two apart. What this host sends to itself comes by lo. Broadcasts, multicast and anycast belong to
 * no interface, link-local addresses and neighbour discovery are tied to the link by IPv6 itself. Addresses
 * of loopback and dummy interfaces are for whoever comes from anywhere (anycast, direct server return); nft's
 * fib does not tell on which interface a local address is, hence a set of them. An address that is not in
 * table local at all was given to this host by a rule of transparent proxies, and is let in.
 *
 * The reverse path is asked before routing and before connection tracking, as rp_filter is, for what is taken
 * and for what is forwarded. As there, neither duplicate address detection (no source) nor link-local
 * sources, which every link has, are asked. */
#include "own_table.h"

#include "core/text.h"

#define ACCEPTS "match accept "

static const struct mh_own_rule input_rules[] = {
    {"iif \"lo\" accept", "what this host sends to itself", ACCEPTS},
    {"meta nfproto ipv4 iifname != @strong_receive_ipv4 accept", "not covered", "match " ACCEPTS},
    {"meta nfproto ipv6 iifname != @strong_receive_ipv6 accept", "not covered", "match " ACCEPTS},
    {"fib daddr type { broadcast, anycast, multicast } accept", "for several hosts", ACCEPTS},
    {"ip daddr 127.0.0.0/8 accept", "loopback", ACCEPTS},
    {"ip daddr @exempt_ipv4 accept", "addresses of loopback and dummy interfaces", ACCEPTS},
    {"ip6 daddr @exempt_ipv6 accept", "addresses of loopback and dummy interfaces", ACCEPTS},
    {"ip6 daddr fe80::/10 accept", "link-local", ACCEPTS},
    {"icmpv6 type { nd-router-solicit, nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert, "
     "nd-redirect } accept",
     "neighbour discovery", ACCEPTS},
    {"fib daddr type local fib daddr . iif type != local counter drop", "an address of another interface",
     "match match counter drop "},
};

static const struct mh_own_rule prerouting_rules[] = {
    {"iif \"lo\" accept", "what this host sends to itself", ACCEPTS},
    {"meta nfproto != ipv6 accept", "IPv4 has rp_filter", ACCEPTS},
    {"ip6 saddr :: accept", "duplicate address detection", ACCEPTS},
    {"ip6 saddr fe80::/10 accept", "link-local", ACCEPTS},
    {"ip6 daddr ff00::/8 accept", "multicast", ACCEPTS},
    {"iifname @reverse_strict_ipv6 fib saddr . iif oif missing counter drop", "no way back by the interface",
     "match match counter drop "},
    {"iifname @reverse_loose_ipv6 fib saddr oif missing counter drop", "no way back",
     "match match counter drop "},
};

/* Beside the usual places (0; before connection tracking at -200), so that neither before nor behind another
 * program's chain is left to chance. */
const struct mh_own_chain mh_own_chains[MH_OWN_CHAINS] = {
    {"input", "input", -10, input_rules, sizeof input_rules / sizeof input_rules[0]},
    {"prerouting", "prerouting", -290, prerouting_rules,
     sizeof prerouting_rules / sizeof prerouting_rules[0]},
};

const char *mh_own_set_name(enum mh_own_set set)
{
    static const char *const names[MH_OWN_SETS] = {
        [MH_OWN_STRONG_IPV4] = "strong_receive_ipv4",
        [MH_OWN_STRONG_IPV6] = "strong_receive_ipv6",
        [MH_OWN_LOOSE_IPV6] = "reverse_loose_ipv6",
        [MH_OWN_STRICT_IPV6] = "reverse_strict_ipv6",
    };
    return names[set];
}

const char *mh_own_exempt_name(enum mh_family family)
{
    return family == MH_IPV4 ? "exempt_ipv4" : "exempt_ipv6";
}

/* ---- the table's text ------------------------------------------------------------------------------ */

static const enum mh_family families[] = {MH_IPV4, MH_IPV6};

static void add_sets(struct mh_text *out)
{
    for (int set = 0; set < MH_OWN_SETS; set++)
        mh_text_format(out, "\tset %s {\n\t\ttype ifname\n\t}\n", mh_own_set_name((enum mh_own_set)set));
    for (int i = 0; i < 2; i++)
        mh_text_format(out, "\tset %s {\n\t\ttype %s_addr\n\t}\n", mh_own_exempt_name(families[i]),
                       mh_family_name(families[i]));
}

static void add_chain(struct mh_text *out, const struct mh_own_chain *chain)
{
    mh_text_format(out, "\tchain %s {\n\t\ttype filter hook %s priority %d; policy accept;\n", chain->name,
                   chain->hook, chain->priority);
    for (size_t i = 0; i < chain->rule_count; i++)
        mh_text_format(out, "\t\t%s comment \"%s\"\n", chain->rules[i].text, chain->rules[i].comment);
    mh_text_add(out, "\t}\n");
}

static void add_table(struct mh_text *out)
{
    mh_text_add(out, "table inet multihomed {\n");
    add_sets(out);
    for (int i = 0; i < MH_OWN_CHAINS; i++)
        add_chain(out, &mh_own_chains[i]);
    mh_text_add(out, "}\n");
}

/* ---- its elements ---------------------------------------------------------------------------------- */

static void add_members(struct mh_text *out, const struct mh_own_table *table)
{
    const struct mh_own_member *members = mh_list_items(table->members);
    for (size_t i = 0; i < mh_list_count(table->members); i++)
        mh_text_format(out, "add element inet multihomed %s { \"%s\" }\n",
                       mh_own_set_name((enum mh_own_set)members[i].set), members[i].name);
}

static void add_exempt(struct mh_text *out, const struct mh_own_table *table)
{
    char text[MH_ADDRESS_TEXT_SIZE];
    const struct mh_address *addresses = mh_list_items(table->exempt);
    for (size_t i = 0; i < mh_list_count(table->exempt); i++)
        mh_text_format(out, "add element inet multihomed %s { %s }\n",
                       mh_own_exempt_name((enum mh_family)addresses[i].family),
                       mh_address_format(&addresses[i], text));
}

static void flush_sets(struct mh_text *out)
{
    for (int set = 0; set < MH_OWN_SETS; set++)
        mh_text_format(out, "flush set inet multihomed %s\n", mh_own_set_name((enum mh_own_set)set));
    for (int i = 0; i < 2; i++)
        mh_text_format(out, "flush set inet multihomed %s\n", mh_own_exempt_name(families[i]));
}

/* A table is added before it is deleted, so that there is one. */
char *mh_own_script(const struct mh_own_table *table, enum mh_own_condition is)
{
    struct mh_text out = {0};
    bool is_kept = is == MH_OWN_WHOLE && mh_list_count(table->members) > 0;
    if (!is_kept)
        mh_text_add(&out, "add table inet multihomed\ndelete table inet multihomed\n");
    if (mh_list_count(table->members) > 0) {
        if (is_kept)
            flush_sets(&out);
        else
            add_table(&out);
        add_members(&out, table);
        add_exempt(&out, table);
    }
    return mh_text_take(&out);
}
