import { MailOutlined, PhoneOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { App, Button, Checkbox, Form, Input, Modal, Select } from "antd";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { contact as readContact, newTicket } from "@/api/calls";
import { newKey, Problem } from "@/api/client";
import { keys } from "@/data/keys";
import { queueName, queuesQuery, useMay, useMe } from "@/data/queries";
import { line } from "@/live/state";
import { refused } from "@/parts/refused";
import { parseBox } from "../boxes.ts";
import css from "./begin.module.css";
import { bodyOf, type Fields, type Kind } from "./begin.ts";
import { type Chosen, Who } from "./Who.tsx";

const types = ["question", "fault", "complaint", "request"] as const;
const priorities = ["1", "2", "3", "4"] as const;

/** A ticket that an agent begins: the note of a call, or a mail that starts the thread. */
export default function NewTicket({ close }: { close: () => void }) {
  const { t, i18n } = useTranslation();
  const { message, modal } = App.useApp();
  const navigate = useNavigate();
  const client = useQueryClient();
  const me = useMe();
  const { box = "all" } = useParams({ strict: false });
  const here = parseBox(box);
  const { data: queues = [] } = useQuery(queuesQuery);
  const [form] = Form.useForm<Fields>();
  const kinds: readonly Kind[] = useMay("ticket.begin") ? ["call", "mail"] : ["call"];
  const [kind, setKind] = useState<Kind>("call");
  const [chosen, setChosen] = useState<Chosen>(null);
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  // What was sent with which key: the same content sent again acts once.
  const sent = useRef({ body: "", key: "" });

  // From a customer's list it is about him.
  const about = here.kind === "contact" ? here.id : 0;
  const { data: customer } = useQuery({ queryKey: ["contact", about], queryFn: ({ signal }) => readContact(about, signal), enabled: about > 0 });
  useEffect(() => {
    if (customer) setChosen((c) => c ?? customer);
  }, [customer]);

  const queue = here.kind === "queue" ? here.id : (queues.find((q) => q.default) ?? queues[0])?.id;
  const required = [{ required: true, whitespace: true, message: t("begin.needed") }];

  function leave() {
    const v = form.getFieldsValue();
    if (!v.text?.trim() && !v.subject?.trim()) close();
    else modal.confirm({ title: t("composer.discard_ask"), okText: t("composer.discard"), okButtonProps: { danger: true }, onOk: close });
  }

  async function send(v: Fields) {
    if (chosen === null) {
      setError(t("begin.who_needed"));
      return;
    }
    const body = bodyOf(kind, v, chosen === "new" ? null : chosen, me.id);
    const content = JSON.stringify(body);
    if (sent.current.body !== content) sent.current = { body: content, key: newKey() };
    setBusy(true);
    setError("");
    try {
      const made = await newTicket(body, sent.current.key);
      close();
      void message.success(t(kind === "mail" ? "begin.sent" : "begin.made", { number: made.number }), 2);
      if (line.get() !== "up") void client.invalidateQueries({ queryKey: keys.lists });
      void navigate({ to: "/box/$box/{-$ticket}", params: { box, ticket: String(made.id) } });
    } catch (e) {
      if (!(e instanceof Problem)) throw e;
      setError(e.offline ? t("composer.offline") : refused(form, e));
    } finally {
      setBusy(false);
    }
  }

  // On the way down: a list in which the focus is would open on Enter too.
  function press(e: KeyboardEvent) {
    if (e.key !== "Enter" || !(e.ctrlKey || e.metaKey) || e.nativeEvent.isComposing) return;
    e.preventDefault();
    e.stopPropagation();
    if (!busy) form.submit();
  }
  return (
    <Modal open title={t("begin.title")} width={720} onCancel={leave} maskClosable={false} footer={null}>
      <div onKeyDownCapture={press} role="presentation">
        <div className={css.kind} role="radiogroup" aria-label={t("begin.kind")}>
          {kinds.map((k) => (
            <button key={k} type="button" role="radio" aria-checked={kind === k} onClick={() => setKind(k)}>
              {k === "call" ? <PhoneOutlined aria-hidden /> : <MailOutlined aria-hidden />}
              <span>
                <b>{t(`begin.${k}`)}</b>
                <small>{t(`begin.${k}_more`)}</small>
              </span>
            </button>
          ))}
        </div>
        {queue !== undefined && (
          <Form<Fields>
            form={form}
            layout="vertical"
            requiredMark={false}
            initialValues={{ queue, priority: 3, mine: true, subject: "", text: "" }}
            onFinish={(v) => void send(v)}
          >
            <Who
              kind={kind}
              chosen={chosen}
              choose={(c, typed) => {
                setChosen(c);
                setError("");
                form.setFieldsValue({ to: undefined, ...typed });
                // The field in which he was looked for is gone; of somebody new the name is asked first.
                if (c !== null && c !== "new") form.getFieldInstance("subject")?.focus();
              }}
            />
            {kind === "mail" && (
              <Form.Item name="cc" label={t("message.cc")}>
                <Select mode="tags" open={false} suffixIcon={null} tokenSeparators={[",", ";", " "]} />
              </Form.Item>
            )}
            <Form.Item name="subject" label={t("ticket.subject")} rules={required}>
              <Input maxLength={1000} autoComplete="off" />
            </Form.Item>
            <div className={css.more}>
              <Form.Item name="queue" label={t("ticket.queue")}>
                <Select options={queues.map((q) => ({ value: q.id, label: queueName(q, i18n.language) }))} />
              </Form.Item>
              <Form.Item name="type" label={t("ticket.type")}>
                <Select allowClear options={types.map((x) => ({ value: x, label: t(`type.${x}`) }))} />
              </Form.Item>
              <Form.Item name="priority" label={t("ticket.priority")}>
                <Select options={priorities.map((p) => ({ value: Number(p), label: t(`priority.${p}`) }))} />
              </Form.Item>
              <Form.Item name="severity" label={t("ticket.severity")}>
                <Input maxLength={50} autoComplete="off" />
              </Form.Item>
            </div>
            <Form.Item name="text" label={t(kind === "mail" ? "begin.mail_text" : "begin.call_text")} rules={required}>
              <Input.TextArea autoSize={{ minRows: 6, maxRows: 14 }} placeholder={t(kind === "mail" ? "begin.mail_hint" : "begin.call_hint")} />
            </Form.Item>
            {error && (
              <p className={css.error} role="alert">
                {error}
              </p>
            )}
            <div className={css.foot}>
              <Form.Item name="mine" valuePropName="checked" noStyle>
                <Checkbox>{t("begin.mine")}</Checkbox>
              </Form.Item>
              <span className={css.push} />
              <Button onClick={leave}>{t("mailboxes.cancel")}</Button>
              <Button type="primary" htmlType="submit" loading={busy} title="Ctrl+Enter">
                {t(kind === "mail" ? "begin.send" : "begin.make")}
              </Button>
            </div>
          </Form>
        )}
      </div>
    </Modal>
  );
}
