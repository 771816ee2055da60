import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, AutoComplete, Button, Checkbox, Form, InputNumber } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { runsTheDesk, useMay, useMe } from "@/data/queries";
import { refused } from "@/parts/refused";
import { Bone, Failed, Late, Nothing } from "@/parts/states";
import { type Mark, saveSettings, saveStandard, type Settings as Body } from "./calls.ts";
import css from "./lead.module.css";
import { measuresQuery, settingsQuery, standardsQuery } from "./queries.ts";
import { formula, title } from "./words.ts";

/** What the definitions of the numbers leave to the company, what is expected of people, and the definitions themselves. */
export default function Settings() {
  const { t } = useTranslation();
  const me = useMe();
  const query = useQuery(settingsQuery);
  if (!runsTheDesk(me)) return <Nothing title={t("lead.not_yours")} />;
  return (
    <div className={css.page}>
      <header className={css.head}>
        <h1>{t("measures_page.title")}</h1>
      </header>
      <p className={css.lead}>{t("measures_page.lead")}</p>
      {query.error && !query.data && <Failed error={query.error} retry={() => void query.refetch()} />}
      {query.isPending && (
        <Late>
          <Bone width="50%" />
        </Late>
      )}
      {query.data && <SettingsForm key={JSON.stringify(query.data)} now={query.data} />}
      <Expected />
      <Definitions />
    </div>
  );
}

const seconds = [
  ["within_s", 1, 604_800],
  ["percent", 1, 100],
  ["short_abandon_s", 0, 600],
  ["ring_cycle_s", 1, 20],
  ["chat_reply_s", 1, 3600],
  ["mail_reply_s", 60, 2_592_000],
] as const;

function SettingsForm({ now }: { now: Body }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const client = useQueryClient();
  const may = useMay("measure.settings");
  const [form] = Form.useForm<Body>();
  const [words, setWords] = useState("");
  const save = useMutation({
    mutationFn: saveSettings,
    onSuccess: async () => {
      setWords("");
      await client.invalidateQueries({ queryKey: settingsQuery.queryKey });
      void message.success(t("lead.acts.done"));
    },
    onError: (e) => setWords(refused(form, e)),
  });
  return (
    <Form form={form} layout="vertical" requiredMark={false} disabled={!may} initialValues={now} onFinish={(b) => save.mutate(b)} className={css.settings}>
      <Form.Item name="zone" label={t("measures_page.zone")} rules={[{ required: true, message: t("mailboxes.required") }]}>
        <AutoComplete options={zones} filterOption={(typed, o) => (o?.value ?? "").toLowerCase().includes(typed.toLowerCase())} />
      </Form.Item>
      {seconds.map(([name, min, max]) => (
        <Form.Item key={name} name={name} label={t(`measures_page.${name}`)} rules={[{ required: true, message: t("mailboxes.required") }]}>
          <InputNumber min={min} max={max} precision={0} className={css.wide} />
        </Form.Item>
      ))}
      <Form.Item name="strict_rings" valuePropName="checked">
        <Checkbox>{t("measures_page.strict_rings")}</Checkbox>
      </Form.Item>
      {words && (
        <p className={css.bad} role="alert">
          {words}
        </p>
      )}
      <Button type="primary" htmlType="submit" loading={save.isPending}>
        {t("mailboxes.save")}
      </Button>
    </Form>
  );
}

const zones = Intl.supportedValuesOf("timeZone").map((value) => ({ value }));

/** The standards: each a share with a target, and how much it weighs in a score. */
function Expected() {
  const { t } = useTranslation();
  const { data } = useQuery(standardsQuery);
  return (
    <section aria-label={t("measures_page.standards")}>
      <header className={css.sub}>
        <h2>{t("measures_page.standards")}</h2>
      </header>
      <table className={`${css.table} ${css.narrow}`}>
        <thead>
          <tr>
            <th scope="col">{t("measures_page.standard")}</th>
            <th scope="col">{t("measures_page.target")}</th>
            <th scope="col">{t("measures_page.weight")}</th>
            <th scope="col">
              <span className="sr-only">{t("mailboxes.save")}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {data?.marks.map((m) => (
            <StandardRow key={m.measure} mark={m} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function StandardRow({ mark }: { mark: Mark }) {
  const { t, i18n } = useTranslation();
  const { message } = App.useApp();
  const client = useQueryClient();
  const may = useMay("standard.edit");
  const [target, setTarget] = useState<number | null>(mark.target);
  const [weight, setWeight] = useState<number | null>(mark.weight);
  const name = title(mark, i18n.language);
  const save = useMutation({
    mutationFn: () => saveStandard(mark.measure, { target: target ?? mark.target, weight: weight ?? mark.weight }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["standards"] });
      void message.success(t("lead.acts.done"));
    },
    onError: (e) => void message.error(e.message),
  });
  const same = target === mark.target && weight === mark.weight;
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>
        <InputNumber size="small" min={1} max={100} precision={0} suffix="%" disabled={!may} value={target} aria-label={`${name} ${t("measures_page.target")}`} onChange={setTarget} />
      </td>
      <td>
        <InputNumber size="small" min={0} max={100} precision={0} disabled={!may} value={weight} aria-label={`${name} ${t("measures_page.weight")}`} onChange={setWeight} />
      </td>
      <td>
        <Button size="small" disabled={!may || same || target === null || weight === null} loading={save.isPending} onClick={() => save.mutate()}>
          {t("mailboxes.save")}
        </Button>
      </td>
    </tr>
  );
}

/** Every number that is shown anywhere, with its formula. */
function Definitions() {
  const { t, i18n } = useTranslation();
  const { data = [] } = useQuery(measuresQuery);
  return (
    <section aria-label={t("measures_page.definitions")}>
      <header className={css.sub}>
        <h2>{t("measures_page.definitions")}</h2>
      </header>
      <table className={css.table}>
        <tbody>
          {data.map((m) => (
            <tr key={m.name}>
              <th scope="row">{title(m, i18n.language)}</th>
              <td>{formula(m, i18n.language)}</td>
              <td className={`${css.right} ${css.muted}`}>{t("lead.version", { version: m.version })}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
