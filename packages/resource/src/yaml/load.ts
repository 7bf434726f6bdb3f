// Reading YAML into values, in the two dialects of the Go world.

import type { Json } from '../json.ts';
import { composeYaml } from './compose.ts';
import { decodeNode } from './decode.ts';
import { loadDirect } from './load-direct.ts';
import type { LoadOptions } from './load-direct.ts';
import { YamlError } from './node.ts';
import type { YamlNode } from './node.ts';
import type { YamlDialect } from './scan-state.ts';

export interface ParseYamlOptions {
  /**
   * 'sigs': as sigs.k8s.io/yaml (go-yaml v2, YAML 1.1 booleans, last of repeated keys wins, "error converting YAML to
   * JSON: …"). 'v3': as yaml.v3 and kyaml (YAML 1.2 booleans, repeated keys refused).
   */
  readonly dialect: YamlDialect;
  /** 'sigs' only: refuse repeated keys, as UnmarshalStrict does. */
  readonly strict?: boolean;
}

/**
 * Reads every document of a stream. `undefined` stands for a document without any text. Integers beyond 2^53 are
 * bigints; dates stay strings. Throws `YamlError` for the first error, worded as go-yaml words it.
 * Mirrors sigs.k8s.io/yaml 1.6.0 `YAMLToJSON` and go.yaml.in/yaml/v3 3.0.5 `Decoder`.
 */
export function parseYamlDocuments(input: string | Uint8Array, options: ParseYamlOptions): (Json | undefined)[] {
  return load(input, { dialect: options.dialect, strict: options.strict ?? false, firstOnly: false });
}

/**
 * Reads the first document only, as Go's `Unmarshal` does: what follows it is not even looked at. `undefined` for
 * empty input. Throws `YamlError`.
 */
export function parseYaml(input: string | Uint8Array, options: ParseYamlOptions): Json | undefined {
  return load(input, { dialect: options.dialect, strict: options.strict ?? false, firstOnly: true })[0];
}

/**
 * Reads a stream into document nodes with styles, tags, comments and positions, as yaml.v3 builds them. Repeated keys
 * are kept; `yamlNodeToJson` refuses them. Throws `YamlError`.
 */
export function parseYamlNodes(
  input: string | Uint8Array,
  options: { readonly keepComments?: boolean; readonly firstOnly?: boolean } = {},
): YamlNode[] {
  return composeYaml(input, {
    dialect: 'v3',
    keepComments: options.keepComments ?? true,
    firstOnly: options.firstOnly ?? false,
  });
}

/** Value of a node in the v3 dialect. Throws `YamlError` for repeated keys, bad merges and alias bombs. */
export function yamlNodeToJson(node: YamlNode): Json {
  return decodeNode(node, { dialect: 'v3', strict: true }) ?? null;
}

function load(input: string | Uint8Array, options: LoadOptions): (Json | undefined)[] {
  try {
    const direct = loadDirect(input, options);
    if (direct !== undefined) return direct;
    const documents = composeYaml(input, {
      dialect: options.dialect,
      keepComments: false,
      firstOnly: options.firstOnly,
    });
    return documents.map((document) => decodeNode(document, options));
  } catch (error) {
    if (options.dialect !== 'sigs' || !(error instanceof YamlError)) throw error;
    throw new YamlError(error.code, `error converting YAML to JSON: ${error.message}`, error.line, error.column);
  }
}
