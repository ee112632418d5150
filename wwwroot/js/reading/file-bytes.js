// Parts of a file's bytes, for what a page shows of it without opening it.
import { headOf, isFile, problemOf } from '../server/answers.js';

/** ChatFiles says that the file is not to be had, for good, and why. */
export class Refused extends Error {}

/** Nobody answers now, or somebody else. */
export class Away extends Error {}

/**
 * The bytes from an offset up to another one; with a negative offset so many of the end. `total` is how many the file has.
 * What only looks is asked for as such, so that it can be told from opening.
 * @param {string} path
 * @param {number} from
 * @param {number} [to]
 */
export async function readBytes(path, from, to) {
  const range = from < 0 ? String(from) : `${from}-${to === undefined ? '' : to - 1}`;
  const answer = await fetch(path, { headers: { Range: `bytes=${range}` }, redirect: 'manual' }).catch(() => null);
  const bytes = new Uint8Array((await answer?.arrayBuffer().catch(() => null)) ?? []);
  const head = answer && headOf(answer);
  if (head && isFile(head)) return { bytes, total: totalOf(head, bytes.length) };
  const refusal = head && problemOf({ ...head, text: new TextDecoder().decode(bytes) });
  if (refusal && refusal.status < 500) throw new Refused(refusal.detail);
  throw new Away();
}

/** The whole of it came, or a part: "bytes 0-8191/40000". */
const totalOf = (head, length) => (head.status === 206 ? Number(/\/(\d+)$/.exec(head.header('Content-Range') ?? '')?.[1] ?? length) : length);
