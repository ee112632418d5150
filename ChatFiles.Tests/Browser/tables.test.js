import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { isFigure, separatorOf, tableOf } from '../../wwwroot/js/files/tables.js';

const read = (text, options = {}) => tableOf(text, { maxRows: 100, ...options });

test('The separator is the one that parts the rows alike', () => {
  for (const [separator, text] of [
    [',', 'name,price\nbolt,3\nnut,4\n'],
    [';', 'Name;Preis\nMutter;3,50\nSchraube;4,20\n'],
    ['\t', 'name\tnote\nbolt\tlong, thin; grey\nnut\tround\n'],
    ['|', 'a|b|c\n1|2|3\n'],
    [';', '"a,b,c";d\n"e,f,g";h\n'],
    [',', 'just words\n'],
    [';', 'title\na;b\nc;d\ne;f\n'],
  ])
    assert.equal(separatorOf(text), separator, text);
});

test('Rows, a header above them, quotes with separators, quotes and line ends within', () => {
  assert.deepEqual(read('name,note\r\nbolt,"long, ""thin""\nand grey"\r\n\r\nnut,\r\n'), {
    header: ['name', 'note'],
    rows: [['bolt', 'long, "thin"\nand grey'], ['nut', '']],
    columns: 2,
    isWhole: true,
  });
});

test('A first row with numbers in it is no header', () => {
  assert.equal(read('bolt,3\nnut,4\n').header, null);
  assert.equal(read('bolt,"1.234,50 €"\nnut,4\n').rows.length, 2);
  assert.equal(read('only,one\n').header, null);
});

test('Rows of other lengths keep their values, and the widest says how many columns there are', () => {
  const table = read('a,b\nc,d,e\nf\n');
  assert.deepEqual([table.columns, table.rows], [3, [['c', 'd', 'e'], ['f']]]);
});

test('Of more rows than are asked for there are so many, and it says so', () => {
  const text = `name,price\n${'bolt,3\n'.repeat(50)}`;
  const table = read(text, { maxRows: 10 });
  assert.deepEqual([table.header, table.rows.length, table.isWhole], [['name', 'price'], 10, false]);
  assert.equal(read(text, { maxRows: 50 }).isWhole, true);
});

test('A row that was cut off with the text is none', () => {
  const table = read('name,price\nbolt,3\nnu', { isCut: true });
  assert.deepEqual([table.rows, table.isWhole], [[['bolt', '3']], false]);
});

test('A quote that never ends is shown for what it is', () => {
  assert.deepEqual(read('a,b\nc,"d\ne,f\n').rows, [['c', 'd\ne,f\n']]);
  assert.deepEqual(read('a,b\n"c"d,e\n').rows, [['cd', 'e']]);
  assert.equal(read('"').columns, 0);
  assert.equal(read('').columns, 0);
});

test('The line in which Excel names the separator is no row', () => {
  assert.deepEqual(read('sep=|\na|b\nc|d\n').header, ['a', 'b']);
});

test('What programs of other countries write is a table too', () => {
  const decoded = (name, encoding) => new TextDecoder(encoding).decode(readFileSync(new URL(`../Examples/Files/${name}`, import.meta.url)));
  assert.equal(read(decoded('cp1251.csv', 'windows-1251')).columns, 2);
  assert.ok(read(decoded('gbk.csv', 'gbk')).columns > 1);
  assert.ok(read(decoded('utf16be.csv', 'utf-16be')).columns > 1);
});

test('Figures are what counts, in the ways that people write it', () => {
  assert.deepEqual(['12', '-3.50', '1 234,50 €', '$5', '40 %', '', 'a1', '2026-01-05', '-'].map(isFigure), [true, true, true, true, true, false, false, false, false]);
});

test('A large text without an end of anything is read in no time', () => {
  const begun = performance.now();
  for (const text of ['"', ',', '"a', 'a', '"",', '\n', '"a"b,']) read(text.repeat(100_000));
  assert.ok(performance.now() - begun < 5_000);
});
