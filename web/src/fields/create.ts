// A form offers its link fields to make the record that is not there yet.
import { createContext } from "react";
import type { Ref } from "../api/types";

/** Creator opens a form for a new record of a type with words typed so far, and hands over what was stored. */
export interface Creator { may: (type: string) => boolean; label: (type: string) => string; open: (type: string, words: string, done: (made: Ref) => void) => void }

export const CreatorContext = createContext<Creator | null>(null);
