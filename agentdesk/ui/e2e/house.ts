import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A program of a test's own, on a folder that is kept while it is killed and started again. */
export interface House {
  url: string;
  password: string;
  /** kill -9, as a machine that loses its power. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Ends it and removes its folder. */
  close(): Promise<void>;
}

async function freePort(): Promise<number> {
  const s = createServer().listen(0, "127.0.0.1");
  await once(s, "listening");
  const { port } = s.address() as AddressInfo;
  s.close();
  await once(s, "close");
  return port;
}

/** Builds a house with one administrator, "admin", and starts it. */
export async function openHouse(): Promise<House> {
  const bin = process.env.FRONTLINE_BIN ?? new URL("../../../bin/frontline", import.meta.url).pathname;
  const data = mkdtempSync(join(tmpdir(), "frontline-e2e-"));
  const listen = `127.0.0.1:${await freePort()}`;
  const password = "correct horse battery";
  execFileSync(bin, ["user", "add", "--data", data, "--login", "admin", "--role", "agent,admin", "--language", "en", "--password", password], { stdio: "pipe" });
  let child: ChildProcess | undefined;

  async function start() {
    const run = spawn(bin, ["serve", "--data", data, "--listen", listen], { stdio: ["ignore", "pipe", "pipe"] });
    child = run;
    await new Promise<void>((resolve, reject) => {
      let said = "";
      const hear = (text: string) => {
        said += text;
        if (/ready/i.test(said)) resolve();
      };
      run.stdout?.setEncoding("utf8").on("data", hear);
      run.stderr?.setEncoding("utf8").on("data", hear);
      run.on("exit", (code, signal) => reject(new Error(`the program ended with ${code ?? signal}: ${said}`)));
    });
  }
  async function end(signal: "SIGKILL" | "SIGTERM") {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill(signal);
    await gone;
  }
  await start();
  return {
    url: `http://${listen}`,
    password,
    start,
    kill: () => end("SIGKILL"),
    async close() {
      await end("SIGTERM");
      rmSync(data, { recursive: true, force: true });
    },
  };
}
