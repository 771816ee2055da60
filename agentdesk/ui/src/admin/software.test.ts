import { expect, test } from "vitest";
import { softwareOf } from "./software.ts";

test("a session is named by its browser and system", () => {
  const webkit = "AppleWebKit/537.36 (KHTML, like Gecko)";
  expect(softwareOf(`Mozilla/5.0 (X11; Linux x86_64) ${webkit} Chrome/156.0.0.0 Safari/537.36`)).toBe("Chrome · Linux");
  expect(softwareOf(`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${webkit} Chrome/156.0 Safari/537.36 Edg/156.0`)).toBe("Edge · Windows");
  expect(softwareOf("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Mobile Safari/604")).toBe("Safari · iPhone");
  expect(softwareOf("curl/8.5.0")).toBe("curl/8.5.0");
});
