"""The YouTube Data API v3: what a link means, what a call costs, what an error says."""
