/* What the three files of layouts make their tables with. */
#ifndef MH_BSD_RTMSG_LAYOUT_PARTS_H
#define MH_BSD_RTMSG_LAYOUT_PARTS_H

#include "rtmsg_layout.h"

#define MH_RT_PLACE(field, structure, member, offset, width) {MH_RT_##field, width, offset},
#define MH_RT_TYPE_ROW(name, number, form, meaning) {#name, number, MH_RT_##form, MH_RT_MEANS_##meaning},
#define MH_RT_FLAG_ROW(prefix, name, value) {#name, value},
#define MH_RT_SLOT_ROW(name) #name,

#define MH_RT_COUNT(array) (sizeof(array) / sizeof(array)[0])
#define MH_RT_RECORD(name, size, places, data_offset, name_offset)                                           \
    {                                                                                                        \
        name, size, MH_RT_COUNT(places), places, data_offset, name_offset                                    \
    }

/* Each ends with a row without a name. */
extern const struct mh_rt_layout mh_rt_freebsd_layouts[];
extern const struct mh_rt_layout mh_rt_netbsd_layouts[];
extern const struct mh_rt_layout mh_rt_openbsd_layouts[];

#endif
