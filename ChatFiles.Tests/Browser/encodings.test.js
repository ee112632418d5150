import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { decodeText, ENCODINGS, guessEncoding } from '../../wwwroot/js/files/encodings.js';

const file = (name) => new Uint8Array(readFileSync(new URL(`../Examples/Files/${name}`, import.meta.url)));
const ascii = (text) => [...text].map((letter) => letter.charCodeAt(0));
const guessed = (bytes) => {
  const encoding = guessEncoding(bytes);
  return [encoding, decodeText(bytes, encoding)];
};

/** As a program of that country writes it. */
function encoded(text, encoding) {
  const bytes = new Map();
  for (let byte = 0; byte < 256; byte++) bytes.set(new TextDecoder(encoding).decode(Uint8Array.of(byte)), byte);
  return Uint8Array.from(text, (letter) => bytes.get(letter) ?? assert.fail(`${letter} is not in ${encoding}`));
}

test('Texts as programs have written them are read as they were written', () => {
  for (const [name, encoding, words] of [
    ['cp1252.txt', 'windows-1252', 'Grüße aus Köln'],
    ['cp1251.csv', 'windows-1251', 'ягоды;цена'],
    ['cp1251b.txt', 'windows-1251', 'явка'],
    ['cp1251c.txt', 'windows-1251', ''],
    ['sjis.txt', 'shift_jis', ''],
    ['gbk.csv', 'gbk', ''],
    ['excel-unicode.txt', 'utf-16le', '\t'],
    ['powershell-redirect.log', 'utf-16le', ''],
    ['bitlocker.txt', 'utf-16le', ''],
    ['utf16be.csv', 'utf-16be', ''],
  ]) {
    const [took, text] = guessed(file(name));
    assert.equal(took, encoding, `${name}: ${text.slice(0, 60)}`);
    assert.ok(text.includes(words), `${name}: ${text}`);
    assert.ok(!/[\ufffd\ufeff]/.test(text), `${name}: ${text}`);
  }
});

test('Each code page is told by the words of its languages', () => {
  for (const [encoding, text] of [
    ['windows-1252', 'Die Größe der Fläche; übrig: 3 m²'],
    ['windows-1252', 'L´été dernier, à Besançon, le garçon a mangé du pâté très frais'],
    ['windows-1252', '¿Dónde está el niño? «Mañana»'],
    ['windows-1252', 'Não há informações sobre a situação'],
    ['windows-1252', 'Rødgrød med fløde på, sagde han æ'],
    ['windows-1252', 'Price: £5 ± 10 %, 20 °C'],
    ['windows-1250', 'Zażółć gęślą jaźń, książka, łódź'],
    ['windows-1250', 'Příliš žluťoučký kůň úpěl ďábelské ódy'],
    ['windows-1250', 'Árvíztűrő tükörfúrógép'],
    ['windows-1250', 'Dźwięk; Cena; Ilość'],
    ['windows-1251', 'Отчёт за 2026 год: ВСЕГО 3 шт.'],
    ['windows-1251', 'ЦЕНА ТОВАРА'],
    ['windows-1251', 'Київ, їжак, ґанок'],
  ])
    assert.deepEqual(guessed(encoded(text, encoding)), [encoding, text]);
});

test('UTF-8 is UTF-8 without a mark, with one, cut within a letter, and with a broken line in it', () => {
  const text = 'größe 日本語 😀';
  const bytes = new TextEncoder().encode(text);
  assert.deepEqual(guessed(bytes), ['utf-8', text]);
  assert.deepEqual(guessed(Uint8Array.of(0xef, 0xbb, 0xbf, ...bytes)), ['utf-8', text]);
  assert.deepEqual(guessed(bytes.subarray(0, -2)), ['utf-8', text.slice(0, -2)]);
  assert.equal(guessEncoding(Uint8Array.of(...bytes, 0x0a, 0xfc, 0x0a)), 'utf-8');
  assert.deepEqual(guessed(Uint8Array.from(ascii('plain\n'))), ['utf-8', 'plain\n']);
});

test('A beginning that ends within a letter of two bytes is still told', () => {
  for (const name of ['sjis.txt', 'gbk.csv']) {
    const bytes = file(name);
    const last = bytes.findLastIndex((byte) => byte >= 0x80);
    for (const end of [last, last + 1]) assert.equal(guessEncoding(bytes.subarray(0, end)), guessEncoding(bytes), `${name} up to ${end}`);
  }
});

test('Whatever the bytes are, it is one that a reader can choose too', () => {
  const known = ENCODINGS.map(([encoding]) => encoding);
  for (let first = 0; first < 256; first++) {
    const bytes = Uint8Array.from({ length: 300 }, (_, i) => (first * 31 + i * (first | 1)) % 256);
    assert.ok(known.includes(guessEncoding(bytes)));
  }
  assert.equal(guessEncoding(new Uint8Array()), 'utf-8');
});
