"""The methods views.open, views.push, views.update and views.publish."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bot.local.api.call import ApiError, Call
from bot.local.interaction_tokens import TokenError
from bot.local.state import Json
from bot.local.view_objects import ViewError


def open_modal(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/views.open"""
    view = _view(call)
    user_id, _ = _trigger(call)
    with _view_errors():
        opened = call.team.modals.open(user_id, view)
    call.team.page_events.publish("views", user_id=user_id)
    return {"view": opened}


def push(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/views.push: the trigger must come from an open modal."""
    view = _view(call)
    user_id, parent_id = _trigger(call)
    if parent_id is None or call.team.modals.get(parent_id) is None:
        raise ApiError("not_found")
    with _view_errors():
        pushed = call.team.modals.push(user_id, view)
    call.team.page_events.publish("views", user_id=user_id)
    return {"view": pushed}


def update(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/views.update, by ``view_id`` only."""
    view, view_id = _view(call), call.text("view_id")
    with _view_errors():
        updated = call.team.modals.update(view_id, view, expected_hash=call.optional("hash"))
    call.team.page_events.publish("views")
    return {"view": updated}


def publish(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/views.publish"""
    user_id = call.text("user_id")
    if call.team.users.get(user_id) is None:
        raise ApiError("user_not_found")
    view = _view(call)
    with _view_errors():
        published = call.team.app_homes.publish(user_id, view, expected_hash=call.optional("hash"))
    call.team.page_events.publish("home", user_id=user_id)
    return {"view": published}


def _view(call: Call) -> Json:
    view = call.json_value("view")
    if not isinstance(view, dict):
        raise ApiError("invalid_arguments", "[ERROR] missing required field: view")
    return view


def _trigger(call: Call) -> tuple[str, str | None]:
    """Use up the call's trigger id. Returns its user, and the view it came from, if any."""
    try:
        return call.team.triggers.use(call.optional("trigger_id"))
    except TokenError as error:
        raise ApiError(str(error)) from error


@contextmanager
def _view_errors() -> Iterator[None]:
    """Turn a ViewError into the ApiError with the same code and details."""
    try:
        yield
    except ViewError as error:
        raise ApiError(error.code, *error.messages) from error
