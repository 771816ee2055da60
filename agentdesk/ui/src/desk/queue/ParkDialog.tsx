import { Button, Input, Modal } from "antd";
import { type KeyboardEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { park } from "@/api/queue";
import type { Ticket } from "@/api/types";
import { Kbd } from "@/parts/Kbd";
import { medium } from "@/parts/time";
import { fieldValue, parkTimes } from "./parkTimes.ts";
import css from "./stay.module.css";
import { useStay } from "./useStay.ts";

/** Puts a contact aside until a moment, when it comes back by itself. The usual moments have the keys 1 to 4. */
export default function ParkDialog({ ticket, close }: { ticket: Ticket; close: () => void }) {
  const { t, i18n } = useTranslation();
  const run = useStay(ticket.id);
  const [now] = useState(() => new Date());
  const times = parkTimes(now);
  const [own, setOwn] = useState("");
  const [note, setNote] = useState("");
  const [busy, setBusy] = useState(false);
  const ownAt = own ? new Date(own) : null;
  const able = ownAt !== null && ownAt.getTime() > now.getTime();

  async function until(at: Date) {
    if (busy) return;
    setBusy(true);
    if (await run(() => park(ticket.id, at.toISOString(), note.trim()), t("park.done"))) close();
    setBusy(false);
  }
  function press(e: KeyboardEvent) {
    const chosen = times[Number(e.key) - 1];
    if (!chosen || (e.target as HTMLElement).closest("input, textarea")) return;
    e.preventDefault();
    void until(chosen.at);
  }
  return (
    <Modal open width={460} title={t("park.title")} footer={null} onCancel={close}>
      {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- the keys of the buttons in it */}
      <div onKeyDown={press}>
        <div className={css.times}>
          {times.map((p, i) => (
            <Button key={p.id} autoFocus={i === 0} disabled={busy} onClick={() => void until(p.at)}>
              <span className={css.choice}>
                <span>
                  {t(`park.${p.id}`)}
                  <small>{medium(p.at.getTime(), now.getTime(), i18n.language)}</small>
                </span>
                <Kbd>{String(i + 1)}</Kbd>
              </span>
            </Button>
          ))}
        </div>
        <form
          onSubmit={(e) => {
            e.preventDefault();
            if (able) void until(ownAt);
          }}
        >
          <label className={css.field}>
            <span>{t("transfer.note")}</span>
            <Input value={note} maxLength={1000} placeholder={t("park.note_hint")} onChange={(e) => setNote(e.target.value)} />
          </label>
          <label className={css.field}>
            <span>{t("park.own")}</span>
            <span className={css.left}>
              <Input type="datetime-local" value={own} min={fieldValue(now)} onChange={(e) => setOwn(e.target.value)} />
              <Button type="primary" htmlType="submit" disabled={!able} loading={busy}>
                {t("stay.park")}
              </Button>
            </span>
          </label>
        </form>
      </div>
    </Modal>
  );
}
