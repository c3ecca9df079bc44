"""What keeps a verification from being made.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""


class Problem(Exception):
    """One sentence for the user, which names the remedy."""


def need(module, purpose):
    """The module; a Problem that says how to get it where it is missing."""
    import importlib
    try:
        return importlib.import_module(module)
    except ImportError as error:
        package = module.split(".")[0]
        raise Problem(f"the Python package '{package}' is needed {purpose}, "
                      f"and cannot be imported ({error}): pip install "
                      f"{package}") from None
