import assert from 'node:assert/strict';
import test from 'node:test';
import './Stage/page.js';
import { draw } from './Stage/elements.js';

const { Refusals } = await import('../../wwwroot/js/sending/refusals.js');

function show(reasons, accepted) {
  const place = draw('div');
  new Refusals(place).show(reasons, accepted);
  return place;
}

const reasonsOf = (count) => Array.from({ length: count }, (_, i) => `Reason ${i + 1}.`);
const said = (place) => place.querySelectorAll('p').map((line) => line.textContent);

test('A few refusals are told one by one', () => {
  assert.deepEqual(said(show(reasonsOf(3))), reasonsOf(3));
});

test('Many refusals are one line, and all of them where somebody asks', () => {
  const place = show(reasonsOf(40));
  const [all, button] = [place.querySelector('ul'), place.querySelector('[aria-expanded]')];

  assert.deepEqual(said(place), ["Reason 1. 39 more can't be sent."]);
  assert.equal(all.children.length, 40);
  assert.ok(all.hidden);
  button.click();
  assert.ok(!all.hidden);
  assert.equal(button.getAttribute('aria-expanded'), 'true');
  assert.equal(button.textContent, 'Show less');
});

test('What can be sent is told where a type was refused, and everything goes with the next pick', () => {
  const place = show(['No.'], 'Accepted: txt.');
  assert.match(place.querySelector('details').textContent, /Accepted: txt\./);
  assert.equal(show(['No.']).querySelector('details'), null);

  new Refusals(place).show([]);
  assert.equal(place.children.length, 0);
});
