#include "table.h"

#include "safe_text.h"

#include <stdlib.h>
#include <string.h>

enum { GAP = 2, NARROW_GAP = 1, INDENT = 4 };

struct cell {
    char *text; /* harmless; owned */
    size_t width;
    enum mh_style style;
};

struct mh_table {
    const struct mh_column *columns;
    size_t column_count;
    size_t widths[MH_COLUMNS_MAX];
    bool breaks[MH_COLUMNS_MAX]; /* a new line begins before this column */
    size_t gap;                  /* spaces between columns */
    bool headed;                 /* the heading has been printed */
    bool failed;
    struct cell *cells;
    size_t cell_count, capacity;
};

static void forget_cells(struct mh_table *table)
{
    for (size_t i = 0; i < table->cell_count; i++)
        free(table->cells[i].text);
    table->cell_count = 0;
}

void mh_table_free(struct mh_table *table)
{
    if (table == NULL)
        return;
    forget_cells(table);
    free(table->cells);
    free(table);
}

static bool make_room(struct mh_table *table)
{
    if (table->cell_count < table->capacity)
        return true;
    size_t capacity = table->capacity == 0 ? 256 : table->capacity * 2;
    struct cell *cells = realloc(table->cells, capacity * sizeof *cells);
    if (cells == NULL)
        return false;
    table->cells = cells;
    table->capacity = capacity;
    return true;
}

void mh_table_cell(struct mh_table *table, enum mh_style style, const char *text)
{
    struct mh_text safe = {0};
    mh_safe_add(&safe, text);
    char *taken = mh_text_take(&safe);
    if (taken == NULL || !make_room(table)) {
        free(taken);
        table->failed = true;
        return;
    }
    struct cell cell = {.text = taken, .width = mh_text_width(taken, strlen(taken)), .style = style};
    size_t column = table->cell_count % table->column_count;
    if (table->widths[column] < cell.width)
        table->widths[column] = cell.width;
    table->cells[table->cell_count++] = cell;
}

/* The heading is the first row of cells. */
struct mh_table *mh_table_new(const struct mh_column *columns)
{
    struct mh_table *table = calloc(1, sizeof *table);
    if (table == NULL)
        return NULL;
    table->columns = columns;
    while (table->column_count < MH_COLUMNS_MAX && columns[table->column_count].heading != NULL)
        table->column_count++;
    for (size_t i = 0; i < table->column_count; i++)
        mh_table_cell(table, MH_STYLE_HEADING, columns[i].heading);
    return table;
}

static bool fits(const struct mh_table *table, size_t gap, size_t width)
{
    size_t used = gap * (table->column_count - 1);
    for (size_t i = 0; i < table->column_count; i++)
        used += table->widths[i];
    return used <= width;
}

/* Columns move together before one goes to a line of its own. */
static void lay_out(struct mh_table *table, size_t width)
{
    size_t used = 0;
    bool narrow = width > 0 && !fits(table, GAP, width) && fits(table, NARROW_GAP, width);
    table->gap = narrow ? NARROW_GAP : GAP;
    for (size_t i = 0; i < table->column_count; i++) {
        size_t end = used + (i == 0 ? 0 : table->gap) + table->widths[i];
        table->breaks[i] = i > 0 && width > 0 && end > width;
        used = table->breaks[i] ? INDENT + table->widths[i] : end;
    }
}

static void add_spaces(struct mh_text *line, size_t count)
{
    while (count-- > 0)
        mh_text_add(line, " ");
}

/* Spaces and line ends are owed, and paid only before the next text: so none end a line, and no line is
 * empty. */
struct line {
    struct mh_text *text;
    const struct mh_screen *screen;
    size_t spaces;
    bool line_end;
};

static void add_cell(struct line *line, const struct cell *cell, size_t padding, bool right)
{
    line->spaces += right ? padding : 0;
    if (cell->width > 0) {
        if (line->line_end)
            mh_text_add(line->text, "\n");
        line->line_end = false;
        add_spaces(line->text, line->spaces);
        mh_style_begin(line->screen, line->text, cell->style);
        mh_text_add(line->text, cell->text);
        mh_style_end(line->screen, line->text, cell->style);
        line->spaces = 0;
    }
    line->spaces += right ? 0 : padding;
}

static void add_row(const struct mh_table *table, const struct mh_screen *screen, struct mh_text *text,
                    const struct cell *row)
{
    struct line line = {.text = text, .screen = screen};
    for (size_t i = 0; i < table->column_count; i++) {
        if (table->breaks[i]) {
            line.line_end = true;
            line.spaces = INDENT;
        } else if (i > 0) {
            line.spaces += table->gap;
        }
        add_cell(&line, &row[i], table->widths[i] - row[i].width, table->columns[i].right);
    }
    mh_text_add(text, "\n");
}

bool mh_table_print(struct mh_table *table, struct mh_screen *screen)
{
    struct mh_text text = {.failed = table->failed};
    bool only_heading = !table->headed && table->cell_count <= table->column_count;
    if (only_heading && !table->failed)
        return true;
    lay_out(table, screen->width);
    for (size_t i = 0; i + table->column_count <= table->cell_count; i += table->column_count)
        add_row(table, screen, &text, &table->cells[i]);
    table->headed = true;
    forget_cells(table);
    return mh_screen_put(screen, &text);
}
