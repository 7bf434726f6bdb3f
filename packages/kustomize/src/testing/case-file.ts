// Test cases as text: one file holds a tree, how to build it, and what the original kustomize made of it. Read by the
// unit tests and by the oracle, which records what is wanted.
//
//   What the case is about.
//   root: overlay
//   flags: --load-restrictor LoadRestrictionsNone
//   -- base/kustomization.yaml --
//   resources: …
//   -- link.yaml -> base/real.yaml --
//   -- want --

import { type FileTree, memoryTree } from '@evenkeel/std';

import type { BuildOptions } from '../build.ts';
import { decodeBase64 } from '../nodes/base64.ts';

/** A case, taken apart. */
export interface CaseFile {
  readonly title: string;
  readonly root: string;
  readonly flags: readonly string[];
  /** Arguments of `kustomize edit`, one run after the other; without any, the case is a build. */
  readonly edits: readonly (readonly string[])[];
  readonly files: ReadonlyMap<string, string | Uint8Array>;
  readonly links: ReadonlyMap<string, string>;
  /** Output of the original; undefined before it is recorded, or where it fails. */
  readonly want: string | undefined;
  readonly wantError: string | undefined;
  readonly wantWarnings: string;
  /** Our message, where it is not that of the original; DEVIATIONS.md says why. */
  readonly ourWords: string | undefined;
}

/** Stands for the directory of the case in recorded messages. */
export const CASE_ROOT = '/case';

const SECTION = /^-- (.+?) --$/;

/** Reads a case. A file's text ends in a line feed unless its name says `(no newline)`. */
export function parseCase(text: string): CaseFile {
  const sections = new Map<string, string>();
  let name = '';
  let lines: string[] = [];
  const close = (): void => {
    sections.set(name, lines.length === 0 ? '' : `${lines.join('\n')}\n`);
    lines = [];
  };
  for (const line of text.replace(/\n$/, '').split('\n')) {
    const match = SECTION.exec(line);
    if (match === null) {
      lines.push(line.startsWith('\\-- ') ? line.slice(1) : line);
      continue;
    }
    close();
    name = match[1] ?? '';
  }
  close();
  return { ...header(sections.get('') ?? ''), ...content(sections) };
}

function header(text: string): Pick<CaseFile, 'title' | 'root' | 'flags' | 'edits'> {
  const title: string[] = [];
  let root = '.';
  let flags: string[] = [];
  const edits: (readonly string[])[] = [];
  for (const line of text.trimEnd().split('\n')) {
    const match = /^(root|flags|edit): (.*)$/.exec(line);
    if (match?.[1] === 'root') root = match[2] ?? '.';
    else if (match?.[1] === 'flags') flags = (match[2] ?? '').split(' ');
    else if (match?.[1] === 'edit') edits.push(JSON.parse(match[2] ?? '[]') as readonly string[]);
    else title.push(line);
  }
  return { title: title.join('\n'), root, flags, edits };
}

const WANTED = ['want', 'want error', 'want warnings', 'our words'];

function content(sections: ReadonlyMap<string, string>): Omit<CaseFile, 'title' | 'root' | 'flags' | 'edits'> {
  const files = new Map<string, string | Uint8Array>();
  const links = new Map<string, string>();
  for (const [name, text] of sections) {
    if (name === '' || WANTED.includes(name)) continue;
    const link = /^(.+) -> (.+)$/.exec(name);
    if (link !== null) {
      links.set(link[1] ?? '', link[2] ?? '');
      continue;
    }
    const encoded = /^(.+) \((base64|no newline|crlf)\)$/.exec(name);
    files.set(encoded?.[1] ?? name, decodeFile(text, encoded?.[2]));
  }
  return {
    files,
    links,
    want: sections.get('want'),
    wantError: sections.get('want error'),
    wantWarnings: sections.get('want warnings') ?? '',
    ourWords: sections.get('our words'),
  };
}

function decodeFile(text: string, encoding: string | undefined): string | Uint8Array {
  if (encoding === 'base64') return decodeBase64(text) ?? new Uint8Array();
  if (encoding === 'no newline') return text.replace(/\n$/, '');
  return encoding === 'crlf' ? text.replaceAll('\n', '\r\n') : text;
}

/** The text of a case with what was recorded in place of what it wanted before. */
export function withWanted(text: string, wanted: readonly (readonly [name: string, text: string])[]): string {
  const cut = /^-- want( error| warnings)? --$/m.exec(text);
  const input = cut === null ? text : text.slice(0, cut.index);
  const sections = wanted.map(([name, body]) => `-- ${name} --\n${escaped(body)}`);
  return `${input.trimEnd()}\n${sections.join('')}`;
}

function escaped(body: string): string {
  const lines = body.replaceAll(/^(?=-- .+ --$)/gm, '\\');
  return lines === '' || lines.endsWith('\n') ? lines : `${lines}\n`;
}

/** The tree of a case. */
export function treeOfCase(file: CaseFile): FileTree {
  return memoryTree(Object.fromEntries(file.files), Object.fromEntries(file.links));
}

/** What the flags of a case mean for our engine. */
export function optionsOfCase(file: CaseFile): BuildOptions {
  const joined = file.flags.join(' ').replaceAll('=', ' ');
  return {
    displayRoot: CASE_ROOT,
    ...(joined.includes('--load-restrictor LoadRestrictionsNone') && { loadRestrictor: 'none' as const }),
    ...(joined.includes('--reorder none') && { reorder: 'none' as const }),
    ...(joined.includes('--enable-managedby-label') && { managedByLabel: true }),
  };
}

/** What edits leave behind, as one text: what was printed, then the files that are not as they were. */
export function editedText(stdout: string, files: ReadonlyMap<string, string>): string {
  const paths = [...files.keys()].sort();
  return stdout + paths.map((path) => `== ${path} ==\n${files.get(path) ?? ''}`).join('');
}

/** A message of the original without what differs from run to run: directories, times, addresses. */
export function settled(message: string, directory: string): string {
  return message
    .replaceAll(directory, CASE_ROOT)
    .replaceAll(/^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d /gm, '')
    .replaceAll(/merging from generator &\{0x[0-9a-f]+ (?:<nil>|0x[0-9a-f]+)\}/g, 'merging from generator')
    .replaceAll(/0x[0-9a-f]{6,}/g, '0x0');
}
