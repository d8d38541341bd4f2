"""The daemon on a Windows that lacks functions: a library with none of them, and iphlp_bed.dll without each one in turn
(tests/wine/iphlp/hide.c). It never crashes: it says what it cannot do, or ends and names the function."""
import re

import pytest

pytest.importorskip("jsonschema", reason="python3-jsonschema is not installed")
from loaders import ROOT  # noqa: E402
from real_host import DAEMON, DualHomed, RealService, ip, network  # noqa: E402
from windows_service import FAILED, windows_path  # noqa: E402
from writer import Writer  # noqa: E402

pytestmark = pytest.mark.wine(8)  # the same library under both
EXPORTS = re.findall(r"^    (\w+) =", (ROOT / "tests/wine/iphlp/exports.def").read_text(), re.MULTILINE)
# Without these there is no host to speak of.
NEEDED = {"GetIfTable2", "GetUnicastIpAddressTable", "GetIpForwardTable2"}
SETTINGS = {"host_model.send", "host_model.receive", "source_routing", "interfaces.metric"}
ROUTES = {"routes", "uplinks", "sharing"}
SKIP = {"addresses.skip_as_source"}
ADDRESSES = SKIP | {"addresses"}
LOST = {"InitializeUnicastIpAddressEntry": ADDRESSES, "CreateUnicastIpAddressEntry": ADDRESSES, "DeleteUnicastIpAddressEntry": ADDRESSES,
        "GetUnicastIpAddressEntry": SKIP, "SetUnicastIpAddressEntry": SKIP, "InitializeIpForwardEntry": ROUTES,
        "CreateIpForwardEntry2": ROUTES, "GetIpForwardEntry2": ROUTES, "SetIpForwardEntry2": ROUTES, "DeleteIpForwardEntry2": ROUTES,
        "InitializeIpInterfaceEntry": SETTINGS, "GetIpInterfaceEntry": SETTINGS, "SetIpInterfaceEntry": SETTINGS}


class ReducedService(RealService):
    def __init__(self, wine, directory, helper, lacking, **more):
        self.lacking = lacking
        super().__init__(wine, directory, helper, **more)

    def environment(self):
        return dict(super().environment(), MH_IPHLP_WITHOUT=self.lacking)


@pytest.fixture(scope="module")
def dual_homed():
    with DualHomed():
        yield


@pytest.fixture
def start_reduced(dual_homed, wine, helper, tmp_path):
    services = []

    def start_one(lacking):
        services.append(ReducedService(wine, tmp_path, helper, lacking))
        return services[-1]

    yield start_one
    for service in services:
        service.stop()


def run_daemon(wine, directory, platform, port, **environment):
    """One that is expected to end."""
    done = wine.run(DAEMON, "--foreground", "--platform", platform, "--state-dir", windows_path(directory / "state"),
                    "--config", windows_path(directory / "config.json"), "--listen", f"127.0.0.1:{port}",
                    env=dict(wine.environment, **environment), timeout=60)
    return done.returncode, (done.stdout + done.stderr).decode(errors="replace")


def test_the_table_of_exports_was_read():
    assert len(EXPORTS) > 25 and NEEDED | set(LOST) < set(EXPORTS)


def test_a_library_with_none_of_the_functions(wine, tmp_path):
    status, said = run_daemon(wine, tmp_path, r"windows:iphlpapi=C:\windows\system32\kernel32.dll", 17998)
    assert status == FAILED and "this Windows has no GetIfTable2" in said, (status, said)


@pytest.mark.parametrize("lacking", sorted(NEEDED))
def test_what_it_cannot_be_without(dual_homed, wine, helper, tmp_path, lacking):
    status, said = run_daemon(wine, tmp_path, RealService.platform(None), 17997, MH_IPHLP_HELPER=str(helper.port), MH_IPHLP_WITHOUT=lacking)
    assert status == FAILED and f"this Windows has no {lacking}" in said, (status, said)


@pytest.mark.parametrize("lacking", sorted(set(EXPORTS) - NEEDED))
def test_without_each_function(start_reduced, lacking):
    real = start_reduced(lacking)
    assert real.get("/v1/status").status == 200
    rows = real.items("/v1/capabilities")
    told = {row["intent"] for row in rows if row["reason"] == f"This Windows has no {lacking}." and row["support"] == "unsupported"}
    assert told == LOST.get(lacking, set())
    for target in ("/v1/interfaces", "/v1/addresses", "/v1/routes", "/v1/neighbors", "/v1/host-model"):
        real.items(target)
    assert real.get("/v1/select?destination=8.8.8.8").status == 200
    assert real.process.poll() is None, real.log_text()


def test_plans_leave_out_what_is_lacking(start_reduced):
    real = start_reduced("SetIpInterfaceEntry")
    writer = Writer(real)
    before = network()
    wanted = {"host_model": {"send": "weak"}, "interfaces": {"eth1": {"metric": 9}},
              "addresses": {"second": {"interface": "eth0", "address": "192.0.2.2/24"}}}
    answer = writer.put(wanted)
    assert answer.status == 200, answer.body
    plan = real.get("/v1/plan").json
    lacking = ["/host_model/send", "/interfaces/eth1/metric"]
    assert plan["unsupported"] == lacking and plan["operations"] == [] and "192.0.2.2" in ip("address")
    notes = {(item["kind"], item["member"], item["text"]) for item in plan["notes"]}
    assert {("unsupported", member, "This Windows has no SetIpInterfaceEntry.") for member in lacking} <= notes
    refused = writer.put(wanted, "?strict=true")
    assert refused.status == 422 and "SetIpInterfaceEntry" in refused.body.decode(), refused.body
    assert writer.put({}).status == 200 and network() == before
