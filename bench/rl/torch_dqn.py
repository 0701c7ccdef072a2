"""A plain PyTorch DQN in CleanRL's structure, for bench/rl/main.ts: environment steps a second, training included.

Network 120-84, batch 128, training every 10 steps, target network every 500, Adam 2.5e-4, replay buffer of 10,000 in
numpy. CartPole is Gymnasium's, as in CleanRL, or ("plain") written out here in Python numbers, so that Gymnasium's own
overhead does not count.

    python bench/rl/torch_dqn.py [steps] [threads] [gymnasium | plain]

Prints one line of JSON.
"""
import json
import math
import random
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

STEPS = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
torch.set_num_threads(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
ENVIRONMENT = sys.argv[3] if len(sys.argv) > 3 else "plain"
SEED = 1


class CartPole:
    """Gymnasium's CartPole-v1: explicit Euler, 500 steps."""

    def reset(self):
        self.state = [random.uniform(-0.05, 0.05) for _ in range(4)]
        self.steps = 0
        return np.array(self.state, dtype=np.float32)

    def step(self, action):
        x, x_dot, theta, theta_dot = self.state
        force = 10.0 if action == 1 else -10.0
        cos, sin = math.cos(theta), math.sin(theta)
        temp = (force + 0.05 * theta_dot * theta_dot * sin) / 1.1
        theta_acc = (9.8 * sin - cos * temp) / (0.5 * (4.0 / 3.0 - 0.1 * cos * cos / 1.1))
        x_acc = temp - 0.05 * theta_acc * cos / 1.1
        self.state = [x + 0.02 * x_dot, x_dot + 0.02 * x_acc, theta + 0.02 * theta_dot, theta_dot + 0.02 * theta_acc]
        self.steps += 1
        terminated = abs(self.state[0]) > 2.4 or abs(self.state[2]) > 12 * 2 * math.pi / 360
        return np.array(self.state, dtype=np.float32), 1.0, terminated, self.steps >= 500


class GymnasiumCartPole:
    def __init__(self):
        import gymnasium

        self.env = gymnasium.make("CartPole-v1")

    def reset(self):
        return self.env.reset()[0]

    def step(self, action):
        return self.env.step(action)[:4]


class QNetwork(nn.Module):
    def __init__(self):
        super().__init__()
        self.network = nn.Sequential(nn.Linear(4, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 2))

    def forward(self, x):
        return self.network(x)


class ReplayBuffer:
    def __init__(self, size):
        self.size, self.at, self.full = size, 0, False
        self.obs = np.zeros((size, 4), np.float32)
        self.next_obs = np.zeros((size, 4), np.float32)
        self.actions = np.zeros((size, 1), np.int64)
        self.rewards = np.zeros(size, np.float32)
        self.dones = np.zeros(size, np.float32)

    def add(self, obs, next_obs, action, reward, done):
        i = self.at
        self.obs[i], self.next_obs[i], self.actions[i] = obs, next_obs, action
        self.rewards[i], self.dones[i] = reward, done
        self.at = (i + 1) % self.size
        self.full = self.full or self.at == 0

    def sample(self, n):
        i = np.random.randint(0, self.size if self.full else self.at, n)
        columns = (self.obs, self.next_obs, self.actions, self.rewards, self.dones)
        return [torch.from_numpy(column[i]) for column in columns]


def main():
    random.seed(SEED)
    np.random.seed(SEED)
    torch.manual_seed(SEED)
    env = GymnasiumCartPole() if ENVIRONMENT == "gymnasium" else CartPole()
    q_network, target_network = QNetwork(), QNetwork()
    target_network.load_state_dict(q_network.state_dict())
    optimizer = torch.optim.Adam(q_network.parameters(), lr=2.5e-4)
    buffer = ReplayBuffer(10_000)
    obs = env.reset()
    returns, episode = [], 0.0
    learning_starts, last = 1000, None
    started = last_time = time.perf_counter()
    times = []  # of ten steps with their gradient step
    for step in range(STEPS):
        if step == learning_starts:
            started = time.perf_counter()  # random steps before learning are not training
        epsilon = max(0.05, 1 + step * (0.05 - 1) / (0.5 * STEPS))
        if random.random() < epsilon:
            action = random.randrange(2)
        else:
            q_values = q_network(torch.from_numpy(obs).unsqueeze(0))
            action = torch.argmax(q_values, dim=1).item()
        next_obs, reward, terminated, truncated = env.step(action)
        buffer.add(obs, next_obs, action, reward, terminated)
        obs = next_obs
        episode += reward
        if terminated or truncated:
            returns.append(episode)
            episode = 0.0
            obs = env.reset()
        if step >= learning_starts:
            if step % 10 == 0:
                s, s_next, a, r, done = buffer.sample(128)
                with torch.no_grad():
                    target = r + 0.99 * target_network(s_next).max(1).values * (1 - done)
                old = q_network(s).gather(1, a).squeeze(1)
                loss = F.huber_loss(old, target)
                optimizer.zero_grad()
                loss.backward()
                torch.nn.utils.clip_grad_norm_(q_network.parameters(), 10)
                optimizer.step()
                last = loss.item()
                now = time.perf_counter()
                times.append(now - last_time)
                last_time = now
            if step % 500 == 0:
                target_network.load_state_dict(q_network.state_dict())
    seconds = time.perf_counter() - started
    print(
        json.dumps(
            {
                "torch": torch.__version__,
                "threads": torch.get_num_threads(),
                "stepsPerSecond": round((STEPS - learning_starts) / seconds, 1),
                "undisturbed": round(10 / float(np.percentile(times[1:], 10)), 1),
                "recentReturn": float(np.mean(returns[-20:])),
                "loss": last,
            }
        )
    )


main()
