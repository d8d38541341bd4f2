"""What is forgiven of starts under Wine (windows_service.py), and what not."""
from windows_service import MuteEnds


class Ended:
    def __init__(self, code):
        self.code = code

    def poll(self):
        return self.code


def test_one_in_a_session_is_forgiven():
    ends = MuteEnds()
    assert ends.forgives(Ended(1), "") and not ends.forgives(Ended(1), "")


def test_what_has_a_reason_is_not():
    ends = MuteEnds()
    assert not ends.forgives(Ended(1), "cannot listen") and not ends.forgives(Ended(0xC0000005), "") and not ends.forgives(Ended(None), "")
    assert ends.forgives(Ended(1), "")
