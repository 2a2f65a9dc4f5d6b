// KernelEntry is its header and its assembly; a target needs a source file.
