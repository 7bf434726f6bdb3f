// What a simulated container answers to a command: what its pod's annotation says, or the few commands that need no files.
//
//   sandbox.evenkeel.dev/exec: |
//     - command: cat /etc/release      # or /regular expression/
//       output: "v7\n"
//       errors: ""
//       exit: 0

import { type KubeObject, parseYaml } from '@evenkeel/resource';
import { bagsOf } from '../defaulting/drafts.ts';
import { type Bag, type Draft, bagAt, isBag, scalarText } from '../store/draft.ts';

export const execAnnotation = 'sandbox.evenkeel.dev/exec';

/** What a command prints, and how it ends. */
export interface CommandAnswer {
  readonly output: string;
  readonly errors: string;
  readonly exit: number;
}

/** The answer to a command in a container, or why there is none. */
export function answerCommand(pod: KubeObject, container: string, command: readonly string[]): CommandAnswer | string {
  const script = readScript(pod);
  if (typeof script === 'string') return script;
  const text = command.join(' ');
  const scripted = script.find((each) => matches(each, text));
  if (scripted !== undefined) {
    return {
      output: scalarText(scripted['output'] ?? ''),
      errors: scalarText(scripted['errors'] ?? ''),
      exit: Number(scalarText(scripted['exit'] ?? 0)),
    };
  }
  const [program = '', flag, line] = command;
  const isShell = /^(\/bin\/)?(ba|a|da)?sh$/.test(program) && /^-\w*c$/.test(flag ?? '') && line !== undefined;
  const known = isShell ? runLine(line, pod, container) : runWords(command, pod, container);
  if (known !== undefined) return known;
  return `the sandbox cluster runs no containers: ${JSON.stringify(text)} has no answer in the annotation ${execAnnotation} of pod ${pod.metadata.name ?? ''}`;
}

function readScript(pod: KubeObject): readonly Bag[] | string {
  const text = pod.metadata.annotations?.[execAnnotation];
  if (text === undefined) return [];
  try {
    const value = parseYaml(text, { dialect: 'sigs' });
    if (Array.isArray(value) && value.every((each) => isBag(each) && typeof (each as Bag)['command'] === 'string'))
      return value as unknown as readonly Bag[];
  } catch {
    // Told below, as everything else that is no list of answers.
  }
  return `the annotation ${execAnnotation} of pod ${pod.metadata.name ?? ''} is no list of answers with a command each`;
}

function matches(rule: Bag, text: string): boolean {
  const wanted = scalarText(rule['command']);
  const pattern = /^\/(.*)\/$/s.exec(wanted)?.[1];
  if (pattern === undefined) return wanted === text;
  try {
    return new RegExp(pattern).test(text);
  } catch {
    return false;
  }
}

// "a && b; c": commands that all are known; quotes keep words together.
function runLine(line: string, pod: KubeObject, container: string): CommandAnswer | undefined {
  if (/[|<>`$(){}*?&\\]/.test(line.replaceAll('&&', ''))) return undefined;
  let [output, errors, exit] = ['', '', 0];
  for (const part of line.split(/(&&|;)/)) {
    if (part === ';') exit = 0;
    if (part === '&&' || part === ';' || part.trim() === '') continue;
    if (exit !== 0) continue;
    const words = [...part.trim().matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
      (found) => found[1] ?? found[2] ?? found[3] ?? '',
    );
    const answer = runWords(words, pod, container);
    if (answer === undefined) return undefined;
    output += answer.output;
    errors += answer.errors;
    ({ exit } = answer);
    if (words[0] === 'exit') break;
  }
  return { output, errors, exit };
}

function runWords(words: readonly string[], pod: KubeObject, container: string): CommandAnswer | undefined {
  const [program = '', ...rest] = words;
  const says = (output: string, exit = 0): CommandAnswer => ({ output, errors: '', exit });
  switch (program.replace(/^(\/usr)?\/bin\//, '')) {
    case 'echo':
      return rest[0] === '-n' ? says(rest.slice(1).join(' ')) : says(`${rest.join(' ')}\n`);
    case 'true':
      return says('');
    case 'false':
      return says('', 1);
    case 'exit':
      return says('', Number(rest[0] ?? '0') || 0);
    case 'hostname':
      return rest.length === 0 ? says(`${pod.metadata.name ?? ''}\n`) : undefined;
    case 'env':
    case 'printenv':
      return printEnvironment(rest, pod, container);
    default:
      return undefined;
  }
}

// What the pod says in so many words; references to other objects are not followed.
function printEnvironment(names: readonly string[], pod: KubeObject, container: string): CommandAnswer {
  const spec = bagAt(pod as unknown as Draft, 'spec');
  const own = bagsOf(spec?.['containers']).find((each) => each['name'] === container);
  const values = new Map([['HOSTNAME', pod.metadata.name ?? '']]);
  for (const each of bagsOf(own?.['env'])) {
    if (typeof each['value'] === 'string') values.set(scalarText(each['name']), each['value']);
  }
  if (names.length === 0)
    return { output: [...values].map(([name, value]) => `${name}=${value}\n`).join(''), errors: '', exit: 0 };
  const found = names.flatMap((name) => values.get(name) ?? []);
  return {
    output: found.map((value) => `${value}\n`).join(''),
    errors: '',
    exit: found.length === names.length ? 0 : 1,
  };
}
