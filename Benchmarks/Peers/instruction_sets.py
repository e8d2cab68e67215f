"""Which instructions a peer may use, so that it and edgeprof can be compared on the same ones.

- OpenVINO reads oneDNN's ONEDNN_MAX_CPU_ISA: any level.
- ONNX Runtime and ncnn decide by CPUID alone: no level. AMX, though, a process must ask Linux for
  (arch_prctl(ARCH_REQ_XCOMP_PERM)), and a runtime that is refused does without: a seccomp filter refuses it to any of them.
"""

import ctypes
import errno
import struct
from pathlib import Path

# edgeprof's name of an instruction set, oneDNN's, and the processor flags (/proc/cpuinfo) that it needs.
ONEDNN = {"avx2": "AVX2", "avxvnni": "AVX2_VNNI", "avx512vnni": "AVX512_CORE_VNNI"}
FLAGS = {"avx2": ["avx2"], "avxvnni": ["avx_vnni"], "avx512vnni": ["avx512_vnni", "avx512bw"]}


def processor_flags():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("flags"):
            return set(line.split(":", 1)[1].split())
    return set()


def has_amx():
    return "amx_int8" in processor_flags()


def withhold_amx():
    """From here on, this process and its children are refused AMX."""
    load, jump_if_equal, give = 0x20, 0x15, 0x06
    x86_64, arch_prctl, request = 0xC000003E, 158, 0x1023
    # struct seccomp_data: 0 call, 4 architecture, 16 first argument.
    program = [
        (load, 0, 0, 4),
        (jump_if_equal, 0, 5, x86_64),
        (load, 0, 0, 0),
        (jump_if_equal, 0, 3, arch_prctl),
        (load, 0, 0, 16),
        (jump_if_equal, 0, 1, request),
        (give, 0, 0, 0x00050000 | errno.EPERM),
        (give, 0, 0, 0x7FFF0000),
    ]

    class Filter(ctypes.Structure):
        _fields_ = [("count", ctypes.c_ushort), ("instructions", ctypes.c_char_p)]

    code = b"".join(struct.pack("HBBI", *instruction) for instruction in program)
    library = ctypes.CDLL(None, use_errno=True)
    set_no_new_privileges, set_seccomp, filter_mode = 38, 22, 2
    if library.prctl(set_no_new_privileges, 1, 0, 0, 0) or library.prctl(
        set_seccomp, filter_mode, ctypes.byref(Filter(len(program), code)), 0, 0
    ):
        raise OSError(ctypes.get_errno(), "AMX cannot be withheld: seccomp is refused here")
    library.syscall(arch_prctl, request, 18)
    if ctypes.get_errno() != errno.EPERM:
        raise OSError("AMX is not withheld: the filter has no effect")
