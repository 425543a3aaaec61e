"""The fixed ids and names of the local workspace, of the app installed in it, and of the app's bot user."""

TEAM_ID = "T0LOCAL"
TEAM_NAME = "Haru Local"
TEAM_DOMAIN = "haru-local"
APP_ID = "A0HARU"
BOT_ID = "B0HARU"
BOT_USER_ID = "U0HARU"
BOT_NAME = "haru"
