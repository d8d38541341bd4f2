"""What a program for Windows says of itself: what it wants to be loaded with, and how it may be loaded."""

import hashlib
import pathlib
import re

from cross_build import Failed, output_of

# DLLs that every Windows since 10 has in System32.
SYSTEM = {"advapi32.dll", "bcrypt.dll", "crypt32.dll", "iphlpapi.dll", "kernel32.dll", "msvcrt.dll", "ntdll.dll", "ole32.dll",
          "oleaut32.dll", "psapi.dll", "shell32.dll", "user32.dll", "userenv.dll", "ws2_32.dll"}
# IMAGE_DLLCHARACTERISTICS (PE Format, learn.microsoft.com), as objdump says them.
HARDENED = {"HIGH_ENTROPY_VA", "DYNAMIC_BASE", "NX_COMPAT"}


def check(objdump, file, ours):
    """The DLLs that `file` imports, and what is wrong with it. `ours` are the files that it is shipped with."""
    told = output_of(objdump, "-p", file)
    imports = set(re.findall(r"DLL Name: (\S+)", told))
    wrong = [f"{file.name}: wants {name}, which is neither shipped nor a part of Windows"
             for name in sorted(imports) if name not in ours and name.lower() not in SYSTEM]
    flags = re.search(r"^DllCharacteristics\s+\w+\n((?:\s+[A-Z_]+\n)*)", told, re.MULTILINE)
    lacking = HARDENED - set(flags[1].split() if flags else ())
    if lacking:
        wrong.append(f"{file.name}: lacks {', '.join(sorted(lacking))}")
    if not imports:
        wrong.append(f"{file.name}: no imports found")
    return imports, wrong


def licence_of(package):
    path = pathlib.Path("/usr/share/doc") / package / "copyright"
    if not path.exists():
        raise Failed(f"{path} is missing: what the compiler's run-time comes with belongs in the zip")
    return path.read_bytes()


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()
