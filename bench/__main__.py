"""`python -m bench NAME…` measures; without a name it runs all. The last line is one JSON object."""

import importlib
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence

NAMES = (
    "save_lesson",
    "lesson_page",
    "gradebook_page",
    "grid_save",
    "portal_page",
    "cold_start",
    "demo_start",
    "seconds_to_parent",
    "timetable",
    "class_book_pdf",
    "calls",
    "call_setups",
    "sms_throughput",
    "seconds_with_sms",
)


def main(names: Sequence[str]) -> int:
    unknown = sorted(set(names) - set(NAMES))
    if unknown:
        print(f"No such bench: {', '.join(unknown)}. There are: {', '.join(NAMES)}.", file=sys.stderr)
        return 2
    if len(names) == 1:
        print(json.dumps(measure(names[0])), flush=True)
        return 0
    return _each_apart(names or NAMES)


def measure(name: str) -> Mapping[str, float | int | str]:
    module = importlib.import_module(f"bench.{name}")
    figures: Mapping[str, float | int | str] = module.run()
    missing = module.KEYS.keys() - figures.keys()
    if missing:
        raise AssertionError(f"{name} gave no {', '.join(sorted(missing))}")
    for key, words in module.KEYS.items():
        print(f"{name}.{key} = {figures[key]}  ({words})")
    return figures


def _each_apart(names: Sequence[str]) -> int:
    """Measure each in a process of its own: Django's settings hold for a process' life."""
    found: dict[str, object] = {}
    for name in names:
        done = subprocess.run([sys.executable, "-m", "bench", name], check=False, stdout=subprocess.PIPE, text=True)
        print(done.stdout, end="", flush=True)
        last = (done.stdout.splitlines() or [""])[-1]
        found[name] = json.loads(last) if done.returncode == 0 else {"failed": done.returncode}
    print(json.dumps(found))
    return int(any("failed" in str(figures) for figures in found.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
