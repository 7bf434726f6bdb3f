import type { Json } from '@evenkeel/resource';
import { type Host, type MissingKey } from '../index.ts';
export interface Case {
  readonly topic: string;
  readonly text: string;
  readonly data: Json;
  readonly missingKey: MissingKey;
  readonly zone: string;
  readonly files: readonly {
    readonly name: string;
    readonly text: string;
  }[];
  readonly delims: readonly [string, string];
}
export interface Answer {
  readonly output: string;
  readonly error: string;
}
export declare const testdata: string;
/** All topics with their snippets, in order. */
export declare function readTopics(): ReadonlyMap<string, readonly Case[]>;
/** A host whose every answer is known: no snippet depends on time or randomness. */
export declare function fixedHost(zone: string): Host;
/** Our answer to a snippet. */
export declare function answer(item: Case): Answer;
