"""Counts the rows of a BIOS memory map in a log, line by line, as test suites written in C and Python do."""
import re
import sys

ROW = re.compile(rb"BIOS-e820: \[mem 0x([0-9a-f]+)-0x([0-9a-f]+)\]\s+(.*)")

rows = []
with open(sys.argv[1], "rb") as log:
    for line in log:
        match = ROW.search(line)
        if match:
            rows.append((int(match.group(1), 16), int(match.group(2), 16), match.group(3)))
print(len(rows))
