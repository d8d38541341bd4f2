/* How multihomed and multihomectl end; scripts depend on these (DESIGN section 9). */
#ifndef MH_CORE_EXIT_STATUS_H
#define MH_CORE_EXIT_STATUS_H

enum mh_exit {
    MH_EXIT_DONE = 0,
    MH_EXIT_FAILED = 1,
    MH_EXIT_USAGE = 2,
    MH_EXIT_UNREACHABLE = 3,
    MH_EXIT_CONFLICT = 4,
    MH_EXIT_UNSUPPORTED = 5
};

#endif
