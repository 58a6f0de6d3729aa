"""Following channels, playlists, videos and searches: what is pulled when, and what is asked of each video."""
