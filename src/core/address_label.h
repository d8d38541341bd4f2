/* The table of address labels (RFC 6724 section 2.1, the labels alone; ip-addrlabel(8)). Pure; any thread. */
#ifndef MH_CORE_ADDRESS_LABEL_H
#define MH_CORE_ADDRESS_LABEL_H

#include "core/model.h"

/* What an address has that no row covers (Linux net/ipv6/addrlabel.c). */
#define MH_ADDRESS_LABEL_NONE UINT32_MAX

/* The order in which rows are looked at: longer prefixes first, those of one interface before those of all.
 * <0: `a` goes before `b`; 0: the same key, the labels may differ. */
int mh_address_label_compare(const struct mh_address_label *a, const struct mh_address_label *b);

/* The label of an IPv6 address on an interface (0: on none), by rows in the order above;
 * MH_ADDRESS_LABEL_NONE when no row covers it. */
uint32_t mh_address_label_of(const struct mh_address_label *labels, size_t count,
                             const struct mh_address *address, uint32_t interface);

/* The rows that Linux begins with (ip6addrlbl_init_table), in order; static. */
const struct mh_address_label *mh_address_labels_of_linux(size_t *count);
/* The label that an IPv6 address has by these, without looking through them. */
uint32_t mh_address_label_of_linux(const struct mh_address *address);
/* Whether these are those. */
bool mh_address_labels_are_of_linux(const struct mh_address_label *labels, size_t count);

#endif
