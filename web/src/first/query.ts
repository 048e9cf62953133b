// What stands in for the cache of what the server said: what a list waits for
// is gathered while it is drawn, asked for, and there at the next drawing.
interface Asked { queryKey: readonly unknown[]; queryFn: (c: { signal: AbortSignal }) => Promise<unknown>; enabled?: boolean; placeholderData?: unknown }

const waited = new Set(["views", "list", "group"]); // counts, sums and notices come later
const answers = new Map<string, { key: readonly unknown[]; data: unknown }>();
let gathered = new Map<string, Asked>();

const id = (key: readonly unknown[]) => JSON.stringify(key);
const found = (data: unknown, more: object) => ({ data, error: null, isPending: data === undefined, isSuccess: data !== undefined, isError: false, isFetching: data === undefined, isPlaceholderData: false, refetch: () => undefined, ...more });

export function useQuery(q: Asked) {
  const there = answers.get(id(q.queryKey));
  if (there) return found(there.data, {});
  const held = typeof q.placeholderData === "function" ? (q.placeholderData as (x: undefined) => unknown)(undefined) : undefined;
  if (held === undefined && q.enabled !== false && waited.has(String(q.queryKey[0]))) gathered.set(id(q.queryKey), q);
  return found(held, { isPlaceholderData: held !== undefined });
}

export const useQueries = ({ queries }: { queries: Asked[] }) => queries.map(useQuery);
export const useInfiniteQuery = () => found(undefined, { hasNextPage: false });
export const useMutation = () => ({ mutate: () => undefined, isPending: false });
export const keepPreviousData = () => undefined;

const nothing = () => Promise.resolve();
export const useQueryClient = () => ({ getQueryData: (key: readonly unknown[]) => answers.get(id(key))?.data, setQueryData: nothing, invalidateQueries: nothing });

/** ask asks for what the last drawing waits for; false when that was nothing. */
export async function ask(): Promise<boolean> {
  const now = gathered;
  gathered = new Map();
  await Promise.all([...now].map(async ([key, q]) => answers.set(key, { key: q.queryKey, data: await q.queryFn({ signal: new AbortController().signal }) })));
  return now.size > 0;
}

/** waits tells whether the last drawing lacks something. */
export const waits = () => gathered.size > 0;

/** told is all that was answered. */
export const told = () => [...answers.values()];
