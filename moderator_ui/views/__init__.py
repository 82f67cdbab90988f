"""One file per noun; ``templates/`` has a folder of the same name for each."""
