// Makes wwwroot/emoji.json, the list of the emoji that there are, from the npm package emojibase-data (see NOTICES.md):
//   npm pack emojibase-data@17.0.0 && tar xzf emojibase-data-*.tgz && node build/emoji.js package > wwwroot/emoji.json
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { argv, stdout } from 'node:process';

/** What is newer is taken and shown; many a system's fonts draw an empty box for it, so that no page offers it. */
const OFFERED_UNTIL = 15.1;
/** Skin tones and hair by themselves are on Unicode's list and taken; nobody looks for one, so that no page offers it. */
const COMPONENTS = 2;

/** The package marks some emoji as such that Unicode's list does not. @param {string} emoji */
const spelled = (emoji) => (/^\p{RGI_Emoji}$/v.test(emoji) ? emoji : emoji.replaceAll('\uFE0F', ''));

const folder = join(argv[2], 'en');
const all = JSON.parse(readFileSync(join(folder, 'data.json'), 'utf8'));
const groups = JSON.parse(readFileSync(join(folder, 'messages.json'), 'utf8')).groups;
const listed = all.filter(({ group }) => group !== undefined).sort((one, other) => one.order - other.order);
const shown = groups.filter(({ order }) => order !== COMPONENTS).sort((one, other) => one.order - other.order);

const isOffered = ({ group, version }) => group !== COMPONENTS && version <= OFFERED_UNTIL;

const rows = listed.map(({ emoji, label, tags = [], group, skins = [], version }) => {
  const place = isOffered({ group, version }) ? shown.findIndex(({ order }) => order === group) : -1;
  // A keyword that is in the name finds nothing new.
  const words = tags.filter((tag) => !label.includes(tag)).join(' ');
  return [spelled(emoji), label, words, place, ...(skins.length > 0 ? [skins.map((skin) => spelled(skin.emoji)).join(' ')] : [])];
});

// What is written between colons, as people know it from elsewhere; a name with underscores is one without being told.
const shortcodes = JSON.parse(readFileSync(join(folder, 'shortcodes', 'github.json'), 'utf8'));
const codes = listed.filter(isOffered).flatMap(({ emoji, hexcode, label }) =>
  [shortcodes[hexcode] ?? []].flat().filter((code) => code !== label.replaceAll(' ', '_')).map((code) => [code, spelled(emoji)]),
);

const lines = (list) => list.map((row) => JSON.stringify(row)).join(',\n');
stdout.write(`{"groups":${JSON.stringify(shown.map(({ message }) => message))},"emoji":[\n${lines(rows)}\n],"codes":[\n${lines(codes)}\n]}\n`);
