"""The panes: each reads the step that the screen hands down."""
