// Whatever a chart or an argument holds, the outcome is output or an error in words; nothing is thrown, nothing hangs.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { memoryTree } from '@evenkeel/std';
import fc from 'fast-check';

import { BadPattern, matchFilePattern } from './chart/file-pattern.ts';
import { JsonPrefixError } from './values/json-prefix.ts';
import { runesOf } from './go-text.ts';
import { SetError, parseSetExpression } from './values/strvals.ts';
import { Table } from './values/table.ts';
import { compileGlob } from './render/glob.ts';
import { renderChart } from './render/render-chart.ts';
import { splitManifests } from './render/split-manifests.ts';

/** `npm run fuzz` runs everything many times over, with seeds of its own. */
const fuzzFactor = Number(process.env['FUZZ_FACTOR'] ?? 1);
const runs = fuzzFactor === 1 ? { numRuns: 300, seed: 42 } : { numRuns: 300 * fuzzFactor };
const kinds = ['set', 'set-string', 'set-json', 'set-literal'] as const;
const setText = fc.string({ unit: fc.constantFrom(...runesOf('ab.=,[]{}01-\\ "nulltrue')), maxLength: 24 });

test('--set expressions parse or are refused', () => {
  fc.assert(
    fc.property(setText, fc.constantFrom(...kinds), fc.constantFrom(3 as const, 4 as const), (text, kind, version) => {
      try {
        parseSetExpression(text, new Table(), { kind, version });
      } catch (error) {
        assert.ok(error instanceof SetError || error instanceof JsonPrefixError, String(error));
      }
    }),
    runs,
  );
});

test('file patterns and globs match or are refused', () => {
  const pattern = fc.string({ unit: fc.constantFrom(...runesOf('ab*?[]!^-{},\\/.')), maxLength: 20 });
  const name = fc.string({ unit: fc.constantFrom(...runesOf('ab/.-')), maxLength: 20 });
  fc.assert(
    fc.property(pattern, name, (text, path) => {
      compileGlob(text)(path);
      try {
        matchFilePattern(text, path);
      } catch (error) {
        assert.ok(error instanceof BadPattern);
      }
    }),
    runs,
  );
});

test('documents of a file never overlap, and stand where their offset says', () => {
  const text = fc.string({ unit: fc.constantFrom('---', '\n', ' ', 'a: 1', '\t', '--', '# c', '\r'), maxLength: 20 });
  fc.assert(
    fc.property(text, fc.constantFrom(3 as const, 4 as const), (file, version) => {
      let end = 0;
      for (const { text: document, offset } of splitManifests(file, version)) {
        assert.ok(offset >= end);
        assert.equal(file.slice(offset, offset + document.length), document);
        end = offset + document.length;
      }
    }),
    runs,
  );
});

test('a chart of any content renders or has problems', () => {
  const piece = fc.constantFrom(
    '{{',
    '}}',
    ' .Values.a ',
    '{{ range .Values }}',
    '{{ end }}',
    '\n',
    '---\n',
    'kind: A\n',
    ': ',
    '[',
    '"',
    '  ',
    'toYaml .',
    '| nindent 2',
    '{{- include "x" . -}}',
    '{{ define "x" }}',
    '&a',
    '*a',
    '<<: ',
  );
  const content = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
  fc.assert(
    fc.property(content, content, content, content, (template, values, chart, schema) => {
      const files = {
        'Chart.yaml': `apiVersion: v2\nname: c\nversion: 1.0.0\n${chart.startsWith('kind') ? chart : ''}`,
        'values.yaml': values,
        'templates/a.yaml': template,
        'values.schema.json': schema.startsWith('[') ? schema : '{}',
      };
      const { problems, objects } = renderChart(memoryTree(files), '', {
        releaseName: 'r',
        namespace: 'n',
        origins: true,
      });
      assert.ok(problems.length > 0 || objects.length >= 0);
    }),
    runs,
  );
});
