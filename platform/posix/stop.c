/* Where signals say all there is about ending. */
#include "platform.h"

void mh_service_on_stop(void (*stop)(void *context), void *context)
{
    (void)stop;
    (void)context;
}
