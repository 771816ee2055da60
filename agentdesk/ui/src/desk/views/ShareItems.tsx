import { useQuery } from "@tanstack/react-query";
import { Form, Select } from "antd";
import { useTranslation } from "react-i18next";
import { teamsQuery } from "@/data/queries";

/** Items of a form that say who sees a view or a macro; hidden from those who may share none. */
export function ShareItems({ may }: { may: boolean }) {
  const { t } = useTranslation();
  const share = Form.useWatch<string | undefined>("share");
  const { data: teams = [] } = useQuery(teamsQuery);
  return (
    <>
      <Form.Item name="share" label={t("views.share")} hidden={!may}>
        <Select options={(["me", "team", "all"] as const).map((s) => ({ value: s, label: t(`views.shares.${s}`) }))} />
      </Form.Item>
      {share === "team" && (
        <Form.Item name="team_id" label={t("views.team")} rules={[{ required: true, message: t("mailboxes.required") }]}>
          <Select options={teams.map((x) => ({ value: x.id, label: x.name }))} />
        </Form.Item>
      )}
    </>
  );
}
