"""yt-dlp in a process of its own: a hang is ended by a time limit, a crash costs one attempt.

`process` starts `child` and relays what it says; only `child` and the modules it stands on (`guard`, `site`,
`download`, `metadata`) import yt_dlp, and none of these knows of Django.
"""
