// Splitting a file into YAML documents the way Kubernetes' tools do, before any YAML is parsed: one broken document
// does not hide the others, and each keeps the line it starts on.

import { YamlError } from './node.ts';

export interface YamlPart {
  /** Text of the document: every line ends in a line feed, as the readers of Kubernetes' tools deliver it. */
  readonly text: string;
  /** 1-based line of the file on which the text starts: add it, less one, to the lines of the part's errors. */
  readonly line: number;
}

/**
 * Splits at lines that begin with "---". Separators are not part of the texts; parts without any line are left out,
 * parts of comments only are not. Throws `YamlError` where something other than a comment follows a separator.
 * Mirrors k8s.io/apimachinery v0.35.4 pkg/util/yaml/decoder.go `YAMLReader`, which kubectl and Argo CD read files with.
 */
export function splitYamlDocuments(text: string): YamlPart[] {
  const parts: YamlPart[] = [];
  let line = 1;
  let start = 0;
  let startLine = 1;
  let at = 0;
  const finish = (end: number): void => {
    if (end > start) parts.push({ text: completeLines(text.slice(start, end)), line: startLine });
  };
  while (at < text.length) {
    const lineEnd = text.indexOf('\n', at);
    const next = lineEnd < 0 ? text.length : lineEnd + 1;
    if (text.startsWith('---', at)) {
      const rest = text.slice(at + 3, next).trim();
      if (rest !== '' && !rest.startsWith('#')) {
        throw new YamlError('SYNTAX', `invalid Yaml document separator: ${rest}`, line, 4);
      }
      finish(at);
      start = next;
      startLine = line + 1;
    }
    at = next;
    line++;
  }
  finish(text.length);
  return parts;
}

/** The line end at the end of a file counts: without it, YAML drops the last line feed of a block scalar. */
function completeLines(text: string): string {
  const lines = text.includes('\r') ? text.replaceAll('\r\n', '\n') : text;
  return lines.endsWith('\n') ? lines : `${lines}\n`;
}
