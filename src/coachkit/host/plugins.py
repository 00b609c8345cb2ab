"""Which plugins are installed, which of them work, and what they bring."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType
from typing import Literal

import pluggy

from coachkit.errors import ContractViolation, NotFound, PluginError, PluginLoadError
from coachkit.host.checks import checkout_of, findings_about, foreign_imports
from coachkit.host.evidence import evidence_of
from coachkit.host.quality import Quality, read_claims
from coachkit.sdk import hookspecs
from coachkit.sdk.connector import Connector
from coachkit.sdk.rules import broken_rules

__all__ = ["PluginHost", "PluginStatus"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginStatus:
    """One plugin as it was found.

    :ivar name: of its entry point. :ivar package: the distribution that it came in, with its ``version``.
    :ivar error: why it is left out, and what to do; empty if it is not.
    :ivar connectors: names of the connectors that it brings.
    """

    name: str
    package: str
    version: str
    state: Literal["loaded", "failed"] = "loaded"
    error: str = ""
    connectors: tuple[str, ...] = ()


@dataclass(slots=True)
class _Plugin:
    status: PluginStatus
    entry: EntryPoint
    module: ModuleType | None = None


class PluginHost:
    """The plugins of this installation. Make it with :meth:`load`."""

    def __init__(self) -> None:
        self._manager = pluggy.PluginManager(hookspecs.GROUP)
        self._manager.add_hookspecs(hookspecs)
        self._plugins: list[_Plugin] = []
        self._connectors: dict[str, type[Connector]] = {}

    @classmethod
    def load(cls, found: Iterable[EntryPoint] | None = None) -> PluginHost:
        """Import and register every plugin; what fails is listed by :meth:`statuses`, and the others go on.

        :param found: entry points to load instead of the installed ones of group ``coachkit``.
        """
        host = cls()
        entries = entry_points(group=hookspecs.GROUP) if found is None else found
        # an installation can be listed twice: as a folder on the path and as what it was installed to
        unique = {(entry.name, _package(entry), entry.value): entry for entry in entries}
        for key in sorted(unique):
            host._add(unique[key])
        return host

    def statuses(self) -> list[PluginStatus]:
        """Every plugin found, by name."""
        return [plugin.status for plugin in self._plugins]

    @property
    def connectors(self) -> dict[str, type[Connector]]:
        """Name → class of every connector that can be used, by name."""
        return dict(sorted(self._connectors.items()))

    def connector_class(self, name: str) -> type[Connector]:
        """:raises NotFound: listing the connectors there are, and plugins that failed."""
        if name in self._connectors:
            return self._connectors[name]
        failed = [plugin.status.name for plugin in self._plugins if plugin.status.state == "failed"]
        hint = f"There are: {', '.join(self.connectors) or 'none'}."
        if failed:
            hint += f" Plugins that failed: {', '.join(failed)}; see `coachkit plugin list`."
        advice = f"现有：{', '.join(self.connectors) or '无'}。"
        if failed:
            advice += f"出错的插件：{', '.join(failed)}，详见 `coachkit plugin list`。"
        raise NotFound(f"there is no connector {name!r}.", hint=hint, chinese=(f"没有名为“{name}”的连接器。", advice))

    def quality(self, name: str, *, tests: bool = True) -> Quality | None:
        """What a plugin claims in its ``quality.yaml``, what of that holds, and the tier that it reaches.

        :param tests: run its tests; without, what they would show is taken at its authors' word.
        :returns: ``None`` where its files are not at hand: it is installed, and not from a folder that one works in.
        :raises NotFound: if no plugin has this name.
        """
        plugin = self._named(name)[0]
        root = checkout_of(plugin.entry.dist) if plugin.entry.dist is not None else None
        if root is None:
            return None
        claims, problems = read_claims(root)
        connectors = [self._connectors[one] for one in plugin.status.connectors]
        imports = list(foreign_imports(plugin.module)) if plugin.module is not None else []
        seen = evidence_of(
            root,
            connectors,
            load_error=plugin.status.error,
            import_findings=imports,
            tests=tests and not plugin.status.error,
        )
        return Quality.of(claims, problems, seen)

    def check(self, name: str) -> list[str]:
        """What is wrong with a plugin, as far as it can be seen without a source; empty if nothing is.

        :raises NotFound: if no plugin has this name.
        """
        findings: list[str] = []
        for plugin in self._named(name):
            if plugin.status.error:
                findings.append(plugin.status.error)
            if plugin.module is not None:
                findings += findings_about(plugin.module, plugin.entry.dist)
        return findings

    def _named(self, name: str) -> list[_Plugin]:
        named = [plugin for plugin in self._plugins if plugin.status.name == name]
        if not named:
            there = ", ".join(plugin.status.name for plugin in self._plugins) or "none"
            raise NotFound(f"there is no plugin {name!r}.", hint=f"There are: {there}.")
        return named

    def _add(self, entry: EntryPoint) -> None:
        version = entry.dist.version if entry.dist is not None else "unknown"
        plugin = _Plugin(PluginStatus(name=entry.name, package=_package(entry), version=version), entry)
        self._plugins.append(plugin)
        try:
            plugin.module = _import(entry)
            self._register(plugin.module, entry.name)
            brought = self._brought(plugin.module)
            self._refuse_duplicates(brought)
        except PluginError as error:
            if plugin.module is not None and self._manager.is_registered(plugin.module):
                self._manager.unregister(plugin.module)
            plugin.status = replace(plugin.status, state="failed", error=str(error))
        else:
            self._connectors |= {connector.name: connector for connector in brought}
            plugin.status = replace(plugin.status, connectors=tuple(connector.name for connector in brought))

    def _register(self, module: ModuleType, name: str) -> None:
        if self._manager.has_plugin(name):
            other = next(plugin.status.package for plugin in self._plugins if plugin.status.name == name)
            raise PluginLoadError(f"package {other} has a plugin of this name too.", subject=name, hint="Remove one.")
        try:
            self._manager.register(module, name=name)
            self._manager.check_pending()
        except pluggy.PluginValidationError as error:
            words = " ".join(str(error).split())
            raise ContractViolation(f"a hook does not fit: {words}.", subject=name, hint=_HOOKS) from error
        except ValueError as error:
            raise PluginLoadError(f"cannot be registered: {error}.", subject=name) from error
        if not self._manager.get_hookcallers(module):
            raise ContractViolation("implements no hook.", subject=name, hint=_HOOKS)

    def _brought(self, module: ModuleType) -> list[type[Connector]]:
        """The connectors of one plugin, asked for by itself, so that it fails alone."""
        name = self._manager.get_name(module) or module.__name__
        brought: list[type[Connector]] = []
        for implementation in self._manager.hook.connectors.get_hookimpls():
            if implementation.plugin is not module:
                continue
            try:
                answer: object = implementation.function()
            except Exception as error:
                raise PluginLoadError(f"connectors() raised {_named(error)}", subject=name) from error
            if not isinstance(answer, Sequence) or isinstance(answer, str):
                kind = type(answer).__name__
                raise ContractViolation(f"connectors() gave {kind}; return a list of classes.", subject=name)
            broken = [rule for connector in answer for rule in broken_rules(connector)]
            if broken:
                raise ContractViolation(" ".join(broken), subject=name)
            brought += answer
        return brought

    def _refuse_duplicates(self, brought: list[type[Connector]]) -> None:
        names = [connector.name for connector in brought]
        for connector in brought:
            taken = self._connectors.get(connector.name)
            if taken is not None or names.count(connector.name) > 1:
                other = (taken or connector).__module__
                raise ContractViolation(
                    f"connector {connector.name!r} is there already, from {other}.",
                    subject=connector.__module__,
                    hint="Rename one of the two.",
                )


_HOOKS = "The hooks are in coachkit.sdk.hookspecs."


def _package(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist is not None else "unknown"


def _import(entry: EntryPoint) -> ModuleType:
    """The plugin's module.

    :raises PluginLoadError: whatever goes wrong in it, even if it tries to end the program.
    """
    try:
        module = entry.load()
    except (Exception, SystemExit) as error:
        raise PluginLoadError(f"cannot be imported: {_named(error)}", subject=entry.name) from error
    if not isinstance(module, ModuleType):
        raise PluginLoadError(
            f"its entry point {entry.value!r} is no module.", subject=entry.name, hint="Name the package alone."
        )
    return module


def _named(error: BaseException) -> str:
    words = str(error).strip().rstrip(".")
    return f"{type(error).__name__}: {words}." if words else f"{type(error).__name__}."
