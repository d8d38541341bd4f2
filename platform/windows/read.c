/* Sections, each of them read whole. */
#include "windows/ip_helper.h"

static enum mh_error read_nothing(struct mh_windows *host, const struct mh_feed *feed,
                                  struct mh_failure *failure)
{
    (void)host;
    (void)feed;
    (void)failure;
    return MH_OK;
}

static enum mh_error read_section(struct mh_windows *host, enum mh_section section,
                                  const struct mh_feed *feed, struct mh_failure *failure)
{
    enum mh_error code = feed->begin(feed->context, section);
    if (code == MH_OK)
        code = read_nothing(host, feed, failure);
    return code == MH_OK ? feed->end(feed->context, section) : code;
}

enum mh_error mh_windows_read_sections(struct mh_windows *host, const bool wanted[MH_SECTION_COUNT],
                                       const struct mh_feed *feed, struct mh_failure *failure)
{
    enum mh_error code = MH_OK;
    for (int i = 0; i < MH_SECTION_COUNT && code == MH_OK; i++)
        if (wanted[i]) {
            code = read_section(host, (enum mh_section)i, feed, failure);
            host->stale[i] = code != MH_OK;
        }
    return code;
}
