"""Problems read from files: TOML, CSV and NPZ, with every mistake in them said."""
