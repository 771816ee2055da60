import { DisconnectOutlined, WarningOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { type ReactNode, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Problem } from "@/api/client";
import css from "./parts.module.css";

/** Nothing is here, and that is all right: says why and what to do. */
export function Nothing({ icon, title, children }: { icon?: ReactNode; title: string; children?: ReactNode }) {
  return (
    <div className={css.state}>
      {icon && (
        <span className={css.stateIcon} aria-hidden>
          {icon}
        </span>
      )}
      <h2>{title}</h2>
      {children}
    </div>
  );
}

/** Something could not be read: what the server said, and a way to try again. */
export function Failed({ error, retry }: { error: Error; retry?: () => void }) {
  const { t } = useTranslation();
  const offline = error instanceof Problem && error.offline;
  return (
    <div className={css.state} role="alert">
      <span className={css.stateIcon} aria-hidden>
        {offline ? <DisconnectOutlined /> : <WarningOutlined />}
      </span>
      <h2>{offline ? t("error.offline") : t("error.title")}</h2>
      {!offline && <p>{error.message}</p>}
      {retry && <Button onClick={retry}>{t("error.retry")}</Button>}
    </div>
  );
}

/** Shows its children only when the wait is long enough to be noticed; a skeleton that flashes is worse than none. */
export function Late({ children, after = 150 }: { children: ReactNode; after?: number }) {
  const [due, setDue] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setDue(true), after);
    return () => clearTimeout(timer);
  }, [after]);
  return due ? children : null;
}

/** One line of a skeleton. */
export function Bone({ width }: { width: string }) {
  return <span className={css.bone} style={{ width }} aria-hidden />;
}
