import assert from 'node:assert/strict';
import test, { beforeEach } from 'node:test';
import { clock, rest } from './Stage/page.js';
import { server } from './Stage/server.js';
import { draw, type, write } from './Stage/elements.js';

const { mentioning } = await import('../../wwwroot/js/writing/mentions.js');
const { People, withNames } = await import('../../wwwroot/js/writing/people.js');
const { Suggestions } = await import('../../wwwroot/js/writing/suggestions.js');

const member = (name) => ({ userId: `id-${name}`, name, role: 'member', active: true });
const EVERYBODY = ['Ann Smith', 'Annabel', 'Ben', 'Zoë Müller'].map(member);

/** Members by name, as the API gives them. */
const members = (all) => ({ path }) => {
  const asked = new URL(path, 'http://chat.test').searchParams;
  const found = all.filter(({ name }) => name.toLowerCase().includes(asked.get('q').toLowerCase()));
  const limit = Number(asked.get('limit'));
  const body = JSON.stringify({ members: found.slice(0, limit), nextAfter: found.length > limit ? 'more' : null });
  return { status: 200, headers: { 'Content-Type': 'application/json' }, body };
};

const asked = () => server.requests.map(({ path }) => new URL(path, 'http://chat.test').searchParams.get('q'));

/** Somebody writes into a composer: what is offered, and what was picked. */
async function writing(typed, { me, picked = [] } = {}) {
  const text = write('|');
  const place = draw('div');
  draw('form', {}, place, text);
  const people = new People(1, me, picked);
  new Suggestions(text, place, [mentioning(people)], new AbortController().signal);
  const list = place.parent.querySelector('ul');
  const page = {
    text,
    people,
    list,
    get offered() {
      return list.hidden ? [] : list.children.map((option) => option.textContent);
    },
    get marked() {
      return list.hidden ? null : list.children.find((option) => option.getAttribute('aria-selected') === 'true')?.textContent;
    },
    async type(...keys) {
      const passed = type(text, ...keys);
      await settle();
      return passed;
    },
  };
  await page.type(typed);
  return page;
}

/** Answers come, and what waits a moment for more keys goes on. */
async function settle() {
  await rest();
  clock.pass(1_000);
  await rest();
}

beforeEach(() => server.reset(members(EVERYBODY)));

test('Behind an @ people are offered, and keys alone pick one', async () => {
  const page = await writing('Hi @');
  assert.deepEqual(page.offered, ['Ann Smith', 'Annabel', 'Ben', 'Zoë Müller']);
  assert.equal(page.list.getAttribute('aria-label'), 'People');

  await page.type('ArrowDown', 'ArrowDown');
  assert.equal(page.marked, 'Ben');
  assert.equal(page.text.getAttribute('aria-activedescendant'), page.list.children[2].getAttribute('id'));
  assert.deepEqual(await page.type('Enter'), [], 'nothing else hears of the key');

  assert.equal(page.text.value, 'Hi @Ben ');
  assert.deepEqual(page.offered, []);
  assert.equal(page.text.getAttribute('aria-activedescendant'), null);
  assert.equal(page.people.withIds(page.text.value), 'Hi <@id-Ben> ');
  assert.deepEqual(await page.type('Enter'), ['Enter'], 'now it sends');
});

test('What is written of a name narrows the list, without case and accents and by any of its words', async () => {
  assert.deepEqual((await writing('@an')).offered, ['Ann Smith', 'Annabel']);
  assert.deepEqual((await writing('@SMI')).offered, ['Ann Smith']);
  assert.deepEqual((await writing('@zoe m')).offered, ['Zoë Müller']);
  assert.deepEqual((await writing('@nobody')).offered, []);
});

test('In a small chat everybody is asked for once', async () => {
  await writing('@an');
  assert.deepEqual(asked(), ['']);
});

test('In a large chat the server looks, and no more often than somebody pauses', async () => {
  server.reset(members([...EVERYBODY, ...Array.from({ length: 5_000 }, (_, n) => member(`Member ${n}`))]));
  const page = await writing('@Member 4711');
  assert.deepEqual(page.offered, [], 'that is exactly one, who is mentioned already');
  assert.deepEqual(asked(), ['', 'Member 4711']);
  assert.equal(page.people.withIds('@Member 4711!'), '<@id-Member 4711>!');
});

test('Escape leaves the list, and it stays away until another name is begun', async () => {
  const page = await writing('@');
  assert.deepEqual(await page.type('Escape'), [], 'the answer to a message is not given up');
  assert.deepEqual(page.offered, []);
  await page.type('a');
  assert.deepEqual(page.offered, []);
  assert.deepEqual(await page.type('Escape'), ['Escape']);
  await page.type(' @b');
  assert.deepEqual(page.offered, ['Ben', 'Annabel']);
});

test('An address, code and a lonely @ offer nobody', async () => {
  for (const text of ['ann@', 'a `@', '```\n@', '@ b']) assert.deepEqual((await writing(text)).offered, [], text);
});

test('Who writes, and who is shut out, is not offered', async () => {
  server.reset(members([...EVERYBODY, { ...member('Anna'), active: false }]));
  assert.deepEqual((await writing('@ann', { me: 'id-Annabel' })).offered, ['Ann Smith']);
});

test('A name that is written by hand mentions, whatever its case, also where nobody has looked yet', async () => {
  const people = new People(1, undefined);
  const text = 'Hi @ann smith, @Annabel and @Ben, not @Benno, ann@ben or `@Ben`';
  assert.equal(people.withIds(text), text);
  assert.equal(people.hasUnknown(text), true);
  assert.equal(await people.lookUp(text), true);
  assert.equal(people.withIds(text), 'Hi <@id-Ann Smith>, <@id-Annabel> and <@id-Ben>, not @Benno, ann@ben or `@Ben`');
  assert.deepEqual(people.in('<@id-Ben>'), [{ userId: 'id-Ben', name: 'Ben' }]);
  assert.equal(people.hasUnknown('no name, a@b.c and @Ben'), false);
});

test('Where many have the first word of a name, the next ones tell', async () => {
  server.reset(members(Array.from({ length: 300 }, (_, n) => member(`Member ${n}`))));
  const people = new People(1, undefined);
  await people.lookUp('@Member 250 is here');
  assert.equal(people.withIds('@Member 250 is here'), '<@id-Member 250> is here');
});

test('A text waits for no answer that does not come, and a name is a name then', async () => {
  server.reset(() => new Promise(() => {}));
  const people = new People(1, undefined);
  const looked = people.lookUp('Hi @Ben');
  await settle();
  clock.pass(1_000);
  assert.equal(await looked, false);
  assert.equal(people.withIds('Hi @Ben'), 'Hi @Ben');
  server.reset();
  assert.equal(await people.lookUp('Hi @Ann'), false);
  server.reset(members(EVERYBODY));
  assert.equal(await people.lookUp('Hi @Ann'), true);
});

test('Who was picked before is mentioned after a reload without asking, and people read names', () => {
  const people = new People(1, undefined, [{ userId: 'id-Ben', name: 'Ben' }]);
  assert.equal(people.withIds('Hi @Ben'), 'Hi <@id-Ben>');
  assert.deepEqual(people.pickedIn('Hi @Ben'), [{ userId: 'id-Ben', name: 'Ben' }]);
  assert.equal(withNames('Hi <@id-Ben>, <@id-Ann>', people.pickedIn('@Ben')), 'Hi @Ben, <@id-Ann>');
  assert.equal(server.requests.length, 0);
});

test('Who was picked is so for that text only', async () => {
  const other = { userId: 'id-other', name: 'Ben' };
  const people = new People(1, undefined, [other]);
  assert.deepEqual(people.pickedIn('Hi B'), [], 'the name is no longer there');
  people.forgetPicked();
  await people.lookUp('@Ben');
  assert.equal(people.withIds('@Ben'), '<@id-Ben>');
});

test('A name may be of any characters, and stand beside any', async () => {
  const named = ['🦊 Fox', 'Ann', '田中', 'Ben'].map(member);
  const picked = new People(1, undefined, named);
  for (const [text, sent] of [
    ['Hi @🦊 Fox!', 'Hi <@id-🦊 Fox>!'],
    ['_@Ann_ and **@Ben**', '_<@id-Ann>_ and **<@id-Ben>**'],
    ['你好@田中さん', '你好<@id-田中>さん'],
    ['@Ann@Ben', '<@id-Ann><@id-Ben>'],
    ['@Annabel, mail@ann, a_@ben', '@Annabel, mail@ann, a_@ben'],
  ])
    assert.equal(picked.withIds(text), sent);
  server.reset(members(named));
  const written = new People(1, undefined);
  await written.lookUp('Hi @🦊 fox');
  assert.equal(written.withIds('Hi @🦊 fox'), 'Hi <@id-🦊 Fox>');
});

test('An address mentions nobody, and offers nobody', async () => {
  const people = new People(1, undefined, [member('Ann')]);
  for (const text of ['https://mastodon.social/@ann/1234', 'see HTTP://a.example/?q=(@Ann)', 'mastodon.social/@ann']) {
    assert.equal(people.withIds(text), text);
    assert.equal(people.hasUnknown(text.replaceAll(/ann/gi, 'eve')), false);
  }
  assert.equal(people.withIds('https://a.example/ @Ann/@Ann'), 'https://a.example/ <@id-Ann>/<@id-Ann>');
  assert.deepEqual((await writing('https://mastodon.social/@a')).offered, []);
  assert.deepEqual((await writing('mastodon.social/@a')).offered, []);
});

test('In code nobody is mentioned; what only begins like code is none', () => {
  const people = new People(1, undefined, [member('Ann')]);
  for (const code of ['`` a ` @Ann ``', '`one\n@Ann`', '```js\n@Ann\n```', '> ```\n> @Ann\n> ```', 'a ```@Ann``` b']) assert.equal(people.withIds(code), code);
  for (const text of ['```\n@Ann', '`a\n\n@Ann`', '`` @Ann `', String.raw`\`@Ann\``, '```three words here\n@Ann'])
    assert.equal(people.withIds(text), text.replace('@Ann', '<@id-Ann>'));
});

test('An edit leaves who is mentioned where it changed nothing, and mentions nobody else there', async () => {
  const original = '> **Eve:**\n> ask @Ben helo\n\nx<@id-Ann>s, `<@id-Ann>` and @Ben';
  const shown = '> **Eve:**\n> ask @Ben helo\n\nx@Anns, `@Ann` and @Ben';
  const edited = async (text) => {
    const people = new People(1, undefined, [member('Ann')], original);
    await people.lookUp(text);
    return people.withIds(text);
  };
  assert.equal(await edited(shown), original);
  assert.equal(await edited(shown.replace('helo', 'hello')), original.replace('helo', 'hello'));
  assert.equal(await edited(`${shown}!`), `${original}!`);
  assert.equal(await edited(`Oh,\n${shown.replace('helo', 'hello')}`), `Oh,\n${original.replace('helo', 'hello')}`);
  assert.equal(server.requests.length, 0, 'nobody is looked up');
  assert.equal(await edited(`${shown} @Annabel @Ann`), `${original} <@id-Annabel> <@id-Ann>`);
  assert.equal(await edited(shown.replace('x@Anns', 'x')), original.replace('x<@id-Ann>s', 'x'));
});

test('Letters behind a mentioned name make it another one', async () => {
  const people = new People(1, undefined, [member('Ann')], 'Hi <@id-Ann>');
  await people.lookUp('Hi @Annabel');
  assert.equal(people.withIds('Hi @Annabel'), 'Hi <@id-Annabel>');
});
