import BootHandoff
import MemoryMap
import Testing
import SeededRandom

/// Boot services are left with exactly the map whose key was accepted, or not at all and without a leak.
@Suite struct BootServicesExitTests {
    /// Runs the sequence and checks what has to be true of every run, however the firmware behaves.
    @discardableResult
    private func run(
        _ firmware: inout ModelFirmware, attemptLimit: Int = 8, mapByteLimit: UInt64 = 16 << 20
    ) throws(BootServicesExitError) -> BootServicesExit.Outcome {
        let exit = BootServicesExit(attemptLimit: attemptLimit, mapByteLimit: mapByteLimit)
        defer { #expect(firmware.faults.isEmpty) }
        do throws(BootServicesExitError) {
            let outcome = try exit.run(on: &firmware)
            #expect(firmware.hasExited)
            #expect(firmware.buffers.count == 2, "the map and the working buffer remain")
            #expect(outcome.attempts == firmware.exits)
            #expect(outcome.regrown + 1 == firmware.calls.count { if case .allocatePages = $0 { true } else { false } })
            let copy = firmware.buffers[outcome.memoryMap.range.start.rawValue]
            #expect(copy?.isPool == false)
            let map = firmware.expectedMap()
            #expect(outcome.memoryMap.range.byteCount == UInt64(map.count))
            #expect(copy.map { Array($0.bytes.prefix(map.count)) } == map, "the map is the one whose key was accepted")
            #expect(outcome.memoryMap.descriptorSize == firmware.descriptorSize)
            #expect(outcome.descriptorCount == firmware.descriptorCount)
            return outcome
        } catch {
            #expect(!firmware.hasExited)
            #expect(error.attempts == firmware.exits)
            if firmware.freeStatus == 0 { #expect(firmware.buffers.isEmpty, "nothing leaks") }
            throw error
        }
    }

    @Test func quietFirmwareTakesOneAttempt() throws {
        var firmware = ModelFirmware()
        let outcome = try run(&firmware)
        #expect(outcome.attempts == 1)
        #expect(outcome.regrown == 0)
        #expect(outcome.memoryMap.descriptorVersion == 1)
        // The probe asks for nothing; room for 8 descriptors more than it answered, in whole pages.
        let calls = firmware.calls
        #expect(
            calls == [.getMemoryMap(capacity: 0), .allocatePages(2), .allocatePool(8192), .getMemoryMap(capacity: 8192), .exit])
    }

    /// The map changes between `GetMemoryMap` and `ExitBootServices`, a given number of times.
    @Test(arguments: 0..<8) func staleKeysAreRetried(changes: Int) throws {
        var firmware = ModelFirmware()
        firmware.afterGetMemoryMap = { call, change in change.isChanged = call > 0 && call <= changes }
        let outcome = try run(&firmware)
        #expect(outcome.attempts == changes + 1)
        #expect(outcome.regrown == 0, "buffers that are large enough stay")
        let afterFirstExit = firmware.calls.drop { $0 != .exit }
        #expect(afterFirstExit.allSatisfy { $0 == .exit || $0 == .getMemoryMap(capacity: 8192) })
    }

    @Test(arguments: [1, 2, 8, 100]) func attemptsAreBounded(limit: Int) {
        var firmware = ModelFirmware()
        firmware.afterGetMemoryMap = { _, change in change.isChanged = true }
        let error = #expect(throws: BootServicesExitError.self) { try run(&firmware, attemptLimit: limit) }
        #expect(error == BootServicesExitError(.keyNeverAccepted(status: ModelFirmware.staleKey), attempts: limit, regrown: 0))
    }

    @Test(arguments: [0, -1, Int.min]) func atLeastOneAttemptIsMade(limit: Int) throws {
        var firmware = ModelFirmware()
        #expect(try run(&firmware, attemptLimit: limit).attempts == 1)
    }

    /// The map grows by far more than the slack, before and after exits that failed.
    @Test(arguments: [[1: 500], [0: 900], [1: 300, 2: 700], [1: 300, 3: 5000, 4: 9000], [0: 200, 1: 400, 2: 800, 3: 1600]])
    func buffersGrowWithTheMap(counts: [Int: UInt64]) throws {
        var firmware = ModelFirmware()
        firmware.afterGetMemoryMap = { call, change in
            guard let count = counts[call] else { return }
            change = ModelFirmware.Change(descriptorCount: count, isChanged: true)
        }
        let outcome = try run(&firmware)
        #expect(outcome.regrown > 0)
        #expect(outcome.descriptorCount >= counts.values.max() ?? 0)
    }

    @Test func aShrunkenMapIsCopiedAtItsSize() throws {
        var firmware = ModelFirmware()
        firmware.afterGetMemoryMap = { call, change in
            if call == 1 { change = ModelFirmware.Change(descriptorCount: 3, isChanged: true) }
        }
        let outcome = try run(&firmware)
        #expect(outcome.attempts == 2)
        #expect(outcome.descriptorCount == 3)
    }

    /// Allocations that add more descriptors than the slack are overtaken, as the slack doubles.
    @Test(arguments: [1, 8, 40, 200] as [UInt64]) func growingSlackOvertakesItsOwnAllocations(growth: UInt64) throws {
        var firmware = ModelFirmware()
        firmware.descriptorsPerAllocation = growth
        try run(&firmware)
    }

    /// The key is stale each time, and the map has outgrown its buffers each time too.
    @Test func aMapThatGrowsForEverIsGivenUp() {
        var firmware = ModelFirmware()
        firmware.afterGetMemoryMap = { _, change in
            change = ModelFirmware.Change(descriptorCount: change.descriptorCount * 2, isChanged: true)
        }
        let error = #expect(throws: BootServicesExitError.self) { try run(&firmware) }
        guard case .mapKeepsGrowing(let needed) = error?.reason else { return #expect(error?.reason == nil) }
        #expect(needed > 1_000_000)
        #expect(error?.regrown == 8)
    }

    /// Every allocation, of the first buffers and of those that replace them, may be the one that fails.
    @Test(arguments: 0..<6) func runningOutOfMemoryLeaksNothing(failing: Int) {
        var firmware = ModelFirmware()
        firmware.afterGetMemoryMap = { call, change in
            if call > 0 { change = ModelFirmware.Change(descriptorCount: change.descriptorCount * 3, isChanged: true) }
        }
        firmware.allocationFails = { $0 == failing }
        let error = #expect(throws: BootServicesExitError.self) { try run(&firmware) }
        guard case .outOfMemory(let byteCount, ModelFirmware.outOfResources) = error?.reason else {
            return #expect(error?.reason == nil)
        }
        #expect(byteCount >= 8192)
        #expect(error?.attempts == min(failing / 2, 1))
        #expect(error?.regrown == failing / 2)
    }

    @Test(arguments: [0, 1, 39, 44, 4104, 1 << 32, .max] as [UInt64], [0, 1])
    func descriptorSizesThatAreNoneAreRefused(size: UInt64, call: Int) {
        var firmware = ModelFirmware()
        firmware.answer = { index, answer in
            guard index == call else { return answer }
            return switch answer {
            case .success(let count, let key, _, let version):
                .success(byteCount: count, key: key, descriptorSize: size, descriptorVersion: version)
            case .bufferTooSmall(let needed, _): .bufferTooSmall(needed: needed, descriptorSize: size)
            case .failure: answer
            }
        }
        let error = #expect(throws: BootServicesExitError.self) { try run(&firmware) }
        #expect(error?.reason == .badDescriptorSize(size))
        #expect(error?.attempts == 0)
    }

    @Test(arguments: [0, 47, 4801, 8193, 9600, 1 << 40, .max] as [UInt64])
    func mapSizesThatAreNoneAreRefused(size: UInt64) {
        var firmware = ModelFirmware()
        firmware.answer = { index, answer in
            guard index == 1 else { return answer }
            return .success(byteCount: size, key: 1, descriptorSize: 48, descriptorVersion: 1)
        }
        let error = #expect(throws: BootServicesExitError.self) { try run(&firmware) }
        #expect(error?.reason == .badMapSize(size, capacity: 8192))
    }

    @Test func aProbeThatSucceedsIsRefused() {
        var firmware = ModelFirmware()
        firmware.answer = { _, _ in .success(byteCount: 0, key: 1, descriptorSize: 48, descriptorVersion: 1) }
        let error = #expect(throws: BootServicesExitError.self) { try run(&firmware) }
        #expect(error?.reason == .badMapSize(0, capacity: 0))
    }

    @Test(arguments: [16 << 20 + 1, 1 << 40, .max - 48, .max] as [UInt64]) func hugeMapsAreRefused(needed: UInt64) {
        for call in [0, 1] {
            var firmware = ModelFirmware()
            firmware.answer = { index, answer in
                index == call ? .bufferTooSmall(needed: needed, descriptorSize: 48) : answer
            }
            let error = #expect(throws: BootServicesExitError.self) { try run(&firmware) }
            #expect(error?.reason == .mapTooLarge(needed))
        }
    }

    /// Also where the caller believes everything, no sum passes 2^64.
    @Test(arguments: [.max, .max - 4095, .max - 400_000] as [UInt64]) func growingSlackNeverOverflows(needed: UInt64) {
        var firmware = ModelFirmware()
        firmware.answer = { _, _ in .bufferTooSmall(needed: needed, descriptorSize: 4096) }
        firmware.allocationFails = { _ in true }
        let error = #expect(throws: BootServicesExitError.self) { try run(&firmware, mapByteLimit: .max) }
        switch error?.reason {
        case .mapTooLarge(needed), .outOfMemory: break
        default: #expect(error?.reason == nil)
        }
    }

    /// Firmware that asks for less than it needs, or for what it has, gets more each time, and no more than is believed.
    @Test(arguments: [0, 48, 8192] as [UInt64]) func liesAboutTheSizeAreOvertakenOrGivenUp(needed: UInt64) throws {
        var firmware = ModelFirmware()
        firmware.answer = { _, answer in
            guard case .bufferTooSmall(_, let size) = answer else { return answer }
            return .bufferTooSmall(needed: needed, descriptorSize: size)
        }
        #expect(try run(&firmware).descriptorCount >= 100)

        var liar = ModelFirmware()
        liar.answer = { _, _ in .bufferTooSmall(needed: needed, descriptorSize: 4096) }
        let error = #expect(throws: BootServicesExitError.self) { try run(&liar, attemptLimit: 1000) }
        guard case .mapTooLarge(let size) = error?.reason else { return #expect(error?.reason == nil) }
        #expect(size <= 16 << 20 + 65536)
    }

    @Test(arguments: [0, 1, 2]) func aRefusedMapEndsTheSequence(call: Int) {
        var firmware = ModelFirmware()
        firmware.afterGetMemoryMap = { _, change in change.isChanged = true }
        firmware.answer = { $0 == call ? .failure(status: 77) : $1 }
        let error = #expect(throws: BootServicesExitError.self) { try run(&firmware) }
        #expect(error == BootServicesExitError(.mapRefused(status: 77), attempts: max(call - 1, 0), regrown: 0))
    }

    @Test func aStatusThatNoNewerMapCuresEndsTheSequence() {
        var firmware = ModelFirmware()
        firmware.exitStatus = { call, _ in call == 0 ? ModelFirmware.staleKey : 0x8000_0000_0000_0003 }
        let error = #expect(throws: BootServicesExitError.self) { try run(&firmware) }
        #expect(error == BootServicesExitError(.exitRefused(status: 0x8000_0000_0000_0003), attempts: 2, regrown: 0))
    }

    @Test(arguments: [0, 0x1001, 0xFFFF_FFFF_FFFF_F000] as [UInt64]) func placesThatNoBufferHasAreRefused(address: UInt64) {
        for allocation in [0, 1] {
            var firmware = ModelFirmware()
            firmware.place = { index, place in index == allocation ? PhysicalAddress(address) : place }
            let error = #expect(throws: BootServicesExitError.self) { try run(&firmware) }
            #expect(error?.reason == .badAllocation(PhysicalAddress(address)))
        }
    }

    @Test func buffersThatOverlapAreRefused() {
        for distance in [8, 8184] as [UInt64] {
            var firmware = ModelFirmware()
            firmware.place = { index, place in index == 1 ? PhysicalAddress(0x10_0000 + distance) : place }
            let error = #expect(throws: BootServicesExitError.self) { try run(&firmware) }
            #expect(error?.reason == .badAllocation(PhysicalAddress(0x10_0000 + distance)))
        }
        var firmware = ModelFirmware()
        firmware.place = { index, place in index == 1 ? PhysicalAddress(0x10_2000) : place }
        #expect(throws: Never.self) { try run(&firmware) }
    }

    @Test func aBufferThatCannotBeFreedIsTold() {
        var firmware = ModelFirmware()
        firmware.freeStatus = ModelFirmware.staleKey
        firmware.afterGetMemoryMap = { call, change in
            if call == 0 { change = ModelFirmware.Change(descriptorCount: 400, isChanged: true) }
        }
        let error = #expect(throws: BootServicesExitError.self) { try run(&firmware) }
        #expect(error?.reason == .notFreed(PhysicalAddress(0x10_0000), status: ModelFirmware.staleKey))
        #expect(firmware.calls.count { $0 == .freePages } == 1)
        #expect(firmware.calls.count { $0 == .freePool } == 1)
    }

    /// Firmware that answers anything: the sequence ends, leaks nothing, and where it succeeds the map is the right one.
    @Test func randomFirmwareNeverLeaksAndNeverLoops() {
        var generator = SeededGenerator(seed: 6)
        var successes = 0
        var failures = 0
        for _ in 0..<3000 {
            var firmware = ModelFirmware()
            var random = SeededGenerator(seed: generator.next())
            firmware.descriptorCount = .random(in: 1...300, using: &random)
            firmware.descriptorSize = UInt64.random(in: 5...8, using: &random) * 8
            firmware.descriptorsPerAllocation = .random(in: 0...30, using: &random)
            var (changing, allocating, answering, exiting) = (random, random, random, random)
            firmware.afterGetMemoryMap = { _, change in
                guard changing.oneIn(2) else { return }
                change = ModelFirmware.Change(descriptorCount: .random(in: 1...600, using: &changing), isChanged: true)
            }
            let failsToAllocate = random.oneIn(4)
            firmware.allocationFails = { _ in failsToAllocate && allocating.oneIn(4) }
            let isHostile = random.oneIn(3)
            let sizes: [UInt64] = [0, 1, 39, 40, 48, 4096, 1 << 20, 1 << 33, .max - 7, .max]
            firmware.answer = { _, answer in
                guard isHostile, answering.oneIn(3) else { return answer }
                let size = sizes.randomElement(using: &answering) ?? 0
                // Only lies that no one can see through are left out: a wrong size that fits, in a map that is there.
                return answering.oneIn(2)
                    ? .bufferTooSmall(needed: size, descriptorSize: answering.oneIn(3) ? size : 48) : .failure(status: 5)
            }
            firmware.exitStatus = { _, status in isHostile && exiting.oneIn(9) ? 9 : status }
            do throws(BootServicesExitError) {
                try run(&firmware)
                successes += 1
            } catch {
                failures += 1
            }
            #expect(firmware.calls.count < 100)
        }
        #expect(successes > 500 && failures > 500)
    }
}
