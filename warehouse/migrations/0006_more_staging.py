from django.db import migrations

from warehouse.view_operations import create_view


class Migration(migrations.Migration):
    dependencies = [("warehouse", "0005_view_velocity")]

    operations = [
        create_view("stg_comment_thread"),
        create_view("stg_caption"),
        create_view("stg_search_result"),
        create_view("stg_playlist_info"),
    ]
