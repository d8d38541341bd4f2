"""pfctl(8) of a kernel in memory: the main ruleset, and anchors that are loaded and told. What a rule may consist of, and
its order, is that of pf.conf(5) of each system: FreeBSD has route-to before the addresses, with (interface gateway); OpenBSD
behind them, with an address. Rules are told as pfctl tells them: one a line, defaults written out."""

import ipaddress
import re

from kernel_layout import Refused, ENOENT

WORDS = re.compile(r'"[^"]*"|\{[^}]*\}|\([^)]*\)|[^\s"]+')
ANCHOR_NAME = re.compile(r"[A-Za-z0-9_./-]+$")


class Malformed(Exception):
    pass


class Filter:
    """enabled, disabled: as `pfctl -e` and `-d`. present: the device is there. program: pfctl is installed."""

    def __init__(self, layout):
        self.system = layout.system
        self.enabled = self.present = self.permitted = self.program = layout.system != "netbsd"
        self.rules = ['anchor "multihomed" all']
        self.anchors = {}
        self.loads = 0

    def main_text(self):
        return "".join(rule + "\n" for rule in self.rules)

    def run(self, arguments, text):
        """(status, output, errors)"""
        if not self.program:
            raise Refused(ENOENT)
        if not self.present:
            return 1, "", "pfctl: /dev/pf: No such file or directory\n"
        if not self.permitted:
            return 1, "", "pfctl: /dev/pf: Permission denied\n"
        try:
            return self.command(list(arguments), text)
        except Malformed as malformed:
            return 1, "", f"stdin:{malformed.args[0]}: syntax error\npfctl: Syntax error in config file: pf rules not loaded\n"

    def command(self, words, text):
        anchor, show, flush, load = None, None, None, None
        while words:
            word = words.pop(0)
            if word[:2] not in ("-a", "-s", "-F", "-f") and word not in ("-q", "-n", "-v"):
                return 1, "", f"pfctl: unknown option -- {word.lstrip('-')[:1]}\nusage: pfctl [...]\n"
            value = word[2:] or (words.pop(0) if word[1] in "asFf" else "")
            anchor = value if word[1] == "a" else anchor
            show = value if word[1] == "s" else show
            flush = value if word[1] == "F" else flush
            load = value if word[1] == "f" else load
        if anchor is not None and not ANCHOR_NAME.match(anchor):
            return 1, "", "pfctl: anchor name is not understood\n"
        if load is not None:
            self.load(anchor, text)
            return 0, "", ""
        if flush is not None:
            self.load(anchor, "")
            return 0, "", "rules cleared\n"
        return self.show(anchor, show)

    def load(self, anchor, text):
        """All or nothing."""
        rules = [self.rule(number, line) for number, line in lines_of(text)]
        self.loads += 1
        if anchor is None:
            self.rules = rules
        else:
            self.anchors[anchor] = rules

    def show(self, anchor, what):
        if what in ("r", "rules"):
            if anchor is not None and anchor not in self.anchors:
                return (1, "", "pfctl: Anchor does not exist.\n") if self.system == "openbsd" else (0, "", "")
            rules = self.rules if anchor is None else self.anchors[anchor]
            return 0, "".join(rule + "\n" for rule in rules), ""
        if what in ("i", "info"):
            state = "Enabled" if self.enabled else "Disabled"
            return 0, f"Status: {state} for 0 days 00:10:00           Debug: err\n\nState Table\n", ""
        return 1, "", f"pfctl: Unknown show modifier '{what}'\n"

    # ---- rules -------------------------------------------------------------------------------------------------------

    def rule(self, number, line):
        words = WORDS.findall(line)
        try:
            text = Rule(self.system, words).text()
        except (IndexError, ValueError):
            raise Malformed(number) from None
        return text


class Rule:
    ACTIONS = ("pass", "block", "match", "anchor")
    RETURNS = ("drop", "return", "return-icmp", "return-icmp6", "return-rst")

    def __init__(self, system, words):
        self.system, self.words, self.out = system, list(words), []
        self.action = self.take(*self.ACTIONS)
        if self.action == "anchor":
            self.name()
        if self.action == "block":
            if self.peek() in self.RETURNS:
                self.take(*self.RETURNS)
            else:
                self.out.append("drop")
        self.maybe("in", "out")
        self.maybe("log")
        self.maybe("quick")
        if self.maybe("on"):
            self.any_word()
        if system == "freebsd":
            self.routes()
        self.maybe("inet", "inet6")
        if self.maybe("proto"):
            self.any_word()
        self.addresses()
        self.options()
        if self.words:
            raise ValueError(self.words)
        self.defaults()

    def peek(self):
        return self.words[0] if self.words else None

    def take(self, *allowed):
        if self.peek() not in allowed:
            raise ValueError(self.peek())
        self.out.append(self.words.pop(0))
        return self.out[-1]

    def maybe(self, *allowed):
        return self.peek() in allowed and bool(self.take(*allowed))

    def any_word(self):
        self.out.append(self.words.pop(0))

    def name(self):
        if self.peek() is not None and self.peek() not in ("in", "out", "on", "all", "from", "inet", "inet6"):
            self.out.append('"' + self.words.pop(0).strip('"') + '"')

    def routes(self):
        while self.maybe("route-to", "reply-to", "dup-to"):
            word = self.words.pop(0)
            if self.system == "freebsd":  # (interface address)
                interface, address = word.strip("()").split()
                if not word.startswith("("):
                    raise ValueError(word)
                self.out.append(f"({interface} {ipaddress.ip_address(address.split('%')[0]) and address})")
            else:                         # an address; 7.0 and later take no interface
                self.out.append(str(ipaddress.ip_address(word.split("%")[0]) and word))

    def addresses(self):
        if self.maybe("all"):
            return
        if not self.words or self.peek() not in ("from", "to"):
            self.out.append("all")
            return
        before = list(self.out)
        ends = {"from": "any", "to": "any"}
        for side in ("from", "to"):
            if self.peek() == side:
                self.words.pop(0)
                ends[side] = self.host()
        self.out = before + (["all"] if set(ends.values()) == {"any"} else ["from", ends["from"], "to", ends["to"]])

    def host(self):
        """Told as pfctl tells them: without /32 and /128."""
        sign = self.words.pop(0) + " " if self.peek() == "!" else ""
        word = self.words.pop(0)
        if word in ("any", "self") or word[0] in "<({":
            return sign + word
        negated, word = ("! ", word[1:]) if word[0] == "!" else ("", word)
        net = ipaddress.ip_network(word.split("%")[0], strict=False)
        return sign + negated + (str(net.network_address) if net.prefixlen == net.max_prefixlen else str(net))

    def options(self):
        while self.words:
            if self.peek() in ("route-to", "reply-to", "dup-to"):
                if self.system != "openbsd":
                    raise ValueError(self.peek())
                self.routes()
            elif self.maybe("label", "tag", "flags", "rtable", "tos", "user", "group"):
                self.argument()
            elif self.maybe("no", "keep", "modulate", "synproxy"):
                self.take("state")
            elif self.maybe("allow-opts"):
                pass
            else:
                raise ValueError(self.peek())

    def argument(self):
        word = self.words.pop(0)
        if self.out[-1] == "label":
            word = '"' + word.strip('"') + '"'
            if len(word) > 65:  # PF_RULE_LABEL_SIZE is 64
                raise ValueError(word)
        self.out.append(word)

    def defaults(self):
        """What pfctl writes out: flags S/SA, and on FreeBSD keep state."""
        if self.action != "pass" or "no" in self.out or "flags" in self.out:
            return
        end = next((at for at, word in enumerate(self.out) if word in ("label", "tag", "route-to", "reply-to", "rtable", "keep",
                                                                       "modulate") and at > self.address_end()), len(self.out))
        kept = [] if {"keep", "modulate", "synproxy"} & set(self.out) or self.system == "openbsd" else ["keep", "state"]
        self.out[end:end] = ["flags", "S/SA", *kept]

    def address_end(self):
        return self.out.index("to") + 1 if "to" in self.out else self.out.index("all")

    def text(self):
        return " ".join(self.out)


def lines_of(text):
    """(number, line) of rules: comments and continuations are gone."""
    number, pending = 0, ""
    for line in text.splitlines():
        number += 1
        line = re.sub(r'("[^"]*")|#.*', lambda found: found[1] or "", line).rstrip()
        if line.endswith("\\"):
            pending += line[:-1] + " "
            continue
        line, pending = (pending + line).strip(), ""
        if line:
            yield number, line
