"""views.*: https://docs.slack.dev/reference/methods?family=views"""

from __future__ import annotations

from bot.local.api.call import ApiError, Call
from bot.local.interaction_tokens import TokenError
from bot.local.modals import ViewError
from bot.local.state import Json


def open_view(call: Call) -> Json:
    """views.open"""
    view = _view(call)
    person, _ = _trigger(call)
    try:
        made = call.team.views.open(person, view)
    except ViewError as error:
        raise ApiError(error.code, *error.messages) from error
    return _told(call, person, made)


def push(call: Call) -> Json:
    """views.push: only from within an open modal."""
    view = _view(call)
    person, parent = _trigger(call)
    if parent is None or call.team.views.get(parent) is None:
        raise ApiError("not_found")
    try:
        made = call.team.views.push(person, view)
    except ViewError as error:
        raise ApiError(error.code, *error.messages) from error
    return _told(call, person, made)


def update(call: Call) -> Json:
    """views.update"""
    view = _view(call)
    view_id, external_id = call.optional("view_id"), call.optional("external_id")
    if not view_id and not external_id:
        raise ApiError("invalid_arguments", "[ERROR] missing required field: view_id")
    try:
        made = call.team.views.update(
            view, view_id=view_id, external_id=external_id, known=call.optional("hash")
        )
    except ViewError as error:
        raise ApiError(error.code, *error.messages) from error
    call.team.page_events.tell("views")
    return {"view": made}


def publish(call: Call) -> Json:
    """views.publish"""
    person = call.text("user_id")
    if call.team.users.get(person) is None:
        raise ApiError("user_not_found")
    try:
        made = call.team.views.publish(person, _view(call), known=call.optional("hash"))
    except ViewError as error:
        raise ApiError(error.code, *error.messages) from error
    call.team.page_events.tell("home", person=person)
    return {"view": made}


def _view(call: Call) -> Json:
    view = call.structure("view")
    if not isinstance(view, dict):
        raise ApiError("invalid_arguments", "[ERROR] missing required field: view")
    return view


def _trigger(call: Call) -> tuple[str, str | None]:
    given = call.optional("trigger_id") or call.optional("interactivity_pointer")
    try:
        return call.team.triggers.spend(given)
    except TokenError as error:
        raise ApiError(str(error)) from error


def _told(call: Call, person: str, made: Json) -> Json:
    call.team.page_events.tell("views", person=person)
    return {"view": made}
