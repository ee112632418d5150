import assert from 'node:assert/strict';
import test from 'node:test';
import { peaksOf, readableLength } from '../../wwwroot/js/files/waveform.js';

test('Each part of a sound is as loud as its loudest moment, and the loudest of all is 1', () => {
  assert.deepEqual(peaksOf(Float32Array.from([0, 0.25, -0.5, 0, 0.125, 0]), 3), [0.5, 1, 0.25]);
  assert.deepEqual(peaksOf(new Float32Array(8), 2), [0, 0]);
  assert.deepEqual(peaksOf(new Float32Array(), 2), [0, 0]);
  assert.deepEqual(peaksOf(Float32Array.from([0.5]), 2), [0, 1]);
});

test('Lengths are in minutes, and in hours from one on', () => {
  assert.deepEqual([0.1, 9.6, 83.4, 3599.6, 36_061].map(readableLength), ['0:00', '0:10', '1:23', '1:00:00', '10:01:01']);
});
