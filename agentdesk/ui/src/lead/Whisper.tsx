import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Input, Modal } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { whisper } from "./calls.ts";
import css from "./lead.module.css";

/** Says something to the agent who has a ticket; nobody else reads it, the customer least of all. */
export function Whisper({ ticket, to, close }: { ticket: number; to: string; close: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [text, setText] = useState("");
  const say = useMutation({
    mutationFn: () => whisper(ticket, text),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["whispers", ticket] });
      close();
    },
  });
  const send = () => text.trim() && say.mutate();
  return (
    <Modal
      open
      width={460}
      title={t("lead.whisper.title", { name: to })}
      okText={t("lead.whisper.say")}
      cancelText={t("mailboxes.cancel")}
      okButtonProps={{ disabled: !text.trim() }}
      confirmLoading={say.isPending}
      onOk={send}
      onCancel={close}
    >
      <Input.TextArea
        autoFocus
        value={text}
        maxLength={2000}
        autoSize={{ minRows: 3, maxRows: 8 }}
        aria-label={t("lead.whisper.text")}
        onChange={(e) => setText(e.target.value)}
        onKeyDown={(e) => {
          if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) send();
        }}
      />
      <p className={css.muted}>{t("lead.whisper.more")}</p>
      {say.error && (
        <p className={css.bad} role="alert">
          {say.error.message}
        </p>
      )}
    </Modal>
  );
}
