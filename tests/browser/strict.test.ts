import { existsSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

// Strict mode gives the same bits everywhere: the lesson's run, and a few steps of convolutions, pools, norms, recurrent
// layers and attention, in Node and in headless Chromium (a cross-origin isolated page), on one thread and on several, end
// in the same weights. Runs on the built package: `npm run test:browser`.

const root = join(fileURLToPath(new URL(".", import.meta.url)), "../..");
const executablePath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
const TYPES: Record<string, string> = { ".js": "text/javascript", ".html": "text/html" };
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

interface Outcome {
  hash: string;
  loss: number;
  layers: string;
  layersLoss: number;
  isolated: boolean;
  threads: number;
  ready: number;
}

function serve(): Promise<Server> {
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? "/", "http://localhost").pathname);
    response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
    response.setHeader("Cross-Origin-Embedder-Policy", "require-corp");
    const file = join(root, path);
    if (path === "/") response.setHeader("Content-Type", "text/html").end("<!doctype html><title>strict</title>");
    else if (!existsSync(file)) response.writeHead(404).end();
    else response.setHeader("Content-Type", TYPES[extname(file)] ?? "application/octet-stream").end(readFileSync(file));
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

describe.skipIf(!existsSync(executablePath))(`strict mode (skipped where there is no ${executablePath})`, () => {
  let server: Server;
  beforeAll(async () => {
    server = await serve();
  });
  afterAll(() => {
    server.close();
  });

  it("ends in the same weights in Node and in Chromium, whatever the number of threads", async () => {
    const { mainJob } = (await import(pathToFileURL(join(root, "tests/browser/main-job.js")).href)) as {
      mainJob: (innerloop: unknown, threads: number) => Promise<Outcome>;
    };
    const innerloop = await import(pathToFileURL(join(root, "dist/index.js")).href);
    const here = await mainJob(innerloop, 1);
    const shared = await mainJob(innerloop, 3);
    expect([shared.threads, shared.ready]).toEqual([3, 2]);
    expect(shared.hash).toBe(here.hash);
    expect(here.layersLoss).toBeGreaterThan(0);
    expect([shared.layers, shared.layersLoss]).toEqual([here.layers, here.layersLoss]);
    const browser = await chromium.launch({ executablePath, args: FLAGS });
    try {
      for (const threads of [1, 2]) {
        const page = await browser.newPage();
        const failures: string[] = [];
        page.on("pageerror", (error) => failures.push(String(error)));
        await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
        const job = `(await import("/tests/browser/main-job.js")).mainJob(await import("/dist/index.js"), ${threads})`;
        const there: Outcome = await page.evaluate(`(async () => ${job})()`);
        expect(failures).toEqual([]);
        expect(there.isolated).toBe(true);
        expect([there.threads, there.ready]).toEqual([threads, threads - 1]);
        expect(there.loss).toBe(here.loss);
        expect(there.hash).toBe(here.hash);
        expect([there.layers, there.layersLoss]).toEqual([here.layers, here.layersLoss]);
        await page.close();
      }
    } finally {
      await browser.close();
    }
  });
});
