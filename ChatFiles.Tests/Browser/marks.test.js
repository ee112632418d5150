import assert from 'node:assert/strict';
import test from 'node:test';
import './Stage/page.js';
import { write, written } from './Stage/elements.js';

const { isInCode, isInCodeBlock, looksLikeCode, takeMarkKey, takePastedCode } = await import('../../wwwroot/js/writing/marks.js');

const press = (marked, key, more = { ctrlKey: true }) => {
  const text = write(marked);
  const isTaken = takeMarkKey(Object.assign(new Event('keydown'), { key, ...more }), text);
  return isTaken ? written(text) : null;
};

const paste = (marked, clipboard) => {
  const text = write(marked);
  const clipboardData = { getData: (type) => clipboard[type] ?? '' };
  return takePastedCode(Object.assign(new Event('paste'), { clipboardData }), text) ? written(text) : null;
};

test('Ctrl+B and Ctrl+I put what is selected between marks, and take them away again', () => {
  assert.equal(press('one |two| three', 'b'), 'one **|two|** three');
  assert.equal(press('one **|two|** three', 'b'), 'one |two| three');
  assert.equal(press('one |two| three', 'i'), 'one *|two|* three');
  assert.equal(press('one *|two|* three', 'i'), 'one |two| three');
  assert.equal(press('one |two| three', 'B', { metaKey: true }), 'one **|two|** three');
});

test('The marks of bold are not those of italics', () => {
  assert.equal(press('**|two|**', 'i'), '***|two|***');
  assert.equal(press('***|two|***', 'i'), '**|two|**');
  assert.equal(press('***|two|***', 'b'), '*|two|*');
});

test('Where nothing is selected, what is written next is between the marks', () => {
  assert.equal(press('one |', 'b'), 'one **|**');
  assert.equal(press('one **|**', 'b'), 'one |');
  assert.equal(press('one *|*', 'i'), 'one |');
});

test('Spaces at the edges stay outside: marks beside them mean nothing', () => {
  assert.equal(press('one| two |three', 'b'), 'one **|two|** three');
});

test('On a Mac it is ⌘: there Ctrl+B moves the caret', () => {
  Object.assign(navigator, { platform: 'MacIntel' });
  assert.equal(press('|two|', 'b'), null);
  assert.equal(press('|two|', 'b', { metaKey: true }), '**|two|**');
  Object.assign(navigator, { platform: '' });
});

test('Other keys are none of these', () => {
  for (const [key, more] of [['b', {}], ['b', { ctrlKey: true, shiftKey: true }], ['b', { ctrlKey: true, altKey: true }], ['c', { ctrlKey: true }]]) assert.equal(press('|two|', key, more), null);
});

test('Whether a code block is open', () => {
  assert.equal(isInCodeBlock('```', 3), true);
  assert.equal(isInCodeBlock('text\n```js\nlet a;\n', 16), true);
  assert.equal(isInCodeBlock('```js\nlet a;\n```', 16), false);
  assert.equal(isInCodeBlock('````\n```\n', 9), true);
  assert.equal(isInCodeBlock('```three words here\n', 20), false);
  assert.equal(isInCodeBlock('a ``` b\n', 8), false);
  assert.equal(isInCode('see `@', 6), true);
  assert.equal(isInCode('see `a` @', 9), false);
});

test('Code from an editor is pasted as a code block of its language', () => {
  const editor = { 'text/plain': 'if (a)\r\n  b();\r\n', 'vscode-editor-data': '{"version":1,"mode":"javascript"}' };
  assert.equal(paste('|', editor), '```javascript\nif (a)\n  b();\n```\n|');
  assert.equal(paste('see|', editor), 'see\n```javascript\nif (a)\n  b();\n```\n|');
  assert.equal(paste('|', { ...editor, 'vscode-editor-data': '{"mode":"plaintext"}' }), null);
  assert.equal(paste('|', { ...editor, 'vscode-editor-data': 'what?' }), '```\nif (a)\n  b();\n```\n|');
  assert.equal(paste('|', { 'text/plain': 'Hello\nyou', 'text/html': '<html><head><meta></head><body><!--StartFragment--><pre style="x">Hello\nyou</pre>' }), '```\nHello\nyou\n```\n|');
});

test('A block that has no room is none: what stands behind it stays', () => {
  const text = Object.assign(write('see| you'), { maxLength: 40 });
  const clipboardData = { getData: (type) => (type === 'text/plain' ? 'if (a) {\n  b();\n}' : '') };
  const event = Object.assign(new Event('paste', { cancelable: true }), { clipboardData });
  assert.equal(takePastedCode(event, text), true);
  assert.equal(written(text), 'see\n```\nif (a) {\n  b();\n}\n```\n| you');
  const short = Object.assign(write('see| you'), { maxLength: 30 });
  assert.equal(takePastedCode(event, short), false);
  assert.equal(written(short), 'see| you');
});

test('A line of code, what is in code already and Markdown are pasted as they are', () => {
  assert.equal(paste('|', { 'text/plain': 'let a = 1;', 'vscode-editor-data': '{"mode":"javascript"}' }), null);
  assert.equal(paste('```\n|', { 'text/plain': 'a {\n}' }), null);
  assert.equal(paste('|', { 'text/plain': '```\na {\n}\n```' }), null);
});

test('What looks like code is taken for it, and what people write to each other is not', () => {
  for (const code of ['function a() {\n  return 1;\n}', 'def a(b):\n    return b\n', '<div>\n  <b>x</b>\n</div>', '{\n  "a": 1\n}', 'import java.util.List;\nimport java.util.Map;', 'def f(x):\n    y = x + 1\n    z = y * 2\n    return z', 'const a = 1;\nlet b;', '#!/bin/bash\n# say hello\necho hello'])
    assert.equal(looksLikeCode(code), true, code);
  for (const text of ['Hello,\nhow are you?\nAnn', '- one\n- two', 'for example:\nfrom Berlin\nif you like', '1. a\n2. b', 'one line;', 'Milk;\nEggs;', '  - Milk (2 l)\n  - Eggs (6)', 'if it rains: no\nelse: yes', 'for me: tea\nfor Ann: (nothing)', '> quoted\nanswer', 'Dear all,\n\n  please note (again) the times:\n\nMonday 9:00\nTuesday 10:00'])
    assert.equal(looksLikeCode(text), false, text);
});
