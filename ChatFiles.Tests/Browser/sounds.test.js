import assert from 'node:assert/strict';
import test from 'node:test';
import { mostSamples } from '../../wwwroot/js/files/sounds.js';

const letters = (text) => [...text].map((letter) => letter.charCodeAt(0));
const four = (number) => [number >>> 24, (number >> 16) & 255, (number >> 8) & 255, number & 255];
const most = (...bytes) => mostSamples(Uint8Array.from(bytes.flat()));

const page = (...packets) => {
  const segments = packets.flatMap((packet) => [...Array(Math.floor(packet.length / 255)).fill(255), packet.length % 255]);
  return [...letters('OggS'), ...Array(22).fill(0), segments.length, ...segments, ...packets.flat()];
};
const element = (id, content) => [...id, 0x40 | (content.length >> 8), content.length & 255, ...content];
const block = (...content) => element([0xa3], [0x81, 0, 0, 0, ...content]);
const webm = (...blocks) => [...element([0x1a, 0x45, 0xdf, 0xa3], letters('webm')), 0x18, 0x53, 0x80, 0x67, 1, ...Array(7).fill(255), ...element([0x16, 0x54, 0xae, 0x6b], letters('OpusHead')), 0xec, 1, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0x1f, 0x43, 0xb6, 0x75, 1, ...Array(7).fill(255), ...blocks.flat()];

// 60 ms in one frame, and 48 frames of 2.5 ms.
const long = [0x18 | (3 << 3), 1, 2, 3];
const many = [0x83, 48, 0];

test('An Opus sound is as long as its packets say, in Ogg and in WebM', () => {
  const head = page(letters('OpusHead'));
  const opened = most(head);
  assert.equal(most(head, page(many, many)) - opened, 2 * 5760);
  assert.equal(most(webm(block(...many), block(...many))), 2 * 5760);
  assert.equal(most(webm(block(0x08, 1))), 960);
  assert.equal(most(head, page(long)) - opened, mostOf(long[0]));
});

const mostOf = (toc) => most(webm(block(toc, 0)));

test('Silence in very few bytes is told for what it is', () => {
  const hour = page(letters('OpusHead')).concat(...Array.from({ length: 120 }, () => page(...Array.from({ length: 250 }, () => many))));
  assert.ok(hour.length < 130_000 && most(hour) > 30_000 * 5_700);
});

test('An MP4 says in its tables how many packets it has, also in fragments', () => {
  const begin = [...four(16), ...letters('ftypM4A isom')];
  assert.equal(most(begin, four(20), letters('stsz'), four(0), four(0), four(500)), 500 * 2048);
  assert.equal(most(begin, four(20), letters('trun'), four(1), four(30)), 30 * 2048);
  assert.equal(most(begin), null);
  assert.equal(most(begin, letters('fLaC'), four(20), letters('stsz'), four(0), four(0), four(5)), null);
});

test('An MP3 or WAV holds no more than its bytes can', () => {
  assert.equal(most(letters('RIFF....WAVEfmt ....'), [1, 0], Array(10).fill(0)), 32);
  assert.equal(most(letters('RIFF....WAVEfmt ....'), [0xff, 0], Array(10).fill(0)), null);
  assert.equal(most([0xff, 0xfb], Array(98).fill(0)), 100 * 24);
});

test('AAC says of each frame how long it is, and a tag in front says nothing of what follows', () => {
  const frame = [0xff, 0xf1, 0x50, 0x80, 0x01, 0x1f, 0xfc, 0];
  assert.equal(most(frame, frame), 2 * 2048);
  assert.equal(most(frame, [0]), null);
  const tag = [...letters('ID3'), 4, 0, 0, 0, 0, 0, 2, 7, 7];
  assert.equal(most(tag, frame, frame), 2 * 2048);
  assert.equal(most(tag, [0xff, 0xfb], Array(98).fill(0)), 100 * 24);
  assert.equal(most(tag, letters('fLaC'), Array(100).fill(0)), null);
});

test('What is damaged, cut off or of another kind is not told', () => {
  assert.equal(most(letters('fLaC'), Array(100).fill(0)), null);
  assert.equal(most(page(letters('OpusHead')), letters('and something else')), null);
  assert.equal(most(page(letters('FLAC'))), null);
  assert.equal(most(webm(block(...many)).slice(0, -1)), null);
  assert.equal(most([1]), null);
  for (let seed = 1; seed < 300; seed++) {
    const noise = Array.from({ length: 200 }, (_, i) => (seed * (i + 7) * 2_654_435_761) >>> 24);
    for (const begin of [letters('OggS'), [0x1a, 0x45, 0xdf, 0xa3], [...four(8), ...letters('ftyp')]]) most(begin, noise);
  }
});
