import assert from 'node:assert/strict';
import test from 'node:test';

const { Sight } = await import('../../wwwroot/js/reading/sight.js');

const STAGE = { width: 800, height: 600 };
const see = (width, height, density = 1) => new Sight({ width, height }, STAGE, density);
const isNear = (actual, expected) => assert.ok(Math.abs(actual - expected) < 1e-6, `${actual} instead of ${expected}`);

/** Which of its own pixels is at a point of the stage (of a picture that was not turned). */
const seenAt = (sight, point) => (point.x - sight.middle.x) / sight.scale;

test('A large picture begins as large as it fits, and a small one as it is', () => {
  isNear(see(4000, 2000).scale, 0.2);
  assert.equal(see(4000, 2000).percent, 20);
  assert.equal(see(100, 50).scale, 1);
});

test('A hundred per cent is one pixel of the picture on one of the screen, whatever the screen', () => {
  for (const density of [1, 1.5, 2, 3]) {
    const sight = see(4000, 2000, density);
    sight.zoomTo(sight.real);
    assert.equal(sight.percent, 100);
    isNear(sight.scale * density, 1);
  }
});

test('On a dense screen a small picture gets smaller than it fits, to be seen as it is', () => {
  const sight = see(100, 50, 2);
  assert.equal(sight.percent, 200);
  sight.zoomTo(sight.real);
  isNear(sight.scale, 0.5);
});

test('At a hundred per cent its edges are on whole pixels of the screen', () => {
  for (const density of [1, 1.5, 2]) {
    const sight = new Sight({ width: 1001, height: 333 }, { width: 799.5, height: 600 }, density);
    sight.zoomTo(sight.real, { x: 13.7, y: 4.1 });
    const edge = (799.5 / 2 + sight.middle.x - (1001 * sight.scale) / 2) * density;
    isNear(edge, Math.round(edge));
  }
});

test('What is under the pointer stays there', () => {
  const sight = see(4000, 3000);
  const point = { x: 100, y: -50 };
  const before = seenAt(sight, point);
  sight.zoomTo(0.5, point);
  isNear(seenAt(sight, point), before);
  sight.zoomTo(1.5, point);
  isNear(seenAt(sight, point), before);
});

test('It goes no further than its edges, and not at all while it fits', () => {
  const sight = see(4000, 3000);
  sight.move(500, 500);
  assert.deepEqual(sight.middle, { x: 0, y: 0 });
  sight.zoomTo(0.4);
  sight.move(10_000, -10_000);
  isNear(sight.middle.x, 400);
  isNear(sight.middle.y, -300);
});

test('There is an end both ways', () => {
  const sight = see(4000, 3000);
  sight.zoomTo(1000);
  isNear(sight.scale, 8);
  sight.zoomTo(0.0001);
  isNear(sight.scale, 0.2);
  assert.ok(sight.isFit);
});

test('Turned, it fits again; four times, it is what it was', () => {
  const sight = see(4000, 2000);
  sight.turn();
  isNear(sight.scale, 600 / 4000);
  assert.equal(sight.turns, 1);
  sight.turn();
  isNear(sight.scale, 0.2);
  sight.turn();
  sight.turn();
  assert.equal(sight.turns, 0);
});

test('Turned while it is close, what was in the middle stays there', () => {
  const sight = see(4000, 4000);
  sight.zoomTo(1);
  sight.move(-200, 100);
  sight.turn();
  isNear(sight.scale, 1);
  isNear(sight.middle.x, -100);
  isNear(sight.middle.y, -200);
});

test('In a stage of another size it fits again, unless somebody has chosen how large it is', () => {
  const [whole, close] = [see(4000, 3000), see(4000, 3000)];
  close.zoomTo(1);
  for (const sight of [whole, close]) sight.resize({ width: 4000, height: 3000 }, { width: 400, height: 300 }, 1);
  isNear(whole.scale, 0.1);
  isNear(close.scale, 1);
});

test('The second click brings its own pixels, or what is closer, and the next one everything', () => {
  const [large, small] = [see(4000, 3000), see(100, 50)];
  large.toggle({ x: 0, y: 0 });
  assert.equal(large.percent, 100);
  large.toggle({ x: 0, y: 0 });
  assert.ok(large.isFit);
  small.toggle({ x: 0, y: 0 });
  assert.equal(small.percent, 250);
});
