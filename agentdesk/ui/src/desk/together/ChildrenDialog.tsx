import { App, Input, Modal, Progress, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answerChildren } from "@/api/calls";
import type { Ticket } from "@/api/types";
import { Failures } from "../many/Failures.tsx";
import { inParts } from "../many/inParts.ts";
import css from "./together.module.css";
import { variables } from "./variables.ts";

const after = ["pending", "resolved", "open"] as const;

/** One answer to the customers of all cases of a common cause. */
export default function ChildrenDialog({ ticket, close }: { ticket: Ticket; close: () => void }) {
  const { t } = useTranslation();
  const { message, modal } = App.useApp();
  const cases = ticket.links.filter((l) => l.kind === "parent").map((l) => l.ticket);
  const [text, setText] = useState("");
  const [state, setState] = useState<(typeof after)[number]>("pending");
  const [done, setDone] = useState<number | null>(null);

  async function send() {
    setDone(0);
    try {
      const out = await inParts(
        cases.map((c) => c.id),
        (tickets, key) => answerChildren(ticket.id, { text, state, tickets }, key),
        setDone,
      );
      const failed = out.filter((o) => o.code);
      close();
      if (failed.length === 0) void message.success(t("many.done", { count: out.length }));
      else {
        modal.warning({
          title: t("many.failed"),
          content: <Failures of={failed} done={out.length - failed.length} number={(id) => cases.find((c) => c.id === id)?.number ?? String(id)} />,
        });
      }
    } catch (e) {
      setDone(null);
      void message.error((e as Error).message);
    }
  }
  return (
    <Modal
      open
      width={600}
      title={t("children.title", { count: cases.length })}
      onCancel={close}
      okText={t("children.send")}
      cancelText={t("mailboxes.cancel")}
      okButtonProps={{ disabled: text.trim() === "", loading: done !== null }}
      onOk={() => void send()}
    >
      <p className={css.lead}>{t("children.lead")}</p>
      <div className={css.answer}>
        <Input.TextArea autoFocus value={text} maxLength={500_000} aria-label={t("children.text")} placeholder={t("composer.reply_hint")} autoSize={{ minRows: 6, maxRows: 14 }} onChange={(e) => setText(e.target.value)} />
        <p className={css.lead}>{t("macros.variables", { names: variables.join(" ") })}</p>
        <label>
          {t("children.state")} <Select value={state} onChange={setState} options={after.map((s) => ({ value: s, label: t(`state.${s}`) }))} popupMatchSelectWidth={false} />
        </label>
        {done !== null && <Progress percent={Math.round((100 * done) / Math.max(1, cases.length))} format={() => t("many.progress", { done, all: cases.length })} />}
      </div>
    </Modal>
  );
}
