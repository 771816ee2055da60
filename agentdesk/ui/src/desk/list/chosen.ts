import { store } from "@/parts/store";

/** The tickets chosen for an act on many, and the one that was chosen last, from which Shift reaches. */
export const chosen = store<{ ids: ReadonlySet<number>; last: number | null }>({ ids: new Set(), last: null });

/** The server takes no more at once. */
export const mostChosen = 500;

export const chooseNone = () => chosen.set({ ids: new Set(), last: null });

/** Chooses a ticket, or takes it out of the choice. */
export function toggle(id: number): void {
  chosen.set(({ ids }) => {
    const next = new Set(ids);
    if (!next.delete(id) && next.size < mostChosen) next.add(id);
    return { ids: next, last: id };
  });
}

/** Chooses all between the last chosen one and this, in the order of the list. */
export function reach(id: number, order: readonly number[]): void {
  chosen.set(({ ids, last }) => {
    const [a, b] = [order.indexOf(last ?? id), order.indexOf(id)];
    if (a < 0 || b < 0) return { ids: new Set([...ids, id]), last: id };
    const next = new Set(ids);
    for (const x of order.slice(Math.min(a, b), Math.max(a, b) + 1)) if (next.size < mostChosen) next.add(x);
    return { ids: next, last: id };
  });
}
