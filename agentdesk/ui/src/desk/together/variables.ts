/** What the server fills into prepared words for each ticket. */
export const variables = ["customer.name", "customer.company", "ticket.number", "ticket.subject", "queue.name", "agent.name", "date"].map((v) => `{{${v}}}`);
