import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Checkbox, Form, Input, InputNumber, Select } from "antd";
import { useTranslation } from "react-i18next";
import { addView, changeView, dropView } from "@/api/calls";
import type { View } from "@/api/types";
import { keys } from "@/data/keys";
import { fieldsQuery, nameIn, useMay } from "@/data/queries";
import { FormDialog } from "@/parts/FormDialog";
import { NameItems } from "@/parts/NameItems";
import { FieldItems } from "../fields/FieldItems.tsx";
import { ShareItems } from "./ShareItems.tsx";
import { useOptions } from "./useOptions.ts";
import { bodyOf, columns, orders, type Values, valuesOf } from "./values.ts";
import css from "./views.module.css";

/** Makes a saved view, or changes one: which tickets, in which order, seen by whom. */
export default function ViewForm({ view, close }: { view: View | null; close: () => void }) {
  const { t, i18n } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const options = useOptions();
  const { data: fields = [] } = useQuery(fieldsQuery);
  const mayShare = useMay("view.share");
  const show = (box: string) => navigate({ to: "/box/$box/{-$ticket}", params: { box, ticket: undefined } });

  async function save(v: Values) {
    const id = view ? view.id : await addView(bodyOf(v));
    if (view) await changeView(id, bodyOf(v));
    for (const queryKey of [keys.views, keys.viewCounts, keys.viewList(id)]) void client.invalidateQueries({ queryKey });
    await show(`view-${id}`);
  }
  async function drop(id: number) {
    await dropView(id);
    await client.invalidateQueries({ queryKey: keys.views });
    await show("mine");
  }
  const any = { placeholder: t("views.any") };
  return (
    <FormDialog<Values>
      width={640}
      title={view ? t("views.edit") : t("views.add")}
      initial={valuesOf(view)}
      save={save}
      close={close}
      drop={view ? { label: t("views.drop"), ask: t("views.drop_ask", { name: nameIn(view, i18n.language) }), run: () => drop(view.id) } : undefined}
    >
      <div className={css.two}>
        <NameItems label={t("views.name")} english={t("views.name_en")} />
        <Form.Item name="states" label={t("views.states")}>
          <Select {...any} mode="multiple" options={options.states} />
        </Form.Item>
        <Form.Item name="queues" label={t("views.queues")}>
          <Select {...any} mode="multiple" optionFilterProp="label" options={options.queues} />
        </Form.Item>
        <Form.Item name="assignee" label={t("views.assignee")}>
          <Select {...any} allowClear showSearch optionFilterProp="label" options={options.assignees} />
        </Form.Item>
        <Form.Item name="priorities" label={t("views.priorities")}>
          <Select {...any} mode="multiple" options={options.priorities} />
        </Form.Item>
        <Form.Item name="tags" label={t("views.tags")}>
          <Select {...any} mode="tags" options={options.tags} />
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
      <div className={css.two}>
        <FieldItems fields={fields.filter((f) => f.type !== "money")} placeholder={t("views.any")} />
      </div>
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
        <ShareItems may={mayShare} />
        <Form.Item name="position" label={t("views.position")}>
          <InputNumber min={0} max={10000} precision={0} className={css.wide} />
        </Form.Item>
      </div>
    </FormDialog>
  );
}
