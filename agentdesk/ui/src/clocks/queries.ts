import { queryOptions } from "@tanstack/react-query";
import * as calls from "./calls.ts";

export const calendarsQuery = queryOptions({ queryKey: ["calendars"], queryFn: ({ signal }) => calls.calendars(signal), staleTime: 0 });
export const policiesQuery = queryOptions({ queryKey: ["policies"], queryFn: ({ signal }) => calls.policies(signal), staleTime: 0 });
