"""python -m onnxc.verify

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import sys

from onnxc.verify.problem import Problem, need


def main():
    try:
        need("numpy", "to compare values")
        need("onnx", "to read models")
        from onnxc.verify import command
        return command.main(sys.argv[1:])
    except Problem as problem:
        print(f"onnxc verify: error: {problem}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
