// Makes tests/survey/packs/segments.tsv with Twilio's own calculator. Run once, outside the repository:
//   npm install sms-segments-calculator@1.3.0 && node segments_table.mjs > segments.tsv
//
// A row: parts, alphabet (G is GSM-7, U is UCS-2), and the text as runs of "code point in hex" or "hex*times".
// Left out: letters with loose combining marks, joined emoji and CR LF. The calculator keeps each of them whole in
// one part, which neither 3GPP nor the texts that we send (NFC) ask for.
import calculator from "sms-segments-calculator";

let state = 2015; // mulberry32: the same table each time
const random = (below) => {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) % below;
};
const pick = (list) => list[random(list.length)];

const BASIC = [..."@£$¥èéùìòÇ\nØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0159:;<=>?¡AZÄÖÑÜ§¿azäöñüà"];
const EXTENSION = [..."\f^{}\\[~]|€"];
const PLANE = [..."çáíóúëşłőЖїґاكلثپگابትግርኛ፩ልነ–—’“”…•→✓中文日本가나אבג₤‰"];
const ASTRAL = [..."👍👎😀🙏🏠🎓💼🚌𝟓𐍈"];
const POOLS = [[BASIC], [EXTENSION], [BASIC, EXTENSION], [BASIC, PLANE], [EXTENSION, PLANE], [PLANE], [ASTRAL],
  [BASIC, ASTRAL], [PLANE, ASTRAL], [BASIC, EXTENSION, PLANE, ASTRAL]];
const EDGES = [35, 67, 70, 80, 134, 153, 160, 201, 268, 306, 459, 612]; // where another part begins

const print = (runs) => {
  const text = runs.map(([char, times]) => char.repeat(times)).join("");
  const counted = new calculator.SegmentedMessage(text);
  const shown = runs.map(([char, times]) => char.codePointAt(0).toString(16) + (times > 1 ? `*${times}` : ""));
  console.log(`${counted.segmentsCount}\t${counted.encodingName[0]}\t${shown.join(" ")}`);
};

print([]);
for (let code = 0; code < 0x180; code++) print([[String.fromCodePoint(code), 1]]);
for (const char of [...EXTENSION, ...PLANE, ...ASTRAL]) for (const times of [33, 34, 35, 36, 67, 68, 80, 81]) print([[char, times]]);
while (state && rows() < 3600) {
  const pools = pick(POOLS);
  let left = Math.max(1, pick(EDGES) - 4 + random(9));
  const runs = [];
  for (let parts = 1 + random(6); left > 0; parts--) {
    const times = parts <= 1 ? left : 1 + random(left);
    runs.push([pick(pick(pools)), times]);
    left -= times;
  }
  print(runs);
}
function rows() {
  return (rows.made = (rows.made ?? 1 + 0x180 + 8 * (EXTENSION.length + PLANE.length + ASTRAL.length)) + 1);
}
