/* Plans on simulated hosts at random: what the plan predicts is what happens, a host that is as the
 * configuration says needs no plan, going from one configuration to another gives what the other alone gives,
 * and the undo of every step, from the last to the first, gives exactly the host as it was. Addresses, routes
 * and rules of others are everywhere among ours. */
#include "test_sim.h"

#include "core/plan.h"

enum { PAIRS = 1000, BSD_PAIRS = 50, WINDOWS_PAIRS = 50, TEXT_SIZE = 1 << 16, LINES_MAX = 2048 };

/* ---- random words ---------------------------------------------------------------------------------- */

struct words {
    char bytes[TEXT_SIZE];
    size_t length;
};

static uint64_t seed;
static unsigned current_case;
static const char *current_system = "linux";

static bool is_linux(void)
{
    return strcmp(current_system, "linux") == 0;
}

/* Where routes name no source, and those of a person have another word. */
static bool is_windows(void)
{
    return strcmp(current_system, "windows") == 0;
}

static uint32_t below(uint32_t bound)
{
    uint64_t mixed = seed += UINT64_C(0x9e3779b97f4a7c15);
    mixed = (mixed ^ mixed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94d049bb133111eb);
    return (uint32_t)((mixed ^ mixed >> 31) % bound);
}

/* Other systems have no second table of somebody else's. */
static uint32_t random_table(void)
{
    uint32_t table = below(2) ? 254 : 100;
    return is_linux() ? table : 0;
}

static void say(struct words *words, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(struct words *words, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(words->bytes + words->length, TEXT_SIZE - words->length, format, arguments);
    va_end(arguments);
    assert_true(length >= 0 && (size_t)length < TEXT_SIZE - words->length);
    words->length += (size_t)length;
}

/* Few subnets and few hosts in them: everybody meets everybody. IPv6 is written in the same three bytes. */
static void say_address(struct words *words, bool is_ipv6, uint32_t net, uint32_t host)
{
    if (is_ipv6)
        say(words, "2001:db8:%x::%x/64", net, host);
    else
        say(words, "192.0.%u.%u/%u", net, host, net == 3 ? 25 : 24);
}

/* ---- a random host --------------------------------------------------------------------------------- */

enum { LINKS = 3, NETS = 4 };

enum { FOREIGN_MAX = 5 };

/* Of each link: the nets and hosts of its IPv4 addresses. */
struct foreign {
    uint32_t nets[FOREIGN_MAX], hosts[FOREIGN_MAX], count;
};

static void say_foreign_addresses(struct words *words, uint32_t link, struct foreign *foreign)
{
    say(words, "\"addresses\": [");
    foreign->count = 0;
    for (uint32_t i = 0, count = below(FOREIGN_MAX); i < count; i++) {
        bool is_ipv6 = below(4) == 0;
        uint32_t net = below(NETS), host = 10 + 10 * link + i;
        say(words, "%s\"", i == 0 ? "" : ", ");
        say_address(words, is_ipv6, net, host);
        say(words, "\"");
        if (is_ipv6)
            continue;
        foreign->nets[foreign->count] = net;
        foreign->hosts[foreign->count++] = host;
    }
    say(words, "]");
}

/* On link, or by a gateway that an address of somebody else covers; with a source of somebody else's, or
 * without. */
static void say_foreign_routes(struct words *words, const struct foreign *foreign)
{
    say(words, "\"routes\": [");
    for (uint32_t i = 0, count = below(12); i < count; i++) {
        uint32_t link = below(LINKS);
        const struct foreign *own = &foreign[link];
        say(words,
            "%s{\"destination\": \"10.%u.0.0/16\", \"interface\": \"d%u\", \"table\": %u, \"protocol\": "
            "\"%s\"",
            i == 0 ? "" : ", ", i, link, random_table(), is_windows() ? "netmgmt" : "static");
        if (own->count > 0 && below(2))
            say(words, ", \"via\": \"192.0.%u.%u\"", own->nets[below(own->count)], 99);
        uint32_t chosen = own->count > 0 ? below(own->count) : 0;
        if (own->count > 0 && below(2) && !is_windows())
            say(words, ", \"preferred_source\": \"192.0.%u.%u\"", own->nets[chosen], own->hosts[chosen]);
        say(words, "}");
    }
    say(words, "]");
}

static void make_host(struct words *words)
{
    struct foreign foreign[LINKS];
    words->length = 0;
    say(words, "{\"system\": \"%s\", \"interfaces\": {", current_system);
    for (uint32_t i = 0; i < LINKS; i++) {
        say(words, "%s\"d%u\": {", i == 0 ? "" : ", ", i);
        say_foreign_addresses(words, i, &foreign[i]);
        say(words, "}");
    }
    say(words, "},\n");
    say_foreign_routes(words, foreign);
    if (!is_linux()) {
        say(words, "}\n");
        return;
    }
    say(words,
        ",\n\"rules\": [{\"priority\": 100, \"from\": \"192.0.2.0/24\", \"table\": 100},"
        " {\"priority\": 5205, \"from\": \"198.51.100.0/24\", \"table\": 100}],\n"
        "\"settings\": {\"all\": {\"ipv4\": {\"promote_secondaries\": %u, \"rp_filter\": %u, \"arp_ignore\": "
        "%u}}}}\n",
        below(2), below(3), below(2));
}

/* ---- a random configuration ------------------------------------------------------------------------ */

static const char *pick(const char *const *choices, uint32_t count)
{
    return choices[below(count)];
}

static void say_own_addresses(struct words *words)
{
    say(words, "\"addresses\": {");
    for (uint32_t i = 0, count = below(6); i < count; i++) {
        say(words, "%s\"a%u\": {\"interface\": \"d%u\", \"address\": \"", i == 0 ? "" : ", ", i,
            below(LINKS));
        say_address(words, below(4) == 0, below(NETS), 100 + 8 * below(8) + i);
        say(words, "\"%s}", below(5) == 0 ? ", \"skip_as_source\": true" : "");
    }
    say(words, "}");
}

static void say_own_routes(struct words *words)
{
    say(words, "\"routes\": {");
    for (uint32_t i = 0, count = below(4); i < count; i++) {
        say(words, "%s\"r%u\": {\"to\": \"172.%u.0.0/16\", ", i == 0 ? "" : ", ", i, 16 + i);
        if (below(3) == 0)
            say(words, "\"interface\": \"d%u\"}", below(LINKS));
        else
            say(words, "\"via\": \"192.0.%u.254\"}", below(NETS));
    }
    say(words, "}");
}

static void say_uplinks(struct words *words)
{
    say(words, "\"uplinks\": {");
    for (uint32_t i = 0; i < 2; i++)
        say(words,
            "%s\"u%u\": {\"interface\": \"d%u\", \"gateway\": {\"ipv4\": \"192.0.%u.1\"}, \"weight\": %u, "
            "\"priority\": %u}",
            i == 0 ? "" : ", ", i, below(LINKS), below(NETS), 1 + below(3), below(2));
    say(words, "}, \"rules\": {");
    for (uint32_t i = 0, count = below(4); i < count; i++)
        say(words, "%s\"g%u\": {\"from\": \"192.0.%u.0/26\", \"uplink\": \"u%u\", \"priority\": %u}",
            i == 0 ? "" : ", ", i, below(NETS), below(2), below(10));
    say(words, "}");
}

static void say_intents(struct words *words)
{
    static const char *const replies[] = {"any", "interface", "subnet"}, *const paths[] = {"off", "loose",
                                                                                           "strict"};
    if (below(2))
        say(words, ", \"arp\": {\"reply\": \"%s\", \"filter\": %s}", pick(replies, 3),
            below(2) ? "true" : "false");
    if (below(2))
        say(words, ", \"reverse_path\": \"%s\"", pick(paths, 3));
    if (below(3) == 0)
        say(words, ", \"interfaces\": {\"d1\": {\"ipv4\": {\"reverse_path\": \"%s\"}}}", pick(paths, 3));
    if (below(3) == 0)
        say(words, ", \"sharing\": \"balance\"");
    if (below(4) == 0)
        say(words,
            ", \"source_preferences\": {\"a\": {\"to\": \"10.0.0.0/%u\", \"source\": \"192.0.%u.%u\"},"
            " \"b\": {\"to\": \"172.16.0.0/14\", \"source\": \"192.0.1.10\"}}",
            8 + below(8), below(NETS), 10 + 10 * below(LINKS));
    if (below(3) == 0)
        say(words, ", \"address_policy\": {\"labels\": {\"2001:db8:%u::/48\": %u, \"2002::/16\": %u}}",
            below(2), below(3), 1 + below(3));
    if (below(6) == 0)
        say(words, ", \"source_routing\": true");
    if (below(6) == 0)
        say(words, ", \"host_model\": {\"send\": \"strong\"}");
    say(words, ", \"host_wide\": %s", below(2) ? "true" : "false");
}

static struct mh_config *make_config(void)
{
    static struct words words;
    struct mh_config_problem problem;
    words.length = 0;
    say(&words, "{");
    say_own_addresses(&words);
    say(&words, ", ");
    say_own_routes(&words);
    say(&words, ", ");
    say_uplinks(&words);
    say_intents(&words);
    say(&words, "}");
    struct mh_config *config = mh_config_parse(words.bytes, words.length, &problem);
    /* the same address twice, and the like */
    return config != NULL ? config : mh_config_empty();
}

/* ---- what a host looks like ------------------------------------------------------------------------ */

struct picture {
    char *lines[LINES_MAX];
    size_t count;
};

static void draw(struct picture *picture, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void draw(struct picture *picture, const char *format, ...)
{
    char line[512];
    va_list arguments;
    va_start(arguments, format);
    assert_in_range(vsnprintf(line, sizeof line, format, arguments), 1, sizeof line - 1);
    va_end(arguments);
    assert_in_range(picture->count, 0, LINES_MAX - 1);
    picture->lines[picture->count] = strdup(line);
    assert_non_null(picture->lines[picture->count++]);
}

static void draw_route(const struct sim_test *test, struct picture *picture,
                       const struct mh_snapshot *snapshot, const struct mh_route *route)
{
    static struct sim_test_text text;
    text.length = 0;
    sim_test_describe_route(test, snapshot, route, &text);
    draw(picture, "route %.*s owner %s protocol %u scope %u", (int)text.length - 1, text.bytes,
         mh_owner_name((enum mh_owner)route->owner), route->protocol, route->scope);
}

/* The settings that plans set. */
static bool is_planned(const struct mh_setting *setting)
{
    return setting->id == MH_SETTING_ARP_IGNORE || setting->id == MH_SETTING_ARP_ANNOUNCE ||
           setting->id == MH_SETTING_ARP_FILTER || setting->id == MH_SETTING_PROXY_ARP ||
           setting->id == MH_SETTING_RP_FILTER || setting->id == MH_SETTING_WEAK_HOST_SEND ||
           setting->id == MH_SETTING_INTERFACE_METRIC || setting->id == MH_SETTING_AUTOMATIC_METRIC ||
           setting->id == MH_SETTING_FIB_MULTIPATH_HASH_POLICY;
}

static int compare_lines(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

/* Everything, sorted. */
static void look(const struct sim_test *test, struct picture *picture)
{
    struct mh_snapshot snapshot;
    struct mh_route_place place = {0};
    char address[MH_ADDRESS_TEXT_SIZE], prefix[MH_PREFIX_TEXT_SIZE];
    picture->count = 0;
    mh_host_snapshot(test->host, &snapshot);
    for (size_t i = 0; i < snapshot.address_count; i++) {
        const struct mh_interface_address *item = &snapshot.addresses[i];
        draw(picture, "address %s %s/%u flags %x owner %s", sim_test_name(&snapshot, item->interface),
             mh_address_format(&item->address, address), item->prefix_length,
             item->flags & ~(unsigned)MH_ADDRESS_TENTATIVE, mh_owner_name((enum mh_owner)item->owner));
    }
    for (size_t i = 0; i < snapshot.rule_count; i++)
        draw(picture, "rule %u family %u from %s table %u protocol %u", snapshot.rules[i].priority,
             snapshot.rules[i].family, mh_prefix_format(&snapshot.rules[i].from, prefix),
             snapshot.rules[i].table, snapshot.rules[i].protocol);
    for (size_t i = 0; i < snapshot.label_count; i++)
        draw(picture, "label %s %u", mh_prefix_format(&snapshot.labels[i].prefix, prefix),
             snapshot.labels[i].label);
    for (size_t i = 0; i < snapshot.setting_count; i++)
        if (is_planned(&snapshot.settings[i]))
            draw(picture, "setting %u %u %s %d", snapshot.settings[i].interface, snapshot.settings[i].family,
                 mh_setting_name((enum mh_setting_id)snapshot.settings[i].id), snapshot.settings[i].value);
    for (mh_route_handle handle; (handle = mh_route_table_walk(test->routes, &place)) != 0;) {
        struct mh_route route;
        mh_route_table_get(test->routes, handle, &route);
        if (!is_linux() && route.owner == MH_OWNER_KERNEL)
            continue; /* by the interface whose address is the oldest */
        draw_route(test, picture, &snapshot, &route);
    }
    qsort(picture->lines, picture->count, sizeof *picture->lines, compare_lines);
    mh_snapshot_clear(&snapshot);
}

static void forget(struct picture *picture)
{
    for (size_t i = 0; i < picture->count; i++)
        free(picture->lines[i]);
    picture->count = 0;
}

static void show_picture(const char *what, const struct picture *picture)
{
    print_error("%s:\n", what);
    for (size_t i = 0; i < picture->count; i++)
        print_error("  %s\n", picture->lines[i]);
}

/* Tells the lines that only one has. */
static void expect_same(const struct picture *expected, const struct picture *found, const char *what)
{
    size_t i = 0, j = 0, differences = 0;
    while (i < expected->count || j < found->count) {
        int order = i == expected->count ? 1
                    : j == found->count  ? -1
                                         : strcmp(expected->lines[i], found->lines[j]);
        if (order != 0) {
            print_error("case %u, %s: %s %s\n", current_case, what, order < 0 ? "missing" : "too much",
                        order < 0 ? expected->lines[i] : found->lines[j]);
            differences++;
        }
        i += order <= 0;
        j += order >= 0;
    }
    if (differences > 0)
        show_picture("expected", expected);
    assert_int_equal(differences, 0);
}

/* ---- planning and acting --------------------------------------------------------------------------- */

static struct mh_plan *make_plan(const struct sim_test *test, const struct mh_config *config,
                                 const struct mh_ledger *ledger)
{
    struct mh_snapshot snapshot;
    struct mh_plan *plan;
    mh_host_snapshot(test->host, &snapshot);
    struct mh_identity identity;
    mh_backend_sim.identity(test->platform, &identity);
    const struct mh_plan_input input = {config, &snapshot, test->routes, ledger, identity.dialect, NULL};
    assert_int_equal(mh_plan_make(&input, &plan), MH_OK);
    mh_snapshot_clear(&snapshot);
    return plan;
}

static void act(struct sim_test *test, const struct mh_op *op)
{
    struct mh_failure failure = {0};
    if (mh_backend_sim.apply(test->platform, op, &failure) != MH_OK)
        fail_msg("case %u: %s: %s (%s)", current_case, mh_op_word(op->kind), failure.detail,
                 failure.native_name);
}

static void carry_out(struct sim_test *test, const struct mh_plan *plan)
{
    for (size_t i = 0; i < plan->step_count; i++)
        act(test, &plan->steps[i].op);
    sim_test_read(test);
}

static void take_back(struct sim_test *test, const struct mh_plan *plan)
{
    for (size_t i = plan->step_count; i > 0; i--)
        for (size_t j = 0; j < plan->steps[i - 1].undo_count; j++)
            act(test, &plan->steps[i - 1].undo[j]);
    sim_test_read(test);
}

static void replace_ledger(struct mh_ledger *ledger, const struct mh_plan *plan)
{
    mh_ledger_clear(ledger);
    assert_int_equal(mh_ledger_copy(&plan->ledger, ledger), MH_OK);
}

/* Until nothing is left to do: an address may be tentative, a route wait for another. */
static void settle(struct sim_test *test, const struct mh_config *config, struct mh_ledger *ledger)
{
    for (int round = 0; round < 4; round++) {
        struct mh_plan *plan = make_plan(test, config, ledger);
        size_t steps = plan->step_count;
        carry_out(test, plan);
        replace_ledger(ledger, plan);
        mh_plan_free(plan);
        if (steps == 0)
            return;
    }
    fail_msg("there is always something to do");
}

static void expect_nothing_to_do(const struct sim_test *test, const struct mh_config *config,
                                 const struct mh_ledger *ledger)
{
    struct mh_plan *plan = make_plan(test, config, ledger);
    if (plan->step_count > 0)
        fail_msg("there is still something to do: %s for %s", mh_op_word(plan->steps[0].op.kind),
                 plan->steps[0].member);
    mh_plan_free(plan);
}

/* ---- the tests ------------------------------------------------------------------------------------- */

static void look_after_b_alone(const struct words *host, const struct mh_config *b, struct picture *picture)
{
    struct sim_test test;
    struct mh_ledger ledger = {0};
    sim_test_open_text(&test, host->bytes);
    settle(&test, b, &ledger);
    look(&test, picture);
    mh_ledger_clear(&ledger);
    sim_test_close(&test);
}

/* Start, A, back by undo; A, B, back to A by undo, back to the start by the empty document. */
static void check_pair(const struct words *host, struct mh_config *a, struct mh_config *b)
{
    static struct picture start, with_a, with_b, alone, found;
    struct sim_test test;
    struct mh_ledger ledger = {0};
    struct mh_config *nothing = mh_config_empty();
    look_after_b_alone(host, b, &alone);
    sim_test_open_text(&test, host->bytes);
    look(&test, &start);

    struct mh_plan *plan = make_plan(&test, a, &ledger);
    carry_out(&test, plan);
    take_back(&test, plan);
    look(&test, &found);
    expect_same(&start, &found, "undo of the first");
    forget(&found);
    mh_plan_free(plan);

    settle(&test, a, &ledger);
    expect_nothing_to_do(&test, a, &ledger);
    look(&test, &with_a);
    plan = make_plan(&test, b, &ledger);
    carry_out(&test, plan);
    take_back(&test, plan);
    look(&test, &found);
    expect_same(&with_a, &found, "undo of the second");
    forget(&found);
    mh_plan_free(plan);

    settle(&test, b, &ledger);
    look(&test, &with_b);
    expect_same(&alone, &with_b, "the second after the first");
    settle(&test, nothing, &ledger);
    look(&test, &found);
    expect_same(&start, &found, "the empty document");
    assert_int_equal(ledger.setting_count + ledger.address_count + ledger.route_count, 0);

    forget(&start);
    forget(&with_a);
    forget(&with_b);
    forget(&alone);
    forget(&found);
    mh_ledger_clear(&ledger);
    mh_config_release(nothing);
    sim_test_close(&test);
}

/* Addresses and routes that somebody adds beside ours, which are primary in their subnets. */
static void add_foreign(struct sim_test *test)
{
    struct mh_failure failure;
    char address[32], via[32], destination[32];
    for (uint32_t i = 0; i < 6; i++) {
        uint32_t net = below(NETS);
        const char *link = ((const char *[]){"d0", "d1", "d2"})[below(LINKS)];
        (void)snprintf(address, sizeof address, "192.0.%u.%u/%u", net, 60 + i, net == 3 ? 25 : 24);
        struct mh_op op = sim_test_address_op(test, MH_OP_ADDRESS_ADD, link, address);
        op.of.address.owner = MH_OWNER_STATIC;
        (void)sim_test_apply(test, &op, &failure);
        (void)snprintf(destination, sizeof destination, "10.%u.0.0/16", 40 + i);
        (void)snprintf(via, sizeof via, "192.0.%u.99", net);
        *strchr(address, '/') = '\0';
        sim_test_route(test, MH_OP_ROUTE_ADD,
                       (struct sim_test_route){.destination = destination,
                                               .via = below(2) ? via : NULL,
                                               .interface = link,
                                               .source = below(2) && !is_windows() ? address : NULL,
                                               .table = random_table()},
                       "");
    }
}

static bool has_line(const struct picture *picture, const char *line)
{
    return bsearch(&line, picture->lines, picture->count, sizeof *picture->lines, compare_lines) != NULL;
}

static void strip_source(char *line)
{
    char *source = strstr(line, " src "), *end = source == NULL ? NULL : strchr(source + 5, ' ');
    if (end != NULL)
        memmove(source, end, strlen(end) + 1);
}

/* Where the system chooses sources, another one serves when one has gone. */
static bool has_like(const struct picture *picture, const char *line)
{
    char wanted[512], found[512];
    (void)snprintf(wanted, sizeof wanted, "%s", line);
    strip_source(wanted);
    for (size_t i = 0; i < picture->count && !is_linux(); i++) {
        (void)snprintf(found, sizeof found, "%s", picture->lines[i]);
        strip_source(found);
        if (strcmp(found, wanted) == 0)
            return true;
    }
    return false;
}

/* Where nothing marks ours, the destinations tell: those of others begin with 10. */
static bool is_others_line(const char *line)
{
    bool is_others = strstr(line, "owner static") != NULL || strstr(line, "owner unknown") != NULL;
    bool is_own = is_windows() && strncmp(line, "route ", 6) == 0 && strstr(line, " 10.") == NULL;
    return is_others && !is_own;
}

/* Whatever becomes of ours: secondaries of ours may become primary. */
static void expect_foreign_survives(const struct picture *before, const struct picture *after)
{
    for (size_t i = 0; i < before->count; i++) {
        char line[512];
        (void)snprintf(line, sizeof line, "%s", before->lines[i]);
        char *flags = strstr(line, " flags 20 owner static");
        if (!is_others_line(line) || has_line(after, line) || has_like(after, line))
            continue;
        if (flags != NULL)
            memcpy(flags, " flags 0 owner static", sizeof " flags 0 owner static");
        if (!has_line(after, line))
            fail_msg("case %u: lost: %s", current_case, before->lines[i]);
    }
}

static void check_latecomers(const struct words *host, struct mh_config *a, struct mh_config *b)
{
    static struct picture before, after;
    struct sim_test test;
    struct mh_ledger ledger = {0};
    sim_test_open_text(&test, host->bytes);
    settle(&test, a, &ledger);
    add_foreign(&test);
    look(&test, &before);
    struct mh_plan *plan = make_plan(&test, b, &ledger);
    carry_out(&test, plan);
    look(&test, &after);
    expect_foreign_survives(&before, &after);
    forget(&after);
    take_back(&test, plan);
    look(&test, &after);
    expect_same(&before, &after, "undo among latecomers");
    forget(&before);
    forget(&after);
    mh_plan_free(plan);
    mh_ledger_clear(&ledger);
    sim_test_close(&test);
}

static void check_pairs(const char *system, uint64_t pairs)
{
    static struct words host;
    size_t steps = 0;
    current_system = system;
    for (uint64_t i = 0; i < pairs; i++) {
        seed = 1122 + i;
        current_case = (unsigned)i;
        make_host(&host);
        struct mh_config *a = make_config(), *b = make_config();
        steps += a->address_count + b->address_count;
        check_pair(&host, a, b);
        check_latecomers(&host, a, b);
        mh_config_release(a);
        mh_config_release(b);
    }
    assert_true(steps > pairs);
}

static void random_pairs(void **state)
{
    (void)state;
    check_pairs("linux", PAIRS);
}

static void random_pairs_of_freebsd(void **state)
{
    (void)state;
    check_pairs("freebsd", BSD_PAIRS);
}

static void random_pairs_of_netbsd(void **state)
{
    (void)state;
    check_pairs("netbsd", BSD_PAIRS);
}

static void random_pairs_of_openbsd(void **state)
{
    (void)state;
    check_pairs("openbsd", BSD_PAIRS);
}

static void random_pairs_of_windows(void **state)
{
    (void)state;
    check_pairs("windows", WINDOWS_PAIRS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_pairs_of_windows), cmocka_unit_test(random_pairs_of_freebsd),
        cmocka_unit_test(random_pairs_of_netbsd), cmocka_unit_test(random_pairs_of_openbsd),
        cmocka_unit_test(random_pairs)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
