"""Commands of this channel."""

import asyncio
import signal

import click


@click.command("sms")
def sms() -> None:
    """Send and receive SMS by the carrier of ZVANETS_SMPP_URL, until SIGTERM."""
    from zvanets.notifications.channels.sms.carrier import BadAddress, carrier_of_settings
    from zvanets.notifications.channels.sms.channel import SmsChannel

    try:
        carrier = carrier_of_settings()
    except BadAddress as error:
        raise click.ClickException(str(error)) from None
    if carrier is None:
        raise click.ClickException("ZVANETS_SMPP_URL names no carrier; see docs/operations/sms.md")

    async def work() -> None:
        channel = SmsChannel(carrier)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, channel.stop)
        await channel.run()

    asyncio.run(work())
