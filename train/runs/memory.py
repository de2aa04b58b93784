"""The most memory that a process has used so far: of the card, or of its own."""

import sys

from model.transformers_hf.load import package


def memory_used() -> int:
    """In bytes."""
    torch = package("torch")
    if torch.cuda.is_available():
        return int(torch.cuda.max_memory_allocated())
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
