import { useState } from "react";

let next = 1;

/** Names a row that is edited, for as long as it is on the screen. */
export const newKey = (): number => next++;

export interface Row<T> {
  key: number;
  value: T;
}

/**
 * A list that is edited row by row. Each row keeps its name while others come and go, so that what is being typed stays
 * with it; `change` is told of every state.
 */
export function useRows<T extends object>(first: T[], change: (values: T[]) => void) {
  const [rows, setRows] = useState<Row<T>[]>(() => first.map((value) => ({ key: newKey(), value })));
  const set = (now: Row<T>[]) => {
    setRows(now);
    change(now.map((r) => r.value));
  };
  return {
    rows,
    put: (key: number, value: T) => set(rows.map((r) => (r.key === key ? { key, value } : r))),
    add: (value: T) => set([...rows, { key: newKey(), value }]),
    drop: (key: number) => set(rows.filter((r) => r.key !== key)),
  };
}
