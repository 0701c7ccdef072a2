// Reads TensorBoard's event files from the bytes alone: nothing here is shared with the code that writes them.

type Field = number | bigint | Uint8Array;

/** A protobuf message by field number; every field as often as it came. */
export type Message = Map<number, Field[]>;

/** An event with what the tests look at. */
export interface ParsedEvent {
  wallTime: number;
  step: number;
  fileVersion?: string;
  sessionStatus?: number;
  values: { tag: string; scalar?: number; histogram?: Message; plugin?: { name: string; content: Uint8Array } }[];
}

/** Bit by bit, unlike the table in src/. */
export function slowCrc32c(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (0x82f63b78 & -(crc & 1));
  }
  return ~crc >>> 0;
}

function checked(bytes: Uint8Array, crc: number): Uint8Array {
  const plain = slowCrc32c(bytes);
  const masked = (((plain >>> 15) | ((plain & 0x7fff) << 17)) + 0xa282ead8) % 2 ** 32;
  if (masked < 0 ? masked + 2 ** 32 !== crc : masked !== crc) throw new Error("wrong CRC");
  return bytes;
}

/** The records of a TFRecord file, their CRCs checked. */
export function parseRecords(file: Uint8Array): Uint8Array[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const records: Uint8Array[] = [];
  for (let at = 0; at < file.length; ) {
    checked(file.subarray(at, at + 8), view.getUint32(at + 8, true));
    const length = Number(view.getBigUint64(at, true));
    records.push(checked(file.subarray(at + 12, at + 12 + length), view.getUint32(at + 12 + length, true)));
    at += length + 16;
  }
  return records;
}

function varint(bytes: Uint8Array, at: number): [bigint, number] {
  let value = 0n;
  for (let shift = 0n; ; shift += 7n) {
    const byte = bytes[at++] as number;
    value |= BigInt(byte & 127) << shift;
    if (byte < 128) return [value, at];
  }
}

/** The fields of a message: varints as bigint, fixed ones as floating point numbers, the rest as bytes. */
export function parseMessage(bytes: Uint8Array): Message {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const message: Message = new Map();
  for (let at = 0; at < bytes.length; ) {
    const [key, start] = varint(bytes, at);
    const wire = Number(key & 7n);
    let value: Field;
    if (wire === 0) [value, at] = varint(bytes, start);
    else if (wire === 1) [value, at] = [view.getFloat64(start, true), start + 8];
    else if (wire === 5) [value, at] = [view.getFloat32(start, true), start + 4];
    else if (wire === 2) {
      const [length, body] = varint(bytes, start);
      at = body + Number(length);
      value = bytes.subarray(body, at);
    } else throw new Error(`wire type ${wire}`);
    const number = Number(key >> 3n);
    message.set(number, [...(message.get(number) ?? []), value]);
  }
  return message;
}

export function text(field: Field | undefined): string {
  return new TextDecoder().decode(field as Uint8Array);
}

/** A packed list of doubles. */
export function doubles(field: Field | undefined): number[] {
  const bytes = field as Uint8Array;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / 8 }, (_, i) => view.getFloat64(i * 8, true));
}

function sub(message: Message | undefined, number: number): Message | undefined {
  const bytes = message?.get(number)?.[0];
  return bytes === undefined ? undefined : parseMessage(bytes as Uint8Array);
}

/** The events of a file. */
export function parseEvents(file: Uint8Array): ParsedEvent[] {
  return parseRecords(file).map((record) => {
    const event = parseMessage(record);
    const parsed: ParsedEvent = {
      wallTime: (event.get(1)?.[0] ?? 0) as number,
      step: Number(event.get(2)?.[0] ?? 0n),
      values: [],
    };
    const version = event.get(3)?.[0];
    if (version !== undefined) parsed.fileVersion = text(version);
    const session = sub(event, 7);
    if (session !== undefined) parsed.sessionStatus = Number(session.get(1)?.[0] ?? 0n);
    for (const bytes of sub(event, 5)?.get(1) ?? []) {
      const value = parseMessage(bytes as Uint8Array);
      const found: ParsedEvent["values"][number] = { tag: text(value.get(1)?.[0]) };
      const scalar = value.get(2)?.[0];
      if (scalar !== undefined) found.scalar = scalar as number;
      const histogram = sub(value, 5);
      if (histogram !== undefined) found.histogram = histogram;
      const plugin = sub(sub(value, 9), 1);
      if (plugin !== undefined) {
        found.plugin = {
          name: text(plugin.get(1)?.[0]),
          content: (plugin.get(2)?.[0] ?? new Uint8Array()) as Uint8Array,
        };
      }
      parsed.values.push(found);
    }
    return parsed;
  });
}
