import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { states } from "@/api/types";
import { agentsQuery, nameIn, queuesQuery, tagsQuery } from "@/data/queries";

/** What views and macros choose from, named for the reader. */
export function useOptions() {
  const { t, i18n } = useTranslation();
  const { data: queues = [] } = useQuery(queuesQuery);
  const { data: agents = [] } = useQuery(agentsQuery);
  const { data: tags = [] } = useQuery(tagsQuery);
  return {
    states: states.map((s) => ({ value: s, label: t(`state.${s}`) })),
    priorities: ([1, 2, 3, 4] as const).map((n) => ({ value: n, label: t(`priority.${n}`) })),
    queues: queues.map((q) => ({ value: q.id, label: nameIn(q, i18n.language) })),
    assignees: [{ value: "me", label: t("views.me") }, { value: "none", label: t("views.none") }, ...agents.map((a) => ({ value: String(a.id), label: a.name }))],
    tags: tags.map((x) => ({ value: x.name, label: x.name })),
  };
}
