/* The picture for a browser, from left to right: the host with its interfaces, the networks they are on, the
 * gateways there, the internet. Interfaces of one network stand together, so that no two lines cross:
 * everything of one network lies in one horizontal band. Interfaces that are on no network follow below,
 * inside the host. Self-contained: no scripts, no fonts, no styles from elsewhere. */
#include "api/topology_escape.h"
#include "api/topology_model.h"
#include "api/topology_svg_box.h"

#include <stdlib.h>

enum {
    MARGIN = 24,
    HOST_PADDING = 16,
    TITLE_HEIGHT = 84,
    FOOTER_HEIGHT = 34,
    GAP = 10,      /* between boxes of one band */
    BAND_GAP = 24, /* between bands */
    HEADING_HEIGHT = 26,
    WIRE = 92,       /* between host and networks: room for "no carrier" */
    SHORT_WIRE = 56, /* between the other columns */
    ADDRESSES_MAX = 8,
    PORTS_MAX = 8,
    INTERNAL_PORTS_MAX = 4,
    SUBNETS_MAX = 12,
    DEFAULTS_MAX = 6,
    NAME_MAX_WIDTH = 32
};

struct drawing {
    const struct mh_topology *topology;
    struct mh_box *cards;    /* one for each of topology->order */
    struct mh_box *networks; /* one for each network */
    struct mh_box *gateways; /* one for each gateway */
    struct mh_box host, internet;
    int without_network, internal; /* where these headings stand; 0: nowhere */
    struct mh_text svg;
};

/* ---- what is in the boxes -------------------------------------------------------------------------- */

static void add_name_line(struct mh_box *box, const char *name)
{
    struct mh_text text = {0};
    mh_escape(&text, name, MH_MARKUP_NONE, NAME_MAX_WIDTH);
    mh_box_add(box, MH_LOOK_NAME, &text);
}

static void add_plain_line(struct mh_box *box, enum mh_line_look look, const char *words)
{
    struct mh_text text = {0};
    mh_text_add(&text, words);
    mh_box_add(box, look, &text);
}

static void add_more_line(struct mh_box *box, size_t count, size_t shown)
{
    struct mh_text text = {0};
    if (count <= shown)
        return;
    mh_text_format(&text, "and %zu more", count - shown);
    mh_box_add(box, MH_LOOK_FAINT, &text);
}

static void add_address_lines(struct mh_box *box, const struct mh_topology *topology,
                              const struct mh_topology_interface *at)
{
    for (size_t i = 0; i < at->address_count && i < ADDRESSES_MAX; i++) {
        const struct mh_topology_address *address = &topology->addresses[at->first_address + i];
        struct mh_text text = {0};
        mh_topology_add_address(&text, address->address);
        mh_box_add(box, address->counts ? MH_LOOK_PLAIN : MH_LOOK_FAINT, &text);
    }
    add_more_line(box, at->address_count, ADDRESSES_MAX);
}

static void add_port_lines(struct mh_box *box, const struct mh_topology *topology, size_t master)
{
    size_t count = 0;
    size_t most =
        topology->interfaces[master].role->role == MH_ROLE_EXTERNAL ? PORTS_MAX : INTERNAL_PORTS_MAX;
    for (size_t i = 0; i < topology->interface_count; i++) {
        const struct mh_topology_interface *at = &topology->interfaces[i];
        if (!at->port || at->master != (int)master || ++count > most)
            continue;
        bool alive = mh_topology_alive(at->interface);
        struct mh_text text = {0};
        mh_text_add(&text, "\xe2\x80\xa2 ");
        mh_escape(&text, at->interface->name, MH_MARKUP_NONE, NAME_MAX_WIDTH);
        if (!alive)
            mh_text_format(&text, " (%s)", mh_topology_state(at->interface));
        mh_box_add(box, alive ? MH_LOOK_FAINT : MH_LOOK_ALARM, &text);
    }
    add_more_line(box, count, most);
}

static void fill_card(struct mh_box *box, const struct mh_topology *topology, size_t position)
{
    const struct mh_topology_interface *at = &topology->interfaces[position];
    bool alive = mh_topology_alive(at->interface);
    struct mh_text nature = {0};
    box->look = !alive ? MH_BOX_DEAD : at->role->role == MH_ROLE_INTERNAL ? MH_BOX_INTERNAL : MH_BOX_EXTERNAL;
    add_name_line(box, at->interface->name);
    add_plain_line(box, alive ? MH_LOOK_STATE : MH_LOOK_ALARM_STATE, mh_topology_state(at->interface));
    mh_topology_add_nature(&nature, topology, at);
    box->failed = box->failed || nature.failed;
    if (nature.length > 0)
        mh_box_add(box, MH_LOOK_FAINT, &nature);
    mh_text_clear(&nature);
    add_address_lines(box, topology, at);
    add_port_lines(box, topology, position);
    mh_box_measure(box);
}

static void fill_network(struct mh_box *box, const struct mh_topology_network *network)
{
    char words[MH_PREFIX_TEXT_SIZE];
    box->look = MH_BOX_NETWORK;
    for (size_t i = 0; i < network->subnet_count && i < SUBNETS_MAX; i++)
        add_plain_line(box, MH_LOOK_PLAIN, mh_prefix_format(&network->subnets[i], words));
    add_more_line(box, network->subnet_count, SUBNETS_MAX);
    if (network->subnet_count == 0)
        add_plain_line(box, MH_LOOK_FAINT, "no subnet");
    mh_box_measure(box);
}

static void add_default_lines(struct mh_box *box, const struct mh_topology *topology,
                              const struct mh_topology_gateway *gateway)
{
    bool several = topology->networks[gateway->network].interface_count > 1;
    for (size_t i = 0; i < gateway->default_count && i < DEFAULTS_MAX; i++) {
        const struct mh_topology_default *at = &topology->defaults[gateway->first_default + i];
        struct mh_text text = {0};
        mh_topology_add_default(&text, topology, at);
        if (several) {
            mh_text_add(&text, " by ");
            mh_escape(&text, topology->interfaces[at->interface].interface->name, MH_MARKUP_NONE,
                      NAME_MAX_WIDTH);
        }
        mh_box_add(box, MH_LOOK_FAINT, &text);
    }
    add_more_line(box, gateway->default_count, DEFAULTS_MAX);
}

static void fill_gateway(struct mh_box *box, const struct mh_topology *topology,
                         const struct mh_topology_gateway *gateway)
{
    char words[MH_ADDRESS_TEXT_SIZE], hardware[MH_HARDWARE_TEXT_SIZE];
    const struct mh_neighbor *neighbor = gateway->neighbor;
    box->look = mh_topology_gateway_dead(topology, gateway) ? MH_BOX_DEAD_GATEWAY : MH_BOX_GATEWAY;
    if (gateway->address.family == MH_FAMILY_NONE)
        add_plain_line(box, MH_LOOK_PLAIN, "no gateway: all is on the link");
    else
        add_plain_line(box, MH_LOOK_PLAIN, mh_address_format(&gateway->address, words));
    if (neighbor != NULL && neighbor->state == MH_NEIGHBOR_FAILED)
        add_plain_line(box, MH_LOOK_ALARM, "does not answer");
    else if (neighbor != NULL && neighbor->hardware_address_length > 0)
        add_plain_line(box, MH_LOOK_FAINT,
                       mh_hardware_address_format(neighbor->hardware_address,
                                                  neighbor->hardware_address_length, hardware));
    add_default_lines(box, topology, gateway);
    mh_box_measure(box);
}

/* ---- where the boxes stand ------------------------------------------------------------------------- */

static int larger(int a, int b)
{
    return a > b ? a : b;
}

/* Gives a column of boxes one width and place; returns where the column ends. */
static int set_column(struct mh_box *boxes, size_t count, int x)
{
    int width = 0;
    for (size_t i = 0; i < count; i++)
        width = larger(width, boxes[i].width);
    for (size_t i = 0; i < count; i++) {
        boxes[i].x = x;
        boxes[i].width = width;
    }
    return x + width;
}

static int stack_height(const struct mh_box *boxes, size_t count)
{
    int height = count == 0 ? 0 : (int)(count - 1) * GAP;
    for (size_t i = 0; i < count; i++)
        height += boxes[i].height;
    return height;
}

static void place_stack(struct mh_box *boxes, size_t count, int top, int height)
{
    int y = top + (height - stack_height(boxes, count)) / 2;
    for (size_t i = 0; i < count; i++) {
        boxes[i].y = y;
        y += boxes[i].height + GAP;
    }
}

/* Puts what belongs to one network into one band that begins at `top`; returns where it ends. */
static int place_band(struct drawing *drawing, size_t number, size_t *gateway, int top)
{
    const struct mh_topology *topology = drawing->topology;
    const struct mh_topology_network *network = &topology->networks[number];
    size_t gateways = 0;
    while (*gateway + gateways < topology->gateway_count &&
           topology->gateways[*gateway + gateways].network == (int)number)
        gateways++;
    struct mh_box *cards = drawing->cards + network->first_in_order, *box = &drawing->networks[number];
    int height = larger(stack_height(cards, network->interface_count), box->height);
    height = larger(height, stack_height(drawing->gateways + *gateway, gateways));
    box->y = top;
    box->height = height;
    place_stack(cards, network->interface_count, top, height);
    place_stack(drawing->gateways + *gateway, gateways, top, height);
    *gateway += gateways;
    return top + height;
}

/* Interfaces without a network, from `top` on; returns where they end. */
static int place_rest(struct drawing *drawing, int top)
{
    const struct mh_topology *topology = drawing->topology;
    for (size_t i = 0; i < topology->order_count; i++) {
        const struct mh_topology_interface *at = &topology->interfaces[topology->order[i]];
        if (at->network != MH_TOPOLOGY_NONE)
            continue;
        int *heading = at->role->role == MH_ROLE_EXTERNAL ? &drawing->without_network : &drawing->internal;
        if (*heading == 0) {
            *heading = top + HEADING_HEIGHT - 10;
            top += HEADING_HEIGHT;
        }
        drawing->cards[i].y = top;
        top += drawing->cards[i].height + GAP;
    }
    return top;
}

static void place_internet(struct drawing *drawing, int x)
{
    size_t count = drawing->topology->gateway_count;
    int bottom = 0;
    struct mh_box *box = &drawing->internet;
    if (count == 0)
        return;
    box->look = MH_BOX_INTERNET;
    add_plain_line(box, MH_LOOK_NAME, "Internet");
    mh_box_measure(box);
    box->x = x;
    box->y = drawing->gateways[0].y;
    for (size_t i = 0; i < count; i++)
        bottom = larger(bottom, drawing->gateways[i].y + drawing->gateways[i].height);
    box->height = larger(bottom - box->y, box->height);
}

static void place_all(struct drawing *drawing)
{
    const struct mh_topology *topology = drawing->topology;
    struct mh_box *host = &drawing->host;
    int top = MARGIN + TITLE_HEIGHT + HOST_PADDING;
    size_t gateway = 0;
    int x = set_column(drawing->cards, topology->order_count, MARGIN + HOST_PADDING) + HOST_PADDING;
    *host = (struct mh_box){
        .x = MARGIN, .y = MARGIN + TITLE_HEIGHT, .width = larger(x - MARGIN, 160), .look = MH_BOX_HOST};
    x = set_column(drawing->networks, topology->network_count, MARGIN + host->width + WIRE);
    x = set_column(drawing->gateways, topology->gateway_count, x + SHORT_WIRE);
    for (size_t i = 0; i < topology->network_count; i++)
        top = place_band(drawing, i, &gateway, top) + BAND_GAP;
    if (topology->network_count > 0)
        top -= BAND_GAP - GAP;
    top = place_rest(drawing, top);
    host->height = larger(top - GAP + HOST_PADDING - host->y, 60);
    place_internet(drawing, x + SHORT_WIRE);
}

/* ---- drawing --------------------------------------------------------------------------------------- */

static void draw_wire(struct mh_text *svg, const struct mh_box *from, const struct mh_box *to, int y,
                      const char *dead)
{
    int left = from->x + from->width;
    mh_text_format(
        svg, "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" stroke=\"%s\" stroke-width=\"2\"%s/>\n", left, y,
        to->x, y, dead == NULL ? "#334155" : "#b91c1c", dead == NULL ? "" : " stroke-dasharray=\"6 5\"");
    if (dead != NULL && dead[0] != '\0')
        mh_text_format(
            svg,
            "<text x=\"%d\" y=\"%d\" text-anchor=\"end\" font-weight=\"bold\" fill=\"#991b1b\">%s</text>\n",
            to->x - 8, y - 6, dead);
}

static void draw_wires(struct drawing *drawing)
{
    const struct mh_topology *topology = drawing->topology;
    for (size_t i = 0; i < topology->order_count; i++) {
        const struct mh_topology_interface *at = &topology->interfaces[topology->order[i]];
        if (at->network == MH_TOPOLOGY_NONE)
            continue;
        draw_wire(&drawing->svg, &drawing->cards[i], &drawing->networks[at->network],
                  mh_box_middle(&drawing->cards[i]),
                  mh_topology_alive(at->interface) ? NULL : mh_topology_state(at->interface));
    }
    for (size_t i = 0; i < topology->gateway_count; i++) {
        const struct mh_topology_gateway *gateway = &topology->gateways[i];
        const struct mh_box *box = &drawing->gateways[i];
        const char *dead = mh_topology_gateway_dead(topology, gateway) ? "" : NULL;
        draw_wire(&drawing->svg, &drawing->networks[gateway->network], box, mh_box_middle(box), dead);
        draw_wire(&drawing->svg, box, &drawing->internet, mh_box_middle(box), dead);
    }
}

static void draw_heading(struct mh_text *svg, int y, const char *words)
{
    if (y > 0)
        mh_text_format(svg, "<text x=\"%d\" y=\"%d\" font-style=\"italic\" fill=\"#475569\">%s</text>\n",
                       MARGIN + HOST_PADDING, y, words);
}

static void draw_column_title(struct mh_text *svg, const struct mh_box *boxes, size_t count,
                              const char *words)
{
    if (count > 0)
        mh_text_format(svg, "<text x=\"%d\" y=\"%d\" fill=\"#475569\">%s</text>\n", boxes[0].x,
                       MARGIN + TITLE_HEIGHT + 4, words);
}

static void draw_title(struct drawing *drawing)
{
    struct mh_text *svg = &drawing->svg;
    mh_text_format(svg, "<text x=\"%d\" y=\"%d\" font-size=\"20\" font-weight=\"bold\" fill=\"#0f172a\">",
                   MARGIN, MARGIN + 16);
    mh_escape(svg, drawing->topology->hostname, MH_MARKUP_XML, NAME_MAX_WIDTH);
    mh_text_format(svg, "</text>\n<text x=\"%d\" y=\"%d\" font-size=\"13\" fill=\"#334155\">IPv4: ", MARGIN,
                   MARGIN + 40);
    mh_topology_add_kinds(svg, &drawing->topology->view->scenario->ipv4);
    mh_text_format(svg, "</text>\n<text x=\"%d\" y=\"%d\" font-size=\"13\" fill=\"#334155\">IPv6: ", MARGIN,
                   MARGIN + 60);
    mh_topology_add_kinds(svg, &drawing->topology->view->scenario->ipv6);
    mh_text_add(svg, "</text>\n");
}

static void draw_boxes(struct drawing *drawing)
{
    const struct mh_topology *topology = drawing->topology;
    mh_box_draw(&drawing->svg, &drawing->host);
    draw_heading(&drawing->svg, drawing->without_network, "without a network");
    draw_heading(&drawing->svg, drawing->internal, "internal");
    draw_wires(drawing);
    for (size_t i = 0; i < topology->order_count; i++)
        mh_box_draw(&drawing->svg, &drawing->cards[i]);
    for (size_t i = 0; i < topology->network_count; i++)
        mh_box_draw(&drawing->svg, &drawing->networks[i]);
    for (size_t i = 0; i < topology->gateway_count; i++)
        mh_box_draw(&drawing->svg, &drawing->gateways[i]);
    if (topology->gateway_count > 0)
        mh_box_draw(&drawing->svg, &drawing->internet);
    draw_column_title(&drawing->svg, drawing->networks, topology->network_count, "networks");
    draw_column_title(&drawing->svg, drawing->gateways, topology->gateway_count, "gateways");
}

static int right_edge(const struct drawing *drawing)
{
    const struct mh_topology *topology = drawing->topology;
    const struct mh_box *last = topology->gateway_count > 0   ? &drawing->internet
                                : topology->network_count > 0 ? &drawing->networks[0]
                                                              : &drawing->host;
    return last->x + last->width;
}

/* How wide the title lines are. */
static int title_width(struct drawing *drawing)
{
    struct mh_text kinds[2] = {{0}, {0}};
    mh_topology_add_kinds(&kinds[0], &drawing->topology->view->scenario->ipv4);
    mh_topology_add_kinds(&kinds[1], &drawing->topology->view->scenario->ipv6);
    drawing->svg.failed = drawing->svg.failed || kinds[0].failed || kinds[1].failed;
    size_t longest = kinds[0].length > kinds[1].length ? kinds[0].length : kinds[1].length;
    int width = larger((int)(longest + 6) * 8,
                       (int)mh_escape_width(drawing->topology->hostname, NAME_MAX_WIDTH) * 13);
    mh_text_clear(&kinds[0]);
    mh_text_clear(&kinds[1]);
    return width;
}

static const char footer[] = "Addresses in grey do not count for the scenario. Dashed boxes are internal.";

static void draw(struct drawing *drawing)
{
    struct mh_text *svg = &drawing->svg;
    int bottom =
        larger(drawing->host.y + drawing->host.height, drawing->internet.y + drawing->internet.height);
    int width =
        larger(right_edge(drawing), MARGIN + larger(title_width(drawing), (int)sizeof footer * 7)) + MARGIN;
    int height = bottom + FOOTER_HEIGHT + MARGIN / 2;
    mh_text_format(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" "
        "font-family=\"'DejaVu Sans Mono', Menlo, Consolas, 'Liberation Mono', monospace\" "
        "font-size=\"12\" role=\"img\">\n<title>Topology of ",
        width, height, width, height);
    mh_escape(svg, drawing->topology->hostname, MH_MARKUP_XML, NAME_MAX_WIDTH);
    mh_text_format(svg, "</title>\n<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>\n", width, height);
    draw_title(drawing);
    draw_boxes(drawing);
    mh_text_format(svg, "<text x=\"%d\" y=\"%d\" font-size=\"11\" fill=\"#5b6778\">%s</text>\n</svg>\n",
                   MARGIN, bottom + FOOTER_HEIGHT - 8, footer);
}

static bool fill(struct drawing *drawing)
{
    const struct mh_topology *topology = drawing->topology;
    drawing->cards = calloc(topology->order_count + 1, sizeof *drawing->cards);
    drawing->networks = calloc(topology->network_count + 1, sizeof *drawing->networks);
    drawing->gateways = calloc(topology->gateway_count + 1, sizeof *drawing->gateways);
    if (drawing->cards == NULL || drawing->networks == NULL || drawing->gateways == NULL)
        return false;
    for (size_t i = 0; i < topology->order_count; i++)
        fill_card(&drawing->cards[i], topology, topology->order[i]);
    for (size_t i = 0; i < topology->network_count; i++)
        fill_network(&drawing->networks[i], &topology->networks[i]);
    for (size_t i = 0; i < topology->gateway_count; i++)
        fill_gateway(&drawing->gateways[i], topology, &topology->gateways[i]);
    return true;
}

/* True when a box could not take a line. */
static bool clear_boxes(struct mh_box *boxes, size_t count)
{
    bool failed = false;
    for (size_t i = 0; boxes != NULL && i < count; i++) {
        failed = failed || boxes[i].failed;
        mh_box_clear(&boxes[i]);
    }
    return failed;
}

char *mh_topology_svg(const struct mh_topology *topology)
{
    struct drawing drawing = {.topology = topology};
    bool failed = !fill(&drawing);
    if (!failed) {
        place_all(&drawing);
        draw(&drawing);
    }
    failed = clear_boxes(drawing.cards, topology->order_count) || failed;
    failed = clear_boxes(drawing.networks, topology->network_count) || failed;
    failed = clear_boxes(drawing.gateways, topology->gateway_count) || failed;
    failed = clear_boxes(&drawing.internet, 1) || failed;
    free(drawing.cards);
    free(drawing.networks);
    free(drawing.gateways);
    drawing.svg.failed = drawing.svg.failed || failed;
    return mh_text_take(&drawing.svg);
}
