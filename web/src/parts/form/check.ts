// What a write would come to, asked while one types: likely doubles, what is
// computed, defaults. It never stands in the way: no answer is no news.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { post } from "../../api/client";
import type { FieldProblem, Values } from "../../api/types";
import { blank } from "../../fields/values";
import { wire } from "../../saving";

/** Other is the record a problem or a warning points to. */
export interface Other { type: string; id: string; number?: string; title: string }
export interface Checked extends FieldProblem { field: string; record?: Other }

export interface Trial { problems: Checked[]; warnings: Checked[]; computed: Values; defaults?: Values }

const pause = 400;

/** useTrial asks a moment after the last change; undefined until the first answer. */
export function useTrial(type: string, id: string | undefined, values: Values): Trial | undefined {
  const body = JSON.stringify({ id, values: wire(Object.fromEntries(Object.entries(values).filter(([, v]) => id || !blank(v)))) });
  const [settled, setSettled] = useState(body);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(body), pause);
    return () => clearTimeout(timer);
  }, [body]);
  const asked = useQuery({
    queryKey: ["trial", type, settled], retry: false, staleTime: 10_000, gcTime: 30_000, placeholderData: keepPreviousData,
    queryFn: () => post<Trial>(`/${type}:check`, JSON.parse(settled)),
  });
  return asked.data;
}
