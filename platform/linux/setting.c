#define _GNU_SOURCE
#include "setting.h"

#include "common/errno_map.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { PATH_SIZE = 128 };

/* A number in a file of /proc/sys. */
static bool read_number(const char *path, int32_t *value)
{
    char text[32], *end;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return false;
    ssize_t length = read(file, text, sizeof text - 1);
    (void)close(file);
    if (length <= 0)
        return false;
    text[length] = '\0';
    errno = 0;
    long number = strtol(text, &end, 10);
    if (end == text || errno != 0 || number < INT32_MIN || number > INT32_MAX)
        return false;
    *value = (int32_t)number;
    return true;
}

/* Settings of the host as a whole, which no interface has: they are not below conf. */
static const struct {
    enum mh_setting_id id;
    enum mh_family family;
} of_host[] = {
    {MH_SETTING_FIB_MULTIPATH_HASH_POLICY, MH_IPV4},
    {MH_SETTING_FIB_MULTIPATH_HASH_POLICY, MH_IPV6},
};
enum { OF_HOST_COUNT = sizeof of_host / sizeof of_host[0] };

static bool is_of_host(uint8_t id)
{
    for (size_t i = 0; i < OF_HOST_COUNT; i++)
        if (of_host[i].id == (enum mh_setting_id)id)
            return true;
    return false;
}

/* `group`: "all", "default" or an interface's name, which may hold dots but no slash (dev_valid_name). */
static void format_path(char path[PATH_SIZE], uint8_t family, const char *group, uint8_t id)
{
    if (is_of_host(id)) {
        (void)snprintf(path, PATH_SIZE, "/proc/sys/net/%s/%s", mh_family_name((enum mh_family)family),
                       mh_setting_name((enum mh_setting_id)id));
        return;
    }
    (void)snprintf(path, PATH_SIZE, "/proc/sys/net/%s/conf/%s/%s", mh_family_name((enum mh_family)family),
                   group, mh_setting_name((enum mh_setting_id)id));
}

static enum mh_error feed_one(const struct mh_feed *feed, enum mh_setting_id id, enum mh_family family,
                              const char *group, uint32_t interface)
{
    char path[PATH_SIZE];
    struct mh_setting setting = {.interface = interface, .family = (uint8_t)family, .id = (uint8_t)id};
    format_path(path, setting.family, group, setting.id);
    if (!read_number(path, &setting.value))
        return MH_OK;
    const struct mh_fact fact = {
        .section = MH_SECTION_SETTINGS, .change = MH_PRESENT, .of.setting = &setting};
    return feed->fact(feed->context, &fact);
}

enum mh_error mh_settings_read_host_wide(const struct mh_feed *feed)
{
    enum mh_error code = MH_OK;
    for (size_t i = 0; i < MH_SETTING_ROWS && code == MH_OK; i++) {
        const struct mh_setting_row *row = &mh_setting_rows[i];
        code = feed_one(feed, row->id, row->family, "all", MH_SETTING_ALL);
        if (code == MH_OK)
            code = feed_one(feed, row->id, row->family, "default", MH_SETTING_DEFAULT);
    }
    for (size_t i = 0; i < OF_HOST_COUNT && code == MH_OK; i++)
        code = feed_one(feed, of_host[i].id, of_host[i].family, "all", MH_SETTING_ALL);
    return code;
}

/* ---- writing --------------------------------------------------------------------------------------- */

static bool is_known(const struct mh_setting *setting)
{
    for (size_t i = 0; i < MH_SETTING_ROWS; i++)
        if (mh_setting_rows[i].id == (enum mh_setting_id)setting->id &&
            mh_setting_rows[i].family == (enum mh_family)setting->family)
            return true;
    return is_of_host(setting->id) && setting->interface == MH_SETTING_ALL;
}

/* "all", "default" or the interface's name; NULL when there is no such interface. */
static const char *group_of(uint32_t interface, char name[IF_NAMESIZE])
{
    if (interface == MH_SETTING_ALL)
        return "all";
    return interface == MH_SETTING_DEFAULT ? "default" : if_indextoname(interface, name);
}

static enum mh_error write_number(const char *path, int32_t value, struct mh_failure *failure)
{
    char text[16];
    int length = snprintf(text, sizeof text, "%d\n", value), native = 0;
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0)
        return mh_fail_errno(failure, errno, "cannot open %s", path);
    if (write(file, text, (size_t)length) != length)
        native = errno;
    (void)close(file);
    return native == 0 ? MH_OK : mh_fail_errno(failure, native, "cannot write %d to %s", value, path);
}

enum mh_error mh_setting_write(const struct mh_setting *setting, struct mh_failure *failure)
{
    char path[PATH_SIZE], name[IF_NAMESIZE];
    if (!is_known(setting))
        return mh_fail(failure, MH_UNSUPPORTED, "Linux has no %s for %s",
                       mh_setting_name((enum mh_setting_id)setting->id),
                       mh_family_name((enum mh_family)setting->family));
    const char *group = group_of(setting->interface, name);
    if (group == NULL)
        return mh_fail_errno(failure, ENODEV, "there is no interface %u", setting->interface);
    format_path(path, setting->family, group, setting->id);
    return write_number(path, setting->value, failure);
}
