// How each kind of field is typed and asked for. This is apart from how it is
// shown, since nobody types before he has seen: a list is alive without it.
import type { ComponentType } from "react";
import type { Field } from "../../api/types";
import type { FilterProps, InputProps } from "../types";
import { AddressInput } from "./address";
import { BoolFilter, BoolInput } from "./bool";
import { ChoicesInput } from "./choices";
import { TimeInput } from "./datetime";
import { DepartmentFilter, DepartmentInput } from "./department";
import { EmailsInput } from "./emails";
import { FilesInput } from "./files";
import { GeoInput } from "./geo";
import { JSONInput } from "./json";
import { LinksInput } from "./links";
import { MoneyInput } from "./money";
import { AreaInput, ChoiceFilter, ChoiceInput, DayFilter, DayInput, IntegerInput, LinkFilter, LinkInput, NumberFilter, NumberInput, TextFilter, TextInput, WordsFilter } from "./parts";
import { PercentInput } from "./percent";
import { PhonesInput } from "./phones";
import { RatingInput } from "./rating";
import { RowsInput } from "./rows";
import { SocialInput } from "./social";
import { TagsInput } from "./tags";
import { UserFilter, UserInput } from "./user";

const inputs: Record<string, ComponentType<InputProps>> = {
  address: AddressInput, bool: BoolInput, choice: ChoiceInput, choices: ChoicesInput, date: DayInput, datetime: TimeInput, decimal: NumberInput, department: DepartmentInput,
  emails: EmailsInput, files: FilesInput, geo: GeoInput, identity: TextInput, integer: IntegerInput, json: JSONInput, link: LinkInput, links: LinksInput, longtext: AreaInput,
  money: MoneyInput, number: TextInput, percent: PercentInput, phone: TextInput, phones: PhonesInput, rating: RatingInput, rows: RowsInput, social: SocialInput, tags: TagsInput,
  text: TextInput, url: TextInput, user: UserInput,
};

// Kinds that only ask whether a value is there have none.
const filters: Record<string, ComponentType<FilterProps>> = {
  address: TextFilter, bool: BoolFilter, choice: ChoiceFilter, choices: ChoiceFilter, date: DayFilter, datetime: DayFilter, decimal: NumberFilter, department: DepartmentFilter,
  emails: WordsFilter, identity: TextFilter, integer: NumberFilter, link: LinkFilter, links: LinkFilter, longtext: TextFilter, money: NumberFilter, number: TextFilter,
  percent: NumberFilter, phone: TextFilter, phones: WordsFilter, rating: NumberFilter, social: WordsFilter, tags: WordsFilter, text: TextFilter, url: TextFilter, user: UserFilter,
};

/** inputOf is what a field's value is typed into; an unknown kind is text. */
export const inputOf = (f: Field): ComponentType<InputProps> => inputs[f.kind] ?? TextInput;

/** filterOf is what stands beside an operator. */
export const filterOf = (f: Field): ComponentType<FilterProps> | undefined => filters[f.kind];
