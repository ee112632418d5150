import assert from 'node:assert/strict';
import test, { beforeEach } from 'node:test';
import { clock, rest } from './Stage/page.js';
import { draw } from './Stage/elements.js';
import { microphone } from './Stage/microphone.js';

const { takeRules } = await import('../../wwwroot/js/server/rules.js');
const { Recorder, whenRecorded } = await import('../../wwwroot/js/sending/recorder.js');
const { maySendVoices } = await import('../../wwwroot/js/sending/recording.js');

const MiB = 1024 * 1024;
const tell = ({ extensions = 'm4a ogg webm', maxFileBytes = 1024 * MiB } = {}) =>
  takeRules({
    types: [{ icon: 'audio', kind: 'audio', shown: 'audio', extensions }],
    refused: null,
    pictures: { maxWidth: 400, maxHeight: 320, maxPixels: 50_000_000 },
    names: { deceptive: '', maxBytes: 255 },
    limits: { maxFileBytes, maxRequestBytes: maxFileBytes, maxFiles: 10, maxText: 100 },
    words: {},
  });

let place;
let said;
let recorder;
let recorded;

beforeEach(() => {
  microphone.reset();
  tell();
  [place, said] = [draw('div'), draw('p')];
  recorder = new Recorder(place, said);
  recorded = [];
});

const buttons = () => place.querySelectorAll('button').map((button) => button.getAttribute('aria-label'));
const press = async (name) => {
  place.querySelectorAll('button').find((button) => button.getAttribute('aria-label') === name).click();
  await rest();
};
const begin = async () => {
  recorder.begin((result) => recorded.push(result));
  await rest();
};
const pass = async (seconds) => {
  // In steps, as time passes for what is drawn meanwhile.
  for (let tenth = 0; tenth < seconds * 10; tenth++) clock.pass(100);
  await rest();
};

test('A voice is recorded until it is stopped, and is a file with its time as name', async () => {
  await begin();
  assert.deepEqual(buttons(), ['Discard recording', 'Pause recording', 'Stop recording']);
  assert.equal(recorder.isRecording, true);
  await pass(75);
  assert.match(place.textContent, /^1:15 of 10:00$/);
  await press('Stop recording');
  const [{ file, reason }] = recorded;
  assert.match(file.name, /^Voice message \d{4}-\d\d-\d\d \d\d\.\d\d\.m4a$/);
  assert.deepEqual([file.type, await file.text(), reason], ['audio/mp4', 'recorded bytes', null]);
  assert.equal(said.textContent, 'Recorded 1 minute 15 seconds. Listen to it in Files to send.');
  assert.deepEqual([place.children.length, recorder.isRecording, microphone.isOn], [0, false, false]);
});

test('How loud it is can be seen, and the length is not read out while it grows', async () => {
  await begin();
  assert.equal(place.querySelector('.level').style['--level'], '0.67');
  microphone.loudness = 0;
  await pass(1);
  assert.equal(place.querySelector('.level').style['--level'], '0.00');
  assert.equal(place.querySelector('.length').getAttribute('role'), 'timer');
  assert.equal(said.textContent, 'Recording');
});

test('While it is paused no time passes', async () => {
  await begin();
  await pass(10);
  await press('Pause recording');
  assert.equal(microphone.recorders[0].state, 'paused');
  await pass(700);
  assert.match(place.textContent, /^0:10 of/);
  await press('Resume recording');
  await pass(5);
  assert.match(place.textContent, /^0:15 of/);
  assert.deepEqual(buttons(), ['Discard recording', 'Pause recording', 'Stop recording']);
});

test('After ten minutes it ends by itself, and says so a minute before', async () => {
  await begin();
  await pass(539);
  assert.equal(said.textContent, 'Recording');
  await pass(1);
  assert.equal(said.textContent, 'One minute left');
  await pass(60);
  assert.notEqual(recorded[0].file, null);
  assert.match(recorded[0].reason, /at most 10 minutes long/);
});

test('Where files may not be as large as that, it ends before', async () => {
  tell({ maxFileBytes: MiB });
  await begin();
  await pass(66);
  assert.match(recorded[0].reason, /at most 1 minute 5 seconds long/);
});

test('What is discarded is nowhere, and the microphone is off', async () => {
  await begin();
  await press('Discard recording');
  assert.deepEqual([recorded[0].file, recorded[0].reason, microphone.isOn], [null, null, false]);
  assert.equal(said.textContent, 'Recording discarded');
});

test('What was recorded before the microphone went is there', async () => {
  await begin();
  microphone.unplug();
  await rest();
  assert.equal(await recorded[0].file.text(), 'bytes until then');
  assert.match(recorded[0].reason, /microphone is gone/);
});

test('Nothing that was recorded is no file', async () => {
  await begin();
  microphone.recorders[0].end('');
  await rest();
  assert.equal(recorded[0].file, null);
  assert.match(recorded[0].reason, /Nothing was recorded/);
});

for (const [failure, words] of Object.entries({
  NotAllowedError: /does not let ChatFiles use the microphone/,
  NotFoundError: /no microphone to be found/,
  NotReadableError: /another program may have it/,
  AbortError: /can’t be used/,
}))
  test(`Why there is no microphone is said in words (${failure})`, async () => {
    microphone.failure = failure;
    await begin();
    assert.equal(recorded[0].file, null);
    assert.match(recorded[0].reason, words);
    assert.equal(place.children.length, 0);
  });

test('A page without a secure address, and a browser that records nothing, say so', async () => {
  microphone.records = [];
  await begin();
  assert.match(recorded[0].reason, /can’t record/);
  const { mediaDevices } = navigator;
  try {
    delete navigator.mediaDevices;
    await begin();
  } finally {
    navigator.mediaDevices = mediaDevices;
  }
  assert.match(recorded[1].reason, /secure address/);
});

test('A microphone that can’t be recorded is switched off again', async () => {
  const { start } = MediaRecorder.prototype;
  MediaRecorder.prototype.start = () => {
    throw new DOMException('', 'NotSupportedError');
  };
  try {
    await begin();
  } finally {
    MediaRecorder.prototype.start = start;
  }
  assert.match(recorded[0].reason, /can’t be used/);
  assert.equal(microphone.isOn, false);
});

test('Who does not wait for the browser’s question records nothing, whatever is answered then', async () => {
  let answer;
  microphone.answer = new Promise((resolve) => (answer = resolve));
  await begin();
  assert.deepEqual([buttons(), recorder.isRecording], [['Discard recording'], false]);
  await press('Discard recording');
  assert.deepEqual([recorded[0].file, recorded[0].reason, place.children.length], [null, null, 0]);
  answer();
  await rest();
  assert.equal(microphone.isOn, false);
});

test('One is recorded at a time', async () => {
  await begin();
  await begin();
  assert.equal(microphone.recorders.length, 1);
});

test('The first format is taken that this browser records and that may be sent', async () => {
  microphone.records = ['audio/mp4', 'audio/ogg;codecs=opus', 'audio/webm;codecs=opus'];
  tell({ extensions: 'webm' });
  await begin();
  await press('Stop recording');
  assert.match(recorded[0].file.name, /\.webm$/);
  assert.equal(recorded[0].file.type, 'audio/webm');
  assert.equal(maySendVoices(), true);
  tell({ extensions: 'wav' });
  assert.equal(maySendVoices(), false);
});

test('Until it is kept, a reload has to wait', async () => {
  let keep;
  let isSafe = false;
  recorder.begin(() => new Promise((resolve) => (keep = resolve)));
  whenRecorded().then(() => (isSafe = true));
  await rest();
  await press('Stop recording');
  assert.equal(isSafe, false);
  keep();
  await rest();
  assert.equal(isSafe, true);
});
