/* Names from the system inside of markup: whatever is in them stays text. Pure; any thread. */
#ifndef MH_API_TOPOLOGY_ESCAPE_H
#define MH_API_TOPOLOGY_ESCAPE_H

#include "core/text.h"

enum mh_markup {
    MH_MARKUP_NONE, /* plain text: control characters are replaced, the rest stays */
    MH_MARKUP_XML,  /* content of an element, or of an attribute in double quotes */
    MH_MARKUP_DOT /* inside of a double-quoted string of graphviz, which reads entities and backslashes there
                   */
};

/* Octets that are not UTF-8, control characters and non-characters become U+FFFD. At most `characters` of
 * them are added; an ellipsis stands for the rest. */
void mh_escape(struct mh_text *text, const char *string, enum mh_markup markup, size_t characters);
/* How many characters mh_escape shows. */
size_t mh_escape_width(const char *string, size_t characters);

#endif
