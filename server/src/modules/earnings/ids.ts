import { randomBytes } from 'node:crypto'

const COUNTER_BITS = 12
const COUNTER_MASK = (1 << COUNTER_BITS) - 1
const RANDOM_BYTES = 8
/** Asking for randomness costs more than what it fills, so it is asked for many ids at once. */
const IDS_AT_ONCE = 256

/**
 * Makes UUIDs of version 7 (RFC 9562) that rise in the order in which they are made, beginning at an instant. The rows
 * of one statement refer to each other, so their ids are made before they are written.
 */
export function makeIdSource(from: Date): () => string {
  let made = 0
  let pool = Buffer.alloc(0)
  return () => {
    const milliseconds = from.getTime() + (made >> COUNTER_BITS)
    const counter = made & COUNTER_MASK
    const time = milliseconds.toString(16).padStart(12, '0')
    const at = (made % IDS_AT_ONCE) * RANDOM_BYTES
    if (at === 0) pool = randomBytes(IDS_AT_ONCE * RANDOM_BYTES)
    pool[at] = ((pool[at] ?? 0) & 0x3f) | 0x80
    const tail = pool.toString('hex', at, at + RANDOM_BYTES)
    const head = `${time.slice(0, 8)}-${time.slice(8)}-7${counter.toString(16).padStart(3, '0')}`
    made += 1
    return `${head}-${tail.slice(0, 4)}-${tail.slice(4)}`
  }
}
