#!/usr/bin/env python3
"""Records what `nft -j list ruleset` writes for each ruleset of fixtures/nft/rulesets.txt; needs root and nftables.

Usage: python3 record_nft.py

fixtures/nft/rulesets.recorded has one line for each: its name, a tab, the JSON. The same texts become seeds for the fuzzer.
"""
import os
import subprocess

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "fixtures", "nft")
SEEDS = os.path.join(os.path.dirname(HERE), "..", "..", "fuzz", "corpus", "nft")
INPUT = """table inet t {{
    set hosts {{ type ipv4_addr; elements = {{ 10.0.0.1, 10.0.0.2 }}; }}
    set nets {{ type ipv4_addr; flags interval; elements = {{ 10.0.0.0/30, 10.0.0.8-10.0.0.9 }}; }}
    set every {{ type ipv4_addr; flags interval; elements = {{ 10.0.0.1, * }}; }}
    set pairs {{ type ipv4_addr . inet_service; flags interval; elements = {{ 10.0.0.0/24 . 22-80 }}; }}
    set timed {{ type ipv4_addr; timeout 1h; elements = {{ 10.0.0.1 timeout 30m comment "x" }}; }}
    set changing {{ type ipv4_addr; flags dynamic,timeout; timeout 1h; size 100; }}
    map services {{ type inet_service : verdict; flags interval; elements = {{ 53 : drop, 100-200 : jump dropping }}; }}
    map others {{ type ipv4_addr : verdict; flags interval; elements = {{ 10.0.0.1 : accept, * : drop }}; }}
    chain dropping {{
        drop
    }}
    chain returning {{
        udp dport 1 drop
        return
    }}
    chain input {{
        type filter hook input priority 0; policy accept;
{rules}
    }}
}}
"""


def rulesets():
    name, lines = None, []
    with open(os.path.join(HERE, "rulesets.txt")) as file:
        for line in file.read().splitlines() + ["== "]:
            if line.startswith("#"):
                continue
            if not line.startswith("== "):
                lines.append(line)
                continue
            if name:
                yield name, "\n".join(lines)
            name, lines = line[3:], []


def record(text):
    if text and not text.startswith("table"):
        text = INPUT.format(rules=text)
    script = "nft -f - && nft -j list ruleset"
    return subprocess.run(["unshare", "-n", "sh", "-c", script], input=text, capture_output=True, text=True, check=True).stdout.strip()


def main():
    os.makedirs(SEEDS, exist_ok=True)
    with open(os.path.join(HERE, "rulesets.recorded"), "w") as out:
        for name, text in rulesets():
            try:
                recorded = record(text)
            except subprocess.CalledProcessError as error:
                raise SystemExit(f"{name}: {error.stderr}") from error
            out.write(f"{name}\t{recorded}\n")
            with open(os.path.join(SEEDS, name), "w") as seed:
                seed.write(recorded)


if __name__ == "__main__":
    main()
