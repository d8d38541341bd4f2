#define _GNU_SOURCE
#include "setting.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

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

static enum mh_error feed_one(const struct mh_feed *feed, const struct mh_setting_row *row, const char *group,
                              uint32_t interface)
{
    char path[128];
    struct mh_setting setting = {
        .interface = interface, .family = (uint8_t)row->family, .id = (uint8_t)row->id};
    (void)snprintf(path, sizeof path, "/proc/sys/net/%s/conf/%s/%s", mh_family_name(row->family), group,
                   mh_setting_name(row->id));
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
        code = feed_one(feed, &mh_setting_rows[i], "all", MH_SETTING_ALL);
        if (code == MH_OK)
            code = feed_one(feed, &mh_setting_rows[i], "default", MH_SETTING_DEFAULT);
    }
    return code;
}
