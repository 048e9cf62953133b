// Bringing a list in: choose a file, check what was understood, import with
// progress, see the result, take it back.
import { useQuery } from "@tanstack/react-query";
import { useParams } from "react-router";
import { get } from "../api/client";
import type { ImportState } from "../api/types";
import { Failed, Loading } from "./desk";
import { isFresh, isMoving } from "./imports/parts";
import { Plan } from "./imports/plan";
import { Result } from "./imports/result";
import { Running } from "./imports/running";
import { Start } from "./imports/start";
import "./imports/imports.css";

export default function Imports() {
  const { id } = useParams();
  return <div className="desk">{id ? <One key={id} id={id} /> : <Start />}</div>;
}

function One({ id }: { id: string }) {
  const state = useQuery({
    queryKey: ["import", id], queryFn: ({ signal }) => get<ImportState>(`/sys/imports/${id}`, signal),
    refetchInterval: (q) => (q.state.data && isMoving(q.state.data.state) ? 700 : false),
  });
  if (state.isError) return <Failed error={state.error} />;
  if (!state.data) return <Loading />;
  if (isMoving(state.data.state)) return <Running now={state.data} />;
  return isFresh(state.data.state) ? <Plan now={state.data} /> : <Result now={state.data} />;
}
