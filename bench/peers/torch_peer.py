"""PyTorch, as a user writes it. Speaks the protocol of serve.ts: a line of JSON in, a line out."""

import json
import os
import statistics
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

THREADS = int(os.environ.get("BENCH_THREADS", "1"))
PIECES = 8
torch.set_num_threads(THREADS)
torch.manual_seed(0)


def mlp(sizes):
    layers = []
    for i in range(1, len(sizes)):
        if i > 1:
            layers.append(nn.ReLU())
        layers.append(nn.Linear(sizes[i - 1], sizes[i]))
    return nn.Sequential(*layers)


def training(model, loss, batches):
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    position = 0

    def run():
        nonlocal position
        x, y = batches[position]
        position = (position + 1) % len(batches)
        optimizer.zero_grad()
        loss(model(x), y).backward()
        optimizer.step()

    return run, 1


def lesson_data():
    x = torch.rand(1600, 4)
    return x, x.sum(1, keepdim=True).sigmoid()


def loader():
    dataset = torch.utils.data.TensorDataset(*lesson_data())
    return torch.utils.data.DataLoader(dataset, batch_size=64, shuffle=True)


def lesson_with_loader():
    batches, model = loader(), mlp([4, 64, 64, 1])
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)

    def run():
        for x, y in batches:
            optimizer.zero_grad()
            F.mse_loss(model(x), y).backward()
            optimizer.step()

    return run, len(batches)


def lesson():
    x, y = lesson_data()
    batches = [(x[i : i + 64].clone(), y[i : i + 64].clone()) for i in range(0, 1600, 64)]
    return training(mlp([4, 64, 64, 1]), F.mse_loss, batches)


def cnn():
    model = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(32 * 7 * 7, 10),
    )
    return training(model, F.cross_entropy, [(torch.randn(64, 1, 28, 28), torch.randint(0, 10, (64,)))])


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(64, 64, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.conv2 = nn.Conv2d(64, 64, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(64)

    def forward(self, x):
        h = F.relu(self.bn1(self.conv1(x)))
        return F.relu(self.bn2(self.conv2(h)) + x)


def resnet():
    model = nn.Sequential(
        nn.Conv2d(2, 64, 3, padding=1, bias=False),
        nn.BatchNorm2d(64),
        nn.ReLU(),
        *[Block() for _ in range(4)],
        nn.Flatten(),
        nn.Linear(64 * 6 * 7, 7),
    )
    return training(model, F.cross_entropy, [(torch.randn(128, 2, 6, 7), torch.randint(0, 7, (128,)))])


class LastStep(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(32, 128, batch_first=True)
        self.head = nn.Linear(128, 1)

    def forward(self, x):
        output, _ = self.lstm(x)
        return self.head(output[:, 49])


def transformer():
    layer = nn.TransformerEncoderLayer(128, 4, dim_feedforward=512, dropout=0.0, batch_first=True)
    model = nn.TransformerEncoder(layer, 2)
    return training(model, F.mse_loss, [(torch.randn(32, 64, 128), torch.randn(32, 64, 128))])


def product(n):
    a, b = torch.rand(n, n), torch.rand(n, n)
    return (lambda: torch.matmul(a, b)), 1


def loading():
    batches = loader()

    def run():
        for _ in batches:
            pass

    return run, len(batches)


def classes(batch, count):
    return torch.randint(0, count, (batch,))


JOBS = {
    "lesson-loader": lesson_with_loader,
    "lesson": lesson,
    "mlp-120-84": lambda: training(mlp([4, 120, 84, 2]), F.huber_loss, [(torch.randn(128, 4), torch.randn(128, 2))]),
    "mlp-512": lambda: training(mlp([256, 512, 512, 10]), F.cross_entropy, [(torch.randn(256, 256), classes(256, 10))]),
    "mlp-1024": lambda: training(
        mlp([784, 1024, 1024, 10]), F.cross_entropy, [(torch.randn(256, 784), classes(256, 10))]
    ),
    "cnn": cnn,
    "resnet": resnet,
    "lstm": lambda: training(LastStep(), F.mse_loss, [(torch.randn(32, 50, 32), torch.randn(32, 1))]),
    "transformer": transformer,
    "loader": loading,
}


def make(name):
    if name.startswith("matmul-"):
        return product(int(name[7:]))
    if name not in JOBS:
        raise RuntimeError("not written")
    return JOBS[name]()


def repeat(job, seconds):
    run, units_of_run = job
    start, units = time.perf_counter(), 0
    while True:
        run()
        units += units_of_run
        spent = time.perf_counter() - start
        if spent >= seconds:
            return spent / units


def say(answer):
    print(json.dumps(answer), flush=True)


def main():
    library = "MKL" if torch.backends.mkl.is_available() else "without MKL"
    say({"version": f"{torch.__version__}, {THREADS} thread{'s' if THREADS > 1 else ''}, {library}"})
    jobs = {}
    for line in sys.stdin:
        request = json.loads(line)
        name, seconds = request["id"], request["ms"] / 1000
        try:
            if name not in jobs:
                jobs[name] = make(name)
                repeat(jobs[name], seconds)
            say({"us": statistics.median(repeat(jobs[name], seconds / PIECES) for _ in range(PIECES)) * 1e6})
        except Exception as error:  # told to the harness, which goes on
            say({"error": str(error).split("\n")[0]})


main()
