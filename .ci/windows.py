#!/usr/bin/env python3
"""What the workflow runs on a Windows machine, as administrator: .ci/windows.py MULTIHOMED [--change ADAPTER]

It starts the service on this machine, asks it, and plans a change without making it. With --change it then adds a test address,
which Windows is not to choose as a source, to that adapter and lets the adapter send by the weak host model; Windows itself
(PowerShell) must tell of both, and after the revert of neither. Nothing else is changed, and nothing stays."""
import argparse
import http.client
import json
import pathlib
import subprocess
import sys
import tempfile
import time

PORT = 18642
ADDRESS = "192.0.2.77"  # TEST-NET-1 (RFC 5737): nobody's
PATCH = "application/merge-patch+json"


class Service:
    def __init__(self, words, directory):
        self.directory = directory
        self.process = subprocess.Popen([*words, "--foreground", "--listen", f"127.0.0.1:{PORT}", "--config", str(directory / "config.json"),
                                         "--state-dir", str(directory / "state")])
        self.wait(lambda: self.get("/v1/status"))

    def wait(self, condition, timeout=60):
        deadline = time.monotonic() + timeout
        while True:
            try:
                return condition()
            except (OSError, http.client.HTTPException, AssertionError):
                assert self.process.poll() is None, f"the service ended with {self.process.returncode}"
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)

    def ask(self, method, target, body=None, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
        headers["Authorization"] = "Bearer " + (self.directory / "state/token").read_text().strip()
        connection.request(method, target, None if body is None else json.dumps(body),
                           {name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        said = response.read()
        connection.close()
        assert response.status < 300, (method, target, response.status, said)
        return json.loads(said)

    def get(self, target):
        return self.ask("GET", target)

    def patch(self, document, query):
        return self.ask("PATCH", "/v1/config?" + query, document, If_Match="*", Content_Type=PATCH)

    def end(self):
        self.process.kill()
        self.process.wait(30)


def powershell(command):
    return subprocess.run(["powershell", "-NoProfile", "-Command", command], capture_output=True, text=True, check=False,
                          timeout=120).stdout.strip()


def skips_as_source():
    """Of the test address, as Windows tells it; empty when it is not there."""
    return powershell(f"(Get-NetIPAddress -IPAddress {ADDRESS} -ErrorAction SilentlyContinue).SkipAsSource")


def weak_host_send(adapter):
    return powershell(f"(Get-NetIPInterface -InterfaceAlias '{adapter}' -AddressFamily IPv4).WeakHostSend")


def look(service):
    """Every answer is shown: the log of the workflow is for people, too."""
    for target in ("/v1/status", "/v1/scenario", "/v1/interfaces", "/v1/addresses", "/v1/routes", "/v1/neighbors", "/v1/host-model",
                   "/v1/capabilities", "/v1/select?destination=203.0.113.9"):
        print(target, json.dumps(service.get(target), indent=1), flush=True)
    names = {item["name"] for item in service.get("/v1/interfaces")["items"]}
    addresses = {item["address"] for item in service.get("/v1/addresses")["items"]}
    assert names and "127.0.0.1" in addresses, (names, addresses)
    return names


def wanted(adapter):
    return {"addresses": {"test": {"interface": adapter, "address": ADDRESS + "/24", "skip_as_source": True}},
            "interfaces": {adapter: {"ipv4": {"host_model": {"send": "weak"}}}}}


def plan(service, adapter):
    """A dry run changes nothing."""
    before = service.get("/v1/host-model")["items"], service.get("/v1/addresses")["items"]
    told = service.patch(wanted(adapter), "dry_run=true")
    print("dry run:", json.dumps(told, indent=1), flush=True)
    assert ADDRESS in json.dumps(told["operations"]), told
    assert (service.get("/v1/host-model")["items"], service.get("/v1/addresses")["items"]) == before


def change(service, adapter):
    before = weak_host_send(adapter)
    transaction = service.patch(wanted(adapter), "confirm_timeout=120s")
    print("applied:", json.dumps(transaction, indent=1), flush=True)
    try:
        assert transaction["state"] == "pending", transaction
        assert skips_as_source() == "True", skips_as_source()
        assert weak_host_send(adapter) == "Enabled", weak_host_send(adapter)
        service.wait(lambda: flags_of(service) == ["skip-as-source"] or complain(flags_of(service)))
    finally:
        service.ask("POST", f"/v1/transactions/{transaction['id']}/revert")
    assert skips_as_source() == "" and weak_host_send(adapter) == before, (skips_as_source(), weak_host_send(adapter), before)


def flags_of(service):
    return next((item["flags"] for item in service.get("/v1/addresses")["items"] if item["address"] == ADDRESS), None)


def complain(what):
    raise AssertionError(what)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", nargs="+", help="multihomed, or words that start it")
    parser.add_argument("--change", metavar="ADAPTER", help="change this adapter for real, and revert it")
    arguments = parser.parse_args()
    directory = pathlib.Path(tempfile.mkdtemp())
    service = Service([*arguments.program, "--platform", "windows"], directory)
    try:
        names = look(service)
        plan(service, arguments.change or sorted(names)[0])
        if arguments.change:
            change(service, arguments.change)
    finally:
        service.end()
    print("all of it as it should be")


if __name__ == "__main__":
    sys.exit(main())
