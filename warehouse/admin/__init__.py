"""The warehouse as an operator sees it: read only, since every row can be built again.

Missing are the bridges, `mart_video_daily`, `mart_view_velocity` and `mart_speech_pace`: Django's admin takes no
model with a composite key. What bridges hold is shown with its video; the marts are read over the API, to which
the lists of marts link.
"""

from warehouse.admin import builds, dimensions, facts, marts

__all__ = ["builds", "dimensions", "facts", "marts"]
