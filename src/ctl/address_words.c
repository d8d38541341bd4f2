#include "address_words.h"

#include "fetch.h"

#include <string.h>

void mh_address_words_add(struct mh_text *text, const char *address, const char *interface)
{
    const char *zone = strchr(address, '%');
    if (zone != NULL && strcmp(zone + 1, interface) == 0)
        mh_text_add_bytes(text, address, (size_t)(zone - address));
    else
        mh_text_add(text, address);
}

void mh_address_words_add_object(struct mh_text *text, const json_t *object, const char *interface)
{
    mh_address_words_add(text, mh_member_text(object, "address"), interface);
    mh_text_format(text, "/%" JSON_INTEGER_FORMAT, mh_member_number(object, "prefix_length"));
    const char *peer = mh_member_text(object, "peer");
    if (peer[0] == '\0')
        return;
    mh_text_add(text, " peer ");
    mh_address_words_add(text, peer, interface);
}
