"""The audio and captions of videos whose audio is wanted: claimed, downloaded, landed, tried again."""
