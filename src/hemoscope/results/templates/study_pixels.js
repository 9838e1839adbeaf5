/* Unpacks slices as page_pixels.py packs them, and turns them into pictures. */
"use strict";

async function inflate(base64) {
  const text = atob(base64), bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/* Each value is the one above it and a difference, folded to be positive; high bytes come before low ones. */
async function unpack(base64, rows, columns, Values) {
  const raw = await inflate(base64), count = rows * columns, values = new Values(count);
  const isWide = values.BYTES_PER_ELEMENT === 2;
  for (let i = 0; i < count; i++) {
    const folded = isWide ? (raw[i] << 8) | raw[count + i] : raw[i];
    values[i] = ((folded >>> 1) ^ -(folded & 1)) + (i < columns ? 0 : values[i - columns]);
  }
  return values;
}

/* Grey of each stored value in a window: black at `low` and below, white at `high` and above. */
function greys(low, high, highest) {
  const table = new Uint32Array(highest + 1);
  for (let value = 0; value <= highest; value++) {
    const grey = Math.round(255 * Math.min(1, Math.max(0, (value - low) / (high - low))));
    table[value] = (0xff000000 | (grey << 16) | (grey << 8) | grey) >>> 0;
  }
  return table;
}

function paintGrey(slice, table, image) {
  const target = new Uint32Array(image.data.buffer);
  for (let i = 0; i < target.length; i++) target[i] = table[slice.pixels[i]];
}

/* Areas filled with a share of color and outlined, inside their border; `colors[number]` is null where hidden. */
function paintAreas(slice, colors, fill, opacity, image) {
  const { marks, rows, columns } = slice, data = image.data;
  const seen = (row, column) => {
    const number = marks[row * columns + column];
    return colors[number] ? number : 0;
  };
  data.fill(0);
  for (let row = 0, i = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, i++) {
      const number = marks[i] && seen(row, column);
      if (!number) continue;
      const isEdge =
        (row > 0 && seen(row - 1, column) !== number) || (row < rows - 1 && seen(row + 1, column) !== number) ||
        (column > 0 && seen(row, column - 1) !== number) || (column < columns - 1 && seen(row, column + 1) !== number);
      data.set(colors[number], 4 * i);
      data[4 * i + 3] = Math.round(255 * opacity * (isEdge ? 1 : fill));
    }
  }
}

/* The map of another method, in one color, a share of which its maximum has. */
function paintHeat(slice, color, hottest, opacity, image) {
  const data = image.data;
  for (let i = 0; i < slice.marks.length; i++) {
    data.set(color, 4 * i);
    data[4 * i + 3] = Math.round(opacity * hottest * slice.marks[i]);
  }
}
