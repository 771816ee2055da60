import { EllipsisOutlined, LockOutlined, PlusOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Dropdown } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { changePerson, resetPassword, resetTwoFactor } from "@/api/calls";
import type { Colleague, Employee } from "@/api/types";
import { keys } from "@/data/keys";
import { agentsQuery, peopleQuery, useMay, useMe } from "@/data/queries";
import { moods } from "@/live/state";
import { Avatar } from "@/parts/Avatar";
import { Chip } from "@/parts/Chip";
import { Dot } from "@/parts/Dot";
import { Bone, Failed, Late } from "@/parts/states";
import { presenceReason } from "@/parts/reason";
import { useStore } from "@/parts/store";
import { Time } from "@/parts/Time";
import css from "./admin.module.css";
import { OneTimePassword } from "./OneTimePassword.tsx";
import { PersonForm } from "./PersonForm.tsx";
import { SeatForm } from "./SeatForm.tsx";
import { Teams } from "./Teams.tsx";

type Once = { name: string; login: string; password: string };

/** Who works here, in which roles and teams, and how each is right now. */
export default function Agents() {
  const { t } = useTranslation();
  const seats = useQuery(agentsQuery);
  const people = useQuery(peopleQuery);
  const add = useMay("agent.add");
  const change = useMay("agent.change");
  const teams = useMay("team.change");
  const [editing, setEditing] = useState<Employee | "new" | null>(null);
  const [once, setOnce] = useState<Once | null>(null);
  const [naming, setNaming] = useState(false);
  const [seating, setSeating] = useState<{ id: number; name: string } | null>(null);
  const maySeat = useMay("seat.edit");
  const query = people.isError ? people : seats;
  if (query.isError && !query.data) return <Failed error={query.error} retry={() => void query.refetch()} />;
  const seat = new Map(seats.data?.map((s) => [s.id, s]));
  const known = new Map(people.data?.map((p) => [p.id, p]));
  // Who may not come in any more has no seat, and stands below the others. Who sees only his own account sees of
  // colleagues what their seats say.
  const all = [...(seats.data ?? []), ...(people.data ?? []).filter((p) => p.disabled && !seat.has(p.id))];
  return (
    <div className={css.page}>
      <header className={`${css.head} ${css.tabled}`}>
        <h1>{t("agents.title")}</h1>
        <span className={css.acts}>
          {teams && <Button onClick={() => setNaming(true)}>{t("people.teams")}</Button>}
          {add && (
            <Button type="primary" icon={<PlusOutlined />} onClick={() => setEditing("new")}>
              {t("people.add")}
            </Button>
          )}
        </span>
      </header>
      {people.isPending && (
        <Late>
          <Bone width="50%" />
        </Late>
      )}
      <table className={css.table}>
        <thead>
          <tr>
            <th>{t("agents.name")}</th>
            <th>{t("login.login")}</th>
            <th>{t("agents.roles")}</th>
            <th>{t("people.teams")}</th>
            <th>{t("people.tier")}</th>
            <th>{t("people.two_factor")}</th>
            <th>{t("agents.presence")}</th>
            <th>
              <span className="sr-only">{t("mailboxes.edit")}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {all.map((a) => (
            <Line key={a.id} agent={a} person={known.get(a.id)} seat={seat.get(a.id)} edit={change ? setEditing : null} sit={maySeat ? setSeating : null} once={setOnce} />
          ))}
        </tbody>
      </table>
      {editing && <PersonForm person={editing === "new" ? null : editing} close={() => setEditing(null)} made={setOnce} />}
      {once && <OneTimePassword {...once} close={() => setOnce(null)} />}
      {seating && <SeatForm agent={seating} close={() => setSeating(null)} />}
      {naming && <Teams close={() => setNaming(false)} />}
    </div>
  );
}

interface LineProps {
  agent: Pick<Colleague, "id" | "name" | "roles">;
  person: Employee | undefined;
  /** Whether he is there; nobody who is locked out has one. */
  seat: Colleague | undefined;
  edit: ((p: Employee) => void) | null;
  /** Opens what somebody can take. */
  sit: ((a: { id: number; name: string }) => void) | null;
  once: (o: Once) => void;
}

function Line({ agent, person, seat, edit, sit, once }: LineProps) {
  const { t } = useTranslation();
  const words = t as unknown as (key: string, options: object) => string;
  const none = <span className={css.muted}>–</span>;
  return (
    <tr data-off={person?.disabled || undefined}>
      <td>
        <span className={css.who}>
          <Avatar name={agent.name} size={24} agent />
          {agent.name}
        </span>
      </td>
      <td className={css.muted}>{person?.login ?? none}</td>
      <td>{agent.roles.map((r) => words(`role.${r}`, { defaultValue: r })).join(t("event.and"))}</td>
      <td>{person?.teams.map((x) => x.name).join(t("event.and")) || none}</td>
      <td>{person?.tier ?? none}</td>
      <td>{person?.two_factor ? <Chip tone="good">{t("account.on")}</Chip> : person ? <span className={css.muted}>{t("account.off")}</span> : none}</td>
      <td>
        {person?.disabled ? (
          <Chip tone="bad">
            <LockOutlined aria-hidden /> {t("people.is_disabled")}
          </Chip>
        ) : (
          seat && <Presence seat={seat} />
        )}
      </td>
      <td className={css.act}>
        <span className={css.acts}>
          {sit && seat && (
            <Button size="small" aria-label={t("seat.named", { name: agent.name })} onClick={() => sit(agent)}>
              {t("seat.open")}
            </Button>
          )}
          {edit && person && <Acts person={person} edit={() => edit(person)} once={once} />}
        </span>
      </td>
    </tr>
  );
}

function Presence({ seat }: { seat: Colleague }) {
  const { t } = useTranslation();
  const live = useStore(moods, (all) => all.get(seat.id));
  const reason = live?.reason ?? seat.presence_reason;
  const state = live?.state ?? seat.presence;
  return (
    <span className={css.who}>
      <Dot state={state} /> {t(`presence.${state}`)}
      {reason && <span className={css.muted}>{presenceReason(t, reason)}</span>}
      {seat.presence_since && (
        <span className={css.muted} title={t("agents.since")}>
          <Time at={seat.presence_since} clock />
        </span>
      )}
    </span>
  );
}

/** What an administrator does with an account; what cannot be taken back is asked about first. */
function Acts({ person, edit, once }: { person: Employee; edit: () => void; once: (o: Once) => void }) {
  const { t } = useTranslation();
  const { modal, message } = App.useApp();
  const client = useQueryClient();
  const self = useMe().id === person.id;
  const { name, login } = person;

  async function run(act: () => Promise<unknown>) {
    try {
      await act();
    } catch (e) {
      void message.error((e as Error).message);
    }
    for (const queryKey of [keys.people, keys.agents]) await client.invalidateQueries({ queryKey });
  }
  const ask = (title: string, content: string, act: () => Promise<unknown>, danger = false) =>
    modal.confirm({ title, content, okText: t("people.go_on"), cancelText: t("mailboxes.cancel"), okButtonProps: { danger }, onOk: () => run(act) });
  const acts = {
    password: () =>
      ask(t("people.once_ask", { name }), t("people.signed_out"), async () => once({ name, login, password: await resetPassword(person.id) })),
    factor: () => ask(t("people.factor_ask", { name }), t("people.signed_out"), () => resetTwoFactor(person.id)),
    lock: () => ask(t("people.lock_ask", { name }), t("people.lock_more"), () => changePerson(person.id, { disabled: true }), true),
    unlock: () => void run(() => changePerson(person.id, { disabled: false })),
  };
  return (
    <>
      <Button size="small" aria-label={t("people.edit_named", { name })} onClick={edit}>
        {t("mailboxes.edit")}
      </Button>
      <Dropdown
        trigger={["click"]}
        placement="bottomRight"
        menu={{
          items: [
            ...(self ? [] : [{ key: "password", label: t("people.once_new") }]),
            ...(person.two_factor ? [{ key: "factor", label: t("people.reset_two_factor") }] : []),
            ...(self ? [] : [person.disabled ? { key: "unlock", label: t("people.unlock") } : { key: "lock", label: t("people.lock"), danger: true }]),
          ],
          onClick: ({ key }) => acts[key as keyof typeof acts](),
        }}
      >
        <Button size="small" icon={<EllipsisOutlined />} aria-label={t("people.more_named", { name })} disabled={self && !person.two_factor} />
      </Dropdown>
    </>
  );
}
