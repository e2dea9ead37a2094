"""Whoever uses the service can have its source."""

import tarfile

from zvanets.cli import source


def test_the_archive_holds_the_running_source_and_nobodys_name(tmp_path):
    archive = source.ensure(tmp_path)
    with tarfile.open(archive) as packed:
        names = set(packed.getnames())
        assert {"zvanets/LICENSE", "zvanets/Makefile", "zvanets/zvanets/cli/source.py"} <= names
        assert not [name for name in names if "__pycache__" in name or ".venv" in name or ".zvanets" in name]
        assert {(member.uid, member.uname) for member in packed} == {(0, "")}


def test_the_archive_is_packed_again_only_when_something_changed(tmp_path):
    first = source.ensure(tmp_path).stat().st_mtime_ns
    assert source.ensure(tmp_path).stat().st_mtime_ns == first
