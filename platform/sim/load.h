/* The host file: what it says, and what the personality adds to it. docs/simulator.md describes the format.
 */
#ifndef MH_SIM_LOAD_H
#define MH_SIM_LOAD_H

#include "reader.h"

/* Reads the text of `file` (a name for messages). MH_OK: the caller frees *host. MH_INVALID: `failure` says
 * where and what; MH_NO_MEMORY. */
enum mh_error sim_load(const char *file, const char *text, size_t length, struct sim_host **host,
                       struct mh_failure *failure);

/* The sections, in the order in which they are read; each fills reader->host. A section that the file leaves
 * out is NULL here. False: refused, the failure is filled in. */
bool sim_load_interfaces(struct sim_reader *reader, const json_t *interfaces);
bool sim_load_settings(struct sim_reader *reader, const json_t *settings, const json_t *interfaces);
bool sim_load_addresses(struct sim_reader *reader, const json_t *interfaces);
bool sim_load_routes(struct sim_reader *reader, const json_t *routes);
bool sim_load_rules(struct sim_reader *reader, const json_t *rules);
bool sim_load_neighbors(struct sim_reader *reader, const json_t *neighbors);
/* NULL: those that the system begins with. */
bool sim_load_labels(struct sim_reader *reader, const json_t *labels);
bool sim_load_endpoints(struct sim_reader *reader, const json_t *endpoints);
bool sim_load_faults(struct sim_reader *reader, const json_t *faults);

/* Reads the `settings` of one interface (or MH_SETTING_ALL, MH_SETTING_DEFAULT), the reader being there. */
bool sim_load_settings_of(struct sim_reader *reader, const json_t *settings, uint32_t interface);
/* The same for `addresses` of the interface. */
bool sim_load_addresses_of(struct sim_reader *reader, const json_t *addresses, uint32_t interface);

/* The members of an interface that other sections read: they ask for one of them by name. */
enum sim_interface_part { SIM_PART_ADDRESSES, SIM_PART_SETTINGS };
bool sim_for_interface_parts(struct sim_reader *reader, const json_t *interfaces,
                             enum sim_interface_part part);

#endif
