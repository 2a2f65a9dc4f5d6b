import Foundation
import MachineRunner
import MapFormats
import MemoryMap
import SystemPackage
import Testing

extension GuardTests {
    /// Boot loaders and tools, unmodified.
    @Suite(.serialized)
    struct Unmodified {
        /// A folder whose contents a program finds on its volume; deleted with the value's last use in a test.
        private struct Volume: ~Copyable {
            let path: FilePath

            init(_ files: [String: String], copies: [String: FilePath] = [:]) throws {
                path = FilePath(NSTemporaryDirectory()).appending("strata-volume-\(UUID().uuidString)")
                for (name, text) in files {
                    let file = try place(name)
                    try Data(text.utf8).write(to: URL(filePath: file.string))
                }
                for (name, source) in copies {
                    try FileManager.default.copyItem(atPath: source.string, toPath: place(name).string)
                }
            }

            private func place(_ name: String) throws -> FilePath {
                let file = path.appending(name)
                try FileManager.default.createDirectory(
                    atPath: file.removingLastComponent().string, withIntermediateDirectories: true)
                return file
            }

            deinit { try? FileManager.default.removeItem(atPath: path.string) }
        }

        /// What stands between the program's start and its end in a map that it printed agrees with itself: rows in order, disjoint.
        private func expectSound(_ map: ListedMap) {
            for (row, next) in zip(map.rows, map.rows.dropFirst()) {
                #expect(row.defect == .none)
                #expect(row.last < next.start)
            }
        }

        @Test func `the UEFI Shell prints the map, sorted, and gives everything back`() async throws {
            let report = try await run(.shell, .x86_64, arguments: "shell.efi -nostartup -exit memmap")
            #expect(report.end?.how == .returned)
            #expect(report.end?.status?.rawValue == 0)
            #expect(report.machineEnding == .poweredOff)
            let map = try #require(try Linux.maps(in: report.programLines).first { $0.kind == .shellMemmap })
            expectSound(map)
            // What the Shell adds up is what it printed.
            let stated = try #require(map.statedTotal)
            let counted = map.rows.filter {
                ![MemoryType.reserved, .unusable, .memoryMappedIO, .memoryMappedIOPortSpace].contains($0.type)
            }
            #expect(counted.reduce(0) { $0 + ($1.range?.byteCount ?? 0) } == stated)
        }

        @Test(.enabled(if: Programs.has("grub.efi", .x86_64), Programs.isMissing("grub.efi", .x86_64)))
        func `GRUB prints the map and returns`() async throws {
            let volume = try Volume([
                "EFI/debian/grub.cfg": "set pager=0\nterminal_output console\nlsefimmap\nexit\n"
            ])
            let report = try await run(.program(Programs.path("grub.efi", .x86_64)), .x86_64) {
                $0.options.volume = volume.path
            }
            #expect(report.end?.how == .returned)
            let map = try #require(try Linux.maps(in: report.programLines).first { $0.rows.count > 10 })
            expectSound(map)
        }

        @Test(.enabled(if: Programs.has("grub.efi", .x86_64), Programs.isMissing("grub.efi", .x86_64)))
        func `GRUB resets the machine, and what it did is told before`() async throws {
            let volume = try Volume(["EFI/debian/grub.cfg": "reboot\n"])
            let report = try await run(.program(Programs.path("grub.efi", .x86_64)), .x86_64) {
                $0.options.volume = volume.path
            }
            #expect(report.end?.how == .reset)
            #expect(report.machineEnding == .reset)
            #expect(report.calls(of: "AllocatePages") > 0)
        }

        @Test(
            .enabled(
                if: Programs.has("grub.efi", .x86_64) && Programs.has("vmlinuz", .x86_64), Programs.isMissing("grub.efi", .x86_64)
            ))
        func `GRUB boots a kernel`() async throws {
            let volume = try Volume(
                ["EFI/debian/grub.cfg": "linux /linux console=ttyS0 efi=debug panic=-1 no_timer_check\nboot\n"],
                copies: ["linux": Programs.path("vmlinuz", .x86_64)])
            let report = try await run(.program(Programs.path("grub.efi", .x86_64)), .x86_64) {
                $0.options.volume = volume.path
            }
            Linux.expectBoot(report)
            try Linux.expectSameMap(report, .linuxEFI)
        }

        @Test(
            .enabled(
                if: Programs.has("systemd-boot.efi", .x86_64) && Programs.has("vmlinuz", .x86_64),
                Programs.isMissing("systemd-boot.efi", .x86_64)))
        func `systemd-boot boots a kernel`() async throws {
            let volume = try Volume(
                [
                    "loader/loader.conf": "timeout 0\ndefault linux\n",
                    "loader/entries/linux.conf":
                        "title Linux\nlinux /linux\noptions console=ttyS0 efi=debug panic=-1 no_timer_check\n",
                ], copies: ["linux": Programs.path("vmlinuz", .x86_64)])
            let report = try await run(.program(Programs.path("systemd-boot.efi", .x86_64)), .x86_64) {
                $0.options.volume = volume.path
            }
            Linux.expectBoot(report)
            try Linux.expectSameMap(report, .linuxEFI)
        }

        @Test(
            .enabled(
                if: Programs.has("systemd-boot.efi", .aarch64) && Programs.has("vmlinuz", .aarch64),
                Programs.isMissing("systemd-boot.efi", .aarch64)))
        func `systemd-boot boots a kernel on AArch64`() async throws {
            let volume = try Volume(
                [
                    "loader/loader.conf": "timeout 0\ndefault linux\n",
                    "loader/entries/linux.conf": "title Linux\nlinux /linux\noptions console=ttyAMA0 efi=debug panic=-1\n",
                ], copies: ["linux": Programs.path("vmlinuz", .aarch64)])
            let report = try await run(.program(Programs.path("systemd-boot.efi", .aarch64)), .aarch64) {
                $0.options.volume = volume.path
            }
            Linux.expectBoot(report)
            try Linux.expectSameMap(report, .linuxEFIByAddress)
        }

        @Test(
            .enabled(
                if: Programs.has("refind.efi", .x86_64) && Programs.has("vmlinuz", .x86_64),
                Programs.isMissing("refind.efi", .x86_64)))
        func `rEFInd boots a kernel`() async throws {
            let configuration = """
                timeout -1
                textonly
                scanfor manual
                default_selection "linux"
                menuentry "linux" {
                  loader /EFI/linux/vmlinuz.efi
                  options "console=ttyS0 efi=debug panic=-1 no_timer_check"
                }

                """
            let volume = try Volume(
                ["strata/refind.conf": configuration], copies: ["EFI/linux/vmlinuz.efi": Programs.path("vmlinuz", .x86_64)])
            let report = try await run(.program(Programs.path("refind.efi", .x86_64)), .x86_64) {
                $0.options.volume = volume.path
            }
            Linux.expectBoot(report)
            try Linux.expectSameMap(report, .linuxEFI)
        }

        @Test(.enabled(if: Programs.has("memtest86+.efi", .x86_64), Programs.isMissing("memtest86+.efi", .x86_64)))
        func `memtest86+ takes the machine over and tests its memory`() async throws {
            let report = try await run(
                .program(Programs.path("memtest86+.efi", .x86_64)), .x86_64, arguments: "console=ttyS0,115200"
            ) { $0.lastWords = "Status: Testing" }
            #expect(report.end?.how == .exitBootServices)
            #expect(report.machineEnding == .stopped)
            #expect(report.programLines.contains { $0.contains("Memtest86+ v") })
        }
    }
}
