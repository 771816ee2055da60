import { DeleteOutlined, PlusOutlined, UndoOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { AutoComplete, Button, Input, Select } from "antd";
import { type KeyboardEvent, type ReactNode, useDeferredValue, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { editContact, findAccounts } from "@/api/calls";
import { Problem } from "@/api/client";
import type { Person } from "@/api/types";
import { keys } from "@/data/keys";
import { useCommand } from "@/keys/useKeys";
import { Quiet } from "@/parts/Quiet";
import { changeOf, conflicts, type Edits, type Field, type NewPoint, pointsOf, untouched, valueOf } from "./contactEdit.ts";
import css from "./contactForm.module.css";

const kinds = ["email", "phone", "fax", "chat", "other"] as const;

interface Props {
  /** The ticket from which the contact was read; it is read again when the server knows more. */
  ticket: number;
  contact: Person;
  close: () => void;
}

/** Changes who a customer is and how he is reached. What a colleague changes meanwhile comes in under the edit. */
export function ContactForm({ ticket, contact, close }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  // What the contact was when each field was last agreed upon.
  const [base, setBase] = useState(contact);
  const [edits, setEdits] = useState<Edits>(untouched);
  const [error, setError] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const whole = useRef<HTMLElement>(null);
  const clash = conflicts(base, contact, edits);
  const change = changeOf(contact, edits);

  const set = (part: Partial<Edits>) => {
    setError(null);
    setEdits((e) => ({ ...e, ...part }));
  };
  const value = (f: Field) => edits[f] ?? valueOf(contact, f);

  async function save() {
    if (busy || clash.length > 0) return;
    if (!change) {
      close();
      return;
    }
    setBusy(true);
    setError(null);
    try {
      await editContact(contact.id, change);
      await client.invalidateQueries({ queryKey: keys.ticket(ticket) });
      close();
    } catch (e) {
      if (!(e instanceof Problem)) throw e;
      setError(e);
      // What somebody else has changed comes in under what is written here, and the clash is shown.
      if (e.code === "stale_contact") await client.invalidateQueries({ queryKey: keys.ticket(ticket) });
    } finally {
      setBusy(false);
    }
  }
  useCommand("back", close);

  // On the way down: a list in which the focus is would open on Enter too.
  function press(e: KeyboardEvent) {
    if (e.nativeEvent.isComposing || e.key !== "Enter") return;
    const field = e.target instanceof HTMLInputElement && e.target.type !== "search";
    if (!field && !e.ctrlKey && !e.metaKey) return;
    e.preventDefault();
    e.stopPropagation();
    void save();
  }
  const wrong = (name: string) => error?.fields.find((f) => f.field.replace(/^body\./, "") === name)?.detail;
  return (
    <section ref={whole} tabIndex={-1} className={css.form} aria-label={t("edit.title")} onKeyDownCapture={press}>
      <h2 className={css.title}>{t("edit.title")}</h2>
      <Clash
        fields={clash}
        contact={contact}
        theirs={(f) => {
          const { [f]: _, ...rest } = edits;
          setEdits(rest as Edits);
          whole.current?.focus();
        }}
        mine={(f) => {
          setBase((b) => agreed(b, contact, f));
          whole.current?.focus();
        }}
      />
      <Labelled label={t("agents.name")} error={wrong("name")}>
        {(id) => <Input id={id} autoFocus value={value("name")} maxLength={200} autoComplete="off" onChange={(e) => set({ name: e.target.value })} />}
      </Labelled>
      <Labelled label={t("edit.account")} error={wrong("account")}>
        {(id) => <Account id={id} value={value("account")} change={(account) => set({ account })} />}
      </Labelled>
      <Labelled label={t("customer.language")}>
        {(id) => (
          <Select
            id={id}
            value={value("language")}
            onChange={(language) => set({ language: language as Edits["language"] & string })}
            options={[
              { value: "", label: t("edit.language_unknown") },
              { value: "zh", label: t("language.zh") },
              { value: "en", label: t("language.en") },
            ]}
          />
        )}
      </Labelled>
      <Points contact={contact} edits={edits} set={set} wrong={wrong} />
      <Labelled label={t("edit.note")} error={wrong("note")}>
        {(id) => <Input.TextArea id={id} value={value("note")} maxLength={10_000} autoSize={{ minRows: 2, maxRows: 8 }} onChange={(e) => set({ note: e.target.value })} />}
      </Labelled>
      {error && <Refused error={error} close={close} />}
      <div className={css.foot}>
        <Button onClick={close}>
          {t("mailboxes.cancel")}
        </Button>
        <Button type="primary" loading={busy} disabled={clash.length > 0} title="Ctrl+Enter" onClick={() => void save()}>
          {t("mailboxes.save")}
        </Button>
      </div>
    </section>
  );
}

/** The base after somebody chose his own value over what the field is now. */
function agreed(base: Person, now: Person, f: Field): Person {
  return f === "account" ? { ...base, account: now.account } : { ...base, [f]: now[f] };
}

interface LabelledProps {
  label: string;
  error?: string | undefined;
  children: (id: string) => ReactNode;
}

function Labelled({ label, error, children }: LabelledProps) {
  const id = useId();
  return (
    <div className={css.field}>
      <label htmlFor={id}>{label}</label>
      {children(id)}
      {error && (
        <p className={css.wrong} role="alert">
          {error}
        </p>
      )}
    </div>
  );
}

/** The account by name: one that is there is offered as one types, another is made. */
function Account({ id, value, change }: { id: string; value: string; change: (name: string) => void }) {
  const { t } = useTranslation();
  const q = useDeferredValue(value.trim());
  const { data = [] } = useQuery({
    queryKey: ["find-accounts", q],
    queryFn: ({ signal }) => findAccounts(q, signal),
    enabled: q.length > 0,
    staleTime: 10_000,
  });
  const known = data.some((a) => a.name.toLowerCase() === q.toLowerCase());
  return (
    <>
      <AutoComplete
        id={id}
        value={value}
        allowClear
        maxLength={200}
        options={q ? data.map((a) => ({ value: a.name })) : []}
        placeholder={t("edit.account_none")}
        onChange={(v: string | undefined) => change(v ?? "")}
      />
      {q !== "" && q === value.trim() && !known && <p className={css.hint}>{t("edit.account_new")}</p>}
    </>
  );
}

interface PointsProps {
  contact: Person;
  edits: Edits;
  set: (part: Partial<Edits>) => void;
  wrong: (name: string) => string | undefined;
}

function Points({ contact, edits, set, wrong }: PointsProps) {
  const { t } = useTranslation();
  const { kept, dropped } = pointsOf(contact, edits);
  const options = kinds.map((value) => ({ value, label: t(`point.${value}`) }));
  const put = (p: NewPoint) => set({ add: edits.add.map((old) => (old.row === p.row ? p : old)) });
  const row = Math.max(0, ...edits.add.map((p) => p.row)) + 1;
  // The server counts the points that were sent; empty rows were not.
  const sent = (i: number) => edits.add.slice(0, i).filter((p) => p.address.trim() !== "").length;
  return (
    <fieldset className={css.points}>
      <legend>{t("edit.points")}</legend>
      <ul>
        {kept.map((p) => (
          <li key={`${p.kind}:${p.address}`}>
            <span className={css.kind}>{t(`point.${p.kind}`)}</span>
            <bdi title={p.address}>{p.address}</bdi>
            <Quiet label={t("composer.drop", { address: p.address })} onClick={() => set({ drop: [...edits.drop, { kind: p.kind, address: p.address }] })}>
              <DeleteOutlined />
            </Quiet>
          </li>
        ))}
        {dropped.map((p) => (
          <li key={`${p.kind}:${p.address}`} data-dropped>
            <span className={css.kind}>{t(`point.${p.kind}`)}</span>
            <bdi title={p.address}>{p.address}</bdi>
            <Quiet label={t("edit.keep", { address: p.address })} onClick={() => set({ drop: edits.drop.filter((d) => d.kind !== p.kind || d.address !== p.address) })}>
              <UndoOutlined />
            </Quiet>
          </li>
        ))}
      </ul>
      {edits.add.map((p, i) => {
        const fault = p.address.trim() ? wrong(`add_points.${sent(i)}.address`) : undefined;
        return (
          <div key={p.row}>
            <div className={css.add}>
              <Select value={p.kind} options={options} aria-label={t("edit.kind")} onChange={(kind) => put({ ...p, kind })} />
              <Input
                autoFocus
                value={p.address}
                maxLength={320}
                autoComplete="off"
                spellCheck={false}
                aria-label={t("edit.address")}
                status={fault ? "error" : ""}
                onChange={(e) => put({ ...p, address: e.target.value })}
              />
              <Quiet label={t("edit.drop_row")} onClick={() => set({ add: edits.add.filter((x) => x.row !== p.row) })}>
                <DeleteOutlined />
              </Quiet>
            </div>
            {fault && (
              <p className={css.wrong} role="alert">
                {fault}
              </p>
            )}
          </div>
        );
      })}
      <Button size="small" type="dashed" icon={<PlusOutlined />} onClick={() => set({ add: [...edits.add, { row, kind: kept.some((p) => p.kind === "email") ? "phone" : "email", address: "" }] })}>
        {t("edit.add_point")}
      </Button>
    </fieldset>
  );
}

interface ClashProps {
  fields: Field[];
  contact: Person;
  theirs: (f: Field) => void;
  mine: (f: Field) => void;
}

/** What a colleague has changed too: nothing is saved until somebody says whose words count. */
function Clash({ fields, contact, theirs, mine }: ClashProps) {
  const { t } = useTranslation();
  const names = { name: t("agents.name"), language: t("customer.language"), account: t("edit.account"), note: t("edit.note") };
  if (fields.length === 0) return null;
  const shown = (f: Field) => {
    const v = valueOf(contact, f);
    return f === "language" && (v === "zh" || v === "en") ? t(`language.${v}`) : v || t("edit.empty");
  };
  return (
    <div className={css.clash} role="alert">
      <p>{t("edit.clash")}</p>
      {fields.map((f) => (
        <div key={f}>
          <p className={css.theirs}>
            {names[f]}
            <b>{shown(f)}</b>
          </p>
          <Button size="small" onClick={() => theirs(f)}>
            {t("edit.theirs")}
          </Button>{" "}
          <Button size="small" onClick={() => mine(f)}>
            {t("edit.mine")}
          </Button>
        </div>
      ))}
    </div>
  );
}

/** Why the server refused; an address that somebody else has leads to him. */
function Refused({ error, close }: { error: Problem; close: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  if (error.fields.length > 0) return null;
  const whose = error.code === "address_taken" ? Number(error.args.contact) : 0;
  return (
    <div className={css.refused} role="alert">
      <p>{error.offline ? t("error.not_saved") : error.message}</p>
      {whose > 0 && (
        <Button
          size="small"
          onClick={() => {
            close();
            void navigate({ to: "/box/$box/{-$ticket}", params: { box: `contact-${whose}`, ticket: undefined } });
          }}
        >
          {t("edit.open", { name: String(error.args.name) })}
        </Button>
      )}
    </div>
  );
}
