"""From commit to accepted with half of the guardians on SMS: `seconds_to_parent` with two carriers."""

from bench import seconds_to_parent
from bench.common import Figures

KEYS = seconds_to_parent.KEYS | {
    "sms_p99_s": "the same for SMS alone, 99 of 100",
    "sms_per_s": "SMS accepted a second while it lasted",
}


def run() -> Figures:
    return seconds_to_parent.run(by_sms=True)
