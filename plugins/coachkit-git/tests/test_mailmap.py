"""Our reading of ``.mailmap`` against git's own."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from coachkit_git.mailmap import Mailmap

NAMES = ["Ana Costa", "ana", "ANA", "Wei Li", "李薇", "x"]
EMAILS = ["ana@example.org", "ANA@example.org", "root@build", "wei@example.org", "li@例子.cn", "none"]

names, emails = st.sampled_from(NAMES), st.sampled_from(EMAILS)
lines = st.one_of(
    st.builds("{} <{}>".format, names, emails),
    st.builds("<{}> <{}>".format, emails, emails),
    st.builds("{} <{}> <{}>".format, names, emails, emails),
    st.builds("{} <{}> {} <{}>".format, names, emails, names, emails),
    st.builds("  {}  <{}>   {} <{}>  # a comment".format, names, emails, names, emails),
    st.sampled_from(["", "# Ana <ana@example.org> <root@build>", "no address", "Broken <ana@example.org", "> <"]),
)


@given(st.lists(lines, max_size=8))
def test_as_git_reads_it(tmp_path_factory: object, text: list[str]) -> None:
    folder = Path(tmp_path_factory.mktemp("mailmap"))  # type: ignore[attr-defined]
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    (folder / ".mailmap").write_text("\n".join(text) + "\n", "utf-8")
    asked = [(name, email) for name in NAMES for email in EMAILS]
    answer = subprocess.run(
        ["git", "-C", str(folder), "check-mailmap", "--stdin"],
        input="".join(f"{name} <{email}>\n" for name, email in asked).encode(),
        capture_output=True,
        check=True,
        env=os.environ | {"GIT_CONFIG_GLOBAL": os.devnull},
    )
    wanted = answer.stdout.decode().splitlines()
    mailmap = Mailmap("\n".join(text))
    assert [f"{name} <{email}>" for name, email in (mailmap.canonical(*one) for one in asked)] == wanted
