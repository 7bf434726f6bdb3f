// The commit of code that a dry commit says it comes from, in trailers of its message.
// Pure. Mirrors argoproj/argo-cd:util/git/client.go GetReferences and git:trailer.c (2.39).

/** One commit that another one refers to. */
export interface CommitReference {
  readonly author?: string;
  readonly date?: string;
  readonly subject?: string;
  readonly body?: string;
  readonly sha?: string;
  readonly repoUrl?: string;
}

type Writable = { -readonly [Field in keyof CommitReference]: CommitReference[Field] };

/** Reads `Argocd-reference-commit-*` lines; `rest` is the text without those that are valid. */
export function readReferences(text: string): {
  readonly reference: CommitReference | undefined;
  readonly rest: string;
} {
  const found: Writable = {};
  let rest = '';
  const lines = text.split('\n').map((line) => line.replace(/\r$/, ''));
  if (lines.at(-1) === '') lines.pop();
  for (const line of lines) if (!readLine(line, found)) rest += `${line}\n`;
  return { reference: Object.keys(found).length > 0 ? found : undefined, rest };
}

/** The trailers at the end of a message, unfolded, one a line. */
export function trailersOf(message: string): string {
  const paragraphs = message.trimEnd().split(/\n[ \t]*\n/);
  const last = paragraphs.length > 1 ? (paragraphs.at(-1) ?? '') : '';
  const trailers: string[] = [];
  let [others, isKnown] = [0, false];
  for (const line of last.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    if (/^\s/.test(line) && (trailers.length > 0 || others > 0)) {
      const before = trailers.pop();
      if (before !== undefined) trailers.push(`${before} ${line.trim()}`);
      continue;
    }
    const [, key, value = ''] = /^([A-Za-z0-9-]+)[ \t]*:\s*(.*)$/.exec(line) ?? [];
    isKnown ||= /^(Signed-off-by: |\(cherry picked from commit )/.test(line);
    if (key !== undefined) trailers.push(`${key}: ${value.trimEnd()}`);
    else if (!line.startsWith('(cherry picked from commit ')) others += 1;
  }
  const isBlock = others === 0 || (isKnown && trailers.length * 3 >= others);
  return isBlock ? trailers.map((line) => `${line}\n`).join('') : '';
}

const prefix = 'Argocd-reference-commit-';

function readLine(line: string, found: Writable): boolean {
  const colon = line.indexOf(': ');
  if (!line.startsWith(prefix) || colon < 0) return false;
  const value = line.slice(colon + 2);
  const field = line.slice(prefix.length, colon);
  const read = readers[field]?.(value);
  if (read === undefined) return false;
  Object.assign(found, read);
  return true;
}

/** What a value is read as; undefined where it is not valid, and the line stays in the message. */
const readers: Readonly<Record<string, (value: string) => CommitReference | undefined>> = {
  repourl: (repoUrl) => (/[\u0000-\u001f\u007f]|%(?![0-9a-f]{2})/i.test(repoUrl) ? undefined : { repoUrl }), // eslint-disable-line no-control-regex -- control characters are refused.
  author: (value) => {
    const author = readAddress(value);
    return author === undefined ? undefined : { author };
  },
  date: (value) => {
    const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:[.,]\d+)?(Z|[+-]\d\d:\d\d)$/.exec(value);
    if (!match || Number.isNaN(Date.parse(value.replace(',', '.')))) return undefined;
    const [, moment = '', zone = ''] = match;
    return { date: moment + (/^[+-]00:00$/.test(zone) ? 'Z' : zone) };
  },
  subject: (subject) => ({ subject }),
  body: (value) => {
    try {
      const body: unknown = JSON.parse(value);
      return body === null ? { body: '' } : typeof body === 'string' ? { body } : undefined;
    } catch {
      return undefined;
    }
  },
  sha: (sha) => (/^[0-9a-f]{5,40}$/.test(sha) ? { sha } : undefined),
};

/** An address of RFC 5322 as Go's net/mail writes it again: `"Ada Keeper" <ada@example.com>`. */
function readAddress(text: string): string | undefined {
  const match = /^\s*(?:("(?:[^"\\]|\\.)*"|[^"<>,;:\\()[\]]*?)\s*<([^<>\s]+)>|([^<>\s,;:"()]+))\s*$/.exec(text);
  const address = match?.[2] ?? match?.[3] ?? '';
  if (!/^[^@\s]+@[^@\s]+$/.test(address)) return undefined;
  const said = match?.[1] ?? '';
  const name = said.startsWith('"') ? said.slice(1, -1).replace(/\\(.)/g, '$1') : said.replace(/\s+/g, ' ').trim();
  if (name === '') return `<${address}>`;
  if (/^[\t\u0020-\u007e]*$/.test(name)) return `"${name.replace(/[\\"]/g, String.raw`\$&`)}" <${address}>`;
  return `${encodeWords(name)} <${address}>`;
}

/** What Go's mime.QEncoding makes of a name, at most 75 characters a word. */
function encodeWords(name: string): string {
  const words: string[] = [];
  let word = '';
  for (const character of name) {
    const encoded = [...new TextEncoder().encode(character)].map(encodeByte).join('');
    if (word.length + encoded.length > 75 - '=?utf-8?q??='.length) {
      words.push(word);
      word = '';
    }
    word += encoded;
  }
  words.push(word);
  return words.map((each) => `=?utf-8?q?${each}?=`).join(' ');
}

function encodeByte(byte: number): string {
  if (byte === 0x20) return '_';
  const isPlain = byte >= 0x21 && byte <= 0x7e && byte !== 0x3d && byte !== 0x3f && byte !== 0x5f;
  return isPlain ? String.fromCharCode(byte) : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}
