import { type RefObject, useEffect, useRef } from "react";

/** Opens a native dialog as a modal one as soon as it is there; the browser keeps the focus inside and gives it back. */
export function useMountDialog(): RefObject<HTMLDialogElement | null> {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const d = ref.current;
    if (d && !d.open) d.showModal();
  }, []);
  return ref;
}
