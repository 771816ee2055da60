import { useNavigate, useParams } from "@tanstack/react-router";
import { useCallback } from "react";

/** Opens a ticket beside the list that one looks at; from a page without a list, beside one's own work. */
export function useOpen(): (ticket: number) => void {
  const navigate = useNavigate();
  const { box = "mine" } = useParams({ strict: false });
  return useCallback(
    (ticket) => void navigate({ to: "/box/$box/{-$ticket}", params: { box, ticket: String(ticket) }, search: (old) => old }),
    [navigate, box],
  );
}

/** The ticket that is open on the screen, or none. */
export function useOpened(): number | null {
  const { ticket } = useParams({ strict: false });
  return ticket ? Number(ticket) : null;
}
