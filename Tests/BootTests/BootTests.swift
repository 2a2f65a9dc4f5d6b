import Testing

/// Everything that boots the real loader and kernel on real firmware in QEMU, one machine at a time: two emulators on two
/// processors would only slow each other down.
@Suite(.serialized)
struct BootTests {}
