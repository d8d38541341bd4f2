"""A foreign iphlpapi.dll beside multihomed.exe as it is shipped: the system loads it for libuv.dll, which imports that name, before the
program runs; the program's own calls go to System32's all the same."""
import shutil

import pytest

from real_host import LIBRARY
from test_reading import LINKS, ReadService, host, items  # noqa: F401

FOREIGN = LIBRARY.parent / "iphlp_foreign.dll"


class BesideService(ReadService):
    """Of the programs in a directory of its own."""

    def __init__(self, wine, directory, programs):
        self.programs = programs
        super().__init__(wine, directory, "windows")

    def program(self):
        return self.programs / "multihomed.exe"

    def environment(self):
        """By itself Wine would take its own of that name, wherever one lies."""
        own = super().environment()
        return dict(own, WINEDLLOVERRIDES=own["WINEDLLOVERRIDES"] + ";iphlpapi=n,b")


@pytest.mark.wine(8)
def test_calls_go_to_system32(host, wine, tmp_path):  # noqa: F811
    programs = tmp_path / "programs"
    shutil.copytree(wine.programs, programs)
    shutil.copy(FOREIGN, programs / "iphlpapi.dll")
    service = BesideService(wine, tmp_path / "service", programs)
    try:
        assert "a foreign iphlpapi.dll was loaded" in service.log_text()
        assert set(LINKS) <= {item["name"] for item in items(service, "/v1/interfaces")}
    finally:
        service.stop()
