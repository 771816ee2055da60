import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Form, Input, QRCode } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { confirmTwoFactor, endOtherSessions, proposeTwoFactor, removeTwoFactor, sessions, setPassword } from "@/api/calls";
import { keys } from "@/data/keys";
import { useMe } from "@/data/queries";
import { Chip } from "@/parts/Chip";
import { Kbd } from "@/parts/Kbd";
import { Failed } from "@/parts/states";
import { Time } from "@/parts/Time";
import { softwareOf } from "./software.ts";
import css from "./admin.module.css";

/** My own account: password, second factor, and where I am signed in. */
export default function Account() {
  const { t } = useTranslation();
  const me = useMe();
  return (
    <div className={css.page}>
      <header className={css.head}>
        <h1>{t("account.title", { name: me.name })}</h1>
      </header>
      <div className={css.narrow}>
        <Password />
        <TwoFactor />
        <Sessions />
      </div>
    </div>
  );
}

function Password() {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const [form] = Form.useForm<{ old: string; password: string }>();
  const save = useMutation({
    mutationFn: setPassword,
    onSuccess: () => {
      form.resetFields();
      void message.success(t("account.password_done"));
    },
  });
  const required = [{ required: true, message: t("mailboxes.required") }];
  return (
    <section className={css.part}>
      <h2>{t("login.password")}</h2>
      <Form form={form} layout="vertical" requiredMark={false} onFinish={(v) => save.mutate(v)}>
        <div className={css.two}>
          <Form.Item name="old" label={t("account.old")} rules={required}>
            <Input.Password autoComplete="current-password" />
          </Form.Item>
          <Form.Item name="password" label={t("account.new")} rules={required} extra={t("account.new_more")}>
            <Input.Password autoComplete="new-password" />
          </Form.Item>
        </div>
        {save.error && <p className={css.errorText}>{save.error.message}</p>}
        <Button htmlType="submit" loading={save.isPending}>
          {t("account.change_password")}
        </Button>
      </Form>
    </section>
  );
}

function TwoFactor() {
  const { t } = useTranslation();
  const me = useMe();
  const client = useQueryClient();
  const [code, setCode] = useState("");
  const [password, setPasswordText] = useState("");
  const again = () => client.invalidateQueries({ queryKey: keys.me });
  const propose = useMutation({ mutationFn: proposeTwoFactor });
  const confirm = useMutation({ mutationFn: confirmTwoFactor, onSuccess: () => void again() });
  const remove = useMutation({
    mutationFn: removeTwoFactor,
    onSuccess: () => {
      propose.reset();
      confirm.reset();
      setPasswordText("");
      void again();
    },
  });
  const error = propose.error ?? confirm.error ?? remove.error;
  return (
    <section className={css.part}>
      <h2>
        {t("account.two_factor")} <Chip tone={me.two_factor ? "good" : "plain"}>{t(me.two_factor ? "account.on" : "account.off")}</Chip>
      </h2>
      <p className={css.muted}>{t("account.two_factor_more")}</p>
      {confirm.data && (
        <div className={css.recovery}>
          <p>{t("account.recovery")}</p>
          <ul>
            {confirm.data.recovery_codes.map((c) => (
              <li key={c}>
                <Kbd>{c}</Kbd>
              </li>
            ))}
          </ul>
        </div>
      )}
      {!me.two_factor && !propose.data && (
        <Button loading={propose.isPending} onClick={() => propose.mutate()}>
          {t("account.set_up")}
        </Button>
      )}
      {!me.two_factor && propose.data && (
        <form
          className={css.enrol}
          onSubmit={(e) => {
            e.preventDefault();
            confirm.mutate(code);
          }}
        >
          {/* The text beside it says the same. */}
          <div aria-hidden>
            <QRCode value={propose.data.url} size={148} type="svg" bordered={false} color="#000000" bgColor="#ffffff" />
          </div>
          <div>
            <p>{t("account.scan")}</p>
            <p className={css.secret}>{propose.data.secret}</p>
            <label>
              {t("account.code")}
              <Input value={code} inputMode="numeric" autoComplete="one-time-code" maxLength={8} onChange={(e) => setCode(e.target.value)} />
            </label>
            <Button type="primary" htmlType="submit" loading={confirm.isPending} disabled={code.length < 6}>
              {t("account.confirm")}
            </Button>
          </div>
        </form>
      )}
      {me.two_factor && (
        <form
          className={css.inline}
          onSubmit={(e) => {
            e.preventDefault();
            remove.mutate(password);
          }}
        >
          <Input.Password
            value={password}
            aria-label={t("account.old")}
            placeholder={t("account.old")}
            autoComplete="current-password"
            onChange={(e) => setPasswordText(e.target.value)}
          />
          <Button danger htmlType="submit" loading={remove.isPending} disabled={!password}>
            {t("account.remove")}
          </Button>
        </form>
      )}
      {error && (
        <p className={css.errorText} role="alert">
          {error.message}
        </p>
      )}
    </section>
  );
}

function Sessions() {
  const { t } = useTranslation();
  const query = useQuery({ queryKey: ["sessions"], queryFn: ({ signal }) => sessions(signal), staleTime: 0 });
  const end = useMutation({ mutationFn: endOtherSessions, onSuccess: () => void query.refetch() });
  const others = query.data?.some((s) => !s.current) ?? false;
  return (
    <section className={css.part}>
      <h2>{t("account.sessions")}</h2>
      {query.isError && <Failed error={query.error} retry={() => void query.refetch()} />}
      <table className={css.table}>
        <tbody>
          {query.data?.map((s) => (
            <tr key={s.id}>
              <td title={s.software} className={css.software}>
                {softwareOf(s.software) || "–"}
              </td>
              <td>{s.peer}</td>
              <td className={css.muted}>{s.current ? <Chip tone="good">{t("account.here")}</Chip> : <Time at={s.seen_at} clock />}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {others && (
        <Button className={css.below} loading={end.isPending} onClick={() => end.mutate()}>
          {t("account.end_others")}
        </Button>
      )}
    </section>
  );
}
