/* What this service changed or made where the system itself keeps no mark of it, and what was there before
 * (DESIGN section 6, "who owns what"). A plan reads it and says how it will be; a transaction keeps it
 * durably. Entries are keyed by interface index and name: an index that names another interface now is not
 * the same. Pure. */
#ifndef MH_CORE_LEDGER_H
#define MH_CORE_LEDGER_H

#include "core/error.h"
#include "core/model.h"

/* A setting that has another value than the system's own. */
struct mh_ledger_setting {
    struct mh_setting earlier;         /* interface, family, id, and the value to give back */
    int32_t value;                     /* what was set */
    char interface_name[MH_NAME_SIZE]; /* "" for MH_SETTING_ALL and MH_SETTING_DEFAULT */
};

struct mh_ledger_address {
    uint32_t interface;
    char interface_name[MH_NAME_SIZE];
    struct mh_address address;
    uint8_t prefix_length;
};

/* A route, where the system keeps no mark of ours: its key there. */
struct mh_ledger_route {
    uint32_t interface;
    char interface_name[MH_NAME_SIZE];
    struct mh_prefix destination;
    struct mh_address gateway; /* family none: on link */
};

/* A row of the table of address labels, of all interfaces. */
struct mh_ledger_label {
    struct mh_prefix prefix; /* IPv6 */
    uint32_t label;          /* what was set */
    bool had_earlier;
    uint32_t earlier;    /* what is to be given back; 0 when there was none */
    uint32_t precedence; /* of the earlier row; 0: it was not told */
};

/* The preferred source of the main table (table_source.h). */
struct mh_ledger_source {
    struct mh_address value;   /* what was set; family none: nothing was */
    struct mh_address earlier; /* what is to be given back; family none: there was none */
};

/* A value; the arrays belong to it (malloc). All zero is the empty ledger. */
struct mh_ledger {
    struct mh_ledger_setting *settings;
    size_t setting_count;
    struct mh_ledger_address *addresses;
    size_t address_count;
    struct mh_ledger_label *labels; /* by prefix */
    size_t label_count;
    struct mh_ledger_route *routes; /* by interface, destination, gateway */
    size_t route_count;
    struct mh_ledger_source sources[2]; /* IPv4, IPv6 */
    size_t hint; /* where to look first: changes come in the order of the entries, or against it; private to
                    ledger.c */
};

/* The order of `routes`. */
int mh_ledger_compare_routes(const struct mh_ledger_route *a, const struct mh_ledger_route *b);

void mh_ledger_clear(struct mh_ledger *ledger);
/* MH_NO_MEMORY leaves *copy empty. */
enum mh_error mh_ledger_copy(const struct mh_ledger *ledger, struct mh_ledger *copy);
/* NULL when there is none. */
const struct mh_ledger_setting *mh_ledger_setting_of(const struct mh_ledger *ledger,
                                                     const struct mh_setting *setting);
const struct mh_ledger_label *mh_ledger_label_of(const struct mh_ledger *ledger,
                                                 const struct mh_prefix *prefix);
bool mh_ledger_has_address(const struct mh_ledger *ledger, const struct mh_interface_address *address);
/* The route has one next hop, which an entry names, and is not of the system's own making. */
bool mh_ledger_has_route(const struct mh_ledger *ledger, const struct mh_route *route);
/* Puts it there, in place of the entry with the same key. MH_NO_MEMORY: nothing is changed. */
enum mh_error mh_ledger_put_setting(struct mh_ledger *ledger, const struct mh_ledger_setting *setting);
enum mh_error mh_ledger_put_label(struct mh_ledger *ledger, const struct mh_ledger_label *label);
enum mh_error mh_ledger_put_route(struct mh_ledger *ledger, const struct mh_ledger_route *route);
enum mh_error mh_ledger_put_address(struct mh_ledger *ledger, const struct mh_ledger_address *address);
/* The same for one that is known not to be there. */
enum mh_error mh_ledger_append_address(struct mh_ledger *ledger, const struct mh_ledger_address *address);
/* Nothing happens when it is not there. */
void mh_ledger_drop_setting(struct mh_ledger *ledger, const struct mh_setting *setting);
void mh_ledger_drop_label(struct mh_ledger *ledger, const struct mh_prefix *prefix);
void mh_ledger_drop_route(struct mh_ledger *ledger, const struct mh_route *route);
void mh_ledger_drop_address(struct mh_ledger *ledger, const struct mh_interface_address *address);

#endif
