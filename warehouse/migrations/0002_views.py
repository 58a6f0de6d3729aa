from django.db import migrations

from warehouse.view_operations import create_function, create_view


class Migration(migrations.Migration):
    dependencies = [
        ("warehouse", "0001_initial"),
        ("ingestion", "0001_initial"),
    ]

    operations = [
        create_function("read_count"),
        create_function("read_flag"),
        create_function("read_id"),
        create_function("read_list"),
        create_function("read_object"),
        create_function("read_duration"),
        create_function("read_time"),
        create_function("read_epoch"),
        create_function("surrogate_key"),
        create_function("count_words"),
        create_view("stg_youtube_api_item"),
        create_view("stg_video"),
        create_view("stg_channel"),
        create_view("stg_playlist"),
        create_view("stg_playlist_item"),
        create_view("stg_video_category"),
        create_view("stg_yt_dlp_info"),
        create_view("int_video"),
        create_view("int_channel"),
        create_view("int_video_snapshot"),
        create_view("int_channel_snapshot"),
        create_view("mart_video_current"),
        create_view("mart_video_daily"),
        create_view("mart_channel_totals"),
        create_view("mart_speech_pace"),
    ]
