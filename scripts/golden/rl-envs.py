"""Trajectories of Gymnasium's classic control tasks: tests/golden/rl-envs.json.

Needs gymnasium (pip install gymnasium), not PyTorch. Each trajectory is 1,000 random actions; where an episode ends
by itself or at its time limit, the next start state follows. States are float64.
"""
import base64
import json
import pathlib

import gymnasium
import numpy as np


def array(values, kind):
    values = np.ascontiguousarray(values, dtype={"f8": "<f8", "f4": "<f4", "u1": "u1"}[kind])
    return {"type": kind, "shape": list(values.shape), "data": base64.b64encode(values.tobytes()).decode()}


def trajectory(name, seed):
    env = gymnasium.make(name)
    env.reset(seed=seed)
    draw = np.random.default_rng(seed)
    raw = env.unwrapped
    starts, actions, states, observations, rewards, ends = [np.array(raw.state, dtype=np.float64)], [], [], [], [], []
    for _ in range(1000):
        action = int(draw.integers(env.action_space.n))
        observation, reward, terminated, truncated, _ = env.step(action)
        actions.append(action)
        states.append(np.array(raw.state, dtype=np.float64))
        observations.append(observation)
        rewards.append(reward)
        ends.append(1 if terminated else 2 if truncated else 0)
        if ends[-1]:
            env.reset()
            starts.append(np.array(raw.state, dtype=np.float64))
    return {
        "env": name,
        "starts": array(starts, "f8"),
        "actions": array(actions, "u1"),
        "states": array(states, "f8"),
        "observations": array(observations, "f4"),
        "rewards": array(rewards, "f8"),
        "ends": array(ends, "u1"),
    }


def held(name, policy, seed):
    """The same with a policy that reaches the goal, so that the end of an episode is seen too."""
    env = gymnasium.make(name)
    observation, _ = env.reset(seed=seed)
    raw = env.unwrapped
    start, actions, states, ends = np.array(raw.state, dtype=np.float64), [], [], []
    while not ends or ends[-1] == 0:
        action = policy(observation)
        observation, _, terminated, truncated, _ = env.step(action)
        actions.append(action)
        states.append(np.array(raw.state, dtype=np.float64))
        ends.append(1 if terminated else 2 if truncated else 0)
    return {
        "env": name,
        "starts": array([start], "f8"),
        "actions": array(actions, "u1"),
        "states": array(states, "f8"),
        "ends": array(ends, "u1"),
    }


names = ["CartPole-v1", "Acrobot-v1", "MountainCar-v0"]
out = {
    "gymnasium": gymnasium.__version__,
    "numpy": np.__version__,
    "random": [trajectory(name, seed) for seed, name in enumerate(names)],
    "goals": [
        held("CartPole-v1", lambda s: int(s[2] + s[3] > 0), 7),
        held("Acrobot-v1", lambda s: 2 if s[4] < 0 else 0, 7),
        held("MountainCar-v0", lambda s: 2 if s[1] >= 0 else 0, 7),
    ],
}
path = pathlib.Path(__file__).resolve().parents[2] / "tests/golden/rl-envs.json"
path.write_text(json.dumps(out) + "\n")
print(path.name, path.stat().st_size, [g["ends"]["shape"] for g in out["goals"]])
