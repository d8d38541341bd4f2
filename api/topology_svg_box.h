/* Boxes with lines of text, the bricks of the SVG picture. Inside of topology_svg.c. */
#ifndef MH_API_TOPOLOGY_SVG_BOX_H
#define MH_API_TOPOLOGY_SVG_BOX_H

#include "core/text.h"

enum { MH_BOX_LINES = 24 };

enum mh_line_look {
    MH_LOOK_NAME,  /* what the box is about */
    MH_LOOK_STATE, /* beside the name, at the right edge; one at most, after the name */
    MH_LOOK_PLAIN, /* an address that counts, a subnet */
    MH_LOOK_FAINT, /* a remark, an address that does not count */
    MH_LOOK_ALARM, /* something is dead */
    MH_LOOK_ALARM_STATE
};

struct mh_box_line {
    char *text;
    enum mh_line_look look;
};

enum mh_box_look {
    MH_BOX_EXTERNAL,
    MH_BOX_INTERNAL,
    MH_BOX_DEAD,
    MH_BOX_NETWORK,
    MH_BOX_GATEWAY,
    MH_BOX_DEAD_GATEWAY,
    MH_BOX_INTERNET,
    MH_BOX_HOST
};

struct mh_box {
    int x, y, width, height; /* pixels */
    enum mh_box_look look;
    size_t line_count;
    struct mh_box_line lines[MH_BOX_LINES]; /* owned */
    bool failed;                            /* out of memory */
};

/* Adds a line, whose text is taken. One too many is dropped. */
void mh_box_add(struct mh_box *box, enum mh_line_look look, struct mh_text *text);
void mh_box_clear(struct mh_box *box);
/* Sets width and height to what the lines need. */
void mh_box_measure(struct mh_box *box);
/* Draws the box with its lines, which stand in the middle of its height. */
void mh_box_draw(struct mh_text *svg, const struct mh_box *box);
int mh_box_middle(const struct mh_box *box);

#endif
