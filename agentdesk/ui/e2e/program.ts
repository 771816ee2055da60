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
  provide("program", await started(child));
  return () =>
    new Promise((resolve) => {
      child.on("exit", () => resolve());
      child.kill("SIGTERM");
    });
}

/** Reads what the demo prints when it is ready. */
function started(child: ChildProcess): Promise<Program> {
  return new Promise((resolve, reject) => {
    let said = "";
    const find = (pattern: RegExp) => pattern.exec(said)?.[1];
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`the program ended with ${code}: ${said}`)));
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      const url = find(/ready: (\S+)/);
      const smtp = find(/--server (\S+)/);
      const postbox = find(/kept in (\S+)/);
      const password = find(/password is (\S+)/);
      if (url && smtp && postbox && password) resolve({ url, smtp, postbox, password });
    });
  });
}
