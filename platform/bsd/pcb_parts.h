/* What the files of the codec of sockets share. Private to them. */
#ifndef MH_BSD_PCB_PARTS_H
#define MH_BSD_PCB_PARTS_H

#include "pcb.h"

/* A record that is as long as its layout needs it. */
struct mh_pcb_record {
    const struct mh_pcb_layout *layout;
    const struct mh_rt_layout *order;
    const uint8_t *bytes;
};

/* 0 when this system does not tell the field. */
uint64_t mh_pcb_number(const struct mh_pcb_record *record, enum mh_pcb_field field);
const uint8_t *mh_pcb_octets(const struct mh_pcb_record *record, enum mh_pcb_field field);

#endif
