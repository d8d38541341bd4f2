/* Names of routing tables and protocols, as ip-route(8) knows them: rt_tables and rt_protos below
 * /etc/iproute2 and /usr/share/iproute2, and what iproute2 has built in. Read once; any thread afterwards. */
#ifndef MH_LINUX_NAMES_H
#define MH_LINUX_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mh_names;

/* `roots` are directories, the first to be believed before the next; it ends with NULL. NULL when out of
 * memory. Files that are not there, and lines that make no sense, are passed over. */
struct mh_names *mh_names_read(const char *const *roots);
void mh_names_free(struct mh_names *names);

/* NULL when the number has no name. */
const char *mh_names_table(const struct mh_names *names, uint32_t table);
const char *mh_names_protocol(const struct mh_names *names, uint8_t protocol);
/* The number of a table's name; false when there is no such name. */
bool mh_names_find_table(const struct mh_names *names, const char *word, uint32_t *table);

#endif
