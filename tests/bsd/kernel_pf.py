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
    """enabled: as `pfctl -e` and `-d` have it, which keeps nobody from loading rules. present: the device is there. permitted:
    it may be opened. program: pfctl is installed. rules: the main ruleset. anchors: name -> rules, as they are printed."""

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
        quiet = "-q" in words
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
            return 0, "", "" if quiet else "rules cleared\n"
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
            there = anchor is None or anchor in self.anchors or any(f'"{anchor}"' in rule for rule in self.rules)
            if not there:  # pf_strerror() on OpenBSD; pfctl.c does not look at the result of pfctl_show_rules()
                said = "Anchor does not exist" if self.system == "openbsd" else "DIOCGETRULES: Invalid argument"
                return 0, "", f"pfctl: {said}\n"
            rules = self.rules if anchor is None else self.anchors.get(anchor, [])
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
    """One rule, taken apart and put together in the order of print_rule() (pfctl_parser.c of each system)."""

    ACTIONS = ("pass", "block", "match", "anchor")
    RETURNS = ("drop", "return", "return-icmp", "return-icmp6", "return-rst")
    REDIRECTS = ("route-to", "reply-to", "dup-to")
    STATES = ("keep", "modulate", "synproxy", "no")

    def __init__(self, system, words):
        self.system, self.words = system, list(words)
        self.head, self.redirect, self.family, self.protocol, self.options = [], [], [], [], {}
        self.action = self.take(*self.ACTIONS)
        self.head.append(self.action)
        if self.action == "anchor" and self.words and self.words[0][0] == '"':
            self.head.append(self.words.pop(0))
        if self.action == "block":
            self.head.append(self.maybe(*self.RETURNS) or "drop")
        self.head += [word for word in (self.maybe("in", "out"), self.maybe("log"), self.maybe("quick")) if word]
        if self.maybe("on"):
            self.head += ["on"] + (["!"] if self.maybe("!") else []) + [self.words.pop(0)]
        if system == "freebsd":
            self.take_redirect()
        self.family = self.maybe("inet", "inet6")
        if self.maybe("proto"):
            self.protocol = ["proto", self.words.pop(0)]
        self.ends = self.take_ends()
        self.take_options()

    def take(self, *allowed):
        if not self.words or self.words[0] not in allowed:
            raise ValueError(self.words)
        return self.words.pop(0)

    def maybe(self, *allowed):
        return self.words.pop(0) if self.words and self.words[0] in allowed else None

    def take_redirect(self):
        """FreeBSD: an interface, or (interface address); OpenBSD 7: an address, without an interface."""
        word = self.maybe(*self.REDIRECTS)
        if word is None:
            return
        to = self.words.pop(0)
        if self.system == "openbsd":
            ipaddress.ip_address(to.split("%")[0])
        elif to.startswith("("):
            interface, address = to.strip("()").split()
            ipaddress.ip_address(address.split("%")[0])
            to = f"({interface} {address})"
        self.redirect = [word, to]

    def take_ends(self):
        if self.maybe("all"):
            return ["all"]
        ends = {"from": "any", "to": "any"}
        for side in ends:
            if self.maybe(side):
                ends[side] = self.host()
        return ["all"] if set(ends.values()) == {"any"} else ["from", ends["from"], "to", ends["to"]]

    def host(self):
        """Without /32 and /128, as pfctl prints them."""
        sign = "! " if self.maybe("!") else ""
        word = self.words.pop(0)
        if word in ("any", "self") or word[0] in "<({":
            return sign + word
        net = ipaddress.ip_network(word.split("%")[0], strict=False)
        return sign + (str(net.network_address) if net.prefixlen == net.max_prefixlen else str(net))

    def take_options(self):
        while self.words:
            if self.words[0] in self.REDIRECTS and self.system == "openbsd" and not self.redirect:
                self.take_redirect()
                continue
            word = self.take("flags", "label", "tag", "tagged", "allow-opts", "rtable", "tos", *self.STATES)
            name = "state" if word in self.STATES else word
            if name in self.options:
                raise ValueError(word)
            self.options[name] = [word] + self.argument(word)

    def argument(self, word):
        if word in self.STATES:
            self.take("state")
            return ["state"] + ([self.words.pop(0)] if self.words and self.words[0][0] == "(" else [])
        if word == "allow-opts":
            return []
        value = self.words.pop(0)
        if word == "label":
            value = '"' + value.strip('"') + '"'
            if len(value) > 65:  # PF_RULE_LABEL_SIZE is 64
                raise ValueError(value)
        return [value]

    def state(self):
        """flags S/SA keep state is the default of pass; OpenBSD prints keep state only where it says more."""
        given = self.options.get("state", ["keep", "state"])
        if self.action != "pass":
            return self.options.get("state", [])
        return [] if self.system == "openbsd" and given == ["keep", "state"] else given

    def text(self):
        flags = self.options.get("flags", ["flags", "S/SA"] if self.action == "pass" and
                                 self.options.get("state", ["keep"])[0] != "no" else [])
        before, behind = (self.redirect, []) if self.system == "freebsd" else ([], self.redirect)
        words = [*self.head, *before, *([self.family] if self.family else []), *self.protocol, *self.ends, *flags,
                 *self.options.get("tos", []), *self.state()]
        for name in ("allow-opts", "label", "tag", "tagged", "rtable"):
            words += self.options.get(name, [])
        return " ".join(words + behind)


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
