/* IP protocols by name: those of IANA's registry (Assigned Internet Protocol Numbers) that questions and
 * policy rules are written with; others by number. Pure; any thread. */
#ifndef MH_API_IP_PROTOCOL_H
#define MH_API_IP_PROTOCOL_H

#include <stdbool.h>
#include <stdint.h>

enum { MH_IP_PROTOCOL_SIZE = 8 };

/* "udp", or the number; returns `text` or a static text. */
const char *mh_ip_protocol_name(uint8_t number, char text[MH_IP_PROTOCOL_SIZE]);
/* A name in small letters, or a decimal number up to 255. False, and *number untouched, for anything else. */
bool mh_ip_protocol_parse(const char *word, uint8_t *number);

#endif
