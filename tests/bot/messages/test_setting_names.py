"""A channel's settings as people read them."""

from __future__ import annotations

import pytest

from bot.channels.preferences import Field, Layout
from bot.language.catalogue import LANGUAGES, catalogue_for
from bot.messages.setting_names import LAYOUT_NAMES, recorded_value


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("layout", Layout)
def test_a_layout_is_called_what_people_type(layout: Layout, language: str) -> None:
    """A layout's name starts with the word that `/digest layout` takes, in every language."""
    catalogue = catalogue_for(language)
    assert catalogue.gettext(LAYOUT_NAMES[layout]).startswith(f"{layout} (")
    assert recorded_value(Field.LAYOUT, layout.value, catalogue).startswith(f"{layout} (")
