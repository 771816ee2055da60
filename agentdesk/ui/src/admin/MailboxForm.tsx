import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Checkbox, Form, Input, InputNumber, Modal, Select, Switch } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { addMailbox, changeMailbox, type MailboxBody } from "@/api/calls";
import { Problem } from "@/api/client";
import type { Mailbox } from "@/api/types";
import { keys } from "@/data/keys";
import { queuesQuery } from "@/data/queries";
import css from "./admin.module.css";
import { bodyOf, type Fields, fieldPath, fieldsOf } from "./mailbox.ts";

/** A mailbox's settings. A secret is only ever written: left empty it stays what it was. */
export function MailboxForm({ mailbox, close }: { mailbox: Mailbox | null; close: () => void }) {
  const { t, i18n } = useTranslation();
  const { message } = App.useApp();
  const client = useQueryClient();
  const { data: queues = [] } = useQuery(queuesQuery);
  const [form] = Form.useForm<Fields>();
  const [busy, setBusy] = useState(false);
  const required = [{ required: true, message: t("mailboxes.required") }];

  async function save(values: Fields) {
    setBusy(true);
    const b: MailboxBody = bodyOf(values);
    try {
      await (mailbox ? changeMailbox(mailbox.id, b) : addMailbox(b));
      await client.invalidateQueries({ queryKey: keys.mailboxes });
      close();
    } catch (e) {
      if (!(e instanceof Problem)) throw e;
      if (e.fields.length > 0) form.setFields(e.fields.map((f) => ({ name: fieldPath(f.field) as ["name"], errors: [f.detail] })));
      else void message.error(e.offline ? t("error.not_saved") : e.message);
    } finally {
      setBusy(false);
    }
  }
  return (
    <Modal
      open
      width={760}
      style={{ top: 40 }}
      title={mailbox ? mailbox.name : t("mailboxes.add")}
      onCancel={close}
      footer={[
        <Button key="cancel" onClick={close}>
          {t("mailboxes.cancel")}
        </Button>,
        <Button key="save" type="primary" loading={busy} onClick={() => form.submit()}>
          {t("mailboxes.save")}
        </Button>,
      ]}
    >
      <Form form={form} layout="vertical" requiredMark={false} initialValues={fieldsOf(mailbox)} onFinish={(v) => void save(v)} className={css.form}>
        <div className={css.three}>
          <Form.Item name="name" label={t("mailboxes.name")} rules={required} extra={t("mailboxes.name_more")}>
            <Input autoFocus />
          </Form.Item>
          <Form.Item name="address" label={t("mailboxes.address")} rules={required}>
            <Input type="email" autoComplete="off" />
          </Form.Item>
          <Form.Item name="queue_id" label={t("mailboxes.queue")} rules={required}>
            <Select options={queues.map((q) => ({ value: q.id, label: (i18n.language === "en" && q.name_en) || q.name }))} />
          </Form.Item>
        </div>
        <div className={css.two}>
          <Server side="imap" kept={mailbox !== null} />
          <Server side="smtp" kept={mailbox !== null} />
        </div>
        <Form.Item name="signature" label={t("mailboxes.signature")}>
          <Input.TextArea autoSize={{ minRows: 2, maxRows: 6 }} />
        </Form.Item>
        <Form.Item name="acknowledge" valuePropName="checked" noStyle>
          <Checkbox>{t("mailboxes.acknowledge")}</Checkbox>
        </Form.Item>
        <Form.Item noStyle dependencies={["acknowledge"]}>
          {() =>
            form.getFieldValue("acknowledge") && (
              <Form.Item name="ack_text" className={css.under}>
                <Input.TextArea autoSize={{ minRows: 2, maxRows: 6 }} aria-label={t("mailboxes.ack_text")} placeholder={t("mailboxes.ack_text")} />
              </Form.Item>
            )
          }
        </Form.Item>
        <Form.Item name="ticket_link" valuePropName="checked" extra={t("mailboxes.ticket_link_more")}>
          <Checkbox>{t("mailboxes.ticket_link")}</Checkbox>
        </Form.Item>
        <Form.Item noStyle dependencies={[["imap", "auth"], ["smtp", "auth"]]}>
          {() => [form.getFieldValue(["imap", "auth"]), form.getFieldValue(["smtp", "auth"])].some((a) => a && a !== "password") && <OAuth kept={mailbox !== null} />}
        </Form.Item>
        <details className={css.more}>
          <summary>{t("mailboxes.more")}</summary>
          <div className={css.two}>
            <Form.Item name={["imap", "folders"]} label={t("mailboxes.folders")} extra={t("mailboxes.folders_more")}>
              <Select mode="tags" open={false} suffixIcon={null} tokenSeparators={[","]} />
            </Form.Item>
            <Form.Item name={["imap", "mark"]} label={t("mailboxes.mark")} extra={t("mailboxes.mark_more")}>
              <Input spellCheck={false} />
            </Form.Item>
            <Form.Item name={["imap", "move_to"]} label={t("mailboxes.move_to")} extra={t("mailboxes.move_to_more")}>
              <Input spellCheck={false} />
            </Form.Item>
            <Form.Item name={["imap", "sent"]} label={t("mailboxes.sent_folder")} extra={t("mailboxes.sent_folder_more")}>
              <Input />
            </Form.Item>
            <Form.Item name={["imap", "keep_sent"]} label={t("mailboxes.keep_sent")}>
              <Select options={(["provider", "append"] as const).map((value) => ({ value, label: t(`mailboxes.keep_sent_${value}`) }))} />
            </Form.Item>
            <Form.Item label={t("mailboxes.limits")} extra={t("mailboxes.limits_more")}>
              <div className={css.two}>
                <Form.Item name="per_hour" noStyle>
                  <InputNumber min={0} max={1_000_000} controls={false} suffix={t("mailboxes.per_hour")} aria-label={t("mailboxes.per_hour")} />
                </Form.Item>
                <Form.Item name="per_day" noStyle>
                  <InputNumber min={0} max={10_000_000} controls={false} suffix={t("mailboxes.per_day")} aria-label={t("mailboxes.per_day")} />
                </Form.Item>
              </div>
            </Form.Item>
            <Form.Item name="trust_authserv" label={t("mailboxes.trust")} extra={t("mailboxes.trust_more")}>
              <Input />
            </Form.Item>
            <div>
              <Form.Item name="subject_tag" valuePropName="checked" noStyle>
                <Checkbox>{t("mailboxes.subject_tag")}</Checkbox>
              </Form.Item>
              <Form.Item name="plus_token" valuePropName="checked" noStyle>
                <Checkbox>{t("mailboxes.plus_token")}</Checkbox>
              </Form.Item>
              <Form.Item name="disabled" valuePropName="checked" noStyle>
                <Checkbox>{t("mailboxes.disable")}</Checkbox>
              </Form.Item>
            </div>
            <Form.Item name={["imap", "ca"]} label={t("mailboxes.ca", { side: "IMAP" })}>
              <Input.TextArea autoSize={{ minRows: 1, maxRows: 5 }} spellCheck={false} />
            </Form.Item>
            <Form.Item name={["smtp", "ca"]} label={t("mailboxes.ca", { side: "SMTP" })}>
              <Input.TextArea autoSize={{ minRows: 1, maxRows: 5 }} spellCheck={false} />
            </Form.Item>
          </div>
        </details>
      </Form>
    </Modal>
  );
}

/** Where access tokens come from, for providers that take no passwords. */
function OAuth({ kept }: { kept: boolean }) {
  const { t } = useTranslation();
  return (
    <fieldset className={css.serverFields}>
      <legend>{t("mailboxes.oauth")}</legend>
      <div className={css.two}>
        <Form.Item name={["oauth", "token_url"]} label={t("mailboxes.token_url")}>
          <Input type="url" />
        </Form.Item>
        <Form.Item name={["oauth", "scopes"]} label={t("mailboxes.scopes")}>
          <Select mode="tags" open={false} suffixIcon={null} tokenSeparators={[" ", ","]} />
        </Form.Item>
        <Form.Item name={["oauth", "client_id"]} label={t("mailboxes.client_id")}>
          <Input autoComplete="off" />
        </Form.Item>
        <Form.Item name="oauth_secret" label={t("mailboxes.oauth_secret")}>
          <Input.Password autoComplete="new-password" placeholder={kept ? t("mailboxes.password_kept") : ""} />
        </Form.Item>
      </div>
    </fieldset>
  );
}

function Server({ side, kept }: { side: "imap" | "smtp"; kept: boolean }) {
  const { t } = useTranslation();
  const on = Form.useWatch([side, "on"]) as boolean | undefined;
  const securities = (["tls", "starttls", "plain"] as const).map((value) => ({ value, label: t(`mailboxes.security_${value}`) }));
  const auths = (["password", "xoauth2", "oauthbearer"] as const).map((value) => ({ value, label: t(`mailboxes.auth_${value}`) }));
  const disabled = !on;
  return (
    <fieldset className={css.serverFields}>
      <legend>
        <Form.Item name={[side, "on"]} valuePropName="checked" noStyle>
          <Switch size="small" aria-label={t(`mailboxes.${side}`)} />
        </Form.Item>{" "}
        {t(`mailboxes.${side}`)}
      </legend>
      <div className={css.hostPort}>
        <Form.Item name={[side, "host"]} label={t("mailboxes.host")} rules={on ? [{ required: true, message: t("mailboxes.required") }] : []}>
          <Input autoComplete="off" disabled={disabled} />
        </Form.Item>
        <Form.Item name={[side, "port"]} label={t("mailboxes.port")}>
          <InputNumber min={1} max={65535} controls={false} disabled={disabled} />
        </Form.Item>
        <Form.Item name={[side, "security"]} label={t("mailboxes.security")}>
          <Select options={securities} disabled={disabled} />
        </Form.Item>
      </div>
      <div className={css.two}>
        <Form.Item name={[side, "user"]} label={t("mailboxes.user")}>
          <Input autoComplete="off" disabled={disabled} />
        </Form.Item>
        <Form.Item name={[side, "auth"]} label={t("mailboxes.auth")}>
          <Select options={auths} disabled={disabled} />
        </Form.Item>
      </div>
      <Form.Item name={`${side}_secret`} label={t("mailboxes.password")}>
        <Input.Password autoComplete="new-password" disabled={disabled} placeholder={kept ? t("mailboxes.password_kept") : ""} />
      </Form.Item>
    </fieldset>
  );
}
