#include "api/topology_svg_box.h"

#include "api/topology_escape.h"

#include <stdlib.h>
#include <string.h>

/* A browser's monospaced fonts are about 0.6 of their size wide; the measures leave room for those that are a
 * bit wider. */
enum {
    PADDING = 10,
    LINE_HEIGHT = 16,
    NAME_HEIGHT = 20,
    TEXT_WIDTH_TENTHS = 74,
    NAME_WIDTH_TENTHS = 86,
    STATE_GAP = 16
};
enum { CHARACTERS_MAX = 60 };

static const struct box_style {
    const char *fill, *stroke, *extra;
} box_styles[] = {
    [MH_BOX_EXTERNAL] = {"#ffffff", "#1d4ed8", " stroke-width=\"1.5\""},
    [MH_BOX_INTERNAL] = {"#f8fafc", "#64748b", " stroke-dasharray=\"5 4\""},
    [MH_BOX_DEAD] = {"#fef2f2", "#b91c1c", " stroke-width=\"1.5\""},
    [MH_BOX_NETWORK] = {"#e0f2fe", "#0369a1", " stroke-width=\"1.5\""},
    [MH_BOX_GATEWAY] = {"#fef3c7", "#b45309", " stroke-width=\"1.5\""},
    [MH_BOX_DEAD_GATEWAY] = {"#fef2f2", "#b91c1c", " stroke-width=\"1.5\" stroke-dasharray=\"6 4\""},
    [MH_BOX_INTERNET] = {"#ede9fe", "#6d28d9", " stroke-width=\"1.5\""},
    [MH_BOX_HOST] = {"#f1f5f9", "#334155", " stroke-width=\"2\""},
};

void mh_box_add(struct mh_box *box, enum mh_line_look look, struct mh_text *text)
{
    char *line = mh_text_take(text);
    box->failed = box->failed || line == NULL;
    if (line == NULL || box->line_count == MH_BOX_LINES) {
        free(line);
        return;
    }
    box->lines[box->line_count++] = (struct mh_box_line){line, look};
}

void mh_box_clear(struct mh_box *box)
{
    for (size_t i = 0; i < box->line_count; i++)
        free(box->lines[i].text);
    box->line_count = 0;
}

static bool is_state(const struct mh_box_line *line)
{
    return line->look == MH_LOOK_STATE || line->look == MH_LOOK_ALARM_STATE;
}

static int line_width(const struct mh_box_line *line)
{
    int tenths = line->look == MH_LOOK_NAME ? NAME_WIDTH_TENTHS : TEXT_WIDTH_TENTHS;
    return ((int)mh_escape_width(line->text, CHARACTERS_MAX) * tenths + 9) / 10;
}

static int line_height(const struct mh_box_line *line)
{
    return line->look == MH_LOOK_NAME ? NAME_HEIGHT : is_state(line) ? 0 : LINE_HEIGHT;
}

static int text_height(const struct mh_box *box)
{
    int height = 0;
    for (size_t i = 0; i < box->line_count; i++)
        height += line_height(&box->lines[i]);
    return height;
}

void mh_box_measure(struct mh_box *box)
{
    int width = 0;
    for (size_t i = 0; i < box->line_count; i++) {
        int needed = line_width(&box->lines[i]);
        if (i > 0 && is_state(&box->lines[i]))
            needed += line_width(&box->lines[i - 1]) + STATE_GAP;
        width = needed > width ? needed : width;
    }
    box->width = width + 2 * PADDING;
    box->height = text_height(box) + 2 * PADDING - 4;
}

int mh_box_middle(const struct mh_box *box)
{
    return box->y + box->height / 2;
}

static void draw_line(struct mh_text *svg, const struct mh_box *box, const struct mh_box_line *line,
                      int baseline)
{
    static const char *const attributes[] = {
        [MH_LOOK_NAME] = "font-size=\"14\" font-weight=\"bold\" fill=\"#0f172a\"",
        [MH_LOOK_STATE] = "text-anchor=\"end\" fill=\"#475569\"",
        [MH_LOOK_PLAIN] = "fill=\"#0f172a\"",
        [MH_LOOK_FAINT] = "fill=\"#5b6778\"",
        [MH_LOOK_ALARM] = "fill=\"#991b1b\"",
        [MH_LOOK_ALARM_STATE] = "text-anchor=\"end\" font-weight=\"bold\" fill=\"#991b1b\"",
    };
    int x = is_state(line) ? box->x + box->width - PADDING : box->x + PADDING;
    mh_text_format(svg, "<text x=\"%d\" y=\"%d\" %s>", x, baseline, attributes[line->look]);
    if (mh_escape_width(line->text, CHARACTERS_MAX + 1) > CHARACTERS_MAX) {
        mh_text_add(svg, "<title>");
        mh_escape(svg, line->text, MH_MARKUP_XML, (size_t)-1);
        mh_text_add(svg, "</title>");
    }
    mh_escape(svg, line->text, MH_MARKUP_XML, CHARACTERS_MAX);
    mh_text_add(svg, "</text>\n");
}

void mh_box_draw(struct mh_text *svg, const struct mh_box *box)
{
    const struct box_style *style = &box_styles[box->look];
    int baseline = box->y + (box->height - text_height(box)) / 2;
    mh_text_format(
        svg, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"8\" fill=\"%s\" stroke=\"%s\"%s/>\n",
        box->x, box->y, box->width, box->height, style->fill, style->stroke, style->extra);
    for (size_t i = 0; i < box->line_count; i++) {
        baseline += line_height(&box->lines[i]);
        draw_line(svg, box, &box->lines[i], baseline - 4);
    }
}
