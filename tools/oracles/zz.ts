import { readFileSync } from 'node:fs';
import { helmTemplate } from '@evenkeel/helm';
import { diskHost } from './helm.ts';
const out = JSON.parse(readFileSync(process.argv[2] ?? '/tmp/helm-x/stress-out.json', 'utf8'));
let ok = 0,
  bad = 0;
const errs = new Map<string, number>();
const log = (s: string) => s.replaceAll(/^(?:\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d |time=\S+ |\w+\.go:\d+: )+/gm, '');
const sorted = (s: string) => s.split('\n').sort().join('\n');
for (const [c, v, h, code, so, se] of out) {
  const r = helmTemplate(
    v,
    diskHost(c.startsWith('.') ? '/tmp/helm-x/fz' : '/work/shared/corpus/' + c),
    h === 'helm' ? 4 : 3,
  );
  const se2 = log(se);
  const same = r.stdout === so && r.exitCode === code && (r.stderr === se2 || sorted(r.stderr) === sorted(se2));
  if (same) {
    ok++;
    continue;
  }
  bad++;
  if (bad > 25) continue;
  const a = r.stdout.split('\n'),
    b = so.split('\n');
  const i = b.findIndex((l: string, k: number) => l !== a[k]);
  console.log('---', c, h, v.join(' ').slice(0, 60), code, r.exitCode);
  if (r.stdout !== so) console.log('  out line', i, '\n  want', b.slice(i, i + 2), '\n  got ', a.slice(i, i + 2));
  if (r.stderr !== se2) console.log('  WANT', se2.slice(0, 500), '\n  GOT ', r.stderr.slice(0, 500));
}
console.log({ ok, bad });
