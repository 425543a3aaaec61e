"""The two languages the bot speaks: message catalogues, date formats, and the language of a reply."""
