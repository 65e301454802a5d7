"""The sheet: lines of texts in named styles, and the widget that paints those that changed."""
