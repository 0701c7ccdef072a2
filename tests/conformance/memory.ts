import { expect } from "vitest";
import { bytesOf, type DType, newTypedArray, type TypedArray } from "../../src/engine/dtype.ts";
import { clock, type Storage } from "../../src/engine/storage.ts";
import { OutOfMemoryError, ReleasedTensorError } from "../../src/util/index.ts";
import { KERNEL_CALLS, type KernelName } from "./kernel-calls.ts";
import type { Scratch } from "./scratch.ts";
import type { Suite } from "./suite.ts";

export function memoryTests(suite: Suite): void {
  const { backend } = suite;

  for (const dtype of backend.dtypes) {
    suite.it(`memory: a block of ${dtype} is written, read, moved and comes back`, (scratch) => {
      for (const length of [0, 1, 3, 64, 200]) {
        const storage = scratch.alloc(dtype, length, "maker");
        expect([storage.dtype, storage.length, storage.origin]).toEqual([dtype, length, "maker"]);
        const values = randomValues(scratch, dtype, length);
        backend.write(storage, 0, values);
        expect(backend.read(storage, 0, length)).toEqual(values);

        const part = randomValues(scratch, dtype, Math.max(length - 2, 0));
        backend.write(storage, length - part.length, part);
        values.set(part, length - part.length);
        expect(backend.read(storage, 0, length)).toEqual(values);
        expect(backend.read(storage, length - part.length, part.length)).toEqual(part);

        backend.moveToHost(storage);
        expect(storage.address).toBe(-1);
        expect(backend.read(storage, 0, length), "moved").toEqual(values);
        expect(backend.read(storage, length - part.length, part.length), "part of a moved one").toEqual(part);
        backend.moveToHost(storage);
        expect(backend.read(storage, 0, length), "moved twice").toEqual(values);
        backend.write(storage, 0, part);
        values.set(part);
        expect(backend.read(storage, 0, length), "written after moving").toEqual(values);
      }
    });
  }

  suite.it("memory: what read gives is a copy", (scratch) => {
    const storage = scratch.alloc("float32", 3);
    backend.write(storage, 0, new Float32Array([1, 2, 3]));
    const copy = backend.read(storage, 0, 3);
    copy[0] = 9;
    backend.write(storage, 1, new Float32Array([8]));
    expect([...copy]).toEqual([9, 2, 3]);
    expect([...backend.read(storage, 0, 3)]).toEqual([1, 8, 3]);
    backend.moveToHost(storage);
    backend.read(storage, 0, 3)[0] = 9;
    expect([...backend.read(storage, 0, 3)]).toEqual([1, 8, 3]);
  });

  suite.it("memory: readInto puts the same bytes at the front of the caller's memory", (scratch) => {
    for (const dtype of backend.dtypes) {
      const values = randomValues(scratch, dtype, 9);
      const storage = scratch.alloc(dtype, 9);
      backend.write(storage, 0, values);
      const part = values.slice(2, 7);
      for (const place of ["live", "moved"]) {
        const target = new Uint8Array(part.byteLength + 5).fill(77);
        backend.readInto(storage, 2, 5, target.subarray(3));
        const expected = [77, 77, 77, ...new Uint8Array(part.buffer), 77, 77];
        expect([...target], `${dtype}, ${place}`).toEqual(expected);
        backend.readInto(storage, 9, 0, target);
        expect([...target], `${dtype}, ${place}, nothing`).toEqual(expected);
        backend.moveToHost(storage);
      }
    }
  });

  suite.it("memory: live bytes and handles are counted as requested", (scratch) => {
    const before = backend.memory();
    const storages = backend.dtypes.map((dtype, i) => scratch.alloc(dtype, 7 + i));
    const bytes = storages.reduce((total, s) => total + s.length * bytesOf(s.dtype), 0);
    const live = (): [number, number] => {
      const now = backend.memory();
      return [now.liveBytes - before.liveBytes, now.handles - before.handles];
    };
    expect(live()).toEqual([bytes, storages.length]);
    expect(backend.memory().peakBytes).toBeGreaterThanOrEqual(backend.memory().liveBytes);
    expect(backend.memory().heapBytes).toBeGreaterThanOrEqual(backend.memory().liveBytes);

    const first = storages[0] as Storage;
    const size = first.length * bytesOf(first.dtype);
    backend.moveToHost(first);
    expect(live(), "a moved one is not live").toEqual([bytes - size, storages.length - 1]);
    backend.write(first, 0, newTypedArray(first.dtype, first.length));
    backend.release(first);
    backend.release(first);
    expect(live(), "released twice").toEqual([bytes - size, storages.length - 1]);

    const second = storages[1] as Storage;
    backend.moveToHost(second);
    backend.release(second);
    for (const storage of storages) backend.release(storage);
    expect(live()).toEqual([0, 0]);
  });

  suite.it("memory: live blocks never share an element", (scratch) => {
    // Each block holds its own values; releases and moves happen in between.
    const blocks = new Map<Storage, TypedArray>();
    for (let round = 0; round < 250; round++) {
      const dtype = backend.dtypes[round % backend.dtypes.length] as DType;
      const length = scratch.random() < 0.1 ? scratch.whole(500, 5000) : scratch.whole(0, 40);
      const storage = scratch.alloc(dtype, length);
      const values = randomValues(scratch, dtype, length);
      backend.write(storage, 0, values);
      blocks.set(storage, values);
      for (const other of [...blocks.keys()]) {
        const chance = scratch.random();
        if (chance < 0.015) {
          backend.release(other);
          blocks.delete(other);
        } else if (chance < 0.03) {
          backend.moveToHost(other);
        } else if (chance < 0.045) {
          const fresh = randomValues(scratch, other.dtype, other.length); // a moved one becomes live again
          backend.write(other, 0, fresh);
          blocks.set(other, fresh);
        }
      }
    }
    for (const [storage, values] of blocks) {
      const read = backend.read(storage, 0, storage.length);
      expect(read.length).toBe(values.length);
      const wrong = read.findIndex((x, i) => x !== values[i]); // toEqual is slow on thousands of elements
      expect(wrong, `first wrong element of a ${storage.dtype} block of ${storage.length}`).toBe(-1);
    }
  });

  suite.it("memory: steps of the same size do not grow the heap", (scratch) => {
    const step = (): void => {
      const storages = [10, 1000, 33, 4096, 1].map((length) => scratch.alloc("float32", length));
      for (const storage of storages) backend.release(storage);
    };
    for (let i = 0; i < 10; i++) step();
    const early = backend.memory();
    for (let i = 0; i < 200; i++) step();
    expect(backend.memory()).toEqual(early);
  });

  suite.it("memory: a request that cannot be met names itself and changes nothing", (scratch) => {
    const kept = scratch.alloc("float32", 2);
    backend.write(kept, 0, new Float32Array([1, 2]));
    const before = backend.memory();
    for (const length of [2 ** 33, 2 ** 45]) {
      const request = (): Storage => backend.alloc("float32", length, "greedy");
      expect(request).toThrow(OutOfMemoryError);
      expect(request).toThrow(/greedy.*\d/s);
    }
    expect(backend.memory()).toEqual(before);
    expect([...backend.read(kept, 0, 2)]).toEqual([1, 2]);
  });

  suite.it("memory: reading or writing a released block is refused", (scratch) => {
    const storage = scratch.alloc("float32", 4, "maker");
    backend.release(storage);
    expect(storage.address).toBe(-1);
    expect(() => backend.read(storage, 0, 4)).toThrow(ReleasedTensorError);
    expect(() => backend.readInto(storage, 0, 4, new Uint8Array(16))).toThrow(ReleasedTensorError);
    expect(() => backend.write(storage, 0, new Float32Array(4))).toThrow(ReleasedTensorError);
    expect(() => backend.read(storage, 0, 4)).toThrow(/maker[\s\S]*keep\(\)/);

    const moved = scratch.alloc("float32", 4);
    backend.moveToHost(moved);
    backend.release(moved);
    expect(() => backend.read(moved, 0, 4)).toThrow(ReleasedTensorError);
  });

  for (const name of Object.keys(KERNEL_CALLS) as KernelName[]) {
    const kernel = KERNEL_CALLS[name];
    // 0 and 1 are values of every dtype, and positions inside every operand.
    const operands = (scratch: Scratch): ReturnType<Scratch["input"]>[] =>
      kernel.operands.map(([dtype, shape]) => scratch.input(dtype, shape, "contiguous", () => scratch.whole(0, 1)));

    suite.it(`${name} refuses a released operand`, (scratch) => {
      kernel.operands.forEach(([, shape], position) => {
        const views = operands(scratch).map((x) => x.view);
        const released = views[position] as (typeof views)[number];
        backend.release(released.storage);
        let error: unknown;
        try {
          kernel.run(backend, views);
        } catch (thrown) {
          error = thrown;
        }
        expect(error, `operand ${position}`).toBeInstanceOf(ReleasedTensorError);
        const { message } = error as Error;
        expect(message).toContain(`[${shape.join(", ")}]`);
        expect(message).toContain(released.storage.origin);
        expect(message).toContain(".keep()");
      });
    });

    suite.it(`${name} brings moved operands back`, (scratch) => {
      const views = operands(scratch).map((x) => x.view);
      const twins = views.map((view) => {
        const storage = scratch.alloc(view.dtype, view.storage.length);
        backend.write(storage, 0, backend.read(view.storage, 0, view.storage.length));
        return { ...view, storage };
      });
      for (const twin of twins) backend.moveToHost(twin.storage);
      const live = backend.memory().liveBytes;
      expect(kernel.run(backend, twins)).toEqual(kernel.run(backend, views));
      views.forEach((view, position) => {
        const twin = (twins[position] as (typeof twins)[number]).storage;
        expect(twin.address, `operand ${position} is live again`).toBeGreaterThanOrEqual(0);
        expect(backend.read(twin, 0, twin.length), `operand ${position}`).toEqual(
          backend.read(view.storage, 0, view.storage.length),
        );
      });
      const back = twins.reduce((total, { storage }) => total + storage.length * bytesOf(storage.dtype), 0);
      expect(backend.memory().liveBytes).toBe(live + back);
    });

    suite.it(`${name} notes the clock on its operands`, (scratch) => {
      const views = operands(scratch).map((x) => x.view);
      const before = clock.tick;
      try {
        clock.tick = before + 41;
        kernel.run(backend, views);
        expect(views.map((view) => view.storage.touched)).toEqual(views.map(() => before + 41));
      } finally {
        clock.tick = before;
      }
    });
  }
}

function randomValues(scratch: Scratch, dtype: DType, length: number): TypedArray {
  return newTypedArray(dtype, length).map(scratch.drawFor(dtype) as () => number);
}
