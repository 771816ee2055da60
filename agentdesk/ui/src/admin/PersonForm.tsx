import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Checkbox, Form, Input, InputNumber, Modal, Select } from "antd";
import { useTranslation } from "react-i18next";
import { addPerson, changePerson, type PersonBody, resetTwoFactor, teams } from "@/api/calls";
import { Problem } from "@/api/client";
import type { Employee } from "@/api/types";
import { keys } from "@/data/keys";
import css from "./admin.module.css";

const roles = ["agent", "engineer", "dispatcher", "supervisor", "sales", "editor", "manager", "admin"] as const;

type Fields = PersonBody & { disabled?: boolean };

/** Somebody who works here: name, roles, teams, and how much he may decide alone. */
export function PersonForm({ person, close }: { person: Employee | null; close: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [form] = Form.useForm<Fields>();
  const { data: all = [] } = useQuery({ queryKey: ["teams"], queryFn: ({ signal }) => teams(signal), staleTime: 0 });
  const required = [{ required: true, message: t("mailboxes.required") }];
  const done = async () => {
    await client.invalidateQueries({ queryKey: ["people"] });
    await client.invalidateQueries({ queryKey: keys.agents });
  };

  const save = useMutation({
    mutationFn: async ({ login, password, ...rest }: Fields) => {
      const secret = password ? { password } : {};
      await (person ? changePerson(person.id, { ...rest, ...secret }) : addPerson({ login, ...rest, ...secret }));
      await done();
    },
    onSuccess: close,
    onError: (e) => {
      if (e instanceof Problem) form.setFields(e.fields.map((f) => ({ name: f.field.replace(/^body\./, "") as "name", errors: [f.detail] })));
    },
  });
  const reset = useMutation({ mutationFn: () => resetTwoFactor((person as Employee).id), onSuccess: done });
  const words = save.error instanceof Problem && save.error.fields.length > 0 ? null : (save.error ?? reset.error);

  return (
    <Modal
      open
      width={520}
      title={person ? person.name : t("people.add")}
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
        initialValues={person ? { ...person, teams: person.teams.map((x) => x.id) } : { roles: ["agent"], tier: 1, language: "zh" }}
        onFinish={(v) => save.mutate(v)}
      >
        <div className={css.two}>
          <Form.Item name="name" label={t("agents.name")} rules={required}>
            <Input autoFocus />
          </Form.Item>
          <Form.Item name="login" label={t("login.login")} rules={required}>
            <Input autoComplete="off" disabled={person !== null} />
          </Form.Item>
          <Form.Item name="email" label={t("people.email")}>
            <Input type="email" autoComplete="off" />
          </Form.Item>
          <Form.Item name="password" label={t("login.password")} extra={t("account.new_more")}>
            <Input.Password autoComplete="new-password" placeholder={person ? t("mailboxes.password_kept") : ""} />
          </Form.Item>
          <Form.Item name="roles" label={t("agents.roles")}>
            <Select mode="multiple" options={roles.map((value) => ({ value, label: t(`role.${value}`) }))} />
          </Form.Item>
          <Form.Item name="teams" label={t("people.teams")}>
            <Select mode="multiple" options={all.map((x) => ({ value: x.id, label: x.name }))} />
          </Form.Item>
          <Form.Item name="tier" label={t("people.tier")} extra={t("people.tier_more")}>
            <InputNumber min={1} max={9} />
          </Form.Item>
          <Form.Item name="language" label={t("settings.language")}>
            <Select options={(["zh", "en"] as const).map((value) => ({ value, label: t(`language.${value}`) }))} />
          </Form.Item>
        </div>
        {person && (
          <Form.Item name="disabled" valuePropName="checked" noStyle>
            <Checkbox>{t("people.disabled")}</Checkbox>
          </Form.Item>
        )}
        {person?.two_factor && (
          <Button size="small" loading={reset.isPending} disabled={reset.isSuccess} onClick={() => reset.mutate()}>
            {t("people.reset_two_factor")}
          </Button>
        )}
        {words && <p className={css.errorText}>{words.message}</p>}
      </Form>
    </Modal>
  );
}
