// Every case of testdata: our output against what the original printed. The oracle records and checks the wanted texts.

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { build } from './build.ts';
import { optionsOfCase, parseCase, treeOfCase } from './testing/case-file.ts';
import { runEdits } from './testing/run-edits.ts';

const testdata = join(import.meta.dirname, '..', 'testdata');

for (const path of globSync('**/*.txtar', { cwd: testdata }).sort()) {
  test(path.replace(/\.txtar$/, ''), () => {
    const file = parseCase(readFileSync(join(testdata, path), 'utf8'));
    if (file.edits.length > 0) {
      const edited = runEdits(file);
      assert.equal(edited.error, file.ourWords ?? file.wantError ?? '', file.title);
      assert.equal(edited.error === '' ? edited.text : '', file.want ?? '', file.title);
      assert.equal(edited.warnings, file.wantWarnings, file.title);
      return;
    }
    const result = build(treeOfCase(file), file.root, optionsOfCase(file));
    const messages = result.problems.map((problem) => `${problem.message.trimEnd()}\n`).join('');
    assert.equal(messages, file.ourWords ?? file.wantError ?? '', file.title);
    assert.equal(result.yaml(), file.want ?? '', file.title);
    assert.equal(result.warnings.map((warning) => `${warning}\n`).join(''), file.wantWarnings, file.title);
  });
}
