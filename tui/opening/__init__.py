"""Problems inside the application: opened, made, and run anew with other settings."""
