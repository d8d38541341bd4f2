# What a build for Windows leaves out of `tests`, each with the reason.

set(MH_WINDOWS_LEFT_OUT
    address        # holds addresses against inet_pton and inet_ntop of arpa/inet.h
    api_health     # speaks to the server over a UNIX socket, and waits with poll(2)
    arp_bsd        # the backend of the BSDs, which is not linked here; so are the next two
    bsd_[a-z_]+
    pf_[a-z_]+
    ctl_table      # leads standard output into a file with dup2(2) and reads it with pread(2)
    host_services  # POSIX's files, sockets and processes; unit/test_windows_host.c is about those of Windows
    sim_errors     # expects the names of errno
    sim_watch      # replaces files with rename(2), which replaces nothing on Windows
    service_parts  # looks at the mode of the token's file, which is a list of access control here
)
foreach(name IN LISTS MH_WINDOWS_LEFT_OUT)
    list(FILTER tests EXCLUDE REGEX "/test_${name}\\.c$")
endforeach()
