/* Addresses of the service's JSON in words. Not made harmless. */
#ifndef MH_CTL_ADDRESS_WORDS_H
#define MH_CTL_ADDRESS_WORDS_H

#include "core/text.h"

#include <jansson.h>

/* Beside the name of their interface, "fe80::1%eth0" is "fe80::1". */
void mh_address_words_add(struct mh_text *text, const char *address, const char *interface);

/* "192.0.2.1/24" for an object with `address` and `prefix_length`; " peer 192.0.2.2" follows where there
 * is one. */
void mh_address_words_add_object(struct mh_text *text, const json_t *object, const char *interface);

#endif
