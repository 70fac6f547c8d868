// Counts up until SHA-256 (FIPS 180-4) of "<challenge>:<number>" begins with enough zero bits. Written out, because the browser's own
// SHA-256 is not there on plain http and answers one by one.
const primes = [];
for (let n = 2; primes.length < 64; n++) if (primes.every((p) => n % p)) primes.push(n);
const fraction = (x) => ((x - Math.floor(x)) * 2 ** 32) | 0;
const K = Int32Array.from(primes, (p) => fraction(Math.cbrt(p)));
const START = primes.slice(0, 8).map((p) => fraction(Math.sqrt(p)));
const W = new Int32Array(64);

// One block of 64 bytes into the state.
function block(state, view, at) {
  for (let i = 0; i < 16; i++) W[i] = view.getInt32(at + 4 * i);
  for (let i = 16; i < 64; i++) {
    const x = W[i - 15], y = W[i - 2];
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    W[i] = (W[i - 16] + s0 + W[i - 7] + s1) | 0;
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let i = 0; i < 64; i++) {
    const S1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + S1 + ((e & f) ^ (~e & g)) + K[i] + W[i]) | 0;
    const S0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (S0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g; g = f; f = e; e = (d + t1) | 0; d = c; c = b; b = a; a = (t1 + t2) | 0;
  }
  return [a, b, c, d, e, f, g, h].map((value, i) => (value + state[i]) | 0);
}

// The first 32 bits of the hash of ASCII text: no challenge asks for more.
function head(text) {
  const size = Math.ceil((text.length + 9) / 64) * 64;
  const bytes = new Uint8Array(size), view = new DataView(bytes.buffer);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  bytes[text.length] = 0x80;
  view.setUint32(size - 4, text.length * 8);
  let state = START;
  for (let at = 0; at < size; at += 64) state = block(state, view, at);
  return state[0] >>> 0;
}

onmessage = (event) => {
  const challenge = event.data, most = 2 ** (32 - Number(challenge.split("-")[1]));
  let number = 0;
  while (head(`${challenge}:${number}`) >= most) number++;
  postMessage(String(number));
};
