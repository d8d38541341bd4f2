/* The rendered rules against the decision of core/forward.c over the same rules and tables: an evaluator of
 * pf rules, which shares nothing with the renderer, is asked with random packets. */
#define _GNU_SOURCE
#include "host_builder.h"
#include "pf_model.h"

#include "core/forward.h"

enum { LINKS = 4, TABLE_MAIN = 254, RULES_MAX = 64, ROUNDS = 150, PACKETS = 40 };

/* ---- pf -------------------------------------------------------------------------------------------- */

enum outcome { UNMATCHED, PASSES, REDIRECTS, REFUSES };

struct verdict {
    enum outcome outcome;
    char interface[16]; /* that it is redirected to; "": the gateway's */
    struct mh_address gateway;
};

struct packet {
    struct mh_address source, destination;
    const char *interface; /* that the main table chose */
};

static bool eat(const char **at, const char *word)
{
    size_t length = strlen(word);
    if (strncmp(*at, word, length) != 0)
        return false;
    *at += length;
    return true;
}

/* Up to one of the characters, which is eaten too. */
static void eat_to(const char **at, const char *ends, char *word, size_t size)
{
    size_t length = strcspn(*at, ends);
    assert_true(length < size);
    memcpy(word, *at, length);
    word[length] = '\0';
    *at += length + ((*at)[length] != '\0');
}

static bool is_in(const char *host, const struct mh_address *address)
{
    struct mh_prefix prefix;
    if (strcmp(host, "any") == 0)
        return true;
    assert_true(mh_prefix_parse(host, strlen(host), &prefix));
    return mh_prefix_contains(&prefix, address);
}

/* "em1", "(em1 192.0.2.1)" or "192.0.2.1". */
static void eat_way(const char **at, struct verdict *verdict)
{
    char word[64];
    bool both = eat(at, "(");
    verdict->outcome = REDIRECTS;
    eat_to(at, " \n", word, sizeof word);
    if (mh_address_parse(word, strlen(word), &verdict->gateway))
        return;
    (void)snprintf(verdict->interface, sizeof verdict->interface, "%.15s", word);
    if (both) {
        eat_to(at, ")", word, sizeof word);
        (void)eat(at, " ");
        assert_true(mh_address_parse(word, strlen(word), &verdict->gateway));
    }
}

/* One line; true when it matches, which ends it: all of them are quick. */
static bool evaluate_line(const char *line, const struct packet *packet, struct verdict *verdict)
{
    char interface[32], from[64], to[64];
    *verdict = (struct verdict){.outcome = PASSES};
    if (eat(&line, "block return out quick on ") || eat(&line, "block drop out quick on "))
        verdict->outcome = REFUSES;
    else if (!eat(&line, "pass out quick on "))
        return false;
    bool not = eat(&line, "! ");
    eat_to(&line, " ", interface, sizeof interface);
    bool matches = (strcmp(interface, packet->interface) == 0) != not ;
    if (eat(&line, "route-to "))
        eat_way(&line, verdict);
    enum mh_family family = eat(&line, "inet6 ") ? MH_IPV6 : MH_IPV4;
    assert_true(family == MH_IPV6 || eat(&line, "inet "));
    assert_true(eat(&line, "from "));
    eat_to(&line, " ", from, sizeof from);
    assert_true(eat(&line, "to "));
    eat_to(&line, " ", to, sizeof to);
    const char *behind = strstr(line, " route-to ");
    if (behind != NULL && behind < line + strcspn(line, "\n")) {
        behind += strlen(" route-to ");
        eat_way(&behind, verdict);
    }
    return matches && family == packet->source.family && is_in(from, &packet->source) &&
           is_in(to, &packet->destination);
}

static struct verdict evaluate(const char *rules, const struct packet *packet)
{
    struct verdict verdict;
    for (; *rules != '\0'; rules += strcspn(rules, "\n") + 1)
        if (evaluate_line(rules, packet, &verdict))
            return verdict;
    return (struct verdict){.outcome = UNMATCHED};
}

/* ---- hosts ----------------------------------------------------------------------------------------- */

struct world {
    struct host_builder builder;
    struct mh_anchor_model model;
    struct mh_rule rules[RULES_MAX];
    size_t rule_count;
    enum mh_family family;
    uint64_t random;
    size_t checked, redirected, refused, passed;
};

static unsigned below(struct world *world, unsigned limit)
{
    return (unsigned)(mh_test_random(&world->random) >> 33) % limit;
}

/* Few bits differ, so that prefixes meet. */
static struct mh_address some_address(struct world *world)
{
    struct mh_address address = {.family = (uint8_t)world->family, .bytes = {20}};
    size_t at = 1;
    if (world->family == MH_IPV6) {
        address.bytes[0] = 0x20;
        address.bytes[1] = 1;
        at = 6;
    }
    address.bytes[at] = (uint8_t)below(world, 4);
    address.bytes[at + 1] = (uint8_t)below(world, 4);
    address.bytes[mh_family_bits(world->family) / 8 - 1] = (uint8_t)(1 + below(world, 4));
    return address;
}

static struct mh_prefix some_prefix(struct world *world)
{
    static const uint8_t lengths4[] = {0, 8, 14, 16, 22, 24, 32}, lengths6[] = {0, 16, 54, 56, 62, 64, 128};
    const struct mh_address address = some_address(world);
    const uint8_t *lengths = world->family == MH_IPV6 ? lengths6 : lengths4;
    return mh_prefix_of(&address, lengths[below(world, 7)]);
}

static struct mh_address some_gateway(struct world *world)
{
    struct mh_address gateway = {.family = (uint8_t)world->family, .bytes = {10, 0, 0, 1}};
    if (world->family == MH_IPV6)
        gateway = (struct mh_address){.family = MH_IPV6, .bytes = {0xfe, 0x80}};
    gateway.bytes[mh_family_bits(world->family) / 8 - 1] = (uint8_t)(1 + below(world, 3));
    return gateway;
}

static void put_route(struct world *world, uint32_t table, const struct mh_prefix *destination)
{
    struct mh_next_hop hop = {
        .interface = 1 + below(world, LINKS), .weight = 1, .flags = MH_NEXT_HOP_ON_LINK};
    char name[16];
    if (below(world, 3) > 0)
        hop.gateway = some_gateway(world);
    struct mh_route route = {.destination = *destination,
                             .table = table,
                             .metric = world->family == MH_IPV6 ? 1024 : 0,
                             .type = MH_ROUTE_UNICAST,
                             .protocol = 157,
                             .owner = MH_OWNER_MULTIHOMED,
                             .next_hop_count = 1,
                             .next_hops = &hop};
    if (table != TABLE_MAIN && below(world, 8) == 0) {
        route.type = MH_ROUTE_UNREACHABLE;
        hop.gateway = (struct mh_address){0};
    }
    (void)snprintf(name, sizeof name, "em%u", hop.interface - 1);
    const struct mh_op op = {.kind = MH_OP_ROUTE_ADD, .of.route = route};
    bool is_new = table != TABLE_MAIN ? mh_anchor_apply(&world->model, &op, name, NULL) == MH_OK
                                      : mh_route_table_exact(world->builder.routes, table, destination) == 0;
    if (is_new)
        assert_int_equal(mh_route_table_put(world->builder.routes, &route, MH_APPEND), MH_OK);
}

static void put_rule(struct world *world, struct mh_rule rule)
{
    const struct mh_op op = {.kind = MH_OP_RULE_ADD, .of.rule = rule};
    assert_true(world->rule_count < RULES_MAX);
    size_t at = world->rule_count;
    if (rule.table == TABLE_MAIN || mh_anchor_apply(&world->model, &op, NULL, NULL) == MH_OK) {
        for (; at > 0 && world->rules[at - 1].priority > rule.priority; at--)
            world->rules[at] = world->rules[at - 1];
        world->rules[at] = rule;
        world->rule_count++;
    }
}

static struct mh_rule rule_of(const struct world *world, uint32_t priority, uint32_t table)
{
    return (struct mh_rule){.priority = priority,
                            .table = table,
                            .family = (uint8_t)world->family,
                            .action = table == 0 ? MH_RULE_UNREACHABLE : MH_RULE_TO_TABLE,
                            .protocol = 157,
                            .owner = MH_OWNER_MULTIHOMED,
                            .suppress_prefix_length = -1,
                            .suppress_interface_group = -1};
}

static struct mh_prefix selector(struct world *world)
{
    struct mh_prefix prefix = some_prefix(world);
    return prefix.length == 0 ? (struct mh_prefix){0} : prefix;
}

static void build_world(struct world *world)
{
    const struct mh_prefix any = {.address.family = (uint8_t)world->family};
    world->builder.routes = mh_route_table_new();
    assert_non_null(world->builder.routes);
    pf_model(&world->model, "");
    for (int i = 0; i < LINKS; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "em%d", i);
        (void)device(&world->builder, name, MH_KIND_PHYSICAL);
    }
    for (unsigned i = 0; i < 8; i++) {
        const struct mh_prefix to = some_prefix(world);
        put_route(world, 5201 + below(world, 3), &to);
    }
    for (unsigned i = 0; i < 5; i++) {
        const struct mh_prefix to = some_prefix(world);
        put_route(world, TABLE_MAIN, &to);
    }
    put_route(world, TABLE_MAIN, &any);
    for (unsigned i = 0; i < 3; i++) {
        struct mh_rule rule = rule_of(world, 5200 + below(world, 40), 5201 + below(world, 3));
        rule.from = selector(world);
        if (below(world, 2) == 0)
            rule.to = selector(world);
        put_rule(world, rule);
    }
    for (unsigned i = 0; i < 4; i++) {
        const struct mh_address source = some_address(world);
        struct mh_rule rule = rule_of(world, 5260, 5201 + below(world, 3));
        rule.from = mh_prefix_of(&source, 128);
        put_rule(world, rule);
        rule = rule_of(world, 5261, 0);
        rule.from = mh_prefix_of(&source, 128);
        if (below(world, 2) == 0)
            put_rule(world, rule);
    }
    put_rule(world, rule_of(world, 32766, TABLE_MAIN));
}

/* ---- comparing ------------------------------------------------------------------------------------- */

static bool is_strong(const struct world *world, const struct mh_rule *rule)
{
    for (size_t i = 0; i < world->rule_count; i++)
        if (world->rules[i].action == MH_RULE_UNREACHABLE && rule->from.address.family != MH_FAMILY_NONE &&
            mh_prefix_covers(&world->rules[i].from, &rule->from))
            return true;
    return false;
}

static bool same_gateway(const struct verdict *verdict, const struct mh_next_hop *hop,
                         enum mh_pf_grammar grammar)
{
    struct mh_address gateway = hop->gateway;
    if (grammar == MH_PF_OPENBSD && gateway.family == MH_IPV6)
        gateway.bytes[3] = (uint8_t)hop->interface;
    return mh_address_equal(&verdict->gateway, &gateway);
}

static bool agrees(const struct world *world, const struct verdict *verdict, const struct mh_forwarding *way,
                   const struct mh_next_hop *hop, const char *main_interface, enum mh_pf_grammar grammar)
{
    char interface[16];
    if (way->way != MH_WAY_FOUND)
        return verdict->outcome == REFUSES;
    if (way->rule->table == TABLE_MAIN)
        return verdict->outcome == UNMATCHED;
    (void)snprintf(interface, sizeof interface, "em%u", hop->interface - 1);
    if (hop->gateway.family != MH_FAMILY_NONE)
        return verdict->outcome == REDIRECTS && same_gateway(verdict, hop, grammar) &&
               strcmp(verdict->interface, grammar == MH_PF_OPENBSD ? "" : interface) == 0;
    if (strcmp(interface, main_interface) == 0)
        return verdict->outcome == PASSES;
    if (grammar == MH_PF_OPENBSD)
        return verdict->outcome == (is_strong(world, way->rule) ? REFUSES : PASSES);
    return verdict->outcome == REDIRECTS && verdict->gateway.family == MH_FAMILY_NONE &&
           strcmp(verdict->interface, interface) == 0;
}

static void count_verdict(struct world *world, const struct verdict *verdict)
{
    world->checked++;
    world->redirected += verdict->outcome == REDIRECTS;
    world->refused += verdict->outcome == REFUSES;
    world->passed += verdict->outcome == PASSES;
}

static const struct mh_next_hop *hop_of(const struct world *world, const struct mh_forwarding *way)
{
    struct mh_route route;
    mh_route_table_get(world->builder.routes, way->choices[0].route, &route);
    return &route.next_hops[way->choices[0].hop];
}

static void ask(struct world *world, char *const texts[2], struct mh_forwarding *way)
{
    const struct mh_question question = {
        .source = some_address(world), .destination = some_address(world), .known = MH_KNOWN_ALL};
    char main_interface[16];
    if (!mh_forward_table(&world->builder.snapshot, world->builder.routes, TABLE_MAIN, &question, way) ||
        way->way != MH_WAY_FOUND)
        fail_msg("main has a default route");
    (void)snprintf(main_interface, sizeof main_interface, "em%u", hop_of(world, way)->interface - 1);
    mh_forward(&world->builder.snapshot, world->builder.routes, &question, way);
    assert_int_not_equal(way->way, MH_WAY_INDETERMINATE);
    const struct mh_next_hop hop = way->way == MH_WAY_FOUND ? *hop_of(world, way) : (struct mh_next_hop){0};
    const struct packet packet = {question.source, question.destination, main_interface};
    for (int grammar = MH_PF_FREEBSD; grammar <= MH_PF_OPENBSD; grammar++) {
        const struct verdict verdict = evaluate(texts[grammar], &packet);
        char source[MH_ADDRESS_TEXT_SIZE], destination[MH_ADDRESS_TEXT_SIZE];
        if (!agrees(world, &verdict, way, &hop, main_interface, (enum mh_pf_grammar)grammar))
            fail_msg("%d: from %s to %s, main by %s: forward %s, pf %d %s\n%s", grammar,
                     mh_address_format(&question.source, source),
                     mh_address_format(&question.destination, destination), main_interface,
                     mh_way_word(way->way), verdict.outcome, verdict.interface, texts[grammar]);
        count_verdict(world, &verdict);
    }
}

static void run_world(struct world *world, struct mh_forwarding *way)
{
    build_world(world);
    build_with(&world->builder,
               &(struct builder_more){.rules = world->rules, .rule_count = world->rule_count});
    char *const texts[2] = {pf_render(&world->model, MH_PF_FREEBSD), pf_render(&world->model, MH_PF_OPENBSD)};
    for (int i = 0; i < PACKETS; i++)
        ask(world, texts, way);
    free(texts[0]);
    free(texts[1]);
    mh_anchor_clear(&world->model);
    builder_clear(&world->builder);
    memset(&world->builder, 0, sizeof world->builder);
    world->rule_count = 0;
}

static void compare_family(enum mh_family family)
{
    struct world world = {.family = family, .random = 42};
    struct mh_forwarding *way = malloc(sizeof *way);
    assert_non_null(way);
    for (int i = 0; i < ROUNDS; i++)
        run_world(&world, way);
    free(way);
    print_message("%zu packets: %zu redirected, %zu refused, %zu passed\n", world.checked, world.redirected,
                  world.refused, world.passed);
    assert_true(world.redirected > world.checked / 50 && world.refused > world.checked / 50 &&
                world.passed > world.checked / 50);
}

static void ipv4_goes_where_the_core_says(void **state)
{
    (void)state;
    compare_family(MH_IPV4);
}

static void ipv6_goes_where_the_core_says(void **state)
{
    (void)state;
    compare_family(MH_IPV6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ipv4_goes_where_the_core_says),
        cmocka_unit_test(ipv6_goes_where_the_core_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
