// Reading one record.
import { useQuery } from "@tanstack/react-query";
import { get } from "../api/client";
import type { Rec } from "../api/types";

/** useRecord reads a record whole, with what its reader may do to it. */
export const useRecord = (type: string, id: string) => useQuery({ queryKey: ["rec", type, id], queryFn: ({ signal }) => get<Rec>(`/${type}/${id}`, signal) });
