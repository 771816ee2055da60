import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Input, Modal } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import css from "./lead.module.css";

interface Props {
  title: string;
  /** What is done with the reason. */
  act: (reason: string) => Promise<unknown>;
  done?: () => void;
  close: () => void;
}

/** Asks why somebody's work is taken from them; the reason stands on the ticket and in the audit. */
export function Why({ title, act, done, close }: Props) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const client = useQueryClient();
  const [reason, setReason] = useState("");
  const send = useMutation({
    mutationFn: () => act(reason),
    onSuccess: () => {
      void message.success(t("lead.acts.done"));
      void client.invalidateQueries({ queryKey: ["lead"] });
      done?.();
      close();
    },
  });
  const go = () => reason.trim() && send.mutate();
  return (
    <Modal
      open
      width={440}
      title={title}
      okText={t("lead.why.do")}
      cancelText={t("mailboxes.cancel")}
      okButtonProps={{ disabled: !reason.trim() }}
      confirmLoading={send.isPending}
      onOk={go}
      onCancel={close}
    >
      <Input autoFocus value={reason} maxLength={500} aria-label={t("lead.why.reason")} placeholder={t("lead.why.reason")} onChange={(e) => setReason(e.target.value)} onPressEnter={go} />
      <p className={css.muted}>{t("lead.why.more")}</p>
      {send.error && (
        <p className={css.bad} role="alert">
          {send.error.message}
        </p>
      )}
    </Modal>
  );
}
