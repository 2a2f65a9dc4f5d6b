import Testing

/// Tests of this process's own memory, one at a time: what one of them has just freed would be another's next.
@Suite(.serialized) struct HostProcessTests {}
