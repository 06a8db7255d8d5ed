// The puzzle of a ticket, solved in a worker of the frame's own script, so that nothing more is fetched.
const ROUND = [
  ...'428a2f9871374491b5c0fbcfe9b5dba53956c25b59f111f1923f82a4ab1c5ed5d807aa9812835b01243185be550c7dc372be5d7480deb1fe9bdc06a7c19bf174e49b69c1efbe47860fc19dc6240ca1cc2de92c6f4a7484aa5cb0a9dc76f988da983e5152a831c66db00327c8bf597fc7c6e00bf3d5a7914706ca63511429296727b70a852e1b21384d2c6dfc53380d13650a7354766a0abb81c2c92e92722c85a2bfe8a1a81a664bc24b8b70c76c51a3d192e819d6990624f40e3585106aa07019a4c1161e376c082748774c34b0bcb5391c0cb34ed8aa4a5b9cca4f682e6ff3748f82ee78a5636f84c878148cc7020890befffaa4506cebbef9a3f7c67178f2'.matchAll(
    /.{8}/g,
  ),
].map(([word]) => Number.parseInt(word, 16))
const turn = (word, by) => (word >>> by) | (word << (32 - by))
const words = new Int32Array(64)

// SHA-256 (FIPS 180-4) of a text of at most 55 ASCII characters, as hexadecimal.
export function digest(text) {
  words.fill(0)
  for (let at = 0; at < text.length; at += 1) words[at >> 2] |= text.charCodeAt(at) << (24 - (at % 4) * 8)
  words[text.length >> 2] |= 0x80 << (24 - (text.length % 4) * 8)
  words[15] = text.length * 8
  for (let at = 16; at < 64; at += 1) {
    const [x, y] = [words[at - 15], words[at - 2]]
    words[at] =
      words[at - 16] +
      (turn(x, 7) ^ turn(x, 18) ^ (x >>> 3)) +
      words[at - 7] +
      (turn(y, 17) ^ turn(y, 19) ^ (y >>> 10))
  }
  const start = [
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
  ]
  let [a, b, c, d, e, f, g, h] = start
  for (let at = 0; at < 64; at += 1) {
    const one =
      (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + ROUND[at] + words[at]) | 0
    const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0
    h = g
    g = f
    f = e
    e = (d + one) | 0
    d = c
    c = b
    b = a
    a = (one + two) | 0
  }
  return [a, b, c, d, e, f, g, h]
    .map((word, at) => ((word + start[at]) >>> 0).toString(16).padStart(8, '0'))
    .join('')
}

export function solveHere({ salt, target, max }) {
  for (let number = 0; number < max; number += 1) if (digest(`${salt}${number}`) === target) return number
  return null
}

let address

/** This file alone: the one address that the policy of the form's document lets become code. */
function ownAddress() {
  const { pathname } = new URL(import.meta.url)
  const policy = globalThis.trustedTypes?.createPolicy('liaison-puzzle', { createScriptURL: () => pathname })
  return policy?.createScriptURL('') ?? pathname
}

export function solve(challenge) {
  return new Promise((resolve, reject) => {
    const worker = new Worker((address ??= ownAddress()), { type: 'module' })
    worker.addEventListener('message', ({ data }) => {
      worker.terminate()
      resolve(data)
    })
    worker.addEventListener('error', reject)
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    worker.postMessage(challenge)
  })
}
