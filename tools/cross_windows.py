"""Builds the whole program for Windows on amd64 with Debian's mingw-w64, and a zip of what one copies to a Windows machine.

The service, multihomectl, their DLLs and the unit tests, with the libraries they want from Debian's source packages. jansson is
linked in; libmicrohttpd (LGPL), libuv and libcurl are DLLs. What was linked is then held against what Windows has
(tools/cross_pe.py).
"""

import itertools
import ntpath
import os
import re
import shutil
import time
import zipfile

import cross_build
import cross_pe
from cross_build import JANSSON, JOBS, ROOT, Failed, fingerprint, output_of, run, say

TRIPLE = "x86_64-w64-mingw32"
COMPILER = f"{TRIPLE}-gcc-win32"  # as in cmake/mingw-w64.cmake
# ASLR with 64 bits, no execution of data, and no time in the file: the same sources give the same bytes.
LINK = "-static-libgcc -Wl,--dynamicbase,--nxcompat,--high-entropy-va,--no-insert-timestamp"
UV = ("-DLIBUV_BUILD_TESTS=OFF", "-DBUILD_SHARED_LIBS=ON")
MICROHTTPD = (*cross_build.MICROHTTPD, "--disable-static", "--enable-shared")
CURL = (*cross_build.CURL, "-DBUILD_SHARED_LIBS=ON")
CMOCKA = ("-DWITH_EXAMPLES=OFF", "-DWITH_STATIC_LIB=ON", "-DUNIT_TESTING=OFF")
LIBRARIES = ("jansson", "libuv1", "libmicrohttpd", "curl")  # in what is shipped
DLLS = ("libuv.dll", "libmicrohttpd-12.dll", "libcurl.dll")
ZIP_TIME = (1980, 1, 1, 0, 0, 0)
MADE = "315532800"  # the same, for strip

README = """multihomed {version} for Windows 10, 11, Server 2019 and later (amd64)

multihomed.exe      the service
multihomectl.exe    its client: multihomectl help
*.dll               libraries that both find beside themselves: keep them in the same directory
windows.json        a simulated host
licences            what the libraries and the compiler's run-time come with

Install it as a service, as an administrator, from a directory where only administrators may write:

    multihomed install
    multihomed start
    multihomectl status

Try it, without touching this machine, with a simulated host:

    multihomed --foreground --platform sim:windows.json --state-dir state
    multihomectl --url http://127.0.0.1:8642 --token-file state\\token scenario

Unless said otherwise the service keeps its state in %ProgramData%\\multihomed\\state. Whoever may read the file `token` there
may use the service; multihomectl finds it there by itself.

libmicrohttpd is free software under the GNU LGPL: you may replace libmicrohttpd-12.dll by a version of your own. Its source is
Debian's source package libmicrohttpd {microhttpd}.
"""


def file_macros(stage, names):
    """Each file by its name, for the installer and the uninstaller: a pattern would delete what others have put there."""
    put, delete = [], []
    for directory, inside in itertools.groupby(sorted(names, key=os.path.split), os.path.dirname):
        place = ntpath.join("$INSTDIR", directory).rstrip("\\")
        inside = [os.path.basename(name) for name in inside]
        put += [f'SetOutPath "{place}"', *(f'File "{stage / directory / name}"' for name in inside)]
        delete += [f'Delete "{ntpath.join(place, name)}"' for name in inside]
    return "\n".join(["!macro PutFiles", *put, "!macroend", "!macro DeleteFiles", *delete, "!macroend", ""])


class WindowsTarget(cross_build.Target):
    toolchain = ROOT / "cmake/mingw-w64.cmake"

    def __init__(self, directory):
        super().__init__(directory, "windows-amd64")
        self.mark = fingerprint(output_of(COMPILER, "--version"), self.toolchain.read_text(), LINK)
        self.version = re.search(r"project\(multihomed VERSION ([0-9.]+)", (ROOT / "CMakeLists.txt").read_text())[1]

    # -- libraries

    def cmake(self, log, source, build, *options):
        super().cmake(log, source, build, f"-DCMAKE_SHARED_LINKER_FLAGS={LINK}", *options)

    def build_libraries(self):
        self.library("jansson", self.build_jansson, *JANSSON)
        self.library("libuv1", self.build_uv, *UV)
        self.library("libmicrohttpd", self.build_microhttpd, *MICROHTTPD)
        self.library("curl", self.build_curl, *CURL)
        self.library("cmocka", self.build_cmocka, *CMOCKA)

    def build_uv(self, source, build, log):
        self.cmake(log, source, build, *UV)
        self.cmake_install(log, build)

    def build_microhttpd(self, source, build, log):
        environment = os.environ | {"CC": COMPILER, "CFLAGS": "-O2", "LDFLAGS": LINK}
        run(log, source / "configure", f"--host={TRIPLE}", f"--prefix={self.prefix}", *MICROHTTPD, cwd=build, env=environment)
        # libtool takes -static-libgcc for its own.
        run(log, "make", "-j", JOBS, "LDFLAGS=" + LINK.replace("-static-libgcc", "-XCClinker -static-libgcc"), cwd=build,
            env=environment)
        run(log, "make", "install", cwd=build, env=environment)

    def build_curl(self, source, build, log):
        self.cmake(log, source, build, *CURL)
        self.cmake_install(log, build)

    def build_cmocka(self, source, build, log):
        """The archive only: a test is one file."""
        self.cmake(log, source, build, *CMOCKA)
        self.cmake_install(log, build)
        shutil.copy(self.prefix / "lib/libcmocka-static.a", self.prefix / "lib/libcmocka.a")
        (self.prefix / "lib/libcmocka.dll.a").unlink(missing_ok=True)

    # -- the program

    def build_tests(self):
        """Apart from what is shipped: a build with tests has parts that are for tests only."""
        log, build = self.directory / "tests.log", self.directory / "tests"
        self.configure_program(log, build, "-DMH_HARDEN=ON", "-DMH_TESTS=ON")
        run(log, "cmake", "--build", build, "-j", JOBS)

    def build_program(self):
        log, built = self.directory / "multihomed.log", self.directory / "multihomed"
        self.configure_program(log, built, "-DMH_HARDEN=ON", "-DMH_TESTS=OFF")
        run(log, "cmake", "--build", built, "-j", JOBS)
        for file in (built / "src/daemon/multihomed.exe", built / "src/ctl/multihomectl.exe", *self.libraries()):
            run(log, f"{TRIPLE}-strip", "--strip-debug", file, "-o", self.directory / file.name,
                env=os.environ | {"SOURCE_DATE_EPOCH": MADE})

    def libraries(self):
        return [self.prefix / "bin" / name for name in DLLS]

    def shipped(self):
        return [self.directory / name for name in ("multihomectl.exe", "multihomed.exe", *DLLS)]

    def check(self):
        wrong = []
        for file in self.shipped():
            told = output_of("file", "-b", file).strip()
            imports, complaints = cross_pe.check(f"{TRIPLE}-objdump", file, {path.name for path in self.shipped()})
            wrong += complaints
            if not told.startswith("PE32+ executable") or "x86-64" not in told:
                wrong.append(f"{file.name}: file says {told}")
            say(f"{self.name}: {file.relative_to(self.directory.parent)}, {file.stat().st_size // 1024} KiB, "
                f"of {', '.join(sorted(imports))}")
            say(f"    {told}")
        if wrong:
            raise Failed("\n".join(wrong))

    # -- the zip

    def contents(self):
        """Names in the zip and the octets behind them."""
        files = {file.name: file.read_bytes() for file in self.shipped()}
        version = self.sources.version("libmicrohttpd")
        files["README.txt"] = README.format(version=self.version, microhttpd=version).replace("\n", "\r\n").encode()
        files["windows.json"] = (ROOT / "platform/sim/hosts/windows.json").read_bytes()
        files["licences/multihomed.txt"] = (ROOT / "LICENSE").read_bytes()
        for name in LIBRARIES:
            files[f"licences/{name}.txt"] = (self.sources.directory / name / "debian/copyright").read_bytes()
        for package in ("mingw-w64-x86-64-dev", "gcc-mingw-w64-base"):
            files[f"licences/{package}.txt"] = cross_pe.licence_of(package)
        return files

    def pack(self):
        name = f"multihomed-{self.version}-windows-amd64"
        path = self.directory / f"{name}.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for inside, octets in sorted(self.contents().items()):
                entry = zipfile.ZipInfo(f"{name}/{inside}", ZIP_TIME)
                entry.create_system, entry.external_attr = 3, 0o100644 << 16
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, octets, compresslevel=9)
        say(f"{self.name}: {path.relative_to(self.directory.parent)}, {path.stat().st_size // 1024} KiB, "
            f"SHA-256 {cross_pe.digest(path)}")

    # -- the installer

    def pack_installer(self):
        """By NSIS, with the 64-bit program that it brings for this; its times are those of the zip."""
        stage, log = self.directory / "setup", self.directory / "setup.log"
        shutil.rmtree(stage, ignore_errors=True)
        for inside, octets in self.contents().items():
            (stage / inside).parent.mkdir(parents=True, exist_ok=True)
            (stage / inside).write_bytes(octets)
        files, path = self.directory / "setup.nsh", self.directory / f"multihomed-{self.version}-windows-amd64-setup.exe"
        files.write_text(file_macros(stage, self.contents()))
        run(log, "makensis", "-V2", "-NOCD", f"-DVERSION={self.version}", f"-DFILES={files}", f"-DOUTPUT={path}",
            ROOT / "packaging/windows/multihomed.nsi", env=os.environ | {"SOURCE_DATE_EPOCH": MADE})
        say(f"{self.name}: {path.relative_to(self.directory.parent)}, {path.stat().st_size // 1024} KiB, "
            f"SHA-256 {cross_pe.digest(path)}")

    def build(self):
        started = time.monotonic()
        self.build_libraries()
        self.build_program()
        self.build_tests()
        self.check()
        self.pack()
        self.pack_installer()
        say(f"{self.name}: built and checked, {time.monotonic() - started:.0f} s")
