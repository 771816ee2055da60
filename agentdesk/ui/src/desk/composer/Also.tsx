import { useTranslation } from "react-i18next";
import { useMe } from "@/data/queries";
import { viewers, viewersOf } from "@/live/state";
import { useStore } from "@/parts/store";
import css from "./composer.module.css";

/** Warns whoever writes, on any channel and a note as well, that a colleague does so too: two answers help nobody. */
export function Also({ ticket }: { ticket: number }) {
  const { t } = useTranslation();
  const me = useMe();
  const all = useStore(viewers, viewersOf(`ticket:${ticket}`));
  const writing = all.filter((v) => v.typing && v.id !== me.id).map((v) => v.name);
  if (writing.length === 0) return null;
  return (
    <p className={css.also} role="status">
      {t("composer.also", { names: writing.join(", ") })}
    </p>
  );
}
