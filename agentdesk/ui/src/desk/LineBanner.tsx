import { DisconnectOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { line, socket } from "@/live/state";
import { useStore } from "@/parts/store";
import css from "./shell.module.css";

// A restart of the server is over before anybody needs to read about it.
const grace = 1500;

/** Says that the line is lost, and that nothing is lost with it. */
export function LineBanner() {
  const { t } = useTranslation();
  const state = useStore(line);
  const [shown, setShown] = useState(false);
  const lost = state === "lost";

  useEffect(() => {
    const timer = setTimeout(() => setShown(lost), lost ? grace : 0);
    return () => clearTimeout(timer);
  }, [lost]);

  if (!shown) return null;
  return (
    <div className={css.strip} role="status">
      <DisconnectOutlined aria-hidden />
      <span className={css.stripText}>
        <b>{t("line.lost")}</b> {t("line.lost_more")}
      </span>
      <span className={css.push} />
      <Button size="small" type="text" onClick={() => socket.get()?.wake()}>
        {t("line.now")}
      </Button>
    </div>
  );
}
