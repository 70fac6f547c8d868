def trim_reply(text: str, html: str) -> str:
    return text
