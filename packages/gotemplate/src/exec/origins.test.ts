// Origins: which template position and which values made each piece of output.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type OriginSegment,
  execute,
  fromJson,
  includeFunction,
  parseTemplates,
  sprigFunctions,
  tplFunction,
} from '../index.ts';
import { fixedHost } from '../testing/cases.ts';

const functions = new Map([...sprigFunctions(), ['include', includeFunction()], ['tpl', tplFunction()]] as const);

const data = {
  Values: {
    replicas: 3,
    image: { repository: 'nginx', tag: '' },
    labels: { team: 'a', tier: 'web' },
    ports: [
      { name: 'http', port: 80 },
      { name: 'admin', port: 81 },
    ],
    greeting: 'hello {{ .Values.image.repository }}',
  },
  Chart: { Name: 'shop', AppVersion: '1.27' },
};

function origins(text: string, helpers = ''): { readonly output: string; readonly origins: readonly OriginSegment[] } {
  const parsed = parseTemplates(
    [
      { name: '_helpers.tpl', text: helpers },
      { name: 'x.yaml', text },
    ],
    { functions, rootName: 'gotpl' },
  );
  if (!parsed.ok) throw parsed.error;
  const result = execute(parsed.value, 'x.yaml', fromJson(data), { host: fixedHost('UTC'), origins: {} });
  if (result.error !== undefined) throw result.error;
  return result;
}

/** The segments that carry values, as `text@source:line<paths>`. */
function shown(text: string, helpers = ''): string[] {
  const { output, origins: segments } = origins(text, helpers);
  return segments
    .filter((segment) => segment.paths.length > 0)
    .map((segment) => {
      const callers = segment.callers.map((frame) => `${frame.source}:${frame.line}>`).join('');
      const piece = output.slice(segment.start, segment.end);
      return `${piece}@${callers}${segment.source}:${segment.line} ${segment.paths.join(',')}`;
    });
}

test('segments cover the output without gaps', () => {
  const { output, origins: segments } = origins(
    'a: {{ .Values.replicas }}\n{{ include "l" . | nindent 2 }}\nb: {{ template "l" . }}',
    '{{ define "l" }}x: {{ .Chart.Name }}\ny: 1{{ end }}',
  );
  let end = 0;
  for (const segment of segments) {
    assert.equal(segment.start, end, JSON.stringify(segment));
    end = segment.end;
  }
  assert.equal(end, output.length);
});

test('a field is its path; the line is the action', () => {
  assert.deepEqual(shown('kind: x\nreplicas: {{ .Values.replicas }}\n'), ['3@x.yaml:2 Values.replicas']);
});

test('default names the value that was used', () => {
  assert.deepEqual(shown('{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}'), [
    'nginx@x.yaml:1 Values.image.repository',
    '1.27@x.yaml:1 Chart.AppVersion',
  ]);
  assert.deepEqual(
    shown('{{ printf "%s:%s" .Values.image.repository (.Values.image.tag | default .Chart.AppVersion) | quote }}'),
    ['"nginx:1.27"@x.yaml:1 Chart.AppVersion,Values.image.repository'],
  );
});

test('variables, with, range and dict keep the path', () => {
  assert.deepEqual(shown('{{ $i := .Values.image }}{{ with $i }}{{ .repository }}{{ end }}'), [
    'nginx@x.yaml:1 Values.image.repository',
  ]);
  assert.deepEqual(shown('{{ range .Values.ports }}{{ .name }}{{ end }}'), [
    'http@x.yaml:1 Values.ports.0.name',
    'admin@x.yaml:1 Values.ports.1.name',
  ]);
  assert.deepEqual(shown('{{ range $k, $v := .Values.labels }}{{ $v }}{{ end }}'), [
    'a@x.yaml:1 Values.labels.team',
    'web@x.yaml:1 Values.labels.tier',
  ]);
  assert.deepEqual(shown('{{ $d := dict "n" .Chart.Name "root" . }}{{ $d.n }}{{ $d.root.Values.replicas }}'), [
    'shop@x.yaml:1 Chart.Name',
    '3@x.yaml:1 Values.replicas',
  ]);
  assert.deepEqual(
    shown('{{ index .Values "image" "repository" }}{{ get .Chart "Name" }}{{ dig "Chart" "Name" "" . }}'),
    ['nginx@x.yaml:1 Values.image.repository', 'shop@x.yaml:1 Chart.Name', 'shop@x.yaml:1 Chart.Name'],
  );
  assert.deepEqual(shown('{{ (merge (dict) .Values.labels).team }}{{ first (list .Chart.Name) }}'), [
    'a@x.yaml:1 Values.labels.team',
    'shop@x.yaml:1 Chart.Name',
  ]);
});

test('what an include wrote keeps its own lines through nindent and trim', () => {
  const helpers = '{{ define "labels" }}\nname: {{ .Chart.Name }}\nversion: {{ .Chart.AppVersion | quote }}\n{{ end }}';
  assert.deepEqual(shown('labels:\n  {{- include "labels" . | trim | nindent 2 }}', helpers), [
    'shop@x.yaml:2>_helpers.tpl:2 Chart.Name',
    '"1.27"@x.yaml:2>_helpers.tpl:3 Chart.AppVersion',
  ]);
});

test('a list made of values carries them', () => {
  assert.deepEqual(shown('{{ list .Chart.Name .Values.replicas | toJson }}'), [
    '["shop",3]@x.yaml:1 Chart.Name,Values.replicas',
  ]);
});

test('tpl: the value that is the template and the values in it', () => {
  const segments = shown('{{ tpl .Values.greeting . }}');
  assert.deepEqual(segments, [
    'hello @x.yaml:1>gotpl:1 Values.greeting',
    'nginx@x.yaml:1>gotpl:1 Values.greeting,Values.image.repository',
  ]);
});

test('nothing is recorded unless asked for', () => {
  const parsed = parseTemplates([{ name: 'x', text: '{{ .a }}' }], { functions });
  assert.ok(parsed.ok);
  const result = execute(parsed.value, 'x', fromJson({ a: 1 }), { host: fixedHost('UTC') });
  assert.deepEqual(result.origins, []);
});
