import { Modal } from "antd";
import { useTranslation } from "react-i18next";
import { Kbd } from "@/parts/Kbd";
import { commands } from "./commands.ts";
import css from "./help.module.css";

const groups = ["list", "ticket", "queue", "composer", "go"] as const;
const mac = /Mac|iPhone|iPad/.test(navigator.platform);

/** Every key of the desk. */
export default function Help({ close }: { close: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal open title={t("keys.title")} footer={null} onCancel={close} width={720}>
      <div className={css.groups}>
        {groups.map((g) => (
          <section key={g}>
            <h3>{t(`keys.group.${g}`)}</h3>
            <dl>
              {commands
                .filter((c) => c.group === g)
                .map((c) => (
                  <div key={c.id}>
                    <dt>{t(`keys.commands.${c.id}`)}</dt>
                    <dd>
                      {c.keys.map((k) => (
                        <span key={k} className={css.stroke}>
                          {k.split(/[ +]/).map((x) => (
                            <Kbd key={x}>{named(x)}</Kbd>
                          ))}
                        </span>
                      ))}
                    </dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
      </div>
    </Modal>
  );
}

function named(key: string): string {
  if (key === "Mod") return mac ? "⌘" : "Ctrl";
  if (key === "Escape") return "Esc";
  if (key === "1") return "1–9";
  return key;
}
