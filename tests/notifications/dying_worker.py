"""A worker that kills itself at one named step: `python -m tests.notifications.dying_worker STEP`, "never" to live on."""

import os
import signal
import sys
import threading

# What its database is told when the step is reached, whether it dies before or after, and at which time it comes.
AT_SQL = {
    "entries taken": ("FOR UPDATE OF p SKIP LOCKED", "after", 1),
    "messages written": ('INSERT INTO "notifications_message"', "after", 1),
    "links written": ('INSERT INTO "notifications_told"', "after", 1),
    "outbox emptied": ("DELETE FROM history_pending", "after", 1),
    "before the lease": ("UPDATE notifications_message m SET due_at", "before", 1),
    "leased": ("UPDATE notifications_message m SET due_at", "after", 1),
    "before sending is written": ("SET status = 'sending'", "before", 2),
    "sending is written": ("SET status = 'sending'", "after", 2),
}
REMINDING = {
    "before the mark": ('"remarks_parentmeeting" SET "reminded_for"', "before", 1),
    "reminder marked": ('"remarks_parentmeeting" SET "reminded_for"', "after", 1),
    "reminder recorded": ("history_record", "after", 1),
}
AT_SOCKET = ("before the socket", "accepted and not written")
STEPS = (*AT_SQL, *AT_SOCKET)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main(step: str) -> None:
    import django

    django.setup()
    from zvanets.notifications import worker
    from zvanets.notifications.channels.email.channel import EmailChannel

    class Dying(EmailChannel):
        def send(self, letter):
            if step == "before the socket":
                die()
            reference = super().send(letter)
            if step == "accepted and not written":
                die()
            return reference

    if step in AT_SQL | REMINDING:
        watch(*(AT_SQL | REMINDING)[step])
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    worker.run(stop, worker.CHANNELS | {"email": Dying})


def watch(words: str, when: str, times: int) -> None:
    from django.db.backends.signals import connection_created

    left = [times]

    def wrapper(execute, sql, params, many, context):
        hit = words in str(sql)
        left[0] -= hit
        reached = hit and left[0] <= 0  # another thread may have come here meanwhile
        if reached and when == "before":
            die()
        result = execute(sql, params, many, context)
        if reached and when == "after":
            die()
        return result

    # Kept by name: a signal holds its receivers weakly.
    watch.receiver = lambda connection, **_: connection.execute_wrappers.append(wrapper)
    connection_created.connect(watch.receiver)


if __name__ == "__main__":
    main(sys.argv[1])
