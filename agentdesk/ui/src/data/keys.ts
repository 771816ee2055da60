/** Names of what is kept from the server. Everything that reads or patches the cache goes through these. */
export const keys = {
  me: ["me"] as const,
};
