// From the bytes of a file to the objects in it, the way kyaml reads them: documents are split by lines, lists are
// opened, anchors are replaced by copies of what they stand for (kyaml:kio/byteio_reader.go, yaml/rnode.go, v0.21.1).

import { YamlError, type YamlNode, parseYamlNodes } from '@evenkeel/resource';

import { KustomizeError } from '../problems.ts';
import { deAnchor } from './anchors.ts';
import { recallDocuments, rememberDocuments } from './parse-cache.ts';
import { markSource } from './trail.ts';
import { TAG_NULL, fieldOf, textOf } from './tree.ts';

/** What a text comes from: for error positions and, with `by`, for trails. */
export interface Source {
  readonly file: string;
  /** Marks every leaf as coming from here; undefined without origins. */
  readonly by?: string;
  /** Added to lines, for a text that is a part of a file. */
  readonly lineOffset?: number;
}

interface Chunk {
  readonly text: string;
  readonly line: number;
}

/**
 * Reads all objects. Throws KustomizeError with the wording of kyaml; its position is in the whole file. The trees belong
 * to the caller: a file that is read again, by another overlay, is parsed once and copied.
 */
export function readDocuments(input: string | Uint8Array, source: Source): YamlNode[] {
  const documents = typeof input === 'string' ? parseDocuments(input, source) : readFile(input, source);
  if (source.by !== undefined) for (const document of documents) markSource(document, source.by, source.file);
  return documents;
}

function readFile(bytes: Uint8Array, source: Source): YamlNode[] {
  const known = recallDocuments(bytes);
  if (known !== undefined) return known;
  const documents = parseDocuments(decodeText(bytes), source);
  rememberDocuments(bytes, documents);
  return documents;
}

function parseDocuments(text: string, source: Source): YamlNode[] {
  const chunks = splitDocuments(text.includes('\r\n') ? text.replaceAll('\r\n', '\n') : text);
  const found: YamlNode[] = [];
  for (const chunk of chunks) {
    const root = readChunk(chunk, source);
    if (root === undefined) continue;
    const kind = textOf(fieldOf(root, 'kind'));
    const items =
      chunks.length === 1 && (kind === 'List' || kind === 'ResourceList') ? fieldOf(root, 'items') : undefined;
    if (items !== undefined) found.push(...items.content);
    else if (chunks.length > 1 || kind !== 'ResourceList' || fieldOf(root, 'functionConfig') === undefined)
      found.push(root);
  }
  // An alias needs an anchor; most files have neither.
  return mayHaveAnchors(text) ? found.map(deAnchor) : found;
}

/** An anchor stands at the start of a value; an ampersand within a word is none. */
function mayHaveAnchors(text: string): boolean {
  if (text.includes('<<')) return true;
  for (let at = text.indexOf('&'); at >= 0; at = text.indexOf('&', at + 1)) {
    if (at === 0 || ' \t\n\r[{,'.includes(text.charAt(at - 1))) return true;
  }
  return false;
}

/** Bytes as text. Bad bytes stay visible to the parser, which refuses them. */
function decodeText(input: Uint8Array): string {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(input);
  if (text.includes('\ufffd') && !isValidUtf8(input)) {
    throw new KustomizeError('MALFORMED_YAML', 'MalformedYAMLError: yaml: invalid leading UTF-8 octet');
  }
  return text;
}

function isValidUtf8(input: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(input);
    return true;
  } catch {
    return false;
  }
}

function splitDocuments(text: string): Chunk[] {
  const chunks: Chunk[] = [];
  if (text === '') return chunks;
  let start = 0;
  let line = 0;
  for (const match of text.matchAll(/\n---.*\n/g)) {
    const after = match[0].slice(4).trim();
    if (after !== '' && !after.startsWith('#')) {
      throw new KustomizeError('MALFORMED_YAML', `invalid document separator: ${match[0].trim()}`, {
        line: line + countLines(text, start, match.index) + 2,
      });
    }
    chunks.push({ text: text.slice(start, match.index + 1), line });
    line += countLines(text, start, match.index) + 2;
    start = match.index + match[0].length;
  }
  chunks.push({ text: text.slice(start), line });
  return chunks;
}

function countLines(text: string, from: number, to: number): number {
  let lines = 0;
  for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) lines += 1;
  return lines;
}

function readChunk(chunk: Chunk, source: Source): YamlNode | undefined {
  const offset = chunk.line + (source.lineOffset ?? 0);
  let document: YamlNode | undefined;
  try {
    document = parseYamlNodes(chunk.text, { keepComments: false, firstOnly: true })[0];
  } catch (error) {
    throw malformed(error, source.file, offset);
  }
  const root = document?.content[0];
  if (root === undefined || root.tag === TAG_NULL) return undefined;
  if (offset > 0) shiftLines(root, offset);
  return root;
}

function malformed(error: unknown, file: string, offset: number): unknown {
  if (!(error instanceof YamlError)) return error;
  const code =
    error.code === 'ALIAS_EXPANSION' || error.code === 'DEPTH' || error.code === 'SIZE' ? 'LIMIT' : 'MALFORMED_YAML';
  const line = error.line === 0 ? 0 : error.line + offset;
  return new KustomizeError(code, `MalformedYAMLError: ${error.message}`, { file, line, column: error.column });
}

/** Positions count from the start of the file, not of the document. Explicit stack: depth must not cost call stack. */
function shiftLines(root: YamlNode, offset: number): void {
  const pending = [root];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    node.line += offset;
    for (const item of node.content) pending.push(item);
  }
}
