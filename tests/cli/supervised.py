"""A supervisor with two small children, to be killed by test_supervisor.py; arguments: a directory, a child's program."""

import sys
from pathlib import Path

from zvanets.cli.supervisor import Child, Supervisor

directory, program = Path(sys.argv[1]), sys.argv[2]


def child(name: str) -> Child:
    return Child(name, [sys.executable, "-c", program, str(directory / name)], directory / f"{name}.log")


if __name__ == "__main__":
    supervisor = Supervisor([child("first"), child("second")], lambda text: print(text, flush=True), leave_seconds=1)
    supervisor.start()
    print("started", flush=True)
    supervisor.run(lambda: None, set)
    supervisor.stop()
    print("stopped", flush=True)
