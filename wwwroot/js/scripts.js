// Connects components with their scripts; called by ScriptModule.cs.
const PAUSES_MS = [300, 1_000, 3_000, 10_000];

const connections = new Map();

/** Modules that came in one file with this one (ChatFiles.Web/Assets/Scripts.cs), by their paths. */
export const loaded = new Map();

/** However often it is asked, once: an answer may have been lost with the circuit's connection. */
function connect(id, path, ...args) {
  if (!connections.has(id)) connections.set(id, begin(id, path, args));
  return connections.get(id);
}

async function begin(id, path, args) {
  const script = await load(id, path);
  return script?.connect(...args);
}

/** The network may have gone right after it had brought the page. */
async function load(id, path) {
  for (let tries = 0; connections.has(id) || tries === 0; tries++) {
    try {
      return loaded.get(path) ?? (await import(new URL(path, document.baseURI).href));
    } catch (failure) {
      // What a browser could load but not understand is no better the next time.
      if (failure instanceof SyntaxError) throw failure;
      await new Promise((resolve) => setTimeout(resolve, PAUSES_MS[Math.min(tries, PAUSES_MS.length - 1)]));
    }
  }
  return null;
}

async function disconnect(id) {
  const connecting = connections.get(id);
  connections.delete(id);
  (await connecting?.catch(() => null))?.disconnect();
}

/** The components that these scripts belong to are gone, and nobody is left to say so for each. */
export function disconnectAll() {
  for (const id of connections.keys()) disconnect(id);
}

globalThis.scripts = { connect, disconnect };
