/* The numbers that go with the tables of sockets, open files and processes, named by their system:
 * FREEBSD_KERN_FILE and so on. Each system's pcb_check.c holds them against its headers. */
#ifndef MH_BSD_PCB_NUMBERS_H
#define MH_BSD_PCB_NUMBERS_H

#include "freebsd/pcb_figures.h"
#include "netbsd/pcb_figures.h"
#include "openbsd/pcb_figures.h"

enum {
#define MH_PCB_NUMBER(name, value) FREEBSD_##name = (value),
    MH_FREEBSD_PCB_CONSTANTS(MH_PCB_NUMBER)
#undef MH_PCB_NUMBER
#define MH_PCB_NUMBER(name, value) NETBSD_##name = (value),
        MH_NETBSD_PCB_CONSTANTS(MH_PCB_NUMBER)
#undef MH_PCB_NUMBER
#define MH_PCB_NUMBER(name, value) OPENBSD_##name = (value),
            MH_OPENBSD_PCB_CONSTANTS(MH_PCB_NUMBER)
#undef MH_PCB_NUMBER
};

#endif
