import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A plain page of another origin with a chat's script tag on it, as a customer's own site would be. */
export interface Shop {
  origin: string;
  /** Changes nothing but the tag: whose program, which site, in which language. */
  page(language: "zh" | "en"): string;
  close(): void;
}

/**
 * Serves the page under a policy that allows the program's script, its calls and its pictures and nothing else: no inline
 * styles or scripts, and no markup made of strings.
 */
export function openShop(program: () => string, site: () => string): Promise<Shop> {
  const server = createServer((q, r) => {
    const at = program();
    const language = q.url === "/zh" ? "zh" : "en";
    const policy = [
      "default-src 'none'",
      `script-src ${at}`,
      `connect-src ${at} ${at.replace("http", "ws")}`,
      `img-src ${at}`,
      "style-src 'none'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
    ];
    r.writeHead(200, { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy.join("; ") });
    r.end(`<!doctype html>
<html lang="${language === "zh" ? "zh-CN" : "en"}">
<head><meta name="viewport" content="width=device-width, initial-scale=1"><title>Machines</title></head>
<body><main><h1>Machines</h1><p>${"A machine for everything. ".repeat(200)}</p></main>
<script src="${at}/chat/${site()}/widget.js" async></script></body>
</html>`);
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      resolve({ origin, page: (language) => `${origin}/${language}`, close: () => void server.close() });
    });
  });
}
