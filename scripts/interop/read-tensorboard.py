"""Reads what scripts/interop/write-tensorboard.ts wrote with TensorBoard's own reader, and compares. See docs/logging.md."""

import glob
import json
import math
import sys

from tensorboard.backend.event_processing import event_accumulator
from tensorboard.backend.event_processing.event_file_loader import RawEventFileLoader
from tensorboard.compat.proto import event_pb2
from tensorboard.plugins.hparams import plugin_data_pb2

folder = sys.argv[1] if len(sys.argv) > 1 else "build/tensorboard"
expected = json.load(open(f"{folder}/expected.json"))

accumulator = event_accumulator.EventAccumulator(f"{folder}/run", size_guidance={"scalars": 0, "histograms": 0})
accumulator.Reload()
tags = accumulator.Tags()


def series(tag):
    """Scalars or, after TensorBoard's own migration, tensors."""
    if tag in tags["scalars"]:
        return [(e.step, e.value) for e in accumulator.Scalars(tag)]
    return [(e.step, e.tensor_proto.float_val[0]) for e in accumulator.Tensors(tag)]


points = series("loss/train")
assert [step for step, _ in points] == list(range(21)), points
assert all(math.isclose(v, expected["losses"][s], rel_tol=1e-6) for s, v in points)
print(f"scalars: {len(points)} points of loss/train, steps 0 to 20 each once, across a restart at 10")

weights = sorted(t for t in tags["histograms"] + tags["tensors"] if t.startswith("weights/"))
gradients = sorted(t for t in tags["histograms"] + tags["tensors"] if t.startswith("gradients/"))
assert len(weights) == 4 and len(gradients) == 4, tags
if weights[0] in tags["histograms"]:
    last = [h for h in accumulator.Histograms("weights/0.weight") if h.step == 20][0].histogram_value
    assert last.num == expected["weight"]["num"] and sum(last.bucket) == last.num
    assert math.isclose(last.min, expected["weight"]["min"], rel_tol=1e-6)
    assert math.isclose(last.max, expected["weight"]["max"], rel_tol=1e-6)
print(f"histograms: {len(weights)} of weights, {len(gradients)} of gradients")

found = {}
for path in sorted(glob.glob(f"{folder}/run/*tfevents*")):
    for record in RawEventFileLoader(path).Load():
        for value in event_pb2.Event.FromString(record).summary.value:
            if value.metadata.plugin_data.plugin_name == "hparams":
                found[value.tag] = plugin_data_pb2.HParamsPluginData.FromString(value.metadata.plugin_data.content)
start = found["_hparams_/session_start_info"].session_start_info
values = {k: getattr(v, v.WhichOneof("kind")) for k, v in start.hparams.items()}
assert values == {"lr": 0.01, "optimizer": "Adam", "shuffle": False, "hidden": 8.0}, values
assert found["_hparams_/session_end_info"].session_end_info.status == 1
print(f"hyper-parameters: {values}")

# The plugin as the web page uses it: a data provider over the folder, and the request for the experiment.
from tensorboard.backend.event_processing import data_provider, plugin_event_multiplexer  # noqa: E402
from tensorboard import context  # noqa: E402
from tensorboard.plugins import base_plugin  # noqa: E402
from tensorboard.plugins.hparams import api_pb2, backend_context, list_session_groups  # noqa: E402

multiplexer = plugin_event_multiplexer.EventMultiplexer().AddRunsFromDirectory(folder)
multiplexer.Reload()
provider = data_provider.MultiplexerDataProvider(multiplexer, folder)
plugin = backend_context.Context(base_plugin.TBContext(data_provider=provider, logdir=folder))
request = context.RequestContext()
hparams = plugin.hparams_metadata(request, "")
experiment = plugin.experiment_from_metadata(request, "", True, hparams, [])
assert sorted(info.name for info in experiment.hparam_infos) == ["hidden", "lr", "optimizer", "shuffle"]
assert [info.name.tag for info in experiment.metric_infos] == ["loss/train"]
print("the hyper-parameters plugin lists", [info.name for info in experiment.hparam_infos])
print("TensorBoard reads everything")
