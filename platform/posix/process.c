/* What concerns the whole process. */
#include "platform.h"

#include <signal.h>
#include <sys/stat.h>

void mh_process_prepare(void)
{
    signal(SIGPIPE, SIG_IGN);
    umask(027);
}

char **mh_process_words(int *count, char **words)
{
    (void)count;
    return words;
}
