// The registry: how each kind of field is shown. How it is typed and filtered
// stands in inputs, which loads when something is about to be edited.
import type { Field } from "../api/types";
import { address } from "./address";
import { bool } from "./bool";
import { choice } from "./choice";
import { choices } from "./choices";
import { date } from "./date";
import { datetime } from "./datetime";
import { decimal } from "./decimal";
import { department } from "./department";
import { emails } from "./emails";
import { files } from "./files";
import { geo } from "./geo";
import { identity } from "./identity";
import { integer } from "./integer";
import { json } from "./json";
import { link } from "./link";
import { links } from "./links";
import { longtext } from "./longtext";
import { money } from "./money";
import { number } from "./number";
import { percent } from "./percent";
import { phone } from "./phone";
import { phones } from "./phones";
import { rating } from "./rating";
import { rows } from "./rows";
import { social } from "./social";
import { tags } from "./tags";
import { text } from "./text";
import type { Kind } from "./types";
import { url } from "./url";
import { user } from "./user";

const kinds: Record<string, Kind> = {
  address, bool, choice, choices, date, datetime, decimal, department, emails, files, geo, identity, integer, json, link, links, longtext, money, number,
  percent, phone, phones, rating, rows, social, tags, text, url, user,
};

/** kindOf is what is known of a field's kind; an unknown kind reads as text. */
export const kindOf = (f: Field): Kind => kinds[f.kind] ?? text;
