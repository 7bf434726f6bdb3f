import type { Json } from '../json.ts';
import type { ListAtom } from './atoms.ts';
/** The step to an item, or why it has none. Steps are strings beginning "k:" or "v:". */
export type ItemStep =
  | {
      readonly step: string;
      readonly error?: never;
    }
  | {
      readonly step?: never;
      readonly error: string;
    };
/** The step to an item of an associative list. */
export declare function itemStep(list: ListAtom, item: Json | undefined): ItemStep;
