// The objects that a text of manifests holds, in YAML or JSON, document by document, each with its line. A file that is no
// manifest at all (values, patches, notes) is told from one with a mistake in it.
// Mirrors argoproj/argo-cd:reposerver/repository/repository.go (3.6) getObjsFromYAMLOrJSON.

import {
  type Json,
  type JsonObject,
  YamlError,
  isMap,
  parseJson,
  parseYaml,
  splitYamlDocuments,
} from '@evenkeel/resource';

/** A document and the line on which its content begins. */
export interface ManifestDocument {
  readonly value: JsonObject;
  readonly line: number | undefined;
}

/** What is wrong with a document. */
export interface ManifestProblem {
  readonly message: string;
  readonly line: number | undefined;
}

export interface ManifestText {
  readonly documents: readonly ManifestDocument[];
  readonly problems: readonly ManifestProblem[];
}

/**
 * Reads every document. A text whose first document is none of Kubernetes' holds nothing, unless it has the words of a
 * manifest in it or `isManifest` says that it is one for certain: then that is a problem.
 */
export function readManifestText(text: string, isManifest: boolean): ManifestText {
  const documents: ManifestDocument[] = [];
  const problems: ManifestProblem[] = [];
  for (const part of partsOf(text)) {
    if ('message' in part) problems.push(part);
    else if (part.value !== undefined && part.value !== null) {
      const message = problemOf(part.value);
      if (message === undefined) documents.push({ value: part.value as JsonObject, line: part.line });
      else problems.push({ message, line: part.line });
    }
    if (problems.length > 0 && documents.length === 0 && !isManifest && !looksLikeManifest(text)) return nothing;
  }
  return { documents, problems };
}

/** Reads a file that is one object of JSON. Other JSON (settings of tools lie beside manifests) holds nothing. */
export function readManifestJson(text: string): ManifestText {
  if (text.trim() === '') return { documents: [], problems: [{ message: 'the file is empty', line: undefined }] };
  const mistake = jsonMistake(text);
  if (mistake !== undefined) return { documents: [], problems: [{ message: mistake, line: undefined }] };
  const { documents, problems } = readManifestText(text, true);
  const others = problems.filter(({ message }) => message !== missingKind);
  if (documents.length > 1) {
    const message = 'Found multiple objects. Only single objects are allowed in JSON files.';
    return { documents: [], problems: [{ message, line: documents[1]?.line }] };
  }
  return { documents, problems: others };
}

const nothing: ManifestText = { documents: [], problems: [] };
const missingKind = "Object 'Kind' is missing";

function looksLikeManifest(text: string): boolean {
  return ['apiVersion:', 'kind:', 'metadata:'].every((word) => text.includes(word));
}

function problemOf(value: Json): string | undefined {
  if (!isMap(value)) return 'the document is no Kubernetes object';
  const { kind } = value;
  if (typeof kind !== 'string' || kind === '') return missingKind;
  return undefined;
}

type Part = { readonly value: Json | undefined; readonly line: number | undefined } | ManifestProblem;

function partsOf(text: string): readonly Part[] {
  try {
    return splitYamlDocuments(text).flatMap((part): readonly Part[] => {
      const line = part.line + linesBefore(part.text);
      const stream = jsonStream(part.text);
      if (stream) return stream.map((value) => ({ value, line }));
      try {
        return [{ value: parseYaml(part.text, { dialect: 'sigs' }), line }];
      } catch (error) {
        return [problemAt(error, part.line)];
      }
    });
  } catch (error) {
    return [problemAt(error, 1)];
  }
}

function problemAt(error: unknown, start: number): ManifestProblem {
  if (!(error instanceof YamlError)) throw error;
  return { message: error.message, line: error.line ? error.line + start - 1 : undefined };
}

/** How many lines of nothing but comments stand before the content. */
function linesBefore(text: string): number {
  const lines = text.split('\n');
  const first = lines.findIndex((line) => !/^\s*(#.*)?$/.test(line));
  return Math.max(first, 0);
}

/** What makes a text something else than JSON, be it YAML; several objects one after another are told of elsewhere. */
function jsonMistake(text: string): string | undefined {
  if (jsonStream(text)) return undefined;
  try {
    parseJson(text);
    return undefined;
  } catch (error) {
    return `no JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Objects of JSON one after another, of which a reader of YAML sees the first; undefined where the text is something else. */
function jsonStream(text: string): readonly Json[] | undefined {
  if (!text.trimStart().startsWith('{')) return undefined;
  const found: Json[] = [];
  let start = 0;
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}]/gs)) {
    if (token === '{') depth += 1;
    if (token !== '}') continue;
    depth -= 1;
    if (depth > 0) continue;
    try {
      found.push(parseJson(text.slice(start, index + 1)));
    } catch {
      return undefined;
    }
    start = index + 1;
  }
  return text.slice(start).trim() === '' ? found : undefined;
}
