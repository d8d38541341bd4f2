/* The environment variable MH_IPHLP_WITHOUT names an export that this library is to lack, as an older Windows
 * lacks a function: its entry of the export table becomes 0, which is none (PE Format, "Export Address
 * Table"). The library does not load when there is no such export: nothing would be hidden. */
#include "link.h"

#include <string.h>

static const void *at(HINSTANCE library, DWORD offset)
{
    return (const char *)library + offset;
}

static const IMAGE_EXPORT_DIRECTORY *exports_of(HINSTANCE library)
{
    const IMAGE_DOS_HEADER *dos = at(library, 0);
    const IMAGE_NT_HEADERS *headers = at(library, (DWORD)dos->e_lfanew);
    return at(library, headers->OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_EXPORT].VirtualAddress);
}

static bool hide(HINSTANCE library, const char *name)
{
    const IMAGE_EXPORT_DIRECTORY *exports = exports_of(library);
    const DWORD *names = at(library, exports->AddressOfNames);
    const WORD *ordinals = at(library, exports->AddressOfNameOrdinals);
    DWORD *functions = (DWORD *)(uintptr_t)at(library, exports->AddressOfFunctions), before;
    for (DWORD i = 0; i < exports->NumberOfNames; i++) {
        DWORD *entry = &functions[ordinals[i]];
        if (strcmp(at(library, names[i]), name) != 0)
            continue;
        if (!VirtualProtect(entry, sizeof *entry, PAGE_READWRITE, &before))
            return false;
        *entry = 0;
        return VirtualProtect(entry, sizeof *entry, before, &before) != 0;
    }
    return false;
}

BOOL WINAPI DllMain(HINSTANCE library, DWORD reason, void *unused); /* no header has it */

BOOL WINAPI DllMain(HINSTANCE library, DWORD reason, void *unused)
{
    char name[64];
    (void)unused;
    DWORD length = GetEnvironmentVariableA("MH_IPHLP_WITHOUT", name, sizeof name);
    if (reason != DLL_PROCESS_ATTACH || length == 0)
        return TRUE;
    return length < sizeof name && hide(library, name);
}
