import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { App, Button, Checkbox, Form, Input, InputNumber, Modal, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { addView, changeView, dropView } from "@/api/calls";
import type { View } from "@/api/types";
import { keys } from "@/data/keys";
import { agentsQuery, fieldsQuery, nameIn, queuesQuery, tagsQuery, teamsQuery, useMay } from "@/data/queries";
import { refused } from "@/parts/refused";
import css from "./views.module.css";
import { bodyOf, columns, orders, states, type Values, valuesOf } from "./values.ts";
import { FieldChoices } from "./FieldChoices.tsx";

/** Makes a saved view, or changes one: which tickets, in which order, seen by whom. */
export default function ViewForm({ view, close }: { view: View | null; close: () => void }) {
  const { t, i18n } = useTranslation();
  const { modal, message } = App.useApp();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [form] = Form.useForm<Values>();
  const { data: queues = [] } = useQuery(queuesQuery);
  const { data: agents = [] } = useQuery(agentsQuery);
  const { data: teams = [] } = useQuery(teamsQuery);
  const { data: tags = [] } = useQuery(tagsQuery);
  const { data: fields = [] } = useQuery(fieldsQuery);
  const mayShare = useMay("view.share");
  const share = Form.useWatch("share", form);
  const [words, setWords] = useState("");
  const save = useMutation({
    mutationFn: async (v: Values) => {
      const b = bodyOf(v);
      if (!view) return addView(b);
      await changeView(view.id, b);
      return view.id;
    },
    onSuccess: async (id) => {
      for (const queryKey of [keys.views, keys.viewCounts, keys.viewList(id)]) void client.invalidateQueries({ queryKey });
      close();
      await navigate({ to: "/box/$box/{-$ticket}", params: { box: `view-${id}`, ticket: undefined } });
    },
    onError: (e) => setWords(refused(form, e)),
  });

  function ask() {
    if (!view) return;
    modal.confirm({
      title: t("views.drop_ask", { name: nameIn(view, i18n.language) }),
      okText: t("views.drop"),
      okButtonProps: { danger: true },
      onOk: async () => {
        try {
          await dropView(view.id);
          await client.invalidateQueries({ queryKey: keys.views });
          close();
          await navigate({ to: "/box/$box/{-$ticket}", params: { box: "mine", ticket: undefined } });
        } catch (e) {
          void message.error((e as Error).message);
        }
      },
    });
  }
  return (
    <Modal
      open
      width={640}
      title={view ? t("views.edit") : t("views.add")}
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
        className={css.form}
        initialValues={valuesOf(view)}
        onFinish={(v) => {
          setWords("");
          save.mutate(v);
        }}
      >
        <div className={css.two}>
          <Form.Item name="name" label={t("views.name")} rules={[{ required: true, whitespace: true, message: t("mailboxes.required") }]}>
            <Input autoFocus maxLength={100} autoComplete="off" />
          </Form.Item>
          <Form.Item name="name_en" label={t("views.name_en")}>
            <Input maxLength={100} autoComplete="off" />
          </Form.Item>
          <Form.Item name="states" label={t("views.states")}>
            <Select mode="multiple" placeholder={t("views.any")} options={states.map((s) => ({ value: s, label: t(`state.${s}`) }))} />
          </Form.Item>
          <Form.Item name="queues" label={t("views.queues")}>
            <Select mode="multiple" optionFilterProp="label" placeholder={t("views.any")} options={queues.map((q) => ({ value: q.id, label: nameIn(q, i18n.language) }))} />
          </Form.Item>
          <Form.Item name="assignee" label={t("views.assignee")}>
            <Select
              allowClear
              showSearch
              optionFilterProp="label"
              placeholder={t("views.any")}
              options={[
                { value: "me", label: t("views.me") },
                { value: "none", label: t("views.none") },
                ...agents.map((a) => ({ value: String(a.id), label: a.name })),
              ]}
            />
          </Form.Item>
          <Form.Item name="priorities" label={t("views.priorities")}>
            <Select mode="multiple" placeholder={t("views.any")} options={([1, 2, 3, 4] as const).map((n) => ({ value: n, label: t(`priority.${n}`) }))} />
          </Form.Item>
          <Form.Item name="tags" label={t("views.tags")}>
            <Select mode="tags" placeholder={t("views.any")} options={tags.map((x) => ({ value: x.name, label: x.name }))} />
          </Form.Item>
          <Form.Item name="words" label={t("views.words")}>
            <Input maxLength={100} autoComplete="off" />
          </Form.Item>
          <Form.Item name="order" label={t("views.order")}>
            <Select options={orders.map((o) => ({ value: o, label: t(`views.orders.${o}`) }))} />
          </Form.Item>
          <Form.Item name="idle_hours" label={t("views.idle")}>
            <InputNumber min={0} max={100000} precision={0} className={css.wide} />
          </Form.Item>
        </div>
        <div className={css.checks}>
          <Form.Item name="waits" valuePropName="checked" noStyle>
            <Checkbox>{t("views.waits")}</Checkbox>
          </Form.Item>
          <Form.Item name="failed" valuePropName="checked" noStyle>
            <Checkbox>{t("views.failed")}</Checkbox>
          </Form.Item>
        </div>
        <FieldChoices fields={fields.filter((f) => f.type !== "money")} />
        <Form.Item name="columns" label={t("views.columns")}>
          <Select
            mode="multiple"
            maxCount={8}
            options={[
              ...columns.map((c) => ({ value: c, label: t(`views.column.${c}`) })),
              ...fields.map((f) => ({ value: `field:${f.key}`, label: nameIn(f, i18n.language) })),
            ]}
          />
        </Form.Item>
        <div className={css.two}>
          <Form.Item name="share" label={t("views.share")} hidden={!mayShare}>
            <Select options={(["me", "team", "all"] as const).map((s) => ({ value: s, label: t(`views.shares.${s}`) }))} />
          </Form.Item>
          {share === "team" && (
            <Form.Item name="team_id" label={t("views.team")} rules={[{ required: true, message: t("mailboxes.required") }]}>
              <Select options={teams.map((x) => ({ value: x.id, label: x.name }))} />
            </Form.Item>
          )}
          <Form.Item name="position" label={t("views.position")}>
            <InputNumber min={0} max={10000} precision={0} className={css.wide} />
          </Form.Item>
        </div>
        <button type="submit" hidden aria-label={t("mailboxes.save")} />
        {words && (
          <p className={css.error} role="alert">
            {words}
          </p>
        )}
        {view && (
          <Button danger type="text" size="small" onClick={ask}>
            {t("views.drop")}
          </Button>
        )}
      </Form>
    </Modal>
  );
}
