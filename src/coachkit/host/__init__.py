"""Loads plugins and checks them: one that is broken is named, left out, and never stops the rest. Writes new ones."""

from coachkit.host.plugins import PluginHost, PluginStatus
from coachkit.host.quality import Quality, RuleResult, State, Tier
from coachkit.host.scaffolding import NewPlugin, write_plugin

__all__ = ["NewPlugin", "PluginHost", "PluginStatus", "Quality", "RuleResult", "State", "Tier", "write_plugin"]
