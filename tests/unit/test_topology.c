#include "host_builder.h"

#include "api/topology.h"
#include "api/topology_escape.h"

#include <jansson.h>

/* A view of the host that the builder made; free what it derives with drop_view. */
static struct mh_view view_of(struct host_builder *host)
{
    build(host);
    struct mh_view view = {.generation = 7, .snapshot = host->snapshot};
    view.scenario = mh_scenario_assess(&host->snapshot, host->routes, &host->roles);
    view.roles = calloc(host->snapshot.interface_count + 1, sizeof *view.roles);
    assert_true(view.scenario != NULL && view.roles != NULL);
    for (size_t i = 0; i < host->snapshot.interface_count; i++)
        view.roles[i] = mh_role_of(&host->snapshot, &host->snapshot.interfaces[i], &host->roles);
    return view;
}

static void drop_view(struct mh_view *view)
{
    mh_scenario_report_free(view->scenario);
    free(view->roles);
}

static char *render(struct host_builder *host, const char *hostname, enum mh_topology_format format)
{
    struct mh_view view = view_of(host);
    char *text = mh_topology_render(&view, host->routes, hostname, format);
    assert_non_null(text);
    drop_view(&view);
    return text;
}

static void assert_has(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("no \"%s\" in:\n%s", part, text);
}

static void assert_lacks(const char *text, const char *part)
{
    if (strstr(text, part) != NULL)
        fail_msg("\"%s\" in:\n%s", part, text);
}

static void two_interfaces(struct host_builder *host)
{
    device(host, "lo", MH_KIND_LOOPBACK);
    address(host, "lo", "127.0.0.1/8");
    device(host, "eth0", MH_KIND_PHYSICAL);
    device(host, "eth1", MH_KIND_PHYSICAL)->carrier = false;
    address(host, "eth0", "192.0.2.1/24");
    address(host, "eth0", "2001:db8:1::1/64");
    address(host, "eth0", "fe80::1:2/64");
    address(host, "eth1", "198.51.100.7/24");
    route(host, 254, "0.0.0.0/0", "192.0.2.254", "eth0", 100);
    route(host, 254, "0.0.0.0/0", "198.51.100.1", "eth1", 200);
    route(host, 254, "::/0", "fe80::1", "eth0", 1024);
    neighbor(host, "eth0", "192.0.2.254", 0xaa);
}

static void hypervisor(struct host_builder *host)
{
    static const struct {
        const char *name;
        enum mh_kind kind;
        const char *master, *lower;
    } devices[] = {
        {"eno1", MH_KIND_PHYSICAL, NULL, NULL},    {"eno2", MH_KIND_PHYSICAL, NULL, NULL},
        {"bond0", MH_KIND_BOND, NULL, NULL},       {"bond0.20", MH_KIND_VLAN, NULL, "bond0"},
        {"br0", MH_KIND_BRIDGE, NULL, NULL},       {"enp3s0", MH_KIND_PHYSICAL, "br0", NULL},
        {"vnet0", MH_KIND_TAP, "br0", NULL},       {"mac0", MH_KIND_MACVLAN, NULL, "br0"},
        {"docker0", MH_KIND_BRIDGE, NULL, NULL},   {"veth1", MH_KIND_VETH, "docker0", NULL},
        {"unused0", MH_KIND_PHYSICAL, NULL, NULL},
    };
    for (size_t i = 0; i < sizeof devices / sizeof devices[0]; i++) {
        device(host, devices[i].name, devices[i].kind);
        if (devices[i].master != NULL)
            enslave(host, devices[i].name, devices[i].master);
        if (devices[i].lower != NULL)
            stack(host, devices[i].name, devices[i].lower);
    }
    enslave(host, "eno1", "bond0");
    enslave(host, "eno2", "bond0");
    named(host, "eno2")->carrier = false;
    named(host, "unused0")->up = false;
    address(host, "bond0", "10.1.0.5/16");
    address(host, "bond0.20", "10.20.0.5/24");
    address(host, "br0", "203.0.113.10/28");
    address(host, "mac0", "203.0.113.12/28");
    address(host, "docker0", "172.17.0.1/16");
    route(host, 254, "0.0.0.0/0", "203.0.113.1", "br0", 100);
    route(host, 5201, "0.0.0.0/0", "203.0.113.1", "mac0", 0);
    route(host, 254, "0.0.0.0/0", "10.1.0.1", "bond0", 300);
    neighbor(host, "bond0", "10.1.0.1", 0x12);
    host->neighbors[0].state = MH_NEIGHBOR_FAILED;
}

/* ---- text ------------------------------------------------------------------------------------------ */

static void text_of_two_interfaces(void **state)
{
    (void)state;
    struct host_builder host = {0};
    two_interfaces(&host);
    char *text = render(&host, "web1", MH_TOPOLOGY_TEXT);
    assert_string_equal(
        text,
        "web1  IPv4 simple-multihoming  IPv6 single-homed\n"
        "├─ eth0  up          192.0.2.1/24 ── 192.0.2.0/24 ── gateway 192.0.2.254 (default, metric 100)\n"
        "│                    2001:db8:1::1/64 ── 2001:db8:1::/64 ── gateway fe80::1 (default, metric 1024)\n"
        "└─ eth1  no carrier  198.51.100.7/24 ── 198.51.100.0/24 ── gateway 198.51.100.1 (default, metric "
        "200)\n");
    free(text);
    builder_clear(&host);
}

static void text_of_a_hypervisor(void **state)
{
    (void)state;
    struct host_builder host = {0};
    hypervisor(&host);
    char *text = render(&host, "hv", MH_TOPOLOGY_TEXT);
    assert_string_equal(
        text,
        "hv  IPv4 multiple-logical-hosts + simple-multihoming  IPv6 single-homed\n"
        "├─ bond0     up          10.1.0.5/16 ── 10.1.0.0/16 ── gateway 10.1.0.1 (default, metric 300, table "
        "254, does not answer)  [bond]\n"
        "│  ├─ eno1  up\n"
        "│  └─ eno2  no carrier\n"
        "├─ bond0.20  up          10.20.0.5/24 ── 10.20.0.0/24  [VLAN on bond0]\n"
        "├─ br0       up          203.0.113.10/28 ── 203.0.113.0/28 ── gateway 203.0.113.1 (default, metric "
        "100, table 254)  [bridge]\n"
        "│  ├─ enp3s0  up\n"
        "│  └─ vnet0  up\n"
        "├─ mac0      up          203.0.113.12/28 ── 203.0.113.0/28 ── gateway 203.0.113.1 (default, table "
        "5201)  [macvlan on br0, on one link with br0]\n"
        "├─ unused0   down\n"
        "└─ docker0   up          172.17.0.1/16  [internal bridge]\n"
        "   └─ veth1  up\n");
    free(text);
    builder_clear(&host);
}

static void text_bounds_the_ports_of_a_bridge(void **state)
{
    (void)state;
    struct host_builder host = {0};
    device(&host, "docker0", MH_KIND_BRIDGE);
    for (int i = 0; i < 100; i++) {
        struct mh_interface *port = device(&host, "", MH_KIND_VETH);
        (void)snprintf(port->name, sizeof port->name, "veth%d", i);
        port->master = 1;
    }
    char *text = render(&host, "h", MH_TOPOLOGY_TEXT);
    assert_has(text, "   ├─ veth15  up\n   └─ and 84 more ports\n");
    free(text);
    builder_clear(&host);
}

static void text_of_an_on_link_default_and_one_outside_of_every_subnet(void **state)
{
    (void)state;
    struct host_builder host = {0};
    device(&host, "ppp0", MH_KIND_PPP)->point_to_point = true;
    address(&host, "ppp0", "100.64.3.7/32")->peer = parse_address("100.64.0.1");
    route(&host, 254, "0.0.0.0/0", NULL, "ppp0", 0);
    device(&host, "eth0", MH_KIND_PHYSICAL);
    address(&host, "eth0", "10.128.0.2/32");
    route(&host, 254, "0.0.0.0/0", "10.128.0.1", "eth0", 5);
    char *text = render(&host, "h", MH_TOPOLOGY_TEXT);
    assert_has(text, "100.64.3.7 peer 100.64.0.1/32 ── 100.64.0.1/32 ── everything (default)");
    assert_has(text, "10.128.0.2/32 ── 10.128.0.2/32\n");
    assert_has(text, "- ── gateway 10.128.0.1 (default, metric 5)\n");
    free(text);
    builder_clear(&host);
}

/* ---- JSON ------------------------------------------------------------------------------------------ */

static json_t *parse(char *text)
{
    json_error_t error;
    json_t *json = json_loads(text, 0, &error);
    if (json == NULL)
        fail_msg("%s at %d:%d of\n%s", error.text, error.line, error.column, text);
    free(text);
    return json;
}

static json_t *node(json_t *json, const char *id)
{
    size_t i;
    json_t *at;
    json_array_foreach(json_object_get(json, "nodes"), i,
                       at) if (strcmp(json_string_value(json_object_get(at, "id")), id) == 0) return at;
    fail_msg("no node %s", id);
    return NULL;
}

static bool has_edge(json_t *json, const char *kind, const char *from, const char *to)
{
    size_t i;
    json_t *at;
    json_array_foreach(json_object_get(json, "edges"), i,
                       at) if (strcmp(json_string_value(json_object_get(at, "kind")), kind) == 0 &&
                               strcmp(json_string_value(json_object_get(at, "from")), from) == 0 &&
                               strcmp(json_string_value(json_object_get(at, "to")), to) == 0) return true;
    return false;
}

/* Every edge ends at nodes, and no two nodes have one id. */
static void assert_whole(json_t *json)
{
    size_t i;
    json_t *at, *ids = json_object();
    json_array_foreach(json_object_get(json, "nodes"), i, at)
        json_object_set(ids, json_string_value(json_object_get(at, "id")), at);
    assert_int_equal(json_object_size(ids), json_array_size(json_object_get(json, "nodes")));
    json_array_foreach(json_object_get(json, "edges"), i, at)
    {
        assert_non_null(json_object_get(ids, json_string_value(json_object_get(at, "from"))));
        assert_non_null(json_object_get(ids, json_string_value(json_object_get(at, "to"))));
    }
    json_decref(ids);
}

static void json_of_a_hypervisor(void **state)
{
    (void)state;
    struct host_builder host = {0};
    hypervisor(&host);
    json_t *json = parse(render(&host, "hv", MH_TOPOLOGY_JSON));
    assert_whole(json);
    assert_int_equal(json_integer_value(json_object_get(json, "generation")), 7);
    assert_true(has_edge(json, "port", "interface:eno1", "interface:bond0"));
    assert_true(has_edge(json, "lower", "interface:bond0.20", "interface:bond0"));
    assert_true(has_edge(json, "link", "interface:br0", "network:br0"));
    assert_true(has_edge(json, "link", "interface:mac0", "network:br0"));
    assert_false(has_edge(json, "link", "interface:docker0", "network:docker0"));
    assert_true(has_edge(json, "gateway", "network:br0", "gateway:203.0.113.1%br0"));
    assert_true(has_edge(json, "default", "gateway:203.0.113.1%br0", "internet"));
    json_t *gateway = node(json, "gateway:10.1.0.1%bond0");
    assert_true(json_is_false(json_object_get(gateway, "alive")));
    json_t *docker = node(json, "interface:docker0");
    assert_string_equal(json_string_value(json_object_get(docker, "role")), "internal");
    json_t *network = node(json, "network:br0");
    assert_string_equal(json_string_value(json_array_get(json_object_get(network, "subnets"), 0)),
                        "203.0.113.0/28");
    json_decref(json);
    builder_clear(&host);
}

static void json_without_routes_has_no_internet(void **state)
{
    (void)state;
    struct host_builder host = {0};
    device(&host, "eth0", MH_KIND_PHYSICAL);
    address(&host, "eth0", "192.0.2.1/24");
    json_t *json = parse(render(&host, "h", MH_TOPOLOGY_JSON));
    assert_whole(json);
    assert_int_equal(json_array_size(json_object_get(json, "nodes")), 3);
    json_decref(json);
    builder_clear(&host);
}

/* ---- every format ---------------------------------------------------------------------------------- */

static const enum mh_topology_format formats[] = {MH_TOPOLOGY_JSON, MH_TOPOLOGY_DOT, MH_TOPOLOGY_SVG,
                                                  MH_TOPOLOGY_TEXT};

static void equal_hosts_give_equal_pictures(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        struct host_builder a = {0}, b = {0};
        hypervisor(&a);
        hypervisor(&b);
        char *of_a = render(&a, "hv", formats[i]), *of_b = render(&b, "hv", formats[i]);
        assert_string_equal(of_a, of_b);
        free(of_a);
        free(of_b);
        builder_clear(&a);
        builder_clear(&b);
    }
}

static void an_empty_host_has_a_picture(void **state)
{
    (void)state;
    static const char *const parts[] = {"\"nodes\"", "subgraph cluster_host", "</svg>", "IPv4 single-homed"};
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        struct host_builder host = {0};
        char *text = render(&host, "", formats[i]);
        assert_has(text, parts[i]);
        free(text);
        builder_clear(&host);
    }
}

static void dead_things_are_marked(void **state)
{
    (void)state;
    struct host_builder host = {0};
    two_interfaces(&host);
    char *svg = render(&host, "web1", MH_TOPOLOGY_SVG);
    assert_has(svg, ">no carrier</text>");
    assert_has(svg, "stroke=\"#b91c1c\" stroke-width=\"2\" stroke-dasharray");
    free(svg);
    char *dot = render(&host, "web1", MH_TOPOLOGY_DOT);
    assert_has(dot,
               "if3 -> net1 [color=\"#b91c1c\", style=dashed, fontcolor=\"#991b1b\", label=\"no carrier\"]");
    assert_has(dot, "if2 -> net0 [color=\"#334155\", penwidth=2]");
    free(dot);
    builder_clear(&host);
}

/* ---- hostile names --------------------------------------------------------------------------------- */

static void hostile(struct host_builder *host)
{
    static const char name[] = "<script>&\"'\\n];x\x01\xff";
    device(host, name, MH_KIND_PHYSICAL);
    address(host, name, "192.0.2.1/24");
    device(host, "v<1", MH_KIND_VLAN)->lower = 1;
    device(host, "p<1", MH_KIND_TAP)->master = 4;
    device(host, "b<1", MH_KIND_BRIDGE);
    route(host, 254, "0.0.0.0/0", "192.0.2.254", name, 1);
    device(host, "m<1", MH_KIND_MACVLAN)->lower = 1;
    address(host, "m<1", "192.0.2.2/24");
}

/* Quotes, brackets and ampersands of the markup itself are balanced when nothing got out of its place. */
static void assert_well_formed(const char *svg)
{
    bool in_tag = false, in_quotes = false;
    int depth = 0;
    for (const char *at = svg; *at != '\0'; at++) {
        if (in_tag && *at == '"')
            in_quotes = !in_quotes;
        else if (in_tag && !in_quotes && *at == '>') {
            in_tag = false;
            depth -= at[-1] == '/';
        } else if (*at == '<') {
            assert_false(in_tag);
            in_tag = true;
            depth += at[1] == '/' ? -1 : 1;
        } else if (!in_tag && *at == '&')
            assert_true(strncmp(at, "&amp;", 5) == 0 || strncmp(at, "&lt;", 4) == 0 ||
                        strncmp(at, "&gt;", 4) == 0 || strncmp(at, "&quot;", 6) == 0 ||
                        strncmp(at, "&#39;", 5) == 0);
        assert_true((unsigned char)*at >= 0x20 || *at == '\n');
        assert_true(depth >= 0);
    }
    assert_false(in_tag);
    assert_int_equal(depth, 0);
}

static void hostile_names_stay_text_in_svg(void **state)
{
    (void)state;
    struct host_builder host = {0};
    hostile(&host);
    char *svg = render(&host, "<b>&", MH_TOPOLOGY_SVG);
    assert_has(svg, "&lt;script&gt;&amp;&quot;&#39;\\n];x\xef\xbf\xbd\xef\xbf\xbd");
    assert_has(svg, "VLAN on &lt;script&gt;");
    assert_has(svg, "\xe2\x80\xa2 p&lt;1");
    assert_has(svg, " by &lt;script&gt;");
    assert_has(svg, "<title>Topology of &lt;b&gt;&amp;</title>");
    assert_lacks(svg, "<script");
    assert_well_formed(svg);
    free(svg);
    builder_clear(&host);
}

/* Reads the strings as graphviz does: a backslash takes the next character with it. */
static void assert_strings_end(const char *dot)
{
    for (const char *at = dot; *at != '\0'; at++) {
        if (*at != '"')
            continue;
        for (at++; *at != '"'; at++) {
            assert_true((unsigned char)*at >= 0x20);
            if (*at == '\\')
                at++;
            assert_int_not_equal(*at, '\0');
        }
        assert_non_null(strchr(",;]\n ", at[1]));
    }
}

static void hostile_names_stay_text_in_dot(void **state)
{
    (void)state;
    struct host_builder host = {0};
    hostile(&host);
    char *dot = render(&host, "a\"];b", MH_TOPOLOGY_DOT);
    assert_has(dot, "label=\"&lt;script&gt;&amp;&quot;'\\\\n];x\xef\xbf\xbd\xef\xbf\xbd");
    assert_has(dot, "label=\"a&quot;];b\"");
    assert_has(dot, "VLAN on &lt;script&gt;&amp;&quot;");
    assert_lacks(dot, "<");
    assert_strings_end(dot);
    free(dot);
    builder_clear(&host);
}

static void hostile_names_stay_text_in_json_and_text(void **state)
{
    (void)state;
    struct host_builder host = {0};
    hostile(&host);
    json_t *json = parse(render(&host, "h\xff", MH_TOPOLOGY_JSON));
    assert_whole(json);
    (void)node(json, "interface:<script>&\"'\\n];x\x01\xef\xbf\xbd");
    json_decref(json);
    char *text = render(&host, "h\x1b[31m", MH_TOPOLOGY_TEXT);
    assert_lacks(text, "\x1b");
    assert_lacks(text, "\x01");
    assert_lacks(text, "\xff");
    free(text);
    builder_clear(&host);
}

static void assert_escaped(const char *string, enum mh_markup markup, size_t characters, const char *expected)
{
    struct mh_text text = {0};
    mh_escape(&text, string, markup, characters);
    char *escaped = mh_text_take(&text);
    assert_string_equal(escaped, expected);
    free(escaped);
}

static void escaping(void **state)
{
    (void)state;
    assert_escaped("", MH_MARKUP_XML, 5, "");
    assert_escaped("eth0", MH_MARKUP_XML, 4, "eth0");
    assert_escaped("eth01", MH_MARKUP_XML, 4, "eth…");
    assert_escaped("Büro-Ñetz", MH_MARKUP_XML, 5, "Büro…");
    assert_escaped("<&>\"'\\", MH_MARKUP_XML, 10, "&lt;&amp;&gt;&quot;&#39;\\");
    assert_escaped("<&>\"'\\", MH_MARKUP_DOT, 10, "&lt;&amp;&gt;&quot;'\\\\");
    assert_escaped("<&>\"'\\", MH_MARKUP_NONE, 10, "<&>\"'\\");
    assert_escaped("a\tb\x7f\xc2\x85", MH_MARKUP_NONE, 10,
                   "a\xef\xbf\xbd"
                   "b\xef\xbf\xbd\xef\xbf\xbd");
    /* Right-to-left override, U+FFFF, a cut character. */
    assert_escaped("\xe2\x80\xae\xef\xbf\xbf\xe2\x80", MH_MARKUP_XML, 10,
                   "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
    assert_int_equal(mh_escape_width("Büro", 100), 4);
    assert_int_equal(mh_escape_width("Büro", 2), 2);
}

/* ---- random hosts ---------------------------------------------------------------------------------- */

static void random_hosts_have_pictures(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 300; seed++) {
        struct host_builder host = {0};
        uint64_t random = seed;
        uint32_t count = (uint32_t)(mh_test_random(&random) % 12);
        for (uint32_t i = 0; i < count; i++) {
            char name[16], text[32];
            (void)snprintf(name, sizeof name, "if%u", i);
            struct mh_interface *at =
                device(&host, name, (enum mh_kind)(mh_test_random(&random) % MH_KIND_COUNT));
            at->up = mh_test_random(&random) % 5 != 0;
            at->carrier = mh_test_random(&random) % 3 != 0;
            /* Anything may point to anything, itself included. */
            at->master =
                mh_test_random(&random) % 3 == 0 ? 1 + (uint32_t)(mh_test_random(&random) % count) : 0;
            at->lower = (uint32_t)(mh_test_random(&random) % (count + 1));
            for (uint64_t left = mh_test_random(&random) % 12; left > 0; left--) {
                (void)snprintf(text, sizeof text, "10.0.%u.%u/%u", (unsigned)(mh_test_random(&random) % 5),
                               (unsigned)(mh_test_random(&random) % 250),
                               (unsigned)(8 + mh_test_random(&random) % 25));
                address(&host, name, text);
            }
            if (mh_test_random(&random) % 2 == 0)
                route(&host, 254 + (uint32_t)(mh_test_random(&random) % 2), "0.0.0.0/0",
                      mh_test_random(&random) % 3 == 0 ? NULL : "10.0.0.1", name, i);
        }
        json_t *json = parse(render(&host, "h", MH_TOPOLOGY_JSON));
        assert_whole(json);
        json_decref(json);
        char *svg = render(&host, "h", MH_TOPOLOGY_SVG);
        assert_well_formed(svg);
        free(svg);
        char *dot = render(&host, "h", MH_TOPOLOGY_DOT);
        assert_strings_end(dot);
        free(dot);
        free(render(&host, "h", MH_TOPOLOGY_TEXT));
        builder_clear(&host);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_of_two_interfaces),
        cmocka_unit_test(text_of_a_hypervisor),
        cmocka_unit_test(text_bounds_the_ports_of_a_bridge),
        cmocka_unit_test(text_of_an_on_link_default_and_one_outside_of_every_subnet),
        cmocka_unit_test(json_of_a_hypervisor),
        cmocka_unit_test(json_without_routes_has_no_internet),
        cmocka_unit_test(equal_hosts_give_equal_pictures),
        cmocka_unit_test(an_empty_host_has_a_picture),
        cmocka_unit_test(dead_things_are_marked),
        cmocka_unit_test(hostile_names_stay_text_in_svg),
        cmocka_unit_test(hostile_names_stay_text_in_dot),
        cmocka_unit_test(hostile_names_stay_text_in_json_and_text),
        cmocka_unit_test(escaping),
        cmocka_unit_test(random_hosts_have_pictures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
