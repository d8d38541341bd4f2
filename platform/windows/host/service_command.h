/* `multihomed install`, `uninstall`, `start`, `stop` and `run` (DESIGN section 9). Private to
 * platform/windows. */
#ifndef MH_WINDOWS_SERVICE_COMMAND_H
#define MH_WINDOWS_SERVICE_COMMAND_H

#include "platform.h"
#include "windows/host/scm.h"

/* What mh_program_run does, by these functions. */
int mh_service_command(const struct mh_scm *scm, const struct mh_program *program, int argc, char **argv);

/* The words of a service's command line: `run`, then `words`, in which the values of options with paths are
 * made absolute, as the service is started in another directory. `words` is an array of `count`; the caller
 * frees the result with mh_service_words_free. NULL: out of memory. */
char **mh_service_words(const struct mh_program *program, char *const *words, size_t count);
void mh_service_words_free(char **words);

#endif
