// A rule of ESLint: modules do not import each other in a circle, however long it is. Who reads a module then knows that
// what it stands on was there before it.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';

const IMPORT = /^(?:import|export)\s(?:[^'"]*\sfrom\s+)?['"](\.[^'"]+)['"]|^\}\s*from\s+['"](\.[^'"]+)['"]/gm;
const known = new Map();

/** The files that a module imports, and those that are not there. */
function importsOf(file) {
  if (!known.has(file)) known.set(file, [...readFileSync(file, 'utf8').matchAll(IMPORT)].map((match) => resolve(dirname(file), match[1] ?? match[2])));
  return known.get(file);
}

/** The way from one module back to another, or null. */
function wayTo(goal, from, seen = new Set()) {
  if (from === goal) return [from];
  if (seen.has(from) || !existsSync(from)) return null;
  seen.add(from);
  for (const next of importsOf(from)) {
    const rest = wayTo(goal, next, seen);
    if (rest) return [from, ...rest];
  }
  return null;
}

export default {
  meta: {
    type: 'problem',
    schema: [],
    messages: { circle: 'A circle of modules: {{ way }}', missing: 'There is no {{ path }}; a browser would find nothing either.' },
  },
  create: (context) => {
    const look = (node) => {
      if (!node.source?.value.startsWith('.')) return;
      const file = resolve(dirname(context.filename), node.source.value);
      const name = (path) => relative(context.cwd, path);
      if (!existsSync(file)) return context.report({ node, messageId: 'missing', data: { path: name(file) } });
      const way = wayTo(context.filename, file);
      if (way) context.report({ node, messageId: 'circle', data: { way: [context.filename, ...way].map(name).join(' → ') } });
    };
    return { ImportDeclaration: look, ExportNamedDeclaration: look, ExportAllDeclaration: look };
  },
};
