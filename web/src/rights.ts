// What a person may do, by type: who offers a verb asks here first.
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { get, query } from "./api/client";
import { useKnown } from "./model";

/** RoleInfo is a role that may be given; TypeRights what a person may do with a type. */
export interface RoleInfo { name: string; label: string; help?: string; admin?: boolean }
export interface TypeRights { type: string; label: string; verbs: { verb: string; scope: string; from: string[] | null }[]; fields: Record<string, string> }

interface Rights { items: RoleInfo[]; rights: TypeRights[] }

/** useRights reads all roles, and what those of a person (one's own when empty) come to. Labels are the schema's: in the language of the page. */
export function useRights(user = "") {
  const { schema, types } = useKnown();
  const asked = useQuery({ queryKey: ["rights", user], staleTime: 60_000, queryFn: ({ signal }) => get<Rights>("/sys/roles" + query({ user: user || undefined }), signal) });
  const data = useMemo<Rights | undefined>(() => {
    if (!asked.data) return undefined;
    const role = new Map(schema.roles.map((r) => [r.name, r]));
    return { items: asked.data.items.map((r) => ({ ...r, label: role.get(r.name)?.label ?? r.label, help: role.get(r.name)?.help ?? r.help })), rights: asked.data.rights.map((r) => ({ ...r, label: types.get(r.type)?.label ?? r.label })) };
  }, [asked.data, schema, types]);
  return { data, isPending: asked.isPending, isSuccess: asked.isSuccess, isError: asked.isError, error: asked.error, refetch: asked.refetch };
}

/** useMay tells whether this person may do a thing with a type at all; no until it is known. */
export function useMay() {
  const rights = useRights();
  return useMemo(() => {
    const all = new Map((rights.data?.rights ?? []).map((r) => [r.type, new Set(r.verbs.map((v) => v.verb))]));
    return (type: string, verb: string) => all.get(type)?.has(verb) ?? false;
  }, [rights.data]);
}
