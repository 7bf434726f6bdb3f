// What the YAML emitter is fed with, and its settings. A start event says whether its collection is empty, so that the emitter needs no
// queue to look ahead.

import type { YamlStyle } from './node.ts';
import type { YamlDialect } from './scan-state.ts';

export type EmitStyle = Exclude<YamlStyle, 'flow'>;

export interface EmitComments {
  readonly head?: string | undefined;
  readonly line?: string | undefined;
  readonly foot?: string | undefined;
  /** Foot comment of the pair before, written once that pair is complete. */
  readonly tail?: string | undefined;
}

export type EmitEvent =
  | ({ readonly type: 'documentStart' | 'documentEnd' } & EmitComments)
  | ({ readonly type: 'alias'; readonly name: string } & EmitComments)
  | ({
      readonly type: 'scalar';
      readonly value: string;
      readonly style: EmitStyle;
      readonly anchor?: string | undefined;
      /** Long form; empty or absent for the implied tag. */
      readonly tag?: string | undefined;
    } & EmitComments)
  | ({
      readonly type: 'sequenceStart' | 'mappingStart';
      readonly flow: boolean;
      readonly empty: boolean;
      readonly anchor?: string | undefined;
      readonly tag?: string | undefined;
    } & EmitComments)
  | ({ readonly type: 'sequenceEnd' | 'mappingEnd' } & EmitComments);

export interface EmitterOptions {
  readonly dialect: YamlDialect;
  /** Columns per level, 2 to 9. */
  readonly indent: number;
  /** Whether "- " counts as indentation: sequences in mappings are not indented further (v3). */
  readonly compactSequences: boolean;
  /** Longest line before scalars are folded; Infinity for never. */
  readonly width: number;
}
