/* The event log (Event Logging, learn.microsoft.com). Its texts are resources of the program: messages.mc.
 * Private to platform/windows; any thread. */
#ifndef MH_WINDOWS_EVENT_SOURCE_H
#define MH_WINDOWS_EVENT_SOURCE_H

#include "core/error.h"
#include "windows/host/scm.h"

/* Writes an event: `id` is one of messages.h, `text` (UTF-8) its first insertion. What the log does not take
 * is lost: there is no other place to say so. */
void mh_event_write(const struct mh_scm *scm, DWORD id, const char *text);

/* Makes the source known, with the program's path `image` (UTF-16) as the file of its messages; and forgets
 * it. MH_PERMISSION. Forgetting what is not there is MH_OK. */
enum mh_error mh_event_source_add(const struct mh_scm *scm, const wchar_t *image, struct mh_failure *failure);
enum mh_error mh_event_source_remove(const struct mh_scm *scm, struct mh_failure *failure);

#endif
