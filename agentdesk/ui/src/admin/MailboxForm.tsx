import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Form, Input, InputNumber, Modal, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { addMailbox, changeMailbox, dropMailbox, type MailboxBody } from "@/api/calls";
import { Problem } from "@/api/client";
import type { Mailbox } from "@/api/types";
import { keys } from "@/data/keys";
import { queuesQuery } from "@/data/queries";
import css from "./admin.module.css";

const server = { port: 993, security: "tls", auth: "password" } as const;

/** A mailbox's settings. A password is only ever written: left empty it stays what it was. */
export function MailboxForm({ mailbox, close }: { mailbox: Mailbox | null; close: () => void }) {
  const { t } = useTranslation();
  const { modal, message } = App.useApp();
  const client = useQueryClient();
  const { data: queues = [] } = useQuery(queuesQuery);
  const [form] = Form.useForm<MailboxBody>();
  const [busy, setBusy] = useState(false);

  async function save(values: MailboxBody) {
    setBusy(true);
    const body = clean(values);
    try {
      await (mailbox ? changeMailbox(mailbox.id, body) : addMailbox(body));
      await client.invalidateQueries({ queryKey: keys.mailboxes });
      close();
    } catch (e) {
      if (!(e instanceof Problem)) throw e;
      const fields = e.fields.map((f) => ({ name: f.field.replace(/^body\./, "").split(".") as never, errors: [f.detail] }));
      if (fields.length > 0) form.setFields(fields);
      else void message.error(e.offline ? t("error.not_saved") : e.message);
    } finally {
      setBusy(false);
    }
  }
  function drop() {
    if (!mailbox) return;
    modal.confirm({
      title: t("mailboxes.drop_ask", { name: mailbox.name }),
      content: t("mailboxes.drop_more"),
      okText: t("mailboxes.drop"),
      okButtonProps: { danger: true },
      onOk: async () => {
        await dropMailbox(mailbox.id).catch((e: Error) => message.error(e.message));
        await client.invalidateQueries({ queryKey: keys.mailboxes });
        close();
      },
    });
  }
  return (
    <Modal
      open
      width={720}
      title={mailbox ? mailbox.name : t("mailboxes.add")}
      onCancel={close}
      footer={[
        mailbox && (
          <Button key="drop" danger type="text" onClick={drop} className={css.drop}>
            {t("mailboxes.drop")}
          </Button>
        ),
        <Button key="cancel" onClick={close}>
          {t("mailboxes.cancel")}
        </Button>,
        <Button key="save" type="primary" loading={busy} onClick={() => form.submit()}>
          {t("mailboxes.save")}
        </Button>,
      ]}
    >
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={mailbox ?? { imap: { ...server, folders: ["INBOX"] }, smtp: { ...server, port: 465 }, signature: "" }}
        onFinish={(v) => void save(v)}
      >
        <div className={css.pair}>
          <Form.Item name="name" label={t("mailboxes.name")} rules={[{ required: true, message: t("mailboxes.required") }]}>
            <Input autoFocus />
          </Form.Item>
          <Form.Item name="address" label={t("mailboxes.address")} rules={[{ required: true, message: t("mailboxes.required") }]}>
            <Input type="email" autoComplete="off" />
          </Form.Item>
          <Form.Item name="queue_id" label={t("mailboxes.queue")} rules={[{ required: true, message: t("mailboxes.required") }]}>
            <Select options={queues.map((q) => ({ value: q.id, label: q.name }))} />
          </Form.Item>
        </div>
        <div className={css.pair}>
          <Server name="imap" title={t("mailboxes.imap")} kept={mailbox !== null} />
          <Server name="smtp" title={t("mailboxes.smtp")} kept={mailbox !== null} />
        </div>
        <Form.Item name={["imap", "folders"]} label={t("mailboxes.folders")}>
          <Select mode="tags" open={false} suffixIcon={null} tokenSeparators={[","]} />
        </Form.Item>
        <Form.Item name="signature" label={t("mailboxes.signature")}>
          <Input.TextArea autoSize={{ minRows: 2, maxRows: 6 }} />
        </Form.Item>
      </Form>
    </Modal>
  );
}

function Server({ name, title, kept }: { name: "imap" | "smtp"; title: string; kept: boolean }) {
  const { t } = useTranslation();
  const securities = (["tls", "starttls", "plain"] as const).map((value) => ({ value, label: t(`mailboxes.security_${value}`) }));
  const auths = (["password", "xoauth2", "oauthbearer"] as const).map((value) => ({ value, label: t(`mailboxes.auth_${value}`) }));
  return (
    <fieldset className={css.serverFields}>
      <legend>{title}</legend>
      <div className={css.hostPort}>
        <Form.Item name={[name, "host"]} label={t("mailboxes.host")} rules={[{ required: true, message: t("mailboxes.required") }]}>
          <Input autoComplete="off" />
        </Form.Item>
        <Form.Item name={[name, "port"]} label={t("mailboxes.port")}>
          <InputNumber min={1} max={65535} controls={false} />
        </Form.Item>
      </div>
      <Form.Item name={[name, "security"]} label={t("mailboxes.security")}>
        <Select options={securities} />
      </Form.Item>
      <Form.Item name={[name, "user"]} label={t("mailboxes.user")}>
        <Input autoComplete="off" />
      </Form.Item>
      <Form.Item name={[name, "auth"]} label={t("mailboxes.auth")}>
        <Select options={auths} />
      </Form.Item>
      <Form.Item name={[name, "password"]} label={t("mailboxes.password")}>
        <Input.Password autoComplete="new-password" placeholder={kept ? t("mailboxes.password_kept") : ""} />
      </Form.Item>
    </fieldset>
  );
}

/** An empty password is no password: it is left out, so that the server keeps the one it has. */
function clean(v: MailboxBody): MailboxBody {
  return { ...v, imap: withoutEmpty(v.imap), smtp: withoutEmpty(v.smtp) };
}

function withoutEmpty({ password, ...rest }: MailboxBody["imap"]): MailboxBody["imap"] {
  return password ? { ...rest, password } : rest;
}
