"""The look keeps its promises: one small sheet, readable colours, nothing inline, every icon drawn."""

import gzip
import re
from pathlib import Path

import pytest

ZVANETS = Path(__file__).resolve().parents[2] / "zvanets"
SHEET = (ZVANETS / "static" / "zvanets.css").read_text()
SPRITE = (ZVANETS / "static" / "icons.svg").read_text()
TEMPLATES = sorted(path for path in ZVANETS.glob("*/templates/**/*.html") if "notifications" not in path.parts)
LIGHT, DARK = (
    dict(re.findall(r"--([\w-]+): (#\w+)", block)) for block in re.findall(r":root \{(.*?)\}", SHEET, re.DOTALL)[:2]
)
ON_PAPER = ("ink", "ink-soft", "accent", "poor", "late", "good")


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_sheet_is_small_and_in_layers():
    assert len(gzip.compress(SHEET.encode())) <= 15_000
    assert SHEET.startswith("@layer tokens, base, layout, components, pages, print;")
    assert not re.search(r"https?:", SHEET)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_every_pair_of_colours_can_be_read(theme):
    for ground in ("paper", "card", "mark"):
        for ink in ON_PAPER if ground != "mark" else ("ink", "poor", "late"):
            assert contrast(theme[ink], theme[ground]) >= 4.5, (ink, ground)
    assert contrast(theme["edge"], theme["paper"]) >= 3, "the edge of a field"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ZVANETS)))
def test_nothing_is_inline(path):
    text = path.read_text()
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", text)
    for script in re.findall(r"<script[^>]*>", text):
        assert " src=" in script


def test_every_icon_is_drawn():
    drawn = set(re.findall(r'<symbol id="(\w+)"', SPRITE))
    asked = {name for path in TEMPLATES for name in re.findall(r'_icon.html" with name="(\w+)"', path.read_text())}
    assert asked <= drawn


@pytest.mark.parametrize("path", sorted((ZVANETS / "static").glob("*.js")), ids=lambda path: path.name)
def test_scripts_are_modules_without_eval_or_markup(path):
    text = path.read_text()
    assert not re.search(r"\beval\(|new Function|document\.write|insertAdjacentHTML", text)
    assert "localStorage" not in text or path.name == "zvanets-queue.js"
