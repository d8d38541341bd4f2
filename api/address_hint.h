/* What a person meant who wrote something else than an address. Pure; any thread. */
#ifndef MH_API_ADDRESS_HINT_H
#define MH_API_ADDRESS_HINT_H

/* What was expected instead of `text`, which mh_address_parse refuses: static, at most 120 characters. Names
 * what is too much (a port, a prefix length, brackets) or missing (numbers of an IPv4 address; inet(3) lets
 * them be left out, and reads leading zeros as octal). */
const char *mh_address_hint(const char *text);

#endif
