import { type ChildProcess, spawn } from "node:child_process";
import type { TestProject } from "vitest/node";

/** A program to test against: its desk, where it takes mail, and where it puts what the desk sends. */
export interface Program {
  url: string;
  smtp: string;
  postbox: string;
  password: string;
}

declare module "vitest" {
  interface ProvidedContext {
    program: Program;
  }
}

/**
 * Starts `frontline serve --demo` of FRONTLINE_BIN for all tests; or takes one that runs, named by FRONTLINE_URL with
 * FRONTLINE_SMTP, FRONTLINE_POSTBOX and FRONTLINE_PASSWORD.
 */
export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const { FRONTLINE_URL: url, FRONTLINE_SMTP: smtp, FRONTLINE_POSTBOX: postbox, FRONTLINE_PASSWORD: password } = process.env;
  if (url) {
    provide("program", { url, smtp: smtp ?? "", postbox: postbox ?? "", password: password ?? "frontline-demo" });
    return async () => {};
  }
  const bin = process.env.FRONTLINE_BIN ?? new URL("../../../bin/frontline", import.meta.url).pathname;
  const child = spawn(bin, ["serve", "--demo", "--quiet", "--listen", "127.0.0.1:0"], { stdio: ["ignore", "pipe", "pipe"] });
  const said = log(child);
  provide("program", await started(child, said));
  let ending = false;
  child.on("exit", (code, signal) => {
    if (!ending) console.error(`the program ended with ${code ?? signal} while it was tested:\n${said.last()}`);
  });
  return () =>
    new Promise((resolve, reject) => {
      ending = true;
      if (child.exitCode !== null || child.signalCode !== null) {
        reject(new Error("the program ended while it was tested"));
        return;
      }
      child.on("exit", (code) => (code === 0 ? resolve() : reject(new Error(`the program ended with ${code}: ${said.last()}`))));
      child.kill("SIGTERM");
    });
}

/** What a program says: its beginning, where the demo stands, and its end, where it says why. */
function log(child: ChildProcess) {
  let first = "";
  let last = "";
  const keep = (text: string) => {
    if (first.length < 64_000) first += text;
    last = (last + text).slice(-16_000);
  };
  child.stdout?.setEncoding("utf8").on("data", keep);
  child.stderr?.setEncoding("utf8").on("data", keep);
  return { first: () => first, last: () => last };
}

/** Reads what the demo prints when it is ready. */
function started(child: ChildProcess, said: ReturnType<typeof log>): Promise<Program> {
  return new Promise((resolve, reject) => {
    const find = (pattern: RegExp) => pattern.exec(said.first())?.[1];
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`the program ended with ${code}: ${said.last()}`)));
    child.stdout?.on("data", () => {
      const url = find(/ready: (\S+)/);
      const smtp = find(/--server (\S+)/);
      const postbox = find(/kept in (\S+)/);
      const password = find(/password is (\S+)/);
      if (url && smtp && postbox && password) resolve({ url, smtp, postbox, password });
    });
  });
}
