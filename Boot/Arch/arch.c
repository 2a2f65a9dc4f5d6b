// Arch is its header; a target needs a source file.
