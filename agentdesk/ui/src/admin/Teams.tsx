import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Input, Modal } from "antd";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { addTeam, renameTeam } from "@/api/calls";
import { keys } from "@/data/keys";
import { teamsQuery } from "@/data/queries";
import css from "./admin.module.css";

/** The teams: each has a name, and people and queues are put to it where those are edited. */
export function Teams({ close }: { close: () => void }) {
  const { t } = useTranslation();
  const { data: teams = [] } = useQuery(teamsQuery);
  return (
    <Modal open width={440} title={t("people.teams")} footer={null} onCancel={close}>
      <ul className={css.teams}>
        {teams.map((team) => (
          <li key={`${team.id} ${team.name}`}>
            <TeamName id={team.id} name={team.name} />
          </li>
        ))}
        <li>
          <TeamName key={`new after ${teams.length}`} id={0} name="" />
        </li>
      </ul>
    </Modal>
  );
}

/** One team's name, or an empty field for a new one. */
function TeamName({ id, name }: { id: number; name: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [text, setText] = useState(name);
  const save = useMutation({
    mutationFn: async () => {
      await (id ? renameTeam(id, text.trim()) : addTeam(text.trim()));
      for (const queryKey of [keys.teams, keys.people]) await client.invalidateQueries({ queryKey });
    },
  });
  const able = text.trim() !== "" && text.trim() !== name;
  function submit(e: FormEvent) {
    e.preventDefault();
    if (able) save.mutate();
  }
  return (
    <form onSubmit={submit}>
      <div className={css.teamRow}>
        <Input
          value={text}
          maxLength={100}
          autoComplete="off"
          aria-label={id ? t("people.team_name", { name }) : t("people.team_new")}
          placeholder={id ? "" : t("people.team_new")}
          onChange={(e) => setText(e.target.value)}
        />
        <Button htmlType="submit" disabled={!able} loading={save.isPending}>
          {t(id ? "people.rename" : "people.team_add")}
        </Button>
      </div>
      {save.error && (
        <p className={css.errorText} role="alert">
          {save.error.message}
        </p>
      )}
    </form>
  );
}
