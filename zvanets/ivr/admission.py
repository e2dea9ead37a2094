"""Who may ask anything of the telephone, and who may call: by address, by account, by how often."""

from zvanets.ivr import calls
from zvanets.ivr.calls import Refused
from zvanets.ivr.limits import Buckets
from zvanets.ivr.options import Options
from zvanets.ivr.sip.digest import Doorkeeper
from zvanets.ivr.sip.message import Request
from zvanets.ivr.sip.transaction import Place


class Admission:
    """Whom we know, the carrier or who showed an account, no rate by address holds back."""

    def __init__(self, options: Options) -> None:
        self._requests = Buckets(options.requests)
        self._calls_of_an_address = Buckets(options.calls_of_an_address)
        self._calls_of_a_caller = Buckets(options.calls_of_a_caller)
        self._door = Doorkeeper(options.accounts) if options.accounts else None

    def hears(self, place: Place, now: float) -> bool:
        """Whether one more datagram of a stranger is read."""
        return self._requests.take(place[0], now)

    def recognise(self, request: Request, now: float, *, is_carrier: bool) -> bool:
        """Return whether we know who calls; where accounts are asked for, Refused with a challenge for everybody else."""
        if is_carrier or self._door is None:
            return is_carrier
        if not self._door.knows(request, now):
            raise Refused(401, self._door.challenge(now))
        return True

    def let_call(self, request: Request, place: Place, now: float, *, is_known: bool) -> None:
        """Turn away who calls too often."""
        if not is_known and not self._calls_of_an_address.take(place[0], now):
            raise Refused(480, ("retry-after", "60"))
        caller = calls.caller_of(request)
        if caller and not self._calls_of_a_caller.take((None if is_known else place[0], caller), now):
            raise Refused(480, ("retry-after", "60"))
