"""The host with real installed packages: sound ones, and one broken in every way there is."""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from coachkit.errors import NotFound
from coachkit.host import PluginHost, PluginStatus

SOUND = '''
"""A connector that reads nothing."""
from coachkit.sdk import Checkpoint, CheckReport, Configuration, Connector, Cursor, Stream, hookimpl


class Sound(Connector):
    name = "NAME"
    title = ("Nothing", "空")
    streams = (Stream(name="things", title=("Things", "事物")),)
    Config = Configuration

    def check(self):
        return CheckReport(ok=True)

    def pull(self, cursors):
        yield Checkpoint(stream="things", cursor=Cursor(version=1, state={}))


@hookimpl
def connectors():
    return [Sound]
'''

Install = Callable[..., Path]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Installs a package with one module as pip would: importable, with metadata and an entry point."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(str(site))

    def install(
        plugin: str,
        source: str,
        *,
        value: str = "",
        package: str = "",
        requires: str = "Requires-Dist: coachkit\n",
        readme: str = "Words.",
        checkout: Path | None = None,
    ) -> Path:
        module = f"made_{plugin}_{(package or plugin).replace('-', '_')}"
        monkeypatch.delitem(sys.modules, module, raising=False)
        (site / f"{module}.py").write_text(textwrap.dedent(source), "utf-8")
        info = site / f"{(package or plugin).replace('-', '_')}-1.2.dist-info"
        info.mkdir(exist_ok=True)
        name = package or f"made-{plugin}"
        metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n{requires}\n{readme}"
        (info / "METADATA").write_text(metadata, "utf-8")
        (info / "entry_points.txt").write_text(f"[coachkit]\n{plugin} = {value or module}\n", "utf-8")
        if checkout is not None:
            direct = {"url": checkout.as_uri(), "dir_info": {"editable": True}}
            (info / "direct_url.json").write_text(json.dumps(direct), "utf-8")
        return site / f"{module}.py"

    return install


def _named(host: PluginHost, name: str) -> PluginStatus:
    (status,) = [status for status in host.statuses() if status.name == name]
    return status


def test_sound_plugin_is_loaded(install: Install) -> None:
    install("fine", SOUND.replace("NAME", "fine"))
    host = PluginHost.load()
    assert _named(host, "fine") == PluginStatus(
        name="fine", package="made-fine", version="1.2", state="loaded", connectors=("fine",)
    )
    assert host.connector_class("fine").title == ("Nothing", "空")
    assert host.check("fine") == []


BROKEN = {
    "raises": ("raise RuntimeError('no such luck')", "cannot be imported: RuntimeError: no such luck."),
    "lacks": ("import no_such_module", "cannot be imported: ModuleNotFoundError: No module named 'no_such_module'."),
    "syntax": ("def", "cannot be imported: SyntaxError"),
    "leaves": ("raise SystemExit(3)", "cannot be imported: SystemExit: 3."),
    "hookless": ("x = 1", "implements no hook."),
    "misspelt": (SOUND.replace("def connectors", "def conectors"), "a hook does not fit: unknown hook 'conectors'"),
    "argues": (SOUND.replace("def connectors()", "def connectors(config)"), "a hook does not fit: "),
    "throws": (SOUND.replace("return [Sound]", "return [1 / 0]"), "connectors() raised ZeroDivisionError"),
    "single": (SOUND.replace("return [Sound]", "return Sound"), "connectors() gave ABCMeta; return a list of classes."),
    "instance": (SOUND.replace("return [Sound]", "return [3]"), "3 is no subclass of coachkit.sdk.Connector."),
    "twice": (SOUND.replace("return [Sound]", "return [Sound, Sound]"), "connector 'twice' is there already"),
    "abstract": (SOUND.replace("def pull", "def pul"), "Sound: does not implement pull."),
    "nameless": (SOUND.replace('    name = "NAME"\n', ""), "Sound: name is None; make it a word"),
    "shouting": (SOUND.replace("NAME", "Sound!"), "Sound: name is 'Sound!'; make it a word in small letters"),
    "english": (SOUND.replace('("Nothing", "空")', '"Nothing"'), "Sound: title is 'Nothing'; give it in English and"),
    "halfway": (SOUND.replace('"事物"', '"Thinge"'), "has no Chinese in its second place"),
    "streamless": (SOUND.replace("streams = (Stream(", "streams = ()\n    s = (Stream("), "Sound: streams is ()"),
    "loose": (SOUND.replace("Config = Configuration", "Config = dict"), "Sound: Config is <class 'dict'>; derive it"),
    "narrow": (SOUND.replace("pull(self, cursors)", "pull(self)"), "pull(self) cannot be called as pull(cursors)"),
    "mute": (
        SOUND.replace("class Sound", "class C(Configuration):\n    path: str\n\n\nclass Sound").replace(
            "Config = Configuration", "Config = C"
        ),
        "Sound: Config.path has no description",
    ),
    "lax": (
        SOUND.replace("class Sound", "class C(Configuration, extra='allow'):\n    pass\n\n\nclass Sound").replace(
            "Config = Configuration", "Config = C"
        ),
        "Sound: Config is no longer frozen, or no longer refuses unknown keys",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_broken_plugin_is_named_and_the_others_go_on(install: Install, name: str) -> None:
    source, error = BROKEN[name]
    install(name, source.replace("NAME", name))
    install("fine", SOUND.replace("NAME", "fine"))
    host = PluginHost.load()
    status = _named(host, name)
    assert (status.state, status.package, status.connectors) == ("failed", f"made-{name}", ())
    assert error in status.error
    assert status.error.startswith(name) or "there already" in status.error
    assert _named(host, "fine").state == "loaded"
    assert "git" in host.connectors
    assert host.check(name)[0] == status.error


def test_entry_point_to_an_attribute_or_to_nothing(install: Install) -> None:
    install("attribute", SOUND, value="made_attribute_attribute:Sound")
    install("nothing", SOUND, value="made_nowhere")
    install("lost", SOUND, value="made_lost_lost:Nowhere")
    host = PluginHost.load()
    assert "is no module. Name the package alone." in _named(host, "attribute").error
    assert "ModuleNotFoundError" in _named(host, "nothing").error
    assert "AttributeError" in _named(host, "lost").error


def test_second_connector_of_a_name_is_refused(install: Install) -> None:
    install("alpha", SOUND.replace("NAME", "same"))
    install("beta", SOUND.replace("NAME", "same"))
    host = PluginHost.load()
    assert _named(host, "alpha").connectors == ("same",)
    assert "connector 'same' is there already, from made_alpha_alpha" in _named(host, "beta").error
    assert host.connector_class("same").__module__ == "made_alpha_alpha"


def test_second_plugin_of_a_name_is_refused(install: Install) -> None:
    install("same", SOUND.replace("NAME", "one"), package="first")
    install("same", SOUND.replace("NAME", "two"), package="second")
    host = PluginHost.load()
    one, two = [status for status in host.statuses() if status.name == "same"]
    assert (one.package, one.state, two.package, two.state) == ("first", "loaded", "second", "failed")
    assert "package first has a plugin of this name too" in two.error
    assert "one" in host.connectors
    assert "two" not in host.connectors


def test_unknown_connector_lists_what_there_is(install: Install) -> None:
    install("raises", "raise RuntimeError")
    with pytest.raises(NotFound) as caught:
        PluginHost.load().connector_class("tracker")
    assert caught.value.message == "there is no connector 'tracker'."
    assert "git, github" in caught.value.hint
    assert "Plugins that failed: raises;" in caught.value.hint


def test_unknown_plugin_lists_what_there_is() -> None:
    with pytest.raises(NotFound, match=r"no plugin 'tracker'.*dataset, .*git, "):
        PluginHost.load().check("tracker")


def test_nothing_installed() -> None:
    host = PluginHost.load([])
    assert host.statuses() == []
    with pytest.raises(NotFound, match="There are: none"):
        host.connector_class("git")


# checks


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("import coachkit.store", "coachkit.store"),
        ("import coachkit", "coachkit"),
        ("from coachkit import ingest", "coachkit.ingest"),
        ("from coachkit.domain.work import WorkItem", "coachkit.domain.work"),
        ("def f():\n    from coachkit.errors import CoachkitError", "coachkit.errors"),
        ("import coachkit_git", "coachkit_git"),
    ],
)
def test_check_finds_imports_beside_the_sdk(install: Install, line: str, name: str) -> None:
    install("nosy", f"{SOUND}\n{line}\nimport coachkit.sdk.testing\n".replace("NAME", "nosy"))
    (finding,) = PluginHost.load().check("nosy")
    assert f"imports {name}; a plugin imports coachkit.sdk and nothing else of ours." in finding


def test_check_finds_missing_words_and_requirements(install: Install) -> None:
    install("silent", SOUND.replace("NAME", "silent"), requires="Requires-Dist: coachkit-git\n", readme="")
    findings = PluginHost.load().check("silent")
    assert len(findings) == 2
    assert 'add "coachkit" to its dependencies' in findings[0]
    assert "has no description" in findings[1]


def test_check_of_a_checkout_wants_readme_and_contract_tests(install: Install, tmp_path: Path) -> None:
    project = tmp_path / "my project"
    (project / "tests").mkdir(parents=True)
    (project / "tests" / "test_it.py").write_text("def test_it(): ...", "utf-8")
    install("mine", SOUND.replace("NAME", "mine"), checkout=project)
    findings = PluginHost.load().check("mine")
    assert ["README.md" in finding for finding in findings] == [True, False]
    assert "ConnectorContract" in findings[1]
    (project / "README.md").write_text("Words.", "utf-8")
    (project / "tests" / "test_it.py").write_text("from coachkit.sdk.testing import ConnectorContract", "utf-8")
    assert PluginHost.load().check("mine") == []


@pytest.mark.parametrize("name", ["git", "jsonl", "dataset"])
def test_our_own_plugins_keep_every_rule(name: str) -> None:
    assert PluginHost.load().check(name) == []
