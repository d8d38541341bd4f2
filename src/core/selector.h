/* How an interface is named where its own name is not meant: by its hardware address
 * ("mac:02:00:00:00:00:01"), and on Windows by its GUID in braces, by its LUID ("luid:0x6008000000000",
 * NET_LUID of ifdef.h) or by its index ("index:12"). Pure; any thread. */
#ifndef MH_CORE_SELECTOR_H
#define MH_CORE_SELECTOR_H

#include "core/model.h"

#define MH_SELECTOR_MAC "mac:"
#define MH_SELECTOR_LUID "luid:"
#define MH_SELECTOR_INDEX "index:"

/* "0x" and 1 to 16 hexadecimal digits, nothing before or behind them. False, and *luid as it was, for
 * anything else. */
bool mh_luid_parse(const char *text, uint64_t *luid);
/* Whether what stands behind the prefix, if the selector has one of those above, can be one of its kind: 1 to
 * 9 decimal digits for an index, without zeros before them. */
bool mh_selector_is_sound(const char *selector);
/* The selector in the one spelling of all that mean the same; `text` is where it is written when it is not
 * that already. GUIDs and names are left as they are. */
const char *mh_selector_spelling(const char *selector, char text[MH_NAME_SIZE]);

/* By GUID, in either case of its digits, or by LUID. No interface without them is meant. */
bool mh_selector_is_windows_id(const char *selector, const struct mh_interface *interface);
/* By all of the above. By index on Windows only, which is where interfaces have a LUID: elsewhere numbers are
 * given anew too often to be written down. */
bool mh_selector_means(const char *selector, const struct mh_interface *interface);

#endif
