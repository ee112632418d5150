import assert from 'node:assert/strict';
import test from 'node:test';
import { clock, rest } from './Stage/page.js';
import './Stage/server.js';

const { PendingMessage } = await import('../../wwwroot/js/sending/pending-message.js');

const attempt = () => ({ ended: Promise.resolve({ kind: 'aborted' }), aborted: 0, abort() { this.aborted++; } });
const file = (name, size) => ({ id: name, name, size, file: new Blob([new Uint8Array(size)]), thumbnail: null });

/** A message, and how often it said that it has changed. */
function messageIn(fields) {
  const seen = [];
  const message = new PendingMessage({ chatId: 1, text: 'Hello', files: [], ...fields }, () => seen.push(message.state));
  return { message, seen };
}

const waitingFor = (more) => ({ reason: 'No connection.', isSignedOut: false, retry: () => {}, ...more });

/** What brings a message into each state, and from there everything that anybody may tell it. */
const REACHED = {
  pending: () => {},
  sending: (m) => (m.begin(), m.start(attempt())),
  waiting: (m) => (REACHED.sending(m), m.wait(waitingFor())),
  elsewhere: (m) => (m.begin(), m.leaveElsewhere()),
  refused: (m) => (REACHED.sending(m), m.refuse('Too large.')),
  sent: (m) => (REACHED.sending(m), m.arrive()),
  gone: (m) => m.go(Promise.resolve()),
};
const NEWS = {
  begin: (m) => m.begin(),
  leaveElsewhere: (m) => m.leaveElsewhere(),
  comeBack: (m) => m.comeBack(),
  wait: (m) => m.wait(waitingFor()),
  refuse: (m) => m.refuse('Too large.'),
  arrive: (m) => m.arrive(),
  go: (m) => m.go(Promise.resolve()),
};
// begin, leaveElsewhere, comeBack, wait, refuse, arrive, go
const BECOMES = {
  pending: ['pending', 'elsewhere', 'pending', 'pending', 'refused', 'pending', 'gone'],
  sending: ['pending', 'sending', 'sending', 'waiting', 'refused', 'sent', 'gone'],
  waiting: ['waiting', 'waiting', 'waiting', 'waiting', 'refused', 'sent', 'gone'],
  elsewhere: ['pending', 'elsewhere', 'pending', 'elsewhere', 'elsewhere', 'elsewhere', 'gone'],
  refused: ['pending', 'refused', 'refused', 'refused', 'refused', 'refused', 'gone'],
  sent: ['sent', 'sent', 'sent', 'sent', 'sent', 'sent', 'gone'],
  gone: ['gone', 'gone', 'gone', 'gone', 'gone', 'gone', 'gone'],
};

for (const [state, outcomes] of Object.entries(BECOMES))
  for (const [i, news] of Object.keys(NEWS).entries())
    test(`A message that is ${state} is ${outcomes[i]} after "${news}"`, () => {
      const { message } = messageIn();
      REACHED[state](message);
      assert.equal(message.state, state);
      NEWS[news](message);
      assert.equal(message.state, outcomes[i]);
    });

test('Nobody sets its state from outside', () => {
  const { message } = messageIn();
  assert.throws(() => (message.state = 'sent'), TypeError);
});

test('News that comes too late changes nothing and tells nobody', () => {
  const { message, seen } = messageIn();
  message.go(Promise.resolve());
  seen.length = 0;
  assert.equal(message.arrive(), false);
  assert.equal(message.refuse('Too large.'), false);
  assert.equal(message.begin(), null);
  assert.deepEqual([message.reason, message.progress, seen.length], [null, 0, 0]);
});

test('A new try ends the earlier one, whose news no longer counts', () => {
  const { message } = messageIn();
  const first = message.begin();
  const earlier = attempt();
  message.start(earlier);
  const second = message.begin();
  assert.equal(earlier.aborted, 1);
  assert.equal(message.isAt(first), false);
  assert.equal(message.isAt(second), true);
  assert.equal(message.isTrying(earlier), false);
  message.advance(earlier, 0.5);
  assert.equal(message.progress, 0);
});

test('A silent try keeps what is said until it gets somewhere', () => {
  const { message } = messageIn({ files: [file('a', 10)] });
  REACHED.waiting(message);
  message.begin();
  const again = attempt();
  message.start(again);
  assert.deepEqual([message.state, message.reason], ['waiting', 'No connection.']);
  message.advance(again, 0.5);
  assert.deepEqual([message.state, message.reason, message.progress], ['sending', null, 0.5]);
});

test('Its bytes leave for the first time once', () => {
  const { message } = messageIn();
  message.begin();
  assert.equal(message.start(attempt()), true);
  message.begin();
  assert.equal(message.start(attempt()), false);
});

test('It is tried again after the pause, sooner when a person asks, and not once it is gone', () => {
  const tried = [];
  const { message } = messageIn();
  REACHED.sending(message);
  message.wait(waitingFor({ pause: 7_000, retry: () => tried.push('after the pause') }));
  clock.pass(6_999);
  assert.deepEqual(tried, []);
  clock.pass(1);
  assert.deepEqual(tried, ['after the pause']);

  message.wait(waitingFor({ pause: 7_000, retry: () => tried.push('twice') }));
  message.begin();
  clock.pass(7_000);
  message.start(attempt());
  message.wait(waitingFor({ pause: 7_000, retry: () => tried.push('though gone') }));
  message.go(Promise.resolve());
  clock.pass(7_000);
  assert.deepEqual(tried, ['after the pause']);
});

test('Pauses grow, and are short again when there is hope', () => {
  const { message } = messageIn();
  const pauseOf = () => {
    let hasTried = false;
    message.wait(waitingFor({ retry: () => (hasTried = true) }));
    const begun = clock.now;
    for (let passed = 0; !hasTried && passed < 60_000; passed += 100) clock.pass(100);
    return clock.now - begun;
  };
  REACHED.sending(message);
  const pauses = [pauseOf(), pauseOf(), pauseOf(), pauseOf(), pauseOf(), pauseOf()];
  [2_000, 4_000, 8_000, 16_000, 30_000, 30_000].forEach((about, i) => assert.ok(pauses[i] >= about * 0.8 && pauses[i] <= about * 1.2 + 100, `${pauses[i]} is about ${about}`));
  message.takeHope();
  assert.ok(pauseOf() <= 2_500);
});

test('Who waits for its end hears of it when the store knows it', async () => {
  const { message } = messageIn();
  let hasEnded = false;
  let written;
  message.hasEnded.then(() => (hasEnded = true));
  message.go(new Promise((resolve) => (written = resolve)));
  await rest();
  assert.equal(hasEnded, false);
  written();
  await rest();
  assert.equal(hasEnded, true);
  assert.equal(await message.kept, false);
});

test('Files travel one behind the other, and so do their bars', () => {
  const files = [file('a', 30), file('b', 10)];
  const { message } = messageIn({ files });
  const sending = attempt();
  message.begin();
  message.start(sending);
  message.advance(sending, 0.75);
  assert.deepEqual(files.map((each) => message.progressOf(each)), [1, 0]);
  message.advance(sending, 0.875);
  assert.deepEqual(files.map((each) => message.progressOf(each)), [1, 0.5]);
});

test('What was under way is kept as not begun, what was refused with its reason', () => {
  for (const state of ['pending', 'sending', 'waiting', 'elsewhere', 'refused']) {
    const { message } = messageIn();
    REACHED[state](message);
    assert.equal(message.record.state, state === 'refused' ? 'refused' : 'pending');
  }
});

test('Two that are written in one moment keep their order', () => {
  const moments = Array.from({ length: 5 }, () => messageIn().message.writtenAt);
  assert.deepEqual(moments, [...new Set(moments)].sort((a, b) => a - b));
});
