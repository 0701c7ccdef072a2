"""loader.json: the order in which a DataLoader hands out samples, and what it leaves of the generator."""

import torch
from torch.utils.data import DataLoader, TensorDataset

from common import save


def run(seed, n, batch, shuffle, drop_last, epochs, own, stop_after):
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(own) if own is not None else None
    loader = DataLoader(
        TensorDataset(torch.arange(n)), batch_size=batch, shuffle=shuffle, drop_last=drop_last, generator=generator
    )
    recorded = []
    for _ in range(epochs):
        batches = []
        for (indices,) in loader:
            batches.append(indices.tolist())
            if stop_after is not None and len(batches) == stop_after:
                break
        # Read on copies, so that looking does not move the generators.
        copy = torch.Generator()
        copy.set_state(torch.get_rng_state())
        entry = {"batches": batches, "nextDefault": torch.rand(1, generator=copy).item()}
        if generator is not None:
            copy.set_state(generator.get_state())
            entry["nextOwn"] = torch.rand(1, generator=copy).item()
        recorded.append(entry)
    return {
        "seed": str(seed),
        "n": n,
        "batchSize": batch,
        "shuffle": shuffle,
        "dropLast": drop_last,
        "ownSeed": None if own is None else str(own),
        "stopAfter": stop_after,
        "length": len(loader),
        "epochs": recorded,
    }


SIZES = ((10, 3, False), (10, 3, True), (12, 4, False), (5, 8, False), (5, 8, True), (100, 32, False))


def main():
    runs = []
    for own in (None, 7):
        for shuffle in (True, False):
            for n, batch, drop_last in SIZES:
                runs.append(run(42, n, batch, shuffle, drop_last, 2, own, None))
            runs.append(run(42, 10, 3, shuffle, False, 3, own, 1))
            runs.append(run(42, 10, 3, shuffle, False, 2, own, 4))
    save("loader", {"runs": runs})


main()
