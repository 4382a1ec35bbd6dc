"""Speed, side by side with the article's own loop."""
