"""The people of the local workspace, and Haru among them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.local.state import Json, State, dump, load
from bot.local.workspace_identity import APP_ID, BOT_ID, TEAM_ID


class UserRecord:
    """Who there is. Does not know who is in which channel."""

    def __init__(self, state: State) -> None:
        self._state = state

    def add(
        self,
        person: str,
        name: str,
        real_name: str,
        *,
        locale: str,
        zone: str,
        color: str,
        admin: bool = False,
        owner: bool = False,
        bot: bool = False,
        guest: bool = False,
    ) -> None:
        body: Json = {
            "id": person,
            "name": name,
            "real_name": real_name,
            "locale": locale,
            "tz": zone,
            "color": color,
            "is_admin": admin or owner,
            "is_owner": owner,
            "is_bot": bot,
            "is_restricted": guest,
            "deleted": False,
        }
        self._state.write("INSERT OR REPLACE INTO person VALUES (?, ?)", person, dump(body))

    def get(self, person: str) -> Json | None:
        row = self._state.row("SELECT body FROM person WHERE id = ?", person)
        return None if row is None else load(row["body"])

    def named(self, name: str) -> Json | None:
        """The person with this handle or display name, whatever its case."""
        wanted = name.lower()
        return next((one for one in self.all() if wanted in (one["name"], one["real_name"].lower())), None)

    def all(self) -> list[Json]:
        return [load(row["body"]) for row in self._state.rows("SELECT body FROM person ORDER BY rowid")]

    def change(self, person: str, **facts: object) -> None:
        """Set facts of a person, for instance ``deleted=True``, or another ``team`` than this one."""
        body = self.get(person)
        if body is None:
            raise KeyError(person)
        self._state.write("UPDATE person SET body = ? WHERE id = ?", dump(body | facts), person)


def user_object(person: Json, *, at: datetime, locale: bool = False) -> Json:
    """A person as ``users.info`` shows them: https://docs.slack.dev/reference/objects/user-object"""
    offset = at.astimezone(ZoneInfo(person["tz"])).utcoffset()
    body: Json = {
        "id": person["id"],
        "team_id": person.get("team", TEAM_ID),
        "name": person["name"],
        "deleted": person["deleted"],
        "color": person["color"],
        "real_name": person["real_name"],
        "tz": person["tz"],
        "tz_label": person["tz"].rpartition("/")[2].replace("_", " "),
        "tz_offset": int(offset.total_seconds()) if offset is not None else 0,
        "profile": {
            "real_name": person["real_name"],
            "display_name": person["real_name"],
            "real_name_normalized": person["real_name"],
            "display_name_normalized": person["real_name"],
            "status_text": "",
            "status_emoji": "",
            "avatar_hash": "",
            "team": person.get("team", TEAM_ID),
        },
        "is_admin": person["is_admin"],
        "is_owner": person["is_owner"],
        "is_primary_owner": person["is_owner"],
        "is_restricted": person["is_restricted"],
        "is_ultra_restricted": person.get("is_ultra_restricted", False),
        "is_bot": person["is_bot"],
        "is_app_user": False,
        "updated": 1740400000,
    }
    if person["is_bot"]:
        body["profile"] |= {"api_app_id": APP_ID, "bot_id": BOT_ID, "always_active": True}
    if locale and body["team_id"] == TEAM_ID:
        body["locale"] = person["locale"]
    return body
