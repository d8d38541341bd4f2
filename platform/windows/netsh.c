/* Running netsh: the system's own, by its full path, without a shell and without a window. What it writes is
 * in the system's language; it is kept for the failure. */
#include "windows/policy.h"

#include "windows/host/wide.h"

#include "common/errno_map.h"

#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

enum { OUTPUT = 512, PIPE = 65536, PATIENCE = 10 * 1000 /* milliseconds */, COMMAND = MAX_PATH + 256 };

struct run {
    HANDLE output, written;
    PROCESS_INFORMATION process;
};

static bool compose(wchar_t *program, wchar_t *command, const char *words)
{
    wchar_t system[MAX_PATH];
    UINT length = GetSystemDirectoryW(system, MAX_PATH);
    if (length == 0 || length >= MAX_PATH - 16)
        return false;
    int first = swprintf(program, MAX_PATH, L"%ls\\netsh.exe", system);
    int second = swprintf(command, COMMAND, L"\"%ls\" %hs", program, words);
    return first > 0 && first < MAX_PATH && second > 0 && second < COMMAND;
}

/* Nothing is inherited but the pipe: sockets of this process stay its own. */
static bool create(struct run *run, const wchar_t *program, wchar_t *command)
{
    STARTUPINFOEXW startup = {.StartupInfo = {.cb = sizeof startup, .dwFlags = STARTF_USESTDHANDLES}};
    SIZE_T size = 0;
    (void)InitializeProcThreadAttributeList(NULL, 1, 0, &size);
    startup.lpAttributeList = calloc(1, size);
    startup.StartupInfo.hStdOutput = startup.StartupInfo.hStdError = run->written;
    bool done = startup.lpAttributeList != NULL &&
                InitializeProcThreadAttributeList(startup.lpAttributeList, 1, 0, &size);
    if (done) {
        done = UpdateProcThreadAttribute(startup.lpAttributeList, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST,
                                         &run->written, sizeof run->written, NULL, NULL) &&
               CreateProcessW(program, command, NULL, NULL, TRUE,
                              CREATE_NO_WINDOW | EXTENDED_STARTUPINFO_PRESENT, NULL, NULL,
                              &startup.StartupInfo, &run->process);
        DeleteProcThreadAttributeList(startup.lpAttributeList);
    }
    free(startup.lpAttributeList);
    return done;
}

static bool start(struct run *run, const char *words)
{
    wchar_t program[MAX_PATH], command[COMMAND];
    SECURITY_ATTRIBUTES inherited = {.nLength = sizeof inherited, .bInheritHandle = TRUE};
    if (!compose(program, command, words)) {
        SetLastError(ERROR_BAD_PATHNAME);
        return false;
    }
    if (!CreatePipe(&run->output, &run->written, &inherited, PIPE))
        return false;
    (void)SetHandleInformation(run->output, HANDLE_FLAG_INHERIT, 0);
    return create(run, program, command);
}

/* One line of what was written so far, in UTF-8. */
static void read_output(const struct run *run, char text[OUTPUT])
{
    char bytes[OUTPUT / 4];
    wchar_t wide[OUTPUT / 4 + 1];
    DWORD there = 0, count = 0;
    text[0] = '\0';
    if (!PeekNamedPipe(run->output, NULL, 0, NULL, &there, NULL) || there == 0 ||
        !ReadFile(run->output, bytes, sizeof bytes, &count, NULL))
        return;
    int length = MultiByteToWideChar(CP_OEMCP, 0, bytes, (int)count, wide, OUTPUT / 4);
    wide[length < 0 ? 0 : length] = L'\0';
    for (wchar_t *at = wide; *at != L'\0'; at++)
        if (*at < L' ')
            *at = L' ';
    (void)mh_narrow(wide, text, OUTPUT);
}

static enum mh_error judge(const struct run *run, struct mh_failure *failure)
{
    char text[OUTPUT];
    DWORD status = 0;
    if (WaitForSingleObject(run->process.hProcess, PATIENCE) != WAIT_OBJECT_0) {
        (void)TerminateProcess(run->process.hProcess, 1);
        return mh_fail(failure, MH_TIMEOUT, "netsh has not ended within %d s", PATIENCE / 1000);
    }
    (void)GetExitCodeProcess(run->process.hProcess, &status);
    if (status == 0)
        return MH_OK;
    read_output(run, text);
    (void)mh_fail(failure, MH_IO, "netsh ended with %lu: %.200s", (unsigned long)status, text);
    if (failure != NULL)
        failure->native_code = (int)status;
    return MH_IO;
}

static void close_handle(HANDLE handle)
{
    if (handle != NULL)
        (void)CloseHandle(handle);
}

enum mh_error mh_netsh_run(const char *words, struct mh_failure *failure)
{
    struct run run = {0};
    enum mh_error code = start(&run, words)
                             ? judge(&run, failure)
                             : mh_fail_errno(failure, (int)GetLastError(), "netsh cannot be run");
    close_handle(run.process.hThread);
    close_handle(run.process.hProcess);
    close_handle(run.output);
    close_handle(run.written);
    return code;
}
