"""tensorboard.tfevents: an event file as Python's tensorboard writes it, for the parser in the tests.

Needs tensorboard (the stored file: 2.21.0), not TensorFlow:
    python3 -m venv build/tb && build/tb/bin/pip install tensorboard && build/tb/bin/python scripts/golden/tfevents.py
"""

import io
import pathlib

from google.protobuf import struct_pb2
from tensorboard.compat.proto import event_pb2, histogram_pb2, summary_pb2
from tensorboard.plugins.hparams import plugin_data_pb2
from tensorboard.summary.writer.record_writer import RecordWriter

PATH = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden" / "tensorboard.tfevents"
Event, Summary = event_pb2.Event, summary_pb2.Summary


def scalar(step, tag, value):
    return Event(wall_time=1.5e9 + step, step=step, summary=Summary(value=[Summary.Value(tag=tag, simple_value=value)]))


histogram = histogram_pb2.HistogramProto(
    min=-1.0, max=2.5, num=4, sum=2.0, sum_squares=8.5, bucket_limit=[-0.5, 0.5, 3.0], bucket=[1, 1, 2]
)
start = plugin_data_pb2.HParamsPluginData(
    version=0,
    session_start_info=plugin_data_pb2.SessionStartInfo(
        hparams={"lr": struct_pb2.Value(number_value=0.001)}, start_time_secs=1.5e9
    ),
)
metadata = summary_pb2.SummaryMetadata(
    plugin_data=summary_pb2.SummaryMetadata.PluginData(plugin_name="hparams", content=start.SerializeToString())
)
events = [
    Event(wall_time=1.5e9, file_version="brain.Event:2"),
    scalar(0, "loss/train", 0.75),
    scalar(1, "loss/train", 0.5),
    scalar(2**33, "loss/train", float("nan")),
    Event(wall_time=1.5e9, step=3, summary=Summary(value=[Summary.Value(tag="weights/0", histo=histogram)])),
    Event(wall_time=1.5e9, summary=Summary(value=[Summary.Value(tag="_hparams_/session_start_info", metadata=metadata)])),
    Event(wall_time=1.5e9, step=2, session_log=event_pb2.SessionLog(status=event_pb2.SessionLog.START)),
]
stream = io.BytesIO()
stream.close = lambda: None
writer = RecordWriter(stream)
for event in events:
    writer.write(event.SerializeToString())
PATH.write_bytes(stream.getvalue())
print(f"{PATH.name}: {PATH.stat().st_size:,} bytes")
