import assert from 'node:assert/strict';
import test from 'node:test';
import { runsOf } from '../../wwwroot/js/files/ansi.js';

const ESC = '\u001b';
/** red:word for a word in red */
const looks = (text) => runsOf(text).map(({ text: part, classes }) => `${classes.map((name) => name.replace('ansi-', '')).join('+')}:${part}`);
const seen = (text) => runsOf(text).map((run) => run.text).join('');

test('Colours and weights last until they are changed', () => {
  assert.deepEqual(looks(`a${ESC}[31mb${ESC}[1mc${ESC}[22;39md${ESC}[0me`), [':a', 'red:b', 'red+bold:c', ':d', ':e']);
  assert.deepEqual(looks(`${ESC}[92;44;3;4;9ma${ESC}[49;23;24;29mb${ESC}[mc`), ['green+on-blue+italic+underlined+struck:a', 'green:b', ':c']);
  assert.deepEqual(looks(`${ESC}[31;7ma${ESC}[27mb${ESC}[0;7mc`), ['on-red:a', 'red:b', 'inverse:c']);
});

test('Of finer colours the nearest is shown', () => {
  assert.deepEqual(
    looks([[38, 5, 9], [38, 5, 21], [38, 5, 240], [38, 5, 250], [38, 2, 250, 20, 20], [48, 2, 250, 240, 20], [38, 2, 10, 10, 10]].map((codes, i) => `${ESC}[0;${codes.join(';')}m${i}`).join('')),
    ['red:0', 'blue:1', 'black:2', 'white:3', 'red:4', 'on-yellow:5', 'black:6'],
  );
  assert.deepEqual(looks(`${ESC}[38:2:250:20:20;1ma`), ['red+bold:a']);
});

test('Codes that nobody knows change nothing, also where they are cut off or out of range', () => {
  for (const odd of ['[99999m', '[38;5;999m', '[38;5m', '[38m', '[;;;m', '[?25m', '[m'])
    assert.deepEqual(looks(`a${ESC}${odd}b`).map((look) => look.split(':')[0]), ['', ''], odd);
});

test('What moves, erases, names a window or links is left out, with all that belongs to it', () => {
  for (const sequence of ['[2J', '[10;20H', '[?1049h', '[K', '[38;5;1;', ']0;title\u0007', `]8;;https://example.com${ESC}\\`, 'P1$r0m\u001b\\', '(B', '7', 'c', ''])
    assert.equal(seen(`left ${ESC}${sequence}\nright`).replace('\n', ''), 'left right', JSON.stringify(sequence));
});

test('A string to the terminal that never ends takes its line and no more', () => {
  assert.equal(seen(`${ESC}]0;title\nthe rest`), '\nthe rest');
});

test('Line ends of all systems and form feeds begin lines; what can’t be seen and the DOS end mark are gone', () => {
  assert.equal(seen('a\r\nb\rc\nd\fe\tf\u0000\u0008g\u001a'), 'a\nb\nc\nd\ne\tfg');
});

test('Markup is text like any other', () => {
  assert.deepEqual(looks(`${ESC}[31m<img src=x onerror=alert(1)>${ESC}[0m&amp;`), ['red:<img src=x onerror=alert(1)>', ':&amp;']);
});

test('Very many sequences are read in no time', () => {
  const begun = performance.now();
  for (const odd of [`${ESC}[`, `${ESC}]`, `${ESC}[1;`, `${ESC}P`, ESC, `${ESC}[31m`]) runsOf(odd.repeat(50_000));
  assert.ok(performance.now() - begun < 5_000);
});
