from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('ingestion', '0013_fewer_indexes'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='audiofetch',
            options={'verbose_name_plural': 'audio fetches'},
        ),
        migrations.AlterModelOptions(
            name='enquiry',
            options={'verbose_name_plural': 'enquiries'},
        ),
    ]
