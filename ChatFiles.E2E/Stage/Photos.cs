namespace ChatFiles.E2E.Stage;

/// <summary>Pictures such as a company shares, painted by the browser: scenes with light, depth and grain, as JPEG of a real size.</summary>
internal static class Photos
{
    private const string Paint = """
        ([scene, width, height]) => {
          const canvas = Object.assign(document.createElement('canvas'), { width, height });
          const g = canvas.getContext('2d', { willReadFrequently: true });
          let seed = width * 31 + height + scene.length;
          const random = () => ((seed = (seed * 1664525 + 1013904223) >>> 0) / 2 ** 32);
          const between = (from, to) => from + random() * (to - from);
          const fill = (colours, from = 0, to = height) => {
            const ramp = g.createLinearGradient(0, from, 0, to);
            colours.forEach((colour, i) => ramp.addColorStop(i / (colours.length - 1), colour));
            g.fillStyle = ramp;
            g.fillRect(0, from, width, to - from);
          };
          const glow = (x, y, radius, colour) => {
            const light = g.createRadialGradient(x, y, 0, x, y, radius);
            light.addColorStop(0, colour);
            light.addColorStop(1, colour.replace(/( \/.*)?\)$/, ' / 0)'));
            g.fillStyle = light;
            g.fillRect(x - radius, y - radius, 2 * radius, 2 * radius);
          };
          const ridge = (base, reach, colour) => {
            const waves = [1, 2, 4, 9, 19, 41].map((n) => [n, between(0, 6.3), reach / n ** 0.9]);
            g.beginPath();
            g.moveTo(0, height);
            for (let x = 0; x <= width; x += 2) g.lineTo(x, base - waves.reduce((sum, [n, at, size]) => sum + size * Math.sin((n * x * 5) / width + at), 0) / 2);
            g.lineTo(width, height);
            g.fillStyle = colour;
            g.fill();
          };
          const scenes = {
            harbour() {
              const sea = height * 0.62;
              fill(['#2a3a63', '#7a6a8c', '#e08a63', '#f8d39a'], 0, sea);
              g.filter = `blur(${width / 70}px)`;
              for (let i = 0; i < 26; i++) {
                g.fillStyle = `rgb(255 ${between(170, 225)} ${between(150, 200)} / ${between(0.05, 0.22)})`;
                g.beginPath();
                g.ellipse(between(0, width), between(height * 0.08, sea * 0.85), between(width * 0.06, width * 0.24), between(4, height * 0.025), 0, 0, 7);
                g.fill();
              }
              g.filter = 'none';
              glow(width * 0.66, sea * 0.93, width * 0.4, 'rgb(255 226 170 / 85%)');
              glow(width * 0.66, sea * 0.93, width * 0.045, 'rgb(255 246 220)');
              ridge(sea * 0.93, height * 0.1, '#9a7486');
              ridge(sea * 0.98, height * 0.06, '#5f4d66');
              fill(['#d9976f', '#7d6480', '#2b3352', '#141a30'], sea, height);
              for (let i = 0; i < 1800; i++) {
                const depth = random() ** 2;
                const y = sea + depth * (height - sea);
                const near = Math.abs(random() - random()) * (0.1 + depth) * width;
                const isLit = i % 3 === 0;
                const x = isLit ? width * 0.66 + (random() < 0.5 ? -near : near) * 0.5 : between(0, width);
                g.fillStyle = isLit ? `rgb(255 220 165 / ${between(0.12, 0.5)})` : `rgb(20 24 52 / ${between(0.05, 0.25)})`;
                g.fillRect(x, y, between(6, 46) * (0.3 + depth), 1 + depth * 2.5);
              }
              for (const [at, size, y] of [[0.14, 1.25, 0.72], [0.31, 0.7, 0.66], [0.47, 0.5, 0.645], [0.87, 1, 0.7]]) {
                const [x, base, s] = [width * at, height * y, (width / 9) * size];
                g.fillStyle = g.strokeStyle = '#171a2c';
                g.beginPath();
                g.moveTo(x - s * 0.5, base - s * 0.1);
                g.quadraticCurveTo(x - s * 0.3, base + s * 0.1, x + s * 0.3, base + s * 0.07);
                g.lineTo(x + s * 0.56, base - s * 0.14);
                g.fill();
                g.fillRect(x - s * 0.16, base - s * 0.24, s * 0.3, s * 0.16);
                g.lineWidth = Math.max(1, s * 0.014);
                g.beginPath();
                g.moveTo(x + s * 0.03, base - s * 0.1);
                g.lineTo(x + s * 0.03, base - s);
                g.lineTo(x - s * 0.48, base - s * 0.1);
                g.moveTo(x + s * 0.03, base - s);
                g.lineTo(x + s * 0.53, base - s * 0.13);
                g.stroke();
                g.globalAlpha = 0.35;
                g.fillRect(x - s * 0.45, base + s * 0.06, s * 0.9, s * 0.12);
                g.globalAlpha = 1;
              }
            },
            stage() {
              fill(['#05060f', '#141033', '#2a1546']);
              g.globalCompositeOperation = 'lighter';
              g.filter = `blur(${width / 110}px)`;
              for (const [at, to, colour] of [[0.1, 0.35, '255 60 120'], [0.28, 0.2, '80 120 255'], [0.45, 0.55, '255 190 90'], [0.62, 0.5, '90 220 255'], [0.78, 0.85, '255 80 180'], [0.93, 0.7, '130 90 255']]) {
                const beam = g.createLinearGradient(0, 0, 0, height * 0.8);
                beam.addColorStop(0, `rgb(${colour} / 75%)`);
                beam.addColorStop(1, `rgb(${colour} / 4%)`);
                g.fillStyle = beam;
                g.beginPath();
                g.moveTo(width * at, height * 0.1);
                g.lineTo(width * (to - 0.12), height * 0.8);
                g.lineTo(width * (to + 0.12), height * 0.8);
                g.fill();
                glow(width * at, height * 0.1, width * 0.05, `rgb(${colour})`);
              }
              glow(width * 0.5, height * 0.72, width * 0.45, 'rgb(255 170 90 / 35%)');
              g.filter = 'none';
              g.globalCompositeOperation = 'source-over';
              g.fillStyle = '#0a0a16';
              g.fillRect(0, height * 0.06, width, height * 0.03);
              g.fillRect(width * 0.05, height * 0.06, width * 0.02, height * 0.7);
              g.fillRect(width * 0.93, height * 0.06, width * 0.02, height * 0.7);
              g.fillRect(0, height * 0.73, width, height * 0.05);
              for (const x of [0.36, 0.5, 0.63]) {
                g.beginPath();
                g.ellipse(width * x, height * 0.56, width * 0.014, height * 0.026, 0, 0, 7);
                g.ellipse(width * x, height * 0.66, width * 0.022, height * 0.085, 0, 0, 7);
                g.fill();
              }
              for (let row = 0; row < 6; row++)
                for (let i = 0; i < 26; i++) {
                  const [x, y, r] = [between(0, width), height * (0.8 + row * 0.035) + between(-6, 6), (width / 75) * (1 + row * 0.28)];
                  g.fillStyle = `rgb(${8 + row} ${6 + row} ${22 - row * 2})`;
                  g.beginPath();
                  g.arc(x, y, r, 0, 7);
                  g.ellipse(x, y + r * 2.3, r * 1.9, r * 1.7, 0, 0, 7);
                  g.fill();
                  if (random() < 0.1) g.fillRect(x + r, y - r * 3.2, r * 0.5, r * 3.4);
                }
            },
            square() {
              fill(['#5e9bd6', '#a9cdea', '#e6eef2'], 0, height * 0.6);
              g.filter = `blur(${width / 60}px)`;
              for (let i = 0; i < 16; i++) {
                g.fillStyle = `rgb(255 255 255 / ${between(0.2, 0.6)})`;
                g.beginPath();
                g.ellipse(between(0, width), between(0, height * 0.25), between(30, width * 0.15), between(8, height * 0.04), 0, 0, 7);
                g.fill();
              }
              g.filter = 'none';
              const walls = ['#d8a25e', '#c96f4a', '#e7d3a8', '#7f9a8d', '#b8523f', '#dfc27d', '#8ea4b8'];
              for (let i = 0, x = -20; x < width; i++) {
                const [w, top] = [between(0.11, 0.16) * width, height * between(0.2, 0.3)];
                g.fillStyle = walls[i % walls.length];
                g.fillRect(x, top, w, height * 0.68 - top);
                g.fillStyle = '#6d3b30';
                g.beginPath();
                g.moveTo(x - 3, top);
                g.lineTo(x + w / 2, top - height * 0.1);
                g.lineTo(x + w + 3, top);
                g.fill();
                for (let row = 0; row < 4; row++)
                  for (let c = 0; c < 3; c++) {
                    g.fillStyle = '#f4efe4';
                    g.fillRect(x + w * (0.12 + c * 0.28), top + height * (0.03 + row * 0.1), w * 0.2, height * 0.066);
                    g.fillStyle = random() < 0.3 ? '#c9dbe6' : '#37475a';
                    g.fillRect(x + w * (0.135 + c * 0.28), top + height * (0.035 + row * 0.1), w * 0.17, height * 0.056);
                  }
                g.fillStyle = 'rgb(0 0 0 / 12%)';
                g.fillRect(x + w * 0.92, top, w * 0.08, height * 0.68 - top);
                x += w;
              }
              fill(['#a89c8d', '#8d8376', '#6b6259'], height * 0.66, height);
              for (let i = 0; i < 2600; i++) {
                const depth = random() ** 1.5;
                g.fillStyle = `rgb(${random() < 0.5 ? '40 34 28' : '230 220 205'} / ${between(0.05, 0.2)})`;
                g.fillRect(between(0, width), height * (0.66 + 0.34 * depth), 3 + depth * 16, 1 + depth * 4);
              }
              for (let i = 0; i < 5; i++) {
                const [x, y, w] = [width * (0.06 + i * 0.2), height * 0.72, width * 0.13];
                g.fillStyle = 'rgb(30 24 20 / 35%)';
                g.fillRect(x - 6, y + height * 0.1, w + 24, height * 0.02);
                g.fillStyle = '#6b4b34';
                g.fillRect(x + 4, y - height * 0.05, w - 8, height * 0.15);
                for (let s = 0; s < 8; s++) {
                  g.fillStyle = s % 2 ? '#f5efe2' : ['#c0392b', '#2d6da3', '#3c8d5a'][i % 3];
                  g.beginPath();
                  g.moveTo(x + (s * w) / 8, y - height * 0.1);
                  g.lineTo(x + ((s + 1) * w) / 8, y - height * 0.1);
                  g.lineTo(x + ((s + 1) * w) / 8 + 6 * (s - 3), y - height * 0.04);
                  g.lineTo(x + (s * w) / 8 + 6 * (s - 4), y - height * 0.04);
                  g.fill();
                }
              }
            },
          };
          scenes[scene]();
          const shade = g.createRadialGradient(width / 2, height / 2, height * 0.45, width / 2, height / 2, width * 0.75);
          shade.addColorStop(0, 'transparent');
          shade.addColorStop(1, 'rgb(0 0 0 / 40%)');
          g.fillStyle = shade;
          g.fillRect(0, 0, width, height);
          const picture = g.getImageData(0, 0, width, height);
          for (let i = 0; i < picture.data.length; i += 4) {
            const grain = (random() - 0.5) * 16;
            for (let c = 0; c < 3; c++) picture.data[i + c] += grain;
          }
          g.putImageData(picture, 0, 0);
          return canvas.toDataURL('image/jpeg', 0.9).split(',')[1];
        }
        """;

    public static Task<SampleFile> HarbourAsync(IPage page, string name) => PaintAsync(page, name, "harbour", 1800, 1200);

    public static Task<SampleFile> StageAsync(IPage page, string name) => PaintAsync(page, name, "stage", 1600, 1200);

    public static Task<SampleFile> SquareAsync(IPage page, string name) => PaintAsync(page, name, "square", 1600, 1200);

    private static async Task<SampleFile> PaintAsync(IPage page, string name, string scene, int width, int height) =>
        new(name, Convert.FromBase64String(await page.EvaluateAsync<string>(Paint, new object[] { scene, width, height })));
}
