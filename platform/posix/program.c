/* The service manager of a POSIX system runs the program as it is, and speaks to it by signals. */
#include "platform.h"

int mh_program_run(const struct mh_program *program, int argc, char **argv)
{
    return program->run(argc, argv);
}

/* Whoever waits for the start does so as long as its configuration says. */
void mh_service_progress(void)
{
}

void mh_service_hear(mh_service_tell tell, void *context)
{
    (void)tell;
    (void)context;
}
