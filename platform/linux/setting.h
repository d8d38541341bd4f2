/* The settings that Linux has of those that model.h names. */
#ifndef MH_LINUX_SETTING_H
#define MH_LINUX_SETTING_H

#include "core/error.h"
#include "core/feed.h"
#include "core/model.h"

struct mh_setting_row {
    enum mh_setting_id id;
    enum mh_family family;
    uint16_t position; /* in the array of IFLA_INET_CONF or IFLA_INET6_CONF */
};

enum { MH_SETTING_ROWS = 24 };
extern const struct mh_setting_row mh_setting_rows[];

/* Feeds conf/all and conf/default of both families from /proc/sys/net, of the calling thread's network
 * namespace. A file that is not there, or holds no number, is a setting that is not known: it is left out. */
enum mh_error mh_settings_read_host_wide(const struct mh_feed *feed);

/* Writes the file of one setting, of an interface, "all" or "default" likewise. MH_UNSUPPORTED for a setting
 * that Linux does not have; MH_NOT_FOUND when the interface or the file is not there. */
enum mh_error mh_setting_write(const struct mh_setting *setting, struct mh_failure *failure);

#endif
