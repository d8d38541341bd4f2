/* control_service NAME CONTROL: what `sc control` does, which Wine 8 lacks. Prints the service's state behind
 * it; ends with the system's error. */
#include <stdio.h>
#include <stdlib.h>
#include <windows.h>

/* These need what stands before them. */
#include <winsvc.h>

/* SERVICE_PAUSE_CONTINUE, SERVICE_STOP and SERVICE_INTERROGATE: the rights that controls want. */
enum { ACCESS = 0x40 | 0x20 | 0x80 };

static int control(const char *name, DWORD number)
{
    SERVICE_STATUS status;
    SC_HANDLE manager = OpenSCManagerA(NULL, NULL, SC_MANAGER_CONNECT);
    SC_HANDLE service = manager == NULL ? NULL : OpenServiceA(manager, name, ACCESS);
    BOOL done = service != NULL && ControlService(service, number, &status);
    int error = done ? 0 : (int)GetLastError();
    if (done)
        (void)printf("%lu\n", status.dwCurrentState);
    else
        (void)fprintf(stderr, "error %d\n", error);
    if (service != NULL)
        (void)CloseServiceHandle(service);
    if (manager != NULL)
        (void)CloseServiceHandle(manager);
    return error;
}

int main(int argc, char **argv)
{
    return argc == 3 ? control(argv[1], strtoul(argv[2], NULL, 10)) : ERROR_BAD_ARGUMENTS;
}
