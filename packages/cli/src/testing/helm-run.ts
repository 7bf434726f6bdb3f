// Runs the command line in this process, in a directory of its own.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { packArchive } from '@evenkeel/helm';
import type { Io } from '../io.ts';
import { runProgram } from '../run.ts';

/** What a run printed. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A directory with files, as home and working directory. */
export interface Workplace extends Disposable {
  readonly directory: string;
  run(...args: readonly string[]): Promise<Ran>;
}

/** Makes a working directory. Nothing of the user's own environment is visible in it. */
export function workplace(
  files: Readonly<Record<string, string | Uint8Array>>,
  environment: Readonly<Record<string, string>> = {},
): Workplace {
  const directory = mkdtempSync(join(tmpdir(), 'evenkeel-cli-test-'));
  for (const [name, content] of Object.entries(files)) {
    const path = join(directory, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content, { mode: name.endsWith('.sh') ? 0o755 : 0o644 });
  }
  return {
    directory,
    async run(...args) {
      let out = '';
      let err = '';
      const io: Io = {
        cwd: directory,
        environment: { PATH: '/usr/bin:/bin', HOME: directory, ...environment },
        homeDirectory: directory,
        pid: 1,
        signal: new AbortController().signal,
        colour: false,
        interactive: false,
        out: (text) => void (out += text),
        err: (text) => void (err += text),
        stdin: async () => 'size: 9\n',
      };
      const code = await runProgram(args, io);
      return { code, out, err };
    },
    [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** The files of a chart that prints its name, version, size and namespace. */
export function chartFiles(version: string, more = '', name = 'web'): Readonly<Record<string, string>> {
  return {
    'Chart.yaml': `apiVersion: v2\nname: ${name}\nversion: ${version}\n${more}`,
    'values.yaml': 'size: 1\n',
    'templates/a.yaml': `kind: ConfigMap\napiVersion: v1\nmetadata: {name: ${name}, namespace: {{ .Release.Namespace }}}\ndata: {version: "{{ .Chart.Version }}", size: "{{ .Values.size }}"}\n`,
  };
}

/** The same chart, packed. */
export function chartArchive(version: string, name = 'web'): Uint8Array {
  const files = Object.entries(chartFiles(version, '', name));
  return packArchive(files.map(([file, data]) => ({ name: `${name}/${file}`, data })));
}

/** Files below a directory. */
export function below(directory: string, files: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(files).map(([name, content]) => [`${directory}/${name}`, content]));
}
