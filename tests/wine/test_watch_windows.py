"""The host file of the simulator is edited again and again: the loop goes on, whatever Windows still has under way of an earlier watch."""
import time

import pytest

pytest.importorskip("jsonschema", reason="python3-jsonschema is not installed")
from writer import Writer, eventually  # noqa: E402


def host(number):
    return {"system": "windows", "interfaces": {"eth0": {"addresses": [f"192.0.2.{number}/24"]}}}


@pytest.mark.wine(8)
def test_many_edits(start):
    service = start(host(1))
    writer = Writer(service)
    for number in range(2, 62):
        for version in (number + 100, number):
            service.write_host(host(version))
            time.sleep(0.012)  # a little more than the service waits for an edit's end
    eventually(lambda: {item["address"] for item in service.get("/v1/addresses?interface=eth0").json["items"]} == {"192.0.2.61"})
    for _ in range(5):
        assert writer.send("POST", "/v1/resync").status == 200
