import MemoryMap
