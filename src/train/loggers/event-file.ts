import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { maskedCrc32c } from "./crc32c.ts";
import type { Hparam } from "./logger.ts";
import type { SummarySchema } from "./proto/event.gen.ts";
import {
  DataClass,
  DataType,
  type EventSchema,
  EventSchema as Schema,
  SessionLog_SessionStatus,
} from "./proto/event.gen.ts";
import { HParamsPluginDataSchema, DataType as HparamType, Status } from "./proto/hparams.gen.ts";

type EventInit = MessageInitShape<typeof EventSchema>;
type SummaryInit = MessageInitShape<typeof SummarySchema>;
type ValueInit = NonNullable<SummaryInit["value"]>[number];
type PluginInit = MessageInitShape<typeof HParamsPluginDataSchema>;

/**
 * One record of a TFRecord file, all little-endian: length (uint64), its masked CRC, the bytes, their masked CRC.
 */
export function frameRecord(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes.length + 16);
  const view = new DataView(out.buffer);
  view.setBigUint64(0, BigInt(bytes.length), true);
  view.setUint32(8, maskedCrc32c(out.subarray(0, 8)), true);
  out.set(bytes, 12);
  view.setUint32(12 + bytes.length, maskedCrc32c(bytes), true);
  return out;
}

/** An event as a framed record. */
export function encodeEvent(event: EventInit): Uint8Array {
  return frameRecord(toBinary(Schema, create(Schema, event)));
}

/** The first event of every file. */
export function versionEvent(wallTime: number, step: bigint): Uint8Array {
  return encodeEvent({ wallTime, step, what: { case: "fileVersion", value: "brain.Event:2" } });
}

/** A restart at a step: points after it in files before are forgotten. */
export function sessionStartEvent(wallTime: number, step: bigint): Uint8Array {
  return encodeEvent({
    wallTime,
    step,
    what: { case: "sessionLog", value: { status: SessionLog_SessionStatus.START } },
  });
}

/** A summary at a step. */
export function summaryEvent(wallTime: number, step: number, value: ValueInit[]): Uint8Array {
  return encodeEvent({ wallTime, step: BigInt(step), what: { case: "summary", value: { value } } });
}

// The plugin reads its messages from the metadata; the value itself is an empty tensor.
function pluginValue(tag: string, data: PluginInit["data"]): ValueInit {
  const message = create(HParamsPluginDataSchema, { version: 0, ...(data === undefined ? {} : { data }) });
  return {
    tag: `_hparams_/${tag}`,
    metadata: {
      pluginData: { pluginName: "hparams", content: toBinary(HParamsPluginDataSchema, message) },
      dataClass: DataClass.TENSOR,
    },
    value: { case: "tensor", value: { dtype: DataType.DT_FLOAT, tensorShape: { dim: [{ size: 0n }] } } },
  };
}

function typeOf(value: Hparam): HparamType {
  if (typeof value === "number") return HparamType.FLOAT64;
  return typeof value === "boolean" ? HparamType.BOOL : HparamType.STRING;
}

function protobufValue(value: Hparam): {
  kind:
    | { case: "numberValue"; value: number }
    | { case: "boolValue"; value: boolean }
    | { case: "stringValue"; value: string };
} {
  if (typeof value === "boolean") return { kind: { case: "boolValue", value } };
  if (typeof value === "number" && Number.isFinite(value)) return { kind: { case: "numberValue", value } };
  return { kind: { case: "stringValue", value: String(value) } };
}

/** The start of a session of the hyper-parameters plugin: which there are, and their values in this run. */
export function hparamsEvents(
  wallTime: number,
  hparams: Readonly<Record<string, Hparam>>,
  metrics: readonly string[],
): Uint8Array[] {
  const entries = Object.entries(hparams);
  const experiment = pluginValue("experiment", {
    case: "experiment",
    value: {
      hparamInfos: entries.map(([name, value]) => ({ name, type: typeOf(value) })),
      metricInfos: metrics.map((tag) => ({ name: { tag } })),
    },
  });
  const start = pluginValue("session_start_info", {
    case: "sessionStartInfo",
    value: {
      hparams: Object.fromEntries(entries.map(([name, value]) => [name, protobufValue(value)])),
      startTimeSecs: wallTime,
    },
  });
  return [summaryEvent(wallTime, 0, [experiment]), summaryEvent(wallTime, 0, [start])];
}

/** The end of a session of the hyper-parameters plugin. */
export function hparamsEndEvent(wallTime: number): Uint8Array {
  const end = pluginValue("session_end_info", {
    case: "sessionEndInfo",
    value: { status: Status.SUCCESS, endTimeSecs: wallTime },
  });
  return summaryEvent(wallTime, 0, [end]);
}
