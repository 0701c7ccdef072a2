"""main-job.json: the lesson's regression, 60 epochs, as PyTorch runs it."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from common import array, save


class Recorded(TensorDataset):
    """Remembers the indices it is asked for."""

    def __init__(self, *tensors):
        super().__init__(*tensors)
        self.asked = []

    def __getitem__(self, index):
        self.asked.append(int(index))
        return super().__getitem__(index)


def main():
    torch.manual_seed(42)
    x = torch.rand(2000, 4)
    x[:, 0] *= 15
    x[:, 1] *= 5
    x[:, 3] *= 24
    speed, miss, confidence, tca = x[:, 0], x[:, 1], x[:, 2], x[:, 3]
    y = torch.sigmoid(0.5 * speed - 2 * miss + 0.3 * confidence - 0.1 * tca - 2).unsqueeze(1)
    train = Recorded(x[:1600], y[:1600])
    x_validation, y_validation = x[1600:], y[1600:]
    loader = DataLoader(train, batch_size=64, shuffle=True)
    model = nn.Sequential(nn.Linear(4, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 1))
    initial = {name: array(value) for name, value in model.state_dict().items()}
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    objective = nn.MSELoss()
    train_losses, validation_losses, first_steps = [], [], []
    for epoch in range(60):
        model.train()
        total = 0.0
        for x_batch, y_batch in loader:
            optimizer.zero_grad()
            loss = objective(model(x_batch), y_batch)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x_batch)
            if epoch == 0:
                first_steps.append(loss.item())
        train_losses.append(total / len(train))
        model.eval()
        with torch.no_grad():
            validation_losses.append(objective(model(x_validation), y_validation).item())
    probes = torch.tensor([[12, 0.3, 0.9, 2], [2, 4.5, 0.5, 20]])
    with torch.no_grad():
        predictions = model(probes)
    save(
        "main-job",
        {
            "seed": "42",
            "x": array(x[:8]),
            "y": array(y[:8]),
            "firstBatch": train.asked[:64],
            "secondEpochFirstBatch": train.asked[1600:1664],
            "initial": initial,
            "firstEpochLosses": first_steps,
            "trainLosses": train_losses,
            "validationLosses": validation_losses,
            "probes": array(probes),
            "predictions": array(predictions),
            "final": {name: array(value) for name, value in model.state_dict().items()},
            "next": torch.rand(1).item(),
        },
    )
    for epoch in (0, 59):
        print(epoch, f"train {train_losses[epoch]:.6f} validation {validation_losses[epoch]:.6f}")
    print("predictions", predictions.flatten().tolist())


main()
