import { expect, test } from "vitest";
import { inkOn, originOf, scriptTag, siteBody, siteFields, sitePath } from "./site.ts";

test("a site that is opened and saved is the same", () => {
  const site = {
    id: 1, key: "shop", name: "Shop", origins: ["https://shop.example"], colour: "#123456", title: { zh: "甲", en: "A" }, greeting: { zh: "", en: "" },
    offline: { zh: "", en: "" }, calendar: "8*5", queue_id: 2, mail_after_s: 90, away_after_s: 120, disabled: false, has_secret: true,
    questions: [{ name: "about", kind: "choice" as const, label: { zh: "乙", en: "B" }, required: true, options: [{ value: "x", label: { zh: "丙", en: "C" } }] }],
    routes: [{ question: "about", answer: "x", queue_id: 3 }, { pages: "https://shop.example/*", queue_id: 4 }],
  };
  const { id: _, has_secret: __, ...rest } = site;
  expect(siteBody(siteFields(site, 1))).toEqual(rest);
});

test("what a question was before it became another is not sent", () => {
  const fields = { ...siteFields(null, 1), questions: [{ name: "q", kind: "text" as const, label: { zh: "", en: "Q" }, options: [] }] };
  expect(siteBody(fields).questions).toEqual([{ name: "q", kind: "text", label: { zh: "", en: "Q" }, required: false }]);
});

test("an address from a browser is cut to its origin, and what is none is left to be refused", () => {
  expect(originOf(" https://Shop.example:443/a?b#c ")).toBe("https://shop.example");
  expect(originOf("http://127.0.0.1:8080/")).toBe("http://127.0.0.1:8080");
  expect(originOf("shop.example")).toBe("shop.example");
});

test("a refusal stands at its field", () => {
  expect(sitePath("origins.2")).toEqual(["origins"]);
  expect(sitePath("mail_after_s")).toEqual(["mail_after_min"]);
  expect(sitePath("questions.0.label")).toEqual(["questions", 0, "label", "zh"]);
  expect(sitePath("routes.1.answer")).toEqual(["routes", 1, "answer"]);
});

test("words on the site's colour are read", () => {
  expect([inkOn("#1f5fbf"), inkOn("#ffd200"), inkOn("#ffffff"), inkOn("#000000")]).toEqual(["#ffffff", "#000000", "#000000", "#ffffff"]);
});

test("the tag names the program and the site", () => {
  expect(scriptTag("https://desk.example", "shop")).toBe('<script src="https://desk.example/chat/shop/widget.js" async></script>');
});
