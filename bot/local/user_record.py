"""The users of the local workspace, Haru's bot user among them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.local.state import Json, State, dump, load
from bot.local.workspace_identity import APP_ID, BOT_ID, TEAM_ID


@dataclass(frozen=True)
class NewUser:
    """A user to add. ``zone`` is an IANA time zone, ``color`` an RGB hex code. Owners are admins too."""

    id: str
    handle: str
    display_name: str
    locale: str
    zone: str
    color: str
    is_admin: bool = False
    is_owner: bool = False
    is_bot: bool = False


class UserRecord:
    """Stores and finds users. Does not know which conversations they belong to."""

    def __init__(self, state: State) -> None:
        self._state = state

    def add(self, user: NewUser) -> None:
        body: Json = {
            "id": user.id,
            "name": user.handle,
            "real_name": user.display_name,
            "locale": user.locale,
            "tz": user.zone,
            "color": user.color,
            "is_admin": user.is_admin or user.is_owner,
            "is_owner": user.is_owner,
            "is_bot": user.is_bot,
            "is_restricted": False,
            "deleted": False,
        }
        self._state.write("INSERT OR REPLACE INTO user VALUES (?, ?)", user.id, dump(body))

    def get(self, user_id: str) -> Json | None:
        row = self._state.row("SELECT body FROM user WHERE id = ?", user_id)
        return None if row is None else load(row["body"])

    def find_by_name(self, name: str) -> Json | None:
        """The user with this handle or display name, ignoring case."""
        wanted = name.lower()
        return next(
            (user for user in self.all() if wanted in (user["name"], user["real_name"].lower())), None
        )

    def all(self) -> list[Json]:
        return [load(row["body"]) for row in self._state.rows("SELECT body FROM user ORDER BY rowid")]

    def change(self, user_id: str, **fields: object) -> None:
        """Overwrite fields of a user, for instance ``deleted=True``. KeyError if there is no such user.

        ``team`` makes the user a member of another workspace.
        """
        body = self.get(user_id)
        if body is None:
            raise KeyError(user_id)
        self._state.write("UPDATE user SET body = ? WHERE id = ?", dump(body | fields), user_id)


def user_object(user: Json, *, at: datetime, include_locale: bool = False) -> Json:
    """A user as ``users.info`` returns them. ``at`` decides the UTC offset of their time zone.

    https://docs.slack.dev/reference/objects/user-object
    """
    offset = at.astimezone(ZoneInfo(user["tz"])).utcoffset()
    team_id = user.get("team", TEAM_ID)
    body: Json = {
        "id": user["id"],
        "team_id": team_id,
        "name": user["name"],
        "deleted": user["deleted"],
        "color": user["color"],
        "real_name": user["real_name"],
        "tz": user["tz"],
        "tz_label": user["tz"].rpartition("/")[2].replace("_", " "),
        "tz_offset": int(offset.total_seconds()) if offset is not None else 0,
        "profile": {
            "real_name": user["real_name"],
            "display_name": user["real_name"],
            "real_name_normalized": user["real_name"],
            "display_name_normalized": user["real_name"],
            "status_text": "",
            "status_emoji": "",
            "avatar_hash": "",
            "team": team_id,
        },
        "is_admin": user["is_admin"],
        "is_owner": user["is_owner"],
        "is_primary_owner": user["is_owner"],
        "is_restricted": user["is_restricted"],
        "is_ultra_restricted": user.get("is_ultra_restricted", False),
        "is_bot": user["is_bot"],
        "is_app_user": False,
        "updated": 1740400000,
    }
    if user["is_bot"]:
        body["profile"] |= {"api_app_id": APP_ID, "bot_id": BOT_ID, "always_active": True}
    # Slack never tells an app the locale of a user from another workspace.
    if include_locale and team_id == TEAM_ID:
        body["locale"] = user["locale"]
    return body
