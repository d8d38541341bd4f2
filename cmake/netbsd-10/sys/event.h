/* ziglang has the headers of NetBSD 11, whose events are longer; those of NetBSD 10, kqueue(2). */
#define kevent kevent_of_netbsd_11
#include_next <sys/event.h>
#undef kevent

#ifndef MH_NETBSD_10_EVENT_H
#define MH_NETBSD_10_EVENT_H

struct kevent {
    uintptr_t ident;
    uint32_t filter;
    uint32_t flags;
    uint32_t fflags;
    int64_t data;
    void *udata;
};

#undef EV_SET
#define EV_SET(event, ident_, filter_, flags_, fflags_, data_, udata_)                                       \
    (*(event) =                                                                                              \
         (struct kevent){(uintptr_t)(ident_), (filter_), (flags_), (fflags_), (data_), (void *)(udata_)})

int kevent(int, const struct kevent *, size_t, struct kevent *, size_t, const struct timespec *)
    __RENAME(__kevent50);

#endif
