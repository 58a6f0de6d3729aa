"""Addresses of what was said: the library and its lectures, pages and API."""

from django.urls import URLPattern, URLResolver, path, register_converter
from django.urls.converters import StringConverter

from transcripts import api, correction_api, correction_views, exports, views


class VideoIdConverter(StringConverter):
    """Ids as sources give them: YouTube's own alphabet."""

    regex = "[A-Za-z0-9_-]{1,64}"


class TranscriptFormatConverter(StringConverter):
    regex = f"(?:{'|'.join(exports.FORMATS)})"


register_converter(VideoIdConverter, "video_id")
register_converter(TranscriptFormatConverter, "transcript_format")

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.show_library, name="library"),
    path("videos/<video_id:video_id>/", views.show_video, name="video"),
    path("videos/<video_id:video_id>/media/", views.send_media, name="video_media"),
    path(
        "videos/<video_id:video_id>/transcript.<transcript_format:kind>",
        views.send_transcript,
        name="transcript_download",
    ),
    path("segments/<int:pk>/", correction_views.correct_segment, name="segment"),
    path("corrections/<int:pk>/settle/", correction_views.settle, name="correction_settle"),
]

api_urlpatterns: list[URLPattern | URLResolver] = [
    path("videos/<str:video_id>/chapters/", api.ChapterListView.as_view(), name="api_chapters"),
    path("videos/<str:video_id>/transcript/", api.TranscriptView.as_view(), name="api_transcript"),
    path(
        "videos/<str:video_id>/transcript.<str:kind>",
        api.TranscriptFileView.as_view(),
        name="api_transcript_file",
    ),
    path("videos/<str:video_id>/corrections/", correction_api.UnplacedListView.as_view(), name="api_corrections"),
    path("corrections/<int:pk>/settle/", correction_api.SettleView.as_view(), name="api_correction_settle"),
    path("segments/<int:pk>/", correction_api.SegmentView.as_view(), name="api_segment"),
    path("transcriptions/", api.TranscriptionListView.as_view(), name="api_transcriptions"),
    path("transcriptions/<int:pk>/", api.TranscriptionView.as_view(), name="api_transcription"),
    path("transcriptions/<int:pk>/again/", api.TranscribeAgainView.as_view(), name="api_transcribe_again"),
]
