import { CloseOutlined, PlusOutlined } from "@ant-design/icons";
import { AutoComplete, Button, Segmented, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Want } from "@/api/queue";
import { Quiet } from "@/parts/Quiet";
import css from "./rules.module.css";
import { newKey } from "./rows.ts";
import { asGroup, type Group, type Leaf, type Node, toNode, toWant } from "./want.ts";

// Deeper than this nobody can say in one sentence what is wanted; rules made elsewhere are shown whole all the same.
const deepest = 2;

interface Props {
  want: Want | undefined;
  change: (want: Want | undefined) => void;
  /** Skills that are known, to choose from; any other may be typed. */
  skills: string[];
  label: string;
}

/** What agents must know: conditions, and groups of which all or any must hold. */
export function WantEditor({ want, change, skills, label }: Props) {
  // Kept here, because a condition without a skill yet is not part of the want.
  const [tree, setTree] = useState<Group>(() => asGroup(toNode(want)));
  return (
    <GroupEditor
      group={tree}
      depth={0}
      label={label}
      skills={skills}
      change={(group) => {
        setTree(group);
        change(toWant(group));
      }}
    />
  );
}

interface GroupProps {
  group: Group;
  depth: number;
  label: string;
  skills: string[];
  change: (g: Group) => void;
  drop?: () => void;
}

function GroupEditor({ group, depth, label, skills, change, drop }: GroupProps) {
  const { t } = useTranslation();
  const put = (n: Node) => change({ ...group, of: group.of.map((old) => (old.key === n.key ? n : old)) });
  const cut = (n: Node) => change({ ...group, of: group.of.filter((old) => old.key !== n.key) });
  const add = (n: Node) => change({ ...group, of: [...group.of, n] });
  return (
    <div className={css.group} role="group" aria-label={label} data-nested={depth > 0 || undefined}>
      {(group.of.length > 1 || depth > 0) && (
        <div className={css.groupHead}>
          <Segmented<"all" | "any">
            size="small"
            value={group.kind}
            aria-label={t("rules.how_many")}
            options={[
              { value: "all", label: t("rules.all") },
              { value: "any", label: t("rules.any") },
            ]}
            onChange={(kind) => change({ ...group, kind })}
          />
          {drop && (
            <Quiet label={t("rules.drop_group")} onClick={drop}>
              <CloseOutlined />
            </Quiet>
          )}
        </div>
      )}
      {group.of.map((n) =>
        "of" in n ? (
          <GroupEditor key={n.key} group={n} depth={depth + 1} label={t("rules.group")} skills={skills} change={put} drop={() => cut(n)} />
        ) : (
          <Condition key={n.key} node={n} skills={skills} change={put} drop={() => cut(n)} />
        ),
      )}
      <div className={css.adds}>
        <Button size="small" type="text" icon={<PlusOutlined />} onClick={() => add({ kind: "skill", key: newKey(), skill: "", level: 3 })}>
          {t("rules.add_skill")}
        </Button>
        <Button size="small" type="text" icon={<PlusOutlined />} onClick={() => add({ kind: "language", key: newKey(), level: 3 })}>
          {t("rules.add_language")}
        </Button>
        {depth < deepest && group.of.length > 0 && (
          <Button
            size="small"
            type="text"
            icon={<PlusOutlined />}
            onClick={() => add({ kind: group.kind === "all" ? "any" : "all", key: newKey(), of: [{ kind: "skill", key: newKey(), skill: "", level: 3 }] })}
          >
            {t(group.kind === "all" ? "rules.add_any" : "rules.add_all")}
          </Button>
        )}
      </div>
    </div>
  );
}

function Condition({ node, skills, change, drop }: { node: Leaf; skills: string[]; change: (n: Leaf) => void; drop: () => void }) {
  const { t } = useTranslation();
  return (
    <div className={css.condition}>
      {node.kind === "skill" ? (
        <AutoComplete
          value={node.skill}
          options={skills.filter((s) => s.toLowerCase().includes(node.skill.toLowerCase())).map((value) => ({ value }))}
          placeholder={t("rules.skill_hint")}
          aria-label={t("rules.skill")}
          maxLength={50}
          onChange={(skill) => change({ ...node, skill })}
        />
      ) : (
        <span className={css.fixed}>{t("rules.language")}</span>
      )}
      <span>{t("rules.at_least")}</span>
      <Level value={node.level} change={(level) => change({ ...node, level })} />
      <Quiet label={t("rules.drop")} onClick={drop}>
        <CloseOutlined />
      </Quiet>
    </div>
  );
}

/** A level from 1 to 5, each with what it means. */
export function Level({ value, change }: { value: number; change: (level: number) => void }) {
  const { t } = useTranslation();
  return (
    <Select
      value={value}
      aria-label={t("rules.level")}
      className={css.level}
      popupMatchSelectWidth={false}
      options={([1, 2, 3, 4, 5] as const).map((n) => ({ value: n, label: `${n} · ${t(`rules.levels.${n}`)}` }))}
      onChange={change}
    />
  );
}
