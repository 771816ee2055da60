import { Button, Input, Modal } from "antd";
import { type KeyboardEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Stay, wrapUp as finish } from "@/api/queue";
import type { Ticket } from "@/api/types";
import { queueName } from "@/data/queries";
import { Kbd } from "@/parts/Kbd";
import css from "./stay.module.css";
import { useStay } from "./useStay.ts";
import { Countdown } from "./WorkList.tsx";

/** How a contact ended, by a code with a key of its own, and in words; with what is left of the time for it. */
export default function WrapUpDialog({ ticket, wrapUp, close }: { ticket: Ticket; wrapUp: NonNullable<Stay["wrap_up"]>; close: () => void }) {
  const { t, i18n } = useTranslation();
  const run = useStay(ticket.id);
  const [code, setCode] = useState("");
  const [note, setNote] = useState("");
  const [busy, setBusy] = useState(false);
  const able = code !== "" || !wrapUp.required;

  async function go() {
    if (!able || busy) return;
    setBusy(true);
    if (await run(() => finish(ticket.id, code, note.trim()), t("wrap_up.done"))) close();
    setBusy(false);
  }
  function press(e: KeyboardEvent) {
    if (e.nativeEvent.isComposing) return;
    const field = (e.target as HTMLElement).closest("textarea, input:not([type=radio])");
    const chosen = field ? undefined : wrapUp.codes[Number(e.key) - 1];
    if (chosen) {
      e.preventDefault();
      setCode(chosen.code);
    } else if (e.key === "Enter" && (!field || e.ctrlKey || e.metaKey) && !(e.target as HTMLElement).closest("button")) {
      e.preventDefault();
      void go();
    }
  }
  return (
    <Modal
      open
      width={440}
      title={t("wrap_up.title", { number: ticket.number })}
      onCancel={close}
      footer={
        <>
          <Button onClick={close}>{t("wrap_up.later")}</Button>
          <Button type="primary" disabled={!able} loading={busy} onClick={() => void go()}>
            {t("stay.finish")}
          </Button>
        </>
      }
    >
      {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- the keys of the choices in it */}
      <div onKeyDown={press}>
        <p className={css.left}>
          {wrapUp.required ? t("stay.code_required") : t("wrap_up.code_may")}
          {wrapUp.until && (
            <span>
              {t("wrap_up.left")} <Countdown until={wrapUp.until} />
            </span>
          )}
        </p>
        <div className={css.codes} role="radiogroup" aria-label={t("wrap_up.code")}>
          {wrapUp.codes.map((c, i) => (
            <label key={c.code} className={css.code}>
              <input type="radio" name="code" autoFocus={i === 0} value={c.code} checked={code === c.code} onChange={() => setCode(c.code)} />
              <span>{queueName({ name: c.name, name_en: c.name_en ?? "" }, i18n.language)}</span>
              {i < 9 && <Kbd>{String(i + 1)}</Kbd>}
            </label>
          ))}
        </div>
        <label className={css.field}>
          <span>{t("wrap_up.note")}</span>
          <Input.TextArea value={note} maxLength={1000} autoSize={{ minRows: 2, maxRows: 6 }} onChange={(e) => setNote(e.target.value)} />
        </label>
      </div>
    </Modal>
  );
}
