import assert from 'node:assert/strict';
import test from 'node:test';
import './Stage/page.js';

const { withoutLocation } = await import('../../wwwroot/js/files/exif.js');

const GPS_POINTER = 0x8825;
const MAKE = 0x010f;

/** A TIFF structure with a maker's name and, in a directory of its own, a latitude whose value lies behind it. */
function tiff({ isLittle = true, gpsTags = [0, 2], latitude = 'LATITUDE-IS-HERE' } = {}) {
  const bytes = new Uint8Array(160);
  const view = new DataView(bytes.buffer);
  const write = (text, at) => bytes.set(new TextEncoder().encode(text), at);
  const entry = (at, tag, type, count, value) => {
    view.setUint16(at, tag, isLittle);
    view.setUint16(at + 2, type, isLittle);
    view.setUint32(at + 4, count, isLittle);
    view.setUint32(at + 8, value, isLittle);
  };
  write(isLittle ? 'II' : 'MM', 0);
  view.setUint16(2, 42, isLittle);
  view.setUint32(4, 8, isLittle);
  view.setUint16(8, 2, isLittle);
  entry(10, MAKE, 2, 8, 100);
  entry(22, GPS_POINTER, 4, 1, 50);
  view.setUint16(50, gpsTags.length, isLittle);
  gpsTags.forEach((tag, i) => entry(52 + i * 12, tag, tag === 0 ? 1 : 2, tag === 0 ? 4 : latitude.length, tag === 0 ? 2 : 120));
  write('A camera', 100);
  write(latitude, 120);
  return bytes;
}

const fileOf = (...parts) => new File(parts, 'photo.jpg', { type: 'image/jpeg', lastModified: 5 });
const bytesOf = async (file) => new Uint8Array(await file.arrayBuffer());
const textOf = async (file) => new TextDecoder('latin1').decode(await bytesOf(file));

for (const isLittle of [true, false])
  test(`A location goes and everything else stays at its place (${isLittle ? 'Intel' : 'Motorola'} order)`, async () => {
    const bytes = tiff({ isLittle });
    const made = await withoutLocation(fileOf('JPEG', bytes, 'PIXELS'));
    const text = await textOf(made);
    assert.equal(made.size, 4 + bytes.length + 6);
    assert.doesNotMatch(text, /LATITUDE/);
    assert.match(text, /A camera/);
    assert.match(text, /^JPEG[\s\S]*PIXELS$/);
    assert.deepEqual([made.name, made.type, made.lastModified], ['photo.jpg', 'image/jpeg', 5]);
  });

test('A photo without its location holds no location', async () => {
  assert.equal(await withoutLocation(await withoutLocation(fileOf(tiff()))), null);
});

test('A photo whose camera only wrote the version holds no location', async () => {
  assert.equal(await withoutLocation(fileOf(tiff({ gpsTags: [0] }))), null);
});

test('Every one of the photos in a photo loses it', async () => {
  const text = await textOf(await withoutLocation(fileOf(tiff({ latitude: 'FIRST-LATITUDE-1' }), tiff({ isLittle: false, latitude: 'OTHER-LATITUDE-2' }))));
  assert.doesNotMatch(text, /LATITUDE/);
});

test('A location that an editor wrote as text goes, in both ways of writing it', async () => {
  const text = await textOf(await withoutLocation(fileOf('<x exif:GPSLatitude="52,31N" dc:title="Berlin"><exif:GPSLongitude>13,24E</exif:GPSLongitude></x>')));
  assert.doesNotMatch(text, /GPS|52,31|13,24/);
  assert.match(text, /dc:title="Berlin"/);
});

test('A broken file is left as it is, and never read past its end', async () => {
  const whole = tiff();
  for (let end = 4; end < 60; end++) assert.equal(await withoutLocation(fileOf(whole.slice(0, end))), null, `cut at ${end}`);
  const wild = tiff();
  new DataView(wild.buffer).setUint32(30, 0xffffffff, true);
  assert.equal(await withoutLocation(fileOf(wild)), null);
});
