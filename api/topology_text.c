/* The picture for a terminal: a line for each address, from the interface by the subnet to the gateway.
 *
 *   web1  IPv4 simple-multihoming  IPv6 single-homed
 *   ├─ eth0   up          192.0.2.1/24 ── 192.0.2.0/24 ── gateway 192.0.2.254 (default, metric 100)
 *   └─ bond0  up          198.51.100.1/24 ── 198.51.100.0/24
 *      ├─ eth1  up
 *      └─ eth2  no carrier
 */
#include "api/topology_escape.h"
#include "api/topology_model.h"

#include <stdlib.h>
#include <string.h>

/* How deep and how far ports are followed, and how many characters of a name are shown. */
enum { DEPTH_MAX = 4, PORTS_MAX = 16, NAME_MAX_WIDTH = 32, STATE_WIDTH = 10 };

/* Box-drawing characters, three columns each. */
#define BRANCH "\xe2\x94\x9c\xe2\x94\x80 "
#define LAST_BRANCH "\xe2\x94\x94\xe2\x94\x80 "
#define TRUNK "\xe2\x94\x82  "
#define NO_TRUNK "   "
#define WIRE " \xe2\x94\x80\xe2\x94\x80 "

struct drawing {
    const struct mh_topology *topology;
    struct mh_text text;
    size_t name_width;
    bool *drawn; /* defaults that stand on a line already */
};

static void pad(struct mh_text *text, size_t spaces)
{
    while (spaces-- > 0)
        mh_text_add(text, " ");
}

static void add_name(struct drawing *drawing, const char *name, size_t width)
{
    mh_escape(&drawing->text, name, MH_MARKUP_NONE, NAME_MAX_WIDTH);
    size_t shown = mh_escape_width(name, NAME_MAX_WIDTH);
    pad(&drawing->text, shown < width ? width - shown : 0);
}

static void add_default(struct drawing *drawing, size_t number)
{
    const struct mh_topology_default *at = &drawing->topology->defaults[number];
    char words[MH_ADDRESS_TEXT_SIZE];
    if (at->gateway.family == MH_FAMILY_NONE)
        mh_text_format(&drawing->text, WIRE "everything (");
    else
        mh_text_format(&drawing->text, WIRE "gateway %s (", mh_address_format(&at->gateway, words));
    mh_topology_add_default(&drawing->text, drawing->topology, at);
    const struct mh_interface *interface = drawing->topology->interfaces[at->interface].interface;
    const struct mh_neighbor *neighbor =
        mh_snapshot_neighbor(&drawing->topology->view->snapshot, interface->index, &at->gateway);
    bool silent =
        at->gateway.family != MH_FAMILY_NONE && neighbor != NULL && neighbor->state == MH_NEIGHBOR_FAILED;
    mh_text_add(&drawing->text, silent ? ", does not answer)" : ")");
    drawing->drawn[number] = true;
}

/* Gateways in the subnet, those without a subnet of their own (IPv6 link-local ones, on-link defaults) on the
 * first line of their family. */
static void add_defaults(struct drawing *drawing, size_t interface, const struct mh_topology_address *address)
{
    for (size_t i = 0; i < drawing->topology->default_count; i++) {
        const struct mh_topology_default *at = &drawing->topology->defaults[i];
        if (drawing->drawn[i] || at->interface != (int)interface)
            continue;
        bool apart = at->gateway.family == MH_FAMILY_NONE || mh_address_is_link_local(&at->gateway);
        if (mh_prefix_contains(&address->subnet, &at->gateway) ||
            (apart && at->family == address->address->address.family))
            add_default(drawing, i);
    }
}

static bool is_listed(const struct mh_topology_address *address)
{
    const struct mh_address *value = &address->address->address;
    return !(value->family == MH_IPV6 && mh_address_is_link_local(value)) && !mh_address_is_loopback(value);
}

struct lines {
    struct drawing *drawing;
    const char *indent; /* of further lines */
    size_t count;
};

/* Begins the next line of an interface; the first one has begun. */
static void next_line(struct lines *lines)
{
    struct mh_text *text = &lines->drawing->text;
    if (lines->count++ > 0) {
        mh_text_format(text, "\n%s", lines->indent);
        pad(text, lines->drawing->name_width + 2 + STATE_WIDTH);
    }
    mh_text_add(text, "  ");
}

static void add_address_line(struct lines *lines, size_t interface, const struct mh_topology_address *address)
{
    struct drawing *drawing = lines->drawing;
    char words[MH_PREFIX_TEXT_SIZE];
    next_line(lines);
    mh_topology_add_address(&drawing->text, address->address);
    if (drawing->topology->interfaces[interface].network != MH_TOPOLOGY_NONE)
        mh_text_format(&drawing->text, WIRE "%s", mh_prefix_format(&address->subnet, words));
    add_defaults(drawing, interface, address);
}

/* What is not in an address: the kind, and who else is on the link. */
static void add_remark(struct lines *lines, size_t position)
{
    const struct mh_topology *topology = lines->drawing->topology;
    const struct mh_topology_interface *at = &topology->interfaces[position];
    struct mh_text *text = &lines->drawing->text, nature = {0};
    mh_topology_add_nature(&nature, topology, at);
    text->failed = text->failed || nature.failed;
    bool internal = at->role->role == MH_ROLE_INTERNAL;
    int first = at->network == MH_TOPOLOGY_NONE ? (int)position : topology->networks[at->network].first;
    if (internal || nature.length > 0 || first != (int)position) {
        if (lines->count == 0)
            next_line(lines);
        else
            mh_text_add(text, "  ");
        mh_text_format(text, "[%s%s", internal ? "internal" : "", internal && nature.length > 0 ? " " : "");
        if (nature.length > 0)
            mh_escape(text, nature.bytes, MH_MARKUP_NONE, 2 * NAME_MAX_WIDTH);
        if (first != (int)position) {
            mh_text_add(text, internal || nature.length > 0 ? ", on one link with " : "on one link with ");
            mh_escape(text, topology->interfaces[first].interface->name, MH_MARKUP_NONE, NAME_MAX_WIDTH);
        }
        mh_text_add(text, "]");
    }
    mh_text_clear(&nature);
}

static void add_interface_lines(struct drawing *drawing, size_t position, const char *indent)
{
    const struct mh_topology_interface *at = &drawing->topology->interfaces[position];
    struct lines lines = {drawing, indent, 0};
    for (size_t i = 0; i < at->address_count; i++) {
        const struct mh_topology_address *address = &drawing->topology->addresses[at->first_address + i];
        if (!is_listed(address))
            continue;
        add_address_line(&lines, position, address);
        if (lines.count == 1)
            add_remark(&lines, position);
    }
    if (lines.count == 0)
        add_remark(&lines, position);
    for (size_t i = 0; i < drawing->topology->default_count; i++)
        if (drawing->topology->defaults[i].interface == (int)position && !drawing->drawn[i]) {
            next_line(&lines);
            mh_text_add(&drawing->text, "-");
            add_default(drawing, i);
        }
}

static void add_head(struct drawing *drawing, size_t position, size_t width)
{
    const struct mh_interface *interface = drawing->topology->interfaces[position].interface;
    const char *state = mh_topology_state(interface);
    add_name(drawing, interface->name, width);
    mh_text_format(&drawing->text, "  %-*s", STATE_WIDTH, state);
}

/* The place of the next port of the master behind `after`, or the number of interfaces. */
static size_t next_port(const struct mh_topology *topology, size_t master, size_t after)
{
    while (after < topology->interface_count &&
           !(topology->interfaces[after].port && topology->interfaces[after].master == (int)master))
        after++;
    return after;
}

static void trim(struct mh_text *text)
{
    while (text->length > 0 && text->bytes[text->length - 1] == ' ')
        text->bytes[--text->length] = '\0';
}

static void add_ports(struct drawing *drawing, size_t master, const char *indent, int depth);

static void add_port(struct drawing *drawing, size_t port, const char *indent, int depth, bool last)
{
    struct mh_text deeper = {0};
    mh_text_format(&drawing->text, "%s%s", indent, last ? LAST_BRANCH : BRANCH);
    mh_text_format(&deeper, "%s%s", indent, last ? NO_TRUNK : TRUNK);
    add_head(drawing, port, 0);
    trim(&drawing->text);
    mh_text_add(&drawing->text, "\n");
    if (!deeper.failed)
        add_ports(drawing, port, deeper.bytes, depth + 1);
    drawing->text.failed = drawing->text.failed || deeper.failed;
    mh_text_clear(&deeper);
}

static void add_ports(struct drawing *drawing, size_t master, const char *indent, int depth)
{
    size_t count = drawing->topology->interface_count, shown = 0, more = 0;
    for (size_t at = next_port(drawing->topology, master, 0), next; at < count && depth < DEPTH_MAX;
         at = next) {
        next = next_port(drawing->topology, master, at + 1);
        if (shown == PORTS_MAX)
            more++;
        else
            add_port(drawing, at, indent, depth, next == count);
        shown += shown < PORTS_MAX;
    }
    if (more > 0)
        mh_text_format(&drawing->text, "%s" LAST_BRANCH "and %zu more ports\n", indent, more);
}

static void add_interface(struct drawing *drawing, size_t position, bool last)
{
    const char *below = last ? NO_TRUNK : TRUNK;
    mh_text_add(&drawing->text, last ? LAST_BRANCH : BRANCH);
    add_head(drawing, position, drawing->name_width);
    add_interface_lines(drawing, position, below);
    trim(&drawing->text);
    mh_text_add(&drawing->text, "\n");
    add_ports(drawing, position, below, 0);
}

static void add_title(struct drawing *drawing)
{
    mh_escape(&drawing->text, drawing->topology->hostname, MH_MARKUP_NONE, 2 * NAME_MAX_WIDTH);
    mh_text_add(&drawing->text, "  IPv4 ");
    mh_topology_add_kinds(&drawing->text, &drawing->topology->view->scenario->ipv4);
    mh_text_add(&drawing->text, "  IPv6 ");
    mh_topology_add_kinds(&drawing->text, &drawing->topology->view->scenario->ipv6);
    mh_text_add(&drawing->text, "\n");
}

char *mh_topology_text(const struct mh_topology *topology)
{
    struct drawing drawing = {.topology = topology,
                              .drawn = calloc(topology->default_count + 1, sizeof(bool))};
    if (drawing.drawn == NULL)
        return NULL;
    for (size_t i = 0; i < topology->order_count; i++) {
        size_t width =
            mh_escape_width(topology->interfaces[topology->order[i]].interface->name, NAME_MAX_WIDTH);
        drawing.name_width = width > drawing.name_width ? width : drawing.name_width;
    }
    add_title(&drawing);
    for (size_t i = 0; i < topology->order_count; i++)
        add_interface(&drawing, topology->order[i], i + 1 == topology->order_count);
    free(drawing.drawn);
    return mh_text_take(&drawing.text);
}
