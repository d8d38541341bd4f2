/* A table for people: columns aligned by what a terminal shows, no spaces at the ends of lines. On a
 * narrow terminal the columns that do not fit go to an indented line of their own; nothing is cut. */
#ifndef MH_CTL_TABLE_H
#define MH_CTL_TABLE_H

#include "screen.h"

enum { MH_COLUMNS_MAX = 10 };

struct mh_column {
    const char *heading; /* plain ASCII */
    bool right;          /* numbers stand right */
};

struct mh_table;

/* `columns` is static and ends with a NULL heading. NULL when out of memory. */
struct mh_table *mh_table_new(const struct mh_column *columns);
void mh_table_free(struct mh_table *table);

/* Adds the next cell, row by row from left to right; hostile text is escaped. */
void mh_table_cell(struct mh_table *table, enum mh_style style, const char *text);

/* Prints the rows there are, the heading before the first ones, and forgets them. Columns never get
 * narrower again, so that pages of one listing line up. False when a write failed or memory ran out. */
bool mh_table_print(struct mh_table *table, struct mh_screen *screen);

#endif
