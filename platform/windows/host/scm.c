#include "windows/host/scm.h"

const struct mh_scm mh_scm_system = {
#define MH_SCM_VALUE(function) .function = function,
    MH_SCM_FUNCTIONS(MH_SCM_VALUE)
#undef MH_SCM_VALUE
};
