/* What the files of the host model share; not for others. */
#ifndef MH_CORE_HOST_MODEL_PARTS_H
#define MH_CORE_HOST_MODEL_PARTS_H

#include "core/host_model.h"
#include "core/path_parts.h"

enum { MH_PLACES_MAX = 128, MH_ROUTED_MAX = 64, MH_FILTER_PORTS_MAX = 32 };

/* An address that stands for all that are where it is. */
struct mh_place {
    struct mh_address address;
    uint32_t interface; /* on the link of this one; 0: elsewhere */
    bool off_link;      /* in nobody's subnet, and by no route but the default one */
};

struct mh_places {
    size_t count;
    struct mh_place items[MH_PLACES_MAX];
    bool complete; /* every unicast route has a place */
};

struct mh_host_modeller {
    const struct mh_path_host *host;
    const struct mh_config *config;
    struct mh_arena *memory;
    struct mh_places places[2]; /* IPv4, IPv6; made when they are needed */
    bool has_places[2];
    uint16_t ports[MH_FILTER_PORTS_MAX]; /* that rules of the packet filter name, and some others */
    size_t port_count;
    struct mh_rule *sieved; /* of mh_sieve_rules; grown when they are more than fit */
    size_t sieved_capacity;
    struct mh_path_report report;    /* of the packet that is tried */
    struct mh_selection selection;   /* likewise */
    struct mh_forwarding forwarding; /* likewise */
};

/* One interface in one family. */
struct mh_modelling {
    struct mh_host_modeller *modeller;
    const struct mh_snapshot *snapshot;
    const struct mh_interface *interface;
    enum mh_family family;
    const struct mh_places *places;
};

/* host_model_places.c: where the rest of the world is. */
void mh_places_make(const struct mh_path_host *host, enum mh_family family, struct mh_places *places);
/* The address works, and belongs to the default domain of routes. */
bool mh_address_works(const struct mh_snapshot *snapshot, const struct mh_interface_address *address);
bool mh_is_internal(const struct mh_path_host *host, uint32_t interface);

/* host_model_rules.c: `*sieved` becomes the host without the rules that packets of this source never match:
 * on a host that has one for each address, most. Nothing is decided otherwise. Its rules are the modeller's,
 * until the next call. Without memory it is the host as it is. */
void mh_sieve_rules(struct mh_host_modeller *modeller, const struct mh_address *source,
                    struct mh_snapshot *sieved);

/* host_model_switch.c: what systems other than Linux have for strong receive. The values of their switches.
 */
void mh_model_receive_switches(const struct mh_modelling *modelling, struct mh_aspect *aspect);
/* Why the host cannot be strong, or is not though its switch says so; NULL: nothing to say. Static. */
const char *mh_model_receive_obstacle(const struct mh_modelling *modelling);
/* What a strong host takes all the same, for all that is known of it. */
void mh_model_receive_limits(const struct mh_modelling *modelling, struct mh_aspect *aspect);

void mh_model_receive(const struct mh_modelling *modelling, struct mh_aspect *aspect);
void mh_model_send(const struct mh_modelling *modelling, struct mh_aspect *aspect);
void mh_model_reverse_path(const struct mh_modelling *modelling, struct mh_aspect *aspect);

#endif
