// Writes a picture with at most 256 colours as an indexed PNG: a third of the
// bytes, and nobody sees the difference on pages of text.
import { crc32, deflateSync } from "node:zlib";

/** small re-encodes a PNG; the decoding and counting is done by the browser's canvas. */
export async function small(browser, png) {
  const page = await browser.newPage();
  const { width, height, palette, pixels } = await page.evaluate(async (b64) => {
    const raw = Uint8Array.from(atob(b64), (c) => c.charCodeAt(0));
    const image = await createImageBitmap(new Blob([raw], { type: "image/png" }));
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    const d = context.getImageData(0, 0, image.width, image.height).data;
    const counts = new Map();
    for (let i = 0; i < d.length; i += 4) {
      const key = (d[i] << 16) | (d[i + 1] << 8) | d[i + 2];
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    // The commonest colours that stand well apart from those chosen before.
    const far = (a, b) => Math.abs((a >> 16) - (b >> 16)) + Math.abs(((a >> 8) & 255) - ((b >> 8) & 255)) + Math.abs((a & 255) - (b & 255));
    const chosen = [];
    for (const [key, n] of [...counts].sort((a, b) => b[1] - a[1])) {
      if (chosen.length === 256) break;
      if (n > 2000 || chosen.every((c) => far(c, key) > 10)) chosen.push(key);
    }
    const nearest = new Map();
    for (const key of counts.keys()) {
      let best = 0, least = 1e9;
      chosen.forEach((c, i) => { const f = far(c, key); if (f < least) { least = f; best = i; } });
      nearest.set(key, best);
    }
    let text = "";
    for (let i = 0; i < d.length; i += 4) text += String.fromCharCode(nearest.get((d[i] << 16) | (d[i + 1] << 8) | d[i + 2]));
    return { width: image.width, height: image.height, palette: chosen, pixels: btoa(text) };
  }, png.toString("base64"));
  await page.close();
  return encode(width, height, palette, Buffer.from(pixels, "base64"));
}

function encode(width, height, palette, pixels) {
  const lines = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++) pixels.copy(lines, y * (width + 1) + 1, y * width, (y + 1) * width);
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 3, 0, 0, 0], 8);
  const colours = Buffer.from(palette.flatMap((c) => [c >> 16, (c >> 8) & 255, c & 255]));
  return Buffer.concat([Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), chunk("IHDR", head), chunk("PLTE", colours), chunk("IDAT", deflateSync(lines, { level: 9 })), chunk("IEND", Buffer.alloc(0))]);
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}
