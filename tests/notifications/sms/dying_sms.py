"""The process of SMS, killing itself at a step: `python -m tests.notifications.sms.dying_sms STEP TIMES`, "never" to live on."""

import asyncio
import os
import signal
import sys


def main(step: str, times: int) -> None:
    import django

    django.setup()
    from zvanets.notifications.channels.sms import steps
    from zvanets.notifications.channels.sms.carrier import carrier_of_settings
    from zvanets.notifications.channels.sms.channel import SmsChannel

    left = [times]

    def die(reached: str) -> None:
        if reached == step:
            left[0] -= 1
            if left[0] <= 0:
                os.kill(os.getpid(), signal.SIGKILL)

    steps.on_step = die

    async def work() -> None:
        channel = SmsChannel(carrier_of_settings())
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, channel.stop)
        await channel.run()

    asyncio.run(work())


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
