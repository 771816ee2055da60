import { expect, test } from "vitest";
import { addressOf, splitAddresses } from "./addresses.ts";

test("an address is found in what people type", () => {
  expect(addressOf("wang@huaxin.cn")).toBe("wang@huaxin.cn");
  expect(addressOf("王建国 <wang@huaxin.cn>")).toBe("wang@huaxin.cn");
  expect(addressOf('"Carter, Emily" <emily@northwind.co.uk>')).toBe("emily@northwind.co.uk");
  for (const bad of ["", "wang", "wang@", "@huaxin.cn", "wang@huaxin", "a b@c.cn", "wang@huaxin.cn.", "<>"]) {
    expect(addressOf(bad), bad).toBeNull();
  }
});

test("a pasted list is taken apart", () => {
  expect(splitAddresses("a@b.cn, c@d.cn；李静 <e@f.cn>\n")).toEqual(["a@b.cn", "c@d.cn", "李静 <e@f.cn>"]);
  expect(splitAddresses('"Carter, Emily" <e@n.uk>; b@c.cn')).toEqual(['"Carter, Emily" <e@n.uk>', "b@c.cn"]);
});
