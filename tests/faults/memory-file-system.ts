import type { FileOperations, FileStatus, FileSystem, LaterOperations } from "../../src/train/storage/file-system.ts";

const SECTOR = 512; // bytes

interface Inode {
  bytes: Uint8Array;
  /** What a lost power leaves for sure. */
  durable: Uint8Array;
  /** Writes since the last fsync: each may be there afterwards, or not, in pieces of a sector. */
  pending: { position: number; bytes: Uint8Array }[];
}

/** One change of names; a rename is one. Each may survive a lost power without the others. */
interface FolderChange {
  set?: [name: string, inode: Inode | null];
  unset?: string;
}

interface Folder {
  entries: Map<string, Inode | null>; // null: a folder
  durable: Map<string, Inode | null>;
  pending: FolderChange[];
}

/** The error that a file system gives. */
export function systemError(code: string, operation: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${operation} '${path}'`), { code });
}

function apply(entries: Map<string, Inode | null>, change: FolderChange): void {
  if (change.set !== undefined) entries.set(...change.set);
  if (change.unset !== undefined) entries.delete(change.unset);
}

function written(bytes: Uint8Array, position: number, more: Uint8Array): Uint8Array {
  const out = new Uint8Array(Math.max(bytes.length, position + more.length));
  out.set(bytes);
  out.set(more, position);
  return out;
}

function split(path: string): [folder: string, name: string] {
  const cut = path.lastIndexOf("/");
  return cut < 0 ? [".", path] : [path.slice(0, cut), path.slice(cut + 1)];
}

/**
 * A file system in memory that knows what a lost power leaves: a file's bytes are durable after its
 * fsync, a name after the fsync of its folder, nothing else.
 */
export class MemoryFileSystem implements FileSystem {
  readonly #folders = new Map<string, Folder>([[".", { entries: new Map(), durable: new Map(), pending: [] }]]);
  readonly #open = new Map<number, { inode: Inode; append: boolean }>();
  #nextFile = 3;
  /** Bytes that all files together may have. */
  capacity: number = Number.POSITIVE_INFINITY;
  /** Runs before each operation. */
  before: (name: keyof FileOperations) => void = () => {};
  /** Each operation a turn of the event loop later. */
  readonly later: LaterOperations = new Proxy({} as LaterOperations, {
    get:
      (_, name: keyof FileOperations) =>
      async (...args: never[]) => {
        await new Promise((resolve) => setImmediate(resolve));
        return (this[name] as (...args: never[]) => unknown)(...args);
      },
  });

  #folder(path: string, operation: string): Folder {
    const folder = this.#folders.get(path);
    if (folder === undefined) throw systemError("ENOENT", operation, path);
    return folder;
  }

  #change(folder: Folder, change: FolderChange): void {
    apply(folder.entries, change);
    folder.pending.push(change);
  }

  #inode(path: string, operation: string): Inode {
    const [parent, name] = split(path);
    const inode = this.#folder(parent, operation).entries.get(name);
    if (inode === undefined) throw systemError("ENOENT", operation, path);
    if (inode === null) throw systemError("EISDIR", operation, path);
    return inode;
  }

  #file(file: number): { inode: Inode; append: boolean } {
    const open = this.#open.get(file);
    if (open === undefined) throw systemError("EBADF", "use", String(file));
    return open;
  }

  #handle(inode: Inode, append = false): number {
    this.#open.set(this.#nextFile, { inode, append });
    return this.#nextFile++;
  }

  openExclusive(path: string): number {
    this.before("openExclusive");
    const [parent, name] = split(path);
    const folder = this.#folder(parent, "open");
    if (folder.entries.has(name)) throw systemError("EEXIST", "open", path);
    const inode = { bytes: new Uint8Array(0), durable: new Uint8Array(0), pending: [] };
    this.#change(folder, { set: [name, inode] });
    return this.#handle(inode);
  }

  openAppend(path: string): number {
    this.before("openAppend");
    const [parent, name] = split(path);
    const folder = this.#folder(parent, "open");
    let inode = folder.entries.get(name);
    if (inode === null) throw systemError("EISDIR", "open", path);
    if (inode === undefined) {
      inode = { bytes: new Uint8Array(0), durable: new Uint8Array(0), pending: [] };
      this.#change(folder, { set: [name, inode] });
    }
    return this.#handle(inode, true);
  }

  openRead(path: string): number {
    this.before("openRead");
    return this.#handle(this.#inode(path, "open"));
  }

  #used(): number {
    const inodes = new Set([...this.#folders.values()].flatMap(({ entries }) => [...entries.values()]));
    let sum = 0;
    for (const inode of inodes) sum += inode?.bytes.length ?? 0;
    return sum;
  }

  write(file: number, bytes: Uint8Array, position: number | null): number {
    this.before("write");
    const { inode } = this.#file(file);
    const at = position ?? inode.bytes.length;
    const grows = Math.max(0, at + bytes.length - inode.bytes.length);
    const room = this.capacity === Number.POSITIVE_INFINITY ? grows : this.capacity - this.#used();
    const length = Math.min(bytes.length, bytes.length - grows + Math.max(0, room));
    if (length <= 0 && bytes.length > 0) throw systemError("ENOSPC", "write", String(file));
    const part = bytes.slice(0, length);
    inode.bytes = written(inode.bytes, at, part);
    inode.pending.push({ position: at, bytes: part });
    return length;
  }

  read(file: number, into: Uint8Array, position: number): number {
    this.before("read");
    const part = this.#file(file).inode.bytes.subarray(position, position + into.length);
    into.set(part);
    return part.length;
  }

  fsync(file: number): void {
    this.before("fsync");
    const { inode } = this.#file(file);
    for (const { position, bytes } of inode.pending) inode.durable = written(inode.durable, position, bytes);
    inode.pending = [];
  }

  close(file: number): void {
    this.before("close");
    this.#file(file);
    this.#open.delete(file);
  }

  link(existing: string, path: string): void {
    this.before("link");
    const inode = this.#inode(existing, "link");
    const [parent, name] = split(path);
    const folder = this.#folder(parent, "link");
    if (folder.entries.has(name)) throw systemError("EEXIST", "link", path);
    this.#change(folder, { set: [name, inode] });
  }

  rename(from: string, to: string): void {
    this.before("rename");
    const inode = this.#inode(from, "rename");
    const [parent, name] = split(from);
    const [target, newName] = split(to);
    if (parent !== target) throw systemError("EXDEV", "rename", from);
    const folder = this.#folder(parent, "rename");
    if (folder.entries.get(newName) === inode) return; // POSIX: two names of one file, nothing happens
    this.#change(folder, { set: [newName, inode], unset: name });
  }

  unlink(path: string): void {
    this.before("unlink");
    this.#inode(path, "unlink");
    const [parent, name] = split(path);
    this.#change(this.#folder(parent, "unlink"), { unset: name });
  }

  mkdir(path: string): void {
    this.before("mkdir");
    const [parent, name] = split(path);
    const folder = this.#folder(parent, "mkdir");
    if (folder.entries.has(name)) throw systemError("EEXIST", "mkdir", path);
    this.#folders.set(path, { entries: new Map(), durable: new Map(), pending: [] });
    this.#change(folder, { set: [name, null] });
  }

  readdir(path: string): string[] {
    this.before("readdir");
    return [...this.#folder(path, "readdir").entries.keys()];
  }

  stat(path: string): FileStatus | null {
    this.before("stat");
    if (path === ".") return { size: 0, isFolder: true };
    const [parent, name] = split(path);
    const inode = this.#folders.get(parent)?.entries.get(name);
    if (inode === undefined) return null;
    return { size: inode?.bytes.length ?? 0, isFolder: inode === null };
  }

  fsyncFolder(path: string): void {
    this.before("fsyncFolder");
    const folder = this.#folder(path, "fsync");
    for (const change of folder.pending) apply(folder.durable, change);
    folder.pending = [];
  }

  /**
   * What the disk may hold after the power is lost now: everything durable, and of everything else each
   * change of a name and each sector of a write for which `survives` says so.
   */
  crash(survives: () => boolean): MemoryFileSystem {
    const image = new MemoryFileSystem();
    const inodes = new Map<Inode, Inode>();
    const copy = (inode: Inode): Inode => {
      const known = inodes.get(inode);
      if (known !== undefined) return known;
      let bytes: Uint8Array = inode.durable.slice();
      for (const { position, bytes: part } of inode.pending) {
        for (let i = 0; i < part.length; ) {
          const end = Math.min(part.length, i + SECTOR - ((position + i) % SECTOR));
          if (survives()) bytes = written(bytes, position + i, part.subarray(i, end));
          i = end;
        }
      }
      const made = { bytes, durable: bytes.slice(), pending: [] };
      inodes.set(inode, made);
      return made;
    };
    const visit = (path: string): void => {
      const { durable, pending } = this.#folder(path, "crash");
      const entries = new Map(durable);
      for (const change of pending) if (survives()) apply(entries, change);
      const made = new Map([...entries].map(([name, inode]) => [name, inode === null ? null : copy(inode)]));
      image.#folders.set(path, { entries: made, durable: new Map(made), pending: [] });
      for (const [name, inode] of made) if (inode === null) visit(path === "." ? name : `${path}/${name}`);
    };
    visit(".");
    return image;
  }

  /** What a killed process leaves: everything that was done. */
  afterKill(): MemoryFileSystem {
    return this.crash(() => true);
  }

  /**
   * A failed fsync, as Linux has it: what was pending counts as written and never reaches the disk, also
   * when a later fsync succeeds; until the power is lost it reads as written.
   */
  failFsync(file: number): void {
    this.#file(file).inode.pending = [];
  }

  /** The same of a folder's names. */
  failFsyncFolder(path: string): void {
    this.#folder(path, "fsync").pending = [];
  }
}
