/* The policy table of RFC 6724: read by WMI on a thread of its own, since WMI may take its time, and written
 * by netsh. One thread, but where said otherwise. Private to platform/windows. */
#ifndef MH_WINDOWS_POLICY_H
#define MH_WINDOWS_POLICY_H

#include "windows/wmi.h"

/* This needs what stands before it. */
#include "core/feed.h"
#include "core/op.h"

struct mh_windows_policy;

/* Runs System32's netsh.exe with these words, which are ASCII and need no quotes, and waits for it. MH_OK: it
 * ended with 0. MH_TIMEOUT: it was ended after ten seconds. `failure` has its status and what it wrote. */
typedef enum mh_error mh_run_netsh(const char *words, struct mh_failure *failure);
mh_run_netsh mh_netsh_run; /* netsh.c */

/* NULL: out of memory. The caller closes it. */
struct mh_windows_policy *mh_windows_policy_open(const struct mh_wmi *wmi, mh_run_netsh *run);
/* NULL is allowed. A question that is not answered yet is left behind; the thread that asks it ends when it
 * is. */
void mh_windows_policy_close(struct mh_windows_policy *policy);

/* Asks anew and waits `patience` milliseconds. MH_TIMEOUT: WMI has not answered; until it does, nothing is
 * asked and nobody waits. Else as mh_wmi_prefix_policies. */
enum mh_error mh_windows_policy_read(struct mh_windows_policy *policy, unsigned patience,
                                     struct mh_prefix_policies *policies, struct mh_failure *failure);

/* Tells the section of labels; of a table that cannot be read, nothing: what was known is kept, and where
 * nothing was known RFC 6724's default table counts. *unanswered: WMI is late, ask again. NULL for `policy`:
 * there is no table. */
enum mh_error mh_windows_policy_tell(struct mh_windows_policy *policy, const struct mh_feed *feed,
                                     bool *unanswered);

/* A label-add or label-delete, by netsh and for as long as the system runs; read back. The rows that go with
 * it against expectation are put back. MH_UNSUPPORTED: the table cannot be read; MH_EXISTS, MH_NOT_FOUND;
 * MH_LOST: what became of it is not known. */
enum mh_error mh_windows_policy_apply(struct mh_windows_policy *policy, const struct mh_op *op,
                                      struct mh_failure *failure);

#endif
