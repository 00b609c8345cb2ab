"""Loads plugins and checks them: one that is broken is named and left out, and never stops the rest."""

from coachkit.host.plugins import PluginHost, PluginStatus

__all__ = ["PluginHost", "PluginStatus"]
