"""What is drawn: classes, colours, tiles, pages and pictures."""
