import { ArrowLeftOutlined, InfoCircleOutlined, WarningOutlined } from "@ant-design/icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { App, Button, Checkbox } from "antd";
import { type ReactNode, useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Problem } from "@/api/client";
import { checkRules, type Finding, type Rules, saveRules } from "@/api/queue";
import { keys } from "@/data/keys";
import { queueName, queuesQuery, rulesQuery, teamsQuery } from "@/data/queries";
import { Bone, Failed, Late } from "@/parts/states";
import admin from "../admin.module.css";
import { Heads } from "./Heads.tsx";
import { Hours, Offering, Overflow, Preferred, Target } from "./parts.tsx";
import css from "./rules.module.css";
import { Steps } from "./Steps.tsx";
import { summary } from "./summary.ts";
import { skillsOf } from "./want.ts";
import { WantEditor } from "./WantEditor.tsx";
import { WrapUp } from "./WrapUp.tsx";

/** The sections of the page, and the fields of the API that each shows. */
const sections = ["want", "steps", "heads", "prefer", "calendar", "overflow", "offers", "wrap_up", "service_level", "pull"] as const;
type Section = (typeof sections)[number];

/** How a queue routes: who may take its contacts, how that widens, who comes first, and what all that means. */
export default function RulesPage() {
  const { queue: text } = useParams({ from: "/inside/shell/admin/queues/$queue" });
  const id = Number(text);
  const query = useQuery(rulesQuery(id));
  if (query.isError && !query.data) return <Failed error={query.error} retry={() => void query.refetch()} />;
  if (!query.data || query.isFetching) {
    return (
      <div className={admin.page}>
        <Late>
          <Bone width="50%" />
        </Late>
      </div>
    );
  }
  return <Editor key={query.data.version} queue={id} version={query.data.version} saved={query.data.rules} />;
}

function Editor({ queue, version, saved }: { queue: number; version: number; saved: Rules }) {
  const { t, i18n } = useTranslation();
  const { message } = App.useApp();
  const client = useQueryClient();
  const { data: queues = [] } = useQuery(queuesQuery);
  const { data: teams = [] } = useQuery(teamsQuery);
  const [rules, setRules] = useState(saved);
  // The parts keep what is half typed, and begin anew when all is discarded.
  const [turn, setTurn] = useState(0);
  const found = useCheck(queue, version, rules);
  const named = queues.find((q) => q.id === queue);
  const changed = rules !== saved;
  const skills = useMemo(() => [...new Set([...skillsOf(saved.want), ...(saved.steps ?? []).flatMap((s) => skillsOf(s.want))])].toSorted(), [saved]);

  const save = useMutation({
    mutationFn: () => saveRules(queue, version, rules),
    onSuccess: async () => {
      void message.success(t("rules.saved"), 2);
      await client.invalidateQueries({ queryKey: keys.rules(queue) });
    },
  });
  const refused = save.error instanceof Problem ? save.error : null;
  const change = (part: Partial<Rules>) => {
    save.reset();
    setRules((old) => tidy({ ...old, ...part }));
  };
  function discard() {
    save.reset();
    setRules(saved);
    setTurn((n) => n + 1);
  }
  const problems = (s: Section) => found.errors.filter((e) => sectionOf(e.field) === s);
  const warnings = (s: Section) => found.warnings.filter((e) => sectionOf(e.field) === s);
  const part = (name: Section, content: ReactNode) => (
    <Part name={name} errors={problems(name)} warnings={warnings(name)}>
      {content}
    </Part>
  );
  const say = summary(
    rules,
    {
      queue: (id) => {
        const q = queues.find((x) => x.id === id);
        return q ? queueName(q, i18n.language) : `#${id}`;
      },
      team: (id) => teams.find((x) => x.id === id)?.name ?? `#${id}`,
      language: i18n.language,
    },
    t,
  );

  return (
    <div className={admin.page}>
      <header className={`${admin.head} ${css.head}`}>
        <h1>
          <Link to="/admin/queues" aria-label={t("rules.back")} title={t("rules.back")}>
            <ArrowLeftOutlined />
          </Link>{" "}
          {t("rules.title", { queue: named ? queueName(named, i18n.language) : "" })}
        </h1>
        <span className={admin.acts}>
          <Button disabled={!changed} onClick={discard}>
            {t("rules.discard")}
          </Button>
          <Button type="primary" disabled={!changed || found.errors.length > 0} loading={save.isPending} onClick={() => save.mutate()}>
            {t("mailboxes.save")}
          </Button>
        </span>
      </header>
      <div className={css.columns} key={turn}>
        <form className={css.parts} onSubmit={(e) => e.preventDefault()}>
          {part("want", <WantEditor label={t("rules.part.want")} want={rules.want} skills={skills} change={(want) => change({ want })} />)}
          {part("steps", <Steps steps={rules.steps ?? []} teams={teams} skills={skills} change={(steps) => change({ steps })} />)}
          {part("heads", <Heads rules={rules} change={(heads) => change({ heads })} />)}
          {part("prefer", <Preferred rules={rules} change={change} />)}
          {part("calendar", <Hours rules={rules} change={change} />)}
          {part("overflow", <Overflow rules={rules} queues={queues.filter((q) => q.id !== queue)} change={change} />)}
          {part("offers", <Offering rules={rules} change={change} />)}
          {part("wrap_up", <WrapUp rule={rules.wrap_up} change={(wrap_up) => change({ wrap_up })} />)}
          {part("service_level", <Target rules={rules} change={change} />)}
          {part(
            "pull",
            <Checkbox checked={rules.pull !== false} onChange={(e) => change({ pull: e.target.checked ? undefined : false })}>
              {t("rules.may_pull")}
            </Checkbox>,
          )}
        </form>
        <aside className={css.aside} aria-label={t("rules.meaning")}>
          <h2>{t("rules.meaning")}</h2>
          <ol className={css.meaning} aria-live="polite">
            {say.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ol>
          <Findings found={found} refused={refused} />
        </aside>
      </div>
    </div>
  );
}

interface Found {
  warnings: Finding[];
  errors: Finding[];
}

/** What the server finds in rules, a moment after the last change. */
function useCheck(queue: number, version: number, rules: Rules): Found {
  const [found, setFound] = useState<Found>({ warnings: [], errors: [] });
  useEffect(() => {
    const stop = new AbortController();
    const timer = setTimeout(() => {
      checkRules(queue, version, rules, stop.signal).then(
        (warnings) => setFound({ warnings, errors: [] }),
        (e: unknown) => {
          if (e instanceof Problem && !e.offline) setFound({ warnings: [], errors: e.fields.length > 0 ? e.fields : [{ field: "", code: e.code, detail: e.message }] });
        },
      );
    }, 400);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [queue, version, rules]);
  return found;
}

function Findings({ found, refused }: { found: Found; refused: Problem | null }) {
  const { t } = useTranslation();
  const all = [...found.errors, ...(refused && refused.fields.length === 0 ? [{ field: "", code: refused.code, detail: refused.message }] : [])];
  if (all.length + found.warnings.length === 0) return <p className={css.fine}>{t("rules.fine")}</p>;
  return (
    <div role="status">
      <ul className={css.findings}>
        {all.map((e) => (
          <Line key={`${e.field} ${e.code}`} finding={e} bad />
        ))}
        {found.warnings.map((e) => (
          <Line key={`${e.field} ${e.code}`} finding={e} />
        ))}
      </ul>
    </div>
  );
}

function Line({ finding, bad }: { finding: Finding; bad?: boolean }) {
  const { t } = useTranslation();
  const section = sectionOf(finding.field);
  return (
    <li className={css.finding} data-bad={bad || undefined}>
      {bad ? <WarningOutlined aria-hidden /> : <InfoCircleOutlined aria-hidden />}
      <span>
        {section && <b>{t("rules.about", { part: t(`rules.part.${section}`) })}</b>}
        {finding.detail}
      </span>
    </li>
  );
}

function Part({ name, errors, warnings, children }: { name: Section; errors: Finding[]; warnings: Finding[]; children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <section className={css.part} data-bad={errors.length > 0 || undefined}>
      <h2>{t(`rules.part.${name}`)}</h2>
      <p className={css.hint}>{t(`rules.more.${name}`)}</p>
      {children}
      {errors.map((e) => (
        <p key={`${e.field} ${e.code}`} className={admin.errorText} role="alert">
          {e.detail}
        </p>
      ))}
      {warnings.map((e) => (
        <p key={`${e.field} ${e.code}`} className={css.warning}>
          {e.detail}
        </p>
      ))}
    </section>
  );
}

/** The section that shows a field of the API, such as "rules.steps[1].want". */
function sectionOf(field: string): Section | undefined {
  const name = field.replace(/^rules\./, "");
  if (name.startsWith("ask_again")) return "prefer";
  return sections.find((s) => name === s || name.startsWith(`${s}.`) || name.startsWith(`${s}[`) || name.startsWith(`${s}_`));
}

/** Rules without what says nothing, so that what was undone is no change. */
function tidy(r: Rules): Rules {
  return Object.fromEntries(Object.entries(r).filter(([, v]) => v !== undefined && v !== "" && v !== 0 && !(Array.isArray(v) && v.length === 0)));
}
