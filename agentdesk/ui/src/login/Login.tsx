import { useQueryClient } from "@tanstack/react-query";
import { useRouter, useSearch } from "@tanstack/react-router";
import { Button, Input, type InputRef } from "antd";
import type { TFunction } from "i18next";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { signIn } from "@/api/calls";
import { Problem } from "@/api/client";
import { Brand } from "@/parts/Brand";
import { keys } from "@/data/keys";
import { type Language, speakAs, speakIn } from "@/i18n";
import css from "./login.module.css";

/**
 * Password first; a new one is asked for only where it was for one sign-in, and the six digits only where the account
 * has a second factor.
 */
export function Login() {
  const { t, i18n } = useTranslation();
  const router = useRouter();
  const client = useQueryClient();
  const { to } = useSearch({ from: "/login" });
  const [login, setLogin] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState<string | null>(null);
  // The password to have from now on, where the first one is for one sign-in.
  const [fresh, setFresh] = useState<string | null>(null);
  const [refusal, setRefusal] = useState<Problem | null>(null);
  // Who changes the language here, seconds before he is known, means himself.
  const [chosen, setChosen] = useState<Language | null>(null);
  const [busy, setBusy] = useState(false);
  const codeField = useRef<InputRef>(null);
  const askCode = code !== null;
  const askNew = !askCode && fresh !== null;

  useEffect(() => {
    if (askCode) codeField.current?.focus();
  }, [askCode]);

  async function choose() {
    const language = i18n.language === "zh" ? "en" : "zh";
    await speakIn(language);
    setChosen(language);
  }
  async function submit(e: FormEvent) {
    e.preventDefault();
    setBusy(true);
    setRefusal(null);
    try {
      const { agent } = await signIn({ login: login.trim(), password, ...(code ? { code } : {}), ...(fresh ? { new_password: fresh } : {}) });
      client.setQueryData(keys.me, await speakAs(agent, chosen));
      router.history.push(to ?? "/");
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      if (problem.code === "code_needed") setCode("");
      else if (problem.code === "new_password_needed") setFresh("");
      else setRefusal(problem);
      if (problem.code === "bad_code") {
        setCode("");
        codeField.current?.focus();
      }
    } finally {
      setBusy(false);
    }
  }

  return (
    <main className={css.page}>
      <form className={css.card} onSubmit={(e) => void submit(e)}>
        <h1 className={css.brand}>
          <Brand size={26} />
          {t("brand")}
        </h1>
        <p className={css.lead}>{t(askCode ? "login.code_lead" : askNew ? "login.new_lead" : "login.lead")}</p>
        {refusal && (
          <div className={css.error} role="alert">
            {wording(refusal, t)}
          </div>
        )}
        {askCode ? (
          <label className={css.field}>
            <span>{t("login.code")}</span>
            <Input
              ref={codeField}
              size="large"
              value={code}
              inputMode="numeric"
              autoComplete="one-time-code"
              maxLength={40}
              onChange={(e) => setCode(e.target.value.trim())}
            />
          </label>
        ) : askNew ? (
          <label className={css.field}>
            <span>{t("login.new_password")}</span>
            <Input.Password
              key="new"
              size="large"
              value={fresh}
              autoFocus
              autoComplete="new-password"
              maxLength={200}
              placeholder={t("account.new_more")}
              onChange={(e) => setFresh(e.target.value)}
            />
          </label>
        ) : (
          <>
            <label className={css.field}>
              <span>{t("login.login")}</span>
              <Input size="large" value={login} autoFocus autoComplete="username" onChange={(e) => setLogin(e.target.value)} />
            </label>
            <label className={css.field}>
              <span>{t("login.password")}</span>
              <Input.Password
                size="large"
                value={password}
                autoComplete="current-password"
                onChange={(e) => setPassword(e.target.value)}
              />
            </label>
          </>
        )}
        <Button type="primary" size="large" block htmlType="submit" loading={busy} disabled={!login || !password || code === "" || fresh === ""}>
          {t("login.submit")}
        </Button>
        <div className={css.foot}>
          <Button type="link" size="small" onClick={() => void choose()}>
            {t("login.other_language")}
          </Button>
          {(askCode || askNew) && (
            <Button
              type="link"
              size="small"
              onClick={() => {
                setRefusal(null);
                if (askCode) setCode(null);
                else setFresh(null);
              }}
            >
              {t("login.back")}
            </Button>
          )}
        </div>
      </form>
    </main>
  );
}

/** Why the login was refused, in the language of the page as it is now; the server's own words were for that of then. */
function wording(p: Problem, t: TFunction): string {
  if (p.offline) return t("error.offline");
  switch (p.code) {
    case "bad_login":
    case "bad_code":
      return t(`login.${p.code}`);
    case "login_blocked":
      return t("login.login_blocked", { seconds: Number(p.args.retry_after) || 60 });
  }
  return p.fields.length > 0 ? p.fields.map((f) => f.detail).join(" ") : p.message;
}
