// The YAML tree. It mirrors the shape of gopkg.in/yaml.v3 (yaml.go: Node, Style, Kind) because kustomize's and Helm's
// observable behaviour (kept comments, styles, key order) is defined in its terms.

/** What a node is. */
export type YamlKind = 'document' | 'mapping' | 'sequence' | 'scalar' | 'alias';

/** How a node is, or is to be, written. 'plain' lets the emitter choose what is safe. */
export type YamlStyle = 'plain' | 'single' | 'double' | 'literal' | 'folded' | 'flow';

/**
 * A node of a YAML document. Mutable, as in yaml.v3: kustomize edits trees in place.
 * `content` of a mapping alternates keys and values.
 */
export interface YamlNode {
  kind: YamlKind;
  style: YamlStyle;
  /** Resolved short tag ("!!str", "!!int", …), or the explicit one. Empty: implied by the value and the style. */
  tag: string;
  /** Text of a scalar after unescaping and folding; name of an alias. */
  value: string;
  /** The source names the tag, and the emitter has to write it (yaml.v3's TaggedStyle). */
  tagged?: boolean;
  anchor?: string;
  /** The node an alias points to. */
  alias?: YamlNode;
  content: YamlNode[];
  headComment?: string;
  lineComment?: string;
  footComment?: string;
  /** 1-based position in the source; 0 for a node made by a program. */
  line: number;
  column: number;
}

/** The closed set of reasons why YAML is refused. */
export type YamlErrorCode = 'SYNTAX' | 'DUPLICATE_KEY' | 'ALIAS_EXPANSION' | 'DEPTH' | 'SIZE' | 'ENCODING' | 'TYPE';

/** Thrown by the readers. `message` is go-yaml's own wording ("yaml: line 3: …"). */
export class YamlError extends Error {
  override readonly name = 'YamlError';
  readonly code: YamlErrorCode;
  /** 1-based line, or 0 where unknown. */
  readonly line: number;
  readonly column: number;
  constructor(code: YamlErrorCode, message: string, line: number, column: number) {
    super(message);
    this.code = code;
    this.line = line;
    this.column = column;
  }
}
