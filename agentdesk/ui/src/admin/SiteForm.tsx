import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Checkbox, Form, Input, InputNumber, Modal, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { addChatSite, changeChatSite } from "@/api/calls";
import { Problem } from "@/api/client";
import type { ChatSite } from "@/api/types";
import { keys } from "@/data/keys";
import { calendarNamesQuery, queueName, queuesQuery } from "@/data/queries";
import admin from "./admin.module.css";
import { inkOn, siteBody, type SiteFields, siteFields, sitePath } from "./site.ts";
import css from "./sites.module.css";

const kinds = ["name", "email", "phone", "subject", "serial", "text", "choice"] as const;

/** A site's settings, with its looks beside them as they are typed. */
export function SiteForm({ site, close }: { site: ChatSite | null; close: () => void }) {
  const { t, i18n } = useTranslation();
  const client = useQueryClient();
  const [form] = Form.useForm<SiteFields>();
  const { data: queues = [] } = useQuery(queuesQuery);
  const { data: calendars = [] } = useQuery(calendarNamesQuery);
  const [words, setWords] = useState("");
  const required = [{ required: true, message: t("mailboxes.required") }];
  const queueOptions = queues.map((q) => ({ value: q.id, label: queueName(q, i18n.language) }));
  const save = useMutation({
    mutationFn: async (v: SiteFields) => {
      const b = siteBody(v);
      await (site ? changeChatSite(site.id, b) : addChatSite(b));
      await client.invalidateQueries({ queryKey: keys.chatSites });
    },
    onSuccess: close,
    onError: (e) => {
      const fields = e instanceof Problem ? e.fields : [];
      form.setFields(fields.map((f) => ({ name: sitePath(f.field) as ["name"], errors: [f.detail] })));
      setWords(fields.length > 0 ? [...new Set(fields.map((f) => f.detail))].join(" ") : e.message);
    },
  });
  return (
    <Modal
      open
      width={880}
      style={{ top: 40 }}
      title={site ? site.name : t("sites.add")}
      onCancel={close}
      okText={t("mailboxes.save")}
      cancelText={t("mailboxes.cancel")}
      confirmLoading={save.isPending}
      onOk={() => form.submit()}
    >
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        className={admin.form}
        initialValues={siteFields(site, queues.find((q) => q.default)?.id ?? 1)}
        // Values of fields that are folded away are kept too.
        onFinish={() => {
          setWords("");
          save.mutate(form.getFieldsValue(true) as SiteFields);
        }}
      >
        <div className={css.halves}>
          <div>
            <div className={admin.two}>
              <Form.Item name="name" label={t("sites.name")} rules={required}>
                <Input autoFocus maxLength={100} autoComplete="off" />
              </Form.Item>
              <Form.Item name="key" label={t("sites.key")} rules={required} extra={t(site ? "sites.key_kept" : "sites.key_more")}>
                <Input disabled={site !== null} maxLength={32} autoComplete="off" spellCheck={false} />
              </Form.Item>
            </div>
            <Form.Item name="origins" label={t("sites.origins")} extra={t("sites.origins_more")}>
              <Select mode="tags" open={false} suffixIcon={null} tokenSeparators={[",", " "]} />
            </Form.Item>
            <div className={admin.two}>
              <Form.Item name="queue_id" label={t("sites.queue")} rules={required}>
                <Select options={queueOptions} />
              </Form.Item>
              <Form.Item name="calendar" label={t("sites.hours")}>
                <Select options={[{ value: "", label: t("sites.always") }, ...calendars.map((name) => ({ value: name, label: name }))]} />
              </Form.Item>
            </div>
          </div>
          <Preview />
        </div>
        {(["title", "greeting", "offline"] as const).map((name) => (
          <div key={name} className={admin.two}>
            {(["zh", "en"] as const).map((language) => (
              <Form.Item key={language} name={[name, language]} label={t(`sites.${name}_${language}`)}>
                {name === "title" ? <Input maxLength={100} /> : <Input.TextArea maxLength={1000} autoSize={{ minRows: 2, maxRows: 5 }} />}
              </Form.Item>
            ))}
          </div>
        ))}
        <Questions />
        <Routes queues={queueOptions} />
        <div className={admin.two}>
          <Form.Item name="mail_after_min" label={t("sites.mail_after")} extra={t("sites.mail_after_more")} rules={required}>
            <InputNumber min={1} max={1440} suffix={t("sites.minutes")} />
          </Form.Item>
          <Form.Item name="away_after_min" label={t("sites.away_after")} extra={t("sites.away_after_more")} rules={required}>
            <InputNumber min={0.5} max={1440} suffix={t("sites.minutes")} />
          </Form.Item>
        </div>
        <Form.Item name="disabled" valuePropName="checked" noStyle>
          <Checkbox>{t("sites.disable")}</Checkbox>
        </Form.Item>
        {/* So that Enter in a field saves. */}
        <button type="submit" hidden aria-label={t("mailboxes.save")} />
        {words && (
          <p className={admin.errorText} role="alert">
            {words}
          </p>
        )}
      </Form>
    </Modal>
  );
}

/** The colour, and the chat as it looks in it. */
function Preview() {
  const { t, i18n } = useTranslation();
  const language = i18n.language === "en" ? "en" : "zh";
  const colour = Form.useWatch("colour") as string | undefined;
  const title = Form.useWatch(["title", language]) as string | undefined;
  const greeting = Form.useWatch(["greeting", language]) as string | undefined;
  const brand = /^#[0-9a-f]{6}$/.test(colour ?? "") ? (colour as string) : "#1f5fbf";
  return (
    <div>
      <Form.Item name="colour" label={t("sites.colour")} rules={[{ pattern: /^#[0-9a-f]{6}$/, message: t("sites.colour_bad") }]} normalize={(v: string) => v.toLowerCase()}>
        <Input type="color" className={css.colour ?? ""} />
      </Form.Item>
      <div className={css.preview} aria-hidden style={{ "--brand": brand, "--on": inkOn(brand) } as React.CSSProperties}>
        <p>{title || t("sites.title")}</p>
        <div>{greeting || "…"}</div>
        <span>
          <b />
        </span>
      </div>
    </div>
  );
}

function Questions() {
  const { t } = useTranslation();
  const required = [{ required: true, message: t("mailboxes.required") }];
  return (
    <fieldset className={css.list}>
      <legend>{t("sites.questions")}</legend>
      <Form.List name="questions">
        {(fields, { add, remove }) => (
          <>
            {fields.map(({ key, name }) => (
              <div key={key} className={css.item}>
                <div className={css.question}>
                  <Form.Item name={[name, "kind"]} rules={required}>
                    <Select aria-label={t("sites.kind.label")} options={kinds.map((value) => ({ value, label: t(`sites.kind.${value}`) }))} />
                  </Form.Item>
                  <Form.Item name={[name, "name"]} rules={required}>
                    <Input aria-label={t("sites.question_name")} placeholder={t("sites.question_name")} maxLength={40} spellCheck={false} />
                  </Form.Item>
                  <Form.Item name={[name, "label", "zh"]}>
                    <Input aria-label={t("sites.label_zh")} placeholder={t("sites.label_zh")} maxLength={200} />
                  </Form.Item>
                  <Form.Item name={[name, "label", "en"]}>
                    <Input aria-label={t("sites.label_en")} placeholder={t("sites.label_en")} maxLength={200} />
                  </Form.Item>
                  <Form.Item name={[name, "required"]} valuePropName="checked">
                    <Checkbox>{t("sites.required")}</Checkbox>
                  </Form.Item>
                  <Button type="text" icon={<DeleteOutlined />} aria-label={t("sites.remove")} onClick={() => remove(name)} />
                </div>
                <Form.Item noStyle shouldUpdate>
                  {(f) => f.getFieldValue(["questions", name, "kind"]) === "choice" && <Options question={name} />}
                </Form.Item>
              </div>
            ))}
            <Button size="small" icon={<PlusOutlined />} onClick={() => add({ kind: "text", name: "", label: { zh: "", en: "" }, required: false })}>
              {t("sites.question_add")}
            </Button>
          </>
        )}
      </Form.List>
    </fieldset>
  );
}

/** What can be chosen as the answer to a question. */
function Options({ question }: { question: number }) {
  const { t } = useTranslation();
  return (
    <Form.List name={[question, "options"]}>
      {(fields, { add, remove }) => (
        <>
          {fields.map(({ key, name }) => (
            <div key={key} className={css.option}>
              <Form.Item name={[name, "value"]} rules={[{ required: true, message: t("mailboxes.required") }]}>
                <Input aria-label={t("sites.option_value")} placeholder={t("sites.option_value")} maxLength={100} spellCheck={false} />
              </Form.Item>
              <Form.Item name={[name, "label", "zh"]}>
                <Input aria-label={t("sites.label_zh")} placeholder={t("sites.label_zh")} maxLength={200} />
              </Form.Item>
              <Form.Item name={[name, "label", "en"]}>
                <Input aria-label={t("sites.label_en")} placeholder={t("sites.label_en")} maxLength={200} />
              </Form.Item>
              <Button type="text" icon={<DeleteOutlined />} aria-label={t("sites.remove")} onClick={() => remove(name)} />
            </div>
          ))}
          <Button size="small" type="link" icon={<PlusOutlined />} onClick={() => add({ value: "", label: { zh: "", en: "" } })}>
            {t("sites.option_add")}
          </Button>
        </>
      )}
    </Form.List>
  );
}

/** Which queue a chat goes to, by the page it was opened on or by an answer: the first that fits. */
function Routes({ queues }: { queues: { value: number; label: string }[] }) {
  const { t } = useTranslation();
  const asked = (Form.useWatch("questions") as SiteFields["questions"] | undefined) ?? [];
  return (
    <fieldset className={css.list}>
      <legend>{t("sites.routes")}</legend>
      <Form.List name="routes">
        {(fields, { add, remove }) => (
          <>
            {fields.map(({ key, name }) => (
              <div key={key} className={css.route}>
                <Form.Item name={[name, "pages"]}>
                  <Input aria-label={t("sites.pages")} placeholder={t("sites.pages")} maxLength={500} spellCheck={false} />
                </Form.Item>
                <Form.Item name={[name, "question"]}>
                  <Select allowClear aria-label={t("sites.by_question")} placeholder={t("sites.by_question")} options={asked.filter((q) => q?.name).map((q) => ({ value: q.name, label: q.name }))} />
                </Form.Item>
                <Form.Item name={[name, "answer"]}>
                  <Input aria-label={t("sites.by_answer")} placeholder={t("sites.by_answer")} maxLength={200} />
                </Form.Item>
                <Form.Item name={[name, "queue_id"]} rules={[{ required: true, message: t("mailboxes.required") }]}>
                  <Select aria-label={t("sites.queue")} placeholder={t("sites.queue")} options={queues} />
                </Form.Item>
                <Button type="text" icon={<DeleteOutlined />} aria-label={t("sites.remove")} onClick={() => remove(name)} />
              </div>
            ))}
            <Button size="small" icon={<PlusOutlined />} onClick={() => add({})}>
              {t("sites.route_add")}
            </Button>
          </>
        )}
      </Form.List>
    </fieldset>
  );
}
