"""pfctl(8) as far as the service uses it: the state of pf, the main rules, and one anchor that is loaded, listed and flushed. It knows
the parts of pf.conf(5) that stand in such an anchor, in the grammar of each system, and refuses everything else."""

import ipaddress
import re

PERMISSION, MISSING = "pfctl: /dev/pf: Permission denied", "pfctl: /dev/pf: No such file or directory"
HOST = r"(?:any|[0-9a-f.:]+(?:/\d+)?)"
HEAD = r"(?P<action>pass|block (?:return|drop)) ?(?P<direction>in|out)?(?: quick)? on (?:! )?(?P<interface>[\w.-]+)"
FREEBSD_WAY = r"(?: (?:route|reply)-to (?:(?P<by>[\w.-]+)|\((?P<dev>[\w.-]+) (?P<via>[0-9a-f.:]+)\)))?"
OPENBSD_WAY = r"(?: (?:route|reply)-to (?P<via>[0-9a-f.:]+))?"
HOSTS = rf"(?: all| (?P<family>inet6?) from (?P<source>{HOST}) to (?P<target>{HOST}))"
OPTIONS = (r"(?P<state> flags (?:any|S/SA) keep state(?: \(sloppy\))?)?(?: allow-opts)?"
           r" label \"(?P<label>[^\"$]{1,63})\"(?: tagged (?P<tag>\w+))?")
GRAMMARS = {"FreeBSD": re.compile(HEAD + FREEBSD_WAY + HOSTS + OPTIONS),
            "OpenBSD": re.compile(HEAD + HOSTS + OPTIONS + OPENBSD_WAY)}


class Pf:
    def __init__(self, system, interfaces, main_rules='anchor "multihomed" all\n', enabled=True):
        self.grammar, self.system = GRAMMARS[system], system
        self.interfaces, self.main_rules, self.enabled = set(interfaces), main_rules, enabled
        self.anchor, self.error, self.loads = "", None, 0

    def run(self, arguments, text):
        """(status, what it writes, what it says of errors)"""
        assert arguments[:2] == ["pfctl", "-q"], arguments
        if self.error:
            return 1, "", self.error
        if arguments[2:] == ["-s", "info"]:
            return 0, "Status: %s for 0 days 00:00:07           Debug: err\n" % ("Enabled" if self.enabled else "Disabled"), ""
        if arguments[2:] == ["-s", "rules"]:
            return 0, self.main_rules, ""
        assert arguments[2:4] == ["-a", "multihomed"], arguments
        if arguments[4:] == ["-s", "rules"]:
            return 0, self.printed(), ""
        self.loads += 1
        if arguments[4:] == ["-F", "rules"]:
            self.anchor = ""
            return 0, "", ""
        assert arguments[4:] == ["-f", "-"], arguments
        return self.load(text)

    def load(self, text):
        for number, line in enumerate(text.splitlines(), 1):
            trouble = self.trouble_with(line)
            if trouble:
                return 1, "", f"stdin:{number}: {trouble}"
        self.anchor = text
        return 0, "", ""

    def trouble_with(self, line):
        rule = self.grammar.fullmatch(line)
        if not rule:
            return "syntax error"
        parts = rule.groupdict()
        for name in (parts.get("by"), parts.get("dev")):
            if name and name not in self.interfaces:
                return "routeto: unknown interface " + name
        for host in (parts["source"], parts["target"]):
            if host and host != "any" and (ipaddress.ip_network(host).version == 6) != (parts["family"] == "inet6"):
                return "rule expands to no valid combination"
        if parts["via"] and (ipaddress.ip_address(parts["via"]).version == 6) != (parts["family"] == "inet6"):
            return "no routing address with matching address family found."
        return None

    def printed(self):
        return self.anchor.replace(" flags S/SA keep state", " flags S/SA") if self.system == "OpenBSD" else self.anchor
