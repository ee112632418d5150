import assert from 'node:assert/strict';
import test from 'node:test';

const { MAX_ZOOM, Square } = await import('../../wwwroot/js/page/square.js');

const placeOf = ({ left, top, side }) => [left, top, side];

test('At first it is the middle of the picture, as large as it fits', () => {
  assert.deepEqual(placeOf(new Square({ width: 900, height: 600 })), [150, 0, 600]);
  assert.deepEqual(placeOf(new Square({ width: 100, height: 400 })), [0, 150, 100]);
});

test('It is moved by parts of its side, and never beyond an edge', () => {
  const square = new Square({ width: 900, height: 600 });
  square.move(0.25, 0.25);
  assert.deepEqual(placeOf(square), [300, 0, 600]);
  square.move(-5, -5);
  assert.deepEqual(placeOf(square), [0, 0, 600]);
});

test('Closer, it keeps its middle; back again it stays inside', () => {
  const square = new Square({ width: 900, height: 600 });
  square.zoomTo(2);
  assert.deepEqual(placeOf(square), [300, 150, 300]);
  square.move(5, 5);
  assert.deepEqual(placeOf(square), [600, 300, 300]);
  square.zoomTo(0);
  assert.deepEqual(placeOf(square), [300, 0, 600]);
  square.zoomTo(100);
  assert.equal(square.side, 600 / MAX_ZOOM);
});
